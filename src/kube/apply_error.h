/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

struct kube_answer;
struct kube_apply_request;

/* Why the server did not take an object, with the way out where there is one. `what`
 * as in struct kube_request. The whole message is masked before it is cut. */
void apply_error(struct error *err, const char *what, const struct kube_apply_request *request,
	const struct kube_answer *answer);

/* True where the same apply may succeed later by itself. */
bool apply_error_is_weather(const struct error *err, const struct kube_answer *answer);
