# SPDX-License-Identifier: Apache-2.0
"""Steps that need no manifest file, and blue/green, on a real control plane."""
import json
import os
import sys

from harness import Failed, await_that, expect, expect_in, kubectl, main
from objects import notes

HERE = os.path.dirname(os.path.abspath(__file__))
MADE = os.path.join(HERE, "../plan/made")

# A plan of tests/plan/made, and what it needs besides.
GOLDEN = [("config.yaml", ()), ("deployment.yaml", ()), ("design.yaml", ()), ("route.yaml", ()), ("secret.yaml", ()),
          ("vars.yaml", ("n=3", "name=web", "yes=true", "empty=", "pw=s3cret", "port=8080")), ("workloads.yaml", ())]

GREEN = """
apiVersion: ksettle/v1
name: every type
defaults: {namespace: @NS@, verify: {timeout: 40s, stabilization: 1s, waitForJobs: true}}
steps:
- name: Settings
  configMap: {name: settings, data: {level: info}, files: [logo=logo.bin], immutable: true}
- name: Credentials
  secret: {name: db, stringData: {password: s3cret}}
- name: Web
  resources:
    strategy: rollingUpdate
    configMap: {name: web, data: {a: b}, hashSuffix: true}
    secret: {name: web, stringData: {token: s3cret}, hashSuffix: true}
    custom: [extra.yaml]
    deployment:
      name: web
      replicas: 2
      strategy: {maxSurge: 1, maxUnavailable: 0}
      containers:
      - image: nginx:1.27
        ports: [80]
        envFrom: [{configMap: web}, {secret: web}]
        env: {PASSWORD: {secretKeyRef: {name: db, key: password}}}
        resources: {requests: {cpu: 100m, memory: 64Mi}}
        readinessProbe: {httpGet: {path: /, port: 80}}
        mounts: {config: /etc/web, scratch: /tmp}
      volumes: {config: {configMap: web}, scratch: {emptyDir: {}}}
    service: {name: web, ports: [80]}
- name: Database
  resources:
    service: {name: data, headless: true, ports: [5432]}
    statefulSet: {name: data, replicas: 2, containers: [{image: "postgres:16", ports: [5432]}]}
- name: Agent
  resources:
    daemonSet: {name: agent, strategy: {maxUnavailable: 1}, containers: [{image: "agent:1"}]}
- name: Jobs
  resources:
    job: {name: migrate, backoffLimit: 0, containers: [{image: "busybox:1", command: ["true"]}]}
    cronJob: {name: report, schedule: "@daily", timeZone: Etc/UTC, containers: [{image: "busybox:1"}]}
- name: Route
  ingress: {name: web, className: nginx, rules: [{host: shop.test, path: /, service: web, port: 80}]}
- name: Web service
  service: {name: public, selector: {app: web}, ports: ["80:80"]}
"""

EXTRA = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
"""


def get(place, kind, name):
    return json.loads(kubectl("-n", place.ns, "get", kind, name, "-o", "json"))


def write_plan(place, text):
    return place.write("plan.yaml", text.replace("@NS@", place.ns))


def test_every_type(place):
    with open(place.path("logo.bin"), "wb") as f:
        f.write(b"\0\1\2\377")
    place.write("extra.yaml", EXTRA)
    run = place.run("run", write_plan(place, GREEN))
    run.expect(0)
    expect("verdicts", {s["verdict"] for s in run.snapshot["steps"]}, {"succeeded"})
    applied = [(o["kind"], o["apply"]) for s in run.snapshot["steps"] for o in s["objects"] if o["applied"]]
    expect("what was applied", {how for _, how in applied}, {"created"})
    expect("kinds", {kind for kind, _ in applied}, {"ConfigMap", "Secret", "Deployment", "Service", "StatefulSet", "DaemonSet", "Job", "CronJob",
                                                    "Ingress", "PodDisruptionBudget"})
    expect("a file that is not text", get(place, "configmap", "settings")["binaryData"], {"logo": "AAEC/w=="})
    expect("stringData", get(place, "secret", "db")["data"], {"password": "czNjcmV0"})
    expect("the default selector", get(place, "service", "web")["spec"]["selector"], {"app": "web"})
    if "s3cret" in json.dumps(run.snapshot) or "czNjcmV0" in json.dumps(run.snapshot):
        raise Failed("the value of a Secret is in the snapshot")
    pod = json.loads(kubectl("-n", place.ns, "get", "pods", "-l", "app=web", "-o", "json"))["items"][0]["spec"]["containers"][0]
    for ref in (pod["envFrom"][0]["configMapRef"], pod["envFrom"][1]["secretRef"]):
        expect_in("a reference follows the suffix", "web-", ref["name"])
    again = place.run("run", write_plan(place, GREEN))
    again.expect(0)
    expect("the second time", {o["apply"] for s in again.snapshot["steps"] for o in s["objects"] if o["applied"]}, {"unchanged"})


def test_golden_manifests_are_taken(place):
    """The server, which validates strictly, takes each manifest that a golden file holds."""
    for name, variables in GOLDEN:
        flags = [f for v in variables for f in ("--set", v)]
        run = place.run("run", "--check", os.path.join(MADE, name), "-n", place.ns, *flags)
        if run.code or "0 refused" not in run.out:
            raise Failed(f"{name}: exit code {run.code}\n{run.out}{run.err}")


def test_recreate_over_rolling_update(place):
    """The server keeps a rolling update's parameters, which a Recreate must not have."""
    plan = ("apiVersion: ksettle/v1\ndefaults: {namespace: @NS@, verify: {timeout: 30s, stabilization: 0s}}\nsteps:\n- name: Web\n"
            "  resources: {strategy: %s, deployment: {name: web, containers: [{image: 'a:%d'}]}}\n")
    for i, (strategy, want) in enumerate((("rollingUpdate", "RollingUpdate"), ("recreate", "Recreate"), ("rollingUpdate", "RollingUpdate"))):
        place.run("run", write_plan(place, plan % (strategy, i))).expect(0, "succeeded")
        expect("strategy", get(place, "deployment", "web")["spec"]["strategy"]["type"], want)


