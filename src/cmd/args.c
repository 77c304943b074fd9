/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: one table of flags. */
#include "cmd/args.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "tui/term.h"
#include "tui/term_talk.h"
#include "tui/view.h"

struct flag {
	const char *name;
	char letter;               /* 0: none */
	const char *value;         /* what stands for its value in the help; NULL: a switch */
	const char *help;
	unsigned commands;
	bool (*set)(struct args *args, const char *value, struct error *err);
};

struct choice { const char *word; int value; };

static bool choose(int *out, const char *flag, const char *value, const struct choice *choices,
	struct error *err)
{
	for (; choices->word; choices++)
		if (strcmp(value, choices->word) == 0) {
			*out = choices->value;
			return true;
		}
	return error_set(err, ERROR_USAGE, "%s does not take '%s'; see --help for what it takes",
		flag, value);
}

static bool add_word(struct words *list, const char *value)
{
	if (list->n + 1 >= list->cap) {
		list->cap = list->cap ? list->cap * 2 : 8;
		list->items = xreallocarray((void *)list->items, list->cap, sizeof(char *));
	}
	list->items[list->n++] = value;
	list->items[list->n] = NULL;
	return true;
}

static bool truth(bool *out, const char *flag, const char *value, struct error *err)
{
	static const struct choice choices[] = { { "true", 1 }, { "false", 0 }, { "1", 1 },
		{ "0", 0 }, { 0 } };
	int yes = 0;

	if (!choose(&yes, flag, value ? value : "true", choices, err))
		return false;
	*out = yes;
	return true;
}

static bool duration(int64_t *out, const char *flag, const char *value, struct error *err)
{
	struct error why = { 0 };

	return duration_parse(value, out, &why) ||
		error_set(err, ERROR_USAGE, "%s: %s", flag, why.text);
}

#define TEXT_FLAG(fn, field)                                                           \
	static bool fn(struct args *a, const char *value, struct error *err)           \
	{                                                                              \
		(void)err;                                                             \
		a->field = value;                                                      \
		return true;                                                           \
	}
TEXT_FLAG(set_kubeconfig, kube.kubeconfig)
TEXT_FLAG(set_context, kube.context)
TEXT_FLAG(set_cluster, kube.cluster)
TEXT_FLAG(set_user, kube.user)
TEXT_FLAG(set_namespace, kube.ns)
TEXT_FLAG(set_server, kube.server)
TEXT_FLAG(set_token, kube.token)
TEXT_FLAG(set_as, kube.as)
TEXT_FLAG(set_ca, kube.certificate_authority)
TEXT_FLAG(set_cert, kube.client_certificate)
TEXT_FLAG(set_key, kube.client_key)
TEXT_FLAG(set_tls_name, kube.tls_server_name)
TEXT_FLAG(set_plan_file, plan_file)
TEXT_FLAG(set_speed, speed)
TEXT_FLAG(set_kustomize, kustomize)
TEXT_FLAG(set_labels, labels)
TEXT_FLAG(set_fields, fields)

static bool set_insecure(struct args *a, const char *value, struct error *err)
{
	return truth(&a->kube.insecure_skip_tls_verify, "--insecure-skip-tls-verify", value, err);
}

static bool set_recursive(struct args *a, const char *value, struct error *err)
{
	return truth(&a->recursive, "--recursive", value, err);
}

static bool set_all(struct args *a, const char *value, struct error *err)
{
	return truth(&a->all, "--all", value, err);
}

static bool set_all_namespaces(struct args *a, const char *value, struct error *err)
{
	return truth(&a->all_namespaces, "--all-namespaces", value, err);
}

static bool set_help(struct args *a, const char *value, struct error *err)
{
	return truth(&a->help, "--help", value, err);
}

static bool set_check(struct args *a, const char *value, struct error *err)
{
	return truth(&a->check, "--check", value, err);
}

static bool set_offline(struct args *a, const char *value, struct error *err)
{
	return truth(&a->offline, "--offline", value, err);
}

static bool set_force(struct args *a, const char *value, struct error *err)
{
	return truth(&a->force, "--force", value, err);
}

static bool set_wait_for_jobs(struct args *a, const char *value, struct error *err)
{
	a->verify.wait_for_jobs_set = true;
	return truth(&a->verify.values.wait_for_jobs, "--wait-for-jobs", value, err);
}

static bool set_request_timeout(struct args *a, const char *value, struct error *err)
{
	int64_t ms;

	if (!duration(&ms, "--request-timeout", value, err))
		return false;
	a->kube.request_timeout_ms = ms;
	return true;
}

