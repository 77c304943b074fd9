/* SPDX-License-Identifier: Apache-2.0 */
/* Octopus' deployment processes as plans. tests/ocl/NAME.ocl is imported, NAME.want is what must
 * come of it: the remarks, the files beside the plan, the plan. UPDATE_GOLDEN=1 writes it. Each
 * plan is then loaded, in a folder that holds tests/ocl/repo, with the values of its first line ("#
 * set: Path=/shop") and 1 for every other variable. */
#include "import/octopus.h"

#include <ctype.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "import/import.h"
#include "import/octostache.h"
#include "plan/plan.h"
#include "tests/unit/tap.h"

static const char *srcdir;
static char folder[] = "/tmp/import-XXXXXX"; /* where plans are loaded */

static char *read_text(const char *path)
{
	struct error err = { 0 };
	struct buf text;

	buf_init(&text, 0);
	if (!file_read(path, &text, &err))
		printf("# %s\n", err.text);
	return buf_take(&text);
}

static void describe(struct buf *out, const struct import *import)
{
	for (size_t i = 0; i < import->remarks.n; i++) {
		const struct remark *r = &import->remarks.items[i];

		buf_printf(out, "%d:%d: %s: %s\n", r->line, r->column,
			r->left_out ? "left out" : "note", r->text);
	}
	for (size_t i = 0; i < import->nfiles; i++)
		buf_printf(out, "==== %s%s\n%s", import->files[i].path,
			import->files[i].is_template ? ".in" : "", buf_str(&import->files[i].text));
	buf_printf(out, "==== plan.yaml\n%s", buf_str(&import->plan));
}

/* ---- loading what was made ---- */

static void write_at(const char *path, const char *text)
{
	char *full = xasprintf("%s/%s", folder, path), *slash = strrchr(full, '/');
	struct error err = { 0 };

	*slash = '\0';
	mkdir(full, 0700);
	*slash = '/';
	if (!file_replace(full, text, strlen(text), &err))
		printf("# %s\n", err.text);
	free(full);
}

/* Calls fn with the inside of each ${…} of what is no comment, but of those escaped. */
static void each_variable(const char *text, void (*fn)(void *arg, const char *name), void *arg)
{
	for (const char *line = text; *line;
		line += strcspn(line, "\n") + (strchr(line, '\n') != NULL))
		for (const char *at = line; *line != '#' && *at && *at != '\n'; at++)
			if (strncmp(at, "${", 2) == 0 && (at == text || at[-1] != '$')) {
				char *name = xstrndup(at + 2, strcspn(at + 2, "}"));

				fn(arg, name);
				free(name);
			}
}

/* What envsubst would make of a template. */
static char *filled(const char *text)
{
	struct buf out;

	buf_init(&out, 0);
	for (; *text; text++)
		if (strncmp(text, "${", 2) == 0) {
			text += strcspn(text, "}");
			buf_addch(&out, '1');
		} else {
			buf_addch(&out, *text);
		}
	return buf_take(&out);
}

struct settings {
	const char *given; /* "# set: A=b C=d" */
	char *words[64];
	size_t n;
};

static void set_variable(void *arg, const char *name)
{
	struct settings *s = arg;
	char *mark = xasprintf(" %s=", name), *end = strchr(s->given, '\n'), *line, *found;

	if (strncmp(name, "env:", 4) == 0) {
		setenv(name + 4, "secret", 1);
		free(mark);
		return;
	}
	line = xstrndup(s->given, end ? (size_t)(end - s->given) : strlen(s->given));
	found = strncmp(line, "# set:", 6) == 0 ? strstr(line, mark) : NULL;
	if (s->n < ARRAY_LEN(s->words) - 1)
		s->words[s->n++] = found ? xstrndup(found + 1, strcspn(found + 1, " "))
					 : xasprintf("%s=1", name);
	free(line);
	free(mark);
}

