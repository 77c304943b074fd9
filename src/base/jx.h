/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Reading JSON that may be anything: a path that leads nowhere or to another type
 * gives the fallback, never a crash. Paths are keys joined by '.'
 * ("status.conditions"); keys that hold dots need json_object_get(). Everything
 * returned is borrowed. A NULL object leads nowhere. */
const json_t *jx_get(const json_t *obj, const char *path); /* NULL if absent or null */
const char *jx_str(const json_t *obj, const char *path);   /* NULL if no string */
json_int_t jx_int(const json_t *obj, const char *path, json_int_t fallback);
bool jx_has_int(const json_t *obj, const char *path);
bool jx_bool(const json_t *obj, const char *path); /* false unless true */
size_t jx_len(const json_t *obj, const char *path); /* of an array or object, else 0 */
/* metadata.labels[key] or metadata.annotations[key]; NULL if absent. */
const char *jx_label(const json_t *obj, const char *key);
const char *jx_annotation(const json_t *obj, const char *key);
/* The condition of that type in status.conditions; NULL if absent. */
const json_t *jx_condition(const json_t *obj, const char *type);

/* Compact JSON text of a value, to free(). */
char *jx_dump(const json_t *value);
/* As json_string(), but never NULL: s is made display text if it is not UTF-8; NULL gives JSON
 * null. */
json_t *jx_string(const char *s);
