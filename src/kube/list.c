/* SPDX-License-Identifier: Apache-2.0 */
/* Lists in pages, read item by item, and single objects. */
#include "kube/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/list_item.h"
#include "kube/mend.h"
#include "kube/splitter.h"
#include "kube/status_error.h"

#define PAGE_ITEMS 500
#define OBJECT_MAX ((size_t)8 << 20)
#define HEAD_MAX   4096 /* a list without items fits */

struct kube_list {
	struct kube *kube;
	struct kube_call *call;
	const struct kube_resource *resource;
	struct kube_list_handler handler;
	char *ns, *name, *labels, *fields, *what; /* name NULL: a list */
	struct splitter splitter;
	struct buf head; /* the first bytes of a page */
	size_t page_items;
	struct error failure; /* found while the page came */
	char *next;           /* the continue token of the page being asked for; NULL: the first */
	int64_t remaining;
	bool restarted;
	bool feeding; /* a handler may be on the stack: freed later */
	bool canceled;
};

static void free_list(struct kube_list *list)
{
	splitter_release(&list->splitter);
	buf_release(&list->head);
	free(list->ns);
	free(list->name);
	free(list->labels);
	free(list->fields);
	free(list->what);
	free(list->next);
	free(list);
}

static void finish(struct kube_list *list, const struct error *err, int64_t retry_after_ms)
{
	struct kube_list_handler handler = list->handler;
	int64_t remaining = list->remaining;

	free_list(list);
	handler.done(handler.arg, err, remaining, retry_after_ms);
}

static void report_unreadable(
	struct kube_list *list, const char *bytes, size_t len, const struct error *err)
{
	char *ns = NULL, *name = NULL;

	if (bytes)
		list_item_names(bytes, len, &ns, &name);
	if (list->handler.unreadable)
		list->handler.unreadable(list->handler.arg, ns, name, err);
	free(ns);
	free(name);
}

static json_t *parse(
	const struct kube_list *list, const char *bytes, size_t len, struct error *err)
{
	struct buf slim;
	json_t *object;
	bool is_slim;

	if (list->handler.managed_fields)
		return mend_parse(bytes, len, err);

	buf_init(&slim, len + strlen("null"));
	is_slim = list_item_slim(&slim, bytes, len);
	object = is_slim ? mend_parse(slim.data, slim.len, err) : mend_parse(bytes, len, err);
	buf_release(&slim);
	return object;
}

/* One object's bytes: from the splitter, or a whole answer. */
static void on_item(void *arg, const char *bytes, size_t len)
{
	struct kube_list *list = arg;
	struct error err = { 0 };
	json_t *object = NULL;
	uint64_t hash;

	list->page_items++;
	if (list->canceled)
		return;
	if (!bytes) {
		error_set(&err, ERROR_LIMIT, "an object of %s is larger than %zu MiB",
			list->resource->plural, OBJECT_MAX >> 20);
		report_unreadable(list, NULL, 0, &err);
		return;
	}
	hash = list_item_hash(bytes, len);
	if (list->handler.known && list->handler.known(list->handler.arg, hash))
		return;
	object = parse(list, bytes, len, &err);
	if (object && !json_is_object(object))
		error_set(&err, ERROR_PARSE, "an item of %s is no object", list->resource->plural);
	if (err.code != ERROR_NONE) {
		report_unreadable(list, bytes, len, &err);
	} else {
		list_item_complete(object, list->resource);
		if (!list->handler.managed_fields)
			list_item_forget_managers(object);
		list->handler.item(list->handler.arg, object, hash);
	}
	json_decref(object);
}

/* A login page may come with code 200. */
static bool check_head(struct kube_list *list, const char *bytes, size_t len)
{
	size_t room = HEAD_MAX - list->head.len;

	buf_add(&list->head, bytes, len < room ? len : room);
	return !status_error_is_page(NULL, list->head.data, list->head.len)
		|| error_set(&list->failure, ERROR_PARSE,
			"%s: a web page came instead of an API answer; a proxy or a "
			"login page stands before the cluster",
			list->what);
}

/* Nothing came out of the page: is it an empty list, or no list at all? */
static bool check_empty(const struct kube_list *list, struct error *err)
{
	struct error ignored = { 0 };
	json_t *page = list->head.len < HEAD_MAX
		? mend_parse(list->head.data, list->head.len, &ignored)
		: NULL;
	bool good = json_object_get(page, "items");

	json_decref(page);
	return good || error_set(err, ERROR_PARSE, "%s: the answer is no list", list->what);
}

static bool on_data(void *arg, const char *bytes, size_t len)
{
	struct kube_list *list = arg;
	struct error err = { 0 };
	bool ok;

	list->feeding = true;
	ok = list->head.len >= HEAD_MAX || check_head(list, bytes, len);
	if (ok && !splitter_feed(&list->splitter, bytes, len, &err))
		ok = error_set(&list->failure, ERROR_PARSE, "%s: %s", list->what, err.text);
	list->feeding = false;
	return ok && !list->canceled;
}

static void on_page(void *arg, const struct kube_answer *answer);
static void on_object(void *arg, const struct kube_answer *answer);

static void on_dropped(void *arg)
{
	free_list(arg);
}

