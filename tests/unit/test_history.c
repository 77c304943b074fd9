/* SPDX-License-Identifier: Apache-2.0 */
/* The runs kept on this machine: where, how closed, how found. */
#include <sys/stat.h>

#include "base/error.h"
#include "record/history.h"
#include "record_case.h"

static void touch(const char *folder, const char *rest)
{
	char *path = xasprintf("%s/%s", folder, rest);

	case_write_file(path, "x", 1);
	free(path);
}

static void make_run(const char *runs, const char *id, bool journal, bool snapshot)
{
	char *dir = xasprintf("%s/%s", runs, id);

	mkdir(dir, 0700);
	if (journal)
		touch(dir, "journal.jsonl");
	if (snapshot)
		touch(dir, "snapshot.json");
	free(dir);
}

static void check_find(const char *word, const char *runs, const char *expected)
{
	struct error err = { 0 };
	char *found = history_find(word, &err);
	size_t prefix = strlen(runs) + 1;

	is_str(found ? (strncmp(found, runs, prefix - 1) == 0 ? found + prefix : found) : err.text,
		expected, word ? word : "(newest)");
	free(found);
}

static void test_create(const char *state)
{
	struct error err = { 0 };
	struct history_run run, other;
	char *runs = xasprintf("%s/ksettle/runs", state), *file;
	struct stat st;

	umask(0);
	ok(history_create(&run, &err), "a run's folder is made");
	is_str(err.text, "", "without a word");
	is_int(strlen(run.id), 21, "its id is a time and a tail");
	ok(run.id[8] == 'T' && run.id[15] == 'Z' && run.id[16] == '-', "in UTC");
	ok(strncmp(run.dir, runs, strlen(runs)) == 0, "under XDG_STATE_HOME");
	ok(stat(run.dir, &st) == 0 && (st.st_mode & 0777) == 0700, "0700");
	ok(stat(runs, &st) == 0 && (st.st_mode & 0777) == 0700, "as the folder of all runs");
	file = history_file(&run, "journal.jsonl");
	ok(strcmp(file + strlen(file) - 14, "/journal.jsonl") == 0, "a file in it");
	free(file);
	chmod(runs, 0755);
	ok(history_create(&other, &err), "a second one");
	ok(strcmp(run.id, other.id) != 0, "has another id");
	ok(stat(runs, &st) == 0 && (st.st_mode & 0777) == 0700,
		"a folder that was open to others is closed");
	rmdir(run.dir);
	rmdir(other.dir);
	history_run_release(&run);
	history_run_release(&other);
	free(runs);
}

static void test_find(const char *state)
{
	char *runs = xasprintf("%s/ksettle/runs", state), *file = xasprintf("%s/file", state);
	char *both = xasprintf("'20260101T0' is the beginning of more than one run: %s and %s",
		"20260101T000000Z-aaaa", "20260101T000001Z-0000");
	char *folder = xasprintf("%s/20260202T000000Z-beef", runs);
	char *missing = xasprintf("there is no file and no run '%s'", state);
	char **ids;
	size_t n;

	check_find(NULL, runs, "no run is kept on this machine");
	make_run(runs, "20260101T000000Z-aaaa", true, true);
	make_run(runs, "20260101T000001Z-0000", true, false);
	make_run(runs, "20260202T000000Z-beef", false, true);
	make_run(runs, "20270101T000000Z-0000", false, false);
	make_run(runs, "20280101T000000Z-000", true, true);
	make_run(runs, "not-a-run", true, true);
	touch(state, "file");
	check_find(NULL, runs, "20260202T000000Z-beef/snapshot.json");
	check_find("20260101T000001", runs, "20260101T000001Z-0000/journal.jsonl");
	check_find("20260101T000000Z-aaaa", runs, "20260101T000000Z-aaaa/snapshot.json");
	check_find("20260101T0", runs, both);
	check_find("2030", runs, "there is no file and no run '2030'");
	check_find("not-a-run", runs, "there is no file and no run 'not-a-run'");
	check_find("../runs", runs, "there is no file and no run '../runs'");
	check_find("", runs, "there is no file and no run ''");
	check_find(file, runs, file);
	check_find(folder, runs, "20260202T000000Z-beef/snapshot.json");
	check_find(state, runs, missing);
	ok(history_list(&ids, &n, NULL) && n == 3, "runs with a record are listed");
	is_str(ids[0], "20260202T000000Z-beef", "the newest first");
	is_str(ids[2], "20260101T000000Z-aaaa", "the oldest last");
	ok(ids[3] == NULL, "and then NULL");
	for (size_t i = 0; i < n; i++)
		free(ids[i]);
	free(ids);
	free(both);
	free(folder);
	free(missing);
	free(file);
	free(runs);
}

static void test_homes(const char *home)
{
	struct error err = { 0 };
	struct history_run run;
	char *expected = xasprintf("%s/.local/state/ksettle/runs/", home), *path;

	setenv("XDG_STATE_HOME", "relative", 1);
	setenv("HOME", home, 1);
	ok(history_create(&run, &err), "a relative XDG_STATE_HOME counts as unset");
	ok(strncmp(run.dir, expected, strlen(expected)) == 0, "HOME holds the runs then");
	history_run_release(&run);
	free(expected);
	unsetenv("HOME");
	ok(!history_create(&run, &err), "without a home there is no record");
	is_str(err.text, "neither XDG_STATE_HOME nor HOME names a folder for the record of runs",
		"and it is said");
	path = xasprintf("%s/elsewhere", home);
	mkdir(path, 0700);
	expected = xasprintf("%s/ksettle", path);
	ok(symlink(home, expected) == 0, "a link in place of our folder");
	setenv("XDG_STATE_HOME", path, 1);
	error_clear(&err);
	ok(!history_create(&run, &err) && strstr(err.text, "is not a folder"), "is refused");
	free(expected);
	free(path);
}

int main(void)
{
	char *state = case_folder(), *home = case_folder();

	setenv("XDG_STATE_HOME", state, 1);
	test_create(state);
	test_find(state);
	test_homes(home);
	case_remove(state);
	case_remove(home);
	return tap_done();
}
