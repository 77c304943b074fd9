/* SPDX-License-Identifier: Apache-2.0 */
/* The helm step: a chart, installed or upgraded by helm itself. */
#include "plan/step_types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "make/field.h"
#include "plan/helm.h"

#define RELEASE_MAX 53 /* helm's own limit */

struct reading {
	struct helm_release *release;
	const char *base;
	const struct yaml_node *chart;
};

/* A path that helm, in our working directory, opens as the plan means it. */
static char *locate(const struct reading *r, const char *path)
{
	while (strncmp(path, "./", 2) == 0 && path[2] != '/')
		path += 2;
	return path[0] == '/' ? xstrdup(path) : xasprintf("%s/%s", r->base, path);
}

/* What came from a variable is not quoted. */
static const char *said(const struct yaml_node *node, const char *text)
{
	return node->expanded ? "the value of its variable" : text;
}

static bool is_url(const char *s)
{
	return strstr(s, "://") != NULL;
}

static bool is_release_name(const char *s)
{
	size_t len = strlen(s), good = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.");

	if (len == 0 || len > RELEASE_MAX || good != len)
		return false;
	return !strchr("-.", s[0]) && !strchr("-.", s[len - 1]) && !strstr(s, "..") &&
		!strstr(s, "-.") && !strstr(s, ".-");
}

static void read_release(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	if (field_string(&r->release->name, value, "release", file, errs) &&
		!is_release_name(r->release->name))
		field_mistake(value, file, errs,
			"release must be a name of lower case letters, digits, - and ., at most %d long",
			RELEASE_MAX);
}

static void read_chart(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->chart = value;
	if (field_string(&r->release->chart, value, "chart", file, errs) && !*r->release->chart)
		field_mistake(value, file, errs, "chart must not be empty");
}

#define READ_STRING(key, member)                                                       \
	static void read_##member(void *into, const struct yaml_node *value, const char *file, \
		struct errors *errs)                                                   \
	{                                                                              \
		struct reading *r = into;                                              \
                                                                                       \
		field_string(&r->release->member, value, key, file, errs);             \
	}

READ_STRING("version", version)
READ_STRING("repo", repo)

static void read_create_namespace(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_bool(&r->release->create_namespace, value, "createNamespace", file, errs);
}

static void read_atomic(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_bool(&r->release->atomic, value, "atomic", file, errs);
}

/* Calls fn with each entry of a list of texts, or with a text that stands alone. */
static void each(const struct reading *r, const struct yaml_node *node, const char *what,
	void (*fn)(const struct reading *r, const struct yaml_node *entry, const char *text,
		const char *file, struct errors *errs),
	const char *file, struct errors *errs)
{
	bool list = node->kind == YAML_SEQUENCE;

	if (!list && node->kind != YAML_SCALAR) {
		field_mistake(node, file, errs, "%s must be a list of texts", what);
		return;
	}
	for (size_t i = 0; i < (list ? node->n : 1); i++) {
		const struct yaml_node *entry = list ? node->items[i] : node;
		char *text = NULL;

		if (field_string(&text, entry, what, file, errs))
			fn(r, entry, text, file, errs);
		free(text);
	}
}

static bool is_readable(
	const char *path, const char *said, const struct yaml_node *node, const char *file,
	struct errors *errs)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return field_mistake(node, file, errs, "%s: %s", said,
			errno == ENOENT ? "there is no such file" : strerror(errno));
	if (S_ISDIR(st.st_mode))
		return field_mistake(node, file, errs, "%s: is a folder, not a file", said);
	if (access(path, R_OK) != 0)
		return field_mistake(
			node, file, errs, "%s: cannot be read: %s", said, strerror(errno));
	return true;
}