static void link_repository(void)
{
	static const char *const entries[] = { "k8s", "overlays", "charts" };

	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		char *rel = xasprintf("%s/tests/ocl/repo/%s", srcdir, entries[i]),
		     *from = realpath(rel, NULL);
		char *to = xasprintf("%s/%s", folder, entries[i]);

		if (symlink(from ? from : rel, to) != 0)
			printf("# %s cannot be linked\n", to);
		free(from);
		free(rel);
		free(to);
	}
}

static void install(const char *program, const char *script)
{
	char *path = xasprintf("bin/%s", program), *whole = xasprintf("%s/%s", folder, path);

	write_at(path, script);
	chmod(whole, 0700);
	free(whole);
	free(path);
}

/* What reading a plan asks of them; every kustomization is built into the same object. */
static void install_programs(void)
{
	char *search = xasprintf("%s/bin:%s", folder, getenv("PATH"));

	install("kubectl",
		"#!/bin/sh\ncase $1 in version) echo '{\"kustomizeVersion\": \"v5.5.0\"}';; *) printf "
		"'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: built}\\n';; esac\n");
	install("helm", "#!/bin/sh\necho v3.19.0\n");
	unsetenv("KSETTLE_HELM");
	setenv("PATH", search, 1);
	free(search);
}

static void load(const char *name, const struct import *import, const char *ocl)
{
	struct settings s = { .given = ocl };
	struct verify_flags flags = { 0 };
	struct errors errs = { 0 };
	struct plan plan;
	char *file = xasprintf("%s/plan.yaml", folder),
	     *test = xasprintf("%s: the plan loads", name);

	for (size_t i = 0; i < import->nfiles; i++) {
		char *text = import->files[i].is_template
			? filled(buf_str(&import->files[i].text))
			: xstrdup(buf_str(&import->files[i].text));

		write_at(import->files[i].path, text);
		free(text);
	}
	write_at("plan.yaml", buf_str(&import->plan));
	each_variable(buf_str(&import->plan), set_variable, &s);
	ok(plan_load(&plan, file, &flags, (const char *const *)s.words, &errs), test);
	for (size_t i = 0; i < errs.n; i++)
		printf("# %s\n", errs.items[i].text);
	if (errs.n == 0) {
		is_int(plan.n, import->steps, "with every step");
		plan_release(&plan);
	}
	for (size_t i = 0; i < s.n; i++)
		free(s.words[i]);
	errors_release(&errs);
	free(file);
	free(test);
}

static void check_sample(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char *ocl = read_text(path),
	     *want_path = xasprintf("%.*s.want", (int)strlen(path) - 4, path), *want;
	struct import import = { 0 };
	struct error err = { 0 };
	struct buf got;

	buf_init(&got, 0);
	if (octopus_import(&import, ocl, strlen(ocl), name, &err)) {
		describe(&got, &import);
		load(name, &import, ocl);
	} else {
		buf_printf(&got, "!! %s\n", err.text);
	}
	if (getenv("UPDATE_GOLDEN"))
		file_replace(want_path, buf_str(&got), got.len, NULL);
	want = read_text(want_path);
	is_str(buf_str(&got), want, name);
	ok(!strstr(buf_str(&got), "in-plain-text"), "no value of a Secret is copied");
	import_release(&import);
	buf_release(&got);
	free(want);
	free(want_path);
	free(ocl);
}

static void each_sample(void (*check)(const char *path))
{
	char *all = xasprintf("%s/tests/ocl/*.ocl", srcdir);
	glob_t found;

	if (ok(glob(all, 0, NULL, &found) == 0, all))
		for (size_t i = 0; i < found.gl_pathc; i++)
			check(found.gl_pathv[i]);
	globfree(&found);
	free(all);
}

/* ---- verification ---- */

