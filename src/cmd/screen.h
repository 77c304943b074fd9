/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/output.h"
#include "tui/view.h"

/* The live screen: the model through the view onto the terminal, keys back into the ui. */
struct screen;

struct screen *screen_open(const struct output_spec *spec, struct error *err);
void screen_changed(struct screen *s); /* the model moved */
void screen_ended(struct screen *s);
void screen_close(struct screen *s);   /* accepts NULL */
/* How it looks, for what is printed when it is left. */
enum icons screen_icons(const struct screen *s);
int screen_columns(const struct screen *s);
