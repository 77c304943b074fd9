# SPDX-License-Identifier: Apache-2.0
"""Helm 3, helm 4 and kustomize on a real control plane: what they deploy, how it ends, what is left. TAP."""
import json
import os
import shutil
import signal
import subprocess
import sys

from harness import CLUSTER, KUBECONFIG, Failed, Skipped, await_that, expect, expect_in, kubectl, main

CHARTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "charts")
PASSWORD = "hunter2,hunter2"


def helm_of(version):
    path = shutil.which(f"helm{version}")
    if not path:
        raise Skipped(f"helm{version} is not on PATH (tests/cluster/build.sh helm)")
    if not CLUSTER:
        raise Skipped("this cluster's Pods do not do as they are told")
    return path


def helm(version, place, *args, check=True):
    done = subprocess.run([helm_of(version), "--kubeconfig", KUBECONFIG, "-n", place.ns, *args], capture_output=True, text=True)
    if check and done.returncode:
        raise Failed(f"helm {' '.join(args)}: {done.stderr}")
    return done.stdout


def plan(place, chart="web", more="", verify="{timeout: 100s}"):
    return place.write("plan.yaml", f"apiVersion: ksettle/v1\nname: test\ndefaults: {{namespace: {place.ns}}}\nsteps:\n- name: Web\n"
                       f"  helm: {{release: web, chart: '{CHARTS}/{chart}'{more}}}\n  verify: {verify}\n")


def env(version):
    return {"KSETTLE_HELM": helm_of(version), "PASSWORD": PASSWORD}


def run(version, place, *args, **kinds):
    return place.run("run", plan(place, **kinds), *args, env=env(version))


def start(version, place, **kinds):
    return place.start("run", plan(place, **kinds), "--output", "plain", "--snapshot", place.path("out.json"), env=env(version))


def revisions(version, place):
    return [(r["revision"], r["status"]) for r in json.loads(helm(version, place, "history", "web", "-o", "json"))]


def statuses(run):
    return {f"{o['kind']}/{o['name']}": o["status"] for o in run.step()["objects"] if o["applied"]}


# --- each of these runs with both ---

def same_as_by_hand(version, place):
    """The same manifest, values and revision as helm upgrade typed by a person with the same values."""
    values = place.write("values.yaml", "replicas: 3\nextra: {a: 1, b: [x, y]}\n")
    text = place.write("text.txt", "line one\nline, two\n")
    more = (f", values: ['{values}'], set: {{image: 'nginx:1.28', extra.a: 7, extra.c: 'x,y', on: true, gone: null, 'list': '{{a,b}}', "
            "password: \"${env:PASSWORD}\", \"extra.b[1]\": \"${env:PASSWORD}\"}, setString: {number: 5}, "
            f"setFile: {{note: '{text}'}}")
    got = run(version, place, more=more)
    got.expect(0, "succeeded")
    ours = [helm(version, place, "get", what, "web", *extra) for what, extra in (("manifest", ()), ("values", ("-o", "json")))]
    expect("revision", revisions(version, place), [(1, "deployed")])
    helm(version, place, "uninstall", "web", "--wait")
    typed = PASSWORD.replace(",", "\\,")
    helm(version, place, "upgrade", "--install", "web", f"{CHARTS}/web", "--wait", "-f", values, "--set", "image=nginx:1.28", "--set", "extra.a=7",
         "--set", "extra.c=x\\,y", "--set", "on=true", "--set", "gone=null", "--set", "list={a,b}", "--set", f"password={typed}",
         "--set", f"extra.b[1]={typed}", "--set-string", "number=5", "--set-file", f"note={text}")
    theirs = [helm(version, place, "get", what, "web", *extra) for what, extra in (("manifest", ()), ("values", ("-o", "json")))]
    expect("manifest", ours[0], theirs[0])
    expect("values", json.loads(ours[1]), json.loads(theirs[1]))
    if PASSWORD in got.out + got.err + json.dumps(got.snapshot):
        raise Failed("the password is in the record")
    expect_in("NOTES, masked", "The password is ••••.", "\n".join(got.step()["output"]))


def upgrade(version, place):
    helm(version, place, "upgrade", "--install", "web", f"{CHARTS}/web", "--wait")
    got = run(version, place, more=", set: {replicas: 3}")
    got.expect(0, "succeeded")
    expect("reason", got.step()["reason"], "helm deployed revision 2 of release web")
    expect("tool", got.step()["tool"].split(".")[0], f"helm v{version}")
    expect("Ready", got.object("Deployment", "web")["columns"]["Ready"], "3/3")
    expect("statuses", statuses(got), {"Deployment/web": "Success", "ConfigMap/web": "Success"})
    expect("revisions", revisions(version, place), [(1, "superseded"), (2, "deployed")])


