#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `ksettle status` and `ksettle watch` look at: files, and objects of the cluster by word and selector. TAP."""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import FAST, PATIENCE, PROGRAM, Run, Sim, case, ended, environment, main, ok, plan, same, write  # noqa: E402

IN_TIME = [*FAST, "--timeout", "60s"]  # what settles does so long before


def status(*args, given=None, sim=None, **env):
    command = [PROGRAM, "status", *args, *(["--kubeconfig", sim.kubeconfig] if sim else [])]
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE, text=True,
                          env=environment("/nonexistent", LC_ALL="C.UTF-8", **env))
    return done.returncode, done.stdout, done.stderr


def judged(*objects, args=()):
    """What status says of the objects of one list, by "Kind/name"."""
    _, out, err = status("-f", "-", "-o", "json", *args, given=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return {f"{o['kind']}/{o['name']}": o for o in json.loads(out)["objects"]} if out else err


def thing(api_version, kind, name, owner=None, **fields):
    """An object of the namespace shop; its uid is its name."""
    metadata = {"name": name, "namespace": "shop", "uid": name, "generation": 1, **fields.pop("metadata", {})}
    if owner:
        metadata["ownerReferences"] = [{"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
                                        "uid": owner["metadata"]["uid"], "controller": True}]
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


WEB = thing("apps/v1", "Deployment", "web", spec={"replicas": 2}, metadata={"annotations": {"deployment.kubernetes.io/revision": "1"}},
            status={"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "unavailableReplicas": 2})
WEB_RS = thing("apps/v1", "ReplicaSet", "web-1", WEB, spec={"replicas": 2}, status={"observedGeneration": 1, "replicas": 2},
               metadata={"annotations": {"deployment.kubernetes.io/revision": "1"}})
CLAIM = thing("v1", "PersistentVolumeClaim", "data", spec={"storageClassName": "late"}, status={"phase": "Pending"})
LATE = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "late"}, "volumeBindingMode": "WaitForFirstConsumer"}


def pod(name, owner=None, waits=None, **spec):
    state = {"waiting": {"reason": waits, "message": 'Back-off pulling image "web:1"'}} if waits else {"running": {}}
    return thing("v1", "Pod", name, owner, spec={"containers": [{"name": "web"}], **spec},
                 status={"phase": "Pending" if waits else "Running", "conditions": [{"type": "Ready", "status": "False" if waits else "True"}],
                         "containerStatuses": [{"name": "web", "image": "web:1", "restartCount": 0, "ready": not waits, "state": state}]})


# --- files ---

@case
def objects_of_one_input_are_relatives():
    rows = judged(pod("web-1-a", WEB_RS, "ImagePullBackOff"), pod("web-1-b", WEB_RS, "ImagePullBackOff"), WEB, WEB_RS)
    web = rows["Deployment/web"]
    same((web["status"], web["reason"]), ("InProgress", "ImagePullBackOff"), "the owner of broken Pods is In progress, for their reason")
    same(web["message"], '2 of 2 Pods: ImagePullBackOff (image "web:1" cannot be pulled)', "its row has a run's words")
    alone = judged(WEB)["Deployment/web"]
    ok("Pods" not in alone["message"] and alone["status"] == "InProgress", "without its Pods it says what it knows itself", alone)

    user = pod("user", volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}])
    for name, objects, want in (("alone", [CLAIM], "InProgress"), ("with its class", [LATE, CLAIM], "Success"),
                                ("with a Pod that uses it", [user, LATE, CLAIM], "InProgress")):
        same(judged(*objects)["PersistentVolumeClaim/data"]["status"], want, f"a claim that waits for its consumer, {name}: {want}")
    event = thing("v1", "Event", "data.1", type="Warning", reason="ProvisioningFailed", message="no disk left",
                  involvedObject={"kind": "PersistentVolumeClaim", "name": "data", "uid": "data"}, lastTimestamp="2026-01-01T00:00:00Z")
    other = {**event, "involvedObject": {**event["involvedObject"], "uid": "another"}}
    claim = judged(CLAIM, event)["PersistentVolumeClaim/data"]
    same((claim["reason"], claim["message"]), ("ProvisioningFailed", "no disk left"), "its own event explains a claim")
    same(judged(CLAIM, other)["PersistentVolumeClaim/data"]["reason"], "Pending", "another's does not")