static bool set_timeout(struct args *a, const char *value, struct error *err)
{
	a->verify.timeout_set = true;
	if (strcmp(value, "none") == 0) {
		a->verify.values.timeout_ms = VERIFY_NO_TIMEOUT;
		return true;
	}
	if (!duration(&a->verify.values.timeout_ms, "--timeout", value, err))
		return false;
	if (a->verify.values.timeout_ms == 0)
		a->verify.values.timeout_ms = VERIFY_NO_TIMEOUT;
	return true;
}

static bool set_stabilization(struct args *a, const char *value, struct error *err)
{
	a->verify.stabilization_set = true;
	return duration(&a->verify.values.stabilization_ms, "--stabilization", value, err);
}

static bool set_grace(struct args *a, const char *value, struct error *err)
{
	a->verify.grace_set = true;
	return duration(&a->verify.values.grace_ms, "--grace", value, err);
}

static bool set_poll_interval(struct args *a, const char *value, struct error *err)
{
	if (!duration(&a->verify.values.poll_ms, "--poll-interval", value, err))
		return false;
	if (a->verify.values.poll_ms < 100)
		return error_set(err, ERROR_USAGE, "--poll-interval must be at least 100ms");
	return true;
}

static bool set_fail_early(struct args *a, const char *value, struct error *err)
{
	a->verify.fail_early_set = true;
	return fail_early_parse(value, &a->verify.values.fail_early) ||
		error_set(err, ERROR_USAGE, "--fail-early takes standalone, any or never, not '%s'",
			value);
}

/* A list with commas, as with kubectl, unless a file has just that name. */
static bool set_file(struct args *a, const char *value, struct error *err)
{
	(void)err;
	if (!strchr(value, ',') || access(value, F_OK) == 0)
		return add_word(&a->files, value);
	for (const char *p = value;; p++) {
		size_t len = strcspn(p, ",");

		add_word(&a->parts, xstrndup(p, len));
		add_word(&a->files, a->parts.items[a->parts.n - 1]);
		p += len;
		if (!*p)
			return true;
	}
}

static bool set_snapshot(struct args *a, const char *value, struct error *err)
{
	(void)err;
	return add_word(&a->snapshots, value);
}

static bool set_as_group(struct args *a, const char *value, struct error *err)
{
	(void)err;
	add_word(&a->groups, value);
	a->kube.as_groups = a->groups.items;
	return true;
}

static bool set_variable(struct args *a, const char *value, struct error *err)
{
	const char *equals = strchr(value, '=');

	if (!equals || equals == value)
		return error_set(err, ERROR_USAGE, "--set takes name=value, for a plan's ${name}");
	return add_word(&a->set, value);
}

static bool set_output(struct args *a, const char *value, struct error *err)
{
	static const struct choice choices[] = {
		{ "auto", OUTPUT_AUTO },
		{ "tui", OUTPUT_TUI },
		{ "plain", OUTPUT_PLAIN },
		{ "jsonl", OUTPUT_JSONL },
		{ "table", OUTPUT_TABLE },
		{ "json", OUTPUT_JSON },
		{ 0 },
	};
	int output = OUTPUT_AUTO;

	if (!choose(&output, "--output", value, choices, err))
		return false;
	a->output = (enum output_kind)output;
	return true;
}

static bool set_icons(struct args *a, const char *value, struct error *err)
{
	static const struct choice choices[] = {
		{ "auto", -1 },
		{ "unicode", ICONS_UNICODE },
		{ "emoji", ICONS_EMOJI },
		{ "ascii", ICONS_ASCII },
		{ 0 },
	};

	return choose(&a->look.icons, "--icons", value, choices, err);
}

static bool set_color(struct args *a, const char *value, struct error *err)
{
	static const struct choice choices[] = {
		{ "auto", COLORS_AUTO },
		{ "always", COLORS_ALWAYS },
		{ "never", COLORS_NEVER },
		{ 0 },
	};

	return choose(&a->look.color, "--color", value, choices, err);
}

static bool set_theme(struct args *a, const char *value, struct error *err)
{
	static const struct choice choices[] = {
		{ "auto", TERM_THEME_AUTO },
		{ "dark", TERM_THEME_DARK },
		{ "light", TERM_THEME_LIGHT },
		{ "mono", TERM_THEME_MONO },
		{ 0 },
	};

	return choose(&a->look.theme, "--theme", value, choices, err);
}

static bool set_notify(struct args *a, const char *value, struct error *err)
{
	static const struct choice choices[] = {
		{ "none", NOTIFY_NONE },
		{ "bell", NOTIFY_BELL },
		{ "osc9", NOTIFY_OSC9 },
		{ "osc777", NOTIFY_OSC777 },
		{ 0 },
	};

	return choose(&a->look.notify, "--notify", value, choices, err);
}

