#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs without a terminal against the simulated cluster: verdicts, exit codes, refusals, weather. TAP."""

import json
import os
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FAST, Run, Sim, case, ended, main, ok, plan, rows, same, write  # noqa: E402

IN_TIME = [*FAST, "--timeout", "60s"]  # what settles does so long before
SHORT = [*FAST, "--timeout", "1500ms"]  # what does not settle ends soon

NEVER_READY = "pods: [{match: {owner: web}, behave: never-ready}]\n"
BAD_IMAGE = """
pods:
- match: {owner: web}
  behave: image-error
  message: 'failed to pull image "shop/web:1.42": not found'
"""


# --- how steps end ---

@case
def success():
    with Sim() as sim, Run("run", plan("three"), *IN_TIME, "--wait-for-jobs", "-o", "plain", sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        same([s["verdict"] for s in snapshot["steps"]], ["succeeded"] * 3, "every step succeeded")
        same({o["status"] for s in snapshot["steps"] for o in s["objects"]}, {"Success"}, "every object is Success")
        web = rows(snapshot, 1)
        same(web["Deployment/web"]["columns"].get("Ready"), "2/2", "the Deployment says 2/2")
        owners = {o["kind"]: o["owner"].split("/")[2] if o["owner"] else None for o in web.values()}
        same((owners.get("ReplicaSet"), owners.get("Pod")), ("Deployment", "ReplicaSet"), "children stand under their owners")
        same({bool(o["pod"]["node"]) for o in web.values() if o["kind"] == "Pod"}, {True}, "Pods tell their node, healthy as they are")
        same({o["apply"] for o in web.values() if o["applied"]}, {"created"}, "the objects were created")
        for words in ("step 2/3 Web | started", "Deployment shop/web | created", "stabilizing", "step 3/3 Jobs | succeeded", "exit code 0"):
            ok(words in run.out, f"plain lines say {words!r}", *run.out.splitlines()[:40])
        same(run.err, "", "nothing on standard error")
        ok("\x1b" not in run.out, "plain output has no escape sequence")


@case
def unchanged_when_run_again():
    with Sim() as sim:
        with Run("run", plan("web"), *IN_TIME, sim=sim) as run:
            ended(run, 0, "succeeded", "the first run")
        with Run("run", plan("web"), *IN_TIME, sim=sim) as run:
            snapshot = ended(run, 0, "succeeded", "the second run")
            same(rows(snapshot)["Deployment/web"]["apply"], "unchanged", "the apply changed nothing")
        with Run("run", plan("web-2"), *IN_TIME, sim=sim) as run:
            snapshot = ended(run, 0, "succeeded", "the third run")
            same(rows(snapshot)["Deployment/web"]["apply"], "changed", "another image is a change")


@case
def bad_image_times_out():
    with Sim(BAD_IMAGE) as sim, Run("run", plan("web"), *SHORT, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        web = rows(snapshot)
        deployment, pods = web["Deployment/web"], [o for o in web.values() if o["kind"] == "Pod"]
        same(deployment["status"], "TimedOut", "the Deployment timed out while in progress")
        ok("shop/web:1.42" in (deployment["message"] or ""), "its row names the image", deployment)
        same({o["status"] for o in pods}, {"Error"}, "its Pods are in error")
        ok({o["reason"] for o in pods} <= {"ErrImagePull", "ImagePullBackOff"}, "the Pods say why", *pods)
        same(web["Service/web"]["status"], "Success", "the Service is Success all the same")
        ok("shop/web:1.42" in run.out, "plain output names the image", run.out)
        ok(pods and any(o["events"] for o in pods), "a Pod has its events", *pods)


@case
def crash_shows_its_last_words():
    scenario = "pods: [{match: {owner: web}, behave: crash, runs: 500ms, exitCode: 3, logs: [so long], previousLogs: [no database]}]"
    with Sim(scenario) as sim, Run("run", plan("web"), *FAST, "--timeout", "3s", sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        pods = [o for o in rows(snapshot).values() if o["kind"] == "Pod"]
        same({o["status"] for o in pods}, {"Error"}, "its Pods are in error")
        lines = [line for o in pods for log in o["logs"] for line in log["lines"]]
        ok("no database" in lines or "so long" in lines, "a Pod's row has log lines", *pods)


JOB_FAILS = "pods: [{match: {owner: migrate}, behave: exit, exitCode: 3, runs: 500ms}]\n"


@case
def failing_Job_awaited():
    with Sim(JOB_FAILS) as sim, Run("run", plan("job"), *IN_TIME, "--wait-for-jobs", sim=sim) as run:
        snapshot = ended(run, 1, "failed")
        job = rows(snapshot)["Job/migrate"]
        same((job["status"], job["reason"]), ("Error", "BackoffLimitExceeded"), "the Job is in error")


@case
def failing_Job_not_awaited():
    with Sim(JOB_FAILS) as sim, Run("run", plan("job"), *FAST, "--timeout", "60s", "--stabilization", "2s", sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        job = rows(snapshot)["Job/migrate"]
        same((job["status"], job["reason"]), ("Success", "NotAwaited"), "the Job is not awaited")
        ok("not waited for" in (job["message"] or ""), "and says its real state", job)


@case
def flapping_breaks_the_window():
    scenario = "pods: [{match: {owner: web}, first: 1, behave: flap, after: 1s, flapAt: 8s, flapFor: 40s}]"
    with Sim(scenario) as sim, Run("run", plan("web"), *FAST, "--timeout", "60s", "--stabilization", "1500ms", sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        events = [e["event"] for e in run.journal()]
        at = events.index("step.unsettled") if "step.unsettled" in events else -1
        ok("step.stabilizing" in events[:at] and "step.stabilizing" in events[at:], "the window opened, broke and opened again", events)
        words = [m["status"] for m in rows(snapshot)["Deployment/web"]["timeline"]]
        changes = [word for i, word in enumerate(words) if i == 0 or words[i - 1] != word]  # reasons are moments, too
        same(changes[-3:], ["Success", "InProgress", "Success"], "the Deployment's timeline tells it")


@case
def window_is_unbroken():
    """The verdict comes no sooner than the window after the last thing that was not settled."""
    with Sim() as sim, Run("run", plan("web"), "--poll-interval", "100ms", "--timeout", "60s", "--stabilization", "1s", sim=sim) as run:
        ended(run, 0, "succeeded")
        journal = run.journal()
        opened = [e for e in journal if e["event"] == "step.stabilizing"]
        verdict = [e for e in journal if e["event"] == "step.verdict"][0]
        between = stamp(verdict["at"]) - stamp(opened[-1]["since"])
        ok(between >= 0.999, "at least the window lies before the verdict", between)


def stamp(text):
    import datetime
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


@case
def failing_step_skips_the_rest():
    with Sim(NEVER_READY) as sim, Run("run", plan("two"), *SHORT, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        same([s["verdict"] for s in snapshot["steps"]], ["timedOut", "skipped"], "the second step is skipped")
        same(sim.ask("/api/v1/namespaces/shop/configmaps/settings")["code"], 404, "nothing of it was applied")
        ok("skipped" in run.out, "plain output says so")


@case
def unverified_step():
    with Sim(NEVER_READY) as sim, Run("run", plan("unverified"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        same([s["verdict"] for s in snapshot["steps"]], ["notVerified", "succeeded"], "the first step is not verified")
        same({o["status"] for o in snapshot["steps"][0]["objects"]}, {None}, "its objects have no status")
        same(snapshot["steps"][0]["verify"]["mode"], "none", "the snapshot says so")


@case
def deleted_in_the_wait():
    scenario = NEVER_READY + "delete: [{match: {kind: Deployment, name: web}, after: 5s}]\n"
    with Sim(scenario) as sim, Run("run", plan("web"), *SHORT, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        deployment = rows(snapshot).get("Deployment/web")
        ok(deployment, "its row stays")
        ok("delete" in f"{deployment['reason']} {deployment['message']}".lower(), "it says that it was deleted", deployment)


@case
def deleted_while_stabilizing():
    scenario = "delete: [{match: {kind: Deployment, name: web}, after: 40s}]"
    with Sim(scenario, speed=20) as sim, Run("run", plan("web"), *FAST, "--timeout", "6s", "--stabilization", "4s", sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        ok("step.unsettled" in [e["event"] for e in run.journal()], "the window broke")
        same(rows(snapshot)["Deployment/web"]["status"], "TimedOut", "never a success")


@case
def timeout_none():
    with Sim() as sim, Run("run", plan("web"), *FAST, "--timeout", "none", sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        same(snapshot["steps"][0]["verify"]["timeoutSeconds"], None, "there was no timeout")


@case
def stale_status_is_no_success():
    """The controller lags: the Deployment still shows that its old template is ready."""
    scenario = "lag: 30s\npods: [{match: {image: 'shop/web:2.0'}, behave: image-error}]\n"
    with Sim(scenario, speed=10) as sim:
        with Run("run", plan("web"), *IN_TIME, sim=sim) as run:
            ended(run, 0, "succeeded", "the first run")
        with Run("run", plan("web-2"), *FAST, "--timeout", "2500ms", "--stabilization", "100ms", sim=sim) as run:
            snapshot = ended(run, 3, "timedOut", "the second run")
            same(rows(snapshot)["Deployment/web"]["apply"], "changed", "the template was changed")
            ok("Success" not in [m["status"] for m in rows(snapshot)["Deployment/web"]["timeline"]], "it never was Success")


@case
def recreated_object_is_followed():
    scenario = """
delete: [{match: {kind: ConfigMap, name: settings, label: made!=again}, at: 10s}]
create:
- at: 25s
  manager: helm
  object: {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop, labels: {made: again}}, data: {currency: EUR}}
"""
    manifests = open(plan("k8s/base")).read() + "---\n" + open(plan("k8s/web")).read()
    with Sim(scenario + "pods: [{match: {owner: web}, behave: slow, after: 40s}]\n") as sim:
        write(sim, "all.yaml", manifests)
        path = write(sim, "plan.yaml", "apiVersion: ksettle/v1\nname: all\ndefaults: {namespace: shop}\nsteps: [{name: All, yaml: {files: [all.yaml]}}]\n")
        with Run("run", path, *IN_TIME, sim=sim) as run:
            snapshot = ended(run, 0, "succeeded")
            row = rows(snapshot)["ConfigMap/settings"]
            same((row["status"], row["replaced"]), ("Success", True), "it is Success, and marked replaced", row)


# --- refusals ---

@case
def apply_refused():
    scenario = "apply: [{match: {kind: Secret}, code: 422, field: data.token, message: 'Invalid value: no'}]"
    with Sim(scenario) as sim, Run("run", plan("base"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 1, "failed")
        same({k: o["apply"] for k, o in rows(snapshot).items()},
             {"ConfigMap/settings": "created", "Secret/database": "failed", "ServiceAccount/shop": "notTried"}, "how far the apply came")
        row = rows(snapshot)["Secret/database"]
        ok(row["status"] == "Error" and "data.token" in row["message"], "the refused one says why", row)
        same(rows(snapshot)["ServiceAccount/shop"]["status"], None, "what was not tried has no status")


@case
def apply_refused_by_admission():
    scenario = "apply: [{match: {kind: Deployment}, code: 403, message: 'admission webhook \"no\" denied the request: no owner label'}]"
    with Sim(scenario) as sim, Run("run", plan("web"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 1, "failed")
        ok("no owner label" in rows(snapshot)["Deployment/web"]["message"], "the webhook's words are there")


@case
def typed_patch_error_is_no_weather():
    scenario = "apply: [{match: {kind: Deployment}, code: 500, message: 'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.x: field not declared in schema'}]"
    with Sim(scenario) as sim, Run("run", plan("web"), *IN_TIME, sim=sim) as run:
        ended(run, 1, "failed")


@case
def conflict_names_field_and_manager():
    scenario = "apply: [{match: {name: settings}, conflict: argocd-controller, fields: [.data.currency]}]"
    with Sim(scenario) as sim, Run("run", plan("base"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 1, "failed")
        message = rows(snapshot)["ConfigMap/settings"]["message"]
        ok("argocd-controller" in message and ".data.currency" in message, "the message names both", message)
        ok("argocd-controller" in run.out, "and plain output too")


@case
def conflict_forced():
    scenario = "apply: [{match: {name: settings}, conflict: argocd-controller, fields: [.data.currency]}]"
    with Sim(scenario) as sim:
        path = write(sim, "plan.yaml", "apiVersion: ksettle/v1\nname: forced\ndefaults: {namespace: shop}\n"
                     f"steps: [{{name: Base, yaml: {{files: ['{plan('k8s/base')}'], forceConflicts: true}}}}]\n")
        with Run("run", path, *IN_TIME, sim=sim) as run:
            ended(run, 0, "succeeded")


@case
def warnings_are_kept():
    scenario = "apply: [{match: {name: settings}, warn: ['this is deprecated']}]"
    with Sim(scenario) as sim, Run("run", plan("base"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        ok(any("this is deprecated" in w for w in snapshot["steps"][0]["warnings"]), "the snapshot has the server's warning", snapshot["steps"][0]["warnings"])
        ok("this is deprecated" in run.out, "plain output has it")


@case
def credentials_refused():
    with Sim() as sim:
        text = open(sim.kubeconfig).read()
        with open(sim.kubeconfig, "w") as file:
            file.write(re.sub(r"(token: \W?)\w+", r"\1wrong", text))
        with Run("run", plan("base"), *IN_TIME, sim=sim) as run:
            ended(run, 4, "failed")
            ok("401" in run.out or "nauthorized" in run.out or "credentials" in run.out, "it says that the credentials were refused", run.out)
            ok("wrong" not in run.out, "the token is not shown")


@case
def RBAC_forbids_the_apply():
    with Sim("forbid: [{verb: patch, resource: secrets}]") as sim, Run("run", plan("base"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 4, "failed")
        row = rows(snapshot)["Secret/database"]
        ok(row["apply"] == "failed" and "cannot patch" in row["message"], "the row says what is forbidden", row)


@case
def RBAC_forbids_to_look():
    scenario = "forbid: [{verb: list, resource: deployments}, {verb: get, resource: deployments}, {verb: watch, resource: deployments}]"
    with Sim(scenario) as sim, Run("run", plan("web"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 4, "failed")
        ok("forbidden" in json.dumps(rows(snapshot)["Deployment/web"]).lower(), "the row says so", rows(snapshot)["Deployment/web"])


@case
def RBAC_forbids_the_children():
    with Sim("forbid: [{verb: list, resource: pods}, {verb: get, resource: pods}]") as sim, Run("run", plan("web"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        text = json.dumps([o["note"] for o in snapshot["steps"][0]["objects"]] + snapshot["steps"][0]["warnings"])
        ok("pods" in text.lower(), "a note or warning says that Pods cannot be seen", text)


@case
def cluster_unreachable():
    with Sim() as sim:
        sim.gone()
        with Run("run", plan("base"), *IN_TIME, sim=sim) as run:
            ended(run, 4, "failed")


@case
def wrong_authority():
    with Sim() as sim, Sim() as other:
        ca = re.search(r"certificate-authority-data: (\S+)", open(other.kubeconfig).read())[1]
        text = re.sub(r"(certificate-authority-data: )\S+", r"\g<1>" + ca, open(sim.kubeconfig).read())
        with open(sim.kubeconfig, "w") as file:
            file.write(text)
        with Run("run", plan("base"), *IN_TIME, sim=sim) as run:
            ended(run, 4, "failed")


# --- weather ---

@case
def throttled_and_broken_apply_is_weathered():
    scenario = """
faults:
- {method: PATCH, path: "*configmaps*", code: 429, retryAfter: 1, times: 1}
- {method: PATCH, path: "*secrets*", code: 500, message: "etcdserver: leader changed", times: 1}
- {method: PATCH, path: "*serviceaccounts*", tear: true, times: 1}
"""
    with Sim(scenario) as sim, Run("run", plan("base"), *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        same({o["status"] for o in rows(snapshot).values()}, {"Success"}, "all are Success")


@case
def throttled_and_broken_polling_is_weathered():
    scenario = """
faults:
- {method: GET, path: "*deployments*", code: 429, retryAfter: 1, times: 1}
- {method: GET, path: "*deployments*", code: 500, times: 2}
- {method: GET, path: "*pods*", code: 503, times: 2}
- {method: GET, path: "*deployments*", tear: true, times: 2}
"""
    with Sim(scenario) as sim, Run("run", plan("web"), *IN_TIME, sim=sim) as run:
        ended(run, 0, "succeeded")


@case
def list_torn_for_ever():
    with Sim("faults: [{method: GET, path: '*/deployments*', tear: true, afterRequests: 1}]") as sim, Run("run", plan("web"), *SHORT, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        ok("Success" not in [m["status"] for m in rows(snapshot)["Deployment/web"]["timeline"]], "never a success")


@case
def hung_list():
    """No answer to any look; the first request is the one before the apply."""
    with Sim("faults: [{method: GET, path: '*/deployments*', hang: true, afterRequests: 1}]") as sim:
        begun = time.monotonic()
        with Run("run", plan("web"), *SHORT, sim=sim) as run:
            snapshot = ended(run, 3, "timedOut")
            ok(time.monotonic() - begun < 20, "long before the request's own limit of 30 s", time.monotonic() - begun)
            same(rows(snapshot)["Deployment/web"]["status"], "TimedOut", "the Deployment timed out")


@case
def hung_list_after_a_good_look():
    """What was ready when the server stopped to answer is not known to be ready any more."""
    with Sim("faults: [{method: GET, path: '*/deployments*', hang: true, afterRequests: 12}]") as sim:
        with Run("run", plan("web"), *FAST, "--timeout", "5s", "--stabilization", "4s", sim=sim) as run:
            ended(run, 3, "timedOut")


@case
def hung_look_before_the_apply():
    with Sim("faults: [{method: GET, path: '*/deployments*', hang: true}]") as sim, Run("run", plan("web"), *SHORT, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        ok("Success" not in [m["status"] for m in rows(snapshot)["Deployment/web"]["timeline"]], "never a success")


@case
def hung_apply():
    with Sim("faults: [{method: PATCH, path: '*', hang: true}]") as sim, Run("run", plan("base"), *SHORT, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        ok("created" not in [o["apply"] for o in rows(snapshot).values()], "nothing counts as created", rows(snapshot))


@case
def server_dies_while_stabilizing():
    with Sim() as sim, Run("run", plan("web"), *FAST, "--timeout", "5s", "--stabilization", "3s", "-o", "jsonl", sim=sim) as run:
        ok(run.until_said('"step.stabilizing"'), "the window opens")
        sim.gone()
        snapshot = ended(run, 3, "timedOut")
        ok([e for e in run.journal() if e["event"] == "connection" and e["state"] != "live"], "the lost connection was told")
        ok(snapshot["steps"][0]["reason"], "the verdict says why", snapshot["steps"][0]["reason"])


@case
def server_freezes_while_stabilizing():
    with Sim() as sim, Run("run", plan("web"), *FAST, "--timeout", "5s", "--stabilization", "3s", "-o", "jsonl", sim=sim) as run:
        ok(run.until_said('"step.stabilizing"'), "the window opens")
        sim.process.send_signal(signal.SIGSTOP)
        ended(run, 3, "timedOut")
        sim.process.send_signal(signal.SIGCONT)


@case
def server_comes_back():
    with Sim() as sim, Run("run", plan("web"), *IN_TIME, "--stabilization", "2s", "-o", "jsonl", sim=sim) as run:
        ok(run.until_said('"step.stabilizing"'), "the window opens")
        sim.process.send_signal(signal.SIGSTOP)
        time.sleep(1)  # how long it is away; nothing depends on it
        sim.process.send_signal(signal.SIGCONT)
        ended(run, 0, "succeeded")

if __name__ == "__main__":
    main()
