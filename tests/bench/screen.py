# SPDX-License-Identifier: Apache-2.0
"""Bytes that reach a terminal of 120x40 while 50 Deployments of 20 Pods roll out, and while one that never gets ready is waited for:
ksettle, and k9s where it is on PATH. Usage: screen.py [SECONDS of waiting], with KSETTLE and KSETTLE_TEST_KUBECONFIG."""
import fcntl
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
WAITING = int(sys.argv[1]) if sys.argv[1:] else 30


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

    def type(self, text):
        os.write(self.fd, text.encode())

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


def main():
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, KUBECONFIG=KUBECONFIG, TERM="xterm-256color", XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder, LC_ALL="C.UTF-8")
        files = os.path.join(folder, "all.yaml")
        with open(files, "w") as file:
            file.write("".join(deployment(f"web-{i:03d}", SIZE[1]) for i in range(SIZE[0])) + deployment("never", 1, "nodeSelector: {bench: nowhere}"))

        def ours(ns):
            plan = os.path.join(folder, "plan.yaml")
            with open(plan, "w") as file:
                file.write(f"apiVersion: ksettle/v1\nname: screen\ndefaults: {{namespace: {ns}, verify: {{timeout: 10m}}}}\n"
                           "steps:\n- {name: All, yaml: {files: [all.yaml]}}\n")
            measure("ksettle", lambda: OnTerminal([KSETTLE, "run", plan], env), files, ns, env)

        in_namespace(ours)
        if shutil.which("k9s"):
            in_namespace(lambda ns: measure("k9s", lambda: OnTerminal(["k9s", "-n", ns, "-c", "pods"], env), files, ns, env))


main()
