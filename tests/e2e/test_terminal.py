#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program on pseudo terminals: what is seen, what keys do, and how the terminal is left. TAP."""

import os
import re
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import DEMO, FAST, PROGRAM, Sim, Terminal, case, main, ok, plan, same, skip_all, until  # noqa: E402

try:
    import pyte  # noqa: F401
except ImportError:
    skip_all("python3 has no pyte, the terminal emulator")

IN_TIME = [*FAST, "--timeout", "60s"]
SLOW = "pods: [{match: {owner: web}, behave: slow, after: 25s}]\n"
NEVER_READY = "pods: [{match: {owner: web}, behave: never-ready}]\n"


def selected(t):
    """The line that the cursor is parked on."""
    return t.screen.display[t.screen.cursor.y].strip()


def move_to(t, pattern, key):
    """Moves row by row to the one that matches."""
    for _ in range(40):
        t.steady()
        if re.match(pattern, selected(t)):
            break
        t.type(key)
    return ok(re.match(pattern, selected(t)), f"the cursor moves to {pattern}", selected(t), *t.text().splitlines())


def press(t, keys, condition, name=None):
    t.type(keys)
    return t.shows(condition, name) if isinstance(condition, str) else ok(t.until(condition), name, *t.text().splitlines())


def settles(t, name=None):
    """The run is over, its record written, and the screen says so. A program that ended by then does not."""
    over = t.until(lambda: t.record("snapshot.json") and re.search("settled|timed out|failed", t.text()) or t.process.poll() is not None)
    return ok(over and t.process.poll() is None, name or "the run is seen to its end",
              *t.text().splitlines())


def leave(t, code=0, name="q ends it"):
    """A finished run ends with q, without a question."""
    t.type("q")
    return same(t.wait(20), code, f"{name}: exit code {code}")


def restored(t, name="the terminal"):
    """After the end: the alternate screen left, the cursor visible, the modes as they were."""
    left, entered = t.bytes.rfind(b"\x1b[?1049l"), t.bytes.rfind(b"\x1b[?1049h")
    ok(left > entered >= 0, f"{name}: the alternate screen was entered and left", t.bytes[-300:])
    hidden, shown = t.bytes.rfind(b"\x1b[?25l"), max(t.bytes.rfind(b"\x1b[?25h"), t.bytes.rfind(b"\x1b[34h\x1b[?25h"))
    ok(hidden <= shown or hidden < 0, f"{name}: the cursor is visible", t.bytes[-300:])
    same(t.modes(), t.before, f"{name}: the modes are as before")
    return t.bytes[left:].decode()


def clean(t, name):
    same(t.garbage(), [], f"{name}: every cell is printable", *t.text().splitlines())


def fits(t, name):
    clean(t, name)
    same((len(t.screen.display), {len(line) for line in t.screen.display}), (t.screen.lines, {t.screen.columns}), f"{name}: the emulated screen has its size")


def demo_folder(t_folder):
    """The demo's plan with shorter waits."""
    folder = os.path.join(t_folder, "demo")
    shutil.copytree(DEMO, folder)
    path = os.path.join(folder, "plan.yaml")
    text = open(path).read().replace("stabilization: 5s", "stabilization: 500ms")
    with open(path, "w") as file:
        file.write(text)
    return folder


def demo(rows_, columns):
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        with Terminal("demo", "success", "--speed", "4", rows=rows_, columns=columns, env={"KSETTLE_DEMO_DIR": demo_folder(folder)}) as t:
            name = f"{columns}x{rows_}"
            ok(t.until("Shop"), f"{name}: the plan is seen", t.text())
            ok(t.until(lambda: re.search(r"1/3|step 1|Base", t.text())), f"{name}: the first step is seen", t.text())
            ok(t.until(lambda: "succeeded" in t.text()), f"{name}: a step succeeds", t.text())
            ok(t.until(lambda: "3/3" in t.text() and "every object has settled" in t.text().lower()), f"{name}: all steps do", t.text())
            fits(t, name)
            same(t.process.poll(), None, f"{name}: the finished run stays on the screen")
            leave(t, 0, name)
            summary = restored(t, name)
            ok("3 Api and jobs" in summary and "succeeded" in summary and "snapshot:" in summary, f"{name}: the summary stays", summary)
            ok("\x1b[?1049h" not in summary, f"{name}: on the main screen")
            same(t.folded(), t.snapshot(), f"{name}: journal and snapshot agree")


