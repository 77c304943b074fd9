/* SPDX-License-Identifier: Apache-2.0 */
/* The properties of an Octopus action: each is taken once, and what is left is said. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "import/octopus_action.h"

#define PREFIX "Octopus.Action."

/* Octopus' names of properties know no case. NULL: none. */
static const struct ocl_node *find(const struct action *a, const char *key, size_t *index)
{
	for (size_t i = 0; a->props && i < a->props->n; i++) {
		const char *name = a->props->items[i]->name;

		if (strncasecmp(name, PREFIX, strlen(PREFIX)) == 0 &&
			strcasecmp(name + strlen(PREFIX), key) == 0) {
			*index = i;
			return a->props->items[i];
		}
	}
	return NULL;
}

const struct ocl_node *action_at(const struct action *a, const char *key)
{
	size_t i;
	const struct ocl_node *found = find(a, key, &i);

	return found ? found : a->node;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

const char *action_take(struct action *a, const char *key)
{
	size_t i;
	const struct ocl_node *found = find(a, key, &i);

	if (!found || found->kind == OCL_LIST || found->kind == OCL_MAP ||
		found->kind == OCL_BLOCK || found->kind == OCL_CALL)
		return NULL;
	a->taken[i] = true;
	if (found->kind == OCL_BOOL)
		return found->truth ? "True" : "False";
	return found->kind == OCL_NULL || is_blank(found->text) ? "" : found->text;
}

const char *action_filled(struct action *a, const char *key)
{
	const char *text = action_take(a, key);

	return text && *text ? text : NULL;
}

bool action_flag(struct action *a, const char *key)
{
	const char *text = action_take(a, key);

	return text && strcasecmp(text, "true") == 0;
}

void action_ignore(struct action *a, const char *key)
{
	size_t i;
	const struct ocl_node *found = find(a, key, &i);

	if (!found || a->taken[i])
		return;
	a->taken[i] = true;
	if (found->text && !is_blank(found->text))
		buf_printf(&a->ignored, "%s%s", a->ignored.len ? ", " : "", found->name);
}

static void add(struct action *a, bool left_out, const struct ocl_node *at, const char *fmt,
	va_list ap) __attribute__((format(printf, 4, 0)));

static void add(
	struct action *a, bool left_out, const struct ocl_node *at, const char *fmt, va_list ap)
{
	char *text = xvasprintf(fmt, ap);

	remark_add(&a->remarks, left_out, at->line, at->column, "%s", text);
	free(text);
}

void action_leave(struct action *a, const struct ocl_node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(a, true, at, fmt, ap);
	va_end(ap);
}

void action_unusable(struct action *a, const struct ocl_node *at, const char *fmt, ...)
{
	va_list ap;

	a->unusable = true;
	va_start(ap, fmt);
	add(a, true, at, fmt, ap);
	va_end(ap);
}

void action_note(struct action *a, const struct ocl_node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(a, false, at, fmt, ap);
	va_end(ap);
}

json_t *action_json(struct action *a, const char *key, json_type type)
{
	const char *text = action_filled(a, key);
	json_error_t why;
	json_t *value;

	if (!text)
		return NULL;
	value = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (!value || json_typeof(value) != type)
		/* jansson's own words would quote what may be secret. */
		action_unusable(a, action_at(a, key),
			PREFIX "%s: it is no JSON %s (line %d, column %d of it)", key,
			type == JSON_ARRAY ? "list" : "object", value ? 1 : why.line,
			value ? 1 : why.column);
	else if (!json_is_blank(value))
		return value;
	json_decref(value);
	return NULL;
}

/* The action's own name, and the packages that it has, are known beforehand. */
static const char *known(void *arg, const char *name)
{
	const struct action *a = arg;
	const struct ocl_node *package;
	char *reference;
	size_t len;

	if (strcasecmp(name, "Octopus.Action.Name") == 0)
		return a->name;
	if (strcasecmp(name, "Octopus.Step.Name") == 0)
		return ocl_text(a->step, "name");
	if (strncasecmp(name, PREFIX "Package[", strlen(PREFIX "Package[")) != 0)
		return NULL;
	name += strlen(PREFIX "Package[");
	len = strcspn(name, "]");
	if (strcasecmp(name + len, "].PackageId") != 0)
		return NULL;
	reference = xstrndup(name, len);
	package = action_package(a, reference);
	free(reference);
	name = ocl_text(package, "package_id");
	return name && octostache_is_plain(name) ? name : NULL;
}

static void say_computed(struct action *a, const struct ocl_node *at, size_t from, bool file)
{
	const struct variables *list = &a->o->variables;

	for (size_t i = from; i < list->n; i++) {
		char *env = octostache_env_name(list->items[i].name);

		if (list->items[i].computed && file)
			action_leave(a, at,
				"%s: Octopus works this out; set %s to what it comes to",
				list->items[i].what, env);
		else if (list->items[i].computed)
			action_leave(a, at,
				"%s: Octopus works this out; give what it comes to with --set %s=VALUE",
				list->items[i].what, list->items[i].name);
		free(env);
	}
}

static char *expand(struct action *a, const struct ocl_node *at, const char *text)
{
	struct octostache o = { &a->o->variables, known, a, at->line, at->column };
	size_t before = a->o->variables.n;
	char *value = octostache_plan(&o, text);

	say_computed(a, at, before, false);
	return value;
}

json_t *action_value(struct action *a, const struct ocl_node *at, const char *text)
{
	char *value = expand(a, at, text);
	json_t *json = json_string(value);

	free(value);
	return json;
}

json_t *action_scalar(struct action *a, const struct ocl_node *at, const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (digits && digits < 10 && text[digits] == '\0' && (text[0] != '0' || digits == 1))
		return json_integer(strtol(text, NULL, 10));
	if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0)
		return json_boolean(strcasecmp(text, "true") == 0);
	return action_value(a, at, text);
}

