/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "tui/canvas.h"
#include "tui/view.h"

struct box;
struct model;
struct scene;

/* Draws it; clamps ui's scroll to what there is. */
void drawer_draw(struct canvas *c, const struct box *box, const struct scene *scene, struct ui *ui);
/* Goes to the next line that holds ui->find, or from_here: to the first one in sight or below;
 * which one of how many it is. false: there is none. */
struct drawer_match { size_t number, of; };
bool drawer_find(struct ui *ui, const struct model *m, int direction, bool from_here,
	struct drawer_match *match);
/* The tab whose name stands there; -1: none. */
int drawer_tab_at(const struct ui *ui, const struct box *box, int row, int col);
/* What it shows, as text, into ui->copy. */
void drawer_copy(struct ui *ui, const struct model *m);
