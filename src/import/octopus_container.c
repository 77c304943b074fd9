/* SPDX-License-Identifier: Apache-2.0 */
/* The containers and volumes of a workload, from the JSON that Octopus keeps. */
#include "import/octopus_container.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/jx.h"
#include "base/xalloc.h"

/* "container 'web': Ports", for a remark. To free(). */
char *making_place(const struct making *m, const char *key)
{
	return xasprintf("container '%s': %s", m->name, key);
}

/* An entry of the plan for each of the list's, as fn makes it. */
void making_list(struct making *m, const char *to, const char *key, make_entry_fn *fn)
{
	json_t *list = member_take(m->from, key), *made = json_object_get(m->made, to);
	char *where = making_place(m, key);

	made = made ? json_incref(made) : json_array();
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *from = json_deep_copy(json_array_get(list, i)), *entry = fn(m, from);

		if (entry)
			json_array_append_new(made, entry);
		else
			action_leave(m->a, m->at, "%s: entry %zu", where, i + 1);
		members_leave(m->a, m->at, where, from);
		json_decref(from);
	}
	if (json_array_size(made))
		json_object_set(m->made, to, made);
	json_decref(made);
	json_decref(list);
	free(where);
}

void making_scalar(struct making *m, json_t *into, const char *to, json_t *from, const char *key)
{
	char *text = member_text(from, key);

	if (text)
		json_object_set_new(into, to, action_scalar(m->a, m->at, text));
	free(text);
}

/* A text stays one, even if it is made of digits. */
void making_text(struct making *m, json_t *into, const char *to, json_t *from, const char *key)
{
	char *text = member_text(from, key);

	if (text)
		json_object_set_new(into, to, action_value(m->a, m->at, text));
	free(text);
}

static json_t *port_of(struct making *m, json_t *from)
{
	json_t *port = json_object();

	making_text(m, port, "name", from, "key");
	making_text(m, port, "name", from, "name");
	making_scalar(m, port, "containerPort", from, "value");
	making_text(m, port, "protocol", from, "option");
	if (json_object_get(port, "containerPort"))
		return port;
	json_decref(port);
	return NULL;
}

static json_t *variable_of(struct making *m, json_t *from)
{
	char *name = member_text(from, "key"), *value = member_text(from, "value");
	json_t *made = NULL;

	if (name)
		made = json_pack("{s:o, s:o}", "name", action_value(m->a, m->at, name), "value",
			action_value(m->a, m->at, value ? value : ""));
	free(name);
	free(value);
	return made;
}

/* {key: NAME, value: the object, option: its key}. */
static json_t *reference_of(struct making *m, json_t *from, const char *kind)
{
	char *name = member_text(from, "key"), *object = member_text(from, "value");
	char *key = member_text(from, "option");
	json_t *made = NULL;

	if (name && object && key)
		made = json_pack("{s:o, s:{s:{s:o, s:o}}}", "name", action_value(m->a, m->at, name),
			"valueFrom", kind, "name", action_value(m->a, m->at, object), "key",
			action_value(m->a, m->at, key));
	free(name);
	free(object);
	free(key);
	return made;
}

static json_t *config_variable_of(struct making *m, json_t *from)
{
	return reference_of(m, from, "configMapKeyRef");
}

static json_t *secret_variable_of(struct making *m, json_t *from)
{
	return reference_of(m, from, "secretKeyRef");
}

static json_t *field_variable_of(struct making *m, json_t *from)
{
	char *name = member_text(from, "key"), *path = member_text(from, "value");
	json_t *made = NULL;

	if (name && path)
		made = json_pack("{s:o, s:{s:{s:o}}}", "name", action_value(m->a, m->at, name),
			"valueFrom", "fieldRef", "fieldPath", action_value(m->a, m->at, path));
	free(name);
	free(path);
	return made;
}

static json_t *env_from(struct making *m, json_t *from, const char *kind)
{
	char *name = member_text(from, "key"), *prefix = member_text(from, "value");
	json_t *made = name ? json_pack("{s:o}", kind, action_value(m->a, m->at, name)) : NULL;

	if (made && prefix)
		json_object_set_new(made, "prefix", action_value(m->a, m->at, prefix));
	free(name);
	free(prefix);
	return made;
}

static json_t *env_from_config_map(struct making *m, json_t *from)
{
	return env_from(m, from, "configMap");
}

static json_t *env_from_secret(struct making *m, json_t *from)
{
	return env_from(m, from, "secret");
}

/* {key: volume, value: path, option: sub path, option2: read only}. */
static json_t *mount_of(struct making *m, json_t *from)
{
	json_t *mount = json_object();

	making_text(m, mount, "name", from, "key");
	making_text(m, mount, "mountPath", from, "value");
	making_text(m, mount, "subPath", from, "option");
	making_scalar(m, mount, "readOnly", from, "option2");
	if (json_object_get(mount, "name") && json_object_get(mount, "mountPath"))
		return mount;
	json_decref(mount);
	return NULL;
}

/* Octopus' names of what Kubernetes calls nvidia.com/gpu. */
static json_t *amounts_of(struct making *m, json_t *from)
{
	static const char *const names[][2] = { { "cpu", "cpu" }, { "memory", "memory" },
		{ "ephemeralStorage", "ephemeral-storage" }, { "storage", "storage" },
		{ "nvidiaGpu", "nvidia.com/gpu" }, { "amdGpu", "amd.com/gpu" } };
	json_t *made = json_object();

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		making_text(m, made, names[i][1], from, names[i][0]);
	return made;
}

