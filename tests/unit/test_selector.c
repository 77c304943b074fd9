/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors as the API's query text, and several as one. */
#include "track/selector.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "tests/unit/tap.h"

static const struct { const char *selector, *want; } texts[] = {
	{ "{\"matchLabels\":{\"app\":\"web\"}}", "app=web" },
	{ "{\"matchLabels\":{\"app\":\"web\",\"tier\":\"\"}}", "app=web,tier=" },
	{ "{\"app\":\"old\",\"x.io/y\":\"1\"}", "app=old,x.io/y=1" },
	{ "{\"matchLabels\":{\"app\":\"web\"},\"matchExpressions\":[{\"key\":\"t\",\"operator\":\"In\",\"values\":[\"a\",\"b\"]},"
		"{\"key\":\"u\",\"operator\":\"NotIn\",\"values\":[\"c\"]},{\"key\":\"v\",\"operator\":\"Exists\"},"
		"{\"key\":\"w\",\"operator\":\"DoesNotExist\"}]}", "app=web,t in (a,b),u notin (c),v,!w" },
	{ "{\"matchExpressions\":[{\"key\":\"v\",\"operator\":\"Exists\"}]}", "v" },
	/* what cannot be written without loss */
	{ "{}", NULL },
	{ "null", NULL },
	{ "{\"matchLabels\":{}}", NULL },
	{ "{\"matchLabels\":{\"app\":5}}", NULL },
	{ "{\"matchExpressions\":[{\"key\":\"t\",\"operator\":\"Like\",\"values\":[\"a\"]}]}", NULL },
	{ "{\"matchExpressions\":[{\"key\":\"t\",\"operator\":\"In\",\"values\":[]}]}", NULL },
	{ "{\"matchExpressions\":[{\"key\":\"t\",\"operator\":\"In\",\"values\":[\"a\",5]}]}", NULL },
	{ "{\"matchExpressions\":[{\"operator\":\"Exists\"}]}", NULL },
};

static const struct { const char *selectors[4]; size_t max; const char *want; } unions[] = {
	{ { "app=a" }, 100, "app in (a)" },
	{ { "app=a", "app=b", "app=c" }, 100, "app in (a,b,c)" },
	{ { "app=a", "app=" }, 100, "app in (a,)" },
	{ { "app=a", "app=b" }, 11, NULL },
	{ { "app=a", "app=b" }, 12, "app in (a,b)" },
	{ { "app=a", "apple=b" }, 100, NULL },
	{ { "apple=a", "app=b" }, 100, NULL },
	{ { "app=a", "app=b,tier=c" }, 100, NULL },
	{ { "app=a,tier=c" }, 100, NULL },
	{ { "app in (a,b)" }, 100, NULL },
	{ { "app" }, 100, NULL },
	{ { "!app" }, 100, NULL },
	{ { "" }, 100, NULL },
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_t *object = json_pack("{s:{s:o}}", "spec", "selector", json_loads(texts[i].selector, JSON_DECODE_ANY, NULL));
		char *got = selector_text(object);

		is_str(got, texts[i].want, texts[i].selector);
		free(got);
		json_decref(object);
	}
	for (size_t i = 0; i < ARRAY_LEN(unions); i++) {
		size_t n = 0;
		char *got;

		while (n < ARRAY_LEN(unions[i].selectors) && unions[i].selectors[n])
			n++;
		got = selector_union(unions[i].selectors, n, unions[i].max);
		is_str(got, unions[i].want, unions[i].selectors[n - 1]);
		free(got);
	}
	ok(selector_text(NULL) == NULL, "no object, no selector");
	ok(selector_union(NULL, 0, 10) == NULL, "none of none");
	return tap_done();
}
