/* SPDX-License-Identifier: Apache-2.0 */
/* What the poller asks a server for, and what it makes of the answers. Each case is a server made of a table, the
 * objects that are given, and what must have happened after some answers: rows and requests. */
#include "track/poll.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "kube/discovery.h"
#include "record/event.h"
#include "record/journal.h"
#include "record/model.h"
#include "tests/unit/fake_api.h"
#include "tests/unit/tap.h"
#include "track/tracker.h"

#define KIND(plural, kind) \
	"{\"resource\":\"" plural "\",\"responseKind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"" kind "\"}," \
	"\"scope\":\"Namespaced\",\"singularResource\":\"\",\"shortNames\":[],\"verbs\":[\"get\",\"list\",\"patch\",\"watch\"]}"
#define GROUP(name, kinds) \
	"{\"metadata\":{\"name\":\"" name "\"},\"versions\":[{\"version\":\"v1\",\"freshness\":\"Current\",\"resources\":[" kinds "]}]}"
#define DOC(items) "{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/v2\",\"items\":[" items "]}"
#define V2 "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
#define CORE DOC("{\"versions\":[{\"version\":\"v1\",\"freshness\":\"Current\",\"resources\":[" \
	KIND("configmaps", "ConfigMap") "," KIND("pods", "Pod") "," KIND("events", "Event") "," KIND("secrets", "Secret") "]}]}")
#define GROUPS DOC(GROUP("apps", KIND("deployments", "Deployment") "," KIND("replicasets", "ReplicaSet")) "," \
	GROUP("batch", KIND("jobs", "Job")))
#define DISCOVERY \
	{ .request = "GET /api ", .status = 200, .body = CORE, .type = V2, .sticky = true }, \
	{ .request = "GET /apis ", .status = 200, .body = GROUPS, .type = V2, .sticky = true }, \
	{ .request = "GET /version", .status = 404, .body = "", .sticky = true }

#define NS "/namespaces/shop/"
#define MAPS "GET /api/v1" NS "configmaps"
#define SECRETS "GET /api/v1" NS "secrets"
#define WATCH "?watch=true&timeoutSeconds=290&resourceVersion="
#define JOBS "GET /apis/batch/v1" NS "jobs"
#define PODS "GET /api/v1" NS "pods"
#define SETS "GET /apis/apps/v1" NS "replicasets"
#define DEPLOYMENTS "GET /apis/apps/v1" NS "deployments"
#define EVENTS "GET /api/v1" NS "events"

#define META(name, uid, more) "\"metadata\":{\"name\":\"" name "\",\"namespace\":\"shop\",\"uid\":\"" uid "\"" more "}"
#define OWNED(uid) ",\"ownerReferences\":[{\"uid\":\"" uid "\",\"controller\":true,\"kind\":\"X\",\"name\":\"x\"}]"
#define ITEM(name, uid) "{" META(name, uid, "") "}"
#define MAP(name, uid) "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," META(name, uid, "") "}"
#define LIST(items) "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[" items "]}"
#define LIST_AT(version, items) \
	"{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"" version "\"},\"items\":[" items "]}"
#define SECRET(name, version) "{\"apiVersion\":\"v1\",\"kind\":\"Secret\"," META(name, name, ",\"resourceVersion\":\"" version "\"") "}"
#define RING "{\"type\":\"MODIFIED\",\"object\":{}}\n"
#define FORBIDDEN(verb, kind) \
	"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":403,\"reason\":\"Forbidden\",\"message\":\"" kind \
	" is forbidden: User \\\"ci\\\" cannot " verb " resource \\\"" kind "\\\" in API group \\\"\\\"\"}"
#define WEB(ready) \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\"," META("web", "d", ",\"generation\":1") \
	",\"spec\":{\"replicas\":1,\"selector\":{\"matchLabels\":{\"app\":\"web\"}}}" \
	",\"status\":{\"observedGeneration\":1,\"replicas\":1,\"updatedReplicas\":1,\"readyReplicas\":" ready \
	",\"availableReplicas\":" ready "}}"
#define SET_WEB "{" META("web-1", "r", ",\"generation\":1" OWNED("d")) \
	",\"spec\":{\"replicas\":1},\"status\":{\"observedGeneration\":1,\"replicas\":1,\"readyReplicas\":1," \
	"\"availableReplicas\":1}}"