static const struct {
	const char *type, *needs;
} kinds[] = {
	{ "Octopus.KubernetesDeployRawYaml",
		"Script.ScriptSource=Inline K.CustomResourceYaml=a:~1" },
	{ "Octopus.Kubernetes.Kustomize", "Kubernetes.Kustomize.OverlayPath=a" },
	{ "Octopus.KubernetesDeployContainers",
		"K.DeploymentName=web K.Containers=[{'Name':'a','Image':'b'}]" },
	{ "Octopus.KubernetesDeployConfigMap", "K.ConfigMapName=a" },
	{ "Octopus.KubernetesDeploySecret", "K.SecretName=a" },
	{ "Octopus.KubernetesDeployIngress",
		"K.IngressName=a K.DefaultRulePort=80 K.DefaultRuleServiceName=a" },
	{ "Octopus.KubernetesDeployService", "K.ServiceName=a K.ServicePorts=[{'port':'80'}]" },
	{ "Octopus.HelmChartUpgrade", "Package.PackageId=a" },
};

/* KEY=VALUE words as properties: ~ is a space, ' is a quote. */
static void add_properties(struct buf *ocl, const char *words)
{
	while (*(words += strspn(words, " "))) {
		size_t key = strcspn(words, "="), len = strcspn(words, " ");
		bool k = strncmp(words, "K.", 2) == 0;

		buf_printf(ocl, "\"Octopus.Action.%s%.*s\" = \"", k ? "KubernetesContainers." : "",
			(int)(k ? key - 2 : key), words + (k ? 2 : 0));
		for (const char *c = words + key + 1; c < words + len; c++)
			*c == '~'            ? buf_addch(ocl, ' ')
				: *c == '\'' ? buf_addstr(ocl, "\\\"")
					     : buf_addch(ocl, *c);
		buf_addstr(ocl, "\"\n");
		words += len;
	}
}

/* "{timeout: 180s}" of the plan's first step; to free(). */
static char *verify_of(const char *plan)
{
	struct error err = { 0 };
	struct yaml yaml;
	const struct yaml_node *steps, *verify;
	struct buf out;

	buf_init(&out, 0);
	if (!yaml_parse(&yaml, plan, strlen(plan), "plan", &err))
		return xstrdup(err.text);
	steps = yaml_get(yaml.documents[0].root, "steps");
	verify = steps && steps->n ? yaml_get(steps->items[0], "verify") : NULL;
	if (verify && verify->kind == YAML_SCALAR)
		buf_addstr(&out, verify->value);
	for (size_t i = 0; verify && i < verify->n; i++)
		buf_printf(&out, "%s%s: %s%s", i ? ", " : "{", verify->keys[i]->value,
			verify->items[i]->value, i + 1 == verify->n ? "}" : "");
	yaml_release(&yaml);
	return buf_take(&out);
}

static void check_verify(size_t kind, const char *properties, const char *want)
{
	char *name = xasprintf("%s: %s", kinds[kind].type, properties), *got;
	struct import import = { 0 };
	struct error err = { 0 };
	struct buf ocl;

	buf_init(&ocl, 0);
	buf_printf(&ocl, "step \"a\" {\naction {\naction_type = \"%s\"\nproperties = {\n",
		kinds[kind].type);
	add_properties(&ocl, kinds[kind].needs);
	add_properties(&ocl, properties);
	buf_addstr(&ocl, "}\n}\n}\n");
	if (octopus_import(&import, buf_str(&ocl), ocl.len, "case", &err))
		got = verify_of(buf_str(&import.plan));
	else
		got = xstrdup(err.text);
	is_str(got, want, name);
	import_release(&import);
	buf_release(&ocl);
	free(got);
	free(name);
}

static char *trimmed(const char *from, size_t len)
{
	while (len && isspace((unsigned char)*from)) {
		from++;
		len--;
	}
	while (len && isspace((unsigned char)from[len - 1]))
		len--;
	return xstrndup(from, len);
}

