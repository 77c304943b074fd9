/* SPDX-License-Identifier: Apache-2.0 */
/* Where the runs of this machine are kept, and how one is found again. */
#include "record/history.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/xalloc.h"

#define ID_PATTERN "ddddddddTddddddZ-xxxx" /* d: a digit, x: a hexadecimal one */
#define JOURNAL "journal.jsonl"
#define SNAPSHOT "snapshot.json"
#define TRIES 100

/* The folder of all runs; NULL with a sentence when nothing says where home is. Relative paths
 * count as unset: the XDG base directory specification wants it so. */
static char *runs_folder(struct error *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/')
		return xasprintf("%s/ksettle/runs", state);
	if (home && *home == '/')
		return xasprintf("%s/.local/state/ksettle/runs", home);
	error_set(err, ERROR_IO,
		"neither XDG_STATE_HOME nor HOME names a folder for the record of runs");
	return NULL;
}

/* One folder, 0700. What is there already must be a folder; `ours` must belong to us and be closed
 * to others. */
static bool make_folder(const char *path, bool ours, struct error *err)
{
	struct stat st;

	if (mkdir(path, 0700) == 0)
		return true;
	if (errno != EEXIST)
		return error_set(err, ERROR_IO, "cannot create %s: %s", path, strerror(errno));
	if ((ours ? lstat : stat)(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return error_set(err, ERROR_IO, "%s is not a folder", path);
	if (!ours)
		return true;
	if (st.st_uid != geteuid())
		return error_set(err, ERROR_IO, "%s belongs to another user", path);
	if ((st.st_mode & 077) && chmod(path, 0700) != 0)
		return error_set(
			err, ERROR_IO, "cannot close %s to other users: %s", path, strerror(errno));
	return true;
}

/* The last two parts of the path are our own. */
static bool make_folders(const char *runs, struct error *err)
{
	char *path = xstrdup(runs);
	char *ksettle = strrchr(path, '/') - strlen("/ksettle");
	bool made = true;

	for (char *slash = strchr(path + 1, '/'); made && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		made = make_folder(path, slash > ksettle, err);
		*slash = '/';
	}
	made = made && make_folder(path, true, err);
	free(path);
	return made;
}

static char *new_id(void)
{
	time_t now = time(NULL);
	uint16_t tail = 0;
	char stamp[32];
	struct tm tm;

	if (getrandom(&tail, sizeof(tail), 0) < 0)
		tail = (uint16_t)getpid();
	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	return xasprintf("%s-%04x", stamp, tail);
}

bool history_create(struct history_run *out, struct error *err)
{
	char *runs = runs_folder(err), *id = NULL, *dir = NULL;
	bool made = false;

	if (!runs)
		return false;
	if (make_folders(runs, err)) {
		for (int i = 0; i < TRIES && !made; i++) {
			free(id);
			free(dir);
			id = new_id();
			dir = xasprintf("%s/%s", runs, id);
			made = mkdir(dir, 0700) == 0;
			if (!made && errno != EEXIST)
				break;
		}
		if (!made)
			error_set(err, ERROR_IO, "cannot create %s: %s", dir, strerror(errno));
	}
	free(runs);
	if (made) {
		*out = (struct history_run){ id, dir };
		return true;
	}
	free(id);
	free(dir);
	return false;
}

void history_run_release(struct history_run *run)
{
	free(run->id);
	free(run->dir);
	*run = (struct history_run){ 0 };
}

char *history_file(const struct history_run *run, const char *name)
{
	return xasprintf("%s/%s", run->dir, name);
}

/* word is an id, or the beginning of one. */
static bool id_matches(const char *word)
{
	const char *pattern = ID_PATTERN;

	for (; *word; word++, pattern++) {
		unsigned char c = (unsigned char)*word;
		bool fits = *pattern == 'd'   ? isdigit(c) != 0
			    : *pattern == 'x' ? isxdigit(c) != 0
					      : c == *pattern;

		if (!fits)
			return false;
	}
	return true;
}

static bool is_id(const char *name)
{
	return strlen(name) == strlen(ID_PATTERN) && id_matches(name);
}

/* The snapshot in a run's folder, or its journal; NULL when it has neither. */
static char *record_in(const char *folder)
{
	static const char *const names[] = { SNAPSHOT, JOURNAL };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path = xasprintf("%s/%s", folder, names[i]);

		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

static char *record_of(const char *runs, const char *id)
{
	char *folder = xasprintf("%s/%s", runs, id), *record = record_in(folder);

	free(folder);
	return record;
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

static void free_ids(char **ids)
{
	for (size_t i = 0; ids && ids[i]; i++)
		free(ids[i]);
	free(ids);
}

/* The runs that have a record; none is not an error. */
static char **list_ids(const char *runs, size_t *count)
{
	char **ids = xcalloc(1, sizeof(*ids));
	DIR *dir = opendir(runs);
	struct dirent *entry;
	size_t n = 0;

	while (dir && (entry = readdir(dir)) != NULL) {
		char *record = is_id(entry->d_name) ? record_of(runs, entry->d_name) : NULL;

		if (!record)
			continue;
		free(record);
		ids = xreallocarray(ids, n + 2, sizeof(*ids));
		ids[n++] = xstrdup(entry->d_name);
		ids[n] = NULL;
	}
	if (dir)
		closedir(dir);
	qsort(ids, n, sizeof(*ids), newest_first);
	*count = n;
	return ids;
}

bool history_list(char ***ids, size_t *n, struct error *err)
{
	char *runs = runs_folder(err);

	if (!runs)
		return false;
	*ids = list_ids(runs, n);
	free(runs);
	return true;
}

static const char *pick(char *const *ids, const char *word, struct error *err)
{
	const char *found = NULL;

	if (!word && !ids[0])
		error_set(err, ERROR_IO, "no run is kept on this machine");
	if (!word)
		return ids[0];
	for (size_t i = 0; ids[i]; i++) {
		if (strncmp(ids[i], word, strlen(word)) != 0)
			continue;
		if (found) {
			error_set(err, ERROR_USAGE,
				"'%s' is the beginning of more than one run: %s and %s", word,
				ids[i], found);
			return NULL;
		}
		found = ids[i];
	}
	if (!found)
		error_set(err, ERROR_IO, "there is no file and no run '%s'", word);
	return found;
}

/* What a path leads to: a file, or the record in a run's folder. */
static char *find_path(const char *word)
{
	struct stat st;

	if (stat(word, &st) != 0)
		return NULL;
	return S_ISDIR(st.st_mode) ? record_in(word) : xstrdup(word);
}

char *history_find(const char *word, struct error *err)
{
	char *runs, **ids, *path = word ? find_path(word) : NULL;
	const char *id;
	size_t n;

	if (path)
		return path;
	if (word && (!*word || !id_matches(word))) {
		error_set(err, ERROR_IO, "there is no file and no run '%s'", word);
		return NULL;
	}
	runs = runs_folder(err);
	if (!runs)
		return NULL;
	ids = list_ids(runs, &n);
	id = pick(ids, word, err);
	path = id ? record_of(runs, id) : NULL;
	if (id && !path)
		error_set(err, ERROR_IO, "run %s has no record any more", id);
	free_ids(ids);
	free(runs);
	return path;
}
