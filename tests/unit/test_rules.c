/* SPDX-License-Identifier: Apache-2.0 */
/* The rules against the cases of tests/rules, and against every case object mutilated.
 *
 *   == name                                        begins a case
 *   ## why                                         a comment
 *   # options: wait_for_jobs look_once now=TIME    of judge(); blind: may be Success without a status
 *   # manifest: {...}                              as applied
 *   # related Kind: [...]                          known objects of that kind
 *   # like: name                                   the JSON below is a merge patch on that case
 *   # kinds: A B                                   the same is true of these kinds of its group
 *   {...}                                          the object
 *   => Success|InProgress|Error hard|soft|deadline family | Reason | message | note: … |
 *      columns A=1, B=2 | facts a=1               (on one line)
 *
 * What a case does not name it does not assert; "-" is none. RULES_CASES names one file of cases,
 * RULES_DIR another folder than rules.d: tests/tools/mutate_data.py. */
#include <ctype.h>
#include <glob.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "rules/data.h"
#include "rules/rule.h"
#include "tests/unit/tap.h"

#define RELATED_MAX 4

struct rule_case {
	char *name, *like, *want, *more_kinds;
	json_t *object, *manifest, *lists[RELATED_MAX];
	char *kinds[RELATED_MAX];
	size_t nlists;
	bool wait_for_jobs, look_once, blind;
	int64_t now_ms;
};

struct case_file {
	const char *name;
	struct rule_case *cases;
	size_t n, cap;
};

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf text;
	char part[4096];
	size_t n;

	buf_init(&text, 0);
	while (f && (n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&text, part, n);
	if (f)
		fclose(f);
	return buf_take(&text);
}

static json_t *parse(const struct case_file *file, const struct rule_case *c, const char *text)
{
	json_error_t error;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (value)
		return value;
	printf("Bail out! %s: %s: %s at %d:%d\n", file->name, c->name, error.text, error.line,
		error.column);
	exit(99);
}

/* RFC 7386; takes target, returns a new reference. */
static json_t *merge(json_t *target, const json_t *patch)
{
	const char *key;
	json_t *value;

	if (!json_is_object(patch)) {
		json_decref(target);
		return json_deep_copy(patch);
	}
	if (!json_is_object(target)) {
		json_decref(target);
		target = json_object();
	}
	json_object_foreach((json_t *)patch, key, value)
	{
		if (json_is_null(value))
			json_object_del(target, key);
		else
			json_object_set_new(target, key,
				merge(json_incref(json_object_get(target, key)), value));
	}
	return target;
}

static void read_options(struct rule_case *c, char *text)
{
	char *save = NULL;

	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		c->wait_for_jobs |= strcmp(word, "wait_for_jobs") == 0;
		c->look_once |= strcmp(word, "look_once") == 0;
		c->blind |= strcmp(word, "blind") == 0;
		if (strncmp(word, "now=", 4) == 0)
			clock_parse_stamp(word + 4, &c->now_ms);
	}
}

static void read_directive(const struct case_file *file, struct rule_case *c, char *line)
{
	char *colon = strchr(line, ':'), *value = colon + 1 + strspn(colon + 1, " ");

	if (strncmp(line, "options:", 8) == 0)
		read_options(c, value);
	else if (strncmp(line, "manifest:", 9) == 0)
		c->manifest = parse(file, c, value);
	else if (strncmp(line, "like:", 5) == 0)
		c->like = xstrdup(value);
	else if (strncmp(line, "kinds:", 6) == 0)
		c->more_kinds = xstrdup(value);
	else if (strncmp(line, "related ", 8) == 0 && c->nlists < RELATED_MAX) {
		c->kinds[c->nlists] = xstrndup(line + 8, (size_t)(colon - line - 8));
		c->lists[c->nlists++] = parse(file, c, value);
	}
}

static struct rule_case *find_case(const struct case_file *file, const char *name)
{
	for (size_t i = 0; i < file->n; i++)
		if (strcmp(file->cases[i].name, name) == 0)
			return &file->cases[i];
	return NULL;
}

static void end_case(struct case_file *file, struct rule_case *c, struct buf *body)
{
	const struct rule_case *base = c->like ? find_case(file, c->like) : NULL;
	json_t *patch = parse(file, c, buf_str(body));

	c->object = base ? merge(json_deep_copy(base->object), patch) : json_incref(patch);
	json_decref(patch);
	if (c->like && !base)
		ok(false, xasprintf("%s: %s: no case %s before it", file->name, c->name, c->like));
	buf_reset(body);
}