#define POD_WEB "{" META("web-1-a", "p", OWNED("r")) ",\"status\":{\"phase\":\"Running\"}}"
#define POD_OTHER "{" META("other", "o", "") ",\"status\":{\"phase\":\"Running\"}}"
#define JOB_M "{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\"," META("m", "j", "") \
	",\"spec\":{\"ttlSecondsAfterFinished\":0,\"selector\":{\"matchLabels\":{\"job\":\"m\"}}},\"status\":{\"active\":1}}"
#define EVENT(reason) "{" META("m.1", "e", "") ",\"reason\":\"" reason "\",\"message\":\"as it is\",\"involvedObject\":{\"uid\":\"j\"}}"

/* KIND/NAME: found, gone, absent (there is no row), or trouble and a part of its sentence; or a request and how often
 * it came at least (0: never) and at most (0: any number of times). */
struct want { const char *row, *is, *part; const char *request; int times, most; };

struct scenario {
	const char *name;
	const char *given[9];         /* KIND/NAME */
	const struct fake_route routes[24];
	const char *until_row, *until; /* a row and what it must become */
	const char *until_request;    /* … or a request that must have come */
	bool until_fatal, until_fresh; /* … and every question that counts has its answer */
	const struct want wants[8];
};

#define SIX "ConfigMap/a", "ConfigMap/b", "ConfigMap/c", "ConfigMap/d", "ConfigMap/e", "ConfigMap/f"
#define SIX_ITEMS ITEM("a", "1") "," ITEM("b", "2") "," ITEM("c", "3") "," ITEM("d", "4") "," ITEM("e", "5")
#define SIX_SECRETS "Secret/a", "Secret/b", "Secret/c", "Secret/d", "Secret/e", "Secret/f"
#define LIST_FIVE { .request = SECRETS "?limit", .status = 200, .body = LIST_AT("7", SIX_ITEMS) }
#define LIST_ALL { .request = SECRETS "?limit", .status = 200, .body = LIST_AT("9", SIX_ITEMS "," ITEM("f", "6")), .sticky = true }
#define GET_MAP(name) { .request = MAPS "/" name " ", .status = 200, .body = MAP(name, name), .sticky = true }

