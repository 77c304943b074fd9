/* SPDX-License-Identifier: Apache-2.0 */
/* Mistakes in the order in which a reader of the plan meets them. */
#include "plan/mistakes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xalloc.h"

struct place {
	int line, column;
	struct error mistake;
};

static bool place_of(const char *text, const char *file, int *line, int *column)
{
	size_t len = strlen(file);

	return strncmp(text, file, len) == 0 &&
		sscanf(text + len, ":%d:%d: ", line, column) == 2;
}

static int compare(const void *a, const void *b)
{
	const struct place *x = *(struct place *const *)a, *y = *(struct place *const *)b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* What is said already: a block that several steps share by an alias, a file that several name. */
static bool is_told(const struct errors *errs, size_t from, const struct error *mistake)
{
	for (size_t i = from; i < errs->n; i++)
		if (strcmp(errs->items[i].text, mistake->text) == 0)
			return true;
	return false;
}

void mistakes_sort(struct errors *errs, size_t from, const char *file)
{
	size_t n = errs->n - from;
	struct place *places = xcalloc(n + 1, sizeof(*places));
	struct place **sorted = xcalloc(n + 1, sizeof(struct place *));
	int line = 0, column = 0;

	for (size_t i = 0; i < n; i++) {
		place_of(errs->items[from + i].text, file, &line, &column);
		places[i] = (struct place){ line, column, errs->items[from + i] };
		sorted[i] = &places[i];
	}
	qsort(sorted, n, sizeof(struct place *), compare);
	errs->n = from;
	for (size_t i = 0; i < n; i++)
		if (!is_told(errs, from, &sorted[i]->mistake))
			errs->items[errs->n++] = sorted[i]->mistake;
	free(sorted);
	free(places);
}
