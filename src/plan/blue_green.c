/* SPDX-License-Identifier: Apache-2.0 */
/* Blue/green: a Deployment's colour, and the Services that are switched to it. */
#include "plan/blue_green.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "make/words.h"

#define DIGITS 10

static void add_label(json_t *holder, const char *key, const char *value)
{
	json_t *labels = json_object_get(holder, "labels");

	if (!labels) {
		labels = json_object();
		json_object_set_new(holder, "labels", labels);
	}
	json_object_set_new(labels, key, json_string(value));
}

bool blue_green_colour(const struct make *m, const struct yaml_node *node, json_t *deployment,
	struct blue_green *bg)
{
	json_t *metadata = json_object_get(deployment, "metadata");
	json_t *spec = json_object_get(deployment, "spec");
	json_t *template = json_object_get(spec, "template");
	char digits[SHA256_HEX], *text = json_dumps(template, JSON_COMPACT | JSON_SORT_KEYS);

	sha256_hex(text, strlen(text), digits);
	digits[DIGITS] = '\0';
	free(text);
	bg->name = xstrdup(jx_str(metadata, "name"));
	bg->ns = xstrdup_or_null(jx_str(metadata, "namespace"));
	bg->deployment = xasprintf("%s-%s", bg->name, digits);
	json_object_set_new(metadata, "name", json_string(bg->deployment));
	add_label(metadata, COLOURS_LABEL, bg->name);
	add_label(metadata, COLOUR_LABEL, digits);
	add_label(json_object_get(template, "metadata"), COLOUR_LABEL, digits);
	json_object_set_new(json_object_get(json_object_get(spec, "selector"), "matchLabels"),
		COLOUR_LABEL, json_string(digits));
	if (is_dns_subdomain(bg->deployment))
		return true;
	return make_mistake(m, node, "with its colour the name is longer than 253 characters");
}

bool blue_green_switch(json_t *service, const json_t *deployment, const char *name)
{
	json_t *selector = json_object_get(json_object_get(service, "spec"), "selector");
	const json_t *labels = jx_get(deployment, "spec.template.metadata.labels");
	const char *app = jx_str(selector, "app");
	void *at = json_object_iter(selector);

	if (!app || strcmp(app, name) != 0)
		return false;
	for (; at; at = json_object_iter_next(selector, at))
		if (!json_equal(json_object_get(labels, json_object_iter_key(at)),
			    json_object_iter_value(at)))
			return false;
	json_object_set(selector, COLOUR_LABEL, json_object_get(labels, COLOUR_LABEL));
	return true;
}
