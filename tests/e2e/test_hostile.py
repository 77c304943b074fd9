#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A cluster whose every text is hostile: only display text may reach a screen, a line or a file. TAP.

The API server here is a few lines of our own, because the simulated cluster cannot send what jansson refuses: NULs, lone
surrogates, 1e999. It speaks plain HTTP (no credentials are sent over that)."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FAST, PATIENCE, PROGRAM, Run, Terminal, case, environment, main, ok, plan, same  # noqa: E402

try:
    import pyte  # noqa: F401
except ImportError:
    pyte = None

SHORT = [*FAST, "--timeout", "1500ms"]

# As JSON source, so that it may hold what no JSON library would write.
NASTY = (r"red \u001b[31m title \u001b]0;owned\u0007 clear \u001b[2J\u001b[H c1 \u009b31m bell \u0007 back \b\b\b line\r\nover "
         r"nul \u0000 bidi \u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c sep \u2028\u2029 lone \ud800 low \udc00 del \u007f "
         r"bom \ufeff ::error::injected ##vso[x] <b>html</b> | pipe `tick`")
BIG = "x" * (1 << 20)


def pod(name, message, extra=""):
    return (f'{{"metadata":{{"name":"{name}","namespace":"shop","uid":"uid-{name}","creationTimestamp":"2026-01-01T00:00:00Z",'
            f'"labels":{{"app":"web"}},"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","uid":"uid-rs","controller":true}}]{extra}}},'
            f'"spec":{{"containers":[{{"name":"web","image":"{NASTY}"}}]}},'
            f'"status":{{"phase":"Pending","conditions":[{{"type":"{NASTY}","status":"False","reason":"{NASTY}","message":"{message}","lastTransitionTime":"{NASTY}"}}],'
            f'"containerStatuses":[{{"name":"web","ready":false,"restartCount":0,"image":"x","state":{{"waiting":{{"reason":"CrashLoopBackOff","message":"{message}"}}}},'
            f'"lastState":{{"terminated":{{"exitCode":1,"reason":"{NASTY}","message":"{message}"}}}}}}]}}}}')


ODD_VALUES = ["1e999", "-1e999", "123456789012345678901234567890", "null", "true", '"text"', "[]", "{}", "[[[]]]", "-1", "0.5"]


