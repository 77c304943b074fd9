/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/yaml.h"

struct errors;

/* Reading a mapping of the plan by a table of its keys, with a position for every mistake. */
struct field {
	const char *key;
	/* Called for a key that is there; value is its node. */
	void (*read)(
		void *into, const struct yaml_node *value, const char *file, struct errors *errs);
};

/* `what` is for the sentence: "the plan", "a step". An unknown key names the nearest known one.
 * False: node is no mapping, said. */
bool field_table(const struct yaml_node *node, const char *what, const struct field *fields,
	size_t n, void *into, const char *file, struct errors *errs);

/* The mapping has no such key, and none that looks like a slip of the pen for it: that was said. */
bool field_lacks(const struct yaml_node *node, const char *key);
/* Every key of the mapping is one of these. */
bool field_all_known(const struct yaml_node *node, const struct field *fields, size_t n);

/* For the test that holds the plan's schema beside its readers: fn is told every key that a mapping
 * may have when one is read. NULL: nobody is. */
typedef void field_observer(void *arg, const char *what, const char *key);
void field_observe(field_observer *fn, void *arg);
void field_known(const char *what, const char *key); /* by whoever reads mappings without us */

/* One scalar each; a wrong type is said with its position and leaves *out alone. What came from a
 * variable is not quoted in a sentence: it may be somebody's secret. */
bool field_string(char **out, const struct yaml_node *node, const char *what, const char *file,
	struct errors *errs);
/* Not empty. */
bool field_word(char **out, const struct yaml_node *node, const char *what, const char *file,
	struct errors *errs);
/* Display text, not empty. */
bool field_title(char **out, const struct yaml_node *node, const char *what, const char *file,
	struct errors *errs);
/* A namespace's name. */
bool field_namespace(char **out, const struct yaml_node *node, const char *file,
	struct errors *errs);
bool field_bool(bool *out, const struct yaml_node *node, const char *what, const char *file,
	struct errors *errs);
bool field_duration(int64_t *out_ms, const struct yaml_node *node, const char *what,
	const char *file, struct errors *errs);

/* Not said of a node whose own mistake was (node->broken). */
bool field_mistake(const struct yaml_node *node, const char *file, struct errors *errs,
	const char *fmt, ...) __attribute__((format(printf, 4, 5))); /* always false */
