/* SPDX-License-Identifier: Apache-2.0 */
/* Who else wrote an applied object, and what. */
#include "track/rivals.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "track/tracker.h"

#define OUR_MANAGER "ksettle" /* kube/apply.c's fieldManager */
#define PATH_DEPTH 64
#define PATH_SIZE 200

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool is_ours(const json_t *entry)
{
	return same(jx_str(entry, "manager"), OUR_MANAGER) &&
		same(jx_str(entry, "operation"), "Apply") && !jx_str(entry, "subresource");
}

/* A HorizontalPodAutoscaler, which writes by the scale subresource of what it scales. */
static bool is_autoscaler(const json_t *entry)
{
	return same(jx_str(entry, "manager"), "kube-controller-manager") &&
		same(jx_str(entry, "subresource"), "scale");
}

static const json_t *our_fields(const json_t *object)
{
	const json_t *entries = jx_get(object, "metadata.managedFields");

	for (size_t i = 0; i < json_array_size(entries); i++)
		if (is_ours(json_array_get(entries, i)))
			return jx_get(json_array_get(entries, i), "fieldsV1");
	return NULL;
}

/* RFC 3339 in UTC sorts as text. */
static bool is_later(const json_t *entry, const json_t *than)
{
	const char *a = jx_str(entry, "time"), *b = jx_str(than, "time");

	return !than || strcmp(a ? a : "", b ? b : "") > 0;
}

/* The steps of a field's path, as fieldsV1 spells them: "f:spec", "k:{\"name\":\"web\"}". */
struct path {
	const char *steps[PATH_DEPTH];
	size_t n;
};

static bool owns(const json_t *entry, const struct path *path)
{
	const json_t *fields = jx_get(entry, "fieldsV1");

	for (size_t i = 0; i < path->n; i++) {
		fields = json_object_get(fields, path->steps[i]);
		if (!fields)
			return false;
		if (json_object_size(fields) == 0)
			return true; /* all that is below */
	}
	return true;
}

/* What this run's apply had set and does not own any more: the first such field, and how many. */
struct losses {
	const json_t *object;
	struct path first;
	const json_t *taken_by; /* an entry; NULL: nobody has the field, it was removed */
	size_t n;
};

static const json_t *owner_of(const json_t *object, const struct path *path)
{
	const json_t *entries = jx_get(object, "metadata.managedFields"), *owner = NULL;

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);

		if (!is_ours(entry) && owns(entry, path) && (!owner || is_later(entry, owner)))
			owner = entry;
	}
	return owner;
}

static void lose(struct losses *l, const struct path *path)
{
	const json_t *owner = owner_of(l->object, path);

	if (owner && is_autoscaler(owner))
		return;
	if (l->n++ == 0) {
		l->first = *path;
		l->taken_by = owner;
	}
}

/* Every leaf of `then` that `now` does not have. */
static void compare(struct losses *l, const json_t *then, const json_t *now, struct path *path)
{
	const char *key;
	json_t *below;

	json_object_foreach ((json_t *)then, key, below) {
		const json_t *still = json_object_get(now, key);

		if (strcmp(key, ".") == 0 || path->n == PATH_DEPTH)
			continue;
		path->steps[path->n++] = key;
		if (json_object_size(below))
			compare(l, below, still, path);
		else if (!still)
			lose(l, path);
		path->n--;
	}
}

static void add_keys(struct buf *out, const char *text)
{
	json_t *keys = json_loads(text, JSON_DECODE_ANY, NULL), *value;
	const char *key, *between = "";

	buf_addch(out, '[');
	if (json_is_object(keys)) {
		json_object_foreach (keys, key, value) {
			char *shown = json_is_string(value)
				? xstrdup(json_string_value(value))
				: jx_dump(value);

			buf_printf(out, "%s%s", between, shown);
			between = ",";
			free(shown);
		}
	} else {
		buf_addstr(out, json_is_string(keys) ? json_string_value(keys) : text);
	}
	buf_addch(out, ']');
	json_decref(keys);
}

static bool is_plain_word(const char *s)
{
	if (!isalpha((unsigned char)*s))
		return false;
	while (isalnum((unsigned char)*s) || *s == '_' || *s == '-')
		s++;
	return *s == '\0';
}

/* "spec.template.spec.containers[web].image" */
static void add_path(struct buf *out, const struct path *path)
{
	struct buf b = { 0 };
	char *line, cut[PATH_SIZE];

	for (size_t i = 0; i < path->n; i++) {
		const char *step = path->steps[i];

		if (strncmp(step, "f:", 2) != 0)
			add_keys(&b, strchr(step, ':') ? strchr(step, ':') + 1 : step);
		else if (is_plain_word(step + 2))
			buf_printf(&b, "%s%s", b.len ? "." : "", step + 2);
		else
			buf_printf(&b, "[%s]", step + 2);
	}
	line = text_display(buf_str(&b), b.len, TEXT_LINE);
	text_copy(cut, sizeof(cut), line);
	buf_addstr(out, cut);
	free(line);
	buf_release(&b);
}

static void add_manager(struct buf *out, const char *manager)
{
	char *line, cut[PATH_SIZE];

	if (!manager || !*manager) {
		buf_addstr(out, "someone else");
		return;
	}
	line = text_display(manager, strlen(manager), TEXT_LINE);
	text_copy(cut, sizeof(cut), line);
	buf_addstr(out, cut);
	free(line);
}

