/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct args;
struct errors;
struct manifests;
struct once;
struct once_row;
struct selection;

/* The parts of `ksettle status`: where its objects come from, and how what is said of them is
 * printed. */

/* Adds the objects of the files of -f; each mistake is a sentence in errs. */
bool status_read_files(struct once *once, const struct args *args, struct errors *errs);

/* Events older than this explain nothing that is so now; ms. */
#define STATUS_EVENTS_MS 600000

/* What is looked for in the cluster: one of the two. */
struct status_source {
	const struct args *args;
	const struct selection *selection;
	const struct manifests *manifests;
};

/* Adds what the cluster has of it, with what explains it, and judges it. 0, or the exit code of what
 * could not be read, with a sentence each in errs. *nothing: what was selected and is not there, to
 * free(); or NULL. */
int status_read_cluster(struct once *once, const struct status_source *source, char **nothing,
	struct errors *errs);

/* All objects are held until the last is read. What no rule in C asks for, and is most of many of
 * them, is not: takes it out. */
void status_slim(json_t *object);

/* To standard output. */
void status_print_table(const struct once_row *rows, size_t n);
void status_print_json(const struct once_row *rows, size_t n);
