#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints screens of `ksettle demo SCENARIO` as text, at its telling moments. Usage: record_screens.py [SCENARIO] [80x24 …]; needs pyte.
With --ansi the screens keep their colours."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "e2e"))
os.environ.setdefault("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Terminal  # noqa: E402


def plain(screen):
    return "\n".join(line.rstrip() for line in screen.display)


def sgr(cell):
    codes = [code for on, code in ((cell.bold, "1"), (cell.underscore, "4"), (cell.reverse, "7")) if on]
    if re.fullmatch(r"[0-9a-f]{6}", cell.fg):
        codes.append("38;2;" + ";".join(str(int(cell.fg[i:i + 2], 16)) for i in (0, 2, 4)))
    elif cell.fg != "default":
        names = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
        codes.append(f"3{names.index(cell.fg)}" if cell.fg in names else "39")
    return f"\x1b[0;{';'.join(codes)}m" if codes else "\x1b[0m"


def coloured(screen):
    lines = []
    for row in range(screen.lines):
        line, last = "", None
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            line += (sgr(cell) if sgr(cell) != last else "") + cell.data
            last = sgr(cell)
        lines.append(line + "\x1b[0m")
    return "\n".join(lines)


def record(scenario, columns, rows, picture):
    def keep(title):
        t.steady()
        print(f"--- {scenario} at {columns}x{rows}: {title}\n{picture(t.screen)}\n", flush=True)

    def over():
        return re.search(r"Every object has settled|The run ", t.text()) is not None

    with Terminal("demo", scenario, rows=rows, columns=columns) as t:
        t.until(lambda: "Waiting for" in t.text() or over())
        keep("the run waits")
        if t.until(lambda: "stable " in t.text() or "✘ Pod" in t.text() or over(), 40):
            keep("on its way")
        t.until(lambda: re.search(r"3 Api.*00:1\d of", t.text()) or over(), 90)
        keep("the last step")
        t.until(over, 120)
        keep("the end")
        t.type("y")
        t.until("d details")
        keep("the manifest")
        t.type("d")
        keep("the details")
        t.type("e")
        keep("the events")
        t.type("qq")
        t.wait()
        print(f"--- {scenario}: what stays in the scrollback\n{t.bytes[t.bytes.rfind(b'[?1049l') + 8:].decode(errors='replace')}")


def main():
    words = [w for w in sys.argv[1:] if w != "--ansi"]
    sizes = [w for w in words if re.fullmatch(r"\d+x\d+", w)] or ["80x24", "120x40"]
    scenario = next((w for w in words if w not in sizes), "bad-image")
    for size in sizes:
        columns, rows = map(int, size.split("x"))
        record(scenario, columns, rows, coloured if "--ansi" in sys.argv else plain)


main()
