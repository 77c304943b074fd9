/* SPDX-License-Identifier: Apache-2.0 */
/* A commented plan of what lies in a folder. */
#include "import/init.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "import/init_write.h"

static bool is_cluster_wide(const struct manifest *m)
{
	static const char *const kinds[] = { "Namespace", "CustomResourceDefinition", "ClusterRole",
		"ClusterRoleBinding", "PersistentVolume", "StorageClass", "PriorityClass",
		"IngressClass", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration",
		"APIService" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i], m->kind) == 0)
			return true;
	return false;
}

static bool is_foundation(const struct manifest *m)
{
	return strcmp(m->kind, "Namespace") == 0 ||
		strcmp(m->kind, "CustomResourceDefinition") == 0;
}

static bool all_are(const struct manifests *list, bool (*is)(const struct manifest *m))
{
	for (size_t i = 0; i < list->n; i++)
		if (!is(&list->items[i]))
			return false;
	return true;
}

/* Calls fn with every object of manifests that no kustomization has. */
static void each_object(struct writing *w, void (*fn)(struct writing *w, const struct manifest *m))
{
	for (size_t i = 0; i < w->found.n; i++)
		for (size_t k = 0; k < w->found.items[i].n; k++) {
			const struct place_file *file = &w->found.items[i].files[k];

			for (size_t j = 0; !file->used && j < file->objects.n; j++)
				fn(w, &file->objects.items[j]);
		}
}

static void note_namespace(struct writing *w, const struct manifest *m)
{
	if (is_cluster_wide(m))
		return;
	if (m->ns && !w->ns)
		w->ns = xstrdup(m->ns);
}

static void check_namespace(struct writing *w, const struct manifest *m)
{
	if (m->ns && w->ns && strcmp(m->ns, w->ns) != 0) {
		free(w->ns);
		w->ns = NULL;
	}
}

/* "2 Deployment, 1 Service" of the files that fn wants. To free(). */
struct count {
	const char *kind;
	size_t n;
};

static void count_kind(struct count **counts, size_t *n, size_t *cap, const char *kind)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp((*counts)[i].kind, kind) == 0) {
			(*counts)[i].n++;
			return;
		}
	VEC_GROW(*counts, *n, *cap);
	(*counts)[(*n)++] = (struct count){ kind, 1 };
}

/* The files that stand in a step: chosen[i] of the place's. */
struct choice {
	const struct place *p;
	bool *chosen;
	size_t n;
};

static char *describe(const struct choice *c)
{
	struct count *counts = NULL;
	size_t n = 0, cap = 0;
	struct buf out;

	for (size_t i = 0; i < c->p->n; i++)
		for (size_t k = 0; c->chosen[i] && k < c->p->files[i].objects.n; k++)
			count_kind(&counts, &n, &cap, c->p->files[i].objects.items[k].kind);
	buf_init(&out, 0);
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s%zu %s", i ? ", " : "", counts[i].n, counts[i].kind);
	free(counts);
	return buf_take(&out);
}

/* The folder itself where the step has all that it would read of it; the plan's own folder has the
 * plan, too. */
static void write_files(struct writing *w, const struct choice *c)
{
	const struct place *p = c->p;
	bool whole = *p->path && c->n == p->n && p->others == 0;
	char *path;

	buf_addstr(&w->out->plan, "  yaml:\n    files:\n");
	if (whole) {
		path = xasprintf("%s%s/", w->prefix, p->path);
		writing_line(w, "    - ", path);
		free(path);
		return;
	}
	for (size_t i = 0; i < p->n; i++) {
		if (!c->chosen[i])
			continue;
		path = writing_path(w, p, p->files[i].name);
		writing_line(w, "    - ", path);
		free(path);
	}
}

static bool has_job(const struct choice *c)
{
	for (size_t i = 0; i < c->p->n; i++)
		for (size_t k = 0; c->chosen[i] && k < c->p->files[i].objects.n; k++)
			if (strcmp(c->p->files[i].objects.items[k].kind, "Job") == 0)
				return true;
	return false;
}

static void write_manifests(
	struct writing *w, const struct choice *c, const char *name, const char *why)
{
	char *kinds = describe(c);

	buf_addch(&w->out->plan, '\n');
	comment_add(&w->out->plan, "%s%s.", why, kinds);
	writing_line(w, "- name: ", name);
	write_files(w, c);
	writing_jobs(w, has_job(c));
	w->out->steps++;
	free(kinds);
}

