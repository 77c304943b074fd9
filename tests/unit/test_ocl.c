/* SPDX-License-Identifier: Apache-2.0 */
/* Octopus' configuration language: what a document comes to, and every mistake with its place. */
#include "import/ocl.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "tests/unit/tap.h"

static void dump(struct buf *out, const struct ocl_node *node);

static void dump_text(struct buf *out, const char *text)
{
	buf_addch(out, '"');
	for (; *text; text++)
		*text == '\n' ? buf_addstr(out, "\\n") : buf_addch(out, *text);
	buf_addch(out, '"');
}

static void dump_items(struct buf *out, const struct ocl_node *node)
{
	for (size_t i = 0; i < node->n; i++) {
		if (i)
			buf_addstr(out, ", ");
		dump(out, node->items[i]);
	}
}

static void dump_block(struct buf *out, const struct ocl_node *node)
{
	for (size_t i = 0; i < node->nlabels; i++) {
		dump_text(out, node->labels[i]);
		buf_addch(out, ' ');
	}
	buf_addch(out, '{');
	dump_items(out, node);
	buf_addch(out, '}');
}

/* In one line, without positions. */
static void dump(struct buf *out, const struct ocl_node *node)
{
	if (node->name)
		buf_printf(out, "%s%s", node->name, node->kind == OCL_BLOCK ? " " : " = ");
	switch (node->kind) {
	case OCL_STRING:
		dump_text(out, node->text);
		break;
	case OCL_NUMBER:
		buf_addstr(out, node->text);
		break;
	case OCL_BOOL:
		buf_addstr(out, node->truth ? "true" : "false");
		break;
	case OCL_NULL:
		buf_addstr(out, "null");
		break;
	case OCL_LIST:
		buf_addch(out, '[');
		dump_items(out, node);
		buf_addch(out, ']');
		break;
	case OCL_MAP:
		buf_addch(out, '{');
		dump_items(out, node);
		buf_addch(out, '}');
		break;
	case OCL_CALL:
		buf_printf(out, "%s(", node->text);
		dump_items(out, node);
		buf_addch(out, ')');
		break;
	case OCL_BLOCK:
		dump_block(out, node);
		break;
	}
}

static char *read_len(const char *text, size_t len)
{
	struct error err = { 0 };
	struct ocl_node *root = ocl_parse(text, len, "p.ocl", &err);
	struct buf out;

	if (!root)
		return xstrdup(err.text);
	buf_init(&out, 0);
	dump_items(&out, root);
	ocl_free(root);
	return buf_take(&out);
}