static const struct scenario scenarios[] = {
	{ .name = "few objects are asked for one by one",
		.given = { "ConfigMap/a", "ConfigMap/b" },
		.routes = { DISCOVERY, GET_MAP("a") },
		.until_row = "ConfigMap/b", .until = "gone",
		.wants = { { .row = "ConfigMap/a", .is = "found" }, { .row = "ConfigMap/b", .is = "gone" }, { .request = MAPS "?", .times = 0 } } },
	{ .name = "many by one list, which tells who is missing",
		.given = { SIX },
		.routes = { DISCOVERY, { .request = MAPS "?limit=500 ", .status = 200, .body = LIST(SIX_ITEMS), .sticky = true } },
		.until_row = "ConfigMap/f", .until = "gone",
		.wants = { { .row = "ConfigMap/a", .is = "found" }, { .row = "ConfigMap/e", .is = "found" }, { .request = MAPS "/", .times = 0 } } },
	{ .name = "but one by one in a crowd",
		.given = { SIX },
		.routes = { DISCOVERY,
			{ .request = MAPS "?limit=500 ", .status = 200, .body = "{\"kind\":\"List\",\"metadata\":{\"continue\":\"t\","
				"\"remainingItemCount\":500},\"items\":[" SIX_ITEMS "]}", .sticky = true },
			{ .request = MAPS "?limit=500&continue=t", .status = 200, .body = LIST(ITEM("f", "6")), .sticky = true },
			{ .request = MAPS "/", .status = 200, .body = MAP("f", "6"), .sticky = true } },
		.until_request = MAPS "/f ",
		.wants = { { .row = "ConfigMap/f", .is = "found" }, { .request = MAPS "/a ", .times = 1 } } },
	{ .name = "who may not list gets",
		.given = { SIX },
		.routes = { DISCOVERY, { .request = MAPS "?", .status = 403, .body = FORBIDDEN("list", "configmaps"), .sticky = true },
			GET_MAP("a"), GET_MAP("b"), GET_MAP("c"), GET_MAP("d"), GET_MAP("e"), GET_MAP("f") },
		.until_row = "ConfigMap/f", .until = "found",
		.wants = { { .request = MAPS "?", .times = 1 } } },
	{ .name = "who may not get lists",
		.given = { "ConfigMap/a" },
		.routes = { DISCOVERY, { .request = MAPS "/a", .status = 403, .body = FORBIDDEN("get", "configmaps"), .sticky = true },
			{ .request = MAPS "?", .status = 200, .body = LIST(ITEM("a", "1")), .sticky = true } },
		.until_row = "ConfigMap/a", .until = "found" },
	{ .name = "who may do neither cannot go on",
		.given = { "ConfigMap/a" },
		.routes = { DISCOVERY, { .request = MAPS "/a", .status = 403, .body = FORBIDDEN("get", "configmaps"), .sticky = true },
			{ .request = MAPS "?", .status = 403, .body = FORBIDDEN("list", "configmaps"), .sticky = true } },
		.until_fatal = true,
		.wants = { { .row = "ConfigMap/a", .is = "trouble", .part = "cannot list resource" } } },
	{ .name = "refused credentials end it",
		.given = { "ConfigMap/a" },
		.routes = { DISCOVERY, { .request = MAPS "/a", .status = 401, .body = "{}", .sticky = true } },
		.until_fatal = true },
	{ .name = "what does not change is watched, and not asked for",
		.given = { SIX_SECRETS, "ConfigMap/a" },
		.routes = { DISCOVERY, LIST_ALL, { .request = SECRETS WATCH "9 ", .status = FAKE_HANG, .sticky = true },
			{ .request = MAPS, .status = 200, .body = MAP("a", "1") }, { .request = MAPS, .status = 200, .body = MAP("a", "1") },
			{ .request = MAPS, .status = 200, .body = MAP("a", "1") }, { .request = MAPS, .status = 200, .body = MAP("a", "1") },
			{ .request = MAPS, .status = 200, .body = MAP("a", "1") }, { .request = MAPS, .status = 200, .body = MAP("a", "1") },
			{ .request = MAPS, .status = 200, .body = MAP("a", "1") }, { .request = MAPS, .status = 200, .body = MAP("a", "1") } },
		.until_row = "ConfigMap/a", .until = "gone",
		.wants = { { .row = "Secret/f", .is = "found" }, { .request = SECRETS "?limit", .times = 2, .most = 2 },
			{ .request = SECRETS WATCH, .times = 1, .most = 1 } } },
	{ .name = "the watch rings, and the list says why",
		.given = { SIX_SECRETS },
		.routes = { DISCOVERY, LIST_FIVE, LIST_FIVE, LIST_ALL, { .request = SECRETS WATCH "7 ", .status = 200, .body = RING } },
		.until_row = "Secret/f", .until = "found",
		.wants = { { .request = SECRETS WATCH "7 ", .times = 1, .most = 1 } } },
	{ .name = "a single object is watched by its name",
		.given = { "Secret/a" },
		.routes = { DISCOVERY, { .request = SECRETS "/a ", .status = 200, .body = SECRET("a", "5") },
			{ .request = SECRETS "/a ", .status = 200, .body = SECRET("a", "5") },
			{ .request = SECRETS WATCH "5&fieldSelector=metadata.name%3Da ", .status = 200, .body = RING } },
		.until_row = "Secret/a", .until = "gone",
		.wants = { { .request = SECRETS WATCH, .times = 1, .most = 1 } } },
	{ .name = "who may not watch asks on",
		.given = { SIX_SECRETS },
		.routes = { DISCOVERY, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_ALL,
			{ .request = SECRETS WATCH, .status = 403, .body = FORBIDDEN("watch", "secrets"), .sticky = true } },
		.until_row = "Secret/f", .until = "found",
		.wants = { { .request = SECRETS WATCH, .times = 1, .most = 1 } } },
	{ .name = "a server in trouble may be watched again",
		.given = { SIX_SECRETS },
		.routes = { DISCOVERY, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_ALL,
			{ .request = SECRETS WATCH, .status = 503, .body = "{}" }, { .request = SECRETS WATCH, .status = 429, .body = "{}" },
			{ .request = SECRETS WATCH, .status = 200, .body = RING } },
		.until_row = "Secret/f", .until = "found",
		.wants = { { .request = SECRETS WATCH, .times = 3, .most = 3 } } },
	{ .name = "watches that something cuts are given up",
		.given = { SIX_SECRETS },
		.routes = { DISCOVERY, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_FIVE, LIST_ALL,
			{ .request = SECRETS WATCH, .status = 0, .sticky = true } },
		.until_row = "Secret/f", .until = "found",
		.wants = { { .request = SECRETS WATCH, .times = 3, .most = 6 /* each is tried twice */ } } },
	{ .name = "an error is asked again, and is not an answer",
		.given = { "ConfigMap/a" },
		.routes = { DISCOVERY, { .request = MAPS "/a", .status = 500, .body = "{}" }, GET_MAP("a") },
		.until_row = "ConfigMap/a", .until = "found" },
	{ .name = "children by their owner's selector; what is nobody's is forgotten; what goes loses its row",
		.given = { "Deployment/web" },
		.routes = { DISCOVERY,
			{ .request = DEPLOYMENTS "/web ", .status = 200, .body = WEB("1"), .sticky = true },
			{ .request = SETS "?limit=500&labelSelector=app%20in%20%28web%29", .status = 200, .body = LIST(SET_WEB), .sticky = true },
			{ .request = PODS "?limit=500&labelSelector=app%20in%20%28web%29", .status = 200, .body = LIST(POD_OTHER "," POD_WEB) },
			{ .request = PODS "?limit=500&labelSelector=app%20in%20%28web%29", .status = 200, .body = LIST(POD_OTHER "," POD_WEB) },
			{ .request = PODS, .status = 200, .body = LIST(POD_OTHER), .sticky = true } },
		.until_row = "Pod/web-1-a", .until = "dropped",
		.wants = { { .row = "ReplicaSet/web-1", .is = "found" }, { .row = "Pod/web-1-a", .is = "absent" }, { .row = "Pod/other", .is = "absent" } } },
	{ .name = "what was nobody's is looked at again when its owner was seen",
		.given = { "Deployment/web" },
		.routes = { DISCOVERY, { .request = DEPLOYMENTS "/web ", .status = 200, .body = WEB("1"), .sticky = true },
			{ .request = SETS "?", .status = 200, .body = LIST("") },
			{ .request = SETS "?", .status = 200, .body = LIST("") },
			{ .request = SETS "?", .status = 200, .body = LIST(SET_WEB), .sticky = true },
			{ .request = PODS "?", .status = 200, .body = LIST(POD_WEB), .sticky = true } },
		.until_row = "Pod/web-1-a", .until = "found" },
	{ .name = "… be it that a watch says nothing of it",
		.given = { "Deployment/web" },
		.routes = { DISCOVERY, { .request = DEPLOYMENTS "/web ", .status = 200, .body = WEB("1"), .sticky = true },
			{ .request = SETS "?", .status = 200, .body = LIST("") },
			{ .request = SETS "?", .status = 200, .body = LIST("") },
			{ .request = SETS "?", .status = 200, .body = LIST("") },
			{ .request = SETS "?", .status = 200, .body = LIST("") },
			{ .request = SETS "?", .status = 200, .body = LIST("") },
			{ .request = SETS "?", .status = 200, .body = LIST(SET_WEB), .sticky = true },
			{ .request = PODS WATCH, .status = FAKE_HANG, .sticky = true },
			{ .request = PODS "?", .status = 200, .body = LIST_AT("3", POD_WEB), .sticky = true } },
		.until_row = "Pod/web-1-a", .until = "found",
		.wants = { { .request = PODS WATCH "3", .times = 1 } } },
	{ .name = "children that may not be listed are a note, and nobody waits for them",
		.given = { "Deployment/web" },
		.routes = { DISCOVERY, { .request = DEPLOYMENTS "/web ", .status = 200, .body = WEB("1"), .sticky = true },
			{ .request = SETS "?", .status = 200, .body = LIST(SET_WEB), .sticky = true },
			{ .request = PODS "?", .status = 403, .body = FORBIDDEN("list", "pods"), .sticky = true } },
		.until_row = "Deployment/web", .until = "children", .until_fresh = true,
		.wants = { { .row = "Deployment/web", .is = "children", .part = "cannot list pods: forbidden" } } },
	{ .name = "a Job that its TTL removed is judged by its event",
		.given = { "Job/m" },
		.routes = { DISCOVERY, { .request = JOBS "/m ", .status = 200, .body = JOB_M },
			{ .request = PODS "?", .status = 200, .body = LIST(""), .sticky = true },
			{ .request = EVENTS "?limit=500&fieldSelector=involvedObject.uid%3Dj", .status = 200,
				.body = LIST(EVENT("SuccessfulCreate") "," EVENT("BackoffLimitExceeded")), .sticky = true } },
		.until_row = "Job/m", .until = "ended",
		.wants = { { .request = EVENTS, .times = 1 } } },
	{ .name = "an object that cannot be read has a row that says so",
		.given = { SIX },
		.routes = { DISCOVERY, { .request = MAPS "?", .status = 200,
			.body = LIST(SIX_ITEMS ",{" META("f", "6", "") ",\"data\":{\"a\":nope}}"), .sticky = true } },
		.until_row = "ConfigMap/f", .until = "trouble",
		.wants = { { .row = "ConfigMap/a", .is = "found" } } },
	{ .name = "a kind that the server does not know is no answer",
		.given = { "Widget/w", "ConfigMap/a" },
		.routes = { DISCOVERY, GET_MAP("a") },
		.until_row = "ConfigMap/a", .until = "found",
		.wants = { { .row = "Widget/w", .is = "trouble", .part = "does not know this kind" } } },
};

