/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle run --check: asks the clusters what a plan would do, step by step, and changes nothing. */
#include "cmd/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/map.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cmd/check_helm.h"
#include "cmd/check_rights.h"
#include "cmd/check_say.h"
#include "cmd/clusters.h"
#include "cmd/preflight.h"
#include "cmd/session.h"
#include "kube/apply.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "manifest/redact.h"
#include "plan/helm.h"
#include "rules/data.h"

#define TRIES 3
#define AGAIN_MS 1000

struct check {
	const struct plan *plan;
	struct loop *loop;
	struct clusters clusters;
	struct loop_timer *timer;
	size_t step, object;      /* what comes next */
	struct rights rights;     /* of the step */
	bool told_rights;
	struct kube_access *asking;
	struct kube_apply *trying;
	struct kube_list *looking; /* for a helm step's namespace */
	struct check_helm *helm;  /* trying the step's chart */
	bool told_helm;
	int tries;                /* of the object */
	struct map notes;         /* what was noted: said once for all steps. Text → itself, owned */
	size_t counts[APPLIED__COUNT], untried;
	int exit_code;            /* of the first that is wrong */
};

static void note_code(struct check *c, int code)
{
	c->exit_code = c->exit_code ? c->exit_code : code;
}

/* --- what the cluster says to it --- */

static void go_on(void *arg);

/* Of an object of the step. */
static const char *ns_of(const struct check *c, const struct manifest *m)
{
	return preflight_ns(clusters_of(&c->clusters, c->step)->discovery, m,
		clusters_ns(&c->clusters, c->plan, c->step));
}

static void say_object(struct check *c, const struct manifest *m, const char *what, const char *why)
{
	char *label = check_label(m, ns_of(c, m));

	check_say_take("  ", xasprintf("%s: %s%s%s", label, what, why ? ": " : "", why ? why : ""));
	free(label);
}

static bool lets_helm_make(const struct check *c, size_t step, const char *ns)
{
	const struct helm_release *release = c->plan->steps[step].helm;

	return release && release->create_namespace &&
		strcmp(clusters_ns(&c->clusters, c->plan, step), ns) == 0;
}

/* The plan makes the namespace itself, which a dry run does not. */
static bool makes_namespace(const struct check *c, const char *ns)
{
	for (size_t i = 0; ns && i < c->plan->n; i++) {
		const struct manifests *list = &c->plan->steps[i].manifests;

		if (clusters_of(&c->clusters, i) != clusters_of(&c->clusters, c->step))
			continue;
		if (lets_helm_make(c, i, ns))
			return true;
		for (size_t k = 0; k < list->n; k++)
			if (strcmp(list->items[k].kind, "Namespace") == 0 &&
				strcmp(list->items[k].name, ns) == 0)
				return true;
	}
	return false;
}

static int code_of(const struct error *err)
{
	switch (err->code) {
	case ERROR_NETWORK:
	case ERROR_TLS:
	case ERROR_TIMEOUT:
	case ERROR_UNAUTHORIZED:
	case ERROR_RBAC: return 4;
	default: return 1;
	}
}

/* Why the answer says nothing of what a run would do; NULL: it does. */
static const char *beside_the_point(
	const struct check *c, const struct manifest *m, const struct error *err)
{
	if (err->code == ERROR_NOT_FOUND && makes_namespace(c, ns_of(c, m)))
		return "its namespace is made by this plan";
	if (strstr(err->text, "does not support dry run"))
		return "an admission webhook takes no dry run";
	return NULL;
}

static void tried(void *arg, const struct kube_apply_result *result)
{
	static const char *const words[APPLIED__COUNT] = {
		[APPLIED_CREATED] = "would be created",
		[APPLIED_CHANGED] = "would be changed",
		[APPLIED_UNCHANGED] = "is as it should be",
	};
	struct check *c = arg;
	const struct manifest *m = &c->plan->steps[c->step].manifests.items[c->object];
	const char *other = beside_the_point(c, m, &result->error);

	c->trying = NULL;
	if (result->error.code && result->retryable && ++c->tries < TRIES) {
		loop_timer_set(c->timer, AGAIN_MS);
		return;
	}
	if (!result->error.code) {
		say_object(c, m, words[result->applied], NULL);
		c->counts[result->applied]++;
	} else if (other) {
		say_object(c, m, "not tried", other);
		c->untried++;
	} else {
		say_object(c, m, "refused", result->error.text);
		c->counts[APPLIED_FAILED]++;
		note_code(c, code_of(&result->error));
	}
	for (const char *const *w = result->warnings; w && *w; w++)
		check_say("    warning: ", *w);
	c->tries = 0;
	c->object++;
	loop_timer_set(c->timer, 0);
}

