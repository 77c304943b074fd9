/* SPDX-License-Identifier: Apache-2.0 */
/* The model's life, its shared strings, and the questions asked of it. */
#include "record/model.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model_own.h"
#include "record/model_rows.h"

/* Ten thousand Pods say the same few words: each is kept once and counted. */
struct shared {
	size_t uses;
	char text[];
};

struct model_pool {
	struct map strings; /* text → struct shared */
};

static struct shared *shared_of(char *text)
{
	return (struct shared *)(void *)(text - offsetof(struct shared, text));
}

static char *share_display(struct model *m, const char *text)
{
	struct shared *s = map_get(&m->pool->strings, text);

	if (!s) {
		size_t size = strlen(text) + 1;

		s = xmalloc(sizeof(*s) + size);
		s->uses = 0;
		memcpy(s->text, text, size);
		map_set(&m->pool->strings, s->text, s);
	}
	s->uses++;
	return s->text;
}

char *model_share(struct model *m, const char *raw)
{
	char *shown, *shared;

	if (!raw || text_is_display(raw, TEXT_LINE))
		return raw ? share_display(m, raw) : NULL;
	shown = text_display(raw, strlen(raw), TEXT_LINE);
	shared = share_display(m, shown);
	free(shown);
	return shared;
}

void model_unshare(struct model *m, char *text)
{
	struct shared *s = text ? shared_of(text) : NULL;

	if (!s || --s->uses > 0)
		return;
	map_remove(&m->pool->strings, s->text);
	free(s);
}

void model_set(struct model *m, char **slot, const char *raw)
{
	char *old = *slot;

	if (old && raw && strcmp(old, raw) == 0)
		return;
	*slot = model_share(m, raw);
	model_unshare(m, old);
}

char *model_text(const char *raw)
{
	return raw ? text_display(raw, strlen(raw), TEXT_BLOCK) : NULL;
}

void model_own(char **slot, char *text_take)
{
	free(*slot);
	*slot = text_take;
}

/* Pods that became ready in the same second have the same conditions. */
void model_own_shared(struct model *m, char **slot, char *text_take)
{
	char *old = *slot;

	*slot = text_take ? share_display(m, text_take) : NULL;
	model_unshare(m, old);
	free(text_take);
}

void model_warn(struct model *m, char ***list, size_t *n, const char *message)
{
	char *text = model_share(m, message);

	for (size_t i = 0; i < *n; i++)
		if ((*list)[i] == text) {
			model_unshare(m, text);
			return;
		}
	*list = xreallocarray(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = text;
}

void model_init(struct model *m)
{
	*m = (struct model){ .pool = xcalloc(1, sizeof(*m->pool)) };
}

void model_release(struct model *m)
{
	if (!m->pool)
		return;
	for (size_t i = 0; i < m->nsteps; i++) {
		model_rows_release(&m->steps[i]);
		free(m->steps[i].warnings);
		for (size_t k = 0; k < m->steps[i].noutput; k++)
			free(m->steps[i].output[k]);
		free(m->steps[i].output);
	}
	free(m->steps);
	for (size_t i = 0; i < m->pool->strings.cap; i++)
		free(m->pool->strings.slots[i].value);
	map_release(&m->pool->strings);
	free(m->pool);
	*m = (struct model){ 0 };
}

void model_set_steps(struct model *m, size_t n)
{
	m->steps = xcalloc(n ? n : 1, sizeof(*m->steps));
	m->nsteps = n;
	for (size_t i = 0; i < n; i++)
		m->steps[i].timeout_ms = m->steps[i].stabilization_ms = -1;
}

const struct model_object *model_find(const struct model *m, size_t step, const char *id)
{
	return step < m->nsteps && id ? model_known_row(&m->steps[step], id) : NULL;
}

const char *model_column(const struct model_object *o, const char *name)
{
	for (size_t i = 0; i < o->ncolumns; i++)
		if (strcmp(o->columns[i].name, name) == 0)
			return o->columns[i].value;
	return NULL;
}

struct model_counts model_count(const struct model_step *step, bool applied_only)
{
	struct model_counts counts = { 0 };

	for (size_t i = 0; i < step->nobjects; i++) {
		const struct model_object *o = &step->objects[i];

		if (applied_only && !o->applied)
			continue;
		counts.by[o->status]++;
		counts.total++;
	}
	return counts;
}
