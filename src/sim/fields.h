/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;
struct yaml_node;

/* Reading a block of a scenario file into a struct by a table of its keys. */
enum field_type {
	FIELD_STRING,   /* char *, owned */
	FIELD_STRINGS,  /* char **, NULL-terminated, owned; one string counts as a list of one */
	FIELD_INT,      /* int64_t, not negative */
	FIELD_DURATION, /* int64_t, ms */
	FIELD_BOOL,     /* bool */
	FIELD_WORD,     /* int, the index in words */
	FIELD_JSON,     /* json_t *, owned; a mapping */
	FIELD_BLOCK,    /* a struct at the offset, by the table `fields` */
};

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	const char *what;           /* FIELD_WORD: "behaviour" */
	const char *const *words;   /* FIELD_WORD, NULL-terminated */
	const struct field *fields; /* FIELD_BLOCK, ends with a NULL key */
	bool required;
};

/* Reads the mapping into *out. false with "file:line:column: …; did you mean …?"; what was read
 * until then is owned by *out all the same. */
bool fields_read(const struct yaml_node *map, const struct field *fields, void *out,
	const char *file, struct error *err);
void fields_release(const struct field *fields, void *out);
