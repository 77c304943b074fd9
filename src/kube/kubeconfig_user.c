/* SPDX-License-Identifier: Apache-2.0 */
/* The user of a kubeconfig: tokens, certificates, impersonation and exec plugins. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/kubeconfig_parts.h"

#define EXEC_API "client.authentication.k8s.io/"

void kubeconfig_secret_free(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

void kubeconfig_list_free(char **list)
{
	for (char **item = list; item && *item; item++)
		free(*item);
	free(list);
}

bool kubeconfig_is_header_text(const char *s)
{
	size_t len = strlen(s);

	for (const char *c = s; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			return false;
	return len && s[0] != ' ' && s[len - 1] != ' ';
}

char *kubeconfig_read_token(const char *path, struct error *err)
{
	size_t len, start = 0;
	char *text = kubeconfig_read("tokenFile", path, &len, NULL, err), *token;

	if (!text)
		return NULL;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	while (start < len && isspace((unsigned char)text[start]))
		start++;
	token = xstrndup(text + start, len - start);
	explicit_bzero(text, len);
	free(text);
	if (*token && kubeconfig_is_header_text(token))
		return token;
	error_set(err, ERROR_CONFIG, "tokenFile %s: %s", path,
		*token ? "holds something else than a token" : "the file is empty");
	free(token);
	return NULL;
}

static bool load_token(struct kube_config *out, const struct kubeconfig_part *user,
	const struct kube_flags *flags, struct error *err)
{
	const char *token, *path;

	if (!kubeconfig_string(user->entry.file, user->entry.body, "token", &token, err)
		|| !kubeconfig_string(user->entry.file, user->entry.body, "tokenFile", &path, err))
		return false;
	if (flags->token) {
		token = flags->token;
		path = NULL;
	}
	if (token && !kubeconfig_is_header_text(token))
		return kubeconfig_part_error(
			user, err, "the token has a blank or a control character in it");
	out->token = xstrdup_or_null(token);
	if (!path)
		return true;
	out->token_file = kubeconfig_path(user->entry.file, path);
	if (out->token)
		return true; /* it serves until the file can be read */
	out->token = kubeconfig_read_token(out->token_file, err);
	return out->token;
}

static bool load_certificate(struct kube_config *out, const struct kubeconfig_part *user,
	const struct kube_flags *flags, struct error *err)
{
	if (!kubeconfig_part_pem(
		    user, "client-certificate", flags->client_certificate, &out->cert_pem, err)
		|| !kubeconfig_part_pem(user, "client-key", flags->client_key, &out->key_pem, err))
		return false;
	if (out->cert_pem && !out->key_pem)
		return kubeconfig_part_error(user, err,
			"a client certificate needs its key: client-key-data or client-key is missing");
	return true;
}

/* A list that may be absent or null: *n elements. */
static bool list_len(const struct kubeconfig_part *user, const struct yaml_node *list,
	const char *key, size_t *n, struct error *err)
{
	*n = 0;
	if (!list || (list->kind == YAML_SCALAR && list->plain))
		return true;
	if (list->kind != YAML_SEQUENCE)
		return kubeconfig_part_error(user, err, "%s must be a list", key);
	*n = list->n;
	return true;
}

static bool load_groups(struct kube_config *out, const struct kubeconfig_part *user,
	const char *const *flag_groups, struct error *err)
{
	const struct yaml_node *list =
		user->entry.body ? yaml_get(user->entry.body, "as-groups") : NULL;
	size_t n = 0, in_file;

	if (!list_len(user, list, "as-groups", &in_file, err))
		return false;
	for (; flag_groups && flag_groups[n]; n++)
		;
	if (n + in_file == 0)
		return true;
	out->impersonate_groups = xcalloc((n ? n : in_file) + 1, sizeof(char *));
	for (size_t i = 0; i < n; i++)
		out->impersonate_groups[i] = xstrdup(flag_groups[i]);
	for (size_t i = 0; n == 0 && i < in_file; i++) {
		const char *value =
			list->items[i]->kind == YAML_SCALAR ? list->items[i]->value : "";

		out->impersonate_groups[i] = xstrdup(value);
	}
	for (char **group = out->impersonate_groups; *group; group++)
		if (!kubeconfig_is_header_text(*group))
			return kubeconfig_part_error(
				user, err, "a group to impersonate must be plain text");
	return true;
}

