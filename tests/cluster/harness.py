# SPDX-License-Identifier: Apache-2.0
"""What the tests on a real control plane share: namespaces of their own, ksettle's runs, and TAP."""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid

KSETTLE = os.environ["KSETTLE"]
KUBECONFIG = os.environ["KSETTLE_TEST_KUBECONFIG"]
CLUSTER = os.environ.get("KSETTLE_TEST_CLUSTER")  # the folder of up.sh; None on a cluster of the user's
HERE = os.path.dirname(os.path.abspath(__file__))
BOUND = 60  # seconds after which waiting for anything is a failure


class Failed(Exception):
    """A check that did not hold."""


class Skipped(Exception):
    """A test that cannot be run on this cluster."""


def kubectl(*args, text=None, check=True):
    done = subprocess.run(["kubectl", "--kubeconfig", KUBECONFIG, *args], input=text, capture_output=True, text=True)
    if check and done.returncode:
        raise Failed(f"kubectl {' '.join(args)}: {done.stderr.strip()}")
    return done.stdout


def expect(what, got, want):
    if got != want:
        raise Failed(f"{what}: got {got!r}, want {want!r}")


def expect_in(what, part, text):
    if part not in (text or ""):
        raise Failed(f"{what}: {part!r} is not in {text!r}")


def await_that(what, probe):
    """Waits until probe() is true; its value."""
    until = time.monotonic() + BOUND
    while time.monotonic() < until:
        value = probe()
        if value:
            return value
        time.sleep(0.1)
    raise Failed(f"waited {BOUND}s in vain for {what}")


class Place:
    """A namespace and a folder for one test."""

    def __init__(self, name):
        self.ns = f"t-{name}-{uuid.uuid4().hex[:6]}"
        self.folder = tempfile.TemporaryDirectory()
        kubectl("create", "namespace", self.ns)
        self.env = dict(os.environ, KUBECONFIG=KUBECONFIG, XDG_STATE_HOME=self.path("state"))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.path(name)

    def plan(self, *steps, defaults=""):
        """A plan of yaml steps; each is the text of its manifests, or (text, further keys)."""
        text = f"apiVersion: ksettle/v1\nname: test\ndefaults: {{namespace: {self.ns}{defaults}}}\nsteps:\n"
        for i, step in enumerate(steps):
            manifests, more = step if isinstance(step, tuple) else (step, "")
            self.write(f"step{i}.yaml", manifests)
            text += f"- name: Step {i}\n  yaml: {{files: [step{i}.yaml]}}\n{more}"
        return self.write("plan.yaml", text)

    def start(self, *args, env=None):
        return subprocess.Popen([KSETTLE, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                stdin=subprocess.DEVNULL, env={**self.env, **(env or {})}, cwd=self.folder.name)

    def finish(self, process):
        out, err = process.communicate(timeout=BOUND * 2)
        return Run(self, process.returncode, out, err)

    def run(self, *args, env=None):
        return self.finish(self.start(*args, "--output", "plain", "--snapshot", self.path("out.json"), env=env))

    def close(self):
        kubectl("delete", "namespace", self.ns, "--wait=false", check=False)
        self.folder.cleanup()


def viewer(p, *groups):
    """A kubeconfig of one more user, who may do what RBAC objects say."""
    if not CLUSTER:
        raise Skipped("needs the test cluster's own CA")
    text = subprocess.run([os.path.join(HERE, "mkuser.sh"), CLUSTER, f"user-{p.ns}", *groups], check=True,
                          capture_output=True, text=True).stdout
    return p.write("viewer", text)


class Run:
    """How a run ended."""

    def __init__(self, place, code, out, err):
        self.code, self.out, self.err = code, out, err
        path = place.path("out.json")
        self.snapshot = None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                self.snapshot = json.load(f)

    def step(self, i=0):
        return self.snapshot["steps"][i]

    def object(self, kind, name, step=0):
        for o in self.step(step)["objects"]:
            if o["kind"] == kind and o["name"] == name:
                return o
        raise Failed(f"no {kind} {name} in the snapshot")

    def kind(self, kind, step=0):
        return [o for o in self.step(step)["objects"] if o["kind"] == kind]

    def expect(self, code, verdict=None, step=0):
        if self.code != code:
            raise Failed(f"exit code {self.code}, want {code}\n{self.out}{self.err}")
        if verdict:
            expect("verdict", self.step(step)["verdict"], verdict)


def main(tests, jobs=4):
    """Runs the tests, a few at a time, and prints TAP."""
    wanted = sys.argv[1:]
    tests = [t for t in tests if not wanted or t.__name__.removeprefix("test_") in wanted]
    lock = threading.Lock()
    count, failed = [0], [0]

    def one(test):
        name = test.__name__.removeprefix("test_").replace("_", "-")
        place, trouble, skipped = None, None, None
        try:
            place = Place(name[:30])
            test(place)
        except Skipped as why:
            skipped = str(why)
        except Exception as why:  # a test that crashes has failed; the others go on
            trouble = f"{type(why).__name__}: {why}"
        finally:
            if place:
                place.close()
        with lock:
            count[0] += 1
            if trouble:
                failed[0] += 1
                print(f"not ok {count[0]} - {name}")
                for line in trouble.splitlines():
                    print(f"# {line}")
            else:
                print(f"ok {count[0]} - {name}{' # SKIP ' + skipped if skipped else ''}")
            sys.stdout.flush()

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, tests))
    print(f"1..{count[0]}")
    return 1 if failed[0] else 0
