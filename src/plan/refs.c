/* SPDX-License-Identifier: Apache-2.0 */
/* References to ConfigMaps and Secrets, followed when those get a name by their content. */
#include "plan/refs.h"

#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"

/* What is renamed. */
struct renaming {
	bool secret;
	const char *from, *to;
	bool found;
};

static void rename_field(struct renaming *r, json_t *holder, const char *field)
{
	const char *name = jx_str(holder, field);

	if (!name || strcmp(name, r->from) != 0)
		return;
	json_object_set_new(holder, field, json_string(r->to));
	r->found = true;
}

static void rename_ref(struct renaming *r, const json_t *holder, const char *secret,
	const char *config, const char *field)
{
	rename_field(r, json_object_get(holder, r->secret ? secret : config), field);
}

static void rename_in_container(struct renaming *r, const json_t *container)
{
	const json_t *env = json_object_get(container, "env");
	const json_t *from = json_object_get(container, "envFrom");

	for (size_t i = 0; i < json_array_size(env); i++)
		rename_ref(r, json_object_get(json_array_get(env, i), "valueFrom"),
			"secretKeyRef", "configMapKeyRef", "name");
	for (size_t i = 0; i < json_array_size(from); i++)
		rename_ref(r, json_array_get(from, i), "secretRef", "configMapRef", "name");
}

static void rename_in_volume(struct renaming *r, const json_t *volume)
{
	const json_t *sources = json_object_get(json_object_get(volume, "projected"), "sources");

	rename_ref(r, volume, "secret", "configMap", r->secret ? "secretName" : "name");
	for (size_t i = 0; i < json_array_size(sources); i++)
		rename_ref(r, json_array_get(sources, i), "secret", "configMap", "name");
}

static void rename_in_pod(struct renaming *r, const json_t *pod)
{
	static const char *const containers[] = { "initContainers", "containers" };
	const json_t *volumes = json_object_get(pod, "volumes");
	const json_t *pulls = json_object_get(pod, "imagePullSecrets");

	for (size_t i = 0; i < ARRAY_LEN(containers); i++) {
		const json_t *list = json_object_get(pod, containers[i]);

		for (size_t k = 0; k < json_array_size(list); k++)
			rename_in_container(r, json_array_get(list, k));
	}
	for (size_t i = 0; i < json_array_size(volumes); i++)
		rename_in_volume(r, json_array_get(volumes, i));
	for (size_t i = 0; r->secret && i < json_array_size(pulls); i++)
		rename_field(r, json_array_get(pulls, i), "name");
}

bool refs_rename(json_t *object, const char *kind, const char *from, const char *to)
{
	static const struct {
		const char *kind, *pod;
	} pods[] = {
		{ "Pod", "spec" },
		{ "Deployment", "spec.template.spec" },
		{ "StatefulSet", "spec.template.spec" },
		{ "DaemonSet", "spec.template.spec" },
		{ "ReplicaSet", "spec.template.spec" },
		{ "Job", "spec.template.spec" },
		{ "CronJob", "spec.jobTemplate.spec.template.spec" },
	};
	struct renaming r = { strcmp(kind, "Secret") == 0, from, to, false };
	const char *of = jx_str(object, "kind");
	const json_t *tls = jx_get(object, "spec.tls");

	for (size_t i = 0; i < ARRAY_LEN(pods); i++)
		if (strcmp(pods[i].kind, of) == 0)
			rename_in_pod(&r, jx_get(object, pods[i].pod));
	for (size_t i = 0; r.secret && strcmp(of, "Ingress") == 0 && i < json_array_size(tls); i++)
		rename_field(&r, json_array_get(tls, i), "secretName");
	return r.found;
}
