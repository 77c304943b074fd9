/* SPDX-License-Identifier: Apache-2.0 */
/* Variables in the values of a plan. */
#include "plan/vars.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "make/field.h"

#define FILE_MAX ((size_t)1 << 20) /* no object may be larger, so no value of one is */
#define TOTAL_MAX ((size_t)16 << 20)

#define KINDS "a variable is ${env:NAME}, ${file:PATH} or ${NAME}; $${ stands for ${ itself"

struct expansion {
	const struct vars *vars;
	const char *file;
	struct errors *errs;
	size_t total;             /* bytes that came in */
	bool *used;               /* of vars->set, one each */
};

#define MISTAKE(x, node, ...) field_mistake(node, (x)->file, (x)->errs, __VA_ARGS__)

static bool is_name(const char *name, size_t len, const char *beside)
{
	if (len == 0 || (!isalpha((unsigned char)name[0]) && name[0] != '_'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_' && !strchr(beside, name[i]))
			return false;
	return true;
}

static bool is_text(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = text_decode(s + i, len - i, &cp);

		if (n == 0 || cp == 0)
			return false;
		i += n;
	}
	return true;
}

static bool add(struct expansion *x, struct yaml_node *node, struct buf *out, const char *what,
	const char *value, size_t len)
{
	if (!is_text(value, len))
		return MISTAKE(x, node, "%s: its value is no UTF-8 text", what);
	x->total += len;
	if (x->total > TOTAL_MAX)
		return MISTAKE(x, node, "the values of this plan's variables exceed 16 MiB");
	return buf_add(out, value, len);
}

static bool add_env(
	struct expansion *x, struct yaml_node *node, struct buf *out, const char *what)
{
	char *name = xstrndup(what + 6, strlen(what) - 7);
	const char *value = getenv(name);
	bool ok;

	if (!is_name(name, strlen(name), ""))
		ok = MISTAKE(x, node, "%s is no variable: %s", what, KINDS);
	else if (!value)
		ok = MISTAKE(x, node, "%s: the environment has no %s; set it before the run", what,
			name);
	else
		ok = add(x, node, out, what, value, strlen(value));
	free(name);
	return ok;
}

static bool add_file(
	struct expansion *x, struct yaml_node *node, struct buf *out, const char *what)
{
	char *name = xstrndup(what + 7, strlen(what) - 8);
	char *path = name[0] == '/' ? xstrdup(name) : xasprintf("%s/%s", x->vars->base, name);
	struct buf text = { .max = FILE_MAX };
	struct error err = { 0 };
	bool ok;

	if (*name == '\0' || strcmp(name, "-") == 0)
		ok = MISTAKE(x, node, "%s is no variable: %s", what, KINDS);
	else if (!file_read(path, &text, &err))
		ok = MISTAKE(x, node, "%s: %s", what, err.text);
	else {
		/* Editors end a file with a newline that nobody means. */
		size_t len = text.len - (text.len && text.data[text.len - 1] == '\n');

		len -= len < text.len && len && text.data[len - 1] == '\r';
		ok = add(x, node, out, what, buf_str(&text), len);
	}
	buf_release(&text);
	free(path);
	free(name);
	return ok;
}

static bool add_set(
	struct expansion *x, struct yaml_node *node, struct buf *out, const char *what)
{
	const char *name = what + 2, *value = NULL;
	size_t len = strlen(name) - 1;

	if (!is_name(name, len, ".-"))
		return MISTAKE(x, node, "%s is no variable: %s", what, KINDS);
	/* Given twice, the last one counts. */
	for (size_t i = 0; x->vars->set && x->vars->set[i]; i++)
		if (strncmp(x->vars->set[i], name, len) == 0 && x->vars->set[i][len] == '=') {
			x->used[i] = true;
			value = x->vars->set[i] + len + 1;
		}
	if (!value)
		return MISTAKE(x, node,
			"%s has no value: give --set %.*s=VALUE, or write $%s if the text itself is meant",
			what, (int)len, name, what);
	return add(x, node, out, what, value, strlen(value));
}

static bool add_variable(
	struct expansion *x, struct yaml_node *node, struct buf *out, const char *text, size_t len)
{
	char *what = xstrndup(text, len);
	bool ok;

	if (strncmp(what, "${env:", 6) == 0)
		ok = add_env(x, node, out, what);
	else if (strncmp(what, "${file:", 7) == 0)
		ok = add_file(x, node, out, what);
	else
		ok = add_set(x, node, out, what);
	free(what);
	return ok;
}

/* Moves *at past a "${…}" and adds what it stands for. */
static bool take_variable(
	struct expansion *x, struct yaml_node *node, struct buf *out, const char **at)
{
	const char *start = *at, *close = strchr(start, '}');

	*at = close ? close + 1 : start + strlen(start);
	if (!close)
		return MISTAKE(x, node, "${ without its }: " KINDS);
	return add_variable(x, node, out, start, (size_t)(close + 1 - start));
}

static void expand_scalar(struct expansion *x, struct yaml_node *node)
{
	const char *at = node->value;
	struct buf out = { 0 };
	bool ok = true;

	if (node->expanded || node->broken || !strstr(at, "${"))
		return;
	node->whole = strncmp(at, "${", 2) == 0 && strchr(at, '}') == at + strlen(at) - 1;
	while (*at) {
		size_t len = strcspn(at, "$");

		buf_add(&out, at, len);
		at += len;
		if (strncmp(at, "$${", 3) == 0) {
			buf_addstr(&out, "${");
			at += 3;
		} else if (strncmp(at, "${", 2) == 0) {
			ok &= take_variable(x, node, &out, &at);
		} else if (*at) {
			buf_addch(&out, *at++);
		}
	}
	node->broken = !ok;
	if (ok) {
		free(node->value);
		node->value = xstrdup(buf_str(&out));
		node->expanded = true;
		/* Unquoted nothing would be null, and a set but empty variable is a text. */
		node->plain = node->plain && out.len > 0;
	}
	buf_release(&out);
}

static void refuse_key(struct expansion *x, struct yaml_node *key)
{
	if (key->kind == YAML_SCALAR && !key->broken &&
		(key->expanded || strstr(key->value, "${"))) {
		MISTAKE(x, key, "a key cannot hold a variable: write it out");
		key->broken = true;
	}
}

static void expand(struct expansion *x, struct yaml_node *node)
{
	if (node->kind == YAML_SCALAR)
		expand_scalar(x, node);
	for (size_t i = 0; i < node->n; i++) {
		if (node->kind == YAML_MAPPING)
			refuse_key(x, node->keys[i]);
		expand(x, node->items[i]);
	}
}

/* A name that the plan does not have is a slip of the pen. */
static void complain_unused(struct expansion *x)
{
	for (size_t i = 0; x->vars->set && x->vars->set[i]; i++) {
		const char *word = x->vars->set[i];

		if (!x->used[i])
			errors_add(x->errs, ERROR_USAGE, "--set %.*s: %s has no ${%.*s}",
				(int)strcspn(word, "="), word, x->file, (int)strcspn(word, "="),
				word);
	}
}

void vars_expand(
	struct yaml_node *root, const struct vars *vars, const char *file, struct errors *errs)
{
	struct expansion x = { .vars = vars, .file = file, .errs = errs };
	size_t n = 0;

	while (vars->set && vars->set[n])
		n++;
	x.used = xcalloc(n + 1, sizeof(*x.used));
	expand(&x, root);
	complain_unused(&x);
	free(x.used);
}