static void set_resources(struct making *m)
{
	static const char *const kinds[] = { "requests", "limits" };
	json_t *from = member_take(m->from, "Resources"), *made = json_object();
	char *where = making_place(m, "Resources");

	for (size_t i = 0; from && i < ARRAY_LEN(kinds); i++) {
		json_t *part = member_take(from, kinds[i]);

		if (part) {
			json_object_set_new(made, kinds[i], amounts_of(m, part));
			members_leave(m->a, m->at, where, part);
		}
		json_decref(part);
	}
	if (from)
		members_leave(m->a, m->at, where, from);
	if (json_object_size(made))
		json_object_set(m->made, "resources", made);
	json_decref(made);
	json_decref(from);
	free(where);
}

static void set_security(struct making *m)
{
	json_t *from = member_take(m->from, "SecurityContext");

	if (from)
		json_object_set_new(m->made, "securityContext", action_typed(m->a, m->at, from));
	json_decref(from);
}

/* Docker Hub is where an image without a host comes from; another feed's host is not in a process.
 */
static char *registry_of(struct making *m, const char *feed)
{
	char *wish, *what, *out;
	size_t i;

	if (!feed || strcasestr(feed, "docker-hub") || strcasestr(feed, "dockerhub") ||
		!octostache_is_plain(feed))
		return xstrdup("");
	wish = xasprintf("%s.registry", feed);
	for (char *c = wish; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.",
			    *c))
			*c = '_';
	what = xasprintf("the registry of the feed %s, such as ghcr.io", feed);
	i = variables_add(&m->a->o->variables, wish, what, false, m->at->line,
		m->at->column);
	out = xasprintf("${%s}/", m->a->o->variables.items[i].name);
	free(what);
	free(wish);
	return out;
}

/* REGISTRY/PACKAGE:VERSION, of the container's own words or of the package that is called so. */
static void set_image(struct making *m)
{
	char *image = member_text(m->from, "Image"), *id = member_text(m->from, "PackageId");
	char *feed = member_text(m->from, "FeedId"), *registry, *version, *name;
	const struct ocl_node *package = action_package(m->a, m->name);
	const char *slug = ocl_text(package, "feed");
	json_t *value;

	name = id ? xstrdup(id) : xstrdup_or_null(ocl_text(package, "package_id"));
	if (image) {
		json_object_set_new(m->made, "image", action_value(m->a, m->at, image));
	} else if (name) {
		value = action_value(m->a, m->at, name);
		registry = registry_of(m, slug ? slug : feed);
		version = action_version(m->a, m->at, octostache_is_plain(name) ? name : m->name);
		json_object_set_new(m->made, "image",
			json_sprintf("%s%s:%s", registry, json_string_value(value), version));
		json_decref(value);
		free(registry);
		free(version);
	} else {
		action_unusable(m->a, m->at, "the container '%s' has no image", m->name);
	}
	free(image);
	free(id);
	free(feed);
	free(name);
}

static void make(struct making *m)
{
	json_object_set_new(m->made, "name", action_value(m->a, m->at, m->name));
	set_image(m);
	making_text(m, m->made, "imagePullPolicy", m->from, "ImagePullPolicy");
	making_words(m, m->made, "command", m->from, "Command");
	making_words(m, m->made, "args", m->from, "Args");
	making_list(m, "ports", "Ports", port_of);
	making_list(m, "env", "EnvironmentVariables", variable_of);
	making_list(m, "env", "ConfigMapEnvironmentVariables", config_variable_of);
	making_list(m, "env", "SecretEnvironmentVariables", secret_variable_of);
	making_list(m, "env", "FieldRefEnvironmentVariables", field_variable_of);
	making_list(m, "envFrom", "ConfigMapEnvFromSource", env_from_config_map);
	making_list(m, "envFrom", "SecretEnvFromSource", env_from_secret);
	set_resources(m);
	making_probe(m, "startupProbe", "StartupProbe");
	making_probe(m, "livenessProbe", "LivenessProbe");
	making_probe(m, "readinessProbe", "ReadinessProbe");
	making_lifecycle(m);
	making_list(m, "mounts", "VolumeMounts", mount_of);
	set_security(m);
	making_text(m, m->made, "terminationMessagePath", m->from, "TerminationMessagePath");
	making_text(m, m->made, "terminationMessagePolicy", m->from, "TerminationMessagePolicy");
}

/* What says nothing of the container itself. */
static void drop_chaff(json_t *from)
{
	static const char *const chaff[] = { "InitContainer", "IsNew", "AcquisitionLocation",
		"Properties", "Id" };

	for (size_t i = 0; i < ARRAY_LEN(chaff); i++)
		json_object_del(from, chaff[i]);
}

static bool is_init(const json_t *from)
{
	const char *text = jx_str(from, "InitContainer");

	return jx_bool(from, "InitContainer") || (text && strcasecmp(text, "true") == 0);
}

json_t *containers_of(struct action *a, const struct ocl_node *at, const json_t *list, bool init)
{
	json_t *made = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		struct making m = { a, at, json_deep_copy(json_array_get(list, i)), json_object(),
			NULL };
		char *secrets, *where;

		if (json_is_object(m.from) && is_init(m.from) == init) {
			m.name = member_text(m.from, "Name");
			m.name = m.name ? m.name : xasprintf("container-%zu", i + 1);
			drop_chaff(m.from);
			make(&m);
			json_array_append(made, m.made);
			secrets = member_text(m.from, "CreateFeedSecrets");
			if (secrets && strcasecmp(secrets, "true") == 0)
				action_leave(a, at,
					"container '%s': the pull secret that Octopus makes of its feed: make one and name it in imagePullSecrets",
					m.name);
			where = xasprintf("container '%s'", m.name);
			members_leave(a, at, where, m.from);
			free(where);
			free(secrets);
		}
		free(m.name);
		json_decref(m.made);
		json_decref(m.from);
	}
	return made;
}
