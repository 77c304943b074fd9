/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tui/view.h"

struct model_object;
struct model_step;

/* What is known of a row and of all that is below it. */
struct kin {
	uint32_t end;                /* index behind its last descendant */
	uint32_t children, finished; /* direct ones; finished: leaves in Success */
	uint32_t failing;            /* itself and below: failing … */
	uint32_t open;               /* … and not in Success, or with a note */
	bool wanted;                 /* it or one below it is what the filters ask for */
	bool leftover;               /* a ReplicaSet of an earlier revision, nothing in it */
};

/* The row's owner in the same step; MODEL_NO_PARENT. */
size_t order_parent(const struct model_step *s, size_t i);
/* Fills one for each object of the step, which is in the model's order. */
void order_kin(struct kin *out, const struct model_step *s, const struct ui *ui);
/* The indices of the step's objects as they are shown: tables by kind, in each of them and below
 * each owner what fails first, or by ui->sort. */
void order_rows(
	uint32_t *out, const struct kin *kin, const struct model_step *s, const struct ui *ui);

/* f, p, o or / leaves rows out. */
bool order_filters(const struct ui *ui);
/* The filters ask for this very object. */
bool order_wants(const struct model_object *o, const struct ui *ui);
/* Error, Timed out, or an apply that failed. */
bool order_failing(const struct model_object *o);
