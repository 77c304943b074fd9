/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/keys.h"

/* What the mouse does to the picture: pure, like the keys. key is one of KEYS_MOUSE. */
enum outcome mouse_key(struct ui *ui, const struct model *model, uint32_t key);
