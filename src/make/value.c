/* SPDX-License-Identifier: Apache-2.0 */
/* The values of short forms: texts, numbers, words, and what is passed on as it is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/nearest.h"
#include "make/make.h"
#include "make/words.h"

const char *make_scalar(const struct make *m, const struct yaml_node *node, const char *what)
{
	if (node->kind != YAML_SCALAR) {
		make_mistake(m, node, "%s must be a text", what);
		return NULL;
	}
	/* What a variable holds is text, also when it is empty. */
	if (node->plain && !node->tag && !node->expanded &&
		(node->value[0] == '\0' || strcmp(node->value, "~") == 0 ||
			strcmp(node->value, "null") == 0)) {
		make_mistake(m, node, "%s has no value; write \"\" if an empty text is meant", what);
		return NULL;
	}
	if (is_utf8(node->value, strlen(node->value)))
		return node->value;
	make_mistake(m, node, "%s must be UTF-8 text", what);
	return NULL;
}

bool make_unfit(const struct make *m, const struct yaml_node *node, const char *what,
	const char *like)
{
	if (node->expanded)
		return make_mistake(
			m, node, "%s: the value of its variable does not fit: %s", what, like);
	return make_mistake(m, node, "%s cannot be '%s': %s", what, node->value, like);
}

json_t *make_string(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const char *text = make_scalar(m, node, key->key);

	return text ? json_string(text) : NULL;
}

json_t *make_text(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const char *text = make_scalar(m, node, key->key);

	if (text && *text)
		return json_string(text);
	if (text)
		make_mistake(m, node, "%s must not be empty", key->key);
	return NULL;
}

json_t *make_named(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const char *text = make_scalar(m, node, key->key);

	if (text && key->is(text))
		return json_string(text);
	if (text)
		make_unfit(m, node, key->key, key->like);
	return NULL;
}

json_t *make_word(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const char *text = make_scalar(m, node, key->key);
	struct buf known;

	if (!text)
		return NULL;
	for (const char *const *word = key->words; *word; word++)
		if (strcmp(*word, text) == 0)
			return json_string(text);
	buf_init(&known, 0);
	for (const char *const *word = key->words; *word; word++)
		buf_printf(&known, "%s%s",
			word == key->words ? ""
				: word[1]  ? ", "
					   : " or ",
			*word);
	make_mistake(m, node, "%s must be %s", key->key, buf_str(&known));
	buf_release(&known);
	return NULL;
}

bool make_is_int(const struct yaml_node *node, json_int_t *out)
{
	const char *s = node->value;
	char *end;

	if (node->kind != YAML_SCALAR)
		return false;
	/* YAML 1.1 reads 0755 as 493: nobody knows which is meant. */
	if (!*s || strspn(s, "-0123456789") != strlen(s) || (*s == '0' && s[1]))
		return false;
	errno = 0;
	*out = strtoll(s, &end, 10);
	return *end == '\0' && errno == 0;
}

json_t *make_int(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	bool word = node->kind == YAML_SCALAR && (node->plain || node->whole);
	json_int_t value;

	if (!word || !make_is_int(node, &value))
		make_mistake(m, node, "%s must be a whole number", key->key);
	else if (key->high && (value < key->low || value > key->high))
		make_mistake(m, node, "%s must be from %lld to %lld", key->key,
			(long long)key->low, (long long)key->high);
	else if (value < key->low)
		make_mistake(m, node, "%s must be %lld or more", key->key, (long long)key->low);
	else
		return json_integer(value);
	return NULL;
}

json_t *make_bool(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	bool word = node->kind == YAML_SCALAR && (node->plain || node->whole);

	if (word && strcmp(node->value, "true") == 0)
		return json_true();
	if (word && strcmp(node->value, "false") == 0)
		return json_false();
	make_mistake(m, node, "%s must be true or false", key->key);
	return NULL;
}

json_t *make_mode(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *value = make_any(m, node);

	if (!value || (json_is_integer(value) && json_integer_value(value) >= 0 &&
			      json_integer_value(value) <= 0777))
		return value;
	json_decref(value);
	make_mistake(m, node, "%s must be a file's mode, such as 0400", key->key);
	return NULL;
}

json_t *make_any(const struct make *m, const struct yaml_node *node)
{
	struct error err = { 0 };
	json_t *value = yaml_to_json(node, m->file, &err);

	if (!value)
		errors_add_error(m->errs, &err);
	return value;
}

const char *const pod_texts[] = { "value", "values", "command", "matchLabels", "labels",
	"annotations", "volumeAttributes", NULL };

static bool is_word_of(const char *const *words, const char *key)
{
	for (; words && *words; words++)
		if (strcmp(*words, key) == 0)
			return true;
	return false;
}

static json_t *text_of(const struct yaml_node *node, json_t *value)
{
	bool number = json_is_number(value) || json_is_boolean(value);

	return number && node->kind == YAML_SCALAR ? json_string(node->value) : NULL;
}

/* Numbers, true and false become the texts that Kubernetes wants: those of the keys in words, alone
 * or in a list or mapping. all: whatever their key is. */
static void make_texts(
	json_t *value, const struct yaml_node *node, const char *const *words, bool all)
{
	for (size_t i = 0; i < node->n; i++) {
		bool map = node->kind == YAML_MAPPING;
		const char *key = map && node->keys[i]->kind == YAML_SCALAR ? node->keys[i]->value
									    : "";
		json_t *item = map ? json_object_get(value, key) : json_array_get(value, i);
		bool wanted = all || is_word_of(words, key);
		json_t *text = wanted ? text_of(node->items[i], item) : NULL;

		if (text && map)
			json_object_set_new(value, key, text);
		else if (text)
			json_array_set_new(value, i, text);
		else
			make_texts(item, node->items[i], words, wanted);
	}
}

json_t *make_map(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *value = node->kind == YAML_MAPPING ? make_any(m, node) : NULL;

	if (value && key->words)
		make_texts(value, node, key->words, false);
	if (node->kind == YAML_MAPPING)
		return value;
	make_mistake(m, node, "%s must be a mapping, as Kubernetes has it", key->key);
	return NULL;
}

json_t *make_quantity(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const char *text = make_scalar(m, node, key->key);

	if (text && is_quantity(text))
		return json_string(text);
	if (text)
		make_unfit(m, node, "a quantity", "a number with a unit: 500m, 2, 1.5Gi");
	return NULL;
}

json_t *make_int_or_percent(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const char *text = node->kind == YAML_SCALAR ? node->value : "";
	size_t digits = strspn(text, "0123456789");
	json_int_t value;

	if (make_is_int(node, &value) && value >= 0)
		return json_integer(value);
	if (digits && strcmp(text + digits, "%") == 0)
		return json_string(text);
	make_mistake(m, node, "%s must be a number or a percentage: 1 or 25%%", key->key);
	return NULL;
}

json_t *make_port(const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_int_t number;
	const char *text;

	if (make_is_int(node, &number) && number >= 1 && number <= 65535)
		return json_integer(number);
	text = node->kind == YAML_SCALAR ? make_scalar(m, node, key->key) : "";
	if (!text)
		return NULL;
	if (is_port_name(text))
		return json_string(text);
	make_mistake(m, node, "%s must be a port's number (1 to 65535) or its name", key->key);
	return NULL;
}