struct world {
	struct loop *loop;
	struct kube *kube;
	struct kube_discovery *discovery;
	struct model model;
	struct recorder *recorder;
	struct tracker *tracker;
	struct poller *poller;
	struct fake_api api;
	bool discovered, fatal, had;
	char *log;
};

static void discovered(void *arg, const struct error *err)
{
	struct world *w = arg;

	(void)err;
	w->discovered = true;
}

static void answer(void *arg)
{
	(void)arg;
}

static void fatal(void *arg, const struct error *err)
{
	struct world *w = arg;

	(void)err;
	w->fatal = true;
}

static struct tracked *find(const struct world *w, const char *row)
{
	for (size_t i = 0; i < w->tracker->n; i++) {
		struct tracked *o = w->tracker->objects[i];
		char *name = xasprintf("%s/%s", o->kind, o->name);
		bool is = strcmp(name, row) == 0;

		free(name);
		if (is)
			return o;
	}
	return NULL;
}

static bool is(struct world *w, const char *row, const char *what, const char *part)
{
	const struct tracked *o = find(w, row);
	const char *text = NULL;

	w->had |= o != NULL;
	if (!o)
		return strcmp(what, "absent") == 0 || (strcmp(what, "dropped") == 0 && w->had);
	if (strcmp(what, "found") == 0)
		return o->seen && o->fresh && !o->gone && !o->trouble;
	if (strcmp(what, "gone") == 0)
		return o->gone && !o->trouble;
	if (strcmp(what, "ended") == 0)
		return o->gone && o->judged.finished && o->judged.status == STATUS_ERROR;
	if (strcmp(what, "trouble") == 0)
		text = o->trouble;
	if (strcmp(what, "children") == 0)
		text = o->children_trouble;
	return text && (!part || strstr(text, part));
}

