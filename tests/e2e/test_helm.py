#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Helm steps, with a stand-in for helm (tests/helm/helm.py) before the simulated cluster. TAP."""

import importlib.util
import json
import os
import re
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FAST, SRC, Run, Sim, Terminal, case, ended, main, ok, rows, same, until, write  # noqa: E402

HELM = f"exec '{sys.executable}' -I -S '{os.path.join(SRC, 'tests/helm/helm.py')}' \"$@\"\n"
BAD_IMAGE = """
pods:
- match: {owner: web}
  behave: image-error
  message: 'failed to pull image "shop/web:1.42": not found'
"""
WEB = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "shop/web:1.42"}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {a: b}
"""
SECRET = """---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {password: correct-horse}
"""
HOOK = """---
apiVersion: batch/v1
kind: Job
metadata:
  name: web-hook
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: "%s"}
spec:
  backoffLimit: 0
  template:
    spec: {restartPolicy: Never, containers: [{name: c, image: a}]}
"""
PLAN = "apiVersion: ksettle/v1\ndefaults: {namespace: shop}\nsteps:\n- name: Web\n  helm: {release: web, chart: ./chart%s}\n  verify: %s\n"


class Place:
    """A folder with a chart, a plan and a helm that does as it is told."""

    def __init__(self, more="", verify="{timeout: 60s}", plan=None, **files):
        self.folder = tempfile.mkdtemp(prefix="ksettle-e2e-")
        os.makedirs(self.path("chart"))
        os.makedirs(self.path("tmp"))
        write(self, "chart/Chart.yaml", "{apiVersion: v2, name: web, version: 0.1.0}\n")
        self.helm = self.script("helm", HELM)
        write(self, "plan.yaml", plan or PLAN % (more, verify))
        write(self, "manifest", WEB)
        write(self, "hooks", "")
        for name, text in files.items():
            write(self, name.replace("_", "-").replace("history-json", "history.json"), text)

    def path(self, name):
        return os.path.join(self.folder, name)

    def script(self, name, text):
        path = write(self, name, "#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return path

    def make(self, name):
        write(self, name, "")

    def env(self, **more):
        return {"KSETTLE_HELM": self.helm, "FAKE_HELM": self.folder, "TMPDIR": self.path("tmp"), "XDG_RUNTIME_DIR": None, **more}

    def run(self, sim=None, *flags, env=None, kind=Run, **more):
        return kind("run", self.path("plan.yaml"), *FAST[2:], *(["-o", "plain"] if kind is Run else []), *flags, sim=sim, folder=self.folder,
                    env=self.env(**(env or {})), **more)

    def calls(self, verb="upgrade"):
        if not os.path.exists(self.path("calls")):
            return []
        return [c for c in map(json.loads, open(self.path("calls"))) if c[0] == verb]

    def seen(self):
        return open(self.path("seen")).read() if os.path.exists(self.path("seen")) else ""

    def clean(self):
        """Nothing private is left behind."""
        return os.listdir(self.path("tmp"))

    def close(self):
        import shutil
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def after_a_second(run, signo):
    """Within one, a signal that comes again is the same one."""
    begun = time.monotonic()
    until(lambda: time.monotonic() - begun > 1.5)
    run.process.send_signal(signo)


def revisions(*statuses):
    return json.dumps([{"revision": i + 1, "updated": "2026-01-02T03:04:05.123456789Z", "status": s} for i, s in enumerate(statuses)])


def step(snapshot):
    return snapshot["steps"][0]


def statuses(snapshot):
    return {name: o["status"] for name, o in rows(snapshot).items() if o["applied"]}


def says(snapshot, words, name):
    ok(words in (step(snapshot)["reason"] or ""), name, step(snapshot)["reason"])


# --- how a step ends ---

@case
def first_install():
    with Sim() as sim, Place(", createNamespace: true", upgrade="record\napply\nwait go\ndeployed\n") as place:
        with place.run(sim) as run:
            live = re.compile(r"Deployment shop/web \| (In progress -> )?Success")
            ok(until(lambda: live.search(run.so_far())), "the table is live", run.so_far())
            place.make("go")
            snapshot = ended(run, 0, "succeeded")
        same(step(snapshot)["tool"], "helm v3.19.0", "which helm")
        same(step(snapshot)["reason"], "helm deployed revision 1 of release web", "what it did")
        verify = step(snapshot)["verify"]
        same((verify["mode"], verify["stabilizationSeconds"], verify["failEarly"]), ("helm", None, None), "helm decides")
        same(statuses(snapshot), {"Deployment/web": "Success", "ConfigMap/web": "Success"}, "its objects are shown")
        web = rows(snapshot)["Deployment/web"]
        same((web["applied"], web["apply"], web["columns"]["Ready"]), (True, None, "2/2"), "as applied by somebody else, after a last look")
        ok("replicas: 2" in web["manifest"], "with their manifests")
        ok(any(o["kind"] == "Pod" for o in rows(snapshot).values()), "and their children")
        call = place.calls()[0]
        same(call[:5], ["upgrade", "--install", "web", place.path("chart"), "--namespace"], "the command line begins so")
        same((call[5], "--wait" in call, "--wait-for-jobs" in call, "--create-namespace" in call), ("shop", True, False, True), "with its flags")
        ok(call[call.index("--timeout") + 1] in ("60s", "59s", "58s"), "helm gets what is left of the time", call)
        same((call[call.index("--kube-context") + 1], call[call.index("--kubeconfig") + 1]), ("demo", sim.kubeconfig), "and the cluster of the run")
        same(place.calls("history")[0][1:], ["web", "--output", "json", "--max", "50", "--namespace", "shop", "--kubeconfig", sim.kubeconfig,
                                             "--kube-context", "demo"], "the state before is looked up")


@case
def upgrade_by_helm_4():
    with Sim() as sim, Place(", atomic: true", "{timeout: none, waitForJobs: true}", version="v4.2.4", history_json=revisions("superseded", "deployed")) as place:
        with place.run(sim) as run:
            snapshot = ended(run, 0, "succeeded")
        says(snapshot, "revision 3", "the next revision")
        call = place.calls()[0]
        ok("--rollback-on-failure" in call and "--wait-for-jobs" in call and "8760h" in call, "helm 4's own flags", call)


@case
def live_rows():
    """Objects are followed as soon as the record is there; what helm has not written yet is not passed off as done."""
    with Sim() as sim, Place(history_json=revisions("deployed"), upgrade="record\nwait go\napply\ndeployed\n") as place:
        first = write(place, "upgrade.first", "record\napply\ndeployed\n")
        os.rename(place.path("upgrade"), place.path("upgrade.second"))
        os.rename(first, place.path("upgrade"))
        with place.run(sim) as run:
            ended(run, 0, "succeeded", "the install")
        os.rename(place.path("upgrade.second"), place.path("upgrade"))
        # What is there was written moments ago; two seconds are allowed between the clocks.
        ok(until(lambda: time.time() - os.path.getmtime(place.path("history.json")) > 2.5), "the install is past")
        with place.run(sim) as run:
            ok(run.until_said("Deployment shop/web | In progress | Unchanged: as it was before"), "the row of before says so", run.so_far())
            place.make("go")
            ended(run, 0, "succeeded", "the upgrade")


@case
def timeout():
    for version, said in (("v3.19.0", "Error: UPGRADE FAILED: context deadline exceeded"),
                          ("v4.2.4", "Error: UPGRADE FAILED: resource Deployment/shop/web not ready. status: InProgress\\ncontext deadline exceeded")):
        with Sim(BAD_IMAGE) as sim, Place(version=version, history_json=revisions("deployed"), upgrade=f"record\napply\nwait go\nfail {said}\n") as place:
            with place.run(sim) as run:
                ok(run.until_said("Deployment shop/web | In progress | 2 of 2 Pods: "), "the table says why", run.so_far())
                place.make("go")
                snapshot = ended(run, 3, "timedOut")
                ok("output | Error: UPGRADE FAILED" in run.out, "plain lines have what helm said", run.out)
            says(snapshot, "helm timed out waiting: Deployment web: 2 of 2 Pods: ", "the cause is the objects'")
            says(snapshot, "cannot be pulled: not found", "with the image's trouble")
            says(snapshot, "; release web is left failed at revision 2; helm rollback web 1 -n shop brings revision 1 back", "and the remedy")
            same(statuses(snapshot), {"Deployment/web": "TimedOut", "ConfigMap/web": "Success"}, "what was In progress is Timed out")


@case
def timeout_atomic():
    """When helm has taken the release back nothing in the cluster says why any more."""
    said = "Error: release web failed, and has been uninstalled due to atomic being set: context deadline exceeded"
    with Sim(BAD_IMAGE) as sim, Place(", atomic: true", upgrade=f"record\napply\nwait go\nunapply\nfail {said}\n") as place:
        with place.run(sim, "--timeout", "4s") as run:
            ok(run.until_said("Deployment shop/web | In progress | 2 of 2 Pods: "), "the table says why", run.so_far())
            said_at = time.monotonic()
            until(lambda: time.monotonic() - said_at > 4.5)  # the step's time is over then, however long the start took
            place.make("go")
            snapshot = ended(run, 3, "timedOut")
        says(snapshot, "helm timed out waiting: Deployment web: 2 of 2 Pods: ", "the cause is what the objects had said")
        says(snapshot, "; release web failed, and has been uninstalled due to atomic being set", "and what helm did")
        row = rows(snapshot)["Deployment/web"]
        same((row["status"], row["message"]), ("TimedOut", "deleted while helm was at work"), "its row says so, too")


@case
def failure():
    with Sim() as sim, Place(upgrade='record\nfail Error: INSTALLATION FAILED: Service "web" is invalid: spec.ports: Required value\n') as place:
        with place.run(sim) as run:
            snapshot = ended(run, 1, "failed")
        same(step(snapshot)["reason"], 'Service "web" is invalid: spec.ports: Required value; release web is left failed at revision 1; '
             "run it again, or helm uninstall web -n shop removes it", "helm's own words")


@case
def before_the_record():
    with Sim() as sim, Place(upgrade="fail Error: template: web/templates/all.yaml:3:1: nil pointer\n") as place:
        with place.run(sim) as run:
            snapshot = ended(run, 1, "failed")
        same(step(snapshot)["reason"], "template: web/templates/all.yaml:3:1: nil pointer; release web was not created", "no release came of it")
        same(step(snapshot)["objects"], [], "and no row")
        same(step(snapshot)["output"], ["Error: template: web/templates/all.yaml:3:1: nil pointer"], "what helm said is kept")


@case
def killed_by_somebody():
    with Sim() as sim, Place(upgrade="record\ndie\n") as place:
        with place.run(sim) as run:
            snapshot = ended(run, 1, "failed")
        same(step(snapshot)["reason"], "helm was ended by signal 9; release web is left pending-install at revision 1; "
             "helm uninstall web -n shop removes it", "its end, and what it leaves")


@case
def pending_before():
    with Sim() as sim, Place(history_json=revisions("deployed", "pending-upgrade")) as place:
        with place.run(sim) as run:
            snapshot = ended(run, 1, "failed")
        says(snapshot, "release web is pending-upgrade at revision 2 since ", "the release that is in the way is named")
        says(snapshot, ": another helm is at work, or one was interrupted; if none is, helm rollback web 1 -n shop brings revision 1 back", "with the remedy")
        same(place.calls(), [], "helm upgrade was not tried")


@case
def no_history():
    with Sim() as sim, Place(no_history='Error: query: failed to query with labels: secrets is forbidden: User "x" cannot list resource "secrets"') as place:
        with place.run(sim) as run:
            snapshot = ended(run, 1, "failed")
        says(snapshot, "helm history: query: failed to query with labels: secrets is forbidden", "what cannot be looked up fails the step")


# --- who decides ---

@case
def mode_objects():
    with Sim() as sim, Place(verify="{mode: objects, timeout: 60s}") as place:
        with place.run(sim, "--stabilization", "300ms") as run:
            snapshot = ended(run, 0, "succeeded")
        same((step(snapshot)["reason"], step(snapshot)["verify"]["mode"]), ("every object is at its desired state", "objects"), "ksettle decides")
        ok("--wait" not in place.calls()[0], "helm does not wait", place.calls())


@case
def mode_objects_fails():
    with Sim(BAD_IMAGE) as sim, Place(verify="{wait: false, mode: objects, failEarly: any, timeout: 60s}") as place:
        with place.run(sim, "--stabilization", "300ms") as run:
            snapshot = ended(run, 1, "failed")
        says(snapshot, "Deployment web: 2 of 2 Pods: ", "by the objects, early")


@case
def mode_objects_unreadable():
    """What cannot be read cannot be judged: no success."""
    with Sim() as sim, Place(verify="{mode: objects, timeout: 60s}", unreadable="") as place:
        with place.run(sim) as run:
            snapshot = ended(run, 1, "failed")
        same(step(snapshot)["reason"], "helm deployed revision 1 of release web, but its objects cannot be read: helm get manifest: release: not found",
             "which is said")


@case
def unreadable_for_helm():
    with Sim() as sim, Place(unreadable="") as place:
        with place.run(sim) as run:
            snapshot = ended(run, 0, "succeeded")
        same(step(snapshot)["warnings"], ["not every object of the release can be shown: helm get manifest: release: not found"], "helm's verdict, with a warning")


@case
def not_verified():
    for verify in ("none", "{wait: false}"):
        with Sim(BAD_IMAGE) as sim, Place(verify=verify) as place:
            with place.run(sim) as run:
                snapshot = ended(run, 0, "succeeded")
            same((step(snapshot)["verdict"], step(snapshot)["verify"]["mode"]), ("notVerified", "none"), f"verify: {verify}")
            same({o["status"] for o in step(snapshot)["objects"]}, {None}, "nothing is judged")
            ok("--wait" not in place.calls()[0], "helm does not wait", place.calls())


@case
def no_objects():
    for verify in ("{timeout: 60s}", "{mode: objects, timeout: 60s}"):
        with Sim() as sim, Place(verify=verify, manifest="\n") as place:
            with place.run(sim) as run:
                snapshot = ended(run, 0, "succeeded")
            same(step(snapshot)["reason"], "helm deployed revision 1 of release web; no objects", "a chart of nothing succeeds")
            same(step(snapshot)["warnings"], ["no objects: the chart makes none"], "and is told of")


# --- hooks ---

@case
def hook_that_goes():
    with Sim("pods: [{match: {owner: web-hook}, behave: never-ready}]\n") as sim, Place(manifest="\n", hooks=HOOK % "hook-succeeded", upgrade="record\nhooks\nwait go\nunhook\nwait gone\ndeployed\n") as place:
        with place.run(sim) as run:
            ok(run.until_said("Job shop/web-hook | In progress | Running: pre-install hook"), "a hook has a row while it is there", run.so_far())
            place.make("go")
            ok(run.until_said("done, and removed by its delete policy"), "and says when its policy removed it", run.so_far())
            place.make("gone")
            snapshot = ended(run, 0, "succeeded")
        same(statuses(snapshot), {"Job/web-hook": "Success"}, "which is no failure")
        same(step(snapshot)["warnings"], ["no objects: the chart has hooks only"], "a chart of hooks only")


@case
def hook_that_fails():
    scenario = "pods: [{match: {owner: web-hook}, behave: exit, exitCode: 3}]\n"
    said = "Error: INSTALLATION FAILED: failed pre-install: 1 error occurred:\\n\\t* job web-hook failed: BackoffLimitExceeded\\n\\n"
    with Sim(scenario) as sim, Place(hooks=HOOK % "before-hook-creation", upgrade=f"record\nhooks\nwait go\nfail {said}\n") as place:
        with place.run(sim) as run:
            ok(run.until_said("BackoffLimitExceeded: pre-install hook: "), "its row says so", run.so_far())
            place.make("go")
            snapshot = ended(run, 1, "failed")
        says(snapshot, "failed pre-install: job web-hook failed: BackoffLimitExceeded; Job web-hook: pre-install hook: ", "helm's words and the row's")
        same(statuses(snapshot)["Job/web-hook"], "Error", "the hook is in error")


@case
def other_hooks():
    with Sim() as sim, Place(hooks=(HOOK % "").replace("pre-install,pre-upgrade", "test,post-rollback")) as place:
        with place.run(sim) as run:
            snapshot = ended(run, 0, "succeeded")
        ok("Job/web-hook" not in rows(snapshot), "hooks of another occasion have no row")


# --- ends from outside ---

@case
def canceled():
    for signo, code, verdict in ((signal.SIGINT, 130, "canceled"), (signal.SIGTERM, 143, "canceled"), (signal.SIGHUP, 129, "interrupted")):
        with Sim() as sim, Place(history_json=revisions("deployed"), upgrade="record\napply\nmake there\nforever\n") as place:
            with place.run(sim) as run:
                ok(until(lambda: os.path.exists(place.path("there"))), "helm is at work")
                run.process.send_signal(signo)
                snapshot = ended(run, code, verdict)
            says(snapshot, "; release web is left failed at revision 2; helm rollback web 1 -n shop brings revision 1 back", "how helm left it")
            ok("ending helm; once more to kill it" in step(snapshot)["warnings"], "what goes on is said", step(snapshot)["warnings"])


@case
def canceled_beside_another_step():
    """The other one ends at once, helm when it has left its release in order; nothing starts any more."""
    plan = (PLAN % ("", "{timeout: 60s}") + "- name: Beside\n  needs: []\n  yaml: {files: [stuck.yaml]}\n- name: Last\n  yaml: {files: [stuck.yaml]}\n"
            "- name: Clean up\n  when: previous-failed\n  yaml: {files: [stuck.yaml]}\n")
    with Sim("pods: [{match: {owner: stuck}, behave: never-ready}]\n") as sim, \
         Place(plan=plan, history_json=revisions("deployed"), upgrade="record\napply\nmake there\nforever\n") as place:
        write(place, "stuck.yaml", WEB.split("---")[1].replace("web", "stuck"))
        with place.run(sim) as run:
            ok(until(lambda: os.path.exists(place.path("there"))) and run.until_said("Deployment shop/stuck | In progress"), "both are at work")
            run.process.send_signal(signal.SIGINT)
            snapshot = ended(run, 130, "canceled")
        same([s["verdict"] for s in snapshot["steps"]], ["canceled", "canceled", "skipped", "skipped"], "every step has its verdict")
        says(snapshot, "; release web is left failed at revision 2", "how helm left it")


@case
def canceled_twice():
    with Sim() as sim, Place(upgrade="record\napply\nmake there\nforever\n", on_term="ignore") as place:
        with place.run(sim) as run:
            ok(until(lambda: os.path.exists(place.path("there"))), "helm is at work")
            run.process.send_signal(signal.SIGINT)
            run.process.send_signal(signal.SIGINT)
            ok(run.until_said("ending helm"), "a signal that comes twice at once is one", run.so_far())

            after_a_second(run, signal.SIGINT)
            snapshot = ended(run, 130, "canceled")
        ok("helm was killed before it had ended; see how it left the release: helm status web -n shop" in step(snapshot)["warnings"],
           "and says what that may mean", step(snapshot)["warnings"])


@case
def canceled_atomic():
    with Sim() as sim, Place(", atomic: true", history_json=revisions("deployed"), upgrade="record\napply\nmake there\nforever\n") as place:
        with place.run(sim) as run:
            ok(until(lambda: os.path.exists(place.path("there"))), "helm is at work")
            run.process.send_signal(signal.SIGINT)
            snapshot = ended(run, 130, "canceled")
        says(snapshot, "canceled; release web is deployed at revision 3", "it was rolled back")


@case
def outlives_its_time():
    """helm does not end at its own --timeout: TERM comes 5 s after the deadline."""
    with Sim() as sim, Place(upgrade="record\napply\nforever\n") as place:
        with place.run(sim, "--timeout", "6s") as run:
            snapshot = ended(run, 3, "timedOut")
        says(snapshot, "helm did not end in time; ", "the step timed out")
        says(snapshot, "release web is left failed at revision 1", "and helm was ended")


@case
def terminal():
    if not importlib.util.find_spec("pyte"):
        return ok(True, "needs pyte # SKIP")
    with Sim() as sim, Place(upgrade="record\napply\nwait go\nout NOTES: welcome\ndeployed\n") as place:
        with place.run(sim, kind=Terminal, rows=30, columns=100) as screen:
            screen.shows("Deployment")
            place.make("go")
            screen.shows("succeeded in")
            screen.type("kkkkkkkk\r")
            screen.type("d")
            screen.shows("helm v3.19.0")
            screen.type("l")
            screen.shows("NOTES: welcome", "the drawer has what helm said")
            screen.type("qq")
            same(screen.wait(), 0, "exit code 0")


# --- secrets ---

@case
def secrets():
    """What came from the environment is in no command line and no record; nor is what the chart's Secrets hold."""
    more = ', set: {db.password: "${env:PASSWORD}", db.port: "${env:PORT}", "list[0].key": "${env:PASSWORD}", plain: seen}, setString: {pin: "${env:PORT}"}'
    script = "record\napply\nout the password is hunter2-hunter2, base64 aHVudGVyMi1odW50ZXIy\nout also correct-horse\nout \\e[31mred\\e[0m\n"\
             'err refused: Invalid value: "{\\"kind\\":\\"Secret\\",\\"data\\":{\\"old\\":\\"b2xkLXNlY3JldA==\\"}}": why\nfail Error: UPGRADE FAILED: hunter2-hunter2\n'
    with Sim() as sim, Place(more, manifest=WEB + SECRET, upgrade=script) as place:
        with place.run(sim, "-o", "jsonl", env={"PASSWORD": "hunter2-hunter2", "PORT": "54321"}) as run:
            snapshot = ended(run, 1, "failed")
        lines = step(snapshot)["output"]
        same(lines[:3], ["the password is ••••, base64 ••••", "also ••••", "\ufffd[31mred\ufffd[0m"], "helm's lines are masked")
        same(lines[3], 'refused: Invalid value: "{…}": why', "objects that a message quotes are cut out")
        says(snapshot, "••••; release web is left failed", "and so is the reason")
        everything = run.out + run.err + json.dumps(snapshot) + json.dumps(run.journal()) + json.dumps(place.calls())
        for word in ("hunter2", "54321", "correct-horse", "b2xkLXNlY3JldA", "aHVudGVyMi1odW50ZXIy"):
            ok(word not in everything, f"{word} is nowhere to be seen")
        call = place.calls()[0]
        ok("plain=seen" in call, "what is no secret is as one would type it", call)
        ok(' 0o600 {"db":{"password":"hunter2-hunter2","port":54321}}' in place.seen(), "helm gets the values by a private file, typed as by --set", place.seen())
        ok("list[0].key 0o600 hunter2-hunter2" in place.seen() and "pin 0o600 54321" in place.seen(), "or one by one", place.seen())
        same(place.clean(), [], "which is gone afterwards")


