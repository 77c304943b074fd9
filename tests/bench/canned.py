# SPDX-License-Identifier: Apache-2.0
"""A cluster that only answers: Deployments whose Pods become ready one after the other, as large as real ones.

Usage: canned.py FOLDER DEPLOYMENTS PODS. Writes FOLDER/kubeconfig, says "ready", and serves until its input ends."""
import base64
import gzip
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

READY_AFTER = 20  # seconds until the last Pod is ready, from the first question for Pods
FOLDER, DEPLOYMENTS, PODS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
STAMP = "2026-01-02T03:04:05Z"
TEMPLATE = {"containers": [{"name": "web", "image": "nginx:1.27", "resources": {}, "imagePullPolicy": "IfNotPresent",
                            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}],
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "securityContext": {}, "schedulerName": "default-scheduler"}


def fields(*names):
    """A managedFields entry about as large as the objects' own part, as it is in a real one."""
    of = {f"f:{n}": {"f:lastTransitionTime": {}, "f:status": {}, "f:type": {}, ".": {}} for n in names}
    return {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": STAMP,
            "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": of, "f:spec": of, "f:status": of}}


def metadata(name, number, owner=None, **more):
    uid = "00000000-0000-4000-{:x}000-{:012x}"
    data = {"name": name, "namespace": "default", "uid": uid.format(8 + (owner is not None), number),
            "resourceVersion": str(number), "generation": 1, "creationTimestamp": STAMP, **more}
    if owner:
        kind, of, of_number, of_owned = owner
        data["ownerReferences"] = [{"apiVersion": "apps/v1", "kind": kind, "name": of, "controller": True,
                                    "uid": uid.format(8 + of_owned, of_number), "blockOwnerDeletion": True}]
    data["managedFields"] = [fields("labels", "ownerReferences", "replicas", "containers", "conditions")]
    return data


def condition(kind, good=True, **more):
    return {"type": kind, "status": "True" if good else "False", "lastTransitionTime": STAMP, **more}


def deployment(i, ready):
    done = ready >= PODS
    return {"metadata": metadata(f"web-{i:03d}", i, annotations={"deployment.kubernetes.io/revision": "1"}),
            "spec": {"replicas": PODS, "selector": {"matchLabels": {"app": f"web-{i:03d}"}},
                     "template": {"metadata": {"labels": {"app": f"web-{i:03d}"}}, "spec": TEMPLATE}},
            "status": {"observedGeneration": 1, "replicas": PODS, "updatedReplicas": PODS, "readyReplicas": ready,
                       "availableReplicas": ready, "unavailableReplicas": PODS - ready,
                       "conditions": [condition("Available", done), condition("Progressing", reason="x")]}}


def replica_set(i, ready):
    owner = ("Deployment", f"web-{i:03d}", i, False)
    return {"metadata": metadata(f"web-{i:03d}-7c5ff7c895", i, owner,
                                 annotations={"deployment.kubernetes.io/revision": "1"}),
            "spec": {"replicas": PODS, "selector": {"matchLabels": {"app": f"web-{i:03d}"}},
                     "template": {"metadata": {"labels": {"app": f"web-{i:03d}"}}, "spec": TEMPLATE}},
            "status": {"observedGeneration": 1, "replicas": PODS, "readyReplicas": ready, "availableReplicas": ready}}


def pod(number, ready):
    i = number // PODS
    labels = {"app": f"web-{i:03d}", "pod-template-hash": "7c5ff7c895"}
    state = {"running": {"startedAt": STAMP}} if ready else {"waiting": {"reason": "ContainerCreating"}}
    return {"metadata": metadata(f"web-{i:03d}-7c5ff7c895-{number:05d}", number + DEPLOYMENTS,
                                 ("ReplicaSet", f"web-{i:03d}-7c5ff7c895", i, True), labels=labels),
            "spec": {**TEMPLATE, "nodeName": "node-1"},
            "status": {"phase": "Running" if ready else "Pending", "qosClass": "BestEffort", "startTime": STAMP,
                       "conditions": [condition("PodScheduled"), condition("Initialized"),
                                      condition("ContainersReady", ready), condition("Ready", ready)],
                       "containerStatuses": [{"name": "web", "state": state, "ready": ready, "restartCount": 0,
                                              "image": "nginx:1.27", "imageID": "nginx@sha256:" + "0" * 64}]}}


