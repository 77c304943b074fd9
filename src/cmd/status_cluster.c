/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of `ksettle status` that a cluster has: first what was asked for, then what explains
 * it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/cluster.h"
#include "cmd/preflight.h"
#include "cmd/session.h"
#include "cmd/status.h"
#include "cmd/status_ask.h"
#include "cmd/status_relatives.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/kubeconfig.h"
#include "manifest/manifest.h"
#include "plan/selection.h"
#include "track/once.h"

struct look {
	const struct status_source *source;
	struct once *once;
	struct errors *errs;
	struct loop *loop;
	struct cluster cluster;
	struct targets targets;
	const char *ns;
	struct questions questions;
	size_t open;              /* questions without an answer */
	void (*answered)(struct look *look); /* what comes when none is open any more */
	struct question *home;    /* whether the namespace is there; NULL: that is of no interest */
	int exit_code;            /* not 0: not all could be read, and errs has why */
};

static void stop(struct look *look)
{
	loop_stop(look->loop);
}

static void fail(struct look *look, const struct error *err, int exit_code)
{
	look->exit_code = exit_code;
	errors_add_error(look->errs, err);
}

/* The server did not give what was asked for; a field that it does not know is our user's mistake.
 */
static void fail_question(struct look *look, const struct question *q)
{
	bool mistake = q->error.code == ERROR_REFUSED && q->query.field_selector;

	fail(look, &q->error, mistake ? 2 : 4);
}

static void one_answered(void *arg)
{
	struct look *look = arg;

	if (--look->open == 0)
		look->answered(look);
}

/* Asks what was not asked yet; then(look) comes when all of it is answered. */
static void ask_new(struct look *look, size_t from, void (*then)(struct look *look))
{
	look->answered = then;
	look->open = look->questions.n - from;
	for (size_t i = from; i < look->questions.n; i++)
		question_ask(look->questions.items[i], one_answered, look);
	if (!look->open)
		then(look);
}

static struct question *add_question(
	struct look *look, const struct kube_list_query *query, const char *name, bool asked)
{
	struct question *q = question_new(look->loop, look->cluster.kube, query, name);

	q->asked = asked;
	questions_add(&look->questions, q);
	return q;
}

static json_t *known_of(const char *api_version, const char *kind, const char *ns, const char *name)
{
	return json_pack("{s:o, s:o, s:{s:o*, s:o}}", "apiVersion", jx_string(api_version), "kind",
		jx_string(kind), "metadata", "namespace", ns ? jx_string(ns) : NULL, "name",
		jx_string(name));
}

/* The namespace was looked for, and there is none. */
static bool is_homeless(const struct look *look, const struct question *q)
{
	return look->home && look->home->error.code == ERROR_NOT_FOUND &&
		q->query.resource->namespaced;
}

/* A row for one that was named and is not there, or may not be read. */
static void add_missing(struct look *look, const struct question *q)
{
	char *api_version = kube_api_version(q->query.resource);
	const char *ns = q->query.resource->namespaced ? q->query.ns : NULL;
	json_t *known = known_of(api_version, q->query.resource->kind, ns, q->name);
	char *why = is_homeless(look, q)
		? xasprintf("not found in the cluster: there is no namespace %s", ns)
		: xstrdup("not found in the cluster");

	if (q->error.code == ERROR_NOT_FOUND)
		once_add_missing(look->once, known, "NotFound", why);
	else
		once_add_missing(look->once, known,
			q->error.code == ERROR_RBAC ? "Forbidden" : "Unreadable", q->error.text);
	if (q->error.code != ERROR_NOT_FOUND && q->error.code != ERROR_PARSE &&
		q->error.code != ERROR_LIMIT)
		fail_question(look, q);
	json_decref(known);
	free(api_version);
	free(why);
}

static void take(struct look *look, struct question *q)
{
	json_t *item;
	size_t i;

	q->taken = true;
	json_array_foreach (q->items, i, item)
		once_add(look->once, item, q->asked);
	json_array_foreach (q->unreadable, i, item)
		if (q->asked)
			once_add_missing(look->once, item, "Unreadable", jx_str(item, "why"));
	if (q->error.code == ERROR_NONE)
		once_knows(look->once, q->query.resource->kind);
	else if (q->asked && q->name)
		add_missing(look, q);
	else if (q->asked)
		fail_question(look, q);
	else
		fprintf(stderr, "ksettle: %s: what explains the rows may be missing\n",
			q->error.text);
}

static void judge_all(struct look *look)
{
	int64_t now = clock_wall_ms();

	for (size_t i = 0; i < look->questions.n; i++)
		if (!look->questions.items[i]->taken && look->questions.items[i] != look->home)
			take(look, look->questions.items[i]);
	once_judge(look->once, now, now - STATUS_EVENTS_MS);
}

