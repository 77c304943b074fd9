/* SPDX-License-Identifier: Apache-2.0 */
/* Lists in pages, restarts, torn and foreign answers, unreadable items, cancelling. */
#include "kube/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "kube/list_item.h"
#include "tests/unit/fake_api.h"
#include "tests/unit/tap.h"

#define POD(name) \
	"{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"a\",\"managedFields\":[{}]}}"
#define PAGE(metadata, items) \
	"{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{" metadata \
	"},\"items\":[" items "]}"
#define EXPIRED "{\"kind\":\"Status\",\"reason\":\"Expired\",\"message\":\"too old\",\"code\":410}"

static struct loop *loop;
static char *no_names[] = { NULL };
static const struct kube_resource pods = {
	.group = (char *)"",
	.version = (char *)"v1",
	.kind = (char *)"Pod",
	.plural = (char *)"pods",
	.singular = (char *)"pod",
	.short_names = no_names,
	.namespaced = true,
};

/* All that came, as one line: names, then "!name" for unreadable ones, "/" for a restart. */
struct seen {
	struct buf text;
	struct error error;
	int64_t remaining;
	bool done, same_known;
	uint64_t hash;
	struct kube_list *cancel;
};

static bool known(void *arg, uint64_t hash)
{
	struct seen *seen = arg;

	return seen->same_known && hash == seen->hash;
}

static void on_item(void *arg, const json_t *object, uint64_t hash)
{
	struct seen *seen = arg;

	seen->hash = hash;
	buf_printf(&seen->text, "%s ", jx_str(object, "metadata.name"));
	if (!jx_str(object, "kind") || !jx_str(object, "apiVersion")
		|| jx_get(object, "metadata.managedFields"))
		buf_addstr(&seen->text, "(incomplete) ");
	if (seen->cancel)
		kube_list_cancel(seen->cancel);
}

static void on_unreadable(void *arg, const char *ns, const char *name, const struct error *err UNUSED)
{
	buf_printf(&((struct seen *)arg)->text, "!%s/%s ", ns ? ns : "", name ? name : "");
}

static void on_restart(void *arg)
{
	buf_addstr(&((struct seen *)arg)->text, "/ ");
}

static void on_done(void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms UNUSED)
{
	struct seen *seen = arg;

	seen->done = true;
	seen->error = *err;
	seen->remaining = remaining;
}

static struct kube_list_handler handler_of(struct seen *seen)
{
	return (struct kube_list_handler){ .known = known, .item = on_item, .unreadable = on_unreadable,
		.restart = on_restart, .done = on_done, .arg = seen };
}

