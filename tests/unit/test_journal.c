/* SPDX-License-Identifier: Apache-2.0 */
/* Journals: what the recorder writes, what a full disk does to it, and how they are read back, torn
 * and growing. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/unused.h"
#include "record/event.h"
#include "record/journal.h"
#include "record/model.h"
#include "record/snapshot.h"
#include "record_case.h"

struct heard {
	struct buf lines;
	int64_t last_seq;
};

static void listen_to(void *arg, const struct model *model, const json_t *event UNUSED, const char *line)
{
	struct heard *heard = arg;

	buf_printf(&heard->lines, "%s\n", line);
	heard->last_seq = model->last_seq;
}

static json_t *one_step(void)
{
	return event_run_start(
		"r", "p", "0", 1, json_pack("[{s:s,s:s}]", "name", "S", "type", "yaml"));
}

static void test_recorder(void)
{
	char *folder = case_folder(), *path = xasprintf("%s/journal.jsonl", folder), *file;
	struct heard heard = { 0 };
	struct error err = { 0 };
	struct recorder *r;
	struct model m, again;
	struct stat st;

	umask(0);
	model_init(&m);
	model_init(&again);
	r = recorder_new(&m, path, &err);
	ok(r != NULL, "a journal is created");
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "0600 under any umask");
	recorder_listen(r, listen_to, &heard);
	recorder_emit(r, one_step());
	file = case_read_file(path, NULL);
	ok(strncmp(file, "{\"v\":1,\"seq\":1,\"at\":\"20", 23) == 0,
		"a line begins with v, seq and at");
	is_str(file, buf_str(&heard.lines),
		"it is in the file when a listener hears it, the same bytes");
	free(file);
	is_int(heard.last_seq, 1, "and in the model");
	recorder_emit(r,
		event_object_status(0, "nobody", &(struct status_words){ .status = STATUS_ERROR }));
	is_int(m.last_seq, 2, "an event that cannot be folded becomes a warning");
	is_str(m.steps[0].warnings[0], "event object.status: there is no object 'nobody'",
		"which says so");
	recorder_emit(r, event_step_stabilizing(0, 1000, 1500));
	recorder_free(r);
	ok(journal_read(&again, path, &err), "the file can be read back");
	ok(again.last_seq == 3 && again.steps[0].stabilizing_need_ms == 1500, "and says the same");
	ok(!recorder_new(&m, path, &err) && strstr(err.text, "File exists"),
		"no file is written over");
	model_release(&m);
	model_release(&again);
	buf_release(&heard.lines);
	free(path);
	case_remove(folder);
}

/* A file size limit is a full disk that tests can have. */
static void test_full_disk(void)
{
	char *folder = case_folder(), *path = xasprintf("%s/journal.jsonl", folder), *file;
	struct rlimit before, small;
	struct heard heard = { 0 };
	struct recorder *r;
	struct model m;

	model_init(&m);
	r = recorder_new(&m, path, NULL);
	recorder_listen(r, listen_to, &heard);
	recorder_emit(r, one_step());
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit){ 400, before.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	for (int i = 0; i < 10; i++) {
		char text[32];

		snprintf(text, sizeof(text), "warning %d", i);
		recorder_emit(r, event_warning(0, NULL, text));
	}
	setrlimit(RLIMIT_FSIZE, &before);
	ok(recorder_trouble(r) && strstr(recorder_trouble(r), "File too large"),
		"a full disk is said");
	is_int(m.steps[0].nwarnings, 11, "once, and the run goes on");
	is_int(m.last_seq, 12, "listeners miss nothing");
	file = case_read_file(path, NULL);
	ok(*file && file[strlen(file) - 1] == '\n', "the file ends with a whole line");
	ok(strncmp(file, buf_str(&heard.lines), strlen(file)) == 0,
		"and holds the beginning of the run");
	recorder_free(r);
	model_release(&m);
	buf_release(&heard.lines);
	free(file);
	free(path);
	case_remove(folder);
}

static char *snapshot_of(const char *path)
{
	struct model m;
	struct buf out;

	model_init(&m);
	buf_init(&out, 0);
	journal_read(&m, path, NULL);
	snapshot_print(&m, &out);
	model_release(&m);
	return buf_take(&out);
}

