#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is said to a terminal besides its cells, and what it answers: mouse, colours of the ground, title, notices, clipboard, paste. TAP."""

import base64
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FAST, Sim, Terminal, case, main, ok, plan, same, skip_all  # noqa: E402

try:
    import pyte  # noqa: F401
except ImportError:
    skip_all("python3 has no pyte, the terminal emulator")

IN_TIME = [*FAST, "--timeout", "60s"]
NEVER_READY = "pods: [{match: {owner: web}, behave: never-ready}]\n"
LIGHT, DARK = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b]11;rgb:1010/1010/1010\x1b\\"
LIGHT_GREEN, DARK_GREEN = b"38;5;28m", b"38;5;78m"


def settled(t):
    ok(t.until(lambda: "Every object has settled" in t.text()), "the run ends well", *t.text().splitlines())
    t.steady()


def place(t, text):
    """Row and column, from 1, of a text on the screen."""
    for row, line in enumerate(t.screen.display):
        if text in line:
            return row + 1, line.index(text) + 1
    return 0, 0


def mouse(t, button, row, column, let_go=False):
    t.type(f"\x1b[<{button};{column};{row}{'m' if let_go else 'M'}")


def leave(t, code=0):
    t.type("q")
    same(t.wait(20), code, f"exit code {code}")
    same(t.modes(), t.before, "the modes are as before")


@case
def mouse_clicks_wheel_and_drag():
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim, rows=40, columns=120) as t:
        settled(t)
        ok(b"\x1b[?1002h" in t.bytes and b"\x1b[?1006h" in t.bytes, "the terminal is asked to report it")
        row, column = place(t, "♥ web")
        mouse(t, 0, row, column + 2)
        t.shows("kind: ", "a click on a name opens the manifest")
        mouse(t, 0, *place(t, "t timeline"))
        t.shows("+00:00", "a click on a tab opens that")
        edge = t.screen.display[10].index("│") + 1
        mouse(t, 0, 11, edge)
        mouse(t, 32, 11, edge - 12)
        mouse(t, 0, 11, edge - 12, True)
        ok(t.until(lambda: t.screen.display[10][edge - 13] == "│"), "the drawer's edge is dragged", t.screen.display[10])
        t.type("\x1b")
        t.until(lambda: "t timeline" not in t.text())
        t.type("g")
        t.steady()
        before = t.screen.cursor.y
        mouse(t, 65, 10, 10)
        ok(t.until(lambda: t.screen.cursor.y > before), "the wheel moves the cursor")
        marked = len(t.bytes)
        t.type("m")
        ok(t.until(lambda: b"\x1b[?1002l" in t.bytes[marked:]), "m gives it back to the terminal")
        leave(t)
        ok(t.bytes.rfind(b"\x1b[?1002l") > t.bytes.rfind(b"\x1b[?1002h"), "at the end it is off")
    with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, "--no-mouse", sim=sim) as t:
        settled(t)
        leave(t)
        ok(b"\x1b[?1002h" not in t.bytes, "--no-mouse does not ask")


@case
def colours_follow_the_ground():
    with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, sim=sim) as t:
        settled(t)
        ok(b"\x1b]11;?\x1b\\" in t.bytes, "the terminal is asked")
        ok(DARK_GREEN in t.bytes and LIGHT_GREEN not in t.bytes, "without an answer it is dark")
        t.type(LIGHT)
        ok(t.until(lambda: LIGHT_GREEN in t.bytes), "an answer that comes late turns it light")
        marked = len(t.bytes)
        t.type(DARK)
        ok(t.until(lambda: DARK_GREEN in t.bytes[marked:]), "and back")
        ok("settled" in t.text(), "no letter of an answer acts as a key", t.text())
        leave(t)
    for theme, has, lacks in (("light", LIGHT_GREEN, DARK_GREEN), ("dark", DARK_GREEN, LIGHT_GREEN)):
        with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, "--theme", theme, sim=sim) as t:
            settled(t)
            leave(t)
            ok(has in t.bytes and lacks not in t.bytes and b"]11;?" not in t.bytes, f"--theme {theme} asks nobody")
    with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, "--theme", "mono", sim=sim) as t:
        settled(t)
        leave(t)
        same(re.findall(rb"\x1b\[[\d;]*(?:3[0-7]|38;5;\d+)m", t.bytes), [], "--theme mono has no colour")
    for term, code in (("xterm", b"\x1b[32m"), ("linux", b"\x1b[32m")):
        with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, sim=sim, env={"TERM": term}) as t:
            settled(t)
            leave(t)
            ok(code in t.bytes and b"38;5;" not in t.bytes, f"{term}: only the eight colours that it has")
            same(b"]11;?" in t.bytes, term == "xterm", f"{term}: asked or not")


