/* SPDX-License-Identifier: Apache-2.0 */
/* Deletes one object. */
#include "kube/delete.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/client.h"
#include "kube/discovery.h"

struct kube_call *kube_delete(struct kube *kube, const struct kube_resource *resource,
	const char *ns, const char *name, const char *uid,
	void (*done)(void *arg, const struct kube_answer *answer), void *arg)
{
	json_t *options = json_pack("{s:s, s:s, s:s, s:{s:o}}", "kind", "DeleteOptions", "apiVersion",
		"v1", "propagationPolicy", "Background", "preconditions", "uid", jx_string(uid));
	char *body = jx_dump(options), *what = xasprintf("delete %s %s", resource->kind, name);
	struct kube_request request = {
		.method = "DELETE",
		.content_type = "application/json",
		.body = body,
		.body_len = strlen(body),
		.what = what,
		.done = done,
		.arg = arg,
	};
	struct kube_call *call;
	struct buf path;

	buf_init(&path, 0);
	kube_path(&path, resource, ns, name);
	request.path = buf_str(&path);
	call = kube_send(kube, &request);
	buf_release(&path);
	free(body);
	free(what);
	json_decref(options);
	return call;
}
