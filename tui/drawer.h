/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "tui/canvas.h"
#include "tui/view.h"

struct box;
struct model;
struct scene;

/* The word and key of a tab. */
const char *drawer_tab_name(enum drawer_tab tab);
/* Draws it; clamps ui's scroll to what there is. */
void drawer_draw(struct canvas *c, const struct box *box, const struct scene *scene, struct ui *ui);
/* Scrolls to the next line that holds ui->find; false: there is none. */
bool drawer_find(struct ui *ui, const struct model *m, int direction);
/* What it shows, as text, into ui->copy. */
void drawer_copy(struct ui *ui, const struct model *m);
