/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of `ksettle status -f`: whatever a file holds, with or without a name. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/objects.h"
#include "cmd/status.h"
#include "manifest/labels.h"
#include "track/once.h"

/* What was read so far; what an unfinished document gave may yet be dropped. */
struct reading {
	const char *labels; /* -l; NULL: all are taken */
	json_t **items;
	size_t n, cap;
};

static bool take(void *arg, json_t *object, const struct place *at, struct errors *errs)
{
	struct reading *r = arg;

	if (!jx_str(object, "apiVersion") || !jx_str(object, "kind"))
		return errors_add(errs, ERROR_CONFIG,
			"%s:%d:%d: not a Kubernetes object: it needs apiVersion and kind, both texts",
			at->file, at->line, at->column);
	if (r->labels && !labels_match(r->labels, object))
		return true;
	status_slim(object);
	VEC_GROW(r->items, r->n, r->cap);
	r->items[r->n++] = json_incref(object);
	return true;
}

static size_t count(void *arg)
{
	return ((const struct reading *)arg)->n;
}

static void drop(void *arg, size_t from)
{
	struct reading *r = arg;

	while (r->n > from)
		json_decref(r->items[--r->n]);
}

bool status_read_files(struct once *once, const struct args *args, struct errors *errs)
{
	struct reading r = { .labels = args->labels };
	struct object_sink sink = { .arg = &r, .take = take, .count = count, .drop = drop };

	for (size_t i = 0; i < args->files.n; i++)
		objects_read(args->files.items[i], args->recursive, &sink, errs);
	if (!errs->n && !sink.any)
		errors_add(errs, ERROR_CONFIG, "the files hold no object");
	for (size_t i = 0; i < r.n; i++)
		once_add(once, r.items[i], true);
	drop(&r, 0);
	free(r.items);
	return errs->n == 0;
}
