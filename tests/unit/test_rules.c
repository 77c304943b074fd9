/* SPDX-License-Identifier: Apache-2.0 */
/* The rules against the cases of tests/rules, and against every case object mutilated. RULES_CASES
 * names one file of cases, RULES_DIR another folder than rules.d: tests/mutants_data.py. */
#include <glob.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/data.h"
#include "rules/rule.h"
#include "tests/unit/rule_case.h"
#include "tests/unit/tap.h"

static void check_headings(
	const struct case_file *file, const struct rule_case *c, const struct judgement *j)
{
	const char *version = jx_str(c->object, "apiVersion"),
		   *slash = version ? strchr(version, '/') : NULL;
	char *group = slash ? xstrndup(version, (size_t)(slash - version)) : xstrdup("");
	const struct rule *rule = rule_find(version ? group : NULL, jx_str(c->object, "kind"));
	bool good = true;

	for (size_t i = 0; i < j->ncolumns; i++)
		good &= rule->columns && rule->columns[i] &&
			strcmp(rule->columns[i], j->columns[i].name) == 0;
	if (!good || (rule->columns && rule->columns[j->ncolumns]))
		ok(false,
			xasprintf("%s: %s: its columns are the rule's headings", file->name,
				c->name));
	free(group);
}

static void check_case(const struct case_file *file, const struct rule_case *c)
{
	struct judgement j;
	char *name = xasprintf("%s: %s (%s)", file->name, c->name, jx_str(c->object, "kind"));

	case_judge(&j, c, c->object);
	if (!ok(judgement_matches(&j, c->want), name)) {
		printf("# want %s\n", c->want);
		judgement_print(&j);
	}
	if (judgement_broken(&j)) {
		ok(false, judgement_broken(&j));
		judgement_print(&j);
	}
	check_headings(file, c, &j);
	judgement_release(&j);
	free(name);
}

/* The object, then as each of the other kinds it speaks for. */
static void check_kinds(const struct case_file *file, const struct rule_case *c)
{
	json_t *kind = json_incref(json_object_get(c->object, "kind"));
	char *kinds = c->more_kinds ? xstrdup(c->more_kinds) : NULL, *save = NULL;

	check_case(file, c);
	for (char *word = kinds ? strtok_r(kinds, " ", &save) : NULL; word;
		word = strtok_r(NULL, " ", &save)) {
		json_object_set_new(c->object, "kind", json_string(word));
		check_case(file, c);
	}
	if (kinds)
		json_object_set(c->object, "kind", kind);
	json_decref(kind);
	free(kinds);
}

static void check_mutations(const struct case_file *file)
{
	char *name = xasprintf(
		"%s: no mutilated object crashes, lies or speaks hostile text", file->name);
	bool good = true;
	long tried = 0;

	for (size_t i = 0; i < file->n; i++)
		tried += case_mutate(file, &file->cases[i], &good);
	ok(good, name);
	printf("# %ld judgements\n", tried);
	free(name);
}

/* What may be Success without a status: where nothing is worked on, awaited, or it is suspended. */
static bool succeeds_blind(const json_t *object, const struct judgement *j)
{
	const char *kind = jx_str(object, "kind"), *version = jx_str(object, "apiVersion");

	return j->by_existence || strcmp(kind, "CronJob") == 0 || strcmp(kind, "Ingress") == 0 ||
		strcmp(kind, "ResourceClaim") == 0 ||
		(strcmp(kind, "Service") == 0 && strcmp(version, "v1") == 0) ||
		(j->reason && strcmp(j->reason, "NotAwaited") == 0) ||
		jx_bool(object, "spec.suspend") ||
		(strcmp(kind, "Rollout") == 0 && jx_bool(object, "spec.paused")) ||
		(strcmp(kind, "HTTPRoute") == 0 && jx_len(object, "spec.parentRefs") == 0);
}

static void check_blind(const struct case_file *file)
{
	char *name =
		xasprintf("%s: without a status nothing is Success that needs one", file->name);
	bool good = true;

	for (size_t i = 0; i < file->n; i++) {
		const struct rule_case *c = &file->cases[i];
		json_t *object = json_copy(c->object);
		struct judgement j;

		json_object_del(object, "status");
		case_judge(&j, c, object);
		if (j.status == STATUS_SUCCESS && !c->blind && jx_str(object, "kind") &&
			jx_str(object, "apiVersion") &&
			!jx_annotation(object, "autoscaling.alpha.kubernetes.io/conditions") &&
			!succeeds_blind(object, &j)) {
			good = false;
			printf("# %s\n", c->name);
		}
		judgement_release(&j);
		json_decref(object);
	}
	ok(good, name);
	free(name);
}