static void try_object(struct check *c)
{
	const struct cluster *cluster = clusters_of(&c->clusters, c->step);
	const struct plan_step *step = &c->plan->steps[c->step];
	const struct manifest *m = &step->manifests.items[c->object];
	struct kube_apply_request request = {
		.resource = kube_find_kind(cluster->discovery, m->api_version, m->kind),
		.ns = ns_of(c, m),
		.name = m->name,
		.body = m->body,
		.body_len = m->body_len,
		.force_conflicts = step->force_conflicts,
		.dry_run = true,
		.secret = strcmp(m->kind, "Secret") == 0 ? m->object : NULL,
		.mask = redact_text,
	};

	if (request.resource) {
		c->trying = kube_apply(cluster->kube, &request, tried, c);
		return;
	}
	say_object(c, m, "not tried", "its kind is defined by this plan");
	c->untried++;
	c->object++;
	loop_timer_set(c->timer, 0);
}

static void may(void *arg, const struct error *err, bool allowed)
{
	struct check *c = arg;

	c->asking = NULL;
	if (err->code == ERROR_NONE) {
		rights_answer(&c->rights, allowed);
	} else {
		check_say("  note: whether all of it is allowed cannot be asked: ", err->text);
		rights_skip(&c->rights);
	}
	loop_timer_set(c->timer, 0);
}

static void tell_rights(struct check *c)
{
	bool verified = c->plan->steps[c->step].verify.mode != VERIFY_NONE;

	for (size_t i = 0; i < c->rights.n; i++) {
		bool barred;
		char *text = rights_trouble(&c->rights.items[i], verified, &barred);

		if (barred)
			note_code(c, 4);
		if (text && (barred || !map_get(&c->notes, text)))
			check_say("  ", text);
		if (text && !barred && !map_get(&c->notes, text))
			map_set(&c->notes, text, text);
		else
			free(text);
	}
	c->told_rights = true;
}

/* What helm would do it does with an owner and rules of its own: its word for it, and no more. */
static void helm_tried(
	void *arg, const struct manifests *made, int revision, const char *trouble)
{
	struct check *c = arg;
	const char *release = c->plan->steps[c->step].helm->name;

	if (trouble) {
		check_say_take("  ", xasprintf("release %s: refused: %s", release, trouble));
		c->counts[APPLIED_FAILED]++;
		note_code(c, 1);
	} else {
		check_say_take("  ", xasprintf("release %s: helm would make revision %d, of %zu object%s",
					     release, revision, made->n, made->n == 1 ? "" : "s"));
	}
	for (size_t i = 0; !trouble && i < made->n; i++)
		check_say_take("    ", check_label(&made->items[i], ns_of(c, &made->items[i])));
	check_helm_free(c->helm);
	c->helm = NULL;
	c->told_helm = true;
	loop_timer_set(c->timer, 0);
}

static void try_helm(struct check *c)
{
	struct check_helm_spec spec = {
		.loop = c->loop,
		.plan = c->plan,
		.index = c->step,
		.cluster = clusters_of(&c->clusters, c->step),
		.ns = clusters_ns(&c->clusters, c->plan, c->step),
		.done = helm_tried,
		.arg = c,
	};

	c->helm = check_helm_start(&spec);
}

static void namespace_seen(void *arg, const json_t *object, uint64_t hash)
{
	(void)arg;
	(void)object;
	(void)hash;
}

static void namespace_looked(
	void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct check *c = arg;
	char *why;

	(void)remaining;
	(void)retry_after_ms;
	c->looking = NULL;
	if (err->code != ERROR_NOT_FOUND) {
		try_helm(c); /* it is there, or may not be asked for */
		return;
	}
	why = xasprintf("there is no namespace %s; createNamespace: true in the step lets helm make it",
		clusters_ns(&c->clusters, c->plan, c->step));
	helm_tried(c, NULL, 0, why);
	free(why);
}

/* helm's dry run does not mind that the namespace is missing; helm does. */
static void look_for_namespace(struct check *c)
{
	const struct cluster *cluster = clusters_of(&c->clusters, c->step);
	const char *ns = clusters_ns(&c->clusters, c->plan, c->step);
	const struct kube_resource *resource = kube_find_kind(cluster->discovery, "v1", "Namespace");
	struct kube_list_handler handler = { .item = namespace_seen, .done = namespace_looked,
		.arg = c };

	if (resource && !makes_namespace(c, ns))
		c->looking = kube_get_object(cluster->kube, resource, NULL, ns, &handler);
	else
		try_helm(c);
}

