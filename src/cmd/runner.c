/* SPDX-License-Identifier: Apache-2.0 */
/* Executes a plan: its steps in order, from the first question to run.end. */
#include "cmd/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/applier.h"
#include "cmd/preflight.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/kubeconfig.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/verification.h"

/* A cluster that does not answer at all is asked again for this long before anything was started.
 */
#define FIRST_CONTACT_MS 10000
#define FIRST_RETRY_MS 1000

struct runner {
	struct runner_spec spec;
	struct kube_discovery *discovery;
	struct loop_timer *retry;
	int64_t started_at;
	size_t step;              /* the one going on; plan->n: none any more */
	bool step_open, ended;
	struct verification *verification;
	struct applier *applier;
	enum verdict verdict;     /* of the first step that did not end well */
	int exit_code;
};

static void start_step(struct runner *r);

struct runner *runner_new(const struct runner_spec *spec)
{
	struct runner *r = xcalloc(1, sizeof(*r));

	r->spec = *spec;
	r->discovery = kube_discovery_new(spec->kube);
	return r;
}

void runner_free(struct runner *r)
{
	if (!r)
		return;
	applier_free(r->applier);
	verification_free(r->verification);
	kube_discovery_free(r->discovery);
	loop_timer_remove(r->retry);
	free(r);
}

static void emit(struct runner *r, json_t *event_take)
{
	recorder_emit(r->spec.recorder, event_take);
}

static void emit_run_start(struct runner *r)
{
	const struct plan *plan = r->spec.plan;
	json_t *steps = json_array();

	for (size_t i = 0; i < plan->n; i++)
		json_array_append_new(steps,
			json_pack("{s:o, s:s}", "name", jx_string(plan->steps[i].name), "type",
				step_type_word(plan->steps[i].type)));
	emit(r, event_run_start(r->spec.run_id, plan->name, PACKAGE_VERSION, (int)getpid(), steps));
}

/* What the connection itself has to say goes with the first step. */
static void emit_cluster_warnings(struct runner *r)
{
	const char *const *w = kube_discovery_warnings(r->discovery);

	if (kube_config(r->spec.kube)->insecure)
		emit(r,
			event_warning(r->step, NULL,
				"the server's certificate is not verified (insecure-skip-tls-verify)"));
	for (; w && *w; w++)
		emit(r, event_warning(r->step, NULL, *w));
}

static void emit_step_start(struct runner *r)
{
	const struct kube_config *config = kube_config(r->spec.kube);
	const struct plan_step *step = &r->spec.plan->steps[r->step];
	const struct verify *v = &step->verify;
	bool verified = v->mode != VERIFY_NONE;
	struct cluster_words cluster = { config->context, config->server,
		kube_server_version(r->discovery) };
	struct verify_words words = {
		.mode = verify_mode_word(v->mode),
		.timeout_ms = v->timeout_ms,
		.stabilization_ms = verified ? v->stabilization_ms : -1,
		.wait_for_jobs = v->wait_for_jobs,
		.fail_early = verified ? fail_early_word(v->fail_early) : NULL,
		.grace_ms = v->grace_ms,
	};

	emit(r, event_step_start(r->step, &cluster, &words));
	r->step_open = true;
	if (step->verify_note)
		emit(r, event_warning(r->step, NULL, step->verify_note));
	if (r->step == 0)
		emit_cluster_warnings(r);
}

static void free_step(struct runner *r)
{
	applier_free(r->applier);
	verification_free(r->verification);
	r->applier = NULL;
	r->verification = NULL;
}

static void end_run(struct runner *r)
{
	r->ended = true;
	loop_timer_remove(r->retry);
	r->retry = NULL;
	for (size_t i = r->step; i < r->spec.plan->n; i++)
		emit(r,
			event_step_verdict(
				i, VERDICT_SKIPPED, "an earlier step did not succeed", 0));
	if (r->verdict == VERDICT_NONE)
		r->verdict = VERDICT_SUCCEEDED;
	emit(r, event_run_end(r->verdict, r->exit_code));
	r->spec.done(r->spec.arg, r->verdict, r->exit_code);
}

