# SPDX-License-Identifier: Apache-2.0
"""What ksettle takes beside its peers, as a table. Usage: bench.py FOLDER [PART...], by run.sh."""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import uuid

import measure
import screen

KSETTLE = os.path.abspath(os.environ["KSETTLE"])
KUBECONFIG = os.environ["KSETTLE_TEST_KUBECONFIG"]
SCRATCH = sys.argv[1]
ROLLOUT = (50, 20)  # Deployments, and Pods of each
CROWD = (500, 20)
MINUTE = 60


def path(*names):
    return os.path.join(SCRATCH, *names)


def write(text, *names):
    os.makedirs(os.path.dirname(path(*names)), exist_ok=True)
    with open(path(*names), "w", encoding="utf-8") as f:
        f.write(text)
    return path(*names)


# ---- the table ----

HEAD = ("TIME", "CPU", "RSSANON", "AT END", "PEAK", "WIRE")
LINE = "{:>8} {:>8} {:>9} {:>9} {:>9} {:>9}  {}"


def mib(n):
    return f"{n / (1 << 20):.1f} MB" if n else "-"


def kib(n):
    return f"{n / 1024:.0f} kB" if n else "-"


def title(text):
    print(f"\n{text}\n" + LINE.format(*HEAD, "COMMAND"))


def line(f, command):
    ended = f" (exit {f.code})" if f.code > 0 else ""
    print(LINE.format(f"{f.wall:.1f} s", f"{f.cpu:.2f} s", mib(f.anon_peak), mib(f.anon_end), mib(f.peak),
                      kib(f.wire), command + ended), flush=True)
    if f.code > 0:
        for text in f.output.splitlines()[-3:]:
            print(f"  {text}")


# ---- the cluster ----

class Cluster:
    """A cluster behind a relay that counts; `env` leads programs there."""

    def __init__(self, kubeconfig, name):
        view = ["kubectl", "--kubeconfig", kubeconfig, "config", "view", "--raw", "--minify", "--flatten", "-o", "json"]
        config = json.loads(subprocess.run(view, check=True, capture_output=True).stdout)
        cluster = config["clusters"][0]["cluster"]
        url = urllib.parse.urlsplit(cluster["server"])
        self.relay = measure.Relay(url.hostname, url.port or 443)
        cluster.setdefault("tls-server-name", url.hostname)
        cluster["server"] = f"https://127.0.0.1:{self.relay.port}{url.path}"
        self.server = f"https://{url.netloc}{url.path}"
        self.ca = write(base64.b64decode(cluster.get("certificate-authority-data", "")).decode(), name, "ca.crt")
        self.env = dict(os.environ, KUBECONFIG=write(json.dumps(config), name, "config"), XDG_STATE_HOME=path("state"))

    def start(self, *argv, **more):
        return measure.Running(argv, env=self.env, relay=self.relay, **more)

    def kubectl(self, *args):
        subprocess.run(["kubectl", *args], env=self.env, check=True, stdout=subprocess.DEVNULL)


class Namespace:
    def __init__(self, cluster):
        self.cluster, self.name = cluster, f"ksettle-bench-{uuid.uuid4().hex[:6]}"

    def __enter__(self):
        self.cluster.kubectl("create", "namespace", self.name)
        return self.name

    def __exit__(self, *_):
        self.cluster.kubectl("delete", "namespace", self.name)


# ---- what is deployed ----

def deployment(name, pods, place=""):
    return f"""---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: {{bench: rollout}}}}
spec:
  replicas: {pods}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      {place}
      containers:
      - {{name: web, image: "nginx:1.27"}}
"""


def manifests(size, more=""):
    return "".join(deployment(f"web-{i:03d}", size[1]) for i in range(size[0])) + more


def plan(namespace):
    return write(f"apiVersion: ksettle/v1\nname: bench\ndefaults: {{namespace: {namespace}, verify: {{timeout: 10m}}}}\n"
                 "steps:\n- name: All\n  yaml: {files: [all.yaml]}\n", "plan.yaml")


# ---- parts ----

def part_get(cluster):
    if not os.path.exists(path("get")):
        return
    title("One GET with libcurl: what any program of this kind takes")
    f = measure.Running([path("get"), cluster.server + "/version", cluster.ca]).finish()
    for name, value in re.findall(r"(\w+):\s+(\d+) kB", f.output):
        setattr(f, "peak" if name == "VmHWM" else "anon_end", int(value) * 1024)
    f.anon_peak = max(f.anon_peak, f.anon_end)
    line(f, "tests/bench/get.c")


