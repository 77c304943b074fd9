/* SPDX-License-Identifier: Apache-2.0 */
/* How a container is asked whether it is well, and told what is coming. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "import/octopus_container.h"

static json_t *header_of(struct making *m, json_t *from)
{
	json_t *header = json_object();

	making_text(m, header, "name", from, "name");
	making_text(m, header, "name", from, "key");
	making_text(m, header, "value", from, "value");
	return header;
}

/* A list of words, or one text with a word on each line. */
static json_t *words_of(struct making *m, json_t *from)
{
	json_t *words = json_array();
	const char *text = json_string_value(from);

	for (size_t i = 0; i < json_array_size(from); i++) {
		const char *word = json_string_value(json_array_get(from, i));

		json_array_append_new(words, action_value(m->a, m->at, word ? word : ""));
	}
	while (text && *text) {
		size_t len = strcspn(text, "\r\n");
		char *word = xstrndup(text, len);

		if (len)
			json_array_append_new(words, action_value(m->a, m->at, word));
		free(word);
		text += len + strspn(text + len, "\r\n");
	}
	return words;
}

void making_words(struct making *m, json_t *into, const char *to, json_t *from, const char *key)
{
	json_t *value = member_take(from, key);

	if (value)
		json_object_set_new(into, to, words_of(m, value));
	json_decref(value);
}

static json_t *http_of(struct making *m, json_t *from)
{
	struct making inner = { m->a, m->at, from, json_object(), m->name };

	making_text(m, inner.made, "path", from, "path");
	making_scalar(m, inner.made, "port", from, "port");
	making_text(m, inner.made, "host", from, "host");
	making_text(m, inner.made, "scheme", from, "scheme");
	making_list(&inner, "httpHeaders", "httpHeaders", header_of);
	return inner.made;
}

static json_t *tcp_of(struct making *m, json_t *from)
{
	json_t *made = json_object();

	making_scalar(m, made, "port", from, "port");
	making_text(m, made, "host", from, "host");
	return made;
}

/* How something is asked or told: {type: Command|HttpGet|TcpSocket, exec, httpGet, tcpSocket}; of
 * those that are there, the type's own. */
static json_t *handler_of(struct making *m, json_t *from, const char *where)
{
	static const char *const kinds[][2] = { { "exec", "Command" }, { "httpGet", "HttpGet" },
		{ "tcpSocket", "TcpSocket" } };
	char *type = member_text(from, "type");
	json_t *made = json_object();

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		json_t *value = member_take(from, kinds[i][0]), *part = json_object();

		if (value && i == 0)
			making_words(m, part, "command", value, "command");
		else if (value) {
			json_decref(part);
			part = i == 1 ? http_of(m, value) : tcp_of(m, value);
		}
		if (json_object_size(part) && !json_object_size(made) &&
			(!type || strcasecmp(type, kinds[i][1]) == 0 ||
				strcasecmp(type, kinds[i][0]) == 0))
			json_object_set(made, kinds[i][0], part);
		if (value)
			members_leave(m->a, m->at, where, value);
		json_decref(value);
		json_decref(part);
	}
	free(type);
	if (json_object_size(made))
		return made;
	json_decref(made);
	return NULL;
}

void making_probe(struct making *m, const char *to, const char *key)
{
	static const char *const numbers[] = { "initialDelaySeconds", "periodSeconds",
		"timeoutSeconds", "successThreshold", "failureThreshold" };
	json_t *from = member_take(m->from, key), *probe;
	char *where = making_place(m, key);

	probe = from ? handler_of(m, from, where) : NULL;
	for (size_t i = 0; probe && i < ARRAY_LEN(numbers); i++)
		making_scalar(m, probe, numbers[i], from, numbers[i]);
	if (probe)
		json_object_set(m->made, to, probe);
	if (from)
		members_leave(m->a, m->at, where, from);
	json_decref(probe);
	json_decref(from);
	free(where);
}

void making_lifecycle(struct making *m)
{
	static const char *const hooks[][2] = { { "PostStart", "postStart" },
		{ "PreStop", "preStop" } };
	json_t *from = member_take(m->from, "Lifecycle"), *made = json_object();
	char *where = making_place(m, "Lifecycle");

	for (size_t i = 0; from && i < ARRAY_LEN(hooks); i++) {
		json_t *hook = member_take(from, hooks[i][0]), *handler;

		handler = hook ? handler_of(m, hook, where) : NULL;
		if (handler)
			json_object_set_new(made, hooks[i][1], handler);
		if (hook)
			members_leave(m->a, m->at, where, hook);
		json_decref(hook);
	}
	if (from)
		members_leave(m->a, m->at, where, from);
	if (json_object_size(made))
		json_object_set(m->made, "lifecycle", made);
	json_decref(made);
	json_decref(from);
	free(where);
}