static void ask(struct kube_list *list)
{
	struct kube_request request = {
		.what = list->what,
		.done = list->name ? on_object : on_page,
		.data = list->name ? NULL : on_data,
		.max_body = OBJECT_MAX,
		.dropped = on_dropped,
		.arg = list,
	};
	struct buf path;

	buf_init(&path, 0);
	kube_path(&path, list->resource, list->ns, list->name);
	if (!list->name && !list->restarted)
		buf_printf(&path, "?limit=%d", PAGE_ITEMS);
	kube_query(&path, "labelSelector", list->labels);
	kube_query(&path, "fieldSelector", list->fields);
	kube_query(&path, "continue", list->next);
	request.path = buf_str(&path);
	if (!list->name) {
		splitter_release(&list->splitter);
		splitter_init(&list->splitter, on_item, list);
		buf_reset(&list->head);
		list->page_items = 0;
	}
	list->call = kube_send(list->kube, &request);
	buf_release(&path);
}

/* The snapshot behind the continue token is gone: once more from the start, in one piece. */
static void restart(struct kube_list *list)
{
	struct kube_list_handler handler = list->handler;

	list->restarted = true;
	free(list->next);
	list->next = NULL;
	list->remaining = 0;
	/* Asked before the handler is told, which may cancel the list. */
	ask(list);
	if (handler.restart)
		handler.restart(handler.arg);
}

/* Reads the page's metadata: *next is the continue token, to free(), NULL after the last page. */
static bool end_page(struct kube_list *list, char **next, struct error *err)
{
	struct error trouble = { 0 };
	const struct buf *text = &list->splitter.metadata;
	json_t *metadata = NULL;
	const char *token;

	*next = NULL;
	if (!splitter_end(&list->splitter, &trouble))
		return error_set(err, ERROR_PARSE, "%s: %s", list->what, trouble.text);
	if (list->page_items == 0 && !check_empty(list, err))
		return false;
	if (text->len)
		metadata = mend_parse(text->data, text->len, &trouble);
	if (trouble.code != ERROR_NONE)
		return error_set(
			err, ERROR_PARSE, "%s: the list's metadata cannot be read", list->what);
	token = jx_str(metadata, "continue");
	if (token && *token) {
		*next = xstrdup(token);
		if (!list->next)
			list->remaining = jx_int(metadata, "remainingItemCount", 0);
	}
	if (!*next && list->handler.version && jx_str(metadata, "resourceVersion"))
		list->handler.version(list->handler.arg, jx_str(metadata, "resourceVersion"));
	json_decref(metadata);
	if (!*next || !list->next || strcmp(*next, list->next) != 0)
		return true;
	free(*next);
	*next = NULL;
	return error_set(
		err, ERROR_PARSE, "%s: the server sends the same page again and again", list->what);
}

static void on_page(void *arg, const struct kube_answer *answer)
{
	struct kube_list *list = arg;
	struct error err = list->failure;
	char *next = NULL;

	list->call = NULL;
	if (list->canceled) {
		free_list(list);
		return;
	}
	if (answer->error.code == ERROR_GONE && list->next && !list->restarted) {
		restart(list);
		return;
	}
	if (err.code == ERROR_NONE)
		err = answer->error;
	if (err.code == ERROR_NONE)
		end_page(list, &next, &err);
	if (!next) {
		finish(list, &err, answer->retry_after_ms);
		return;
	}
	free(list->next);
	list->next = next;
	ask(list);
}

static void on_object(void *arg, const struct kube_answer *answer)
{
	struct kube_list *list = arg;
	struct error err = answer->error;
	char *ns = NULL, *name = NULL;

	list->call = NULL;
	if (err.code == ERROR_NONE) {
		list_item_names(answer->body, answer->body_len, &ns, &name);
		if (!name || strcmp(name, list->name) != 0)
			error_set(
				&err, ERROR_PARSE, "%s: the answer is not that object", list->what);
		free(ns);
		free(name);
	}
	if (err.code == ERROR_NONE) {
		list->feeding = true;
		on_item(list, answer->body, answer->body_len);
		list->feeding = false;
	}
	if (list->canceled)
		free_list(list);
	else
		finish(list, &err, answer->retry_after_ms);
}

static struct kube_list *start(struct kube *kube, const struct kube_list_query *query,
	const char *name, const struct kube_list_handler *handler)
{
	struct kube_list *list = xcalloc(1, sizeof(*list));
	const struct kube_resource *r = query->resource;
	const char *ns = r->namespaced ? query->ns : NULL;

	list->kube = kube;
	list->resource = r;
	list->handler = *handler;
	list->ns = xstrdup_or_null(ns);
	list->name = xstrdup_or_null(name);
	list->labels = xstrdup_or_null(query->label_selector);
	list->fields = xstrdup_or_null(query->field_selector);
	if (name)
		list->what = xasprintf("get %s %s%s%s", r->kind, ns ? ns : "", ns ? "/" : "", name);
	else
		list->what = xasprintf("list %s%s%s", r->plural, ns ? " in " : "", ns ? ns : "");
	buf_init(&list->head, HEAD_MAX);
	splitter_init(&list->splitter, on_item, list);
	ask(list);
	return list;
}

struct kube_list *kube_list(struct kube *kube, const struct kube_list_query *query,
	const struct kube_list_handler *handler)
{
	return start(kube, query, NULL, handler);
}

struct kube_list *kube_get_object(struct kube *kube, const struct kube_resource *resource,
	const char *ns, const char *name, const struct kube_list_handler *handler)
{
	struct kube_list_query query = { .resource = resource, .ns = ns };

	return start(kube, &query, name, handler);
}

void kube_list_cancel(struct kube_list *list)
{
	if (!list)
		return;
	/* From inside a handler: the bytes it looks at are still ours. The page ends at once, and
	 * then the list is freed. */
	if (list->feeding) {
		list->canceled = true;
		return;
	}
	kube_cancel(list->call);
	free_list(list);
}
