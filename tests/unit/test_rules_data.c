/* SPDX-License-Identifier: Apache-2.0 */
/* Loading rules as data: what is wrong with a file, whose rule wins, what the manual says. What the
 * rules mean is in the cases of tests/rules/data-*.case (test_rules). UPDATE_GOLDEN=1 rewrites
 * tests/rules/bad/ *.want. */
#include <glob.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "rules/data.h"
#include "rules/rule.h"
#include "tests/unit/tap.h"

static const char *srcdir;
static char folder[] = "/tmp/rules-XXXXXX"; /* what is written lies here */

static char *read_text(const char *path)
{
	struct error err = { 0 };
	struct buf text;

	buf_init(&text, 0);
	if (!file_read(path, &text, &err))
		printf("# %s\n", err.text);
	return buf_take(&text);
}

static char *in_folder(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void write_rules(const char *name, const char *text, size_t len)
{
	char *path = in_folder(name);
	FILE *f = fopen(path, "w");

	if (f) {
		fwrite(text, 1, len, f);
		fclose(f);
	}
	free(path);
}

static void remove_rules(const char *name)
{
	char *path = in_folder(name);

	remove(path);
	free(path);
}

/* Each mistake on a line, without the folder. To free(). */
static char *mistakes(const struct errors *errs)
{
	size_t len = strlen(folder) + 1;
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < errs->n; i++) {
		const char *text = errs->items[i].text;

		for (const char *at; (at = strstr(text, folder)); text = at + len)
			buf_add(&out, text, (size_t)(at - text));
		buf_printf(&out, "%s\n", text);
	}
	return buf_take(&out);
}

static void check_bad(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char *text = read_text(path),
	     *want_path = xasprintf("%.*s.want", (int)(strlen(path) - 5), path);
	char *want, *got;
	struct errors errs = { 0 };
	bool loaded;

	write_rules(name, text, strlen(text));
	loaded = rules_load(folder, true, &errs);
	got = mistakes(&errs);
	if (getenv("UPDATE_GOLDEN"))
		file_replace(want_path, got, strlen(got), NULL);
	want = read_text(want_path);
	is_str(got, want, name);
	ok(!loaded && errs.n > 0 && errs.items[0].code == ERROR_CONFIG, "and it is not loaded");
	remove_rules(name);
	errors_release(&errs);
	free(want);
	free(got);
	free(want_path);
	free(text);
}

static void each_file(const char *pattern, void (*check)(const char *path))
{
	char *all = xasprintf("%s/%s", srcdir, pattern);
	glob_t found;

	if (ok(glob(all, 0, NULL, &found) == 0, pattern))
		for (size_t i = 0; i < found.gl_pathc; i++)
			check(found.gl_pathv[i]);
	globfree(&found);
	free(all);
}

/* A damaged file is refused with a place, or loads and judges; it never crashes. */
static bool survives(const char *text, size_t len)
{
	json_t *object = json_pack(
		"{s:s, s:s, s:{s:i, s:{s:s}}, s:{s:s, s:i, s:[{s:s, s:s, s:s}]}}", "apiVersion",
		"cert-manager.io/v1", "kind", "Certificate", "metadata", "generation", 1,
		"annotations", "a/b", "true", "status", "phase", "Running", "readyReplicas", 1,
		"conditions", "type", "Ready", "status", "True", "reason", "Ready");
	struct errors errs = { 0 };
	struct judgement j;
	bool good;

	write_rules("damaged.yaml", text, len);
	good = rules_load(folder, true, &errs) == (errs.n == 0);
	for (size_t i = 0; i < errs.n; i++)
		good &= strstr(errs.items[i].text, "damaged.yaml") &&
			text_is_display(errs.items[i].text, TEXT_LINE);
	judge(&j, object, NULL, 0);
	good &= j.status == STATUS_SUCCESS || j.message;
	judgement_release(&j);
	rules_forget();
	errors_release(&errs);
	json_decref(object);
	return good;
}

