/* SPDX-License-Identifier: Apache-2.0 */
/* A helm step, tried. */
#include "cmd/check_helm.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/loop.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cmd/helm_ask.h"
#include "cmd/helm_output.h"
#include "cmd/helm_place.h"
#include "kube/mend.h"
#include "plan/helm.h"
#include "plan/helm_words.h"

#define TIMEOUT_MS 120000 /* a chart may have to be fetched */

struct check_helm {
	struct check_helm_spec spec;
	struct helm_place place;
	struct helm_output *masks;
	struct helm_ask *ask;
	struct loop_timer *timer; /* starts it */
};

static void finish(
	struct check_helm *h, const struct manifests *made, int revision, const char *trouble)
{
	h->spec.done(h->spec.arg, made, revision, trouble);
}

static void fail(struct check_helm *h, const char *text)
{
	char *masked = helm_output_masked(h->masks, text);
	char *shown = text_display(masked, strlen(masked), TEXT_LINE);

	free(masked);
	finish(h, NULL, 0, shown);
	free(shown);
}

static void refuse(struct check_helm *h, const struct process_result *result)
{
	char *why = helm_failure(result->err);

	if (!why && result->timed_out)
		why = xstrdup("helm did not answer in two minutes");
	else if (!why && result->exit_code < 0 && !result->signal)
		why = xstrdup(result->err); /* it could not be started */
	if (!why)
		why = xasprintf("helm ended with code %d and did not say why", result->exit_code);
	fail(h, why);
	free(why);
}

/* The release as it would be. Its values stand in it, too: nothing of it is shown but names. */
static void tried(void *arg, const struct process_result *result)
{
	struct check_helm *h = arg;
	const char *start = strchr(result->out, '{');
	struct manifests made = { 0 };
	struct errors errs = { 0 };
	struct error err = { 0 };
	json_t *release = NULL;
	const char *manifest;

	h->ask = NULL;
	if (result->exit_code != 0) {
		refuse(h, result);
		return;
	}
	if (start)
		release = mend_parse(start, result->out_len - (size_t)(start - result->out), &err);
	manifest = jx_str(release, "manifest");
	if (!release)
		fail(h, "what helm says of its dry run cannot be read");
	else if (manifest && !manifests_parse(&made, manifest, strlen(manifest), "helm", &errs))
		fail(h, errs.items[0].text);
	else
		finish(h, &made, (int)jx_int(release, "version", 0), NULL);
	manifests_release(&made);
	errors_release(&errs);
	json_decref(release);
}

static void begin(void *arg)
{
	struct check_helm *h = arg;
	const struct plan_step *step = &h->spec.plan->steps[h->spec.index];
	struct helm_argv argv = { 0 };
	struct error err = { 0 };

	if (!helm_place_open(&h->place, h->spec.plan, step, h->spec.cluster, h->spec.ns, &err)) {
		fail(h, err.text);
		return;
	}
	helm_argv_try(&argv, &h->place.call, &step->verify, TIMEOUT_MS);
	h->ask = helm_ask(h->spec.loop, &argv, TIMEOUT_MS, tried, h);
}

struct check_helm *check_helm_start(const struct check_helm_spec *spec)
{
	struct check_helm *h = xcalloc(1, sizeof(*h));

	h->spec = *spec;
	h->masks = helm_output_new(NULL, spec->index, spec->plan->steps[spec->index].helm);
	h->timer = loop_timer_add(spec->loop, begin, h);
	loop_timer_set(h->timer, 0);
	return h;
}

void check_helm_free(struct check_helm *h)
{
	if (!h)
		return;
	helm_ask_cancel(h->ask);
	loop_timer_remove(h->timer);
	helm_output_free(h->masks);
	helm_place_close(&h->place);
	free(h);
}
