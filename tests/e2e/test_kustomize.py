# SPDX-License-Identifier: Apache-2.0
"""Kustomize steps, with stand-ins for kubectl and kustomize."""

import os
import signal

from harness import Run, Sim, case, ended, main, ok, rows, same, until, write

CONFIG = "apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: settings-2f8k}\\ndata: {a: b}\\n"
PLAN = "apiVersion: ksettle/v1\nsteps:\n- name: Overlay\n  kustomize: {path: %s}\n"
VERSIONS = """case "$*" in
"version --client -o json") echo '{"kustomizeVersion": "v5.5.0"}'; exit;;
version) echo '{kustomize/v4.5.7  2022-08-02T16:35:54Z  }'; exit;;
esac
"""


class Place(Run):
    """A folder with an overlay and a plan, and a PATH on which there is nothing but the stand-ins."""

    def __init__(self, path="overlays/prod", sim=None, **tools):
        import tempfile
        folder = tempfile.mkdtemp(prefix="ksettle-e2e-")
        for name in ("bin", "overlays/prod", "overlays/none"):
            os.makedirs(os.path.join(folder, name))
        self.folder = folder
        write(self, "overlays/prod/kustomization.yaml", "resources: []\n")
        write(self, "plan.yaml", PLAN % path)
        for name, script in tools.items():
            tool = write(self, f"bin/{name}", f"#!/bin/sh\n{VERSIONS}echo \"{name} $*\" >>'{folder}/calls'\n{script}\n")
            os.chmod(tool, 0o755)
        super().__init__("run", "plan.yaml", "-o", "plain", sim=sim, folder=folder, env={"PATH": os.path.join(folder, "bin")})
        self.owned = True

    def calls(self):
        path = os.path.join(self.folder, "calls")
        return open(path).read().splitlines() if os.path.exists(path) else []


def says(name, sentence, path="overlays/prod", calls=1, **tools):
    """The plan is refused with that sentence, and there is no record of a run."""
    with Place(path, **tools) as run:
        same(run.wait(), 2, f"{name}: exit code 2", run.err)
        same(run.err.strip(), "ksettle: " + sentence, f"{name}: the sentence")
        ok(run.snapshot() is None, f"{name}: nothing was begun")
        same(len(run.calls()), calls, f"{name}: the tool was called {calls} times", run.calls())


@case
def kubectl_builds():
    with Sim() as sim, Place(sim=sim, kustomize="exit 1", kubectl=f"echo '# Warning: old field' >&2; printf '{CONFIG}'") as run:
        snapshot = ended(run, 0, "succeeded")
        step = snapshot["steps"][0]
        same(run.calls(), ["kubectl kustomize ./overlays/prod"], "kubectl goes before kustomize")
        same((step["type"], step["tool"]), ("kustomize", "kubectl kustomize v5.5.0"), "who built it, and its version")
        same(step["warnings"], ["old field"], "what it warned of")
        row = rows(snapshot)["ConfigMap/settings-2f8k"]
        same((row["status"], row["apply"]), ("Success", "created"), "a generated name is followed")
        same(row["manifest"].splitlines()[:2], ["apiVersion: v1", "kind: ConfigMap"], "the drawer has the built document")
        ok("started on demo by kubectl kustomize v5.5.0" in run.out, "plain lines say who", run.out)


@case
def kustomize_builds():
    with Sim() as sim, Place(sim=sim, kustomize=f"printf '{CONFIG}'") as run:
        snapshot = ended(run, 0, "succeeded")
        same(run.calls(), ["kustomize build ./overlays/prod"], "kustomize alone will do")
        same(snapshot["steps"][0]["tool"], "kustomize build v4.5.7", "with its version")


@case
def flags():
    with Sim() as sim, Place("overlays/prod, enableHelm: true, loadRestrictor: LoadRestrictionsNone", sim=sim,
                             kubectl=f"printf '{CONFIG}'") as run:
        ended(run, 0, "succeeded")
        same(run.calls(), ["kubectl kustomize ./overlays/prod --enable-helm --load-restrictor LoadRestrictionsNone"], "what the plan says")


@case
def remote():
    with Sim() as sim, Place("\"https://git.test/repo//overlay?ref=v1\"", sim=sim, kubectl=f"printf '{CONFIG}'") as run:
        ended(run, 0, "succeeded")
        same(run.calls(), ["kubectl kustomize https://git.test/repo//overlay?ref=v1"], "a remote is the tool's to fetch")


@case
def mistakes():
    at = "plan.yaml:4:21: "
    says("a failure", at + "kubectl kustomize overlays/prod: accumulating resources: no such file; trouble",
         kubectl="printf 'error: accumulating resources: no such file\\n\\n trouble\\n' >&2; exit 1")
    says("a silent one", at + "kubectl kustomize overlays/prod: it failed and did not say why", kubectl="exit 3")
    says("a flag", at + "kubectl kustomize overlays/prod: trouble: must specify --enable-helm; write enableHelm: true in the step",
         kubectl="echo 'error: trouble: must specify --enable-helm' >&2; exit 1")
    says("another flag", at + "kubectl kustomize overlays/prod: security; file 'a' is not in or below 'b'; loadRestrictor: LoadRestrictionsNone in the step allows it",
         kubectl="echo \"security; file 'a' is not in or below 'b'\" >&2; exit 1")
    says("what klog stands before", at + 'kubectl kustomize overlays/prod: not "there"; at all',
         kubectl=r"""printf '%s\n' 'E1125 19:24:51.972167    1360 run.go:72] "command failed" err="not \"there\"\nat all"' >&2; exit 1""")
    says("escape sequences", at + "kubectl kustomize overlays/prod: bad \ufffd[31mname", kubectl="printf 'Error: bad \\033[31mname' >&2; exit 1")
    says("no object", at + "kubectl kustomize overlays/prod: built no object", kubectl="echo '# nothing'")
    says("no YAML", at + "kubectl kustomize overlays/prod:1:1: no apiVersion: a manifest needs one, such as apiVersion: v1",
         kubectl="echo 'kind: ConfigMap'; echo 'metadata: {name: a}'")
    says("no tool", at + "neither kubectl nor kustomize is on PATH; install one of them to build overlays/prod", calls=0)
    says("no folder", at + "overlays/test: there is no such folder", path="overlays/test", calls=0, kubectl="")
    says("a file", at + "plan.yaml: is no folder; name the one that holds kustomization.yaml", path="plan.yaml", calls=0, kubectl="")
    says("no kustomization", at + "overlays/none: holds no kustomization.yaml", path="overlays/none", calls=0, kubectl="")


@case
def interrupted():
    with Place(kubectl="echo $$ >\"${0%/*}/pid\"; exec /bin/sleep 60") as run:
        pid = until(lambda: run.calls() and os.path.exists(run.folder + "/bin/pid") and open(run.folder + "/bin/pid").read().strip())
        run.process.send_signal(signal.SIGINT)
        same(run.wait(), -signal.SIGINT, "Ctrl-C ends a plan that is being read")
        ok(until(lambda: not os.path.exists(f"/proc/{pid}")), "and the tool with it")


if __name__ == "__main__":
    main()