@case
def demo_at_80x24():
    demo(24, 80)


@case
def demo_at_120x40():
    demo(40, 120)


@case
def demo_at_40x10():
    demo(10, 40)


@case
def drawer_fold_and_help():
    with Sim() as sim, Terminal("run", plan("three"), *IN_TIME, sim=sim, rows=40, columns=120) as t:
        settles(t)
        t.type("g")
        move_to(t, r"\S+ web +2/2", "j")
        press(t, "\r", "kind: Deployment", "Enter opens the manifest as applied")
        ok("progressDeadlineSeconds: 600" in t.text(), "all of it", t.text())
        press(t, "d", "API version", "d shows the details")
        press(t, "t", lambda: re.search(r"\+\d\d:\d\d +♥ Success", t.text()), "t shows the timeline")
        press(t, "y", "kind: Deployment", "y shows the manifest")
        clean(t, "the drawer")
        press(t, "\x1b", lambda: "kind: Deployment" not in t.text(), "Esc closes it")
        t.steady()
        ok(re.match(r"\S+ web +2/2", selected(t)), "the cursor is where it was", selected(t))
        press(t, "j", lambda: "ReplicaSet" in selected(t), "j moves on to the ReplicaSet")
        press(t, "y", lambda: "Deployment" in t.text() and "shop/web" in t.text(), "a child's manifest says whose child it is")
        press(t, "q", lambda: "y manifest   d details" not in t.text(), "q closes the drawer first")
        press(t, "1", lambda: "1 Base" in selected(t), "1 goes to the first step")
        press(t, " ", lambda: "settings" not in t.text(), "Space folds it")
        press(t, " ", "settings", "Space unfolds it")
        press(t, "?", "Keys", "? opens the help")
        clean(t, "the help")
        press(t, "\x1b", lambda: "1 Base" in t.text(), "Esc closes it")
        press(t, "/", lambda: True, "/ asks for a pattern")
        press(t, "migrate\r", lambda: "migrate" in selected(t), "and finds it")
        press(t, "s", "saved to", "s saves a snapshot")
        ok([f for f in os.listdir(t.folder) if f.startswith("ksettle-") and f.endswith(".json")], "the file is there", os.listdir(t.folder))
        leave(t)
        restored(t)


@case
def resize_in_mid_run():
    with Sim(SLOW) as sim, Terminal("run", plan("web"), *IN_TIME, "--stabilization", "1500ms", sim=sim, rows=24, columns=80) as t:
        t.shows("NotReady" if "NotReady" in t.text() else "web")
        for lines, columns in ((10, 40), (50, 150), (4, 20), (1, 1), (2, 200), (24, 80)):
            t.resize(lines, columns)
            ok(t.until(lambda: t.screen.columns == columns and (lines < 4 or "web" in t.text() or "ksettle" in t.text() or "small" in t.text())), f"{columns}x{lines}: drawn anew", t.text())
        settles(t)
        fits(t, "back at 80x24")
        ok("Every object has settled" in t.text(), "it settled meanwhile", t.text())
        leave(t)
        restored(t)


@case
def cursor_stays_on_its_object():
    """Rows come and go above the cursor: it stays with the Service."""
    with Sim(SLOW) as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim, rows=40, columns=100) as t:
        ok(t.until(lambda: t.text().count("Pod web-") == 2 and "EndpointSlice" in t.text()), "the Pods are there", t.text())
        press(t, "G", lambda: "EndpointSlice" in selected(t), "G goes to the end")
        move_to(t, r"\S+ web +ClusterIP", "k")
        settles(t)
        t.steady()
        ok(re.match(r"\S+ web +ClusterIP", selected(t)), "it is still there when the rows around it have changed", selected(t), *t.text().splitlines())
        t.type("q")
        t.wait()


