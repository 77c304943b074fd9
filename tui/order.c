/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows a step has, in which order, and what each has below it. */
#include "tui/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/find.h"
#include "tui/words.h"

bool order_failing(const struct model_object *o)
{
	return o->status == STATUS_ERROR || o->status == STATUS_TIMED_OUT ||
		o->apply == APPLIED_FAILED;
}

bool order_filters(const struct ui *ui)
{
	return ui->only || ui->filter || ui->kind;
}

size_t order_parent(const struct model_step *s, size_t i)
{
	size_t parent = s->objects[i].parent;

	return parent < i ? parent : MODEL_NO_PARENT; /* owners stand before their children */
}

bool order_wants(const struct model_object *o, const struct ui *ui)
{
	if (ui->only == ONLY_FAILING && !order_failing(o))
		return false;
	if (ui->only == ONLY_PROGRESS && o->status != STATUS_IN_PROGRESS)
		return false;
	if (ui->kind && (!o->kind || strcmp(o->kind, ui->kind) != 0))
		return false;
	return !ui->filter || find_in_object(o, ui->filter);
}

/* A ReplicaSet of an earlier revision: nothing wanted, nothing there, nothing to say. */
static bool is_leftover(const struct model_object *o, const struct kin *kin)
{
	const char *desired, *ready;

	if (o->applied || kin->children || !o->kind || strcmp(o->kind, "ReplicaSet") != 0 ||
		order_failing(o))
		return false;
	desired = model_column(o, "Desired");
	ready = model_column(o, "Ready");
	return (desired && strcmp(desired, "0") == 0) ||
		(!desired && ready && strcmp(ready, "0/0") == 0);
}

/* From the last object to the first, so that a child is complete before its owner is told. */
void order_kin(struct kin *out, const struct model_step *s, const struct ui *ui)
{
	memset(out, 0, s->nobjects * sizeof(*out));
	for (size_t i = s->nobjects; i-- > 0;) {
		const struct model_object *o = &s->objects[i];
		struct kin *own = &out[i], *owner;
		size_t parent = order_parent(s, i);

		own->end = own->end ? own->end : (uint32_t)i + 1;
		own->failing += order_failing(o);
		own->open += o->status != STATUS_SUCCESS || words_has_note(o);
		own->wanted |= order_wants(o, ui);
		own->leftover = is_leftover(o, own);
		if (parent == MODEL_NO_PARENT)
			continue;
		owner = &out[parent];
		owner->end = owner->end ? owner->end : own->end;
		owner->children++;
		owner->finished += o->status == STATUS_SUCCESS && !own->children && !o->applied;
		owner->failing += own->failing;
		owner->open += own->open;
		owner->wanted |= own->wanted;
	}
}

struct sorter {
	const struct model_step *s;
	const struct kin *kin;
	uint32_t *table; /* of each root: its place among the kinds, as they first appear */
	enum ui_sort sort;
	bool inverted;
};

/* The worst first. */
static int badness(const struct sorter *by, uint32_t i)
{
	static const int ranks[] = {
		[STATUS_ERROR] = 0,
		[STATUS_TIMED_OUT] = 1,
		[STATUS_IN_PROGRESS] = 3,
		[STATUS_NONE] = 4,
		[STATUS_SUCCESS] = 5,
	};
	const struct model_object *o = &by->s->objects[i];

	_Static_assert(ARRAY_LEN(ranks) == STATUS__COUNT, "every status has a rank");
	if (o->apply == APPLIED_FAILED)
		return 0;
	return by->kin[i].failing && ranks[o->status] > 2 ? 2 : ranks[o->status];
}

static int compare_wanted(const struct sorter *by, uint32_t a, uint32_t b)
{
	const struct model_object *x = &by->s->objects[a], *y = &by->s->objects[b];

	switch (by->sort) {
	case SORT_STATUS:
		return badness(by, a) - badness(by, b);
	case SORT_NAME:
		return strverscmp(x->name ? x->name : "", y->name ? y->name : "");
	case SORT_AGE:
		return (x->created_at < y->created_at) - (x->created_at > y->created_at);
	default:
		return !by->kin[a].failing - !by->kin[b].failing;
	}
}

static int compare(const void *pa, const void *pb, void *arg)
{
	const struct sorter *by = arg;
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
	int order;

	if (by->table[a] != by->table[b])
		return by->table[a] < by->table[b] ? -1 : 1;
	order = compare_wanted(by, a, b);
	if (!order)
		order = a < b ? -1 : a > b;
	return by->inverted ? -order : order;
}

/* Roots of one kind share a table, wherever the plan has them; what nobody owns comes last. */
static void number_tables(struct sorter *by)
{
	struct map64 seen = { 0 };

	for (size_t i = 0; i < by->s->nobjects; i = by->kin[i].end) {
		const struct model_object *o = &by->s->objects[i];
		uint64_t key = hash_str(hash_str(HASH_SEED, o->kind), o->api_version);
		void **place = o->applied ? map64_get(&seen, key) : NULL;

		if (!o->applied) {
			by->table[i] = UINT32_MAX;
		} else if (place) {
			by->table[i] = (uint32_t)(uintptr_t)*place;
		} else {
			by->table[i] = (uint32_t)seen.n + 1;
			map64_set(&seen, key, (void *)(seen.n + 1));
		}
	}
	map64_release(&seen);
}

/* Puts the siblings of [from, end) onto the stack, the one to come first on top; returns how many.
 */
static size_t push_siblings(uint32_t *stack, const struct sorter *by, uint32_t from, uint32_t end)
{
	size_t n = 0;

	for (uint32_t i = from; i < end; i = by->kin[i].end)
		stack[n++] = i;
	if (n > 1)
		qsort_r(stack, n, sizeof(*stack), compare, (void *)by);
	for (size_t i = 0; i < n / 2; i++) {
		uint32_t other = stack[n - 1 - i];

		stack[n - 1 - i] = stack[i];
		stack[i] = other;
	}
	return n;
}

void order_rows(
	uint32_t *out, const struct kin *kin, const struct model_step *s, const struct ui *ui)
{
	struct sorter by = { .s = s, .kin = kin, .sort = ui->sort, .inverted = ui->inverted };
	uint32_t *stack = xcalloc(s->nobjects + 1, sizeof(*stack));
	size_t depth;

	by.table = xcalloc(s->nobjects + 1, sizeof(*by.table));
	number_tables(&by);
	depth = push_siblings(stack, &by, 0, (uint32_t)s->nobjects);
	while (depth > 0) {
		uint32_t i = stack[--depth];

		*out++ = i;
		depth += push_siblings(stack + depth, &by, i + 1, kin[i].end);
	}
	free(by.table);
	free(stack);
}
