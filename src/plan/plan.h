/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/verify.h"
#include "manifest/manifest.h"
#include "plan/helm.h"

struct errors;
struct selection;
struct yaml_node;

/* A plan: an ordered list of steps, each a deployment and how it is verified (DESIGN.md §5).
 * Strings are owned. */

enum step_type {
	STEP_YAML,
	STEP_HELM,
	STEP_KUSTOMIZE,
	STEP_RESOURCES,
	STEP_CONFIG_MAP,
	STEP_SECRET,
	STEP_INGRESS,
	STEP_SERVICE,
	STEP_WATCH, /* no key of a plan: `ksettle watch` */
};

/* A Deployment beside the one that serves, and the Services that are switched to it. Strings are
 * owned; name NULL: the step has none. */
struct blue_green {
	char *name;               /* of the plan: web */
	char *deployment;         /* the one of this colour: web-3f2a… */
	char *ns;                 /* NULL: the step's */
	bool verify;              /* the Services follow only when it has settled */
	size_t first_switched;    /* the manifests from here on wait for that */
	int line, column;         /* of strategy: blueGreen; 0: the step has none */
};

struct plan_step {
	char *name;
	enum step_type type;
	int line, column;
	struct verify verify;
	char *verify_note; /* "stabilization shortened to …", to be said by the run; or NULL */
	char *tool; /* that makes its objects: "kubectl kustomize v5.5.0"; NULL: none */
	char **warnings; /* of reading it, to be said by the run */
	size_t nwarnings;
	struct manifests manifests; /* what it applies or watches, parsed */
	struct selection *selection; /* of a watch: what else it follows; NULL: nothing */
	bool force_conflicts;
	struct blue_green blue_green;
	char *context, *ns;       /* its own or the defaults'; NULL: the kubeconfig's */
	bool continue_on_error;   /* the plan goes on when it did not succeed */
	bool after_failure;       /* when: previous-failed: it cleans up */
	bool has_needs;           /* it waits for these; else for every step before it */
	size_t *needs, nneeds;    /* indexes */
	struct helm_release *helm; /* of a helm step; else NULL. Owned */
};

struct plan {
	char *file, *name;
	char *context, *ns;       /* of defaults; NULL: the kubeconfig's */
	struct plan_step *steps;
	size_t n, cap;
	struct helm_tool helm;    /* zeroed when no step needs it */
};

/* What the command line says about verification, key by key; *_set says whether it does. */
struct verify_flags {
	bool timeout_set, stabilization_set, grace_set, wait_for_jobs_set, fail_early_set;
	struct verify values;
};

const char *step_type_word(enum step_type type); /* the plan's key for it: "configMap" */

/* Reads and checks a plan and every file its steps name. set: the values of its ${name}s as
 * "name=value", NULL-terminated; NULL: none. All mistakes are listed in errs, each
 * "plan.yaml:12:7: what; what to do". false: nothing to release. */
bool plan_load(struct plan *plan, const char *file, const struct verify_flags *flags,
	const char *const *set, struct errors *errs);
/* What `ksettle watch` is to follow: files, or a kustomization, or what words select. */
struct watch_wish {
	const char *const *files; /* read from the working directory */
	size_t nfiles;
	bool deep;                /* folders with their subfolders */
	const char *kustomize;    /* a folder; NULL: none */
	const char *labels;       /* only these of files and kustomization; NULL: all */
	struct selection *selection; /* taken over (its contents), NULL: none */
	const char *words;        /* as they were given, for the run's title; NULL: none */
};
/* A plan of one step, without a file. */
bool plan_of_watch(struct plan *plan, const struct watch_wish *wish,
	const struct verify_flags *flags, struct errors *errs);
void plan_release(struct plan *plan);

/* The step does not start before the other one has ended. */
bool plan_waits_for(const struct plan *plan, size_t step, size_t other);
