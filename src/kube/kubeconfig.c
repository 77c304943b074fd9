/* SPDX-License-Identifier: Apache-2.0 */
/* From kubeconfig files and flags to what one connection needs: context, cluster, checks. */
#include "kube/kubeconfig.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kube/in_cluster.h"
#include "kube/kubeconfig_files.h"
#include "kube/kubeconfig_parts.h"

#define REQUEST_TIMEOUT_MS 30000

bool kubeconfig_part_error(
	const struct kubeconfig_part *part, struct error *err, const char *fmt, ...)
{
	const struct kubeconfig_file *file = part->entry.file;
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	error_set(err, ERROR_CONFIG, "%s%s%s \"%s\": %s", file ? file->path : "", file ? ": " : "",
		part->what, part->name ? part->name : "", text);
	free(text);
	return false;
}

bool kubeconfig_part_refuse(
	const struct kubeconfig_part *part, const char *key, const char *why, struct error *err)
{
	const struct yaml_node *node = part->entry.body ? yaml_get(part->entry.body, key) : NULL;

	if (!node || (node->kind == YAML_SCALAR && !*node->value))
		return true;
	return error_set(err, ERROR_CONFIG,
		"%s:%d:%d: %s \"%s\" uses %s, which is not supported%s%s", part->entry.file->path,
		node->line, node->column, part->what, part->name, key, *why ? "; " : "", why);
}

static bool decode_pem(const struct kubeconfig_part *part, const char *key, const char *data,
	char **out, size_t *len, struct error *err)
{
	const struct yaml_node *node = yaml_get(part->entry.body, key);

	if (b64_decode(data, out, len))
		return true;
	return error_set(err, ERROR_CONFIG, "%s:%d:%d: %s of %s \"%s\" is not valid base64",
		part->entry.file->path, node->line, node->column, key, part->what, part->name);
}

bool kubeconfig_part_pem(const struct kubeconfig_part *part, const char *key, const char *flag_path,
	char **out, struct error *err)
{
	char *data_key = xasprintf("%s-data", key), *path = NULL;
	const char *data = NULL, *file = NULL;
	size_t len = 0;
	bool ok = true;

	*out = NULL;
	if (flag_path && *flag_path)
		path = xstrdup(flag_path);
	else
		ok = kubeconfig_string(part->entry.file, part->entry.body, data_key, &data, err)
			&& kubeconfig_string(part->entry.file, part->entry.body, key, &file, err);
	if (ok && data && file)
		ok = kubeconfig_part_error(
			part, err, "%s and %s are both specified; keep one of them", data_key, key);
	else if (ok && data)
		ok = decode_pem(part, data_key, data, out, &len, err);
	else if (ok && (path || file)) {
		if (!path)
			path = kubeconfig_path(part->entry.file, file);
		*out = kubeconfig_read(key, path, &len, NULL, err);
		ok = *out;
	}
	if (ok && *out && (strlen(*out) != len || !strstr(*out, "-----BEGIN "))) {
		ok = kubeconfig_part_error(
			part, err, "%s holds no PEM text (-----BEGIN …)", data ? data_key : key);
		explicit_bzero(*out, len);
	}
	if (!ok) {
		free(*out);
		*out = NULL;
	}
	free(path);
	free(data_key);
	return ok;
}

/* "https://host:port/prefix" out of what is written; a missing scheme is completed
 * as client-go does. The message never repeats the address: it may hold a password. */
static bool parse_server(struct kube_config *out, const char *server,
	const struct kubeconfig_part *cluster, struct error *err)
{
	const char *scheme_end = strstr(server, "://"), *host;
	bool tls = out->ca_pem || out->insecure || out->cert_pem;
	size_t len, host_len;

	for (const char *c = server; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c == 0x7f)
			return kubeconfig_part_error(
				cluster, err, "server has a blank or a control character in it");
	host = scheme_end ? scheme_end + 3 : server;
	host_len = strcspn(host, "/?#");
	if (scheme_end && strncasecmp(server, "https://", 8) != 0
		&& strncasecmp(server, "http://", 7) != 0)
		return kubeconfig_part_error(
			cluster, err, "server must begin with https:// or http://");
	if (host_len == 0 || *host == ':')
		return kubeconfig_part_error(cluster, err, "server names no host");
	if (memchr(host, '@', host_len))
		return kubeconfig_part_error(
			cluster, err, "server has a user name in it, which is not supported");
	if (scheme_end)
		tls = tolower((unsigned char)server[4]) == 's';
	len = strcspn(host, "?#");
	while (len > host_len && host[len - 1] == '/')
		len--;
	out->server = xasprintf("%s://%.*s", tls ? "https" : "http", (int)len, host);
	return true;
}

