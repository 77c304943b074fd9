#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The simulated cluster against recordings of a real API server, and against its scenarios. TAP.

KSETTLE names the program under test (./ksettle), srcdir the sources (.)."""

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

SRC = os.environ.get("srcdir", ".")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SRC, "tests/sim"))
import record  # noqa: E402  (the objects and refusals that were recorded)
from simulated import PROGRAM, Sim, done, ok, same  # noqa: E402


def condition(obj, kind):
    return next((c for c in obj.get("status", {}).get("conditions", []) if c["type"] == kind), {})


# ---- shapes -------------------------------------------------------------------------------------

# Maps whose keys are the user's.
FREE = re.compile(r"(\.(labels|annotations|matchLabels|selector|data|fieldsV1|capacity|allocatable|requests))$")


def paths(value, at="", out=None):
    """{path: set of JSON types}; list items share a path, a user's keys are one path."""
    out = {} if out is None else out
    name = {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number"}
    out.setdefault(at, set()).add(name.get(type(value), "null"))
    if isinstance(value, dict) and not FREE.search(at):
        for key, inner in value.items():
            paths(inner, f"{at}.{key}", out)
    elif isinstance(value, list):
        for inner in value:
            paths(inner, at + "[]", out)
    return out


def merged(samples):
    out = {}
    for sample in samples:
        paths(sample, "", out)
    return out


def is_shaped_like(got, real, name, allowed=()):
    """Every path of got is in real with one of its types."""
    strange = [f"{path}: {', '.join(types)}" for path, types in got.items()
               if path not in allowed and not types <= real.get(path, set())]
    return ok(not strange, name, *strange)


def recorded(name):
    with open(os.path.join(SRC, "tests/sim/recordings", name + ".json")) as file:
        return json.load(file)


# What ksettle's rules and tracker read: it must occur in the simulated objects too.
READ = {
    "Deployment": """metadata.generation metadata.uid metadata.creationTimestamp metadata.resourceVersion
        status.observedGeneration status.replicas status.updatedReplicas status.readyReplicas
        status.availableReplicas status.unavailableReplicas status.conditions[].type status.conditions[].status
        status.conditions[].reason status.conditions[].message status.conditions[].lastTransitionTime
        status.conditions[].lastUpdateTime spec.progressDeadlineSeconds spec.strategy.rollingUpdate.maxSurge""",
    "ReplicaSet": """metadata.ownerReferences[].uid metadata.ownerReferences[].controller spec.replicas
        metadata.annotations metadata.labels status.observedGeneration status.replicas status.readyReplicas
        status.availableReplicas status.fullyLabeledReplicas""",
    "StatefulSet": """status.observedGeneration status.replicas status.readyReplicas status.currentReplicas
        status.updatedReplicas status.currentRevision status.updateRevision status.availableReplicas
        spec.updateStrategy.rollingUpdate.partition spec.podManagementPolicy""",
    "DaemonSet": """status.observedGeneration status.desiredNumberScheduled status.currentNumberScheduled
        status.updatedNumberScheduled status.numberReady status.numberAvailable status.numberMisscheduled
        spec.updateStrategy.type""",
    "Job": """spec.backoffLimit spec.suspend status.startTime status.completionTime status.succeeded status.failed
        status.active status.ready status.conditions[].type status.conditions[].reason status.conditions[].message""",
    "Pod": """metadata.ownerReferences[].kind spec.restartPolicy spec.nodeName spec.containers[].image status.phase
        status.conditions[].type status.conditions[].reason status.conditions[].message status.podIP
        status.containerStatuses[].name status.containerStatuses[].ready status.containerStatuses[].restartCount
        status.containerStatuses[].image status.containerStatuses[].state.waiting.reason
        status.containerStatuses[].state.waiting.message status.containerStatuses[].state.running.startedAt
        status.containerStatuses[].state.terminated.exitCode status.containerStatuses[].state.terminated.reason
        status.containerStatuses[].lastState.terminated.exitCode
        status.containerStatuses[].lastState.terminated.finishedAt status.startTime""",
    "Event": """involvedObject.uid involvedObject.kind involvedObject.name reason message type count firstTimestamp
        lastTimestamp source.component""",
    "Service": "spec.type spec.clusterIP spec.ports[].nodePort status.loadBalancer.ingress[].ip",
    "PersistentVolumeClaim": "spec.storageClassName spec.volumeName status.phase status.capacity",
    "CustomResourceDefinition": """status.conditions[].type status.conditions[].reason status.acceptedNames.kind
        status.storedVersions[] spec.names.plural""",
    "PodDisruptionBudget": "status.observedGeneration status.currentHealthy status.desiredHealthy status.expectedPods",
    "Namespace": "status.phase",
    "EndpointSlice": "endpoints[].conditions.ready endpoints[].targetRef.name metadata.labels",
    "Node": "status.conditions[].type status.capacity",
}

# What a real kubelet, provisioner or server of another make writes and those of the recordings do not.
NOT_RECORDED = {
    "Pod": {".status.containerStatuses[].started"},
    "StorageClass": {".metadata.managedFields"},
}

# Behaviours for the recorded workloads, as tests/cluster gives them by annotation.
BEHAVIOURS = """
pods:
- {match: {owner: bad}, behave: image-error}
- {match: {owner: crash}, behave: crash, backoff: 3s}
- {match: {owner: config}, behave: config-error}
- {match: {owner: deadline}, behave: never-ready}
- {match: {owner: broken}, behave: exit, exitCode: 1}
- {match: {owner: good}, behave: exit, runs: 20s}
- {match: {name: stuck}, behave: unschedulable}
"""


def test_shapes():
    real = recorded("objects")
    with Sim(f"create: [{{object: {{apiVersion: v1, kind: Namespace, metadata: {{name: {record.NS}}}}}}}]\n"
             + BEHAVIOURS) as sim:
        ok(sim.wait(record.SINGLE["Namespace"], lambda n: n["kind"] == "Namespace"), "a namespace from the scenario")
        applied = [sim.apply(path, body) for path, body in record.OBJECTS]
        same({a["code"] for a in applied}, {201}, "every recorded object can be applied")
        is_shaped_like(paths(applied[0]["body"]), paths(recorded("applied")["body"]), "answer to an apply")
        widget = f"/apis/sim.test/v1/namespaces/{record.NS}/widgets"
        ok(sim.wait(widget, lambda w: w["kind"] == "WidgetList"), "a CRD's kind is served after a while")
        sim.apply(widget + "/one", {"apiVersion": "sim.test/v1", "kind": "Widget", "metadata": {"name": "one"},
                                    "spec": {"size": 1}})
        samples = watch_all(sim)
        for kind in sorted(real):
            got = merged(samples.get(kind, []))
            is_shaped_like(got, merged(real[kind]), f"{kind} as recorded", NOT_RECORDED.get(kind, ()))
            missing = [p for p in READ.get(kind, "").split() if "." + p not in got]
            ok(not missing, f"{kind} has what ksettle reads", *missing)
        page = sim.ask("GET", f"{record.CORE}/pods?limit=2")
        is_shaped_like({p: t for p, t in paths(page["body"]).items() if "items[]" not in p},
                       paths(recorded("page")["body"]), "page of a list")
        is_shaped_like(paths(sim.get(widget)), paths(recorded("custom-list")["body"]), "list of a custom kind")
        test_discovery(sim)
        test_refusals(sim)


def watch_all(sim):
    """Samples of everything until the slow things (deadline, crash, failed Job) have happened."""
    samples = {}
    end = time.monotonic() + 6
    while time.monotonic() < end:
        for kind, path in record.LISTS.items():
            samples.setdefault(kind, []).extend(sim.items(path))
        for kind, path in record.SINGLE.items():
            samples.setdefault(kind, []).append(sim.get(path))
        time.sleep(0.3)
    return {kind: record.distinct(items) for kind, items in samples.items()}


def test_discovery(sim):
    real = recorded("discovery")
    for name, answer in record.discovery(sim):
        is_shaped_like(paths(answer["body"]), paths(real[name]["body"]), f"discovery {name} as recorded")
        same(answer["type"], real[name]["type"], f"discovery {name}: content type")
    kinds = {}
    for name in ("api", "apis"):
        for group in real[name]["body"]["items"]:
            for version in group["versions"]:
                for r in version["resources"]:
                    key = (group["metadata"].get("name", ""), version["version"], r["resource"])
                    kinds[key] = (r["scope"], r["singularResource"], r.get("shortNames"), r["responseKind"])
    wrong = []
    for name in ("api", "apis"):
        for group in dict(record.discovery(sim))[name]["body"]["items"]:
            for version in group["versions"]:
                for r in version["resources"]:
                    key = (group["metadata"].get("name", ""), version["version"], r["resource"])
                    got = (r["scope"], r["singularResource"], r.get("shortNames"), r["responseKind"])
                    if kinds.get(key) != got:
                        wrong.append(f"{key}: {got} instead of {kinds.get(key)}")
    ok(not wrong, "resources have the recorded scope and names", *wrong)


# Where the words differ and nobody reads them.
OTHER_WORDS = {"bad-yaml", "bad-label-selector"}
# The recorded cluster serves logs of Pods that wait; the real kubelet does not. The sim refuses unknown fields only by
# scenario. RBAC has its own test below.
SKIPPED = {"log-waiting", "log-no-previous", "unknown-field"}


def anonymous_names(text):
    text = re.sub(r"(web|bad)-[a-z0-9]+-[a-z0-9]{5}", "POD", text)
    return re.sub(r'"uid": "[^"]+"', '"uid": ""', text)


def compare_refusal(got, want, name):
    same((got["code"], got["type"]), (want["code"], want["type"]), f"{name}: code and type")
    if name in OTHER_WORDS:
        is_shaped_like(paths(got["body"]), paths(want["body"]), f"{name}: shape")
        return
    same(anonymous_names(json.dumps(got["body"], sort_keys=True)),
         anonymous_names(json.dumps(want["body"], sort_keys=True)), f"{name}: word for word")


def test_refusals(sim):
    real = recorded("refusals")
    for name, ask in record.REFUSALS.items():
        if name not in SKIPPED and not name.startswith("forbidden"):
            compare_refusal(ask(sim), real[name], name)
    with Sim("forbid: [{resource: '*'}]") as closed:
        for name, ask in record.REFUSALS.items():
            if name.startswith("forbidden"):
                compare_refusal(ask(closed), real[name], name)


# ---- life ---------------------------------------------------------------------------------------

DEPLOYMENTS, PODS = "/apis/apps/v1/namespaces/shop/deployments", "/api/v1/namespaces/shop/pods"


def deployment(name="web", image="shop/web:1", replicas=3, **more):
    return record.workload("Deployment", name, replicas=replicas, template=record.template(name, image=image), **more)


def test_rollout():
    with Sim("lag: 3s") as sim:
        path = DEPLOYMENTS + "/web"
        first = sim.apply(path, deployment())["body"]
        same(first.get("status"), {}, "a new Deployment has no status yet")
        done = sim.wait(path, lambda d: d["status"].get("availableReplicas") == 3)
        ok(done, "a Deployment becomes available")
        same(condition(done, "Progressing")["reason"], "NewReplicaSetAvailable", "and says that it progressed")
        again = sim.apply(path, deployment())
        same((again["code"], again["body"]["metadata"]["resourceVersion"]),
             (200, done["metadata"]["resourceVersion"]), "an apply that changes nothing keeps the resourceVersion")
        changed = sim.apply(path, deployment(image="shop/web:2"))["body"]
        same(changed["metadata"]["generation"], 2, "a new template counts the generation")
        same((changed["status"]["observedGeneration"], changed["status"]["availableReplicas"]), (1, 3),
             "and the status is the old one, all green, until the controller has seen it")
        lowest, surge = 3, 0

        def rolled(d):
            nonlocal lowest, surge
            lowest = min(lowest, d["status"].get("availableReplicas", 0))
            surge = max(surge, d["status"]["replicas"])
            return (d["status"]["observedGeneration"] == 2 and d["status"].get("updatedReplicas") == 3
                    and d["status"]["replicas"] == 3 and d["status"].get("availableReplicas") == 3)

        ok(sim.wait(path, rolled), "the rollout ends")
        same((lowest, surge), (3, 4), "never less than three available, one more Pod meanwhile")
        sets = sim.items("/apis/apps/v1/namespaces/shop/replicasets")
        same(sorted((s["metadata"]["annotations"]["deployment.kubernetes.io/revision"], s["spec"]["replicas"])
                    for s in sets), [("1", 0), ("2", 3)], "two ReplicaSets, the old one empty")
        sim.apply(path, deployment(image="shop/web:2", replicas=1))
        ok(sim.wait(path, lambda d: d["status"]["replicas"] == 1 and d["status"]["observedGeneration"] == 3),
           "it scales down")
        sim.ask("DELETE", path)
        ok(sim.wait(PODS, lambda p: p["items"] == []), "its Pods go with it")
        same(sim.ask("GET", path)["code"], 404, "and it is not found any more")


def test_lag():
    with Sim("lag: 1h") as sim:
        sim.apply(DEPLOYMENTS + "/web", deployment())
        sim.ask("POST", PODS, {**record.POD, "metadata": {"name": "alone"}}, {"Content-Type": "application/json"})
        ok(sim.wait(PODS + "/alone", lambda p: condition(p, "Ready")["status"] == "True"), "a Pod becomes ready")
        same(sim.get(DEPLOYMENTS + "/web")["status"], {}, "while a controller that lags has seen nothing")


def test_sick_pods():
    with Sim(BEHAVIOURS + """
- {match: {image: 'heals:*'}, behave: crash, heals: 6s, readyBetween: true}
- {match: {owner: Deployment/oom}, behave: oom}
""") as sim:
        for name in ("bad", "crash", "oom"):
            sim.apply(f"{DEPLOYMENTS}/{name}", deployment(name))
        sim.apply(f"{DEPLOYMENTS}/deadline", deployment("deadline", progressDeadlineSeconds=3))
        sim.apply(f"{DEPLOYMENTS}/heals", deployment("heals", "heals:1"))

        def waiting(app, reason, field="state"):
            return sim.wait(f"{PODS}?labelSelector=app%3D{app}", lambda p: any(
                reason in json.dumps(c[field]) for i in p["items"] for c in i["status"]["containerStatuses"]))

        ok(waiting("bad", "ErrImagePull"), "a bad image: ErrImagePull")
        ok(waiting("bad", '"ImagePullBackOff"'), "then ImagePullBackOff")
        ok(waiting("crash", "CrashLoopBackOff"), "a crash: CrashLoopBackOff")
        ok(waiting("crash", '"exitCode": 1', "lastState"), "with what ended it")
        ok(waiting("oom", "OOMKilled"), "out of memory: OOMKilled")
        late = sim.wait(f"{DEPLOYMENTS}/deadline",
                        lambda d: condition(d, "Progressing")["reason"] == "ProgressDeadlineExceeded")
        ok(late and condition(late, "Progressing")["status"] == "False", "a rollout that is stuck exceeds its deadline")
        ok(sim.wait(f"{DEPLOYMENTS}/heals", lambda d: d["status"].get("availableReplicas") == 3), "a Pod that heals")
        pod = sim.items(f"{PODS}?labelSelector=app%3Dcrash")[0]["metadata"]
        log = sim.ask("GET", f"{PODS}/{pod['name']}/log?previous=true&tailLines=1")
        same((log["code"], log["body"]), (200, "fatal: cannot connect to the database\n"), "the log of its last run")
        events = sim.items(f"/api/v1/namespaces/shop/events?fieldSelector=involvedObject.uid%3D{pod['uid']}")
        ok("BackOff" in [e["reason"] for e in events], "events of one object, by its uid")


def test_flapping():
    with Sim("pods: [{match: {label: app=flap}, first: 1, behave: flap, flapAt: 5s, flapFor: 10s}]") as sim:
        path = f"{DEPLOYMENTS}/flap"
        sim.apply(path, deployment("flap"))
        for want, name in ((3, "a Pod that flaps is ready"), (2, "then it is not"), (3, "then it is again")):
            ok(sim.wait(path, lambda d, n=want: d["status"]["availableReplicas"] == n), name)


def test_other_workloads():
    with Sim(BEHAVIOURS + "addressAfter: 2s\n") as sim:
        apps, batch = "/apis/apps/v1/namespaces/shop", "/apis/batch/v1/namespaces/shop"
        claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {
            "requests": {"storage": "1Gi"}}}}
        sim.apply(f"{apps}/statefulsets/cache", record.workload("StatefulSet", "cache", serviceName="cache", replicas=2,
                                                                volumeClaimTemplates=[claim]))
        ok(sim.wait(PODS, lambda p: [i["metadata"]["name"] for i in p["items"]] == ["cache-0"]),
           "a StatefulSet starts with its first Pod alone")
        done = sim.wait(f"{apps}/statefulsets/cache", lambda s: s["status"]["readyReplicas"] == 2)
        ok(done and done["status"]["currentRevision"] == done["status"]["updateRevision"], "and ends with all")
        ok(sim.wait("/api/v1/namespaces/shop/persistentvolumeclaims/data-cache-1",
                    lambda c: c["status"]["phase"] == "Bound"), "its claims are bound")
        sim.apply(f"{apps}/statefulsets/cache", record.workload(
            "StatefulSet", "cache", serviceName="cache", replicas=2, volumeClaimTemplates=[claim],
            template=record.template("cache", image="cache:8")))
        ok(sim.wait(f"{apps}/statefulsets/cache", lambda s: s["status"]["currentRevision"] !=
                    done["status"]["currentRevision"] and s["status"]["readyReplicas"] == 2), "it updates")
        sim.apply(f"{apps}/daemonsets/agent", record.workload("DaemonSet", "agent"))
        ok(sim.wait(f"{apps}/daemonsets/agent", lambda d: d["status"]["numberAvailable"] == 3), "a DaemonSet is everywhere")
        sim.apply(f"{apps}/daemonsets/agent", record.workload("DaemonSet", "agent",
                                                              template=record.template("agent", image="agent:2")))
        ok(sim.wait(f"{apps}/daemonsets/agent", lambda d: d["status"]["observedGeneration"] == 2 and
                    d["status"].get("updatedNumberScheduled") == 3 and d["status"].get("numberAvailable") == 3),
           "it updates node by node")
        for name, limit in (("good", 0), ("broken", 1)):
            sim.apply(f"{batch}/jobs/{name}", record.workload(
                "Job", name, backoffLimit=limit, template=record.template(name, restart="Never")))
        ok(sim.wait(f"{batch}/jobs/good", lambda j: condition(j, "Complete")["status"] == "True"), "a Job completes")
        broken = sim.wait(f"{batch}/jobs/broken", lambda j: condition(j, "Failed")["status"] == "True")
        same((condition(broken, "Failed")["reason"], broken["status"]["failed"]), ("BackoffLimitExceeded", 2),
             "one fails for good after its retries")
        sim.apply("/api/v1/namespaces/shop/services/web", {
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}})
        ok(sim.wait("/api/v1/namespaces/shop/services/web", lambda s: s["status"]["loadBalancer"]["ingress"][0]["ip"]),
           "a load balancer gets its address")


