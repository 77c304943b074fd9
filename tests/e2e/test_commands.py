#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Command lines, broken plans, and the commands beside run: watch, status, show. TAP."""

import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from contract import STATUS, columns, maybe, mistakes, text  # noqa: E402
from harness import FAST, PATIENCE, PROGRAM, Run, Sim, case, ended, environment, main, ok, plan, rows, same, write  # noqa: E402

IN_TIME = [*FAST, "--timeout", "60s"]  # what settles does so long before
SHORT = [*FAST, "--timeout", "1500ms"]  # what does not settle ends soon


# --- the command line and the plan ---

BROKEN = {
    "unknown key": ("steps: [{name: A, yaml: {file: [k8s/base.yaml]}}]", "did you mean"),
    "duplicate key": ("steps: [{name: A, name: B, yaml: {files: [k8s/base.yaml]}}]", "name"),
    "no such file": ("steps: [{name: A, yaml: {files: [absent.yaml]}}]", "absent.yaml"),
    "wrong type": ("steps: [{name: A, yaml: {files: [k8s/base.yaml]}, verify: {timeout: [1]}}]", "timeout"),
    "window too long": ("steps: [{name: A, yaml: {files: [k8s/base.yaml]}, verify: {timeout: 5s, stabilization: 10s}}]", "stabilization"),
    "never ends": ("steps: [{name: A, yaml: {files: [k8s/base.yaml]}, verify: {timeout: none, failEarly: never}}]", "failEarly"),
    "no steps": ("steps: []", "steps"),
    "second step's manifest": ("steps: [{name: A, yaml: {files: [k8s/base.yaml]}}, {name: B, yaml: {files: [bad.yaml]}}]", "bad.yaml"),
    "empty manifest": ("steps: [{name: A, yaml: {files: [empty.yaml]}}]", "no object"),
    "unknown kind": ("steps: [{name: A, yaml: {files: [k8s/base.yaml]}}, {name: B, yaml: {files: [odd.yaml]}}]", "Oddity"),
    "helm's words elsewhere": ("steps: [{name: A, yaml: {files: [k8s/base.yaml]}, verify: {wait: true}}]", "wait"),
}


@case
def broken_plans_apply_nothing():
    with Sim() as sim:
        os.symlink(plan("k8s")[:-5], sim.path("k8s"))
        write(sim, "bad.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [}\n")
        write(sim, "empty.yaml", "# nothing\n---\n")
        write(sim, "odd.yaml", "apiVersion: odd/v1\nkind: Oddity\nmetadata: {name: odd}\n")
        for name, (steps, word) in BROKEN.items():
            path = write(sim, "plan.yaml", f"apiVersion: ksettle/v1\nname: broken\ndefaults: {{namespace: shop}}\n{steps}\n")
            with Run("run", path, sim=sim) as run:
                same(run.wait(), 2, f"{name}: exit code 2", run.out, run.err)
                ok(word in run.err + run.out, f"{name}: it says what is wrong", run.err, run.out)
        same(sim.ask("/api/v1/namespaces/shop/configmaps/settings")["code"], 404, "nothing was applied")


@case
def broken_command_lines():
    for name, args in {
            "no plan": ["run"], "no such plan": ["run", "absent.yaml"], "unknown flag": ["run", plan("base"), "--tiemout", "1s"],
            "bad duration": ["run", plan("base"), "--timeout", "soon"], "negative duration": ["run", plan("base"), "--timeout", "-5s"],
            "both flags do not fit": ["run", plan("base"), "--timeout", "5s", "--stabilization", "10s"],
            "unknown output": ["run", plan("base"), "-o", "xml"], "snapshot of no format": ["run", plan("base"), "--snapshot", "s.doc"],
            "unknown command": ["rum"], "no such kubeconfig": ["run", plan("base"), "--kubeconfig", "absent"],
            "no such context": ["run", plan("base"), "--context", "absent"]}.items():
        with Run(*args, env={"HOME": "/dev/null"}) as run:
            same(run.wait(), 2, f"{name}: exit code 2", run.out, run.err)
            ok(run.err.startswith("ksettle: ") and run.out == "", f"{name}: one sentence on standard error", run.err, run.out)
            same(run.record("journal.jsonl"), None, f"{name}: no record is left")


