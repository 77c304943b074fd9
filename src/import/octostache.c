/* SPDX-License-Identifier: Apache-2.0 */
/* Octopus' #{variables} as variables of a plan. */
#include "import/octostache.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "import/import.h"

#define NAME_MAX_BYTES 60
#define TOKEN_MAX 1024 /* bytes of one #{…}, without what a block holds */
#define ENDLESS_MAX 100 /* blocks without an end, in one text, whose end is looked for */

void variables_release(struct variables *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->items[i].name);
		free(list->items[i].what);
	}
	free(list->items);
	*list = (struct variables){ 0 };
}

/* The bytes of "#{…}" at s, braces and quotes inside counted; 0: it never ends. */
static size_t token_length(const char *s)
{
	int depth = 0;
	bool quoted = false;

	for (size_t i = 0; s[i] && i < TOKEN_MAX; i++) {
		if (s[i] == '"' && s[i - 1] != '\\') {
			quoted = !quoted;
		} else if (!quoted && s[i] == '#' && s[i + 1] == '{') {
			depth++;
			i++;
		} else if (!quoted && s[i] == '}' && --depth == 0) {
			return i + 1;
		}
	}
	return 0;
}

/* What stands between the braces, trimmed. To free(). */
static char *inside(const char *token, size_t len)
{
	const char *start = token + 2, *end = token + len - 1;

	while (start < end && isspace((unsigned char)*start))
		start++;
	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	return xstrndup(start, (size_t)(end - start));
}

static bool begins(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncasecmp(text, word, len) == 0 && (text[len] == ' ' || text[len] == '\0');
}

static const char *block_word(const char *expression)
{
	static const char *const words[] = { "if", "unless", "each" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (begins(expression, words[i]))
			return words[i];
	return NULL;
}

/* From the "#{if …}" at s, of len bytes, past its "#{/if}", others inside counted; 0: no end. */
static size_t block_length(const char *s, size_t len, const char *word)
{
	size_t at = len;
	int depth = 1;

	while (s[at]) {
		size_t token = s[at] == '#' && s[at + 1] == '{' ? token_length(s + at) : 0;
		char *what;

		if (!token) {
			at++;
			continue;
		}
		what = inside(s + at, token);
		depth += begins(what, word);
		depth -= what[0] == '/' && begins(what + 1, word);
		free(what);
		at += token;
		if (depth == 0)
			return at;
	}
	return 0;
}

/* A[b].C | ToLower: A.b.C.ToLower; what no name may hold is '_'. */
static char *name_of(const char *expression)
{
	struct buf out;
	bool quoted = false;

	buf_init(&out, 0);
	for (const char *c = expression; *c && out.len < NAME_MAX_BYTES; c++) {
		if (*c == '"')
			quoted = !quoted;
		if (quoted || strchr("] \t\"", *c))
			continue;
		if (*c == '[' || *c == '|')
			buf_addch(&out, '.');
		else
			buf_addch(&out, is_ascii_alnum(*c) || strchr("._-", *c) ? *c : '_');
	}
	if (!out.len || (!is_ascii_letter(out.data[0]) && out.data[0] != '_')) {
		char *named = xasprintf("_%s", buf_str(&out));

		buf_release(&out);
		return named;
	}
	return buf_take(&out);
}

static bool has_name(const struct variables *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		char *env = octostache_env_name(list->items[i].name);
		char *other = octostache_env_name(name);
		bool same = strcmp(env, other) == 0;

		free(env);
		free(other);
		if (same)
			return true;
	}
	return false;
}

size_t variables_add(struct variables *list, const char *wish, const char *what, bool computed,
	int line, int column)
{
	char *name = xstrdup(wish);

	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i].what, what) == 0) {
			free(name);
			return i;
		}
	if (list->n == VARIABLES_MAX) {
		list->full = true;
		free(name);
		return 0;
	}
	for (int i = 2; has_name(list, name); i++) {
		free(name);
		name = xasprintf("%s-%d", wish, i);
	}
	VEC_GROW(list->items, list->n, list->cap);
	list->items[list->n] = (struct variable){ name, xstrdup(what), line, column, computed };
	return list->n++;
}

/* What a text is written into, and how variables look in it. */
struct writing {
	const struct octostache *o;
	struct buf out;
	bool file;
	size_t *used, n;
	size_t endless; /* blocks that have no end */
};

static void use_variable(struct writing *w, size_t index)
{
	const char *name = w->o->variables->items[index].name;
	size_t i = 0;

	if (!w->file) {
		buf_printf(&w->out, "${%s}", name);
	} else {
		char *env = octostache_env_name(name);

		buf_printf(&w->out, "${%s}", env);
		free(env);
	}
	while (i < w->n && w->used[i] != index)
		i++;
	if (i == w->n) {
		w->used = xreallocarray(w->used, w->n + 1, sizeof(*w->used));
		w->used[w->n++] = index;
	}
}

