/* SPDX-License-Identifier: Apache-2.0 */
/* The API: what a request asks for, whether it is allowed, and the answer. */

#include "sim/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "sim/apply.h"
#include "sim/reply.h"
#include "sim/world.h"

#define SEGMENTS_MAX 10

const char *request_query(const struct request *request, const char *key)
{
	for (size_t i = 0; i < request->nquery; i++) {
		if (strcmp(request->query[i].key, key) == 0)
			return request->query[i].value;
	}
	return NULL;
}

static bool fault_due(const struct sim *sim, struct fault *fault, const struct request *request)
{
	if (!glob_match(fault->path, request->full) ||
	    !glob_match(fault->method, request->method) || sim->now < fault->at ||
	    (fault->lasts && sim->now >= fault->at + fault->lasts))
		return false;
	return fault->seen++ >= fault->after_requests &&
		(!fault->times || fault->used++ < fault->times);
}

static void answer_code(const struct fault *fault, struct reply *reply)
{
	int code = (int)fault->code;
	json_t *details = NULL;

	if (fault->retry_after > 0) {
		details = json_pack("{s:I}", "retryAfterSeconds", (json_int_t)fault->retry_after);
		reply->retry_after = fault->retry_after;
	}
	reply_status(reply, code, reply_reason(code), details, "%s",
		fault->message ? fault->message : "the simulated server has a fault");
}

/* The scenario's fault for this request; false if there is none. */
static bool answer_fault(struct sim *sim, const struct request *request, struct reply *reply)
{
	for (size_t i = 0; i < sim->scenario.nfaults; i++) {
		struct fault *fault = &sim->scenario.faults[i];

		if (!fault_due(sim, fault, request))
			continue;
		reply->hang = fault->hang;
		reply->tear = fault->tear;
		if (fault->code)
			answer_code(fault, reply);
		return true;
	}
	return false;
}

static bool check_token(const struct sim *sim, const struct request *request, struct reply *reply)
{
	static const char scheme[] = "Bearer ";

	if (strncmp(request->authorization, scheme, strlen(scheme)) == 0 &&
	    strcmp(request->authorization + strlen(scheme), sim->token) == 0)
		return true;
	reply_status(reply, 401, "Unauthorized", NULL, "Unauthorized");
	return false;
}