@case
def frames_in_one_piece():
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim, rows=40, columns=120) as t:
        t.type("\x1b[?2026;2$y")
        settled(t)
        marked = len(t.bytes)
        t.type("?")
        t.shows("Keys")
        t.steady()
        frame = t.bytes[marked:]
        ok(b"\x1b[?2026h" in frame and frame.rstrip().endswith(b"\x1b[?2026l"), "a terminal that can shows a frame at once", frame[:80])
        t.type("\x1b")
        t.until(lambda: "Keys" not in t.text())
        leave(t)
    with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, sim=sim) as t:
        settled(t)
        leave(t)
        ok(b"\x1b[?2026h" not in t.bytes, "one that did not say so is not told to")


@case
def title_and_notice():
    with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, sim=sim) as t:
        settled(t)
        titles = re.findall(rb"\x1b\]2;(.*?)\x1b\\", t.bytes)
        ok(titles and b"succeeded" in titles[-1], "the title says the verdict", titles)
        leave(t)
        ok(t.bytes.find(b"\x1b[22;2t") >= 0 and t.bytes.rfind(b"\x1b[23;2t") > t.bytes.rfind(b"\x1b]2;"), "the old title comes back")
        ok(b"\x07" not in t.bytes and b"\x1b]9;" not in t.bytes, "without --notify there is no notice")
    for how, wanted in (("bell", rb"\x07"), ("osc9", rb"\x1b\]9;base: [^\x1b]*settled[^\x1b]*\x1b\\"), ("osc777", rb"\x1b\]777;notify;ksettle;base: [^\x1b]*settled")):
        with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, "--notify", how, sim=sim) as t:
            settled(t)
            leave(t)
            same(len(re.findall(wanted, t.bytes)), 1, f"--notify {how}: once")


@case
def copy_to_the_clipboard():
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim) as t:
        settled(t)
        t.type("gj")
        t.steady()
        t.type("c")
        t.shows("copied", "c says so")
        copied = re.findall(rb"\x1b\]52;c;([\w+/=]+)\x1b\\", t.bytes)
        ok(copied and base64.b64decode(copied[-1]).decode().endswith(": Success"), "the row", copied)
        t.type("y")
        t.shows("y manifest")
        t.type("c")
        t.until(lambda: len(re.findall(rb"\x1b\]52;c;", t.bytes)) == 2)
        text = base64.b64decode(re.findall(rb"\x1b\]52;c;([\w+/=]+)\x1b\\", t.bytes)[-1]).decode()
        ok(text.startswith("apiVersion: ") and "\nkind: " in text, "the manifest", text[:200])
        t.type("q")
        t.pump(0.2)
        leave(t)


@case
def pasted_text_is_no_command():
    with Sim(NEVER_READY) as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim) as t:
        t.shows("web")
        t.type("\x1b[200~qy\x1b[201~")
        t.type("/")
        t.shows("find:")
        t.type("\x1b[200~qy\r\x1b[201~")
        t.shows("find: qy", "in the prompt it is typed")
        ok("Stop waiting" not in t.text() and t.process.poll() is None, "elsewhere it does nothing", t.text())
        t.type("\x03")
        same(t.wait(20), 130, "^C ends it")


if __name__ == "__main__":
    main()