@case
def a_pod_that_waits_for_a_claim_names_it():
    waits = pod("db-0", volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}])
    waits["status"] = {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                                                          "message": "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."}]}
    claim = {**CLAIM, "spec": {"storageClassName": "gone"}}
    for name, objects, said in (("alone", [], None), ("with its claim", [claim], 'claim "data": waiting to be bound to a volume of StorageClass gone'),
                                ("with another claim", [thing("v1", "PersistentVolumeClaim", "other", status={"phase": "Bound"})], 'claim "data" is not there')):
        row = judged(waits, *objects)["Pod/db-0"]
        ok(row["status"] == "InProgress" and "PersistentVolumeClaims" in row["message"] and (said in row["message"] if said else "claim" not in row["message"].split("Claims")[1]),
           f"a Pod that waits for a volume, {name}", row)


@case
def one_look_has_no_past():
    late = {**WEB, "status": {**WEB["status"], "conditions": [
        {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "ReplicaSet \"web-1\" has timed out progressing."}]}}
    web = judged(late)["Deployment/web"]
    same((web["status"], web["reason"]), ("Error", "ProgressDeadlineExceeded"), "a deadline that has passed is an Error")
    job = thing("batch/v1", "Job", "move", spec={"backoffLimit": 0}, status={"startTime": "2026-01-01T00:00:00Z", "active": 1})
    stuck = judged(job, pod("move-a", job, "ImagePullBackOff"), args=["--wait-for-jobs"])["Job/move"]
    same((stuck["status"], stuck["reason"]), ("InProgress", "ImagePullBackOff"), "a Job whose Pod may yet pull its image is In progress")
    hard = judged(job, pod("move-a", job, "InvalidImageName"), args=["--wait-for-jobs"])["Job/move"]
    same((hard["status"], hard["reason"]), ("Error", "InvalidImageName"), "one whose Pod never can is in Error")
    again = judged(WEB, WEB, pod("web-1-a", WEB_RS))
    same(sorted(again), ["Deployment/web", "Pod/web-1-a"], "the same object twice does no harm")


# --- objects of the cluster ---

def create(*objects):
    return "create: [" + ", ".join(f"{{at: 0s, object: {json.dumps(o)}}}" for o in objects) + "]\n"


def named(kind, name, api_version="v1", ns="shop", labels=None, **fields):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **({"namespace": ns} if ns else {}), "labels": labels or {}}, **fields}


def conf(name, ns="shop", **labels):
    return named("ConfigMap", name, ns=ns, labels=labels, data={"a": "b"})


SPACES = [named("Namespace", "shop", ns=None), named("Namespace", "other", ns=None)]
CONFS = create(*SPACES, conf("a", app="web"), conf("b", app="web", tier="api"), conf("c"), conf("a", ns="other", app="web"))


def rows(*args, sim):
    """What status says of words, as "Kind namespace/name status reason", after its exit code."""
    code, out, err = status(*args, "-o", "json", sim=sim)
    listed = json.loads(out)["objects"] if out else []
    return [code, *(f"{o['kind']} {o['namespace'] or ''}/{o['name']} {o['status']} {o['reason'] or ''}".strip() for o in listed)], err


A, B, C, OTHER = "ConfigMap shop/a Success", "ConfigMap shop/b Success", "ConfigMap shop/c Success", "ConfigMap other/a Success"
SPACE = "Namespace /shop Success"
ABSENT = "ConfigMap shop/x InProgress NotFound"

NEVER = "pods: [{match: {owner: web}, behave: never-ready}]\n"

WORDS = {
    "cm/a": [0, A], "cm/b cm/a": [0, B, A], "cm a b": [0, A, B], "cm,ns shop": [3, "ConfigMap shop/shop InProgress NotFound", SPACE],
    "cm/a ConfigMap/a configmaps.v1./a": [0, A], "cm/a cm/x": [3, A, ABSENT], "ns/shop": [0, SPACE], "cm": [0, A, B, C],
    "cm --all": [0, A, B, C], "CONFIGMAPS -n other": [0, OTHER], "cm -A": [0, OTHER, A, B, C], "cm,ns -l app=web": [0, A, B],
    "cm -l app=web,tier!=api": [0, A], "cm --field-selector metadata.name=c": [0, C], "cm -l !app": [0, C], "-l app=web cm -A": [0, OTHER, A, B],
}


