/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "tui/canvas.h"
#include "tui/view.h"

struct model;
struct model_object;

/* Plain text, upper and lower case alike. */
bool find_matches(const char *text, const char *pattern);
/* In its kind, name, namespace, reason, message or note. */
bool find_in_object(const struct model_object *o, const char *pattern);
/* Puts the cursor on the next object (direction 1 or -1) that the filters ask for, around the end
 * if need be; opens what hides it. from_here: the object under the cursor counts too. false: there
 * is none. */
bool find_object(struct ui *ui, const struct model *m, int direction, bool from_here);
/* Marks what matches in the row's cells [col, col + width). */
void find_highlight(struct canvas *c, int row, int col, int width, const char *pattern);
