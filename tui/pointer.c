/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a manifest a problem points. */
#include "tui/pointer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define NOWHERE ((size_t)-1)

struct piece { const char *text; size_t len; };

/* A line of YAML in block style, as far as it matters here. */
struct yaml_line {
	size_t column;           /* of its key, behind the dash of an item */
	size_t dash;             /* column of that dash; NOWHERE */
	struct piece key, value; /* len 0: none; the value without its quotes */
};

struct sheet {
	struct yaml_line *lines; size_t n, cap;
};

/* Lines of the sheet, half open. */
struct range { size_t from, end; };

/* Words of sentences, and the key that they are about, perhaps below another one. */
static const struct { const char *words, *below, *key; } hints[] = {
	{ "out of memory", "limits", "memory" },
	{ "OOMKilled", "limits", "memory" },
	{ "unbound immediate PersistentVolumeClaims", NULL, "claimName" },
	{ "must specify ", NULL, "resources" },
	{ "must specify ", NULL, "containers" },
	{ "requested: pods=", NULL, "replicas" },
	{ "requested: pods=", NULL, "parallelism" },
	{ "eadiness probe", NULL, "readinessProbe" },
	{ "iveness probe", NULL, "livenessProbe" },
	{ "tartup probe", NULL, "startupProbe" },
	{ "node affinity", NULL, "nodeSelector" },
	{ "node affinity", NULL, "nodeAffinity" },
	{ "anti-affinity", NULL, "podAntiAffinity" },
	{ "taint", NULL, "tolerations" },
	{ "topology spread", NULL, "topologySpreadConstraints" },
	{ "exits with code", NULL, "command" },
	{ "cannot start", NULL, "command" },
	{ "BackoffLimitExceeded", NULL, "backoffLimit" },
	{ "backoff limit", NULL, "backoffLimit" },
	{ "progress deadline", NULL, "progressDeadlineSeconds" },
	{ "not ready", NULL, "readinessProbe" },
	{ "NotReady", NULL, "readinessProbe" },
};

static bool is(struct piece p, const char *text)
{
	return p.len == strlen(text) && strncmp(p.text, text, p.len) == 0;
}

static bool same(struct piece a, struct piece b)
{
	return a.len && a.len == b.len && strncmp(a.text, b.text, a.len) == 0;
}

