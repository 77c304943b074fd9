/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Display text: valid UTF-8 without control characters, escape sequences, bidi
 * controls (U+202A-E, U+2066-9, U+200E/F, U+061C), line separators (U+2028/9), lone
 * surrogates or overlong forms; each such thing became one U+FFFD, an escape
 * sequence's ESC included (CVE-2021-25743). Foreign bytes become display text once,
 * where they enter; everything that shows text may rely on it.
 * TEXT_LINE: newlines and tabs become one space. TEXT_BLOCK: newlines stay, a CR
 * before one goes, tabs become spaces up to the next multiple of 8. */
enum text_mode { TEXT_LINE, TEXT_BLOCK };

char *text_display(const char *bytes, size_t len, enum text_mode mode); /* to free() */
void text_add_display(struct buf *out, const char *bytes, size_t len, enum text_mode mode);
bool text_is_display(const char *s, enum text_mode mode);

/* Decodes one UTF-8 character. Returns the bytes it takes (1 to 4), or 0 for an
 * invalid, overlong, surrogate or truncated one (*cp untouched; skip one byte). len > 0. */
size_t text_decode(const char *s, size_t len, uint32_t *cp);
size_t text_encode(uint32_t cp, char out[4]); /* bytes written */

/* Terminal columns: 0 (combining), 1 or 2, by our own table (width_table.h, wide and
 * fullwidth 2, ambiguous 1); the same on every machine. Control characters count 1. */
int text_char_width(uint32_t cp);
int text_width(const char *s);                 /* columns of display text */
size_t text_clip(const char *s, int columns);  /* bytes of the longest prefix that fits */

/* Copies as much of s as fits in size bytes with its NUL, cut at a character;
 * what was cut ends in "…". */
void text_copy(char *out, size_t size, const char *s);
