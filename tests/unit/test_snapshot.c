/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots: what a journal becomes, written and read back, hostile files included. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/map.h"
#include "record/event.h"
#include "record/journal.h"
#include "record/model.h"
#include "record/snapshot.h"
#include "record_case.h"

static void check_round_trip(const struct model *m, const char *name)
{
	char *folder = case_folder(), *path = xasprintf("%s/snap.json", folder);
	struct error err = { 0 };
	struct model again;
	struct buf one, two;
	char *file;

	buf_init(&one, 0);
	buf_init(&two, 0);
	model_init(&again);
	snapshot_print(m, &one);
	ok(snapshot_write(m, path, &err), "a snapshot is written");
	file = case_read_file(path, NULL);
	is_str(file, buf_str(&one), "the file has the same bytes");
	ok(snapshot_read(&again, path, &err), name);
	snapshot_print(&again, &two);
	is_str(buf_str(&two), buf_str(&one), "written, read, written: the same bytes");
	is_str(err.text, "", "no error");
	ok(again.frozen, "what was read is frozen");
	model_release(&again);
	buf_release(&one);
	buf_release(&two);
	free(file);
	free(path);
	case_remove(folder);
}

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *path = case_path(cases[i], "jsonl");
		struct error err = { 0 };
		struct model m;
		struct buf out;

		model_init(&m);
		buf_init(&out, 0);
		ok(snapshot_read(&m, path, &err), "a journal is known by its first line");
		is_str(err.text, "", cases[i]);
		snapshot_print(&m, &out);
		case_golden(cases[i], "json", buf_str(&out));
		check_round_trip(&m, cases[i]);
		model_release(&m);
		buf_release(&out);
		free(path);
	}
}

/* More than one buffer full, so that the writer drains. */
static void test_large(void)
{
	struct error err = { 0 };
	struct model m;
	json_t *event;

	model_init(&m);
	event = event_run_start(
		"r", "p", "0", 1, json_pack("[{s:s,s:s}]", "name", "S", "type", "yaml"));
	model_apply(&m, event, &err);
	json_decref(event);
	for (int i = 0; i < 2000; i++) {
		char *id = xasprintf("0//Pod/x/p%d", i);
		struct object_words o = { id, "v1", "Pod", "x", strrchr(id, '/') + 1, NULL };

		event = event_object_seen(0, &o, NULL, i % 3 == 0, "2026-01-01T00:00:00Z");
		model_apply(&m, event, &err);
		json_decref(event);
		free(id);
	}
	check_round_trip(&m, "a large one");
	model_release(&m);
}

static void check_refused(const char *text, const char *expected)
{
	char *folder = case_folder(), *path = xasprintf("%s/snap.json", folder);
	struct error err = { 0 };
	struct model m;
	const char *said;

	model_init(&m);
	case_write_file(path, text, strlen(text));
	ok(!snapshot_read(&m, path, &err), expected);
	said = strstr(err.text, ": ");
	is_str(said ? said + 2 : err.text, expected, "and says why");
	ok(!m.run_id && m.nsteps == 0, "and leaves the model empty");
	model_release(&m);
	free(path);
	case_remove(folder);
}

static void test_refused(void)
{
#define RUN "\"run\":{\"id\":\"r\"}"
#define STEP(o)                                                                                    \
	"{\"schema\":\"ksettle.snapshot/1\"," RUN                                                  \
	",\"steps\":[{\"name\":\"a\",\"type\":\"yaml\",\"objects\":[" o "]}]}"
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "[]", "not a snapshot: its schema is not ksettle.snapshot/1" },
		{ "{\"schema\":\"ksettle.snapshot/x\"}",
			"not a snapshot: its schema is 'ksettle.snapshot/x'" },
		{ "{\"schema\":\"ksettle.snapshot/2\"}",
			"this snapshot has schema 'ksettle.snapshot/2'; a newer ksettle can read "
			"it" },
		{ "{\"schema\":\"ksettle.snapshot/1\"}",
			"not a snapshot: the run is not an object" },
		{ "{\"schema\":\"ksettle.snapshot/1\",\"run\":{\"id\":7}}",
			"not a snapshot: field 'id' of the run is missing or of the wrong type" },
		{ "{\"schema\":\"ksettle.snapshot/1\"," RUN "}",
			"not a snapshot: it has no steps, or more than 10000" },
		{ STEP("7"), "not a snapshot: an object is not an object" },
		{ STEP("{\"id\":\"a\",\"kind\":\"b\",\"name\":\"c\",\"applied\":1}"),
			"not a snapshot: field 'applied' of an object is missing or of the wrong "
			"type" },
		{ STEP("{\"id\":\"a\",\"kind\":\"b\",\"name\":\"c\",\"applied\":true},"
		       "{\"id\":\"a\",\"kind\":\"b\",\"name\":\"c\",\"applied\":true}"),
			"not a snapshot: two objects with the id 'a'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		check_refused(table[i].text, table[i].why);
}

