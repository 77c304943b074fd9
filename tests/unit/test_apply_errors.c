/* SPDX-License-Identifier: Apache-2.0 */
/* Server-side apply: what it did, and why it did not. */
#include "kube/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "kube/discovery.h"
#include "tests/unit/fake_api.h"
#include "tests/unit/tap.h"

#define AT "/apis/apps/v1/namespaces/a/deployments/web"
#define GET "GET " AT " "
#define PATCH "PATCH " AT "?fieldManager=ksettle&fieldValidation=Strict&force=false "
#define WEB_REPLICAS(version, replicas) \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"resourceVersion\":\"" version \
	"\"," \
	"\"managedFields\":[{\"time\":\"" version "\"}]},\"spec\":{\"replicas\":" replicas \
	"},\"status\":{\"observedGeneration\":" version "}}"
#define WEB(version) WEB_REPLICAS(version, "1")
#define STATUS(message) "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"message\":\"" message "\"}"
#define CAUSE(manager, field) \
	"{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"" manager \
	"\\\" using apps/v1\",\"field\":\"" field "\"}"
#define CONFLICT(causes) \
	"{\"kind\":\"Status\",\"reason\":\"Conflict\",\"message\":\"Apply failed\",\"details\":{\"causes\":[" causes \
	"]}}"

static struct loop *loop;
static char *no_names[] = { NULL };
static const struct kube_resource deployments = {
	.group = (char *)"apps",
	.version = (char *)"v1",
	.kind = (char *)"Deployment",
	.plural = (char *)"deployments",
	.singular = (char *)"deployment",
	.short_names = no_names,
	.namespaced = true,
};

static const struct {
	const char *title;
	struct fake_route read, patch;
	enum applied applied;
	enum error_code code;
	const char *error;
	bool retryable;
} cases[] = {
	{ "created", { .status = 404 }, { .status = 201, .body = WEB("1") }, APPLIED_CREATED,
		ERROR_NONE, "", false },
	{ "unchanged", { .status = 200, .body = WEB("1") }, { .status = 200, .body = WEB("1") },
		APPLIED_UNCHANGED, ERROR_NONE, "", false },
	{ "changed", { .status = 200, .body = WEB("1") },
		{ .status = 200, .body = WEB_REPLICAS("2", "2") }, APPLIED_CHANGED, ERROR_NONE, "",
		false },
	{ "unchanged, while the controller wrote the status", { .status = 200, .body = WEB("1") },
		{ .status = 200, .body = WEB("2") }, APPLIED_UNCHANGED, ERROR_NONE, "", false },
	{ "may not be read, and is there",
		{ .status = 403, .body = STATUS("User \\\"a\\\" cannot get resource \\\"x\\\"") },
		{ .status = 200, .body = WEB("1") }, APPLIED_CHANGED, ERROR_NONE, "", false },
	{ "may not be read, and is new",
		{ .status = 403, .body = STATUS("User \\\"a\\\" cannot get resource \\\"x\\\"") },
		{ .status = 201, .body = WEB("1") }, APPLIED_CREATED, ERROR_NONE, "", false },
	{ "a conflict", { .status = 200, .body = WEB("1") },
		{ .status = 409, .body = CONFLICT(CAUSE("kubectl-edit", ".spec.replicas")) },
		APPLIED_FAILED, ERROR_CONFLICT,
		"apply Deployment a/web: conflict with manager \"kubectl-edit\" over .spec.replicas; set forceConflicts, or drop the field",
		false },
	{ "conflicts with two managers", { .status = 200, .body = WEB("1") },
		{ .status = 409,
			.body = CONFLICT(CAUSE("helm", ".a") "," CAUSE("edit", ".b") "," CAUSE(
				"helm", ".c") ",{},7") },
		APPLIED_FAILED, ERROR_CONFLICT,
		"apply Deployment a/web: conflict with manager \"helm\" over .a, .c and with manager \"edit\" over .b; "
		"set forceConflicts, or drop the field",
		false },
	{ "a write at the same moment", { .status = 200, .body = WEB("1") },
		{ .status = 409, .body = STATUS("the object has been modified") }, APPLIED_FAILED,
		ERROR_CONFLICT, "apply Deployment a/web: the object has been modified", true },
	{ "a wrong manifest", { .status = 404 },
		{ .status = 500,
			.body = STATUS(
				"failed to create typed patch object (a/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema") },
		APPLIED_FAILED, ERROR_REFUSED, "apply Deployment a/web: unknown field \"spec.foo\"",
		false },
	{ "a namespace that is missing", { .status = 404 },
		{ .status = 404, .body = STATUS("namespaces \\\"a\\\" not found") }, APPLIED_FAILED,
		ERROR_NOT_FOUND, "apply Deployment a/web: namespaces \"a\" not found", false },
	{ "RBAC", { .status = 404 },
		{ .status = 403, .body = STATUS("User \\\"a\\\" cannot patch resource \\\"x\\\"") },
		APPLIED_FAILED, ERROR_RBAC,
		"apply Deployment a/web: User \"a\" cannot patch resource \"x\"", false },
	{ "weather", { .status = 404 }, { .status = 503, .body = "later" }, APPLIED_FAILED,
		ERROR_SERVER,
		"apply Deployment a/web: HTTP 503 without a Kubernetes status (\"later\")", true },
	{ "weather before the apply", { .status = 429, .body = "later" }, { .status = 200 },
		APPLIED_FAILED, ERROR_THROTTLED,
		"apply Deployment a/web: HTTP 429 without a Kubernetes status (\"later\")", true },
	{ "no object comes back", { .status = 404 }, { .status = 200, .body = "[]" },
		APPLIED_FAILED, ERROR_PARSE,
		"apply Deployment a/web: the answer is not that object", false },
};

