/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, stamps, ages; and the words of base/status.h. */
#include "base/clock.h"

#include "base/error.h"
#include "base/status.h"
#include "base/xalloc.h"
#include "tap.h"

#define BAD INT64_MIN

static const struct {
	const char *text;
	int64_t ms; /* BAD: refused */
} durations[] = {
	{ "90", 90000 }, { "0", 0 }, { "90s", 90000 }, { "1h5m", 3900000 }, { "1.5h", 5400000 },
	{ "300ms", 300 }, { "1h1m1s1ms", 3661001 }, { "+5s", 5000 }, { ".5s", 500 }, { "1.s", 1000 },
	{ "2\xc2\xb5s", 1 }, { "1000\xce\xbcs", 1 }, { "1us", 1 }, { "1ns", 1 }, { "0.0s", 0 },
	{ "1s1s", 2000 }, { "10m30", BAD }, { "1.5", BAD }, { "", BAD }, { "+", BAD }, { ".", BAD },
	{ ".s", BAD }, { "5x", BAD }, { "s", BAD }, { "1d", BAD }, { "5 s", BAD }, { " 5s", BAD },
	{ "5s ", BAD }, { "5S", BAD }, { "-5s", BAD }, { "-5", BAD }, { "- 5", BAD }, { "1e3s", BAD },
	{ "none", BAD }, { "2562047h", INT64_C(2562047) * 3600000 }, { "2562048h", BAD },
	{ "9223372036", INT64_C(9223372036000) }, { "9223372037", BAD },
	{ "99999999999999999999", BAD }, { "99999999999999999999999999999999999999", BAD },
	{ "9999999999999999999999h", BAD }, { "2562047h60m", BAD }, { "0x10s", BAD }, { "1,5s", BAD },
};

static void test_parse(void)
{
	for (size_t i = 0; i < ARRAY_LEN(durations); i++) {
		struct error err = { 0 };
		int64_t ms = BAD;

		duration_parse(durations[i].text, &ms, &err);
		is_int(ms, durations[i].ms, durations[i].text);
		is_int(err.code, durations[i].ms == BAD ? ERROR_USAGE : ERROR_NONE, "and the error");
	}
}

static void test_sentences(void)
{
	struct error err = { 0 };
	int64_t ms;

	duration_parse("5x", &ms, &err);
	is_str(err.text, "\"5x\" is not a duration: write 90s, 5m or 1h30m", "what is no duration");
	error_clear(&err);
	duration_parse("-5s", &ms, &err);
	is_str(err.text, "\"-5s\" is negative: write 90s, 5m or 1h30m", "what is negative");
	error_clear(&err);
	duration_parse("9999999h", &ms, &err);
	is_str(err.text, "\"9999999h\" is too long a duration: at most 2562047h", "what is too long");
}

static const struct {
	int64_t ms;
	const char *format, *clock, *age;
} shown[] = {
	{ 0, "0s", "00:00", "0s" },
	{ 250, "250ms", "00:00", "0s" },
	{ 1500, "1.5s", "00:01", "1s" },
	{ 42000, "42s", "00:42", "42s" },
	{ 90000, "1m30s", "01:30", "90s" },
	{ 119999, "1m59.999s", "01:59", "119s" },
	{ 120000, "2m", "02:00", "2m" },
	{ 310000, "5m10s", "05:10", "5m10s" },
	{ 599000, "9m59s", "09:59", "9m59s" },
	{ 630000, "10m30s", "10:30", "10m" },
	{ 725000, "12m5s", "12:05", "12m" },
	{ 3723000, "1h2m3s", "1:02:03", "62m" },
	{ 10799000, "2h59m59s", "2:59:59", "179m" },
	{ 10800000, "3h", "3:00:00", "3h" },
	{ 11520000, "3h12m", "3:12:00", "3h12m" },
	{ 28800000, "8h", "8:00:00", "8h" },
	{ 172799000, "47h59m59s", "47:59:59", "47h" },
	{ 172800000, "48h", "48:00:00", "2d" },
	{ 183600000, "51h", "51:00:00", "2d3h" },
	{ 691200000, "192h", "192:00:00", "8d" },
	{ INT64_C(62985600000), "17496h", "17496:00:00", "729d" },
	{ INT64_C(63072000000), "17520h", "17520:00:00", "2y" },
	{ INT64_C(63158400000), "17544h", "17544:00:00", "2y1d" },
	{ INT64_C(252288000000), "70080h", "70080:00:00", "8y" },
	{ -1500, "-1.5s", "00:00", "0s" },
	{ -2000, "-2s", "00:00", "<invalid>" },
	{ INT64_MAX, "2562047788015h12m55.807s", "2562047788015:12:55", "292471208y" },
	{ INT64_MIN, "-2562047788015h12m55.808s", "00:00", "<invalid>" },
};

