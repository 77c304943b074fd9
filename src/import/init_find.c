/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for charts, kustomizations and manifests. */
#include "import/init_find.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "import/init_search.h"

#define ENTRIES_MAX 5000
#define DEPTH_MAX 8

static void place_release(struct place *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->files[i].name);
		manifests_release(&p->files[i].objects);
	}
	for (size_t i = 0; i < p->nvalues; i++)
		free(p->values[i]);
	for (size_t i = 0; i < p->nuses; i++)
		free(p->uses[i]);
	free(p->files);
	free(p->values);
	free(p->uses);
	free(p->path);
	free(p->chart);
	free(p->version);
}

void found_release(struct found *found)
{
	for (size_t i = 0; i < found->n; i++)
		place_release(&found->items[i]);
	free(found->items);
	remarks_release(&found->remarks);
	*found = (struct found){ 0 };
}

static bool is_job(const struct manifest *m)
{
	return strcmp(m->kind, "Job") == 0 && strncmp(m->api_version, "batch/", 6) == 0;
}

/* What is no object to deploy, though it is written like one. */
static bool is_tool_file(const struct manifest *m)
{
	return strcmp(m->kind, "Config") == 0 || strcmp(m->kind, "Kustomization") == 0 ||
		strncmp(m->api_version, "kustomize.config.k8s.io/", 24) == 0;
}

static bool looks_like_manifest(const struct buf *text)
{
	const char *kind = strstr(buf_str(text), "kind:");

	if (strstr(buf_str(text), "apiVersion: ksettle/"))
		return false;
	return (kind && strstr(buf_str(text), "apiVersion:")) ||
		(strstr(buf_str(text), "\"kind\"") && strstr(buf_str(text), "\"apiVersion\""));
}

static void add_manifest(struct place *p, const char *name, struct manifests *objects_take)
{
	bool tool = objects_take->n == 0;

	for (size_t i = 0; i < objects_take->n; i++) {
		tool |= is_tool_file(&objects_take->items[i]);
		p->has_jobs |= is_job(&objects_take->items[i]);
	}
	if (tool) {
		p->others++;
		manifests_release(objects_take);
		return;
	}
	VEC_GROW(p->files, p->n, p->cap);
	p->files[p->n++] = (struct place_file){ .name = xstrdup(name), .objects = *objects_take };
}

static void look_at_file(struct search *s, struct place *p, const char *name)
{
	char *path = search_join(p->path, name);
	struct manifests objects = { 0 };
	struct errors errs = { 0 };
	struct error err = { 0 };
	struct buf text;

	if (!search_read(s, path, &text, &err)) {
		search_remark(s, err.text);
		p->others++;
	} else if (!looks_like_manifest(&text)) {
		p->others++;
	} else if (manifests_parse(&objects, buf_str(&text), text.len, path, &errs)) {
		add_manifest(p, name, &objects);
	} else {
		search_remark(s, errs.items[0].text);
		p->others++;
		manifests_release(&objects);
	}
	errors_release(&errs);
	buf_release(&text);
	free(path);
}

static bool is_kustomization_name(const char *name)
{
	return strcmp(name, "kustomization.yaml") == 0 || strcmp(name, "kustomization.yml") == 0 ||
		strcmp(name, "Kustomization") == 0;
}

static bool holds(const struct listing *l, const char *name)
{
	for (int i = 0; i < l->n; i++)
		if (strcmp(l->items[i]->d_name, name) == 0)
			return true;
	return false;
}

static const char *kustomization_in(const struct listing *l)
{
	for (int i = 0; i < l->n; i++)
		if (is_kustomization_name(l->items[i]->d_name))
			return l->items[i]->d_name;
	return NULL;
}

static bool may_look(struct search *s, int depth, const char *path)
{
	char *text;

	if (s->entries < ENTRIES_MAX && depth <= DEPTH_MAX)
		return true;
	if (!s->full) {
		s->full = true;
		text = xasprintf(
			"from %s on nothing was looked at: there is too much of it, or too deep",
			*path ? path : ".");
		search_remark(s, text);
		free(text);
	}
	return false;
}

static bool is_folder(const struct search *s, const char *path)
{
	char *full = search_locate(s, path);
	struct stat st;
	bool folder = lstat(full, &st) == 0 && S_ISDIR(st.st_mode);

	free(full);
	return folder;
}