/* Whether an earlier file has the same object. */
static const struct manifest *same_object(const struct manifests *list, const struct manifest *m)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct manifest *other = &list->items[i];
		char one[GROUP_SIZE], two[GROUP_SIZE];

		group_of(other->api_version, one);
		group_of(m->api_version, two);
		if (strcmp(other->kind, m->kind) == 0 && strcmp(other->name, m->name) == 0 &&
			strcmp(one, two) == 0 &&
			strcmp(other->ns ? other->ns : "", m->ns ? m->ns : "") == 0)
			return other;
	}
	return NULL;
}

/* The first object of a file that an earlier one of the plan has, too; *where: that file. */
static const struct manifest *find_twin(const struct writing *w, const struct place *p,
	const struct place_file *file, const struct place **where, const char **name)
{
	for (const struct place *other = w->found.items; other <= p; other++)
		for (size_t i = 0; i < other->n; i++) {
			const struct place_file *earlier = &other->files[i];

			if (earlier == file)
				return NULL;
			for (size_t k = 0; !earlier->used && !earlier->twin && k < file->objects.n;
				k++) {
				const struct manifest *m = &file->objects.items[k];

				if (!same_object(&earlier->objects, m))
					continue;
				*where = other;
				*name = earlier->name;
				return m;
			}
		}
	return NULL;
}

/* A plan has each object once: of two files that hold the same, the first one stays. */
static void mark_twins(struct writing *w)
{
	for (size_t i = 0; i < w->found.n; i++)
		for (size_t k = 0; k < w->found.items[i].n; k++) {
			struct place *p = &w->found.items[i];
			struct place_file *file = &p->files[k];
			const struct place *where = NULL;
			const char *name = NULL;
			const struct manifest *m =
				file->used ? NULL : find_twin(w, p, file, &where, &name);
			char *path, *other;

			if (!m)
				continue;
			file->twin = true;
			path = writing_path(w, p, file->name);
			other = writing_path(w, where, name);
			remark_add(&w->out->remarks, true, 0, 0,
				"%s: %s %s is in %s, too: which one is meant?", path, m->kind,
				m->name, other);
			free(other);
			free(path);
		}
}

static struct choice choose(const struct place *p, bool foundations)
{
	struct choice c = { p, xcalloc(p->n + 1, sizeof(bool)), 0 };

	for (size_t i = 0; i < p->n; i++) {
		c.chosen[i] = !p->files[i].used && !p->files[i].twin &&
			all_are(&p->files[i].objects, is_foundation) == foundations;
		c.n += c.chosen[i];
	}
	return c;
}

static void write_all_manifests(struct writing *w, bool foundations)
{
	for (size_t i = 0; i < w->found.n; i++) {
		const struct place *p = &w->found.items[i];
		struct choice c = choose(p, foundations);
		char *name = xasprintf("%s%s", *p->path ? p->path : "Manifests",
			foundations ? ": foundations" : "");

		if (c.n)
			write_manifests(w, &c, name,
				foundations ? "What others need is there before them: " : "");
		free(name);
		free(c.chosen);
	}
}

static void write_remarks(struct writing *w)
{
	struct remarks *list = &w->out->remarks;

	remarks_move(list, &w->found.remarks);
	if (list->n) {
		buf_addch(&w->out->plan, '\n');
		comment_add(&w->out->plan, "Not in this plan:");
	}
	for (size_t i = 0; i < list->n; i++)
		comment_add(&w->out->plan, "- %s", list->items[i].text);
}

bool init_plan(struct import *out, const char *folder, const char *prefix, const char *name,
	struct error *err)
{
	struct writing w = { .out = out, .prefix = prefix };

	*out = (struct import){ 0 };
	init_find(&w.found, folder);
	mark_twins(&w);
	each_object(&w, note_namespace);
	each_object(&w, check_namespace);
	write_head(&w, name);
	write_defaults(&w);
	write_all_manifests(&w, true);
	write_charts(&w);
	write_overlays(&w);
	write_all_manifests(&w, false);
	write_remarks(&w);
	if (!out->steps) {
		error_set(err, ERROR_CONFIG,
			"%s: no chart, no kustomization and no manifest was found here%s%s", folder,
			out->remarks.n ? "; " : "",
			out->remarks.n ? out->remarks.items[0].text : "");
		import_release(out);
	}
	found_release(&w.found);
	free(w.ns);
	return out->steps > 0;
}
