# SPDX-License-Identifier: Apache-2.0
"""ksettle against a real API server, controllers and scheduler; only the containers are simulated."""
import os
import re
import subprocess
import sys
import time

from harness import CLUSTER, Skipped, await_that, expect, expect_in, kubectl, main, viewer
from objects import config_map, deployment, job, pod, secret, service

QUICK = ("--stabilization", "2s")


def test_success(p):
    """What issue A must show: a Deployment of 3, a Service, a ConfigMap and a Job."""
    run = p.run("run", p.plan(deployment("web", 3) + service("web") + config_map("conf") + job("migrate")), *QUICK)
    run.expect(0, "succeeded")
    objects = run.step()["objects"]
    by_id = {o["id"]: o for o in objects}
    expect("Pods of web", len([o for o in run.kind("Pod") if "web" in o["name"]]), 3)
    for o in objects:
        # A Job is not waited for unless asked: its Pod may still be on its way.
        if o["kind"] != "Pod" or "web" in o["name"]:
            expect(f"status of {o['id']}", o["status"], "Success")
        expect(f"manifest only where applied: {o['id']}", o["manifest"] is not None, o["applied"])
        expect(f"timeline of {o['id']}", len(o["timeline"]) > 0, True)
        expect(f"owner of {o['id']}", o["owner"] is None, o["applied"])
        if o["kind"] == "Pod" and "web" in o["name"]:
            expect("a Pod's owner", by_id[o["owner"]]["kind"], "ReplicaSet")
            expect("its owner's", by_id[by_id[o["owner"]]["owner"]]["kind"], "Deployment")


def test_bad_image(p):
    """What issue A must show: exit 3 within 11 s, the image named."""
    before = time.monotonic()
    run = p.run("run", p.plan(deployment("web", 3, "bad-image", "nope:9")), "--timeout", "10s")
    expect("within 11 s", time.monotonic() - before < 11, True)
    run.expect(3, "timedOut")
    web = run.object("Deployment", "web")
    expect("status", web["status"], "TimedOut")
    expect_in("message", "nope:9", web["message"])
    expect("Pods", [o["status"] for o in run.kind("Pod")], ["Error"] * 3)


def test_crash_loop(p):
    run = p.run("run", p.plan(deployment("web", 1, "crash")), "--timeout", "12s", *QUICK)
    run.expect(3, "timedOut")
    expect_in("message", "CrashLoopBackOff", run.object("Deployment", "web")["message"])


def test_never_ready(p):
    run = p.run("run", p.plan(deployment("web", 2, "never-ready")), "--timeout", "6s", *QUICK)
    run.expect(3, "timedOut")
    expect("status", run.object("Deployment", "web")["status"], "TimedOut")


def test_slow(p):
    run = p.run("run", p.plan(deployment("web", 2, "slow", delay="5s")), *QUICK)
    run.expect(0, "succeeded")
    expect("it was seen in progress", run.object("Deployment", "web")["timeline"][0]["status"], "InProgress")


def test_job_fails_not_awaited(p):
    run = p.run("run", p.plan(job("migrate", "exit", exit_code="3") + deployment("web", 1)), "--stabilization", "4s")
    run.expect(0, "succeeded")
    it = run.object("Job", "migrate")
    expect("reason", it["reason"], "NotAwaited")
    expect_in("message", "not waited for", it["message"])
    expect_in("message", "failed", it["message"])


def test_job_fails_awaited(p):
    run = p.run("run", p.plan(job("migrate", "exit", exit_code="3")), "--wait-for-jobs", "--timeout", "30s", *QUICK)
    run.expect(1, "failed")
    expect("status", run.object("Job", "migrate")["status"], "Error")


def test_job_completes_awaited(p):
    run = p.run("run", p.plan(job("migrate")), "--wait-for-jobs", *QUICK)
    run.expect(0, "succeeded")
    expect("status", run.object("Job", "migrate")["status"], "Success")


def test_job_image_ends_after_the_grace(p):
    run = p.run("run", p.plan(job("migrate", "bad-image")), "--wait-for-jobs", "--grace", "3s", "--timeout", "40s", *QUICK)
    run.expect(1, "failed")
    expect_in("message", "image", run.object("Job", "migrate")["message"])


def test_standalone_pod_fails(p):
    before = time.monotonic()
    run = p.run("run", p.plan(pod("one", "exit", "Never", exit_code="1") + deployment("web", 1, "never-ready")), "--timeout", "50s")
    run.expect(1, "failed")
    expect("at once", time.monotonic() - before < 20, True)
    expect("status", run.object("Pod", "one")["status"], "Error")


