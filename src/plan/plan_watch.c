/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of `ksettle watch`: one step that applies nothing. */
#include <stdlib.h>

#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "plan/kustomize_build.h"
#include "plan/plan.h"
#include "plan/plan_verify.h"
#include "plan/selection.h"

#define TITLE_SIZE 100

static void keep_warning(struct plan_step *step, char *text_take)
{
	step->warnings =
		xreallocarray(step->warnings, step->nwarnings + 1, sizeof(*step->warnings));
	step->warnings[step->nwarnings++] = text_take;
}

static void read_files(struct plan_step *step, const struct watch_wish *wish, struct errors *errs)
{
	struct manifests *list = &step->manifests;

	list->skips_passing = true;
	for (size_t i = 0; i < wish->nfiles; i++) {
		if (wish->deep)
			manifests_load_deep(list, wish->files[i], errs);
		else
			manifests_load(list, wish->files[i], NULL, errs);
	}
}

static void build(struct plan_step *step, const struct watch_wish *wish, struct errors *errs)
{
	struct kustomize k = { .path = wish->kustomize };
	struct kustomize_words words = { 0 };

	step->manifests.skips_passing = true;
	if (kustomize_load(&step->manifests, &k, &words, errs)) {
		step->tool = words.tool;
		words.tool = NULL;
		for (size_t i = 0; i < words.n; i++)
			keep_warning(step, xstrdup(words.warnings[i]));
	}
	kustomize_words_release(&words);
}

/* Of what was read, what is to be followed. */
static void choose(struct plan_step *step, const struct watch_wish *wish, struct errors *errs)
{
	struct manifests *list = &step->manifests;

	for (size_t i = 0; i < list->nskipped; i++)
		keep_warning(step, xstrdup(list->skipped[i]));
	manifests_forget_live(list);
	if (wish->labels)
		manifests_keep_labelled(list, wish->labels);
	if (!list->n && wish->labels)
		errors_add(errs, ERROR_CONFIG, "no object of the files has the labels of -l '%s'",
			wish->labels);
	else if (!list->n && list->nskipped)
		errors_add(errs, ERROR_CONFIG, "the files hold no object to follow; %s",
			list->skipped[0]);
	else if (!list->n)
		errors_add(errs, ERROR_CONFIG, "the files hold no object");
}

static void select_words(struct plan_step *step, const struct watch_wish *wish)
{
	step->selection = xcalloc(1, sizeof(*step->selection));
	*step->selection = *wish->selection;
	*wish->selection = (struct selection){ 0 };
}

/* Releases are read by helm. */
static void find_helm(struct plan *plan, struct plan_step *step, struct errors *errs)
{
	struct error err = { 0 };

	if (!step->selection || !step->selection->nreleases)
		return;
	if (helm_tool_find(&plan->helm, &err))
		step->tool = xasprintf("helm %s", plan->helm.version);
	else
		errors_add(errs, ERROR_CONFIG, "helm:%s: %s", step->selection->releases[0],
			err.text);
}

static char *title_of(const struct watch_wish *wish)
{
	char title[TITLE_SIZE];

	text_copy(title, sizeof(title), wish->words ? wish->words : "");
	return wish->words ? xasprintf("watch %s", title) : xstrdup("watch");
}

bool plan_of_watch(struct plan *plan, const struct watch_wish *wish,
	const struct verify_flags *flags, struct errors *errs)
{
	struct verify_layer nothing = { 0 };
	struct plan_step *step = xcalloc(1, sizeof(*step));
	size_t before = errs->n;

	*plan = (struct plan){ .file = xstrdup("watch"), .name = title_of(wish), .n = 1, .cap = 1 };
	plan->steps = step;
	step->name = xstrdup("watch");
	step->type = STEP_WATCH;
	if (wish->selection)
		select_words(step, wish);
	else if (wish->kustomize)
		build(step, wish, errs);
	else
		read_files(step, wish, errs);
	if (!wish->selection && errs->n == before)
		choose(step, wish, errs);
	find_helm(plan, step, errs);
	verify_resolve(step, flags, &nothing, &nothing, "watch", errs);
	if (errs->n == before)
		return true;
	plan_release(plan);
	return false;
}
