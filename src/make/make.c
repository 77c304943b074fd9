/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the mappings of short forms by tables of their keys. */
#include "make/make.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "make/field.h"
#include "make/words.h"

bool make_mistake(const struct make *m, const struct yaml_node *node, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	field_mistake(node, m->file, m->errs, "%s", text);
	free(text);
	return false;
}

bool make_lost(const struct yaml_node *node, const json_t *into, const char *key)
{
	return !json_object_get(into, key) && !field_lacks(node, key);
}

json_t *make_kept(json_t *made_take, bool good)
{
	if (good)
		return made_take;
	json_decref(made_take);
	return NULL;
}

static const struct make_key *find(const struct make_part *part, const char *word)
{
	for (size_t i = 0; i < part->keys->n; i++)
		if (strcmp(part->keys->items[i].key, word) == 0)
			return &part->keys->items[i];
	return NULL;
}

static void say_unknown(const struct make *m, const struct yaml_node *key,
	const struct make_part *parts, size_t n)
{
	const struct make_keys *first = parts[0].keys;
	const char **words, *near;
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += parts[i].keys->n;
	words = xcalloc(total + 1, sizeof(*words));
	total = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].keys->n; k++)
			words[total++] = parts[i].keys->items[k].key;
	near = nearest_word(key->value, words);
	make_mistake(m, key, "%s has no key '%s'%s%s%s%s%s", first->what, key->value,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
		first->rest ? (near ? " Anything else goes " : "; anything else goes ") : "",
		first->rest ? first->rest : "");
	free(words);
}

static bool read_key(const struct make *m, const struct yaml_node *key,
	const struct yaml_node *value, const struct make_part *parts, size_t n)
{
	if (key->kind != YAML_SCALAR)
		return make_mistake(m, key, "a key of %s must be a word", parts[0].keys->what);
	for (size_t i = 0; i < n; i++) {
		const struct make_key *found = find(&parts[i], key->value);
		const char *to = found && found->to ? found->to : key->value;
		bool twice = json_object_get(parts[i].into, to);
		json_t *made;

		if (!found)
			continue;
		made = found->make(m, found, value);
		if (made)
			json_object_set_new(parts[i].into, to, made);
		if (twice)
			make_mistake(m, key, "%s has '%s' already, under another name",
				parts[0].keys->what, to);
		return made && !twice;
	}
	say_unknown(m, key, parts, n);
	return false;
}

/* What must be there, and exactly one of what excludes each other. */
static bool check_keys(
	const struct make *m, const struct yaml_node *node, const struct make_keys *keys)
{
	size_t ones = 0;
	bool good = true;

	for (size_t i = 0; i < keys->n; i++) {
		const struct make_key *key = &keys->items[i];
		bool there = yaml_get(node, key->key) != NULL;

		ones += key->one && there;
		if (key->needed && !there)
			good = make_mistake(m, node, "%s needs %s", keys->what, key->key);
	}
	if (keys->one_of && ones != 1)
		good = make_mistake(m, node, "%s needs %s%s", keys->what,
			ones ? "no more than " : "", keys->one_of);
	return good;
}

bool make_parts(const struct make *m, const struct yaml_node *node, const struct make_part *parts,
	size_t n)
{
	bool good = true;

	if (node->kind != YAML_MAPPING)
		return make_mistake(m, node, "%s must be a mapping of keys", parts[0].keys->what);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].keys->n; k++)
			field_known(parts[0].keys->what, parts[i].keys->items[k].key);
	for (size_t i = 0; i < node->n; i++)
		good = read_key(m, node->keys[i], node->items[i], parts, n) && good;
	for (size_t i = 0; i < n; i++)
		good = check_keys(m, node, parts[i].keys) && good;
	return good;
}

json_t *make_table(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	struct make_part part = { key->keys, json_object() };

	return make_kept(part.into, make_parts(m, node, &part, 1));
}

json_t *make_table_or_first(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const struct make_key *first = &key->keys->items[0];
	json_t *value;

	if (node->kind != YAML_SCALAR)
		return make_table(m, key, node);
	value = first->make(m, first, node);
	return value ? json_pack("{s:o}", first->to ? first->to : first->key, value) : NULL;
}

char *make_text_of(const struct yaml_node *item, const char *key)
{
	const struct yaml_node *value = yaml_get(item, key);

	return value && value->kind == YAML_SCALAR ? xstrdup(value->value) : NULL;
}

json_t *make_protocol(json_t *made)
{
	if (made && !json_object_get(made, "protocol"))
		json_object_set_new(made, "protocol", json_string("TCP"));
	return made;
}

