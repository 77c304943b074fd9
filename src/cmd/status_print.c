/* SPDX-License-Identifier: Apache-2.0 */
/* What `ksettle status` prints: a table for people, JSON for programs (DESIGN.md §7). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/status.h"
#include "base/text.h"
#include "cmd/status.h"
#include "track/once.h"

static void print_object(const struct once_row *o)
{
	json_t *columns = json_object(), *object;
	char *text;

	for (size_t i = 0; i < o->ncolumns; i++)
		json_object_set_new(columns, o->columns[i].name, jx_string(o->columns[i].value));
	object = json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "apiVersion",
		jx_string(o->api_version), "kind", jx_string(o->kind), "namespace",
		jx_string(o->ns), "name", jx_string(o->name), "status", status_word(o->status),
		"reason", jx_string(o->reason), "message", jx_string(o->message), "note",
		jx_string(o->note), "columns", columns);
	text = jx_dump(object);
	fputs(text, stdout);
	free(text);
	json_decref(object);
}

/* An object a line: there may be a hundred thousand. */
void status_print_json(const struct once_row *rows, size_t n)
{
	printf("{\"objects\":[");
	for (size_t i = 0; i < n; i++) {
		printf(i ? ",\n" : "\n");
		print_object(&rows[i]);
	}
	printf("%s]}\n", n ? "\n" : "");
}

static void pad(const char *s, int width)
{
	int gap = width - text_width(s);

	printf("  %s%*s", s, gap > 0 ? gap : 0, "");
}

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

static int widest(const struct once_row *rows, size_t n, const char *heading, size_t offset)
{
	int width = text_width(heading);

	for (size_t i = 0; i < n; i++) {
		const char *s = or_dash(*(char *const *)((const char *)&rows[i] + offset));

		if (text_width(s) > width)
			width = text_width(s);
	}
	return width;
}

static bool has_why(const struct once_row *o)
{
	return o->reason || o->message || o->note;
}

static void print_why(const struct once_row *o)
{
	printf("%s%s%s%s", has_why(o) ? "  " : "", o->reason ? o->reason : "",
		o->reason && o->message ? ": " : "", o->message ? o->message : "");
	if (o->note && !(o->message && strstr(o->message, o->note)))
		printf("%snote: %s", o->reason || o->message ? "; " : "", o->note);
	printf("\n");
}

void status_print_table(const struct once_row *rows, size_t n)
{
	int kind = widest(rows, n, "KIND", offsetof(struct once_row, kind)),
	    ns = widest(rows, n, "NAMESPACE", offsetof(struct once_row, ns)),
	    name = widest(rows, n, "NAME", offsetof(struct once_row, name));

	if (!n) {
		printf("no objects\n");
		return;
	}
	printf("%-11s", "STATUS");
	pad("KIND", kind);
	pad("NAMESPACE", ns);
	pad("NAME", name);
	printf("  WHY\n");
	for (size_t i = 0; i < n; i++) {
		printf("%-11s", status_title(rows[i].status));
		pad(or_dash(rows[i].kind), kind);
		pad(or_dash(rows[i].ns), ns);
		pad(or_dash(rows[i].name), has_why(&rows[i]) ? name : 0);
		print_why(&rows[i]);
	}
}
