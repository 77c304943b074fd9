/* SPDX-License-Identifier: Apache-2.0 */
/* Which owners were opened or shut by hand. */
#include "tui/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* Kept as "+id" and "-id": there are as many as a person has pressed keys for. */
static size_t position(const struct ui *ui, const char *id)
{
	size_t i = 0;

	while (i < ui->nfolds && strcmp(ui->folds[i] + 1, id) != 0)
		i++;
	return i;
}

enum fold fold_get(const struct ui *ui, const char *id)
{
	size_t i = position(ui, id);

	if (i == ui->nfolds)
		return FOLD_AUTO;
	return ui->folds[i][0] == '+' ? FOLD_OPEN : FOLD_SHUT;
}

void fold_set(struct ui *ui, const char *id, enum fold fold)
{
	size_t i = position(ui, id);
	char *entry =
		fold == FOLD_AUTO ? NULL : xasprintf("%c%s", fold == FOLD_OPEN ? '+' : '-', id);

	if (i < ui->nfolds) {
		free(ui->folds[i]);
		ui->folds[i] = ui->folds[--ui->nfolds];
	}
	if (!entry)
		return;
	VEC_GROW(ui->folds, ui->nfolds, ui->folds_cap);
	ui->folds[ui->nfolds++] = entry;
}
