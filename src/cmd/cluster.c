/* SPDX-License-Identifier: Apache-2.0 */
/* The first contact with a cluster. */
#include "cmd/cluster.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/kubeconfig.h"
#include "record/event.h"
#include "record/journal.h"

/* A cluster that does not answer at all is asked again for this long before anything was started.
 */
#define FIRST_CONTACT_MS 10000
#define FIRST_RETRY_MS 1000

static void discover(void *arg);

void cluster_init(struct cluster *c, struct loop *loop, struct kube *kube_take,
	const struct kube_flags *flags)
{
	*c = (struct cluster){ .kube = kube_take, .discovery = kube_discovery_new(kube_take),
		.flags = *flags };
	c->retry = loop_timer_add(loop, discover, c);
}

void cluster_release(struct cluster *c)
{
	if (!c->kube)
		return;
	kube_discovery_free(c->discovery);
	kube_free(c->kube);
	loop_timer_remove(c->retry);
	*c = (struct cluster){ 0 };
}

static void discovered(void *arg, const struct error *err)
{
	struct cluster *c = arg;
	bool weather = err->code == ERROR_NETWORK || err->code == ERROR_TIMEOUT ||
		err->code == ERROR_THROTTLED || err->code == ERROR_SERVER;

	if (weather && clock_now_ms() - c->since < FIRST_CONTACT_MS)
		loop_timer_set(c->retry, FIRST_RETRY_MS);
	else
		c->done(c->arg, c, err);
}

static void discover(void *arg)
{
	struct cluster *c = arg;

	kube_discover(c->discovery, discovered, c);
}

void cluster_connect(struct cluster *c,
	void (*done)(void *arg, struct cluster *c, const struct error *err), void *arg)
{
	c->done = done;
	c->arg = arg;
	c->since = clock_now_ms();
	discover(c);
}

void cluster_connect_cancel(struct cluster *c)
{
	kube_discover_cancel(c->discovery, c);
	loop_timer_stop(c->retry);
}

void cluster_warn(struct cluster *c, struct recorder *recorder, size_t step)
{
	const char *const *w = kube_discovery_warnings(c->discovery);

	if (c->told)
		return;
	c->told = true;
	if (kube_config(c->kube)->insecure)
		recorder_emit(recorder,
			event_warning(step, NULL,
				"the server's certificate is not verified (insecure-skip-tls-verify)"));
	for (; w && *w; w++)
		recorder_emit(recorder, event_warning(step, NULL, *w));
}