def resources(group, *kinds):
    return {"metadata": {"name": group} if group else {}, "versions": [{"version": "v1", "resources": [
        {"resource": kind.lower() + "s", "singularResource": kind.lower(), "scope": "Namespaced",
         "responseKind": {"group": group, "version": "v1", "kind": kind}, "verbs": ["get", "list", "patch"]}
        for kind in kinds]}]}


def discovery(*groups):
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": list(groups)}


class World:
    began = None
    pages = {}

    @classmethod
    def begin(cls):
        cls.began, cls.pages = None, {}

    @classmethod
    def ready(cls):
        """How many Pods are ready now: those with the lowest numbers."""
        cls.began = cls.began or time.monotonic()
        return min(1, (time.monotonic() - cls.began) / READY_AFTER) * DEPLOYMENTS * PODS

    @classmethod
    def items(cls, plural, start, limit):
        ready = int(cls.ready())
        if plural == "pods":
            end = min(start + limit, DEPLOYMENTS * PODS)
            return [pod(n, n < ready) for n in range(start, end)], DEPLOYMENTS * PODS - end
        make = deployment if plural == "deployments" else replica_set
        end = min(start + limit, DEPLOYMENTS)
        return [make(i, max(0, min(PODS, ready - i * PODS))) for i in range(start, end)], DEPLOYMENTS - end

    @classmethod
    def page(cls, plural, query):
        start, limit = int(query.get("continue", ["0"])[0]), int(query.get("limit", ["1000000"])[0])
        settled = cls.ready() >= DEPLOYMENTS * PODS
        if settled and (plural, start) in cls.pages:
            return cls.pages[plural, start]
        items, left = cls.items(plural, start, limit)
        more = {"continue": str(start + limit), "remainingItemCount": left} if left else {}
        body = gzip.compress(json.dumps({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1", **more},
                                         "items": items}, separators=(",", ":")).encode(), 1)
        if settled:
            cls.pages[plural, start] = body
        return body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        fixed = {"/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"},
                 "/api": discovery(resources("", "Pod")),
                 "/apis": discovery(resources("apps", "Deployment", "ReplicaSet"))}
        if url.path == "/version":
            World.begin()  # asked once, at a run's start
        if url.path in fixed:
            kind = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            self.answer(200, gzip.compress(json.dumps(fixed[url.path]).encode()), kind)
        elif parts[-1] in ("pods", "deployments", "replicasets"):
            self.answer(200, World.page(parts[-1], urllib.parse.parse_qs(url.query)))
        else:
            status = {"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404, "message": "not here"}
            self.answer(404, gzip.compress(json.dumps(status).encode()))

    def answer(self, code, body, kind="application/json"):
        self.send_response(code)
        for name, value in (("Content-Type", kind), ("Content-Encoding", "gzip"), ("Content-Length", len(body))):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    cert, key = os.path.join(FOLDER, "server.crt"), os.path.join(FOLDER, "server.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout", key,
                    "-out", cert], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with open(cert, "rb") as f:
        ca = base64.b64encode(f.read()).decode()
    address = f"https://127.0.0.1:{server.server_address[1]}"
    with open(os.path.join(FOLDER, "kubeconfig"), "w", encoding="utf-8") as f:
        json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "canned",
                   "clusters": [{"name": "canned", "cluster": {"server": address, "certificate-authority-data": ca}}],
                   "users": [{"name": "canned", "user": {"token": "x"}}],
                   "contexts": [{"name": "canned", "context": {"cluster": "canned", "user": "canned"}}]}, f)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


main()