struct seen {
	bool done, complete;
	struct kube_apply_result result;
	char *warnings;
};

static void on_done(void *arg, const struct kube_apply_result *result)
{
	struct seen *seen = arg;

	seen->done = true;
	seen->result = *result;
	seen->complete = jx_str(result->object, "metadata.name")
		&& jx_get(result->object, "metadata.managedFields");
	free(seen->warnings);
	seen->warnings = xstrdup(result->warnings[0] ? result->warnings[0] : "");
}

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fake_route routes[3] = { cases[i].read, cases[i].patch };
		struct kube_apply_request request = {
			.resource = &deployments,
			.ns = "a",
			.name = "web",
			.body = "a: b\n",
			.body_len = 5,
		};
		struct kube_config config = { 0 };
		struct fake_api api;
		struct kube *kube;
		struct seen seen = { 0 };

		routes[0].request = GET;
		routes[1].request = PATCH;
		routes[1].needs = "\r\nContent-Type: application/apply-patch+yaml\r\n";
		api = fake_api_start(routes);
		kube = fake_api_client(&api, loop, &config);
		kube_apply(kube, &request, on_done, &seen);
		fake_turn_until(loop, &seen.done);
		is_int(seen.result.applied, cases[i].applied, cases[i].title);
		is_int(seen.result.error.code, cases[i].code, "its class");
		is_str(seen.result.error.text, cases[i].error, "its sentence");
		is_int(seen.result.retryable, cases[i].retryable, "worth a retry?");
		is_int(seen.complete, cases[i].code == ERROR_NONE, "its object");
		free(seen.warnings);
		kube_free(kube);
		free(fake_api_end(&api));
	}
}

/* Stands in for redact_text(). */
static char *mask(const char *text, const json_t *secret)
{
	const char *value = jx_str(secret, "value"), *at = strstr(text, value);

	return at ? xasprintf("%.*s••••%s", (int)(at - text), text, at + strlen(value))
		  : xstrdup(text);
}

static const struct {
	const char *title, *type, *body, *error;
} secrets[] = {
	{ "a message that quotes a Secret", NULL, STATUS("Invalid value: hunter2"),
		"apply Deployment a/web: Invalid value: ••••" },
	{ "a proxy that echoes it", "text/plain", "got hunter2",
		"apply Deployment a/web: HTTP 422 without a Kubernetes status" },
};

static void test_secrets(void)
{
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		const struct fake_route routes[] = {
			{ .request = "GET ", .status = 404 },
			{ .request = "PATCH ",
				.status = 422,
				.type = secrets[i].type,
				.body = secrets[i].body },
			{ .request = "GET ", .status = 404 },
			{ .request = "PATCH ",
				.status = 201,
				.body = WEB("1"),
				.headers = "Warning: 299 - \"hunter2 is weak\"\r\n" },
			{ 0 },
		};
		struct kube_apply_request request = {
			.resource = &deployments,
			.ns = "a",
			.name = "web",
			.body = "a",
			.body_len = 1,
			.mask = mask,
			.secret = json_pack("{ss}", "value", "hunter2"),
		};
		struct fake_api api = fake_api_start(routes);
		struct kube_config config = { 0 };
		struct kube *kube = fake_api_client(&api, loop, &config);
		struct seen seen = { 0 };

		kube_apply(kube, &request, on_done, &seen);
		fake_turn_until(loop, &seen.done);
		is_str(seen.result.error.text, secrets[i].error, secrets[i].title);
		seen.done = false;
		kube_apply(kube, &request, on_done, &seen);
		json_decref((json_t *)request.secret);
		fake_turn_until(loop, &seen.done);
		is_str(seen.warnings, "•••• is weak", "and so are warnings");
		free(seen.warnings);
		kube_free(kube);
		free(fake_api_end(&api));
	}
}

static void test_cancel(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET ", .status = 404, .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct kube_apply_request request = {
		.resource = &deployments, .ns = "a", .name = "web", .body = "a", .body_len = 1
	};
	struct seen seen = { 0 };

	kube_apply_cancel(kube_apply(kube, &request, on_done, &seen));
	kube_apply_cancel(NULL);
	kube_apply(kube, &request, on_done, &seen);
	kube_free(kube);
	ok(!seen.done, "canceled, or freed with the client: no callback");
	free(fake_api_end(&api));
}

int main(void)
{
	struct error err = { 0 };

	loop = loop_new(&err);
	if (!loop)
		return 99;
	test_cases();
	test_secrets();
	test_cancel();
	loop_free(loop);
	return tap_done();
}
