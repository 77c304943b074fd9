/* SPDX-License-Identifier: Apache-2.0 */
/* Namespace: settled when Active; on its way out it says what is left in it. */
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

static void judge_terminating(struct judgement *out, const json_t *object)
{
	static const char *const types[] = {
		"NamespaceDeletionDiscoveryFailure",
		"NamespaceDeletionGroupVersionParsingFailure",
		"NamespaceDeletionContentFailure",
		"NamespaceContentRemaining",
		"NamespaceFinalizersRemaining",
	};
	char message[SHOWN_SIZE];

	judgement_set(out, STATUS_IN_PROGRESS, "Terminating", "being deleted");
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct condition c = condition_of(object, types[i]);

		if (c.is == TRUTH_TRUE && *shown(message, c.message))
			judgement_note(out, "%s", message);
	}
}

static void judge_namespace(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const char *phase = jx_str(object, "status.phase");

	string_column(out, "Status", object, "status.phase");
	if (out->terminating || same(phase, "Terminating"))
		judge_terminating(out, object);
	else if (same(phase, "Active"))
		judge_success(out);
	else
		judgement_set(out, STATUS_IN_PROGRESS, "Pending", "not active yet");
}

static const char *const columns[] = { "Status", NULL };

const struct rule namespace_rules[] = {
	{ .group = "", .kind = "Namespace", .columns = columns, .judge = judge_namespace },
	{ .judge = NULL },
};
