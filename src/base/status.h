/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The words of DESIGN.md §1, shared by rules, tracker, records and screens. */

enum status {
	STATUS_NONE, /* null: not tried, or in a step that is not verified */
	STATUS_IN_PROGRESS,
	STATUS_SUCCESS,
	STATUS_ERROR,
	STATUS_TIMED_OUT,
	STATUS__COUNT,
};

enum verdict {
	VERDICT_NONE, /* null: it goes on */
	VERDICT_SUCCEEDED,
	VERDICT_FAILED,
	VERDICT_TIMED_OUT,
	VERDICT_CANCELED,
	VERDICT_INTERRUPTED,
	VERDICT_SKIPPED,
	VERDICT_NOT_VERIFIED,
	VERDICT__COUNT,
};

/* What an apply did to an object. */
enum applied {
	APPLIED_NONE, /* null: watched, helm's, or a child */
	APPLIED_CREATED,
	APPLIED_CHANGED,
	APPLIED_UNCHANGED,
	APPLIED_FAILED,
	APPLIED_NOT_TRIED,
	APPLIED__COUNT,
};

/* The word in journals and snapshots ("InProgress", "timedOut", "notTried");
 * NULL for the null value. The parse functions give the null value for NULL or an
 * unknown word. */
const char *status_word(enum status s);
const char *verdict_word(enum verdict v);
const char *applied_word(enum applied a);
enum status status_parse(const char *word);
enum verdict verdict_parse(const char *word);
enum applied applied_parse(const char *word);

/* The words for people: "In progress", "Timed out while in progress"; "succeeded",
 * "timed out", "not verified". Never NULL ("" for the null value). */
const char *status_title(enum status s);
const char *verdict_title(enum verdict v);

/* The exit code of a verdict (DESIGN.md §4); failed is 1 here, 4 is the run's to say. */
int verdict_exit_code(enum verdict v);
