/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct errors;
struct yaml_node;

/* `${env:NAME}`, `${file:PATH}` and `${NAME}` in the values of a plan. Internal to src/plan. */
struct vars {
	const char *const *set;   /* --set: "name=value", NULL-terminated; NULL: none */
	const char *base;         /* the folder that ${file:PATH} starts from */
};

/* Replaces them in every value below root, once: what came in is not looked at again; `$${` stands
 * for `${`. Keys are not expanded. Nodes keep their places and are marked (struct yaml_node:
 * expanded, whole, broken). Each mistake, an unset variable or a --set that the plan does not use
 * among them, is one sentence. */
void vars_expand(struct yaml_node *root, const struct vars *vars, const char *file,
	struct errors *errs);
