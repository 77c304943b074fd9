/* SPDX-License-Identifier: Apache-2.0 */
/* Objects from short forms: tests/plan/made/NAME.yaml is a plan ("# set: a=b c=d" in its first line:
 * --set), NAME.yaml.want every object that it sends, or every mistake with its place.
 * UPDATE_GOLDEN=1 writes it. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "manifest/redact.h"
#include "plan/plan.h"
#include "tests/unit/tap.h"

/* What is sent reads back as what was meant, and is what is shown. */
static void check_texts(const struct manifest *m)
{
	struct error err = { 0 };
	json_t *read = NULL;
	struct yaml yaml;

	if (yaml_parse(&yaml, m->body, m->body_len, m->name, &err)) {
		read = yaml_to_json(yaml.documents[0].root, m->name, &err);
		yaml_release(&yaml);
	}
	ok(json_equal(read, m->object), "what is sent reads back as it was made");
	json_decref(read);
	if (strcmp(m->kind, "Secret") != 0)
		is_str(m->shown, m->body, "what is shown is what is sent");
	else if (json_object_get(m->object, "data"))
		ok(strcmp(m->shown, m->body) != 0 && strstr(m->shown, REDACTED),
			"the values of a Secret are not shown");
}

static void describe_step(struct buf *out, const struct plan_step *step)
{
	const struct blue_green *bg = &step->blue_green;

	buf_printf(out, "# %s\n", step->name);
	for (size_t i = 0; i < step->manifests.n; i++) {
		const struct manifest *m = &step->manifests.items[i];

		buf_printf(out, "--- # %s:%d:%d%s%s\n", m->file, m->line, m->column,
			step->force_conflicts ? ", forceConflicts" : "",
			bg->name && i >= bg->first_switched ? ", behind the switch" : "");
		buf_add(out, m->body, m->body_len);
		check_texts(m);
	}
	if (bg->name)
		buf_printf(out, "# blue/green: %s is %s%s\n", bg->name, bg->deployment,
			bg->verify ? ", verified" : "");
}

static void describe(struct buf *out, const struct plan *plan, const struct errors *errs)
{
	for (size_t i = 0; errs->n == 0 && i < plan->n; i++)
		describe_step(out, &plan->steps[i]);
	for (size_t i = 0; i < errs->n; i++)
		buf_printf(out, "!! %s\n", errs->items[i].text);
}

#define SET_MAX 8

/* line is where the words stand. */
static void read_set(const char *text, char line[static 256], const char *set[static SET_MAX])
{
	char *rest = line;
	size_t n = 0;

	if (strncmp(text, "# set: ", 7) == 0) {
		snprintf(line, 256, "%.*s", (int)strcspn(text, "\n") - 7, text + 7);
		while (n + 1 < SET_MAX && rest)
			set[n++] = strsep(&rest, " ");
	}
	set[n] = NULL;
}

static void check_case(const char *name)
{
	char *want_path = xasprintf("%s.want", name), line[256];
	struct buf text = { 0 }, got = { 0 }, want = { 0 };
	struct verify_flags flags = { 0 };
	struct errors errs = { 0 };
	const char *set[SET_MAX];
	struct plan plan;

	file_read(name, &text, NULL);
	read_set(buf_str(&text), line, set);
	ok(plan_load(&plan, name, &flags, set, &errs) == (errs.n == 0),
		"the result says whether there are mistakes");
	describe(&got, &plan, &errs);
	ok(!strstr(buf_str(&got), "s3cret") || errs.n == 0, "no mistake quotes a value");
	if (getenv("UPDATE_GOLDEN"))
		file_replace(want_path, buf_str(&got), got.len, NULL);
	file_read(want_path, &want, NULL);
	is_str(buf_str(&got), buf_str(&want), name);
	if (errs.n == 0)
		plan_release(&plan);
	errors_release(&errs);
	buf_release(&text);
	buf_release(&got);
	buf_release(&want);
	free(want_path);
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".yaml") == 0;
}

/* FIPS 180-4 and its examples; the lengths around a block's end are where padding goes wrong. */
static void test_sha256(void)
{
	char hex[SHA256_HEX], text[120];

	sha256_hex("", 0, hex);
	is_str(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "nothing");
	sha256_hex("abc", 3, hex);
	is_str(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "abc");
	memset(text, 'a', sizeof(text));
	sha256_hex(text, 55, hex);
	is_str(hex, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318", "55 bytes");
	sha256_hex(text, 56, hex);
	is_str(hex, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a", "56 bytes");
	sha256_hex(text, 64, hex);
	is_str(hex, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb", "a block");
	sha256_hex(text, 119, hex);
	is_str(hex, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb", "119 bytes");
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char *folder = xasprintf("%s/tests/plan/made", srcdir ? srcdir : ".");
	struct dirent **entries = NULL;
	int n;

	test_sha256();
	if (chdir(folder) != 0)
		abort();
	n = scandir(".", &entries, is_case, alphasort);
	ok(n > 0, "there are cases");
	for (int i = 0; i < n; i++) {
		check_case(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	free(folder);
	return tap_done();
}
