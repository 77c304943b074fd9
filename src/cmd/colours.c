/* SPDX-License-Identifier: Apache-2.0 */
/* Which colours of a blue/green Deployment there are: what serves, and what has to go. */
#include "cmd/colours.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/preflight.h"
#include "kube/client.h"
#include "kube/delete.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "plan/blue_green.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/verification.h"

#define RETRY_MS 1000

/* A Deployment that is not the new one. */
struct other {
	char *name, *uid;
};

/* A Service that leads to a colour, whoever made it. */
struct lead {
	char *service, *deployment;
};

struct colours {
	struct executor_spec spec;
	const struct plan_step *step;
	const char *ns; /* of the Deployment */
	colours_fn *done;
	void *arg;
	struct kube_list *list;
	struct kube_call *call;
	struct loop_timer *timer; /* tries again, or ends the removal */

	bool verified;
	size_t next;              /* the manifest that is looked at */
	char *serving;
	bool seen;                /* a Service was */
	struct error why;         /* not to go on */

	struct other *others;
	size_t n, cap, gone;
	struct lead *leads;
	size_t nleads, leads_cap;
	bool plain;               /* a Deployment of the plain name is there, none of ours */
};

static void look_on(struct colours *c);
static void on_timer(void *arg);

struct colours *colours_new(const struct executor_spec *spec)
{
	struct colours *c = xcalloc(1, sizeof(*c));

	c->spec = *spec;
	c->step = &spec->plan->steps[spec->index];
	c->ns = c->step->blue_green.ns ? c->step->blue_green.ns : spec->ns;
	c->timer = loop_timer_add(spec->loop, on_timer, c);
	return c;
}

void colours_cancel(struct colours *c)
{
	kube_list_cancel(c->list);
	kube_cancel(c->call);
	loop_timer_stop(c->timer);
	c->list = NULL;
	c->call = NULL;
}

void colours_free(struct colours *c)
{
	if (!c)
		return;
	colours_cancel(c);
	loop_timer_remove(c->timer);
	for (size_t i = 0; i < c->n; i++) {
		free(c->others[i].name);
		free(c->others[i].uid);
	}
	for (size_t i = 0; i < c->nleads; i++) {
		free(c->leads[i].service);
		free(c->leads[i].deployment);
	}
	free(c->others);
	free(c->leads);
	free(c->serving);
	free(c);
}

static void end(struct colours *c, const struct error *err)
{
	colours_cancel(c);
	c->done(c->arg, err);
}

static void warn(struct colours *c, char *text_take)
{
	recorder_emit(c->spec.recorder, event_warning(c->spec.index, NULL, text_take));
	free(text_take);
}

static bool is_switched(const struct manifest *m)
{
	return strcmp(m->kind, "Service") == 0 &&
		json_object_get(jx_get(m->object, "spec.selector"), COLOUR_LABEL);
}

const struct manifest *colours_service(const struct colours *c)
{
	const struct manifests *list = &c->step->manifests;
	size_t i = c->step->blue_green.first_switched;

	while (i + 1 < list->n && !is_switched(&list->items[i]))
		i++;
	return &list->items[i];
}

const char *colours_serving(const struct colours *c)
{
	return c->serving;
}

bool colours_has_service(const struct colours *c)
{
	return c->seen;
}

/* The labels that the Pods of the new colour have. */
static const json_t *new_labels(const struct colours *c)
{
	const struct manifests *list = &c->step->manifests;

	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i].name, c->step->blue_green.deployment) == 0 &&
			strcmp(list->items[i].kind, "Deployment") == 0)
			return jx_get(list->items[i].object, "spec.template.metadata.labels");
	return NULL;
}

static bool selects(const json_t *selector, const json_t *labels)
{
	void *at = json_object_iter((json_t *)selector);

	for (; at; at = json_object_iter_next((json_t *)selector, at))
		if (!json_equal(json_object_get(labels, json_object_iter_key(at)),
			    json_object_iter_value(at)))
			return false;
	return json_object_size(selector) > 0;
}

