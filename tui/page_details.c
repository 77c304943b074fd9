/* SPDX-License-Identifier: Apache-2.0 */
/* The drawer's details: of an object, and of a step. */
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/page_writer.h"
#include "tui/theme.h"
#include "tui/words.h"

static void add_title(struct page_writer *w, const char *title)
{
	page_add_blank(w);
	page_add_wrapped(w, ROLE_HEADER, 0, title);
}

static void add_condition(struct page_writer *w, const json_t *item)
{
	const char *type = jx_str(item, "type"), *status = jx_str(item, "status");
	const char *reason = jx_str(item, "reason"), *message = jx_str(item, "message");
	struct buf b = { 0 };
	char age[DURATION_SIZE];

	page_ago(w, jx_str(item, "lastTransitionTime"), age);
	buf_printf(&b, "%s=%s%s%s%s%s", type ? type : "?", status ? status : "?",
		*age ? " for " : "", age, reason ? ": " : "", reason ? reason : "");
	page_add_wrapped(w, ROLE_NORMAL, 2, buf_str(&b));
	if (message && *message)
		page_add_wrapped(w, ROLE_DIM, 4, message);
	buf_release(&b);
}

static void add_conditions(struct page_writer *w, const struct model_object *o)
{
	json_t *list = o->conditions ? json_loads(o->conditions, 0, NULL) : NULL;
	const json_t *item;
	size_t i;

	if (json_array_size(list))
		add_title(w, "Conditions");
	json_array_foreach(list, i, item)
		add_condition(w, item);
	json_decref(list);
}

/* "api: waiting, CrashLoopBackOff; not ready; 3 restarts; exit code 1". */
static void add_container(struct page_writer *w, const json_t *c)
{
	const char *name = jx_str(c, "name"), *state = jx_str(c, "state");
	const char *reason = jx_str(c, "reason"), *image = jx_str(c, "image");
	const char *message = jx_str(c, "message");
	json_int_t restarts = jx_int(c, "restarts", 0);
	bool ready = jx_bool(c, "ready"), init = jx_bool(c, "init");
	struct buf b = { 0 };

	buf_printf(&b, "%s%s: %s%s%s%s", name ? name : "?", init ? " (init)" : "",
		state ? state : "", reason ? ", " : "", reason ? reason : "",
		init        ? ""
			: ready ? "; ready"
				: "; not ready");
	if (restarts)
		buf_printf(&b, "; %lld restart%s", (long long)restarts, restarts == 1 ? "" : "s");
	if (jx_has_int(c, "exitCode"))
		buf_printf(&b, "; exit code %lld", (long long)jx_int(c, "exitCode", 0));
	page_add_wrapped(w, ready || init ? ROLE_NORMAL : ROLE_ERROR, 2, buf_str(&b));
	buf_reset(&b);
	buf_printf(&b, "image %s", image ? image : "?");
	page_add_wrapped(w, ROLE_NORMAL, 4, buf_str(&b));
	if (message && *message)
		page_add_wrapped(w, ROLE_DIM, 4, message);
	buf_release(&b);
}

static void add_containers(struct page_writer *w, const json_t *pod)
{
	const json_t *list = json_object_get(pod, "containers"), *item;
	size_t i;

	if (json_array_size(list))
		add_title(w, "Containers");
	json_array_foreach(list, i, item)
		add_container(w, item);
}

/* "ReplicaSet web-7d4b of Deployment web". */
static void add_owner(struct page_writer *w, const struct model_object *o)
{
	const struct model_step *s = w->step;
	struct buf b = { 0 };

	for (size_t i = o->parent, n = 0; i < s->nobjects && n < s->nobjects;
		i = s->objects[i].parent, n++)
		buf_printf(&b, "%s%s %s", b.len ? " of " : "",
			s->objects[i].kind ? s->objects[i].kind : "",
			s->objects[i].name ? s->objects[i].name : "");
	page_add_pair(w, "Owner", ROLE_NORMAL, b.len ? buf_str(&b) : o->owner);
	buf_release(&b);
}