static void check_file(const char *path)
{
	struct case_file file;

	case_file_read(&file, path);
	for (size_t i = 0; i < file.n; i++)
		check_kinds(&file, &file.cases[i]);
	if (!getenv("RULES_CASES_ONLY")) /* tests/mutants.py is in a hurry */
		check_mutations(&file);
	check_blind(&file);
	case_file_release(&file);
}

/* Kinds that are settled once they exist, as apiVersion and kind. */
static const char *const passive[][2] = {
	{ "v1", "ServiceAccount" },
	{ "v1", "LimitRange" },
	{ "v1", "Endpoints" },
	{ "v1", "Event" },
	{ "v1", "PodTemplate" },
	{ "apps/v1", "ControllerRevision" },
	{ "events.k8s.io/v1", "Event" },
	{ "coordination.k8s.io/v1", "Lease" },
	{ "rbac.authorization.k8s.io/v1", "Role" },
	{ "rbac.authorization.k8s.io/v1", "RoleBinding" },
	{ "rbac.authorization.k8s.io/v1", "ClusterRoleBinding" },
	{ "networking.k8s.io/v1", "NetworkPolicy" },
	{ "networking.k8s.io/v1", "IngressClass" },
	{ "scheduling.k8s.io/v1", "PriorityClass" },
	{ "node.k8s.io/v1", "RuntimeClass" },
	{ "storage.k8s.io/v1", "StorageClass" },
	{ "storage.k8s.io/v1", "CSIDriver" },
	{ "storage.k8s.io/v1", "CSINode" },
	{ "storage.k8s.io/v1", "CSIStorageCapacity" },
	{ "storage.k8s.io/v1", "VolumeAttributesClass" },
	{ "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration" },
	{ "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy" },
	{ "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding" },
	{ "admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy" },
	{ "admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding" },
	{ "flowcontrol.apiserver.k8s.io/v1", "FlowSchema" },
	{ "flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration" },
	{ "policy/v1beta1", "PodSecurityPolicy" },
	{ "certificates.k8s.io/v1beta1", "ClusterTrustBundle" },
	{ "networking.k8s.io/v1", "IPAddress" },
	{ "resource.k8s.io/v1", "DeviceClass" },
	{ "resource.k8s.io/v1", "ResourceSlice" },
	{ "resource.k8s.io/v1", "ResourceClaimTemplate" },
	{ "gateway.networking.k8s.io/v1beta1", "ReferenceGrant" },
};

static void check_passive(void)
{
	for (size_t i = 0; i < ARRAY_LEN(passive); i++) {
		json_t *object =
			json_pack("{s:s, s:s}", "apiVersion", passive[i][0], "kind", passive[i][1]);
		char *name =
			xasprintf("%s %s is settled once it exists", passive[i][0], passive[i][1]);
		struct judgement j;

		judge(&j, object, NULL, 0);
		ok(j.status == STATUS_SUCCESS && j.by_existence, name);
		judgement_release(&j);
		json_decref(object);
		free(name);
	}
}

/* The first kind of children that an owner of that kind may have. */
static void check_children(void)
{
	static const char *const owners[][3] = {
		{ "apps", "Deployment", "apps/ReplicaSet" },
		{ "apps", "ReplicaSet", "/Pod" },
		{ "", "ReplicationController", "/Pod" },
		{ "apps", "StatefulSet", "/Pod" },
		{ "apps", "DaemonSet", "/Pod" },
		{ "batch", "Job", "/Pod" },
		{ "batch", "CronJob", "batch/Job" },
		{ "", "Service", "discovery.k8s.io/EndpointSlice" },
		{ "argoproj.io", "Rollout", "apps/ReplicaSet" },
	};

	for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
		const struct rule *rule = rule_find(owners[i][0], owners[i][1]);

		is_str(rule->children ? rule->children[0] : NULL, owners[i][2], owners[i][1]);
	}
}

static json_t *phased(const char *word)
{
	return json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "example.com/v1", "kind", "Widget",
		"status", "phase", word);
}

static json_t *typed(const char *word)
{
	return json_pack("{s:s, s:s, s:{s:[{s:o, s:s}]}}", "apiVersion", "example.com/v1", "kind",
		"Widget", "status", "conditions", "type", json_sprintf("ODD_%s", word), "status",
		"False");
}

static void check_word(const char *want, const char *word)
{
	bool is_type = strcmp(want, "Type") == 0;
	json_t *object = is_type ? typed(word) : phased(word);
	char *name = xasprintf("%s: %s", want, word);
	struct judgement j;

	judge(&j, object, NULL, 0);
	/* Success without a note: it was the word that said it. */
	ok(!(j.status == STATUS_SUCCESS && j.note) &&
			strcmp(status_word(j.status), is_type ? "InProgress" : want) == 0,
		name);
	judgement_release(&j);
	json_decref(object);
	free(name);
}

