/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the server what the user may do. */
#include "kube/access.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/mend.h"

struct kube_access {
	struct kube_call *call;
	kube_access_fn *done;
	void *arg;
};

static void answered(void *arg, const struct kube_answer *answer)
{
	struct kube_access *access = arg;
	kube_access_fn *done = access->done;
	void *done_arg = access->arg;
	struct error err = answer->error;
	json_t *review = NULL;
	const json_t *allowed;

	if (err.code == ERROR_NONE)
		review = mend_parse(answer->body, answer->body_len, &err);
	allowed = jx_get(review, "status.allowed");
	if (err.code == ERROR_NONE && !json_is_boolean(allowed))
		error_set(&err, ERROR_PARSE, "the access review's answer does not say whether");
	free(access);
	done(done_arg, &err, json_is_true(allowed));
	json_decref(review);
}

static char *body_of(const struct kube_access_question *question)
{
	const struct kube_resource *r = question->resource;
	json_t *attributes = json_pack("{s:s, s:s, s:s}", "verb", question->verb, "group", r->group,
		"resource", r->plural);
	json_t *review;
	char *body;

	if (r->namespaced && question->ns)
		json_object_set_new(attributes, "namespace", json_string(question->ns));
	review = json_pack("{s:s, s:s, s:{s:o}}", "apiVersion", "authorization.k8s.io/v1", "kind",
		"SelfSubjectAccessReview", "spec", "resourceAttributes", attributes);
	body = jx_dump(review);
	json_decref(review);
	return body;
}

struct kube_access *kube_access_ask(struct kube *kube, const struct kube_access_question *question,
	kube_access_fn *done, void *arg)
{
	struct kube_access *access = xcalloc(1, sizeof(*access));
	char *body = body_of(question);

	access->done = done;
	access->arg = arg;
	access->call = kube_send(kube,
		&(struct kube_request){
			.method = "POST",
			.path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
			.content_type = "application/json",
			.body = body,
			.body_len = strlen(body),
			.what = "ask what the user may do",
			.done = answered,
			.dropped = free,
			.arg = access,
		});
	free(body);
	return access;
}

void kube_access_cancel(struct kube_access *access)
{
	if (!access)
		return;
	kube_cancel(access->call);
	free(access);
}
