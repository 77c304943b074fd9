/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Stands behind the name of a parameter that a function takes only because its type says so. */
#define UNUSED __attribute__((unused))