static bool load_cluster(struct kube_config *out, const struct kubeconfig_part *cluster,
	const struct kube_flags *flags, const char **server, struct error *err)
{
	const struct kubeconfig_file *file = cluster->entry.file;
	const struct yaml_node *body = cluster->entry.body;
	bool trust_flag = flags->insecure_skip_tls_verify || flags->certificate_authority;
	const char *tls_name;

	if (!kubeconfig_part_refuse(cluster, "proxy-url", "", err)
		|| !kubeconfig_string(file, body, "server", server, err)
		|| !kubeconfig_string(file, body, "tls-server-name", &tls_name, err)
		|| !kubeconfig_bool(file, body, "disable-compression", &out->no_compression, err)
		|| !kubeconfig_bool(file, body, "insecure-skip-tls-verify", &out->insecure, err))
		return false;
	/* What the command line says about trust replaces all that the file says about it. */
	if (trust_flag)
		out->insecure = flags->insecure_skip_tls_verify;
	if ((!trust_flag || flags->certificate_authority)
		&& !kubeconfig_part_pem(cluster, "certificate-authority",
			flags->certificate_authority, &out->ca_pem, err))
		return false;
	if (out->insecure && out->ca_pem)
		return kubeconfig_part_error(cluster, err,
			"a certificate authority and insecure-skip-tls-verify exclude each other");
	if (flags->server || flags->tls_server_name)
		tls_name = flags->tls_server_name;
	if (flags->server)
		*server = flags->server;
	out->tls_server_name = xstrdup_or_null(tls_name);
	return true;
}

static bool check_namespace(const char *ns, struct error *err)
{
	size_t len = strlen(ns);
	bool good = len >= 1 && len <= 63 && ns[0] != '-' && ns[len - 1] != '-'
		&& strspn(ns, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;

	return good || error_set(err, ERROR_CONFIG, "\"%s\" is no name of a namespace", ns);
}

/* The names that the command line and the context give. Borrowed. */
struct choice {
	const char *context, *cluster, *user, *ns;
	const struct kubeconfig_file *file; /* of the context */
};

static bool choose(struct choice *choice, const struct kubeconfig_files *files,
	const struct kube_flags *flags, struct error *err)
{
	struct kubeconfig_entry entry;

	*choice = (struct choice){ .context = flags->context };
	if (!choice->context && !kubeconfig_current_context(files, &choice->context, err))
		return false;
	if (choice->context) {
		if (!kubeconfig_find(files, "contexts", "context", choice->context, &entry, err))
			return false;
		if (!entry.file)
			return error_set(err, ERROR_CONFIG,
				"context \"%s\" does not exist (looked at %s)", choice->context,
				files->looked_at);
		if (!kubeconfig_string(entry.file, entry.body, "cluster", &choice->cluster, err)
			|| !kubeconfig_string(entry.file, entry.body, "user", &choice->user, err)
			|| !kubeconfig_string(
				entry.file, entry.body, "namespace", &choice->ns, err))
			return false;
		choice->file = entry.file;
	}
	choice->cluster = flags->cluster ? flags->cluster : choice->cluster;
	choice->user = flags->user ? flags->user : choice->user;
	choice->ns = flags->ns && *flags->ns ? flags->ns : choice->ns;
	return true;
}

/* Finds the entry of a name; one that no file has is an error unless the command line stands in
 * for it. */
static bool find_part(struct kubeconfig_part *part, const struct kubeconfig_files *files,
	const char *list, const struct choice *choice, bool replaced, struct error *err)
{
	if (!part->name)
		return true;
	if (!kubeconfig_find(files, list, part->what, part->name, &part->entry, err))
		return false;
	if (part->entry.file || replaced)
		return true;
	if (choice->file)
		return error_set(err, ERROR_CONFIG,
			"%s: context \"%s\" needs the %s \"%s\", which does not exist (looked at %s)",
			choice->file->path, choice->context, part->what, part->name,
			files->looked_at);
	return error_set(err, ERROR_CONFIG, "%s \"%s\" does not exist (looked at %s)", part->what,
		part->name, files->looked_at);
}

static bool no_server(const struct choice *choice, const struct kubeconfig_part *cluster,
	const struct kubeconfig_files *files, struct error *err)
{
	if (choice->cluster)
		return kubeconfig_part_error(cluster, err, "no server is defined");
	if (files->n == 0)
		return error_set(err, ERROR_CONFIG,
			"no kubeconfig found (looked at %s), and this is no Pod of a cluster",
			files->looked_at);
	if (choice->context)
		return error_set(err, ERROR_CONFIG, "%s: context \"%s\" names no cluster",
			choice->file->path, choice->context);
	return error_set(err, ERROR_CONFIG,
		"no context is chosen in %s; use --context, or set current-context",
		files->looked_at);
}

static char *display_or_null(const char *s)
{
	return s ? text_display(s, strlen(s), TEXT_LINE) : NULL;
}

/* Over plain http no credentials are sent at all, as with kubectl. */
static void drop_credentials(struct kube_config *config)
{
	free(config->token);
	free(config->token_file);
	free(config->cert_pem);
	free(config->key_pem);
	kubeconfig_exec_free(config->exec);
	config->token = config->token_file = config->cert_pem = config->key_pem = NULL;
	config->exec = NULL;
}

/* The service account's token, where nothing else says who we are. */
static bool use_token_file(struct kube_config *out, const char *path, struct error *err)
{
	if (!path || out->token || out->cert_pem)
		return true;
	out->token_file = xstrdup(path);
	out->token = kubeconfig_read_token(path, err);
	return out->token;
}

/* token_file is that of the Pod that we run in, where its cluster is meant; else NULL. */
static bool resolve(struct kube_config *out, const struct kubeconfig_files *files,
	const struct kube_flags *flags, const struct in_cluster *pod, const char *token_file,
	struct error *err)
{
	struct choice choice;
	struct kubeconfig_part cluster = { .what = "cluster" }, user = { .what = "user" };
	const char *server = NULL;

	if (!choose(&choice, files, flags, err))
		return false;
	choice.ns = choice.ns ? choice.ns : pod->ns ? pod->ns : "default";
	if (!check_namespace(choice.ns, err))
		return false;
	cluster.name = choice.cluster;
	user.name = choice.user;
	if (!find_part(&cluster, files, "clusters", &choice, flags->server, err)
		|| !find_part(&user, files, "users", &choice,
			flags->token || flags->client_certificate, err)
		|| !load_cluster(out, &cluster, flags, &server, err))
		return false;
	if (!server)
		return no_server(&choice, &cluster, files, err);
	if (!kubeconfig_load_user(out, &user, flags, err) || !use_token_file(out, token_file, err))
		return false;
	if (!out->token && !out->token_file && !out->cert_pem
		&& !kubeconfig_load_exec(&out->exec, &user, &cluster, err))
		return false;
	if (!parse_server(out, server, &cluster, err))
		return false;
	if (strncmp(out->server, "http://", 7) == 0)
		drop_credentials(out);
	out->context = display_or_null(choice.context);
	out->cluster = display_or_null(choice.cluster);
	out->user = display_or_null(choice.user);
	out->ns = xstrdup(choice.ns);
	out->ns_explicit = flags->ns && *flags->ns;
	out->request_timeout_ms =
		flags->request_timeout_ms ? flags->request_timeout_ms : REQUEST_TIMEOUT_MS;
	return true;
}

static bool are_empty(const struct kubeconfig_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->items[i].root)
			return false;
	return true;
}