static const struct {
	const char *title, *items;
	enum error_code code;
	const char *error;
	int remaining;
	struct fake_route routes[4];
} cases[] = {
	{ "two pages", "a b c ", ERROR_NONE, "", 1,
		{ { .request = "GET /api/v1/namespaces/a/pods?limit=500&labelSelector=app%3Dweb ",
			  .status = 200,
			  .body = PAGE("\"continue\":\"t=1\",\"remainingItemCount\":1",
				  POD("a") "," POD("b")) },
			{ .request = "GET /api/v1/namespaces/a/pods?limit=500&labelSelector=app%3Dweb&continue=t%3D1 ",
				.status = 200,
				.body = PAGE("\"resourceVersion\":\"5\"", POD("c")) } } },
	{ "an empty list", "", ERROR_NONE, "", 0,
		{ { .request = "GET ", .status = 200, .body = PAGE("", "") } } },
	{ "no items at all is null in Go", "", ERROR_NONE, "", 0,
		{ { .request = "GET ",
			.status = 200,
			.body = "{\"items\":null,\"kind\":\"PodList\"}" } } },
	{ "a page that expires starts over in one piece", "a / a b ", ERROR_NONE, "", 0,
		{ { .request = "GET /api/v1/namespaces/a/pods?limit=500",
			  .status = 200,
			  .body = PAGE("\"continue\":\"t\"", POD("a")) },
			{ .request = "GET /api/v1/namespaces/a/pods?limit=500",
				.status = 410,
				.body = EXPIRED },
			{ .request = "GET /api/v1/namespaces/a/pods?labelSelector=app%3Dweb ",
				.status = 200,
				.body = PAGE("", POD("a") "," POD("b")) } } },
	{ "a first page that expires", "", ERROR_GONE, "list pods in a: too old", 0,
		{ { .request = "GET ", .status = 410, .body = EXPIRED } } },
	{ "torn in the middle", "a ", ERROR_PARSE,
		"list pods in a: the server's list cannot be read: it ended too early", 0,
		{ { .request = "GET ",
			.status = 200,
			.body = "{\"kind\":\"PodList\",\"items\":[" POD(
				"a") ",{\"metadata\":" } } },
	{ "torn behind an item", "a ", ERROR_PARSE,
		"list pods in a: the server's list cannot be read: it ended too early", 0,
		{ { .request = "GET ",
			.status = 200,
			.body = "{\"kind\":\"PodList\",\"items\":[" POD("a") } } },
	{ "nothing", "", ERROR_PARSE, NULL, 0,
		{ { .request = "GET ", .status = 200, .body = "" } } },
	{ "an object without items", "", ERROR_PARSE, "list pods in a: the answer is no list", 0,
		{ { .request = "GET ", .status = 200, .body = "{}" } } },
	{ "a Status with 200", "", ERROR_PARSE, "list pods in a: the answer is no list", 0,
		{ { .request = "GET ", .status = 200, .body = EXPIRED } } },
	{ "a login page with 200", "", ERROR_PARSE,
		"list pods in a: a web page came instead of an API answer; a proxy or a login page "
		"stands before the cluster",
		0,
		{ { .request = "GET ", .status = 200, .type = "text/html", .body = " <html>" } } },
	{ "items that are none", "", ERROR_PARSE, NULL, 0,
		{ { .request = "GET ", .status = 200, .body = "{\"items\":{}}" } } },
	{ "an unreadable item is no failed list", "a !n/b !/ c ", ERROR_NONE, "", 0,
		{ { .request = "GET ",
			.status = 200,
			.body = PAGE("",
				POD("a") ",{\"x\":[\"}{\\\"\",1],\"metadata\":{\"labels\":{\"name\":\"no\"},\"name\":\"b\",\"namespace\":\"n\"},"
					 "\"spec\":01x},7," POD("c")) } } },
	{ "the same token again", "a a ", ERROR_PARSE,
		"list pods in a: the server sends the same page again and again", 0,
		{ { .request = "GET ",
			.status = 200,
			.body = PAGE("\"continue\":\"t\"", POD("a")),
			.sticky = true } } },
	{ "refused", "", ERROR_RBAC, "list pods in a: User \"j\" cannot list resource \"pods\"", 0,
		{ { .request = "GET ",
			.status = 403,
			.body = "{\"kind\":\"Status\",\"message\":\"User \\\"j\\\" cannot list resource \\\"pods\\\"\"}" } } },
};

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fake_api api = fake_api_start(cases[i].routes);
		struct kube_config config = { 0 };
		struct kube *kube = fake_api_client(&api, loop, &config);
		struct seen seen = { 0 };
		struct kube_list_handler handler = handler_of(&seen);
		struct kube_list_query query = {
			.resource = &pods, .ns = "a", .label_selector = "app=web"
		};

		kube_list(kube, &query, &handler);
		fake_turn_until(loop, &seen.done);
		is_str(buf_str(&seen.text), cases[i].items, cases[i].title);
		is_int(seen.error.code, cases[i].code, "its class");
		if (cases[i].error)
			is_str(seen.error.text, cases[i].error, "its sentence");
		is_int(seen.remaining, cases[i].remaining, "remaining");
		buf_release(&seen.text);
		kube_free(kube);
		free(fake_api_end(&api));
	}
}