@case
def endless_output():
    """What a record takes is bounded; the end is kept."""
    script = "import sys\nfor i in range(20000): print('line', i)\nprint('Error: it broke', file=sys.stderr)\nsys.exit(1)\n"
    with Sim() as sim, Place(much=script) as place:
        place.script("helm", f"if [ \"$1\" = upgrade ]; then exec '{sys.executable}' -I -S '{place.path('much')}'; fi\n" + HELM)
        with place.run(sim) as run:
            snapshot = ended(run, 1, "failed")
            told = sum(len(e["lines"]) for e in run.journal() if e["event"] == "step.output")
        ok(told < 8000, "lines of the journal", told)
        lines = step(snapshot)["output"]
        same((len(lines), "line 19999" in lines), (200, True), "the last ones are in the snapshot", lines[-3:])
        says(snapshot, "it broke; release web was not created", "and the reason")


@case
def private_kubeconfig():
    """What the command line says of the cluster holds for helm, too; the token in no command line."""
    with Sim() as sim, Place() as place:
        token = re.search(r"token: \W?(\w+)", open(sim.kubeconfig).read())[1]
        with place.run(sim, "--token", token, "--as", "jane", "--as-group", "devs") as run:
            snapshot = ended(run, 0, "succeeded")
        ok(rows(snapshot)["Deployment/web"]["uid"], "the same cluster")
        ok(token not in json.dumps(place.calls()) and "--kube-context" not in place.calls()[0], "the token is in no command line", place.calls())
        seen = place.seen()
        ok(f'"token":"{token}"' in seen and '"as":"jane"' in seen and '"as-groups":["devs"]' in seen and " 0o600 " in seen, "but in a private file", seen)
        same(place.clean(), [], "which is gone afterwards")