/* Each word of tests/rules/words.list. */
static void check_words(const char *srcdir)
{
	char *path = xasprintf("%s/tests/rules/words.list", srcdir), *text = case_read_text(path);
	char *save = NULL, *save_word = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *want = strtok_r(line, " ", &save_word), *word;

		while (want[0] != '#' && (word = strtok_r(NULL, " ", &save_word)))
			check_word(want, word);
	}
	free(text);
	free(path);
}

/* Lists as long as no server stores them are not looked at all by all, which would take minutes. */
static json_t *many(size_t n, const char *key, char first)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:o}", key, json_sprintf("%c%zuReady", first, i)));
	return list;
}

static void check_large(void)
{
	size_t n = 20000;
	json_t *pod = json_pack("{s:s, s:s, s:{s:o}, s:{s:s, s:o, s:o}}", "apiVersion", "v1",
		"kind", "Pod", "spec", "containers", many(n, "name", 'a'), "status", "phase",
		"Running", "containerStatuses", many(n, "name", 'b'), "initContainerStatuses",
		many(n, "name", 'c'));
	json_t *route = json_pack("{s:s, s:s, s:{s:o}, s:{s:o}}", "apiVersion",
		"gateway.networking.k8s.io/v1", "kind", "HTTPRoute", "spec", "parentRefs",
		many(n, "name", 'a'), "status", "parents", many(n, "name", 'b'));
	json_t *widget = json_pack("{s:s, s:s, s:{s:o}}", "apiVersion", "example.com/v1", "kind",
		"Widget", "status", "conditions", many(n, "type", 'A'));
	struct judgement j;

	judge(&j, pod, NULL, 0);
	is_int(j.status, STATUS_IN_PROGRESS, "a Pod of twenty thousand containers");
	judgement_release(&j);
	judge(&j, route, NULL, 0);
	is_str(j.reason, "Unreadable", "a route of twenty thousand parents");
	judgement_release(&j);
	judge(&j, widget, NULL, 0);
	is_int(j.status, STATUS_IN_PROGRESS, "twenty thousand conditions");
	judgement_release(&j);
	json_decref(pod);
	json_decref(route);
	json_decref(widget);
}

static void check_table(void)
{
	struct judgement j;

	ok(rule_find("apps", "Deployment") != rule_find("", "Deployment"),
		"a rule is found by group and kind");
	ok(rule_find("example.com", "Widget") == rule_find(NULL, NULL),
		"any other kind has the generic rule");
	ok(rule_find("extensions", "Deployment") == rule_find("apps", "Deployment") &&
			rule_find("extensions", "Ingress") ==
				rule_find("networking.k8s.io", "Ingress"),
		"a kind may be in the group where it was once");
	ok(rule_find("extensions", "Job") == rule_find(NULL, NULL), "if it was there");
	ok(rule_find("", "ConfigMap")->children == NULL, "a ConfigMap has no children");
	judge(&j, NULL, NULL, 0);
	is_int(j.status, STATUS_IN_PROGRESS, "nothing is In progress");
	judgement_release(&j);
	judgement_release(&j);
	is_int(j.status, STATUS_NONE, "a judgement may be released twice");
}

/* The rules of rules.d are under test as those in C are. */
static void load_rules(const char *srcdir, const char *name)
{
	char *folder = xasprintf("%s/%s", srcdir, name);
	struct errors errs = { 0 };

	ok(rules_load(folder, true, &errs), folder);
	for (size_t i = 0; i < errs.n; i++)
		printf("# %s\n", errs.items[i].text);
	errors_release(&errs);
	free(folder);
}

int main(void)
{
	const char *srcdir = getenv("srcdir") ? getenv("srcdir") : ".";
	const char *cases = getenv("RULES_CASES"), *rules = getenv("RULES_DIR");
	char *pattern = xasprintf("%s/tests/rules/%s", srcdir, cases ? cases : "*.case");
	glob_t found;

	load_rules(rules ? rules : srcdir, rules ? "" : "rules.d");
	load_rules(srcdir, "tests/rules/format"); /* for data-format.case */
	check_table();
	check_passive();
	check_children();
	if (!getenv("RULES_CASES_ONLY"))
		check_large();
	if (!cases)
		check_words(srcdir);
	ok(glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc > 0, "there are cases");
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_file(found.gl_pathv[i]);
	globfree(&found);
	free(pattern);
	rules_forget();
	return tap_done();
}