static bool load_impersonation(struct kube_config *out, const struct kubeconfig_part *user,
	const struct kube_flags *flags, struct error *err)
{
	const char *as;

	if (!kubeconfig_part_refuse(user, "as-uid", "", err)
		|| !kubeconfig_part_refuse(user, "as-user-extra", "", err)
		|| !kubeconfig_string(user->entry.file, user->entry.body, "as", &as, err))
		return false;
	if (flags->as)
		as = flags->as;
	if (as && !kubeconfig_is_header_text(as))
		return kubeconfig_part_error(
			user, err, "the user to impersonate must be plain text");
	if (!load_groups(out, user, flags->as_groups, err))
		return false;
	if (out->impersonate_groups && !as)
		return kubeconfig_part_error(user, err,
			"groups are to be impersonated without a user; --as-group needs --as");
	out->impersonate_user = xstrdup_or_null(as);
	return true;
}

bool kubeconfig_load_user(struct kube_config *out, const struct kubeconfig_part *user,
	const struct kube_flags *flags, struct error *err)
{
	const char *basic =
		"basic authentication was removed from Kubernetes; use a token or a certificate";

	return kubeconfig_part_refuse(user, "auth-provider", "use an exec credential plugin", err)
		&& kubeconfig_part_refuse(user, "username", basic, err)
		&& kubeconfig_part_refuse(user, "password", basic, err)
		&& load_token(out, user, flags, err) && load_certificate(out, user, flags, err)
		&& load_impersonation(out, user, flags, err);
}

static bool load_args(struct kube_exec *exec, const struct kubeconfig_part *user,
	const struct yaml_node *list, struct error *err)
{
	size_t n;

	if (!list_len(user, list, "exec: args", &n, err))
		return false;
	exec->args = xcalloc(n + 1, sizeof(char *));
	for (size_t i = 0; i < n; i++) {
		if (list->items[i]->kind != YAML_SCALAR)
			return kubeconfig_part_error(
				user, err, "exec: args must be a list of strings");
		exec->args[i] = xstrdup(list->items[i]->value);
	}
	return true;
}

static bool load_env(struct kube_exec *exec, const struct kubeconfig_part *user,
	const struct yaml_node *list, struct error *err)
{
	const char *name, *value;
	size_t n;

	if (!list_len(user, list, "exec: env", &n, err))
		return false;
	exec->env = xcalloc(n + 1, sizeof(char *));
	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *item = list->items[i];

		if (!kubeconfig_string(user->entry.file, item, "name", &name, err)
			|| !kubeconfig_string(user->entry.file, item, "value", &value, err))
			return false;
		if (!name || strchr(name, '='))
			return kubeconfig_part_error(
				user, err, "exec: each entry of env needs a name and a value");
		exec->env[i] = xasprintf("%s=%s", name, value ? value : "");
	}
	return true;
}

static bool check_exec(
	const struct kube_exec *exec, const struct kubeconfig_part *user, struct error *err)
{
	static const char *const modes[] = { "Never", "IfAvailable", "Always" };

	if (!exec->command)
		return kubeconfig_part_error(user, err, "exec: command is missing");
	if (!exec->api_version)
		return kubeconfig_part_error(
			user, err, "exec: apiVersion is missing (" EXEC_API "v1)");
	if (strcmp(exec->api_version, EXEC_API "v1") != 0
		&& strcmp(exec->api_version, EXEC_API "v1beta1") != 0)
		return kubeconfig_part_error(user, err,
			"exec: apiVersion \"%s\" is not supported; update the plugin's entry to " EXEC_API
			"v1",
			exec->api_version);
	if (!exec->interactive_mode)
		return kubeconfig_part_error(user, err,
			"exec: interactiveMode is missing (Never, IfAvailable or Always)");
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (strcmp(exec->interactive_mode, modes[i]) == 0)
			return true;
	return kubeconfig_part_error(user, err,
		"exec: interactiveMode \"%s\" is none of Never, IfAvailable, Always",
		exec->interactive_mode);
}