static void service_seen(void *arg, const json_t *object, uint64_t hash)
{
	struct colours *c = arg;
	const json_t *selector = jx_get(object, "spec.selector");
	const char *colour = json_string_value(json_object_get(selector, COLOUR_LABEL));
	char *text;

	(void)hash;
	c->seen = true;
	if (colour && !c->serving)
		c->serving = xasprintf("%s-%s", c->step->blue_green.name, colour);
	if (colour || !c->verified || !selects(selector, new_labels(c)))
		return;
	text = json_dumps(selector, JSON_COMPACT);
	error_set(&c->why, ERROR_REFUSED,
		"Service %s selects %s and would lead to the new Pods before they are verified; "
		"delete it, or run this step once with verify: none and without blueGreen: "
		"{verify: true}, which gives it a colour",
		jx_str(object, "metadata.name"), text);
	free(text);
}

static bool is_weather(const struct error *err)
{
	return err->code == ERROR_NETWORK || err->code == ERROR_TLS || err->code == ERROR_TIMEOUT ||
		err->code == ERROR_THROTTLED || err->code == ERROR_SERVER ||
		err->code == ERROR_PARSE;
}

static void service_looked(
	void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct colours *c = arg;

	(void)remaining;
	c->list = NULL;
	if (is_weather(err)) {
		verification_apply_waits(c->spec.verification, err->text);
		loop_timer_set(
			c->timer, retry_after_ms > RETRY_MS ? retry_after_ms : RETRY_MS);
		return;
	}
	verification_apply_waits(c->spec.verification, NULL);
	/* What may not be read may be applied all the same, as long as nothing depends on it. */
	if (err->code != ERROR_NONE && err->code != ERROR_NOT_FOUND &&
		(c->verified || err->code != ERROR_RBAC)) {
		end(c, err);
		return;
	}
	c->next++;
	look_on(c);
}

/* The next Service to be switched, or the end. */
static void look_on(struct colours *c)
{
	struct kube_list_handler handler = { .item = service_seen, .done = service_looked,
		.arg = c };
	struct kube_discovery *discovery = c->spec.cluster->discovery;
	const struct manifests *list = &c->step->manifests;

	while (c->next < list->n && !is_switched(&list->items[c->next]))
		c->next++;
	if (c->next == list->n || c->why.code) {
		end(c, &c->why);
		return;
	}
	c->list = kube_get_object(c->spec.cluster->kube,
		kube_find_kind(discovery, "v1", "Service"),
		preflight_ns(discovery, &list->items[c->next], c->spec.ns),
		list->items[c->next].name, &handler);
}

void colours_look(struct colours *c, bool verified, colours_fn *done, void *arg)
{
	c->verified = verified;
	c->done = done;
	c->arg = arg;
	c->next = c->step->blue_green.first_switched;
	look_on(c);
}

/* Ours, of this name, and not the new one: nothing else is ever deleted. */
static bool is_other(const struct colours *c, const json_t *object, const char *name)
{
	const struct blue_green *bg = &c->step->blue_green;
	const char *label = jx_label(object, COLOURS_LABEL);
	size_t len = strlen(bg->name);

	return label && strcmp(label, bg->name) == 0 && strncmp(name, bg->name, len) == 0 &&
		name[len] == '-' && strcmp(name, bg->deployment) != 0;
}

/* The Service that still leads to that Deployment; NULL: none is known. */
static const char *service_of(const struct colours *c, const char *deployment)
{
	for (size_t i = 0; i < c->nleads; i++)
		if (strcmp(c->leads[i].deployment, deployment) == 0)
			return c->leads[i].service;
	return NULL;
}

static void deployment_seen(void *arg, const json_t *object, uint64_t hash)
{
	struct colours *c = arg;
	const char *name = jx_str(object, "metadata.name");
	const char *uid = jx_str(object, "metadata.uid"), *service;

	(void)hash;
	if (!name || !uid)
		return;
	c->plain |= strcmp(name, c->step->blue_green.name) == 0 &&
		!jx_label(object, COLOURS_LABEL);
	if (!is_other(c, object, name) || jx_str(object, "metadata.deletionTimestamp"))
		return;
	service = service_of(c, name);
	if (service) {
		warn(c, xasprintf("Deployment %s, another colour, stays: Service %s, which this step "
				  "does not switch, leads to it", name, service));
		return;
	}
	VEC_GROW(c->others, c->n, c->cap);
	c->others[c->n++] = (struct other){ xstrdup(name), xstrdup(uid) };
}

