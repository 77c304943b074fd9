# SPDX-License-Identifier: Apache-2.0
"""status and watch of what is in a real cluster, and how their answers compare with kubectl's."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys

from harness import CLUSTER, KSETTLE, KUBECONFIG, Failed, Skipped, await_that, expect, expect_in, kubectl, main
from objects import config_map, deployment, job, service

CHARTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "charts")
QUICK = ("--stabilization", "2s")


def apply(p, text):
    kubectl("-n", p.ns, "apply", "-f", "-", text=text)


def status(p, *args, given=None, env=None):
    """Its exit code, and what it says by "Kind/name"."""
    done = subprocess.run([KSETTLE, "status", *args, "-o", "json"], input=given, capture_output=True, text=True, timeout=60, env={**p.env, **(env or {})})
    rows = json.loads(done.stdout)["objects"] if done.stdout else []
    return done.returncode, {f"{o['kind']}/{o['name']}": o for o in rows if o["namespace"] in (p.ns, None)}, done.stderr


# --- beside kubectl ---

def workload(kind, name, behave=None, replicas=2, template=None, **spec):
    """A Deployment, StatefulSet or DaemonSet as JSON."""
    notes = {"ksettle.test/behave": behave} if behave else {}
    spec = {"selector": {"matchLabels": {"app": name}}, **spec,
            "template": {"metadata": {"labels": {"app": name}, "annotations": notes}, "spec": {"containers": [{"name": name, "image": "nginx:1"}], **(template or {})}}}
    if kind != "DaemonSet":
        spec["replicas"] = replicas
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def batch(name, behave=None, backoff=0, **spec):
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {
        "backoffLimit": backoff, **spec, "template": {"metadata": {"annotations": {"ksettle.test/behave": behave} if behave else {}},
                                                      "spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "busybox:1"}]}}}}


def pod(name, behave=None, restart="Always", **notes):
    notes = {f"ksettle.test/{key.replace('_', '-')}": value for key, value in {"behave": behave, **notes}.items() if value}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "annotations": notes},
            "spec": {"restartPolicy": restart, "containers": [{"name": "a", "image": "busybox:1"}]}}


def claim(name, **spec):
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, **spec}}


def everything(ns):
    """Objects in all states, and those of the cluster that they need."""
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"{ns}-disk"}, "spec": {
        "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "", "hostPath": {"path": "/nowhere"},
        "claimRef": {"namespace": ns, "name": "bound"}, "persistentVolumeReclaimPolicy": "Retain"}}
    late = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": f"{ns}-late"},
            "provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": "WaitForFirstConsumer"}
    nowhere = {"nodeSelector": {"no": "node"}}
    on_delete = {"updateStrategy": {"type": "OnDelete"}}
    return [volume, late], [
        workload("Deployment", "ready"), workload("Deployment", "none", replicas=0), workload("Deployment", "bad-image", "bad-image"),
        workload("Deployment", "never-ready", "never-ready"), workload("Deployment", "crash", "crash"),
        workload("Deployment", "too-late", "bad-image", progressDeadlineSeconds=1), workload("Deployment", "paused", paused=True), workload("Deployment", "updated"),
        workload("Deployment", "cannot-be-placed", template={"containers": [{"name": "a", "image": "a", "resources": {"requests": {"cpu": "999"}}}]}),
        workload("StatefulSet", "ready"), workload("StatefulSet", "bad-image", "bad-image"), workload("StatefulSet", "on-delete", **on_delete),
        workload("StatefulSet", "partition", updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}),
        workload("DaemonSet", "ready"), workload("DaemonSet", "bad-image", "bad-image"), workload("DaemonSet", "on-delete", **on_delete), workload("DaemonSet", "no-node", template=nowhere),
        batch("complete"), batch("failed", "exit"), batch("running", "run-forever"), batch("suspended", suspend=True), batch("stuck", "bad-image"),
        pod("ready"), pod("bad-image", "bad-image"), pod("never-ready", "never-ready"), pod("ended", "exit", restart="OnFailure", exit_code="0"), pod("failed", "exit", restart="Never"),
        claim("no-class"), claim("bound", storageClassName="", volumeName=f"{ns}-disk"), claim("late", storageClassName=f"{ns}-late"), claim("absent-class", storageClassName=f"{ns}-absent"),
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}], "selector": {"app": "ready"}}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "lb"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"app": "ready"}}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"},
         "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}},
        {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}, "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "ready"}, "maxReplicas": 3,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}},
    ]


# What kubectl is asked of a kind; and what its "no" or "yes" does not mean.
QUESTIONS = {
    "Deployment": ["rollout status --timeout=1s", "wait --for=condition=Available --timeout=1s"],
    "StatefulSet": ["rollout status --timeout=1s"], "DaemonSet": ["rollout status --timeout=1s"],
    "Job": ["wait --for=condition=Complete --timeout=1s"], "Pod": ["wait --for=condition=Ready --timeout=1s"],
    "PersistentVolumeClaim": ["wait --for=jsonpath={.status.phase}=Bound --timeout=1s"],
    "Service": ["wait --for=jsonpath={.spec.clusterIP} --timeout=1s"], "Ingress": ["wait --for=jsonpath={.status.loadBalancer.ingress} --timeout=1s"],
    "HorizontalPodAutoscaler": ["wait --for=condition=ScalingActive --timeout=1s"],
}

DIFFERENT = {
    ("Deployment/paused", "rollout"): "it is paused as its manifest says: a Success with a note; kubectl waits for ever",
    ("Deployment/paused", "wait"): "the same",
    ("Deployment/updated", "wait"): "Available speaks of the old revision's Pods",
    ("StatefulSet/on-delete", "rollout"): "kubectl refuses to judge OnDelete; nothing more comes by itself: a Success with a note",
    ("DaemonSet/on-delete", "rollout"): "the same",
    ("Job/suspended", "wait"): "it is suspended as its manifest says: a Success with a note",
    ("Pod/ended", "wait"): "a Pod that ended well is not Ready, and does well",
    ("Service/lb", "wait"): "a clusterIP is no address of a LoadBalancer, which is waited for",
    ("Ingress/web", "wait"): "many controllers never write an address: a Success with a note",
    ("HorizontalPodAutoscaler/web", "wait"): "metrics lag behind: a Success with a note",
    ("PersistentVolumeClaim/late", "wait"): "its StorageClass waits for the first Pod: a Success with a note",
}


def settled_down(p):
    """Every object is in the state that it is here for."""
    paths = {"deploy/ready": "{.status.availableReplicas}=2", "deploy/updated": "{.status.updatedReplicas}=1", "deploy/too-late": '{.status.conditions[?(@.type=="Progressing")].reason}=ProgressDeadlineExceeded',
             "sts/ready": "{.status.availableReplicas}=2", "sts/partition": "{.status.updatedReplicas}=1", "sts/on-delete": "{.status.availableReplicas}=2", "ds/ready": "{.status.numberAvailable}=5", "ds/on-delete": "{.status.numberAvailable}=5",
             "ds/no-node": "{.status.observedGeneration}=1", "job/complete": '{.status.conditions[?(@.type=="Complete")].status}=True', "job/failed": '{.status.conditions[?(@.type=="Failed")].status}=True',
             "job/suspended": '{.status.conditions[?(@.type=="Suspended")].status}=True', "job/running": "{.status.active}=1", "job/stuck": "{.status.active}=1", "pod/ready": "{.status.phase}=Running", "pod/failed": "{.status.phase}=Failed", "pod/ended": "{.status.phase}=Succeeded",
             "pod/never-ready": "{.status.phase}=Running", "pod/bad-image": "{.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff", "pvc/bound": "{.status.phase}=Bound",
             "pvc/late": "{.status.phase}=Pending", "hpa/web": '{.status.conditions[?(@.type=="ScalingActive")].status}=False'}
    for what, want in paths.items():
        path, value = want.rsplit("=", 1)
        await_that(f"{what} {want}", lambda w=what, j=path, v=value: kubectl("-n", p.ns, "get", w, "-o", f"jsonpath={j}", check=False).strip() == v)


def test_beside_kubectl(p):
    """kubectl get … -o json | ksettle status -f - says what kubectl rollout status and kubectl wait say, but where we mean to differ."""
    cluster, objects = everything(p.ns)
    try:
        for o in cluster:
            kubectl("apply", "-f", "-", text=json.dumps(o))
        apply(p, json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
        for what in ("deploy/updated", "sts/on-delete", "sts/partition", "ds/on-delete"):
            kubectl("-n", p.ns, "rollout", "status", what, "--timeout=60s", check="on-delete" not in what)
        await_that("what is updated on delete is there", lambda: kubectl("-n", p.ns, "get", "ds/on-delete", "-o", "jsonpath={.status.numberAvailable}") == "5")
        await_that("what is updated on delete is there", lambda: kubectl("-n", p.ns, "get", "sts/on-delete", "-o", "jsonpath={.status.availableReplicas}") == "2")
        bad = '[{"op": "add", "path": "/spec/template/metadata/annotations", "value": {"ksettle.test/behave": "bad-image"}}]'
        kubectl("-n", p.ns, "patch", "deploy/updated", "--type=json", "-p", bad)
        for what in ("sts/on-delete", "sts/partition", "ds/on-delete"):
            kubectl("-n", p.ns, "set", "env", what, "A=B")
        settled_down(p)
        compare(p, objects)
    finally:
        for o in cluster:
            kubectl("delete", f"{o['kind']}/{o['metadata']['name']}", "--wait=false", check=False)


def answer(p, name, question):
    """kubectl's yes or no."""
    words = question.split()
    verb = words[:2] if words[0] == "rollout" else words[:1]
    done = subprocess.run(["kubectl", "--kubeconfig", KUBECONFIG, "-n", p.ns, *verb, name, *words[len(verb):]], capture_output=True, text=True, timeout=60)
    return done.returncode == 0, (done.stderr or done.stdout).strip().splitlines()[-1:]


