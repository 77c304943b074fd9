/* SPDX-License-Identifier: Apache-2.0 */
/* The clusters that a plan spans. */
#include "cmd/clusters.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "kube/client.h"

/* Flags that say which cluster or who we are cannot hold for several of each. */
static bool check_flags(const struct kube_flags *flags, const struct plan *plan, struct error *err)
{
	const struct { const char *name, *value; } single[] = {
		{ "server", flags->server },
		{ "cluster", flags->cluster },
		{ "user", flags->user },
		{ "token", flags->token },
		{ "certificate-authority", flags->certificate_authority },
		{ "client-certificate", flags->client_certificate },
		{ "client-key", flags->client_key },
		{ "tls-server-name", flags->tls_server_name },
	};

	for (size_t i = 0; i < ARRAY_LEN(single); i++)
		if (single[i].value)
			return error_set(err, ERROR_USAGE,
				"%s spans several contexts, for which --%s cannot hold at once: "
				"set it in the kubeconfig, or give --context for all steps",
				plan->file, single[i].name);
	return true;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool find(struct clusters *c, size_t step, const char *context)
{
	for (size_t i = 0; i < c->n; i++)
		if (same(kube_config(c->items[i]->kube)->context, context)) {
			c->of_step[step] = i;
			return true;
		}
	return false;
}

/* config is taken over. */
static bool add(struct clusters *c, struct loop *loop, struct kube_config *config_take,
	const struct kube_flags *flags, struct error *err)
{
	struct kube *kube = kube_new(loop, config_take, err);
	struct cluster *cluster;

	if (!kube)
		return false;
	cluster = xcalloc(1, sizeof(*cluster));
	cluster_init(cluster, loop, kube, flags);
	c->items = xreallocarray(c->items, c->n + 1, sizeof(struct cluster *));
	c->items[c->n++] = cluster;
	return kube_login(kube, isatty(STDIN_FILENO), err);
}

/* What is wrong with a context that the plan names is a mistake of that line. */
static bool fail_at(const struct plan *plan, size_t step, const struct kube_flags *given,
	const struct error *why, struct error *err)
{
	const struct plan_step *s = &plan->steps[step];

	if (given->context || !s->context)
		return error_set(err, why->code, "%s", why->text);
	return error_set(err, why->code, "%s:%d:%d: step '%s': %s", plan->file, s->line, s->column,
		s->name, why->text);
}

static bool open_step(struct clusters *c, struct loop *loop, const struct plan *plan, size_t step,
	const struct kube_flags *given, struct error *err)
{
	struct kube_flags flags = *given;
	struct kube_config config;
	struct error why = { 0 };

	if (!flags.context)
		flags.context = plan->steps[step].context;
	/* The file is read once for each name. */
	for (size_t i = 0; i < step; i++)
		if (given->context || same(plan->steps[i].context, flags.context)) {
			c->of_step[step] = c->of_step[i];
			return true;
		}
	if (!kube_config_load(&config, &flags, &why))
		return fail_at(plan, step, given, &why, err);
	if (find(c, step, config.context)) {
		kube_config_release(&config);
		return true;
	}
	c->of_step[step] = c->n;
	return add(c, loop, &config, &flags, err) && (c->n == 1 || check_flags(given, plan, err));
}

bool clusters_open(struct clusters *c, struct loop *loop, const struct plan *plan,
	const struct kube_flags *flags, struct error *err)
{
	*c = (struct clusters){ .of_step = xcalloc(plan->n, sizeof(*c->of_step)) };
	for (size_t i = 0; i < plan->n; i++)
		if (!open_step(c, loop, plan, i, flags, err))
			return false;
	c->answers = xcalloc(c->n, sizeof(*c->answers));
	return true;
}

void clusters_release(struct clusters *c)
{
	for (size_t i = 0; i < c->n; i++) {
		cluster_release(c->items[i]);
		free(c->items[i]);
	}
	free(c->items);
	free(c->of_step);
	free(c->answers);
	*c = (struct clusters){ 0 };
}

static void answered(void *arg, struct cluster *cluster, const struct error *err)
{
	struct clusters *c = arg;

	for (size_t i = 0; i < c->n; i++)
		if (c->items[i] == cluster)
			c->answers[i] = *err;
	if (--c->open == 0)
		c->connected(c->arg);
}

void clusters_connect(struct clusters *c, void (*connected)(void *arg), void *arg)
{
	c->connected = connected;
	c->arg = arg;
	c->open = c->n;
	for (size_t i = 0; i < c->n; i++)
		cluster_connect(c->items[i], answered, c);
}

void clusters_connect_cancel(struct clusters *c)
{
	for (size_t i = 0; i < c->n; i++)
		cluster_connect_cancel(c->items[i]);
}

struct cluster *clusters_of(const struct clusters *c, size_t step)
{
	return c->items[c->of_step[step]];
}

bool clusters_first_use(const struct clusters *c, size_t step)
{
	for (size_t i = 0; i < step; i++)
		if (c->of_step[i] == c->of_step[step])
			return false;
	return true;
}

const struct error *clusters_answer(const struct clusters *c, size_t step)
{
	return &c->answers[c->of_step[step]];
}

const char *clusters_ns(const struct clusters *c, const struct plan *plan, size_t step)
{
	const struct kube_config *config = kube_config(clusters_of(c, step)->kube);

	return config->ns_explicit || !plan->steps[step].ns ? config->ns : plan->steps[step].ns;
}

bool clusters_ns_required(const struct clusters *c, size_t step)
{
	return kube_config(clusters_of(c, step)->kube)->ns_explicit;
}
