/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a journal back, finished or still growing. */
#include "record/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xalloc.h"
#include "record/foreign.h"
#include "record/model.h"

#define FILE_MAX ((size_t)1 << 30)
#define LINE_MAX_BYTES ((size_t)8 << 20)
#define LINE_MAX_VALUES 1000000
#define CHUNK ((size_t)64 << 10)

struct journal {
	char *path;
	int fd;
	size_t line, bytes;  /* read so far */
	struct buf pending;  /* the beginning of a line */
	struct error broken; /* why the line before could not be parsed: only the last may be so */
};

struct journal *journal_open(const char *path, struct error *err)
{
	int fd = foreign_open(path, err);
	struct journal *j;

	if (fd < 0)
		return NULL;
	j = xcalloc(1, sizeof(*j));
	j->path = xstrdup(path);
	j->fd = fd;
	buf_init(&j->pending, LINE_MAX_BYTES);
	return j;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	close(j->fd);
	buf_release(&j->pending);
	free(j->path);
	free(j);
}

/* Says which line; a line that is no JSON may still turn out to be the torn last one. */
static bool take_line(
	struct journal *j, struct model *m, const char *line, size_t len, struct error *err)
{
	struct error why = { 0 };
	json_t *event;
	bool taken;

	if (j->broken.code != ERROR_NONE)
		return error_set(err, j->broken.code, "%s", j->broken.text);
	j->line++;
	event = foreign_json(line, len, LINE_MAX_VALUES, &why);
	if (!event)
		return !error_set(&j->broken, why.code, "%s:%zu: %s", j->path, j->line, why.text);
	taken = model_apply(m, event, &why);
	json_decref(event);
	if (!taken)
		return error_set(err, why.code, "%s:%zu: %s", j->path, j->line, why.text);
	return true;
}

static bool keep(struct journal *j, const char *bytes, size_t len, struct error *err)
{
	if (buf_add(&j->pending, bytes, len))
		return true;
	return error_set(err, ERROR_LIMIT, "%s:%zu: a line of more than %zu MiB", j->path,
		j->line + 1, LINE_MAX_BYTES >> 20);
}

static bool take_bytes(
	struct journal *j, struct model *m, const char *bytes, size_t len, struct error *err)
{
	const char *end;

	while ((end = memchr(bytes, '\n', len)) != NULL) {
		size_t part = (size_t)(end - bytes);
		bool taken;

		if (!keep(j, bytes, part, err))
			return false;
		taken = take_line(j, m, buf_str(&j->pending), j->pending.len, err);
		buf_reset(&j->pending);
		if (!taken)
			return false;
		bytes += part + 1;
		len -= part + 1;
	}
	return keep(j, bytes, len, err);
}

static bool read_rest(struct journal *j, struct model *m, char *chunk, struct error *err)
{
	for (;;) {
		ssize_t got = read(j->fd, chunk, CHUNK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(
				err, ERROR_IO, "cannot read %s: %s", j->path, strerror(errno));
		if (got == 0)
			return true;
		j->bytes += (size_t)got;
		if (j->bytes > FILE_MAX)
			return error_set(err, ERROR_LIMIT, "%s is larger than %zu MiB", j->path,
				FILE_MAX >> 20);
		if (!take_bytes(j, m, chunk, (size_t)got, err))
			return false;
	}
}

bool journal_more(struct journal *j, struct model *m, struct error *err)
{
	char *chunk = xmalloc(CHUNK);
	bool done = read_rest(j, m, chunk, err);

	free(chunk);
	return done;
}

bool journal_read(struct model *m, const char *path, struct error *err)
{
	struct journal *j = journal_open(path, err);
	bool done;

	if (!j)
		return false;
	done = journal_more(j, m, err);
	if (done && !m->run_id)
		done = error_set(
			err, ERROR_PARSE, "%s is not a journal: it has no run.start", path);
	journal_close(j);
	if (!done) {
		model_release(m);
		model_init(m);
	}
	return done;
}
