/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule is told of other objects. */
#include "track/related.h"

#include <stdlib.h>

#include "base/jx.h"
#include "base/xalloc.h"

static bool wants_pods(const struct tracked *o)
{
	return tracked_is(o, "apps", "StatefulSet");
}

static bool wants_classes(const struct tracked *o)
{
	return tracked_is(o, "", "PersistentVolumeClaim");
}

bool related_wanted(const struct tracked *o)
{
	return wants_pods(o) || wants_classes(o);
}

/* A row as the object it was made of, in what rules read of a Pod that is somebody's. */
static json_t *pod_of(const struct tracked *pod, const struct tracked *owner)
{
	json_t *metadata = json_pack("{s:o, s:o, s:{s:o}, s:[{s:o, s:b}]}", "name",
		jx_string(pod->name), "namespace", jx_string(pod->ns), "labels",
		"controller-revision-hash", jx_string(pod->judged.revision), "ownerReferences",
		"uid", jx_string(owner->uid), "controller", 1);

	if (pod->judged.terminating)
		json_object_set_new(metadata, "deletionTimestamp", json_string("set"));
	return json_pack("{s:o, s:{s:[{s:s, s:s}]}}", "metadata", metadata, "status", "conditions",
		"type", "Ready", "status", pod->judged.ready ? "True" : "False");
}

static void add_pods(struct related_set *out, const struct tracked *o)
{
	struct related *item = &out->items[out->n++];

	out->objects = xcalloc(o->nchildren, sizeof(*out->objects));
	out->made = json_array();
	*item = (struct related){ .kind = "Pod", .known = true, .objects = out->objects };
	for (size_t i = 0; i < o->nchildren; i++) {
		const struct tracked *pod = o->children[i];

		if (pod->gone || !tracked_is(pod, "", "Pod"))
			continue;
		json_array_append_new(out->made, pod_of(pod, o));
		out->objects[item->n++] =
			json_array_get(out->made, json_array_size(out->made) - 1);
	}
}

static void add_classes(struct related_set *out, const struct tracker *t)
{
	struct related *item = &out->items[out->n++];
	size_t n = json_array_size(t->classes);

	out->objects = xcalloc(n, sizeof(*out->objects));
	*item = (struct related){ .kind = "StorageClass",
		.known = t->classes != NULL,
		.objects = out->objects };
	for (; item->n < n; item->n++)
		out->objects[item->n] = json_array_get(t->classes, item->n);
}

void related_find(struct related_set *out, const struct tracker *t, const struct tracked *o)
{
	*out = (struct related_set){ 0 };
	if (wants_pods(o))
		add_pods(out, o);
	else if (wants_classes(o))
		add_classes(out, t);
}

void related_release(struct related_set *set)
{
	json_decref(set->made);
	free(set->objects);
	*set = (struct related_set){ 0 };
}