static void begin_step(struct check *c)
{
	const struct cluster *cluster = clusters_of(&c->clusters, c->step);
	const struct kube_config *config = kube_config(cluster->kube);
	char *where = xasprintf(", %s%s%s, namespace %s", config->context ? config->context : "",
		config->context ? " at " : "", config->server,
		clusters_ns(&c->clusters, c->plan, c->step));

	check_say_step(c->plan, c->step, where);
	free(where);
	rights_release(&c->rights);
	rights_of_step(&c->rights, c->plan, &c->clusters, c->step);
	c->told_rights = false;
	c->told_helm = c->plan->steps[c->step].type != STEP_HELM;
	c->object = 0;
}

static void finish(struct check *c)
{
	printf("%s: %zu would be created, %zu changed, %zu as they should be, %zu refused, %zu not "
	       "tried; nothing was changed\n",
		c->plan->file, c->counts[APPLIED_CREATED], c->counts[APPLIED_CHANGED],
		c->counts[APPLIED_UNCHANGED], c->counts[APPLIED_FAILED], c->untried);
	loop_stop(c->loop);
}

static void go_on(void *arg)
{
	struct check *c = arg;
	struct kube_access_question question;

	if (rights_next(&c->rights, &question)) {
		c->asking = kube_access_ask(
			clusters_of(&c->clusters, c->step)->kube, &question, may, c);
		return;
	}
	if (!c->told_rights)
		tell_rights(c);
	if (c->object < c->plan->steps[c->step].manifests.n) {
		try_object(c);
		return;
	}
	if (!c->told_helm) {
		look_for_namespace(c);
		return;
	}
	if (++c->step == c->plan->n) {
		finish(c);
		return;
	}
	begin_step(c);
	loop_timer_set(c->timer, 0);
}

/* --- before anything is asked --- */

static bool check_contact(struct check *c)
{
	bool good = true;

	for (size_t i = 0; i < c->plan->n; i++) {
		const struct error *err = clusters_answer(&c->clusters, i);

		if (err->code == ERROR_NONE || !clusters_first_use(&c->clusters, i))
			continue;
		good = false;
		fprintf(stderr, "ksettle: %s\n", err->text);
	}
	if (!good)
		fprintf(stderr, "ksettle: %s has no mistake in itself; what the cluster says to it "
			"could not be asked\n", c->plan->file);
	return good;
}

static bool check_kinds(struct check *c)
{
	struct errors errs = { 0 };
	bool good = true;

	for (size_t i = 0; i < c->plan->n; i++)
		good &= preflight(c->plan, &c->clusters, i, &errs);
	session_complain(&errs);
	errors_release(&errs);
	return good;
}

static void connected(void *arg)
{
	struct check *c = arg;

	if (!check_contact(c))
		c->exit_code = 4;
	else if (!check_kinds(c))
		c->exit_code = 2;
	if (c->exit_code) {
		loop_stop(c->loop);
		return;
	}
	begin_step(c);
	loop_timer_set(c->timer, 0);
}

static int ask_clusters(const struct args *args, const struct plan *plan)
{
	struct check c = { .plan = plan };
	struct error err = { 0 };

	c.loop = loop_new(&err);
	if (c.loop && clusters_open(&c.clusters, c.loop, plan, &args->kube, &err)) {
		c.timer = loop_timer_add(c.loop, go_on, &c);
		clusters_connect(&c.clusters, connected, &c);
		loop_run(c.loop, &err);
	}
	kube_list_cancel(c.looking);
	check_helm_free(c.helm);
	rights_release(&c.rights);
	for (size_t i = 0; i < c.notes.cap; i++)
		free(c.notes.slots[i].value);
	map_release(&c.notes);
	clusters_release(&c.clusters);
	loop_timer_remove(c.timer);
	loop_free(c.loop);
	return err.code ? session_fail(&err) : c.exit_code;
}

static int ask_nobody(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = &plan->steps[i];

		check_say_step(plan, i, "");
		for (size_t k = 0; k < step->manifests.n; k++) {
			const struct manifest *m = &step->manifests.items[k];

			check_say_take("  ", check_label(m, m->ns));
		}
	}
	check_say_take("", xasprintf("%s: no mistake; no cluster was asked", plan->file));
	return 0;
}

int check_run(const struct args *args, const struct plan *plan)
{
	int code;

	if (args->offline)
		return ask_nobody(plan);
	if (!session_load_rules())
		return 2;
	code = ask_clusters(args, plan);
	rules_forget();
	return code;
}
