/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct kube_resource;

/* Single objects of a list, as bytes and as JSON. */

/* A hash of the bytes under a key that only this process knows. Equal bytes, equal hash. */
uint64_t list_item_hash(const char *bytes, size_t len);

/* Copies an item with null in place of metadata.managedFields: half of its bytes and most of its
 * objects, which nobody reads. False, and nothing is copied, when it has none. */
bool list_item_slim(struct buf *out, const char *bytes, size_t len);

/* Puts in apiVersion and kind where they are absent. */
void list_item_complete(json_t *object, const struct kube_resource *resource);
void list_item_forget_managers(json_t *object); /* takes metadata.managedFields out */

/* metadata.name and metadata.namespace out of text that no parser reads: display text, to
 * free(); NULL where it is not found. */
void list_item_names(const char *bytes, size_t len, char **ns, char **name);
