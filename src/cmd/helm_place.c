/* SPDX-License-Identifier: Apache-2.0 */
/* The same cluster and the same user for helm. */
#include "cmd/helm_place.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/private.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "kube/client.h"
#include "kube/kubeconfig.h"
#include "kube/kubeconfig_write.h"
#include "plan/plan.h"

#define KUBECONFIG_FILE "kubeconfig"

const char *const *helm_place_env(void)
{
	static const char *const env[] = {
		"HELM_DEBUG=false",
		"HELM_KUBECONTEXT=",
		"HELM_KUBETOKEN=",
		"HELM_KUBEASUSER=",
		"HELM_KUBEASGROUPS=",
		"HELM_KUBEAPISERVER=",
		"HELM_KUBECAFILE=",
		"HELM_KUBEINSECURE_SKIP_TLS_VERIFY=",
		"HELM_KUBETLS_SERVER_NAME=",
		"HELM_NAMESPACE=",
		NULL,
	};

	return env;
}

/* The kubeconfig files alone do not say who we are and where. */
static bool is_overridden(const struct kube_flags *flags, const struct kube_config *config)
{
	return !config->context || flags->cluster || flags->user || flags->server || flags->token ||
		flags->certificate_authority || flags->client_certificate || flags->client_key ||
		flags->tls_server_name || flags->as || flags->as_groups ||
		flags->insecure_skip_tls_verify;
}

static bool write_kubeconfig(
	struct helm_place *place, const struct kube_config *config, struct error *err)
{
	json_t *json = kubeconfig_write(config);
	char *text = jx_dump(json);
	bool ok = private_write(place->folder, KUBECONFIG_FILE, text, strlen(text), err);

	place->kubeconfig = xasprintf("%s/" KUBECONFIG_FILE, place->folder);
	place->call.kubeconfig = place->kubeconfig;
	explicit_bzero(text, strlen(text));
	free(text);
	json_decref(json);
	return ok;
}

bool helm_place_open(struct helm_place *place, const struct plan *plan,
	const struct plan_step *step, const struct cluster *cluster, const char *ns,
	struct error *err)
{
	const struct kube_config *config = kube_config(cluster->kube);
	const struct kube_flags *flags = &cluster->flags;
	bool own = is_overridden(flags, config), ok = true;

	*place = (struct helm_place){
		.call = { .tool = &plan->helm, .release = step->helm, .ns = ns },
	};
	if (own || helm_has_private(step->helm)) {
		place->folder = private_folder(err);
		place->call.folder = place->folder;
		ok = place->folder && helm_private_write(&place->call, err);
	}
	if (ok && own) {
		ok = write_kubeconfig(place, config, err);
	} else if (ok) {
		place->call.kubeconfig = flags->kubeconfig;
		place->call.context = config->context;
		place->call.typed_context = flags->context;
	}
	if (!ok)
		helm_place_close(place);
	return ok;
}

void helm_place_close(struct helm_place *place)
{
	private_remove(place->folder);
	free(place->folder);
	free(place->kubeconfig);
	*place = (struct helm_place){ 0 };
}
