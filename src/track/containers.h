/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* {node, containers: [{name, image, init, state, reason, message, ready, restarts, exitCode}]} of a
 * Pod whose containers wait for another reason than that they are being made, have ended or
 * restarted, or run without being ready. A new reference; NULL: it is not in such trouble, and what
 * its containers do is not worth recording. */
json_t *containers_in_trouble(const json_t *pod);
/* Of what is recorded of it, chained by `seed`. */
uint64_t containers_hash(uint64_t seed, const json_t *pod);
