/* SPDX-License-Identifier: Apache-2.0 */
/* pods/NAME/log: what the containers of a Pod wrote. */

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/api.h"
#include "sim/pod.h"
#include "sim/reply.h"
#include "sim/world.h"

static const json_t *container_of(const struct object *pod, const char *name)
{
	const json_t *list = jx_get(pod->json, "status.containerStatuses");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *has = jx_str(json_array_get(list, i), "name");

		if (!name || (has && strcmp(has, name) == 0))
			return json_array_get(list, i);
	}
	return NULL;
}

static const char *const *default_lines(const struct pod_rule *rule, bool ended)
{
	static const char *const serving[] = { "starting", "listening on :8080", NULL };
	static const char *const working[] = { "starting", "working", NULL };
	static const char *const done[] = { "starting", "working", "done", NULL };
	static const char *const crashed[] = { "starting", "fatal: cannot connect to the database",
		NULL };

	if (rule->behave == BEHAVE_EXIT && !rule->exit_code)
		return ended ? done : working;
	if (ended || rule->behave == BEHAVE_CRASH || rule->behave == BEHAVE_EXIT)
		return crashed;
	return serving;
}

static void write_lines(struct reply *reply, const char *const *lines, const char *tail)
{
	long number = tail ? strtol(tail, NULL, 10) : -1;
	size_t n = 0, most = number >= 0 ? (size_t)number : (size_t)-1;
	struct buf out = { 0 };

	while (lines[n])
		n++;
	for (size_t i = n > most ? n - most : 0; i < n; i++)
		buf_printf(&out, "%s\n", lines[i]);
	reply->code = 200;
	reply->text = out.data ? buf_take(&out) : xstrdup("");
}

void api_log(struct sim *sim, const struct request *request, const struct route *route,
	struct reply *reply)
{
	const struct object *pod = store_find(&sim->store, route->kind, route->ns, route->name);
	const char *name = request_query(request, "container"),
		   *previous = request_query(request, "previous");
	bool before = previous && (strcmp(previous, "true") == 0 || strcmp(previous, "1") == 0);
	const json_t *container;
	const struct pod_rule *rule;
	char **lines;

	if (!pod) {
		reply_not_found(reply, route->kind, route->name);
		return;
	}
	container = container_of(pod, name);
	if (!container) {
		reply_bad_request(reply, "container %s is not valid for pod %s", name ? name : "",
			route->name);
		return;
	}
	name = jx_str(container, "name");
	rule = pod->rule ? pod->rule : scenario_default_rule(false);
	if (before && !jx_get(container, "lastState.terminated")) {
		reply_bad_request(reply,
			"previous terminated container \"%s\" in pod \"%s\" not found", name,
			route->name);
		return;
	}
	if (pod->step < STEP_STARTED) {
		reply_bad_request(reply, "container \"%s\" in pod \"%s\" is waiting to start: %s",
			name, route->name,
			jx_str(container, "state.waiting.reason")
				? jx_str(container, "state.waiting.reason")
				: "");
		return;
	}
	lines = before && rule->previous_logs ? rule->previous_logs : rule->logs;
	write_lines(reply,
		lines ? (const char *const *)lines : default_lines(rule, before || pod_ended(pod)),
		request_query(request, "tailLines"));
}
