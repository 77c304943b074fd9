#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records what a real API server answers, for tests/e2e/test_sim_api.py to hold the simulated one against.

Usage: record.py KUBECONFIG OUTPUT_DIR
The cluster should be that of tests/cluster (its Pods behave as an annotation says). Works in a
namespace of its own and removes it. Only kubectl is needed to read the kubeconfig."""

import base64
import http.client
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time

NS = "sim-recording"
VOLUME = f"sim-recording-{os.getpid()}"  # one that no earlier claim was bound to
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
GROUPS = {"", "apps", "batch", "apiextensions.k8s.io", "networking.k8s.io", "policy", "sim.test"}


class Server:
    def __init__(self, kubeconfig):
        text = subprocess.check_output(
            ["kubectl", "--kubeconfig", kubeconfig, "config", "view", "--raw", "--minify", "--flatten", "-o", "json"])
        config = json.loads(text)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.host = cluster["server"].split("://")[1]
        ca = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.trusting = ssl.create_default_context(cadata=ca)
        self.context = ssl.create_default_context(cadata=ca)
        with tempfile.NamedTemporaryFile() as pem:
            pem.write(base64.b64decode(user["client-certificate-data"]) + b"\n"
                      + base64.b64decode(user["client-key-data"]))
            pem.flush()
            self.context.load_cert_chain(pem.name)

    def ask(self, method, path, body=None, headers=None, anonymous=False):
        context = self.trusting if anonymous else self.context
        connection = http.client.HTTPSConnection(self.host, context=context, timeout=20)
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        result = {"code": answer.status, "type": answer.headers["Content-Type"], "body": value}
        connection.close()
        return result

    def apply(self, path, body, query="", manager="ksettle"):
        return self.ask("PATCH", f"{path}?fieldManager={manager}{query}", body,
                        {"Content-Type": "application/apply-patch+yaml"})


def template(app, behave=None, image="shop/web:1", restart=None, **more):
    pod = {"metadata": {"labels": {"app": app}},
           "spec": {"containers": [{"name": "main", "image": image, "ports": [{"containerPort": 80}], **more}]}}
    if behave:
        pod["metadata"]["annotations"] = {"ksettle.test/behave": behave}
    if restart:
        pod["spec"]["restartPolicy"] = restart
    return pod


def workload(kind, name, **more):
    group = "batch/v1" if kind == "Job" else "apps/v1"
    spec = {"template": more.pop("template", None) or template(name)}
    if kind != "Job":
        spec["selector"] = {"matchLabels": {"app": name}}
    spec.update(more)
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


CORE, APPS, BATCH = f"/api/v1/namespaces/{NS}", f"/apis/apps/v1/namespaces/{NS}", f"/apis/batch/v1/namespaces/{NS}"
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stuck"},
       "spec": {"containers": [{"name": "main", "image": "a:1", "resources": {"requests": {"cpu": "9999"}}}]}}
OBJECTS = [
    (f"{APPS}/deployments/web", workload("Deployment", "web", replicas=2)),
    (f"{APPS}/deployments/bad", workload("Deployment", "bad", template=template("bad", "bad-image"))),
    (f"{APPS}/deployments/crash", workload("Deployment", "crash", template=template("crash", "crash"))),
    (f"{APPS}/deployments/config", workload("Deployment", "config", template=template("config", "config-error"))),
    (f"{APPS}/deployments/deadline", workload("Deployment", "deadline", progressDeadlineSeconds=2,
                                              template=template("deadline", "never-ready"))),
    (f"{APPS}/statefulsets/cache", workload("StatefulSet", "cache", serviceName="cache", replicas=2,
                                                      template=template("cache", "slow"))),
    (f"{APPS}/daemonsets/agent", workload("DaemonSet", "agent", template=template("agent", "slow"))),
    (f"{BATCH}/jobs/good", workload("Job", "good", template=template("good", "slow", restart="Never"))),
    (f"{BATCH}/jobs/broken", workload("Job", "broken", backoffLimit=0,
                                      template=template("broken", "exit", restart="Never"))),
    (f"{BATCH}/jobs/paused", workload("Job", "paused", suspend=True,
                                      template=template("paused", None, restart="Never"))),
    (f"{BATCH}/cronjobs/report", {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "report"}, "spec": {
        "schedule": "0 4 * * *", "jobTemplate": {"spec": {"template": template("report", None, restart="Never")}}}}),
    (f"{CORE}/services/web", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {
        "type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}}),
    (f"{CORE}/configmaps/settings", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"},
                                     "data": {"a": "b"}}),
    (f"{CORE}/secrets/database", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "database"},
                                  "stringData": {"user": "shop"}}),
    (f"{CORE}/pods/stuck", POD),
    (f"{CORE}/persistentvolumeclaims/data", {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": {
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}),
    (f"/api/v1/persistentvolumes/{VOLUME}", {
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": VOLUME}, "spec": {
            "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/tmp"},
            "storageClassName": ""}}),
    (f"{CORE}/persistentvolumeclaims/bound", {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "bound"}, "spec": {
            "storageClassName": "", "volumeName": VOLUME,
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}),
    ("/apis/storage.k8s.io/v1/storageclasses/sim-recording", {
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "sim-recording", "annotations": {
            "a": "b"}}, "provisioner": "none.test/none"}),
    (f"/apis/policy/v1/namespaces/{NS}/poddisruptionbudgets/web", {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"}, "spec": {
            "minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}}),
    ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.sim.test", {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.sim.test"}, "spec": {
            "group": "sim.test", "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}),
]
LISTS = {
    "Deployment": f"{APPS}/deployments", "ReplicaSet": f"{APPS}/replicasets", "StatefulSet": f"{APPS}/statefulsets",
    "DaemonSet": f"{APPS}/daemonsets", "ControllerRevision": f"{APPS}/controllerrevisions", "Pod": f"{CORE}/pods",
    "Job": f"{BATCH}/jobs", "CronJob": f"{BATCH}/cronjobs", "Service": f"{CORE}/services", "Event": f"{CORE}/events",
    "ConfigMap": f"{CORE}/configmaps", "Secret": f"{CORE}/secrets",
    "PersistentVolumeClaim": f"{CORE}/persistentvolumeclaims",
    "EndpointSlice": f"/apis/discovery.k8s.io/v1/namespaces/{NS}/endpointslices",
    "PodDisruptionBudget": f"/apis/policy/v1/namespaces/{NS}/poddisruptionbudgets",
}
SINGLE = {
    "Namespace": f"/api/v1/namespaces/{NS}",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.sim.test",
    "StorageClass": "/apis/storage.k8s.io/v1/storageclasses/sim-recording",
    "Widget": f"/apis/sim.test/v1/namespaces/{NS}/widgets/one",
    "Node": "/api/v1/nodes/node-1",
}


WEB = f"{APPS}/deployments/web"
SCALED = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 5}}
BOTH = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
    "replicas": 5, "template": {"spec": {"containers": [{"name": "main", "image": "other:1"}]}}}}
SELECTOR = workload("Deployment", "web", replicas=2, selector={"matchLabels": {"app": "other"}},
                    template=template("other"))
DEMO = {"Impersonate-User": "demo"}

# Each kind of refusal, by the name that test_sim_api.py knows it by: a function of the server.
REFUSALS = {
    "not-found": lambda s: s.ask("GET", f"{APPS}/deployments/nope"),
    "not-found-core": lambda s: s.ask("GET", f"{CORE}/pods/nope"),
    "no-namespace": lambda s: s.apply("/api/v1/namespaces/nope/configmaps/a", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}),
    "no-group": lambda s: s.ask("GET", "/apis/nope.test/v1/things"),
    "no-resource": lambda s: s.ask("GET", "/apis/apps/v1/things"),
    "forbidden-list": lambda s: s.ask("GET", f"{CORE}/pods", headers=DEMO),
    "forbidden-list-all": lambda s: s.ask("GET", "/apis/apps/v1/deployments", headers=DEMO),
    "forbidden-get": lambda s: s.ask("GET", WEB, headers=DEMO),
    "forbidden-log": lambda s: s.ask("GET", f"{CORE}/pods/stuck/log", headers=DEMO),
    "forbidden-patch": lambda s: s.ask("PATCH", f"{WEB}?fieldManager=x", json.dumps(SCALED), {
        "Content-Type": "application/apply-patch+yaml", **DEMO}),
    "unauthorized": lambda s: s.ask("GET", f"{CORE}/pods", headers={"Authorization": "Bearer no"}, anonymous=True),
    "conflict-one": lambda s: s.apply(WEB, SCALED, manager="other"),
    "conflict-two": lambda s: s.apply(WEB, BOTH, manager="other"),
    "immutable": lambda s: s.apply(WEB, SELECTOR),
    "unknown-field": lambda s: s.apply(WEB, {**workload("Deployment", "web"), "spec": {
        **workload("Deployment", "web")["spec"], "replicsa": 3}}, "&fieldValidation=Strict"),
    "no-manager": lambda s: s.ask("PATCH", WEB, json.dumps(SCALED), {"Content-Type": "application/apply-patch+yaml"}),
    "wrong-name": lambda s: s.apply(WEB, {**SCALED, "metadata": {"name": "other"}}),
    "wrong-namespace": lambda s: s.apply(WEB, {**SCALED, "metadata": {"name": "web", "namespace": "other"}}),
    "wrong-kind": lambda s: s.apply(WEB, {**SCALED, "kind": "StatefulSet"}),
    "bad-yaml": lambda s: s.apply(WEB, "a: [b"),
    "bad-media": lambda s: s.ask("PATCH", f"{WEB}?fieldManager=x", "{}", {"Content-Type": "text/plain"}),
    "bad-field-selector": lambda s: s.ask("GET", f"{CORE}/pods?fieldSelector=spec.nope%3Dx"),
    "bad-label-selector": lambda s: s.ask("GET", f"{CORE}/pods?labelSelector=%3D%3D"),
    "exists-already": lambda s: s.ask("POST", f"{CORE}/configmaps", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}, {"Content-Type": "application/json"}),
    "bad-container": lambda s: s.ask("GET", f"{CORE}/pods/{first_pod(s, 'web')}/log?container=nope"),
    "log-waiting": lambda s: s.ask("GET", f"{CORE}/pods/{first_pod(s, 'bad')}/log"),
    "log-no-previous": lambda s: s.ask("GET", f"{CORE}/pods/{first_pod(s, 'web')}/log?previous=true"),
    "deleted": lambda s: s.ask("DELETE", f"{CORE}/configmaps/settings"),
}


def first_pod(server, app):
    return server.ask("GET", f"{CORE}/pods?labelSelector=app%3D{app}")["body"]["items"][0]["metadata"]["name"]


def discovery(server):
    for name, path, accept in (("api", "/api", AGGREGATED), ("apis", "/apis", AGGREGATED),
                               ("api-old", "/api", "application/json"), ("apis-old", "/apis", "application/json"),
                               ("core-old", "/api/v1", "application/json"),
                               ("apps-old", "/apis/apps/v1", "application/json"),
                               ("version", "/version", "application/json")):
        answer = server.ask("GET", path, headers={"Accept": accept})
        body = answer["body"]
        for key in ("items", "groups"):
            if key in body:
                body[key] = [g for g in body[key]
                             if g.get("name", g.get("metadata", {}).get("name", "")) in GROUPS]
        for address in body.get("serverAddressByClientCIDRs", []):
            address["serverAddress"] = "127.0.0.1:6443"
        yield name, answer


def save(folder, name, value):
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump(value, file, indent=1, sort_keys=True)
        file.write("\n")


def main():
    server, folder = Server(sys.argv[1]), sys.argv[2]
    server.apply(f"/api/v1/namespaces/{NS}", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NS}})
    applied = [server.apply(path, body) for path, body in OBJECTS]
    for answer in applied:
        if answer["code"] > 201:
            print("refused:", json.dumps(answer["body"])[:300], file=sys.stderr)
    samples = {}
    for wait in (0.3, 1, 2, 4, 10):
        time.sleep(wait)
        server.apply(f"/apis/sim.test/v1/namespaces/{NS}/widgets/one", {
            "apiVersion": "sim.test/v1", "kind": "Widget", "metadata": {"name": "one"}, "spec": {"size": 1}})
        for kind, path in LISTS.items():
            samples.setdefault(kind, []).extend(server.ask("GET", path)["body"]["items"])
        for kind, path in SINGLE.items():
            answer = server.ask("GET", path)
            if answer["code"] == 200:
                samples.setdefault(kind, []).append(answer["body"])
    server.ask("PATCH", f"{CORE}/services/web/status", {"status": {"loadBalancer": {"ingress": [
        {"ip": "192.0.2.1", "ipMode": "VIP"}]}}}, {"Content-Type": "application/merge-patch+json"})
    samples["Service"] += server.ask("GET", f"{CORE}/services")["body"]["items"]
    save(folder, "objects", {kind: distinct(items) for kind, items in samples.items()})
    save(folder, "applied", applied[0])
    page = server.ask("GET", f"{CORE}/pods?limit=2")
    page["body"]["items"] = []
    page["body"]["metadata"]["continue"] = "…"
    save(folder, "page", page)
    widgets = server.ask("GET", f"/apis/sim.test/v1/namespaces/{NS}/widgets")
    save(folder, "custom-list", widgets)
    save(folder, "discovery", dict(discovery(server)))
    save(folder, "refusals", {name: ask(server) for name, ask in REFUSALS.items()})
    server.ask("DELETE", SINGLE["CustomResourceDefinition"])
    server.ask("DELETE", SINGLE["StorageClass"])
    server.ask("DELETE", f"/api/v1/namespaces/{NS}")
    server.ask("DELETE", f"/api/v1/persistentvolumes/{VOLUME}")


def shape(value):
    if isinstance(value, dict):
        return tuple(sorted((k, shape(v)) for k, v in value.items() if k not in ("managedFields", "uid")))
    if isinstance(value, list):
        return tuple(sorted({shape(v) for v in value}, key=str))
    return type(value).__name__


def distinct(items):
    """One sample of each shape: the rest tells nothing new."""
    seen = {}
    for item in items:
        if len(item.get("metadata", {}).get("managedFields", [])) > 1:
            item["metadata"]["managedFields"] = item["metadata"]["managedFields"][:1]
        for field in item.get("metadata", {}).get("managedFields", []):
            field["fieldsV1"] = {}
        seen.setdefault(shape(item), item)
    return list(seen.values())


if __name__ == "__main__":
    main()
