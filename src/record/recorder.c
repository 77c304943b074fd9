/* SPDX-License-Identifier: Apache-2.0 */
/* The recorder: stamps events, folds them, writes them down, hands them on. */
#include "record/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/event.h"
#include "record/model.h"

#define JOURNAL_VERSION 1

struct listener {
	recorder_fn *fn;
	void *arg;
};

struct recorder {
	struct model *model;
	char *path;
	int fd;        /* -1: no file, or no more */
	off_t written; /* whole lines */
	json_int_t seq;
	int64_t at;    /* of the last event */
	char *trouble; /* why the file stopped */
	struct listener *listeners;
	size_t n, cap;
};

struct recorder *recorder_new(struct model *model, const char *path, struct error *err)
{
	struct recorder *r;
	int fd = -1;

	if (path) {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
			0600);
		if (fd < 0) {
			error_set(err, ERROR_IO, "cannot create %s: %s", path, strerror(errno));
			return NULL;
		}
	}
	r = xcalloc(1, sizeof(*r));
	r->model = model;
	r->path = xstrdup_or_null(path);
	r->fd = fd;
	return r;
}

static void close_file(struct recorder *r)
{
	if (r->fd < 0)
		return;
	fsync(r->fd);
	close(r->fd);
	r->fd = -1;
}

void recorder_free(struct recorder *r)
{
	if (!r)
		return;
	close_file(r);
	free(r->path);
	free(r->trouble);
	free(r->listeners);
	free(r);
}

void recorder_listen(struct recorder *r, recorder_fn *fn, void *arg)
{
	VEC_GROW(r->listeners, r->n, r->cap);
	r->listeners[r->n++] = (struct listener){ fn, arg };
}

const char *recorder_trouble(const struct recorder *r)
{
	return r->trouble;
}

const struct model *recorder_model(const struct recorder *r)
{
	return r->model;
}

/* The last gate: any program on any terminal may read an event, so what its makers let through
 * becomes display text here. */
static void make_display(json_t *value)
{
	json_t *item;
	const char *key;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach(value, key, item)
			make_display(item);
	} else if (json_is_array(value)) {
		json_array_foreach (value, i, item)
			make_display(item);
	} else if (json_is_string(value) &&
		!text_is_display(json_string_value(value), TEXT_BLOCK)) {
		char *clean = text_display(
			json_string_value(value), json_string_length(value), TEXT_BLOCK);

		json_string_set(value, clean);
		free(clean);
	}
}

/* v, seq and at first: that is how the contract has them, and how people read them. */
static json_t *stamp(struct recorder *r, json_t *event_take)
{
	json_t *stamped = json_object();
	int64_t now = clock_wall_ms();
	char at[CLOCK_STAMP_SIZE];

	r->at = now > r->at ? now : r->at;
	clock_stamp(r->at, at);
	json_object_set_new(stamped, "v", json_integer(JOURNAL_VERSION));
	json_object_set_new(stamped, "seq", json_integer(r->seq + 1));
	json_object_set_new(stamped, "at", json_string(at));
	json_object_update(stamped, event_take);
	json_decref(event_take);
	make_display(stamped);
	return stamped;
}

/* One write: a reader never sees half a line unless the disk is full. */
static bool write_line(int fd, const char *line, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(fd, line, len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		line += wrote;
		len -= (size_t)wrote;
	}
	return true;
}

/* The file ends with the last line that fitted. Returns the sentence when it has just stopped. */
static const char *write_event(struct recorder *r, char *line, size_t len)
{
	bool written;
	int why;

	if (r->fd < 0)
		return NULL;
	line[len] = '\n';
	written = write_line(r->fd, line, len + 1);
	why = errno;
	line[len] = '\0';
	if (written) {
		r->written += (off_t)len + 1;
		return NULL;
	}
	r->trouble = xasprintf("the journal stopped: cannot write %s: %s", r->path, strerror(why));
	if (ftruncate(r->fd, r->written) != 0) {
		/* Readers drop a torn last line. */
	}
	close_file(r);
	return r->trouble;
}

/* An event that the model refuses would make the whole journal unreadable: it is written nowhere,
 * and said. */
static const char *take_event(struct recorder *r, json_t *event_take, struct error *err)
{
	json_t *event = stamp(r, event_take);
	const char *trouble;
	size_t len;
	char *line;

	if (!model_apply(r->model, event, err)) {
		json_decref(event);
		return err->text;
	}
	r->seq++;
	line = json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(15));
	len = strlen(line);
	trouble = write_event(r, line, len);
	for (size_t i = 0; i < r->n; i++)
		r->listeners[i].fn(r->listeners[i].arg, r->model, event, line);
	free(line);
	json_decref(event);
	return trouble;
}

/* The step that goes on, or the last one that did. */
static size_t present_step(const struct model *m)
{
	size_t step = 0;

	for (size_t i = 0; i < m->nsteps; i++)
		if (m->steps[i].started_at)
			step = i;
	return step;
}

void recorder_emit(struct recorder *r, json_t *event_take)
{
	struct error err = { 0 }, ignored = { 0 };
	const char *trouble = take_event(r, event_take, &err);

	/* A warning cannot be refused once there is a step, and the file stops only once. */
	if (trouble)
		take_event(r, event_warning(present_step(r->model), NULL, trouble), &ignored);
}