def compare(p, objects):
    types = "all,pvc,hpa,ingress"
    text = kubectl("get", types, "-A", "-o", "json")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [(f"{o['kind']}/{o['metadata']['name']}", question) for o in objects for question in QUESTIONS[o["kind"]]]
        answers = list(pool.map(lambda a: answer(p, *a), asked))
    code, of_file, err = status(p, "-f", "-", "--wait-for-jobs", given=text)
    expect("exit code: something is in Error", code, 1)
    _, of_cluster, err = status(p, types, "-n", p.ns, "--wait-for-jobs")
    lines, different, unexplained = [], set(), []
    for (name, question), (yes, said) in zip(asked, answers):
        ours = of_cluster[name]
        verb = question.split()[0]
        key, agree = (name, verb), yes == (ours["status"] == "Success")
        different |= set() if agree else {key}
        if not agree and key not in DIFFERENT:
            unexplained.append(f"{name}: kubectl {question} says {'yes' if yes else 'no'} ({' '.join(said)}), ours {ours['status']} {ours['reason']} {ours['message']}")
        lines.append(f"# {name:32} kubectl {verb:8} {'yes' if yes else 'no':4} ours {ours['status']:10} {ours['reason'] or '':24} {'' if agree else DIFFERENT.get(key, 'NOT EXPLAINED')}")
        if "exceeded its progress deadline" in " ".join(said):
            expect(f"{name} is in Error", ours["status"], "Error")
    print("\n".join(lines), flush=True)
    expect("differences that nobody meant", unexplained, [])
    expect("differences that are meant", different, set(DIFFERENT))
    for name in {name for name, _ in asked}:
        same = of_file[name]["status"] == of_cluster[name]["status"]
        # The class is not among the objects of the issue's command.
        expect(f"{name}: a file's judgement is the cluster's", same, name != "PersistentVolumeClaim/late")
    with_class = kubectl("get", types + ",sc", "-A", "-o", "json")
    expect("with its class in the file", status(p, "-f", "-", given=with_class)[1]["PersistentVolumeClaim/late"]["status"], "Success")


