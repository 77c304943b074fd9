/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a step: found by id, made, changed and dropped in constant time. They lie in any
 * order until somebody wants to look at them; then model_order() sorts them once. */
#include "record/model_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model_own.h"

#define TIMELINE_MAX 50 /* moments kept of one row: its first and its last ones */

struct model_index {
	struct map by_id; /* id → position + 1, as a pointer */
	uint32_t next_rank;
	bool dirty; /* the rows are not in display order */
};

static void index_set(const struct model_step *step, size_t at)
{
	map_set(&step->index->by_id, step->objects[at].id, (void *)(uintptr_t)(at + 1));
}

static size_t index_get(const struct model_step *step, const char *id)
{
	uintptr_t found = step->index && id ? (uintptr_t)map_get(&step->index->by_id, id) : 0;

	return found ? found - 1 : MODEL_NO_PARENT;
}

/* An id that is not display text is known by the display text that stands for it; NULL when it
 * needs none. */
static char *mended_id(const char *id)
{
	return text_is_display(id, TEXT_LINE) ? NULL : text_display(id, strlen(id), TEXT_LINE);
}

struct model_object *model_known_row(const struct model_step *step, const char *id)
{
	char *mended = mended_id(id);
	size_t at = index_get(step, mended ? mended : id);

	free(mended);
	return at == MODEL_NO_PARENT ? NULL : &step->objects[at];
}

/* Rows are many: an eighth to spare, not as much again. */
static void reserve_row(struct model_step *step)
{
	if (step->nobjects < step->cap)
		return;
	step->cap += step->cap / 8 + 8;
	step->objects = xreallocarray(step->objects, step->cap, sizeof(*step->objects));
}

struct model_object *model_row(struct model_step *step, const char *id)
{
	struct model_object *o = model_known_row(step, id);
	char *mended;

	if (o)
		return o;
	mended = mended_id(id);
	if (!step->index)
		step->index = xcalloc(1, sizeof(*step->index));
	reserve_row(step);
	o = &step->objects[step->nobjects];
	*o = (struct model_object){ .id = mended ? mended : xstrdup(id),
		.parent = MODEL_NO_PARENT,
		.rank = step->index->next_rank++ };
	index_set(step, step->nobjects++);
	step->index->dirty = true;
	return o;
}

/* The name is the end of the id nearly always; then it takes no memory of its own. */
static bool name_is_in_id(const struct model_object *o)
{
	return o->name >= o->id && o->name <= o->id + strlen(o->id);
}

void model_row_name(struct model *m, struct model_object *o, const char *name)
{
	char *shown = model_share(m, name ? name : "");
	size_t id = strlen(o->id), len = strlen(shown);
	char *old = o->name;

	if (old && !name_is_in_id(o))
		model_unshare(m, old);
	if (len <= id && strcmp(o->id + id - len, shown) == 0) {
		o->name = o->id + id - len;
		model_unshare(m, shown);
	} else {
		o->name = shown;
	}
}

void model_row_applied(struct model *m, struct model_step *step, struct model_object *o)
{
	if (o->applied)
		return;
	o->applied = true;
	o->rank = step->index->next_rank++;
	model_set(m, &o->owner, NULL);
	step->index->dirty = true;
}

void model_row_owner(
	struct model *m, struct model_step *step, struct model_object *o, const char *owner)
{
	model_set(m, &o->owner, o->applied ? NULL : owner);
	step->index->dirty = true;
}

static void drop_columns(struct model *m, struct model_object *o)
{
	for (size_t i = 0; i < o->ncolumns; i++)
		model_unshare(m, o->columns[i].name);
	free(o->columns);
	o->columns = NULL;
	o->ncolumns = 0;
}

/* Names that differ may become one when they become display text: the first one counts. */
static size_t share_columns(struct model *m, const json_t *columns, struct model_column *out)
{
	const char *name;
	json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)columns, name, value) {
		const char *text = json_is_string(value) ? json_string_value(value) : "";
		char *shown = model_share(m, name);
		size_t i = 0;

		while (i < n && out[i].name != shown)
			i++;
		if (i < n)
			model_unshare(m, shown);
		else
			out[n++] = (struct model_column){ shown, model_share(m, text) };
	}
	return n;
}