static void look_at(struct search *s, const char *path, int depth, bool inside);

/* Whether a plan can name it. */
static bool can_name(struct search *s, const char *path)
{
	char *text;

	if (text_is_display(path, TEXT_LINE))
		return true;
	text = xasprintf("%s: no plan can hold such a name", path);
	search_remark(s, text);
	free(text);
	return false;
}

static void look_below(
	struct search *s, const char *path, const struct listing *l, int depth, bool inside)
{
	for (int i = 0; i < l->n; i++) {
		char *inner = search_join(path, l->items[i]->d_name);

		s->entries++;
		if (is_folder(s, inner) && can_name(s, inner) && may_look(s, depth + 1, inner))
			look_at(s, inner, depth + 1, inside);
		free(inner);
	}
}

static void look_at_files(struct search *s, struct place *p, const struct listing *l)
{
	for (int i = 0; i < l->n; i++) {
		char *path = search_join(p->path, l->items[i]->d_name);

		if (search_is_manifest(path) && !is_folder(s, path) && may_look(s, 0, path)) {
			if (can_name(s, path))
				look_at_file(s, p, l->items[i]->d_name);
			else
				p->others++;
		}
		free(path);
	}
}

/* A chart's folders are the chart's. What lies below a kustomization is its own, patches and all,
 * but for other kustomizations. */
static void look_at(struct search *s, const char *path, int depth, bool inside)
{
	struct listing l = search_list(s, path);
	const char *kustomization = kustomization_in(&l);
	struct place p = { .path = xstrdup(path) };

	if (holds(&l, "Chart.yaml") && !inside) {
		p.kind = PLACE_CHART;
		place_read_chart(s, &p, &l);
	} else if (kustomization) {
		p.kind = PLACE_KUSTOMIZATION;
		place_read_kustomization(s, &p, kustomization);
	} else if (!inside) {
		look_at_files(s, &p, &l);
	}
	if (p.kind != PLACE_MANIFESTS || p.n) {
		VEC_GROW(s->found->items, s->found->n, s->found->cap);
		s->found->items[s->found->n++] = p;
	} else {
		place_release(&p);
	}
	if (p.kind != PLACE_CHART)
		look_below(s, path, &l, depth, inside || p.kind == PLACE_KUSTOMIZATION);
	listing_release(&l);
}

/* Whether `used` is a file of the place: "k8s/web.yaml" of "k8s". */
static void mark_file(struct place *p, const char *used)
{
	const char *slash = strrchr(used, '/');
	size_t len = slash ? (size_t)(slash - used) : 0;

	if (strlen(p->path) != len || strncmp(p->path, used, len) != 0)
		return;
	for (size_t i = 0; i < p->n; i++)
		p->files[i].used |= strcmp(p->files[i].name, slash ? slash + 1 : used) == 0;
}

/* What a kustomization builds on is not deployed by itself. */
static void mark_used(struct found *found)
{
	for (size_t i = 0; i < found->n; i++)
		for (size_t k = 0; k < found->items[i].nuses; k++)
			for (size_t j = 0; j < found->n; j++) {
				struct place *p = &found->items[j];

				if (j != i && p->kind == PLACE_KUSTOMIZATION)
					p->used |= strcmp(p->path, found->items[i].uses[k]) == 0;
				if (p->kind == PLACE_MANIFESTS)
					mark_file(p, found->items[i].uses[k]);
			}
}

/* A kustomization has the Jobs of what it builds on. */
static void inherit_jobs(struct found *found)
{
	for (size_t round = 0; round < 3; round++)
		for (size_t i = 0; i < found->n; i++)
			for (size_t k = 0; k < found->items[i].nuses; k++)
				for (size_t j = 0; j < found->n; j++)
					if (strcmp(found->items[j].path, found->items[i].uses[k]) ==
						0)
						found->items[i].has_jobs |=
							found->items[j].has_jobs;
}

void init_find(struct found *found, const char *folder)
{
	struct search s = { found, folder, 0, false };

	*found = (struct found){ 0 };
	look_at(&s, "", 0, false);
	mark_used(found);
	inherit_jobs(found);
}
