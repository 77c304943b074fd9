#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a run leaves behind, however it ends: journal, snapshot, their contract, and no secrets. TAP."""

import json
import os
import re
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from contract import CLUSTER, JOURNAL, SOMETIMES, ROW, SNAPSHOT, STEP, VERIFY, mistakes, moment, one_of  # noqa: E402
from harness import DEMO, FAST, Run, Sim, case, ended, main, ok, plan, rows, same, until  # noqa: E402

IN_TIME = [*FAST, "--timeout", "60s"]  # what settles does so long before
SHORT = [*FAST, "--timeout", "1500ms"]  # what does not settle ends soon

NEVER_READY = "pods: [{match: {owner: web}, behave: never-ready}]\n"
BAD_IMAGE = "pods: [{match: {owner: web}, behave: image-error}]\n"


# --- signals and records ---

def stopped_by(signo, code, verdict):
    with Sim(NEVER_READY) as sim, Run("run", plan("two"), *IN_TIME, "-o", "jsonl", sim=sim) as run:
        ok(run.until_said('"NotReady"'), "it waits for the Pods", run.so_far()[-2000:])
        run.process.send_signal(signo)
        snapshot = ended(run, code, verdict)
        same([s["verdict"] for s in snapshot["steps"]], [verdict, "skipped"], "the steps' verdicts")
        ok(rows(snapshot)["Deployment/web"]["status"] == "InProgress", "the Deployment stays In progress", rows(snapshot)["Deployment/web"])


@case
def SIGINT_cancels():
    stopped_by(signal.SIGINT, 130, "canceled")


@case
def SIGTERM_cancels():
    stopped_by(signal.SIGTERM, 143, "canceled")


@case
def SIGHUP_interrupts():
    stopped_by(signal.SIGHUP, 129, "interrupted")


@case
def SIGINT_before_anything_answers():
    with Sim() as sim:
        sim.process.send_signal(signal.SIGSTOP)
        with Run("run", plan("two"), *IN_TIME, "-o", "jsonl", sim=sim) as run:
            ok(run.until_said('"run.start"'), "the run begins")
            run.process.send_signal(signal.SIGINT)
            ended(run, 130, "canceled")
        sim.process.send_signal(signal.SIGCONT)


@case
def kill_leaves_a_readable_journal():
    with Sim(NEVER_READY) as sim, Run("run", plan("two"), *IN_TIME, "-o", "jsonl", sim=sim) as run:
        ok(run.until_said('"NotReady"'), "it waits for the Pods")
        run.process.kill()
        run.wait()
        with open(run.record("journal.jsonl"), "ab") as file:
            file.write(b'{"v":1,"seq":999,"at":"2026')  # the line it was writing
        snapshot = run.folded()
        ok(isinstance(snapshot, dict), "the journal opens, without its torn last line", snapshot)
        same((snapshot["run"]["verdict"], snapshot["steps"][0]["verdict"]) if isinstance(snapshot, dict) else None,
             ("interrupted", "interrupted"), "as an interrupted run")
        ok(isinstance(snapshot, dict) and "Deployment/web" in rows(snapshot), "with its rows")


@case
def no_state_folder():
    """Root may write anywhere: a file stands where the folder should be."""
    with Sim() as sim, Run("run", plan("base"), *IN_TIME, "--snapshot", "s.json", sim=sim, env={"XDG_STATE_HOME": "/dev/null/state"}) as run:
        same(run.wait(), 0, "the run goes on and succeeds", run.err)
        ok("not kept" in run.err, "it says that it is not kept", run.err)
        same(json.load(open(os.path.join(run.folder, "s.json")))["run"]["verdict"], "succeeded", "the snapshot asked for is written")


@case
def no_home_at_all():
    with Sim() as sim, Run("run", plan("base"), *IN_TIME, sim=sim, env={"XDG_STATE_HOME": None, "HOME": None}) as run:
        same(run.wait(), 0, "the run goes on and succeeds", run.err)


