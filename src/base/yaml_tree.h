/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind base/yaml.h share; nobody else includes it. */
#pragma once

#include "base/yaml.h"

/* The bytes that libyaml reads, and the way from them back to the file's. They differ
 * where the file starts with a byte order mark, and where JSON wrote a character as two
 * \u escapes, which YAML does not know: there the character itself stands. */
struct yaml_source {
	const char *name;
	const char *text; /* borrowed, or `joined` */
	size_t len;
	char *joined;
	size_t skipped;   /* bytes of the byte order mark */
	size_t *pairs;    /* offsets in text of the joined characters, ascending */
	size_t npairs, pairs_cap;
};

/* Checks that the text is UTF-8 that YAML allows; false: nothing to release. */
bool yaml_source_init(struct yaml_source *src, const char *text, size_t len, const char *name,
	struct error *err);
void yaml_source_release(struct yaml_source *src);
/* The file's offset for an offset in src->text. */
size_t yaml_source_offset(const struct yaml_source *src, size_t offset);
/* Whether characters were joined in [start, end) of src->text. */
bool yaml_source_is_joined(const struct yaml_source *src, size_t start, size_t end);
/* The offset in src->text where a line (from 1) starts; src->len when there is none. */
size_t yaml_source_line(const struct yaml_source *src, int line);
/* Whether that line holds "${" outside of quotes. */
bool yaml_source_has_bare_variable(const struct yaml_source *src, int line);

/* Resolves merge keys and refuses duplicate ones (twice NULL), or says them all there and keeps the
 * last of each. As in kubectl's parser, a merge that stands behind a key replaces it. */
bool yaml_map_finish(
	struct yaml_node *map, const char *name, struct errors *twice, struct error *err);

/* Doubles as text and back, whatever the locale's decimal point is. */
#define YAML_NUMBER_SIZE 40
double yaml_number_parse(const char *s); /* HUGE_VAL when it is too large */
/* The shortest text that reads back as d: "1.5", "1e+20". Always with a point or exponent. */
void yaml_number_format(double d, char out[static YAML_NUMBER_SIZE]);
/* A number as kubectl writes it where it is a key: Go's 'g' of a 32-bit float. */
void yaml_number_key(double d, char out[static YAML_NUMBER_SIZE]);

#define YAML_TAG "tag:yaml.org,2002:"
