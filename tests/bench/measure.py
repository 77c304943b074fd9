# SPDX-License-Identifier: Apache-2.0
"""What a command takes: time, memory, processor, and bytes on the wire."""
import dataclasses
import os
import selectors
import socket
import subprocess
import threading
import time

SAMPLE = 0.005  # seconds between two looks at /proc/PID/status


class Relay:
    """Passes TCP connections on to a server and counts the bytes that come from it."""

    def __init__(self, host, port):
        self.target = (host, port)
        self.received = 0
        self.peers = {}
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.selector.register(self.listener, selectors.EVENT_READ)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self.accept()
                else:
                    self.pass_on(key.fileobj, key.data)

    def accept(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(self.target)
        self.peers[client], self.peers[server] = server, client
        self.selector.register(client, selectors.EVENT_READ, False)
        self.selector.register(server, selectors.EVENT_READ, True)

    def pass_on(self, source, from_server):
        peer = self.peers.get(source)
        if not peer:
            return  # closed a moment ago, with the other end
        try:
            data = source.recv(65536)
            if data:
                self.received += len(data) if from_server else 0
                peer.sendall(data)
                return
        except OSError:
            pass
        for end in (source, peer):
            self.selector.unregister(end)
            del self.peers[end]
            end.close()


@dataclasses.dataclass
class Figures:
    """Seconds and bytes."""
    wall: float = 0
    cpu: float = 0
    anon_peak: int = 0   # RssAnon
    anon_end: int = 0
    peak: int = 0        # VmHWM
    wire: int = 0
    code: int = 0
    output: str = ""


def memory(pid):
    """RssAnon and VmHWM in bytes; None when it has ended."""
    found = {}
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
            for line in f:
                if line.startswith(("RssAnon:", "VmHWM:")):
                    found[line.split(":")[0]] = int(line.split()[1]) * 1024
    except OSError:
        return None
    return (found["RssAnon"], found["VmHWM"]) if len(found) == 2 else None


def cpu_seconds(pid):
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as f:
        return int(f.read().split()[0]) / 1e9


class Running:
    """A command whose memory is being watched."""

    def __init__(self, argv, env=None, cwd=None, relay=None):
        self.figures = Figures()
        self.relay = relay
        self.received = relay.received if relay else 0
        self.started = time.monotonic()
        self.process = subprocess.Popen(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        self.figures.output = self.process.stdout.read()

    def sample(self):
        now = memory(self.process.pid)
        if now:
            f = self.figures
            f.anon_end, f.peak = now[0], max(f.peak, now[1])
            f.anon_peak = max(f.anon_peak, now[0])

    def watch(self, seconds):
        """Goes on sampling for so long; False when the command ended."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return False
            self.sample()
            time.sleep(SAMPLE)
        return True

    def finish(self):
        while self.watch(3600):
            pass
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.figures.wall = time.monotonic() - self.started
        self.figures.cpu = usage.ru_utime + usage.ru_stime
        self.figures.code = self.process.returncode
        self.figures.wire = self.relay.received - self.received if self.relay else 0
        self.reader.join()
        return self.figures

    def end(self):
        self.process.terminate()
        return self.finish()
