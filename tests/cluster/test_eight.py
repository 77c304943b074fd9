# SPDX-License-Identifier: Apache-2.0
"""One plan with every kind of step, and the same plan with a step that the server refuses in its middle."""
import os
import sys

from harness import expect, expect_in, main
from objects import config_map, deployment, service
from test_helm import helm_of

PLAN = """\
apiVersion: ksettle/v1
name: all eight
defaults: {{namespace: {ns}, verify: {{timeout: 60s, stabilization: 2s}}}}
steps:
- name: Manifests
  yaml: {{files: [k8s/*.yaml]}}
- name: Chart
  helm: {{release: cache, chart: ./chart, set: {{replicas: "2"}}}}
- name: Overlay
  kustomize: {{path: overlay}}
- name: Web
  resources:
    deployment: {{name: web, replicas: 2, containers: [{{name: web, image: "nginx:1.27", ports: [{{containerPort: 80}}]}}]}}
    service: {{name: web, ports: [{{port: 80}}]}}
- name: Settings
  configMap: {{name: settings, data: {{a: b}}{refused}}}
- name: Credentials
  secret: {{name: db, stringData: {{password: "${{env:EIGHT_PASSWORD}}"}}}}
- name: Route
  ingress: {{name: web, className: nginx, rules: [{{host: shop.test, path: /, service: web, port: 80}}]}}
- name: Web service
  service: {{name: web-inside, selector: {{app: web}}, ports: [{{port: 80, targetPort: 80}}]}}
"""

FILES = {
    "k8s/base.yaml": config_map("base") + deployment("api", 1) + service("api"),
    "chart/Chart.yaml": "apiVersion: v2\nname: cache\nversion: 1.0.0\n",
    "chart/values.yaml": "replicas: 1\n",
    "chart/templates/cache.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec: {containers: [{name: cache, image: "redis:7"}]}
""",
    "overlay/kustomization.yaml": "resources: [it.yaml]\nnamePrefix: over-\nconfigMapGenerator: [{name: made, literals: [a=b]}]\n",
    "overlay/it.yaml": deployment("it", 1),
}
NAMES = ["Manifests", "Chart", "Overlay", "Web", "Settings", "Credentials", "Route", "Web service"]
PASSWORD = "nobody-sees-this-one"


def run(p, helm, **more):
    for name, text in FILES.items():
        os.makedirs(os.path.dirname(p.path(name)), exist_ok=True)
        p.write(name, text)
    return p.run("run", p.write("plan.yaml", PLAN.format(ns=p.ns, **more)), env={"EIGHT_PASSWORD": PASSWORD, "KSETTLE_HELM": helm_of(helm)})


def table(it):
    for step in it.snapshot["steps"]:
        print(f"# {step['name']:12} {step['type']:10} {step['verdict']:10} {step['reason'] or ''}"[:200], flush=True)


def all_eight_kinds(p, helm):
    it = run(p, helm, refused="")
    table(it)
    it.expect(0)
    steps = it.snapshot["steps"]
    expect("the sections", [s["name"] for s in steps], NAMES)
    expect("their types", [s["type"] for s in steps],
           ["yaml", "helm", "kustomize", "resources", "configMap", "secret", "ingress", "service"])
    expect("all succeeded", {s["verdict"] for s in steps}, {"succeeded"})
    expect("each has its objects", [s["name"] for s in steps if not [o for o in s["objects"] if o["applied"]]], [])
    expect("every row is Success", [o["id"] for s in steps for o in s["objects"] if o["status"] != "Success"], [])
    expect("the Secret is masked", PASSWORD in it.out + it.err + open(p.path("out.json")).read(), False)
    expect("helm decides its own", steps[1]["verify"]["mode"], "helm")
    expect_in("a generated name", "over-made-", [o["name"] for o in steps[2]["objects"] if o["kind"] == "ConfigMap"][0])


def test_all_eight_kinds_helm3(p):
    all_eight_kinds(p, 3)


def test_all_eight_kinds_helm4(p):
    all_eight_kinds(p, 4)


def test_a_step_that_is_refused(p):
    it = run(p, 3, refused="}\n  namespace: not-there\n  verify: {timeout: 20s")
    table(it)
    it.expect(1)
    steps = it.snapshot["steps"]
    expect("the verdicts", [s["verdict"] for s in steps], ["succeeded"] * 4 + ["failed"] + ["skipped"] * 3)
    expect_in("why", '"not-there" not found', steps[4]["reason"])
    expect("the run", it.snapshot["run"]["verdict"], "failed")


if __name__ == "__main__":
    sys.exit(main([test_all_eight_kinds_helm3, test_all_eight_kinds_helm4, test_a_step_that_is_refused]))