@case
def shortened_window_is_said():
    with Sim() as sim, Run("run", plan("web"), "--timeout", "6s", "--poll-interval", "100ms", sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        same(snapshot["steps"][0]["verify"]["stabilizationSeconds"], 3, "half the timeout")
        ok(any("stabilization" in w for w in snapshot["steps"][0]["warnings"]), "a warning says so", snapshot["steps"][0]["warnings"])


@case
def namespace_flag_holds():
    with Sim("create: [{at: 0s, object: {apiVersion: v1, kind: Namespace, metadata: {name: other}}}]") as sim, Run("run", plan("base"), *IN_TIME, "-n", "other", sim=sim) as run:
        code = run.wait()
        ok(code == 0 and run.snapshot()["steps"][0]["objects"][0]["namespace"] == "other", "-n goes over the plan's default", code, run.out[-800:])


# --- watch, status, show ---

@case
def watch_files():
    with Sim("pods: [{match: {owner: web}, behave: slow, after: 8s}]") as sim:
        with Run("watch", "-f", plan("k8s/web"), "-n", "shop", *SHORT, sim=sim) as run:
            snapshot = ended(run, 3, "timedOut", "watching what is not there")
            row = rows(snapshot)["Deployment/web"]
            ok("not found" in f"{row['reason']} {row['message']}".lower() or row["reason"] == "NotFound", "the row says that it is not there", row)
            same(sim.ask("/apis/apps/v1/namespaces/shop/deployments/web")["code"], 404, "watch applies nothing")
        with Run("watch", "-f", plan("k8s/web"), "-n", "shop", *IN_TIME, "-o", "jsonl", sim=sim) as watch:
            ok(watch.until_said('"object.status"'), "a watch begins")
            with Run("run", plan("web"), *IN_TIME, sim=sim) as run:
                ended(run, 0, "succeeded", "a run beside it")
            snapshot = ended(watch, 0, "succeeded", "the watch")
            row = rows(snapshot)["Deployment/web"]
            same((row["applied"], row["apply"], row["status"]), (True, None, "Success"), "a given object was not applied by us")
            ok("kind: Deployment" in row["manifest"], "its manifest is the file's")
            ok("Pod" in [o["kind"] for o in snapshot["steps"][0]["objects"]], "its Pods are shown")


def status(*args, given=None):
    done = subprocess.run([PROGRAM, "status", *args], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment("/nonexistent", LC_ALL="C.UTF-8"), timeout=PATIENCE)
    return done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="replace")


def pod(name, phase, **container):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"}, "spec": {"containers": [{"name": "web"}]},
            "status": {"phase": phase, "conditions": [{"type": "Ready", "status": "True" if container.get("ready") else "False"}],
                       "containerStatuses": [{"name": "web", "restartCount": 0, "image": "web:1", **container}]}}


GOOD = pod("good", "Running", ready=True, state={"running": {}})
BAD = pod("bad", "Failed", ready=False, state={"terminated": {"exitCode": 1, "reason": "Error"}})
WAITING = pod("waiting", "Pending", ready=False, state={"waiting": {"reason": "ContainerCreating"}})


@case
def status_of_files():
    for name, objects, code in (("all good", [GOOD], 0), ("one bad", [GOOD, BAD, WAITING], 1), ("one waiting", [GOOD, WAITING], 3)):
        listing = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}).encode()
        many = "\n---\n".join(json.dumps(o) for o in objects).encode()
        for shape, given in (("a list", listing), ("many documents", many)):
            got, out, err = status("-f", "-", "-o", "json", given=given)
            same(got, code, f"{name} in {shape}: exit code {code}", out, err)
            answer = json.loads(out)["objects"]
            same([o["name"] for o in answer], [o["metadata"]["name"] for o in objects], f"{name} in {shape}: in order")
            shape_of = {"apiVersion": text, "kind": text, "namespace": maybe(text), "name": maybe(text), "status": STATUS, "reason": maybe(text),
                        "message": maybe(text), "note": maybe(text), "columns": columns}
            same([m for o in answer for m in mistakes(shape_of, o)], [], f"{name} in {shape}: every field is there")
    got, out, _ = status("-f", "-", given=listing)
    ok(got == 3 and re.search(r"In progress +Pod +shop +waiting +ContainerCreating", out), "a table for people", out)
    typed = {"apiVersion": "v1", "kind": "PodList", "items": [{k: v for k, v in GOOD.items() if k not in ("kind", "apiVersion")}]}
    got, out, err = status("-f", "-", "-o", "json", given=json.dumps(typed).encode())
    ok(got == 0 and json.loads(out)["objects"][0]["kind"] == "Pod", "items of a typed list have its kind", out, err)


