/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;

/* A text of OCL and where its reader stands. Internal to the OCL parser. */
struct ocl_source {
	const char *file, *text, *at, *end;
	int line, column; /* of `at` */
	struct error *err;
};

/* Skips a byte order mark and checks the text: its size, UTF-8, no NUL. false: err is set. */
bool ocl_source_init(
	struct ocl_source *s, const char *text, size_t len, const char *file, struct error *err);

bool ocl_fail(const struct ocl_source *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3))); /* at `at`; always false */
bool ocl_fail_at(const struct ocl_source *s, int line, int column, const char *fmt, ...)
	__attribute__((format(printf, 4, 5))); /* always false */

/* The byte at `at`, '\0' at the end. */
char ocl_peek(const struct ocl_source *s);
bool ocl_starts(const struct ocl_source *s, const char *word);
void ocl_skip(struct ocl_source *s, size_t bytes);
/* White space and comments (#, //, slash-star); false: a comment never ends, said. */
bool ocl_skip_blank(struct ocl_source *s);
/* The same on this line alone; a comment that runs to its end is skipped, too. */
bool ocl_skip_line_blank(struct ocl_source *s);
/* What `at` shows, for a sentence: "'}'", "the end of the file". */
void ocl_describe(const struct ocl_source *s, char out[static 32]);

/* A bare word: a name, a key, a keyword, a number; to free(). NULL: there is none (nothing said).
 */
char *ocl_word(struct ocl_source *s);
/* "text" with its escapes, or a heredoc; to free(). NULL: a mistake was said. */
char *ocl_quoted(struct ocl_source *s);
char *ocl_heredoc(struct ocl_source *s);
