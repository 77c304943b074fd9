/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/verify.h"
#include "kube/apply.h"
#include "manifest/manifest.h"

struct kube;
struct hook;
struct kube_discovery;
struct kube_resource;
struct loop;
struct recorder;

/* One step's verification from its start to its verdict: the tracker, the questions that feed it,
 * and the clock that runs from before the apply. Emits every event of the step between step.start
 * and step.verdict. */
struct verification;

struct verification_end {
	enum verdict verdict;
	int exit_code;
	const char *reason; /* borrowed until the callback returns */
};
/* Called once, from the loop; the verification may be freed in it. */
typedef void verification_fn(void *arg, const struct verification_end *end);

struct verification_spec {
	struct loop *loop;
	struct recorder *recorder;
	struct kube *kube;
	struct kube_discovery *discovery;
	size_t step;
	struct verify verify;
	verification_fn *done;
	/* Asked in place of a success, from the loop: true means that more is applied, and that
	 * verification_applied() (or verification_stop()) comes again. NULL: never. */
	bool (*goes_on)(void *arg);
	void *arg;
};

struct verification *verification_new(const struct verification_spec *spec);
void verification_free(struct verification *v); /* accepts NULL; no callback */

/* An object that the apply made or that is only watched (result NULL). ns: the effective one, NULL
 * for cluster scope. */
void verification_add(struct verification *v, const struct manifest *m, const char *ns,
	const struct kube_apply_result *result);
/* All objects of a kind that the selectors match, and what comes later (poll.h). */
void verification_select(struct verification *v, const struct kube_resource *resource,
	const char *ns, const char *labels, const char *fields);
void verification_selected(struct verification *v, const char *words);
/* Not all that is to be watched is known, or done: the sentence says why, and the step waits; or it
 * fails, if it is hopeless and nothing else is in progress. NULL: all is, and what was seen of it
 * before does not count. Not beside selectors, which say that themselves. */
void verification_missing(struct verification *v, const char *why, bool hopeless);
/* An object that the server refused (reason: CamelCase), or that was not tried (reason NULL). */
void verification_add_refused(struct verification *v, const struct manifest *m, const char *ns,
	const char *reason, const char *why, const char *const *warnings);
/* Why the apply goes on; NULL: nothing holds it up. */
void verification_apply_waits(struct verification *v, const char *why);
/* A hook that helm runs on the way (hook.h); its row informs. */
void verification_add_hook(struct verification *v, const struct manifest *m, const char *ns,
	struct hook *hook_take);
/* Another program applies the objects, from now on: rows are followed as they are added, but no
 * verdict comes before verification_applied() or verification_conclude(). */
void verification_deploying(struct verification *v);
/* … and it makes every object anew: none is of before. */
void verification_deploying_first(struct verification *v);
/* After a batch of objects was added meanwhile: asks for them. */
void verification_follow(struct verification *v);
/* That program has ended and its word is the verdict. The reason is put together of head; of what
 * the objects say (of a failed step: those in error; of a timed-out one: what is missing), or of
 * otherwise, if they say nothing; and of tail. Texts are copied; NULL: none. */
struct verification_word {
	enum verdict verdict;
	int exit_code;
	const char *head, *otherwise, *tail;
	const char *said; /* why it failed, in its own words: objects that it names are in error */
	const char *cause; /* what the objects had said before they were taken back; or NULL */
};
/* Takes one more look at the objects, a few seconds at most, so that the rows tell what is there;
 * then done comes. After VERDICT_TIMED_OUT rows In progress are Timed out. */
void verification_conclude(struct verification *v, const struct verification_word *word);
/* The apply ended well: from now on looks count. */
void verification_applied(struct verification *v);
/* What the objects say at the moment of why they have not settled. To free(); NULL: nothing. */
char *verification_cause(struct verification *v);
/* It ends here with whatever rows there are; no callback. */
void verification_stop(struct verification *v);
int64_t verification_deadline(const struct verification *v); /* ms on clock_now_ms(); < 0: none */
