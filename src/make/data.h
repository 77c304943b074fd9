/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "make/object.h"

/* What a ConfigMap or Secret holds: mappings of its keys to base64, read from the plan and from
 * files beside it. No sentence quotes a value. */
make_fn make_data_texts;  /* {key: text} */
make_fn make_data_base64; /* {key: base64} */
make_fn make_data_files;  /* files: [path, key=path, folder], or {key: path} */

/* Adds what the sources (keys of node, read into `read`) hold to `into`. A key that two of them have,
 * and more than Kubernetes takes, is a mistake. */
bool data_take(const struct make *m, const struct yaml_node *node, json_t *into,
	const json_t *read, const char *const *sources, size_t n, const char *kind);

/* A ConfigMap or Secret; fill adds to it what was read by keys, which have immutable and hashSuffix
 * among them. What has a mistake is not in read, nor in metadata. */
typedef bool data_fill_fn(const struct make *m, const struct yaml_node *node, json_t *object,
	const json_t *read, const json_t *metadata);
json_t *data_object(const struct make *m, const struct yaml_node *node,
	const struct object_type *type, const struct make_keys *keys, data_fill_fn *fill);
