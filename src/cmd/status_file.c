/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of `ksettle status -f`: whatever a file holds, with or without a name. */
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/yaml.h"
#include "cmd/args.h"
#include "cmd/status.h"
#include "kube/mend.h"
#include "manifest/files.h"
#include "manifest/manifest.h"
#include "track/once.h"

#define DEPTH_MAX 3 /* of lists in lists */

struct reading {
	struct once *once;
	bool any; /* a document was there, if only an empty list */
};

/* Where a document stands. */
struct place { const char *file; int line, column; };

static bool add_one(
	struct reading *r, const json_t *object, const struct place *at, struct errors *errs)
{
	if (!jx_str(object, "apiVersion") || !jx_str(object, "kind"))
		return errors_add(errs, ERROR_CONFIG,
			"%s:%d:%d: not a Kubernetes object: it needs apiVersion and kind", at->file,
			at->line, at->column);
	once_add(r->once, object, true);
	return true;
}

static bool add_all(struct reading *r, json_t *value, int depth, const struct place *at,
	struct errors *errs)
{
	json_t *item;
	bool good = true;
	size_t i;

	r->any = true;
	if (!manifest_is_list(value) || depth > DEPTH_MAX)
		return add_one(r, value, at, errs);
	json_array_foreach (json_object_get(value, "items"), i, item) {
		manifest_inherit_type(item, value);
		good = add_all(r, item, depth + 1, at, errs) && good;
	}
	return good;
}

/* What `kubectl get -o json` prints may be large and may hold what YAML readers refuse: as JSON
 * first. */
static json_t *as_json(const char *text, size_t len)
{
	size_t blank = strspn(text, " \t\r\n");

	return text[blank] == '{' ? mend_parse(text + blank, len - blank, NULL) : NULL;
}

static bool read_documents(
	struct reading *r, const struct yaml *yaml, const char *file, struct errors *errs)
{
	bool good = true;

	for (size_t i = 0; i < yaml->n; i++) {
		const struct yaml_node *root = yaml->documents[i].root;
		struct error err = { 0 };
		struct place at;
		json_t *value;

		if (!root)
			continue;
		at = (struct place){ file, root->line, root->column };
		value = yaml_to_json(root, file, &err);
		good = (value ? add_all(r, value, 0, &at, errs) : errors_add_error(errs, &err)) &&
			good;
		json_decref(value);
	}
	return good;
}

static bool read_text(
	void *arg, const char *text, size_t len, const char *file, struct errors *errs)
{
	const struct place start = { file, 1, 1 };
	struct error err = { 0 };
	struct yaml yaml;
	json_t *value = as_json(text, len);
	bool good;

	if (value) {
		good = add_all(arg, value, 0, &start, errs);
		json_decref(value);
		return good;
	}
	if (!yaml_parse(&yaml, text, len, file, &err))
		return errors_add_error(errs, &err);
	good = read_documents(arg, &yaml, file, errs);
	yaml_release(&yaml);
	return good;
}

bool status_read_files(struct once *once, const struct args *args, struct errors *errs)
{
	struct reading r = { .once = once };

	for (size_t i = 0; i < args->files.n; i++)
		manifest_files_each(args->files.items[i], NULL, read_text, &r, errs);
	if (!errs->n && !r.any)
		errors_add(errs, ERROR_CONFIG, "the files hold no object");
	return errs->n == 0;
}