static void remove_on(struct colours *c);

static void deleted(void *arg, const struct kube_answer *answer)
{
	struct colours *c = arg;
	const char *name = c->others[c->gone++].name;

	c->call = NULL;
	if (answer->error.code == ERROR_NONE)
		warn(c, xasprintf("removed Deployment %s, another colour of %s", name,
				c->step->blue_green.name));
	else if (answer->error.code != ERROR_NOT_FOUND)
		warn(c, xasprintf("Deployment %s, another colour, is still there: %s; remove it "
				  "with: kubectl delete deployment %s -n %s",
				name, answer->error.text, name, c->ns));
	remove_on(c);
}

static void remove_on(struct colours *c)
{
	struct error none = { 0 };

	if (c->gone == c->n) {
		end(c, &none);
		return;
	}
	c->call = kube_delete(c->spec.cluster->kube,
		kube_find_kind(c->spec.cluster->discovery, "apps/v1", "Deployment"), c->ns,
		c->others[c->gone].name, c->others[c->gone].uid, deleted, c);
}

static void listed(void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct colours *c = arg;
	const char *name = c->step->blue_green.name;

	(void)remaining;
	(void)retry_after_ms;
	c->list = NULL;
	if (err->code != ERROR_NONE)
		warn(c, xasprintf("the other colours of %s may still be there: %s; see: kubectl get "
				  "deployments -l " COLOURS_LABEL "=%s -n %s",
				name, err->text, name, c->ns));
	if (c->plain)
		warn(c, xasprintf("Deployment %s is not one of ours and stays; when nothing needs it "
				  "any more: kubectl delete deployment %s -n %s", name, name, c->ns));
	remove_on(c);
}

static void list_deployments(struct colours *c)
{
	struct kube_list_handler handler = { .item = deployment_seen, .done = listed, .arg = c };
	char *selector = xasprintf("app=%s", c->step->blue_green.name);
	struct kube_list_query query = {
		.resource = kube_find_kind(c->spec.cluster->discovery, "apps/v1", "Deployment"),
		.ns = c->ns,
		.label_selector = selector,
	};

	c->list = kube_list(c->spec.cluster->kube, &query, &handler);
	free(selector);
}

static void lead_seen(void *arg, const json_t *object, uint64_t hash)
{
	struct colours *c = arg;
	const json_t *selector = jx_get(object, "spec.selector");
	const char *colour = json_string_value(json_object_get(selector, COLOUR_LABEL));
	const char *name = jx_str(object, "metadata.name");

	(void)hash;
	if (!colour || !name)
		return;
	VEC_GROW(c->leads, c->nleads, c->leads_cap);
	c->leads[c->nleads++] = (struct lead){ xstrdup(name),
		xasprintf("%s-%s", c->step->blue_green.name, colour) };
}

/* Who may not list Services is not asked about those of others. */
static void leads_listed(
	void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct colours *c = arg;

	(void)err;
	(void)remaining;
	(void)retry_after_ms;
	c->list = NULL;
	list_deployments(c);
}

void colours_remove(struct colours *c, int64_t limit_ms, colours_fn *done, void *arg)
{
	struct kube_list_handler handler = { .item = lead_seen, .done = leads_listed, .arg = c };
	struct kube_list_query query = {
		.resource = kube_find_kind(c->spec.cluster->discovery, "v1", "Service"),
		.ns = c->ns,
	};

	c->done = done;
	c->arg = arg;
	c->list = kube_list(c->spec.cluster->kube, &query, &handler);
	loop_timer_set(c->timer, limit_ms);
}

/* While Services are looked at: once more. While colours are removed: that took too long. */
static void on_timer(void *arg)
{
	struct colours *c = arg;
	struct error none = { 0 };

	if (!c->list && !c->call) {
		look_on(c);
		return;
	}
	warn(c, xasprintf("the other colours of %s may still be there: no answer in time; see: kubectl "
			  "get deployments -l " COLOURS_LABEL "=%s -n %s",
			c->step->blue_green.name, c->step->blue_green.name, c->ns));
	end(c, &none);
}