# ---- lists --------------------------------------------------------------------------------------

def test_lists():
    with Sim() as sim:
        maps = "/api/v1/namespaces/shop/configmaps"
        for i in range(7):
            sim.apply(f"{maps}/m{i}", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {
                "name": f"m{i}", "labels": {"odd": str(i % 2), "n": str(i)} if i else {}}})
        names, token, remaining = [], "", []
        for _ in range(4):
            page = sim.get(f"{maps}?limit=3&continue={token}")
            names += [i["metadata"]["name"] for i in page["items"]]
            remaining.append(page["metadata"].get("remainingItemCount"))
            token = page["metadata"].get("continue", "")
            if not token:
                break
        same((names, remaining), ([f"m{i}" for i in range(7)], [4, 1, None]), "pages make the whole")
        ok("kind" not in page["items"][0], "items of a built-in kind have no kind")
        for selector, want in {"odd=1": "135", "odd==0": "246", "odd!=1": "0246", "odd": "123456", "!odd": "0",
                               "n in (1, 2)": "12", "n notin (1,2,3)": "0456", "odd=1,n!=3": "15"}.items():
            got = sim.items(f"{maps}?labelSelector=" + selector.replace(" ", "%20").replace("=", "%3D"))
            same("".join(i["metadata"]["name"][1] for i in got), want, f"selector {selector}")
        same([i["metadata"]["name"] for i in sim.items(f"{maps}?fieldSelector=metadata.name%3Dm4")], ["m4"], "field selector")
        same(len(sim.items("/api/v1/configmaps")), 7, "over all namespaces")
        same(sim.ask("GET", "/api/v1/namespaces/nope/configmaps")["body"]["items"], [], "a list of no namespace is empty")