@case
def private_after_a_kill():
    with Sim() as sim, Place(', set: {a: "${env:PASSWORD}"}', upgrade="record\nmake there\nforever\n", on_term="ignore") as place:
        with place.run(sim, env={"PASSWORD": "hunter2-hunter2"}) as run:
            ok(until(lambda: os.path.exists(place.path("there"))), "helm is at work")
            same(len(place.clean()), 1, "the private folder is there")

            run.process.send_signal(signal.SIGTERM)
            ok(run.until_said("ending helm"), "helm is asked to end", run.so_far())
            after_a_second(run, signal.SIGTERM)
            same(run.wait(), 143, "it is ended by force")
        same(place.clean(), [], "and the private folder is gone")


@case
def private_whatever_ends_us():
    script = "record\nmake there\nforever\nmake over\n"
    with Sim() as sim, Place(', set: {a: "${env:PASSWORD}"}', upgrade=script) as place:
        with place.run(sim, "--as", "jane", env={"PASSWORD": "hunter2-hunter2"}) as run:
            ok(until(lambda: os.path.exists(place.path("there"))), "helm is at work")
            ok("hunter2-hunter2" in place.seen() and '"as":"jane"' in place.seen(), "and has been told", place.seen())
            run.process.kill()
            run.process.wait()
        left = [os.path.join(folder, name) for folder, _, names in os.walk(place.path("tmp")) for name in names]
        same([path for path in left if os.path.exists(path)], [], "a kill leaves no file with a secret")
        write(place, "never", "")
        ok(until(lambda: os.path.exists(place.path("over"))), "helm goes on to its end")