char *make_port_of(const struct yaml_node *item, const char *key)
{
	const char *text = item->kind == YAML_SCALAR ? item->value : "";
	const char *slash = strchr(text, '/');
	char *protocol = make_text_of(item, "protocol"), *number = make_text_of(item, key);
	char *port = NULL;

	if (strspn(text, "0123456789"))
		number = xstrndup(text, strspn(text, "0123456789"));
	if (number)
		port = xasprintf("%s/%s", number,
			slash ? slash + 1 : protocol ? protocol : "TCP");
	free(protocol);
	free(number);
	return port;
}

static bool is_before(char *const *texts, size_t i)
{
	for (size_t k = 0; k < i && texts[i]; k++)
		if (texts[k] && strcmp(texts[k], texts[i]) == 0)
			return true;
	return false;
}

bool make_unique(const struct make *m, const struct yaml_node *node, const char *key,
	make_text_fn *text_of)
{
	size_t n = node->kind == YAML_SEQUENCE ? node->n : 0;
	char **texts = xcalloc(n + 1, sizeof(*texts));
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		texts[i] = text_of(node->items[i], key);
		if (is_before(texts, i))
			good = make_mistake(m, node->items[i],
				"an item before this one has the same %s", key);
	}
	for (size_t i = 0; i < n; i++)
		free(texts[i]);
	free(texts);
	return good;
}

bool make_each_has(
	const struct make *m, const struct yaml_node *node, const char *key, const char *sentence)
{
	bool good = true;

	for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->n; i++)
		if (node->items[i]->kind == YAML_MAPPING && !yaml_get(node->items[i], key))
			good = make_mistake(m, node->items[i], "%s", sentence);
	return good;
}

json_t *make_list(const struct make *m, const struct make_key *key, const struct yaml_node *node,
	const char *of, make_fn *fn)
{
	json_t *list = json_array();
	bool good = true;

	if (node->kind != YAML_SEQUENCE)
		good = make_mistake(m, node, "%s must be a list of %s", key->key, of);
	for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->n; i++) {
		json_t *item = fn(m, key, node->items[i]);

		if (item)
			json_array_append_new(list, item);
		good = good && item;
	}
	return make_kept(list, good);
}

json_t *make_list_by_name(const struct make *m, const struct yaml_node *node, make_item_fn *fn)
{
	json_t *list = json_array();
	bool good = true;

	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *name = node->keys[i];
		json_t *item = NULL;

		if (name->kind == YAML_SCALAR)
			item = fn(m, name, node->items[i]);
		else
			make_mistake(m, name, "a name must be a text");
		if (item)
			json_array_append_new(list, item);
		good = good && item;
	}
	return make_kept(list, good);
}

json_t *make_tables(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return make_list(m, key, node, "mappings", make_table);
}

json_t *make_maps(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return make_list(m, key, node, "mappings", make_map);
}

json_t *make_strings(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return make_list(m, key, node, "texts: [a, b]", make_string);
}

/* A mapping of names, each of whose values fn makes; is (NULL: any) says which names. */
static json_t *map_of(const struct make *m, const struct make_key *key,
	const struct yaml_node *node, bool (*is)(const char *), make_fn *fn)
{
	json_t *map = json_object();
	bool good = true;

	if (node->kind != YAML_MAPPING)
		good = make_mistake(m, node, "%s must be a mapping: {name: value}", key->key);
	for (size_t i = 0; node->kind == YAML_MAPPING && i < node->n; i++) {
		const struct yaml_node *name = node->keys[i];
		json_t *value;

		if (name->kind != YAML_SCALAR || (is && !is(name->value))) {
			good = make_mistake(m, name, "'%s' is no key for %s",
				name->kind == YAML_SCALAR ? name->value : "", key->key);
			continue;
		}
		value = fn(m, key, node->items[i]);
		if (value)
			json_object_set_new(map, name->value, value);
		good = good && value;
	}
	return make_kept(map, good);
}

json_t *make_pairs(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return map_of(m, key, node, NULL, make_string);
}

static json_t *make_label(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const char *text = make_scalar(m, node, "a label's value");

	(void)key;
	if (!text)
		return NULL;
	if (is_label_value(text))
		return json_string(text);
	make_unfit(m, node, "a label", "at most 63 letters, digits, '-', '_' and '.'");
	return NULL;
}

json_t *make_labels(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return map_of(m, key, node, is_label_key, make_label);
}

json_t *make_annotations(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return map_of(m, key, node, is_label_key, make_string);
}

json_t *make_quantities(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return map_of(m, key, node, is_label_key, make_quantity);
}