static char *log_of(const struct world *w)
{
	off_t len = lseek(w->api.log, 0, SEEK_END);
	char *text = xcalloc(1, (size_t)len + 1);

	if (pread(w->api.log, text, (size_t)len, 0) != len)
		exit(99);
	return text;
}

static bool is_reached(struct world *w, const struct scenario *c)
{
	char *log;
	bool came;

	if (c->until_fatal)
		return w->fatal;
	if (c->until_row)
		return is(w, c->until_row, c->until, NULL) && (!c->until_fresh || poller_fresh_since(w->poller) >= 0);
	log = log_of(w);
	came = strstr(log, c->until_request) != NULL;
	free(log);
	return came;
}

static void give(struct world *w, const char *what)
{
	static const struct { const char *kind, *api_version; } kinds[] = {
		{ "ConfigMap", "v1" }, { "Secret", "v1" }, { "Deployment", "apps/v1" }, { "Job", "batch/v1" }, { "Widget", "x.io/v1" },
	};
	const char *name = strchr(what, '/') + 1;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strncmp(kinds[i].kind, what, strlen(kinds[i].kind)) == 0)
			poller_add(w->poller, tracker_add(w->tracker, kinds[i].api_version, kinds[i].kind, "shop", name, APPLIED_NONE,
				NULL, NULL, NULL, NULL, NULL, clock_now_ms()));
}