static size_t whole_lines(const char *text, size_t len)
{
	while (len > 0 && text[len - 1] != '\n')
		len--;
	return len;
}

/* A journal cut anywhere says what its whole lines say. */
static void test_torn(void)
{
	char *folder = case_folder(), *path = xasprintf("%s/torn", folder);
	size_t len, wrong = 0;
	char *text = case_read("shop", "jsonl", &len);
	unsigned seed = 1;

	for (int i = 0; i < 150; i++) {
		size_t cut = i < 10 ? len - (size_t)i : case_random(&seed) % (len + 1);
		char *torn, *whole;

		case_write_file(path, text, cut);
		torn = snapshot_of(path);
		case_write_file(path, text, whole_lines(text, cut));
		whole = snapshot_of(path);
		wrong += strcmp(torn, whole) != 0;
		free(torn);
		free(whole);
	}
	is_int(wrong, 0, "a torn last line is dropped, wherever it is torn");
	free(text);
	free(path);
	case_remove(folder);
}

static void test_broken_lines(void)
{
#define START "{\"event\":\"run.start\",\"run\":\"r\",\"steps\":[]}\n"
	static const struct {
		const char *text, *why;
	} table[] = {
		{ START "{oops\n" START, ":2: not JSON: string or '}' expected near 'oops'" },
		{ START "{oops\n", "" },
		{ START "{\"event\":\"run.end\"}\n",
			":2: event run.end: field 'verdict' is missing or of the wrong type" },
		{ START "\n\n", ":2: not JSON: '[' or '{' expected near end of file" },
		{ START "7\n", "" },
		{ "", " is not a journal: it has no run.start" },
		{ "{\"event\":\"run.end\",\"verdict\":\"failed\"}\n",
			":1: event run.end stands before run.start" },
	};
	char *folder = case_folder(), *path = xasprintf("%s/j", folder);

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct error err = { 0 };
		struct model m;
		bool done;

		model_init(&m);
		case_write_file(path, table[i].text, strlen(table[i].text));
		done = journal_read(&m, path, &err);
		ok(done == !*table[i].why && (done || !m.run_id),
			*table[i].why ? table[i].why : "the last line may be torn");
		is_str(done ? "" : err.text + strlen(path), table[i].why, "with file and line");
		model_release(&m);
	}
	free(path);
	case_remove(folder);
}

static void test_long_line(void)
{
	char *folder = case_folder(), *path = xasprintf("%s/j", folder);
	size_t size = (size_t)9 << 20;
	char *text = xmalloc(size);
	struct error err = { 0 };
	struct model m;

	model_init(&m);
	memset(text, 'x', size);
	case_write_file(path, text, size);
	ok(!journal_read(&m, path, &err) && strstr(err.text, ":1: a line of more than 8 MiB"),
		"a line has a limit");
	model_release(&m);
	free(text);
	free(path);
	case_remove(folder);
}

/* What attach does: the file grows by pieces that end anywhere. */
static void test_growing(void)
{
	char *folder = case_folder(), *path = xasprintf("%s/j", folder),
	     *source = case_path("shop", "jsonl");
	size_t len, wrong = 0;
	char *text = case_read("shop", "jsonl", &len), *expected = snapshot_of(source);
	struct journal *j = NULL;
	struct model m;
	struct buf out;

	model_init(&m);
	buf_init(&out, 0);
	case_write_file(path, "", 0);
	j = journal_open(path, NULL);
	for (size_t at = 0; at < len; at += 97) {
		FILE *f = fopen(path, "a");

		fwrite(text + at, 1, at + 97 < len ? 97 : len - at, f);
		fclose(f);
		wrong += !journal_more(j, &m, NULL);
	}
	is_int(wrong, 0, "a growing journal is never an error");
	snapshot_print(&m, &out);
	is_str(buf_str(&out), expected, "and ends as the same run");
	journal_close(j);
	model_release(&m);
	buf_release(&out);
	free(expected);
	free(text);
	free(source);
	free(path);
	case_remove(folder);
}

