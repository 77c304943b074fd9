/* SPDX-License-Identifier: Apache-2.0 */
/* The folders of rules as data, and the rules that were loaded from them. */
#include "rules/data.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "rules/data_rule.h"

#define FILE_MAX ((size_t)1 << 20)

/* The folders in the order in which they were loaded. */
static struct data_rules *folders;
static size_t nfolders, folders_cap;

static void release(struct data_rules *rules)
{
	free(rules->items);
	pool_release(&rules->pool);
}

void rules_forget(void)
{
	for (size_t i = 0; i < nfolders; i++)
		release(&folders[i]);
	free(folders);
	folders = NULL;
	nfolders = folders_cap = 0;
}

/* How well a rule fits a kind: 0 not at all; a group by name weighs more than a kind by name. */
static int fit(const struct data_rule *rule, const char *group, const char *kind)
{
	int points = 1;

	if (rule->any_prefix ? !has_suffix(group, rule->group) : strcmp(group, rule->group) != 0)
		return 0;
	points += rule->any_prefix ? 0 : 2;
	for (const char *const *k = rule->kinds; k && *k; k++)
		if (strcmp(*k, kind) == 0)
			return points + 1;
	return rule->kinds ? 0 : points;
}

const struct rule *data_find(const char *group, const char *kind)
{
	const struct data_rule *best = NULL;
	int most = 0;

	for (size_t f = nfolders; f-- && !best;)
		for (size_t i = 0; i < folders[f].n; i++) {
			int points = fit(folders[f].items[i], group, kind);

			if (points <= most)
				continue;
			most = points;
			best = folders[f].items[i];
		}
	return best ? &best->rule : NULL;
}

static int is_rules_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && has_suffix(entry->d_name, ".yaml");
}

static void read_file(
	struct data_rules *rules, const char *folder, const char *name, struct errors *errs)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct data_reader r = { .file = path, .rules = rules, .errs = errs };
	struct error err = { 0 };
	struct buf text;

	buf_init(&text, FILE_MAX);
	if (file_read(path, &text, &err))
		data_read(&r, buf_str(&text), text.len);
	else
		errors_add(errs, ERROR_CONFIG, "%s", err.text);
	buf_release(&text);
	free(path);
}

/* Whoever follows children must come to an end. */
#define GENERATIONS 6

static bool too_deep(const struct rule *rule, int generations)
{
	for (const char *const *child = rule->children; child && *child; child++) {
		const char *slash = strchr(*child, '/');
		char *group = xstrndup(*child, (size_t)(slash - *child));
		const struct rule *next = rule_find(group, slash + 1);

		free(group);
		if (next->children && (generations == 1 || too_deep(next, generations - 1)))
			return true;
	}
	return false;
}

/* What the newest folder's rules say of children, with all the other rules that there are. */
static void check_children(const struct data_rules *rules, struct errors *errs)
{
	for (size_t i = 0; i < rules->n; i++)
		if (too_deep(&rules->items[i]->rule, GENERATIONS))
			errors_add(errs, ERROR_CONFIG,
				"%s: more than %d generations of children; are some their own "
				"descendants?",
				rules->items[i]->where, GENERATIONS);
}

bool rules_load(const char *folder, bool required, struct errors *errs)
{
	struct data_rules rules = { .pool.values = json_array() };
	size_t before = errs->n;
	struct dirent **entries;
	int n = scandir(folder, &entries, is_rules_file, alphasort);

	if (n < 0 && (required || (errno != ENOENT && errno != ENOTDIR)))
		errors_add(errs, ERROR_CONFIG, "%s: the folder of rules cannot be read: %s", folder,
			strerror(errno));
	for (int i = 0; i < n; i++) {
		read_file(&rules, folder, entries[i]->d_name, errs);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	VEC_GROW(folders, nfolders, folders_cap);
	folders[nfolders++] = rules;
	if (errs->n == before)
		check_children(&rules, errs);
	if (errs->n == before)
		return true;
	release(&folders[--nfolders]);
	return false;
}

static bool load_own(struct errors *errs)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *folder = NULL;
	bool good;

	if (config && config[0] == '/')
		folder = xasprintf("%s/ksettle/rules.d", config);
	else if (home && *home)
		folder = xasprintf("%s/.config/ksettle/rules.d", home);
	good = !folder || rules_load(folder, false, errs);
	free(folder);
	return good;
}

bool rules_load_all(const char *installed, struct errors *errs)
{
	const char *given = getenv("KSETTLE_RULES_DIR");
	char *beside = given && *given ? NULL : file_beside_program("rules.d");
	bool good;

	if (given && *given)
		good = rules_load(given, true, errs);
	else
		good = rules_load(beside ? beside : installed, false, errs);
	free(beside);
	return load_own(errs) && good;
}
