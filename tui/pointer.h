/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Where in a manifest a problem points: the image, container or field that its sentence is about.
 * Read from the manifest's own text, which the drawer shows; a guess that may find nothing.
 * *line counts from 0; *column is where the line's key stands. */
bool pointer_find(const char *manifest, const char *sentence, size_t *line, size_t *column);
