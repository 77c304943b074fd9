/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle status -f FILE|-: one judgement of the objects in a file; needs no cluster. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "kube/mend.h"
#include "manifest/files.h"
#include "rules/data.h"
#include "rules/rule.h"

struct judged {
	char *api_version, *kind, *ns, *name;
	struct judgement j;
};

struct look {
	const struct args *args;
	struct judged *items;
	size_t n, cap;
	bool any; /* a document was there, if only an empty list */
};

static char *shown(const json_t *object, const char *path)
{
	const char *s = jx_str(object, path);

	return s ? text_display(s, strlen(s), TEXT_LINE) : NULL;
}

static bool judge_one(struct look *look, const json_t *object, const char *file, int line,
	int column, struct errors *errs)
{
	struct judge_options options = { .wait_for_jobs = look->args->verify.values.wait_for_jobs,
		.look_once = true };
	struct judged *to;

	if (!jx_str(object, "apiVersion") || !jx_str(object, "kind"))
		return errors_add(errs, ERROR_CONFIG,
			"%s:%d:%d: not a Kubernetes object: it needs apiVersion and kind", file,
			line, column);
	VEC_GROW(look->items, look->n, look->cap);
	to = &look->items[look->n++];
	*to = (struct judged){
		.api_version = shown(object, "apiVersion"),
		.kind = shown(object, "kind"),
		.ns = shown(object, "metadata.namespace"),
		.name = shown(object, "metadata.name"),
	};
	judge(&to->j, object, &options, clock_wall_ms());
	return true;
}

static bool is_list(const json_t *object)
{
	const char *kind = jx_str(object, "kind");
	size_t len = kind ? strlen(kind) : 0;

	return len >= 4 && strcmp(kind + len - 4, "List") == 0 &&
		json_is_array(json_object_get(object, "items"));
}

/* The kind of a typed list's items ("PodList"), which themselves name none. */
static void complete(json_t *item, const json_t *list)
{
	const char *kind = jx_str(list, "kind"), *api_version = jx_str(list, "apiVersion");

	if (!json_is_object(item) || !kind || !api_version || strlen(kind) == 4)
		return;
	if (!json_object_get(item, "kind"))
		json_object_set_new(item, "kind", json_stringn(kind, strlen(kind) - 4));
	if (!json_object_get(item, "apiVersion"))
		json_object_set_new(item, "apiVersion", json_string(api_version));
}

static bool judge_all(struct look *look, json_t *value, int depth, const char *file, int line,
	int column, struct errors *errs)
{
	json_t *items = json_object_get(value, "items"), *item;
	bool good = true;
	size_t i;

	look->any = true;
	if (!is_list(value) || depth > 3)
		return judge_one(look, value, file, line, column, errs);
	json_array_foreach (items, i, item) {
		complete(item, value);
		good = judge_all(look, item, depth + 1, file, line, column, errs) && good;
	}
	return good;
}

/* What `kubectl get -o json` prints may be large and may hold what YAML readers refuse: as JSON
 * first. */
static json_t *as_json(const char *text, size_t len)
{
	size_t blank = strspn(text, " \t\r\n");

	return text[blank] == '{' ? mend_parse(text + blank, len - blank, NULL) : NULL;
}

static bool read_text(
	void *arg, const char *text, size_t len, const char *file, struct errors *errs)
{
	struct look *look = arg;
	struct error err = { 0 };
	struct yaml yaml;
	bool good = true;
	json_t *value = as_json(text, len);

	if (value) {
		good = judge_all(look, value, 0, file, 1, 1, errs);
		json_decref(value);
		return good;
	}
	if (!yaml_parse(&yaml, text, len, file, &err))
		return errors_add_error(errs, &err);
	for (size_t i = 0; i < yaml.n; i++) {
		const struct yaml_node *root = yaml.documents[i].root;

		if (!root)
			continue;
		error_clear(&err);
		value = yaml_to_json(root, file, &err);
		good = (value ? judge_all(look, value, 0, file, root->line, root->column, errs)
			      : errors_add_error(errs, &err)) &&
			good;
		json_decref(value);
	}
	yaml_release(&yaml);
	return good;
}

