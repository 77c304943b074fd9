/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Test Anything Protocol, for automake's tap-driver. Each check is one counted test; end main() with
 * `return tap_done();`. A failing check prints where it stands and what it saw. */
static int tap_count, tap_failed;

static inline bool tap_ok_at(const char *file, int line, bool pass, const char *name)
{
	printf("%sok %d - %s\n", pass ? "" : "not ", ++tap_count, name);
	if (!pass) {
		tap_failed++;
		printf("# at %s:%d\n", file, line);
	}
	fflush(stdout);
	return pass;
}

static inline void tap_text(const char *label, const char *s)
{
	printf("# %s: ", label);
	for (; s && *s; s++)
		*s == '\n' ? printf("\n#   ") : putchar(*s);
	printf("%s\n", s ? "" : "(null)");
}

static inline bool tap_str_at(const char *file, int line, const char *got, const char *want, const char *name)
{
	bool same = got == want || (got && want && strcmp(got, want) == 0);

	if (!tap_ok_at(file, line, same, name)) {
		tap_text("got ", got);
		tap_text("want", want);
	}
	return same;
}

static inline bool tap_int_at(const char *file, int line, long long got, long long want, const char *name)
{
	if (!tap_ok_at(file, line, got == want, name))
		printf("# got  %lld\n# want %lld\n", got, want);
	return got == want;
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#define ok(pass, name) tap_ok_at(__FILE__, __LINE__, (pass), (name))
#define is_str(got, want, name) tap_str_at(__FILE__, __LINE__, (got), (want), (name))
#define is_int(got, want, name) tap_int_at(__FILE__, __LINE__, (long long)(got), (long long)(want), (name))