static void add_values(const struct reading *r, const struct yaml_node *entry, const char *text,
	const char *file, struct errors *errs)
{
	struct helm_release *h = r->release;
	char *path = is_url(text) ? xstrdup(text) : locate(r, text);

	if (!is_url(text))
		is_readable(path, said(entry, text), entry, file, errs);
	VEC_GROW(h->values, h->nvalues, h->values_cap);
	h->values[h->nvalues++] = path;
}

static void read_values(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	each(into, value, "values", add_values, file, errs);
}

/* What the plan has keys for, or what would make the step's verdict a lie. */
static const struct { const char *flag, *why; } refused[] = {
	{ "-i", "the step always is upgrade --install" },
	{ "--install", "the step always is upgrade --install" },
	{ "--wait", "it is for verify: {wait: true}" },
	{ "--wait-for-jobs", "it is for verify: {waitForJobs: true}" },
	{ "--timeout", "it is for verify: {timeout: 5m}" },
	{ "--atomic", "write atomic: true" },
	{ "--rollback-on-failure", "write atomic: true" },
	{ "--dry-run", "a step deploys" },
	{ "--debug", "it would show what is secret" },
	{ "-o", "ksettle reads what helm says" },
	{ "--output", "ksettle reads what helm says" },
	{ "-h", "ksettle reads what helm says" },
	{ "--help", "ksettle reads what helm says" },
	{ "-n", "the step has namespace: NAME" },
	{ "--namespace", "the step has namespace: NAME" },
	{ "--create-namespace", "write createNamespace: true" },
	{ "--version", "write version: VERSION" },
	{ "--repo", "write repo: URL" },
	{ "-f", "write values: [FILE]" },
	{ "--values", "write values: [FILE]" },
	{ "--set", "write set: {KEY: VALUE}" },
	{ "--set-string", "write setString: {KEY: VALUE}" },
	{ "--set-file", "write setFile: {KEY: FILE}" },
	{ "--kubeconfig", "helm talks to the cluster of the run" },
};

static const char *why_refused(const char *arg)
{
	size_t len = strcspn(arg, "=");

	if (strncmp(arg, "--kube-", 7) == 0)
		return "helm talks to the cluster of the run";
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		const char *flag = refused[i].flag;
		bool attached = arg[0] == '-' && arg[1] != '-' && strncmp(arg, flag, 2) == 0;

		if ((strlen(flag) == len && strncmp(arg, flag, len) == 0) || attached)
			return refused[i].why;
	}
	return NULL;
}

static void add_arg(const struct reading *r, const struct yaml_node *entry, const char *text,
	const char *file, struct errors *errs)
{
	struct helm_release *h = r->release;
	const char *why = why_refused(text);

	if (why)
		field_mistake(entry, file, errs, "args cannot hold %.*s: %s",
			(int)strcspn(text, "="), text, why);
	VEC_GROW(h->args, h->nargs, h->args_cap);
	h->args[h->nargs++] = xstrdup(text);
}

static void read_args(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	each(into, value, "args", add_arg, file, errs);
}

static void read_pair(struct reading *r, enum helm_set_kind kind, const struct yaml_node *key,
	const struct yaml_node *value, const char *what, const char *file, struct errors *errs)
{
	struct helm_release *h = r->release;
	struct helm_set set = { .kind = kind, .hidden = value->expanded && kind != HELM_SET_FILE };
	char *text = NULL;

	if (key->kind != YAML_SCALAR || !*key->value) {
		field_mistake(
			key, file, errs, "a key of %s must be a path such as image.tag", what);
		return;
	}
	if (value->kind != YAML_SCALAR) {
		field_mistake(value, file, errs,
			"a value of %s is a text, a number or true or false; lists and mappings belong in a file: values: [FILE]",
			what);
		return;
	}
	if (value->plain && !*value->value) {
		field_mistake(value, file, errs,
			"a value of %s is missing: write \"\" for an empty text, null to unset it",
			what);
		return;
	}
	text = xstrdup(value->plain && strcmp(value->value, "~") == 0 ? "null" : value->value);
	if (kind == HELM_SET_FILE) {
		set.value = locate(r, text);
		is_readable(set.value, said(value, text), value, file, errs);
		free(text);
	} else {
		set.value = text;
	}
	set.key = xstrdup(key->value);
	VEC_GROW(h->sets, h->nsets, h->sets_cap);
	h->sets[h->nsets++] = set;
}

