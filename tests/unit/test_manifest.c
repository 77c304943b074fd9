/* SPDX-License-Identifier: Apache-2.0 */
/* Files into objects, and every mistake in one sentence. tests/manifests/NAME holds what is
 * read, NAME.want what must come of it. */
#include "manifest/manifest.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tap.h"

static const char *folder(void)
{
	static char path[4096];
	const char *srcdir = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/tests/manifests", srcdir ? srcdir : ".");
	return path;
}

/* What was read, as text: a line per object with what is sent and shown, then the mistakes. */
static void describe(struct buf *out, const struct manifests *list, const struct errors *errs)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct manifest *m = &list->items[i];
		char *id = object_id(0, m->api_version, m->kind, m->ns, m->name);

		buf_printf(out, "== %s:%d:%d %s %s\n", m->file, m->line, m->column, id, m->api_version);
		buf_printf(out, "-- sent\n%s%s", m->body, m->body[m->body_len - 1] == '\n' ? "" : "$\n");
		if (strcmp(m->body, m->shown) != 0)
			buf_printf(out, "-- shown\n%s", m->shown);
		free(id);
	}
	for (size_t i = 0; i < errs->n; i++)
		buf_printf(out, "!! %s\n", errs->items[i].text);
}

static void check_case(const char *name)
{
	struct manifests list = { 0 };
	struct errors errs = { 0 };
	struct buf got, want;
	char *path = xasprintf("%s/%s.want", folder(), name);
	bool good;

	buf_init(&got, 0);
	buf_init(&want, 0);
	good = manifests_load(&list, name, folder(), &errs);
	describe(&got, &list, &errs);
	if (getenv("UPDATE_GOLDEN"))
		file_replace(path, buf_str(&got), got.len, NULL);
	file_read(path, &want, NULL);
	is_str(buf_str(&got), buf_str(&want), name);
	ok(good == (errs.n == 0), "the result says whether there are mistakes");
	for (size_t i = 0; i < list.n; i++)
		if (!text_is_display(list.items[i].shown, TEXT_BLOCK))
			ok(false, "what is shown is display text");
	buf_release(&got);
	buf_release(&want);
	manifests_release(&list);
	errors_release(&errs);
	free(path);
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".want") != 0;
}

