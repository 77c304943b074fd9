/* SPDX-License-Identifier: Apache-2.0 */
/* Secret: from literals and files, with what its type asks for. No sentence quotes a value. */
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/buf.h"
#include "base/jx.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "make/data.h"
#include "make/object.h"
#include "make/words.h"

#define PREFIX "kubernetes.io/"

static const char *const sources[] = { "data", "stringData", "files" };

static const struct object_type type = { "v1", "Secret", is_dns_subdomain, NAME_LIKE };

static const struct make_key items[] = {
	{ .key = "type", .make = make_text },
	{ .key = "data", .make = make_data_base64 },
	{ .key = "stringData", .make = make_data_texts },
	{ .key = "files", .make = make_data_files },
	{ .key = "immutable", .make = make_bool },
	{ .key = "hashSuffix", .make = make_bool },
};
static const struct make_keys keys = { "a secret", NULL, NULL, MAKE_KEYS(items) };

/* What a value must look like; text ends with a NUL, and may hold others. */
typedef bool looks_fn(const char *text, size_t len);

static bool is_certificate(const char *text, size_t len)
{
	return memmem(text, len, "-----BEGIN CERTIFICATE-----", 27) != NULL;
}

static bool is_private_key(const char *text, size_t len)
{
	return memmem(text, len, "-----BEGIN ", 11) && memmem(text, len, "PRIVATE KEY-----", 16);
}

static bool has_auths(const char *text, size_t len)
{
	json_t *json = json_loadb(text, len, 0, NULL);
	bool good = json_is_object(json_object_get(json, "auths"));

	json_decref(json);
	return good;
}

static bool is_json(const char *text, size_t len)
{
	json_t *json = json_loadb(text, len, 0, NULL);
	bool good = json_is_object(json);

	json_decref(json);
	return good;
}

static bool is_of(const char *text, size_t len, size_t want)
{
	return len == want && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") == want;
}

static bool is_token_id(const char *text, size_t len)
{
	return is_of(text, len, 6);
}

static bool is_token_secret(const char *text, size_t len)
{
	return is_of(text, len, 16);
}

/* The types that Kubernetes knows, and the keys that each must have. */
static const struct secret_type {
	const char *type;
	const char *annotation; /* that it must have, too; NULL: none */
	bool any;               /* one of the keys is enough */
	struct {
		const char *key, *like;
		looks_fn *looks; /* NULL: anything goes */
	} needs[2];
} secret_types[] = {
	{ "Opaque", NULL, false, { { NULL, NULL, NULL } } },
	{ PREFIX "tls", NULL, false,
		{ { "tls.crt", "a certificate in PEM", is_certificate },
			{ "tls.key", "a private key in PEM", is_private_key } } },
	{ PREFIX "dockerconfigjson", NULL, false,
		{ { ".dockerconfigjson", "JSON with auths, as docker login writes it",
			has_auths } } },
	{ PREFIX "dockercfg", NULL, false, { { ".dockercfg", "JSON", is_json } } },
	{ PREFIX "basic-auth", NULL, true,
		{ { "username", NULL, NULL }, { "password", NULL, NULL } } },
	{ PREFIX "ssh-auth", NULL, false,
		{ { "ssh-privatekey", "a private key in PEM", is_private_key } } },
	{ PREFIX "service-account-token", PREFIX "service-account.name", false,
		{ { NULL, NULL, NULL } } },
	{ "bootstrap.kubernetes.io/token", NULL, false,
		{ { "token-id", "6 lower-case letters and digits", is_token_id },
			{ "token-secret", "16 lower-case letters and digits",
				is_token_secret } } },
};

static const char *without_prefix(const char *word)
{
	return strncmp(word, PREFIX, strlen(PREFIX)) == 0 ? word + strlen(PREFIX) : word;
}

/* Its own word, or the last part of it ("tls"); NULL: a type that Kubernetes does not know. */
static const struct secret_type *find_type(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(secret_types); i++) {
		const char *full = secret_types[i].type;

		if (strcmp(full, word) == 0 || strcmp(without_prefix(full), word) == 0)
			return &secret_types[i];
	}
	return NULL;
}

