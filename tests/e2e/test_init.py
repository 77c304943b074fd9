# SPDX-License-Identifier: Apache-2.0
"""ksettle init: what it makes of a folder, and that the plan is one that ksettle reads."""

import os
import shutil
import subprocess
import tempfile

from harness import FAST, PATIENCE, PROGRAM, Run, Sim, case, ended, environment, main, ok, rows, same

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: %s%s}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.27"}]}
"""
JOB = """apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: shop}]}}}
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
KUBECTL = """#!/bin/sh
case $1 in version) echo '{"kustomizeVersion": "v5.5.0"}';; *) printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: built}\\n';; esac
"""


class Folder:
    """A folder with files in it, below one of its own."""

    def __init__(self, files, name="shop"):
        self.top = tempfile.mkdtemp(prefix="ksettle-e2e-")
        self.folder = os.path.join(self.top, name)
        os.makedirs(self.folder)
        self.put("../bin/kubectl", KUBECTL)
        self.put("../bin/helm", "#!/bin/sh\necho v3.19.0\n")
        for program in ("kubectl", "helm"):
            os.chmod(self.path("../bin/" + program), 0o755)
        for file, text in files.items():
            self.put(file, text)

    def put(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name="plan.yaml"):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def run(self, *args, cwd=None):
        env = environment(self.top, KSETTLE_HELM=None, PATH=self.path("../bin") + ":" + os.environ["PATH"])
        done = subprocess.run([PROGRAM, *args], cwd=cwd or self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=PATIENCE)
        return done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)


