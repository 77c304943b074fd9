#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Blue/green: the Service follows a new colour when that has settled, and the old one goes. TAP."""

import os
import re
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FAST, Run, Sim, case, ended, main, ok, rows, same, write  # noqa: E402

IN_TIME = [*FAST, "--timeout", "60s"]
BAD = "pods: [{match: {image: 'web:bad'}, behave: never-ready}]\n"
DEPLOYMENTS = "/apis/apps/v1/namespaces/shop/deployments"
SERVICE = "/api/v1/namespaces/shop/services/web"

PLAN = """
apiVersion: ksettle/v1
defaults: {namespace: shop}
steps:
- name: Web
  %s
  resources:
    strategy: blueGreen
    %s
    deployment: {name: web, replicas: 2, containers: [{image: "${image}"}]}
    service: {name: web, ports: [80]}
"""
VERIFIED = PLAN % ("continueOnError: false", "blueGreen: {verify: true}")
AT_ONCE = PLAN % ("verify: none", "forceConflicts: false")

PLAIN = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s, labels: %s}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:0"}]}
"""
OPEN_SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"


def deploy(sim, image, *args, text=VERIFIED):
    return Run("run", write(sim, "plan.yaml", text), "--set", f"image={image}", *(args or IN_TIME), sim=sim)


def deployed(sim, image, text=VERIFIED):
    """The colour that a good run made."""
    with deploy(sim, image, text=text) as run:
        snapshot = ended(run, 0, "succeeded")
    return next(o["name"] for o in snapshot["steps"][0]["objects"] if o["kind"] == "Deployment")


def names(sim):
    return sorted(o["metadata"]["name"] for o in sim.ask(DEPLOYMENTS)["items"])


def serves(sim):
    return "web-" + sim.ask(SERVICE)["spec"]["selector"].get("ksettle.io/colour", "?")


def warnings(snapshot):
    return snapshot["steps"][0]["warnings"]


def said(run, event, **fields):
    """Where in the journal that was said first."""
    for i, e in enumerate(run.journal()):
        if e["event"] == event and all(str(e.get(k)).find(v) >= 0 for k, v in fields.items()):
            return i
    return -1


@case
def switches_when_it_has_settled():
    with Sim() as sim:
        old = deployed(sim, "web:1")
        same((names(sim), serves(sim)), ([old], old), "the first colour is made and serves")
        with deploy(sim, "web:2") as run:
            snapshot = ended(run, 0, "succeeded")
            new = serves(sim)
            same(names(sim), [new], "the new colour serves, the old one is gone")
            ok(new != old and re.fullmatch("web-[0-9a-f]{10}", new), "a colour has a name of its own", new)
            order = [said(run, "object.applied", kind="Deployment"), said(run, "object.status", id=f"Deployment/shop/{new}", status="Success"),
                     said(run, "step.stabilizing"), said(run, "object.applied", kind="Service"),
                     said(run, "warning", message=f"removed Deployment {old}, another colour of web"), said(run, "step.verdict")]
            ok(-1 not in order and order == sorted(order), "settled, then switched, settled, then the old one removed", order)
        same(snapshot["steps"][0]["reason"], f"every object is at its desired state; Service web leads to {new}", "the verdict says who serves")
        same(rows(snapshot)["Service/web"]["apply"], "changed", "the Service was switched")


@case
def the_same_plan_again():
    with Sim() as sim:
        old = deployed(sim, "web:1")
        with deploy(sim, "web:1") as run:
            snapshot = ended(run, 0, "succeeded")
        same((names(sim), serves(sim), warnings(snapshot)), ([old], old, []), "nothing changes")
        same({o["apply"] for o in snapshot["steps"][0]["objects"] if o["applied"]}, {"unchanged"}, "no object did")


@case
def a_colour_that_does_not_settle():
    with Sim(BAD) as sim:
        old = deployed(sim, "web:1")
        with deploy(sim, "web:bad", *FAST, "--timeout", "2s") as run:
            snapshot = ended(run, 3, "timedOut")
        step = snapshot["steps"][0]
        new = next(n for n in names(sim) if n != old)
        same(serves(sim), old, "the Service was not touched")
        same(rows(snapshot)["Service/web"]["apply"], "notTried", "its row says so")
        ok(step["reason"].endswith(f"; Service web still leads to {old}; {new} is kept for a look: "
                                   f"kubectl delete deployment {new} -n shop removes it"), "who serves, what is kept, how to remove it", step["reason"])
        third = deployed(sim, "web:3")
        same((names(sim), serves(sim)), ([third], third), "the next good colour ends them all")


@case
def a_first_colour_that_does_not_settle():
    with Sim(BAD) as sim, deploy(sim, "web:bad", *FAST, "--timeout", "2s") as run:
        reason = ended(run, 3, "timedOut")["steps"][0]["reason"]
        ok(f"; no Service leads to it yet; {names(sim)[0]} is kept for a look" in reason, "nothing serves, and it says so", reason)
        same(sim.ask(SERVICE)["code"], 404, "no Service was made")


@case
def canceled_before_the_switch():
    with Sim(BAD) as sim:
        old = deployed(sim, "web:1")
        with deploy(sim, "web:bad") as run:
            run.until_said("0 of 2")
            run.process.send_signal(signal.SIGINT)
            reason = ended(run, 130, "canceled")["steps"][0]["reason"]
        same(serves(sim), old, "the Service was not touched")
        ok(reason.startswith(f"canceled; Service web still leads to {old}; web-"), "and the verdict says so", reason)


@case
def not_verified_switches_at_once():
    with Sim(BAD) as sim:
        old = deployed(sim, "web:1", text=AT_ONCE)
        with deploy(sim, "web:bad", text=AT_ONCE) as run:
            snapshot = ended(run, 0, "succeeded")
        step, new = snapshot["steps"][0], serves(sim)
        same(names(sim), [new], "the new one serves, ready or not, and the old one is gone")
        same((step["verdict"], step["reason"]), ("notVerified", f"applied; not verified, as the plan says; Service web leads to {new}"), "the verdict")
        ok(any(f"removed Deployment {old}" in w for w in warnings(snapshot)), "what was removed is said", warnings(snapshot))


@case
def a_service_that_leads_to_all():
    with Sim() as sim:
        write(sim, "plain.yaml", PLAIN % ("web", "{app: web}") + OPEN_SERVICE)
        with Run("run", write(sim, "before.yaml", "apiVersion: ksettle/v1\ndefaults: {namespace: shop}\nsteps: [{yaml: {files: [plain.yaml]}}]\n"),
                 *IN_TIME, sim=sim) as run:
            ended(run, 0, "succeeded")
        with deploy(sim, "web:1") as run:
            snapshot = ended(run, 1, "failed")
        ok('Service web selects {"app":"web"} and would lead to the new Pods before they are verified; ' in snapshot["steps"][0]["reason"],
           "it is refused", snapshot["steps"][0]["reason"])
        same({o["apply"] for o in snapshot["steps"][0]["objects"]}, {"notTried"}, "nothing was applied")
        same(names(sim), ["web"], "nothing was made")
        new = deployed(sim, "web:1", text=AT_ONCE + "    # the Service was ours\n")
        same((names(sim), serves(sim)), (["web", new], new), "the way out that it names works, and what is not ours stays")


@case
def what_is_not_ours_stays():
    with Sim() as sim:
        write(sim, "plain.yaml", (PLAIN % ("web-canary", "{app: web}") + "---" + PLAIN % ("other", "{app: web, ksettle.io/blue-green: web}")
                                  + "---" + PLAIN % ("webs", "{app: web, ksettle.io/blue-green: web}") + "---" + PLAIN % ("web-api-1", "{app: web, ksettle.io/blue-green: web-api}")))
        with Run("run", write(sim, "before.yaml", "apiVersion: ksettle/v1\ndefaults: {namespace: shop}\nsteps: [{verify: none, yaml: {files: [plain.yaml]}}]\n"),
                 sim=sim) as run:
            ended(run, 0, "succeeded")
        new = deployed(sim, "web:1")
        same(names(sim), sorted(["web-canary", "other", "web-api-1", "webs", new]), "nothing else is deleted")


@case
def another_service_leads_to_the_old_colour():
    """One that the plan has no more would lead nowhere."""
    two = VERIFIED.replace("service: {name: web, ports: [80]}", "service: [{name: web, ports: [80]}, {name: admin, ports: [81]}]")
    with Sim() as sim:
        old = deployed(sim, "web:1", text=two)
        with deploy(sim, "web:2") as run:
            snapshot = ended(run, 0, "succeeded")
        same(names(sim), sorted([old, serves(sim)]), "the old colour stays")
        same(warnings(snapshot), [f"Deployment {old}, another colour, stays: Service admin, which this step does not switch, leads to it"], "which is said")
        with deploy(sim, "web:3", text=two) as run:
            ended(run, 0, "succeeded")
        same(names(sim), [serves(sim)], "until nothing leads to it")


@case
def an_old_colour_that_cannot_be_removed():
    with Sim("forbid: [{verb: delete, resource: deployments}]") as sim:
        old = deployed(sim, "web:1")
        with deploy(sim, "web:2") as run:
            snapshot = ended(run, 0, "succeeded")
        same((len(names(sim)), serves(sim) != old), (2, True), "the new one serves, the old one stays")
        ok(any(f"Deployment {old}, another colour, is still there: " in w and w.endswith(f"kubectl delete deployment {old} -n shop")
               for w in warnings(snapshot)), "and it is said", warnings(snapshot))


@case
def check_asks_for_the_right_to_delete():
    with Sim("forbid: [{verb: delete, resource: deployments}]") as sim, deploy(sim, "web:1", "--check") as run:
        same(run.wait(), 0, "it is no hindrance", run.out + run.err)
        ok("note: you may not delete deployments.apps in shop: the other colour will stay" in run.out, "but said", run.out)


@case
def weather_before_the_look():
    with Sim("faults: [{path: '*/services/web', code: 503, times: 2}]") as sim:
        new = deployed(sim, "web:1")
        same(serves(sim), new, "it is asked again")


@case
def a_switch_that_is_refused():
    with Sim("apply: [{match: {kind: Service}, code: 422, field: spec, message: no}]") as sim, deploy(sim, "web:1") as run:
        step = ended(run, 1, "failed")["steps"][0]
        ok("Service web may have been switched" not in step["reason"], "a refusal is not a perhaps", step["reason"])
        ok(step["reason"].endswith("removes it"), "the new colour is kept", step["reason"])


@case
def plan_errors():
    with Sim() as sim:
        for verify, more, says in (("continueOnError: false", "forceConflicts: false", "strategy blueGreen switches at once and is not verified: say verify: none"),
                                   ("verify: none", "blueGreen: {verify: true}", "needs a step that is verified")):
            with deploy(sim, "web:1", text=PLAN % (verify, more)) as run:
                same(run.wait(), 2, "refused before anything is applied", run.err)
                ok(says in run.err, "with a sentence that says why", run.err)
        same(names(sim), [], "nothing was made")


if __name__ == "__main__":
    main()
