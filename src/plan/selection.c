/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a command line that name objects of a cluster. */
#include "plan/selection.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "manifest/labels.h"

#define HELM "helm:"

static void add(struct selection *s, const char *type, size_t type_len, const char *name)
{
	VEC_GROW(s->items, s->n, s->cap);
	s->items[s->n++] = (struct selected){ xstrndup(type, type_len), xstrdup_or_null(name) };
}

void selection_release(struct selection *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->items[i].type);
		free(s->items[i].name);
	}
	for (size_t i = 0; i < s->nreleases; i++)
		free(s->releases[i]);
	free(s->items);
	free(s->releases);
	free(s->labels);
	free(s->fields);
	*s = (struct selection){ 0 };
}

static bool mistake(struct error *err, const char *text)
{
	return error_set(err, ERROR_USAGE, "%s", text);
}

/* It becomes a part of a URL's path, and stands on the screen. */
static bool check_name(const char *name, struct error *err)
{
	if (*name && !strpbrk(name, "/% \t") && text_is_display(name, TEXT_LINE) &&
		strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		return true;
	return error_set(err, ERROR_USAGE, "'%s' cannot be the name of an object", name);
}

/* "deploy/web" */
static bool add_pair(struct selection *s, const char *word, struct error *err)
{
	size_t type = strcspn(word, "/");

	if (strchr(word + type + 1, '/'))
		return error_set(err, ERROR_USAGE,
			"'%s': an argument in resource/name form has one slash and no more", word);
	if (type == 0 || !word[type + 1] || memchr(word, ',', type))
		return error_set(err, ERROR_USAGE,
			"'%s': an argument in resource/name form has one type and one name", word);
	if (!check_name(word + type + 1, err))
		return false;
	add(s, word, type, word + type + 1);
	return true;
}

/* "deploy,sts", each of them with that name, or none. */
static bool add_types(
	struct selection *s, const char *types, const char *name, struct error *err)
{
	if (name && !check_name(name, err))
		return false;
	for (const char *p = types;; p++) {
		size_t len = strcspn(p, ",");

		if (len == 0)
			return error_set(err, ERROR_USAGE, "'%s' is no list of types: one is empty",
				types);
		add(s, p, len, name);
		p += len;
		if (!*p)
			return true;
	}
}

static bool add_release(struct selection *s, const char *word, struct error *err)
{
	const char *release = word + strlen(HELM);

	if (!*release)
		return mistake(err, "helm: needs a release behind it: helm:RELEASE");
	if (*release == '-' || !check_name(release, err))
		return error_set(err, ERROR_USAGE, "'%s' cannot be the name of a release", release);
	VEC_GROW(s->releases, s->nreleases, s->releases_cap);
	s->releases[s->nreleases++] = xstrdup(release);
	return true;
}

static bool is_release(const char *word)
{
	return strncmp(word, HELM, strlen(HELM)) == 0;
}

/* The words that are no releases: all of them in one form. */
static bool add_words(
	struct selection *s, const char *const *words, size_t n, struct error *err)
{
	const char *pair = NULL, *type = NULL;
	bool good = true;

	for (size_t i = 0; i < n; i++)
		*(strchr(words[i], '/') ? &pair : &type) = words[i];
	if (pair && type)
		return error_set(err, ERROR_USAGE,
			"there is no need to specify a resource type as an argument of its own ('%s') beside one in resource/name form ('%s'): use one of the two forms",
			type, pair);
	if (n == 1 && type)
		return add_types(s, type, NULL, err);
	for (size_t i = pair ? 0 : 1; i < n && good; i++)
		good = pair ? add_pair(s, words[i], err) : add_types(s, words[0], words[i], err);
	return good;
}

/* What goes together, and what does not. */
static bool check_flags(
	const struct selection *s, const struct selection_flags *flags, struct error *err)
{
	bool named = s->n && s->items[0].name, selects = flags->labels || flags->fields;

	if (!s->n && (selects || flags->all || flags->all_namespaces))
		return mistake(err,
			"a selector, --all or -A needs at least one type to select from, such as deploy,sts");
	if (s->nreleases && s->n && !named)
		return mistake(err,
			"a release cannot be given together with types: watch them one by one, or by TYPE/NAME");
	if (named && selects)
		return mistake(err,
			"a name cannot be given together with a selector: one of the two says which objects");
	if (named && flags->all)
		return mistake(err, "a name cannot be given together with --all");
	if (named && flags->all_namespaces)
		return mistake(err,
			"an object cannot be taken by its name from all namespaces: use -n, or a selector");
	if (flags->all && selects)
		return mistake(err, "--all cannot be given together with a selector");
	return true;
}

static bool check_selectors(const struct selection_flags *flags, struct error *err)
{
	struct error why = { 0 };

	if (flags->labels && !labels_check(flags->labels, &why))
		return error_set(err, ERROR_USAGE, "-l '%s': %s", flags->labels, why.text);
	if (flags->fields && !fields_check(flags->fields, &why))
		return error_set(
			err, ERROR_USAGE, "--field-selector '%s': %s", flags->fields, why.text);
	return true;
}

static bool parse(struct selection *s, const char *const *words, size_t n,
	const struct selection_flags *flags, struct error *err)
{
	const char **others = xcalloc(n + 1, sizeof(*others));
	size_t nothers = 0;
	bool good = true;

	for (size_t i = 0; i < n && good; i++) {
		if (is_release(words[i]))
			good = add_release(s, words[i], err);
		else
			others[nothers++] = words[i];
	}
	good = good && add_words(s, others, nothers, err);
	free(others);
	return good && check_flags(s, flags, err) && check_selectors(flags, err);
}

bool selection_parse(struct selection *s, const char *const *words, size_t n,
	const struct selection_flags *flags, struct error *err)
{
	*s = (struct selection){ .labels = xstrdup_or_null(flags->labels),
		.fields = xstrdup_or_null(flags->fields),
		.all_namespaces = flags->all_namespaces };
	if (parse(s, words, n, flags, err))
		return true;
	selection_release(s);
	return false;
}

/* What is being resolved. */
struct resolving {
	const struct selection *selection;
	const struct kube_discovery *discovery;
	const char *ns;
	struct targets *out;
	struct errors *errs;
};

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void add_target(struct resolving *r, const struct kube_resource *resource, const char *name)
{
	struct targets *out = r->out;

	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].resource == resource && same_text(out->items[i].name, name))
			return;
	VEC_GROW(out->items, out->n, out->cap);
	out->items[out->n++] = (struct target){
		.resource = resource,
		.name = name,
		.ns = resource->namespaced && !r->selection->all_namespaces ? r->ns : NULL,
	};
}

