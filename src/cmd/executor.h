/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "plan/plan.h"

struct cluster;
struct clusters;
struct error;
struct loop;
struct recorder;
struct verification;

/* What brings a step's objects to the cluster (or finds them there): one kind for each way. The
 * step's clock runs from before start(); when it ends, give_up() comes. */

struct executor_spec {
	struct loop *loop;
	struct cluster *cluster;  /* the step's … */
	const struct clusters *clusters; /* … among those of the plan */
	struct recorder *recorder;
	/* Objects become known to it as the executor learns of them: verification_add(),
	 * verification_add_refused(). */
	struct verification *verification;
	const struct plan *plan;
	size_t index;             /* of the step in the plan */
	const char *ns;           /* where objects without a namespace go */
	/* Both come from the loop, never from inside start(), and one of them once (once more after
	 * each goes_on() that was true); the executor may be freed in it. */
	/* The cluster has the objects (ERROR_NONE: from now on the verification decides), or why
	 * not (the step has failed). */
	void (*applied)(void *arg, const struct error *err);
	/* The executor itself decides how the step ends. reason is borrowed and may be NULL. (One
	 * whose rows are to be looked at once more, as helm's, calls verification_conclude()
	 * instead.) */
	void (*ended)(void *arg, enum verdict verdict, const char *reason);
	void *arg;
};

/* The first member of every executor's own struct. */
struct executor {
	const struct executor_kind *kind;
};

struct executor_kind {
	struct executor *(*start)(const struct executor_spec *spec);
	/* All that was applied has settled. True: there is more to apply, and a callback comes
	 * again. NULL: never. */
	bool (*goes_on)(struct executor *e);
	/* What is to be said behind the reason of a step that ends, such as what now serves; to
	 * free(), NULL: nothing. The member may be NULL. */
	char *(*last_word)(struct executor *e);
	/* The step is to end so, and what goes on needs a while to be left in order: true, and the
	 * executor ends the step itself, by verification_conclude(). NULL or false: give_up() will
	 * do, which also breaks that off. */
	bool (*wind_up)(
		struct executor *e, enum verdict verdict, int exit_code, const char *why);
	/* The step ends now (its time is over, canceled): what is open is stopped, what is left is
	 * shown as not tried; no callback comes any more. Also called after a callback. */
	void (*give_up)(struct executor *e);
	void (*free)(struct executor *e);
};

const struct executor_kind *executor_kind_of(const struct plan_step *step);