def steps(plan):
    """The plan from its steps on, without comments and blank lines."""
    body = plan[plan.index("\nsteps:\n") + 8:]
    return "".join(line + "\n" for line in body.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def makes(name, files, want, left_out=()):
    """init makes these steps, says what it left out, and the plan is one that ksettle reads."""
    with Folder(files) as folder:
        code, out, err = folder.run("init")
        same((code, out), (0, "plan.yaml\n"), f"{name}: a plan is written", err)
        plan = folder.read()
        same(steps(plan), want, f"{name}: its steps")
        same(err.splitlines(), ["ksettle: not in the plan: " + line for line in left_out], f"{name}: what is not in it is said")
        ok(all("# - " + line.split(" is in ")[0][:60] in plan for line in left_out), f"{name}: there, too", plan)
        code, out, err = folder.run("run", "plan.yaml", "--check", "--offline")
        same(code, 0, f"{name}: ksettle reads it", out, err)
        return plan


@case
def manifests():
    plan = makes("manifests", {
        "k8s/web.yaml": DEPLOYMENT % ("web", ", namespace: shop"),
        "k8s/api.yml": DEPLOYMENT % ("api", ""),
        "README.md": "kind: x\napiVersion: y\n",
    }, "- name: k8s\n  yaml:\n    files:\n    - k8s/\n")
    ok("\n  namespace: shop\n" in plan, "the namespace is that of all that name one", plan)
    ok("\n    timeout: 180s\n" in plan and "\n    stabilization: 10s\n" in plan, "verification is on", plan)
    ok("# 2 Deployment.\n- name: k8s\n" in plan, "a comment says what is in a step", plan)
    ok("\nname: shop\n" in plan, "it is called after the folder", plan)


@case
def of_the_folder_itself_each_file_is_named():
    makes("beside the plan", {"web.yaml": DEPLOYMENT % ("web", ""), "values.json": "{}"},
          "- name: Manifests\n  yaml:\n    files:\n    - web.yaml\n")
    makes("beside others", {"k8s/web.yaml": DEPLOYMENT % ("web", ""), "k8s/settings.yaml": "a: b\n"},
          "- name: k8s\n  yaml:\n    files:\n    - k8s/web.yaml\n")


@case
def namespaces_that_differ():
    plan = makes("two namespaces", {"a.yaml": DEPLOYMENT % ("a", ", namespace: one"), "b.yaml": DEPLOYMENT % ("a", ", namespace: two")},
                 "- name: Manifests\n  yaml:\n    files:\n    - a.yaml\n    - b.yaml\n")
    ok("\n  # namespace: shop\n" in plan, "the plan names none", plan)


@case
def what_others_need_comes_first():
    makes("foundations", {"k8s/a.yaml": CONFIG % "a", "k8s/namespace.yaml": NAMESPACE, "k8s/z.yaml": NAMESPACE.replace("shop", "z") + "---\n" + CONFIG % "z"},
          "- name: \"k8s: foundations\"\n  yaml:\n    files:\n    - k8s/namespace.yaml\n"
          "- name: k8s\n  yaml:\n    files:\n    - k8s/a.yaml\n    - k8s/z.yaml\n")


@case
def jobs_are_waited_for():
    makes("a Job", {"jobs/migrate.yaml": JOB, "k8s/a.yaml": CONFIG % "a"},
          "- name: jobs\n  yaml:\n    files:\n    - jobs/\n  verify:\n    waitForJobs: true\n"
          "- name: k8s\n  yaml:\n    files:\n    - k8s/\n")


@case
def kustomizations():
    base = {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": DEPLOYMENT % ("web", ""), "base/migrate.yaml": JOB}
    plan = makes("overlays", {
        **base,
        "overlays/dev/kustomization.yaml": "resources: [../../base]\n",
        "overlays/production/kustomization.yml": "resources: [../../base, https://elsewhere.test/x]\npatches: [{path: patches/a.yaml}]\n",
        "overlays/production/patches/a.yaml": DEPLOYMENT % ("web", ""),
    }, "- name: overlays/production\n  kustomize:\n    path: overlays/production\n  verify:\n    waitForJobs: true\n")
    ok("# - overlays/dev\n" in plan, "the others are named", plan)
    makes("those of two applications", {
        f"{app}/overlays/{stage}/kustomization.yaml": "resources: [web.yaml]\n" for app in ("api", "web") for stage in ("dev", "prod")
    }, "".join(f"- name: {app}/overlays/prod\n  kustomize:\n    path: {app}/overlays/prod\n" for app in ("api", "web")))
    makes("what is none by itself", {
        **base, "component/kustomization.yaml": "kind: Component\nresources: [web.yaml]\n", "torn/kustomization.yaml": "resources: [\n",
        "empty/Chart.yaml": "", "chart/Chart.yaml": "name: [\n",
    }, "- name: base\n  kustomize:\n    path: base\n  verify:\n    waitForJobs: true\n",
          ("chart/Chart.yaml:2:1: a value is expected here", "empty/Chart.yaml: is empty", "torn/kustomization.yaml:2:1: a value is expected here"))
    makes("one of its own", {"kustomization.yaml": "resources: [web.yaml]\n", "web.yaml": DEPLOYMENT % ("web", "")},
          "- name: Kustomization\n  kustomize:\n    path: ./\n")
    makes("files of a neighbour", {"k/kustomization.yaml": "resources: [../k8s/web.yaml]\n", "k8s/web.yaml": DEPLOYMENT % ("web", ""),
                                   "k8s/a.yaml": CONFIG % "a"},
          "- name: k\n  kustomize:\n    path: k\n- name: k8s\n  yaml:\n    files:\n    - k8s/a.yaml\n")


@case
def charts():
    plan = makes("a chart", {
        "charts/web/Chart.yaml": "apiVersion: v2\nname: Web_Front\nversion: 1.2.0\ndependencies: [{name: a}]\n",
        "charts/web/values.yaml": "a: b\n", "charts/web/values.prod.yaml": "a: c\n",
        "charts/web/templates/job.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: {{ .Release.Name }}}\n",
        "charts/common/Chart.yaml": "apiVersion: v2\nname: common\ntype: library\nversion: 1.0.0\n",
    }, "- name: charts/web\n  helm:\n    release: web-front\n    chart: ./charts/web\n  verify:\n    wait: true\n    waitForJobs: true\n    timeout: 5m\n")
    ok("    # values:\n    # - charts/web/values.prod.yaml\n" in plan, "its values files are suggested", plan)
    ok("helm dependency build ./charts/web\n" in plan, "dependencies that are missing are said", plan)


@case
def what_is_there_twice():
    makes("the same object", {"dev/a.yaml": CONFIG % "a", "prod/a.yaml": CONFIG % "a", "prod/b.yaml": CONFIG % "b"},
          "- name: dev\n  yaml:\n    files:\n    - dev/\n- name: prod\n  yaml:\n    files:\n    - prod/b.yaml\n",
          ["prod/a.yaml: ConfigMap a is in dev/a.yaml, too: which one is meant?"])


@case
def what_is_no_manifest():
    makes("others", {
        "k8s/a.yaml": CONFIG % "a",
        "k8s/broken.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .x }}}\n",
        "k8s/kubeconfig.yaml": "apiVersion: v1\nkind: Config\nmetadata: {name: x}\n",
        "k8s/generated.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n",
        "k8s/old-plan.yaml": "apiVersion: ksettle/v1\nsteps:\n- resources: {deployment: {spec: {a: \"kind: b\"}}}\n",
        ".git/a.yaml": CONFIG % "hidden", "node_modules/x/a.yaml": CONFIG % "foreign",
        "docs/${x} $y.yaml": CONFIG % "odd",
        "docs/new\nline.yaml": CONFIG % "newline",
    }, "- name: docs\n  yaml:\n    files:\n    - docs/$${x} $y.yaml\n- name: k8s\n  yaml:\n    files:\n    - k8s/a.yaml\n", [
        "docs/new line.yaml: no plan can hold such a name",
        "k8s/broken.yaml:3:19: a key must be plain text, not a list or a mapping",
        "k8s/generated.yaml:3:26: generateName cannot be applied: give the object a metadata.name",
    ])


@case
def strange_folders():
    with Folder({"a.yaml": CONFIG % "a"}) as folder:
        os.symlink("..", folder.path("loop"))
        os.symlink("/dev/zero", folder.path("zero.yaml"))
        os.mkfifo(folder.path("pipe.yaml"))
        os.makedirs(folder.path("/".join("d" * 30)))
        folder.put("/".join("d" * 30) + "/deep.yaml", CONFIG % "deep")
        os.mkdir(os.path.join(folder.folder.encode(), b"bad-\xff"))
        folder.put("b:c/#d.yaml", CONFIG % "d")
        code, _, err = folder.run("init")
        same(code, 0, "links, pipes, depth and bytes that are no text do not stop it", err)
        ok("from d/d" in err and "too deep" in err, "where it stopped is said", err)
        ok("bad-\ufffd: no plan can hold such a name" in err, "so are names that are no text", err)
        code, out, err = folder.run("run", "plan.yaml", "--check", "--offline")
        same(code, 0, "the plan is read", err)
        ok("ConfigMap a" in out and "ConfigMap d" in out and "deep" not in out, "with what could be read", out)


@case
def another_place():
    with Folder({"k8s/a.yaml": CONFIG % "a"}) as folder:
        same(folder.run("init", "shop", cwd=folder.top)[:2], (0, "shop/plan.yaml\n"), "the plan goes into the folder that is named")
        ok("- k8s/\n" in folder.read(), "with paths from there")
        os.makedirs(folder.path("../plans"))
        same(folder.run("init", "shop", "-o", "plans/shop.yaml", cwd=folder.top)[:2], (0, "plans/shop.yaml\n"), "or elsewhere")
        ok("- ../shop/k8s/\n" in folder.read("../plans/shop.yaml"), "with the way to it", folder.read("../plans/shop.yaml"))
        same(folder.run("init", "-o", "k8s/inner.yaml")[0], 0, "or below")
        ok("- ../k8s/a.yaml\n" in folder.read("k8s/inner.yaml") or "- ../k8s/\n" in folder.read("k8s/inner.yaml"), "with the way up",
           folder.read("k8s/inner.yaml"))


@case
def nothing_is_overwritten():
    with Folder({"a.yaml": CONFIG % "a", "plan.yaml": "mine\n"}) as folder:
        same(folder.run("init"), (2, "", "ksettle: plan.yaml: is there already, and was left as it is; --force replaces it\n"), "a plan that is there stays")
        same(folder.read(), "mine\n", "as it was")
        same(folder.run("init", "--force")[0], 0, "--force replaces it")
        first = folder.read()
        same(folder.run("init", "--force")[0], 0, "again")
        same(folder.read(), first, "to the same, for the plan itself is none of its manifests")


@case
def nothing_to_deploy():
    with Folder({"README": "x"}) as folder:
        code, out, err = folder.run("init")
        same((code, out, err), (2, "", "ksettle: .: no chart, no kustomization and no manifest was found here\n"), "a sentence and exit code 2")
        ok(not os.path.exists(folder.path("plan.yaml")), "and no plan")
        same(folder.run("init", "absent"), (2, "", "ksettle: absent: there is no such folder\n"), "no folder")
        same(folder.run("init", "a", "b")[0], 2, "two folders")
        folder.put("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .x }}}\n")
        code, _, err = folder.run("init")
        ok(code == 2 and "a.yaml:3:19: a key must be" in err, "what was no manifest is said", err)


@case
def what_was_made_runs():
    with Folder({"k8s/namespace.yaml": NAMESPACE.replace("shop", "demo"), "k8s/web.yaml": DEPLOYMENT % ("web", ""), "k8s/job.yaml": JOB}) as folder, Sim() as sim:
        same(folder.run("init")[0], 0, "exit code 0")
        with Run("run", "plan.yaml", "-o", "plain", *FAST, sim=sim, folder=folder.folder) as run:
            snapshot = ended(run, 0, "succeeded")
            got = {name: row["status"] for name, row in rows(snapshot, 1).items() if row["applied"]}
            same(got, {"Job/migrate": "Success", "Deployment/web": "Success"}, "everything is applied and verified")
            ok(snapshot["steps"][1]["verify"]["waitForJobs"], "the Job with it")


main()
