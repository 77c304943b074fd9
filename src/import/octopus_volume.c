/* SPDX-License-Identifier: Apache-2.0 */
/* The volumes of a workload: Octopus.Action.KubernetesContainers.CombinedVolumes. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "import/octopus_action.h"

#define K "KubernetesContainers."
#define VOLUMES K "CombinedVolumes"

/* A volume while it is made. */
struct volume {
	struct action *a;
	const struct ocl_node *at;
	json_t *from;
	char *name;
};

/* Octopus' {key, value} of Items: which key becomes which file. */
static json_t *items_of(struct volume *m)
{
	json_t *list = member_take(m->from, "Items"), *items = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *from = json_copy(json_array_get(list, i));
		char *key = member_text(from, "key"), *path = member_text(from, "value");

		if (key && path)
			json_array_append_new(items,
				json_pack("{s:o, s:o}", "key", action_value(m->a, m->at, key),
					"path", action_value(m->a, m->at, path)));
		else if (key || path)
			action_leave(m->a, m->at, VOLUMES ": an item of '%s'", m->name);
		members_leave(m->a, m->at, VOLUMES ": items", from);
		free(key);
		free(path);
		json_decref(from);
	}
	json_decref(list);
	return items;
}

/* The object that is named, or the one that the step makes itself. */
static json_t *files_of(struct volume *m, const char *key, const char *linked)
{
	char *named = member_text(m->from, "ReferenceName");
	char *type = member_text(m->from, "ReferenceNameType");
	const char *own = action_filled(m->a, linked);
	bool is_own = !named || (type && strcasecmp(type, "LinkedResource") == 0);
	const char *name = is_own ? own : named;
	json_t *made = json_object(), *items = items_of(m);

	if (name)
		json_object_set_new(made, key, action_value(m->a, m->at, name));
	else
		action_unusable(m->a, m->at, "the volume '%s' names no object", m->name);
	if (json_array_size(items))
		json_object_set(made, "items", items);
	json_decref(items);
	free(named);
	free(type);
	return made;
}

static json_t *config_map(struct volume *m)
{
	return files_of(m, "name", K "ConfigMapName");
}

static json_t *secret(struct volume *m)
{
	return files_of(m, "secretName", K "SecretName");
}

/* An object with what is filled: to = from, two by two, NULL at the end. */
static json_t *filled(struct volume *m, const char *const *names)
{
	json_t *made = json_object();

	for (; *names; names += 2) {
		char *text = member_text(m->from, names[1]);

		if (text)
			json_object_set_new(made, names[0], action_value(m->a, m->at, text));
		free(text);
	}
	return made;
}

static json_t *empty_dir(struct volume *m)
{
	return filled(m, (const char *const[]){ "medium", "EmptyDirMedium", NULL });
}

static json_t *host_path(struct volume *m)
{
	return filled(
		m, (const char *const[]){ "path", "HostPathPath", "type", "HostPathType", NULL });
}

static json_t *claim(struct volume *m)
{
	return filled(m, (const char *const[]){ "claimName", "ReferenceName", NULL });
}

static const struct {
	const char *word, *to;
	json_t *(*make)(struct volume *m);
} types[] = {
	{ "ConfigMap", "configMap", config_map },
	{ "Secret", "secret", secret },
	{ "EmptyDir", "emptyDir", empty_dir },
	{ "HostPath", "hostPath", host_path },
	{ "PersistentVolumeClaim", "persistentVolumeClaim", claim },
	{ "PVC", "persistentVolumeClaim", claim },
};

/* Kubernetes' own words for what Octopus has no form for. */
static void add_raw(struct volume *m, json_t *volume)
{
	char *text = member_text(m->from, "RawYaml");
	struct error err = { 0 };
	struct yaml yaml = { 0 };
	json_t *raw = NULL;

	if (text && octostache_is_plain(text) &&
		yaml_parse(&yaml, text, strlen(text), "RawYaml", &err)) {
		raw = yaml.n ? yaml_to_json(yaml.documents[0].root, "RawYaml", &err) : NULL;
		yaml_release(&yaml);
	}
	if (json_is_object(raw))
		json_object_update(volume, raw);
	else
		action_unusable(m->a, m->at, "the volume '%s': its raw YAML%s%s", m->name,
			err.code ? ": " : "", err.text);
	json_decref(raw);
	free(text);
}

/* What the editor writes for every type, whichever it is. */
static void drop_chaff(json_t *from)
{
	static const char *const chaff[] = { "ReferenceName", "ReferenceNameType", "EmptyDirMedium",
		"HostPathType", "HostPathPath", "LocalPath", "RawYaml", "Repository", "Revision" };

	for (size_t i = 0; i < ARRAY_LEN(chaff); i++)
		json_object_del(from, chaff[i]);
}

static json_t *volume_of(struct volume *m)
{
	json_t *volume = json_pack("{s:o}", "name", action_value(m->a, m->at, m->name));
	char *type = member_text(m->from, "Type");
	size_t i = 0;

	while (type && i < ARRAY_LEN(types) && strcasecmp(type, types[i].word) != 0)
		i++;
	if (type && i < ARRAY_LEN(types))
		json_object_set_new(volume, types[i].to, types[i].make(m));
	else if (type && (strcasecmp(type, "RawYaml") == 0 || strcasecmp(type, "Raw YAML") == 0))
		add_raw(m, volume);
	else
		action_unusable(m->a, m->at, "the volume '%s' is of the type %s", m->name,
			type ? type : "that is not named");
	drop_chaff(m->from);
	free(type);
	return volume;
}

json_t *volumes_of(struct action *a)
{
	const struct ocl_node *at = action_at(a, VOLUMES);
	json_t *list = action_json(a, VOLUMES, JSON_ARRAY), *volumes = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		struct volume m = { a, at, json_copy(json_array_get(list, i)), NULL };

		m.name = member_text(m.from, "Name");
		m.name = m.name ? m.name : xasprintf("volume-%zu", i + 1);
		json_array_append_new(volumes, volume_of(&m));
		members_leave(a, at, VOLUMES, m.from);
		json_decref(m.from);
		free(m.name);
	}
	json_decref(list);
	return volumes;
}
