/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct error;
struct helm_release;
struct helm_tool;
struct verify;

/* How helm is called. Everything but helm_private_write() is pure. */

/* One release in one cluster. Borrowed; NULL: not said. */
struct helm_call {
	const struct helm_tool *tool;
	const struct helm_release *release;
	const char *ns;
	const char *kubeconfig, *context; /* for --kubeconfig and --kube-context */
	const char *typed_context; /* the same in a command for people; NULL: theirs is the same */
	const char *folder; /* where helm_private_write() wrote; may be NULL when it had nothing */
};

/* A command line: NULL-terminated once it is made. Zero it before use. */
struct helm_argv {
	char **items;
	size_t n, cap;
};

/* helm upgrade --install. left_ms: what is left of the step's time; < 0: no limit. What came from a
 * variable is in no word of it, as everybody on the machine can read these. */
void helm_argv_upgrade(struct helm_argv *out, const struct helm_call *call, const struct verify *v,
	int64_t left_ms);
/* The same without doing it: the release as it would be, on standard output as JSON. */
void helm_argv_try(struct helm_argv *out, const struct helm_call *call, const struct verify *v,
	int64_t left_ms);
void helm_argv_history(struct helm_argv *out, const struct helm_call *call);
/* what: "manifest" or "hooks". revision 0: the newest. */
void helm_argv_get(
	struct helm_argv *out, const struct helm_call *call, const char *what, int revision);
void helm_argv_release(struct helm_argv *argv);

/* Whether there are values that must not stand in a command line. */
bool helm_has_private(const struct helm_release *r);
/* Writes them to files (0600) in call->folder, where helm_argv_upgrade() points helm to. */
bool helm_private_write(const struct helm_call *call, struct error *err);

/* The command a person would type: "helm rollback web 3 -n shop". Display text. */
void helm_add_rollback(struct buf *out, const struct helm_call *call, int revision);
void helm_add_uninstall(struct buf *out, const struct helm_call *call);
