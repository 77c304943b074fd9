#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/base/width_table.h from Python's Unicode data:
tests/tools/gen_width.py > src/base/width_table.h"""
import unicodedata

SOFT_HYPHEN = 0x00AD  # a format character, but every terminal draws it
# Format characters that are drawn: they stand before or over the digits that follow.
DRAWN = {0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x070F, 0x0890, 0x0891,
         0x08E2, 0x110BD, 0x110CD, SOFT_HYPHEN}
# Ranges where code points that are not assigned yet count as wide (UAX #11 for the
# ideographs; each symbol added to the emoji range so far has been wide).
WIDE_UNASSIGNED = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x1FA70, 0x1FAFF),
                   (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)]


def width(cp):
    char = chr(cp)
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf") and cp not in DRAWN:
        return 0
    if 0x1160 <= cp <= 0x11FF or 0xD7B0 <= cp <= 0xD7FF:  # Hangul vowels and finals join
        return 0
    if 0xE0000 <= cp <= 0xE0FFF:  # tags and variation selectors, assigned or not
        return 0
    if category == "Cn":
        return 2 if any(lo <= cp <= hi for lo, hi in WIDE_UNASSIGNED) else 1
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def ranges(wanted):
    out = []
    for cp in range(0x80, 0x110000):
        if 0xD800 <= cp <= 0xDFFF or width(cp) != wanted:
            continue
        if out and out[-1][1] == cp - 1:
            out[-1][1] = cp
        else:
            out.append([cp, cp])
    return out


def write(name, wanted):
    print("\nstatic const struct width_range %s[] = {" % name)
    line = "\t"
    for lo, hi in ranges(wanted):
        item = "{ 0x%04x, 0x%04x }," % (lo, hi)
        if len(line) + len(item) > 88:
            print(line.rstrip())
            line = "\t"
        line += item + " "
    print(line.rstrip())
    print("};")


print("/* SPDX-License-Identifier: Apache-2.0 */")
print("/* Made by tests/tools/gen_width.py from Unicode %s; do not edit. */"
      % unicodedata.unidata_version)
print("#pragma once\n\n#include <stdint.h>\n")
print("struct width_range {\n\tuint32_t first, last;\n};")
write("zero_width", 0)
write("double_width", 2)
