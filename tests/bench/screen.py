# SPDX-License-Identifier: Apache-2.0
"""Bytes that reach a terminal of 120x40 while 50 Deployments of 20 Pods roll out, and while one that never gets ready is waited for:
ksettle, and k9s where it is on PATH. And what a run does whose terminal nobody reads. Usage: screen.py [bytes] [stalled], with KSETTLE
and KSETTLE_TEST_KUBECONFIG."""
import fcntl
import json
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import uuid

KSETTLE = os.path.abspath(os.environ.get("KSETTLE", "./ksettle"))
KUBECONFIG = os.environ["KSETTLE_TEST_KUBECONFIG"]
ROWS, COLUMNS = 40, 120
SIZE = (50, 20)
WAITING = 30  # seconds
STALLED = 20  # seconds at least


class OnTerminal:
    """A command on a pty, all of its bytes counted."""

    def __init__(self, argv, env):
        self.count, self.tail = 0, b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def watch(self, seconds, until=lambda: False):
        """Reads for so long, or until it is so; the bytes that came, and the seconds."""
        begun, before = time.monotonic(), self.count
        while time.monotonic() - begun < seconds and not until():
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    break
                self.count += len(data)
                self.tail = (self.tail + data)[-200000:]
        return self.count - before, time.monotonic() - begun

    def end(self):
        os.kill(self.pid, 15)
        self.watch(3)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def deployment(name, pods, place=""):
    return (f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {pods}\n"
            f"  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n"
            f"      {place}\n      containers: [{{name: web, image: \"nginx:1.27\"}}]\n")


def kubectl(*args, quiet=True):
    return subprocess.run(["kubectl", "--kubeconfig", KUBECONFIG, *args], check=quiet, stdout=subprocess.PIPE, text=True).stdout


def rolled_out(ns):
    """All but the one that never gets there."""
    found = kubectl("get", "deployments", "-n", ns, "-o", "jsonpath={.items[*].status.availableReplicas}")
    return found.split() == [str(SIZE[1])] * SIZE[0]


def line(name, what, figures):
    count, seconds = figures
    print(f"{name:10} {what:52} {count:>9} bytes in {seconds:5.1f} s  {count / seconds:8.0f} a second", flush=True)


def measure(name, start, files, ns, env):
    """Starts what watches, lets the Deployments roll out, then waits for the last one."""
    last = [0.0, False]

    def done():
        if time.monotonic() - last[0] > 1:
            last[:] = [time.monotonic(), rolled_out(ns)]
        return last[1]

    screen, applied = start(), None
    line(name, "to start", screen.watch(4))
    if name != "ksettle":
        applied = subprocess.Popen(["kubectl", "apply", "-n", ns, "-f", files], env=env, stdout=subprocess.DEVNULL)
    line(name, f"{SIZE[0]} Deployments of {SIZE[1]} Pods roll out", screen.watch(180, done))
    if applied:
        applied.wait()
    screen.watch(10)
    line(name, "one is waited for", screen.watch(WAITING))
    screen.end()
    if os.environ.get("KEEP_BYTES"):
        with open(f"{os.environ['KEEP_BYTES']}-{name}", "wb") as file:
            file.write(screen.tail)


def in_namespace(function):
    ns = f"ksettle-screen-{uuid.uuid4().hex[:6]}"
    kubectl("create", "namespace", ns)
    try:
        function(ns)
    finally:
        kubectl("delete", "namespace", ns, "--wait=false")


def settings(folder):
    return dict(os.environ, KUBECONFIG=KUBECONFIG, TERM="xterm-256color", XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder, LC_ALL="C.UTF-8")


def write_plan(folder, ns, more=""):
    with open(os.path.join(folder, "all.yaml"), "w") as file:
        file.write("".join(deployment(f"web-{i:03d}", SIZE[1]) for i in range(SIZE[0])) + more)
    path = os.path.join(folder, "plan.yaml")
    with open(path, "w") as file:
        file.write(f"apiVersion: ksettle/v1\nname: screen\ndefaults: {{namespace: {ns}, verify: {{timeout: 10m}}}}\n"
                   "steps:\n- {name: All, yaml: {files: [all.yaml]}}\n")
    return path


def part_bytes(folder):
    env, never = settings(folder), deployment("never", 1, "nodeSelector: {bench: nowhere}")
    files = os.path.join(folder, "all.yaml")
    in_namespace(lambda ns: measure("ksettle", lambda: OnTerminal([KSETTLE, "run", write_plan(folder, ns, never)], env), files, ns, env))
    if shutil.which("k9s"):
        in_namespace(lambda ns: measure("k9s", lambda: OnTerminal(["k9s", "-n", ns, "-c", "pods"], env), files, ns, env))


def journal(folder):
    runs = os.path.join(folder, "ksettle/runs")
    for run in sorted(os.listdir(runs)) if os.path.isdir(runs) else []:
        with open(os.path.join(runs, run, "journal.jsonl"), encoding="utf-8") as file:
            yield from (json.loads(line) for line in file)


def part_stalled(folder):
    """Nobody reads the terminal, from the start until the journal has the run's end: beyond what a pty holds, nothing can be written."""
    def ended():
        return any(event["event"] == "run.end" for event in journal(folder))

    def run(ns):
        begun = time.monotonic()
        screen = OnTerminal([KSETTLE, "run", write_plan(folder, ns)], settings(folder))
        time.sleep(STALLED)
        while not ended() and time.monotonic() - begun < 300:
            time.sleep(0.5)
        events = list(journal(folder))
        print(f"ksettle    nobody read the terminal for {time.monotonic() - begun:.0f} s; the run's end meanwhile: {events[-1]['event']} "
              f"{events[-1].get('verdict')}, {events[0]['at']} to {events[-1]['at']}", flush=True)
        print(f"ksettle    {len(events)} events, seq {events[0]['seq']} to {events[-1]['seq']} without a gap: "
              f"{[e['seq'] for e in events] == list(range(1, len(events) + 1))}", flush=True)
        count, _ = screen.watch(2)
        print(f"ksettle    read again: {count} bytes, the last screen", flush=True)
        screen.end()

    in_namespace(run)


def main(words=()):
    parts = {"bytes": part_bytes, "stalled": part_stalled}
    for name in words or parts:
        with tempfile.TemporaryDirectory() as folder:
            parts[name](folder)


if __name__ == "__main__":
    main(sys.argv[1:])