static void test_show(void)
{
	char out[DURATION_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		int64_t back = 0;

		duration_format(shown[i].ms, out);
		is_str(out, shown[i].format, "duration_format");
		if (shown[i].ms >= 0 && shown[i].ms < INT64_C(9223372036854))
			ok(duration_parse(out, &back, NULL) && back == shown[i].ms, "and it reads back");
		duration_clock(shown[i].ms, out);
		is_str(out, shown[i].clock, "duration_clock");
		duration_age(shown[i].ms, out);
		is_str(out, shown[i].age, "duration_age");
	}
}

static const struct {
	const char *text;
	int64_t ms; /* BAD: refused */
} stamps[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2026-11-23T18:39:48.123Z", INT64_C(1795459188123) },
	{ "2026-11-23T18:39:48.1239999Z", INT64_C(1795459188123) },
	{ "2026-11-23T20:39:48+02:00", INT64_C(1795459188000) },
	{ "2026-11-23T13:09:48-05:30", INT64_C(1795459188000) },
	{ "2026-11-23t18:39:48z", INT64_C(1795459188000) },
	{ "2024-02-29T00:00:00Z", INT64_C(1709164800000) },
	{ "1969-12-31T23:59:59.500Z", -500 },
	{ "0001-01-01T00:00:00Z", INT64_C(-62135596800000) },
	{ "2016-12-31T23:59:60Z", INT64_C(1483228800000) },
	{ "2023-02-29T00:00:00Z", BAD }, { "2026-13-01T00:00:00Z", BAD },
	{ "2026-00-01T00:00:00Z", BAD }, { "2026-01-32T00:00:00Z", BAD },
	{ "2026-01-01T24:00:00Z", BAD }, { "2026-01-01T00:60:00Z", BAD },
	{ "2026-01-01T00:00:00", BAD }, { "2026-01-01 00:00:00Z", BAD }, { "2026-01-01", BAD },
	{ "2026-01-01T00:00:00.Z", BAD }, { "2026-01-01T00:00:00Zx", BAD },
	{ "2026-01-01T00:00:00+0200", BAD }, { "2026-01-01T00:00:00+24:00", BAD }, { "", BAD },
	{ "26-01-01T00:00:00Z", BAD }, { "2026-01-01T00:00:0", BAD },
};

static void test_stamps(void)
{
	char out[CLOCK_STAMP_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(stamps); i++) {
		int64_t ms = BAD, back = 0;

		clock_parse_stamp(stamps[i].text, &ms);
		is_int(ms, stamps[i].ms, stamps[i].text);
		if (ms == BAD)
			continue;
		clock_stamp(ms, out);
		ok(clock_parse_stamp(out, &back) && back == ms, "and it reads back");
	}
	clock_stamp(INT64_C(1795459188123), out);
	is_str(out, "2026-11-23T18:39:48.123Z", "a stamp");
	clock_stamp(-500, out);
	is_str(out, "1969-12-31T23:59:59.500Z", "a stamp before the epoch");
	clock_stamp(INT64_MAX, out);
	is_str(out, "9999-12-31T23:59:59.999Z", "a stamp never has five digits for a year");
	clock_stamp(INT64_MIN, out);
	is_str(out, "0000-01-01T00:00:00.000Z", "nor a sign");
}

static void test_clocks(void)
{
	int64_t first = clock_now_ms();

	ok(first > 0 && clock_now_ms() >= first, "the clock for intervals never goes back");
	ok(clock_wall_ms() > INT64_C(1600000000000), "the wall clock counts from the epoch");
}

static void test_words(void)
{
	bool good = true;

	for (int s = 0; s < STATUS__COUNT; s++)
		good = good && status_parse(status_word((enum status)s)) == (enum status)s &&
		       status_title((enum status)s);
	for (int v = 0; v < VERDICT__COUNT; v++)
		good = good && verdict_parse(verdict_word((enum verdict)v)) == (enum verdict)v &&
		       verdict_title((enum verdict)v);
	for (int a = 0; a < APPLIED__COUNT; a++)
		good = good && applied_parse(applied_word((enum applied)a)) == (enum applied)a;
	ok(good, "every word is read back");
	is_int(status_parse("success"), STATUS_NONE, "an unknown word is no status");
	is_str(status_title(STATUS_TIMED_OUT), "Timed out while in progress", "a title");
	is_str(verdict_title(VERDICT_NOT_VERIFIED), "not verified", "a verdict's title");
	is_int(verdict_exit_code(VERDICT_SUCCEEDED), 0, "succeeded is 0");
	is_int(verdict_exit_code(VERDICT_NONE), 1, "no verdict is not 0");
	is_int(verdict_exit_code(VERDICT_TIMED_OUT), 3, "timed out is 3");
	is_int(verdict_exit_code(VERDICT_CANCELED), 130, "canceled is 130");
}

int main(void)
{
	test_parse();
	test_sentences();
	test_show();
	test_stamps();
	test_clocks();
	test_words();
	return tap_done();
}
