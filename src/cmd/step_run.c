/* SPDX-License-Identifier: Apache-2.0 */
/* One step going on: what it applies and how that is verified. */
#include "cmd/step_run.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "cmd/clusters.h"
#include "cmd/executor.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/kubeconfig.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/verification.h"

struct step_run {
	struct step_run_spec spec;
	struct verification *verification;
	struct executor *executor;
};

static const struct plan_step *step_of(const struct step_run_spec *spec)
{
	return &spec->plan->steps[spec->index];
}

static void emit(const struct step_run_spec *spec, json_t *event_take)
{
	recorder_emit(spec->recorder, event_take);
}

static void emit_start(const struct step_run_spec *spec)
{
	struct cluster *on = clusters_of(spec->clusters, spec->index);
	const struct kube_config *config = kube_config(on->kube);
	const struct plan_step *step = step_of(spec);
	const struct verify *v = &step->verify;
	bool verified = v->mode == VERIFY_OBJECTS; /* helm knows no window and no grace */
	struct cluster_words cluster = { config->context, config->server,
		kube_server_version(on->discovery) };
	struct verify_words words = {
		.mode = verify_mode_word(v->mode),
		.timeout_ms = v->timeout_ms,
		.stabilization_ms = verified ? v->stabilization_ms : -1,
		.wait_for_jobs = v->wait_for_jobs,
		.fail_early = verified ? fail_early_word(v->fail_early) : NULL,
		.grace_ms = v->grace_ms,
	};

	emit(spec, event_step_start(spec->index, step->tool, &cluster, &words));
	if (step->verify_note)
		emit(spec, event_warning(spec->index, NULL, step->verify_note));
	for (size_t i = 0; i < step->nwarnings; i++)
		emit(spec, event_warning(spec->index, NULL, step->warnings[i]));
	cluster_warn(on, spec->recorder, spec->index);
}

void step_run_refuse(const struct step_run_spec *spec, enum verdict verdict, int exit_code,
	const struct errors *why)
{
	emit_start(spec);
	for (size_t i = 1; i < why->n; i++)
		emit(spec, event_warning(spec->index, NULL, why->items[i].text));
	emit(spec, event_step_verdict(spec->index, verdict, why->items[0].text, exit_code));
}

static void emit_verdict(
	struct step_run *run, enum verdict verdict, int exit_code, const char *reason)
{
	const struct executor_kind *kind = run->executor->kind;
	char *more = kind->last_word ? kind->last_word(run->executor) : NULL;
	char *both = more ? xasprintf("%s; %s", reason ? reason : "ended", more) : NULL;

	emit(&run->spec,
		event_step_verdict(run->spec.index, verdict, both ? both : reason, exit_code));
	free(both);
	free(more);
}

static void end(struct step_run *run, enum verdict verdict, int exit_code, const char *reason)
{
	struct step_run_spec spec = run->spec;

	emit_verdict(run, verdict, exit_code, reason);
	spec.done(spec.arg, spec.index, verdict, exit_code);
}

static void verified(void *arg, const struct verification_end *why)
{
	struct step_run *run = arg;
	char *reason = xstrdup_or_null(why->reason);

	run->executor->kind->give_up(run->executor);
	end(run, why->verdict, why->exit_code, reason);
	free(reason);
}

static bool goes_on(void *arg)
{
	struct step_run *run = arg;
	const struct executor_kind *kind = run->executor->kind;

	return kind->goes_on && kind->goes_on(run->executor);
}

static void applied(void *arg, const struct error *err)
{
	struct step_run *run = arg;
	bool barred = err->code == ERROR_RBAC || err->code == ERROR_UNAUTHORIZED;

	if (err->code != ERROR_NONE) {
		verification_stop(run->verification);
		end(run, VERDICT_FAILED, barred ? 4 : 1, err->text);
	} else if (step_of(&run->spec)->verify.mode == VERIFY_NONE) {
		end(run, VERDICT_NOT_VERIFIED, 0, "applied; not verified, as the plan says");
	} else {
		verification_applied(run->verification);
	}
}

static void ended(void *arg, enum verdict verdict, const char *reason)
{
	struct step_run *run = arg;

	verification_stop(run->verification);
	end(run, verdict, verdict_exit_code(verdict), reason);
}

struct step_run *step_run_start(const struct step_run_spec *spec)
{
	struct step_run *run = xcalloc(1, sizeof(*run));
	const struct plan_step *step = step_of(spec);
	struct cluster *cluster = clusters_of(spec->clusters, spec->index);
	struct verification_spec verification = {
		.loop = spec->loop,
		.recorder = spec->recorder,
		.kube = cluster->kube,
		.discovery = cluster->discovery,
		.step = spec->index,
		.verify = step->verify,
		.done = verified,
		.goes_on = goes_on,
		.arg = run,
	};
	struct executor_spec executor = {
		.loop = spec->loop,
		.cluster = cluster,
		.clusters = spec->clusters,
		.recorder = spec->recorder,
		.plan = spec->plan,
		.index = spec->index,
		.ns = clusters_ns(spec->clusters, spec->plan, spec->index),
		.applied = applied,
		.ended = ended,
		.arg = run,
	};

	run->spec = *spec;
	emit_start(spec);
	run->verification = verification_new(&verification);
	executor.verification = run->verification;
	run->executor = executor_kind_of(step)->start(&executor);
	return run;
}

void step_run_free(struct step_run *run)
{
	if (!run)
		return;
	run->executor->kind->free(run->executor);
	verification_free(run->verification);
	free(run);
}

bool step_run_wind_up(
	struct step_run *run, enum verdict verdict, int exit_code, const char *reason)
{
	const struct executor_kind *kind = run->executor->kind;

	return kind->wind_up && kind->wind_up(run->executor, verdict, exit_code, reason);
}

void step_run_stop(struct step_run *run, enum verdict verdict, int exit_code, const char *reason)
{
	run->executor->kind->give_up(run->executor);
	verification_stop(run->verification);
	emit_verdict(run, verdict, exit_code, reason);
}