BLUE_GREEN = """
apiVersion: ksettle/v1
defaults: {namespace: @NS@, verify: {timeout: @TIMEOUT@, stabilization: 1s}}
steps:
- name: Web
  @VERIFY@
  resources:
    strategy: blueGreen
    @MORE@
    deployment: {name: web, replicas: 2, podAnnotations: @NOTES@, containers: [{image: "web:@IMAGE@"}]}
    service: {name: web, ports: [80]}
"""


def colour(place, image, behave=None, timeout="40s", verified=True):
    text = BLUE_GREEN.replace("@IMAGE@", image).replace("@NOTES@", notes(behave)).replace("@TIMEOUT@", timeout)
    text = text.replace("@VERIFY@", "continueOnError: false" if verified else "verify: none")
    return place.run("run", write_plan(place, text.replace("@MORE@", "blueGreen: {verify: true}" if verified else "forceConflicts: false")))


def deployments(place):
    return sorted(kubectl("-n", place.ns, "get", "deployments", "-o", "name").replace("deployment.apps/", "").split())


def serving(place):
    return "web-" + get(place, "service", "web")["spec"]["selector"]["ksettle.io/colour"]


def test_blue_green(place):
    colour(place, "1").expect(0, "succeeded")
    first = serving(place)
    expect("the first colour", deployments(place), [first])
    run = colour(place, "2")
    run.expect(0, "succeeded")
    second = serving(place)
    if second == first:
        raise Failed("the Service was not switched")
    expect_in("who serves", f"Service web leads to {second}", run.step()["reason"])
    expect_in("what went", f"removed Deployment {first}", " ".join(run.step()["warnings"]))
    expect("what is left", deployments(place), [second])
    expect("the endpoints", {o["columns"]["Ready"] for o in run.kind("EndpointSlice")}, {"2/2"})
    await_that("the Pods of the first colour to go", lambda: first not in kubectl("-n", place.ns, "get", "pods", "-o", "name"))


def test_blue_green_that_fails(place):
    colour(place, "1").expect(0, "succeeded")
    first = serving(place)
    run = colour(place, "2", "never-ready", "5s")
    run.expect(3, "timedOut")
    expect("who serves", serving(place), first)
    second = next(d for d in deployments(place) if d != first)
    expect_in("the verdict", f"Service web still leads to {first}; {second} is kept for a look: kubectl delete deployment {second} -n {place.ns} removes it",
              run.step()["reason"])
    expect("the Service's row", run.object("Service", "web")["apply"], "notTried")
    colour(place, "3").expect(0, "succeeded")
    expect("one is left", deployments(place), [serving(place)])


def test_blue_green_not_verified(place):
    colour(place, "1", verified=False).expect(0, "notVerified")
    first = serving(place)
    run = colour(place, "2", "never-ready", verified=False)
    run.expect(0, "notVerified")
    expect("what is left", deployments(place), [serving(place)])
    expect_in("what went", f"removed Deployment {first}", " ".join(run.step()["warnings"]))


TESTS = [f for name, f in sorted(globals().items()) if name.startswith("test_")]

if __name__ == "__main__":
    sys.exit(main(TESTS))