/* Every builder gives the fields of DESIGN.md §7 in that order. */
static void test_fields(void)
{
	struct object_words o = { "0//Pod/x/p", "v1", "Pod", "x", "p", NULL };
	struct cluster_words cluster = { "c", NULL, "v" };
	struct verify_words verify = { "objects", 90500, -1, true, NULL, 30000 };
	struct status_words words = { .status = STATUS_TIMED_OUT, .reason = "R" };
	const struct {
		json_t *event;
		const char *text;
	} table[] = {
		{ event_run_start("r", "p", "1", 7, NULL),
			"{\"event\":\"run.start\",\"run\":\"r\",\"plan\":\"p\",\"version\":\"1\","
			"\"pid\":7,\"steps\":[]}" },
		{ event_step_start(2, NULL, &cluster, &verify),
			"{\"event\":\"step.start\",\"step\":2,\"cluster\":{\"context\":\"c\","
			"\"server\":null,"
			"\"version\":\"v\"},\"verify\":{\"mode\":\"objects\",\"timeoutSeconds\":90."
			"5,"
			"\"stabilizationSeconds\":null,\"waitForJobs\":true,\"failEarly\":null,"
			"\"graceSeconds\":30}}" },
		{ event_object_applied(0, &o, APPLIED_NOT_TRIED, "m\n", NULL),
			"{\"event\":\"object.applied\",\"step\":0,\"id\":\"0//Pod/x/"
			"p\",\"apiVersion\":\"v1\","
			"\"kind\":\"Pod\",\"namespace\":\"x\",\"name\":\"p\",\"uid\":null,"
			"\"apply\":\"notTried\","
			"\"manifest\":\"m\\n\",\"warnings\":[]}" },
		{ event_object_seen(0, &o, "own", false, "t"),
			"{\"event\":\"object.seen\",\"step\":0,\"id\":\"0//Pod/x/"
			"p\",\"apiVersion\":\"v1\","
			"\"kind\":\"Pod\",\"namespace\":\"x\",\"name\":\"p\",\"uid\":null,"
			"\"owner\":\"own\","
			"\"applied\":false,\"createdAt\":\"t\"}" },
		{ event_object_status(0, "i", &words),
			"{\"event\":\"object.status\",\"step\":0,\"id\":\"i\",\"status\":"
			"\"TimedOut\",\"reason\":\"R\","
			"\"message\":null,\"note\":null,\"columns\":{},\"conditions\":[],"
			"\"replaced\":false,"
			"\"stale\":false}" },
		{ event_object_detail(0, "i", NULL, NULL),
			"{\"event\":\"object.detail\",\"step\":0,\"id\":\"i\",\"events\":[],"
			"\"logs\":[]}" },
		{ event_object_removed(0, "i", "w"),
			"{\"event\":\"object.removed\",\"step\":0,\"id\":\"i\",\"why\":\"w\"}" },
		{ event_step_stabilizing(0, 1000, 10000),
			"{\"event\":\"step.stabilizing\",\"step\":0,\"since\":\"1970-01-01T00:00:"
			"01.000Z\",\"need\":10}" },
		{ event_step_unsettled(0, "i", "w"),
			"{\"event\":\"step.unsettled\",\"step\":0,\"id\":\"i\",\"why\":\"w\"}" },
		{ event_step_verdict(0, VERDICT_TIMED_OUT, "r", 3),
			"{\"event\":\"step.verdict\",\"step\":0,\"verdict\":\"timedOut\","
			"\"reason\":\"r\",\"exitCode\":3}" },
		{ event_run_end(VERDICT_SUCCEEDED, 0),
			"{\"event\":\"run.end\",\"verdict\":\"succeeded\",\"exitCode\":0}" },
		{ event_connection(0, "stale", 0, NULL),
			"{\"event\":\"connection\",\"step\":0,\"state\":\"stale\",\"since\":"
			"\"1970-01-01T00:00:00.000Z\",\"message\":null}" },
		{ event_warning(0, NULL, "m"),
			"{\"event\":\"warning\",\"step\":0,\"id\":null,\"message\":\"m\"}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char *text = json_dumps(table[i].event, JSON_COMPACT | JSON_REAL_PRECISION(15));

		is_str(text, table[i].text, "the fields of the contract, in its order");
		free(text);
		json_decref(table[i].event);
	}
}

int main(void)
{
	test_fields();
	test_recorder();
	test_full_disk();
	test_torn();
	test_broken_lines();
	test_long_line();
	test_growing();
	return tap_done();
}
