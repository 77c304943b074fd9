/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;

/* The runs kept on this machine: $XDG_STATE_HOME/ksettle/runs/ID/{journal.jsonl,snapshot.json},
 * folders 0700. A run's ID is its start in UTC and a random tail: "20261123T184612Z-3f9c". */
struct history_run { char *id, *dir; };

/* Makes the folder of a new run. false when there is no home or it cannot be made: the run goes on
 * without a record there, and says so. */
bool history_create(struct history_run *out, struct error *err);
void history_run_release(struct history_run *run);
char *history_file(const struct history_run *run, const char *name); /* to free() */

/* "RUN|FILE" of show and export: a path that exists; else a run ID or the beginning of one that is
 * unique; NULL: the newest run. Returns its snapshot, or its journal if it has none. To free(). */
char *history_find(const char *word, struct error *err);

/* Newest first; *ids is NULL-terminated, to free with its strings. */
bool history_list(char ***ids, size_t *n, struct error *err);
