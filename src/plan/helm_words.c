/* SPDX-License-Identifier: Apache-2.0 */
/* What helm says, made sentences. */
#include "plan/helm_words.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "plan/helm.h"
#include "plan/helm_command.h"

#define SENTENCE_MAX 600

/* --- a failure --- */

/* The beginning of the last line that starts with "Error: ". */
static const char *last_error(const char *said)
{
	const char *found = NULL;

	for (const char *line = said; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "Error: ", 7) == 0)
			found = line + 7;
	}
	return found;
}

static const char *skip_words(const char *text)
{
	static const char *const noise[] = { "UPGRADE FAILED: ", "INSTALLATION FAILED: ",
		"Kubernetes cluster unreachable: " };

	for (size_t i = 0; i < ARRAY_LEN(noise); i++)
		if (strncmp(text, noise[i], strlen(noise[i])) == 0)
			text += strlen(noise[i]);
	return text;
}

/* The Go library's list of errors: one alone needs no number before it. */
static bool is_lone_list(const char *line, size_t len, size_t *keep)
{
	static const char words[] = "1 error occurred:";
	size_t n = sizeof(words) - 1;

	if (len < n || memcmp(line + len - n, words, n) != 0)
		return false;
	*keep = len - n;
	return true;
}

static void trim(const char **line, size_t *len)
{
	while (*len && strchr(" \t\r*", **line)) {
		(*line)++;
		(*len)--;
	}
	while (*len && strchr(" \t\r", (*line)[*len - 1]))
		(*len)--;
}

/* Lines become one; a line that ends in a colon goes on in the next. */
static void add_lines(struct buf *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n"), keep = len;
		const char *line = text;

		text += len + (text[len] == '\n');
		trim(&line, &len);
		if (is_lone_list(line, len, &keep))
			len = keep;
		trim(&line, &len);
		if (!len)
			continue;
		if (out->len)
			buf_addstr(out, out->data[out->len - 1] == ':' ? " " : "; ");
		text_add_display(out, line, len, TEXT_LINE);
	}
}

static size_t backslashes_before(const char *start, const char *at)
{
	size_t n = 0;

	while (at - n > start && at[-(ptrdiff_t)n - 1] == '\\')
		n++;
	return n;
}

/* A quote behind exactly so many backslashes. NULL: there is none. */
static const char *find_quote(const char *start, const char *at, size_t backslashes)
{
	while ((at = strchr(at, '"')) && backslashes_before(start, at) != backslashes)
		at++;
	return at;
}

/* `"{\"kind\":…}"`, perhaps quoted once more: the quote that ends what begins at that one, or the
 * end of the text; NULL: it is something else. */
static const char *end_of_object(const char *start, const char *quote)
{
	size_t depth = backslashes_before(start, quote);
	const char *inner = quote + 2 + (2 * depth + 1), *end;

	if (quote[1] != '{' || strspn(quote + 2, "\\") != 2 * depth + 1 || *inner != '"')
		return NULL;
	end = find_quote(start, quote + 1, depth);
	return end ? end : start + strlen(start);
}

char *helm_without_objects(const char *said)
{
	const char *quote, *from = said;
	struct buf out = { 0 };

	for (quote = strchr(said, '"'); quote; quote = strchr(quote, '"')) {
		const char *end = end_of_object(said, quote);

		if (end) {
			buf_add(&out, from, (size_t)(quote + 1 - from));
			buf_addstr(&out, "{…}");
			from = end - backslashes_before(said, end);
		}
		quote = end ? end + (*end == '"') : quote + 1;
	}
	buf_addstr(&out, from);
	return buf_take(&out);
}

char *helm_failure(const char *said)
{
	const char *error = last_error(said);
	struct buf out = { 0 };
	char *slim, *sentence;

	if (!error)
		return NULL;
	slim = helm_without_objects(skip_words(error));
	add_lines(&out, slim);
	free(slim);
	while (out.len && out.data[out.len - 1] == '.')
		out.data[--out.len] = '\0';
	sentence = xcalloc(1, SENTENCE_MAX);
	text_copy(sentence, SENTENCE_MAX, buf_str(&out));
	buf_release(&out);
	return sentence;
}

