/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a step's verification. */
#include "base/verify.h"

#include <string.h>

#include "base/xalloc.h"

static const char *const modes[] = {
	[VERIFY_NONE] = "none",
	[VERIFY_OBJECTS] = "objects",
	[VERIFY_HELM] = "helm",
};

static const char *const whens[] = {
	[FAIL_EARLY_STANDALONE] = "standalone",
	[FAIL_EARLY_ANY] = "any",
	[FAIL_EARLY_NEVER] = "never",
};

const char *verify_mode_word(enum verify_mode mode)
{
	return modes[mode];
}

const char *fail_early_word(enum fail_early when)
{
	return whens[when];
}

bool fail_early_parse(const char *word, enum fail_early *when)
{
	for (size_t i = 0; i < ARRAY_LEN(whens); i++)
		if (strcmp(word, whens[i]) == 0) {
			*when = (enum fail_early)i;
			return true;
		}
	return false;
}
