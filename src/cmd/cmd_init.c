/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle init [DIR]: a commented plan of what lies in a folder. */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cmd/command.h"
#include "cmd/plan_files.h"
#include "import/import.h"
#include "import/init.h"

/* Where the folder is, and where the plan goes; absolute, without links. Owned. */
struct places {
	char *folder, *plan_file, *plan_folder;
};

static void places_release(struct places *p)
{
	free(p->folder);
	free(p->plan_file);
	free(p->plan_folder);
}

static bool find_folder(char **out, const char *path, struct error *err)
{
	*out = realpath(path, NULL);
	return *out ||
		error_set(err, ERROR_IO, "%s: %s", path,
			errno == ENOENT ? "there is no such folder" : strerror(errno));
}

static bool find_places(
	struct places *p, const char *folder, const char *plan_file, struct error *err)
{
	char *copy;
	bool good;

	p->plan_file = plan_file           ? xstrdup(plan_file)
		: strcmp(folder, ".") == 0 ? xstrdup("plan.yaml")
					   : xasprintf("%s/plan.yaml", folder);
	copy = xstrdup(p->plan_file);
	good = find_folder(&p->folder, folder, err) &&
		find_folder(&p->plan_folder, dirname(copy), err);
	free(copy);
	return good;
}

static bool ends_name(char c)
{
	return c == '/' || c == '\0';
}

/* "../app/" leads from one folder to the other, "" if they are one. To free(). */
static char *way(const char *from, const char *to)
{
	size_t same = 0;
	struct buf out;

	for (size_t i = 0;; i++) {
		if (ends_name(from[i]) && ends_name(to[i]))
			same = i;
		if (from[i] != to[i] || from[i] == '\0')
			break;
	}
	buf_init(&out, 0);
	for (const char *c = from + same; *c; c++)
		if (*c == '/' && c[1])
			buf_addstr(&out, "../");
	if (to[same] && to[same + 1])
		buf_printf(&out, "%s/", to + same + 1);
	return buf_take(&out);
}

static const char *name_of(const char *folder)
{
	const char *slash = strrchr(folder, '/');

	return slash && slash[1] ? slash + 1 : "plan";
}

static bool make_plan(const struct args *args, struct import *import, struct error *err)
{
	struct places p = { 0 };
	const char *folder = args->rest.n ? args->rest.items[0] : ".";
	bool good = find_places(&p, folder, args->plan_file, err);

	if (good) {
		char *prefix = way(p.plan_folder, p.folder);

		good = (text_is_display(prefix, TEXT_LINE) ||
			       error_set(err, ERROR_USAGE,
				       "%s: no plan can hold such a path; write it into the folder itself",
				       prefix)) &&
			init_plan(import, folder, prefix, name_of(p.folder), err) &&
			plan_files_write(import, p.plan_file, args->force, err);
		free(prefix);
	}
	places_release(&p);
	return good;
}

static int run(const struct args *args)
{
	struct import import = { 0 };
	struct error err = { 0 };
	bool good;

	if (args->rest.n > 1) {
		fprintf(stderr, "ksettle: init takes one folder; see '%s init --help'\n",
			program_name());
		return 2;
	}
	good = make_plan(args, &import, &err);
	if (!good)
		fprintf(stderr, "ksettle: %s\n", err.text);
	for (size_t i = 0; good && i < import.remarks.n; i++)
		fprintf(stderr, "ksettle: not in the plan: %s\n", import.remarks.items[i].text);
	import_release(&import);
	return good ? 0 : 2;
}

const struct command command_init = {
	.name = "init",
	.usage = "init [DIR] [-o PLAN]",
	.summary = "a plan of the manifests, charts or kustomizations of a folder",
	.example = "init deploy",
	.bit = FOR_INIT,
	.run = run,
};