@case
def words_select_objects():
    with Sim(CONFS) as sim:
        for words, want in WORDS.items():
            got, err = rows(*words.split(), sim=sim)
            same(got, want, f"status {words}", err)
        code, out, _ = status("cm", "a", "x", sim=sim)
        ok(code == 3 and "In progress  ConfigMap  shop       x     NotFound: not found in the cluster\n" in out, "a table for people", code, out)
        got, _ = rows("cm/a", "-n", "nowhere", sim=sim)
        same(got, [3, "ConfigMap nowhere/a InProgress NotFound"], "in a namespace that is not there")
        code, out, _ = status("cm/a", "-n", "nowhere", sim=sim)
        ok("there is no namespace nowhere" in out, "which is said", out)


@case
def nothing_is_no_success():
    with Sim(CONFS) as sim:
        for words, said in (("cm -l app=wbe", "nothing matches configmaps with -l app=wbe in shop"), ("deploy,sts -A", "nothing matches deployments, statefulsets in any namespace"),
                            ("cm -n nowhere", "nothing matches configmaps in nowhere: there is no such namespace"),
                            ("pv --field-selector metadata.name=x", "nothing matches persistentvolumes with --field-selector metadata.name=x")):
            code, out, err = status(*words.split(), sim=sim)
            same((code, out, err), (3, "", f"ksettle: {said}\n"), f"status {words}")
        code, out, err = status("deploy", "-o", "json", sim=sim)
        same((code, json.loads(out)), (3, {"objects": []}), "as JSON", err)


@case
def mistakes_are_said_first():
    with Sim() as sim:
        for words, said in (("deplyments/web", "no resource type 'deplyments'; did you mean 'deployments'?"), ("oddities", "no resource type 'oddities'\n"),
                            ("all web", "'all' stands for several types"), ("cm --field-selector a=b", "field label not supported: a")):
            code, out, err = status(*words.split(), sim=sim)
            ok((code, out) == (2, "") and said in err, f"status {words}: exit code 2 and a sentence", code, out, err)
    config = json.dumps({"clusters": [{"name": "x", "cluster": {"server": "https://127.0.0.1:1"}}], "contexts": [{"name": "x", "context": {"cluster": "x"}}], "current-context": "x"})
    with Run("version") as run:
        write(run, "kubeconfig", config)
        for words, said in (("", "status needs objects"), ("cm/a svc b", "no need to specify a resource type"), ("cm -l a,,b", "-l 'a,,b'"), ("cm/a -A", "from all namespaces"),
                            ("-l app=web", "at least one type"), ("-f x -k y", "-f and -k"), ("-f x cm", "the files say which"), ("-f x -A", "not in files"), ("-R cm", "-R is for"),
                            ("-f x -n shop", "asks no cluster: --namespace"), ("helm:redis", "status takes no releases"), ("cm -o plain", "table or json")):
            code, out, err = status(*words.split(), KUBECONFIG=run.folder + "/kubeconfig")
            ok((code, out) == (2, "") and said in err, f"status {words}: exit code 2 before the first request", code, out, err)
        begun = status("cm/a", KUBECONFIG=run.folder + "/kubeconfig")
        ok(begun[0] == 4 and begun[1] == "" and "127.0.0.1:1" in begun[2], "a cluster that cannot be reached: exit code 4", *begun)
        code, out, err = status("-f", "-", KUBECONFIG=run.folder + "/kubeconfig", given=json.dumps(conf("a")))
        same(code, 0, "no cluster is asked for a file", out, err)


@case
def what_may_not_be_read():
    scenario = CONFS + "forbid: [{verb: get, resource: secrets}, {verb: list, resource: deployments}, {verb: list, resource: events}]\n"
    with Sim(scenario) as sim:
        got, err = rows("cm/a", "secret/a", sim=sim)
        ok(got == [4, A, "Secret shop/a InProgress Forbidden"] and "cannot get" in err, "a forbidden object: a row, a sentence, exit code 4", got, err)
        got, err = rows("cm,deploy", "-l", "app", sim=sim)
        ok(got == [4, A, B] and "cannot list" in err, "a forbidden list: what else there is, a sentence, exit code 4", got, err)
    with Sim(scenario + NEVER) as sim:
        with Run("run", plan("web"), *FAST, "--timeout", "2s", sim=sim) as run:
            run.wait()
        code, out, err = status("rs", "-n", "shop", sim=sim)
        ok(code == 3 and "list events" in err and "what explains the rows may be missing" in err, "no events: it is said, and no more", code, out, err)


