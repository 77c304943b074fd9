/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct layout;
struct model;
struct model_object;
struct table;

/* Gives every table of the layout its columns for a body of that many columns. By width alone,
 * never by what happens, so that columns do not come and go while one looks. */
void layout_columns(struct layout *l, const struct model *m, int cols);
