/* SPDX-License-Identifier: Apache-2.0 */
/* What of an object nobody asks for. */
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "cmd/status.h"

static void forget(json_t *object, const char *const *fields)
{
	for (; *fields; fields++)
		json_object_del(object, *fields);
}

static void slim_template(json_t *spec)
{
	static const char *const of_spec[] = { "affinity", "tolerations", NULL };
	static const char *const of_container[] = { "args", "command", "env", "envFrom",
		"lifecycle", "ports", "securityContext", "volumeMounts", NULL };
	static const char *const lists[] = { "containers", "initContainers" };
	json_t *container;
	size_t i;

	forget(spec, of_spec);
	for (size_t k = 0; k < ARRAY_LEN(lists); k++)
		json_array_foreach (json_object_get(spec, lists[k]), i, container)
			forget(container, of_container);
}

/* Their number counts, not one of them. */
static void empty_values(json_t *values)
{
	const char *key;
	json_t *value;

	json_object_foreach (values, key, value)
		json_object_set_new(values, key, json_null());
}

void status_slim(json_t *object)
{
	static const char *const of_metadata[] = { "managedFields", NULL };
	static const char *const of_annotations[] = {
		"kubectl.kubernetes.io/last-applied-configuration", NULL
	};
	json_t *metadata = json_object_get(object, "metadata");
	json_t *spec = json_object_get(object, "spec");
	const char *kind = jx_str(object, "kind"), *api_version = jx_str(object, "apiVersion");

	forget(metadata, of_metadata);
	forget(json_object_get(metadata, "annotations"), of_annotations);
	if (!kind || !api_version || strchr(api_version, '.'))
		return; /* a rule as data may ask for anything */
	slim_template(spec);
	slim_template(json_object_get(json_object_get(spec, "template"), "spec"));
	if (strcmp(kind, "ConfigMap") == 0 || strcmp(kind, "Secret") == 0) {
		empty_values(json_object_get(object, "data"));
		empty_values(json_object_get(object, "binaryData"));
		empty_values(json_object_get(object, "stringData"));
	}
}
