/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a snapshot: the fields of the contract in its order, object by object. */
#include "record/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xalloc.h"
#include "record/json_writer.h"
#include "record/model.h"

#define SCHEMA "ksettle.snapshot/1"
#define TRIES 100

static void put_verdict(struct json_writer *w, enum verdict verdict)
{
	json_put_string(w, "verdict", verdict_word(verdict));
}

/* No exit code before there is a verdict. */
static void put_exit_code(struct json_writer *w, enum verdict verdict, int code)
{
	if (verdict == VERDICT_NONE)
		json_put_null(w, "exitCode");
	else
		json_put_int(w, "exitCode", code);
}

static void put_run(struct json_writer *w, const struct model *m)
{
	json_open(w, "run", '{');
	json_put_string(w, "id", m->run_id);
	json_put_string(w, "plan", m->plan);
	json_put_time(w, "startedAt", m->started_at);
	json_put_time(w, "endedAt", m->ended_at);
	put_verdict(w, m->verdict);
	put_exit_code(w, m->verdict, m->exit_code);
	json_put_string(w, "version", m->version);
	json_close(w, '}');
}

static void put_columns(struct json_writer *w, const struct model_object *o)
{
	json_open(w, "columns", '{');
	for (size_t i = 0; i < o->ncolumns; i++)
		json_put_string(w, o->columns[i].name, o->columns[i].value);
	json_close(w, '}');
}

static void put_json(struct json_writer *w, const char *key, const char *text)
{
	json_t *value = text ? json_loads(text, 0, NULL) : json_array();

	json_put_value(w, key, value);
	json_decref(value);
}

static void put_timeline(struct json_writer *w, const struct model_object *o)
{
	json_open(w, "timeline", '[');
	for (size_t i = 0; i < o->ntimeline; i++) {
		const struct model_moment *moment = &o->timeline[i];

		json_open(w, NULL, '{');
		json_put_time(w, "at", moment->at);
		json_put_string(w, "status", status_word(moment->status));
		json_put_string(w, "reason", moment->reason);
		json_put_string(w, "message", moment->message);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_object(struct json_writer *w, const struct model_object *o)
{
	json_open(w, NULL, '{');
	json_put_string(w, "id", o->id);
	json_put_string(w, "apiVersion", o->api_version);
	json_put_string(w, "kind", o->kind);
	json_put_string(w, "namespace", o->ns);
	json_put_string(w, "name", o->name);
	json_put_string(w, "uid", o->uid);
	json_put_string(w, "owner", o->owner);
	json_put_bool(w, "applied", o->applied);
	json_put_string(w, "apply", applied_word(o->apply));
	json_put_string(w, "status", status_word(o->status));
	json_put_string(w, "reason", o->reason);
	json_put_string(w, "message", o->message);
	json_put_string(w, "note", o->note);
	put_columns(w, o);
	json_put_time(w, "createdAt", o->created_at);
	json_put_bool(w, "replaced", o->replaced);
	json_put_bool(w, "stale", o->stale);
	if (o->outdated)
		json_put_bool(w, "outdated", true);
	json_put_string(w, "manifest", o->applied ? o->manifest : NULL);
	put_json(w, "conditions", o->conditions);
	put_json(w, "events", o->events);
	put_json(w, "logs", o->logs);
	if (o->pod)
		put_json(w, "pod", o->pod);
	put_timeline(w, o);
	json_close(w, '}');
}

/* Objects have no warnings of their own in a snapshot: theirs stand with the step's, by name. */
static void put_warnings(struct json_writer *w, const struct model_step *step)
{
	json_open(w, "warnings", '[');
	for (size_t i = 0; i < step->nwarnings; i++)
		json_put_string(w, NULL, step->warnings[i]);
	for (size_t i = 0; i < step->nobjects; i++) {
		const struct model_object *o = &step->objects[i];

		for (size_t j = 0; j < o->nwarnings; j++) {
			char *text = xasprintf("%s %s%s%s: %s", o->kind ? o->kind : "Object",
				o->ns ? o->ns : "", o->ns && *o->ns ? "/" : "", o->name,
				o->warnings[j]);

			json_put_string(w, NULL, text);
			free(text);
		}
	}
	json_close(w, ']');
}

static void put_output(struct json_writer *w, const struct model_step *step)
{
	if (!step->noutput)
		return;
	json_open(w, "output", '[');
	for (size_t i = 0; i < step->noutput; i++)
		json_put_string(w, NULL, step->output[i]);
	json_close(w, ']');
}

static void put_cluster(struct json_writer *w, const struct model_step *step)
{
	json_open(w, "cluster", '{');
	json_put_string(w, "context", step->context);
	json_put_string(w, "server", step->server);
	json_put_string(w, "version", step->server_version);
	json_close(w, '}');
}

static void put_verify(struct json_writer *w, const struct model_step *step)
{
	json_open(w, "verify", '{');
	json_put_string(w, "mode", step->mode);
	json_put_seconds(w, "timeoutSeconds", step->timeout_ms);
	json_put_seconds(w, "stabilizationSeconds", step->stabilization_ms);
	json_put_bool(w, "waitForJobs", step->wait_for_jobs);
	json_put_string(w, "failEarly", step->fail_early);
	json_put_seconds(w, "graceSeconds", step->grace_ms);
	json_close(w, '}');
}

static void put_step(struct json_writer *w, const struct model_step *step)
{
	json_open(w, NULL, '{');
	json_put_string(w, "name", step->name);
	json_put_string(w, "type", step->type);
	if (step->tool)
		json_put_string(w, "tool", step->tool);
	put_verdict(w, step->verdict);
	json_put_string(w, "reason", step->reason);
	json_put_time(w, "startedAt", step->started_at);
	json_put_time(w, "endedAt", step->ended_at);
	put_exit_code(w, step->verdict, step->exit_code);
	put_warnings(w, step);
	put_output(w, step);
	put_cluster(w, step);
	put_verify(w, step);
	json_open(w, "objects", '[');
	for (size_t i = 0; i < step->nobjects; i++)
		put_object(w, &step->objects[i]);
	json_close(w, ']');
	json_close(w, '}');
}

static void put_snapshot(struct json_writer *w, const struct model *m)
{
	model_order(m);
	json_open(w, NULL, '{');
	json_put_string(w, "schema", SCHEMA);
	put_run(w, m);
	json_open(w, "steps", '[');
	for (size_t i = 0; i < m->nsteps; i++)
		put_step(w, &m->steps[i]);
	json_close(w, ']');
	json_close(w, '}');
	buf_addch(w->out, '\n');
}

void snapshot_print(const struct model *m, struct buf *out)
{
	struct json_writer w = { .out = out };

	put_snapshot(&w, m);
}

/* A temporary file in the target's own folder, so that the rename is atomic. */
struct target {
	const char *path;
	char *folder, *temporary;
	int fd;
	int failed; /* errno of the first write that failed */
};

static bool check_target(const char *path, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno != ENOENT)
			return error_set(
				err, ERROR_IO, "cannot write %s: %s", path, strerror(errno));
		return *path ? true : error_set(err, ERROR_IO, "the snapshot's path is empty");
	}
	if (S_ISDIR(st.st_mode))
		return error_set(err, ERROR_IO, "cannot write %s: it is a directory", path);
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return error_set(err, ERROR_IO, "cannot write %s: it is not a regular file", path);
	return true;
}