static const struct {
	const char *name, *text, *want;
} documents[] = {
	{ "nothing", "", "" },
	{ "white space and comments", " \n# one\n// two\n/* three\n*/ \n", "" },
	{ "an attribute", "name = \"Shop\"", "name = \"Shop\"" },
	{ "without spaces", "a=\"b\"\nc=1", "a = \"b\", c = 1" },
	{ "numbers", "a = 1\nb = -2\nc = 1.50\nd = -0.5", "a = 1, b = -2, c = 1.50, d = -0.5" },
	{ "words", "a = true\nb = false\nc = null", "a = true, b = false, c = null" },
	{ "escapes", "a = \"\\\"q\\\" \\\\ \\t|\\r|\\n\"", "a = \"\"q\" \\ \t|\r|\\n\"" },
	{ "Octopus' own syntax is text", "a = \"#{if X}y#{/if} // z\"", "a = \"#{if X}y#{/if} // z\"" },
	{ "a list", "a = [\"x\", \"y\"]", "a = [\"x\", \"y\"]" },
	{ "a list on lines", "a = [\n  \"x\", # first\n  1,\n]", "a = [\"x\", 1]" },
	{ "an empty list", "a = [ ]", "a = []" },
	{ "a call", "a = base64decode(\"aGk=\", 2)", "a = base64decode(\"aGk=\", 2)" },
	{ "a call of nothing", "a = now()", "a = now()" },
	{ "a block", "step \"web\" {\n  name = \"Web\"\n}", "step \"web\" {name = \"Web\"}" },
	{ "a block without label", "action {\n}\n", "action {}" },
	{ "a block on one line", "action { }", "action {}" },
	{ "blocks of one name", "step \"a\" {\n}\n\nstep \"b\" {\n}", "step \"a\" {}, step \"b\" {}" },
	{ "labels", "packages \"a\" \"b\" {}", "packages \"a\" \"b\" {}" },
	{ "blocks in blocks", "step \"a\" {\n action {\n  container {\n   feed = \"f\"\n  }\n }\n}",
		"step \"a\" {action {container {feed = \"f\"}}}" },
	{ "a map with bare keys", "properties = {\n  Octopus.Action.TargetRoles = \"k8s\"\n}",
		"properties = {Octopus.Action.TargetRoles = \"k8s\"}" },
	{ "a map with quoted keys", "properties = {\n  \"Octopus.Action.TargetRoles\" = \"k8s\"\n}",
		"properties = {Octopus.Action.TargetRoles = \"k8s\"}" },
	{ "keys with brackets", "p = {\n Octopus.Action.Package[my-app].Image = \"x\"\n}",
		"p = {Octopus.Action.Package[my-app].Image = \"x\"}" },
	{ "a map parted by commas", "p = { a = \"1\", b = \"2\" }", "p = {a = \"1\", b = \"2\"}" },
	{ "a map in a map", "p = {\n q = {\n  r = [1]\n }\n}", "p = {q = {r = [1]}}" },
	{ "properties as a block", "properties {\n a = \"1\"\n}", "properties {a = \"1\"}" },
	{ "CR LF", "a = \"x\"\r\nb {\r\n}\r\nc = <<EOT\r\none\r\ntwo\r\nEOT\r\n",
		"a = \"x\", b {}, c = \"one\\ntwo\"" },
	{ "a byte order mark", "\xef\xbb\xbf" "a = 1", "a = 1" },
	{ "other scripts", "n = \"Lädt 日本\"", "n = \"Lädt 日本\"" },
	{ "a heredoc", "a = <<EOT\n  one\n\n  two\nEOT\nb = 1", "a = \"  one\\n\\n  two\", b = 1" },
	{ "an indented heredoc", "a = <<-EOT\n    one\n      two\n\n    three\n    EOT\n",
		"a = \"one\\n  two\\n\\nthree\"" },
	{ "with a tilde", "a = <<~EOT\n  one\n  EOT", "a = \"one\"" },
	{ "an empty heredoc", "a = <<-X\nX\nb = 1", "a = \"\", b = 1" },
	{ "lines of white space do not count", "a = <<-X\n    one\n \n    two\nX", "a = \"one\\n\\ntwo\"" },
	{ "tabs count one each", "a = <<-X\n\t\tone\n\t\t\ttwo\n\tX", "a = \"one\\n\ttwo\"" },
	{ "the word inside the text", "a = <<X\nX Y\nA X\nX\n", "a = \"X Y\\nA X\"" },
	{ "quotes and backslashes in a heredoc", "a = <<X\n\"\\n\" #{v} # // /*\nX",
		"a = \"\"\\n\" #{v} # // /*\"" },
	{ "a heredoc in a map", "p = {\n  Y = <<-EOT\n    a: 1\n    EOT\n  Z = \"2\"\n}",
		"p = {Y = \"a: 1\", Z = \"2\"}" },
	{ "comments between", "step \"a\" { # why\n  /* x */ name = \"A\" // y\n}", "step \"a\" {name = \"A\"}" },
	{ "no value", "name =\n", "p.ocl:1:7: a value is expected here, not the end of the line" },
	{ "a bare word", "name = Shop", "p.ocl:1:8: 'Shop' is no value: text stands between quotes" },
	{ "no equals sign", "name \"Shop\"\n",
		"p.ocl:1:12: '=' or '{' is expected here, not the end of the line" },
	{ "a name alone", "step", "p.ocl:1:5: '=' or '{' is expected here, not the end of the file" },
	{ "a brace on the next line", "step \"a\"\n{\n}",
		"p.ocl:1:9: '=' or '{' is expected here, not the end of the line" },
	{ "a string without end", "a = 1\nb = \"x\nc = 2\"",
		"p.ocl:2:5: this string has no end on its line: add \", or write it as <<-EOT" },
	{ "an unknown escape", "a = \"日 \\d\"",
		"p.ocl:1:8: this is no escape: OCL knows \\n, \\r, \\t, \\\" and \\\\" },
	{ "a heredoc without end", "a = <<-EOT\n  x\n",
		"p.ocl:1:5: this text has no end: EOT must stand alone on a line" },
	{ "a heredoc without word", "a = <<-\nx\n",
		"p.ocl:1:5: after <<- comes the word that ends the text, such as EOT" },
	{ "a heredoc with two words", "a = <<E T\nx\n",
		"p.ocl:1:5: after << comes the word that ends the text, such as EOT" },
	{ "a block without end", "step \"a\" {\n  action {\n  }\n", "p.ocl:1:10: this '{' is never closed: add '}'" },
	{ "a map without end", "p = {\n  a = 1\n", "p.ocl:1:5: this '{' is never closed: add '}'" },
	{ "a brace too many", "a = 1\n}\n", "p.ocl:2:1: a name is expected here, not '}'" },
	{ "a list without comma", "a = [1 2]", "p.ocl:1:8: ',' or ']' is expected here, not '2'" },
	{ "a list with two commas", "a = [1,,2]", "p.ocl:1:8: a value is expected here, not ','" },
	{ "a list without end", "a = [1,", "p.ocl:1:8: a value is expected here, not the end of the file" },
	{ "a call without end", "a = f(1", "p.ocl:1:8: ',' or ')' is expected here, not the end of the file" },
	{ "a comment without end", "a = 1\n  /* x", "p.ocl:2:3: this comment never ends: add */" },
	{ "an attribute twice", "s {\n  name = \"a\"\n  name = \"b\"\n}",
		"p.ocl:3:3: 'name' appears twice (first at line 2)" },
	{ "a key twice, quoted once", "p = {\n  a.b = 1\n  \"a.b\" = 2\n}",
		"p.ocl:3:3: 'a.b' appears twice (first at line 2)" },
	{ "a block in a map", "p = {\n  a {\n  }\n}",
		"p.ocl:2:3: a map has keys and values only: '=' is missing" },
	{ "a character out of place", "a = 1\n  é = ?", "p.ocl:2:7: '?' is no value: text stands between quotes" },
	{ "not UTF-8", "a = \"\xff\"", "p.ocl:1:6: byte 0xff is not UTF-8 text" },
	{ "JSON", "{\"Id\": 1}", "p.ocl:1:1: a name is expected here, not '{'" },
};

