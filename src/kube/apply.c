/* SPDX-License-Identifier: Apache-2.0 */
/* Server-side apply of one object, and what it did. */
#include "kube/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/apply_error.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/list_item.h"
#include "kube/mend.h"

#define OBJECT_MAX ((size_t)8 << 20)

struct kube_apply {
	struct kube *kube;
	struct kube_call *call;
	struct kube_apply_request
		request; /* body is our copy, secret our reference; ns and name are not used */
	char *path, *what;
	json_t *before; /* the object before; NULL: there was none, or it may not be read */
	kube_apply_fn *done;
	void *arg;
};

static void free_apply(struct kube_apply *apply)
{
	free((char *)apply->request.body);
	json_decref((json_t *)apply->request.secret);
	free(apply->path);
	free(apply->what);
	json_decref(apply->before);
	free(apply);
}

static void finish(struct kube_apply *apply, struct kube_apply_result *result)
{
	kube_apply_fn *done = apply->done;
	void *arg = apply->arg;

	free_apply(apply);
	done(arg, result);
}

static void finish_failed(
	struct kube_apply *apply, const struct kube_answer *answer, const struct error *err)
{
	static const char *const none[] = { NULL };
	struct kube_apply_result result = {
		.error = *err,
		.applied = APPLIED_FAILED,
		.warnings = none,
		.retryable = apply_error_is_weather(err, answer),
		.retry_after_ms = answer->retry_after_ms,
	};

	finish(apply, &result);
}

static void on_dropped(void *arg)
{
	free_apply(arg);
}

/* The warnings, masked where they may quote a Secret; NULL-terminated, to free() item by item. */
static char **copy_warnings(const struct kube_apply *apply, const char *const *warnings)
{
	const struct kube_apply_request *request = &apply->request;
	size_t n = 0, kept = 0;
	char **copies;

	while (warnings && warnings[n])
		n++;
	copies = xcalloc(n + 1, sizeof(*copies));
	for (size_t i = 0; i < n; i++)
		if (!request->secret)
			copies[kept++] = xstrdup(warnings[i]);
		else if (request->mask)
			copies[kept++] = request->mask(warnings[i], request->secret);
	return copies;
}

/* The object without what changes by itself: its status, and the server's bookkeeping. A new
 * reference. */
static json_t *content_of(const json_t *object)
{
	static const char *const bookkeeping[] = { "resourceVersion", "managedFields",
		"generation" };
	json_t *content = json_copy((json_t *)object),
	       *metadata = json_copy(json_object_get(object, "metadata"));

	json_object_del(content, "status");
	for (size_t i = 0; i < ARRAY_LEN(bookkeeping); i++)
		json_object_del(metadata, bookkeeping[i]);
	json_object_set_new(content, "metadata", metadata);
	return content;
}

/* An equal resourceVersion is certain, except in a dry run, which gives none out. Another one may be
 * the controller's, which wrote the status between our two requests; then the content tells. */
static bool is_unchanged(const json_t *before, const json_t *after, bool dry_run)
{
	const char *old = jx_str(before, "metadata.resourceVersion"),
		   *new = jx_str(after, "metadata.resourceVersion");
	json_t *a, *b;
	bool same;

	if (!dry_run && old && new &&strcmp(old, new) == 0)
		return true;
	a = content_of(before);
	b = content_of(after);
	same = json_equal(a, b);
	json_decref(a);
	json_decref(b);
	return same;
}

static enum applied what_it_did(const struct kube_apply *apply, int status, const json_t *object)
{
	if (status == 201)
		return APPLIED_CREATED;
	if (!apply->before || !is_unchanged(apply->before, object, apply->request.dry_run))
		return APPLIED_CHANGED;
	return APPLIED_UNCHANGED;
}

static void on_patched(void *arg, const struct kube_answer *answer)
{
	struct kube_apply *apply = arg;
	struct kube_apply_result result = { .retry_after_ms = answer->retry_after_ms };
	struct error err = { 0 }, ignored = { 0 };
	json_t *object = NULL;
	char **warnings;

	if (answer->error.code == ERROR_NONE)
		object = mend_parse(answer->body, answer->body_len, &ignored);
	if (answer->error.code != ERROR_NONE)
		apply_error(&err, apply->what, &apply->request, answer);
	else if (!jx_str(object, "metadata.name"))
		error_set(&err, ERROR_PARSE, "%s: the answer is not that object", apply->what);
	if (err.code != ERROR_NONE) {
		json_decref(object);
		finish_failed(apply, answer, &err);
		return;
	}
	list_item_complete(object, apply->request.resource);
	warnings = copy_warnings(apply, answer->warnings);
	result.applied = what_it_did(apply, answer->status, object);
	result.object = object;
	result.warnings = (const char *const *)warnings;
	finish(apply, &result);
	for (char **warning = warnings; *warning; warning++)
		free(*warning);
	free(warnings);
	json_decref(object);
}

static void send_patch(struct kube_apply *apply)
{
	char *path = xasprintf("%s?fieldManager=ksettle&fieldValidation=Strict&force=%s%s",
		apply->path, apply->request.force_conflicts ? "true" : "false",
		apply->request.dry_run ? "&dryRun=All" : "");

	apply->call = kube_send(apply->kube,
		&(struct kube_request){
			.method = "PATCH",
			.path = path,
			.content_type = "application/apply-patch+yaml",
			.body = apply->request.body,
			.body_len = apply->request.body_len,
			.max_body = OBJECT_MAX,
			.what = apply->what,
			.done = on_patched,
			.dropped = on_dropped,
			.arg = apply,
		});
	free(path);
}

static void on_read(void *arg, const struct kube_answer *answer)
{
	struct kube_apply *apply = arg;
	struct error ignored = { 0 };

	apply->call = NULL;
	switch (answer->error.code) {
	case ERROR_NONE:
		apply->before = mend_parse(answer->body, answer->body_len, &ignored);
		break;
	case ERROR_NOT_FOUND:
	case ERROR_RBAC:
	case ERROR_REFUSED: /* may be patched all the same */
		break;
	default:
		finish_failed(apply, answer, &answer->error);
		return;
	}
	send_patch(apply);
}

struct kube_apply *kube_apply(
	struct kube *kube, const struct kube_apply_request *request, kube_apply_fn *done, void *arg)
{
	struct kube_apply *apply = xcalloc(1, sizeof(*apply));
	const struct kube_resource *r = request->resource;
	const char *ns = r->namespaced ? request->ns : NULL;
	char *body = xmalloc(request->body_len + 1);
	struct buf path;

	memcpy(body, request->body, request->body_len);
	body[request->body_len] = '\0';
	apply->kube = kube;
	apply->request = *request;
	apply->request.ns = apply->request.name = NULL;
	apply->request.body = body;
	apply->request.secret = json_incref((json_t *)request->secret);
	apply->done = done;
	apply->arg = arg;
	buf_init(&path, 0);
	kube_path(&path, r, ns, request->name);
	apply->path = buf_take(&path);
	apply->what =
		xasprintf("apply %s %s%s%s", r->kind, ns ? ns : "", ns ? "/" : "", request->name);
	apply->call = kube_send(kube,
		&(struct kube_request){
			.path = apply->path,
			.max_body = OBJECT_MAX,
			.what = apply->what,
			.done = on_read,
			.dropped = on_dropped,
			.arg = apply,
		});
	return apply;
}

void kube_apply_cancel(struct kube_apply *apply)
{
	if (!apply)
		return;
	kube_cancel(apply->call);
	free_apply(apply);
}