# ---- scenarios ----------------------------------------------------------------------------------

CONFIG = "/api/v1/namespaces/shop/configmaps/settings"


def config(value="b"):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": value}}


def fails(call):
    try:
        call()
    except (OSError, http.client.HTTPException):
        return True
    return False


def test_faults():
    with Sim("""
faults:
- {path: /api/v1/namespaces/shop/secrets*, code: 429, retryAfter: 7, times: 1}
- {path: /api/v1/namespaces/shop/services*, code: 500, afterRequests: 1, times: 1}
- {path: /api/v1/nodes*, tear: true}
- {path: /api/v1/events*, hang: true}
- {path: '*continue=*', code: 410}
- {path: /version, at: 20s, for: 1h, code: 503}
""") as sim:
        busy = sim.ask("GET", "/api/v1/namespaces/shop/secrets")
        same((busy["code"], busy["headers"]["Retry-After"], busy["body"]["reason"]), (429, "7", "TooManyRequests"), "429")
        same(sim.ask("GET", "/api/v1/namespaces/shop/secrets")["code"], 200, "once")
        same([sim.ask("GET", "/api/v1/namespaces/shop/services")["code"] for _ in range(3)], [200, 500, 200],
             "500 after a request, once")
        ok(fails(lambda: sim.ask("GET", "/api/v1/nodes")), "a torn connection")
        ok(fails(lambda: sim.ask("GET", "/api/v1/events", timeout=0.5)), "a request that hangs")
        same(sim.ask("GET", "/api/v1/pods?limit=1&continue=x")["body"]["reason"], "Expired", "a continue that expired")
        same(sim.ask("GET", "/version")["code"], 200, "a fault waits for its time")
        ok(sim.wait("/version", lambda v: v["code"] == 503), "and comes")
        same(sim.close(), 0, "it ends while a request hangs")


