# SPDX-License-Identifier: Apache-2.0
"""Plans on real API servers: the order of steps, several clusters, and --check."""
import os
import subprocess
import sys
import tempfile

from harness import CLUSTER, HERE, KUBECONFIG, Skipped, expect, expect_in, kubectl, main, viewer
from objects import config_map, deployment, secret

QUICK = ("--stabilization", "2s")
SOON = "  verify: {timeout: 4s}\n"

CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {plural}.test.ksettle.io}}
spec:
  group: test.ksettle.io
  names: {{kind: {kind}, plural: {plural}, singular: {singular}, listKind: {kind}List}}
  scope: Namespaced
  versions:
  - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}
---
"""


def verdicts(run):
    return [s["verdict"] for s in run.snapshot["steps"]]


def test_side_by_side(p):
    run = p.run("run", p.plan((deployment("a", 1, "slow"), ""), (deployment("b", 1, "slow"), "  needs: []\n"), (config_map("c"), "")), *QUICK)
    run.expect(0, "succeeded")
    a, b, c = run.snapshot["steps"]
    expect("two at once", b["startedAt"] < a["endedAt"] and a["startedAt"] < b["endedAt"], True)
    expect("the third after both", c["startedAt"] >= max(a["endedAt"], b["endedAt"]), True)


def test_clean_up(p):
    run = p.run("run", p.plan((deployment("web", 1, "never-ready"), SOON), (config_map("next"), ""),
                              (deployment("web", 1), "  when: previous-failed\n")), *QUICK)
    run.expect(3)
    expect("verdicts", verdicts(run), ["timedOut", "skipped", "succeeded"])
    expect("why", run.step(1)["reason"], "step 'Step 0' timed out")
    expect("the clean-up changed it", run.object("Deployment", "web", 2)["apply"], "changed")
    expect("what was skipped", kubectl("-n", p.ns, "get", "configmap", "next", "--ignore-not-found"), "")


def test_continue_on_error(p):
    run = p.run("run", p.plan((deployment("web", 1, "never-ready"), SOON + "  continueOnError: true\n"), (config_map("next"), ""),
                              (config_map("needs"), "  needs: [Step 0]\n"), (config_map("clean"), "  when: previous-failed\n")), *QUICK)
    run.expect(3)
    expect("verdicts", verdicts(run), ["timedOut", "succeeded", "skipped", "succeeded"])
    expect("why", run.step(2)["reason"], "it needs 'Step 0', which timed out")


def test_kind_of_another_step(p):
    """A CustomResourceDefinition of a step that runs beside is waited for; one that comes later is not."""
    name = p.ns.replace("-", "")
    crd = CRD.format(plural=name + "s", kind=name.capitalize(), singular=name)
    thing = f"apiVersion: test.ksettle.io/v1\nkind: {name.capitalize()}\nmetadata: {{name: one}}\n"
    try:
        run = p.run("run", p.plan((thing, "  needs: [Step 1]\n"), (crd, "  needs: []\n")), *QUICK, "--timeout", "60s")
        run.expect(0)
        expect("verdicts", verdicts(run), ["succeeded", "succeeded"])
    finally:
        kubectl("delete", "crd", f"{name}s.test.ksettle.io", "--wait=false", check=False)
    other = thing.replace("test.ksettle.io", "other.ksettle.io")
    run = p.run("run", p.plan(config_map("a"), other, crd.replace("test.ksettle.io", "other.ksettle.io")), *QUICK)
    run.expect(2)
    expect_in("why", "the server does not know this kind, and the step that defines it comes later: Step 2", run.step(1)["reason"])
    expect("nothing was applied", kubectl("-n", p.ns, "get", "configmap", "a", "--ignore-not-found"), "")


# --- two clusters ---

class Second:
    """One more control plane, in a folder of its own; its context is "second"."""

    def __enter__(self):
        if not CLUSTER:
            raise Skipped("brings up a second control plane only beside one of its own")
        self.folder = tempfile.TemporaryDirectory()
        done = subprocess.run([os.path.join(HERE, "up.sh"), self.folder.name], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        self.kubeconfig = os.path.join(self.folder.name, "kubeconfig")
        self.kubectl("config", "rename-context", self.kubectl("config", "current-context").strip(), "second")
        for kind, new in (("clusters", "second"), ("users", "second-admin")):
            self.rename(kind, new)
        return self

    def rename(self, kind, new):
        """Two files with the same names in them would be one cluster to kubectl's rules."""
        old = self.kubectl("config", "view", "-o", f"jsonpath={{.{kind}[0].name}}")
        with open(self.kubeconfig, encoding="utf-8") as f:
            text = f.read()
        for key in ("name", kind[:-1]):
            text = text.replace(f"{key}: {old}\n", f"{key}: {new}\n")
        with open(self.kubeconfig, "w", encoding="utf-8") as f:
            f.write(text)

    def kubectl(self, *args):
        return subprocess.run(["kubectl", "--kubeconfig", self.kubeconfig, *args], capture_output=True, text=True, check=True).stdout

    def down(self):
        subprocess.run([os.path.join(HERE, "down.sh"), self.folder.name], capture_output=True, check=False)

    def __exit__(self, *_):
        self.down()
        self.folder.cleanup()