@case
def status_of_odd_files():
    nameless = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 1}}
    got, out, err = status("-f", "-", "-o", "json", given=json.dumps(nameless).encode())
    answer = json.loads(out)["objects"] if out else []
    ok(got == 3 and [(o["name"], o["status"], o["reason"]) for o in answer] == [(None, "InProgress", "NoStatus")], "nameless, without status: NoStatus", got, out, err)
    for name, given in {"empty": b"", "no object": b"a: b\n", "a list of texts": b'{"apiVersion":"v1","kind":"List","items":["a",1,null]}',
                        "torn": b'{"apiVersion":"v1","kind":"List","items":[', "bytes": bytes(range(256))}.items():
        got, out, err = status("-f", "-", given=given)
        ok(got == 2 and err.startswith("ksettle: ") and not out, f"{name}: exit code 2 and a sentence", got, out, err)
    got, out, err = status("-f", "-", "-o", "json", given=b'{"apiVersion":"v1","kind":"List","items":[]}')
    ok(got == 0 and json.loads(out) == {"objects": []}, "an empty list is no mistake", got, out, err)
    got, out, err = status("-f", "/nonexistent/file")
    ok(got == 2 and "/nonexistent/file" in err, "a missing file: exit code 2", got, err)
    deep = b'{"apiVersion":"v1","kind":"ConfigMap","data":' + b"[" * 5000 + b"]" * 5000 + b"}"
    got, out, err = status("-f", "-", given=deep)
    ok(got in (0, 2, 3), "deep nesting does no harm", got, err[:300])


CONFIG = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}'


@case
def status_of_mixed_files():
    """Documents of YAML and of JSON in any order, lists of every shape: what is judged, in its order."""
    secret, odd = "apiVersion: v1\nkind: Secret\n", CONFIG.replace('"a"', r'"a\u0000b\ud800"').replace("{", '{"n":123456789012345678901234567890,"r":1e999,', 1)
    wrap = '{{"apiVersion":"v1","kind":"List","items":[{}]}}'.format
    for name, given, want in (
            ("a byte order mark", "\ufeff" + CONFIG, "ConfigMap/a"),
            ("CRLF", f"{secret}---\n{CONFIG}\n".replace("\n", "\r\n"), "Secret/- ConfigMap/a"),
            ("comments behind and between markers", f"# x\n--- # one\n{secret}--- # two\n# three\n{CONFIG}\n...\n---\n", "Secret/- ConfigMap/a"),
            ("JSON with nothing between", CONFIG * 2 + "\n" + CONFIG, "ConfigMap/a ConfigMap/a ConfigMap/a"),
            ("JSON, then YAML", f"{CONFIG}\n---\n{secret}", "ConfigMap/a Secret/-"),
            ("markers in a row", f"{secret}---\n---\n{CONFIG}", "Secret/- ConfigMap/a"),
            ("the end of a document first", f"...\n{CONFIG}\n...\n---\n{secret}", "ConfigMap/a Secret/-"),
            ("a directive", f"%YAML 1.1\n---\n{CONFIG}\n---\n{CONFIG}", "ConfigMap/a ConfigMap/a"),
            ("YAML that begins as JSON", "{apiVersion: v1, kind: Secret}\n---\n" + CONFIG, "Secret/- ConfigMap/a"),
            ("what looks like a marker in a text", "apiVersion: v1\nkind: Secret\ndata:\n  a: |\n    ---\n    {\n", "Secret/-"),
            ("what a server stores and YAML refuses", f"{secret}---\n{odd}", "Secret/- ConfigMap/a\ufffdb\ufffd"),
            ("null is no object", f"null\n---\n{CONFIG}", "ConfigMap/a"),
            ("Lists in a List", wrap(wrap(CONFIG + "," + wrap("")) + "," + CONFIG), "ConfigMap/a ConfigMap/a"),
            ("a typed list that says its kind last", '{"apiVersion":"v1","items":[{"metadata":{"name":"p"}},{"metadata":{"name":"q"}}],"kind":"SecretList"}', "Secret/p Secret/q"),
            ("a typed list in YAML", "kind: SecretList\napiVersion: v1\nitems:\n- metadata: {name: p}\n", "Secret/p"),
            ("null items", '{"kind":"PodList","apiVersion":"v1","items":null}', ""),
            ("an object of a kind like a list's", '{"apiVersion":"x.io/v1","items":[{"kind":"Pod"},7],"kind":"IPAllowList","metadata":{"name":"l"}}', "IPAllowList/l"),
            ("an object with items", '{"apiVersion":"x.io/v1","items":[{"a":7},7],"kind":"Basket","metadata":{"name":"b"}}', "Basket/b")):
        got, out, err = status("-f", "-", "-o", "json", given=given.encode())
        ok(got in (0, 3) and not err, f"{name}: no mistake", got, err)
        same(" ".join(f"{o['kind']}/{o['name'] or '-'}" for o in json.loads(out or '{"objects":[]}')["objects"]), want, f"{name}: every object")


