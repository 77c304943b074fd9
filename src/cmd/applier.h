/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/executor.h"

/* Applies the objects of one step: Namespaces and CustomResourceDefinitions first (and waits until
 * those are established), then the rest as written. What fails for weather is tried again until the
 * verification's deadline; a refusal stops it. Every object gets a row in the verification:
 * applied, failed or not tried. */
extern const struct executor_kind executor_apply;

/* The same for other objects than the step's own, as a part of another executor. The list is
 * borrowed until the executor is freed. */
struct executor *applier_start(
	const struct executor_spec *spec, const struct manifests *manifests);
/* Whether the server took that one of them. */
bool applier_has_applied(const struct executor *e, const char *kind, const char *name);
