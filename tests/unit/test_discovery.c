/* SPDX-License-Identifier: Apache-2.0 */
/* Both forms of discovery, refreshes, and kubectl's reading of type names. */
#include "kube/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/unit/fake_api.h"
#include "tests/unit/tap.h"

#define V2 "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
#define RESOURCE(plural, kind, singular, scope, shorts, verbs) \
	"{\"resource\":\"" plural \
	"\",\"responseKind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"" kind "\"}," \
	"\"scope\":\"" scope "\",\"singularResource\":\"" singular "\",\"shortNames\":[" shorts \
	"],\"verbs\":[" verbs "]," \
	"\"subresources\":[{\"subresource\":\"status\",\"responseKind\":{\"kind\":\"Sub\"}}]}"
#define READ "\"get\",\"list\",\"watch\",\"patch\""
#define PODS RESOURCE("pods", "Pod", "pod", "Namespaced", "\"po\"],\"categories\":[\"all\",7,\"own\"", READ)
#define EVENTS RESOURCE("events", "Event", "event", "Namespaced", "\"ev\"", READ)
#define NODES RESOURCE("nodes", "Node", "node", "Cluster", "\"no\"", READ)
#define DEPLOYMENTS \
	RESOURCE("deployments", "Deployment", "deployment", "Namespaced", "\"deploy\"],\"categories\":[\"all\"", READ)
#define GROUP(name, versions) "{\"metadata\":{\"name\":\"" name "\"},\"versions\":[" versions "]}"
#define VERSION(name, fresh, resources) \
	"{\"version\":\"" name "\",\"freshness\":\"" fresh "\",\"resources\":[" resources "]}"
#define DOC(items) \
	"{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/v2\",\"metadata\":{},\"items\":[" items \
	"]}"

static const char core[] = DOC("{\"metadata\":{},\"versions\":[" VERSION("v1", "Current",
	PODS "," EVENTS "," NODES
	     "," RESOURCE("evil/../x", "Evil", "", "Cluster", "", "") "," RESOURCE(
		     "evils", "E\\u001bvil", "", "Cluster", "", "") ",7,{\"resource\":[]}") "]}");
#define APPS \
	GROUP("apps", \
		VERSION("v1", "Current", DEPLOYMENTS) "," VERSION( \
			"v1beta1", "Current", DEPLOYMENTS))
#define NETWORKING \
	GROUP("networking.k8s.io", \
		VERSION("v1", "Current", \
			RESOURCE("ingresses", "Ingress", "ingress", "Namespaced", "\"ing\"", \
				READ)))
#define EVENTS_GROUP GROUP("events.k8s.io", VERSION("v1", "Current", EVENTS))
static const char groups[] = DOC(APPS "," EVENTS_GROUP "," NETWORKING
				      "," GROUP("metrics.k8s.io", VERSION("v1beta1", "Stale", "")));
/* The second answer: apps is down, networking is gone, something is new. */
static const char later[] = DOC(GROUP(
	"apps", VERSION("v1", "Stale", "")) "," EVENTS_GROUP "," GROUP("x.io",
	VERSION("v1", "Current", RESOURCE("widgets", "Widget", "widget", "Namespaced", "", READ))));

static struct loop *loop;

struct seen {
	bool done;
	int count;
	struct error error;
};

static void on_done(void *arg, const struct error *err)
{
	struct seen *seen = arg;

	seen->done = true;
	seen->count++;
	seen->error = *err;
}

static struct seen discover(struct kube_discovery *d)
{
	struct seen seen = { 0 };

	kube_discover(d, on_done, &seen);
	fake_turn_until(loop, &seen.done);
	return seen;
}

static const struct {
	const char *type, *found; /* plural.version.group */
} types[] = {
	{ "po", "pods.v1." },
	{ "pod", "pods.v1." },
	{ "pods", "pods.v1." },
	{ "Pod", "pods.v1." },
	{ "POD", "pods.v1." },
	{ "pods.v1.", "pods.v1." },
	{ "ev", "events.v1." },
	{ "events.events.k8s.io", "events.v1.events.k8s.io" },
	{ "deploy", "deployments.v1.apps" },
	{ "deployments.apps", "deployments.v1.apps" },
	{ "Deployment.v1.apps", "deployments.v1.apps" },
	{ "deployment.v1beta1.apps", "deployments.v1beta1.apps" },
	{ "ing.networking.k8s.io", "ingresses.v1.networking.k8s.io" },
	{ "ingress.networking", "ingresses.v1.networking.k8s.io" },
	{ "nope", NULL },
	{ "", NULL },
	{ ".", NULL },
	{ "pods.v2.", NULL },
	{ "Sub", NULL },
	{ "evil", NULL },
};

