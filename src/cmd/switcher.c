/* SPDX-License-Identifier: Apache-2.0 */
/* Blue/green: a new colour, the switch to it, and the end of the old one. */
#include "cmd/switcher.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/applier.h"
#include "cmd/cluster.h"
#include "cmd/colours.h"
#include "cmd/preflight.h"
#include "track/verification.h"

#define REMOVE_MS 10000 /* so long at most the old colours hold up the verdict */

enum phase {
	PHASE_LOOK,    /* which colour serves */
	PHASE_NEW,     /* the new one is applied, and verified */
	PHASE_SWITCH,  /* the Services are applied, and verified with it */
	PHASE_REMOVE,  /* the others go */
};

struct switcher {
	struct executor executor;
	struct executor_spec spec;
	const struct blue_green *bg;
	struct manifests before, behind; /* of the switch; borrowed from the step */
	struct executor *first, *second; /* the appliers of both */
	struct colours *colours;
	struct loop_timer *timer;
	enum phase phase;
	bool given_up, refused;
};

static void applied(void *arg, const struct error *err);

/* One part of the step's objects. */
static struct executor *apply(struct switcher *s, const struct manifests *part)
{
	struct executor_spec spec = s->spec;

	spec.applied = applied;
	spec.ended = NULL;
	spec.arg = s;
	return applier_start(&spec, part);
}

static void not_tried(struct switcher *s, const struct manifests *part)
{
	for (size_t i = 0; i < part->n; i++)
		verification_add_refused(s->spec.verification, &part->items[i],
			preflight_ns(s->spec.cluster->discovery, &part->items[i], s->spec.ns), NULL,
			NULL, NULL);
}

/* What was not begun is shown as not tried; what was begun says so itself. */
static void give_up(struct executor *e)
{
	struct switcher *s = (struct switcher *)e;

	if (s->given_up)
		return;
	s->given_up = true;
	colours_cancel(s->colours);
	loop_timer_stop(s->timer);
	if (s->first)
		executor_apply.give_up(s->first);
	else
		not_tried(s, &s->before);
	if (s->second)
		executor_apply.give_up(s->second);
	else
		not_tried(s, &s->behind);
}

static void fail(struct switcher *s, const struct error *err)
{
	struct error why = *err;

	s->refused = true;
	give_up(&s->executor);
	s->spec.applied(s->spec.arg, &why);
}

static void removed(void *arg, const struct error *err)
{
	struct switcher *s = arg;

	if (s->bg->verify)
		s->spec.ended(s->spec.arg, VERDICT_SUCCEEDED, "every object is at its desired state");
	else
		s->spec.applied(s->spec.arg, err);
}

static void remove_others(struct switcher *s)
{
	int64_t deadline = verification_deadline(s->spec.verification);
	int64_t left = deadline < 0 ? REMOVE_MS : deadline - clock_now_ms();

	s->phase = PHASE_REMOVE;
	colours_remove(s->colours, left < REMOVE_MS ? left : REMOVE_MS, removed, s);
}

static void do_switch(struct switcher *s)
{
	s->phase = PHASE_SWITCH;
	s->second = apply(s, &s->behind);
}

/* Either part is in the cluster, or was refused. */
static void applied(void *arg, const struct error *err)
{
	struct switcher *s = arg;

	if (err->code != ERROR_NONE)
		fail(s, err);
	else if (s->bg->verify)
		s->spec.applied(s->spec.arg, err);
	else if (s->phase == PHASE_NEW)
		do_switch(s);
	else
		remove_others(s);
}

static bool goes_on(struct executor *e)
{
	struct switcher *s = (struct switcher *)e;

	if (s->phase == PHASE_NEW) {
		do_switch(s);
	} else {
		/* It has succeeded: how the old colour goes decides nothing any more. */
		verification_stop(s->spec.verification);
		remove_others(s);
	}
	return true;
}

static void looked(void *arg, const struct error *err)
{
	struct switcher *s = arg;

	if (err->code != ERROR_NONE) {
		fail(s, err);
		return;
	}
	s->phase = PHASE_NEW;
	s->first = apply(s, &s->before);
}

static void look(void *arg)
{
	struct switcher *s = arg;

	colours_look(s->colours, s->bg->verify, looked, s);
}

static struct executor *start(const struct executor_spec *spec)
{
	struct switcher *s = xcalloc(1, sizeof(*s));
	const struct plan_step *step = &spec->plan->steps[spec->index];
	size_t n = step->blue_green.first_switched;

	s->executor.kind = &executor_switch;
	s->spec = *spec;
	s->bg = &step->blue_green;
	s->before = (struct manifests){ .items = step->manifests.items, .n = n };
	s->behind = (struct manifests){ .items = step->manifests.items + n,
		.n = step->manifests.n - n };
	s->colours = colours_new(spec);
	s->timer = loop_timer_add(spec->loop, look, s);
	loop_timer_set(s->timer, 0);
	return &s->executor;
}

static void switcher_free(struct executor *e)
{
	struct switcher *s = (struct switcher *)e;

	if (s->first)
		executor_apply.free(s->first);
	if (s->second)
		executor_apply.free(s->second);
	colours_free(s->colours);
	loop_timer_remove(s->timer);
	free(s);
}

static char *kept(const struct switcher *s)
{
	return xasprintf("%s is kept for a look: kubectl delete deployment %s -n %s removes it",
		s->bg->deployment, s->bg->deployment, s->bg->ns ? s->bg->ns : s->spec.ns);
}

/* What a step that ends leaves behind, and what serves. */
static char *last_word(struct executor *e)
{
	const struct switcher *s = (struct switcher *)e;
	const char *service = colours_service(s->colours)->name;
	const char *serving = colours_serving(s->colours), *new = s->bg->deployment;
	bool made = s->first && applier_has_applied(s->first, "Deployment", new);
	char *more, *text;

	if (s->phase == PHASE_REMOVE)
		return xasprintf("Service %s leads to %s", service, new);
	if (serving && strcmp(serving, new) == 0)
		return xasprintf("Service %s leads to %s, as before", service, new);
	if (!made)
		return serving ? xasprintf("Service %s still leads to %s", service, serving) : NULL;
	more = kept(s);
	if (s->second && applier_has_applied(s->second, "Service", service))
		text = xasprintf("Service %s leads to %s now%s%s%s", service, new,
			serving ? "; " : "", serving ? serving : "",
			serving ? " is still there" : "");
	else if (s->second && !s->refused)
		text = xasprintf("Service %s may have been switched to %s: see kubectl get service "
				 "%s -o wide", service, new, service);
	else if (serving)
		text = xasprintf("Service %s still leads to %s; %s", service, serving, more);
	else if (colours_has_service(s->colours))
		text = xasprintf("Service %s was not touched; %s", service, more);
	else
		text = xasprintf("no Service leads to it yet; %s", more);
	free(more);
	return text;
}

const struct executor_kind executor_switch = {
	.start = start,
	.goes_on = goes_on,
	.last_word = last_word,
	.give_up = give_up,
	.free = switcher_free,
};
