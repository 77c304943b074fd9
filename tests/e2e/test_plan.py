#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a plan says about its steps: their order, who goes on without whom, which cluster, variables. TAP."""

import importlib.util
import os
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FAST, Run, Sim, Terminal, case, ended, main, ok, rows, same, until, write  # noqa: E402

IN_TIME = [*FAST, "--timeout", "60s"]
STUCK = "pods: [{match: {owner: stuck}, behave: never-ready}]\n"

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: {name}, image: "nginx:1.27"}}]}}
"""


def plan_of(sim, *steps, defaults="", workloads=("good", "other", "stuck")):
    """A plan; files good.yaml, other.yaml and stuck.yaml (which never is ready) stand beside it."""
    for name in workloads:
        write(sim, f"{name}.yaml", DEPLOYMENT.format(name=name))
    return write(sim, "plan.yaml", f"apiVersion: ksettle/v1\nname: test\ndefaults: {{namespace: shop, {defaults}}}\nsteps:\n"
                 + "".join(f"- {{{step}}}\n" for step in steps))


def step(name, file, *more):
    return ", ".join([f"name: {name}", f'yaml: {{files: ["{file}.yaml"]}}', *more])


SOON = "verify: {timeout: 1500ms}"


def verdicts(snapshot):
    return {s["name"]: s["verdict"] for s in snapshot["steps"]}


def order(run):
    """Starts and verdicts of steps, as they came."""
    names = next(e["steps"] for e in run.journal() if e["event"] == "run.start")
    return [f"{e['event'].split('.')[1]} {names[e['step']]['name']}" for e in run.journal() if e["event"] in ("step.start", "step.verdict")]


@case
def steps_side_by_side():
    with Sim() as sim, Run("run", plan_of(sim, step("a", "good"), step("b", "other", "needs: []"), step("c", "good")),
                           *IN_TIME, "-o", "plain", sim=sim) as run:
        snapshot = ended(run, 0, "succeeded")
        same(set(verdicts(snapshot).values()), {"succeeded"}, "every step succeeded")
        events = order(run)
        same(events[:2], ["start a", "start b"], "two start at once")
        same(events[4:], ["start c", "verdict c"], "the third when both have ended", events)
        ok("Deployment/other" in rows(snapshot, 1), "each has its own rows")


@case
def a_later_step_first():
    with Sim() as sim, Run("run", plan_of(sim, step("a", "good", "needs: [b]"), step("b", "other", "needs: []")), *IN_TIME, sim=sim) as run:
        ended(run, 0, "succeeded")
        same(order(run), ["start b", "verdict b", "start a", "verdict a"], "a step waits for a later one that it needs")


@case
def failure_names_the_step():
    with Sim(STUCK) as sim, Run("run", plan_of(sim, step("a", "stuck", SOON), step("b", "other", "needs: []"), step("c", "good")),
                                *FAST, "-o", "plain", sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        same(verdicts(snapshot), {"a": "timedOut", "b": "succeeded", "c": "skipped"}, "what is open goes on, what is not started is skipped")
        same(snapshot["steps"][2]["reason"], "step 'a' timed out", "and says why")


@case
def continueOnError():
    with Sim(STUCK) as sim, Run("run", plan_of(sim, step("a", "stuck", SOON, "continueOnError: true"), step("b", "good"),
                                               step("c", "other", "needs: [a]"), step("d", "other", "needs: [c]")), *FAST, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        same(verdicts(snapshot), {"a": "timedOut", "b": "succeeded", "c": "skipped", "d": "skipped"}, "the plan goes on")
        same([s["reason"] for s in snapshot["steps"][2:]],
             ["it needs 'a', which timed out", "it needs 'c', which was skipped"], "but not what needs it")


@case
def the_first_in_the_plan_decides():
    scenario = STUCK + "apply: [{match: {kind: Deployment, name: other}, code: 422, message: 'no'}]"
    with Sim(scenario) as sim, Run("run", plan_of(sim, step("slow", "stuck", SOON), step("quick", "other", "needs: []")), *FAST, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut")
        same(verdicts(snapshot), {"slow": "timedOut", "quick": "failed"}, "two failed")
        same(order(run)[2], "verdict quick", "the later one first")


@case
def clean_up():
    steps = step("deploy", "{what}", SOON), step("next", "other"), step("roll back", "good", "when: previous-failed")
    with Sim(STUCK) as sim, Run("run", plan_of(sim, *(s.replace("{what}", "stuck") for s in steps)), *FAST, sim=sim) as run:
        snapshot = ended(run, 3, "timedOut", "a run that fails")
        same(verdicts(snapshot), {"deploy": "timedOut", "next": "skipped", "roll back": "succeeded"}, "it runs after a failure")
    with Sim() as sim, Run("run", plan_of(sim, *(s.replace("{what}", "good").replace(SOON, "verify: {timeout: 60s}") for s in steps)),
                           *FAST, sim=sim) as run:
        snapshot = ended(run, 0, "succeeded", "a run that succeeds")
        same((snapshot["steps"][2]["verdict"], snapshot["steps"][2]["reason"]), ("skipped", "no step before it failed"), "it does not run")


@case
def canceled_with_several_open():
    with Sim(STUCK) as sim:
        plan = plan_of(sim, step("a", "stuck"), step("b", "stuck", "needs: []"), step("c", "good"), step("clean", "good", "when: previous-failed"))
        with Run("run", plan, *IN_TIME, "-o", "plain", sim=sim) as run:
            until(lambda: run.so_far().count("| In progress") >= 2)
            run.process.send_signal(signal.SIGINT)
            snapshot = ended(run, 130, "canceled")
            same(verdicts(snapshot), {"a": "canceled", "b": "canceled", "c": "skipped", "clean": "skipped"}, "every open step is canceled")
            same(snapshot["steps"][3]["reason"], "the run was canceled", "and nothing starts any more")


@case
def killed_with_several_open():
    with Sim(STUCK) as sim:
        plan = plan_of(sim, step("a", "stuck"), step("b", "stuck", "needs: []"), step("c", "good"))
        with Run("run", plan, *IN_TIME, "-o", "plain", sim=sim) as run:
            until(lambda: run.so_far().count("| In progress") >= 2)
            run.process.kill()
            run.wait()
            same(verdicts(run.folded()), {"a": "interrupted", "b": "interrupted", "c": "skipped"}, "its journal is closed as it was")


def screen_of_several_steps():
    with Sim(STUCK) as sim:
        plan = plan_of(sim, step("first", "stuck"), step("second", "good", "needs: []"), step("third", "good"))
        with Terminal("run", plan, *IN_TIME, sim=sim) as terminal:
            terminal.shows("2 running", "the title says how many go on")
            terminal.shows("first: Waiting for", "the sentence says whose it is")


if importlib.util.find_spec("pyte"):
    case(screen_of_several_steps)


# --- clusters ---

class Two:
    """Two simulated clusters, "east" and "west", in one KUBECONFIG."""

    def __init__(self, east="{}", west="{}"):
        self.sims = {"east": Sim(east), "west": Sim(west)}
        for name, sim in self.sims.items():
            with open(sim.kubeconfig) as file:
                text = file.read()
            write(sim, name, text.replace("demo", name))
        self.env = {"KUBECONFIG": ":".join(sim.path(name) for name, sim in self.sims.items())}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sim in self.sims.values():
            sim.close()


@case
def plan_of_two_clusters():
    with Two() as two:
        east = two.sims["east"]
        plan = plan_of(east, step("a", "good"), step("b", "other", "context: west", "namespace: default"), defaults="context: east")
        with Run("run", plan, *IN_TIME, "-o", "plain", env=two.env) as run:
            snapshot = ended(run, 0, "succeeded")
            same([s["cluster"]["context"] for s in snapshot["steps"]], ["east", "west"], "each step has its cluster")
            same(rows(snapshot, 1)["Deployment/other"]["namespace"], "default", "and its namespace")
        names = {n: [o["metadata"]["name"] for o in sim.ask("/apis/apps/v1/deployments")["items"]] for n, sim in two.sims.items()}
        same(names, {"east": ["good"], "west": ["other"]}, "each object is in its cluster alone")
        with Run("run", plan, *IN_TIME, "--context", "east", env=two.env) as run:
            snapshot = ended(run, 0, "succeeded", "with --context")
            same({s["cluster"]["context"] for s in snapshot["steps"]}, {"east"}, "the flag holds for all steps")


@case
def one_of_two_clusters_unreachable():
    with Two() as two:
        east = two.sims["east"]
        plan = plan_of(east, step("a", "good"), step("b", "other", "context: west"), step("c", "good"), defaults="context: east")
        two.sims["west"].gone()
        with Run("run", plan, *IN_TIME, env=two.env) as run:
            snapshot = ended(run, 4, "failed")
            same(verdicts(snapshot), {"a": "skipped", "b": "failed", "c": "skipped"}, "nothing was started")
            same(snapshot["steps"][0]["reason"], "nothing was applied", "which is said")
        same(east.ask("/apis/apps/v1/deployments")["items"], [], "nothing was applied")


@case
def refused_before_anything_is_applied():
    with Two() as two:
        east = two.sims["east"]
        plan = plan_of(east, step("a", "good"), step("b", "odd", "context: west"), step("c", "odd"), defaults="context: east")
        write(east, "odd.yaml", "apiVersion: example.com/v1\nkind: Odd\nmetadata: {name: odd}\n")
        with Run("run", plan, *IN_TIME, env=two.env) as run:
            snapshot = ended(run, 2, "failed")
            same(verdicts(snapshot), {"a": "skipped", "b": "failed", "c": "failed"}, "each step says its mistakes")
            ok("odd.yaml:1:1: Odd odd: the server does not know this kind in example.com/v1" in snapshot["steps"][1]["reason"], "with their place",
               snapshot["steps"][1]["reason"])
        same(east.ask("/apis/apps/v1/deployments")["items"], [], "nothing was applied")


@case
def flags_that_cannot_hold_for_two_clusters():
    with Two() as two:
        plan = plan_of(two.sims["east"], step("a", "good"), step("b", "other", "context: west"), defaults="context: east")
        with Run("run", plan, "--server", "https://127.0.0.1:1", env=two.env) as run:
            same(run.wait(), 2, "it is refused")
            ok("spans several contexts, for which --server cannot hold at once" in run.err, "in one sentence", run.err)
        with Run("run", plan, *IN_TIME, "--context", "north", env=two.env) as run:
            same(run.wait(), 2, "a context that is not there is refused")
            ok("north" in run.err, "by name", run.err)
        plan = plan_of(two.sims["east"], step("a", "good"), step("b", "other", "context: north"), defaults="context: east")
        with Run("run", plan, *IN_TIME, env=two.env) as run:
            same(run.wait(), 2, "one that the plan names is, too")
            ok(f"{plan}:6:3: step 'b': context \"north\" does not exist" in run.err, "with its step", run.err)


# --- run --check ---

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: %s}\n"
TOKEN = "swordfish-4711"
SECRET = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: token}}\nstringData: {{token: {TOKEN}}}\n"


def check(sim, plan, *more, code=0):
    """The lines that --check prints."""
    with Run("run", "--check", plan, *more, sim=sim) as run:
        same(run.wait(), code, f"exits with {code}", *run.out.splitlines(), *run.err.splitlines())
        ok(run.record("journal.jsonl") is None, "no run is kept")
        return [line.strip() for line in (run.out + run.err).splitlines()]


def has(lines, *wanted):
    for line in wanted:
        ok(any(line in one for one in lines), line, *lines)


@case
def check_says_what_would_happen():
    with Sim() as sim:
        plan = plan_of(sim, step("a", "good"), step("b", "settings", "needs: []", "verify: none"))
        write(sim, "settings.yaml", CONFIG % "b")
        has(check(sim, plan), "step 1/2 a: yaml, demo at https://", "timeout 3m, stabilization 10s", "Deployment shop/good: would be created",
            "step 2/2 b", "not verified", "starts at once", "ConfigMap shop/settings: would be created",
            "plan.yaml: 2 would be created, 0 changed, 0 as they should be, 0 refused, 0 not tried; nothing was changed")
        same(sim.ask("/apis/apps/v1/deployments")["items"], [], "nothing was")
        with Run("run", plan, *IN_TIME, sim=sim) as run:
            ended(run, 0, "succeeded")
        write(sim, "settings.yaml", CONFIG % "c")
        has(check(sim, plan), "Deployment shop/good: is as it should be", "ConfigMap shop/settings: would be changed")
        same(sim.ask("/api/v1/namespaces/shop/configmaps/settings")["data"], {"a": "b"}, "nothing was changed")


@case
def check_asks_what_is_allowed():
    scenario = "forbid: [{verb: patch, resource: configmaps}, {verb: create, resource: deployments}, {verb: list, resource: pods}, " \
               "{verb: get, resource: secrets}, {verb: list, resource: secrets}]"
    with Sim(scenario) as sim:
        plan = plan_of(sim, step("a", "good"), step("b", "settings"), step("c", "token"))
        write(sim, "settings.yaml", CONFIG % "b")
        write(sim, "token.yaml", SECRET)
        lines = check(sim, plan, code=4)
        has(lines, "note: you may not create deployments.apps in shop: only what is there can be changed",
            "note: you may not list pods in shop: they cannot say why something does not settle",
            "forbidden: you may not patch configmaps in shop, which an apply is",
            "forbidden: you may neither get nor list secrets in shop: nobody could see them settle",
            "ConfigMap shop/settings: refused: ")
        ok(TOKEN not in "".join(lines), "no value of a Secret is shown", *lines)


@case
def check_without_the_right_to_ask():
    with Sim("faults: [{path: '*/selfsubjectaccessreviews', code: 403, message: no}]") as sim:
        has(check(sim, plan_of(sim, step("a", "good"))), "note: whether all of it is allowed cannot be asked", "would be created")


@case
def check_finds_what_the_server_refuses():
    scenario = f"apply: [{{match: {{kind: Secret}}, code: 422, field: data.token, message: 'Invalid value: {TOKEN}'}}]"
    with Sim(scenario) as sim:
        write(sim, "token.yaml", SECRET)
        lines = check(sim, plan_of(sim, step("a", "token"), step("b", "good")), code=1)
        has(lines, "Secret shop/token: refused: ", "Deployment shop/good: would be created", "1 refused")
        ok(TOKEN not in "".join(lines), "no value of a Secret is shown", *lines)


@case
def check_of_what_the_plan_makes_itself():
    with Sim() as sim:
        write(sim, "new.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n---\n" + CONFIG.replace("settings", "settings, namespace: new") % "b"
              + "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: odds.example.com}\n"
              "spec: {group: example.com, names: {kind: Odd, plural: odds}, scope: Namespaced, versions: [{name: v1, served: true, storage: true}]}\n"
              "---\napiVersion: example.com/v1\nkind: Odd\nmetadata: {name: odd}\n")
        has(check(sim, plan_of(sim, step("a", "new"))), "ConfigMap new/settings: not tried: its namespace is made by this plan",
            "Odd shop/odd: not tried: its kind is defined by this plan", "0 refused, 2 not tried")


@case
def check_finds_mistakes():
    with Sim() as sim:
        write(sim, "odd.yaml", "apiVersion: example.com/v1\nkind: Odd\nmetadata: {name: odd}\n")
        lines = check(sim, plan_of(sim, step("a", "odd"), step("b", "good")), code=2)
        has(lines, "odd.yaml:1:1: Odd odd: the server does not know this kind in example.com/v1")
        lines = check(sim, plan_of(sim, step("a", "absent"), step("a", "good", "nedes: []")), code=2)
        same([line.split("plan.yaml:")[-1] for line in lines], [
            f"5:28: {sim.folder}/absent.yaml: there is no such file", "6:3: the name 'a' is taken by the step of line 5",
            "6:43: a step has no key 'nedes'; did you mean 'needs'?"], "every one of them")


@case
def check_without_a_cluster():
    with Sim() as sim:
        plan = plan_of(sim, step("a", "good"), step("b", "other", "needs: [a]", "continueOnError: true"))
        sim.gone()
        has(check(sim, plan, code=4), "plan.yaml has no mistake in itself; what the cluster says to it could not be asked")
        has(check(sim, plan, "--offline"), "step 2/2 b: yaml", "needs a", "the plan goes on when it fails", "Deployment other",
            "plan.yaml: no mistake; no cluster was asked")
        with Run("run", plan, "--offline", sim=sim) as run:
            same((run.wait(), run.err), (2, "ksettle: --offline goes with --check\n"), "--offline alone is refused")


# --- variables ---

@case
def variables():
    with Sim() as sim:
        plan = plan_of(sim, step('"${env:KSETTLE_TEST_STEP}"', "${which}"), defaults='verify: {timeout: "${file:limit.txt}"}')
        write(sim, "limit.txt", "60s\n")
        with Run("run", plan, *FAST, "--set", "which=good", sim=sim, env={"KSETTLE_TEST_STEP": "one"}) as run:
            snapshot = ended(run, 0, "succeeded")
            same((snapshot["steps"][0]["name"], snapshot["steps"][0]["verify"]["timeoutSeconds"]), ("one", 60), "come from everywhere")
        with Run("run", plan, *FAST, sim=sim, env={"KSETTLE_TEST_STEP": None}) as run:
            same(run.wait(), 2, "an unset one is a mistake")
            same([line.split("plan.yaml:")[-1] for line in run.err.splitlines()],
                 ["5:10: ${env:KSETTLE_TEST_STEP}: the environment has no KSETTLE_TEST_STEP; set it before the run",
                  "5:53: ${which} has no value: give --set which=VALUE, or write $${which} if the text itself is meant"],
                 "each with its place")
        for wrong in ("which", "=good"):
            with Run("run", plan, "--set", wrong, sim=sim) as run:
                same((run.wait(), "--set takes name=value" in run.err), (2, True), f"--set {wrong} is refused")


@case
def what_is_secret_stays_so():
    with Sim() as sim:
        plan = plan_of(sim, "name: token, secret: {name: token, stringData: {token: '${env:KSETTLE_TEST_TOKEN}', other: '${file:other.txt}'}}")
        write(sim, "other.txt", "marlin-0815")
        for output in ("plain", "jsonl"):
            with Run("run", plan, *IN_TIME, "-o", output, "--snapshot", "end.json", "--snapshot", "end.txt", sim=sim,
                     env={"KSETTLE_TEST_TOKEN": TOKEN}) as run:
                ended(run, 0, "succeeded")
                texts = [run.out, run.err] + [open(os.path.join(run.folder, name), encoding="utf-8").read() for name in ("end.json", "end.txt")]
                texts += [open(run.record(name), encoding="utf-8").read() for name in ("journal.jsonl", "snapshot.json")]
                ok(not any(word in text for text in texts for word in (TOKEN, "marlin-0815", "c3dvcmRmaXNoLTQ3MTE", "bWFybGluLTA4MTU")),
                   "no value of a Secret is anywhere")
                ok("••••" in texts[2], "but its mask is")
        with Run("run", "--check", plan, sim=sim, env={"KSETTLE_TEST_TOKEN": TOKEN}) as run:
            run.wait()
            ok(TOKEN not in run.out + run.err, "nor in what a check says")
        same(sim.ask("/api/v1/namespaces/shop/secrets/token")["data"]["other"], "bWFybGluLTA4MTU=", "the server has it")


if __name__ == "__main__":
    main()
