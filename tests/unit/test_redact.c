/* SPDX-License-Identifier: Apache-2.0 */
/* No secret value leaves. */
#include "manifest/redact.h"

#include <stdlib.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "tap.h"

#define DOTS "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
#define LAST "\"kubectl.kubernetes.io/last-applied-configuration\""

static const struct {
	const char *name, *in, *want;
} objects[] = {
	{ "a Secret",
		"{\"kind\":\"Secret\",\"metadata\":{\"name\":\"db\"},\"type\":\"Opaque\",\"data\":{\"a\":\"c2VjcmV0\"},"
		"\"stringData\":{\"b\":\"secret\",\"n\":5,\"o\":{\"p\":\"secret\"},\"x\":null}}",
		"{\"kind\":\"Secret\",\"metadata\":{\"name\":\"db\"},\"type\":\"Opaque\",\"data\":{\"a\":\"" DOTS "\"},"
		"\"stringData\":{\"b\":\"" DOTS "\",\"n\":\"" DOTS "\",\"o\":\"" DOTS "\",\"x\":\"" DOTS "\"}}" },
	{ "data of a wrong type", "{\"kind\":\"Secret\",\"data\":\"secret\",\"stringData\":[\"secret\"]}",
		"{\"kind\":\"Secret\",\"data\":\"" DOTS "\",\"stringData\":\"" DOTS "\"}" },
	{ "a misspelt field", "{\"kind\":\"Secret\",\"stringdata\":{\"a\":\"secret\"},\"items\":[\"secret\"]}",
		"{\"kind\":\"Secret\",\"stringdata\":{\"a\":\"" DOTS "\"},\"items\":\"" DOTS "\"}" },
	{ "another kind", "{\"kind\":\"ConfigMap\",\"data\":{\"a\":\"b\"}}",
		"{\"kind\":\"ConfigMap\",\"data\":{\"a\":\"b\"}}" },
	{ "the last-applied annotation",
		"{\"kind\":\"Pod\",\"metadata\":{\"annotations\":{\"a\":\"b\"," LAST ":\"{}\"}}}",
		"{\"kind\":\"Pod\",\"metadata\":{\"annotations\":{\"a\":\"b\"," LAST ":\"" DOTS "\"}}}" },
	{ "managedFields", "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"managedFields\":[{}]}}",
		"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}" },
	{ "a List", "{\"kind\":\"List\",\"items\":[{\"kind\":\"Secret\",\"data\":{\"a\":\"b\"}},{\"kind\":\"Pod\"},7]}",
		"{\"kind\":\"List\",\"items\":[{\"kind\":\"Secret\",\"data\":{\"a\":\"" DOTS "\"}},{\"kind\":\"Pod\"},7]}" },
	{ "a SecretList", "{\"kind\":\"SecretList\",\"items\":[{\"data\":{\"a\":\"b\"}}]}",
		"{\"kind\":\"SecretList\",\"items\":[{\"data\":{\"a\":\"" DOTS "\"}}]}" },
	{ "wrong types", "{\"kind\":5,\"metadata\":\"x\",\"items\":{}}", "{\"kind\":5,\"metadata\":\"x\",\"items\":{}}" },
	{ "wrong annotations", "{\"kind\":\"Secret\",\"metadata\":{\"annotations\":[]}}",
		"{\"kind\":\"Secret\",\"metadata\":{\"annotations\":[]}}" },
};

static void test_objects(void)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		json_t *object = json_loads(objects[i].in, 0, NULL);
		json_t *redacted = redact_object(object);
		char *before = jx_dump(object), *after = jx_dump(redacted);

		is_str(after, objects[i].want, objects[i].name);
		is_str(before, objects[i].in, "the original is untouched");
		free(before);
		free(after);
		json_decref(redacted);
		json_decref(object);
	}
}

