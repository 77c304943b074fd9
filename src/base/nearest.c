/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean …?": the nearest of a few known words. */
#include "base/nearest.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define LONGEST 64

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance; both shorter than LONGEST. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1], lb = strlen(b);

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t above = row[j];
			int differ = tolower((unsigned char)a[i - 1]) !=
				tolower((unsigned char)b[j - 1]);

			row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (size_t)differ);
			diagonal = above;
		}
	}
	return row[lb];
}

const char *nearest_word(const char *word, const char *const *words)
{
	size_t len = strlen(word), best = 1 + len / 3;
	const char *found = NULL;

	if (len >= LONGEST)
		return NULL;
	for (; *words; words++) {
		size_t d = strlen(*words) < LONGEST ? distance(word, *words) : LONGEST;

		if (d <= best && (!found || d < best)) {
			best = d;
			found = *words;
		}
	}
	return found;
}
