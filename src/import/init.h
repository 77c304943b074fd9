/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

struct error;
struct import;

/* A commented plan of what lies in a folder: charts, kustomizations, manifests. prefix stands
 * before each of its paths, "" or "../app/"; name is the plan's. What was passed over is in the
 * remarks (without places) and in comments of the plan. false: there is nothing to deploy, or the
 * folder cannot be read; err is set, nothing to release. */
bool init_plan(struct import *out, const char *folder, const char *prefix, const char *name,
	struct error *err);