def at_any_try(words):
    """A Pod that cannot get its image goes to and fro between the two."""
    if isinstance(words, list):
        return [at_any_try(word) for word in words]
    return words.replace("ErrImagePull", "ImagePullBackOff") if isinstance(words, str) else words


@case
def rows_have_a_runs_words():
    scenario = "pods: [{match: {owner: web}, behave: image-error, message: 'failed to pull image \"shop/web:1.42\": not found'}]\n"
    with Sim(scenario + create(LATE, named("PersistentVolumeClaim", "data", spec={"storageClassName": "late", "accessModes": ["ReadWriteOnce"]}))) as sim:
        with Run("run", plan("web"), *FAST, "--timeout", "2s", sim=sim) as run:
            snapshot = ended(run, 3, "timedOut")
        want = [o for o in snapshot["steps"][0]["objects"] if o["kind"] == "Deployment"][0]
        code, out, err = status("deploy/web", "-n", "shop", "-o", "json", sim=sim)
        web = json.loads(out)["objects"][0]
        pulled = at_any_try(want["message"]), at_any_try(web["message"])
        same((code, web["status"], pulled[1]), (3, "InProgress", pulled[0]), "its Pods are asked for the cause, which a run says in the same words", err)
        same(web["columns"], want["columns"], "and the columns are the same")
        got = at_any_try(rows("all", "-n", "shop", sim=sim)[0])
        kinds = [row.split()[0] for row in got[1:]]
        same((got[0], kinds), (1, ["Pod", "Pod", "Service", "Deployment", "ReplicaSet"]), "all: kubectl's category, in its order")
        both = at_any_try(rows("all,deploy", "-n", "shop", sim=sim)[0])
        same(both, got, "what is selected twice is one row")
        code, out, _ = status("pvc/data", "-n", "shop", "-o", "json", sim=sim)
        claim = json.loads(out)["objects"][0]
        ok(claim["status"] == "Success" and claim["reason"] in (None, "WaitForFirstConsumer"), "a claim is judged with its class", claim)


@case
def a_kustomization_is_looked_up():
    with Sim(CONFS) as sim:
        os.mkdir(sim.path("bin"))
        built = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {app: web}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
        write(sim, "kustomization.yaml", "resources: []\n")
        write(sim, "built.yaml", built)
        write(sim, "bin/kubectl", f"#!/bin/sh\ncase $1 in kustomize) exec cat {sim.path('built.yaml')};; *) echo {{}};; esac\n")
        os.chmod(sim.path("bin/kubectl"), 0o755)
        path = {"PATH": sim.path("bin") + ":" + os.environ["PATH"]}
        for args, want in (([], (3, ["a", "x"])), (["-l", "app=web"], (0, ["a"]))):
            code, out, err = status("-k", sim.folder, "-o", "json", *args, sim=sim, **path)
            same((code, [o["name"] for o in json.loads(out)["objects"]]), want, f"status -k DIR {' '.join(args)}", err)
        with Run("watch", "-k", sim.folder, "-l", "app=web", *IN_TIME, sim=sim, env=path) as run:
            snapshot = ended(run, 0, "succeeded", "watch -k DIR")
            row = listed(snapshot)["ConfigMap/a"]
            same((row["applied"], row["apply"]), (True, None), "its objects are given")
            ok("name: a" in row["manifest"], "with their manifests", row["manifest"])
        code, out, err = status("-k", sim.folder, "-l", "app=no", sim=sim, **path)
        ok(code == 2 and "app=no" in err, "no label fits: exit code 2", code, out, err)


