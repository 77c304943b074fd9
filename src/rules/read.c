/* SPDX-License-Identifier: Apache-2.0 */
/* How rules read an object that may hold anything. */
#include "rules/read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"

/* Longer foreign text is cut before it is made display text, so that a megabyte costs nothing. */
#define SHOWN_READ 4096

const char *shown(char out[static SHOWN_SIZE], const char *s)
{
	size_t len = s ? strnlen(s, SHOWN_READ) : 0;
	char *line;

	while (len && (isspace((unsigned char)s[len - 1]) || s[len - 1] == '.'))
		len--;
	line = text_display(s ? s : "", len, TEXT_LINE);
	text_copy(out, SHOWN_SIZE, line);
	free(line);
	return out;
}

const char *reason_or(const char *s, const char *fallback)
{
	if (!s || !isalpha((unsigned char)s[0]))
		return fallback;
	for (size_t i = 0; s[i]; i++)
		if (i >= 63 || !(isalnum((unsigned char)s[i]) || strchr("_-.", s[i])))
			return fallback;
	return s;
}

bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

bool same_fold(const char *a, const char *b)
{
	return a && b && strcasecmp(a, b) == 0;
}

bool has_suffix(const char *s, const char *suffix)
{
	size_t len = s ? strlen(s) : 0, tail = strlen(suffix);

	return len >= tail && strcmp(s + len - tail, suffix) == 0;
}

const char *plural(json_int_t n)
{
	return n == 1 ? "" : "s";
}

json_int_t count_of(const json_t *object, const char *path, json_int_t absent, const char **bad)
{
	const json_t *value = jx_get(object, path);

	if (!value)
		return absent;
	if (json_is_integer(value) && json_integer_value(value) >= 0)
		return json_integer_value(value);
	if (!*bad)
		*bad = path;
	return 0;
}

/* An integer, or its digits in a string. */
static enum observed read_generation(const json_t *value, json_int_t *out)
{
	const char *digits = json_string_value(value);

	if (!value)
		return OBSERVED_ABSENT;
	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return OBSERVED;
	}
	/* 18 digits always fit in 64 bits. */
	if (!digits || !*digits || strlen(digits) > 18 || digits[strspn(digits, "0123456789")])
		return OBSERVED_UNREADABLE;
	*out = strtoll(digits, NULL, 10);
	return OBSERVED;
}

enum observed observed_generation(const json_t *object, json_int_t *out)
{
	return read_generation(jx_get(object, "status.observedGeneration"), out);
}

json_int_t generation_of(const json_t *object)
{
	const json_t *value = jx_get(object, "metadata.generation");

	if (value && (!json_is_integer(value) || json_integer_value(value) < 0))
		return GENERATION_UNREADABLE;
	return json_integer_value(value);
}

static enum truth truth_of(const json_t *condition, json_int_t generation)
{
	const char *status = jx_str(condition, "status");
	json_int_t observed = generation;

	if (read_generation(jx_get(condition, "observedGeneration"), &observed) ==
			OBSERVED_UNREADABLE ||
		observed < generation)
		return TRUTH_STALE;
	if (same_fold(status, "True"))
		return TRUTH_TRUE;
	return same_fold(status, "False") ? TRUTH_FALSE : TRUTH_UNKNOWN;
}

struct condition condition_in(const json_t *conditions, const char *type, json_int_t generation)
{
	for (size_t i = 0; i < json_array_size(conditions); i++) {
		const json_t *item = json_array_get(conditions, i);

		if (same_fold(jx_str(item, "type"), type))
			return (struct condition){ .is = truth_of(item, generation),
				.reason = jx_str(item, "reason"),
				.message = jx_str(item, "message"),
				.severity = jx_str(item, "severity"),
				.dated = jx_get(item, "observedGeneration") != NULL };
	}
	return (struct condition){ .is = TRUTH_ABSENT };
}

struct condition condition_of(const json_t *object, const char *type)
{
	return condition_in(jx_get(object, "status.conditions"), type, generation_of(object));
}

bool condition_present(const struct condition *c)
{
	return c->is != TRUTH_ABSENT;
}

const char *owner_kind(const json_t *object)
{
	const json_t *owners = jx_get(object, "metadata.ownerReferences");

	for (size_t i = 0; i < json_array_size(owners); i++)
		if (jx_bool(json_array_get(owners, i), "controller"))
			return jx_str(json_array_get(owners, i), "kind");
	return jx_str(json_array_get(owners, 0), "kind");
}

bool is_owned_by(const json_t *child, const json_t *owner)
{
	const json_t *owners = jx_get(child, "metadata.ownerReferences");
	const char *uid = jx_str(owner, "metadata.uid");

	for (size_t i = 0; i < json_array_size(owners); i++)
		if (same(jx_str(json_array_get(owners, i), "uid"), uid))
			return true;
	return false;
}

