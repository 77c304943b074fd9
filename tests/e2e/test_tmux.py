#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program in tmux, which draws its screen with an emulation of its own: the same cells as in pyte, keys, resizes, a window that is
killed. TAP."""

import os
import shutil
import subprocess
import sys
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FAST, PROGRAM, Run, Sim, Terminal, case, environment, main, ok, plan, same, skip_all, until  # noqa: E402

try:
    import pyte  # noqa: F401
except ImportError:
    skip_all("python3 has no pyte, the terminal emulator")
if not shutil.which("tmux"):
    skip_all("no tmux here")

IN_TIME = [*FAST, "--timeout", "60s"]
NEVER_READY = "pods: [{match: {owner: web}, behave: never-ready}]\n"


class Tmux:
    """One window of a server of its own."""

    def __init__(self, *args, folder, columns=80, rows=24):
        self.socket = "ksettle-" + uuid.uuid4().hex[:8]
        self.env = environment(folder, TERM="xterm-256color", TMUX_TMPDIR=folder)
        self.run("-f", "/dev/null", "new-session", "-d", "-s", "0", "-x", str(columns), "-y", str(rows), PROGRAM, *args)

    def run(self, *args):
        return subprocess.run(["tmux", "-L", self.socket, *args], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout

    def text(self):
        return "\n".join(line.rstrip() for line in self.run("capture-pane", "-p").split("\n")).rstrip("\n")

    def shows(self, condition, name):
        wanted = condition if callable(condition) else lambda: condition in self.text()
        return ok(until(wanted), name, *self.text().splitlines())

    def keys(self, *names):
        self.run("send-keys", *names)

    def resize(self, columns, rows):
        self.run("resize-window", "-x", str(columns), "-y", str(rows))

    def pid(self):
        return int(self.run("display-message", "-p", "#{pane_pid}"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("kill-server")


def snapshot(sim, run):
    run.wait()
    return run.record("snapshot.json")


@case
def the_same_cells_as_in_pyte():
    """A finished run stands still, so that two screens of it can be compared."""
    with Sim(NEVER_READY) as sim, Run("run", plan("three"), *FAST, "--timeout", "1500ms", sim=sim) as run:
        path = snapshot(sim, run)
        for columns, rows in ((80, 24), (120, 40), (40, 10)):
            with Tmux("show", path, folder=run.folder, columns=columns, rows=rows) as tmux, \
                    Terminal("show", path, rows=rows, columns=columns) as t:
                for keys in ("", "g", "j", "d", "e", "y", "Escape", "?", "Escape", "f", "G", "a"):
                    if keys:
                        tmux.keys(keys)
                        t.type("\x1b" if keys == "Escape" else keys)
                    t.steady()
                    seen = t.text().rstrip("\n")
                    tmux.shows(lambda: tmux.text() == seen, f"{columns}x{rows}, after {keys or 'nothing'}: alike")
                t.type("q")
                t.wait()
                tmux.keys("q")


@case
def keys_and_resizes_in_mid_run():
    with Sim(NEVER_READY) as sim, Tmux("run", plan("web"), *IN_TIME, "--kubeconfig", sim.kubeconfig, folder=sim.folder) as tmux:
        tmux.shows("NotReady", "the run is seen")
        for columns, rows in ((120, 40), (40, 10), (30, 4), (200, 50), (80, 24)):
            tmux.resize(columns, rows)
            tmux.shows(lambda: "ksettle" in tmux.text() and "web" in tmux.text() if columns >= 80 else "00:" in tmux.text(), f"{columns}x{rows}: drawn anew")
        tmux.keys("1", "j")
        tmux.keys("y")
        tmux.shows("y manifest   d details", "y opens the manifest")
        tmux.keys("Escape")
        tmux.shows(lambda: "y manifest   d details" not in tmux.text(), "Escape closes it")
        tmux.keys("q")
        tmux.shows("Stop waiting?", "q asks")
        tmux.keys("n")
        tmux.shows(lambda: "Stop waiting?" not in tmux.text(), "n stays")


@case
def window_killed_in_mid_run():
    with Sim(NEVER_READY) as sim, Run("status", "-h") as folder:
        with Tmux("run", plan("web"), *IN_TIME, "--kubeconfig", sim.kubeconfig, folder=folder.folder) as tmux:
            tmux.shows("NotReady", "the run is seen")
            pid = tmux.pid()
        ok(until(lambda: not os.path.exists(f"/proc/{pid}")), "the program ends with its window")
        ok(until(folder.snapshot), "its snapshot is written")
        same(folder.snapshot()["run"]["verdict"], "interrupted", "interrupted")
        same(folder.journal()[-1]["event"], "run.end", "the journal is complete")


if __name__ == "__main__":
    main()