/* "hunter2" is aHVudGVyMg==, "hunter2\n" is aHVudGVyMgo=. */
static const struct {
	const char *name, *secret, *in, *want;
} texts[] = {
	{ "raw", "{\"stringData\":{\"p\":\"hunter2\"}}", "value hunter2, hunter2!", "value " DOTS ", " DOTS "!" },
	{ "raw of base64", "{\"data\":{\"p\":\"aHVudGVyMg==\"}}", "value hunter2", "value " DOTS },
	{ "base64 of raw", "{\"stringData\":{\"p\":\"hunter2\"}}", "value aHVudGVyMg==", "value " DOTS },
	{ "base64 as given", "{\"data\":{\"p\":\"aHVudGVyMg==\"}}", "value aHVudGVyMg==", "value " DOTS },
	{ "base64 with line breaks", "{\"data\":{\"p\":\"aHVu\\ndGVy\\nMg==\\n\"}}",
		"hunter2 aHVudGVyMg== aHVu\ndGVy\nMg==", DOTS " " DOTS " " DOTS },
	{ "a newline at the end", "{\"data\":{\"p\":\"aHVudGVyMgo=\"}}", "\"hunter2\"", "\"" DOTS "\"" },
	{ "what is no base64", "{\"data\":{\"p\":\"hunter 2!\"}}", "illegal: hunter 2!", "illegal: " DOTS },
	{ "short values stay", "{\"stringData\":{\"p\":\"abc\",\"q\":\"\"}}", "abc", "abc" },
	{ "four bytes go", "{\"stringData\":{\"p\":\"abcd\"}}", "xabcdx", "x" DOTS "x" },
	{ "base64 of short values", "{\"stringData\":{\"p\":\"1\"}}", "MQ== 1", DOTS " 1" },
	{ "quoted as JSON", "{\"stringData\":{\"p\":\"a\\\"b\\nc\"}}", "got \"a\\\"b\\nc\"", "got \"" DOTS "\"" },
	{ "one line of many", "{\"stringData\":{\"p\":\"user: me\\npassword: x9\\n\"}}", "line password: x9",
		"line " DOTS },
	{ "as display text", "{\"stringData\":{\"p\":\"ab\\ncd\\u001be\"}}", "ab cd\xef\xbf\xbd" "e", DOTS },
	{ "a number", "{\"stringData\":{\"pin\":123456}}", "got 123456", "got " DOTS },
	{ "a nested one", "{\"stringData\":{\"a\":{\"b\":[\"hunter2\"]}}}", "hunter2", DOTS },
	{ "overlapping", "{\"stringData\":{\"a\":\"abab\",\"b\":\"babx\"}}", "-ababab-abx", "-" DOTS "-abx" },
	{ "the longer of two", "{\"stringData\":{\"a\":\"hunter\",\"b\":\"hunter2\"}}", "hunter2", DOTS },
	{ "nothing to hide", "{\"data\":{\"p\":\"aHVudGVyMg==\"}}", "quota exceeded", "quota exceeded" },
	{ "no data", "{}", "x", "x" },
	{ "data of a wrong type", "{\"data\":\"hunter2\"}", "hunter2", DOTS },
	{ "an empty text", "{\"data\":{\"p\":\"aHVudGVyMg==\"}}", "", "" },
};

static void test_texts(void)
{
	json_t *other = json_loads("{\"kind\":\"ConfigMap\",\"data\":{\"a\":\"hunter2\"}}", 0, NULL);
	char *got;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_t *secret = json_loads(texts[i].secret, 0, NULL);

		json_object_set_new(secret, "kind", json_string("Secret"));
		got = redact_text(texts[i].in, secret);
		is_str(got, texts[i].want, texts[i].name);
		free(got);
		json_decref(secret);
	}
	got = redact_text("hunter2", other);
	is_str(got, "hunter2", "another kind's values stay");
	free(got);
	got = redact_text("hunter2", NULL);
	is_str(got, "hunter2", "no object: a copy");
	free(got);
	json_decref(other);
}

int main(void)
{
	test_objects();
	test_texts();
	return tap_done();
}
