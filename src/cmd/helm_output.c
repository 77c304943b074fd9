/* SPDX-License-Identifier: Apache-2.0 */
/* helm's lines, masked, into the record. */
#include "cmd/helm_output.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "manifest/manifest.h"
#include "manifest/redact.h"
#include "plan/helm.h"
#include "plan/helm_words.h"
#include "record/event.h"
#include "record/journal.h"

#define LINE_MAX_BYTES ((size_t)64 << 10) /* of a line that helm wrote */
#define LINE_SHOWN 2000                    /* … and of one that is kept */
#define HELD_MAX 1000
#define TOLD_MAX 5000 /* lines that are told as they come; then only the last ones, at the end */

struct held {
	int stream;
	char *line;
};

struct helm_output {
	struct recorder *recorder;
	size_t step;
	json_t *secrets; /* array of objects as redact_text() takes them */
	struct buf open_line[2];
	struct held *held;
	size_t n, cap;
	size_t told, dropped; /* lines */
	bool open;
};

/* Values of the plan that came from variables, in the shape of a Secret. */
static void mask_values(struct helm_output *o, const struct helm_release *release)
{
	json_t *values = json_object();

	for (size_t i = 0; i < release->nsets; i++)
		if (release->sets[i].hidden)
			json_object_set_new(
				values, release->sets[i].key, jx_string(release->sets[i].value));
	json_array_append_new(
		o->secrets, json_pack("{s:s, s:o}", "kind", "Secret", "stringData", values));
}

struct helm_output *helm_output_new(
	struct recorder *recorder, size_t step, const struct helm_release *release)
{
	struct helm_output *o = xcalloc(1, sizeof(*o));

	o->recorder = recorder;
	o->step = step;
	o->secrets = json_array();
	buf_init(&o->open_line[0], LINE_MAX_BYTES);
	buf_init(&o->open_line[1], LINE_MAX_BYTES);
	mask_values(o, release);
	return o;
}

void helm_output_free(struct helm_output *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n; i++)
		free(o->held[i].line);
	free(o->held);
	buf_release(&o->open_line[0]);
	buf_release(&o->open_line[1]);
	json_decref(o->secrets);
	free(o);
}

void helm_output_mask(struct helm_output *o, const struct manifests *manifests)
{
	for (size_t i = 0; i < manifests->n; i++)
		if (strcmp(manifests->items[i].kind, "Secret") == 0)
			json_array_append(o->secrets, manifests->items[i].object);
}

char *helm_output_masked(const struct helm_output *o, const char *text)
{
	char *out = helm_without_objects(text);

	for (size_t i = 0; i < json_array_size(o->secrets); i++) {
		char *masked = redact_text(out, json_array_get(o->secrets, i));

		free(out);
		out = masked;
	}
	return out;
}

static json_t *shown(const struct helm_output *o, const char *line)
{
	char *masked = helm_output_masked(o, line), cut[LINE_SHOWN];
	char *text = text_display(masked, strlen(masked), TEXT_BLOCK);
	json_t *string;

	text_copy(cut, sizeof(cut), text);
	string = json_string(cut);
	free(text);
	free(masked);
	return string;
}

static void tell_dropped(struct helm_output *o)
{
	char *text = xasprintf("(%zu lines are left out)", o->dropped);

	if (o->dropped)
		recorder_emit(o->recorder,
			event_step_output(o->step, "stdout", json_pack("[s]", text)));
	o->dropped = 0;
	free(text);
}

/* One event for lines of one stream that came together. */
static void tell(struct helm_output *o)
{
	tell_dropped(o);
	o->told += o->n;
	for (size_t i = 0; i < o->n;) {
		int stream = o->held[i].stream;
		json_t *lines = json_array();

		for (; i < o->n && o->held[i].stream == stream; i++) {
			json_array_append_new(lines, shown(o, o->held[i].line));
			free(o->held[i].line);
		}
		recorder_emit(o->recorder,
			event_step_output(o->step, stream == 1 ? "stdout" : "stderr", lines));
	}
	o->n = 0;
}

static void end_line(struct helm_output *o, int stream)
{
	struct buf *line = &o->open_line[stream - 1];

	if (o->n == HELD_MAX) {
		free(o->held[0].line);
		memmove(o->held, o->held + 1, --o->n * sizeof(*o->held));
		o->dropped++;
	}
	VEC_GROW(o->held, o->n, o->cap);
	o->held[o->n++] = (struct held){ stream, xstrdup(buf_str(line)) };
	buf_release(line);
	buf_init(line, LINE_MAX_BYTES);
}

void helm_output_add(struct helm_output *o, int stream, const char *bytes, size_t len)
{
	struct buf *line = &o->open_line[stream - 1];

	while (len) {
		const char *newline = memchr(bytes, '\n', len);
		size_t part = newline ? (size_t)(newline - bytes) : len;
		size_t room = line->max - line->len;

		buf_add(line, bytes, part < room ? part : room);
		if (newline)
			end_line(o, stream);
		bytes += part + (newline != NULL);
		len -= part + (newline != NULL);
	}
	if (o->open && o->told < TOLD_MAX)
		tell(o);
}

void helm_output_open(struct helm_output *o)
{
	o->open = true;
	tell(o);
}

void helm_output_end(struct helm_output *o)
{
	for (int stream = 1; stream <= 2; stream++)
		if (o->open_line[stream - 1].len)
			end_line(o, stream);
	helm_output_open(o);
}