static void check_damaged(const char *path)
{
	static const char bytes[] = "{}[]|*&!:-#'\"\n \t,.x0\0\xff";
	char *text = read_text(path),
	     *name = xasprintf("%s survives damage", strrchr(path, '/') + 1);
	size_t len = strlen(text), skipped;
	uint32_t seed = 1;
	bool good = true;

	for (size_t i = 0; i < 150; i++) {
		size_t at = (seed = seed * 1664525 + 1013904223) % len;
		char was = text[at];

		text[at] = bytes[(seed >> 16) % (sizeof(bytes) - 1)];
		good &= survives(text, len);
		text[at] = was;
		good &= survives(text, at);
		/* without a line */
		skipped = strcspn(text + at, "\n") + 1;
		if (at + skipped < len)
			good &= survives(text + at + skipped, len - at - skipped);
	}
	ok(good, name);
	remove_rules("damaged.yaml");
	free(name);
	free(text);
}

static enum status judged(const char *api_version, const char *kind)
{
	json_t *object = json_pack("{s:s, s:s}", "apiVersion", api_version, "kind", kind);
	enum status status;
	struct judgement j;

	judge(&j, object, NULL, 0);
	status = j.status;
	judgement_release(&j);
	json_decref(object);
	return status;
}

#define RULES "apiVersion: ksettle/v1\nrules:\n"
#define ALWAYS(status) "    cases: [{status: " status ", reason: A, message: b}]\n"

static bool load_text(const char *name, const char *text)
{
	struct errors errs = { 0 };
	bool good;

	write_rules(name, text, strlen(text));
	good = rules_load(folder, true, &errs);
	for (size_t i = 0; i < errs.n; i++)
		printf("# %s\n", errs.items[i].text);
	errors_release(&errs);
	remove_rules(name);
	return good;
}

static void check_precedence(void)
{
	ok(load_text("a.yaml",
		   RULES "  - group: '*.example.com'\n" ALWAYS(
			   "Error") "  - group: a.example.com\n" ALWAYS("InProgress") "  - group: "
										      "a.example."
										      "com\n    "
										      "kinds: "
										      "[Widget]\n  "
										      "  passive: "
										      "true\n"
										      "  - group: "
										      "'*.example."
										      "com'\n    "
										      "kinds: "
										      "[Gadget]\n  "
										      "  passive: "
										      "true\n  - "
										      "group: "
										      "apps\n    "
										      "passive: "
										      "true\n"),
		"rules of a group, of a kind, of groups that end alike");
	is_int(judged("a.example.com/v1", "Widget"), STATUS_SUCCESS,
		"a kind by name wins over its group");
	is_int(judged("a.example.com/v1", "Gadget"), STATUS_IN_PROGRESS,
		"a group by name wins over one that ends alike");
	is_int(judged("b.example.com/v1", "Gadget"), STATUS_SUCCESS,
		"a kind wins over the groups that end alike");
	is_int(judged("x.b.example.com/v1", "Widget"), STATUS_ERROR,
		"a group deep below ends alike");
	is_int(judged("example.com/v1", "Widget"), STATUS_IN_PROGRESS, "the group itself does not");
	is_int(judged("badexample.com/v1", "Widget"), STATUS_IN_PROGRESS,
		"nor does one without the dot");
	is_int(judged("apps/v1", "Deployment"), STATUS_IN_PROGRESS,
		"a kind of ours keeps its rule");
	is_int(judged("apps/v1", "Widget"), STATUS_SUCCESS,
		"another of its group takes the group's");
	ok(load_text("b.yaml", RULES "  - group: '*.example.com'\n    passive: true\n"),
		"a second folder");
	is_int(judged("a.example.com/v1", "Gadget"), STATUS_SUCCESS,
		"its rules win, be they less exact");
	ok(!load_text("c.yaml",
		   RULES "  - group: a.example.com\n" ALWAYS("Error") "    nees: [Ready]\n"),
		"a third with a mistake");
	is_int(judged("a.example.com/v1", "Gadget"), STATUS_SUCCESS, "changes nothing");
	rules_forget();
	is_int(judged("a.example.com/v1", "Gadget"), STATUS_IN_PROGRESS,
		"forgotten rules do not hold");
}