/* One block: the pairs, and behind them the values, which are rarely those of another row. */
void model_row_columns(struct model *m, struct model_object *o, const json_t *columns)
{
	size_t n = json_object_size(columns), bytes = 0;
	struct model_column *shared = xcalloc(n ? n : 1, sizeof(*shared)), *block;
	char *end;

	drop_columns(m, o);
	n = share_columns(m, columns, shared);
	for (size_t i = 0; i < n; i++)
		bytes += strlen(shared[i].value) + 1;
	block = n ? xmalloc(n * sizeof(*block) + bytes) : NULL;
	end = (char *)(block + n);
	for (size_t i = 0; i < n; i++) {
		block[i] = (struct model_column){ shared[i].name, end };
		end = stpcpy(end, shared[i].value) + 1;
		model_unshare(m, shared[i].value);
	}
	free(shared);
	o->columns = block;
	o->ncolumns = n;
}

static void drop_moment(struct model *m, struct model_moment *moment)
{
	model_unshare(m, moment->reason);
	model_unshare(m, moment->message);
}

void model_row_moment(struct model *m, struct model_object *o, int64_t at, enum status status,
	const char *reason, const char *message)
{
	struct model_moment *list = o->timeline;
	size_t n = o->ntimeline, middle = TIMELINE_MAX / 2;

	if (n == TIMELINE_MAX) {
		drop_moment(m, &list[middle]);
		memmove(&list[middle], &list[middle + 1], (n - middle - 1) * sizeof(*list));
		n--;
	} else {
		list = xreallocarray(list, n + 1, sizeof(*list));
	}
	list[n] = (struct model_moment){ at, status, model_share(m, reason),
		model_share(m, message) };
	o->timeline = list;
	o->ntimeline = n + 1;
}

static void free_row(struct model_object *o)
{
	free(o->id);
	free(o->uid);
	free(o->columns);
	free(o->manifest);
	free(o->events);
	free(o->logs);
	free(o->pod);
	free(o->warnings);
	free(o->timeline);
}

/* The last row takes its place: the order is made again when it is wanted. */
void model_drop_row(struct model *m, struct model_step *step, struct model_object *o)
{
	size_t at = (size_t)(o - step->objects);
	char *shared[] = { o->api_version, o->kind, o->ns, o->owner, o->reason, o->message, o->note,
		o->conditions, name_is_in_id(o) ? NULL : o->name };

	map_remove(&step->index->by_id, o->id);
	for (size_t i = 0; i < ARRAY_LEN(shared); i++)
		model_unshare(m, shared[i]);
	for (size_t i = 0; i < o->nwarnings; i++)
		model_unshare(m, o->warnings[i]);
	for (size_t i = 0; i < o->ntimeline; i++)
		drop_moment(m, &o->timeline[i]);
	drop_columns(m, o);
	free_row(o);
	step->nobjects--;
	if (at < step->nobjects) {
		*o = step->objects[step->nobjects];
		index_set(step, at);
	}
	step->index->dirty = true;
}

void model_rows_release(struct model_step *step)
{
	for (size_t i = 0; i < step->nobjects; i++)
		free_row(&step->objects[i]);
	free(step->objects);
	if (step->index)
		map_release(&step->index->by_id);
	free(step->index);
}

/* A row while they are sorted. Rows are named by their age here, oldest first; NONE is nobody. */
struct node {
	uint32_t rank, at;                  /* its age; where it lies now */
	uint32_t parent, first, last, next; /* of the tree */
	uint32_t place, depth;              /* where it goes */
	enum { NEW, ON_PATH, DONE } mark;
};
#define NONE UINT32_MAX

static int compare_age(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	return (x->rank > y->rank) - (x->rank < y->rank);
}

static void find_parents(const struct model_step *step, struct node *nodes, size_t n)
{
	uint32_t *age = xcalloc(n, sizeof(*age)); /* position → age */

	for (uint32_t i = 0; i < n; i++)
		nodes[i] = (struct node){ .rank = step->objects[i].rank,
			.at = i,
			.first = NONE,
			.last = NONE,
			.next = NONE };
	qsort(nodes, n, sizeof(*nodes), compare_age);
	for (uint32_t i = 0; i < n; i++)
		age[nodes[i].at] = i;
	for (size_t i = 0; i < n; i++) {
		size_t owner = index_get(step, step->objects[nodes[i].at].owner);

		nodes[i].parent = owner == MODEL_NO_PARENT ? NONE : age[owner];
	}
	free(age);
}

