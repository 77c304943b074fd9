/* SPDX-License-Identifier: Apache-2.0 */
/* What every object that is made has: apiVersion, kind, metadata, and what the plan lays over it.
 */
#include "make/object.h"

#include <string.h>

#include "base/xalloc.h"
#include "make/merge.h"
#include "make/words.h"

#define PARTS_MAX 8

void object_begin(struct object *o, const struct make *m, const struct object_type *type,
	const struct yaml_node *node)
{
	const struct make_key key = { .key = "name", .is = type->is_name, .like = type->like };
	const struct yaml_node *name = yaml_get(node, "name");
	json_t *made = name ? make_named(m, &key, name) : NULL;

	*o = (struct object){
		.make = *m,
		.metadata = json_object(),
		.spec = json_object(),
		.over = json_object(),
		.good = made != NULL,
	};
	if (node->kind == YAML_MAPPING && !name)
		make_mistake(m, node, "this %s needs name", type->kind);
	/* The rest is read all the same, so that every mistake is said. */
	o->make.name = made ? name->value : "name";
	json_object_set_new(o->metadata, "name", made ? made : json_null());
}

/* The name was read before everything else. */
static json_t *make_known(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	(void)key;
	(void)node;
	return json_string(m->name);
}

static const struct make_key metadata_items[] = {
	{ .key = "name", .make = make_known, .to = "known" },
	{ .key = "namespace", .make = make_named, .is = is_dns_label, .like = LABEL_LIKE },
	{ .key = "labels", .make = make_labels },
	{ .key = "annotations", .make = make_annotations },
};
static const struct make_keys metadata = { "metadata", NULL, NULL, MAKE_KEYS(metadata_items) };

static const struct make_key over_items[] = {
	{ .key = "spec", .make = make_map },
};
static const struct make_keys over_keys = { "spec", NULL, NULL, MAKE_KEYS(over_items) };

/* The step's, not the object's. */
static const struct make_key step_items[] = {
	{ .key = "forceConflicts", .make = make_bool },
};
static const struct make_keys step_keys = { "forceConflicts", NULL, NULL, MAKE_KEYS(step_items) };

void object_read(struct object *o, const struct yaml_node *node, const struct make_part *parts,
	size_t n, bool over)
{
	struct make_part all[PARTS_MAX];

	for (size_t i = 0; i < n; i++)
		all[i] = parts[i];
	all[n++] = (struct make_part){ &metadata, o->metadata };
	if (o->make.alone)
		all[n++] = (struct make_part){ &step_keys, o->metadata };
	if (over)
		all[n++] = (struct make_part){ &over_keys, o->over };
	o->good = make_parts(&o->make, node, all, n) && o->good;
	json_object_del(o->metadata, "known");
}

void object_label(struct object *o, const struct yaml_node *node, json_t *labels, const char *key,
	const char *value)
{
	const char *given = json_string_value(json_object_get(labels, key));

	if (given && strcmp(given, value) != 0) {
		o->good = make_mistake(&o->make, node,
			"the label %s is %s here, by which its Pods are found; leave it out", key,
			value);
		return;
	}
	json_object_set_new(labels, key, json_string(value));
}

void object_lay_over(struct object *o)
{
	merge_over(o->spec, json_object_get(o->over, "spec"));
	json_object_clear(o->over);
}

json_t *object_end(struct object *o, const struct object_type *type)
{
	static const char *const order[] = { "name", "namespace", "labels", "annotations" };
	json_t *object = NULL, *sorted = json_object();

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		json_t *value = json_object_get(o->metadata, order[i]);

		if (value && (!json_is_object(value) || json_object_size(value)))
			json_object_set(sorted, order[i], value);
	}
	object_lay_over(o);
	if (o->good) {
		object = json_pack("{s:s, s:s, s:O}", "apiVersion", type->api_version, "kind",
			type->kind, "metadata", sorted);
		if (json_object_size(o->spec))
			json_object_set(object, "spec", o->spec);
	}
	json_decref(sorted);
	json_decref(o->metadata);
	json_decref(o->spec);
	json_decref(o->over);
	return object;
}