class Cluster:
    """The least of an API server: it applies whatever comes and lists what it is told to."""

    def __init__(self, deployment_status="{}", pods=(), events=(), refusal=None, warning=None):
        cluster = self
        self.deployment_status, self.pods, self.events, self.refusal, self.warning = deployment_status, pods, events, refusal, warning

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.send(*cluster.get(self.path, self.headers.get("Accept", "")))

            def do_PATCH(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send(*(cluster.refusal or (201, cluster.object(self.path.split("?")[0]))))

            def send(self, code, body):
                data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                if cluster.warning:
                    self.send_header("Warning", cluster.warning)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that leaves

        self.server = Server(("127.0.0.1", 0), Handler)
        self.applied = False
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def deployment(self):
        return ('{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"uid-web","generation":1,'
                f'"creationTimestamp":"2026-01-01T00:00:00Z","annotations":{{"a":"{NASTY}"}}}},'
                '"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}}}},'
                f'"status":{self.deployment_status}}}')

    def object(self, path):
        if "/deployments" in path:
            self.applied = True
            return self.deployment()
        return '{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop","uid":"uid-svc"},"spec":{"type":"ClusterIP"}}'

    def get(self, path, accept):
        path = path.split("?")[0]
        kinds = {"/api/v1": ["Service", "Pod", "Event", "ConfigMap"], "/apis/apps/v1": ["Deployment", "ReplicaSet"],
                 "/apis/discovery.k8s.io/v1": ["EndpointSlice"], "/apis/events.k8s.io/v1": ["Event"]}
        if path == "/version":
            return 200, f'{{"major":"1","minor":"34","gitVersion":"{NASTY}"}}'
        if path == "/api":
            return 200, '{"kind":"APIVersions","versions":["v1"]}'
        if path == "/apis":
            groups = [{"name": p.split("/")[2], "versions": [{"groupVersion": p[6:], "version": p.split("/")[3]}],
                       "preferredVersion": {"groupVersion": p[6:], "version": p.split("/")[3]}} for p in kinds if p.startswith("/apis/")]
            return 200, json.dumps({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
        if path in kinds:
            listed = [{"name": k.lower() + "s", "singularName": k.lower(), "namespaced": True, "kind": k, "verbs": ["get", "list", "watch", "patch", "create"]} for k in kinds[path]]
            return 200, json.dumps({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": path.split("/", 2)[2], "resources": listed})
        replicaset = ('{"metadata":{"name":"web-1","namespace":"shop","uid":"uid-rs","creationTimestamp":"2026-01-01T00:00:00Z","generation":1,'
                      '"labels":{"app":"web"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"uid-web","controller":true}]},'
                      '"spec":{"replicas":2},"status":{"replicas":2,"observedGeneration":1}}')
        for plural, kind, items in (("pods", "Pod", self.pods), ("replicasets", "ReplicaSet", [replicaset]), ("events", "Event", self.events),
                                    ("deployments", "Deployment", [self.deployment()] if self.applied else []), ("services", "Service", [self.object("")] if self.applied else []),
                                    ("endpointslices", "EndpointSlice", [])):
            if path.endswith("/" + plural):
                return 200, f'{{"kind":"{kind}List","apiVersion":"v1","metadata":{{"resourceVersion":"1"}},"items":[{",".join(items)}]}}'
            if f"/{plural}/" in path and kind in ("Deployment", "Service") and self.applied:
                return 200, self.object(path)
        if path.endswith("/log"):
            return 200, b"log \x1b[31mred\x1b[0m \x00 \xff\xfe \xe2\x80\xae evil\r\n" * 5
        return 404, '{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","message":"not found","code":404}'

    def kubeconfig(self, folder):
        path = os.path.join(folder, "kubeconfig")
        with open(path, "w") as file:
            file.write(f"""apiVersion: v1
kind: Config
current-context: hostile
clusters: [{{name: c, cluster: {{server: "http://127.0.0.1:{self.server.server_port}"}}}}]
contexts: [{{name: hostile, context: {{cluster: c, user: u, namespace: shop}}}}]
users: [{{name: u, user: {{}}}}]
""")
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# What display text never holds (newlines are allowed in blocks, tabs are not).
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def hostile_strings(value, where=""):
    """Strings in a JSON value that are no display text."""
    if isinstance(value, str):
        return [(where, value[:200])] if FORBIDDEN.search(value) else []
    if isinstance(value, dict):
        return [x for k, v in value.items() for x in hostile_strings(k, where + ".key") + hostile_strings(v, f"{where}.{k}")]
    if isinstance(value, list):
        return [x for i, v in enumerate(value) for x in hostile_strings(v, f"{where}[{i}]")]
    return []


def texts(out):
    """Lines of text output that are no display text."""
    return [line[:300] for line in out.split("\n") if FORBIDDEN.search(line)]


def check_run(name, cluster, codes=(3,), verdicts=("timedOut",)):
    """Plain, jsonl, journal and snapshot of a run against it."""
    for output in ("plain", "jsonl"):
        cluster.applied = False
        with run_against(cluster, output) as run:
            code = run.wait()
            ok(code in codes, f"{name}, {output}: exit code {' or '.join(map(str, codes))}", code, run.err[-1000:], run.out[-1000:])
            same(texts(run.out) if output == "plain" else [], [], f"{name}, plain: only display text")
            same(texts(run.err), [], f"{name}, {output}: only display text on standard error")
            journal = run.journal()
            same(hostile_strings(journal)[:5], [], f"{name}, {output}: journal holds only display text")
            snapshot = run.snapshot()
            ok(snapshot and snapshot["run"]["verdict"] in verdicts, f"{name}, {output}: verdict {' or '.join(verdicts)}", snapshot and snapshot["run"])
            same(hostile_strings(snapshot)[:5], [], f"{name}, {output}: snapshot holds only display text")
            same(texts(open(os.path.join(run.folder, "s.txt"), errors="surrogateescape").read()), [], f"{name}, {output}: so does the text file")
            ok(run.folded() == snapshot, f"{name}, {output}: the journal folds into the snapshot")
            if output == "jsonl":
                same([m for line in run.out.split("\n") if line for m in hostile_strings(json.loads(line))][:5], [], f"{name}, jsonl: only display text when decoded")
                same([line[:200] for line in run.out.split("\n") if re.search("[\x00-\x1f\x7f]", line)], [], f"{name}, jsonl: no control character in a line")


def run_against(cluster, output):
    import tempfile
    folder = tempfile.mkdtemp(prefix="ksettle-e2e-")
    run = Run("run", plan("web"), *SHORT, "-o", output, "--snapshot", "s.txt", "--snapshot", "s.json", "--kubeconfig", cluster.kubeconfig(folder), folder=folder)
    run.owned = True
    return run


STATUS = ('{"observedGeneration":1,"replicas":2,"updatedReplicas":2,"readyReplicas":0,"conditions":'
          f'[{{"type":"Available","status":"False","reason":"{NASTY}","message":"{NASTY}"}},{{"type":"{NASTY}","status":"{NASTY}","reason":"x","message":"y"}}]}}')


def event(message):
    return (f'{{"metadata":{{"name":"e{len(message)}","namespace":"shop","uid":"uid-e{len(message)}"}},"type":"Warning","reason":"{NASTY}","message":"{message}","count":1,'
            '"firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:00Z",'
            '"involvedObject":{"kind":"Pod","namespace":"shop","name":"web-1-a","uid":"uid-web-1-a"},'
            f'"source":{{"component":"{NASTY}"}}}}')


@case
def escape_sequences_and_bidi():
    with Cluster(STATUS, [pod("web-1-a", NASTY), pod("web-1-b", NASTY)], [event(NASTY)], warning='299 - "warned \x9b31m \\"x\\""') as cluster:
        check_run("nasty texts", cluster)


@case
def hostile_names():
    """A real server would refuse them; ours is not one."""
    with Cluster(STATUS, [pod(NASTY, "x"), pod("../../etc/passwd", "x"), pod("", "x"), pod("a/b/c", "x"), pod("x" * 5000, "x")]) as cluster:
        check_run("hostile names", cluster)


@case
def megabytes():
    with Cluster(STATUS, [pod("web-1-a", BIG), pod("web-1-b", NASTY * 2000)], [event(BIG)]) as cluster:
        check_run("1 MB messages", cluster)
        with run_against(cluster, "jsonl") as run:
            run.wait()
            ok(os.path.getsize(run.record("snapshot.json")) < 4 << 20, "the snapshot stays small", os.path.getsize(run.record("snapshot.json")))


@case
def odd_numbers_and_types():
    keys = ("observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "conditions")
    for value in ODD_VALUES:
        status = "{" + ",".join(f'"{key}":{value}' for key in keys) + "}"
        odd_pod = ('{"metadata":{"name":"web-1-a","namespace":"shop","uid":"uid-a","labels":%s,"ownerReferences":%s,"generation":%s},"spec":%s,'
                   '"status":{"phase":%s,"conditions":%s,"containerStatuses":%s}}' % ((value,) * 7))
        with Cluster(status, [odd_pod, value, pod("web-1-b", "x", f',"generation":{value},"deletionTimestamp":{value}')], [value]) as cluster:
            with run_against(cluster, "jsonl") as run:
                code = run.wait()
                ok(code in (1, 3, 4), f"{value}: no success, no crash", code, run.err[-500:], run.out[-800:])
                ok(run.snapshot() is not None and run.folded() == run.snapshot(), f"{value}: the record is complete")


@case
def status_is_an_odd_value():
    for value in ODD_VALUES:
        with Cluster(value) as cluster, run_against(cluster, "jsonl") as run:
            code = run.wait()
            ok(code in (1, 3, 4), f"{value}: no success, no crash", code, run.err[-500:], run.out[-800:])


@case
def answers_that_are_no_lists():
    class Odd(Cluster):
        answer = b""

        def get(self, path, accept):
            if self.applied and "/deployments" in path:
                return 200, self.answer
            return super().get(path, accept)

    for name, answer in {"empty": b"", "no JSON": b"<html>\x1b[31m</html>", "null": b"null", "an array": b"[]", "items of texts": b'{"kind":"DeploymentList","items":["a",1,null,[]]}',
                         "items no array": b'{"kind":"DeploymentList","items":{}}', "no items": b'{"kind":"DeploymentList"}', "torn": b'{"kind":"DeploymentList","items":[{"metadata":',
                         "bytes": bytes(range(256)), "deep": b'{"items":[' + b"[" * 100000 + b"]" * 100000 + b"]}"}.items():
        with Odd(STATUS) as cluster:
            cluster.answer = answer
            with run_against(cluster, "plain") as run:
                code = run.wait()
                ok(code in (1, 3, 4), f"{name}: no success, no crash", code, run.err[-500:], run.out[-800:])
                same(texts(run.out), [], f"{name}: only display text")


@case
def hostile_refusals():
    refused = f'{{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","message":"{NASTY}","code":422,"details":{{"causes":[{{"reason":"FieldValueInvalid","message":"{NASTY}","field":"{NASTY}"}}]}}}}'
    for name, refusal, codes in (("422", (422, refused), (1,)), ("409", (409, refused.replace("Invalid", "Conflict").replace("422", "409")), (1, 3)),
                                 ("403", (403, refused.replace("Invalid", "Forbidden").replace("422", "403")), (1, 4)), ("no Status", (400, b"\x1b[31m bad \x00 \xff"), (1,)),
                                 ("401", (401, refused), (4,)), ("302", (302, b""), (1, 3, 4)), ("204", (204, b""), (1, 3))):
        with Cluster(STATUS, refusal=refusal) as cluster:
            check_run(f"refusal {name}", cluster, codes, ("failed", "timedOut"))


@case
def only_our_own_escapes_on_the_terminal():
    if not pyte:
        return ok(True, "skipped: no pyte")
    with Cluster(STATUS, [pod("web-1-a", NASTY), pod(NASTY, NASTY)], [event(NASTY)]) as cluster:
        import tempfile
        with tempfile.TemporaryDirectory() as folder:
            with Terminal("run", plan("web"), *SHORT, "--kubeconfig", cluster.kubeconfig(folder), folder=folder, rows=40, columns=120) as t:
                ok(t.until(lambda: t.record("snapshot.json") and "timed out" in t.text()), "the run is seen to its end", t.text())
                for keys in ("G", "k", "d", "e", "l", "t", "y", "\x1b"):
                    t.type(keys)
                    t.pump(0.3)
                t.type("q")
                t.until(lambda: t.process.poll() is not None, 3)
                if t.process.poll() is None:
                    t.type("q")
                same(t.wait(), 3, "exit code 3")
                for what, bad in (("a title of theirs", b"owned\x07"), ("OSC 0", b"\x1b]0;owned"), ("CSI of one byte", b"\xc2\x9b"), ("a NUL", b"\x00"), ("a right-to-left override", "\u202e".encode()),
                                  ("a bell", b"\x07")):
                    ok(bad not in t.bytes.replace(b"\x1b]2;", b""), f"no {what}", t.bytes[max(t.bytes.find(bad) - 50, 0):][:100])
                same([g for g in t.garbage() if g not in "\ufffd\ufeff"], [], "every cell is printable")
        return None


@case
def hostile_files():
    """status -f reads what people saved; its output is shown in terminals too."""
    given = f'{{"apiVersion":"v1","kind":"List","items":[{pod("a", NASTY)},{pod(NASTY, BIG)}]}}'.replace('{"metadata":{"name"', '{"apiVersion":"v1","kind":"Pod","metadata":{"name"')
    for output in ("table", "json"):
        done = subprocess.run([PROGRAM, "status", "-f", "-", "-o", output], input=given.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment("/nonexistent"), timeout=PATIENCE)
        out = done.stdout.decode(errors="surrogateescape")
        ok(done.returncode in (1, 3), f"{output}: judged", done.returncode, done.stderr[-300:].decode(errors="replace"))
        same(texts(out)[:3] if output == "table" else hostile_strings(json.loads(out))[:3], [], f"{output}: only display text")
    for value in ODD_VALUES:
        given = f'{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{value},"spec":{value},"status":{value}}}'
        done = subprocess.run([PROGRAM, "status", "-f", "-", "-o", "json"], input=given.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment("/nonexistent"), timeout=PATIENCE)
        ok(done.returncode in (1, 2, 3), f"a Deployment of {value}: no success, no crash", done.returncode, done.stdout[-300:].decode(errors="replace"), done.stderr[-300:].decode(errors="replace"))


if __name__ == "__main__":
    main()