/* The cycle that node i is on loses the owner of its oldest row. */
static void cut_cycle(struct node *nodes, uint32_t i)
{
	uint32_t oldest = i;

	for (uint32_t j = nodes[i].parent; j != i; j = nodes[j].parent)
		oldest = j < oldest ? j : oldest;
	nodes[oldest].parent = NONE;
}

/* Owners are what a server or a file said: they may go in circles. */
static void break_cycles(struct node *nodes, size_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t end = i;
		bool circle;

		while (end != NONE && nodes[end].mark == NEW) {
			nodes[end].mark = ON_PATH;
			end = nodes[end].parent;
		}
		circle = end != NONE && nodes[end].mark == ON_PATH;
		for (uint32_t j = i; j != NONE && nodes[j].mark == ON_PATH; j = nodes[j].parent)
			nodes[j].mark = DONE;
		if (circle)
			cut_cycle(nodes, end);
	}
}

static void link_children(struct node *nodes, size_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct node *parent = nodes[i].parent == NONE ? NULL : &nodes[nodes[i].parent];

		if (!parent)
			continue;
		if (parent->last == NONE)
			parent->first = i;
		else
			nodes[parent->last].next = i;
		parent->last = i;
	}
}

/* Numbers a root and all that hangs on it, depth first; returns the next free place. */
static uint32_t place_tree(struct node *nodes, uint32_t root, uint32_t place)
{
	uint32_t i = root, depth = 0;

	for (;;) {
		nodes[i].place = place++;
		nodes[i].depth = depth;
		if (nodes[i].first != NONE) {
			i = nodes[i].first;
			depth++;
			continue;
		}
		while (i != root && nodes[i].next == NONE) {
			i = nodes[i].parent;
			depth--;
		}
		if (i == root)
			return place;
		i = nodes[i].next;
	}
}

/* Applied rows first, then those whose owner is unknown. */
static void place_all(const struct model_step *step, struct node *nodes, size_t n)
{
	uint32_t place = 0;

	for (int applied = 1; applied >= 0; applied--)
		for (uint32_t i = 0; i < n; i++)
			if (nodes[i].parent == NONE &&
				step->objects[nodes[i].at].applied == applied)
				place = place_tree(nodes, i, place);
}

/* Where they are: rows are many, and a second array of them would show. */
static void move_rows(const struct model_step *step, const struct node *nodes, size_t n)
{
	struct model_object *rows = step->objects;
	uint32_t *places = xcalloc(n, sizeof(*places)); /* position → where its row goes */

	for (size_t i = 0; i < n; i++) {
		struct model_object *o = &rows[nodes[i].at];

		places[nodes[i].at] = nodes[i].place;
		o->parent =
			nodes[i].parent == NONE ? MODEL_NO_PARENT : nodes[nodes[i].parent].place;
		o->depth = nodes[i].depth;
	}
	for (uint32_t i = 0; i < n; i++)
		while (places[i] != i) {
			uint32_t to = places[i];
			struct model_object moved = rows[to];

			rows[to] = rows[i];
			rows[i] = moved;
			places[i] = places[to];
			places[to] = to;
		}
	free(places);
}

static void order_step(const struct model_step *step)
{
	size_t n = step->nobjects;
	struct node *nodes = xcalloc(n ? n : 1, sizeof(*nodes));

	find_parents(step, nodes, n);
	break_cycles(nodes, n);
	link_children(nodes, n);
	place_all(step, nodes, n);
	move_rows(step, nodes, n);
	free(nodes);
	for (size_t i = 0; i < n; i++)
		index_set(step, i);
	step->index->dirty = false;
}

/* What it changes lies behind the model's pointers and is no part of what the model says. */
void model_order(const struct model *m)
{
	for (size_t i = 0; i < m->nsteps; i++)
		if (m->steps[i].index && m->steps[i].index->dirty)
			order_step(&m->steps[i]);
}
