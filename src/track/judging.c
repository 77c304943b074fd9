/* SPDX-License-Identifier: Apache-2.0 */
/* Judging rows. */
#include "track/judging.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "track/related.h"

static void judge_with(bool wait_for_jobs, const struct related_set *related,
	const json_t *manifest, const json_t *object, struct judgement *out)
{
	struct judge_options options = {
		.wait_for_jobs = wait_for_jobs,
		.manifest = manifest,
		.related = related->items,
		.nrelated = related->n,
	};

	judge(out, object, &options, clock_wall_ms());
}

static void judge_row(const struct tracker *t, struct tracked *o, const json_t *object)
{
	struct related_set related = { 0 };

	if (o->applied)
		related_find(&related, t, o);
	judgement_release(&o->judged);
	judge_with(t->verify.wait_for_jobs || o->hook, &related, o->manifest, object, &o->judged);
	related_release(&related);
}

void tracker_judge(const struct tracker *t, const json_t *object, struct judgement *out)
{
	const struct related classes = {
		.kind = "StorageClass",
		.known = t->classes != NULL,
	};
	struct related_set related = { .items = { classes }, .n = 1 };
	size_t n = json_array_size(t->classes);

	related.objects = xcalloc(n, sizeof(*related.objects));
	related.items[0].objects = related.objects;
	for (size_t i = 0; i < n; i++)
		related.objects[related.items[0].n++] = json_array_get(t->classes, i);
	judge_with(t->verify.wait_for_jobs, &related, NULL, object, out);
	related_release(&related);
}

void tracker_classes(struct tracker *t, json_t *classes)
{
	json_decref(t->classes);
	t->classes = json_incref(classes);
}

/* "pod has unbound immediate PersistentVolumeClaims", "node(s) didn't find available persistent
 * volumes to bind": the scheduler says that it is the volumes, but not which. */
static bool blames_volumes(const struct judgement *j)
{
	return j->status == STATUS_IN_PROGRESS && j->message &&
		(strstr(j->message, "PersistentVolumeClaim") ||
			strstr(j->message, "persistentvolumeclaim") ||
			strstr(j->message, "persistent volume"));
}

static void free_claims(struct tracked *o)
{
	if (!o->claims)
		return;
	json_decref(o->claims->names);
	free(o->claims->scheduler);
	free(o->claims->why);
	free(o->claims);
	o->claims = NULL;
}

void judging_forget(struct tracked *o)
{
	free_claims(o);
	json_decref(o->object);
	o->object = NULL;
}

/* Those of the Pod's claims that the scheduler's sentence does not name. */
static json_t *claim_names(const json_t *pod, const char *scheduler)
{
	const json_t *volumes = jx_get(pod, "spec.volumes");
	json_t *names = json_array();

	for (size_t i = 0; i < json_array_size(volumes); i++) {
		const char *name = jx_str(
			json_array_get(volumes, i), "persistentVolumeClaim.claimName");

		if (name && !strstr(scheduler, name))
			json_array_append_new(names, jx_string(name));
	}
	return names;
}

/* The note is what the owner's row says. */
static void say_claim(struct tracked *o)
{
	struct judgement *j = &o->judged;

	if (!o->claims || !o->claims->why)
		return;
	judgement_set(j, STATUS_IN_PROGRESS, j->reason, "%s; %s", o->claims->scheduler,
		o->claims->why);
	free(j->note);
	j->note = NULL;
	judgement_note(j, "%s", j->message);
}

void judging_claims(struct tracked *o, const json_t *object)
{
	char *why = o->claims ? o->claims->why : NULL;

	if (!tracked_is(o, "", "Pod") || !blames_volumes(&o->judged)) {
		free_claims(o);
		return;
	}
	if (o->claims)
		o->claims->why = NULL;
	free_claims(o);
	o->claims = xcalloc(1, sizeof(*o->claims));
	*o->claims = (struct claim_trouble){
		.names = claim_names(object, o->judged.message),
		.scheduler = xstrdup(o->judged.message),
		.why = why,
	};
	say_claim(o);
}

char *judging_claim_words(const char *name, const struct judgement *j)
{
	if (j->status == STATUS_SUCCESS && !j->note)
		return NULL;
	return xasprintf("claim \"%s\": %s", name,
		j->status == STATUS_SUCCESS ? j->note : j->message);
}

void tracker_claim(struct tracker *t, struct tracked *pod, const char *why)
{
	const char *before = pod->claims ? pod->claims->why : NULL;

	if (!pod->claims || (before && why && strcmp(before, why) == 0) || before == why)
		return;
	free(pod->claims->why);
	pod->claims->why = xstrdup_or_null(why);
	if (!why)
		judgement_set(&pod->judged, STATUS_IN_PROGRESS, pod->judged.reason, "%s",
			pod->claims->scheduler);
	say_claim(pod);
	tracker_tell_leaf(t, pod);
}

/* The object without who owns which field: that is most of its bytes, and no rule that looks at
 * others reads it. */
static json_t *slim(const json_t *object)
{
	json_t *metadata = json_copy((json_t *)jx_get(object, "metadata"));
	json_t *copy = json_copy((json_t *)object);

	json_object_del(metadata, "managedFields");
	json_object_set_new(copy, "metadata", metadata);
	return copy;
}

void judging_seen(const struct tracker *t, struct tracked *o, const json_t *object)
{
	judge_row(t, o, object);
	judging_claims(o, object);
	json_decref(o->object);
	o->object = o->applied && o->judged.status == STATUS_IN_PROGRESS && related_wanted(o)
		? slim(object)
		: NULL;
}

/* Its columns were taken over when it was seen, and are the same. */
void judging_again(const struct tracker *t, struct tracked *o)
{
	struct judgement *j = &o->judged;

	if (!o->object)
		return;
	judge_row(t, o, o->object);
	if (j->status != STATUS_IN_PROGRESS) {
		json_decref(o->object);
		o->object = NULL;
	}
	judgement_drop_columns(j);
}
