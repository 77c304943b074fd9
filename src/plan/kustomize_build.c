/* SPDX-License-Identifier: Apache-2.0 */
/* Building a kustomization with the tool that is there. */
#include "plan/kustomize_build.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/process.h"
#include "base/process_run.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "manifest/manifest.h"

#define BUILD_MS 60000
#define VERSION_MS 10000
#define WARNINGS_MAX 20

/* Either tool: how it builds, how it tells its version. */
static const struct tool {
	const char *program, *verb, *name;
	const char *version[6];
} tools[] = {
	{ "kubectl", "kustomize", "kubectl kustomize",
		{ "kubectl", "version", "--client", "-o", "json" } },
	{ "kustomize", "build", "kustomize build", { "kustomize", "version" } },
};

struct build {
	const struct kustomize *k;
	const struct tool *tool;
	struct manifests *list;
	struct kustomize_words *words;
	struct errors *errs;
};

static const struct tool *find_tool(void)
{
	for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
		char *path = process_find(tools[i].program);

		free(path);
		if (path)
			return &tools[i];
	}
	return NULL;
}

/* Out of kubectl's JSON or kustomize's line: "v5.5.0". */
static char *version_in(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	const char *found = jx_str(json, "kustomizeVersion"), *at = found ? found : text;
	char *version;

	while ((at = strchr(at, 'v')) && !strchr("0123456789", at[1]))
		at++;
	version = at && at[1] ? text_display(at, strcspn(at, " \t\r\n}"), TEXT_LINE) : NULL;
	json_decref(json);
	return version;
}

static void on_version(void *arg, const struct process_result *result)
{
	struct build *b = arg;
	char *version = result->exit_code == 0 ? version_in(result->out) : NULL;

	b->words->tool = xasprintf(
		"%s%s%s", b->tool->name, version ? " " : "", version ? version : "");
	free(version);
}

static void ask_version(struct build *b)
{
	struct process_spec spec = { .argv = b->tool->version, .timeout_ms = VERSION_MS };

	if (!process_run(&spec, on_version, b, NULL))
		b->words->tool = xstrdup(b->tool->name);
}

/* Calls fn for each line that holds something. */
static void each_line(
	const char *text, void (*fn)(void *arg, const char *line, size_t len), void *arg)
{
	while (*text) {
		size_t len = strcspn(text, "\r\n");

		if (strspn(text, " \t") < len)
			fn(arg, text, len);
		text += len + (text[len] != '\0');
	}
}

static void join_line(void *arg, const char *line, size_t len)
{
	struct buf *out = arg;

	if (out->len)
		buf_addstr(out, "; ");
	text_add_display(out, line, len, TEXT_LINE);
}

static void keep_warning(void *arg, const char *line, size_t len)
{
	struct kustomize_words *words = arg;

	while (len && strchr("# \t", *line)) {
		line++;
		len--;
	}
	if (len > 9 && strncmp(line, "Warning: ", 9) == 0) {
		line += 9;
		len -= 9;
	}
	if (words->n == WARNINGS_MAX)
		return;
	VEC_GROW(words->warnings, words->n, words->cap);
	words->warnings[words->n++] = text_display(line, len, TEXT_LINE);
}

/* What stands between quotes, as Go quotes it, without them. To free(). */
static char *unquote(const char *text)
{
	struct buf out;

	buf_init(&out, 0);
	for (; *text && *text != '"'; text++) {
		bool escaped = *text == '\\' && text[1];

		text += escaped;
		buf_addch(&out, escaped && *text == 'n' ? '\n' : *text);
	}
	return buf_take(&out);
}

/* What a tool says, without its prefix: "error: …", or klog's, which some builds of kubectl put before
 * all: E0102 03:04:05.678 9 run.go:72] "command failed" err="…". To free(). */
static char *sentence_of(const char *text)
{
	static const char failed[] = "\"command failed\" err=\"";
	const char *behind = strstr(text, "] ");

	if (strncasecmp(text, "error: ", 7) == 0)
		return xstrdup(text + 7);
	if (*text != 'E' || strspn(text + 1, "0123456789") != 4 || !behind)
		return xstrdup(text);
	behind += 2;
	if (strncmp(behind, failed, strlen(failed)) == 0)
		return unquote(behind + strlen(failed));
	return xstrdup(behind);
}

static void refuse(const struct build *b, const char *why)
{
	errors_add(b->errs, ERROR_CONFIG, "%s %s: %s", b->tool->name, b->k->path, why);
}

