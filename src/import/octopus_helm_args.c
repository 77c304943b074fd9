/* SPDX-License-Identifier: Apache-2.0 */
/* The additional arguments of a helm action, as a shell would take them apart. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "import/octopus_helm.h"

#define ARGS "Helm.AdditionalArgs"

static json_t *list_of(struct helm *h, const char *key)
{
	json_t *list = json_object_get(h->a->body, key);

	if (!list) {
		list = json_array();
		json_object_set_new(h->a->body, key, list);
	}
	return list;
}

static json_t *value_of(struct helm *h, const char *text)
{
	return action_value(h->a, action_at(h->a, ARGS), text);
}

void helm_add_arg(struct helm *h, const char *arg)
{
	json_array_append_new(list_of(h, "args"), value_of(h, arg));
}

/* KEY=VALUE, without helm's own signs. */
static void add_set(struct helm *h, const char *to, const char *text)
{
	const char *equals = strchr(text, '=');
	char *key = equals ? xstrndup(text, (size_t)(equals - text)) : NULL;
	json_t *pairs = json_object_get(h->a->body, to);

	if (!key || !*key || strpbrk(text, ",\\{}") || !octostache_is_plain(key)) {
		action_leave(h->a, action_at(h->a, ARGS), "--set %s: write it under %s:", text, to);
		free(key);
		return;
	}
	if (!pairs) {
		pairs = json_object();
		json_object_set_new(h->a->body, to, pairs);
	}
	json_object_set_new(pairs, key, value_of(h, equals + 1));
	free(key);
}

static void set_wait(struct helm *h, const char *value)
{
	h->wait = !value || strcmp(value, "false") != 0;
}

static void set_wait_for_jobs(struct helm *h, const char *value)
{
	h->wait_for_jobs = !value || strcmp(value, "false") != 0;
}

static void set_timeout(struct helm *h, const char *value)
{
	json_decref(h->timeout);
	h->timeout = value_of(h, value);
}

static void set_atomic(struct helm *h, const char *value)
{
	(void)value;
	json_object_set_new(h->a->body, "atomic", json_true());
}

static void set_create(struct helm *h, const char *value)
{
	(void)value;
	json_object_set_new(h->a->body, "createNamespace", json_true());
}

static void set_version(struct helm *h, const char *value)
{
	json_object_set_new(h->a->body, "version", value_of(h, value));
}

static void set_namespace(struct helm *h, const char *value)
{
	json_object_set_new(h->a->body, "namespace", value_of(h, value));
}

static void set_repo(struct helm *h, const char *value)
{
	json_object_set_new(h->a->body, "repo", value_of(h, value));
}

static void add_pair(struct helm *h, const char *value)
{
	add_set(h, "set", value);
}

static void add_string(struct helm *h, const char *value)
{
	add_set(h, "setString", value);
}

static void add_values(struct helm *h, const char *value)
{
	json_array_append_new(list_of(h, "values"), value_of(h, value));
}

/* The step always is upgrade --install, and reads what helm says. */
static void nothing(struct helm *h, const char *value)
{
	(void)h;
	(void)value;
}

static const struct known {
	const char *flag;
	bool valued;
	void (*take)(struct helm *h, const char *value); /* NULL: it cannot be carried over */
} known[] = {
	{ "--wait", false, set_wait },
	{ "--wait-for-jobs", false, set_wait_for_jobs },
	{ "--timeout", true, set_timeout },
	{ "--atomic", false, set_atomic },
	{ "--rollback-on-failure", false, set_atomic },
	{ "--create-namespace", false, set_create },
	{ "--version", true, set_version },
	{ "--repo", true, set_repo },
	{ "--set", true, add_pair },
	{ "--set-string", true, add_string },
	{ "--values", true, add_values },
	{ "-f", true, add_values },
	{ "--install", false, nothing },
	{ "-i", false, nothing },
	{ "--debug", false, nothing },
	{ "--namespace", true, set_namespace },
	{ "-n", true, set_namespace },
	{ "--set-file", true, NULL },
	{ "--dry-run", false, NULL },
	{ "--kubeconfig", true, NULL },
	{ "--kube-context", true, NULL },
	{ "--output", true, NULL },
	{ "-o", true, NULL },
};

static const struct known *find(const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i].flag) == len && strncmp(known[i].flag, word, len) == 0)
			return &known[i];
	return NULL;
}

/* One word of a command line at *at, quotes taken off; to free(). NULL: there is none. */
static char *next_word(const char **at)
{
	const char *c = *at + strspn(*at, " \t\r\n\\");
	struct buf word;
	char quote = '\0';

	if (!*c)
		return NULL;
	buf_init(&word, 0);
	for (; *c && (quote || !isspace((unsigned char)*c)); c++) {
		if (quote ? *c == quote : *c == '"' || *c == '\'')
			quote = quote ? '\0' : *c;
		else
			buf_addch(&word, *c);
	}
	*at = c;
	return buf_take(&word);
}

static void take(struct helm *h, const struct known *flag, const char *word, const char *value)
{
	const struct ocl_node *at = action_at(h->a, ARGS);

	if (!flag)
		helm_add_arg(h, word);
	else if (flag->valued && !value)
		action_leave(h->a, at, "%s %s: its value is missing", ARGS, word);
	else if (flag->take)
		flag->take(h, value);
	else
		action_leave(h->a, at, "%s %s", ARGS, word);
}

void helm_read_args(struct helm *h)
{
	const char *at = action_filled(h->a, ARGS);
	char *word;

	while (at && (word = next_word(&at))) {
		const struct known *flag = find(word);
		const char *equals = strchr(word, '=');
		char *value = equals && flag ? xstrdup(equals + 1) : NULL;

		if (flag && flag->valued && !value)
			value = next_word(&at);
		take(h, flag, word, value);
		free(value);
		free(word);
	}
}