static void read_cases(struct case_file *file, char *text)
{
	struct rule_case *c = NULL;
	struct buf body;
	char *save = NULL;

	buf_init(&body, 0);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "== ", 3) == 0) {
			VEC_GROW(file->cases, file->n, file->cap);
			c = &file->cases[file->n++];
			*c = (struct rule_case){ .name = xstrdup(line + 3) };
		} else if (strncmp(line, "=> ", 3) == 0 && c) {
			c->want = xstrdup(line + 3);
			end_case(file, c, &body);
		} else if (strncmp(line, "# ", 2) == 0 && c) {
			read_directive(file, c, line + 2);
		} else if (strncmp(line, "##", 2) != 0 && c) {
			buf_printf(&body, "%s\n", line);
		}
	}
	buf_release(&body);
}

static void judge_case(struct judgement *out, const struct rule_case *c, const json_t *object)
{
	struct related related[RELATED_MAX];
	const json_t *items[RELATED_MAX][64];

	for (size_t i = 0; i < c->nlists; i++) {
		size_t n = json_array_size(c->lists[i]);

		for (size_t k = 0; k < n && k < 64; k++)
			items[i][k] = json_array_get(c->lists[i], k);
		related[i] = (struct related){
			.kind = c->kinds[i], .known = true, .objects = items[i], .n = n
		};
	}
	judge(out, object,
		&(struct judge_options){ .wait_for_jobs = c->wait_for_jobs,
			.look_once = c->look_once,
			.related = related,
			.nrelated = c->nlists,
			.manifest = c->manifest },
		c->now_ms);
}

static const char *severity_word(const struct judgement *j)
{
	static const char *const words[] = { "", " soft", " hard", " deadline" };

	return words[j->severity];
}

static const char *family_word(const struct judgement *j)
{
	static const char *const words[] = { "", " image", " config", " start", " crash",
		" sandbox", " other" };

	return words[j->family];
}

/* The status with as much behind it as the case names. */
static bool status_matches(const struct judgement *j, const char *want)
{
	char *got = xasprintf("%s%s%s", status_word(j->status), severity_word(j), family_word(j));
	size_t len = strlen(want);
	bool same = strncmp(got, want, len) == 0 && (got[len] == '\0' || got[len] == ' ');

	free(got);
	return same;
}

static bool is(const char *got, const char *want)
{
	return strcmp(want, "-") == 0 ? !got : got && strcmp(got, want) == 0;
}

static const char *column(const struct judgement *j, const char *name)
{
	for (size_t i = 0; i < j->ncolumns; i++)
		if (strcmp(j->columns[i].name, name) == 0)
			return j->columns[i].value;
	return NULL;
}