/* Not every group of the server may be known. */
static const char *doubt(const struct resolving *r)
{
	const char *const *warnings = kube_discovery_warnings(r->discovery);

	return warnings && *warnings ? " (not all of its API groups could be read)" : "";
}

static void unknown_type(struct resolving *r, const char *type)
{
	const char *near = kube_nearest_type(r->discovery, type);

	errors_add(r->errs, ERROR_USAGE, "the server has no resource type '%s'%s%s%s%s", type,
		doubt(r), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* "all" stands for several types. */
static bool resolve_category(struct resolving *r, const struct selected *item)
{
	const struct kube_resource **found = kube_find_category(r->discovery, item->type);

	if (found && item->name)
		errors_add(r->errs, ERROR_USAGE,
			"'%s' stands for several types and cannot be given together with a name (%s)",
			item->type, item->name);
	for (size_t i = 0; found && !item->name && found[i]; i++)
		add_target(r, found[i], NULL);
	free(found);
	return found != NULL;
}

static void resolve(struct resolving *r, const struct selected *item)
{
	const struct kube_resource *resource;

	if (resolve_category(r, item))
		return;
	resource = kube_find_type(r->discovery, item->type);
	if (!resource)
		unknown_type(r, item->type);
	else if (item->name ? !resource->can_get : !resource->can_list)
		errors_add(r->errs, ERROR_USAGE, "the server does not let anybody %s %s",
			item->name ? "get" : "list", resource->plural);
	else
		add_target(r, resource, item->name);
}

bool selection_resolve(const struct selection *s, const struct kube_discovery *discovery,
	const char *ns, struct targets *out, struct errors *errs)
{
	struct resolving r = { s, discovery, ns, out, errs };
	size_t before = errs->n;

	*out = (struct targets){ 0 };
	for (size_t i = 0; i < s->n; i++)
		resolve(&r, &s->items[i]);
	return errs->n == before;
}

void targets_release(struct targets *targets)
{
	free(targets->items);
	*targets = (struct targets){ 0 };
}

/* Whether all that is listed is of no namespace. */
static bool is_clusterwide(const struct targets *targets)
{
	for (size_t i = 0; i < targets->n; i++)
		if (!targets->items[i].name && targets->items[i].resource->namespaced)
			return false;
	return true;
}

char *selection_words(const struct selection *s, const struct targets *targets, const char *ns)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < targets->n; i++)
		if (!targets->items[i].name)
			buf_printf(&b, "%s%s", b.len ? ", " : "",
				targets->items[i].resource->plural);
	if (s->labels)
		buf_printf(&b, " with -l %s", s->labels);
	if (s->fields)
		buf_printf(&b, "%s --field-selector %s", s->labels ? " and" : " with", s->fields);
	if (s->all_namespaces && !is_clusterwide(targets))
		buf_addstr(&b, " in any namespace");
	else if (!is_clusterwide(targets))
		buf_printf(&b, " in %s", ns);
	return buf_take(&b);
}