static bool contains(struct piece p, struct piece part)
{
	return part.len && p.len >= part.len && memmem(p.text, p.len, part.text, part.len);
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

static struct piece value_of(const char *text, size_t len)
{
	const char *comment = memmem(text, len, " #", 2);

	if (len && is_quote(*text)) {
		const char *end = memchr(text + 1, *text, len - 1);

		return (struct piece){ text + 1, end ? (size_t)(end - text) - 1 : len - 1 };
	}
	len = comment ? (size_t)(comment - text) : len;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return (struct piece){ text, len };
}

static bool is_dash(const char *text, size_t at, size_t len)
{
	return text[at] == '-' && (at + 1 == len || text[at + 1] == ' ');
}

static struct yaml_line read_line(const char *text, size_t len)
{
	struct yaml_line line = { .dash = NOWHERE };
	size_t at = 0, end;

	for (; at < len && (text[at] == ' ' || is_dash(text, at, len)); at++)
		if (text[at] == '-' && line.dash == NOWHERE)
			line.dash = at;
	line.column = at;
	for (end = at; end < len && text[end] != '#'; end++)
		if (text[end] == ':' && (end + 1 == len || text[end + 1] == ' ')) {
			line.key = value_of(text + at, end - at);
			at = end + 1;
			break;
		}
	while (at < len && text[at] == ' ')
		at++;
	if (at < len && text[at] != '#')
		line.value = value_of(text + at, len - at);
	return line;
}

static void read_sheet(struct sheet *s, const char *manifest)
{
	while (*manifest) {
		size_t len = strcspn(manifest, "\n");

		VEC_GROW(s->lines, s->n, s->cap);
		s->lines[s->n++] = read_line(manifest, len);
		manifest += len + (manifest[len] == '\n');
	}
}

static bool is_blank(const struct yaml_line *l)
{
	return !l->key.len && !l->value.len && l->dash == NOWHERE;
}

/* The lines behind `from` that stand at a column or to the right of it; a list's dashes may stand
 * below the very key that it belongs to. */
static struct range lines_within(const struct sheet *s, size_t from, size_t column, size_t dashes)
{
	struct range r = { from, from + 1 };

	while (r.end < s->n) {
		const struct yaml_line *l = &s->lines[r.end];

		if (!is_blank(l) && (l->dash == NOWHERE ? l->column < column : l->dash < dashes))
			break;
		r.end++;
	}
	return r;
}

/* What is below a key. */
static struct range block_of(const struct sheet *s, size_t line)
{
	size_t column = s->lines[line].column;
	struct range r = lines_within(s, line, column + 1, column);

	r.from++;
	return r;
}

/* The whole item of a list that a line is in; nothing when it is in none. */
static struct range item_of(const struct sheet *s, size_t line)
{
	size_t column = s->lines[line].column;

	for (size_t i = line + 1; i-- > 0;) {
		const struct yaml_line *l = &s->lines[i];

		if (l->column == column && l->dash != NOWHERE)
			return lines_within(s, i, column, column);
		if (!is_blank(l) && l->column < column)
			break;
	}
	return (struct range){ line, line };
}

static size_t find_key(const struct sheet *s, struct range r, const char *key)
{
	for (size_t i = r.from; i < r.end; i++)
		if (is(s->lines[i].key, key))
			return i;
	return NOWHERE;
}

/* Its own name says nothing about a problem. */
static bool is_own_name(const struct sheet *s, size_t line)
{
	for (size_t i = line; i-- > 0;)
		if (s->lines[i].column < s->lines[line].column)
			return s->lines[i].column == 0 && is(s->lines[i].key, "metadata");
	return false;
}

static size_t find_value_in(
	const struct sheet *s, struct range r, const char *key, struct piece value)
{
	for (size_t i = r.from; i < r.end; i++)
		if ((!key || is(s->lines[i].key, key)) && same(s->lines[i].value, value) &&
			!is_own_name(s, i))
			return i;
	return NOWHERE;
}

static size_t find_value(const struct sheet *s, const char *key, struct piece value)
{
	return find_value_in(s, (struct range){ 0, s->n }, key, value);
}

/* The next word in quotes, and what follows it; NULL: there is none. */
static const char *quoted_word(const char *sentence, struct piece *word)
{
	const char *from = strchr(sentence, '"'), *end = from ? strchr(from + 1, '"') : NULL;

	if (!end)
		return NULL;
	*word = (struct piece){ from + 1, (size_t)(end - from) - 1 };
	return end + 1;
}

static size_t find_image(const struct sheet *s, const char *sentence)
{
	const char *at = strstr(sentence, "image \"");
	struct piece word;

	return at && quoted_word(at, &word) ? find_value(s, "image", word) : NOWHERE;
}

/* The line with the name of the container that the sentence names; its item into *r. */
static size_t find_container(const struct sheet *s, const char *sentence, struct range *r)
{
	const char *at = strstr(sentence, "container \"");
	struct piece word;

	at = at ? at : strstr(sentence, "sidecar \"");
	*r = (struct range){ 0, s->n };
	if (!at || !quoted_word(at, &word))
		return NOWHERE;
	for (size_t i = 0; i < s->n; i++) {
		struct range item;

		if (!is(s->lines[i].key, "name") || !same(s->lines[i].value, word))
			continue;
		item = item_of(s, i);
		if (find_key(s, item, "image") == NOWHERE)
			continue;
		*r = item;
		return i;
	}
	return NOWHERE;
}

static bool is_step(const struct yaml_line *l, struct piece step, size_t *number)
{
	if (*step.text != '[')
		return same(l->key, step);
	if (step.len > 1 && isdigit((unsigned char)step.text[1]))
		return l->dash != NOWHERE && (*number)++ == strtoul(step.text + 1, NULL, 10);
	return contains(step, l->key) && contains(step, l->value);
}

/* Where another object is named: a name that an item of a list begins with, or has at its side, is
 * that of a container or a volume. */
static size_t find_reference(const struct sheet *s, struct range r, struct piece name)
{
	size_t line;

	while ((line = find_value_in(s, r, NULL, name)) != NOWHERE) {
		struct range item = item_of(s, line);

		if (!is(s->lines[line].key, "name") || item.from == item.end)
			break;
		r.from = line + 1;
	}
	return line;
}

/* What follows the words, as far as the first character of `ends` or the sentence's stop; len 0:
 * nothing. */
static struct piece word_behind(const char *sentence, const char *words, const char *ends)
{
	const char *at = strstr(sentence, words);
	struct piece word = { at ? at + strlen(words) : "", 0 };

	word.len = strcspn(word.text, ends);
	word.len -= word.len && word.text[word.len - 1] == '.';
	return word;
}

/* What is asked for and not there: secret "db" not found, couldn't find key password in Secret.
 */
static size_t find_missing(const struct sheet *s, const char *sentence, struct range r)
{
	static const char *const keys[] = { "find key ", "secret key: ", "config key: " };
	static const char *const names[] = { "secret \"", "configmap \"", "persistentvolumeclaim \"",
		"serviceaccount \"" };
	size_t line = NOWHERE;

	for (size_t i = 0; line == NOWHERE && i < ARRAY_LEN(keys); i++)
		line = find_value_in(s, r, "key", word_behind(sentence, keys[i], " ,;)"));
	for (size_t i = 0; line == NOWHERE && i < ARRAY_LEN(names); i++) {
		struct piece name = word_behind(sentence, names[i], "\"");

		if (name.len && strncmp(name.text + name.len, "\" not found", 11) == 0)
			line = find_reference(s, r, name);
	}
	return line;
}

/* One step of a path: "containers", "[name=\"web\"]", "[0]". Returns the line, and what is below
 * it in *r. */
static size_t step_into(const struct sheet *s, struct range *r, struct piece step)
{
	size_t column = NOWHERE, number = 0;

	for (size_t i = r->from; i < r->end; i++)
		if (!is_blank(&s->lines[i]) && s->lines[i].column < column)
			column = s->lines[i].column;
	for (size_t i = r->from; i < r->end; i++)
		if (s->lines[i].column == column && is_step(&s->lines[i], step, &number)) {
			*r = *step.text == '[' ? item_of(s, i) : block_of(s, i);
			return i;
		}
	return NOWHERE;
}

static size_t follow_path(const struct sheet *s, const char *path, size_t len)
{
	struct range r = { 0, s->n };
	size_t line = NOWHERE;

	while (len) {
		struct piece step = { path, 0 };
		size_t next;

		if (*path == '[')
			while (step.len < len && (!step.len || path[step.len - 1] != ']'))
				step.len++;
		else
			while (step.len < len && path[step.len] != '.' && path[step.len] != '[')
				step.len++;
		if (step.len) {
			next = step_into(s, &r, step);
			if (next == NOWHERE)
				break;
			line = next;
		}
		step.len += step.len < len && path[step.len] == '.';
		step.len += !step.len;
		path += step.len;
		len -= step.len;
	}
	return line;
}

/* A quote ends it, but for those of [name="web"]. */
static size_t path_length(const char *path)
{
	size_t len = 0;

	for (bool inside = false; path[len] && !isspace((unsigned char)path[len]); len++) {
		if (strchr(",;()", path[len]) || (path[len] == '"' && !inside))
			break;
		inside = path[len] == '[' || (inside && path[len] != ']');
	}
	return len;
}

/* "spec.replicas", ".spec.template.spec.containers[name=\"web\"].image". */
static size_t find_path(const struct sheet *s, const char *sentence)
{
	static const char *const roots[] = { "spec.", "data.", "metadata.", "webhooks[", "subjects[" };

	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		const char *at = strstr(sentence, roots[i]);
		size_t len = 0, line;

		if (!at || (at > sentence && isalnum((unsigned char)at[-1])))
			continue;
		len = path_length(at);
		while (len && (at[len - 1] == ':' || at[len - 1] == '.'))
			len--;
		line = follow_path(s, at, len);
		if (line != NOWHERE)
			return line;
	}
	return NOWHERE;
}