def test_standalone_pod_soft_error_after_the_grace(p):
    run = p.run("run", p.plan(pod("one", "bad-image")), "--timeout", "50s", "--grace", "4s")
    run.expect(1, "failed")


def test_flap_breaks_the_window(p):
    run = p.run("run", p.plan(deployment("web", 1, "flap", flap="once")), "--stabilization", "6s", "--poll-interval", "500ms")
    run.expect(0, "succeeded")
    expect_in("the window was broken", "unsettled", run.out.replace("no longer", "unsettled"))


def test_deleted_while_waited_for(p):
    process = p.start("run", p.plan(deployment("web", 1, "never-ready")), "--timeout", "10s", *QUICK, "-o", "plain",
                      "--snapshot", p.path("out.json"))
    await_that("the Deployment", lambda: kubectl("-n", p.ns, "get", "deploy", "web", "-o", "name", check=False))
    kubectl("-n", p.ns, "delete", "deploy", "web", "--wait=false")
    run = p.finish(process)
    run.expect(3, "timedOut")
    web = run.object("Deployment", "web")
    expect("reason", web["reason"], "Deleted")


def test_two_steps_of_which_the_first_fails(p):
    run = p.run("run", p.plan(pod("one", "exit", "Never", exit_code="1"), config_map("second")), *QUICK)
    run.expect(1, "failed")
    expect("the second step", run.step(1)["verdict"], "skipped")
    expect("nothing of it was applied", kubectl("-n", p.ns, "get", "cm", "second", "-o", "name", check=False), "")


def test_two_steps(p):
    run = p.run("run", p.plan(config_map("first"), (deployment("web", 1), "  verify: none\n")), *QUICK)
    run.expect(0, "succeeded")
    expect("the second step", run.step(1)["verdict"], "notVerified")
    expect("status", run.object("Deployment", "web", 1)["status"], None)


def test_forbidden_to_apply(p):
    run = p.run("run", p.plan(config_map("conf")), env={"KUBECONFIG": viewer(p)})
    run.expect(4, "failed")
    expect_in("why", "cannot patch resource", run.step()["reason"])


def test_forbidden_to_look(p):
    """It may apply, but neither list nor read what it applied."""
    kubeconfig = viewer(p)
    kubectl("-n", p.ns, "create", "role", "writer", "--verb=patch,create", "--resource=configmaps")
    kubectl("-n", p.ns, "create", "rolebinding", "writer", "--role=writer", f"--user=user-{p.ns}")
    run = p.run("run", p.plan(config_map("conf")), env={"KUBECONFIG": kubeconfig})
    run.expect(4, "failed")
    expect_in("why", "cannot", run.step()["reason"])


def test_forbidden_children_are_a_note(p):
    kubeconfig = viewer(p)
    kubectl("-n", p.ns, "create", "role", "writer", "--verb=get,list,patch,create", "--resource=deployments.apps")
    kubectl("-n", p.ns, "create", "rolebinding", "writer", "--role=writer", f"--user=user-{p.ns}")
    run = p.run("run", p.plan(deployment("web", 1, "never-ready")), "--timeout", "6s", *QUICK, env={"KUBECONFIG": kubeconfig})
    run.expect(3, "timedOut")
    expect_in("note", "cannot list", run.object("Deployment", "web")["note"])


def test_refused_by_quota(p):
    kubectl("-n", p.ns, "create", "quota", "tight", "--hard=pods=0")
    run = p.run("run", p.plan(deployment("web", 1)), "--timeout", "8s", *QUICK)
    run.expect(3, "timedOut")
    expect_in("why", "exceeded quota", run.object("Deployment", "web")["message"])


def test_apply_refused_by_quota(p):
    kubectl("-n", p.ns, "create", "quota", "tight", "--hard=configmaps=0")
    run = p.run("run", p.plan(config_map("one") + config_map("two")))
    run.expect(1, "failed")
    expect("one", run.object("ConfigMap", "one")["apply"], "failed")
    expect_in("why", "exceeded quota", run.object("ConfigMap", "one")["message"])
    expect("two", run.object("ConfigMap", "two")["apply"], "notTried")
    expect("two's status", run.object("ConfigMap", "two")["status"], None)


def test_unknown_field(p):
    run = p.run("run", p.plan(config_map("conf") + deployment("web", 1, spec="  replicaz: 3\n")))
    run.expect(1, "failed")
    expect("conf", run.object("ConfigMap", "conf")["apply"], "created")
    expect_in("why", "replicaz", run.object("Deployment", "web")["message"])