@case
def full_disk():
    def small_files():
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    with Sim() as sim, Run("run", plan("web"), *IN_TIME, sim=sim, stdout=subprocess.PIPE, restore_signals=False, preexec_fn=small_files) as run:
        out = run.process.stdout.read().decode()
        same(run.wait(), 0, "the run goes on and succeeds", run.err, out)
        ok("journal stopped" in out, "it says that the journal stopped", out)
        lines = open(run.record("journal.jsonl")).read().splitlines()
        ok(lines and all(json.loads(line) for line in lines), "the journal holds whole lines")


@case
def reader_leaves_after_a_line():
    for output in ("plain", "jsonl"):
        with Sim() as sim, Run("run", plan("web"), *IN_TIME, "-o", output, sim=sim, stdout=subprocess.PIPE) as run:
            run.process.stdout.readline()
            run.process.stdout.close()
            code = run.wait()
            ok(code is not None and code >= 0, f"{output}: no crash", code, run.err)
            snapshot = run.snapshot()
            ok(snapshot and snapshot["run"]["verdict"], f"{output}: the record is complete", code)
            same(run.folded(), snapshot, f"{output}: the journal folds into the snapshot")


@case
def no_standard_output():
    for output in ("plain", "jsonl"):
        with Sim() as sim, Run("run", plan("base"), *IN_TIME, "-o", output, sim=sim, preexec_fn=lambda: (os.close(1), os.close(0))) as run:
            ended(run, 0, "succeeded", f"{output} with standard input and output closed")


@case
def full_standard_output():
    with Sim() as sim, open("/dev/full", "w") as full:
        for output in ("plain", "jsonl"):
            with Run("run", plan("base"), *IN_TIME, "-o", output, sim=sim, stdout=full) as run:
                ended(run, 0, "succeeded", f"{output} to a full device")


@case
def stalled_reader():
    """Nobody reads the pipe for a while; the run must not wait for him to judge and keep its record."""
    with Sim(speed=20) as sim:
        reader, writer = os.pipe()
        import fcntl
        fcntl.fcntl(writer, 1031, 4096)  # F_SETPIPE_SZ
        with Run("run", os.path.join(DEMO, "plan.yaml"), *IN_TIME, "-o", "jsonl", sim=sim, stdout=writer) as run:
            os.close(writer)
            settled = until(lambda: run.record("snapshot.json"), 15)
            ok(settled, "the run settles although nobody reads")
            with open(reader, "rb") as file:
                lines = file.read().splitlines()
            run.wait()
            ok(lines and all(json.loads(line) for line in lines), "what was read are whole lines")


# --- secrets ---

@case
def secrets_stay_secret():
    values = ["hunter2-the-value", "hunter2-the-comment", "c3dvcmRmaXNoLWluLWRhdGE", "swordfish-in-data", "aHVudGVyMi10aGUtdmFsdWU"]
    scenario = "apply: [{match: {kind: Secret}, code: 422, field: data.token, message: 'Invalid value: \"c3dvcmRmaXNoLWluLWRhdGE=\": hunter2-the-value', times: 1}]"
    for title, given in (("good", "{}"), ("refused", scenario)):
        for output in ("plain", "jsonl"):
            with Sim(given) as sim, Run("run", plan("base"), *IN_TIME, "-o", output, "--snapshot", "s.json", "--snapshot", "s.txt", sim=sim) as run:
                run.wait()
                places = {"standard output": run.out, "standard error": run.err}
                for folder, _, names in os.walk(run.folder):
                    for name in names:
                        places[name] = open(os.path.join(folder, name), errors="replace").read()
                found = [(place, value) for place, text in places.items() for value in values if value in text]
                same(found, [], f"a {title} Secret's values are nowhere with {output}")
                ok({"journal.jsonl", "snapshot.json", "s.json", "s.txt"} <= set(places), f"{title}, {output}: all files were looked at", list(places))
                ok("••••" in places["snapshot.json"], f"{title}, {output}: they are masked")


# --- the contract ---