static void test_known(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET ", .status = 200, .body = PAGE("", POD("a")), .sticky = true },
		{ 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct seen seen = { 0 };
	struct kube_list_handler handler = handler_of(&seen);
	struct kube_list_query query = { .resource = &pods };

	kube_list(kube, &query, &handler);
	fake_turn_until(loop, &seen.done);
	seen.done = false;
	seen.same_known = true;
	kube_list(kube, &query, &handler);
	fake_turn_until(loop, &seen.done);
	is_str(buf_str(&seen.text), "a ", "what is known is not read again");
	is_int(seen.error.code, ERROR_NONE, "and the list is complete");
	buf_release(&seen.text);
	kube_free(kube);
	free(fake_api_end(&api));
}

static void test_get(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /api/v1/namespaces/a/pods/x ", .status = 200, .body = POD("x") },
		{ .request = "GET /api/v1/namespaces/a/pods/y ", .status = 200, .body = POD("x") },
		{ .request = "GET /api/v1/namespaces/a/pods/z ",
			.status = 404,
			.body = "{\"kind\":\"Status\",\"message\":\"pods \\\"z\\\" not found\"}" },
		{ 0 }
	};
	static const struct {
		const char *name, *text, *error;
		enum error_code code;
	} gets[] = {
		{ "x", "x ", "", ERROR_NONE },
		{ "y", "", "get Pod a/y: the answer is not that object", ERROR_PARSE },
		{ "z", "", "get Pod a/z: pods \"z\" not found", ERROR_NOT_FOUND },
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	struct kube *kube = fake_api_client(&api, loop, &config);

	for (size_t i = 0; i < ARRAY_LEN(gets); i++) {
		struct seen seen = { 0 };
		struct kube_list_handler handler = handler_of(&seen);

		kube_get_object(kube, &pods, "a", gets[i].name, &handler);
		fake_turn_until(loop, &seen.done);
		is_str(buf_str(&seen.text), gets[i].text, "get");
		is_str(seen.error.text, gets[i].error, "its sentence");
		is_int(seen.error.code, gets[i].code, "its class");
		buf_release(&seen.text);
	}
	kube_free(kube);
	free(fake_api_end(&api));
}

static void test_cancel(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET ",
			.status = 200,
			.body = PAGE("\"continue\":\"t\"", POD("a") "," POD("b")),
			.sticky = true },
		{ 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct seen seen = { 0 }, other = { 0 };
	struct kube_list_handler handler = handler_of(&seen), other_handler = handler_of(&other);
	struct kube_list_query query = { .resource = &pods };
	struct error err = { 0 };

	kube_list_cancel(kube_list(kube, &query, &handler));
	seen.cancel = kube_list(kube, &query, &handler);
	while (seen.text.len == 0)
		loop_turn(loop, 30000, &err);
	/* Another list proves that the canceled one has nothing left to say. */
	kube_get_object(kube, &pods, NULL, "nobody", &other_handler);
	fake_turn_until(loop, &other.done);
	is_str(buf_str(&seen.text), "a ", "canceled inside an item: no more items");
	ok(!seen.done, "and no end");
	kube_list(kube, &query, &handler);
	kube_free(kube);
	ok(!seen.done, "freed with the client");
	kube_list_cancel(NULL);
	buf_release(&seen.text);
	buf_release(&other.text);
	free(fake_api_end(&api));
}

static void test_hash(void)
{
	char text[64] = "0123456789abcdef0123456789abcdef0123456789abcdef";
	uint64_t all[64];
	bool distinct = true;

	for (size_t len = 0; len < 48; len++) {
		all[len] = list_item_hash(text, len);
		for (size_t i = 0; i < len; i++)
			distinct &= all[i] != all[len];
	}
	ok(distinct, "every length has its hash");
	text[20] = 'X';
	ok(list_item_hash(text, 47) != all[47], "every byte counts");
	text[20] = '4';
	ok(list_item_hash(text + 0, 47) == all[47], "equal bytes, equal hash");
}

static void test_names(void)
{
	static const char text[] =
		"{\"metadata\":{\"ownerReferences\":[{\"name\":\"o\"}],\"name\":\"n\",\"namespace\":\"s\\u0000\"}";

	for (size_t len = 0; len < sizeof(text); len++) {
		char *copy = xmalloc(len + 1), *ns, *name;

		memcpy(copy, text, len);
		list_item_names(copy, len, &ns, &name);
		if (len == sizeof(text) - 1)
			is_str(name, "n", "the name in text that no parser reads");
		free(ns);
		free(name);
		free(copy);
	}
}

#define HEAD "{\"metadata\":{\"name\":\"n\","
#define TAIL "},\"spec\":{\"managedFields\":[1]}}"

static void test_slim(void)
{
	static const char *const slims[][2] = {
		{ HEAD "\"managedFields\":[{\"a\":\"]}\\\"\"}]" TAIL,
			HEAD "\"managedFields\":null" TAIL },
		{ HEAD "\"managedFields\" : {} ,\"uid\":\"u\"" TAIL,
			HEAD "\"managedFields\" : null,\"uid\":\"u\"" TAIL },
		{ HEAD "\"managedFields\":7" TAIL, HEAD "\"managedFields\":null" TAIL },
		{ HEAD "\"labels\":{\"managedFields\":\"x\"}" TAIL, NULL },
		{ "{\"managedFields\":[1],\"metadata\":[]}", NULL },
		{ "{\"metadata\":{\"managedFields\":[{}", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(slims); i++) {
		struct buf out;

		/* Every beginning of it, too: a sanitizer sees who reads too far. */
		for (size_t len = 0; len <= strlen(slims[i][0]); len++) {
			char *copy = xmalloc(len);
			bool slim;

			memcpy(copy, slims[i][0], len);
			buf_init(&out, 0);
			slim = list_item_slim(&out, copy, len);
			free(copy);
			if (len == strlen(slims[i][0])) {
				ok(slim == (slims[i][1] != NULL), "found, or not");
				is_str(buf_str(&out), slim ? slims[i][1] : "", "what is left");
			}
			buf_release(&out);
		}
	}
}

int main(void)
{
	struct error err = { 0 };

	loop = loop_new(&err);
	if (!loop)
		return 99;
	test_cases();
	test_known();
	test_get();
	test_cancel();
	test_hash();
	test_names();
	test_slim();
	loop_free(loop);
	return tap_done();
}
