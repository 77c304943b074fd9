/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

struct error;

/* A CA of its own, valid for a day, and a certificate of it for 127.0.0.1 and localhost. PEM,
 * owned. The CA's key is forgotten as soon as it has signed. */
struct tls {
	char *ca, *cert, *key;
};

bool tls_make(struct tls *tls, struct error *err);
void tls_release(struct tls *tls);
/* len random bytes as lower-case hex; out holds 2 * len + 1. */
bool tls_random_hex(char *out, unsigned len, struct error *err);
