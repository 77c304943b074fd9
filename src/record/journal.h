/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct model;

/* Where everything that happens passes through once: stamps an event (v, seq, at), writes it to the
 * journal file, folds it into the model, and hands it to the listeners (plain lines, jsonl, the
 * screen). */
struct recorder;

/* path NULL: no file. Creates the file 0600, O_EXCL; its folder must exist. */
struct recorder *recorder_new(struct model *model, const char *path, struct error *err);
void recorder_free(struct recorder *r); /* flushes */

/* Listeners are called in the order added, after the model took the event; `line` is the event's
 * JSON text without a newline. */
typedef void recorder_fn(
	void *arg, const struct model *model, const json_t *event, const char *line);
void recorder_listen(struct recorder *r, recorder_fn *fn, void *arg);

/* Stamps with the wall clock, which never goes back within a run. A full disk stops the file, not
 * the run: it is said once as a warning event, and recorder_trouble() returns the sentence from
 * then on. */
void recorder_emit(struct recorder *r, json_t *event_take);
const char *recorder_trouble(const struct recorder *r);
const struct model *recorder_model(const struct recorder *r);

/* Reads a journal back into a model: a torn last line is dropped; a line in the middle that cannot
 * be read is an error that names file and line. Limits: 1 GiB, 8 MiB a line. */
bool journal_read(struct model *m, const char *path, struct error *err);

/* The same while it is still being written by another process (attach): each journal_more() folds
 * in what was added since the last one, and keeps a line that has no end yet. */
struct journal;
struct journal *journal_open(const char *path, struct error *err); /* NULL with a sentence */
void journal_close(struct journal *j);                              /* accepts NULL */
bool journal_more(struct journal *j, struct model *m, struct error *err);