@case
def other_environment():
    """Variables that send helm elsewhere, or make it talk too much, do not reach it."""
    with Sim() as sim, Place() as place:
        place.script("helm", "env | grep ^HELM_ >>\"$FAKE_HELM/env\"\n" + HELM)
        with place.run(sim, env={"HELM_KUBECONTEXT": "other", "HELM_DEBUG": "1", "HELM_NAMESPACE": "x"}) as run:
            ended(run, 0, "succeeded")
        lines = set(open(place.path("env")).read().split())
        ok({"HELM_KUBECONTEXT=", "HELM_DEBUG=false", "HELM_NAMESPACE="} <= lines, "they are taken away", sorted(lines))


# --- before anything ---

@case
def which_helm():
    for env, files, sentence in (
            ({"KSETTLE_HELM": "/no/helm"}, {}, "KSETTLE_HELM names /no/helm, which is not there"),
            ({"KSETTLE_HELM": None, "PATH": "/no"}, {}, "helm is not on PATH; install it, or name it in KSETTLE_HELM"),
            ({"KSETTLE_HELM": "/bin/true"}, {}, "/bin/true does not tell its version: is it helm?"),
            ({}, {"version": "v2.17.0"}, "HELM is v2.17.0, which is too old: v3.5 or newer is needed")):
        with Place(**files) as place, place.run(env=env) as run:
            same(run.wait(), 2, "exit code 2", run.err)
            same(run.err.strip(), f"ksettle: {place.path('plan.yaml')}:4:3: {sentence.replace('HELM is', place.helm + ' is')}", "the sentence")
            ok(run.snapshot() is None, "nothing was begun")


