/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct model_step;

/* Frees a step's rows and their index, without the strings that are shared. */
void model_rows_release(struct model_step *step);