static void add_plain(struct writing *w, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!w->file && text[i] == '$' && i + 1 < len && text[i + 1] == '{')
			buf_addch(&w->out, '$');
		buf_addch(&w->out, text[i]);
	}
}

/* A known value through the filters that are easily known, too; to free(). NULL: not known. */
static char *known_value(const struct octostache *o, const char *expression)
{
	const char *pipe = strchr(expression, '|'), *filter = pipe ? pipe + 1 : "";
	size_t len = pipe ? (size_t)(pipe - expression) : strlen(expression);
	const char *value;
	char *name, *out;

	while (len && isspace((unsigned char)expression[len - 1]))
		len--;
	name = xstrndup(expression, len);
	value = o->known ? o->known(o->arg, name) : NULL;
	free(name);
	filter += strspn(filter, " ");
	if (!value || (pipe && strcasecmp(filter, "ToLower") && strcasecmp(filter, "ToUpper")))
		return NULL;
	out = xstrdup(value);
	for (char *c = out; pipe && *c; c++)
		*c = (char)(tolower(filter[2]) == 'l' ? tolower((unsigned char)*c)
						      : toupper((unsigned char)*c));
	return out;
}

/* "$" before a variable would make it text: "$${": one variable for both. */
static bool takes_dollar(struct writing *w)
{
	if (w->file || !w->out.len || w->out.data[w->out.len - 1] != '$')
		return false;
	w->out.data[--w->out.len] = '\0';
	return true;
}

/* What is no name, and what may be computed from one. */
static bool is_odd(const char *expression)
{
	return block_word(expression) || begins(expression, "calc") || *expression == '/' ||
		*expression == '\0' || strstr(expression, "#{");
}

/* The token at s, of len bytes; returns the bytes it took. */
static size_t add_token(struct writing *w, const char *s, size_t len)
{
	char *expression = inside(s, len), *value = known_value(w->o, expression), *whole;
	const char *word = block_word(expression);
	size_t block = word && w->endless < ENDLESS_MAX ? block_length(s, len, word) : 0;

	w->endless += word && !block;
	len = block ? block : len;
	if (value) {
		add_plain(w, value, strlen(value));
	} else {
		bool dollar = takes_dollar(w), odd = dollar || is_odd(expression);
		bool computed = odd || strchr(expression, '|') || strstr(expression, "].Output");
		char *name = odd ? xstrdup("expression") : name_of(expression);

		whole = odd ? xasprintf("%s%.*s", dollar ? "$" : "", (int)len, s)
			    : xasprintf("#{%s}", expression);
		use_variable(w,
			variables_add(w->o->variables, name, whole, computed, w->o->line,
				w->o->column));
		free(whole);
		free(name);
	}
	free(value);
	free(expression);
	return len;
}

static void expand(struct writing *w, const char *text)
{
	buf_init(&w->out, 0);
	while (*text) {
		size_t plain = strcspn(text, "#"), len;

		add_plain(w, text,
			plain +
				(text[plain] == '#' && text[plain + 1] != '{' &&
					strncmp(text + plain, "##{", 3) != 0));
		text += plain;
		if (*text == '\0')
			break;
		if (strncmp(text, "##{", 3) == 0) {
			add_plain(w, text + 1, 2);
			text += 3;
			continue;
		}
		len = text[1] == '{' ? token_length(text) : 0;
		if (text[1] == '{' && !len)
			add_plain(w, text, 1);
		text += len ? add_token(w, text, len) : 1;
	}
}

char *octostache_plan(const struct octostache *o, const char *text)
{
	struct writing w = { .o = o };

	expand(&w, text);
	free(w.used);
	return buf_take(&w.out);
}

char *octostache_file(const struct octostache *o, const char *text, size_t **used, size_t *n)
{
	struct writing w = { .o = o, .file = true };

	expand(&w, text);
	*used = w.used;
	*n = w.n;
	return buf_take(&w.out);
}

char *octostache_env_name(const char *name)
{
	char *out = xstrdup(name);

	for (char *c = out; *c; c++)
		if (!is_ascii_alnum(*c))
			*c = '_';
	return out;
}

bool octostache_is_plain(const char *text)
{
	return !strstr(text, "#{") && !strstr(text, "${");
}

char *octostache_single(const char *text)
{
	size_t len = strncmp(text, "#{", 2) == 0 ? token_length(text) : 0;
	char *name;

	if (!len || text[len])
		return NULL;
	name = inside(text, len);
	if (!*name || strpbrk(name, "|#/\"") || block_word(name) || begins(name, "calc")) {
		free(name);
		return NULL;
	}
	return name;
}
