/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, RFC 3339 stamps and durations. */
#include "base/clock.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/xalloc.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define YEAR_MS (365 * DAY_MS)

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now) != 0)
		return -1;
	return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
#ifdef CLOCK_BOOTTIME
	static bool refused;

	/* One clock for the whole run: never a mixture of the two. */
	if (!refused) {
		int64_t now = read_clock(CLOCK_BOOTTIME);

		if (now >= 0)
			return now;
		refused = true;
	}
#endif
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years are
 * counted from March, so that the leap day is a year's last. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * m + 2) / 5 + day -
		1 - 719468;
}

void clock_stamp(int64_t wall_ms, char out[static CLOCK_STAMP_SIZE])
{
	int64_t first = days_of(0, 1, 1) * DAY_MS, last = days_of(10000, 1, 1) * DAY_MS - 1;
	struct tm tm;
	time_t seconds;
	int ms;

	/* RFC 3339 has four digits for a year. */
	if (wall_ms < first)
		wall_ms = first;
	if (wall_ms > last)
		wall_ms = last;
	ms = (int)((wall_ms % SECOND_MS + SECOND_MS) % SECOND_MS);
	seconds = (time_t)((wall_ms - ms) / SECOND_MS);
	gmtime_r(&seconds, &tm);
	snprintf(out, CLOCK_STAMP_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
		(unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
		(unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
		(unsigned)tm.tm_sec % 100, (unsigned)ms % 1000);
}

/* Exactly `digits` digits at *s, between lo and hi; moves *s behind them. */
static bool take_number(const char **s, int digits, int lo, int hi, int *out)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*s)[i]))
			return false;
		value = value * 10 + ((*s)[i] - '0');
	}
	*s += digits;
	*out = value;
	return value >= lo && value <= hi;
}

static bool take_char(const char **s, char wanted)
{
	if (toupper((unsigned char)**s) != wanted)
		return false;
	(*s)++;
	return true;
}

/* ".123456" as milliseconds, cut; nothing is 0. */
static bool take_fraction(const char **s, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (!take_char(s, '.'))
		return true;
	if (!isdigit((unsigned char)**s))
		return false;
	for (; isdigit((unsigned char)**s); (*s)++) {
		*ms += (**s - '0') * scale;
		scale /= 10;
	}
	return true;
}

/* "Z" or "+02:00" as minutes east. */
static bool take_offset(const char **s, int *minutes)
{
	int hours, rest, sign;

	*minutes = 0;
	if (take_char(s, 'Z'))
		return true;
	sign = **s == '-' ? -1 : 1;
	if (!take_char(s, '+') && !take_char(s, '-'))
		return false;
	if (!take_number(s, 2, 0, 23, &hours) || !take_char(s, ':') ||
		!take_number(s, 2, 0, 59, &rest))
		return false;
	*minutes = sign * (hours * 60 + rest);
	return true;
}

static int days_in_month(int year, int month)
{
	return (int)(days_of(month == 12 ? year + 1 : year, month % 12 + 1, 1) -
		     days_of(year, month, 1));
}

bool clock_parse_stamp(const char *s, int64_t *wall_ms)
{
	int year, month, day, hour, minute, second, ms, offset;

	if (!take_number(&s, 4, 0, 9999, &year) || !take_char(&s, '-') ||
		!take_number(&s, 2, 1, 12, &month) || !take_char(&s, '-') ||
		!take_number(&s, 2, 1, days_in_month(year, month), &day) || !take_char(&s, 'T') ||
		!take_number(&s, 2, 0, 23, &hour) || !take_char(&s, ':') ||
		!take_number(&s, 2, 0, 59, &minute) || !take_char(&s, ':') ||
		!take_number(&s, 2, 0, 60, &second) || !take_fraction(&s, &ms) ||
		!take_offset(&s, &offset) || *s)
		return false;
	*wall_ms = days_of(year, month, day) * DAY_MS + hour * HOUR_MS +
		   (minute - offset) * MINUTE_MS + second * SECOND_MS + ms;
	return true;
}

static const struct {
	const char *name;
	int64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 }, /* U+00B5, the micro sign */
	{ "\xce\xbcs", 1000 }, /* U+03BC, the Greek letter */
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", INT64_C(60000000000) },
	{ "h", INT64_C(3600000000000) },
};

/* The unit at *s in nanoseconds, or 0. A unit reaches to the next digit or point. */
static int64_t take_unit(const char **s)
{
	size_t len = strcspn(*s, ".0123456789");

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strlen(units[i].name) == len && memcmp(*s, units[i].name, len) == 0) {
			*s += len;
			return units[i].ns;
		}
	}
	return 0;
}

enum parsed { PARSED, NO_DURATION, TOO_LONG };

/* "1.5h" at *s, added to *ns. Nanoseconds in 63 bits are the limit, as in Go. */
static enum parsed take_term(const char **s, int64_t *ns)
{
	int64_t whole = 0, unit;
	double fraction = 0, scale = 1;
	bool digits = false, overflow = false;

	for (; isdigit((unsigned char)**s); (*s)++, digits = true)
		overflow |= __builtin_mul_overflow(whole, 10, &whole) ||
			    __builtin_add_overflow(whole, **s - '0', &whole);
	if (**s == '.') {
		(*s)++;
		for (; isdigit((unsigned char)**s); (*s)++, digits = true) {
			scale /= 10;
			fraction += (**s - '0') * scale;
		}
	}
	/* Bare seconds: the whole text is one integer. */
	unit = take_unit(s);
	if (!digits || unit == 0)
		return NO_DURATION;
	if (overflow || __builtin_mul_overflow(whole, unit, &whole) ||
		__builtin_add_overflow(whole, (int64_t)(fraction * (double)unit), &whole) ||
		__builtin_add_overflow(*ns, whole, ns))
		return TOO_LONG;
	return PARSED;
}