/* Without a kubeconfig the Pod's own cluster is meant; flags go over it. */
static void stand_in(struct kube_flags *flags, const struct in_cluster *pod)
{
	if (!flags->server)
		flags->server = pod->server;
	if (!flags->certificate_authority && !flags->insecure_skip_tls_verify)
		flags->certificate_authority = pod->ca_file;
}

/* An empty flag counts as one that was not given, as with kubectl. */
static const char *given(const char *flag)
{
	return flag && *flag ? flag : NULL;
}

bool kube_config_load(struct kube_config *out, const struct kube_flags *flags, struct error *err)
{
	struct kubeconfig_files files;
	struct kube_config config = { 0 };
	struct kube_flags set = *flags;
	struct in_cluster pod;
	bool ok, inside;

	set.context = given(flags->context);
	set.cluster = given(flags->cluster);
	set.user = given(flags->user);
	set.server = given(flags->server);
	set.token = given(flags->token);
	set.certificate_authority = given(flags->certificate_authority);
	set.client_certificate = given(flags->client_certificate);
	set.client_key = given(flags->client_key);
	set.tls_server_name = given(flags->tls_server_name);
	set.as = given(flags->as);
	if (!kubeconfig_files_load(&files, flags->kubeconfig, err))
		return false;
	inside = in_cluster_find(&pod, flags->service_account) && are_empty(&files);
	if (inside)
		stand_in(&set, &pod);
	ok = resolve(&config, &files, &set, &pod, inside ? pod.token_file : NULL, err);
	in_cluster_release(&pod);
	kubeconfig_files_release(&files);
	if (ok)
		*out = config;
	else
		kube_config_release(&config);
	return ok;
}

void kube_config_release(struct kube_config *config)
{
	kubeconfig_secret_free(config->token);
	kubeconfig_secret_free(config->key_pem);
	kubeconfig_exec_free(config->exec);
	kubeconfig_list_free(config->impersonate_groups);
	free(config->context);
	free(config->cluster);
	free(config->user);
	free(config->ns);
	free(config->server);
	free(config->ca_pem);
	free(config->tls_server_name);
	free(config->cert_pem);
	free(config->token_file);
	free(config->impersonate_user);
	*config = (struct kube_config){ 0 };
}