@case
def q_asks_while_the_run_goes_on():
    with Sim(NEVER_READY) as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim) as t:
        t.shows("web")
        press(t, "q", "Stop waiting?", "q asks")
        press(t, "n", lambda: "Stop waiting?" not in t.text(), "n stays")
        same(t.process.poll(), None, "the run goes on")
        press(t, "q", "Stop waiting?", "q asks again")
        t.type("y")
        same(t.wait(), 130, "y cancels: exit code 130")
        ok("canceled" in restored(t), "the summary says so")
        same(t.snapshot()["run"]["verdict"], "canceled", "and the snapshot")
        same(t.folded(), t.snapshot(), "journal and snapshot agree")


@case
def interrupt_key_cancels():
    with Sim(NEVER_READY) as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim) as t:
        t.shows("web")
        t.type("\x03")
        t.until("Stop waiting?", 1)
        if t.process.poll() is None and "Stop waiting?" in t.text():
            t.type("y")
        same(t.wait(), 130, "exit code 130")
        summary = restored(t)
        ok("canceled" not in [line.strip() for line in summary.splitlines()], "no line of the summary says the verdict alone", summary)
        ok(summary.count("ReplicaSet") == 0, "nor does a ReplicaSet repeat its Deployment", summary)


@case
def exit_code_of_a_failure():
    with Sim(NEVER_READY) as sim, Terminal("run", plan("two"), *FAST, "--timeout", "1500ms", sim=sim) as t:
        settles(t)
        ok(t.until("skipped"), "the second step is skipped", t.text())
        leave(t, 3)
        summary = restored(t)
        ok("Deployment" in summary and "web" in summary, "the summary names the cause", summary)


@case
def summary_says_it_once_and_as_wide_as_the_screen():
    for columns in (60, 100):
        with Sim(NEVER_READY) as sim, Terminal("run", plan("web"), *FAST, "--timeout", "1s", sim=sim, columns=columns) as t:
            settles(t)
            t.type("q")
            t.wait()
            lines = t.bytes[t.bytes.rfind(b"\x1b[23;2t"):].decode().split("snapshot: ")[0].split("\r\n")[1:]
            ok(columns - 20 < max(map(len, lines)) <= columns, f"wrapped for {columns} columns", *lines)
            same("\n".join(lines).count("Deployment"), 1, "the cause is told once", *lines)
            ok(any("Pod web-" in line and " more" not in line for line in lines), "the Pods are named", *lines)


@case
def ASCII_where_the_locale_is_not_UTF_8():
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim, env={"LC_ALL": "C"}) as t:
        settles(t)
        leave(t)
        same(sorted({b for b in t.bytes if b > 126}), [], "no byte beyond ASCII")
        ok("+" in t.text(), "the mark of Success is +", t.text())


@case
def no_mark_that_the_locale_cannot_say():
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, "--icons", "unicode", sim=sim, env={"LC_ALL": "C"}) as t:
        settles(t)
        ok("+ web" in t.text() and "?" not in t.text().replace("? help", ""), "ASCII instead of question marks", t.text())
        leave(t)


@case
def no_color():
    with Sim(NEVER_READY) as sim, Terminal("run", plan("web"), *FAST, "--timeout", "1s", sim=sim, env={"NO_COLOR": "1"}) as t:
        settles(t)
        t.type("q")
        t.wait()
        same(sorted(set(re.findall(rb"\x1b\[[\d;]*(?:3[0-7]|4[0-7]|38|48|9[0-7])[\d;]*m", t.bytes))), [], "no colour is sent")
    with Sim(NEVER_READY) as sim, Terminal("run", plan("web"), *FAST, "--timeout", "1s", "--color", "always", sim=sim, env={"NO_COLOR": "1"}) as t:
        settles(t)
        t.type("q")
        t.wait()
        ok(re.search(rb"\x1b\[[\d;]*3(?:[0-7]|8;5;\d+)m", t.bytes), "--color always wins")