def test_apply_rules():
    with Sim("""
apply:
- match: {kind: Secret}
  code: 403
  message: 'exceeded quota: secrets'
- match: {name: invalid}
  code: 422
  field: spec.replicas
  message: 'Invalid value: -1: must be greater than or equal to 0'
- match: {name: typed}
  code: 500
  message: 'failed to create typed patch object (shop/typed; /v1, Kind=ConfigMap): .dta: field not declared in schema'
- match: {name: mine}
  conflict: helm
  fields: [.data.a]
- match: {name: settings}
  warn: ['unknown field "spec.x"', deprecated]
create:
- manager: helm
  object: {apiVersion: v1, kind: ConfigMap, metadata: {name: owned, namespace: shop}, data: {a: "1", c: "2"}}
""") as sim:
        maps = "/api/v1/namespaces/shop/configmaps"

        def apply(name, query="", kind="ConfigMap", data=None):
            path = maps if kind == "ConfigMap" else maps.replace("configmaps", "secrets")
            return sim.apply(f"{path}/{name}", {"apiVersion": "v1", "kind": kind, "metadata": {"name": name},
                                                "data": data or {"a": "b"}}, query)

        same(apply("x", kind="Secret")["body"]["message"], 'secrets "x" is forbidden: exceeded quota: secrets',
             "refused by admission")
        same(apply("invalid")["body"]["details"]["causes"][0]["field"], "spec.replicas", "invalid, with its field")
        typed = apply("typed")
        same((typed["code"], "reason" in typed["body"]), (500, False), "a typed patch error has no reason")
        same(apply("mine")["code"], 409, "a conflict")
        same(apply("mine", "&force=true")["code"], 201, "that force overcomes")
        same(apply("settings")["headers"].get_all("Warning"),
             ['299 - "unknown field \\"spec.x\\""', '299 - "deprecated"'], "warnings")
        ok(sim.wait(f"{maps}/owned", lambda m: m["data"]["a"] == "1"), "an object of another manager")
        same(apply("owned")["body"]["details"]["causes"],
             [{"reason": "FieldManagerConflict", "message": 'conflict with "helm"', "field": ".data.a"}],
             "an apply over it is a conflict")
        same(apply("owned", data={"b": "3"})["body"]["data"], {"a": "1", "c": "2", "b": "3"}, "but not of another field")
        same(apply("owned", data={"c": "2"})["body"]["data"], {"a": "1", "c": "2"},
             "what a manager no longer names goes away")