# --- status ---

def test_words(p):
    apply(p, deployment("web", 2) + deployment("api", 1, "bad-image") + service("web") + config_map("conf"))
    kubectl("-n", p.ns, "rollout", "status", "deploy/web", "--timeout=60s")
    code, rows, err = status(p, "deploy/web", "svc/web", "cm/conf", "-n", p.ns)
    expect("by name", (code, [o["status"] for o in rows.values()]), (0, ["Success"] * 3))
    await_that("the cause of the other", lambda: "ImagePullBackOff" in (status(p, "deploy", "api", "-n", p.ns)[1]["Deployment/api"]["message"] or ""))
    code, rows, err = status(p, "deploy,sts", "-n", p.ns)
    expect("all of the types", (code, sorted(rows)), (3, ["Deployment/api", "Deployment/web"]))
    code, rows, err = status(p, "pods", "-l", "app in (web)", "--field-selector", "status.phase=Running", "-A")
    expect("by labels and fields", (code, len(rows)), (0, 2))
    code, rows, err = status(p, "deploy/nope", "-n", p.ns)
    expect("not there", (code, rows["Deployment/nope"]["reason"]), (3, "NotFound"))
    code, rows, err = status(p, "deploymnt", "-n", p.ns)
    expect_in("unknown", "did you mean 'deployment", err)
    expect("unknown", code, 2)
    code, rows, err = status(p, "pods", "--field-selector", "a=b", "-n", p.ns)
    expect("an unknown field", code, 2)


