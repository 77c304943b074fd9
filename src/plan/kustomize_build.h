/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct errors;
struct manifests;

/* A kustomization, built by whichever is there: `kubectl kustomize` or `kustomize build`. Strings
 * are borrowed; NULL: nothing. */
struct kustomize {
	const char *path; /* the folder as written, for sentences too; or a remote (URL?ref=…) */
	const char *base; /* where a relative folder starts from; NULL: the working directory */
	bool enable_helm; /* charts are inflated by $KSETTLE_HELM, else helm */
	const char *load_restrictor; /* LoadRestrictionsNone, … */
};

/* What the tool said of itself. Owned; zero it before use. */
struct kustomize_words {
	char *tool;      /* "kubectl kustomize v5.5.0" */
	char **warnings; /* display text, one line each */
	size_t n, cap;
};

/* Builds it and adds its objects to list, as manifests_parse() does. Runs the tool to its end, at
 * most a minute. Every mistake is one sentence in errs, without the place in a plan: what the tool
 * said, or that it built no object. Returns whether nothing was added to errs. */
bool kustomize_load(struct manifests *list, const struct kustomize *k,
	struct kustomize_words *words, struct errors *errs);
void kustomize_words_release(struct kustomize_words *words);