@case
def dumb_terminals_get_plain_lines():
    for name, term in (("dumb", "dumb"), ("unset", None), ("unknown", "no-such-terminal")):
        with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, sim=sim, env={"TERM": term}) as t:
            same(t.wait(), 0, f"TERM {name}: exit code 0, by itself")
            ok(b"step 1/1 Base" in t.bytes and b"\x1b" not in t.bytes, f"TERM {name}: plain lines", t.bytes[-500:])
    with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, "-o", "plain", sim=sim) as t:
        same(t.wait(), 0, "-o plain: by itself too")
        ok(b"\x1b" not in t.bytes, "-o plain: no escape sequence")
    for term in ("dumb", None, "no-such-terminal"):
        with Sim() as sim, Terminal("run", plan("base"), "-o", "tui", sim=sim, env={"TERM": term}) as t:
            same(t.wait(), 2, f"TERM {term}, -o tui: refused")
            ok(f"TERM={term or ''} cannot show the screen: use -o plain".encode() in t.bytes, f"TERM {term}, -o tui: with what to do", t.bytes)


def terminal_named(term):
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim, env={"TERM": term}) as t:
        settles(t, f"{term}: the run is seen to its end")
        ok("Deployment" in t.text() and "2/2" in t.text(), f"{term}: with its table", t.text())
        clean(t, term)
        t.type("y")
        t.type("q")
        t.pump(0.2)
        leave(t, 0, term)
        same(t.modes(), t.before, f"{term}: the modes are as before")
        if term in ("linux", "vt100"):
            same(sorted({b for b in t.bytes if b > 126}), [], f"{term}: no byte beyond ASCII, in the summary neither")


def described(term):
    folders = ("/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo", "/usr/lib/terminfo")
    return any(os.path.exists(os.path.join(folder, sub, term)) for folder in folders for sub in (term[0], f"{ord(term[0]):x}"))


for TERM in ("xterm-256color", "xterm", "tmux-256color", "screen", "linux", "vt100"):
    if described(TERM):
        def test(term=TERM):
            terminal_named(term)
        test.__name__ = "terminal"
        case(test)


@case
def stop_and_continue():
    """^Z gives the terminal back to the shell; fg brings the screen again."""
    import tempfile
    with Sim(SLOW) as sim, tempfile.TemporaryDirectory() as folder:
        line = f"{PROGRAM} run {plan('web')} {' '.join(IN_TIME)} --kubeconfig {sim.kubeconfig}"
        with Terminal(command=["bash", "--norc", "--noprofile", "-i"], env={"PS1": "SHELL> ", "HOME": folder}, rows=24, columns=100) as t:
            t.until("SHELL>")
            t.type(line + "\r")
            ok(t.until("Deployment"), "the run is seen", t.text())
            t.type("\x1a")
            ok(t.until(lambda: "Stopped" in t.text().rsplit("SHELL>", 2)[0] or "Stopped" in t.text()), "^Z stops it", t.text())
            ok(b"\x1b[?1049l" in t.bytes[t.bytes.rfind(b"\x1b[?1049h"):], "the alternate screen was left")
            t.type("echo free: $((6*7))\r")
            t.shows("free: 42", "the shell has the terminal")
            marked = len(t.bytes)
            t.type("fg\r")
            ok(t.until(lambda: b"\x1b[?1049h" in t.bytes[marked:]), "fg brings the screen back")
            ok(t.until(lambda: "Every object has settled" in t.text()), "and the run ends well", t.text())
            t.type("q")
            ok(t.until(lambda: re.search(rb"snapshot:.*SHELL> ", t.bytes[marked:], re.S)), "q ends it", t.text())
            t.type("echo code: $?\r")
            ok(t.until(lambda: re.search(rb"code: \d", t.bytes[marked:])) and b"code: 0" in t.bytes[marked:], "exit code 0", repr(t.bytes[-400:]))
            t.type("exit\r")
            t.wait(10)


