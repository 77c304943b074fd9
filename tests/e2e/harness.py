# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: cases run side by side, a simulated cluster, a run of the program, a terminal.

KSETTLE names the program under test (./ksettle), srcdir the sources (.). Nothing here sleeps for luck: conditions are awaited,
each with PATIENCE as its bound."""

import concurrent.futures
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

SRC = os.path.abspath(os.environ.get("srcdir", "."))
PROGRAM = os.path.abspath(os.environ.get("KSETTLE", "./ksettle"))
PLANS = os.path.join(SRC, "tests/e2e/plans")
DEMO = os.path.join(SRC, "examples/demo")
PATIENCE = float(os.environ.get("KSETTLE_TEST_PATIENCE", "60"))  # seconds until what should come counts as failed
WORKERS = int(os.environ.get("KSETTLE_TEST_WORKERS", "8"))  # cases mostly wait

FAST = ["--stabilization", "300ms", "--poll-interval", "100ms", "--grace", "500ms"]


# --- cases, as TAP ---

cases = []
checks = []  # of the case that runs in this process


def case(function):
    cases.append(function)
    return function


def ok(passed, name, *why):
    checks.append((bool(passed), name, [line if isinstance(line, str) else json.dumps(line, default=str) for line in why]))
    return bool(passed)


def same(got, want, name, *why):
    return ok(got == want, name, f"got  {got!r}", f"want {want!r}", *why)


def run_case(index):
    checks.clear()
    begun = time.monotonic()
    try:
        cases[index]()
    except Exception:
        ok(False, "ends without an exception", *traceback.format_exc().splitlines())
    return list(checks), time.monotonic() - begun


def main():
    """Runs all cases, or those whose names hold a word of the command line."""
    chosen = [i for i, c in enumerate(cases) if not sys.argv[1:] or any(word in c.__name__ for word in sys.argv[1:])]
    count = failed = 0
    with concurrent.futures.ProcessPoolExecutor(WORKERS) as pool:
        running = [(i, pool.submit(run_case, i)) for i in chosen]
        for i, future in running:
            title = cases[i].__name__.replace("_", " ")
            results, seconds = future.result()
            for passed, name, why in results:
                count += 1
                failed += not passed
                print(f"{'ok' if passed else 'not ok'} {count} - {title}: {name}".replace("#", "\\#"), flush=True)
                for line in "\n".join(why).split("\n") if not passed and why else ():
                    print("#", line[:2000], flush=True)
            print(f"# {title}: {seconds:.1f} s", flush=True)
    print(f"1..{count}", flush=True)
    sys.exit(1 if failed else 0)


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def until(condition, patience=PATIENCE, between=0.02):
    """What the condition answered when it first was true; None if it never was."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(between)
    return None


# --- the simulated cluster ---

