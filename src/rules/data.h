/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

struct errors;

/* Rules as data (ksettle-rules(5)): what the conditions and fields of custom resources mean, from
 * files that people can read and write. Loaded once, before the first rule_find(): rules that were
 * found stay valid until rules_forget(). */

/* Loads every *.yaml of a folder, in the order of their names. A later folder's rules win over an
 * earlier one's; the rules in C are never replaced. A folder that is not there is a mistake only if
 * it is required. Mistakes name file:line:column (ERROR_CONFIG), all of them; with any, nothing of
 * the folder is loaded and it returns false. */
bool rules_load(const char *folder, bool required, struct errors *errs);

/* What a command calls at its start: the rules that came with the program, then the user's own. The
 * former are those in $KSETTLE_RULES_DIR if that is set (it must be there); else those in rules.d
 * beside the program, if it runs where it was built; else those in `installed`. The latter:
 * $XDG_CONFIG_HOME/ksettle/rules.d, or ~/.config/ksettle/rules.d. */
bool rules_load_all(const char *installed, struct errors *errs);

void rules_forget(void);