static void end_step(struct runner *r, enum verdict verdict, int exit_code, const char *reason)
{
	if (!r->step_open)
		emit_step_start(r);
	emit(r, event_step_verdict(r->step, verdict, reason, exit_code));
	free_step(r);
	r->step_open = false;
	r->step++;
	if (verdict != VERDICT_SUCCEEDED && verdict != VERDICT_NOT_VERIFIED) {
		r->verdict = verdict;
		r->exit_code = exit_code;
		end_run(r);
	} else if (r->step < r->spec.plan->n) {
		start_step(r);
	} else {
		end_run(r);
	}
}

static void verified(void *arg, const struct verification_end *end)
{
	struct runner *r = arg;
	char *reason = xstrdup_or_null(end->reason);

	if (r->applier)
		applier_give_up(r->applier);
	end_step(r, end->verdict, end->exit_code, reason);
	free(reason);
}

static void applied(void *arg, const struct error *err)
{
	struct runner *r = arg;
	bool barred = err->code == ERROR_RBAC || err->code == ERROR_UNAUTHORIZED;

	if (err->code != ERROR_NONE) {
		struct error why = *err;

		verification_stop(r->verification);
		end_step(r, VERDICT_FAILED, barred ? 4 : 1, why.text);
	} else if (r->spec.plan->steps[r->step].verify.mode == VERIFY_NONE) {
		end_step(r, VERDICT_NOT_VERIFIED, 0, "applied; not verified, as the plan says");
	} else {
		verification_applied(r->verification);
	}
}

static void start_step(struct runner *r)
{
	const struct plan_step *step = &r->spec.plan->steps[r->step];
	struct verification_spec verification = {
		.loop = r->spec.loop,
		.recorder = r->spec.recorder,
		.kube = r->spec.kube,
		.discovery = r->discovery,
		.step = r->step,
		.verify = step->verify,
		.done = verified,
		.arg = r,
	};
	struct applier_spec applier = {
		.loop = r->spec.loop,
		.kube = r->spec.kube,
		.discovery = r->discovery,
		.plan = r->spec.plan,
		.index = r->step,
		.ns = r->spec.ns,
		.done = applied,
		.arg = r,
	};

	emit_step_start(r);
	r->verification = verification_new(&verification);
	if (step->type == STEP_WATCH) {
		for (size_t i = 0; i < step->manifests.n; i++) {
			const struct manifest *m = &step->manifests.items[i];

			verification_add(r->verification, m,
				preflight_ns(r->discovery, m, r->spec.ns), NULL);
		}
		verification_applied(r->verification);
		return;
	}
	applier.verification = r->verification;
	r->applier = applier_start(&applier);
}

/* Nothing was applied: every mistake is said, the first one is the verdict's reason. */
static void refuse(struct runner *r, const struct errors *errs)
{
	emit_step_start(r);
	for (size_t i = 1; i < errs->n; i++)
		emit(r, event_warning(r->step, NULL, errs->items[i].text));
	end_step(r, VERDICT_FAILED, 2, errs->items[0].text);
}

static void discover(void *arg);

static void discovered(void *arg, const struct error *err)
{
	struct runner *r = arg;
	bool weather = err->code == ERROR_NETWORK || err->code == ERROR_TIMEOUT ||
		err->code == ERROR_THROTTLED || err->code == ERROR_SERVER;
	struct errors errs = { 0 };

	if (weather && clock_now_ms() - r->started_at < FIRST_CONTACT_MS) {
		loop_timer_set(r->retry, FIRST_RETRY_MS);
	} else if (err->code != ERROR_NONE) {
		end_step(r, VERDICT_FAILED, 4, err->text);
	} else {
		if (preflight(r->spec.plan, r->discovery, r->spec.ns, r->spec.ns_required, &errs))
			start_step(r);
		else
			refuse(r, &errs);
		errors_release(&errs);
	}
}

static void discover(void *arg)
{
	struct runner *r = arg;

	kube_discover(r->discovery, discovered, r);
}

void runner_start(struct runner *r)
{
	r->started_at = clock_now_ms();
	emit_run_start(r);
	r->retry = loop_timer_add(r->spec.loop, discover, r);
	discover(r);
}

void runner_stop(struct runner *r, enum verdict verdict, int exit_code)
{
	if (r->ended)
		return;
	if (r->applier)
		applier_give_up(r->applier);
	if (r->verification)
		verification_stop(r->verification);
	kube_discover_cancel(r->discovery, r);
	end_step(r, verdict, exit_code,
		verdict == VERDICT_CANCELED ? "canceled" : "interrupted: the terminal is gone");
}
