/* SPDX-License-Identifier: Apache-2.0 */
/* Helm: the command lines we give it, the values we keep out of them, and what it says made
 * sentences. What real helms said stands in tests/helm/said.txt: blocks of what it wrote, "=>" and
 * the sentence. */
#include "plan/helm_words.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/private.h"
#include "base/verify.h"
#include "base/xalloc.h"
#include "plan/helm.h"
#include "plan/helm_command.h"
#include "tap.h"
#include "track/blame.h"

/* --- sentences --- */

static void check_said(char *block)
{
	char *arrow = strstr(block, "\n=> "), *sentence, *want;
	bool timeout;

	if (!arrow)
		return;
	*arrow = '\0';
	want = arrow + 4;
	want[strcspn(want, "\n")] = '\0';
	timeout = strncmp(want, "timeout: ", 9) == 0;
	sentence = helm_failure(block);
	is_str(sentence ? sentence : "nothing", want + (timeout ? 9 : 0), want);
	is_int(helm_failure_is_timeout(block), timeout, "  and whether it ran out of time");
	free(sentence);
}

static void test_failures(void)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/tests/helm/said.txt", srcdir ? srcdir : "."), *at, *end;
	struct buf text = { 0 };

	ok(file_read(path, &text, NULL), "what helm said can be read");
	buf_addstr(&text, "\n== ");
	for (at = text.data; (end = strstr(at, "\n== ")); at = end + 4) {
		*end = '\0';
		check_said(at);
	}
	buf_release(&text);
	free(path);
}

static void test_objects(void)
{
	static const struct { const char *said, *want; } cases[] = {
		{ "no object", "no object" },
		{ "a \"b\" c", "a \"b\" c" },
		{ "Invalid value: \"{\\\"kind\\\":\\\"Secret\\\"}\": why", "Invalid value: \"{…}\": why" },
		{ "error=\"value: \\\"{\\\\\\\"kind\\\\\\\":1}\\\": why\"", "error=\"value: \\\"{…}\\\": why\"" },
		{ "cut \"{\\\"kind\\\":\\\"Sec", "cut \"{…}" },
		{ "\"{\\\"a\\\"}\" and \"{\\\"b\\\"}\"", "\"{…}\" and \"{…}\"" },
		{ "\"{\"", "\"{\"" },
		{ "\"", "\"" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got = helm_without_objects(cases[i].said);

		is_str(got, cases[i].want, cases[i].said);
		free(got);
	}
}

/* --- the state of a release --- */

static const struct helm_release web = { .name = (char *)"web", .chart = (char *)"./web" };
static const struct helm_tool helm3 = { (char *)"helm", (char *)"v3.19.0", 3, 19 };
static const struct helm_tool helm4 = { (char *)"helm", (char *)"v4.2.4", 4, 2 };

#define ONE(n, status) "{\"revision\":" #n ",\"updated\":\"2026-01-02T03:04:05.123Z\",\"status\":\"" status "\"}"

static void test_left(void)
{
	static const struct { const char *json, *want; } cases[] = {
		{ "[" ONE(1, "deployed") "]", "release web is deployed at revision 1" },
		{ "[" ONE(1, "failed") "]", "release web is left failed at revision 1; run it again, or helm uninstall web -n shop removes it" },
		{ "[" ONE(1, "pending-install") "]", "release web is left pending-install at revision 1; helm uninstall web -n shop removes it" },
		{ "[" ONE(3, "deployed") "," ONE(4, "failed") "]",
			"release web is left failed at revision 4; helm rollback web 3 -n shop brings revision 3 back" },
		{ "[" ONE(4, "pending-upgrade") "," ONE(3, "superseded") "," ONE(2, "superseded") "]",
			"release web is left pending-upgrade at revision 4; helm rollback web 3 -n shop brings revision 3 back" },
		{ "[" ONE(1, "superseded") "," ONE(2, "failed") "," ONE(3, "deployed") "," ONE(4, "pending-rollback") "]",
			"release web is left pending-rollback at revision 4; helm rollback web 3 -n shop brings revision 3 back" },
		{ "[" ONE(1, "superseded") "," ONE(2, "uninstalling") "]",
			"release web is left uninstalling at revision 2; helm uninstall web -n shop removes it" },
	};
	struct helm_call call = { .tool = &helm3, .release = &web, .ns = "shop" };
	struct helm_state none = { 0 };
	struct buf out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct helm_state state;

		ok(helm_state_parse(&state, cases[i].json, NULL), "a history is read");
		buf_reset(&out);
		helm_add_left(&out, &state, &call);
		is_str(buf_str(&out), cases[i].want, cases[i].want);
		helm_state_release(&state);
	}
	buf_reset(&out);
	helm_add_left(&out, &none, &call);
	is_str(buf_str(&out), "release web was not created", "no release");
	buf_release(&out);
}

