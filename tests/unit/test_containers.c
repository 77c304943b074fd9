/* SPDX-License-Identifier: Apache-2.0 */
/* Which Pods' containers are worth recording, and what is recorded of them. */
#include "track/containers.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "tap.h"

#define POD(statuses) "{\"spec\":{\"nodeName\":\"n1\",\"containers\":[{\"name\":\"a\",\"image\":\"a:1\"}]},\"status\":{" statuses "}}"

static const struct { const char *name, *pod, *want; } cases[] = {
	{ "not scheduled yet", POD(""), NULL },
	{ "being made", POD("\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"waiting\":{\"reason\":\"ContainerCreating\"}}}]"), NULL },
	{ "ready", POD("\"containerStatuses\":[{\"name\":\"a\",\"ready\":true,\"state\":{\"running\":{}}}]"), NULL },
	{ "ended well", POD("\"containerStatuses\":[{\"name\":\"a\",\"state\":{\"terminated\":{\"exitCode\":0}}}]"), NULL },
	{ "an init container runs", POD("\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{\"running\":{}}}]"), NULL },
	{ "waits for its image",
		POD("\"containerStatuses\":[{\"name\":\"a\",\"image\":\"docker.io/a:1\",\"state\":{\"waiting\":{\"reason\":\"ErrImagePull\",\"message\":\"not found\"}}}]"),
		"{\"node\":\"n1\",\"containers\":[{\"name\":\"a\",\"image\":\"a:1\",\"init\":false,\"state\":\"waiting\",\"reason\":\"ErrImagePull\","
		"\"message\":\"not found\",\"ready\":false,\"restarts\":0,\"exitCode\":null}]}" },
	{ "runs and is not ready", POD("\"containerStatuses\":[{\"name\":\"a\",\"ready\":false,\"state\":{\"running\":{}}}]"),
		"{\"node\":\"n1\",\"containers\":[{\"name\":\"a\",\"image\":\"a:1\",\"init\":false,\"state\":\"running\",\"reason\":null,"
		"\"message\":null,\"ready\":false,\"restarts\":0,\"exitCode\":null}]}" },
	{ "restarted",
		POD("\"containerStatuses\":[{\"name\":\"a\",\"ready\":true,\"restartCount\":2,\"state\":{\"running\":{}},\"lastState\":{\"terminated\":{\"exitCode\":3}}}]"),
		"{\"node\":\"n1\",\"containers\":[{\"name\":\"a\",\"image\":\"a:1\",\"init\":false,\"state\":\"running\",\"reason\":null,"
		"\"message\":null,\"ready\":true,\"restarts\":2,\"exitCode\":3}]}" },
	{ "nothing is as it should be", "{\"status\":{\"containerStatuses\":[{\"restartCount\":9},7,null]}}",
		"{\"node\":null,\"containers\":[{\"name\":null,\"image\":null,\"init\":false,\"state\":\"waiting\",\"reason\":null,\"message\":null,"
		"\"ready\":false,\"restarts\":9,\"exitCode\":null},{\"name\":null,\"image\":null,\"init\":false,\"state\":\"waiting\",\"reason\":null,"
		"\"message\":null,\"ready\":false,\"restarts\":0,\"exitCode\":null},{\"name\":null,\"image\":null,\"init\":false,\"state\":\"waiting\","
		"\"reason\":null,\"message\":null,\"ready\":false,\"restarts\":0,\"exitCode\":null}]}" },
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *pod = json_loads(cases[i].pod, 0, NULL), *found = containers_in_trouble(pod);
		char *text = found ? jx_dump(found) : NULL;

		is_str(text, cases[i].want, cases[i].name);
		ok((containers_hash(1, found) != 1) == (found != NULL), "what is recorded counts as a change");
		free(text);
		json_decref(found);
		json_decref(pod);
	}
	return tap_done();
}