static enum parsed parse_duration(const char *s, int64_t *ns)
{
	char seconds[32];

	*ns = 0;
	if (*s == '+')
		s++;
	if (*s && s[strspn(s, "0123456789")] == '\0') {
		/* 19 digits of seconds are past the limit already. */
		if (strlen(s) > sizeof(seconds) - 2)
			return TOO_LONG;
		snprintf(seconds, sizeof(seconds), "%ss", s);
		s = seconds;
	}
	if (!*s)
		return NO_DURATION;
	while (*s) {
		enum parsed parsed = take_term(&s, ns);

		if (parsed != PARSED)
			return parsed;
	}
	return PARSED;
}

bool duration_parse(const char *s, int64_t *ms, struct error *err)
{
	int64_t ns;

	if (s[0] == '-' && parse_duration(s + 1, &ns) != NO_DURATION)
		return error_set(
			err, ERROR_USAGE, "\"%.60s\" is negative: write 90s, 5m or 1h30m", s);
	switch (parse_duration(s, &ns)) {
	case TOO_LONG:
		return error_set(
			err, ERROR_USAGE, "\"%.60s\" is too long a duration: at most 2562047h", s);
	case NO_DURATION:
		return error_set(err, ERROR_USAGE,
			"\"%.60s\" is not a duration: write 90s, 5m or 1h30m", s);
	case PARSED:
		break;
	}
	/* Upwards: half a millisecond must not become 0, which means "none" to many callers. */
	*ms = ns / 1000000 + (ns % 1000000 != 0);
	return true;
}

void duration_format(int64_t ms, char out[static DURATION_SIZE])
{
	const char *sign = ms < 0 ? "-" : "";
	uint64_t left = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
	uint64_t hours = left / HOUR_MS, minutes = left % HOUR_MS / MINUTE_MS;
	uint64_t seconds = left % MINUTE_MS / SECOND_MS, rest = left % SECOND_MS;
	int n = snprintf(out, DURATION_SIZE, "%s", sign);

	if (left < SECOND_MS) {
		snprintf(out + n, DURATION_SIZE - (size_t)n, "%" PRIu64 "%s", left,
			left ? "ms" : "s");
		return;
	}
	if (hours)
		n += snprintf(out + n, DURATION_SIZE - (size_t)n, "%" PRIu64 "h", hours);
	if (minutes)
		n += snprintf(out + n, DURATION_SIZE - (size_t)n, "%" PRIu64 "m", minutes);
	if (rest) {
		n += snprintf(out + n, DURATION_SIZE - (size_t)n, "%" PRIu64 ".%03" PRIu64, seconds,
			rest);
		while (out[n - 1] == '0')
			n--;
		snprintf(out + n, DURATION_SIZE - (size_t)n, "s");
	} else if (seconds) {
		snprintf(out + n, DURATION_SIZE - (size_t)n, "%" PRIu64 "s", seconds);
	}
}

void duration_clock(int64_t ms, char out[static DURATION_SIZE])
{
	int64_t seconds = ms < 0 ? 0 : ms / SECOND_MS;
	int64_t hours = seconds / 3600;
	int minutes = (int)(seconds / 60 % 60), rest = (int)(seconds % 60);

	if (hours)
		snprintf(out, DURATION_SIZE, "%" PRId64 ":%02d:%02d", hours, minutes, rest);
	else
		snprintf(out, DURATION_SIZE, "%02d:%02d", minutes, rest);
}

/* kubectl's steps: below `until` the age is told in `big` units, and the rest in
 * `small` ones where it is not 0. */
static const struct age_step {
	int64_t until, big;
	char big_name;
	int64_t small;
	char small_name;
} age_steps[] = {
	{ 2 * MINUTE_MS, SECOND_MS, 's', 0, 0 },
	{ 10 * MINUTE_MS, MINUTE_MS, 'm', SECOND_MS, 's' },
	{ 3 * HOUR_MS, MINUTE_MS, 'm', 0, 0 },
	{ 8 * HOUR_MS, HOUR_MS, 'h', MINUTE_MS, 'm' },
	{ 2 * DAY_MS, HOUR_MS, 'h', 0, 0 },
	{ 8 * DAY_MS, DAY_MS, 'd', HOUR_MS, 'h' },
	{ 2 * YEAR_MS, DAY_MS, 'd', 0, 0 },
	{ 8 * YEAR_MS, YEAR_MS, 'y', DAY_MS, 'd' },
	{ INT64_MAX, YEAR_MS, 'y', 0, 0 },
};

void duration_age(int64_t ms, char out[static DURATION_SIZE])
{
	const struct age_step *step = age_steps;
	int small;

	/* Two clocks that differ a little are no news. */
	if (ms < 0) {
		snprintf(out, DURATION_SIZE, "%s", ms <= -2 * SECOND_MS ? "<invalid>" : "0s");
		return;
	}
	while (ms >= step->until && step->until != INT64_MAX)
		step++;
	small = step->small ? (int)(ms % step->big / step->small) : 0;
	if (small)
		snprintf(out, DURATION_SIZE, "%" PRId64 "%c%d%c", ms / step->big, step->big_name,
			small, step->small_name);
	else
		snprintf(out, DURATION_SIZE, "%" PRId64 "%c", ms / step->big, step->big_name);
}
