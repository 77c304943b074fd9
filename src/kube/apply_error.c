/* SPDX-License-Identifier: Apache-2.0 */
/* Refused applies as sentences: conflicts by manager, fields, and nothing of a Secret. */
#include "kube/apply_error.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/apply.h"
#include "kube/client.h"
#include "kube/status_error.h"

#define FIELDS_SHOWN 8

/* `conflict with "kubectl-edit" using apps/v1`: the manager's name, to free(). */
static char *manager_of(const json_t *cause)
{
	const char *message = jx_str(cause, "message"),
		   *open = message ? strchr(message, '"') : NULL, *end;

	if (!open)
		return xstrdup("another manager");
	for (end = open + 1; *end && *end != '"'; end++)
		if (*end == '\\' && end[1])
			end++;
	return xasprintf("\"%.*s\"", (int)(end - open - 1), open + 1);
}

static bool is_conflict(const json_t *cause)
{
	const char *reason = jx_str(cause, "reason");

	return reason && strcmp(reason, "FieldManagerConflict") == 0;
}

static bool has_conflicts(const json_t *causes)
{
	for (size_t i = 0; i < json_array_size(causes); i++)
		if (is_conflict(json_array_get(causes, i)))
			return true;
	return false;
}

/* Adds the fields that `manager` holds, from the cause `first` on. */
static void add_fields(struct buf *out, const json_t *causes, size_t first, const char *manager)
{
	size_t shown = 0, more = 0;

	for (size_t i = first; i < json_array_size(causes); i++) {
		const json_t *cause = json_array_get(causes, i);
		const char *field = jx_str(cause, "field");
		char *holder = is_conflict(cause) ? manager_of(cause) : NULL;

		if (holder && strcmp(holder, manager) == 0 && shown == FIELDS_SHOWN)
			more++;
		else if (holder && strcmp(holder, manager) == 0)
			buf_printf(out, "%s%s", shown++ ? ", " : "", field ? field : "a field");
		free(holder);
	}
	if (more)
		buf_printf(out, " and %zu more", more);
}

static bool was_named(const json_t *causes, size_t before, const char *manager)
{
	bool named = false;

	for (size_t i = 0; i < before && !named; i++) {
		const json_t *cause = json_array_get(causes, i);
		char *holder = is_conflict(cause) ? manager_of(cause) : NULL;

		named = holder && strcmp(holder, manager) == 0;
		free(holder);
	}
	return named;
}

/* One sentence for all conflicts, grouped by manager; to free(). */
static char *conflict_message(const json_t *causes)
{
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < json_array_size(causes); i++) {
		const json_t *cause = json_array_get(causes, i);
		char *manager = is_conflict(cause) ? manager_of(cause) : NULL;

		if (manager && !was_named(causes, i, manager)) {
			buf_printf(&out, "%s manager %s over ",
				out.len ? " and with" : "conflict with", manager);
			add_fields(&out, causes, i, manager);
		}
		free(manager);
	}
	buf_addstr(&out, "; set forceConflicts, or drop the field");
	return buf_take(&out);
}

void apply_error(struct error *err, const char *what, const struct kube_apply_request *request,
	const struct kube_answer *answer)
{
	const json_t *causes = jx_get(answer->status_object, "details.causes");
	char *message, *masked;

	if (answer->error.code == ERROR_CONFLICT && has_conflicts(causes))
		message = conflict_message(causes);
	else
		message = status_error_message(answer->status_object);
	if (!message && answer->status && request->secret) {
		/* Who answered is no API server: what it wrote may be an echo of the Secret. */
		error_set(err, answer->error.code, "%s: HTTP %d without a Kubernetes status", what,
			answer->status);
		return;
	}
	if (!message) {
		error_set(err, answer->error.code, "%s", answer->error.text);
		return;
	}
	if (request->secret) {
		masked = request->mask ? request->mask(message, request->secret)
				       : xstrdup("the server refused it");
		free(message);
		message = masked;
	}
	error_set(err, answer->error.code, "%s: %s", what, message);
	free(message);
}

bool apply_error_is_weather(const struct error *err, const struct kube_answer *answer)
{
	switch (err->code) {
	case ERROR_NETWORK:
	case ERROR_TIMEOUT:
	case ERROR_THROTTLED:
	case ERROR_SERVER:
		return true;
	case ERROR_CONFLICT:
		/* "the object has been modified": somebody wrote at the same moment. */
		return !has_conflicts(jx_get(answer->status_object, "details.causes"));
	default:
		return false;
	}
}
