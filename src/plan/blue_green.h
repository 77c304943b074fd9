/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "make/make.h"
#include "plan/plan.h"

/* A colour: a Deployment of its own beside the one that serves, called NAME-DIGITS by what its Pods
 * are made of, so that the same plan comes to the same one. Its Pods have COLOUR_LABEL, by which
 * Services are switched; it has COLOURS_LABEL: NAME, by which the others are found. */
#define COLOUR_LABEL "ksettle.io/colour"
#define COLOURS_LABEL "ksettle.io/blue-green"

/* The Deployment of this colour from the plain one; fills name, deployment and ns of bg. */
bool blue_green_colour(const struct make *m, const struct yaml_node *node, json_t *deployment,
	struct blue_green *bg);
/* A Service that leads to the Pods of the plain Deployment now leads to this colour; false: it does
 * not lead there. */
bool blue_green_switch(json_t *service, const json_t *deployment, const char *name);