static bool open_temporary(struct target *t, struct error *err)
{
	const char *slash = strrchr(t->path, '/');
	const char *base = slash ? slash + 1 : t->path;

	t->folder = slash ? xstrndup(t->path, (size_t)(slash - t->path) + 1) : xstrdup("./");
	t->fd = -1;
	for (int i = 0; i < TRIES; i++) {
		uint32_t random = 0;

		if (getrandom(&random, sizeof(random), 0) < 0)
			random = (uint32_t)getpid() + (uint32_t)i;
		free(t->temporary);
		t->temporary = xasprintf("%s.%.200s.%08x", slash ? t->folder : "", base, random);
		t->fd = open(
			t->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (t->fd >= 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	return error_set(err, ERROR_IO, "cannot write %s: %s", t->path, strerror(errno));
}

static void drain(void *arg, struct buf *out)
{
	struct target *t = arg;
	const char *bytes = buf_str(out);
	size_t left = out->len;

	while (left > 0 && !t->failed) {
		ssize_t wrote = write(t->fd, bytes, left);

		if (wrote < 0) {
			t->failed = errno == EINTR ? 0 : errno;
			continue;
		}
		bytes += wrote;
		left -= (size_t)wrote;
	}
	buf_reset(out);
}

static void sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static bool finish(struct target *t, struct error *err)
{
	if (!t->failed && fsync(t->fd) != 0)
		t->failed = errno;
	if (close(t->fd) != 0 && !t->failed)
		t->failed = errno;
	if (!t->failed && rename(t->temporary, t->path) != 0)
		t->failed = errno;
	if (!t->failed) {
		sync_folder(t->folder);
		return true;
	}
	unlink(t->temporary);
	return error_set(err, ERROR_IO, "cannot write %s: %s", t->path, strerror(t->failed));
}

bool snapshot_write(const struct model *m, const char *path, struct error *err)
{
	struct target t = { .path = path };
	struct buf out;
	struct json_writer w = { .out = &out, .drain = drain, .arg = &t };
	bool done = check_target(path, err) && open_temporary(&t, err);

	if (done) {
		buf_init(&out, 0);
		put_snapshot(&w, m);
		drain(&t, &out);
		buf_release(&out);
		done = finish(&t, err);
	}
	free(t.folder);
	free(t.temporary);
	return done;
}