static void read_pairs(struct reading *r, enum helm_set_kind kind, const struct yaml_node *node,
	const char *what, const char *file, struct errors *errs)
{
	if (node->kind != YAML_MAPPING) {
		field_mistake(node, file, errs,
			"%s must be a mapping, such as {image.tag: \"1.2\"}", what);
		return;
	}
	for (size_t i = 0; i < node->n; i++)
		read_pair(r, kind, node->keys[i], node->items[i], what, file, errs);
}

static void read_set(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_pairs(into, HELM_SET, value, "set", file, errs);
}

static void read_set_string(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_pairs(into, HELM_SET_STRING, value, "setString", file, errs);
}

static void read_set_file(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_pairs(into, HELM_SET_FILE, value, "setFile", file, errs);
}

static void check_folder(
	const struct reading *r, const char *path, const char *file, struct errors *errs)
{
	char *chart = xasprintf("%s/Chart.yaml", path);

	if (access(chart, R_OK) != 0)
		field_mistake(r->chart, file, errs, "%s: holds no Chart.yaml",
			said(r->chart, r->release->chart));
	free(chart);
}

/* "charts/web" is a path where there is a folder "charts", else a chart of the repository. */
static bool is_of_repository(const struct reading *r, const char *chart)
{
	char *path, *folder = xstrndup(chart, strcspn(chart, "/"));
	struct stat st;
	bool of;

	path = locate(r, folder);
	of = strchr(chart, '/') && stat(path, &st) != 0;
	free(path);
	free(folder);
	return of;
}

/* repo/chart, oci://… and what is in `repo` are helm's to find; all else is a path. */
static void find_chart(
	struct reading *r, const struct yaml_node *node, const char *file, struct errors *errs)
{
	struct helm_release *h = r->release;
	bool path_only = h->chart[0] == '.' || h->chart[0] == '/';
	char *path;
	struct stat st;

	if (is_url(h->chart))
		return;
	if (!path_only && (yaml_get(node, "repo") || is_of_repository(r, h->chart)))
		return;
	path = locate(r, h->chart);
	if (stat(path, &st) != 0)
		field_mistake(r->chart, file, errs,
			"%s: there is no such chart; name a folder, an archive, repo/chart or oci://…, or give repo: URL",
			said(r->chart, h->chart));
	else if (S_ISDIR(st.st_mode))
		check_folder(r, path, file, errs);
	else
		is_readable(path, said(r->chart, h->chart), r->chart, file, errs);
	free(h->chart);
	h->chart = path;
}

void step_helm_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	static const struct field fields[] = {
		{ "release", read_release },
		{ "chart", read_chart },
		{ "version", read_version },
		{ "repo", read_repo },
		{ "createNamespace", read_create_namespace },
		{ "values", read_values },
		{ "set", read_set },
		{ "setString", read_set_string },
		{ "setFile", read_set_file },
		{ "atomic", read_atomic },
		{ "args", read_args },
	};
	struct reading r = { .release = xcalloc(1, sizeof(*r.release)), .base = base };

	step->helm = r.release;
	if (!field_table(node, "a helm step", fields, ARRAY_LEN(fields), &r, file, errs))
		return;
	if (r.release->chart && *r.release->chart)
		find_chart(&r, node, file, errs);
	if (field_lacks(node, "release"))
		field_mistake(node, file, errs, "a helm step needs release: NAME");
	if (field_lacks(node, "chart"))
		field_mistake(node, file, errs, "a helm step needs chart: CHART");
}