static void check_verify_line(const char *line)
{
	const char *first = strchr(line, '|'), *second = first ? strchr(first + 1, '|') : NULL;
	char *type, *properties, *want;

	if (!ok(second != NULL, line))
		return;
	type = trimmed(line, (size_t)(first - line));
	properties = trimmed(first + 1, (size_t)(second - first - 1));
	want = trimmed(second + 1, strlen(second + 1));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(type, "*") == 0 ? i + 1 < ARRAY_LEN(kinds)
					   : strcmp(type, kinds[i].type) == 0)
			check_verify(i, properties, want);
	free(type);
	free(properties);
	free(want);
}

static void check_verify_cases(void)
{
	char *path = xasprintf("%s/tests/ocl/verify.case", srcdir), *text = read_text(path),
	     *rest = text, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line && *line != '#')
			check_verify_line(line);
	free(text);
	free(path);
}

/* ---- variables ---- */

static const char *known(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "Octopus.Action.Name") == 0 ? "Web ${x}" : NULL;
}

static void check_variables(void)
{
	static const struct {
		const char *text, *plan, *file;
	} texts[] = {
		{ "plain", "plain", "plain" },
		{ "#{A}", "${A}", "${A}" },
		{ "a-#{ A.b }-#{A.b}", "a-${A.b}-${A.b}", "a-${A_b}-${A_b}" },
		{ "#{A[b c].D-e}", "${A.bc.D-e}", "${A_bc_D_e}" },
		{ "#{A | ToLower}", "${A.ToLower}", "${A_ToLower}" },
		{ "#{A | Replace \" .*\" \"}\"}", "${A.Replace}", "${A_Replace}" },
		{ "#{if A}x #{B} y#{else}z#{/if}!", "${expression}!", "${expression}!" },
		{ "#{if A}#{if B}b#{/if}#{/if}#{C}", "${expression}${C}", "${expression}${C}" },
		{ "#{each a in A}#{a}#{/each}", "${expression}", "${expression}" },
		{ "#{unless A}x", "${expression}x", "${expression}x" },
		{ "#{P[#{Q}]}", "${expression}", "${expression}" },
		{ "#{calc A + 1}", "${expression}", "${expression}" },
		{ "#{9}", "${_9}", "${_9}" },
		{ "#{}", "${expression}", "${expression}" },
		{ "##{A} # {A} #", "#{A} # {A} #", "#{A} # {A} #" },
		{ "#{A", "#{A", "#{A" },
		{ "${HOME} $HOME $$", "$${HOME} $HOME $$", "${HOME} $HOME $$" },
		{ "$${HOME}", "$$${HOME}", "$${HOME}" },
		{ "$#{A}", "${expression}", "$${A}" },
		{ "#{Octopus.Action.Name}", "Web $${x}", "Web ${x}" },
		{ "#{Octopus.Action.Name | ToLower}", "web $${x}", "web ${x}" },
		{ "#{Octopus.Action.Name | Trim}", "${Octopus.Action.Name.Trim}",
			"${Octopus_Action_Name_Trim}" },
		{ "#{A b}#{A_b}#{Ab}", "${Ab}${A_b}${Ab-2}", "${Ab}${A_b}${Ab_2}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct variables plan_list = { 0 }, file_list = { 0 };
		struct octostache for_plan = { &plan_list, known, NULL, 1, 1 },
				  for_file = { &file_list, known, NULL, 1, 1 };
		size_t *used = NULL, n = 0;
		char *plan = octostache_plan(&for_plan, texts[i].text);
		char *file = octostache_file(&for_file, texts[i].text, &used, &n);

		is_str(plan, texts[i].plan, texts[i].text);
		is_str(file, texts[i].file, "and in a file");
		ok(n == file_list.n, "and it tells which variables it used");
		variables_release(&plan_list);
		variables_release(&file_list);
		free(used);
		free(plan);
		free(file);
	}
}

/* ---- damage ---- */

/* Every prefix, and bytes damaged: a plan that is YAML, or a sentence; never a crash. */
static void check_damage(const char *path)
{
	static const char bytes[] = { '"', '{', '}', '\\', '\n', '#', '[', '$' };
	char *text = read_text(path);
	size_t len = strlen(text), wrong = 0;

	for (size_t i = 0; i < 2 * len; i += 1 + len / 400) {
		char *copy = xstrdup(text);
		struct import import = { 0 };
		struct error err = { 0 }, why = { 0 };
		struct yaml yaml;
		size_t to = i < len ? i : len;

		if (i >= len)
			copy[i - len] = bytes[i % sizeof(bytes)];
		if (!octopus_import(&import, copy, to, "p.ocl", &err))
			wrong += !*err.text;
		else if (yaml_parse(&yaml, buf_str(&import.plan), import.plan.len, "plan", &why))
			yaml_release(&yaml);
		else
			wrong++;
		if (why.code)
			printf("# %zu: %s\n", i, why.text);
		import_release(&import);
		free(copy);
	}
	is_int(wrong, 0, path);
	free(text);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

/* ---- size ---- */

#define HEAD "step \"a\" {\n"
#define ACTION "action {\naction_type = \"Octopus.KubernetesDeployConfigMap\"\nproperties = {\n"
#define NAME "\"Octopus.Action.KubernetesContainers.ConfigMapName\" = \""

/* The sentence that a process made of parts ends in, "" if it is a plan. before and after stand
 * around n times middle, in which %zu is which one it is. */
static void check_size(const char *name, const char *before, const char *middle, size_t n,
	const char *after, const char *want)
{
	const char *number = strstr(middle, "%zu");
	struct import import = { 0 };
	struct error err = { 0 };
	struct buf ocl;

	buf_init(&ocl, 0);
	buf_addstr(&ocl, before);
	for (size_t i = 0; i < n; i++) {
		buf_add(&ocl, middle, number ? (size_t)(number - middle) : strlen(middle));
		if (number)
			buf_printf(&ocl, "%zu%s", i, number + 3);
	}
	buf_addstr(&ocl, after);
	octopus_import(&import, buf_str(&ocl), ocl.len, "p.ocl", &err);
	import_release(&import);
	is_str(err.text, want, name);
	buf_release(&ocl);
}

/* None of these takes a time that grows with the square of its size. */
static void check_sizes(void)
{
	check_size("tokens without an end", HEAD ACTION NAME, "#{", 400000, "\"\n}\n}\n}\n", "");
	check_size(
		"blocks without an end", HEAD ACTION NAME, "#{if a}", 400000, "\"\n}\n}\n}\n", "");
	check_size(
		"blocks in blocks", HEAD ACTION NAME, "#{if a}#{/if}", 200000, "\"\n}\n}\n}\n", "");
	check_size("one variable often", HEAD ACTION NAME, "#{a}", 400000, "\"\n}\n}\n}\n", "");
	check_size("many variables", HEAD ACTION NAME, "#{a%zu}", 400000, "\"\n}\n}\n}\n",
		"p.ocl: it has more than 1000 variables");
	check_size("many actions", HEAD, ACTION NAME "a\"\n}\n}\n", 501, "}\n",
		"p.ocl: it has more than 500 actions");
	check_size("many steps at once", "",
		HEAD "start_trigger = \"StartWithPrevious\"\n" ACTION NAME "a%zu\"\n}\n}\n}\n", 500,
		"", "");
	check_size("patterns of patterns",
		HEAD "action {\naction_type = \"Octopus.KubernetesDeployRawYaml\"\nproperties = {\n"
		     "\"Octopus.Action.KubernetesContainers.CustomResourceYamlFileName\" = \"",
		"{a,b}", 60, "\"\n}\n}\n}\n",
		"p.ocl: no step of it is one that a plan could have: it deploys nothing to Kubernetes, or nothing that is carried over");
}

int main(void)
{
	srcdir = getenv("srcdir") ? getenv("srcdir") : ".";
	if (!mkdtemp(folder))
		return 99;
	link_repository();
	install_programs();
	check_variables();
	check_verify_cases();
	each_sample(check_sample);
	each_sample(check_damage);
	check_sizes();
	nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	return tap_done();
}