static void check_types(const struct kube_discovery *d)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct kube_resource *r = kube_find_type(d, types[i].type);
		char *found = r ? xasprintf("%s.%s.%s", r->plural, r->version, r->group) : NULL;

		is_str(found, types[i].found, types[i].type);
		free(found);
	}
}

static void check_category(const struct kube_discovery *d, const char *category, const char *want)
{
	const struct kube_resource **found = kube_find_category(d, category);
	struct buf got = { 0 };

	for (size_t i = 0; found && found[i]; i++)
		buf_printf(&got, "%s%s.%s", i ? " " : "", found[i]->plural, found[i]->version);
	is_str(found ? buf_str(&got) : NULL, want, category);
	free(found);
	buf_release(&got);
}

static void check_words(const struct kube_discovery *d)
{
	check_category(d, "all", "pods.v1 deployments.v1"); /* each once, in its preferred version */
	check_category(d, "OWN", "pods.v1");
	check_category(d, "pods", NULL);
	is_str(kube_nearest_type(d, "deploymnet"), "deployment", "a slip of a finger");
	is_str(kube_nearest_type(d, "Nodess.v1."), "nodes", "without its group");
	is_str(kube_nearest_type(d, "al"), "all", "a category");
	is_str(kube_nearest_type(d, "certificates"), NULL, "nothing is near");
}

static void check_path(const struct kube_discovery *d, const char *type, const char *ns,
	const char *name, const char *want)
{
	struct buf path;

	buf_init(&path, 0);
	kube_path(&path, kube_find_type(d, type), ns, name);
	is_str(buf_str(&path), want, "path");
	buf_release(&path);
}

static void check_first(const struct kube_discovery *d)
{
	const struct kube_resource *r = kube_find_kind(d, "apps/v1beta1", "Deployment");
	char *version;

	ok(r && strcmp(r->version, "v1beta1") == 0, "by exact version");
	version = kube_api_version(r);
	is_str(version, "apps/v1beta1", "apiVersion");
	free(version);
	ok(!kube_find_kind(d, "apps/v2", "Deployment") && !kube_find_kind(d, "v1", "Deployment"),
		"not another's");
	ok(!kube_find_kind(d, "app/v1", "Deployment"), "nor a part of a group");
	r = kube_find_group_kind(d, "apps", "Deployment");
	ok(r && strcmp(r->version, "v1") == 0 && r->namespaced && r->can_patch && r->can_list,
		"the preferred version first");
	is_str(kube_server_version(d), "v1.34.4", "version");
	is_str(kube_discovery_warnings(d)[0], "metrics.k8s.io/v1beta1 is stale",
		"a stale group is a warning");
	ok(!kube_discovery_warnings(d)[1], "the only one");
	check_path(d, "pods", "a b", "x", "/api/v1/namespaces/a%20b/pods/x");
	check_path(d, "pods", NULL, NULL, "/api/v1/pods");
	check_path(d, "nodes", "shop", "n", "/api/v1/nodes/n");
	check_path(d, "deploy", "shop", NULL, "/apis/apps/v1/namespaces/shop/deployments");
}