def check_journal(lines, name):
    """Returns the names of the events that were there."""
    events = [json.loads(line) for line in lines]
    same([e.get("seq") for e in events], list(range(1, len(events) + 1)), f"{name}: seq counts up from 1")
    same([m for e in events for m in mistakes({"v": one_of(1), "at": moment, "event": one_of(*JOURNAL)}, e)], [], f"{name}: every line has v, at and a known event")
    same([m for e in events for m in mistakes(JOURNAL.get(e["event"], {}), e, e["event"])], [], f"{name}: every event has its fields")
    extra = {(e["event"], key) for e in events for key in e if key not in ("v", "seq", "at", "event") and key not in JOURNAL[e["event"]]
             and (key not in SOMETIMES.get(e["event"], {}) or mistakes(SOMETIMES[e["event"]][key], e[key]))}
    same(sorted(extra), [], f"{name}: and no others")
    same(events[0]["event"], "run.start", f"{name}: run.start is first")
    ids = {e["id"] for e in events if e.get("id")}
    same([i for i in ids if not re.fullmatch(r"\d+/[^/]*/[^/]+/[^/]*/.+", i)], [], f"{name}: ids are step/group/Kind/namespace/name")
    return {e["event"] for e in events}


def check_snapshot(snapshot, name):
    found = mistakes(SNAPSHOT, snapshot, "snapshot")
    for step in snapshot["steps"]:
        found += mistakes(STEP, step, step["name"])
        if step["verdict"] != "skipped":
            found += mistakes({"cluster": CLUSTER, "verify": VERIFY, "startedAt": moment, "endedAt": moment}, step, step["name"])
        for row in step["objects"]:
            found += mistakes(ROW, row, row["id"])
            found += [] if not row["applied"] or row["manifest"] else [f"{row['id']}: no manifest"]
            found += [f"{row['id']}: a child with a manifest"] if not row["applied"] and row["manifest"] else []
    same(found, [], f"{name}: the snapshot has every field, with its type")


def check_contract(name, sim, which, flags):
    with Run("run", plan(which), *flags, "-o", "jsonl", "--snapshot", "s.json", sim=sim) as run:
        run.wait()
        lines = run.out.splitlines()
        seen = check_journal(lines, name)
        same(lines, open(run.record("journal.jsonl")).read().splitlines(), f"{name}: jsonl output is the journal")
        check_snapshot(run.snapshot(), name)
        same(json.load(open(os.path.join(run.folder, "s.json"))), run.snapshot(), f"{name}: --snapshot writes the same")
        same([oct(os.stat(run.record(f)).st_mode & 0o777) for f in ("journal.jsonl", "snapshot.json")], ["0o600", "0o600"],
             f"{name}: only the user may read them")
        return seen


@case
def contract_of_journal_and_snapshot():
    stormy = """
pods:
- {match: {owner: web}, first: 1, behave: flap, after: 1s, flapAt: 22s, flapFor: 30s}
- {match: {owner: migrate}, behave: exit, exitCode: 3, runs: 500ms, logs: [no table]}
apply: [{match: {name: settings}, warn: [deprecated]}]
faults: [{method: GET, path: '*/deployments?*', code: 500, times: 1, afterRequests: 3}]
"""
    seen = set()
    with Sim() as sim:
        seen |= check_contract("good", sim, "three", [*IN_TIME, "--wait-for-jobs"])
        seen |= check_contract("another revision", sim, "web-2", [*IN_TIME, "--stabilization", "1500ms"])
    with Sim(stormy) as sim:
        seen |= check_contract("stormy", sim, "three", [*IN_TIME, "--wait-for-jobs", "--stabilization", "2s"])
    with Sim(BAD_IMAGE) as sim:
        seen |= check_contract("bad image", sim, "two", SHORT)
        seen |= check_contract("unverified", sim, "unverified", IN_TIME)
        seen |= check_contract("shortened window", sim, "base", ["--timeout", "6s"])
    with Sim("apply: [{match: {kind: Secret}, code: 422}]") as sim:
        seen |= check_contract("refused", sim, "base", IN_TIME)
    # step.output is helm's: test_helm.py meets it.
    same(sorted(set(JOURNAL) - seen - {"step.output"}), [], "every event was met")

if __name__ == "__main__":
    main()
