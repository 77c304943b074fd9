/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* SHA-256 (FIPS 180-4) of len bytes, as lower-case hexadecimal digits and a NUL. */
#define SHA256_HEX 65
void sha256_hex(const void *bytes, size_t len, char out[static SHA256_HEX]);
