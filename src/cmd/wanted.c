/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects a command line asks for. */
#include "cmd/wanted.h"

#include "base/error.h"
#include "cmd/args.h"
#include "manifest/labels.h"
#include "manifest/manifest.h"
#include "plan/selection.h"

static bool mistake(struct error *err, const char *text)
{
	return error_set(err, ERROR_USAGE, "%s", text);
}

/* Of -f and -k, which say themselves which objects. */
static bool check_files(const struct args *args, struct error *err)
{
	struct error why = { 0 };

	if (args->files.n && args->kustomize)
		return mistake(err, "-f and -k cannot be given together");
	if (args->rest.n)
		return error_set(err, ERROR_USAGE,
			"with -f or -k there may be no types or names ('%s'): the files say which objects",
			args->rest.items[0]);
	if (args->fields || args->all || args->all_namespaces)
		return mistake(err,
			"--field-selector, --all and -A select in the cluster, not in files");
	if (args->labels && !labels_check(args->labels, &why))
		return error_set(err, ERROR_USAGE, "-l '%s': %s", args->labels, why.text);
	return true;
}

bool wanted_check(const struct args *args, const char *command, struct error *err)
{
	if (args->recursive && !args->files.n)
		return mistake(err, "-R is for the folders of -f");
	if (args->files.n || args->kustomize)
		return check_files(args, err);
	if (!args->rest.n && !args->labels && !args->fields && !args->all &&
		!args->all_namespaces)
		return error_set(err, ERROR_USAGE,
			"%s needs objects: -f FILE, -k DIR, TYPE/NAME, or TYPE with or without -l SELECTOR",
			command);
	return true;
}

bool wanted_selection(const struct args *args, struct selection *out, struct error *err)
{
	const struct selection_flags flags = {
		.labels = args->labels,
		.fields = args->fields,
		.all_namespaces = args->all_namespaces,
		.all = args->all,
	};

	return selection_parse(out, args->rest.items, args->rest.n, &flags, err);
}

bool wanted_filter(const struct args *args, struct manifests *list, struct errors *errs)
{
	if (!args->labels)
		return true;
	manifests_keep_labelled(list, args->labels);
	return list->n ||
		errors_add(errs, ERROR_CONFIG, "no object of the files has the labels of -l '%s'",
			args->labels);
}
