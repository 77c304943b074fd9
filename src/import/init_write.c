/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a plan that is made of a folder: its head, its charts, its kustomizations. */
#include "import/init_write.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "base/yaml.h"

/* Text as YAML writes it on one line, quoted where it has to be. To free(). */
static char *quoted(const char *text)
{
	char *shown = text_display(text, strlen(text), TEXT_LINE);
	json_t *value = json_string(shown);
	struct buf out;
	char *line;

	buf_init(&out, 0);
	yaml_emit(&out, value);
	json_decref(value);
	free(shown);
	line = buf_take(&out);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* "$${" for "${": a path is no variable. To free(). */
static char *escaped(const char *text)
{
	struct buf out;

	buf_init(&out, 0);
	for (; *text; text++) {
		if (text[0] == '$' && text[1] == '{')
			buf_addch(&out, '$');
		buf_addch(&out, *text);
	}
	return buf_take(&out);
}

void writing_line(struct writing *w, const char *before, const char *text)
{
	char *plain = escaped(text), *line = quoted(plain);

	buf_printf(&w->out->plan, "%s%s\n", before, line);
	free(line);
	free(plain);
}

char *writing_path(const struct writing *w, const struct place *p, const char *name)
{
	return xasprintf("%s%s%s%s", w->prefix, p->path, *p->path && *name ? "/" : "", name);
}

void write_head(struct writing *w, const char *name)
{
	struct buf *out = &w->out->plan;

	buf_addstr(out,
		"# A plan for ksettle, made by ksettle init of what lies here. Change it as you like:\n"
		"# ksettle-plan(5) has every key.\n"
		"#   ksettle run --check plan.yaml   says what it would do, and changes nothing\n"
		"#   ksettle run plan.yaml           does it, and says when all has settled\n"
		"apiVersion: ksettle/v1\n");
	writing_line(w, "name: ", name);
}

void write_defaults(struct writing *w)
{
	struct buf *out = &w->out->plan;

	buf_addstr(out,
		"\ndefaults:\n"
		"  # Which cluster: a context of the kubeconfig; --context says another one.\n"
		"  # context: prod\n");
	if (w->ns) {
		buf_addstr(out, "  # Where objects go that name no namespace.\n");
		writing_line(w, "  namespace: ", w->ns);
	} else {
		buf_addstr(out,
			"  # Where objects go that name no namespace; else the context's.\n"
			"  # namespace: shop\n");
	}
	buf_addstr(out,
		"  # How each step is verified; a step may say otherwise, or verify: none.\n"
		"  verify:\n"
		"    # Longest time from a step's start to its verdict; none: no limit.\n"
		"    timeout: 180s\n"
		"    # How long everything must stay at its desired state, unbroken.\n"
		"    stabilization: 10s\n"
		"\n# Steps run in this order; one that does not succeed ends the plan.\n"
		"steps:\n");
}

void writing_jobs(struct writing *w, bool jobs)
{
	if (jobs)
		buf_addstr(&w->out->plan,
			"  verify:\n"
			"    # Its Jobs must complete, not only exist.\n"
			"    waitForJobs: true\n");
}

/* A name for a release, of a chart's. To free(). */
static char *release_of(const char *chart)
{
	struct buf out;

	buf_init(&out, 0);
	for (; *chart && out.len < 53; chart++)
		if (is_ascii_alnum(*chart))
			buf_addch(&out, (char)tolower((unsigned char)*chart));
		else if (out.len && out.data[out.len - 1] != '-')
			buf_addch(&out, '-');
	while (out.len && out.data[out.len - 1] == '-')
		out.data[--out.len] = '\0';
	if (!out.len)
		buf_addstr(&out, "chart");
	return buf_take(&out);
}

static void write_chart(struct writing *w, const struct place *p)
{
	struct buf *out = &w->out->plan;
	char *path = xasprintf("%s%s%s", *w->prefix ? "" : "./", w->prefix, p->path);
	char *release = release_of(p->chart ? p->chart : p->path);

	buf_addch(out, '\n');
	comment_add(out,
		"The chart %s%s%s; helm installs or upgrades it, and decides when it is ready.",
		p->chart ? p->chart : p->path, p->version ? " " : "", p->version ? p->version : "");
	if (p->needs_build)
		comment_add(
			out, "Its dependencies are not there yet: helm dependency build %s", path);
	writing_line(w, "- name: ", *p->path ? p->path : p->chart ? p->chart : "Chart");
	buf_addstr(out, "  helm:\n");
	writing_line(w, "    release: ", release);
	writing_line(w, "    chart: ", path);
	for (size_t i = 0; i < p->nvalues; i++) {
		char *values = writing_path(w, p, p->values[i]);

		if (i == 0)
			buf_addstr(out, "    # values:\n");
		writing_line(w, "    # - ", values);
		free(values);
	}
	buf_addstr(out, "  verify:\n    wait: true\n");
	if (p->has_jobs)
		buf_addstr(out,
			"    # Its Jobs must complete, not only exist.\n"
			"    waitForJobs: true\n");
	buf_addstr(out, "    timeout: 5m\n");
	w->out->steps++;
	free(release);
	free(path);
}

void write_charts(struct writing *w)
{
	for (size_t i = 0; i < w->found.n; i++)
		if (w->found.items[i].kind == PLACE_CHART && !w->found.items[i].library &&
			!w->found.items[i].unfit)
			write_chart(w, &w->found.items[i]);
}

static bool is_candidate(const struct place *p)
{
	return p->kind == PLACE_KUSTOMIZATION && !p->used && !p->unfit;
}

static size_t parent_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* One or the other is meant: they lie beside each other, or build on the same. */
static bool are_alternatives(const struct place *a, const struct place *b)
{
	size_t len = parent_len(a->path);

	if (len == parent_len(b->path) && strncmp(a->path, b->path, len) == 0)
		return true;
	for (size_t i = 0; i < a->nuses; i++)
		for (size_t k = 0; k < b->nuses; k++)
			if (strcmp(a->uses[i], b->uses[k]) == 0)
				return true;
	return false;
}

/* Of several overlays one is deployed: production's, if one is called so. */
static const struct place *choose_overlay(const struct found *found, const bool *group)
{
	const struct place *chosen = NULL;

	for (size_t i = 0; i < found->n; i++) {
		const struct place *p = &found->items[i];
		size_t len = parent_len(p->path);

		if (!group[i])
			continue;
		if (strncmp(p->path + len + (p->path[len] == '/'), "prod", 4) == 0)
			return p;
		chosen = chosen ? chosen : p;
	}
	return chosen;
}

static void write_overlay(struct writing *w, const bool *group)
{
	const struct place *p = choose_overlay(&w->found, group);
	struct buf *out = &w->out->plan;
	char *path = xasprintf("%s%s", w->prefix, *p->path ? p->path : *w->prefix ? "" : "./");
	size_t others = 0;

	buf_addch(out, '\n');
	comment_add(out, "A kustomization, built by kubectl or kustomize when the plan is read.");
	for (size_t i = 0; i < w->found.n; i++) {
		if (!group[i] || p == &w->found.items[i])
			continue;
		if (!others++)
			comment_add(out, "There are others, which may be meant instead:");
		comment_add(out, "- %s%s", w->prefix, w->found.items[i].path);
	}
	writing_line(w, "- name: ", *p->path ? p->path : "Kustomization");
	buf_addstr(out, "  kustomize:\n");
	writing_line(w, "    path: ", path);
	writing_jobs(w, p->has_jobs);
	w->out->steps++;
	free(path);
}

/* The alternatives of the first one that is not done, which then all are. */
static void find_group(const struct found *found, size_t first, bool *group, bool *done)
{
	for (size_t i = 0; i < found->n; i++) {
		group[i] = !done[i] && is_candidate(&found->items[i]) &&
			are_alternatives(&found->items[first], &found->items[i]);
		done[i] |= group[i];
	}
}

void write_overlays(struct writing *w)
{
	const struct found *found = &w->found;
	bool *done = xcalloc(found->n + 1, sizeof(*done));
	bool *group = xcalloc(found->n + 1, sizeof(*group));

	for (size_t i = 0; i < found->n; i++) {
		if (done[i] || !is_candidate(&found->items[i]))
			continue;
		find_group(found, i, group, done);
		write_overlay(w, group);
	}
	free(group);
	free(done);
}
