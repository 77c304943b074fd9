/* SPDX-License-Identifier: Apache-2.0 */
/* The short summary that stays in the scrollback. */
#include <string.h>

#include "base/buf.h"
#include "record/model.h"
#include "tui/export.h"
#include "tui/theme.h"
#include "tui/words.h"
#include "tui/words_step.h"

#define INDENT 6
#define GROUPS_MAX 5 /* of the children of one object; the rest is counted */
#define NAMES_MAX 3  /* of the children of one group */

/* Children of one applied object that say the same. */
struct group {
	const struct model_object *members[NAMES_MAX];
	size_t n;
};

static bool worth_telling(const struct model_object *o)
{
	if (!o->applied || o->status == STATUS_NONE)
		return o->apply == APPLIED_FAILED;
	return o->status != STATUS_SUCCESS || words_has_note(o);
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool say_the_same(const struct model_object *a, const struct model_object *b)
{
	return a->status == b->status && same(a->kind, b->kind) && same(a->reason, b->reason) &&
		same(a->message, b->message) && same(a->note, b->note);
}

static void tell(struct buf *out, int indent, int cols, const struct buf *who,
	const struct model_object *o, enum icons icons)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s %s %s: ", theme_status(o->status)->mark[icons],
		o->kind ? o->kind : "", buf_str(who));
	words_row(&line, o);
	export_wrapped(out, indent, cols, buf_str(&line));
	buf_release(&line);
}

/* false: there are too many groups. */
static bool add_to_group(struct group *groups, size_t *n, const struct model_object *o)
{
	size_t i = 0;

	while (i < *n && !say_the_same(groups[i].members[0], o))
		i++;
	if (i == GROUPS_MAX)
		return false;
	if (i == *n)
		groups[(*n)++] = (struct group){ 0 };
	if (groups[i].n < NAMES_MAX)
		groups[i].members[groups[i].n] = o;
	groups[i].n++;
	return true;
}

static void tell_group(struct buf *out, const struct group *g, enum icons icons, int cols)
{
	struct buf names = { 0 };
	size_t shown = g->n < NAMES_MAX ? g->n : NAMES_MAX;

	for (size_t i = 0; i < shown; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", g->members[i]->name);
	if (g->n > shown)
		buf_printf(&names, " and %zu more", g->n - shown);
	tell(out, INDENT + 2, cols, &names, g->members[0], icons);
	buf_release(&names);
}

/* Those at the end of a line of owners: what is between says of them what the root says already. */
static void tell_children(
	struct buf *out, const struct model_step *s, size_t root, enum icons icons, int cols)
{
	struct group groups[GROUPS_MAX];
	size_t n = 0, rest = 0;

	for (size_t i = root + 1; i < s->nobjects && s->objects[i].depth > s->objects[root].depth; i++) {
		const struct model_object *o = &s->objects[i];
		bool owner = i + 1 < s->nobjects && s->objects[i + 1].depth > o->depth;

		if (owner || o->status == STATUS_SUCCESS || o->status == STATUS_NONE ||
			same(o->message, s->objects[root].message))
			continue;
		rest += !add_to_group(groups, &n, o);
	}
	for (size_t i = 0; i < n; i++)
		tell_group(out, &groups[i], icons, cols);
	if (rest)
		buf_printf(out, "%*sand %zu more\n", INDENT + 2, "", rest);
}

static void tell_object(
	struct buf *out, const struct model_step *s, size_t i, enum icons icons, int cols)
{
	const struct model_object *o = &s->objects[i];
	struct buf name = { 0 };

	buf_printf(&name, "%s%s%s", o->ns ? o->ns : "", o->ns && *o->ns ? "/" : "", o->name);
	tell(out, INDENT, cols, &name, o, icons);
	if (o->status != STATUS_SUCCESS)
		tell_children(out, s, i, icons, cols);
	buf_release(&name);
}

/* The verdict tells it, or an object below, in the same words. */
static bool is_told(const struct model_step *s)
{
	size_t len = strlen(s->reason);

	if (strcmp(s->reason, verdict_title(s->verdict)) == 0)
		return true;
	for (size_t i = 0; i < s->nobjects; i++) {
		const char *why = s->objects[i].message;
		size_t n = why ? strlen(why) : 0;

		if (n && n <= len && worth_telling(&s->objects[i]) &&
			strcmp(s->reason + len - n, why) == 0)
			return true;
	}
	return false;
}

static void tell_step(struct buf *out, const struct model *m, size_t step, enum icons icons,
	int cols, int64_t now_ms)
{
	const struct model_step *s = &m->steps[step];
	struct buf line = { 0 }, verdict = { 0 };
	struct words_part part;

	words_step(&verdict, m, s, icons, now_ms, 3, &part);
	buf_printf(&line, "%zu %s  %s", step + 1, s->name ? s->name : "", buf_str(&verdict));
	export_wrapped(out, 2, cols, buf_str(&line));
	if (s->reason && s->verdict != VERDICT_SUCCEEDED && !is_told(s))
		export_wrapped(out, INDENT, cols, s->reason);
	for (size_t i = 0; i < s->nwarnings; i++)
		export_wrapped(out, INDENT, cols, s->warnings[i]);
	for (size_t i = 0; i < s->nobjects; i++)
		if (worth_telling(&s->objects[i]))
			tell_object(out, s, i, icons, cols);
	buf_release(&line);
	buf_release(&verdict);
}

/* A step that has ended badly says below what the sentence would. */
static bool needs_sentence(const struct model *m)
{
	const struct model_step *s = m->nsteps ? &m->steps[words_current(m)] : NULL;

	return !m->verdict || !s || !s->verdict || !s->reason || s->verdict == VERDICT_SUCCEEDED ||
		s->verdict == VERDICT_NOT_VERIFIED;
}

void view_summary(
	struct buf *out, const struct model *model, enum icons icons, int cols, int64_t now_ms)
{
	cols = cols < EXPORT_COLS_MIN ? EXPORT_COLS_MIN : cols;
	model_order(model);
	export_title(out, model, icons, cols, now_ms);
	if (needs_sentence(model))
		export_sentence(out, model, cols, now_ms);
	for (size_t i = 0; i < model->nsteps; i++)
		tell_step(out, model, i, icons, cols, now_ms);
}