static bool set_no_mouse(struct args *a, const char *value, struct error *err)
{
	return truth(&a->look.no_mouse, "--no-mouse", value, err);
}

static const struct flag flags[] = {
	{ "filename", 'f', "FILE",
		"manifests to read: a file, a folder, a glob, or - for standard input",
		FOR_OBJECTS, set_file },
	{ "check", 0, NULL, "say what the plan would do and what would hinder it; change nothing",
		FOR_RUN, set_check },
	{ "offline", 0, NULL, "with --check: look at the plan alone, ask no cluster", FOR_RUN,
		set_offline },
	{ "set", 0, "NAME=VALUE", "the value of a plan's ${NAME}; may be given again", FOR_RUN,
		set_variable },
	{ "recursive", 'R', NULL, "the folders of -f with their subfolders", FOR_OBJECTS,
		set_recursive },
	{ "kustomize", 'k', "DIR", "the objects of a kustomization", FOR_OBJECTS, set_kustomize },
	{ "selector", 'l', "SELECTOR", "only what has these labels: a=b,c!=d,e in (f,g),!h",
		FOR_OBJECTS, set_labels },
	{ "field-selector", 0, "SELECTOR", "only what has these fields: status.phase=Running",
		FOR_OBJECTS, set_fields },
	{ "all", 0, NULL, "all objects of the types (as it is without a name or selector)",
		FOR_OBJECTS, set_all },
	{ "all-namespaces", 'A', NULL, "the types' objects in every namespace", FOR_OBJECTS,
		set_all_namespaces },
	{ "timeout", 0, "DUR|none",
		"longest time from a step's start to its verdict (180s; 0: none)", FOR_VERIFY,
		set_timeout },
	{ "stabilization", 0, "DUR", "how long the desired state must hold (10s; 0: no window)",
		FOR_VERIFY, set_stabilization },
	{ "grace", 0, "DUR",
		"how long an error that may heal must last before it may end a step (30s)",
		FOR_VERIFY, set_grace },
	{ "wait-for-jobs", 0, NULL, "Jobs must complete, not only exist", FOR_VERIFY | FOR_STATUS,
		set_wait_for_jobs },
	{ "fail-early", 0, "WHEN",
		"which errors end a step before its timeout: standalone, any, never", FOR_VERIFY,
		set_fail_early },
	{ "poll-interval", 0, "DUR", "pause between an answer and the next question (2s)",
		FOR_VERIFY, set_poll_interval },
	{ "snapshot", 0, "FILE", "write the frozen end here (.json, .txt); may be given again",
		FOR_LIVE, set_snapshot },
	{ "output", 'o', "HOW", "auto, tui, plain, jsonl; status: table, json",
		FOR_SCREEN | FOR_STATUS, set_output },
	{ "output", 'o', "FILE", "where the plan is written", FOR_IMPORT | FOR_INIT, set_plan_file },
	{ "force", 0, NULL, "replace files that are there already", FOR_IMPORT | FOR_INIT,
		set_force },
	{ "icons", 0, "SET", "auto, unicode, emoji, ascii", FOR_SCREEN | FOR_STATUS, set_icons },
	{ "color", 0, "WHEN", "auto, always, never", FOR_SCREEN, set_color },
	{ "theme", 0, "NAME", "auto, dark, light, mono", FOR_SCREEN, set_theme },
	{ "notify", 0, "HOW", "when a run ends: none, bell, osc9, osc777", FOR_LIVE, set_notify },
	{ "no-mouse", 0, NULL, "leave the mouse to the terminal", FOR_SCREEN, set_no_mouse },
	{ "kubeconfig", 0, "FILE", "the kubeconfig (KUBECONFIG, ~/.kube/config)", FOR_CLUSTER,
		set_kubeconfig },
	{ "context", 0, "NAME", "the kubeconfig's context", FOR_CLUSTER, set_context },
	{ "cluster", 0, "NAME", "the kubeconfig's cluster", FOR_CLUSTER, set_cluster },
	{ "user", 0, "NAME", "the kubeconfig's user", FOR_CLUSTER, set_user },
	{ "namespace", 'n', "NS", "the namespace of objects that name none", FOR_CLUSTER,
		set_namespace },
	{ "server", 's', "URL", "the API server", FOR_CLUSTER, set_server },
	{ "token", 0, "TOKEN", "a bearer token (visible in ps: prefer the kubeconfig)", FOR_CLUSTER,
		set_token },
	{ "as", 0, "USER", "impersonate a user", FOR_CLUSTER, set_as },
	{ "as-group", 0, "GROUP", "impersonate a group; may be given again", FOR_CLUSTER,
		set_as_group },
	{ "request-timeout", 0, "DUR", "longest time of one request (30s)", FOR_CLUSTER,
		set_request_timeout },
	{ "insecure-skip-tls-verify", 0, NULL, "do not verify the server's certificate",
		FOR_CLUSTER, set_insecure },
	{ "certificate-authority", 0, "FILE", "the server's CA", FOR_CLUSTER, set_ca },
	{ "client-certificate", 0, "FILE", "the client's certificate", FOR_CLUSTER, set_cert },
	{ "client-key", 0, "FILE", "the client's key", FOR_CLUSTER, set_key },
	{ "tls-server-name", 0, "NAME", "the name the server's certificate must have", FOR_CLUSTER,
		set_tls_name },
	{ "speed", 0, "N", "how much faster than real time the simulated cluster runs (1)",
		FOR_DEMO, set_speed },
	{ "help", 'h', NULL, "print this", ~0u, set_help },
};