def test_changes():
    with Sim("""
objects:
- match: {kind: ConfigMap, name: settings}
  after: 2s
  patch: {data: {a: other, gone: null}}
- match: {kind: Widget, name: one}
  at: 1s
  patch: {status: {phase: Ready}}
delete:
- match: {kind: ConfigMap, name: brief}
  after: 2s
staleGroups: [metrics.k8s.io/v1beta1]
forbid:
- {verb: get, resource: pods/log}
""") as sim:
        sim.apply(CONFIG, config())
        brief = CONFIG.replace("settings", "brief")
        sim.apply(brief, {**config(), "metadata": {"name": "brief"}})
        ok(sim.wait(CONFIG, lambda c: c["data"]["a"] == "other"), "an object is changed by others")
        ok(sim.wait(brief, lambda c: c["code"] == 404), "and one is deleted")
        groups = sim.ask("GET", "/apis", headers={"Accept": record.AGGREGATED})["body"]["items"]
        same([g["versions"][0]["freshness"] for g in groups if g["metadata"]["name"] == "metrics.k8s.io"], ["Stale"],
             "a group whose server is down is stale")
        same(sim.ask("GET", "/apis/metrics.k8s.io/v1beta1")["code"], 503, "and not there")
        same(sim.ask("GET", "/api/v1/namespaces/shop/pods/x/log")["code"], 403, "logs can be forbidden alone")
        same(sim.ask("GET", "/api/v1/namespaces/shop/pods/x")["code"], 404, "and Pods not")
    with Sim("oldDiscovery: true") as sim:
        same(sim.ask("GET", "/apis", headers={"Accept": record.AGGREGATED})["body"]["kind"], "APIGroupList",
             "a server without aggregated discovery")