@case
def folders_and_labels_of_files():
    with Run("version") as run:
        os.makedirs(run.folder + "/m/deep")
        for name, labels in (("m/a", {"app": "web"}), ("m/deep/b", {"app": "web"}), ("m/deep/c", {})):
            write(run, name + ".json", json.dumps(conf(name[-1], **labels)))
        os.symlink("..", run.folder + "/m/deep/up")
        for args, want in (([], "a"), (["-R"], "a b c"), (["-R", "-l", "app=web"], "a b"), (["-l", "app!=web"], "")):
            code, out, err = status("-f", run.folder + "/m", "-o", "json", *args)
            same((code, " ".join(o["name"] for o in json.loads(out)["objects"])), (0, want), f"status -f FOLDER {' '.join(args)}", err)
        write(run, "x,y.json", json.dumps(conf("xy")))
        for given, want in ((f"{run.folder}/m/a.json,{run.folder}/m/deep/b.json", "a b"), (f"{run.folder}/x,y.json", "xy")):
            code, out, err = status("-f", given, "-o", "json")
            same((code, " ".join(o["name"] for o in json.loads(out)["objects"])), (0, want), f"a list of {want}", err)


# --- watch ---

WEB_POD = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "shop/web:1"}]}}


def workload(name, replicas=1, **labels):
    return named("Deployment", name, "apps/v1", labels={"app": name, **labels}, spec={"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": WEB_POD})


def at(seconds, *objects):
    """The same as create(), at their times."""
    return "create: [" + ", ".join(f"{{at: {s}s, object: {json.dumps(o)}}}" for s, o in [*((0, o) for o in objects), *seconds]) + "]\n"


def apply(sim, path, o):
    sim.ask(f"{path}?fieldManager=test&force=true", "PATCH", o)


def listed(snapshot):
    return {f"{o['kind']}/{o['name']}": o for o in snapshot["steps"][0]["objects"]}


def given(snapshot):
    return sorted(name for name, o in listed(snapshot).items() if o["applied"])


@case
def watch_by_name():
    with Sim(create(*SPACES, conf("a"))) as sim:
        with Run("watch", "deploy/web", "cm/a", "ConfigMap.v1./a", "-n", "shop", *IN_TIME, "-o", "plain", sim=sim) as run:
            ok(run.until_said("NotFound: not found in the cluster"), "it says that it is not there yet", run.so_far())
            apply(sim, "/apis/apps/v1/namespaces/shop/deployments/web", workload("web"))
            snapshot = ended(run, 0, "succeeded", "a watch of what comes later")
            same(given(snapshot), ["ConfigMap/a", "Deployment/web"], "what was named is given, once")
            web = listed(snapshot)["Deployment/web"]
            same((web["apply"], web["manifest"], web["status"]), (None, None, "Success"), "it was not applied, and has no manifest")
            ok("Pod" in [o["kind"] for o in listed(snapshot).values()], "its Pods are shown")
            same(snapshot["run"]["plan"], "watch deploy/web cm/a ConfigMap.v1./a", "the words are the run's title")
        with Run("watch", "deploy", "api", "-n", "nowhere", *FAST, "--timeout", "1s", sim=sim) as run:
            snapshot = ended(run, 3, "timedOut", "a watch in a namespace that is not there")
            same(listed(snapshot)["Deployment/api"]["reason"], "NotFound", "it is not found")


@case
def watch_by_selector():
    scenario = at([(8, conf("late", app="web"))], *SPACES, workload("web", replicas=2), conf("a", app="web"), conf("c"), conf("a", ns="other", app="web"))
    with Sim(scenario) as sim:
        with Run("watch", "deploy,cm", "-l", "app=web", "-n", "shop", *FAST, "--stabilization", "2s", "--timeout", "60s", "-o", "plain", sim=sim) as run:
            snapshot = ended(run, 0, "succeeded", "a watch of what a selector matches")
            same(given(snapshot), ["ConfigMap/a", "ConfigMap/late", "Deployment/web"], "the first list's objects, and what came later")
            same({o["namespace"] for o in listed(snapshot).values()}, {"shop"}, "of the namespace alone")
        with Run("watch", "cm", "-A", "--field-selector", "metadata.name=a", *IN_TIME, sim=sim) as run:
            snapshot = ended(run, 0, "succeeded", "a watch in all namespaces")
            same([o["id"] for o in snapshot["steps"][0]["objects"]], ["0//ConfigMap/other/a", "0//ConfigMap/shop/a"], "of both, by a field")
        with Run("watch", "all", "-n", "shop", *IN_TIME, sim=sim) as run:
            snapshot = ended(run, 0, "succeeded", "a watch of a category")
            same(given(snapshot), ["Deployment/web"], "what stands below what is given is not given itself")
            owners = {o["kind"]: o["owner"] and o["owner"].split("/")[2] for o in listed(snapshot).values()}
            same(owners, {"Deployment": None, "ReplicaSet": "Deployment", "Pod": "ReplicaSet"}, "it stands below its owner")