static const struct flag *find_long(const char *name, size_t len, enum command_bit command)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if ((flags[i].commands & command) && strlen(flags[i].name) == len &&
			strncmp(flags[i].name, name, len) == 0)
			return &flags[i];
	return NULL;
}

static const struct flag *find_short(char letter, enum command_bit command)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if ((flags[i].commands & command) && letter && flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

static bool unknown(const char *word, enum command_bit command, struct error *err)
{
	const char *names[ARRAY_LEN(flags) + 1], *near;
	char *name = xstrndup(word + 2, strcspn(word + 2, "="));
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (flags[i].commands & command)
			names[n++] = flags[i].name;
	names[n] = NULL;
	near = word[1] == '-' ? nearest_word(name, names) : NULL;
	if (near)
		error_set(err, ERROR_USAGE, "unknown flag: %s; did you mean --%s?", word, near);
	else
		error_set(err, ERROR_USAGE, "unknown flag: %s", word);
	free(name);
	return false;
}

/* One flag; *i moves past a value that stands in the next word. */
static bool parse_flag(struct args *args, int argc, char **argv, int *i, enum command_bit command,
	struct error *err)
{
	const char *word = argv[*i], *value = NULL;
	const struct flag *flag;
	bool is_long = word[1] == '-';

	if (is_long) {
		size_t len = strcspn(word + 2, "=");

		flag = find_long(word + 2, len, command);
		value = word[2 + len] ? word + 3 + len : NULL;
	} else {
		flag = find_short(word[1], command);
		value = word[2] ? word + 2 + (word[2] == '=') : NULL;
	}
	if (!flag || (!is_long && value && !flag->value))
		return unknown(word, command, err);
	if (flag->value && !value) {
		if (*i + 1 >= argc)
			return error_set(err, ERROR_USAGE, "flag needs a value: --%s %s",
				flag->name, flag->value);
		value = argv[++*i];
	}
	if (flag->commands != ~0u && (flag->commands & OF_CLUSTER))
		args->cluster_flag = flag->name;
	return flag->set(args, value, err);
}

bool args_parse(
	struct args *args, int argc, char **argv, enum command_bit command, struct error *err)
{
	bool flags_over = false;

	*args = (struct args){ .look = { .icons = -1 } };
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];

		if (flags_over || word[0] != '-' || word[1] == '\0') {
			add_word(&args->rest, word);
		} else if (strcmp(word, "--") == 0) {
			flags_over = true;
		} else if (!parse_flag(args, argc, argv, &i, command, err)) {
			args_release(args);
			return false;
		}
	}
	return true;
}

void args_release(struct args *args)
{
	free((void *)args->files.items);
	free((void *)args->snapshots.items);
	free((void *)args->groups.items);
	free((void *)args->set.items);
	free((void *)args->rest.items);
	for (size_t i = 0; i < args->parts.n; i++)
		free((void *)args->parts.items[i]);
	free((void *)args->parts.items);
	*args = (struct args){ 0 };
}

void args_help(FILE *out, enum command_bit command)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		const struct flag *f = &flags[i];
		char left[64];

		if (!(f->commands & command))
			continue;
		snprintf(left, sizeof(left), "%s%c%s--%s%s%s", f->letter ? "-" : " ",
			f->letter ? f->letter : ' ', f->letter ? ", " : "  ", f->name,
			f->value ? " " : "", f->value ? f->value : "");
		fprintf(out, "  %-34s %s\n", left, f->help);
	}
}