/* The key of a resource below "limits" or "requests". */
static size_t find_amount(
	const struct sheet *s, struct range r, const char *side, struct piece name)
{
	for (size_t i = r.from; i < r.end; i++) {
		struct range block = block_of(s, i);

		if (!is(s->lines[i].key, side))
			continue;
		for (size_t k = block.from; k < block.end; k++)
			if (same(s->lines[k].key, name))
				return k;
	}
	return NOWHERE;
}

static bool strip(struct piece *p, const char *prefix)
{
	size_t len = strlen(prefix);

	if (p->len <= len || strncmp(p->text, prefix, len) != 0)
		return false;
	p->text += len;
	p->len -= len;
	return true;
}

/* "Insufficient nvidia.com/gpu", "exceeded quota: q, requested: limits.memory=900Mi". */
static size_t find_resource(const struct sheet *s, const char *sentence, struct range r)
{
	struct piece name = word_behind(sentence, "nsufficient ", " ,;)");
	size_t line = NOWHERE;

	if (!name.len)
		name = word_behind(sentence, "requested: ", "=,;)");
	if (!strip(&name, "limits."))
		strip(&name, "requests.");
	else
		line = find_amount(s, r, "limits", name);
	if (line == NOWHERE)
		line = find_amount(s, r, "requests", name);
	return line == NOWHERE ? find_amount(s, r, "limits", name) : line;
}