static void test_bombs(void)
{
	char *folder = case_folder(), *path = xasprintf("%s/bomb", folder);
	size_t size = (size_t)9 << 20;
	char *text = xmalloc(size);
	struct error err = { 0 };
	struct model m;
	int fd;

	model_init(&m);
	memset(text, '[', size);
	case_write_file(path, text, size);
	ok(!snapshot_read(&m, path, &err) && strstr(err.text, "values"),
		"too many values are refused before parsing");
	error_clear(&err);
	memset(text, '[', 100000);
	case_write_file(path, text, 100000);
	ok(!snapshot_read(&m, path, &err), "deep nesting is refused");
	error_clear(&err);
	fd = open(path, O_WRONLY);
	ok(ftruncate(fd, (off_t)65 << 20) == 0, "a file of 65 MiB");
	close(fd);
	ok(!snapshot_read(&m, path, &err) && strstr(err.text, "larger than 64 MiB"),
		"is refused by its size");
	error_clear(&err);
	unlink(path);
	ok(mkfifo(path, 0600) == 0 && !snapshot_read(&m, path, &err), "a FIFO is never waited on");
	ok(strstr(err.text, "is not a regular file") != NULL, "and refused as what it is");
	model_release(&m);
	free(text);
	free(path);
	case_remove(folder);
}

static void test_target(void)
{
	char *folder = case_folder(), *path = xasprintf("%s/s.json", folder);
	char *other = xasprintf("%s/other", folder), *inside = xasprintf("%s/none/s.json", folder);
	struct error err = { 0 };
	struct stat st;
	struct model m;
	char *kept;

	model_init(&m);
	umask(0);
	ok(snapshot_write(&m, path, &err), "an empty model can be written");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "its file is 0600 under any umask");
	ok(snapshot_write(&m, path, &err), "and replaced");
	ok(!snapshot_write(&m, folder, &err) && strstr(err.text, "is a directory"),
		"a directory is refused");
	error_clear(&err);
	ok(!snapshot_write(&m, "/dev/null", &err) && strstr(err.text, "not a regular file"),
		"a device is refused");
	error_clear(&err);
	ok(!snapshot_write(&m, inside, &err) && strstr(err.text, "No such file"),
		"a missing folder is said");
	error_clear(&err);
	ok(!snapshot_write(&m, "", &err), "an empty path is refused");
	case_write_file(other, "mine", 4);
	unlink(path);
	ok(symlink(other, path) == 0 && snapshot_write(&m, path, NULL), "a link is replaced");
	kept = case_read_file(other, NULL);
	is_str(kept, "mine", "and never followed");
	free(kept);
	model_release(&m);
	free(inside);
	free(other);
	free(path);
	case_remove(folder);
}

/* What was read from anywhere can be written, and read again as the same. */
static bool writes_what_it_reads(const struct model *m, const char *path)
{
	struct model again;
	struct buf one, two;
	bool same;

	buf_init(&one, 0);
	buf_init(&two, 0);
	model_init(&again);
	snapshot_print(m, &one);
	case_write_file(path, buf_str(&one), one.len);
	same = snapshot_read(&again, path, NULL);
	snapshot_print(&again, &two);
	same = same && strcmp(buf_str(&one), buf_str(&two)) == 0;
	if (!same)
		tap_text("round trip", buf_str(&one));
	model_release(&again);
	buf_release(&one);
	buf_release(&two);
	return same;
}

/* Any bytes may change. */
static void test_mutations(void)
{
	char *folder = case_folder(), *path = xasprintf("%s/m", folder);
	unsigned seed = 7, survived = 0, kept = 0;

	for (int round = 0; round < 400; round++) {
		size_t len;
		char *text = case_read(cases[round % 3], round % 2 ? "json" : "jsonl", &len);
		struct model m;

		for (unsigned i = 1 + case_random(&seed) % 3; i > 0; i--) {
			static const char bytes[] = "\"{}[],:0-9\\u\n\0\xff"
						    "ntx";

			text[case_random(&seed) % len] = bytes[case_random(&seed) % sizeof(bytes)];
		}
		case_write_file(
			path, text, case_random(&seed) % 8 ? len : case_random(&seed) % len);
		model_init(&m);
		if (snapshot_read(&m, path, NULL)) {
			survived++;
			kept += writes_what_it_reads(&m, path);
		}
		model_release(&m);
		free(text);
	}
	ok(survived > 20 && survived < 380,
		"400 mutated records: some read, some refused, none crashed");
	is_int(kept, survived, "what is read can be written and read again");
	free(path);
	case_remove(folder);
}

int main(void)
{
	test_cases();
	test_large();
	test_refused();
	test_bombs();
	test_target();
	test_mutations();
	return tap_done();
}