def test_conflict(p):
    kubectl("-n", p.ns, "apply", "--server-side", "--field-manager=other", "-f", "-", text=config_map("conf", a="theirs"))
    run = p.run("run", p.plan(config_map("conf", a="ours")))
    run.expect(1, "failed")
    message = run.object("ConfigMap", "conf")["message"]
    expect_in("the field", ".data.a", message)
    expect_in("the manager", "other", message)
    plan = p.write("plan.yaml", f"apiVersion: ksettle/v1\ndefaults: {{namespace: {p.ns}}}\nsteps:\n"
                   "- {name: A, yaml: {files: [step0.yaml], forceConflicts: true}}\n")
    p.run("run", plan, *QUICK).expect(0, "succeeded")


def test_created_changed_unchanged(p):
    for text, want in (("one", "created"), ("one", "unchanged"), ("two", "changed")):
        run = p.run("run", p.plan(config_map("conf", a=text)), *QUICK)
        run.expect(0, "succeeded")
        expect("apply", run.object("ConfigMap", "conf")["apply"], want)


def test_unknown_kind(p):
    run = p.run("run", p.plan(config_map("conf") + "apiVersion: no.such/v1\nkind: Thing\nmetadata: {name: x}\n"))
    run.expect(2)
    expect_in("position", "step0.yaml:6:1", run.out)
    expect("nothing was applied", kubectl("-n", p.ns, "get", "cm", "conf", "-o", "name", check=False), "")


def test_wrong_scope(p):
    run = p.run("run", p.plan(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: x-{p.ns}, namespace: {p.ns}}}\n"))
    run.expect(2)


def test_crd_and_its_object(p):
    group = f"{p.ns}.example.com"
    crd = f"""
apiVersion: {group}/v1
kind: Widget
metadata: {{name: w}}
spec: {{}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: widgets.{group}}}
spec:
  group: {group}
  names: {{kind: Widget, plural: widgets, singular: widget}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
---
"""
    try:
        run = p.run("run", p.plan(crd), *QUICK)
        run.expect(0, "succeeded")
        expect("the object", run.object("Widget", "w")["status"], "Success")
        seconds = re.search(r"succeeded in (\d+)s", run.out)
        expect("it was given its time", int(seconds.group(1)) >= 10, True)
    finally:
        kubectl("delete", "crd", f"widgets.{group}", "--wait=false", check=False)


def test_new_namespace_first(p):
    name = f"n-{p.ns}"
    text = config_map("conf").replace("{name: conf}", f"{{name: conf, namespace: {name}}}")
    text += f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n"
    try:
        p.run("run", p.plan(text), *QUICK).expect(0, "succeeded")
    finally:
        kubectl("delete", "namespace", name, "--wait=false", check=False)


def test_secret_is_nowhere(p):
    value = "hunter2-" + p.ns
    process = p.start("run", p.plan(secret("db", value)), *QUICK, "-o", "jsonl", "--snapshot", p.path("out.json"),
                      "--snapshot", p.path("out.txt"))
    run = p.finish(process)
    run.expect(0, "succeeded")
    import base64
    encoded = base64.b64encode(value.encode()).decode()
    kept = run.out + run.err
    for folder, _, files in os.walk(p.folder.name):
        for name in files:
            if not name.startswith("step"):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    kept += f.read()
    expect("the journal and the snapshot were read", kept.count("ksettle.snapshot/1") >= 2, True)
    for secret_text in (value, encoded):
        expect("the value", secret_text in kept, False)


def test_watch(p):
    path = p.write("web.yaml", deployment("web", 2, "slow", delay="2s"))
    process = p.start("watch", "-n", p.ns, "-f", path, *QUICK, "-o", "plain", "--snapshot", p.path("out.json"))
    kubectl("-n", p.ns, "apply", "-f", path)
    run = p.finish(process)
    run.expect(0, "succeeded")
    expect("apply", run.object("Deployment", "web")["apply"], None)


def test_watch_what_is_not_there(p):
    run = p.run("watch", "-n", p.ns, "-f", p.write("conf.yaml", config_map("conf")), "--timeout", "4s", "--stabilization", "1s")
    run.expect(3, "timedOut")
    expect("reason", run.object("ConfigMap", "conf")["reason"], "NotFound")


def test_rollout_of_a_new_image(p):
    """The old state must not pass for the new one."""
    p.run("run", p.plan(deployment("web", 2)), *QUICK).expect(0)
    run = p.run("run", p.plan(deployment("web", 2, "bad-image", "nope:9")), "--timeout", "8s", *QUICK)
    run.expect(3, "timedOut")
    run = p.run("run", p.plan(deployment("web", 2, image="nginx:1.28")), *QUICK)
    run.expect(0, "succeeded")