static void check_folder(void)
{
	struct errors errs = { 0 };
	char *missing = in_folder("nowhere"), *odd = in_folder("odd.yaml"), *text;

	ok(rules_load(missing, false, &errs) && errs.n == 0,
		"a folder that is not there is nothing");
	ok(!rules_load(missing, true, &errs), "unless it is required");
	text = mistakes(&errs);
	is_str(text, "nowhere: the folder of rules cannot be read: No such file or directory\n",
		"and says so");
	free(text);
	errors_release(&errs);
	write_rules("notes.txt", "[", 1);
	write_rules(".hidden.yaml", "[", 1);
	ok(rules_load(folder, true, &errs) && errs.n == 0,
		"only *.yaml are rules, and what is hidden is not");
	write_rules("empty.yaml", "# nothing\n", 10);
	ok(rules_load(folder, true, &errs) && errs.n == 0, "a file may be empty");
	mkdir(odd, 0700);
	ok(!rules_load(folder, true, &errs), "a folder is no file of rules");
	text = mistakes(&errs);
	is_str(text, "odd.yaml: is a folder, not a file\n", "and says so");
	rmdir(odd);
	remove_rules("notes.txt");
	remove_rules(".hidden.yaml");
	remove_rules("empty.yaml");
	errors_release(&errs);
	free(text);
	free(odd);
	free(missing);
}

static void check_all(void)
{
	struct errors errs = { 0 };
	char *config = in_folder("config"), *ksettle = in_folder("config/ksettle"),
	     *own = in_folder("config/ksettle/rules.d");
	char *shipped = xasprintf("%s/rules.d", srcdir), *missing = in_folder("nowhere");
	static const char mine[] = RULES
		"  - group: cert-manager.io\n    kinds: [Issuer]\n    passive: true\n";

	mkdir(config, 0700);
	mkdir(ksettle, 0700);
	mkdir(own, 0700);
	setenv("XDG_CONFIG_HOME", config, 1);
	unsetenv("KSETTLE_RULES_DIR");
	ok(rules_load_all(shipped, &errs), "the installed rules");
	is_int(judged("argoproj.io/v1alpha1", "AppProject"), STATUS_SUCCESS, "hold");
	rules_forget();
	setenv("KSETTLE_RULES_DIR", missing, 1);
	ok(!rules_load_all(shipped, &errs), "a folder that was asked for must be there");
	rules_forget();
	errors_release(&errs);
	setenv("KSETTLE_RULES_DIR", shipped, 1);
	write_rules("config/ksettle/rules.d/mine.yaml", mine, strlen(mine));
	ok(rules_load_all(missing, &errs), "the folder that was asked for, and the user's");
	is_int(judged("argoproj.io/v1alpha1", "AppProject"), STATUS_SUCCESS, "the former holds");
	is_int(judged("cert-manager.io/v1", "Issuer"), STATUS_SUCCESS, "the user's wins");
	rules_forget();
	write_rules("config/ksettle/rules.d/mine.yaml", "a: [\n", 5);
	ok(!rules_load_all(missing, &errs) && errs.n == 1 &&
			strstr(errs.items[0].text, "mine.yaml:2:1: "),
		"a mistake in the user's is said with its place");
	rules_forget();
	errors_release(&errs);
	remove_rules("config/ksettle/rules.d/mine.yaml");
	rmdir(own);
	rmdir(ksettle);
	rmdir(config);
	free(missing);
	free(shipped);
	free(own);
	free(ksettle);
	free(config);
}

/* The n-th literal block of the manual. To free(). */
static char *manual_block(int n)
{
	char *path = xasprintf("%s/man/ksettle-rules.5", srcdir), *text = read_text(path),
	     *block = text, *end;

	for (int i = 0; block && i < n; i++) {
		block = strstr(block, ".Bd -literal");
		block = block ? strchr(block, '\n') + 1 : NULL;
	}
	end = block ? strstr(block, ".Ed\n") : NULL;
	block = end ? xstrndup(block, (size_t)(end - block)) : xstrdup("");
	free(text);
	free(path);
	return block;
}