static void open_world(struct world *w, const struct fake_route *routes)
{
	struct verify verify = VERIFY_DEFAULTS;
	struct poller_handler handler = { answer, fatal, w };
	struct kube_config config = { 0 };
	struct error err = { 0 };

	verify.poll_ms = 20;
	verify.wait_for_jobs = true;
	*w = (struct world){ .loop = loop_new(&err) };
	model_init(&w->model);
	w->recorder = recorder_new(&w->model, NULL, &err);
	recorder_emit(w->recorder, event_run_start("r", "p", "v", 1, json_pack("[{s:s, s:s}]", "name", "one", "type", "watch")));
	w->api = fake_api_start(routes);
	w->kube = fake_api_client(&w->api, w->loop, &config);
	w->discovery = kube_discovery_new(w->kube);
	kube_discover(w->discovery, discovered, w);
	fake_turn_until(w->loop, &w->discovered);
	w->tracker = tracker_new(w->recorder, 0, &verify, clock_now_ms());
	w->poller = poller_new(w->loop, w->kube, w->discovery, w->tracker, &handler);
}

static void close_world(struct world *w)
{
	poller_free(w->poller);
	tracker_free(w->tracker);
	kube_discovery_free(w->discovery);
	kube_free(w->kube);
	recorder_free(w->recorder);
	model_release(&w->model);
	loop_free(w->loop);
	free(fake_api_end(&w->api));
}

static bool is_between(int n, int times, int most)
{
	return n >= times && (n == 0 || times > 0) && (!most || n <= most);
}

static void check_wants(struct world *w, const struct scenario *c)
{
	char *log = log_of(w), name[512];

	for (const struct want *want = c->wants; want->row || want->request; want++) {
		snprintf(name, sizeof(name), "%s: %s %s", c->name, want->row ? want->row : want->request, want->row ? want->is : "");
		if (want->row)
			ok(is(w, want->row, want->is, want->part), name);
		else
			ok(is_between(fake_count(log, want->request), want->times, want->most), name);
	}
	free(log);
}

static void play(const struct scenario *c)
{
	struct error err = { 0 };
	struct world w;
	bool reached = false;

	open_world(&w, c->routes);
	tracker_apply_ended(w.tracker, clock_now_ms());
	for (size_t i = 0; c->given[i]; i++)
		give(&w, c->given[i]);
	ok(poller_fresh_since(w.poller) < 0, "nothing is known before the first answer");
	poller_start(w.poller);
	for (int64_t end = clock_now_ms() + 30000; !reached && clock_now_ms() < end; reached = is_reached(&w, c))
		if (!loop_turn(w.loop, 100, &err))
			abort();
	ok(reached, c->name);
	check_wants(&w, c);
	close_world(&w);
}

/* A source that does not answer holds back what all together know, and is overdue in the end. */
static void test_health(void)
{
	static const struct fake_route routes[] = { DISCOVERY, GET_MAP("a"),
		{ .request = MAPS "/b ", .status = 503, .body = "{}", .sticky = true }, { 0 } };
	struct poller_health health;
	struct error err = { 0 };
	struct world w;

	open_world(&w, routes);
	tracker_apply_ended(w.tracker, clock_now_ms());
	give(&w, "ConfigMap/a");
	give(&w, "ConfigMap/b");
	poller_start(w.poller);
	while (!is(&w, "ConfigMap/a", "found", NULL) || !poller_health(w.poller, clock_now_ms()).retrying)
		if (!loop_turn(w.loop, 100, &err))
			abort();
	ok(poller_fresh_since(w.poller) < 0, "no fresh look while one question was never answered");
	health = poller_health(w.poller, clock_now_ms());
	ok(health.retrying && !health.stale && health.message, "it is being asked again");
	health = poller_health(w.poller, clock_now_ms() + 60000);
	ok(health.stale && find(&w, "ConfigMap/b")->stale, "a minute later nothing is known of it");
	ok(poller_reached(w.poller), "the cluster was reached");
	close_world(&w);
}

/* A free in the middle of open questions leaves nothing behind (ASan says so). */
static void test_free(void)
{
	static const struct fake_route routes[] = { DISCOVERY, { 0 } };
	struct world w;

	open_world(&w, routes);
	tracker_apply_ended(w.tracker, clock_now_ms());
	give(&w, "ConfigMap/a");
	give(&w, "Widget/w");
	poller_start(w.poller);
	loop_turn(w.loop, 0, NULL);
	close_world(&w);
	ok(true, "freed with questions open");
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
		play(&scenarios[i]);
	test_health();
	test_free();
	return tap_done();
}
