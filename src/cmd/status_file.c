/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of `ksettle status -f`: whatever a file holds, with or without a name. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/objects.h"
#include "cmd/status.h"
#include "manifest/labels.h"
#include "track/once.h"

/* What was read so far; what an unfinished document gave may yet be dropped. */
struct reading {
	const char *labels; /* -l; NULL: all are taken */
	json_t **items;
	size_t n, cap;
};

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

/* All objects are held until the last is read. What no rule in C asks for, and is most of many of
 * them, is not. */
static void slim(json_t *object)
{
	static const char *const of_metadata[] = { "managedFields", NULL };
	static const char *const of_annotations[] = {
		"kubectl.kubernetes.io/last-applied-configuration", NULL
	};
	json_t *metadata = json_object_get(object, "metadata");
	json_t *spec = json_object_get(object, "spec");
	const char *kind = jx_str(object, "kind");

	forget(metadata, of_metadata);
	forget(json_object_get(metadata, "annotations"), of_annotations);
	if (strchr(jx_str(object, "apiVersion"), '.'))
		return; /* a rule as data may ask for anything */
	slim_template(spec);
	slim_template(json_object_get(json_object_get(spec, "template"), "spec"));
	if (strcmp(kind, "ConfigMap") == 0 || strcmp(kind, "Secret") == 0) {
		empty_values(json_object_get(object, "data"));
		empty_values(json_object_get(object, "binaryData"));
		empty_values(json_object_get(object, "stringData"));
	}
}

static bool take(void *arg, json_t *object, const struct place *at, struct errors *errs)
{
	struct reading *r = arg;

	if (!jx_str(object, "apiVersion") || !jx_str(object, "kind"))
		return errors_add(errs, ERROR_CONFIG,
			"%s:%d:%d: not a Kubernetes object: it needs apiVersion and kind, both texts",
			at->file, at->line, at->column);
	if (r->labels && !labels_match(r->labels, object))
		return true;
	slim(object);
	VEC_GROW(r->items, r->n, r->cap);
	r->items[r->n++] = json_incref(object);
	return true;
}

static size_t count(void *arg)
{
	return ((const struct reading *)arg)->n;
}

static void drop(void *arg, size_t from)
{
	struct reading *r = arg;

	while (r->n > from)
		json_decref(r->items[--r->n]);
}

bool status_read_files(struct once *once, const struct args *args, struct errors *errs)
{
	struct reading r = { .labels = args->labels };
	struct object_sink sink = { .arg = &r, .take = take, .count = count, .drop = drop };

	for (size_t i = 0; i < args->files.n; i++)
		objects_read(args->files.items[i], args->recursive, &sink, errs);
	if (!errs->n && !sink.any)
		errors_add(errs, ERROR_CONFIG, "the files hold no object");
	for (size_t i = 0; i < r.n; i++)
		once_add(once, r.items[i], true);
	drop(&r, 0);
	free(r.items);
	return errs->n == 0;
}