static void test_aggregated(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /api ", .status = 200, .type = V2, .body = core, .sticky = true },
		{ .request = "GET /apis ", .status = 200, .type = V2, .body = groups },
		{ .request = "GET /apis ", .status = 200, .type = V2, .body = later },
		{ .request = "GET /apis ", .status = 503, .body = "no" },
		{ .request = "GET /version",
			.status = 200,
			.body = "{\"gitVersion\":\"v1.34.4\"}",
			.sticky = true },
		{ 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct kube_discovery *d = kube_discovery_new(kube);
	const struct kube_resource *deploy, *ingress, *pods;
	struct seen one = { 0 }, two = { 0 };

	kube_discover(d, on_done, &one);
	kube_discover(d, on_done, &two);
	kube_discover_cancel(d, &two);
	fake_turn_until(loop, &one.done);
	is_int(one.error.code, ERROR_NONE, "aggregated discovery");
	ok(!two.done, "a cancelled question gets no answer");
	check_types(d);
	check_first(d);
	check_words(d);
	deploy = kube_find_type(d, "deploy");
	ingress = kube_find_type(d, "ing");
	pods = kube_find_type(d, "pods");
	is_int(discover(d).error.code, ERROR_NONE, "a refresh");
	ok(kube_find_type(d, "pods") == pods, "what is the same keeps its place in memory");
	ok(kube_find_type(d, "deploy") == deploy,
		"what is stale stays known, at its place in memory");
	ok(!kube_find_type(d, "ing") && strcmp(ingress->kind, "Ingress") == 0,
		"what is gone is not found, but may be held");
	ok(kube_find_type(d, "widget"), "what is new is found");
	is_int(discover(d).error.code, ERROR_SERVER, "a refresh that fails");
	ok(kube_find_type(d, "widget") && kube_discovery_done(d), "keeps what was known");
	kube_discovery_free(d);
	kube_free(kube);
	free(fake_api_end(&api));
}

#define OLD(plural, kind) \
	"{\"name\":\"" plural "\",\"kind\":\"" kind \
	"\",\"singularName\":\"\",\"namespaced\":true,\"verbs\":[" READ "]}," \
	"{\"name\":\"" plural \
	"/status\",\"kind\":\"Sub\",\"namespaced\":true,\"verbs\":[\"get\"]}"

static void test_old(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /api ",
			.status = 200,
			.body = "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}" },
		{ .request = "GET /apis ",
			.status = 200,
			.body = "{\"kind\":\"APIGroupList\",\"groups\":["
				"{\"name\":\"apps\",\"versions\":[{\"version\":\"v1beta1\"},{\"version\":\"v1\"}],\"preferredVersion\":{\"version\":\"v1\"}},"
				"{\"name\":\"down.io\",\"versions\":[{\"version\":\"v1\"}]}]}" },
		{ .request = "GET /api/v1 ",
			.status = 200,
			.body = "{\"kind\":\"APIResourceList\",\"resources\":[" OLD(
				"pods", "Pod") "]}" },
		{ .request = "GET /apis/apps/v1 ",
			.status = 200,
			.body = "{\"kind\":\"APIResourceList\",\"resources\":[" OLD(
				"deployments", "Deployment") "]}" },
		{ .request = "GET /apis/apps/v1beta1 ",
			.status = 200,
			.body = "{\"kind\":\"APIResourceList\",\"resources\":[" OLD(
				"deployments", "Deployment") "]}" },
		{ .request = "GET /apis/down.io/v1 ",
			.status = 503,
			.body = "service unavailable" },
		{ 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct kube_discovery *d = kube_discovery_new(kube);
	const struct kube_resource *r;

	is_int(discover(d).error.code, ERROR_NONE, "the old documents");
	r = kube_find_type(d, "deployment");
	ok(r && strcmp(r->version, "v1") == 0, "the preferred version goes first");
	ok(kube_find_type(d, "pods") && !kube_find_type(d, "Sub"), "subresources are no kinds");
	is_str(kube_discovery_warnings(d)[0], "down.io/v1 could not be read",
		"a group that is down is a warning");
	ok(!kube_server_version(d), "no version");
	kube_discovery_free(d);
	kube_free(kube);
	free(fake_api_end(&api));
}

static const struct {
	struct fake_route api, apis;
	enum error_code code;
	const char *text;
} wrong[] = {
	{ { .status = 404 }, { .status = 200, .body = "[]" }, ERROR_PARSE,
		"ask the server for its kinds: the answer is no discovery document" },
	{ { .status = 200, .type = "text/html", .body = "<html><title>Login</title>" },
		{ .status = 200, .body = DOC(""), .type = V2 }, ERROR_PARSE,
		"ask the server for its kinds: a web page came instead of an API answer (HTTP 200) (\"Login\"); a proxy or a login page stands before the cluster" },
	{ { .status = 404 },
		{ .status = 403,
			.body = "{\"kind\":\"Status\",\"message\":\"forbidden: User \\\"a\\\" cannot get path \\\"/apis\\\"\"}" },
		ERROR_RBAC,
		"ask the server for its kinds: forbidden: User \"a\" cannot get path \"/apis\"" },
};

static void test_wrong(void)
{
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct fake_route routes[3] = { wrong[i].api, wrong[i].apis };
		struct fake_api api;
		struct kube_config config = { 0 };
		struct kube *kube;
		struct kube_discovery *d;
		struct seen seen;

		routes[0].request = "GET /api ";
		routes[1].request = "GET /apis ";
		api = fake_api_start(routes);
		kube = fake_api_client(&api, loop, &config);
		d = kube_discovery_new(kube);
		seen = discover(d);
		is_int(seen.error.code, wrong[i].code, "wrong answers");
		is_str(seen.error.text, wrong[i].text, "their sentence");
		ok(!kube_discovery_done(d), "nothing is known");
		kube_discover(d, on_done, &seen);
		kube_free(kube);
		kube_discovery_free(d);
		is_int(seen.count, 1, "freed while it asks");
		free(fake_api_end(&api));
	}
}

int main(void)
{
	struct error err = { 0 };

	loop = loop_new(&err);
	if (!loop)
		return 99;
	test_aggregated();
	test_old();
	test_wrong();
	loop_free(loop);
	return tap_done();
}
