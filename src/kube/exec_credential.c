/* SPDX-License-Identifier: Apache-2.0 */
/* ExecCredential: what an exec plugin is told, and what it answers. */
#include "kube/exec_credential.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/kubeconfig.h"
#include "kube/kubeconfig_parts.h"

void exec_credential_release(struct exec_credential *credential)
{
	kubeconfig_secret_free(credential->token);
	kubeconfig_secret_free(credential->key_pem);
	free(credential->cert_pem);
	*credential = (struct exec_credential){ 0 };
}

static json_t *cluster_info(const struct kube_config *config)
{
	json_t *cluster = json_object();

	json_object_set_new(cluster, "server", jx_string(config->server));
	if (config->tls_server_name)
		json_object_set_new(cluster, "tls-server-name", jx_string(config->tls_server_name));
	if (config->insecure)
		json_object_set_new(cluster, "insecure-skip-tls-verify", json_true());
	if (config->ca_pem) {
		char *ca = b64_encode(config->ca_pem, strlen(config->ca_pem));

		json_object_set_new(cluster, "certificate-authority-data", jx_string(ca));
		free(ca);
	}
	if (config->no_compression)
		json_object_set_new(cluster, "disable-compression", json_true());
	if (config->exec->cluster_config)
		json_object_set_new(cluster, "config",
			json_loads(config->exec->cluster_config, JSON_DECODE_ANY, NULL));
	return cluster;
}

char *exec_credential_info(const struct kube_config *config, bool interactive)
{
	json_t *info = json_object(), *spec = json_object();
	char *text, *variable;

	json_object_set_new(info, "kind", json_string("ExecCredential"));
	json_object_set_new(info, "apiVersion", jx_string(config->exec->api_version));
	json_object_set_new(spec, "interactive", json_boolean(interactive));
	if (config->exec->provide_cluster_info)
		json_object_set_new(spec, "cluster", cluster_info(config));
	json_object_set_new(info, "spec", spec);
	text = jx_dump(info);
	variable = xasprintf("KUBERNETES_EXEC_INFO=%s", text);
	free(text);
	json_decref(info);
	return variable;
}

static bool check_answer(const json_t *answer, const struct kube_exec *exec, struct error *err)
{
	const char *kind = jx_str(answer, "kind"), *version = jx_str(answer, "apiVersion");
	const char *token = jx_str(answer, "status.token");
	bool cert = jx_str(answer, "status.clientCertificateData"),
	     key = jx_str(answer, "status.clientKeyData");

	if (!kind || strcmp(kind, "ExecCredential") != 0)
		return error_set(err, ERROR_CONFIG,
			"the credential plugin %s printed no ExecCredential", exec->command);
	if (!version || strcmp(version, exec->api_version) != 0)
		return error_set(err, ERROR_CONFIG,
			"the credential plugin %s answered in %s, but its entry asks for %s",
			exec->command, version ? version : "no apiVersion", exec->api_version);
	if (!token && !cert && !key)
		return error_set(err, ERROR_CONFIG,
			"the credential plugin %s brought neither a token nor a certificate",
			exec->command);
	if (cert != key)
		return error_set(err, ERROR_CONFIG,
			"the credential plugin %s brought a client %s without its %s",
			exec->command, cert ? "certificate" : "key", cert ? "key" : "certificate");
	if (token && !kubeconfig_is_header_text(token))
		return error_set(err, ERROR_CONFIG,
			"the credential plugin %s brought a token with a blank or a control character in it",
			exec->command);
	return true;
}

bool exec_credential_parse(struct exec_credential *out, const struct kube_exec *exec,
	const char *text, size_t len, struct error *err)
{
	json_t *answer = json_loadb(text, len, 0, NULL);
	const char *expires = jx_str(answer, "status.expirationTimestamp");
	int64_t expires_ms = INT64_MAX;
	bool ok;

	if (!answer)
		return error_set(err, ERROR_CONFIG,
			"the credential plugin %s printed something else than JSON", exec->command);
	ok = check_answer(answer, exec, err);
	if (ok && expires && !clock_parse_stamp(expires, &expires_ms))
		ok = error_set(err, ERROR_CONFIG,
			"the credential plugin %s brought an expirationTimestamp that is no time",
			exec->command);
	if (ok) {
		out->token = xstrdup_or_null(jx_str(answer, "status.token"));
		out->cert_pem = xstrdup_or_null(jx_str(answer, "status.clientCertificateData"));
		out->key_pem = xstrdup_or_null(jx_str(answer, "status.clientKeyData"));
		out->expires_ms = expires_ms;
	}
	json_decref(answer);
	return ok;
}