class Sim:
    def __init__(self, scenario="{}", speed=10):
        self.folder = tempfile.mkdtemp(prefix="ksettle-e2e-")
        self.kubeconfig = self.path("kubeconfig")
        with open(self.path("scenario.yaml"), "w") as file:
            file.write(scenario)
        self.process = subprocess.Popen(
            [PROGRAM, "sim", "--kubeconfig", self.kubeconfig, "--scenario", self.path("scenario.yaml"), "--speed", str(speed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith("ready "):
            raise RuntimeError("the simulated cluster did not start")

    def path(self, name):
        return os.path.join(self.folder, name)

    def ask(self, path, method="GET", body=None):
        """What the API server says; a body is applied (PATCH), as JSON."""
        import base64
        import http.client
        import re
        import ssl
        text = open(self.kubeconfig).read()
        ca = base64.b64decode(re.search(r"certificate-authority-data: (\S+)", text)[1]).decode()
        connection = http.client.HTTPSConnection(
            "127.0.0.1", int(re.search(r"server: \S+:(\d+)", text)[1]), context=ssl.create_default_context(cadata=ca), timeout=PATIENCE)
        headers = {"Authorization": "Bearer " + re.search(r"token: \W?(\w+)", text)[1]}
        if body:
            headers["Content-Type"] = "application/apply-patch+yaml"
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse().read()
        connection.close()
        return json.loads(answer)

    def gone(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.gone()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# --- a run of the program ---

def environment(folder, **more):
    env = {k: v for k, v in os.environ.items() if k not in ("KUBECONFIG", "NO_COLOR", "COLUMNS", "LINES", "COLORTERM", "LC_ALL")}
    env.update(XDG_STATE_HOME=os.path.join(folder, "state"), LC_ALL="C.UTF-8", TZ="UTC", TMPDIR=folder, KSETTLE_DEMO_DIR=DEMO)
    env.update({k: v for k, v in more.items() if v is not None})
    for key in (k for k, v in more.items() if v is None):
        env.pop(key, None)
    return env


class Run:
    """The program with a state folder of its own; read its output with wait()."""

    def __init__(self, *args, sim=None, folder=None, env=None, **popen):
        self.folder = folder or tempfile.mkdtemp(prefix="ksettle-e2e-")
        self.owned = folder is None
        command = [PROGRAM, *args]
        if sim:
            command += ["--kubeconfig", sim.kubeconfig]
        self.out = self.err = ""
        self.files = [open(os.path.join(self.folder, name), "w+b") for name in ("stdout", "stderr")]
        popen.setdefault("stdout", self.files[0])
        popen.setdefault("stdin", subprocess.DEVNULL)
        self.process = subprocess.Popen(command, stderr=self.files[1], env=environment(self.folder, **(env or {})), cwd=self.folder, **popen)

    def wait(self, patience=PATIENCE):
        """Its exit code; None when it had to be killed."""
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        self.out, self.err = self.so_far(0), self.so_far(1)
        return code

    def so_far(self, which=0):
        with open(self.files[which].name, "rb") as file:
            return file.read().decode(errors="surrogateescape")

    def until_said(self, text, which=0):
        return until(lambda: text in self.so_far(which) or self.process.poll() is not None) and text in self.so_far(which)

    def record(self, name):
        """The path of a file of the kept run; None if there is none."""
        runs = os.path.join(self.folder, "state/ksettle/runs")
        found = [os.path.join(runs, run, name) for run in (sorted(os.listdir(runs)) if os.path.isdir(runs) else [])]
        return found[-1] if found and os.path.exists(found[-1]) else None

    def snapshot(self):
        path = self.record("snapshot.json")
        if not path:
            return None
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def journal(self):
        path = self.record("journal.jsonl")
        if not path:
            return []
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def folded(self):
        """What the journal alone comes to."""
        done = subprocess.run([PROGRAM, "show", self.record("journal.jsonl"), "-o", "json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment(self.folder), timeout=PATIENCE)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr.decode()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for file in self.files:
            file.close()
        if self.owned:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def plan(name):
    return os.path.join(PLANS, name + ".yaml")


def write(run_or_sim, name, text):
    path = os.path.join(run_or_sim.folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def rows(snapshot, step=0):
    """The objects of a step by "Kind/name"."""
    return {f"{o['kind']}/{o['name']}": o for o in snapshot["steps"][step]["objects"]}


def ended(run, code, verdict, name="the run"):
    """How every run must end: its code, its verdict in the journal and in the snapshot, and both telling one story."""
    got = run.wait()
    snapshot, journal = run.snapshot(), run.journal()
    same(got, code, f"{name} exits with {code}", *run.out.splitlines()[-12:], *run.err.splitlines()[-5:])
    if not ok(snapshot and journal, f"{name} leaves a journal and a snapshot"):
        return None
    same(snapshot["run"]["verdict"], verdict, f"{name} is {verdict}")
    same(snapshot["run"]["exitCode"], code, f"{name}'s code is in its snapshot")
    same((journal[-1]["event"], journal[-1].get("verdict")), ("run.end", verdict), f"{name}'s journal ends with the verdict")
    same(run.folded(), snapshot, f"{name}'s journal folds into its snapshot")
    return snapshot


# --- a terminal ---

def emulator(columns, rows):
    """pyte's screen and stream, with what ncurses uses and they lack: REP (the last character again), SU and SD (scroll)."""
    import pyte

    class Screen(pyte.Screen):
        last = " "

        def draw(self, data):
            self.last = data[-1:] or self.last
            super().draw(data)

        def repeat(self, count=1):
            super().draw(self.last * (count or 1))

        def scroll(self, count, edge, step):
            at = self.cursor.y
            top, bottom = self.margins or (0, self.lines - 1)
            self.cursor.y = bottom if edge == "bottom" else top
            for _ in range(count or 1):
                step()
            self.cursor.y = at

        def scroll_up(self, count=1):
            self.scroll(count, "bottom", self.index)

        def scroll_down(self, count=1):
            self.scroll(count, "top", self.reverse_index)

    more = {"b": "repeat", "S": "scroll_up", "T": "scroll_down"}

    class Stream(pyte.ByteStream):
        csi = {**pyte.ByteStream.csi, **more}
        events = pyte.ByteStream.events | set(more.values())

    screen = Screen(columns, rows)
    return screen, Stream(screen)


class Terminal:
    """The program on a pseudo terminal, with an emulated screen. Single-threaded: it reads while it waits."""

    def __init__(self, *args, sim=None, rows=24, columns=80, env=None, folder=None, command=None):
        import fcntl
        import struct
        import termios
        self.folder = folder or tempfile.mkdtemp(prefix="ksettle-e2e-")
        self.owned = folder is None
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.screen, self.stream = emulator(columns, rows)
        self.bytes = b""
        command = command or [PROGRAM, *args] + (["--kubeconfig", sim.kubeconfig] if sim else [])

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(command, stdin=self.slave, stdout=self.slave, stderr=self.slave, cwd=self.folder,
                                        env=environment(self.folder, **{"TERM": "xterm-256color", **(env or {})}),
                                        preexec_fn=own_terminal)

    record, snapshot, journal, folded = Run.record, Run.snapshot, Run.journal, Run.folded

    def pump(self, seconds=0.02):
        """Takes what the program wrote."""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.bytes += data
            self.stream.feed(data)
            seconds = 0

    def steady(self, quiet=0.12):
        """Pumps until nothing came for so long: whole frames are on the screen (they are 0.25 s apart at most)."""
        before = -1
        while before != len(self.bytes):
            before = len(self.bytes)
            self.pump(quiet)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, condition, patience=PATIENCE):
        """Pumps until the condition (a text on the screen, or a function) holds."""
        wanted = condition if callable(condition) else lambda: condition in self.text()
        end = time.monotonic() + patience
        while time.monotonic() < end:
            self.pump()
            if wanted():
                return True
        return False

    def shows(self, text, name=None, patience=PATIENCE):
        return ok(self.until(text, patience), name or f"the screen shows {text!r}", *self.text().splitlines())

    def type(self, keys):
        os.write(self.master, keys.encode())

    def resize(self, rows, columns):
        import fcntl
        import struct
        import termios
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait(self, patience=PATIENCE):
        """Reads to the end; the exit code, as a shell has it. None when it had to be killed."""
        over = self.until(lambda: self.process.poll() is not None, patience)
        if not over:
            self.process.kill()
            self.process.wait()
            return None
        self.pump(0.1)
        return self.process.returncode

    def modes(self):
        import termios
        return termios.tcgetattr(self.slave)

    def hang_up(self):
        """The terminal's window is closed."""
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1

    def garbage(self):
        """Cells that are no printable character."""
        return sorted({cell for line in self.screen.display for cell in line if not cell.isprintable()})

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)
        if self.owned:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
