/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;

/* What a helm step says, and the helm that will do it. Strings are owned; NULL: not said. */

enum helm_set_kind { HELM_SET, HELM_SET_STRING, HELM_SET_FILE };

struct helm_set {
	enum helm_set_kind kind;
	char *key, *value; /* of HELM_SET_FILE: the file's path, ready to be opened */
	bool hidden;       /* it came from a variable: it may be a secret */
};

struct helm_release {
	char *name, *version, *repo;
	char *chart; /* a path ready to be opened, repo/chart, or a URL */
	char **values;
	size_t nvalues, values_cap;
	struct helm_set *sets;
	size_t nsets, sets_cap;
	char **args;
	size_t nargs, args_cap;
	bool create_namespace;
	bool atomic; /* a failed upgrade is rolled back by helm */
};

void helm_release_free(struct helm_release *r); /* accepts NULL */

struct helm_tool {
	char *program;
	char *version; /* "v3.19.0" */
	int major, minor;
};

/* $KSETTLE_HELM, else helm on PATH; runs it once for its version. false with a sentence: there is
 * none, it does not tell, or it is too old; nothing to release. */
bool helm_tool_find(struct helm_tool *tool, struct error *err);
void helm_tool_release(struct helm_tool *tool); /* accepts a zeroed one */