static void check_nul(void)
{
	char *got = read_len("a = \"x\0y\"", 9);

	is_str(got, "p.ocl:1:7: a NUL byte: this is no text", "a NUL byte");
	free(got);
}

static void check_repeated(const char *open, size_t times, const char *want, const char *name)
{
	struct buf text;
	char *got;

	buf_init(&text, 0);
	for (size_t i = 0; i < times; i++)
		buf_addstr(&text, open);
	got = read_len(buf_str(&text), text.len);
	is_str(got, want, name);
	free(got);
	buf_release(&text);
}

static void check_limits(void)
{
	check_repeated("a {\n", 60, "p.ocl:51:3: nested deeper than 50", "blocks too deep");
	check_repeated("a = [", 1, "p.ocl:1:6: a value is expected here, not the end of the file", "a list open");
	check_repeated("a={", 60, "p.ocl:1:153: nested deeper than 50", "maps too deep");
	check_repeated("a=[[[[[[[[[[", 6, "p.ocl:1:13: 'a' is no value: text stands between quotes", "a name in a list");
	check_repeated("s {\n}\n", 100001, "p.ocl:199999:3: more than 100000 values: this is no deployment process",
		"too many blocks");
	check_repeated("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", (4 << 20) / 32 + 1, "p.ocl: larger than 4 MiB",
		"a file too large");
}

static void check_reading(void)
{
	static const char text[] = "step \"web\" {\n  on = true\n  off = \"False\"\n  said = \"True\"\n  s = \"x\"\n  a {\n  }\n}";
	struct error err = { 0 };
	struct ocl_node *root = ocl_parse(text, strlen(text), "p.ocl", &err);
	const struct ocl_node *step = ocl_get(root, "step");

	is_str(ocl_text(step, "s"), "x", "a string by its name");
	ok(!ocl_text(step, "on") && !ocl_text(step, "nothing") && !ocl_text(NULL, "s"), "no string is NULL");
	ok(ocl_true(step, "on") && ocl_true(step, "said"), "true is true as a word and as text");
	ok(!ocl_true(step, "off") && !ocl_true(step, "nothing"), "all else is not");
	is_int(step->line, 1, "the line of a block");
	is_int(ocl_get(step, "a")->line, 6, "the line of a block in it");
	is_int(ocl_get(step, "a")->column, 3, "its column");
	ocl_free(root);
}

/* Every prefix, and every byte damaged: a sentence with its place or a tree, never a crash. */
static void check_damage(const char *path)
{
	static const char bytes[] = { '\0', '"', '{', '}', '<', '\n', '\\', '\x80', '[' };
	struct error err = { 0 };
	struct buf text;
	size_t silent = 0, open, close;

	buf_init(&text, 0);
	if (!ok(file_read(path, &text, &err), path))
		return;
	open = (size_t)(strchr(text.data, '{') - text.data);
	close = (size_t)(strstr(text.data, "\n}\n") - text.data) + 1;
	for (size_t i = 0; i < text.len; i++) {
		char *copy = xmalloc(i + 1), *got;

		memcpy(copy, text.data, i);
		got = read_len(copy, i);
		silent += i > open && i <= close && strncmp(got, "p.ocl:", 6) != 0;
		free(got);
		free(copy);
	}
	is_int(silent, 0, "a block that is torn is said wherever it is torn");
	for (size_t i = 0; i < text.len; i++)
		for (size_t k = 0; k < sizeof(bytes); k += 1 + i % 3) {
			char was = text.data[i];

			text.data[i] = bytes[k];
			free(read_len(text.data, text.len));
			text.data[i] = was;
		}
	ok(true, "every damaged byte is survived");
	buf_release(&text);
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char *sample = xasprintf("%s/tests/ocl/every.ocl", srcdir ? srcdir : ".");

	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		char *got = read_len(documents[i].text, strlen(documents[i].text));

		is_str(got, documents[i].want, documents[i].name);
		free(got);
	}
	check_nul();
	check_limits();
	check_reading();
	check_damage(sample);
	free(sample);
	return tap_done();
}