MISTAKES = {
    "pods:\n- behave: crsh\n": "2:11: unknown behaviour 'crsh'; did you mean crash?",
    "pods:\n- behave: ready\n  aftr: 2s\n": "3:3: unknown key 'aftr'; did you mean after?",
    "podz: []\n": "1:1: unknown key 'podz'; did you mean pods?",
    "pods: 3\n": "1:7: 'pods' is a list",
    "pods:\n- after: 2s\n": "2:3: 'behave' is missing here",
    "pods:\n- behave: [a]\n": "2:11: a single value is needed here",
    "pods:\n- {behave: ready, first: many}\n": "2:26: a number from 0 to 1000000 is needed here",
    "objects:\n- match: {name: x}\n  patch: {}\n": "2:3: one of 'at' and 'after' is needed here",
    "faults:\n- path: /x\n": "2:3: one of 'code', 'hang' and 'tear' is needed here",
    "faults:\n- {path: /x, code: 200}\n": "2:3: the code of a fault is from 400 to 599",
    "oldDiscovery: maybe\n": "1:15: true or false is needed here",
}


def run_sim(*args):
    return subprocess.run([PROGRAM, "sim", *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)


def test_mistakes():
    with tempfile.TemporaryDirectory() as folder:
        path, kubeconfig = os.path.join(folder, "s.yaml"), os.path.join(folder, "k")
        for text, want in MISTAKES.items():
            with open(path, "w") as file:
                file.write(text)
            ran = run_sim("--kubeconfig", kubeconfig, "--scenario", path)
            same((ran.returncode, ran.stderr), (2, f"ksettle sim: {path}:{want}\n"), f"mistake: {want}")
        scenarios = os.path.join(SRC, "examples/demo/scenarios")
        for name in sorted(os.listdir(scenarios)):
            ran = run_sim("--kubeconfig", kubeconfig, "--scenario", os.path.join(scenarios, name))
            same((ran.returncode, ran.stderr), (0, ""), f"the demo's {name} is right")
    for args, want in (((), "--kubeconfig is missing"), (("--speed", "fast"), "--speed is a number"),
                       (("--kubeconfig", "k", "x"), "unexpected argument x"), (("--nope",), "unknown option --nope")):
        ran = run_sim(*args)
        ok(ran.returncode == 2 and want in ran.stderr, f"command line: {want}", ran.stderr)


# ---- the process --------------------------------------------------------------------------------

def test_process():
    sim = Sim()
    same(sim.ready, f"ready https://127.0.0.1:{sim.port}\n", "it says where it is")
    same(os.stat(sim.kubeconfig).st_mode & 0o777, 0o600, "the kubeconfig is the user's alone")
    connection = sim.connect("localhost")
    codes = []
    for _ in range(2):
        connection.request("GET", "/version", headers={"Authorization": f"Bearer {sim.token}"})
        answer = connection.getresponse()
        answer.read()
        codes.append((answer.status, answer.will_close))
    same(codes, [(200, False)] * 2, "two requests on one connection, by the name localhost")
    ok(fails(lambda: sim.connect(context=ssl.create_default_context()).request("GET", "/version")),
       "the system does not trust it")
    with Sim() as other:
        ok(fails(lambda: sim.connect(context=other.context).request("GET", "/version")), "nor does another run")
        ok(other.token != sim.token, "each run has its own token")
    with socket.create_connection(("127.0.0.1", sim.port)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
        sim.process.send_signal(signal.SIGINT)
        same(sim.ask("GET", "/version")["code"], 200, "plain HTTP and SIGINT do not matter to it")
    same(sim.ask("PATCH", CONFIG + "?fieldManager=x", "a: " + "x" * (9 << 20), {
        "Content-Type": "application/apply-patch+yaml"})["code"], 413, "a body can be too large")
    same(sim.close(), 0, "it ends with its standard input")
    sim = Sim()
    sim.process.send_signal(signal.SIGTERM)
    same(sim.close(), 0, "and at SIGTERM")


def main():
    for test in (test_process, test_mistakes, test_lists, test_apply_rules, test_changes, test_faults,
                 test_rollout, test_lag, test_sick_pods, test_flapping, test_other_workloads, test_shapes):
        print(f"# {test.__name__}")
        test()
    return done()


if __name__ == "__main__":
    sys.exit(main())
