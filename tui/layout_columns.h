/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct layout;
struct model;
struct model_object;
struct table;

/* Gives every table of the layout its columns for a body of that many columns. By width alone,
 * never by what happens, so that columns do not come and go while one looks. */
void layout_columns(struct layout *l, const struct model *m, int cols);

/* What an object shows in the column of that name: the model's own string, or one made into `made`
 * ("2/3", where "2" would stand without the 3 that are wanted); NULL: nothing. */
#define LAYOUT_VALUE 48
const char *layout_value(const struct table *t, const struct model_object *o, const char *name,
	char made[static LAYOUT_VALUE]);
