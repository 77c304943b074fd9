/* SPDX-License-Identifier: Apache-2.0 */
/* What the kubeconfig files and flags came to, as a kubeconfig again. */
#include "kube/kubeconfig_write.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/xalloc.h"
#include "kube/kubeconfig.h"

#define NAME "ksettle"

static void put(json_t *map, const char *key, const char *value)
{
	if (value)
		json_object_set_new(map, key, json_string(value));
}

static void put_pem(json_t *map, const char *key, const char *pem)
{
	char *encoded = pem ? b64_encode(pem, strlen(pem)) : NULL;

	put(map, key, encoded);
	if (encoded)
		explicit_bzero(encoded, strlen(encoded));
	free(encoded);
}

/* It will stand in a file elsewhere. */
static void put_path(json_t *map, const char *key, const char *path)
{
	char *folder = path && path[0] != '/' ? getcwd(NULL, 0) : NULL;
	char *whole = folder ? xasprintf("%s/%s", folder, path) : NULL;

	put(map, key, whole ? whole : path);
	free(whole);
	free(folder);
}

static json_t *strings(char *const *list)
{
	json_t *out = json_array();

	for (; list && *list; list++)
		json_array_append_new(out, json_string(*list));
	return out;
}

static json_t *cluster_of(const struct kube_config *config)
{
	json_t *cluster = json_object();

	put(cluster, "server", config->server);
	put(cluster, "tls-server-name", config->tls_server_name);
	put_pem(cluster, "certificate-authority-data", config->ca_pem);
	if (config->insecure)
		json_object_set_new(cluster, "insecure-skip-tls-verify", json_true());
	if (config->no_compression)
		json_object_set_new(cluster, "disable-compression", json_true());
	if (config->exec && config->exec->cluster_config)
		json_object_set_new(cluster, "extensions",
			json_pack("[{s:s, s:o}]", "name", "client.authentication.k8s.io/exec",
				"extension",
				json_loads(config->exec->cluster_config, JSON_DECODE_ANY, NULL)));
	return cluster;
}

static json_t *exec_of(const struct kube_exec *e)
{
	json_t *exec = json_object(), *env = json_array();

	put(exec, "apiVersion", e->api_version);
	if (strchr(e->command, '/'))
		put_path(exec, "command", e->command);
	else
		put(exec, "command", e->command);
	put(exec, "installHint", e->install_hint);
	put(exec, "interactiveMode", e->interactive_mode);
	json_object_set_new(exec, "args", strings(e->args));
	for (char **word = e->env; word && *word; word++) {
		char *name = xstrndup(*word, strcspn(*word, "="));
		const char *value = strchr(*word, '=');

		json_array_append_new(env,
			json_pack("{s:s, s:s}", "name", name, "value", value ? value + 1 : ""));
		free(name);
	}
	json_object_set_new(exec, "env", env);
	json_object_set_new(exec, "provideClusterInfo", json_boolean(e->provide_cluster_info));
	return exec;
}

static json_t *user_of(const struct kube_config *config)
{
	json_t *user = json_object();

	put(user, "token", config->token);
	put_path(user, "tokenFile", config->token_file);
	put_pem(user, "client-certificate-data", config->cert_pem);
	put_pem(user, "client-key-data", config->key_pem);
	put(user, "as", config->impersonate_user);
	if (config->impersonate_groups)
		json_object_set_new(user, "as-groups", strings(config->impersonate_groups));
	if (config->exec)
		json_object_set_new(user, "exec", exec_of(config->exec));
	return user;
}

json_t *kubeconfig_write(const struct kube_config *config)
{
	return json_pack("{s:s, s:s, s:s, s:[{s:s, s:o}], s:[{s:s, s:o}],"
			 " s:[{s:s, s:{s:s, s:s, s:s}}]}",
		"apiVersion", "v1", "kind", "Config", "current-context", NAME, "clusters", "name",
		NAME, "cluster", cluster_of(config), "users", "name", NAME, "user", user_of(config),
		"contexts", "name", NAME, "context", "cluster", NAME, "user", NAME, "namespace",
		config->ns);
}