@case
def status_says_where():
    """A sentence with the place in the file of what is no object."""
    mapping, listed = "not a Kubernetes object: it must be a mapping with apiVersion and kind", "not a Kubernetes object but a list: put it into the items of a List"
    for name, given, want in (
            ("a list", f"[{CONFIG}]", [f"1:1: {listed}"]),
            ("a text, then a number", "a\n---\n\n42\n", [f"1:1: {mapping}", f"4:1: {mapping}"]),
            ("a text behind JSON", f"{CONFIG} x", [f"1:64: {mapping}"]),
            ("items that are none", '{"apiVersion":"v1","kind":"PodList",\n "items":[\n  1,\n  {"metadata":{"name":"q"}}, "é", []]}',
             [f"3:3: {mapping}", f"4:30: {mapping}", f"4:35: {listed}"]),
            ("an item of a List in YAML", "kind: List\napiVersion: v1\nitems:\n- kind: Pod\n", ["4:3: not a Kubernetes object: it needs apiVersion and kind, both texts"]),
            ("items that are no list", '{"apiVersion":"v1","kind":"List","items":{"a":1}}', ["1:1: the items of a List must be a list"]),
            ("JSON behind JSON", f'{CONFIG}\n{{"kind":7}}', ["2:1: not a Kubernetes object: it needs apiVersion and kind, both texts"]),
            ("torn", f'{CONFIG}\n{{"kind":"Po', ["2:9: a quote that is never closed"]),
            ("nested deep", '{"a":' + "[" * 5000 + "]" * 5000 + "}", ["1:105: nested deeper than 100 levels"])):
        got, out, err = status("-f", "-", given=given.encode())
        same((got, out), (2, ""), f"{name}: exit code 2, nothing judged")
        same(err, "".join(f"ksettle: standard input:{line}\n" for line in want), f"{name}: where")
    got, out, err = status("-f", "-", given=('{"apiVersion":"v1","kind":"List","items":[' + "1," * 50000 + "1]}").encode())
    ok(got == 2 and len(err.splitlines()) == 21 and err.endswith("too many mistakes: the rest of it was not read\n"), "a million mistakes are not listed", err[:500])
    many = ",\n".join([CONFIG] * 20000)
    got, out, err = status("-f", "-", given=f'{{"apiVersion":"v1","kind":"List","items":[{many},\n{{"a":}}]}}'.encode())
    same((got, out, err), (2, "", "ksettle: standard input:20001:7: the JSON cannot be read\n"), "what follows a megabyte of JSON is not tried as YAML")
    got, out, err = status("-f", "-", given=f'{{"apiVersion":"v1","kind":"List","items":[{many}'.encode())
    same((got, out, err), (2, "", "ksettle: standard input:20000:63: the JSON ends too early\n"), "a torn list")


@case
def status_of_a_huge_list():
    """A hundred megabytes are read item by item, and what judges them is all that is kept."""
    item = json.dumps({**GOOD, "spec": {"containers": [{"name": "web", "args": ["x" * 100000]}]}}).encode()
    process = subprocess.Popen([PROGRAM, "status", "-f", "-", "-o", "json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment("/nonexistent"))
    process.stdin.write(b'{"items":[')
    for i in range(1000):
        process.stdin.write((b",\n" if i else b"") + item)
    process.stdin.write(b'],"kind":"List","apiVersion":"v1"')
    process.stdin.flush()
    with open(f"/proc/{process.pid}/status") as f:
        peak = int(next(line for line in f if line.startswith("VmHWM")).split()[1])
    out = process.communicate(b"}")[0]
    same((process.returncode, len(json.loads(out)["objects"])), (0, 1000), "all of them are judged")
    with open(PROGRAM, "rb") as f:
        sanitized = b"__asan_init" in f.read()  # which keeps what was freed
    ok(sanitized or peak < 40000, "the list is never held whole", f"{peak} kB")


@case
def show_opens_runs():
    with Sim() as sim, Run("run", plan("base"), *IN_TIME, "--snapshot", "s.json", sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")

        def show(*args):
            done = subprocess.run([PROGRAM, "show", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=run.folder,
                                  env=environment(run.folder), timeout=PATIENCE)
            return done.returncode, done.stdout.decode(), done.stderr.decode()

        for name, args in {"the newest": [], "by its ID": [snapshot["run"]["id"]], "by its ID's beginning": [snapshot["run"]["id"][:-1]], "by its file": ["s.json"]}.items():
            code, out, err = show(*args, "-o", "json")
            ok(code == 0 and json.loads(out) == snapshot, f"{name} as JSON", code, err)
        code, out, _ = show("-o", "plain")
        ok(code == 0 and "settings" in out and "succeeded" in out, "as text", out)
        for name, args in {"no such run": ["19990101"], "no snapshot": [plan("base")], "two": ["a", "b"]}.items():
            code, out, err = show(*args)
            ok(code == 2 and err.startswith("ksettle: "), f"{name}: exit code 2", code, out, err)

if __name__ == "__main__":
    main()