def test_two_clusters(p):
    with Second() as second:
        second.kubectl("create", "namespace", "away")
        both = {"KUBECONFIG": f"{KUBECONFIG}:{second.kubeconfig}"}
        plan = p.plan((deployment("here", 2), ""), (deployment("there", 2), "  context: second\n  namespace: away\n  needs: []\n"),
                      (config_map("end"), "  context: second\n  namespace: away\n"))
        run = p.run("run", "--check", plan, env=both)
        run.expect(0)
        expect_in("the second", "Deployment away/there: would be created", run.out)
        expect("nothing yet", second.kubectl("-n", "away", "get", "deployments", "-o", "name"), "")
        run = p.run("run", plan, *QUICK, env=both)
        run.expect(0)
        expect("verdicts", verdicts(run), ["succeeded"] * 3)
        expect("servers", len({s["cluster"]["server"] for s in run.snapshot["steps"]}), 2)
        expect("Pods there", len([o for o in run.kind("Pod", 1) if o["status"] == "Success"]), 2)
        expect("only there", second.kubectl("-n", "away", "get", "deployments", "-o", "name").split(), ["deployment.apps/there"])
        expect("only here", kubectl("-n", p.ns, "get", "deployments", "-o", "name").split(), ["deployment.apps/here"])

        second.down()
        run = p.run("run", p.plan((config_map("first"), ""), (config_map("second"), "  context: second\n  namespace: away\n")), env=both)
        run.expect(4)
        expect("verdicts without the second", verdicts(run), ["skipped", "failed"])
        expect("nothing was applied", kubectl("-n", p.ns, "get", "configmap", "first", "--ignore-not-found"), "")


# --- --check ---

def test_check(p):
    kubectl("-n", p.ns, "apply", "--server-side", "--field-manager", "ksettle", "-f", "-",
            text=config_map("same") + config_map("other") + deployment("fixed", 1))
    before = kubectl("-n", p.ns, "get", "configmap,deployment", "-o", "jsonpath={.items[*].spec}{.items[*].data}")
    refused = deployment("fixed", 1).replace("matchLabels: {app: fixed}", "matchLabels: {app: new}").replace("labels: {app: fixed}", "labels: {app: new}")
    run = p.run("run", "--check", p.plan(config_map("same"), config_map("other", a="c") + config_map("new"), refused + config_map("BAD")))
    run.expect(1)
    for line in (f"ConfigMap {p.ns}/same: is as it should be", f"ConfigMap {p.ns}/other: would be changed", f"ConfigMap {p.ns}/new: would be created",
                 f"Deployment {p.ns}/fixed: refused: ", "field is immutable", f"ConfigMap {p.ns}/BAD: refused: ",
                 "1 would be created, 1 changed, 1 as they should be, 2 refused, 0 not tried; nothing was changed"):
        expect_in("said", line, run.out)
    after = kubectl("-n", p.ns, "get", "configmap,deployment", "-o", "jsonpath={.items[*].spec}{.items[*].data}")
    expect("nothing was changed", after, before)


def test_check_of_rights(p):
    env = {"KUBECONFIG": viewer(p)}
    plan = p.plan(config_map("conf") + deployment("web", 1), (secret("token", "swordfish"), ""))
    kubectl("-n", p.ns, "create", "role", "writer", "--verb=get,list,patch,create", "--resource=configmaps,deployments.apps")
    kubectl("-n", p.ns, "create", "rolebinding", "writer", "--role=writer", f"--user=user-{p.ns}")
    run = p.run("run", "--check", plan, env=env)
    run.expect(4)
    for line in (f"ConfigMap {p.ns}/conf: would be created", f"Deployment {p.ns}/web: would be created",
                 f"note: you may not list pods in {p.ns}: they cannot say why something does not settle",
                 f"note: you may not list replicasets.apps in {p.ns}: ", f"note: you may not list events in {p.ns}: ",
                 f"forbidden: you may not patch secrets in {p.ns}, which an apply is"):
        expect_in("said", line, run.out)
    expect("a note is said once", run.out.count("you may not list events"), 1)
    run = p.run("run", "--check", p.plan(config_map("conf")), env=env)
    run.expect(0)
    kubectl("-n", p.ns, "create", "role", "reader", "--verb=list", "--resource=pods,events,replicasets.apps,secrets")
    kubectl("-n", p.ns, "create", "rolebinding", "reader", "--role=reader", f"--user=user-{p.ns}")
    run = p.run("run", "--check", p.plan(config_map("conf") + deployment("web", 1)), env=env)
    run.expect(0)
    expect("no notes left", "note:" in run.out, False)


if __name__ == "__main__":
    sys.exit(main([t for name, t in list(globals().items()) if name.startswith("test_")], jobs=3))