@case
def crd_of_a_chart():
    """A kind that a chart before it may define is refused when its step begins, not before."""
    plan = PLAN % ("", "{timeout: 60s}") + "- name: Thing\n  yaml: {files: [thing.yaml]}\n  verify: {timeout: 3s}\n"
    with Sim() as sim, Place(plan=plan, thing_yaml="") as place:
        write(place, "thing.yaml", "apiVersion: helm.test/v1\nkind: Thing\nmetadata: {name: a}\n")
        with place.run(sim) as run:
            run.wait()
            snapshot = run.snapshot()
        same([s["verdict"] for s in snapshot["steps"]][0], "succeeded", "the chart was deployed")
        ok(snapshot["steps"][1]["verdict"] in ("failed", "timedOut"), "then the unknown kind ended it", snapshot["steps"][1]["reason"])


# --- run --check ---

@case
def check_asks_helm():
    more = ', set: {replicas: 2, password: "${env:TOKEN}"}'
    with Place(more=more, history_json=revisions("superseded", "deployed")) as place, Sim() as sim:
        with place.run(sim, "--check", env={"TOKEN": "swordfish"}) as run:
            same(run.wait(), 0, "it would do", run.out, run.err)
            for line in ("  by helm v3.19.0", "  release web of ", "  release web: helm would make revision 3, of 2 objects",
                         "    Deployment shop/web", "    ConfigMap shop/web"):
                ok(line + "\n" in run.out or (line.endswith("of ") and line in run.out), line, run.out)
            ok("swordfish" not in run.out + run.err and "in-the-values" not in run.out, "no value is shown")
        call = place.calls()[-1]
        same(call[-3:], ["--dry-run=server", "--output", "json"], "helm is asked for a dry run", call)
        ok(not any("swordfish" in word for word in call), "what came from a variable is in no command line")
        same(place.clean(), [], "nothing private is left behind")
        same(sim.ask("/apis/apps/v1/deployments")["items"], [], "nothing was applied")
        write(place, "try", 'Error: UPGRADE FAILED: cannot patch "swordfish": forbidden')
        with place.run(sim, "--check", env={"TOKEN": "swordfish"}) as run:
            same(run.wait(), 1, "it would not do", run.out, run.err)
            ok("release web: refused: cannot patch" in run.out and "1 refused" in run.out, "it says why", run.out)
            ok("swordfish" not in run.out + run.err, "no value is shown")
        os.unlink(place.path("try"))
        with place.run(sim, "--check", "-n", "nowhere", env={"TOKEN": "swordfish"}) as run:
            same(run.wait(), 1, "helm would not do without its namespace", run.out, run.err)
            ok("release web: refused: there is no namespace nowhere; createNamespace: true in the step lets helm make it" in run.out, "it says why", run.out)
        write(place, "version", "v3.12.3")
        with place.run(sim, "--check", "--offline", env={"TOKEN": "swordfish"}) as run:
            same(run.wait(), 0, "offline it is not asked", run.out, run.err)
        with place.run(sim, "--check", env={"TOKEN": "swordfish"}) as run:
            run.wait()
            same(place.calls()[-1][-3:], ["--dry-run", "--output", "json"], "as old ones know it")


if __name__ == "__main__":
    main()