@case
def watch_what_does_not_match():
    with Sim(at([(20, conf("late", app="late"))], *SPACES)) as sim:
        with Run("watch", "deploy,sts", "-l", "app=no", "-n", "shop", *FAST, "--timeout", "1500ms", "-o", "plain", sim=sim) as run:
            snapshot = ended(run, 3, "timedOut", "a selector that matches nothing")
            said = "nothing matches deployments, statefulsets with -l app=no in shop"
            same(snapshot["steps"][0]["reason"], f"not settled within 1.5s: {said}", "the verdict says so")
            same(snapshot["steps"][0]["warnings"], [f"{said}; waiting"], "so does a warning, from the first look on")
        with Run("watch", "cm", "-l", "app=late", "-n", "shop", *IN_TIME, sim=sim) as run:
            snapshot = ended(run, 0, "succeeded", "a selector that matches something later")
            same(given(snapshot), ["ConfigMap/late"], "that is given then")
        for name, words, code, said in (("an unknown type", ["deplyments/web"], 2, "did you mean 'deployments'?"), ("an unknown field", ["cm", "--field-selector", "a=b"], 2, "field label not supported"),
                                        ("a type with a name and its category", ["all", "web"], 2, "stands for several types")):
            with Run("watch", *words, *IN_TIME, sim=sim) as run:
                snapshot = ended(run, code, "failed", name)
                ok(said in snapshot["steps"][0]["reason"], f"{name}: the verdict says so", snapshot["steps"][0]["reason"])
    with Sim(CONFS + "forbid: [{verb: list, resource: configmaps}]\n") as sim, Run("watch", "cm", "-l", "app", *IN_TIME, sim=sim) as run:
        snapshot = ended(run, 4, "failed", "a list that is forbidden")
        ok("cannot list" in snapshot["steps"][0]["reason"], "the verdict says so", snapshot["steps"][0]["reason"])


@case
def watch_what_goes():
    maps = "/api/v1/namespaces/shop/configmaps"
    with Sim(NEVER + create(*SPACES, workload("web"), conf("a", app="web"), conf("b", app="web"), conf("c", app="web"))) as sim:
        with Run("watch", "cm,deploy", "-l", "app=web", "-n", "shop", *FAST, "--timeout", "4s", "-o", "plain", sim=sim) as run:
            run.until_said("ConfigMap shop/c | Success")
            sim.ask(f"{maps}/b", "DELETE")
            apply(sim, f"{maps}/c", conf("c", app="other"))
            snapshot = ended(run, 3, "timedOut", "a set that loses objects")
            rows = listed(snapshot)
            same((rows["ConfigMap/b"]["status"], rows["ConfigMap/b"]["reason"]), ("TimedOut", "Deleted"), "one that was deleted is waited for")
            same({rows[name]["status"] for name in ("ConfigMap/a", "ConfigMap/c")}, {"Success"}, "one that does not match any more is followed by its name")
    with Sim(NEVER + create(*SPACES, workload("web"), conf("b", app="web"))) as sim:
        with Run("watch", "cm,deploy", "-l", "app=web", "-n", "shop", *FAST, "--timeout", "4s", "-o", "plain", sim=sim) as run:
            run.until_said("ConfigMap shop/b | Success")
            sim.ask(f"{maps}/b", "DELETE")
            run.until_said("| Deleted: deleted")
            apply(sim, f"{maps}/b", conf("b", app="web"))
            row = listed(ended(run, 3, "timedOut", "a set that one comes back to"))["ConfigMap/b"]
            same((row["status"], row["replaced"]), ("Success", True), "one that came back is followed", *run.out.splitlines()[:20])
    with Sim(create(*SPACES, workload("web", replicas=2))) as sim:
        with Run("watch", "pods", "-l", "app=web", "-n", "shop", *FAST, "--stabilization", "3s", "--timeout", "60s", "-o", "plain", sim=sim) as run:
            run.until_said("2 of 2 objects")
            apply(sim, "/apis/apps/v1/namespaces/shop/deployments/web", workload("web", replicas=1))
            snapshot = ended(run, 0, "succeeded", "a set whose owner takes one away")
            same({(o["status"], o["reason"]) for o in listed(snapshot).values()}, {("Success", None), ("Success", "Removed")}, "one that its owner removed is not waited for")