/* What explains the rows that are no plain Success, and what explains that. What of it may not be
 * read is said, and no more. */
static void ask_relatives(struct look *look)
{
	size_t from = look->questions.n;

	judge_all(look);
	relatives_ask(&look->questions, look->loop, &look->cluster, look->once);
	if (look->questions.n > from)
		ask_new(look, from, ask_relatives);
	else
		stop(look);
}

static bool found_nothing(const struct look *look)
{
	for (size_t i = 0; i < look->questions.n; i++) {
		const struct question *q = look->questions.items[i];

		if (q->query.resource->namespaced && q->query.ns &&
			(q->name ? q->error.code == ERROR_NOT_FOUND
				 : q->error.code == ERROR_NONE && !json_array_size(q->items)))
			return true;
	}
	return false;
}

/* What is missing may be missing with its whole namespace. */
static void ask_home(struct look *look)
{
	struct kube_list_query query = {
		.resource = kube_find_kind(look->cluster.discovery, "v1", "Namespace") };
	size_t from = look->questions.n;

	if (query.resource && found_nothing(look))
		look->home = add_question(look, &query, look->ns, false);
	ask_new(look, from, ask_relatives);
}

static void ask_targets(struct look *look)
{
	const struct selection *s = look->source->selection;

	for (size_t i = 0; i < look->targets.n; i++) {
		const struct target *t = &look->targets.items[i];
		struct kube_list_query query = {
			.resource = t->resource,
			.ns = t->ns,
			.label_selector = t->name ? NULL : s->labels,
			.field_selector = t->name ? NULL : s->fields,
		};

		add_question(look, &query, t->name, true);
	}
}

/* The objects of a kustomization, as the cluster has them. */
static void ask_manifests(struct look *look)
{
	const struct manifests *list = look->source->manifests;

	for (size_t i = 0; i < list->n; i++) {
		const struct manifest *m = &list->items[i];
		const char *ns = preflight_ns(look->cluster.discovery, m, look->ns);
		struct kube_list_query query = {
			.resource = kube_find_kind(
				look->cluster.discovery, m->api_version, m->kind),
			.ns = ns,
		};
		json_t *known = known_of(m->api_version, m->kind, ns, m->name);

		if (query.resource)
			add_question(look, &query, m->name, true);
		else
			once_add_missing(look->once, known, "UnknownKind",
				"the server does not know this kind");
		json_decref(known);
	}
}

static void connected(void *arg, struct cluster *c, const struct error *err)
{
	struct look *look = arg;

	if (err->code != ERROR_NONE) {
		fail(look, err, 4);
		stop(look);
	} else if (look->source->manifests) {
		ask_manifests(look);
		ask_new(look, 0, ask_home);
	} else if (selection_resolve(look->source->selection, c->discovery, look->ns,
			   &look->targets, look->errs)) {
		ask_targets(look);
		ask_new(look, 0, ask_home);
	} else {
		look->exit_code = 2;
		stop(look);
	}
}

static bool open_cluster(struct look *look, struct error *err)
{
	struct kube_config config;
	struct kube *kube;

	if (!kube_config_load(&config, &look->source->args->kube, err))
		return false;
	kube = kube_new(look->loop, &config, err);
	if (!kube)
		return false;
	cluster_init(&look->cluster, look->loop, kube, &look->source->args->kube);
	look->ns = kube_config(kube)->ns;
	return kube_login(kube, isatty(STDIN_FILENO), err);
}

/* What was selected and is not there, in one sentence; NULL: something is. To free(). */
static char *say_nothing(const struct look *look)
{
	char *what, *text;
	size_t n;

	once_rows(look->once, &n);
	if (n || look->exit_code || !look->source->selection || !look->targets.n)
		return NULL;
	what = selection_words(look->source->selection, &look->targets, look->ns);
	text = xasprintf("nothing matches %s%s", what,
		look->home && look->home->error.code == ERROR_NOT_FOUND
			? ": there is no such namespace"
			: "");
	free(what);
	return text;
}

int status_read_cluster(struct once *once, const struct status_source *source, char **nothing,
	struct errors *errs)
{
	struct look look = { .source = source, .once = once, .errs = errs };
	struct error err = { 0 };

	*nothing = NULL;
	look.loop = loop_new(&err);
	if (look.loop && open_cluster(&look, &err)) {
		cluster_connect(&look.cluster, connected, &look);
		loop_run(look.loop, &err);
		if (!err.code)
			*nothing = say_nothing(&look);
	}
	if (err.code)
		fail(&look, &err, session_exit_code(&err));
	for (size_t i = 0; i < look.questions.n; i++)
		question_free(look.questions.items[i]);
	free(look.questions.items);
	targets_release(&look.targets);
	cluster_release(&look.cluster);
	loop_free(look.loop);
	return look.exit_code;
}