/* Anybody may have types of their own, but not in Kubernetes' name. */
static bool check_foreign(const struct make *m, const struct yaml_node *node)
{
	const char *words[ARRAY_LEN(secret_types) + 1] = { NULL }, *near;

	for (size_t i = 0; i < ARRAY_LEN(secret_types); i++)
		words[i] = without_prefix(secret_types[i].type);
	near = nearest_word(without_prefix(node->value), words);
	for (size_t i = 0; near && i < ARRAY_LEN(secret_types); i++)
		if (near == words[i])
			near = secret_types[i].type;
	if (near || without_prefix(node->value) != node->value)
		return make_mistake(m, node, "Kubernetes has no such type of Secret%s%s%s",
			near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return true;
}

static bool check_value(const struct make *m, const struct yaml_node *node, const char *key,
	const char *value, looks_fn *looks, const char *like)
{
	char *bytes;
	size_t len;
	bool good = looks == NULL;

	if (!good && b64_decode(value, &bytes, &len)) {
		good = looks(bytes, len);
		free(bytes);
	}
	return good || make_mistake(m, node, "the value of %s must be %s", key, like);
}

static bool check_keys(const struct make *m, const struct yaml_node *node,
	const struct secret_type *known, const json_t *data)
{
	size_t needed = 0, found = 0;
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(known->needs) && known->needs[i].key; i++) {
		const char *key = known->needs[i].key;
		const char *value = json_string_value(json_object_get(data, key));

		needed++;
		found += value != NULL;
		if (value)
			good = check_value(m, node, key, value, known->needs[i].looks,
				       known->needs[i].like) &&
				good;
		else if (!known->any)
			good = make_mistake(m, node, "a Secret of type %s needs the key %s",
				known->type, key);
	}
	if (needed && known->any && !found)
		good = make_mistake(m, node, "a Secret of type %s needs the key %s or %s",
			known->type, known->needs[0].key, known->needs[1].key);
	return good;
}

static bool check_type(const struct make *m, const struct yaml_node *node, json_t *object,
	const json_t *metadata)
{
	const struct yaml_node *at = yaml_get(node, "type");
	const struct secret_type *known = find_type(at ? at->value : "Opaque");
	const json_t *annotations = json_object_get(metadata, "annotations");

	if (!known)
		return check_foreign(m, at);
	json_object_set_new(object, "type", json_string(known->type));
	if (known->annotation && !json_object_get(annotations, known->annotation) &&
		!make_lost(node, metadata, "annotations"))
		return make_mistake(m, at,
			"Kubernetes fills such a Secret for the service account that its "
			"annotation %s names: add that under annotations", known->annotation);
	return true;
}

/* A key that may be in what was lost is not said to be missing. */
static bool check_content(const struct make *m, const struct yaml_node *node,
	const json_t *object, const json_t *read)
{
	const struct secret_type *known = find_type(jx_str(object, "type"));

	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (make_lost(node, read, sources[i]))
			return true;
	return !known || check_keys(m, node, known, json_object_get(object, "data"));
}

/* stringData is sent as data: of a key that is applied as stringData the server would never know
 * when it goes. */
static bool fill(const struct make *m, const struct yaml_node *node, json_t *object,
	const json_t *read, const json_t *metadata)
{
	json_t *data = json_object();
	bool good;

	json_object_set_new(object, "type", json_string("Opaque"));
	json_object_set(object, "type", json_object_get(read, "type"));
	json_object_set_new(object, "data", data);
	good = data_take(m, node, data, read, sources, ARRAY_LEN(sources), type.kind);
	if (!make_lost(node, read, "type"))
		good = check_type(m, node, object, metadata) &&
			check_content(m, node, object, read) && good;
	if (json_object_size(data) == 0)
		json_object_del(object, "data");
	return good;
}

json_t *make_secret(const struct make *m, const struct yaml_node *node)
{
	return data_object(m, node, &type, &keys, fill);
}