def timeout(version, place):
    helm(version, place, "upgrade", "--install", "web", f"{CHARTS}/web", "--wait")
    got = run(version, place, more=", set: {behave: bad-image}", verify="{timeout: 8s}")
    got.expect(3, "timedOut")
    # Where helm takes 5 s to say that its time is over, it is ended.
    if not got.step()["reason"].startswith(("helm timed out waiting: Deployment web: ", "helm did not end in time: Deployment web: ")):
        raise Failed(got.step()["reason"])
    expect_in("reason", "1 of 2 Pods: ImagePullBackOff (image ", got.step()["reason"])
    expect_in("reason", "release web is left failed at revision 2; helm rollback web 1 -n " + place.ns, got.step()["reason"])
    expect("status", got.object("Deployment", "web")["status"], "TimedOut")
    expect("revisions", revisions(version, place)[-1], (2, "failed"))


def refused(version, place):
    got = run(version, place, more=", set: {replicas: many}")
    got.expect(1, "failed")
    expect_in("reason", "spec.replicas" if version == 4 else "replicas", got.step()["reason"])
    expect_in("reason", "release web is left failed at revision 1; run it again, or helm uninstall web", got.step()["reason"])


def template_error(version, place):
    got = run(version, place, more=", set: {image.tag: x}")  # image is a text
    if got.code == 0:  # helm coalesces with a warning; then the release is there
        expect("verdict", got.step()["verdict"], "succeeded")
    got = run(version, place, more=", args: [--no-such-flag]")
    got.expect(1, "failed")
    expect_in("reason", "unknown flag: --no-such-flag", got.step()["reason"])


def hook_fails(version, place):
    got = run(version, place, more=", set: {hook: pre-install, hookBehave: exit}")
    got.expect(1, "failed")
    expect_in("reason", "web-hook", got.step()["reason"])
    expect_in("reason", "Job web-hook: pre-install hook: ", got.step()["reason"])
    hook = got.object("Job", "web-hook")
    expect("hook", (hook["status"], hook["applied"], hook["apply"]), ("Error", True, None))


def hook_succeeds(version, place):
    got = run(version, place, more=", set: {hook: 'post-install,post-upgrade'}")
    got.expect(0, "succeeded")
    expect_in("hook", "post-install hook", got.object("Job", "web-hook")["message"])
    # The hook of before is there until helm replaces it, and is not taken for the new one.
    got = run(version, place, more=", set: {hook: 'post-install,post-upgrade'}")
    got.expect(0, "succeeded")
    expect("hook", got.object("Job", "web-hook")["status"], "Success")


def jobs(version, place):
    got = run(version, place, more=', set: {job: ""}', verify="{timeout: 100s, waitForJobs: true}")
    got.expect(0, "succeeded")
    expect("job", got.object("Job", "web-job")["status"], "Success")
    kubectl("delete", "job", "web-job", "-n", place.ns)
    got = run(version, place, more=", set: {job: exit}", verify="{timeout: 10s, waitForJobs: true}")
    got.expect(1 if version == 4 else 3)  # helm 3 waits the failed Job out
    expect_in("reason", "Job web-job: ", got.step()["reason"])
    expect("job", got.object("Job", "web-job")["status"], "Error")


def canceled(version, place):
    helm(version, place, "upgrade", "--install", "web", f"{CHARTS}/web", "--wait")
    process = start(version, place, more=", set: {behave: bad-image}")
    await_that("the upgrade", lambda: revisions(version, place)[-1] == (2, "pending-upgrade"))
    await_that("the new Pod", lambda: "ImagePullBackOff" in kubectl("get", "pods", "-n", place.ns))
    process.send_signal(signal.SIGINT)
    got = place.finish(process)
    got.expect(130, "canceled")
    expect("reason", got.step()["reason"], f"canceled; release web is left failed at revision 2; helm rollback web 1 -n {place.ns} brings revision 1 back")
    # The command that it names mends it.
    helm(version, place, "rollback", "web", "1", "--wait")
    expect("revisions", revisions(version, place)[-1], (3, "deployed"))


def atomic(version, place):
    helm(version, place, "upgrade", "--install", "web", f"{CHARTS}/web", "--wait")
    got = run(version, place, more=", atomic: true, set: {behave: bad-image}", verify="{timeout: 6s}")
    got.expect(3, "timedOut")
    expect_in("reason", "helm timed out waiting: Deployment web: ", got.step()["reason"])
    expect_in("reason", "ImagePullBackOff (image ", got.step()["reason"])
    expect_in("reason", "has been rolled back", got.step()["reason"])
    expect_in("reason", "release web is deployed at revision 3", got.step()["reason"])
    expect("revisions", revisions(version, place)[-1], (3, "deployed"))


