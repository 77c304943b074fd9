/* SPDX-License-Identifier: Apache-2.0 */
/* A folder that is looked through, and what charts and kustomizations in it say of themselves. */
#include "import/init_search.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "base/yaml.h"

#define FILE_MAX ((size_t)4 << 20)
#define REMARKS_MAX 20

char *search_join(const char *folder, const char *name)
{
	return xasprintf("%s%s%s", folder, *folder ? "/" : "", name);
}

/* The path to open. */
char *search_locate(const struct search *s, const char *path)
{
	return xasprintf("%s/%s", s->root, *path ? path : ".");
}

void search_remark(struct search *s, const char *text)
{
	if (s->found->remarks.n < REMARKS_MAX)
		remark_add(&s->found->remarks, true, 0, 0, "%s", text);
}

bool search_read(const struct search *s, const char *path, struct buf *text, struct error *err)
{
	char *full = search_locate(s, path);
	bool good;

	buf_init(text, FILE_MAX);
	good = file_read(full, text, err);
	free(full);
	return good;
}

bool search_is_manifest(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot &&
		(strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 ||
			strcmp(dot, ".json") == 0);
}

static bool is_passed_over(const char *name)
{
	return name[0] == '.' || strcmp(name, "node_modules") == 0;
}

static int is_wanted(const struct dirent *entry)
{
	return !is_passed_over(entry->d_name);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

struct listing search_list(struct search *s, const char *path)
{
	char *full = search_locate(s, path), *why;
	struct listing l = { NULL, 0 };

	l.n = scandir(full, &l.items, is_wanted, by_bytes);
	if (l.n < 0) {
		why = xasprintf("%s: cannot be read: %s", full, strerror(errno));
		search_remark(s, why);
		free(why);
		l.n = 0;
	}
	free(full);
	return l;
}

void listing_release(struct listing *l)
{
	for (int i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
}

static void add_word(char ***words, size_t *n, size_t *cap, char *word_take)
{
	VEC_GROW(*words, *n, *cap);
	(*words)[(*n)++] = word_take;
}

/* The first document of a file; false: there is none, and nothing to release. What is no YAML is
 * remarked. */
static bool read_yaml(struct search *s, const char *path, struct yaml *yaml)
{
	struct error err = { 0 };
	struct buf text;
	bool good = search_read(s, path, &text, &err) &&
		yaml_parse(yaml, buf_str(&text), text.len, path, &err);

	buf_release(&text);
	if (!good)
		search_remark(s, err.text);
	if (good && (yaml->n == 0 || !yaml->documents[0].root)) {
		char *empty = xasprintf("%s: is empty", path);

		search_remark(s, empty);
		yaml_release(yaml);
		free(empty);
		return false;
	}
	return good;
}

static char *scalar_of(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node && node->kind == YAML_SCALAR && *node->value ? xstrdup(node->value) : NULL;
}

static bool is_there(const struct search *s, const char *path)
{
	char *full = search_locate(s, path);
	struct stat st;
	bool there = stat(full, &st) == 0;

	free(full);
	return there;
}

/* A word that starts a line of a template: "kind: Job". */
static bool names_job(const char *text)
{
	for (const char *at = text; (at = strstr(at, "kind:")); at += 5) {
		const char *word = at + 5 + strspn(at + 5, " \"'");

		if ((at == text || at[-1] == '\n') && strncmp(word, "Job", 3) == 0 &&
			strchr(" \"'\r\n", word[3]))
			return true;
	}
	return false;
}

/* Whether a file of that folder speaks of a Job, templates and all. */
static bool has_job_text(struct search *s, const char *path)
{
	struct listing l = search_list(s, path);
	bool found = false;

	for (int i = 0; i < l.n && !found; i++) {
		char *file = search_join(path, l.items[i]->d_name);
		struct error err = { 0 };
		struct buf text;

		if (search_is_manifest(file) && search_read(s, file, &text, &err)) {
			found = names_job(buf_str(&text));
			buf_release(&text);
		}
		free(file);
	}
	listing_release(&l);
	return found;
}

void place_read_chart(struct search *s, struct place *p, const struct listing *l)
{
	char *file = search_join(p->path, "Chart.yaml"), *charts = search_join(p->path, "charts");
	char *templates = search_join(p->path, "templates"), *type;
	const struct yaml_node *root;
	struct yaml yaml;

	p->unfit = !read_yaml(s, file, &yaml);
	if (!p->unfit) {
		root = yaml.documents[0].root;
		p->chart = scalar_of(root, "name");
		p->version = scalar_of(root, "version");
		type = scalar_of(root, "type");
		p->library = type && strcmp(type, "library") == 0;
		p->needs_build = yaml_get(root, "dependencies") && !is_there(s, charts);
		free(type);
		yaml_release(&yaml);
	}
	if (is_there(s, templates))
		p->has_jobs = has_job_text(s, templates);
	for (int i = 0; i < l->n; i++) {
		const char *name = l->items[i]->d_name;

		if (strncmp(name, "values", 6) == 0 && search_is_manifest(name) &&
			strcmp(name, "values.yaml") != 0 && !strstr(name, "schema"))
			add_word(&p->values, &p->nvalues, &p->values_cap, xstrdup(name));
	}
	free(templates);
	free(charts);
	free(file);
}

/* "overlays/prod" and "../../base": "base". NULL: it leads out, or is a URL. */
static char *resolve(const char *folder, const char *relative)
{
	char *path = xstrdup(folder);

	while (path && *relative) {
		size_t len = strcspn(relative, "/");
		char *next = NULL;

		if (len == 2 && strncmp(relative, "..", 2) == 0) {
			char *slash = strrchr(path, '/');

			if (slash || *path)
				next = xstrndup(path, slash ? (size_t)(slash - path) : 0);
		} else if (len == 0 || (len == 1 && *relative == '.')) {
			next = xstrdup(path);
		} else {
			next = xasprintf("%s%s%.*s", path, *path ? "/" : "", (int)len, relative);
		}
		free(path);
		path = next;
		relative += len + (relative[len] == '/');
	}
	return path;
}

void place_read_kustomization(struct search *s, struct place *p, const char *name)
{
	static const char *const lists[] = { "resources", "bases", "components" };
	char *file = search_join(p->path, name), *kind;
	struct yaml yaml;

	p->has_jobs = has_job_text(s, p->path);
	p->unfit = !read_yaml(s, file, &yaml);
	if (!p->unfit) {
		kind = scalar_of(yaml.documents[0].root, "kind");
		p->unfit = kind && strcmp(kind, "Component") == 0;
		free(kind);
		for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
			const struct yaml_node *list = yaml_get(yaml.documents[0].root, lists[i]);

			for (size_t k = 0; list && list->kind == YAML_SEQUENCE && k < list->n;
				k++) {
				char *path = list->items[k]->kind == YAML_SCALAR
					? resolve(p->path, list->items[k]->value)
					: NULL;

				if (path)
					add_word(&p->uses, &p->nuses, &p->uses_cap, path);
			}
		}
		yaml_release(&yaml);
	}
	free(file);
}
