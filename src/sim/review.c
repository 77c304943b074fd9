/* SPDX-License-Identifier: Apache-2.0 */
/* What the user may do, as the scenario has it. */

#include <string.h>

#include "base/jx.h"
#include "sim/api.h"
#include "sim/reply.h"
#include "sim/world.h"

static const char *text(const json_t *review, const char *path)
{
	const char *s = jx_str(review, path);

	return s ? s : "";
}

bool api_review(struct sim *sim, const struct request *request, struct reply *reply)
{
	json_t *body;
	bool allowed;

	if (strcmp(request->method, "POST") != 0 ||
	    strcmp(request->path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") != 0)
		return false;
	body = api_body(request, reply);
	if (!body)
		return true;
	allowed = api_allows(sim, text(body, "spec.resourceAttributes.verb"),
		text(body, "spec.resourceAttributes.group"),
		text(body, "spec.resourceAttributes.resource"),
		text(body, "spec.resourceAttributes.namespace"));
	json_object_set_new(body, "status", json_pack("{s:b}", "allowed", allowed));
	reply->code = 201;
	reply->json = body;
	return true;
}
