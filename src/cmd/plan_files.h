/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

struct error;
struct import;

/* Writes a made plan to file and its own files beside it, making the folders that they need. What
 * is there already is only replaced if `force`; nothing is written then. Says on standard output
 * what was written. false: err is set. */
bool plan_files_write(const struct import *import, const char *file, bool force, struct error *err);
