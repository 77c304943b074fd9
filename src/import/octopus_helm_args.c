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

static void leave(struct helm *h, const char *words, const char *why)
{
	action_leave(h->a, action_at(h->a, ARGS), "%s %s%s", ARGS, words, why);
}

/* Where "#{…}" ends that begins there, behind the brace; where none begins, that place. */
static const char *skip_variable(const char *c)
{
	int depth = 0;

	if (c[0] != '#' || c[1] != '{')
		return c;
	for (; *c; c++)
		if (*c == '{')
			depth++;
		else if (*c == '}' && --depth == 0)
			return c + 1;
	return c;
}

/* The length of the first of pairs between commas; a list, {a,b}, is one value. */
static size_t pair_len(const char *text)
{
	const char *c = text;
	int depth = 0;

	while (*c && (*c != ',' || depth > 0)) {
		const char *after = skip_variable(c);

		depth += after > c ? 0 : (*c == '{') - (*c == '}');
		c = after > c ? after : c + 1;
	}
	return (size_t)(c - text);
}

static bool add_pair(struct helm *h, const char *to, const char *pair)
{
	const char *equals = strchr(pair, '=');
	char *key = equals ? xstrndup(pair, (size_t)(equals - pair)) : NULL;
	json_t *pairs = json_object_get(h->a->body, to);
	bool good = key && *key && octostache_is_plain(key);

	if (good && !pairs) {
		pairs = json_object();
		json_object_set_new(h->a->body, to, pairs);
	}
	if (good)
		json_object_set_new(pairs, key, value_of(h, equals + 1));
	free(key);
	return good;
}

/* KEY=VALUE,…; helm's backslashes are left to whoever reads the list. */
static void add_pairs(struct helm *h, const char *to, const char *text)
{
	char *why = xasprintf(": write it under %s:", to);
	bool good = *text && !strchr(text, '\\');

	while (good && *text) {
		size_t len = pair_len(text);
		char *pair = xstrndup(text, len);

		good = add_pair(h, to, pair);
		text += good ? len + (text[len] == ',') : 0;
		free(pair);
	}
	if (!good)
		leave(h, text, why);
	free(why);
}

static bool is_on(const char *value)
{
	return !value || strcmp(value, "false") != 0;
}

/* helm 4's "hookOnly" is what no --wait at all means. */
static void set_wait(struct helm *h, const char *value)
{
	h->wait = is_on(value) && !(value && strcmp(value, "hookOnly") == 0);
}

static void set_wait_for_jobs(struct helm *h, const char *value)
{
	h->wait_for_jobs = is_on(value);
}

/* helm 2 counted seconds. */
static void set_timeout(struct helm *h, const char *value)
{
	char *text = xasprintf("%s%s", value, value[strspn(value, "0123456789")] ? "" : "s");

	json_decref(h->timeout);
	h->timeout = value_of(h, text);
	free(text);
}

static void set_flag(struct helm *h, const char *key, const char *value)
{
	if (is_on(value))
		json_object_set_new(h->a->body, key, json_true());
	else
		json_object_del(h->a->body, key);
}

static void set_atomic(struct helm *h, const char *value)
{
	set_flag(h, "atomic", value);
}

static void set_create(struct helm *h, const char *value)
{
	set_flag(h, "createNamespace", value);
}

static void set_version(struct helm *h, const char *value)
{
	json_object_set_new(h->a->body, "version", value_of(h, value));
}

static void set_namespace(struct helm *h, const char *value)
{
	json_decref(h->a->ns);
	h->a->ns = value_of(h, value);
}

static void set_repo(struct helm *h, const char *value)
{
	json_object_set_new(h->a->body, "repo", value_of(h, value));
}

static void add_set(struct helm *h, const char *value)
{
	add_pairs(h, "set", value);
}

static void add_string(struct helm *h, const char *value)
{
	add_pairs(h, "setString", value);
}

static void add_file(struct helm *h, const char *value)
{
	add_pairs(h, "setFile", value);
}

static void add_values(struct helm *h, const char *value)
{
	while (*value) {
		size_t len = pair_len(value);
		char *path = xstrndup(value, len);

		if (*path)
			json_array_append_new(list_of(h, "values"), value_of(h, path));
		value += len + (value[len] == ',');
		free(path);
	}
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
	{ "--set", true, add_set },
	{ "--set-string", true, add_string },
	{ "--set-file", true, add_file },
	{ "--values", true, add_values },
	{ "-f", true, add_values },
	{ "--install", false, nothing },
	{ "-i", false, nothing },
	{ "--debug", false, nothing },
	{ "--namespace", true, set_namespace },
	{ "-n", true, set_namespace },
	{ "--dry-run", false, NULL },
	{ "--kubeconfig", true, NULL },
	{ "--kube-apiserver", true, NULL },
	{ "--kube-as-group", true, NULL },
	{ "--kube-as-user", true, NULL },
	{ "--kube-ca-file", true, NULL },
	{ "--kube-context", true, NULL },
	{ "--kube-insecure-skip-tls-verify", false, NULL },
	{ "--kube-tls-server-name", true, NULL },
	{ "--kube-token", true, NULL },
	{ "--help", false, nothing },
	{ "-h", false, nothing },
	{ "--output", true, nothing },
	{ "-o", true, nothing },
};

/* "--set=a", and "-nshop" of a flag of one letter. */
static const struct known *find(const char *word, const char **value)
{
	size_t len = strcspn(word, "=");

	*value = word[len] ? word + len + 1 : NULL;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		const char *flag = known[i].flag;
		size_t flag_len = strlen(flag);

		if (flag_len == len && strncmp(flag, word, len) == 0)
			return &known[i];
		if (known[i].valued && flag_len == 2 && strncmp(flag, word, 2) == 0) {
			*value = word + 2 + (word[2] == '=');
			return &known[i];
		}
	}
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
	while (*c && (quote || !isspace((unsigned char)*c))) {
		const char *after = skip_variable(c);

		if (after > c) {
			buf_add(&word, c, (size_t)(after - c));
			c = after;
			continue;
		}
		if (quote ? *c == quote : *c == '"' || *c == '\'')
			quote = quote ? '\0' : *c;
		else
			buf_addch(&word, *c);
		c++;
	}
	*at = c;
	return buf_take(&word);
}

static void take(struct helm *h, const struct known *flag, const char *word, const char *value)
{
	if (!flag && strncmp(word, "#{", 2) == 0)
		leave(h, word,
			": which words it stands for, only a release says; write them under args:");
	else if (!flag)
		helm_add_arg(h, word);
	else if (flag->valued && (!value || !*value))
		leave(h, flag->flag, ": its value is missing");
	else if (flag->take)
		flag->take(h, value);
	else
		leave(h, flag->flag, ": helm talks to the cluster of the run, and deploys");
}

void helm_read_args(struct helm *h)
{
	const char *at = action_filled(h->a, ARGS), *attached;
	char *word;

	while (at && (word = next_word(&at))) {
		const struct known *flag = find(word, &attached);
		char *value = flag && !attached && flag->valued ? next_word(&at) : NULL;

		take(h, flag, word, value ? value : attached);
		free(value);
		free(word);
	}
}