/* What the tool wants as a flag of its own is a key here. */
static const char *way_out(const char *said)
{
	static const struct { const char *said, *way; } ways[] = {
		{ "must specify --enable-helm", "; write enableHelm: true in the step" },
		{ "is not in or below", "; loadRestrictor: LoadRestrictionsNone in the step allows it" },
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (strstr(said, ways[i].said))
			return ways[i].way;
	return "";
}

static void refuse_failed(const struct build *b, const struct process_result *result)
{
	struct buf said = { 0 };
	char *sentence = sentence_of(result->err);

	each_line(sentence, join_line, &said);
	buf_addstr(&said, way_out(buf_str(&said)));
	if (result->timed_out)
		refuse(b, "did not end within 60s");
	else if (said.len)
		refuse(b, buf_str(&said));
	else
		refuse(b, "it failed and did not say why");
	buf_release(&said);
	free(sentence);
}

static void on_built(void *arg, const struct process_result *result)
{
	struct build *b = arg;
	char *file = xasprintf("%s %s", b->tool->name, b->k->path);
	size_t before = b->list->n;

	if (result->exit_code != 0 || result->timed_out)
		refuse_failed(b, result);
	else if (result->truncated)
		refuse(b, "built more than 64 MiB");
	else if (manifests_parse(b->list, result->out, result->out_len, file, b->errs) &&
		b->list->n == before)
		refuse(b, "built no object");
	each_line(result->exit_code == 0 ? result->err : "", keep_warning, b->words);
	free(file);
}

/* What kustomize fetches itself. */
static bool is_remote(const char *path)
{
	static const char *const marks[] = { "://", "?ref=", "?version=" };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (strstr(path, marks[i]))
			return true;
	return strncmp(path, "git@", 4) == 0 || strncmp(path, "github.com/", 11) == 0;
}

static bool is_there(const char *folder)
{
	static const char *const names[] = { "kustomization.yaml", "kustomization.yml",
		"Kustomization" };
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(names) && !found; i++) {
		char *path = xasprintf("%s/%s", folder, names[i]);

		found = access(path, F_OK) == 0;
		free(path);
	}
	return found;
}

/* The folder as the tool gets it, so that it is no flag. To free(); NULL with a sentence. */
static char *locate(const struct kustomize *k, struct errors *errs)
{
	struct stat st;
	char *folder;

	if (is_remote(k->path))
		return xstrdup(k->path);
	folder = k->path[0] == '/' ? xstrdup(k->path)
				   : xasprintf("%s/%s", k->base ? k->base : ".", k->path);
	if (stat(folder, &st) != 0)
		errors_add(errs, ERROR_CONFIG, "%s: there is no such folder", k->path);
	else if (!S_ISDIR(st.st_mode))
		errors_add(errs, ERROR_CONFIG,
			"%s: is no folder; name the one that holds kustomization.yaml", k->path);
	else if (!is_there(folder))
		errors_add(errs, ERROR_CONFIG, "%s: holds no kustomization.yaml", k->path);
	else
		return folder;
	free(folder);
	return NULL;
}

static void build(struct build *b, const char *folder)
{
	const struct kustomize *k = b->k;
	const char *helm = getenv("KSETTLE_HELM"), *argv[10];
	struct process_spec spec = {
		.argv = argv, .timeout_ms = BUILD_MS, .max_output = BUF_MAX
	};
	struct error err = { 0 };
	size_t n = 0;

	argv[n++] = b->tool->program;
	argv[n++] = b->tool->verb;
	argv[n++] = folder;
	if (k->enable_helm)
		argv[n++] = "--enable-helm";
	if (k->enable_helm && helm && *helm) {
		argv[n++] = "--helm-command";
		argv[n++] = helm;
	}
	if (k->load_restrictor) {
		argv[n++] = "--load-restrictor";
		argv[n++] = k->load_restrictor;
	}
	argv[n] = NULL;
	if (!process_run(&spec, on_built, b, &err))
		errors_add_error(b->errs, &err);
}

bool kustomize_load(struct manifests *list, const struct kustomize *k,
	struct kustomize_words *words, struct errors *errs)
{
	struct build b = { k, find_tool(), list, words, errs };
	size_t before = errs->n;
	char *folder = locate(k, errs);

	if (folder && b.tool)
		build(&b, folder);
	else if (folder)
		errors_add(errs, ERROR_CONFIG,
			"neither kubectl nor kustomize is on PATH; install one of them to build %s",
			k->path);
	free(folder);
	if (errs->n > before)
		return false;
	ask_version(&b);
	return true;
}

void kustomize_words_release(struct kustomize_words *words)
{
	free(words->tool);
	for (size_t i = 0; i < words->n; i++)
		free(words->warnings[i]);
	free(words->warnings);
	*words = (struct kustomize_words){ 0 };
}