HELM = """#!/bin/sh
case $1 in
version) echo v3.19.0;;
history) test -e FOLDER/$2.yaml || { cat FOLDER/said >&2; exit 1; }
    cat FOLDER/$2.history 2>/dev/null || echo '[{"revision":1,"status":"deployed","updated":"2026-06-01T00:00:00Z"}]';;
get) echo "$*" >>FOLDER/calls; cat FOLDER/$3.yaml;;
esac
"""


@case
def watch_a_release():
    with Sim(create(*SPACES, conf("a"))) as sim:
        write(sim, "said", "Error: release: not found\n")
        write(sim, "full.yaml", "---\n# Source: chart/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: batch/v1\nkind: Job\nmetadata: {generateName: once-}\n")
        write(sim, "empty.yaml", "")
        os.chmod(write(sim, "helm", HELM.replace("FOLDER", sim.folder)), 0o755)
        env = {"KSETTLE_HELM": sim.path("helm")}

        def watch(*words, more=(), **changes):
            return Run("watch", *words, "-n", "shop", *FAST, *more, "-o", "plain", sim=sim, env={**env, **changes})

        with watch("helm:full", more=["--timeout", "60s"]) as run:
            snapshot = ended(run, 0, "succeeded", "a watch of a release")
            row = listed(snapshot)["ConfigMap/a"]
            ok((row["applied"], row["apply"]) == (True, None) and row["manifest"].startswith("# Source: chart/a.yaml"), "its objects are given, with helm's manifest", row)
            ok([w for w in snapshot["steps"][0]["warnings"] if "once-" in w], "what has no name is told of", snapshot["steps"][0]["warnings"])
            same(snapshot["run"]["plan"], "watch helm:full", "the words are the run's title")
            call = open(sim.path("calls")).read()
            ok(call.startswith("get manifest full --revision 1 --namespace shop"), "helm is asked for the newest revision", call)
        with watch("helm:full", "helm:late", "cm/a", more=["--timeout", "60s"]) as run:
            ok(run.until_said("there is no release late in shop; waiting"), "a release that is not there is waited for", run.so_far())
            write(sim, "late.tmp", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n")
            os.rename(sim.path("late.tmp"), sim.path("late.yaml"))
            apply(sim, "/api/v1/namespaces/shop/configmaps/b", conf("b"))
            same(given(ended(run, 0, "succeeded", "a watch of one that comes later")), ["ConfigMap/a", "ConfigMap/b"], "its objects are added")
        with watch("helm:never", more=["--timeout", "1500ms"]) as run:
            snapshot = ended(run, 3, "timedOut", "a watch of one that never comes")
            same(snapshot["steps"][0]["reason"], "not settled within 1.5s: there is no release never in shop", "the verdict says so")
        with watch("helm:empty", more=["--timeout", "60s"]) as run:
            same(ended(run, 0, "succeeded", "a watch of one without objects")["steps"][0]["reason"], "the release has no objects", "the verdict says so")
        states = {"failed": "release full is left failed at revision 2; helm rollback full 1 -n shop brings revision 1 back",
                  "uninstalled": "release full is left uninstalled at revision 2; helm rollback full 1 -n shop brings revision 1 back"}
        for status, says in states.items():
            write(sim, "full.history", '[{"revision":1,"status":"superseded"},{"revision":2,"status":"%s"}]' % status)
            with watch("helm:full", more=["--timeout", "60s"]) as run:
                same(ended(run, 1, "failed", f"a watch of one that is {status}")["steps"][0]["reason"], says, "it is no success")
        pending = '[{"revision":1,"status":"superseded"},{"revision":2,"status":"pending-upgrade"}]'
        write(sim, "full.history", pending)
        with watch("helm:full", more=["--timeout", "60s"]) as run:
            ok(run.until_said("release full is pending-upgrade at revision 2: helm is at work, or was interrupted; waiting"), "a helm that is at work is waited for", run.so_far())
            ok(run.until_said("ConfigMap shop/a | Success"), "the objects are shown meanwhile", run.so_far())
            write(sim, "full.history.new", pending.replace("pending-upgrade", "deployed"))
            os.rename(sim.path("full.history.new"), sim.path("full.history"))
            ended(run, 0, "succeeded", "a watch of one that is deployed then")
        write(sim, "full.history", pending)
        with watch("helm:full", more=["--timeout", "60s"]) as run:
            ok(run.until_said("; waiting"), "once more")
            write(sim, "full.history.new", '[{"revision":2,"status":"failed"},{"revision":3,"status":"deployed"}]')
            os.rename(sim.path("full.history.new"), sim.path("full.history"))
            same(ended(run, 1, "failed", "a watch of one that is rolled back")["steps"][0]["reason"],
                 "release full is deployed at revision 3 by now, and revision 2 was watched; watch it again", "it was another revision's objects")
        os.unlink(sim.path("full.history"))
        write(sim, "said", 'Error: query: failed to query with labels: secrets is forbidden: User "me" cannot list resource "secrets"\n')
        with watch("helm:never", more=["--timeout", "60s"]) as run:
            ok("secrets is forbidden" in ended(run, 4, "failed", "helm may not look")["steps"][0]["reason"], "the verdict says so")
        with watch("helm:full", KSETTLE_HELM="/nonexistent/helm") as run:
            ok(run.wait() == 2 and "helm:full: " in run.err, "no helm: exit code 2 and a sentence", run.err)


LIVE = """# what `kubectl get -o yaml` and `helm template` print
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: a
    namespace: shop
    uid: 1-2-3
    resourceVersion: "7"
    creationTimestamp: "2026-01-01T00:00:00Z"
    managedFields: [{manager: kubectl, operation: Apply}]
  data: {a: b}
  status: {phase: old}
---
# Source: chart/templates/empty.yaml
---
# Source: chart/templates/conf.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: b
data: {a: b}
---
apiVersion: batch/v1
kind: Job
metadata: {generateName: hook-}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: test-connection, annotations: {helm.sh/hook: test}}
spec: {restartPolicy: Never, containers: [{name: a, image: a}]}
...
"""


@case
def watch_what_others_print():
    with Sim(CONFS) as sim:
        with Run("watch", "-f", "-", "-n", "shop", *IN_TIME, sim=sim, stdin=subprocess.PIPE) as run:
            run.process.stdin.write(LIVE.encode())
            run.process.stdin.close()
            snapshot = ended(run, 0, "succeeded", "a watch of live objects and templates")
            same(given(snapshot), ["ConfigMap/a", "ConfigMap/b"], "all that have a name are followed")
            same(snapshot["steps"][0]["warnings"], ["standard input:26:1: Job hook-…: the server gives it its name (generateName): left out",
                                                    "standard input:31:1: Pod test-connection: a hook, which helm makes when its time comes: left out"], "the others are told of")
            same(listed(snapshot)["ConfigMap/a"]["manifest"], "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\ndata:\n  a: b\n", "what the server wrote is no part of a manifest")
            ok(listed(snapshot)["ConfigMap/b"]["manifest"].startswith("# Source:") or "name: b" in listed(snapshot)["ConfigMap/b"]["manifest"], "a document is its own text")
        for args, code, want in ((["-l", "app=web"], 0, ["ConfigMap/b"]), (["-l", "app=no"], 2, None)):
            folder = sim.path("m/deep")
            os.makedirs(folder, exist_ok=True)
            write(sim, "m/b.json", json.dumps(conf("b", app="web")))
            write(sim, "m/deep/c.json", json.dumps(conf("c")))
            with Run("watch", "-R", "-f", sim.path("m"), *args, *IN_TIME, sim=sim) as run:
                if want:
                    same(given(ended(run, code, "succeeded", f"watch -R {' '.join(args)}")), want, f"watch -R {' '.join(args)}: the objects")
                else:
                    ok(run.wait() == code and "app=no" in run.err, f"watch -R {' '.join(args)}: exit code 2 and a sentence", run.err)


if __name__ == "__main__":
    main()