/* The object of the manual is judged as the manual says. */
static void check_manual_object(void)
{
	char *text = manual_block(2), *table = manual_block(3), *row = NULL;
	struct error err = { 0 };
	struct judgement j = { 0 };
	struct yaml yaml;
	json_t *object = NULL;

	if (ok(yaml_parse(&yaml, text, strlen(text), "manual", &err), "the manual's object")) {
		object = yaml_to_json(yaml.documents[0].root, "manual", &err);
		judge(&j, object, NULL, 0);
		row = xasprintf("  %s: %s\n", j.reason, j.message);
		ok(strstr(table, row), row);
		yaml_release(&yaml);
	}
	json_decref(object);
	judgement_release(&j);
	free(row);
	free(table);
	free(text);
}

static void check_manual(void)
{
	static const struct {
		const char *status, *said;
	} queues[] = {
		{ "{\"state\": \"Failed\", \"error\": \"disk full\"}", "disk full" },
		{ "{\"state\": \"Failed\"}", "the queue failed" },
		{ "{\"state\": \"Active\", \"shards\": 1}", "1 of 3 shards serve" },
		{ "{\"state\": \"Active\"}", "0 of 3 shards serve" },
		{ "{\"listeners\": [{\"conditions\": [{\"type\": \"Accepted\", "
		  "\"status\": \"False\", \"message\": \"port in use\"}]}]}",
			"port in use" },
		{ "{\"state\": \"Active\", \"shards\": 3}", "waiting for its condition Ready" },
		{ "{\"state\": \"Active\", \"shards\": 3, \"conditions\": [{\"type\": \"Ready\", "
		  "\"status\": \"True\"}]}",
			NULL },
	};
	char *example = manual_block(1);

	ok(load_text("manual.yaml", example), "the manual's example");
	for (size_t i = 0; i < ARRAY_LEN(queues); i++) {
		json_t *object = json_pack("{s:s, s:s, s:{s:i}, s:o}", "apiVersion",
			"example.com/v1", "kind", "Queue", "spec", "shards", 3, "status",
			json_loads(queues[i].status, 0, NULL));
		struct judgement j;

		judge(&j, object, NULL, 0);
		is_str(j.message, queues[i].said, queues[i].status);
		judgement_release(&j);
		json_decref(object);
	}
	is_int(judged("example.com/v1", "QueueClass"), STATUS_SUCCESS, "and what it calls passive");
	check_manual_object();
	rules_forget();
	free(example);
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if (at > text && strchr(" \"", at[-1]) && at[len] && strchr(" \"\n", at[len]))
			return true;
	return false;
}

/* Every kind that a file of rules names is in the cases of that file. */
static void check_kinds(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char *text = read_text(path), *cases_path = xasprintf("%s/tests/rules/data-%.*s.case", srcdir,
					  (int)(strlen(name) - 5), name),
	     *cases = read_text(cases_path);
	const struct yaml_node *rules, *kinds;
	struct error err = { 0 };
	struct yaml yaml;
	bool good = true;

	if (!ok(yaml_parse(&yaml, text, strlen(text), path, &err), path))
		return;
	rules = yaml_get(yaml.documents[0].root, "rules");
	for (size_t i = 0; i < rules->n; i++) {
		kinds = yaml_get(rules->items[i], "kinds");
		for (size_t k = 0; kinds && k < kinds->n; k++) {
			if (has_word(cases, kinds->items[k]->value))
				continue;
			printf("# no case for %s\n", kinds->items[k]->value);
			good = false;
		}
	}
	ok(good, cases_path);
	yaml_release(&yaml);
	free(cases);
	free(cases_path);
	free(text);
}

int main(void)
{
	srcdir = getenv("srcdir") ? getenv("srcdir") : ".";
	if (!mkdtemp(folder))
		return 99;
	each_file("tests/rules/bad/*.yaml", check_bad);
	check_precedence();
	check_folder();
	check_all();
	check_manual();
	each_file("rules.d/*.yaml", check_kinds);
	if (!getenv("RULES_CASES_ONLY")) /* tests/mutants.py is in a hurry */
		each_file("rules.d/*.yaml", check_damaged);
	rmdir(folder);
	return tap_done();
}