def test_superseded(p):
    """Somebody else deploys in the middle of the run."""
    run = p.start("run", p.plan(deployment("web", 2, "slow", delay="6s")), "-o", "plain", "--snapshot", p.path("out.json"), *QUICK)
    await_that("the Deployment to be there", lambda: kubectl("-n", p.ns, "get", "deploy", "web", "-o", "name", check=False))
    kubectl("-n", p.ns, "set", "image", "deploy/web", "web=nginx:1.28", "--field-manager=hand")
    run = p.finish(run)
    run.expect(0, "succeeded")
    note = run.object("Deployment", "web")["note"]
    expect_in("note", "superseded by generation 2 (manager hand)", note)
    expect_in("note", "spec.template.spec.containers[web].image was changed by hand", note)
    expect_in("the verdict's reason", "superseded by generation 2 (manager hand)", run.step()["reason"])
    old = [o for o in run.kind("ReplicaSet") if o.get("outdated")]
    expect("the old ReplicaSet is marked", len(old), 1)


def test_drift(p):
    """A field that was applied is taken over; one that an autoscaler sets is not told of."""
    run = p.start("run", p.plan(deployment("web", 1, "slow", delay="6s") + config_map("conf", a="ours", b="ours")),
                  "-o", "plain", "--snapshot", p.path("out.json"), *QUICK)
    await_that("the objects to be there", lambda: kubectl("-n", p.ns, "get", "cm/conf", "deploy/web", "-o", "name", check=False).count("/") == 2)
    kubectl("-n", p.ns, "patch", "configmap", "conf", "-p", '{"data":{"a":"theirs"}}', "--field-manager=hand")
    # As the controller of HorizontalPodAutoscalers does.
    kubectl("-n", p.ns, "patch", "deploy", "web", "--subresource=scale", "--type=merge", "-p", '{"spec":{"replicas":2}}',
            "--field-manager=kube-controller-manager")
    run = p.finish(run)
    run.expect(0, "succeeded")
    expect("note", run.object("ConfigMap", "conf")["note"], "data.a was changed by hand after the apply")
    expect("an autoscaler is nobody", run.object("Deployment", "web")["note"], None)


def test_canceled(p):
    process = p.start("run", p.plan(deployment("web", 1, "never-ready")), "-o", "plain", "--snapshot", p.path("out.json"))
    await_that("the Deployment", lambda: kubectl("-n", p.ns, "get", "deploy", "web", "-o", "name", check=False))
    process.terminate()
    p.finish(process).expect(143, "canceled")


def test_wrong_server(p):
    run = p.run("run", p.plan(config_map("conf")), "--server", "https://127.0.0.1:1")
    run.expect(4, "failed")
    expect_in("why", "127.0.0.1:1", run.out)


def test_wrong_certificate(p):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=other",
                    "-keyout", p.path("key"), "-out", p.path("other.crt")], check=True, capture_output=True)
    run = p.run("run", p.plan(config_map("conf")), "--certificate-authority", p.path("other.crt"))
    run.expect(4, "failed")
    expect_in("why", "certificate", run.out)


def test_bad_token(p):
    server = kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
    ca = kubectl("config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.certificate-authority-data}")
    config = p.write("bad", f"""
apiVersion: v1
kind: Config
current-context: c
clusters: [{{name: c, cluster: {{server: "{server}", certificate-authority-data: "{ca}"}}}}]
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
users: [{{name: u, user: {{token: not-a-token}}}}]
""")
    run = p.run("run", p.plan(config_map("conf")), env={"KUBECONFIG": config})
    run.expect(4, "failed")


def test_exec_plugin(p):
    if not CLUSTER:
        raise Skipped("needs a client certificate made by the test cluster's CA")
    text = open(viewer(p), encoding="utf-8").read()
    import base64
    pem = {k: base64.b64decode(re.search(rf"client-{k}-data: (\S+)", text).group(1)).decode() for k in ("certificate", "key")}
    import json
    p.write("answer.json", json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
            "status": {"clientCertificateData": pem["certificate"], "clientKeyData": pem["key"]}}))
    text = re.sub(r"  user:\n(    .*\n?)+", f"""  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: cat
      args: ["{p.path('answer.json')}"]
      interactiveMode: Never
""", text)
    config = p.write("exec", text)
    run = p.run("run", p.plan(config_map("conf")), env={"KUBECONFIG": config})
    run.expect(4, "failed")
    expect_in("who we are", f"user-{p.ns}", run.step()["reason"])


if __name__ == "__main__":
    sys.exit(main([f for name, f in sorted(globals().items()) if name.startswith("test_")]))
