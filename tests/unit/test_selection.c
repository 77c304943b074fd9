/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a command line that select objects, and the selectors beside them. */
#include "plan/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xalloc.h"
#include "manifest/labels.h"
#include "tests/unit/tap.h"

#define WORDS_MAX 5

/* want: TYPE/NAME or TYPE of each, "helm:" before releases; or '!' and a part of the sentence. */
static const struct {
	const char *words[WORDS_MAX];
	struct selection_flags flags;
	const char *want;
} cases[] = {
	/* TYPE/NAME */
	{ { "deploy/web" }, { 0 }, "deploy/web" },
	{ { "deploy/web", "svc/web", "Deployment.v1.apps/api" }, { 0 }, "deploy/web svc/web Deployment.v1.apps/api" },
	{ { "clusterrole/system:node" }, { 0 }, "clusterrole/system:node" },
	{ { "deploy/" }, { 0 }, "!one type and one name" },
	{ { "/web" }, { 0 }, "!one type and one name" },
	{ { "deploy,sts/web" }, { 0 }, "!one type and one name" },
	{ { "deploy/web/x" }, { 0 }, "!one slash" },
	{ { "deploy/.." }, { 0 }, "!cannot be the name" },
	{ { "deploy/a%2fb" }, { 0 }, "!cannot be the name" },
	{ { "deploy/\033[2J" }, { 0 }, "!cannot be the name" },
	/* TYPE NAME… */
	{ { "deploy", "web" }, { 0 }, "deploy/web" },
	{ { "deploy", "web", "api" }, { 0 }, "deploy/web deploy/api" },
	{ { "deploy,svc", "web" }, { 0 }, "deploy/web svc/web" },
	{ { "deploy,svc", "web", "api" }, { 0 }, "deploy/web svc/web deploy/api svc/api" },
	{ { "deploy", "" }, { 0 }, "!cannot be the name" },
	{ { "deploy", "a b" }, { 0 }, "!cannot be the name" },
	/* the forms do not mix */
	{ { "deploy/web", "svc", "web" }, { 0 }, "!no need to specify a resource type" },
	{ { "svc", "deploy/web" }, { 0 }, "!no need to specify a resource type" },
	/* TYPE,TYPE */
	{ { "deploy" }, { 0 }, "deploy" },
	{ { "deploy,sts" }, { .labels = "app=web" }, "deploy sts" },
	{ { "deploy,,sts" }, { 0 }, "!one is empty" },
	{ { "deploy," }, { 0 }, "!one is empty" },
	{ { "" }, { 0 }, "!one is empty" },
	{ { "pods" }, { .fields = "status.phase!=Running" }, "pods" },
	{ { "deploy" }, { .all_namespaces = true, .labels = "" }, "deploy" },
	{ { "deploy" }, { .all = true }, "deploy" },
	/* what does not go together */
	{ { 0 }, { .labels = "app=web" }, "!at least one type" },
	{ { 0 }, { .all = true }, "!at least one type" },
	{ { "helm:redis" }, { .all_namespaces = true }, "!at least one type" },
	{ { "deploy/web" }, { .labels = "app=web" }, "!together with a selector" },
	{ { "deploy", "web" }, { .fields = "a=b" }, "!together with a selector" },
	{ { "deploy/web" }, { .all = true }, "!together with --all" },
	{ { "deploy/web" }, { .all_namespaces = true }, "!from all namespaces" },
	{ { "deploy" }, { .all = true, .labels = "a=b" }, "!--all cannot" },
	{ { "deploy" }, { .labels = "app web" }, "!-l 'app web': " },
	{ { "deploy" }, { .fields = "phase" }, "!--field-selector 'phase': " },
	/* releases */
	{ { "helm:redis" }, { 0 }, "helm:redis" },
	{ { "helm:redis", "deploy/web" }, { 0 }, "deploy/web helm:redis" },
	{ { "deploy", "web", "helm:redis" }, { 0 }, "deploy/web helm:redis" },
	{ { "deploy", "helm:redis" }, { 0 }, "!together with types" },
	{ { "helm:redis", "deploy" }, { .labels = "app=web" }, "!together with types" },
	{ { "helm:" }, { 0 }, "!helm:RELEASE" },
	{ { "helm:a/b" }, { 0 }, "!cannot be the name" },
	{ { "helm:--debug" }, { 0 }, "!cannot be the name of a release" },
};