void action_set(struct action *a, json_t *into, const char *to, const char *key)
{
	const char *text = action_filled(a, key);

	if (text)
		json_object_set_new(into, to, action_value(a, action_at(a, key), text));
}

void action_set_scalar(struct action *a, json_t *into, const char *to, const char *key)
{
	const char *text = action_filled(a, key);

	if (text)
		json_object_set_new(into, to, action_scalar(a, action_at(a, key), text));
}

void action_set_words(struct action *a, json_t *into, const char *to, const char *key)
{
	const char *text = action_filled(a, key);
	json_t *list = json_array();

	while (text && *(text += strspn(text, ", \t\r\n"))) {
		size_t len = strcspn(text, ",\r\n");
		char *word = xstrndup(text, len);

		json_array_append_new(list, action_scalar(a, action_at(a, key), word));
		free(word);
		text += len;
	}
	if (json_array_size(list))
		json_object_set(into, to, list);
	json_decref(list);
}

void action_set_pairs(struct action *a, json_t *into, const char *to, const char *key)
{
	const struct ocl_node *at = action_at(a, key);
	const char *text = action_filled(a, key);
	json_t *from = NULL, *pairs;

	if (text)
		from = action_json(
			a, key, text[strspn(text, " \t\r\n")] == '[' ? JSON_ARRAY : JSON_OBJECT);
	pairs = action_pairs(a, at, key, from);
	if (pairs)
		json_object_set_new(into, to, pairs);
	json_decref(from);
}

/* "envsubst '$A $B' <x.yaml.in >x.yaml", that what the file itself says of $PATH stays. */
static void say_template(
	struct action *a, const struct ocl_node *at, const char *path, const size_t *used, size_t n)
{
	struct buf names;

	buf_init(&names, 0);
	for (size_t i = 0; i < n; i++) {
		char *env = octostache_env_name(a->o->variables.items[used[i]].name);

		buf_printf(&names, "%s$%s", i ? " " : "", env);
		free(env);
	}
	action_leave(a, at,
		"%s.in holds variables of Octopus, which ksettle replaces in plans only: set them and run envsubst '%s' <%s.in >%s",
		path, buf_str(&names), path, path);
	buf_release(&names);
}

const char *action_file(
	struct action *a, const struct ocl_node *at, const char *folder, const char *text)
{
	struct octostache o = { &a->o->variables, known, a, at->line, at->column };
	struct import_file *file = import_add_file(a->o->out, folder, a->slug, ".yaml");
	size_t *used, n, before = a->o->variables.n;
	char *value = octostache_file(&o, text, &used, &n);

	buf_addstr(&file->text, value);
	if (file->text.len && file->text.data[file->text.len - 1] != '\n')
		buf_addch(&file->text, '\n');
	say_computed(a, at, before, true);
	if (n)
		say_template(a, at, file->path, used, n);
	file->is_template = n > 0;
	free(used);
	free(value);
	return file->path;
}

static const struct ocl_node *find_block(const struct action *a, const char *type, const char *name)
{
	for (size_t i = 0; i < a->node->n; i++) {
		const struct ocl_node *item = a->node->items[i];

		if (item->kind == OCL_BLOCK && strcmp(item->name, type) == 0 &&
			strcmp(item->nlabels ? item->labels[0] : "", name) == 0)
			return item;
	}
	return NULL;
}

const struct ocl_node *action_package(const struct action *a, const char *name)
{
	return find_block(a, "packages", name);
}

const struct ocl_node *action_git(const struct action *a, const char *name)
{
	return find_block(a, "git_dependencies", name);
}

char *action_version(struct action *a, const struct ocl_node *at, const char *package_id)
{
	const char *slash = strrchr(package_id, '/'), *name = slash ? slash + 1 : package_id;
	char *what = xasprintf("the version of %s that is deployed", package_id);
	char *wish = octostache_env_name(name), *dotted = xasprintf("%s.version", wish);
	size_t i = variables_add(&a->o->variables, dotted, what, false, at->line, at->column);
	char *out = xasprintf("${%s}", a->o->variables.items[i].name);

	free(dotted);
	free(wish);
	free(what);
	return out;
}
