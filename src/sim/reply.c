/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: objects, and the server's Status for what it refuses. */

#include "sim/reply.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/kinds.h"

void reply_release(struct reply *reply)
{
	json_decref(reply->json);
	free(reply->text);
	memset(reply, 0, sizeof(*reply));
}

void reply_object(struct reply *reply, int code, const json_t *object)
{
	reply->code = code;
	reply->json = json_incref((json_t *)object);
}

static void set_status(
	struct reply *reply, int code, const char *reason, json_t *details, const char *message)
{
	reply->code = code;
	reply->json = json_pack("{s:s,s:s,s:{},s:s,s:o,s:s*}", "kind", "Status", "apiVersion", "v1",
		"metadata", "status", "Failure", "message", jx_string(message), "reason", reason);
	if (details)
		json_object_set_new(reply->json, "details", details);
	json_object_set_new(reply->json, "code", json_integer(code));
}

void reply_status(struct reply *reply, int code, const char *reason, json_t *details_take,
	const char *fmt, ...)
{
	char *message;
	va_list ap;

	va_start(ap, fmt);
	message = xvasprintf(fmt, ap);
	va_end(ap);
	set_status(reply, code, reason, details_take, message);
	free(message);
}

json_t *reply_details(const struct kind *kind, const char *name)
{
	json_t *details = json_object();

	if (name)
		json_object_set_new(details, "name", json_string(name));
	if (*kind->group)
		json_object_set_new(details, "group", json_string(kind->group));
	json_object_set_new(details, "kind", json_string(kind->plural));
	return details;
}

void reply_not_found(struct reply *reply, const struct kind *kind, const char *name)
{
	char resource[256];

	kind_resource_name(kind, resource, sizeof(resource));
	reply_status(reply, 404, "NotFound", reply_details(kind, name), "%s \"%s\" not found",
		resource, name);
}

void reply_invalid(struct reply *reply, const struct kind *kind, const char *name,
	const char *field, const char *message)
{
	json_t *details = reply_details(kind, name);

	json_object_set_new(details, "kind", json_string(kind->kind));
	json_object_set_new(details, "causes",
		json_pack("[{s:s,s:s,s:s}]", "reason", "FieldValueInvalid", "message", message,
			"field", field));
	reply_status(reply, 422, "Invalid", details, "%s%s%s \"%s\" is invalid: %s: %s", kind->kind,
		*kind->group ? "." : "", kind->group, name, field, message);
}

void reply_bad_request(struct reply *reply, const char *fmt, ...)
{
	char *message;
	va_list ap;

	va_start(ap, fmt);
	message = xvasprintf(fmt, ap);
	va_end(ap);
	set_status(reply, 400, "BadRequest", NULL, message);
	free(message);
}

const char *reply_reason(int code)
{
	switch (code) {
	case 400:
		return "BadRequest";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "NotFound";
	case 409:
		return "Conflict";
	case 410:
		return "Expired";
	case 422:
		return "Invalid";
	case 429:
		return "TooManyRequests";
	case 500:
		return "InternalError";
	case 503:
		return "ServiceUnavailable";
	case 504:
		return "Timeout";
	default:
		return "Unknown";
	}
}