bool helm_failure_is_timeout(const char *said)
{
	const char *error = last_error(said);

	return error && (strstr(error, "context deadline exceeded") ||
				strstr(error, "timed out waiting"));
}

bool helm_failure_is_namespace(const char *said)
{
	const char *error = last_error(said), *named = error ? strstr(error, "namespaces \"") : NULL;

	return named && strstr(named, "\" not found");
}

bool helm_says_not_found(const char *said)
{
	const char *error = last_error(said);

	return error && strstr(error, "release: not found");
}

/* --- the state of a release --- */

bool helm_state_parse(struct helm_state *out, const char *json, struct error *err)
{
	json_t *list = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	int superseded = 0;

	*out = (struct helm_state){ 0 };
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *status = jx_str(one, "status"), *updated = jx_str(one, "updated");
		int revision = (int)jx_int(one, "revision", 0);

		if (!status || revision <= out->revision)
			continue;
		helm_state_release(out);
		out->revision = revision;
		out->status = text_display(status, strlen(status), TEXT_LINE);
		out->updated = xstrdup(updated ? updated : "");
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *status = jx_str(json_array_get(list, i), "status");
		int revision = (int)jx_int(json_array_get(list, i), "revision", 0);

		if (status && strcmp(status, "deployed") == 0 && revision > out->good_revision)
			out->good_revision = revision;
		if (status && strcmp(status, "superseded") == 0 && revision > superseded)
			superseded = revision;
	}
	json_decref(list);
	if (!out->good_revision)
		out->good_revision = superseded;
	return out->revision > 0 ||
		error_set(err, ERROR_PARSE, "helm history cannot be read: no list of revisions");
}

void helm_state_release(struct helm_state *state)
{
	free(state->status);
	free(state->updated);
	*state = (struct helm_state){ 0 };
}

static bool is_going(const struct helm_state *state)
{
	return strcmp(state->status, "uninstalling") == 0;
}

bool helm_state_in_the_way(const struct helm_state *state)
{
	return state->status &&
		(strncmp(state->status, "pending-", 8) == 0 || is_going(state));
}

/* What a person can do about it. */
static void add_remedy(
	struct buf *out, const struct helm_state *state, const struct helm_call *call)
{
	bool back = state->good_revision && state->good_revision < state->revision &&
		!is_going(state);

	if (!back && !helm_state_in_the_way(state))
		buf_addstr(out, "run it again, or ");
	if (back)
		helm_add_rollback(out, call, state->good_revision);
	else
		helm_add_uninstall(out, call);
	if (back)
		buf_printf(out, " brings revision %d back", state->good_revision);
	else
		buf_addstr(out, " removes it");
}

void helm_add_left(struct buf *out, const struct helm_state *state, const struct helm_call *call)
{
	const char *name = call->release->name;

	if (!state->revision) {
		buf_printf(out, "release %s was not created", name);
	} else if (strcmp(state->status, "deployed") == 0) {
		buf_printf(out, "release %s is deployed at revision %d", name, state->revision);
	} else {
		buf_printf(out, "release %s is left %s at revision %d; ", name, state->status,
			state->revision);
		add_remedy(out, state, call);
	}
}

void helm_add_in_the_way(
	struct buf *out, const struct helm_state *state, const struct helm_call *call)
{
	char age[DURATION_SIZE];
	int64_t at;

	buf_printf(out, "release %s is %s at revision %d", call->release->name, state->status,
		state->revision);
	if (clock_parse_stamp(state->updated, &at)) {
		duration_age(clock_wall_ms() - at, age);
		buf_printf(out, " since %s", age);
	}
	buf_addstr(out, ": another helm is at work, or one was interrupted; if none is, ");
	add_remedy(out, state, call);
}
