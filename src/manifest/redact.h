/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

/* What stands for a secret value on every way out of the program. */
#define REDACTED "••••"

/* A copy (new reference) of a Kubernetes object as it may be shown: the values of a Secret's data
 * and stringData and the annotation kubectl.kubernetes.io/last-applied-configuration (of any
 * object) are REDACTED, and managedFields are gone. A List's items likewise. */
json_t *redact_object(const json_t *object);

/* A text that may quote a Secret's values (an admission message): each value of 4 bytes or more,
 * raw and base64, is replaced by REDACTED. To free(). secret may be NULL or of another kind: a
 * plain copy. */
char *redact_text(const char *text, const json_t *secret);
