#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `ksettle status` and `ksettle watch` look at: files, and objects of the cluster by word and selector. TAP."""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import PATIENCE, PROGRAM, case, environment, main, ok, same  # noqa: E402


def status(*args, given=None):
    done = subprocess.run([PROGRAM, "status", *args], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment("/nonexistent", LC_ALL="C.UTF-8"), timeout=PATIENCE, text=True)
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


if __name__ == "__main__":
    main()
