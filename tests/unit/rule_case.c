/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the cases of tests/rules and judges their objects. */
#include "tests/unit/rule_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"

char *case_read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf text;
	char part[4096];
	size_t n;

	buf_init(&text, 0);
	while (f && (n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&text, part, n);
	if (f)
		fclose(f);
	return buf_take(&text);
}

static json_t *parse(const struct case_file *file, const struct rule_case *c, const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (value)
		return value;
	printf("Bail out! %s: %s: %s at %d:%d\n", file->name, c->name, error.text, error.line,
		error.column);
	exit(99);
}

/* RFC 7386; takes target, returns a new reference. */
static json_t *merge(json_t *target, const json_t *patch)
{
	const char *key;
	json_t *value;

	if (!json_is_object(patch)) {
		json_decref(target);
		return json_deep_copy(patch);
	}
	if (!json_is_object(target)) {
		json_decref(target);
		target = json_object();
	}
	json_object_foreach((json_t *)patch, key, value)
	{
		if (json_is_null(value))
			json_object_del(target, key);
		else
			json_object_set_new(target, key,
				merge(json_incref(json_object_get(target, key)), value));
	}
	return target;
}

static void read_options(struct rule_case *c, char *text)
{
	char *save = NULL;

	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		c->wait_for_jobs |= strcmp(word, "wait_for_jobs") == 0;
		c->look_once |= strcmp(word, "look_once") == 0;
		c->blind |= strcmp(word, "blind") == 0;
		if (strncmp(word, "now=", 4) == 0)
			clock_parse_stamp(word + 4, &c->now_ms);
	}
}

static void read_directive(const struct case_file *file, struct rule_case *c, char *line)
{
	char *colon = strchr(line, ':'), *value = colon + 1 + strspn(colon + 1, " ");

	if (strncmp(line, "options:", 8) == 0)
		read_options(c, value);
	else if (strncmp(line, "manifest:", 9) == 0)
		c->manifest = parse(file, c, value);
	else if (strncmp(line, "like:", 5) == 0)
		c->like = xstrdup(value);
	else if (strncmp(line, "kinds:", 6) == 0)
		c->more_kinds = xstrdup(value);
	else if (strncmp(line, "related ", 8) == 0 && c->nlists < RELATED_MAX) {
		c->kinds[c->nlists] = xstrndup(line + 8, (size_t)(colon - line - 8));
		c->lists[c->nlists++] = parse(file, c, value);
	}
}

static struct rule_case *find_case(const struct case_file *file, const char *name)
{
	for (size_t i = 0; i < file->n; i++)
		if (strcmp(file->cases[i].name, name) == 0)
			return &file->cases[i];
	return NULL;
}

static void end_case(struct case_file *file, struct rule_case *c, struct buf *body)
{
	const struct rule_case *base = c->like ? find_case(file, c->like) : NULL;
	json_t *patch = parse(file, c, buf_str(body));

	if (c->like && !base) {
		printf("Bail out! %s: %s: no case %s before it\n", file->name, c->name, c->like);
		exit(99);
	}
	c->object = base ? merge(json_deep_copy(base->object), patch) : json_incref(patch);
	json_decref(patch);
	buf_reset(body);
}

static void read_cases(struct case_file *file, char *text)
{
	struct rule_case *c = NULL;
	struct buf body;
	char *save = NULL;

	buf_init(&body, 0);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "== ", 3) == 0) {
			VEC_GROW(file->cases, file->n, file->cap);
			c = &file->cases[file->n++];
			*c = (struct rule_case){ .name = xstrdup(line + 3) };
		} else if (strncmp(line, "=> ", 3) == 0 && c) {
			c->want = xstrdup(line + 3);
			end_case(file, c, &body);
		} else if (strncmp(line, "# ", 2) == 0 && c) {
			read_directive(file, c, line + 2);
		} else if (strncmp(line, "##", 2) != 0 && c) {
			buf_printf(&body, "%s\n", line);
		}
	}
	buf_release(&body);
}

void case_file_read(struct case_file *file, const char *path)
{
	char *text = case_read_text(path);

	*file = (struct case_file){ .name = strrchr(path, '/') + 1 };
	read_cases(file, text);
	free(text);
}

void case_file_release(struct case_file *file)
{
	for (size_t i = 0; i < file->n; i++) {
		struct rule_case *c = &file->cases[i];

		free(c->name);
		free(c->like);
		free(c->want);
		free(c->more_kinds);
		json_decref(c->object);
		json_decref(c->manifest);
		for (size_t k = 0; k < c->nlists; k++) {
			free(c->kinds[k]);
			json_decref(c->lists[k]);
		}
	}
	free(file->cases);
}

void case_judge(struct judgement *out, const struct rule_case *c, const json_t *object)
{
	struct related related[RELATED_MAX];
	const json_t *items[RELATED_MAX][64];

	for (size_t i = 0; i < c->nlists; i++) {
		size_t n = json_array_size(c->lists[i]);

		for (size_t k = 0; k < n && k < 64; k++)
			items[i][k] = json_array_get(c->lists[i], k);
		related[i] = (struct related){
			.kind = c->kinds[i], .known = true, .objects = items[i], .n = n
		};
	}
	judge(out, object,
		&(struct judge_options){ .wait_for_jobs = c->wait_for_jobs,
			.look_once = c->look_once,
			.related = related,
			.nrelated = c->nlists,
			.manifest = c->manifest },
		c->now_ms);
}