const struct related *related_of(const struct judge_options *options, const char *kind)
{
	for (size_t i = 0; i < options->nrelated; i++)
		if (options->related[i].known && same(options->related[i].kind, kind))
			return &options->related[i];
	return NULL;
}

void judge_success(struct judgement *out)
{
	free(out->reason);
	free(out->message);
	out->reason = out->message = NULL;
	out->status = STATUS_SUCCESS;
	out->severity = SEVERITY_NONE;
	out->family = FAMILY_NONE;
	out->no_status = false;
}

bool judge_unreadable(struct judgement *out, const char *bad)
{
	if (!bad)
		return false;
	judgement_set(
		out, STATUS_IN_PROGRESS, "Unreadable", "%s is not a number that can be read", bad);
	return true;
}

static const json_t *walk(
	const json_t *value, const char *const *keys, size_t n, const char *prefix)
{
	for (size_t i = 0; value && i < n; i++) {
		char *key = xasprintf("%s%s", prefix, keys[i]);

		value = json_object_get(value, key);
		free(key);
	}
	return value;
}

/* Who wrote the field last, as metadata.managedFields tells; NULL if it does not. */
static const char *manager_of(const json_t *object, const char *const *keys, size_t n)
{
	const json_t *entries = jx_get(object, "metadata.managedFields");
	const char *manager = NULL, *latest = "";

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);
		const char *time = jx_str(entry, "time");

		if (!walk(jx_get(entry, "fieldsV1"), keys, n, "f:") || !jx_str(entry, "manager"))
			continue;
		/* RFC 3339 in UTC sorts as text. */
		if (manager && strcmp(time ? time : "", latest) < 0)
			continue;
		manager = jx_str(entry, "manager");
		latest = time ? time : "";
	}
	return manager;
}

static bool is_set(const json_t *object, const char *const *keys, size_t n, const char *word)
{
	const json_t *value = walk(object, keys, n, "");

	if (word)
		return *word ? same(json_string_value(value), word) : value != NULL;
	return json_is_true(value) ||
		(same(keys[0], "metadata") && same(json_string_value(value), "true"));
}

bool judge_suspended_at(struct judgement *out, const json_t *object,
	const struct judge_options *options, const char *const *keys, size_t n, const char *word)
{
	bool paused = strstr(keys[n - 1], "pause");
	const char *what = paused ? "paused" : "suspended",
		   *reason = paused ? "Paused" : "Suspended";
	char manager[SHOWN_SIZE];

	if (!is_set(object, keys, n, word))
		return false;
	if (options->manifest && !is_set(options->manifest, keys, n, word)) {
		shown(manager, manager_of(object, keys, n));
		judgement_set(out, STATUS_IN_PROGRESS, reason, "%s by %s", what,
			*manager ? manager : "someone else");
		return true;
	}
	judgement_set(out, STATUS_SUCCESS, reason, "%s%s", what,
		options->manifest ? " as its manifest says" : "");
	judgement_note(out, "%s: nothing happens until it is resumed", what);
	return true;
}

bool judge_suspended(struct judgement *out, const json_t *object,
	const struct judge_options *options, const char *field)
{
	return judge_suspended_at(
		out, object, options, (const char *const[]){ "spec", field }, 2, NULL);
}

void judge_by_condition(struct judgement *out, const json_t *object, const char *type)
{
	const struct condition c = condition_of(object, type);
	char message[SHOWN_SIZE], fallback[64];

	snprintf(fallback, sizeof(fallback), "Not%s", type);
	shown(message, c.message);
	switch (c.is) {
	case TRUTH_TRUE: judge_success(out); break;
	case TRUTH_FALSE:
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(c.reason, fallback), "%s",
			*message ? message : "its controller says no more");
		judgement_note(out, "its condition %s is False", type);
		break;
	case TRUTH_UNKNOWN:
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(c.reason, fallback), "%s",
			*message ? message : "its controller has not decided yet");
		break;
	case TRUTH_STALE:
		judgement_set(out, STATUS_IN_PROGRESS, fallback,
			"its condition %s is of an older generation", type);
		break;
	case TRUTH_ABSENT:
		judgement_set(
			out, STATUS_IN_PROGRESS, fallback, "waiting for its condition %s", type);
		break;
	}
}

void judge_by_negative(struct judgement *out, const struct condition *c, const char *type)
{
	char message[SHOWN_SIZE];

	free(out->note); /* of what is no Error */
	out->note = NULL;
	shown(message, c->message);
	if (*message)
		judgement_error(out, SEVERITY_SOFT, FAMILY_OTHER, reason_or(c->reason, type), "%s",
			message);
	else
		judgement_error(out, SEVERITY_SOFT, FAMILY_OTHER, reason_or(c->reason, type),
			"its condition %s is True", type);
}