static void print_json(const struct look *look)
{
	json_t *objects = json_array(), *top = json_pack("{s:o}", "objects", objects);
	char *text;

	for (size_t i = 0; i < look->n; i++) {
		const struct judged *o = &look->items[i];
		json_t *columns = json_object();

		for (size_t k = 0; k < o->j.ncolumns; k++)
			json_object_set_new(
				columns, o->j.columns[k].name, jx_string(o->j.columns[k].value));
		json_array_append_new(objects,
			json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "apiVersion",
				jx_string(o->api_version), "kind", jx_string(o->kind), "namespace",
				jx_string(o->ns), "name", jx_string(o->name), "status",
				status_word(o->j.status), "reason", jx_string(o->j.reason),
				"message", jx_string(o->j.message), "note", jx_string(o->j.note),
				"columns", columns));
	}
	text = json_dumps(top, JSON_INDENT(2));
	puts(text);
	free(text);
	json_decref(top);
}

static void pad(const char *s, int width)
{
	printf("%s%*s  ", s, width - text_width(s), "");
}

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

static int widest(const struct look *look, const char *heading, size_t offset)
{
	int width = text_width(heading);

	for (size_t i = 0; i < look->n; i++) {
		const char *s = or_dash(*(char *const *)((const char *)&look->items[i] + offset));

		if (text_width(s) > width)
			width = text_width(s);
	}
	return width;
}

static void print_table(const struct look *look)
{
	int kind = widest(look, "KIND", offsetof(struct judged, kind)),
	    ns = widest(look, "NAMESPACE", offsetof(struct judged, ns));
	int name = widest(look, "NAME", offsetof(struct judged, name));

	if (!look->n) {
		printf("no objects\n");
		return;
	}
	pad("STATUS", 11);
	pad("KIND", kind);
	pad("NAMESPACE", ns);
	pad("NAME", name);
	printf("WHY\n");
	for (size_t i = 0; i < look->n; i++) {
		const struct judged *o = &look->items[i];
		const char *between = o->j.reason && o->j.message ? ": " : "";

		pad(status_title(o->j.status), 11);
		pad(o->kind, kind);
		pad(or_dash(o->ns), ns);
		pad(or_dash(o->name), name);
		printf("%s%s%s", o->j.reason ? o->j.reason : "", between,
			o->j.message ? o->j.message : "");
		if (o->j.note)
			printf("%snote: %s", o->j.reason || o->j.message ? "; " : "", o->j.note);
		printf("\n");
	}
}

static int exit_code(const struct look *look)
{
	int code = 0;

	for (size_t i = 0; i < look->n; i++) {
		if (look->items[i].j.status == STATUS_ERROR)
			return 1;
		if (look->items[i].j.status == STATUS_IN_PROGRESS)
			code = 3;
	}
	return code;
}

static void release(struct look *look)
{
	for (size_t i = 0; i < look->n; i++) {
		judgement_release(&look->items[i].j);
		free(look->items[i].api_version);
		free(look->items[i].kind);
		free(look->items[i].ns);
		free(look->items[i].name);
	}
	free(look->items);
}

static int run(const struct args *args)
{
	struct look look = { .args = args };
	struct errors errs = { 0 };
	int code = 2;

	if (args->rest.n || !args->files.n) {
		fprintf(stderr,
			"ksettle: status takes its objects from -f FILE or -f - (the cluster's own follow in a later version); "
			"see '%s status --help'\n",
			program_name());
		return 2;
	}
	if (args->output != OUTPUT_AUTO && args->output != OUTPUT_TABLE &&
		args->output != OUTPUT_JSON) {
		fprintf(stderr, "ksettle: status: --output takes table or json\n");
		return 2;
	}
	if (!session_load_rules())
		return 2;
	for (size_t i = 0; i < args->files.n; i++)
		manifest_files_each(args->files.items[i], NULL, read_text, &look, &errs);
	if (!errs.n && !look.any)
		errors_add(&errs, ERROR_CONFIG, "the files hold no object");
	if (errs.n) {
		session_complain(&errs);
	} else {
		if (args->output == OUTPUT_JSON)
			print_json(&look);
		else
			print_table(&look);
		code = exit_code(&look);
	}
	errors_release(&errs);
	release(&look);
	rules_forget();
	return code;
}

const struct command command_status = {
	.name = "status",
	.usage = "status -f FILE|- [flags]",
	.summary = "judge the objects in a file once; needs no cluster",
	.example = "status -f objects.json -o json",
	.bit = FOR_STATUS,
	.run = run,
};
