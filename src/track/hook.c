/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks of helm: rows that come, end and go as helm says. */
#include "track/hook.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "track/meaning.h"
#include "track/why.h"

/* True if the word is in a list such as "pre-install, post-upgrade". */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list && *list) {
		list += strspn(list, ", ");
		if (strcspn(list, ", ") == len && strncmp(list, word, len) == 0)
			return true;
		list += strcspn(list, ", ");
	}
	return false;
}

struct hook *hook_of(const json_t *manifest, const char *event)
{
	static const char *const times[] = { "pre", "post" };
	const char *events = jx_annotation(manifest, "helm.sh/hook");
	const char *policy = jx_annotation(manifest, "helm.sh/hook-delete-policy");
	struct hook *hook = NULL;

	for (size_t i = 0; i < ARRAY_LEN(times) && !hook; i++) {
		char *word = xasprintf("%s-%s", times[i], event);

		if (has_word(events, word)) {
			hook = xcalloc(1, sizeof(*hook));
			hook->label = xasprintf("%s hook", word);
			hook->goes_good = has_word(policy, "hook-succeeded");
			hook->goes_bad = has_word(policy, "hook-failed");
		}
		free(word);
	}
	return hook;
}

void hook_free(struct hook *hook)
{
	if (hook)
		free(hook->label);
	free(hook);
}

static void set(struct meaning *m, const struct tracked *o, enum status status, const char *reason,
	const char *message)
{
	m->status = status;
	m->reason = reason;
	m->message = xasprintf("%s: %s", o->hook->label, message);
}

/* Removed before its end was seen, it is still known what its Pods had come to. */
static void went_badly(struct meaning *m, const struct tracked *o, bool ran, int64_t now)
{
	bool told = ran && o->judged.message;
	struct why why = { 0 };
	char *words = NULL;

	if (!told)
		why_find(&why, o, now);
	if (why.message)
		words = xasprintf("failed, and removed by its delete policy; %s", why.message);
	set(m, o, STATUS_ERROR, ran && o->judged.reason ? o->judged.reason : "HookFailed",
		told            ? o->judged.message
			: words ? words
				: "failed, and removed by its delete policy");
	m->severity = SEVERITY_HARD;
	free(words);
	why_release(&why);
}

static void went(struct meaning *m, const struct tracker *t, const struct tracked *o, int64_t now)
{
	const struct hook *hook = o->hook;
	bool ran = o->judged.finished || o->judged.status == STATUS_ERROR;
	bool bad = ran ? o->judged.status == STATUS_ERROR
		       : o->blamed || (!hook->goes_good && hook->goes_bad);

	if (bad) {
		went_badly(m, o, ran, now);
	} else if (ran || t->deployer.well || (hook->goes_good && !hook->goes_bad)) {
		set(m, o, STATUS_SUCCESS, "HookRemoved", "done, and removed by its delete policy");
	} else {
		set(m, o, STATUS_IN_PROGRESS, "HookRemoved",
			"removed before its end was seen; helm says how it ended");
	}
}

static void not_seen(struct meaning *m, const struct tracker *t, const struct tracked *o)
{
	if (t->deployer.well)
		set(m, o, STATUS_SUCCESS, "HookRemoved",
			"done, and removed by its delete policy before it was seen");
	else if (t->deployer.ended)
		set(m, o, STATUS_IN_PROGRESS, "HookNotRun", "was not seen to run");
	else
		set(m, o, STATUS_IN_PROGRESS, "HookNotRun", "not run yet");
}

bool hook_meaning(
	struct meaning *m, const struct tracker *t, const struct tracked *o, int64_t now)
{
	if (o->trouble)
		set(m, o, STATUS_IN_PROGRESS, o->trouble_reason, o->trouble);
	else if (o->gone && o->seen && o->fresh)
		went(m, t, o, now);
	else if (!o->seen || o->gone)
		not_seen(m, t, o);
	else if (!o->fresh && !t->deployer.ended)
		set(m, o, STATUS_IN_PROGRESS, "HookNotRun",
			"not run yet; the one that is there is of an earlier revision");
	else
		return false;
	return true;
}

bool hook_runs(const struct tracked *o)
{
	return o->hook && o->seen && o->fresh && !o->gone && !o->trouble && !o->judged.finished;
}

void hook_add_label(struct meaning *m, const struct tracked *o)
{
	char *message = m->message && *m->message
		? xasprintf("%s: %s", o->hook->label, m->message)
		: xstrdup(o->hook->label);

	free(m->message);
	m->message = message;
}
