/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of helm, and the values that stay out of them. */
#include "plan/helm_command.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/private.h"
#include "base/text.h"
#include "base/verify.h"
#include "base/xalloc.h"
#include "plan/helm.h"

#define NO_LIMIT "8760h"
#define HISTORY "50" /* revisions looked at for one that was good */
#define VALUES_FILE "values.json"

static void add(struct helm_argv *a, const char *word)
{
	VEC_GROW(a->items, a->n, a->cap);
	a->items[a->n++] = xstrdup(word);
}

static void add_take(struct helm_argv *a, char *word)
{
	VEC_GROW(a->items, a->n, a->cap);
	a->items[a->n++] = word;
}

static void add_flag(struct helm_argv *a, const char *flag, const char *value)
{
	if (value && *value) {
		add(a, flag);
		add(a, value);
	}
}

static void finish(struct helm_argv *a)
{
	VEC_GROW(a->items, a->n, a->cap);
	a->items[a->n] = NULL;
}

void helm_argv_release(struct helm_argv *argv)
{
	for (size_t i = 0; i < argv->n; i++)
		free(argv->items[i]);
	free(argv->items);
	*argv = (struct helm_argv){ 0 };
}

static void add_place(struct helm_argv *a, const struct helm_call *call)
{
	add_flag(a, "--namespace", call->ns);
	add_flag(a, "--kubeconfig", call->kubeconfig);
	add_flag(a, "--kube-context", call->context);
}

/* --- values --- */

/* Where a value goes: a list's place ("a[0]") can be set one by one only, and not by a file of
 * values. */
static bool is_in_values_file(const struct helm_set *set)
{
	return set->hidden && set->kind == HELM_SET && !strchr(set->key, '[');
}

static bool is_in_own_file(const struct helm_set *set)
{
	return set->hidden && !is_in_values_file(set);
}

bool helm_has_private(const struct helm_release *r)
{
	for (size_t i = 0; i < r->nsets; i++)
		if (r->sets[i].hidden)
			return true;
	return false;
}

/* As helm reads a value of --set. */
static json_t *typed(const char *value)
{
	const char *digits = value + (*value == '-' || *value == '+');
	long long number;

	if (strcasecmp(value, "true") == 0 || strcasecmp(value, "false") == 0)
		return json_boolean(tolower((unsigned char)value[0]) == 't');
	if (strcasecmp(value, "null") == 0)
		return json_null();
	if (strcmp(value, "0") == 0)
		return json_integer(0);
	if (*value == '0' || !*digits || strspn(digits, "0123456789") != strlen(digits))
		return json_string(value);
	errno = 0;
	number = strtoll(value, NULL, 10);
	return errno ? json_string(value) : json_integer(number);
}

/* The next part of "a.b\.c"; *at moves behind it. To free(). */
static char *next_part(const char **at)
{
	struct buf part = { 0 };

	for (; **at && **at != '.'; (*at)++) {
		if (**at == '\\' && (*at)[1])
			(*at)++;
		buf_addch(&part, **at);
	}
	*at += **at == '.';
	buf_addstr(&part, "");
	return buf_take(&part);
}

static void put(json_t *root, const char *key, json_t *value_take)
{
	json_t *at = root;

	for (;;) {
		char *part = next_part(&key);
		json_t *below;

		if (!*key) {
			json_object_set_new(at, part, value_take);
			free(part);
			return;
		}
		below = json_object_get(at, part);
		if (!json_is_object(below)) {
			below = json_object();
			json_object_set_new(at, part, below);
		}
		free(part);
		at = below;
	}
}

static bool write_values(const struct helm_call *call, struct error *err)
{
	const struct helm_release *r = call->release;
	json_t *root = json_object();
	char *text;
	bool ok;

	for (size_t i = 0; i < r->nsets; i++)
		if (is_in_values_file(&r->sets[i]))
			put(root, r->sets[i].key, typed(r->sets[i].value));
	text = jx_dump(root);
	ok = private_write(call->folder, VALUES_FILE, text, strlen(text), err);
	explicit_bzero(text, strlen(text));
	free(text);
	json_decref(root);
	return ok;
}

static char *own_file(size_t i)
{
	return xasprintf("set-%zu", i);
}

bool helm_private_write(const struct helm_call *call, struct error *err)
{
	const struct helm_release *r = call->release;
	bool ok = !helm_has_private(r) || write_values(call, err);

	for (size_t i = 0; ok && i < r->nsets; i++) {
		char *name = own_file(i);

		if (is_in_own_file(&r->sets[i]))
			ok = private_write(call->folder, name, r->sets[i].value,
				strlen(r->sets[i].value), err);
		free(name);
	}
	return ok;
}

/* helm takes a comma for the end of a value, but in a list "{a,b}". */
static void add_escaped(struct buf *out, const char *value)
{
	bool list = value[0] == '{' && value[strlen(value) - 1] == '}';

	for (const char *c = value; *c; c++) {
		if (*c == '\\' && c[1]) {
			buf_addch(out, *c++);
		} else if (*c == ',' && !list) {
			buf_addch(out, '\\');
		}
		buf_addch(out, *c);
	}
}

