/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "make/make.h"

/* One object from its short form: the value of deployment:, configMap: and so on. A new reference;
 * NULL: mistakes were said. */
typedef json_t *make_object_fn(const struct make *m, const struct yaml_node *node);

make_object_fn make_deployment;
make_object_fn make_stateful_set;
make_object_fn make_daemon_set;
make_object_fn make_job;
make_object_fn make_cron_job;
make_object_fn make_service; /* without a selector if the plan gives none */
make_object_fn make_ingress;
make_object_fn make_config_map;
make_object_fn make_secret;

/* What every object has: its name, and what may stand in its metadata. For those functions. */
struct object {
	struct make make;  /* the caller's, with this object's name */
	json_t *metadata;  /* namespace, labels, annotations as the plan gives them */
	json_t *spec;
	json_t *over;      /* {spec: …}: what the plan adds as it is */
	bool good;
};

struct object_type {
	const char *api_version, *kind;
	bool (*is_name)(const char *);
	const char *like; /* what a name is, for the sentence */
};

void object_begin(struct object *o, const struct make *m, const struct object_type *type,
	const struct yaml_node *node);
/* Reads node by the parts given, metadata, and (when `over`) spec:. */
void object_read(struct object *o, const struct yaml_node *node, const struct make_part *parts,
	size_t n, bool over);
/* Sets a label that is not the plan's to choose. */
void object_label(struct object *o, const struct yaml_node *node, json_t *labels, const char *key,
	const char *value);
/* Lays what the plan adds over spec; once. */
void object_lay_over(struct object *o);
/* The object with what the plan adds; NULL: a mistake was said. Releases o. */
json_t *object_end(struct object *o, const struct object_type *type);
