/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster that this process runs in itself. */
#include "kube/in_cluster.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "kube/kubeconfig_files.h"

#define FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* POD_NAMESPACE goes before the file, as with kubectl. NULL: neither says it. */
static char *find_namespace(const char *folder)
{
	const char *given = variable("POD_NAMESPACE");
	char *path = xasprintf("%s/namespace", folder), *text = NULL;
	struct error ignored = { 0 };
	size_t len = 0;

	if (given)
		text = xstrdup(given);
	else if (is_file(path))
		text = kubeconfig_read("namespace", path, &len, NULL, &ignored);
	free(path);
	for (len = text ? strlen(text) : 0; len && isspace((unsigned char)text[len - 1]);)
		text[--len] = '\0';
	if (len)
		return text;
	free(text);
	return NULL;
}

bool in_cluster_find(struct in_cluster *out, const char *folder)
{
	const char *host = variable("KUBERNETES_SERVICE_HOST"),
		   *port = variable("KUBERNETES_SERVICE_PORT");
	char *token;

	*out = (struct in_cluster){ 0 };
	folder = folder ? folder : FOLDER;
	token = xasprintf("%s/token", folder);
	if (!host || !port || !is_file(token)) {
		free(token);
		return false;
	}
	out->token_file = token;
	out->server = xasprintf(strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
	out->ca_file = xasprintf("%s/ca.crt", folder);
	if (!is_file(out->ca_file)) {
		free(out->ca_file);
		out->ca_file = NULL;
	}
	out->ns = find_namespace(folder);
	return true;
}

void in_cluster_release(struct in_cluster *pod)
{
	free(pod->server);
	free(pod->ca_file);
	free(pod->token_file);
	free(pod->ns);
	*pod = (struct in_cluster){ 0 };
}
