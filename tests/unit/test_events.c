/* SPDX-License-Identifier: Apache-2.0 */
/* Events of one object, digested: the same ones together, newest first, and the one that explains. */
#include "track/events.h"

#include <stdlib.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "tests/unit/tap.h"

#define T(s) "2026-11-23T10:00:" s "Z"
#define SINCE INT64_C(1795428000000) /* 2026-11-23T10:00:00Z */

static const struct digest_case {
	const char *name, *list;
	const char *reasons; /* of the kept events with their counts, in order */
	const char *reason, *cause;
} cases[] = {
	{ "nothing", "[]", "", NULL, NULL },
	{ "what a healthy rollout says is left out",
		"[{\"type\":\"Normal\",\"reason\":\"Pulled\",\"message\":\"m\",\"lastTimestamp\":\"" T("05") "\"}]", "", NULL, NULL },
	{ "the same ones are counted together, the newest is first",
		"[{\"type\":\"Warning\",\"reason\":\"FailedMount\",\"message\":\"secret x\",\"count\":2,\"lastTimestamp\":\"" T("05") "\"},"
		"{\"type\":\"Warning\",\"reason\":\"Unhealthy\",\"message\":\"probe\",\"eventTime\":\"" T("07") "\"},"
		"{\"type\":\"Warning\",\"reason\":\"FailedMount\",\"message\":\"secret x\",\"series\":{\"count\":3,"
		"\"lastObservedTime\":\"" T("06") "\"}}]",
		"Unhealthy*1 FailedMount*5 ", "Unhealthy", "probe" },
	{ "one from before the step's start belongs to another story",
		"[{\"type\":\"Warning\",\"reason\":\"FailedMount\",\"message\":\"m\",\"lastTimestamp\":\"2026-11-23T09:59:59Z\"}]",
		"", NULL, NULL },
	{ "BackOff and Failed repeat what the container says",
		"[{\"type\":\"Warning\",\"reason\":\"Failed\",\"message\":\"m\",\"lastTimestamp\":\"" T("05") "\"},"
		"{\"type\":\"Warning\",\"reason\":\"BackOff\",\"message\":\"m\",\"lastTimestamp\":\"" T("04") "\"}]",
		"Failed*1 BackOff*1 ", NULL, NULL },
	{ "a normal event explains nothing",
		"[{\"type\":\"Normal\",\"reason\":\"FailedToBeInteresting\",\"message\":\"m\",\"lastTimestamp\":\"" T("05") "\"}]",
		"FailedToBeInteresting*1 ", NULL, NULL },
	{ "a controller's own word for a failure does",
		"[{\"type\":\"Warning\",\"reason\":\"UpdateFailed\",\"message\":\"no \\u001b[31mway\",\"lastTimestamp\":\"" T("05") "\"}]",
		"UpdateFailed*1 ", "UpdateFailed", "no \xef\xbf\xbd[31mway" },
	{ "wrong types hurt nobody", "[1, null, {\"type\":3,\"reason\":[],\"count\":\"x\",\"lastTimestamp\":\"" T("05") "\"}]", "*1 ", NULL, NULL },
};

static char *reasons_of(const json_t *events)
{
	char *all = xstrdup("");

	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *e = json_array_get(events, i);
		char *more = xasprintf("%s%s*%lld ", all, jx_str(e, "reason"), (long long)jx_int(e, "count", -1));

		free(all);
		all = more;
	}
	return all;
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *list = json_loads(cases[i].list, 0, NULL);
		struct event_digest digest;
		char *reasons;

		event_digest(&digest, list, SINCE);
		reasons = reasons_of(digest.events);
		is_str(reasons, cases[i].reasons, cases[i].name);
		is_str(digest.reason, cases[i].reason, "… its reason");
		is_str(digest.cause, cases[i].cause, "… its cause");
		free(reasons);
		event_digest_release(&digest);
		json_decref(list);
	}
	return tap_done();
}
