/* SPDX-License-Identifier: Apache-2.0 */
/* Doubles as text and back, in the C locale whatever the program's is. */
#include "base/yaml_tree.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Switches to the C locale; what it returns goes to uselocale() afterwards. */
static locale_t enter_c_locale(void)
{
	static locale_t c;

	if (!c)
		c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return uselocale(c);
}

double yaml_number_parse(const char *s)
{
	locale_t old = enter_c_locale();
	double d = strtod(s, NULL);

	uselocale(old);
	return d;
}

/* The fewest digits, as d.ddde+dd, that read back as d; returns how many. */
static int shortest(double d, bool single, char out[static YAML_NUMBER_SIZE])
{
	int digits = 1;

	for (;; digits++) {
		snprintf(out, YAML_NUMBER_SIZE, "%.*e", digits - 1, d);
		if (digits == 17 ||
			(single ? strtof(out, NULL) == (float)d : strtod(out, NULL) == d))
			return digits;
	}
}

static void format(double d, bool single, int plain_below, char out[static YAML_NUMBER_SIZE])
{
	locale_t old = enter_c_locale();
	int digits = shortest(d, single, out);
	int exponent = atoi(strchr(out, 'e') + 1);

	if (exponent >= -4 && exponent < plain_below)
		snprintf(out, YAML_NUMBER_SIZE, "%.*f",
			digits - 1 > exponent ? digits - 1 - exponent : 0, d);
	uselocale(old);
}

void yaml_number_format(double d, char out[static YAML_NUMBER_SIZE])
{
	size_t len;

	format(d, false, 16, out);
	len = strlen(out);
	if (!strpbrk(out, ".e") && len + 2 < YAML_NUMBER_SIZE)
		memcpy(out + len, ".0", 3);
}

void yaml_number_key(double d, char out[static YAML_NUMBER_SIZE])
{
	double single = (double)(float)d;

	if (isinf(single))
		snprintf(out, YAML_NUMBER_SIZE, "%s", single < 0 ? "-.inf" : ".inf");
	else
		format(single, true, 6, out);
}