/* The cluster's extension that is meant for plugins, as JSON text. */
static bool load_cluster_config(
	struct kube_exec *exec, const struct kubeconfig_part *cluster, struct error *err)
{
	const struct yaml_node *list =
		cluster->entry.body ? yaml_get(cluster->entry.body, "extensions") : NULL;
	const struct yaml_node *extension;
	const char *name;
	json_t *value;

	for (size_t i = 0; list && list->kind == YAML_SEQUENCE && i < list->n; i++) {
		if (!kubeconfig_string(cluster->entry.file, list->items[i], "name", &name, err))
			return false;
		extension = yaml_get(list->items[i], "extension");
		if (!name || strcmp(name, EXEC_API "exec") != 0 || !extension)
			continue;
		value = yaml_to_json(extension, cluster->entry.file->path, err);
		if (!value)
			return false;
		free(exec->cluster_config);
		exec->cluster_config = jx_dump(value);
		json_decref(value);
	}
	return true;
}

static bool fill_exec(struct kube_exec *exec, const struct kubeconfig_part *user,
	const struct yaml_node *body, struct error *err)
{
	const struct kubeconfig_file *file = user->entry.file;
	const char *version, *command, *hint, *mode;

	if (!kubeconfig_string(file, body, "apiVersion", &version, err)
		|| !kubeconfig_string(file, body, "command", &command, err)
		|| !kubeconfig_string(file, body, "installHint", &hint, err)
		|| !kubeconfig_string(file, body, "interactiveMode", &mode, err)
		|| !kubeconfig_bool(
			file, body, "provideClusterInfo", &exec->provide_cluster_info, err))
		return false;
	exec->api_version = xstrdup_or_null(version);
	exec->install_hint = xstrdup_or_null(hint);
	/* A bare name is looked up in PATH; anything with a slash belongs to the file's folder. */
	if (command)
		exec->command =
			strchr(command, '/') ? kubeconfig_path(file, command) : xstrdup(command);
	if (!mode && version && strcmp(version, EXEC_API "v1beta1") == 0)
		mode = "IfAvailable";
	exec->interactive_mode = xstrdup_or_null(mode);
	return load_args(exec, user, yaml_get(body, "args"), err)
		&& load_env(exec, user, yaml_get(body, "env"), err) && check_exec(exec, user, err);
}

bool kubeconfig_load_exec(struct kube_exec **out, const struct kubeconfig_part *user,
	const struct kubeconfig_part *cluster, struct error *err)
{
	const struct yaml_node *body = user->entry.body ? yaml_get(user->entry.body, "exec") : NULL;
	struct kube_exec *exec;

	*out = NULL;
	if (!body || (body->kind == YAML_SCALAR && body->plain))
		return true;
	if (body->kind != YAML_MAPPING)
		return kubeconfig_part_error(user, err, "exec must be a mapping");
	exec = xcalloc(1, sizeof(*exec));
	if (!fill_exec(exec, user, body, err) || !load_cluster_config(exec, cluster, err)) {
		kubeconfig_exec_free(exec);
		return false;
	}
	*out = exec;
	return true;
}

void kubeconfig_exec_free(struct kube_exec *exec)
{
	if (!exec)
		return;
	kubeconfig_list_free(exec->args);
	kubeconfig_list_free(exec->env);
	free(exec->api_version);
	free(exec->command);
	free(exec->install_hint);
	free(exec->interactive_mode);
	free(exec->cluster_config);
	free(exec);
}