/* want: NULL: it is good; else a part of the sentence. */
static const struct { const char *selector, *want; } labels[] = {
	{ "", NULL },
	{ " ", NULL },
	{ "app=web", NULL },
	{ "app==web", NULL },
	{ "app = web , tier != api", NULL },
	{ "app=", NULL },
	{ "app", NULL },
	{ "!app", NULL },
	{ "app.kubernetes.io/name=web", NULL },
	{ "tier in (web, api),x notin (a)", NULL },
	{ "tier in (,a)", NULL },
	{ "n>5,n<7", NULL },
	{ "app web", "operator is missing" },
	{ "app inside (a)", "operator is missing" },
	{ "app=web tier=api", "comma is missing" },
	{ "app=web,", "nothing stands behind" },
	{ ",app=web", "no key" },
	{ "=web", "no key" },
	{ "a b/c=d", "operator is missing" },
	{ "/c=d", "no key" },
	{ "a/b/c=d", "no key" },
	{ "-app=web", "no key" },
	{ "app=-web", "no value" },
	{ "app=we\033b", "no value" },
	{ "app=0123456789012345678901234567890123456789012345678901234567890123", "no value" },
	{ "tier in web", "parentheses" },
	{ "tier in (web", "parentheses" },
	{ "tier in ()", "empty" },
	{ "tier in (a b)", "no value" },
	{ "n>x", "no number" },
	{ "n>", "no number" },
};

static const struct { const char *selector; bool want; } matches[] = {
	{ "", true },
	{ "app=web", true },
	{ "app==web,n=7", true },
	{ "app=web,n=8", false },
	{ "app!=web", false },
	{ "other!=web", true },
	{ "app in (api, web)", true },
	{ "app in (api)", false },
	{ "other notin (a)", true },
	{ "app notin (web)", false },
	{ "app,!other", true },
	{ "!app", false },
	{ "other", false },
	{ "n>6,n<8", true },
	{ "n>7", false },
	{ "app>1", false },
	{ "other<1", false },
	{ "empty=", true },
	{ "app=web=", false },
};

static const struct { const char *selector, *want; } fields[] = {
	{ "", NULL },
	{ "metadata.name=web", NULL },
	{ "metadata.name==web,status.phase!=Failed", NULL },
	{ "a=b\\,c=", NULL },
	{ "a", "no FIELD=VALUE" },
	{ "=a", "no FIELD=VALUE" },
	{ "a!b", "no FIELD=VALUE" },
	{ "a=b,", "nothing stands behind" },
	{ "a=b,c", "no FIELD=VALUE" },
};

static void is_verdict(bool good, const struct error *err, const char *want, const char *name)
{
	if (!want)
		is_str(good ? NULL : err->text, NULL, name);
	else
		ok(!good && err->code == ERROR_USAGE && strstr(err->text, want), name);
	if (want && !(err->code && strstr(err->text, want)))
		printf("# got %s\n", err->text);
}

static char *written(const struct selection *s)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < s->n; i++)
		buf_printf(&b, "%s%s%s%s", b.len ? " " : "", s->items[i].type,
			s->items[i].name ? "/" : "", s->items[i].name ? s->items[i].name : "");
	for (size_t i = 0; i < s->nreleases; i++)
		buf_printf(&b, "%shelm:%s", b.len ? " " : "", s->releases[i]);
	return buf_take(&b);
}

static void parse_case(size_t i)
{
	struct selection s = { 0 };
	struct error err = { 0 };
	struct buf name = { 0 };
	size_t n = 0;
	bool good;

	for (; n < WORDS_MAX && cases[i].words[n]; n++)
		buf_printf(&name, "'%s' ", cases[i].words[n]);
	good = selection_parse(&s, cases[i].words, n, &cases[i].flags, &err);
	if (*cases[i].want == '!') {
		is_verdict(good, &err, cases[i].want + 1, buf_str(&name));
	} else {
		char *got = good ? written(&s) : xstrdup(err.text);

		is_str(got, cases[i].want, buf_str(&name));
		free(got);
	}
	selection_release(&s);
	buf_release(&name);
}

int main(void)
{
	json_t *object = json_loads(
		"{\"metadata\":{\"labels\":{\"app\":\"web\",\"n\":\"7\",\"empty\":\"\"}}}", 0, NULL);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		parse_case(i);
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		struct error err = { 0 };
		bool good = labels_check(labels[i].selector, &err);

		is_verdict(good, &err, labels[i].want, labels[i].selector);
	}
	for (size_t i = 0; i < ARRAY_LEN(matches); i++)
		ok(labels_match(matches[i].selector, object) == matches[i].want, matches[i].selector);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct error err = { 0 };
		bool good = fields_check(fields[i].selector, &err);

		is_verdict(good, &err, fields[i].want, fields[i].selector);
	}
	json_decref(object);
	return tap_done();
}
