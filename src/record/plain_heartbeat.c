/* SPDX-License-Identifier: Apache-2.0 */
/* The line after a long silence: what is still awaited, and why. */
#include "record/plain_line.h"

#include <string.h>

#include "record/model.h"

#define NAMED_MAX 3 /* objects that it names */

static void add_awaited(struct plain_line *line, const struct model_step *step, size_t waiting)
{
	size_t named = 0;

	for (size_t i = 0; i < step->nobjects && named < NAMED_MAX; i++) {
		const struct model_object *o = &step->objects[i];
		bool message = o->message && *o->message;

		if (!o->applied || o->status == STATUS_SUCCESS)
			continue;
		line_add(line, named++ ? ", " : ": ");
		line_add_label(line, o);
		if (message || (o->reason && *o->reason)) {
			line_add(line, " (");
			line_add(line, message ? o->message : o->reason);
			line_add(line, ")");
		}
	}
	if (waiting > named)
		buf_printf(&line->text, " and %zu more", waiting - named);
}

void line_heartbeat(struct plain_line *line, const struct model *m, size_t at_step, int64_t now_ms)
{
	const struct model_step *step = &m->steps[at_step];
	struct model_counts counts = model_count(step, true);
	size_t waiting = counts.total - counts.by[STATUS_SUCCESS];

	line_begin_step(line, m, at_step, now_ms);
	if (step->stabilizing_since) {
		line_add_duration(line, "stabilizing: held for ", now_ms - step->stabilizing_since);
		line_add_duration(line, " of ", step->stabilizing_need_ms);
	} else if (waiting == 0 && step->mode && strcmp(step->mode, "helm") == 0) {
		line_add(line, "still waiting for helm");
	} else if (counts.total == 0) {
		line_add(line, "still running");
	} else {
		buf_printf(
			&line->text, "still waiting for %zu of %zu objects", waiting, counts.total);
		add_awaited(line, step, waiting);
	}
	if (step->timeout_ms >= 0) {
		int64_t left = step->started_at + step->timeout_ms - now_ms;

		line_add_duration(line, "; time left: ", left > 0 ? left : 0);
	}
	line_end(line, now_ms);
}
