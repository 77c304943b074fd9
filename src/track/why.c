/* SPDX-License-Identifier: Apache-2.0 */
/* Why an object is not at its desired state: the causes of its Pods, grouped. */
#include "track/why.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "track/meaning.h"

#define GROUPS_MAX 16
#define GROUPS_SHOWN 3
/* What every Pod goes through on its way is no cause until it lasts. */
#define WAITING_MS 3000

enum weight { WAITING, HELD_UP, FAILING };

struct group {
	const char *reason;
	char *text; /* owned; or NULL */
	const struct tracked *pod; /* the first of them */
	size_t n;
	enum weight weight;
};

struct causes {
	struct group groups[GROUPS_MAX];
	size_t n, others;
	size_t pods, failing;
	int64_t failing_since;
	const char *last_log; /* of one Pod that failed; those of the others are on their rows */
	const struct tracked
		*creation; /* a ReplicaSet that cannot make Pods, or any owner with a note */
};

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Behind "4 times" or "1 time". */
static const char *after_count(const char *s)
{
	s += strspn(s, "0123456789");
	s += strncmp(s, " time", 5) == 0 ? 5 : 0;
	return s + (*s == 's');
}

/* The same, but for how often a container was restarted: that differs from Pod to Pod. */
static bool alike(const char *a, const char *b)
{
	static const char mark[] = "restarted ";

	if (!a || !b)
		return a == b;
	for (; *a && *a == *b; a++, b++) {
		if (strncmp(a, mark, sizeof(mark) - 1) != 0 ||
			strncmp(b, mark, sizeof(mark) - 1) != 0)
			continue;
		a = after_count(a + sizeof(mark) - 1) - 1;
		b = after_count(b + sizeof(mark) - 1) - 1;
	}
	return *a == *b;
}

static void add_group(struct causes *c, const struct tracked *pod, enum weight weight,
	const char *reason, char *text_take)
{
	for (size_t i = 0; i < c->n; i++)
		if (same(c->groups[i].reason, reason) && alike(c->groups[i].text, text_take)) {
			c->groups[i].n++;
			free(text_take);
			return;
		}
	if (c->n < GROUPS_MAX) {
		c->groups[c->n++] = (struct group){ reason, text_take, pod, 1, weight };
		return;
	}
	c->others++;
	free(text_take);
}

static void add_pod(struct causes *c, const struct tracked *pod, int64_t now)
{
	const struct judgement *j = &pod->judged;

	if (j->terminating || j->transient || pod->trouble || (pod->gone && !j->finished))
		return;
	c->pods++;
	if (j->status == STATUS_ERROR) {
		int64_t since = tracked_trouble_since(pod, now);

		c->failing++;
		if (since > c->failing_since)
			c->failing_since = since;
		add_group(c, pod, FAILING, j->reason, xstrdup_or_null(j->message));
	} else if (j->status == STATUS_IN_PROGRESS && (j->note || j->family != FAMILY_NONE)) {
		add_group(c, pod, HELD_UP, j->reason, xstrdup_or_null(j->note ? j->note : j->message));
	} else if (j->status == STATUS_IN_PROGRESS && pod->cause) {
		add_group(c, pod, HELD_UP, pod->cause_reason, meaning_of_cause(pod));
	} else if (j->status == STATUS_IN_PROGRESS && now - pod->waits_since >= WAITING_MS) {
		add_group(c, pod, WAITING, j->reason, xstrdup_or_null(j->message));
	}
	if (j->status == STATUS_ERROR && pod->last_log && !c->last_log)
		c->last_log = pod->last_log;
}

static void collect(struct causes *c, const struct tracked *o, int64_t now)
{
	for (size_t i = 0; i < o->nchildren; i++) {
		const struct tracked *child = o->children[i];

		if (!tracked_current(child))
			continue;
		if (tracked_is(child, "", "Pod"))
			add_pod(c, child, now);
		else if (child->judged.note && child->judged.status == STATUS_IN_PROGRESS)
			c->creation = child;
		collect(c, child, now);
	}
}

/* Errors first, then the commonest. */
static int by_weight(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->weight != y->weight)
		return (int)y->weight - (int)x->weight;
	return (x->n < y->n) - (x->n > y->n);
}

static void add_text(struct buf *b, const struct group *g, size_t total)
{
	const char *one = total == 1 ? "Pod" : "Pods";

	if (b->len)
		buf_addstr(b, "; ");
	buf_printf(b, "%zu of %zu %s", g->n, total, one);
	if (g->n == 1 && g->pod->owner && tracked_is(g->pod->owner, "apps", "StatefulSet"))
		buf_printf(b, " (%s)", g->pod->name);
	buf_addstr(b, ": ");
	if (g->reason && g->text)
		buf_printf(b, "%s (%s)", g->reason, g->text);
	else
		buf_addstr(b, g->text ? g->text : g->reason ? g->reason : "not ready");
}

/* What did not fit into the sentence is named by its reason. */
static void add_rest(struct buf *b, const struct causes *c)
{
	size_t rest = c->n > GROUPS_SHOWN ? c->n - GROUPS_SHOWN : 0;

	if (!rest)
		return;
	buf_printf(
		b, "; and %zu other cause%s: ", rest + c->others, rest + c->others == 1 ? "" : "s");
	for (size_t i = GROUPS_SHOWN; i < c->n; i++)
		buf_printf(b, "%s%s", i > GROUPS_SHOWN ? ", " : "",
			c->groups[i].reason ? c->groups[i].reason : "not ready");
	if (c->others)
		buf_addstr(b, ", …");
}

void why_find(struct why *out, const struct tracked *o, int64_t now)
{
	struct causes c = { 0 };
	struct buf b = { 0 };
	size_t total;

	collect(&c, o, now);
	*out = (struct why){
		.failing = c.failing, .pods = c.pods, .failing_since = c.failing_since
	};
	total = o->judged.wanted > (int64_t)c.pods ? (size_t)o->judged.wanted : c.pods;
	qsort(c.groups, c.n, sizeof(c.groups[0]), by_weight);
	for (size_t i = 0; i < c.n && i < GROUPS_SHOWN; i++)
		add_text(&b, &c.groups[i], total);
	add_rest(&b, &c);
	if (c.last_log)
		buf_printf(&b, "; last log line: %s", c.last_log);
	if (c.creation) {
		buf_printf(&b, "%s%s", b.len ? "; " : "", c.creation->judged.note);
		out->reason = c.creation->judged.reason;
	}
	if (c.n)
		out->reason = c.groups[0].reason;
	if (b.len)
		out->message = buf_take(&b);
	buf_release(&b);
	for (size_t i = 0; i < c.n; i++)
		free(c.groups[i].text);
}

void why_release(struct why *why)
{
	free(why->message);
	why->message = NULL;
}
