/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;

/* What the command line says over the kubeconfig; NULL or false: nothing.
 * Names and meaning are kubectl's (UX.md §1.1). Borrowed. */
struct kube_flags {
	const char *kubeconfig, *context, *cluster, *user, *ns;
	const char *server, *token, *certificate_authority, *client_certificate, *client_key;
	const char *tls_server_name, *as;
	const char *const *as_groups; /* NULL-terminated, or NULL */
	bool insecure_skip_tls_verify;
	long long request_timeout_ms; /* 0: the built-in 30 s */
	const char *service_account; /* no flag: the folder of a Pod's credentials (in_cluster.h) */
};

/* An exec credential plugin (client.authentication.k8s.io v1, v1beta1). */
struct kube_exec {
	char *api_version, *command;
	char **args, **env;    /* NULL-terminated; env as "NAME=value" */
	char *install_hint;
	char *interactive_mode; /* "Never", "IfAvailable", "Always" */
	bool provide_cluster_info;
	char *cluster_config;   /* JSON text of the cluster's extension for exec plugins, or NULL */
};

/* All that is needed to reach one cluster as one user. Certificates and keys are PEM in memory,
 * read from data or files; nothing is written anywhere. Strings are owned; NULL: absent. */
struct kube_config {
	char *context, *cluster, *user;
	char *ns;              /* "default" when nothing says otherwise */
	bool ns_explicit;      /* from -n/--namespace */
	char *server;          /* https://host:port/prefix, no trailing slash, no query */
	char *ca_pem;
	bool insecure;
	char *tls_server_name;
	char *cert_pem, *key_pem;
	char *token, *token_file; /* the token itself is never printed */
	struct kube_exec *exec;
	char *impersonate_user;
	char **impersonate_groups; /* NULL-terminated, or NULL */
	bool no_compression;   /* disable-compression */
	long long request_timeout_ms;
};

/* kubectl's loading and merging rules (UX.md §1.4 to §1.6, §1.8): without any kubeconfig a Pod's own
 * service account serves. false: one sentence naming the file
 * (with line:column where it is YAML) and what to do; nothing to release. What is not built yet
 * (proxy-url, auth-provider, username and password over …) is refused by name. */
bool kube_config_load(struct kube_config *out, const struct kube_flags *flags, struct error *err);
void kube_config_release(struct kube_config *config);