/* Rows of the objects that helm names are in error. */
static void test_blame(void)
{
	static const struct {
		const char *said, *kind, *name;
		bool names;
	} cases[] = {
		{ "Service \"bad\" is invalid: spec.ports", "Service", "bad", true },
		{ "Service \"bad\" is invalid: spec.ports", "Service", "ba", false },
		{ "Service \"bad-2\" is invalid", "Service", "bad", false },
		{ "Service \"bad.2\" is invalid", "Service", "bad", false },
		{ "Service \"bad-2\" and Service \"bad\" exist", "Service", "bad", true },
		{ "Service \"bad\" is invalid: spec.ports", "Deployment", "bad", false },
		{ "services \"bad\" already exists", "Service", "bad", true },
		{ "ingresses.networking.k8s.io \"a\" is forbidden", "Ingress", "a", true },
		{ "networkpolicies.networking.k8s.io \"a\" is forbidden", "NetworkPolicy", "a", true },
		{ "job hook failed: BackoffLimitExceeded", "Job", "hook", true },
		{ "resource Job/shop/hook not ready. status: Failed", "Job", "hook", true },
		{ "resource not ready, name: web, kind: Deployment, status: InProgress", "Deployment", "web", true },
		{ "server-side apply failed for object shop/web apps/v1, Kind=Deployment: x", "Deployment", "web", true },
		{ "cannot patch \"web\" with kind Deployment: Deployment.apps \"web\" is invalid: spec.selector: Service", "Deployment", "web", true },
		{ "cannot patch \"web\" with kind Deployment: Deployment.apps \"web\" is invalid: spec.selector: Service", "Service", "web", false },
		{ "web", "Deployment", "web", false },
		{ "Deployment web", "Deployment", "web", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ok(blame_names(cases[i].said, cases[i].kind, cases[i].name) == cases[i].names, cases[i].said);
}

static void test_in_the_way(void)
{
	struct helm_call call = { .tool = &helm3, .release = &web, .ns = "shop", .typed_context = "my 'prod'" };
	struct helm_state state;
	struct buf out = { 0 };

	ok(helm_state_parse(&state, "[" ONE(1, "superseded") "," ONE(2, "pending-upgrade") "]", NULL), "a pending one");
	ok(helm_state_in_the_way(&state), "is pending");
	helm_add_in_the_way(&out, &state, &call);
	ok(strncmp(buf_str(&out), "release web is pending-upgrade at revision 2 since ", 51) == 0, "says since when");
	ok(strstr(buf_str(&out), ": another helm is at work, or one was interrupted; if none is, "
		"helm rollback web 1 -n shop --kube-context 'my '\\''prod'\\''' brings revision 1 back") != NULL, "and what to do");
	helm_state_release(&state);
	ok(helm_state_parse(&state, "[" ONE(2, "uninstalling") "]", NULL) && helm_state_in_the_way(&state), "so is one that is removed");
	helm_state_release(&state);
	ok(helm_state_parse(&state, "[" ONE(2, "uninstalled") "]", NULL) && !helm_state_in_the_way(&state), "but not one that is gone");
	helm_state_release(&state);
	buf_release(&out);
}

static void test_no_history(void)
{
	static const char *const bad[] = { "", "{}", "[]", "null", "[1]", "[{\"revision\":\"1\"}]", "[{\"revision\":1}]", "[" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct error err = { 0 };
		struct helm_state state;

		ok(!helm_state_parse(&state, bad[i], &err), "no history");
		is_str(err.text, "helm history cannot be read: no list of revisions", "  which is said");
		helm_state_release(&state);
	}
	ok(helm_failure_is_namespace("Error: create: failed to create: namespaces \"shop\" not found\n"), "no namespace is told apart");
	ok(!helm_failure_is_namespace("Error: secrets \"shop\" not found\n"), "  from what is not there in it");
	ok(helm_says_not_found("WARNING: x\nError: release: not found\n"), "no release is told apart");
	ok(!helm_says_not_found("Error: Kubernetes cluster unreachable"), "  from no answer");
}

/* --- command lines --- */

static void check_argv(const struct helm_call *call, const struct verify *v, int64_t left, const char *want)
{
	struct helm_argv argv = { 0 };
	struct buf out = { 0 };

	helm_argv_upgrade(&argv, call, v, left);
	for (size_t i = 0; argv.items[i]; i++)
		buf_printf(&out, "%s%s", i ? " " : "", argv.items[i]);
	is_str(buf_str(&out), want, want);
	buf_release(&out);
	helm_argv_release(&argv);
}

static void test_versions(void)
{
	struct verify v = VERIFY_DEFAULTS;
	struct helm_release atomic = web;
	struct helm_call call = { .tool = &helm3, .release = &atomic, .ns = "shop", .context = "prod" };

	v.mode = VERIFY_HELM;
	check_argv(&call, &v, 90400, "helm upgrade --install web ./web --namespace shop --kube-context prod --timeout 90s --wait");
	check_argv(&call, &v, 0, "helm upgrade --install web ./web --namespace shop --kube-context prod --timeout 1s --wait");
	v.wait_for_jobs = true;
	atomic.atomic = true;
	check_argv(&call, &v, -1,
		"helm upgrade --install web ./web --namespace shop --kube-context prod --timeout 8760h --wait --wait-for-jobs --atomic");
	call.tool = &helm4;
	call.context = NULL;
	call.kubeconfig = "/k";
	check_argv(&call, &v, 1000,
		"helm upgrade --install web ./web --namespace shop --kubeconfig /k --timeout 1s --wait --wait-for-jobs --rollback-on-failure");
	v.mode = VERIFY_OBJECTS;
	check_argv(&call, &v, 1000, "helm upgrade --install web ./web --namespace shop --kubeconfig /k --timeout 1s --rollback-on-failure");
}

static void check_file(const char *folder, const char *name, const char *want)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct buf text = { 0 };
	struct stat st = { 0 };

	file_read(path, &text, NULL);
	is_str(buf_str(&text), want, name);
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "  for us alone");
	buf_release(&text);
	free(path);
}

