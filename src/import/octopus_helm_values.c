/* SPDX-License-Identifier: Apache-2.0 */
/* Where the values of a helm action come from, the old way and the new. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "base/yaml.h"
#include "import/octopus_helm.h"

#define H "Helm."
#define SOURCES H "TemplateValuesSources"

/* Values of one source: files, and pairs where those win over all files. */
struct values {
	struct helm *h;
	const struct ocl_node *at;
	json_t *files;
};

static void add_yaml(struct values *v, const char *text)
{
	json_array_append_new(v->files, json_string(action_file(v->h->a, v->at, "values", text)));
}

/* into[a][b] = value, for "a.b". */
static void nest(json_t *into, const char *path, json_t *value)
{
	const char *dot;

	while ((dot = strchr(path, '.'))) {
		char *key = xstrndup(path, (size_t)(dot - path));
		json_t *inner = json_object_get(into, key);

		if (!json_is_object(inner)) {
			inner = json_object();
			json_object_set_new(into, key, inner);
		}
		into = inner;
		path = dot + 1;
		free(key);
	}
	json_object_set(into, path, value);
}

/* Below other sources: a file as they are, so that those still win. */
static void add_pairs_as_file(struct values *v, const json_t *from)
{
	json_t *nested = json_object();
	void *at = json_object_iter((json_t *)from);
	struct buf text;

	for (; at; at = json_object_iter_next((json_t *)from, at))
		nest(nested, json_object_iter_key(at), json_object_iter_value(at));
	buf_init(&text, 0);
	yaml_emit(&text, nested);
	if (json_object_size(nested))
		add_yaml(v, buf_str(&text));
	buf_release(&text);
	json_decref(nested);
}

/* {image.tag: v3} of the source that wins over all others. */
static void add_pairs(struct values *v, const json_t *from)
{
	json_t *pairs = action_pairs(v->h->a, v->at, SOURCES, from);

	if (!pairs)
		return;
	/* What the additional arguments set wins. */
	json_object_update(pairs, json_object_get(v->h->a->body, "set"));
	json_object_set_new(v->h->a->body, "set", pairs);
}

/* Paths on lines, behind a folder; NULL: none. */
static void add_paths(struct values *v, const char *folder, const char *text)
{
	while (text && *(text += strspn(text, "\r\n \t"))) {
		char *line = xstrndup(text, strcspn(text, "\r\n"));
		char *path = folder ? xasprintf("%s/%s", folder, line) : xstrdup(line);

		json_array_append_new(v->files, action_value(v->h->a, v->at, path));
		text += strlen(line);
		free(path);
		free(line);
	}
}

/* Files in the chart: of a chart in git they lie beside the plan. */
static void add_chart_files(struct values *v, json_t *source)
{
	char *paths = member_text(source, "ValuesFilePaths");
	const char *folder = action_filled(v->h->a, H "ChartDirectory");

	if (paths && helm_is_git(v->h))
		add_paths(v, folder, paths);
	else if (paths)
		action_leave(v->h->a, v->at,
			"values files in the chart, which helm takes from files beside the plan only: %s",
			paths);
	free(paths);
}

static void add_foreign_files(struct values *v, json_t *source, const char *key)
{
	char *paths = member_text(source, "ValuesFilePaths"), *name = member_text(source, key);
	const struct ocl_node *git = name ? action_git(v->h->a, name) : NULL;
	const char *uri = ocl_text(git, "repository_uri");

	add_paths(v, NULL, paths);
	if (paths)
		action_leave(v->h->a, v->at, "values files of %s: put them beside the plan",
			uri ? uri
				: name ? name
				       : "a repository");
	free(name);
	free(paths);
}

static void add_key_values(struct values *v, json_t *source, bool last)
{
	json_t *value = member_take(source, "Value"), *parsed = NULL;

	if (json_is_string(value))
		parsed = json_loads(json_string_value(value), 0, NULL);
	if (last)
		add_pairs(v, parsed ? parsed : value);
	else
		add_pairs_as_file(v, parsed ? parsed : value);
	json_decref(parsed);
	json_decref(value);
}

static void add_source(struct values *v, json_t *source, bool last)
{
	char *type = member_text(source, "Type"), *text = NULL;
	const char *word = type ? type : "";

	if (strcasecmp(word, "Chart") == 0) {
		add_chart_files(v, source);
	} else if (strcasecmp(word, "KeyValues") == 0) {
		add_key_values(v, source, last);
	} else if (strcasecmp(word, "Package") == 0) {
		free(member_text(source, "PackageName"));
		add_foreign_files(v, source, "PackageId");
	} else if (strcasecmp(word, "GitRepository") == 0) {
		add_foreign_files(v, source, "GitDependencyName");
	} else if (strcasecmp(word, "InlineYaml") == 0) {
		text = member_text(source, "Value");
		if (text)
			add_yaml(v, text);
	} else {
		action_leave(v->h->a, v->at, "%s of the type '%s'", SOURCES, word);
	}
	members_leave(v->h->a, v->at, SOURCES, source);
	free(text);
	free(type);
}

/* The first of Octopus' sources wins, the last of helm's. */
static void add_sources(struct values *v)
{
	json_t *list = action_json(v->h->a, SOURCES, JSON_ARRAY);

	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *source = json_deep_copy(json_array_get(list, i));

		add_source(v, source, i == 0);
		json_decref(source);
	}
	json_decref(list);
}

/* Before there were sources: YAML, and over it pairs. */
static void add_old(struct values *v)
{
	struct action *a = v->h->a;
	const char *text = action_filled(a, H "YamlValues");
	json_t *pairs;

	v->at = action_at(a, H "YamlValues");
	if (text)
		add_yaml(v, text);
	pairs = action_json(a, H "KeyValues", JSON_OBJECT);
	v->at = action_at(a, H "KeyValues");
	add_pairs(v, pairs);
	json_decref(pairs);
}

void helm_read_values(struct helm *h)
{
	struct values v = { h, action_at(h->a, SOURCES), json_array() };
	json_t *behind = json_object_get(h->a->body, "values");

	add_old(&v);
	v.at = action_at(h->a, SOURCES);
	add_sources(&v);
	/* Those of the additional arguments come last. */
	if (behind)
		json_array_extend(v.files, behind);
	if (json_array_size(v.files))
		json_object_set(h->a->body, "values", v.files);
	json_decref(v.files);
}