static char *fact(const struct judgement *j, const char *name)
{
	const struct {
		const char *name;
		long long value;
	} numbers[] = {
		{ "generation", j->generation },
		{ "restarts", j->restarts },
		{ "wanted", j->wanted },
		{ "deadline", j->deadline_s },
		{ "no_status", j->no_status },
		{ "by_existence", j->by_existence },
		{ "terminating", j->terminating },
		{ "finished", j->finished },
		{ "ready", j->ready },
		{ "transient", j->transient },
		{ "stale_old", j->stale_old },
		{ "container_restarted", j->container_restarted },
		{ "progressing_ok", j->progressing_ok },
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (strcmp(numbers[i].name, name) == 0)
			return xasprintf("%lld", numbers[i].value);
	if (strcmp(name, "container") == 0)
		return xstrdup(j->container ? j->container : "-");
	if (strcmp(name, "revision") == 0)
		return xstrdup(j->revision ? j->revision : "-");
	if (strcmp(name, "current") == 0)
		return xstrdup(j->current_revision ? j->current_revision : "-");
	return xstrdup("?");
}

/* "Ready=1/3, Status=Pending": each pair against what was judged. */
static bool pairs_match(const struct judgement *j, char *text, bool facts)
{
	bool good = true;

	while (text) {
		char *next = strstr(text, ", "), *equals;

		if (next)
			*next = '\0';
		equals = strchr(text, '=');
		if (!equals)
			return false;
		*equals = '\0';
		if (facts) {
			char *got = fact(j, text);

			good &= strcmp(got, equals + 1) == 0;
			free(got);
		} else {
			const char *got = column(j, text);

			good &= got && strcmp(got, equals + 1) == 0;
		}
		text = next ? next + 2 : NULL;
	}
	return good;
}

static bool judgement_matches(const struct judgement *j, const char *want)
{
	char *copy = xstrdup(want), *part = copy;
	bool good = true;

	for (int i = 0; part; i++) {
		char *next = strstr(part, " | ");

		if (next)
			*next = '\0';
		if (i == 0)
			good &= status_matches(j, part);
		else if (strncmp(part, "note: ", 6) == 0)
			good &= is(j->note, part + 6);
		else if (strncmp(part, "columns ", 8) == 0)
			good &= pairs_match(j, part + 8, false);
		else if (strncmp(part, "facts ", 6) == 0)
			good &= pairs_match(j, part + 6, true);
		else if (i == 1)
			good &= is(j->reason, part);
		else
			good &= is(j->message, part);
		part = next ? next + 3 : NULL;
	}
	free(copy);
	return good;
}

static void print_judgement(const struct judgement *j)
{
	printf("# got %s%s%s | %s | %s | note: %s | columns ", status_word(j->status),
		severity_word(j), family_word(j), j->reason ? j->reason : "-",
		j->message ? j->message : "-", j->note ? j->note : "-");
	for (size_t i = 0; i < j->ncolumns; i++)
		printf("%s%s=%s", i ? ", " : "", j->columns[i].name, j->columns[i].value);
	printf(" | facts restarts=%lld, wanted=%lld, revision=%s, current=%s, finished=%d, "
	       "ready=%d, container=%s, container_restarted=%d\n",
		(long long)j->restarts, (long long)j->wanted, j->revision ? j->revision : "-",
		j->current_revision ? j->current_revision : "-", j->finished, j->ready,
		j->container ? j->container : "-", j->container_restarted);
}

/* What holds for every judgement; NULL, or what does not. */
static const char *broken(const struct judgement *j)
{
	if (j->status != STATUS_IN_PROGRESS && j->status != STATUS_SUCCESS &&
		j->status != STATUS_ERROR)
		return "status";
	if ((j->status == STATUS_ERROR) != (j->severity != SEVERITY_NONE))
		return "severity";
	if (j->status != STATUS_SUCCESS && !(j->reason && *j->reason && j->message && *j->message))
		return "no reason or message";
	if (j->status == STATUS_ERROR && j->family == FAMILY_NONE)
		return "an Error of no family";
	if (j->reason && (!isalpha((unsigned char)j->reason[0]) || strpbrk(j->reason, " |,:/")))
		return "reason";
	for (int i = 0; i < 2; i++) {
		const char *s = i ? j->note : j->message;

		if (s &&
			(strlen(s) > 2048 || !text_is_display(s, TEXT_LINE) ||
				s[strlen(s) - 1] == '.'))
			return "message or note";
	}
	for (size_t i = 0; i < j->ncolumns; i++)
		if (!text_is_display(j->columns[i].value, TEXT_LINE) ||
			strlen(j->columns[i].value) > 256)
			return "column";
	if (j->container && (!*j->container || !text_is_display(j->container, TEXT_LINE)))
		return "container";
	return NULL;
}

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

	judge_case(&j, c, c->object);
	if (!ok(judgement_matches(&j, c->want), name)) {
		printf("# want %s\n", c->want);
		print_judgement(&j);
	}
	if (broken(&j)) {
		ok(false, broken(&j));
		print_judgement(&j);
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

/* Mutations: every value of an object replaced in turn by each of these, and removed. */

static const char *const substitutes[] = {
	"null",
	"true",
	"-1",
	"9223372036854775807",
	"-9223372036854775807",
	"1.5",
	"\"\"",
	"\"x\\u001b[2J\\u202e.\"",
	"\"True\"",
	"[]",
	"[null, {}, [], 1]",
	"{}",
	"{\"a\": {\"b\": []}}",
	"[{\"type\": \"Ready\", \"status\": \"True\"}]",
};
static json_t *substitute[ARRAY_LEN(substitutes)];

struct mutation {
	const struct case_file *file;
	const struct rule_case *c;
	json_t *root;
	enum status original;
	const char *said; /* what the first broken rule was */
	long tried;
};

/* No number that is none may turn what was not Success into it. */
static bool may_succeed(const struct mutation *m, const json_t *old, const json_t *new)
{
	return m->original == STATUS_SUCCESS || !json_is_integer(old) || json_is_null(new) ||
		(json_is_integer(new) && json_integer_value(new) >= 0);
}

static void try_mutation(struct mutation *m, const json_t *old, const json_t *new, const char *key)
{
	struct judgement j;
	const char *bad;

	judge_case(&j, m->c, m->root);
	bad = broken(&j);
	if (!bad && new &&j.status == STATUS_SUCCESS && !may_succeed(m, old, new))
		bad = "Success because of a number that is none";
	if (bad && !m->said) {
		char *text =
			new ? json_dumps(new, JSON_ENCODE_ANY | JSON_COMPACT) : xstrdup("nothing");

		m->said = bad;
		printf("# %s: %s: %s, with %s for %s\n", m->file->name, m->c->name, bad, text, key);
		print_judgement(&j);
		free(text);
	}
	m->tried++;
	judgement_release(&j);
}

static void mutate(struct mutation *m, json_t *node);

static void mutate_member(struct mutation *m, json_t *parent, const char *key)
{
	json_t *old = json_incref(json_object_get(parent, key));

	for (size_t i = 0; i < ARRAY_LEN(substitute); i++) {
		json_object_set(parent, key, substitute[i]);
		try_mutation(m, old, substitute[i], key);
	}
	json_object_del(parent, key);
	try_mutation(m, old, NULL, key);
	json_object_set_new(parent, key, old);
	mutate(m, old);
}

static void mutate_element(struct mutation *m, json_t *parent, size_t index)
{
	json_t *old = json_incref(json_array_get(parent, index));

	for (size_t i = 0; i < ARRAY_LEN(substitute); i++) {
		json_array_set(parent, index, substitute[i]);
		try_mutation(m, old, substitute[i], "an element");
	}
	json_array_remove(parent, index);
	try_mutation(m, old, NULL, "an element");
	json_array_insert_new(parent, index, old);
	mutate(m, old);
}

static void mutate(struct mutation *m, json_t *node)
{
	const char *keys[64];
	size_t n = 0;
	const char *key;
	json_t *value;

	for (size_t i = 0; i < json_array_size(node); i++)
		mutate_element(m, node, i);
	json_object_foreach(node, key, value) if (n < ARRAY_LEN(keys)) keys[n++] = key;
	for (size_t i = 0; i < n; i++) {
		char *copy = xstrdup(keys[i]); /* the object's own goes with its member */

		mutate_member(m, node, copy);
		free(copy);
	}
}

static void check_mutations(const struct case_file *file)
{
	char *name = xasprintf(
		"%s: no mutilated object crashes, lies or speaks hostile text", file->name);
	bool good = true;
	long tried = 0;

	for (size_t i = 0; i < file->n; i++) {
		struct mutation m = { .file = file,
			.c = &file->cases[i],
			.root = json_deep_copy(file->cases[i].object) };
		struct judgement j;

		judge_case(&j, m.c, m.root);
		m.original = j.status;
		judgement_release(&j);
		mutate(&m, m.root);
		good &= !m.said;
		tried += m.tried;
		json_decref(m.root);
	}
	ok(good, name);
	printf("# %ld judgements\n", tried);
	free(name);
}

/* What may be Success without a status: where nothing is worked on, awaited, or it is suspended. */
static bool succeeds_blind(const json_t *object, const struct judgement *j)
{
	const char *kind = jx_str(object, "kind"), *version = jx_str(object, "apiVersion");

	return j->by_existence || strcmp(kind, "CronJob") == 0 || strcmp(kind, "Ingress") == 0 ||
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
		judge_case(&j, c, object);
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

static void free_cases(struct case_file *file)
{
	for (size_t i = 0; i < file->n; i++) {
		struct rule_case *c = &file->cases[i];

		free(c->name);
		free(c->like);
		free(c->want);
		free(c->more_kinds);
		json_decref(c->object);
		json_decref(c->manifest);
		for (size_t k = 0; k < c->nlists; k++) {
			free(c->kinds[k]);
			json_decref(c->lists[k]);
		}
	}
	free(file->cases);
}

static void check_file(const char *path)
{
	struct case_file file = { .name = strrchr(path, '/') + 1 };
	char *text = read_file(path);

	read_cases(&file, text);
	for (size_t i = 0; i < file.n; i++)
		check_kinds(&file, &file.cases[i]);
	if (!getenv("RULES_CASES_ONLY")) /* tests/tools/mutate_rules.py is in a hurry */
		check_mutations(&file);
	check_blind(&file);
	free_cases(&file);
	free(text);
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
	{ "resource.k8s.io/v1", "DeviceClass" },
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

static void check_table(void)
{
	struct judgement j;

	ok(rule_find("apps", "Deployment") != rule_find("", "Deployment"),
		"a rule is found by group and kind");
	ok(rule_find("example.com", "Widget") == rule_find(NULL, NULL),
		"any other kind has the generic rule");
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
	for (size_t i = 0; i < ARRAY_LEN(substitutes); i++)
		substitute[i] = json_loads(substitutes[i], JSON_DECODE_ANY, NULL);
	ok(glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc > 0, "there are cases");
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_file(found.gl_pathv[i]);
	globfree(&found);
	for (size_t i = 0; i < ARRAY_LEN(substitutes); i++)
		json_decref(substitute[i]);
	free(pattern);
	rules_forget();
	return tap_done();
}
