/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals of all kinds: their class and their sentence. */
#include "kube/status_error.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tests/unit/tap.h"

#define STATUS(code, reason, message) \
	"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"" reason \
	"\"," \
	"\"message\":\"" message "\",\"code\":" #code "}"

static const struct {
	int status;
	const char *type, *body;
	enum error_code code;
	const char *text;
} cases[] = {
	{ 403, "application/json",
		STATUS(403, "Forbidden",
			"pods is forbidden: User \\\"jane\\\" cannot list resource \\\"pods\\\" in API group \\\"\\\" in the namespace \\\"a\\\""),
		ERROR_RBAC,
		"W: pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"a\"" },
	{ 403, "application/json",
		STATUS(403, "Forbidden",
			"forbidden: User \\\"system:anonymous\\\" cannot get path \\\"/apis\\\""),
		ERROR_RBAC, "W: forbidden: User \"system:anonymous\" cannot get path \"/apis\"" },
	{ 403, "application/json",
		STATUS(403, "Forbidden",
			"pods \\\"a\\\" is forbidden: exceeded quota: q, requested: pods=1"),
		ERROR_REFUSED, "W: pods \"a\" is forbidden: exceeded quota: q, requested: pods=1" },
	{ 403, "application/json",
		STATUS(403, "Forbidden",
			"admission webhook \\\"w\\\" denied the request: User \\\"jane\\\" cannot have resource names"),
		ERROR_REFUSED,
		"W: admission webhook \"w\" denied the request: User \"jane\" cannot have resource names" },
	{ 401, "application/json", STATUS(401, "Unauthorized", "Unauthorized"), ERROR_UNAUTHORIZED,
		"W: Unauthorized" },
	{ 404, "application/json", STATUS(404, "NotFound", "pods \\\"a\\\" not found"),
		ERROR_NOT_FOUND, "W: pods \"a\" not found" },
	{ 409, "application/json", STATUS(409, "Conflict", "the object has been modified."),
		ERROR_CONFLICT, "W: the object has been modified" },
	{ 410, "application/json", STATUS(410, "Expired", "too old"), ERROR_GONE, "W: too old" },
	{ 504, "application/json", STATUS(504, "Timeout", "no"), ERROR_SERVER, "W: no" },
	{ 500, "application/json",
		STATUS(500, "", "failed to convert new object (/s; /v1, Kind=Secret) to proper version"),
		ERROR_REFUSED,
		"W: failed to convert new object (/s; /v1, Kind=Secret) to proper version" },
	{ 500, "application/json", STATUS(500, "", "etcdserver: request timed out"), ERROR_SERVER,
		"W: etcdserver: request timed out" },
	{ 500, "application/json", STATUS(500, "InternalError", "failed calling webhook"),
		ERROR_SERVER, "W: failed calling webhook" },
	{ 500, "application/json",
		STATUS(500, "",
			"failed to create typed patch object (a/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema"),
		ERROR_REFUSED, "W: unknown field \"spec.foo\"" },
	{ 500, "application/json",
		STATUS(500, "",
			"failed to create typed patch object (a/w; v1, Kind=X): errors:\\n  .a: field not declared in schema\\n  .b.c: expected numeric (int or float), got string"),
		ERROR_REFUSED,
		"W: unknown field \"a\", .b.c: expected numeric (int or float), got string" },
	{ 400, "application/json",
		STATUS(400, "BadRequest",
			"X in version \\\"v1\\\" cannot be handled as a X: strict decoding error: unknown field \\\"spec.foo\\\", unknown field \\\"b\\\""),
		ERROR_REFUSED, "W: unknown field \"spec.foo\", unknown field \"b\"" },
	{ 422, "application/json", STATUS(422, "Invalid", "no"), ERROR_REFUSED, "W: no" },
	{ 429, "application/json", STATUS(429, "TooManyRequests", "slow down"), ERROR_THROTTLED,
		"W: slow down" },
	{ 429, "text/plain", "Too many requests, please try again later.\n", ERROR_THROTTLED,
		"W: HTTP 429 without a Kubernetes status (\"Too many requests, please try again later.\")" },
	{ 502, "text/html", "<html><head><title> Bad Gateway\n</title><script>x</script>",
		ERROR_SERVER,
		"W: a web page came instead of an API answer (HTTP 502) (\"Bad Gateway\"); a proxy or a login page stands before the cluster" },
	{ 200, "text/html", "<!doctype html>", ERROR_PARSE,
		"W: a web page came instead of an API answer (HTTP 200); a proxy or a login page stands before the cluster" },
	{ 302, "", "", ERROR_PARSE,
		"W: the server answered with a redirect (HTTP 302), so it is no Kubernetes API" },
	{ 503, "application/json", "{\"kind\":[1]}", ERROR_SERVER,
		"W: HTTP 503 without a Kubernetes status (\"{\"kind\":[1]}\")" },
	{ 404, NULL, NULL, ERROR_NOT_FOUND, "W: HTTP 404 without a Kubernetes status" },
	{ 400, "application/json", "{\"kind\":\"Status\",\"message\":7,\"reason\":{}}",
		ERROR_REFUSED, "W: HTTP 400 without a message" },
	{ 400, "application/json", STATUS(400, "BadRequest", "a\\u001b[2Jb\\nc"), ERROR_REFUSED,
		"W: a\xef\xbf\xbd[2Jb c" },
};

static void test_huge(void)
{
	size_t len = 1 << 20;
	char *filler = xmalloc(len + 1), *body;
	struct status_answer answer = {
		.what = "W", .http_status = 422, .content_type = "application/json"
	};
	struct error err = { 0 };

	memset(filler, 'x', len);
	filler[len] = '\0';
	body = xasprintf("{\"kind\":\"Status\",\"message\":\"%s\"}", filler);
	answer.body = body;
	answer.body_len = strlen(body);
	json_decref(status_error(&err, &answer));
	ok(strlen(err.text) < sizeof(err.text) && text_is_display(err.text, TEXT_LINE),
		"a message of 1 MB is cut");
	free(body);
	free(filler);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct status_answer answer = {
			.what = "W",
			.http_status = cases[i].status,
			.content_type = cases[i].type,
			.body = cases[i].body,
			.body_len = cases[i].body ? strlen(cases[i].body) : 0,
		};
		struct error err = { 0 };
		json_t *status = status_error(&err, &answer);

		is_int(err.code, cases[i].code, cases[i].text);
		is_str(err.text, cases[i].text, "its sentence");
		json_decref(status);
	}
	test_huge();
	return tap_done();
}