static size_t find_hint(const struct sheet *s, const char *sentence, struct range r)
{
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		size_t above, line;

		if (!strstr(sentence, hints[i].words))
			continue;
		above = hints[i].below ? find_key(s, r, hints[i].below) : NOWHERE;
		line = find_key(s, above == NOWHERE ? r : block_of(s, above), hints[i].key);
		if (line != NOWHERE)
			return line;
	}
	return NOWHERE;
}

static size_t find_name(const struct sheet *s, const char *sentence)
{
	size_t line = NOWHERE;
	struct piece word;

	while (line == NOWHERE && (sentence = quoted_word(sentence, &word)))
		line = find_value(s, NULL, word);
	return line;
}

static size_t find_line(const struct sheet *s, const char *sentence)
{
	size_t line = find_image(s, sentence), container;
	struct range r;

	if (line == NOWHERE)
		line = find_path(s, sentence);
	container = find_container(s, sentence, &r);
	if (line == NOWHERE)
		line = find_missing(s, sentence, r);
	if (line == NOWHERE)
		line = find_resource(s, sentence, r);
	if (line == NOWHERE)
		line = find_hint(s, sentence, r);
	if (line == NOWHERE)
		line = container;
	return line == NOWHERE ? find_name(s, sentence) : line;
}

bool pointer_find(const char *manifest, const char *sentence, size_t *line, size_t *column)
{
	struct sheet sheet = { 0 };
	size_t found;

	read_sheet(&sheet, manifest);
	found = find_line(&sheet, sentence);
	if (found != NOWHERE) {
		*line = found;
		*column = sheet.lines[found].column;
	}
	free(sheet.lines);
	return found != NOWHERE;
}
