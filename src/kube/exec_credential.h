/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct kube_config;
struct kube_exec;

/* The messages that an exec credential plugin and its caller exchange: the
 * ExecCredential of client.authentication.k8s.io. */

/* What a plugin brought. Owned; NULL: absent. */
struct exec_credential {
	char *token, *cert_pem, *key_pem;
	int64_t expires_ms; /* wall clock; INT64_MAX: never */
};
void exec_credential_release(struct exec_credential *credential);

/* "KUBERNETES_EXEC_INFO={…}", to free(). */
char *exec_credential_info(const struct kube_config *config, bool interactive);
/* Reads a plugin's standard output. The message never quotes it. false: *out untouched. */
bool exec_credential_parse(struct exec_credential *out, const struct kube_exec *exec,
	const char *text, size_t len, struct error *err);
