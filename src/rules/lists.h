/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "rules/rule.h"

struct buf;

/* Lists in columns, "a,b": a column is no place for more bytes. */
#define LIST_MAX 1024

void list_add(struct buf *list, const char *s); /* NULL and "" add nothing */
void list_strings(struct buf *list, const json_t *array);

/* status.loadBalancer.ingress[]: the IP address or else the name of each. */
void list_addresses(struct buf *list, const json_t *object);
bool has_address(const json_t *object);
bool has_strings(const json_t *array); /* one that is not "" */

/* A column of the list, "<none>" if it is empty; releases it. */
void list_column(struct judgement *out, const char *name, struct buf *list);
/* A column of one string of the object, "<none>" if it is none. */
void string_column(struct judgement *out, const char *name, const json_t *object, const char *path);

/* A column of any field, "path" or "path|what stands for none": words, a number, true or false, or
 * how many members it has; "<none>" if nothing is there. */
void field_column(struct judgement *out, const char *name, const json_t *object, const char *field);

/* "arch=amd64,os=linux", sorted; other than strings are left out. */
void list_pairs(struct buf *list, const json_t *object);

/* The newest event of that reason among the related ones; NULL if none is known. */
const json_t *event_of(const struct judge_options *options, const char *reason);
