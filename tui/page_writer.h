/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/clock.h"
#include "tui/page.h"

struct model_object;
struct model_step;

/* How the drawer's pages are written. Internal to page*.c. */
struct page_writer {
	struct page *page;
	const struct ui *ui;
	const struct model_step *step;
	int width;
	int64_t now;
};

struct page_line *page_add(struct page_writer *w, enum role role, const char *text, size_t len);
void page_add_blank(struct page_writer *w);
void page_add_wrapped(struct page_writer *w, enum role role, int indent, const char *text);
/* "Label     text", wrapped with the text's column kept; nothing when there is no text. */
void page_add_pair(struct page_writer *w, const char *label, enum role role, const char *text);
/* How long before now an RFC 3339 time was: "3m"; "" if it is none. */
void page_ago(const struct page_writer *w, const char *when, char out[static DURATION_SIZE]);

void page_manifest(struct page_writer *w, const struct model_object *o);
void page_details(struct page_writer *w, const struct model_object *o);
void page_step(struct page_writer *w);
void page_output(struct page_writer *w); /* of the step's tool */
void page_events(struct page_writer *w, const struct model_object *o);
void page_logs(struct page_writer *w, const struct model_object *o);
void page_timeline(struct page_writer *w, const struct model_object *o);
