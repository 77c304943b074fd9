# SPDX-License-Identifier: Apache-2.0
"""Manifests for the tests. `behave` is what the simulated kubelets do with the Pods (README.md)."""


def notes(behave, **more):
    pairs = {f"ksettle.test/{k.replace('_', '-')}": v for k, v in dict(behave=behave, **more).items() if v}
    return "{" + ", ".join(f'{k}: "{v}"' for k, v in pairs.items()) + "}"


def deployment(name, replicas=1, behave=None, image="nginx:1.27", spec="", **more):
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
{spec}  template:
    metadata: {{labels: {{app: {name}}}, annotations: {notes(behave, **more)}}}
    spec:
      containers:
      - {{name: {name}, image: "{image}"}}
---
"""


def pod(name, behave=None, restart="Always", **more):
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}, annotations: {notes(behave, **more)}}}
spec:
  restartPolicy: {restart}
  containers:
  - {{name: {name}, image: "busybox:1"}}
---
"""


def job(name, behave=None, backoff=0, spec="", **more):
    return f"""
apiVersion: batch/v1
kind: Job
metadata: {{name: {name}}}
spec:
  backoffLimit: {backoff}
{spec}  template:
    metadata: {{annotations: {notes(behave, **more)}}}
    spec:
      restartPolicy: Never
      containers:
      - {{name: {name}, image: "busybox:1"}}
---
"""


def config_map(name, **data):
    pairs = ", ".join(f"{k}: {v}" for k, v in (data or {"a": "b"}).items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{{pairs}}}\n---\n"


def secret(name, value):
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\nstringData: {{password: {value}}}\n---\n"


def service(name):
    return (f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
            f"spec: {{selector: {{app: {name}}}, ports: [{{port: 80}}]}}\n---\n")
