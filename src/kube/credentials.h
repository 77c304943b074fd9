/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

struct error;
struct kube_config;
struct loop;

/* Who we are: a fixed token, a token file that is read again, or an exec credential
 * plugin. One plugin runs at a time; who needs what it brings waits. */
struct credentials;

/* `ready` is called from the loop when a wait is over: ask credentials_get() again. config
 * is borrowed and must live longer. */
typedef void credentials_ready_fn(void *arg);
struct credentials *credentials_new(struct loop *loop, const struct kube_config *config,
	credentials_ready_fn *ready, void *arg);
void credentials_free(struct credentials *c);

enum credentials_state {
	CREDENTIALS_GOOD,   /* use credentials_token() and credentials_certificate() */
	CREDENTIALS_WAIT,   /* a plugin runs; ready() will come */
	CREDENTIALS_FAILED, /* *err says why; tried again a few seconds later */
};
enum credentials_state credentials_get(struct credentials *c, struct error *err);

/* Borrowed until the next call of credentials_get(); NULL: none. */
const char *credentials_token(const struct credentials *c);
/* The plugin's client certificate; false: it has none. */
bool credentials_certificate(
	const struct credentials *c, const char **cert_pem, const char **key_pem);
/* Grows whenever the credentials change. */
unsigned credentials_generation(const struct credentials *c);

/* The server answered 401 to what that generation held: it is not used again. false:
 * there is no way to get another. */
bool credentials_reject(struct credentials *c, unsigned generation);

/* The first plugin run; turns the loop until it ended. */
bool credentials_login(struct credentials *c, bool interactive, struct error *err);
/* Why later runs fail; NULL when all is well. */
const char *credentials_trouble(const struct credentials *c);
