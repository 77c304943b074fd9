/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

struct helm_release;
struct manifests;
struct recorder;

/* What helm writes, on its way into the record: whole lines, with the secrets masked that we know
 * of. Until helm_output_open() lines are held back, as the release's own Secrets are not known
 * before its manifest was read. */
struct helm_output;

struct helm_output *helm_output_new(
	struct recorder *recorder, size_t step, const struct helm_release *release);
void helm_output_free(struct helm_output *o); /* accepts NULL; says nothing more */

void helm_output_add(struct helm_output *o, int stream, const char *bytes, size_t len);
/* The Secrets among them are masked from now on. */
void helm_output_mask(struct helm_output *o, const struct manifests *manifests);
void helm_output_open(struct helm_output *o);
void helm_output_end(struct helm_output *o); /* opens; a last line without its end is one */

/* A text of helm's with the same masks and without objects; raw bytes, to free(). */
char *helm_output_masked(const struct helm_output *o, const char *text);