def test_forbidden(p):
    if not CLUSTER:
        raise Skipped("needs the test cluster's own CA")
    here = os.path.dirname(os.path.abspath(__file__))
    text = subprocess.run([os.path.join(here, "mkuser.sh"), CLUSTER, f"user-{p.ns}"], check=True, capture_output=True, text=True).stdout
    env = {"KUBECONFIG": p.write("viewer", text)}
    code, rows, err = status(p, "cm/conf", "-n", p.ns, env=env)
    expect("status", (code, rows["ConfigMap/conf"]["reason"]), (4, "Forbidden"))
    expect_in("status", "cannot get resource", err)
    run = p.run("watch", "cm", "-n", p.ns, *QUICK, env=env)
    run.expect(4, "failed")
    expect_in("watch", "cannot list resource", run.step()["reason"])


# --- watch ---

def test_watch_words(p):
    run = p.start("watch", "deploy/web", "svc/web", "-n", p.ns, *QUICK, "-o", "plain", "--snapshot", p.path("out.json"))
    apply(p, deployment("web", 2) + service("web"))
    run = p.finish(run)
    run.expect(0, "succeeded")
    expect("the Deployment", [run.object("Deployment", "web")[k] for k in ("applied", "apply", "manifest")], [True, None, None])
    expect("its Pods", len(run.kind("Pod")), 2)


def test_watch_all(p):
    apply(p, deployment("web", 2) + service("web") + job("move"))
    run = p.run("watch", "all", "-n", p.ns, "--wait-for-jobs", *QUICK)
    run.expect(0, "succeeded")
    expect("given", sorted(o["kind"] for o in run.step()["objects"] if o["applied"]), ["Deployment", "Job", "Service"])
    owners = {o["kind"]: o["owner"] for o in run.step()["objects"] if not o["applied"] and not o["name"].startswith("move")}
    expect("Pods stand below", "ReplicaSet" in owners["Pod"], True)


def test_watch_pods_of_a_rollout(p):
    """Pods that the controller takes away are not waited for, those that come are."""
    apply(p, deployment("web", 2))
    kubectl("-n", p.ns, "rollout", "status", "deploy/web", "--timeout=60s")
    run = p.start("watch", "pods", "-l", "app=web", "-n", p.ns, "--stabilization", "4s", "-o", "plain", "--snapshot", p.path("out.json"))
    apply(p, deployment("web", 2, image="nginx:2"))
    run = p.finish(run)
    run.expect(0, "succeeded")
    reasons = [o["reason"] for o in run.kind("Pod")]
    expect("both generations", (reasons.count("Removed"), reasons.count(None)), (2, 2))


def test_watch_what_leaves(p):
    apply(p, config_map("a") + config_map("b") + config_map("c") + deployment("slow", 1, "never-ready"))
    kubectl("-n", p.ns, "label", "cm", "a", "b", "c", "set=1")
    kubectl("-n", p.ns, "label", "deploy/slow", "set=1")
    run = p.start("watch", "cm,deploy", "-l", "set=1", "-n", p.ns, "--timeout", "8s", "-o", "plain", "--snapshot", p.path("out.json"))
    await_that("a first look", lambda: "object.seen" in journal(p))
    kubectl("-n", p.ns, "delete", "cm", "b")
    kubectl("-n", p.ns, "label", "cm", "c", "set-")
    run = p.finish(run)
    run.expect(3, "timedOut")
    expect("what is there", run.object("ConfigMap", "a")["status"], "Success")
    expect("what was deleted", run.object("ConfigMap", "b")["reason"], "Deleted")
    expect("what matches no more", run.object("ConfigMap", "c")["status"], "Success")


def journal(p):
    folder = p.path("state/ksettle/runs")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    path = os.path.join(folder, names[0], "journal.jsonl") if names else None
    return open(path, encoding="utf-8").read() if path and os.path.exists(path) else ""