def peers(ns, files):
    """After `kubectl apply`, or by themselves."""
    yield "kubectl", ["rollout", "status", "deployment", "-l", "bench=rollout", "-n", ns], True
    yield "kubectl", ["wait", "--for=condition=Available", "deployment", "--all", "-n", ns, "--timeout=10m"], True
    write("apiVersion: v2\nname: bench\nversion: 0.1.0\n", "chart", "Chart.yaml")
    shutil.copy(files, write("", "chart", "templates", "all.yaml"))
    yield "helm", ["install", "bench", path("chart"), "--wait", "--timeout", "10m", "-n", ns], False
    yield "kapp", ["deploy", "-a", "bench", "-f", files, "-y", "-n", ns], False


def part_rollout(cluster):
    title(f"{ROLLOUT[0]} Deployments of {ROLLOUT[1]} Pods")
    files = write(manifests(ROLLOUT), "all.yaml")
    for flags in (["--stabilization", "2s"], []):
        with Namespace(cluster) as ns:
            line(cluster.start(KSETTLE, "run", plan(ns), "--output", "plain", *flags).finish(),
                 " ".join(["ksettle run plan.yaml --output plain", *flags]))
    for i in range(len(list(peers("", files)))):
        with Namespace(cluster) as ns:
            program, args, needs_apply = list(peers(ns, files))[i]
            if not shutil.which(program):
                continue
            if needs_apply:
                applied = cluster.start("kubectl", "apply", "-f", files, "-n", ns).finish()
                if i == 0:
                    line(applied, "kubectl apply -f all.yaml")
            words = [os.path.basename(a) if a.startswith(SCRATCH) else a for a in args if a not in ("-n", ns)]
            line(cluster.start(program, *args).finish(), f"{program} {' '.join(words)}")


def minute(running):
    """What one minute of waiting takes."""
    f, pid, relay = measure.Figures(), running.process.pid, running.relay
    cpu, received = measure.cpu_seconds(pid), relay.received
    running.figures.anon_peak = 0
    if not running.watch(MINUTE):
        return running.finish()
    f.wall, f.cpu, f.wire = MINUTE, measure.cpu_seconds(pid) - cpu, relay.received - received
    f.anon_peak, f.anon_end, f.peak = (getattr(running.figures, k) for k in ("anon_peak", "anon_end", "peak"))
    return f


def part_waiting(cluster):
    other = Cluster(KUBECONFIG, "other")  # its bytes are counted apart
    title(f"A minute of waiting: {ROLLOUT[0]} Deployments of {ROLLOUT[1]} Pods are ready, one never is")
    files = write(manifests(ROLLOUT, deployment("never", 1, "nodeSelector: {bench: nowhere}")), "all.yaml")
    with Namespace(cluster) as ns:
        cluster.kubectl("apply", "-f", files, "-n", ns)
        cluster.kubectl("wait", "--for=condition=Available", "-n", ns, "--timeout=10m",
                        *(f"deployment/web-{i:03d}" for i in range(ROLLOUT[0])))
        ours = cluster.start(KSETTLE, "watch", "-f", files, "-n", ns, "--output", "plain", "--timeout", "none")
        theirs = other.start("kubectl", "rollout", "status", "deployment/never", "-n", ns, "--timeout=1h")
        ours.watch(15)
        line(minute(ours), "ksettle watch -f all.yaml --output plain --timeout none: the first minute")
        line(minute(ours), "…: the second")
        line(minute(ours), "…: the third")
        line(minute(theirs), "kubectl rollout status deployment/never: one Deployment, no Pods")
        ours.end()
        theirs.end()


def part_crowd(_):
    title(f"{CROWD[0]} Deployments of {CROWD[1]} Pods, ready one after the other, on a server of canned answers")
    files = write(manifests(CROWD), "crowd", "all.yaml")
    server = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(__file__), "canned.py"), path("crowd"),
                               *map(str, CROWD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        server.stdout.readline()
        cluster = Cluster(path("crowd", "kubeconfig"), "crowd")
        line(cluster.start(KSETTLE, "watch", "-f", files, "--output", "plain").finish(),
             "ksettle watch -f all.yaml --output plain")
    finally:
        server.stdin.close()
        server.wait()


def part_screen(_):
    print("\nBytes to a terminal of 120x40, and a terminal that nobody reads")
    screen.main()


def main():
    parts = {"get": part_get, "rollout": part_rollout, "waiting": part_waiting, "crowd": part_crowd, "screen": part_screen}
    cluster = Cluster(KUBECONFIG, "cluster")
    print("RSSANON: memory of its own, the most that was seen; PEAK: VmHWM, with the pages of libraries and program")
    for name in sys.argv[2:] or parts:
        parts[name](cluster)


main()