static void add_status(struct page_writer *w, const struct model_object *o)
{
	const struct theme_status *look = theme_status(o->status);
	char *status = xasprintf("%s %s", look->mark[w->ui->icons],
		o->status                             ? status_title(o->status)
			: o->apply == APPLIED_NOT_TRIED ? "not tried"
							: "not judged");

	page_add_pair(w, "Status", look->role, status);
	free(status);
	page_add_pair(w, "Reason", ROLE_NORMAL, o->reason);
	page_add_pair(w, "Message", ROLE_NORMAL, o->message);
	page_add_pair(w, "Note", ROLE_WARNING, o->note);
	if (o->stale)
		page_add_pair(w, "", ROLE_WARNING, "as last seen: nothing fresh from the cluster");
	if (o->replaced)
		page_add_pair(w, "", ROLE_WARNING, "replaced: this is another object of the same name");
	if (o->outdated)
		page_add_pair(w, "", ROLE_WARNING, "of an earlier revision of its owner");
	for (size_t i = 0; i < o->nwarnings; i++)
		page_add_pair(w, i ? "" : "Warnings", ROLE_WARNING, o->warnings[i]);
	page_add_blank(w);
}

void page_details(struct page_writer *w, const struct model_object *o)
{
	json_t *pod = o->pod ? json_loads(o->pod, 0, NULL) : NULL;
	char age[DURATION_SIZE] = "";

	add_status(w, o);
	page_add_pair(w, "Kind", ROLE_NORMAL, o->kind);
	page_add_pair(w, "API version", ROLE_NORMAL, o->api_version);
	page_add_pair(w, "Namespace", ROLE_NORMAL, o->ns);
	page_add_pair(w, "Name", ROLE_NORMAL, o->name);
	page_add_pair(w, "UID", ROLE_NORMAL, o->uid);
	add_owner(w, o);
	page_add_pair(w, "Node", ROLE_NORMAL, jx_str(pod, "node"));
	page_add_pair(w, "Apply", ROLE_NORMAL,
		o->apply == APPLIED_NOT_TRIED ? "not tried" : applied_word(o->apply));
	if (o->created_at)
		duration_age(w->now - o->created_at, age);
	page_add_pair(w, "Age", ROLE_NORMAL, age);
	if (o->ncolumns)
		add_title(w, "Columns");
	for (size_t i = 0; i < o->ncolumns; i++)
		page_add_pair(w, o->columns[i].name, ROLE_NORMAL, o->columns[i].value);
	add_containers(w, pod);
	add_conditions(w, o);
	json_decref(pod);
}

static void add_duration(struct page_writer *w, const char *label, int64_t ms, const char *none)
{
	char text[DURATION_SIZE];

	duration_format(ms, text);
	page_add_pair(w, label, ROLE_NORMAL, ms < 0 ? none : text);
}

static void add_verify(struct page_writer *w)
{
	const struct model_step *s = w->step;

	page_add_pair(w, "Decides", ROLE_NORMAL,
		words_same(s->mode, "helm")           ? "helm"
			: words_same(s->mode, "none") ? "nobody: not verified"
						      : "ksettle, by the objects");
	add_duration(w, "Timeout", s->timeout_ms, "none");
	add_duration(w, "Stable for", s->stabilization_ms, NULL);
	page_add_pair(w, "Fails early", ROLE_NORMAL, s->fail_early);
	page_add_pair(w, "Jobs", ROLE_NORMAL, s->wait_for_jobs ? "waited for" : "not waited for");
}

void page_step(struct page_writer *w)
{
	const struct model_step *s = w->step;
	char *cluster = s->server ? xasprintf("%s%s%s", s->server, s->server_version ? ", " : "",
					    s->server_version ? s->server_version : "")
				  : NULL;

	page_add_pair(w, "Step", ROLE_NORMAL, s->name);
	page_add_pair(w, "Type", ROLE_NORMAL, s->type);
	page_add_pair(w, "Tool", ROLE_NORMAL, s->tool);
	page_add_pair(w, "Verdict", theme_verdict_role(s->verdict),
		s->verdict              ? verdict_title(s->verdict)
			: s->started_at ? "in progress"
					: "waits for its turn");
	page_add_pair(w, "Reason", ROLE_NORMAL, s->reason);
	for (size_t i = 0; i < s->nwarnings; i++)
		page_add_pair(w, i ? "" : "Warnings", ROLE_WARNING, s->warnings[i]);
	page_add_blank(w);
	page_add_pair(w, "Context", ROLE_NORMAL, s->context);
	page_add_pair(w, "Server", ROLE_NORMAL, cluster);
	page_add_pair(w, "Connection", ROLE_NORMAL, s->connection);
	page_add_pair(w, "", ROLE_NORMAL, s->connection_message);
	if (s->mode)
		add_verify(w);
	free(cluster);
}