def pending(version, place):
    helm(version, place, "upgrade", "--install", "web", f"{CHARTS}/web", "--wait")
    process = subprocess.Popen([helm_of(version), "--kubeconfig", KUBECONFIG, "-n", place.ns, "upgrade", "web", f"{CHARTS}/web", "--wait",
                                "--set", "behave=bad-image"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    await_that("the upgrade", lambda: revisions(version, place)[-1] == (2, "pending-upgrade"))
    process.kill()
    process.wait()
    got = run(version, place)
    got.expect(1, "failed")
    expect_in("reason", "release web is pending-upgrade at revision 2 since ", got.step()["reason"])
    expect_in("reason", f"helm rollback web 1 -n {place.ns} brings revision 1 back", got.step()["reason"])
    helm(version, place, "rollback", "web", "1", "--wait")
    run(version, place).expect(0, "succeeded")


def modes(version, place):
    got = run(version, place, verify="{mode: objects, timeout: 100s, stabilization: 1s}")
    got.expect(0, "succeeded")
    expect("reason", got.step()["reason"], "every object is at its desired state")
    got = run(version, place, more=", set: {behave: crash}", verify="{mode: objects, failEarly: any, grace: 1s, timeout: 100s, stabilization: 1s}")
    if got.code == 0:
        raise Failed("crashing Pods passed for success")
    expect_in("reason", "CrashLoopBackOff", got.step()["reason"])
    got = run(version, place, verify="{wait: false}")
    got.expect(0, "notVerified")


def no_objects(version, place):
    got = run(version, place, chart="empty")
    got.expect(0, "succeeded")
    expect("reason", got.step()["reason"], "helm deployed revision 1 of release web; no objects")
    helm(version, place, "uninstall", "web")
    got = run(version, place, chart="hooks")
    got.expect(0, "succeeded")
    expect("warnings", got.step()["warnings"], ["no objects: the chart has hooks only"])
    hook = got.object("Job", "web-done")
    expect("hook", (hook["status"], hook["reason"]), ("Success", "HookRemoved"))


def crds(version, place):
    got = run(version, place, chart="thing")
    got.expect(0, "succeeded")
    thing = got.object("Thing", f"{place.ns}-web")
    expect("namespace", (thing["namespace"], bool(thing["uid"])), (None, True))
    helm(version, place, "uninstall", "web")


def as_somebody(version, place):
    """--as holds for helm, too."""
    got = run(version, place, "--as", "nobody")
    if got.code == 0:
        raise Failed("helm did as another user")
    expect_in("reason", 'User "nobody" cannot', got.step()["reason"])


def check(version, place):
    """helm's own dry run, which leaves no release behind."""
    got = run(version, place, "--check")
    got.expect(0)
    for line in ("release web: helm would make revision 1, of ", f"    Deployment {place.ns}/web\n"):
        expect_in("said", line, got.out)
    expect("releases", helm(version, place, "list", "--short"), "")
    got = run(version, place, "--check", more=", args: [--no-such-flag]")
    got.expect(1)
    expect_in("said", "release web: refused: unknown flag: --no-such-flag", got.out)


# --- kustomize ---

def test_kustomize(place):
    os.makedirs(place.path("overlay"))
    place.write("overlay/kustomization.yaml", "namePrefix: prod-\nresources: [web.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [colour=blue]\n"
                "secretGenerator:\n- name: key\n  literals: [key=correct-horse]\n")
    place.write("overlay/web.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n"
                "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n"
                "      - {name: c, image: a, envFrom: [{configMapRef: {name: settings}}]}\n")
    text = f"apiVersion: ksettle/v1\ndefaults: {{namespace: {place.ns}}}\nsteps:\n- kustomize: {{path: overlay}}\n  verify: {{timeout: 100s, stabilization: 1s}}\n"
    got = place.run("run", place.write("plan.yaml", text))
    got.expect(0, "succeeded")
    expect_in("tool", "ustomize v", got.step()["tool"])
    settings = got.kind("ConfigMap")[0]["name"]
    expect_in("the generated name", "prod-settings-", settings)
    expect_in("the Deployment's reference", settings, got.object("Deployment", "prod-web")["manifest"])
    if "correct-horse" in json.dumps(got.snapshot) or "Y29ycmVjdC1ob3JzZQ" in json.dumps(got.snapshot):
        raise Failed("a generated Secret's value is in the snapshot")
    place.write("overlay/kustomization.yaml", open(place.path("overlay/kustomization.yaml")).read().replace("blue", "red"))
    got = place.run("run", place.path("plan.yaml"))
    got.expect(0, "succeeded")
    if got.kind("ConfigMap")[0]["name"] == settings:
        raise Failed("another content, and the same name")


def with_both(test):
    def of(version):
        def one(place):
            test(version, place)
        one.__name__ = f"test_{test.__name__}_{version}"
        return one
    return [of(3), of(4)]


TESTS = [t for test in (same_as_by_hand, upgrade, timeout, refused, template_error, hook_fails, hook_succeeds, jobs, canceled, atomic, pending, modes,
                        no_objects, crds, as_somebody, check) for t in with_both(test)] + [test_kustomize]

if __name__ == "__main__":
    sys.exit(main(TESTS))