static bool is_true(const char *value)
{
	return value && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

static const char *verb_of(const struct request *request, const struct route *route)
{
	const char *watch = request_query(request, "watch");

	if (strcmp(request->method, "GET") == 0)
		return route->name ? "get" : is_true(watch) ? "watch" : "list";
	if (strcmp(request->method, "PATCH") == 0)
		return "patch";
	if (strcmp(request->method, "POST") == 0)
		return "create";
	return strcmp(request->method, "PUT") == 0 ? "update" : "delete";
}

static void refuse_rbac(
	const struct route *route, const char *verb, const char *resource, struct reply *reply)
{
	char full[256], *where, *subject;

	kind_resource_name(route->kind, full, sizeof(full));
	where = route->ns ? xasprintf("in the namespace \"%s\"", route->ns)
			  : xstrdup("at the cluster scope");
	subject = route->name ? xasprintf("%s \"%s\"", full, route->name) : xstrdup(full);
	reply_status(reply, 403, "Forbidden", reply_details(route->kind, route->name),
		"%s is forbidden: User \"demo\" cannot %s resource \"%s\" in API group \"%s\" %s",
		subject, verb, resource, route->kind->group, where);
	free(where);
	free(subject);
}

bool api_allows(const struct sim *sim, const char *verb, const char *group, const char *resource,
	const char *ns)
{
	for (size_t i = 0; i < sim->scenario.nforbids; i++) {
		const struct forbid *f = &sim->scenario.forbids[i];

		if (glob_match(f->verb, verb) && glob_match(f->resource, resource) &&
		    glob_match(f->group, group) && glob_match(f->ns, ns))
			return false;
	}
	return true;
}

static bool check_rbac(const struct sim *sim, const struct request *request,
	const struct route *route, struct reply *reply)
{
	const char *verb = verb_of(request, route);
	char *resource = xasprintf("%s%s%s", route->kind->plural, route->subresource ? "/" : "",
		route->subresource ? route->subresource : "");
	bool allowed = api_allows(
		sim, verb, route->kind->group, resource, route->ns ? route->ns : "");

	if (!allowed)
		refuse_rbac(route, verb, resource, reply);
	free(resource);
	return allowed;
}

/* A resource that a known group does not have is a Status; any other path gets the mux's plain
 * text. */
static void answer_nowhere(const struct sim *sim, const char *path, struct reply *reply)
{
	for (size_t i = 0; i < sim->kinds.n; i++) {
		const struct kind *kind = sim->kinds.items[i];
		char *root = *kind->group ? xasprintf("/apis/%s/%s/", kind->group, kind->version)
					  : xasprintf("/api/%s/", kind->version);
		bool known = strncmp(path, root, strlen(root)) == 0;

		free(root);
		if (known) {
			reply_status(reply, 404, "NotFound", json_object(),
				"the server could not find the requested resource");
			return;
		}
	}
	reply->code = 404;
	reply->text = xstrdup("404 page not found\n");
}

static char *copy_segment(char *const *segments, size_t n, size_t i)
{
	return i < n ? xstrdup(segments[i]) : NULL;
}

/* Reads what stands behind /api/v1 or /apis/G/V. */
static void route_resource(const struct sim *sim, const char *group, const char *version,
	char **rest, size_t n, struct route *route)
{
	size_t at = 0;

	/* namespaces/NS/RESOURCE…, but namespaces/NAME[/status] is about the namespace itself. */
	if (n >= 3 && strcmp(rest[0], "namespaces") == 0 && strcmp(rest[2], "status") != 0 &&
	    strcmp(rest[2], "finalize") != 0) {
		route->ns = xstrdup(rest[1]);
		at = 2;
	}
	route->kind = kinds_by_resource(&sim->kinds, group, version, rest[at]);
	if (route->kind && !route->ns && n > at + 1 && route->kind->flags & KIND_NAMESPACED)
		route->kind = NULL;
	if (route->kind && route->ns && !(route->kind->flags & KIND_NAMESPACED))
		route->kind = NULL;
	route->name = copy_segment(rest, n, at + 1);
	route->subresource = copy_segment(rest, n, at + 2);
}

static void find_route(const struct sim *sim, const char *path, struct route *route)
{
	char *copy = xstrdup(path), *segments[SEGMENTS_MAX], *rest = NULL;
	size_t n = 0;

	memset(route, 0, sizeof(*route));
	for (char *s = strtok_r(copy, "/", &rest); s && n < SEGMENTS_MAX;
		s = strtok_r(NULL, "/", &rest))
		segments[n++] = s;
	if (n >= 3 && strcmp(segments[0], "api") == 0)
		route_resource(sim, "", segments[1], segments + 2, n - 2, route);
	else if (n >= 4 && strcmp(segments[0], "apis") == 0)
		route_resource(sim, segments[1], segments[2], segments + 3, n - 3, route);
	free(copy);
}

static void route_release(struct route *route)
{
	free(route->ns);
	free(route->name);
	free(route->subresource);
}

json_t *api_body(const struct request *request, struct reply *reply)
{
	struct error err = { 0 };
	struct yaml yaml;
	json_t *body = NULL;

	if (yaml_parse(&yaml, request->body, request->body_len, "body", &err)) {
		if (yaml.n == 1 && yaml.documents[0].root &&
		    yaml.documents[0].root->kind == YAML_MAPPING)
			body = yaml_to_json(yaml.documents[0].root, "body", &err);
		yaml_release(&yaml);
	}
	if (!body)
		reply_bad_request(
			reply, "error decoding YAML: %s", err.code ? err.text : "no object");
	return body;
}

static void answer_write(struct sim *sim, const struct request *request, const struct route *route,
	struct reply *reply)
{
	bool post = strcmp(request->method, "POST") == 0;
	struct apply apply = { .kind = route->kind,
		.ns = route->ns,
		.name = route->name,
		.manager = request_query(request, "fieldManager"),
		.force = is_true(request_query(request, "force")),
		.dry = request_query(request, "dryRun") != NULL };

	if (!post && strcmp(request->content_type, "application/apply-patch+yaml") != 0) {
		reply_status(reply, 415, "UnsupportedMediaType", json_object(),
			"415: Unsupported Media Type");
		return;
	}
	if (!post && (!apply.manager || !*apply.manager)) {
		reply_status(reply, 422, "Invalid",
			json_pack("{s:s,s:s,s:[{s:s,s:s,s:s}]}", "group", "meta.k8s.io", "kind",
				"PatchOptions", "causes", "reason", "FieldValueRequired", "message",
				"Required value: is required for apply patch", "field",
				"fieldManager"),
			"PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: "
			"Required value: is required for apply patch");
		return;
	}
	apply.body = api_body(request, reply);
	if (!apply.body)
		return;
	if (post) {
		apply.name = jx_str(apply.body, "metadata.name")
			? jx_str(apply.body, "metadata.name")
			: "";
		apply.manager = apply.manager ? apply.manager : "kubectl-create";
		apply_create(sim, &apply, reply);
	} else {
		apply_object(sim, &apply, reply);
	}
	json_decref(apply.body);
}

static void answer_named(struct sim *sim, const struct request *request, const struct route *route,
	struct reply *reply)
{
	struct object *obj = store_find(&sim->store, route->kind, route->ns, route->name);

	if (!obj) {
		reply_not_found(reply, route->kind, route->name);
	} else if (strcmp(request->method, "GET") == 0) {
		reply_object(reply, 200, obj->json);
	} else if (kind_is(obj->kind, "", "Pod") || jx_len(obj->json, "metadata.finalizers")) {
		store_delete(sim, obj);
		reply_object(reply, 200, obj->json);
	} else {
		reply->code = 200;
		reply->json = json_pack("{s:s,s:s,s:{},s:s,s:{s:s,s:s,s:s}}", "kind", "Status",
			"apiVersion", "v1", "metadata", "status", "Success", "details", "name",
			route->name, "kind", route->kind->plural, "uid", object_uid(obj));
		store_delete(sim, obj);
	}
}

static void answer_route(struct sim *sim, const struct request *request, const struct route *route,
	struct reply *reply)
{
	const char *method = request->method;
	bool get = strcmp(method, "GET") == 0;

	if (get && route->name && route->subresource && strcmp(route->subresource, "log") == 0 &&
	    kind_is(route->kind, "", "Pod"))
		api_log(sim, request, route, reply);
	else if (route->subresource && !(get && strcmp(route->subresource, "status") == 0))
		reply_status(reply, 404, "NotFound", json_object(),
			"the server could not find the requested resource");
	else if (route->name && (get || strcmp(method, "DELETE") == 0))
		answer_named(sim, request, route, reply);
	else if (!route->name && get && strcmp(verb_of(request, route), "list") == 0)
		api_list(sim, request, route, reply);
	else if ((route->name && strcmp(method, "PATCH") == 0) ||
		(!route->name && strcmp(method, "POST") == 0))
		answer_write(sim, request, route, reply);
	else
		reply_status(reply, 405, "MethodNotAllowed", json_object(),
			"the server does not allow this method on the requested resource");
}

void api_answer(struct sim *sim, const struct request *request, struct reply *reply)
{
	struct route route;

	if (answer_fault(sim, request, reply) || !check_token(sim, request, reply) ||
	    api_discovery(sim, request, reply) || api_review(sim, request, reply))
		return;
	find_route(sim, request->path, &route);
	if (!route.kind)
		answer_nowhere(sim, request->path, reply);
	else if (check_rbac(sim, request, &route, reply))
		answer_route(sim, request, &route, reply);
	route_release(&route);
}
