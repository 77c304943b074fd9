/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "manifest/manifest.h"

struct yaml_document;

/* What the files about manifests share. Internal to src/manifest. */

/* What is sent and what is shown: the document's own text, where it is one. doc is NULL for an item
 * of a List, and for what was changed: then both are emitted anew, and text is of no interest. */
void manifest_write_texts(struct manifest *m, const char *text, const struct yaml_document *doc);
void manifest_release(struct manifest *m);