@case
def terminal_closed_in_mid_run():
    with Sim(NEVER_READY) as sim, Terminal("run", plan("two"), *IN_TIME, sim=sim) as t:
        t.shows("NotReady" if "NotReady" in t.text() else "web")
        t.until(lambda: t.journal() and any(e["event"] == "object.status" for e in t.journal()))
        t.hang_up()
        code = until(lambda: t.process.poll() is not None) and t.process.returncode
        same(code, 129, "exit code 129")
        snapshot = t.snapshot()
        ok(snapshot, "a snapshot is left", t.journal()[-1:])
        same([s["verdict"] for s in snapshot["steps"]], ["interrupted", "skipped"], "interrupted")
        same(t.journal()[-1]["event"], "run.end", "the journal is complete")
        same(t.folded(), snapshot, "journal and snapshot agree")


@case
def terminal_closed_after_the_end():
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim) as t:
        settles(t)
        before = t.snapshot()
        t.hang_up()
        code = until(lambda: t.process.poll() is not None) and t.process.returncode
        same(code, 0, "the run's own code: it had succeeded")
        same(t.snapshot(), before, "the snapshot is untouched")


@case
def killed_gently_in_mid_run():
    with Sim(NEVER_READY) as sim, Terminal("run", plan("two"), *IN_TIME, sim=sim) as t:
        t.until("web")
        t.process.send_signal(signal.SIGTERM)
        same(t.wait(), 143, "exit code 143")
        ok("canceled" in restored(t), "the summary says canceled")
        same(t.snapshot()["run"]["verdict"], "canceled", "and the snapshot")


@case
def killed_by_a_signal_that_nobody_awaits():
    # ASan makes a SIGSEGV its own report.
    env = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0"}
    for signo in (signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM, signal.SIGSEGV):
        with Sim(NEVER_READY) as sim, Terminal("run", plan("web"), *FAST, sim=sim, env=env) as t:
            t.until("Waiting for")
            os.kill(t.process.pid, signo)
            same(t.wait(), -signo, f"{signo.name} ends it")
            same(t.modes(), t.before, f"{signo.name}: the modes are as before")
            ok(t.bytes.rfind(b"\x1b[?1049l") > t.bytes.rfind(b"\x1b[?1049h"), f"{signo.name}: the screen is left")


@case
def stalled_terminal():
    """Nobody reads the terminal while the run settles: its record must not wait for that."""
    with Sim() as sim, Terminal("run", plan("three"), *IN_TIME, "--stabilization", "1s", sim=sim, rows=60, columns=250) as t:
        done = until(lambda: t.record("snapshot.json"))
        ok(done, "the run settles")
        same(t.journal()[-1].get("verdict"), "succeeded", "its journal is complete")
        t.shows("Every object has settled", "the screen catches up when somebody reads again")
        leave(t)
        restored(t)


@case
def calm_when_nothing_happens():
    """A finished run sends nothing at all."""
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim) as t:
        settles(t)
        ok(t.until(lambda: t.pump(1) or quiet(t)), "not a byte in a second")
        t.type("q")
        t.wait()


def quiet(t):
    before = len(t.bytes)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        t.pump(0.1)
    return len(t.bytes) == before


@case
def secret_is_masked_on_the_screen():
    with Sim() as sim, Terminal("run", plan("base"), *IN_TIME, sim=sim, rows=40, columns=100) as t:
        settles(t)
        press(t, "/", lambda: True, "find")
        press(t, "database\r", lambda: "database" in selected(t), "the Secret is found")
        press(t, "y", "kind: Secret", "its manifest is shown")
        ok("••••" in t.text(), "with masks", t.text())
        for value in ("hunter2", "c3dvcmRmaXNo"):
            ok(value.encode() not in t.bytes, f"{value}… never reached the terminal")
        t.type("q")
        t.pump(0.3)
        leave(t)


@case
def show_in_the_viewer():
    with Sim() as sim, Terminal("run", plan("web"), *IN_TIME, sim=sim) as t:
        settles(t)
        t.type("q")
        t.wait()
        with Terminal("show", t.record("snapshot.json"), rows=30, columns=100) as viewer:
            viewer.shows("Object Snapshot")
            ok("2/2" in viewer.text(), "the table is there", viewer.text())
            viewer.type("q")
            same(viewer.wait(), 0, "exit code 0")
            restored(viewer)


if __name__ == "__main__":
    main()