static void add_set(
	struct helm_argv *a, const struct helm_call *call, const struct helm_set *set, size_t i)
{
	static const char *const flags[] = {
		[HELM_SET] = "--set",
		[HELM_SET_STRING] = "--set-string",
		[HELM_SET_FILE] = "--set-file",
	};
	struct buf word = { 0 };
	char *name = own_file(i);

	if (!is_in_values_file(set)) {
		buf_printf(&word, "%s=", set->key);
		if (is_in_own_file(set)) {
			add_escaped(&word, call->folder);
			buf_printf(&word, "/%s", name);
		} else {
			add_escaped(&word, set->value);
		}
		add(a, is_in_own_file(set) ? "--set-file" : flags[set->kind]);
		add_take(a, buf_take(&word));
	}
	free(name);
}

static void add_values(struct helm_argv *a, const struct helm_call *call)
{
	const struct helm_release *r = call->release;

	for (size_t i = 0; i < r->nvalues; i++)
		add_flag(a, "--values", r->values[i]);
	if (helm_has_private(r)) {
		add(a, "--values");
		add_take(a, xasprintf("%s/" VALUES_FILE, call->folder));
	}
	for (size_t i = 0; i < r->nsets; i++)
		add_set(a, call, &r->sets[i], i);
}

/* --- verbs --- */

static void add_upgrade(struct helm_argv *a, const struct helm_call *call, const struct verify *v,
	int64_t left_ms)
{
	const struct helm_release *r = call->release;

	add(a, call->tool->program);
	add(a, "upgrade");
	add(a, "--install");
	add(a, r->name);
	add(a, r->chart);
	add_place(a, call);
	add(a, "--timeout");
	/* 0s fails at once in helm 3, and is no limit at all in helm 4. */
	add_take(a, left_ms < 0          ? xstrdup(NO_LIMIT)
			: left_ms < 1000 ? xstrdup("1s")
					 : xasprintf("%llds", (long long)(left_ms + 500) / 1000));
	if (v->mode == VERIFY_HELM)
		add(a, "--wait");
	if (v->mode == VERIFY_HELM && v->wait_for_jobs)
		add(a, "--wait-for-jobs");
	if (r->atomic)
		add(a, call->tool->major >= 4 ? "--rollback-on-failure" : "--atomic");
	add_flag(a, "--version", r->version);
	add_flag(a, "--repo", r->repo);
	if (r->create_namespace)
		add(a, "--create-namespace");
	add_values(a, call);
	for (size_t i = 0; i < r->nargs; i++)
		add(a, r->args[i]);
}

void helm_argv_upgrade(struct helm_argv *a, const struct helm_call *call, const struct verify *v,
	int64_t left_ms)
{
	add_upgrade(a, call, v, left_ms);
	finish(a);
}

void helm_argv_try(struct helm_argv *a, const struct helm_call *call, const struct verify *v,
	int64_t left_ms)
{
	bool server = call->tool->major > 3 || call->tool->minor >= 13; /* older ones always ask it */

	add_upgrade(a, call, v, left_ms);
	add(a, server ? "--dry-run=server" : "--dry-run");
	add_flag(a, "--output", "json");
	finish(a);
}

void helm_argv_history(struct helm_argv *a, const struct helm_call *call)
{
	add(a, call->tool->program);
	add(a, "history");
	add(a, call->release->name);
	add_flag(a, "--output", "json");
	add_flag(a, "--max", HISTORY);
	add_place(a, call);
	finish(a);
}

void helm_argv_get(
	struct helm_argv *a, const struct helm_call *call, const char *what, int revision)
{
	add(a, call->tool->program);
	add(a, "get");
	add(a, what);
	add(a, call->release->name);
	if (revision > 0) {
		add(a, "--revision");
		add_take(a, xasprintf("%d", revision));
	}
	add_place(a, call);
	finish(a);
}

/* As a shell takes it. */
static void add_word(struct buf *out, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=";
	char *text = text_display(word, strlen(word), TEXT_LINE);
	bool quoted = word[strspn(word, plain)] != '\0';

	buf_addstr(out, quoted ? "'" : "");
	for (const char *c = text; *c; c++) {
		if (*c == '\'')
			buf_addstr(out, "'\\'");
		buf_addch(out, *c);
	}
	buf_addstr(out, quoted ? "'" : "");
	free(text);
}

static void add_typed_place(struct buf *out, const struct helm_call *call)
{
	buf_addstr(out, " -n ");
	add_word(out, call->ns);
	if (call->typed_context) {
		buf_addstr(out, " --kube-context ");
		add_word(out, call->typed_context);
	}
}

void helm_add_rollback(struct buf *out, const struct helm_call *call, int revision)
{
	buf_printf(out, "helm rollback %s %d", call->release->name, revision);
	add_typed_place(out, call);
}

void helm_add_uninstall(struct buf *out, const struct helm_call *call)
{
	buf_printf(out, "helm uninstall %s", call->release->name);
	add_typed_place(out, call);
}
