/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct args;
struct errors;
struct once;
struct once_row;

/* The parts of `ksettle status`: where its objects come from, and how what is said of them is
 * printed. */

/* Adds the objects of the files of -f; each mistake is a sentence in errs. */
bool status_read_files(struct once *once, const struct args *args, struct errors *errs);

/* To standard output. */
void status_print_table(const struct once_row *rows, size_t n);
void status_print_json(const struct once_row *rows, size_t n);
