/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;
struct errors;

/* YAML as a tree with positions; the only file that uses libyaml. JSON is YAML here.
 * Lines and columns count from 1, columns in characters; offsets are bytes. */
enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
	enum yaml_kind kind;
	int line, column;
	size_t start, end;  /* bytes of the file: [start, end) */
	/* scalar */
	char *value;        /* raw scalar, NUL-terminated; a NUL inside is refused when parsing */
	bool plain;         /* unquoted: its type is to be resolved; else a string */
	char *tag;          /* explicit tag ("tag:yaml.org,2002:str") or NULL */
	/* Marks of whoever replaced variables in the value (plan/vars.h); never set by parsing. */
	bool expanded;      /* value is not as it was written: it may be somebody's secret */
	bool whole;         /* it is one variable and nothing else: reads as if it were unquoted */
	bool broken;        /* a mistake in it was said: further ones would only repeat it */
	/* sequence: items[n]; mapping: keys[n] and items[n] */
	size_t n;
	struct yaml_node **keys;
	struct yaml_node **items;
	unsigned uses;      /* an aliased node hangs in several places; yaml_release() knows */
};

struct yaml_document {
	struct yaml_node *root; /* NULL for an empty or comment-only document */
	size_t start, end;      /* its own text: without the "---" line and what follows "..." */
	int line;               /* of start */
	bool json_only; /* holds JSON's escapes \ud83d\ude00 or \/, which the API server's YAML
			 * reader refuses: send it emitted anew */
};

struct yaml {
	struct yaml_document *documents;
	size_t n;
	struct yaml_node **nodes; /* all of them, for release */
	size_t nnodes;
};

/* Parses every document of text. `name` is shown in errors: "name:12:7: …" (one
 * sentence; a syntax error that looks like an unquoted ${…} says "quote it"). Refused:
 * duplicate keys, invalid UTF-8, nesting deeper than 100, aliases that expand to more than
 * 1,000,000 nodes, recursion, more than 64 MiB. Merge keys (<<) are resolved into the mapping.
 * false: nothing to release. */
bool yaml_parse(
	struct yaml *out, const char *text, size_t len, const char *name, struct error *err);
/* The same for a reader that lists every mistake: duplicate keys are sentences in errs, and the last
 * one of each stays. false (also said there): it could not be read. */
bool yaml_parse_errors(struct yaml *out, const char *text, size_t len, const char *name,
	struct errors *errs);
void yaml_release(struct yaml *y);

/* Borrowed; NULL when it is no mapping or has no such key. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* As kubectl reads it (sigs.k8s.io/yaml, YAML 1.1): yes/no/on/off/y/n, 0755, 0x1f, 1_000, 1e3,
 * .inf refused, null and ~, `<<`; keys become strings ("true", "1"). A new reference; NULL with
 * "name:line:column: …". */
json_t *yaml_to_json(const struct yaml_node *node, const char *name, struct error *err);

/* Writes value as block-style YAML, keys in their order, strings quoted where a YAML 1.1 or 1.2
 * reader would read them as something else, multi-line strings as literal blocks. */
void yaml_emit(struct buf *out, const json_t *value);
