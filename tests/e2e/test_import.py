# SPDX-License-Identifier: Apache-2.0
"""ksettle import: what is printed and written where, and the exit codes. What becomes of each property is in tests/unit/test_import.c."""

import os
import shutil
import stat
import subprocess
import tempfile

from harness import FAST, PATIENCE, PROGRAM, Run, Sim, case, ended, environment, main, ok, rows, same, write

CARRIED = """step "settings" {
    name = "Settings"
    action {
        action_type = "Octopus.KubernetesDeployConfigMap"
        properties = {
            Octopus.Action.Kubernetes.ResourceStatusCheck = "True"
            Octopus.Action.Kubernetes.ServerSideApply.Enabled = "True"
            Octopus.Action.KubernetesContainers.ConfigMapName = "settings"
            Octopus.Action.KubernetesContainers.ConfigMapValues = "{\\"level\\":\\"#{Level}\\"}"
        }
    }
}
"""
INLINE = """step "inline" {
    action {
        action_type = "Octopus.KubernetesDeployRawYaml"
        properties = {
            Octopus.Action.Kubernetes.ResourceStatusCheck = "True"
            Octopus.Action.Kubernetes.ServerSideApply.Enabled = "True"
            Octopus.Action.Script.ScriptSource = "Inline"
            Octopus.Action.KubernetesContainers.CustomResourceYaml = <<-EOT
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: inline}
                EOT
        }
    }
}
"""
MANUAL = 'step "approve" {\n    action {\n        action_type = "Octopus.Manual"\n    }\n}\n'


class Place:
    """A folder with a process in it, in which commands are run one after the other."""

    def __init__(self, process):
        self.folder = tempfile.mkdtemp(prefix="ksettle-e2e-")
        write(self, "process.ocl", process)

    def run(self, *args, **popen):
        done = subprocess.run([PROGRAM, *args], cwd=self.folder, env=environment(self.folder), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=PATIENCE, **popen)
        return done.returncode, done.stdout, done.stderr

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)


@case
def all_is_carried_over():
    with Place(CARRIED) as place:
        code, out, err = place.run("import", "process.ocl")
        same(code, 0, "exit code 0", err)
        ok("- name: Settings\n  configMap:\n    name: settings\n    data:\n      level: ${Level}\n" in out, "the plan is on standard output", out)
        same(err, "process.ocl:9:13: note: #{Level}: give it with --set NAME=VALUE: Level\n", "what it needs is on standard error")
        same(place.run("import", "-", input=CARRIED)[1], out.replace("process.ocl", "standard input").replace("name: process", "name: standard input"),
             "the process may come from standard input")


@case
def what_was_made_runs():
    with Place(CARRIED + INLINE) as place, Sim() as sim:
        same(place.run("import", "process.ocl", "-o", "out/plan.yaml")[0], 0, "exit code 0")
        with Run("run", "out/plan.yaml", "--set", "Level=debug", "-o", "plain", *FAST, sim=sim, folder=place.folder) as run:
            snapshot = ended(run, 0, "succeeded")
            same([rows(snapshot, i)[name]["status"] for i, name in enumerate(("ConfigMap/settings", "ConfigMap/inline"))], ["Success"] * 2,
             "both steps are applied and verified")
        ok("level: debug" in rows(snapshot)["ConfigMap/settings"]["manifest"], "the variable has its value")


@case
def what_is_left_out_is_listed():
    with Place(MANUAL + CARRIED) as place:
        code, out, err = place.run("import", "process.ocl")
        same(code, 1, "exit code 1")
        ok("process.ocl:2:5: left out: the step 'approve' is Octopus.Manual, which no plan has\n" in err, "with its place", err)
        ok("ksettle: 1 thing could not be carried over" in err, "and counted", err)
        ok("# left out (line 2): the step 'approve' is Octopus.Manual, which no plan has\n" in out, "it stands in the plan, too", out)


@case
def files_beside_the_plan():
    with Place(INLINE) as place:
        code, out, err = place.run("import", "process.ocl")
        same((code, out), (2, ""), "without a place for its YAML there is no plan")
        same(err, "ksettle: process.ocl: it holds YAML of its own, which goes into files beside the plan: say where with -o FOLDER/plan.yaml\n",
             "and it says so")
        code, out, err = place.run("import", "process.ocl", "-o", "out/plan.yaml", preexec_fn=lambda: os.umask(0o027))
        same((code, out), (0, "out/manifests/inline.yaml\nout/plan.yaml\n"), "with one it says what it wrote", err)
        ok("name: inline}\n" in place.read("out/manifests/inline.yaml"), "the YAML is there")
        same(stat.S_IMODE(os.stat(place.path("out/plan.yaml")).st_mode), 0o640, "the umask counts")
        same(place.run("run", "out/plan.yaml", "--check", "--offline")[0], 0, "the plan finds it")


@case
def nothing_is_overwritten():
    with Place(INLINE) as place:
        write(place, "plan.yaml", "mine\n")
        code, _, err = place.run("import", "process.ocl", "-o", "plan.yaml")
        same((code, err), (2, "ksettle: plan.yaml: is there already, and was left as it is; --force replaces it\n"), "a plan that is there is refused")
        same(sorted(os.listdir(place.folder)), ["plan.yaml", "process.ocl"], "and nothing is written")
        os.remove(place.path("plan.yaml"))
        os.mkdir(place.path("manifests"))
        write(place, "manifests/inline.yaml", "mine\n")
        code, _, err = place.run("import", "process.ocl", "-o", "plan.yaml")
        ok(code == 2 and "manifests/inline.yaml: is there already" in err, "so is one of its files", err)
        ok(not os.path.exists(place.path("plan.yaml")), "and the plan is not written either")
        same(place.run("import", "process.ocl", "-o", "plan.yaml", "--force")[0], 0, "--force replaces it")
        ok("kind: ConfigMap" in place.read("manifests/inline.yaml"), "with the new one")
        write(place, "file", "")
        code, _, err = place.run("import", "process.ocl", "-o", "file/plan.yaml")
        ok(code == 2 and "file" in err, "a folder that cannot be one is said", err)


@case
def what_cannot_be_read():
    with Place('step "a" {\n  action {\n') as place:
        same(place.run("import", "process.ocl"), (2, "", "ksettle: process.ocl:2:10: this '{' is never closed: add '}'\n"), "a mistake with its place")
        same(place.run("import", "absent.ocl")[0], 2, "no file")
        same(place.run("import")[0], 2, "no name")
        same(place.run("import", "process.ocl", "process.ocl")[0], 2, "two names")
        write(place, "process.ocl", MANUAL)
        code, out, err = place.run("import", "process.ocl")
        ok(code == 2 and out == "" and "no step of it is one that a plan could have" in err, "nothing of Kubernetes in it", err)
        ok("process.ocl:2:5: left out: the step 'approve' is Octopus.Manual, which no plan has\n" in err, "what it has is listed", err)
        write(place, "process.ocl", "name = \"x\"\n")
        code, out, err = place.run("import", "process.ocl")
        ok(code == 2 and "this is no deployment process" in err, "no process", err)


main()