static bool has_spec(const json_t *entry)
{
	return json_object_get(jx_get(entry, "fieldsV1"), "f:spec") != NULL;
}

/* Who wrote the spec last; ours only if nobody did at the same time. What goes by the scale
 * subresource has no time. */
static const json_t *last_writer(const json_t *object)
{
	const json_t *entries = jx_get(object, "metadata.managedFields"), *last = NULL;

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);

		if (!has_spec(entry) || !jx_str(entry, "time") ||
			same(jx_str(entry, "subresource"), "status"))
			continue;
		if (!last || is_later(entry, last) || (is_ours(last) && !is_later(last, entry)))
			last = entry;
	}
	return last;
}

static const json_t *scaler(const json_t *object)
{
	const json_t *entries = jx_get(object, "metadata.managedFields");

	for (size_t i = 0; i < json_array_size(entries); i++)
		if (has_spec(json_array_get(entries, i)) &&
			same(jx_str(json_array_get(entries, i), "subresource"), "scale"))
			return json_array_get(entries, i);
	return NULL;
}

/* What tells one write from another, without the fields, which are many. To free(). */
static char *write_of(const json_t *entry)
{
	const char *manager = jx_str(entry, "manager"), *time = jx_str(entry, "time");

	return manager && time ? xasprintf("%s %s", time, manager) : NULL;
}

static void remember(char **place, char *text_take)
{
	free(*place);
	*place = text_take;
}

static bool has_revisions(const struct tracked *o)
{
	return tracked_is_workload(o) || tracked_is(o, "batch", "Job") ||
		tracked_is(o, "batch", "CronJob");
}

/* A revision that this run did not make. Once it was seen it stays said: what an autoscaler does
 * after it changes nothing about that. */
static void follow_revision(struct tracked *o, const json_t *object)
{
	int64_t generation = jx_int(object, "metadata.generation", 0);
	const json_t *writer = last_writer(object);
	char *write = NULL;

	if (!o->own_generation) {
		o->own_generation = generation;
		remember(&o->last_writer, write_of(writer));
	}
	if (generation <= o->own_generation || generation <= o->superseded_generation ||
		!has_revisions(o))
		return;
	write = write_of(writer);
	if (!writer || same(write, o->last_writer)) {
		free(write);
		writer = scaler(object);
		if (writer && is_autoscaler(writer)) {
			if (!o->superseded_generation)
				o->own_generation = generation;
			return;
		}
	} else {
		remember(&o->last_writer, write);
	}
	o->superseded_generation = generation;
	remember(&o->superseded_by, xstrdup_or_null(jx_str(writer, "manager")));
}

static void add_loss(struct buf *out, const struct losses *losses)
{
	buf_addstr(out, out->len ? "; " : "");
	add_path(out, &losses->first);
	if (losses->n > 1)
		buf_printf(out, " and %zu more field%s", losses->n - 1, losses->n == 2 ? "" : "s");
	buf_addstr(out, losses->n > 1 ? " were " : " was ");
	buf_addstr(out, losses->taken_by ? "changed by " : "removed by ");
	add_manager(out,
		jx_str(losses->taken_by ? losses->taken_by : last_writer(losses->object),
			"manager"));
	buf_addstr(out, " after the apply");
}

static void add_losses(struct buf *out, const struct tracked *o, const json_t *object)
{
	struct losses losses = { .object = object };
	struct path path = { .n = 0 };
	json_t *then = o->own_fields ? json_loads(o->own_fields, 0, NULL) : NULL;

	compare(&losses, then, our_fields(object), &path);
	if (losses.n)
		add_loss(out, &losses);
	json_decref(then);
}

static bool is_since(const char *stamp, int64_t wall)
{
	int64_t at;

	return stamp && clock_parse_stamp(stamp, &at) && at >= wall;
}

bool rivals_written_since(const json_t *object, int64_t wall)
{
	const json_t *entries = jx_get(object, "metadata.managedFields");

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);

		if (!same(jx_str(entry, "subresource"), "status") &&
			is_since(jx_str(entry, "time"), wall))
			return true;
	}
	return is_since(jx_str(object, "metadata.creationTimestamp"), wall);
}

void rivals_forget(struct tracked *o)
{
	free(o->own_fields);
	free(o->last_writer);
	free(o->superseded_by);
	free(o->rivals);
	o->own_fields = o->last_writer = o->superseded_by = o->rivals = NULL;
	o->own_generation = o->superseded_generation = 0;
}

void rivals_of_apply(struct tracked *o, const json_t *object)
{
	const json_t *fields = our_fields(object);

	rivals_forget(o);
	o->own_generation = jx_int(object, "metadata.generation", 0);
	o->own_fields = fields ? jx_dump(fields) : NULL;
	o->last_writer = write_of(last_writer(object));
}

void rivals_follow(struct tracked *o, const json_t *object)
{
	struct buf text = { 0 };

	if (!jx_get(object, "metadata.managedFields"))
		return; /* an answer that does not tell */
	follow_revision(o, object);
	if (o->superseded_generation) {
		buf_printf(&text, "superseded by generation %lld (manager ",
			(long long)o->superseded_generation);
		if (o->superseded_by)
			add_manager(&text, o->superseded_by);
		else
			buf_addstr(&text, "unknown");
		buf_addch(&text, ')');
	}
	add_losses(&text, o, object);
	free(o->rivals);
	o->rivals = text.len ? buf_take(&text) : NULL;
	buf_release(&text);
}