def test_watch_nothing(p):
    run = p.run("watch", "deploy", "-l", "app=no", "-n", p.ns, "--timeout", "3s")
    run.expect(3, "timedOut")
    expect_in("why", f"nothing matches deployments with -l app=no in {p.ns}", run.step()["reason"])
    run = p.run("watch", "deploy/web", "-n", f"{p.ns}-absent", "--timeout", "2s")
    run.expect(3, "timedOut")
    expect("in a namespace that is not there", run.object("Deployment", "web")["reason"], "NotFound")


def test_watch_live_objects(p):
    """What kubectl prints of objects that are there, and how a Job ended that is over."""
    applied = kubectl("-n", p.ns, "apply", "-o", "yaml", "-f", "-", text=deployment("web") + job("move") + config_map("conf"))
    kubectl("-n", p.ns, "wait", "--for=condition=Complete", "job/move", "--timeout=60s")
    got = kubectl("-n", p.ns, "get", "deploy,job,cm/conf", "-o", "json", check=False) or kubectl("-n", p.ns, "get", "deploy,job", "-o", "json")
    for name, text in (("apply -o yaml", applied), ("get -o json", got)):
        done = subprocess.run([KSETTLE, "watch", "-f", "-", "--wait-for-jobs", *QUICK, "-o", "jsonl"], input=text, capture_output=True, text=True, timeout=120, env=p.env)
        if done.returncode:
            raise Failed(f"{name}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr}")
        manifests = [e["manifest"] for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "object.applied"]
        expect(f"{name}: manifests", bool(manifests) and not any("managedFields" in m or "\nstatus:" in m or "resourceVersion" in m for m in manifests), True)


def watch_release(p, version):
    helm = shutil.which(f"helm{version}")
    if not helm or not CLUSTER:
        raise Skipped(f"helm{version} is not on PATH (tests/cluster/build.sh helm), or this cluster's Pods do not do as they are told")
    env = {"KSETTLE_HELM": helm}

    def install(*args, code=0):
        done = subprocess.run([helm, "--kubeconfig", KUBECONFIG, "-n", p.ns, "upgrade", "--install", "web", os.path.join(CHARTS, "web"), *args], capture_output=True, text=True)
        expect(f"helm upgrade: {done.stderr}", done.returncode, code)

    run = p.start("watch", "helm:web", "deploy/other", "-n", p.ns, "-o", "plain", "--snapshot", p.path("out.json"), *QUICK, env=env)
    await_that("it says that the release is not there", lambda: f"there is no release web in {p.ns}" in journal(p))
    apply(p, deployment("other"))
    install("--set", "replicas=2")
    run = p.finish(run)
    run.expect(0, "succeeded")
    web = run.object("Deployment", "web")
    expect("its objects are given", (web["applied"], web["apply"]), (True, None))
    expect_in("with helm's manifest", "# Source:", web["manifest"])
    expect_in("by which helm", f"helm v{version}.", run.step()["tool"])
    install("--set", "hook=pre-upgrade,hookBehave=exit", code=1)
    run = p.run("watch", "helm:web", "-n", p.ns, *QUICK, env=env)
    run.expect(1, "failed")  # though what is there is in good health: it is of the revision before
    expect("why", run.step()["reason"], f"release web is left failed at revision 2; helm rollback web 1 -n {p.ns} brings revision 1 back")
    install("--set", "replicas=2")
    run = p.run("watch", "helm:web", "helm:nope", "-n", p.ns, "--timeout", "5s", env=env)
    run.expect(3, "timedOut")
    expect("why", run.step()["reason"], f"not settled within 5s: there is no release nope in {p.ns}")
    text = subprocess.run([os.path.join(os.path.dirname(os.path.abspath(__file__)), "mkuser.sh"), CLUSTER, f"user-{p.ns}"], check=True, capture_output=True, text=True).stdout
    run = p.run("watch", "helm:web", "-n", p.ns, env={**env, "KUBECONFIG": p.write("viewer", text)})
    run.expect(4, "failed")
    expect_in("why", "forbidden", run.step()["reason"])


def test_watch_helm_3(p):
    watch_release(p, 3)


def test_watch_helm_4(p):
    watch_release(p, 4)


if __name__ == "__main__":
    sys.exit(main([v for k, v in list(globals().items()) if k.startswith("test_")]))
