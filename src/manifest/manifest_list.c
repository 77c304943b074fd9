/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to a list of manifests that was read. */
#include <stdlib.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "manifest/labels.h"
#include "manifest/manifest_own.h"

void manifests_keep_labelled(struct manifests *list, const char *labels)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct manifest m = list->items[i];

		if (labels_match(labels, m.object))
			list->items[kept++] = m;
		else
			manifest_release(&m);
	}
	list->n = kept;
}

static const char *const of_metadata[] = { "managedFields", "uid", "resourceVersion", "generation",
	"creationTimestamp", "selfLink" };

/* Generators write "status: {}" and "creationTimestamp: null" as well. */
static bool is_live(const json_t *object)
{
	const json_t *metadata = json_object_get(object, "metadata");

	if (jx_len(object, "status"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(of_metadata); i++)
		if (jx_get(metadata, of_metadata[i]))
			return true;
	return false;
}

static void forget_live(struct manifest *m)
{
	json_t *object = json_deep_copy(m->object),
	       *metadata = json_object_get(object, "metadata");

	json_object_del(object, "status");
	for (size_t i = 0; i < ARRAY_LEN(of_metadata); i++)
		json_object_del(metadata, of_metadata[i]);
	json_decref(m->object);
	m->object = object;
	free(m->body);
	free(m->shown);
	manifest_write_texts(m, NULL, NULL);
}

void manifests_forget_live(struct manifests *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_live(list->items[i].object))
			forget_live(&list->items[i]);
}

bool manifests_check_duplicates(
	const struct manifests *list, const char *default_ns, struct errors *errs)
{
	char **keys = xcalloc(list->n + 1, sizeof(*keys));
	size_t mistakes = errs->n;
	struct map seen = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		struct manifest *m = &list->items[i];
		const char *ns = m->ns ? m->ns : default_ns ? default_ns : "";
		const struct manifest *first;

		keys[i] = object_id(0, m->api_version, m->kind, ns, m->name);
		first = map_get(&seen, keys[i]);
		if (first)
			errors_add(errs, ERROR_CONFIG,
				"%s:%d:%d: %s \"%s\" appears twice (first at %s:%d:%d): remove one",
				m->file, m->line, m->column, m->kind, m->name, first->file,
				first->line, first->column);
		else
			map_set(&seen, keys[i], m);
	}
	map_release(&seen);
	for (size_t i = 0; i < list->n; i++)
		free(keys[i]);
	free(keys);
	return errs->n == mistakes;
}

void manifests_release(struct manifests *list)
{
	for (size_t i = 0; i < list->n; i++)
		manifest_release(&list->items[i]);
	for (size_t i = 0; i < list->nskipped; i++)
		free(list->skipped[i]);
	free(list->skipped);
	free(list->items);
	*list = (struct manifests){ 0 };
}
