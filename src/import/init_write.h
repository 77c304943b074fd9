/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "import/init_find.h"

/* The plan while it is written. Internal to init. */
struct writing {
	struct import *out;
	struct found found;
	const char *prefix; /* before every path */
	char *ns; /* of all objects that name one; NULL: they do not agree, or none does */
};

/* A line of the plan with text in it, quoted where YAML wants it. */
void writing_line(struct writing *w, const char *before, const char *text);
/* The path of a place's file, or of the place ("" for name), as the plan names it. To free(). */
char *writing_path(const struct writing *w, const struct place *p, const char *name);
/* verify: with waitForJobs, if there are Jobs. */
void writing_jobs(struct writing *w, bool jobs);

void write_head(struct writing *w, const char *name);
void write_defaults(struct writing *w);
void write_charts(struct writing *w);
void write_overlays(struct writing *w);