static void test_private(void)
{
	struct helm_set sets[] = {
		{ HELM_SET, (char *)"a", (char *)"plain", false },
		{ HELM_SET, (char *)"list", (char *)"{x,y}", false },
		{ HELM_SET, (char *)"text", (char *)"x,y\\,z", false },
		{ HELM_SET, (char *)"db.password", (char *)"hunter2,", true },
		{ HELM_SET, (char *)"db.port", (char *)"5432", true },
		{ HELM_SET, (char *)"db.on", (char *)"TRUE", true },
		{ HELM_SET, (char *)"db.none", (char *)"null", true },
		{ HELM_SET, (char *)"zero", (char *)"0", true },
		{ HELM_SET, (char *)"octal", (char *)"0755", true },
		{ HELM_SET, (char *)"minus", (char *)"-3", true },
		{ HELM_SET, (char *)"dash", (char *)"-", true },
		{ HELM_SET, (char *)"huge", (char *)"99999999999999999999", true },
		{ HELM_SET, (char *)"no\\.path", (char *)"", true },
		{ HELM_SET, (char *)"env[0].value", (char *)"hunter3", true },
		{ HELM_SET_STRING, (char *)"s", (char *)"1", true },
		{ HELM_SET_FILE, (char *)"f", (char *)"./a,b", false },
	};
	struct helm_release r = web;
	struct helm_call call = { .tool = &helm3, .release = &r, .ns = "shop" };
	struct verify v = VERIFY_DEFAULTS;
	char *folder = private_folder(NULL), *want;

	r.sets = sets;
	r.nsets = ARRAY_LEN(sets);
	call.folder = folder;
	ok(helm_has_private(&r) && !helm_has_private(&web), "what is private is known");
	ok(helm_private_write(&call, NULL), "it is written down");
	check_file(folder, "values.json",
		"{\"db\":{\"password\":\"hunter2,\",\"port\":5432,\"on\":true,\"none\":null},\"zero\":0,\"octal\":\"0755\",\"minus\":-3,"
		"\"dash\":\"-\",\"huge\":\"99999999999999999999\",\"no.path\":\"\"}");
	check_file(folder, "set-13", "hunter3");
	check_file(folder, "set-14", "1");
	want = xasprintf("helm upgrade --install web ./web --namespace shop --timeout 1s --values %s/values.json --set a=plain --set list={x,y} "
		"--set text=x\\,y\\,z --set-file env[0].value=%s/set-13 --set-file s=%s/set-14 --set-file f=./a\\,b", folder, folder, folder);
	check_argv(&call, &v, 1000, want);
	private_remove(folder);
	ok(access(folder, F_OK) != 0, "and is gone with its folder");
	free(want);
	free(folder);
}

int main(void)
{
	test_failures();
	test_objects();
	test_left();
	test_in_the_way();
	test_blame();
	test_no_history();
	test_versions();
	test_private();
	return tap_done();
}