static void test_cases(void)
{
	struct dirent **entries = NULL;
	int n = scandir(folder(), &entries, is_case, alphasort);

	ok(n > 5, "there are cases");
	for (int i = 0; i < n; i++) {
		check_case(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);

	file_replace(path, text, strlen(text), NULL);
	free(path);
}

/* The names of the objects that come of a path, or the sentence. */
static void is_load(const char *path, const char *base, const char *want, const char *name)
{
	struct manifests list = { 0 };
	struct errors errs = { 0 };
	struct buf got;

	buf_init(&got, 0);
	manifests_load(&list, path, base, &errs);
	for (size_t i = 0; i < list.n; i++)
		buf_printf(&got, "%s:%s ", list.items[i].file, list.items[i].name);
	for (size_t i = 0; i < errs.n; i++)
		buf_printf(&got, "! %s ", errs.items[i].text);
	is_str(buf_str(&got), want, name);
	buf_release(&got);
	manifests_release(&list);
	errors_release(&errs);
}

#define OBJECT(name) "{apiVersion: v1, kind: Pod, metadata: {name: " name "}}\n"

static void fill_folder(const char *dir)
{
	char *path = xasprintf("%s/k[8]s", dir);

	mkdir(path, 0700);
	write_file(path, "b.yaml", OBJECT("b"));
	write_file(path, "a.yml", OBJECT("a"));
	write_file(path, "c.json", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"c\"}}");
	write_file(path, "README.md", "no manifest: at: all");
	free(path);
	path = xasprintf("%s/k[8]s/sub.yaml", dir);
	mkdir(path, 0700);
	free(path);
	path = xasprintf("%s/empty", dir);
	mkdir(path, 0700);
	free(path);
	path = xasprintf("%s/pipe", dir);
	mkfifo(path, 0600);
	free(path);
	write_file(dir, "nothing.yaml", "# nothing\n---\n");
}

static void clean_folder(const char *dir)
{
	static const char *const names[] = { "k[8]s/a.yml", "k[8]s/b.yaml", "k[8]s/c.json", "k[8]s/README.md",
		"k[8]s/sub.yaml", "k[8]s", "empty", "pipe", "nothing.yaml", "huge.yaml", "" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path = xasprintf("%s/%s", dir, names[i]);

		remove(path);
		free(path);
	}
}

static void test_huge(const char *dir)
{
	struct manifests list = { 0 };
	struct errors errs = { 0 };
	char *path = xasprintf("%s/huge.yaml", dir);
	FILE *file = fopen(path, "w");

	ok(file && ftruncate(fileno(file), ((off_t)64 << 20) + 1) == 0, "a huge file");
	fclose(file);
	ok(!manifests_load(&list, "huge.yaml", dir, &errs), "is refused");
	ok(errs.n == 1 && errs.items[0].code == ERROR_LIMIT, "as larger than we read");
	manifests_release(&list);
	errors_release(&errs);
	free(path);
}

static void test_stdin(const char *dir)
{
	char *path = xasprintf("%s/k[8]s/b.yaml", dir);

	ok(freopen(path, "r", stdin), "standard input");
	is_load("-", dir, "-:b ", "is read");
	is_load("-", dir, "! standard input (-) can be read only once ", "but once");
	free(path);
}

static void test_own_pipe(void)
{
	int fds[2];
	char path[32];
	char *want;

	ok(pipe(fds) == 0 && write(fds[1], OBJECT("p"), strlen(OBJECT("p"))) > 0, "a shell's <(command)");
	close(fds[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	want = xasprintf("%s:p ", path);
	is_load(path, NULL, want, "is read like a file");
	free(want);
	close(fds[0]);
}

static void test_paths(void)
{
	char dir[] = "/tmp/ksettle-test-XXXXXX";
	char *want;

	if (!ok(mkdtemp(dir), "a folder for the test"))
		return;
	fill_folder(dir);
	is_load("k[8]s", dir, "k[8]s/a.yml:a k[8]s/b.yaml:b k[8]s/c.json:c ", "a folder, by name");
	is_load("k[8]s/", dir, "k[8]s/a.yml:a k[8]s/b.yaml:b k[8]s/c.json:c ", "with a slash behind it");
	is_load("k[8]s/b.yaml", dir, "k[8]s/b.yaml:b ", "a file whose path looks like a glob");
	is_load("k*/*.y*ml", dir, "k[8]s/a.yml:a k[8]s/b.yaml:b ", "a glob, sorted, without folders");
	want = xasprintf("%s/k[8]s", dir);
	is_load("*.yml", want, "a.yml:a ", "a glob in a folder whose name looks like one");
	free(want);
	is_load("*.nope", dir, "! *.nope: matches no file ", "a glob that matches nothing");
	is_load("empty", dir,
		"! empty: no .yaml, .yml or .json file in this folder (subfolders are not looked at) ",
		"an empty folder");
	is_load("nothing.yaml", dir, "", "a file without a document");
	want = xasprintf("! %s/gone.yaml: there is no such file ", dir);
	is_load("gone.yaml", dir, want, "a missing file");
	free(want);
	want = xasprintf("! %s/pipe: is a pipe, which may never end: give it as standard input (-f -) ", dir);
	is_load("pipe", dir, want, "a pipe does not block us");
	free(want);
	is_load("/dev/null", dir, "! /dev/null: is not a regular file ", "a device");
	is_load("https://example.test/a.yaml", dir,
		"! https://example.test/a.yaml: manifests are not fetched: download it first ", "a URL");
	test_huge(dir);
	test_stdin(dir);
	clean_folder(dir);
}

static void test_duplicates(void)
{
	static const char text[] =
		"{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}\n---\n"
		"{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: web, namespace: shop}}\n---\n"
		"{apiVersion: v1, kind: Service, metadata: {name: web}}\n---\n"
		"{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: other}}\n";
	struct manifests list = { 0 };
	struct errors errs = { 0 };

	ok(manifests_parse(&list, text, strlen(text), "f.yaml", &errs), "four objects");
	ok(manifests_check_duplicates(&list, "prod", &errs), "are four where prod is the default");
	ok(!manifests_check_duplicates(&list, "shop", &errs), "but three where shop is");
	is_int((long long)errs.n, 1, "which is one mistake");
	is_str(errs.n ? errs.items[0].text : NULL,
		"f.yaml:3:1: Deployment \"web\" appears twice (first at f.yaml:1:1): remove one", "told so");
	manifests_release(&list);
	errors_release(&errs);
}

static void test_many_mistakes(void)
{
	struct manifests list = { 0 };
	struct errors errs = { 0 };
	struct buf text;

	buf_init(&text, 0);
	for (int i = 0; i < 5000; i++)
		buf_addstr(&text, "--- {a: 1}\n");
	ok(!manifests_parse(&list, buf_str(&text), text.len, "f", &errs), "thousands of mistakes");
	ok(errs.n > 99 && errs.n < 110, "are told up to a point");
	is_str(errs.items[errs.n - 1].text, "f: too many mistakes: the rest of it was not read",
		"which is told too");
	buf_release(&text);
	manifests_release(&list);
	errors_release(&errs);
}

static void test_ids(void)
{
	char group[GROUP_SIZE], *id = object_id(3, "v1", "Pod", "shop", "web-1");

	is_str(id, "3//Pod/shop/web-1", "an id of the core group");
	free(id);
	id = object_id(0, "rbac.authorization.k8s.io/v1", "ClusterRole", NULL, "view");
	is_str(id, "0/rbac.authorization.k8s.io/ClusterRole//view", "an id without a namespace");
	free(id);
	group_of("apps/v1", group);
	is_str(group, "apps", "a group");
}

int main(void)
{
	test_cases();
	test_paths();
	test_own_pipe();
	test_duplicates();
	test_many_mistakes();
	test_ids();
	return tap_done();
}
