/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Standard base64 (RFC 4648 section 4). Both results are the caller's to free() and
 * have a NUL behind their end. */
char *b64_encode(const void *bytes, size_t len);
/* White space is ignored and padding may be missing; false (nothing to free) for
 * anything else that is not base64. */
bool b64_decode(const char *s, char **out, size_t *len);
