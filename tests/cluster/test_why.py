# SPDX-License-Identifier: Apache-2.0
"""Rollouts that go wrong, each in its own way, and the sentence that must say why.

What is printed as a comment is for people to read: it must make sense to someone who does not
know the manifest."""
import shlex
import sys
from dataclasses import dataclass

from harness import CLUSTER, Failed, Skipped, await_that, expect_in, kubectl, main
from objects import config_map, deployment, job, notes, pod
from webhook import DENIAL, Webhook

QUICK = "--stabilization 1s --timeout 8s"


@dataclass
class Case:
    name: str
    manifests: str
    code: int
    of: str  # whose sentence: KIND/NAME, or "step"
    says: tuple
    flags: str = ""
    given: str = ""  # manifests that are there before
    before: tuple = ()  # kubectl's arguments, after those
    after: tuple = ()
    needs: str = ""  # manifests that the cluster must refuse: at once, or once `given` is in force
    local: bool = False  # the API server must reach this machine's loopback
    gap: str = ""  # what is known to be missing; the case is skipped until it is there


def template(name, behave=None, spec="", **more):
    return f"""\
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}, annotations: {notes(behave, **more)}}}
    spec:
{indent(spec, 6)}      containers:
      - {{name: {name}, image: "nginx:1.27"}}
"""


def indent(text, by):
    return "".join(" " * by + line + "\n" for line in text.splitlines())


def workload(kind, name, behave=None, spec="", head="", **more):
    return (f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{indent(head, 2)}"
            f"{template(name, behave, spec, **more)}---\n")


def limited(name, what, quantity, behave=None):
    """A Deployment whose container has a request and a limit."""
    text = workload("Deployment", name, behave)
    resources = f'resources: {{requests: {{{what}: "{quantity}"}}, limits: {{{what}: "{quantity}"}}}}'
    return text.replace('image: "nginx:1.27"', f'image: "nginx:1.27", {resources}')


def with_probe(text):
    probe = "readinessProbe: {httpGet: {path: /ready, port: 8080}}"
    return text.replace('image: "nginx:1.27"', f'image: "nginx:1.27", {probe}')


def claim(name):
    return (f"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}}}\n"
            "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n---\n")


def crd(kind, plural):
    return f"""
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {plural}.@NS@.example.com}}
spec:
  group: "@NS@.example.com"
  names: {{kind: {kind}, plural: {plural}}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {{openAPIV3Schema: {{type: object}}}}
---
"""


HERE = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: @NS@}}"

POLICY = f"""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: two-replicas-@NS@}}
spec:
  failurePolicy: Fail
  matchConstraints:
    {HERE}
    resourceRules: [{{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}}]
  validations: [{{expression: "object.spec.replicas >= 2", message: "at least 2 replicas are required here"}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: two-replicas-@NS@}}
spec: {{policyName: two-replicas-@NS@, validationActions: [Deny]}}
---
"""

WEBHOOK = f"""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {{name: hook-@NS@}}
webhooks:
- name: guard.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  timeoutSeconds: 2
  clientConfig: {{url: "https://127.0.0.1:1/validate"}}
  {HERE}
  rules: [{{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}}]
---
"""

HPA = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
---
"""

BALANCER = """
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
---
"""

BUDGET = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {job-name: long}}}
---
"""

DENIER = Webhook()
WEB = "Deployment/web"
DENIED = "failed to authorize: failed to fetch oauth token: 401 Unauthorized"
VOLUME = "volumes: [{name: data, persistentVolumeClaim: {claimName: web-data}}]"
TEMPLATED = """
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
---
"""
STRANGER = "serviceAccountName: stranger"

CASES = [
    # Images.
    Case("image-not-found", deployment("web", 3, "bad-image", "registry.example/web:9"), 3, WEB,
         ("3 of 3 Pods", "registry.example/web:9", "not found")),
    Case("image-name-malformed", deployment("web", 1, "bad-image-name", "Web:9:9"), 3, WEB,
         ("Web:9:9", "not a valid image name")),
    Case("image-pull-denied", deployment("web", 1, "bad-image", "registry.example/web:9", message=DENIED), 3, WEB,
         ("registry.example/web:9", "denied")),
    # Containers that end.
    Case("crash-loop", deployment("web", 1, "crash"), 3, WEB,
         ("exits with code 1", "cannot connect to db:5432"), flags="--timeout 16s"),
    Case("out-of-memory", limited("web", "memory", "64Mi", "oom"), 3, WEB,
         ("out of memory", "64Mi"), flags="--timeout 16s"),
    Case("pod-exits", pod("once", "exit", "Never", exit_code="127"), 1, "Pod/once",
         ("127", "command not found")),
    Case("init-container", workload("Deployment", "web", "init-fail", 'initContainers: [{name: schema, image: "busybox:1"}]'),
         3, WEB, ("init container \"schema\"", "exits with code 1"), flags="--timeout 16s"),
    # Containers that are not ready.
    Case("never-ready", with_probe(workload("Deployment", "web", "never-ready")), 3, WEB,
         ("readiness probe (GET /ready on port 8080)", "Readiness probe failed", "503")),
    Case("slow", with_probe(workload("Deployment", "web", "slow", delay="60s")), 3, WEB, ("1 of 1 Pod", "readiness probe (GET /ready on port 8080)")),
    # Pods that do not come to run.
    Case("too-much-cpu", limited("web", "cpu", "100"), 3, WEB, ("(0/5 nodes are available: 5 Insufficient cpu)",)),
    Case("no-such-node", workload("Deployment", "web", spec="nodeSelector: {disk: fast}"), 3, WEB,
         ("5 nodes", "node affinity/selector")),
    Case("config-map-missing", deployment("web", 2, "config-error"), 3, WEB, ("configmap \"x\" not found",)),
    Case("secret-volume-missing", deployment("web", 2, "mount"), 3, WEB, ("secret \"x\" not found",)),
    Case("claim-missing", workload("Deployment", "web", spec=VOLUME), 3, WEB, ("web-data", "not found")),
    Case("claim-without-class", claim("data"), 3, "PersistentVolumeClaim/data", ("names no StorageClass", "no default one")),
    Case("claim-of-a-pod-without-class", claim("web-data") + workload("Deployment", "web", spec=VOLUME), 3, WEB,
         ("unbound immediate PersistentVolumeClaims", "claim \"web-data\"", "names no StorageClass")),
    Case("claims-of-a-stateful-set", workload("StatefulSet", "db", head="replicas: 2\nserviceName: db").replace("\n---\n", TEMPLATED), 3,
         "StatefulSet/db", ("1 of 2 Pods (db-0)", "claim \"data-db-0\"", "there is no StorageClass fast")),
    Case("storage-class-missing", claim("data").replace("spec: {", "spec: {storageClassName: nope, "), 3, "PersistentVolumeClaim/data",
         ("storageclass", "\"nope\" not found")),
    Case("no-sandbox", deployment("web", 1, "sandbox"), 3, WEB, ("no IP addresses available",)),
    Case("scheduling-gate", workload("Deployment", "web", spec="schedulingGates: [{name: example.com/wait}]"), 3, WEB,
         ("scheduling gates",)),
    Case("no-free-port", workload("Deployment", "web", head="replicas: 6").replace('image: "nginx:1.27"',
         'image: "nginx:1.27", ports: [{containerPort: 80, hostPort: 8099}]'), 3, WEB, ("1 of 6 Pods", "free ports")),
    Case("readiness-gate", workload("Deployment", "web", spec="readinessGates: [{conditionType: example.com/up}]", gates="closed"), 3, WEB,
         ("readiness gate example.com/up",)),
    Case("deadline-of-a-rollout", deployment("web", 1, "bad-image", spec="  progressDeadlineSeconds: 3\n"), 1, WEB,
         ("cannot be pulled", "no progress within its deadline"), flags="--timeout 12s"),
    # Pods that cannot be made.
    Case("quota-on-pods", deployment("web", 2), 3, WEB, ("exceeded quota", "tight"),
         before=("-n @NS@ create quota tight --hard=pods=1",)),
    Case("pod-security", deployment("web"), 3, WEB, ("violates PodSecurity", "restricted"),
         before=("label namespace @NS@ pod-security.kubernetes.io/enforce=restricted",)),
    Case("quota-on-some-pods", workload("StatefulSet", "db", head="replicas: 2\nserviceName: db"), 3, "StatefulSet/db",
         ("1 of 2 Pods created", "exceeded quota", "tight"), flags="--timeout 14s",
         before=("-n @NS@ create quota tight --hard=pods=1",)),
    Case("limit-range", limited("web", "cpu", "2"), 3, WEB, ("maximum cpu usage per Container is 100m",),
         given="apiVersion: v1\nkind: LimitRange\nmetadata: {name: small}\nspec: {limits: [{type: Container, max: {cpu: 100m}}]}\n---\n"),
    Case("no-priority-class", workload("Deployment", "web", spec="priorityClassName: nope"), 3, WEB, ("no PriorityClass with name nope",)),
    Case("service-account-missing", workload("Deployment", "web", spec=STRANGER), 3, WEB, ("stranger", "not found"),
         needs=pod("one").replace("spec:\n", f"spec:\n  {STRANGER}\n")),
    # What the API server refuses.
    Case("quota-on-apply", config_map("conf"), 1, "ConfigMap/conf", ("exceeded quota", "tight"),
         before=("-n @NS@ create quota tight --hard=configmaps=0",)),
    Case("admission-policy", deployment("web"), 1, WEB, ("at least 2 replicas are required here",), given=POLICY,
         # A policy is in force some moments after it is made.
         needs=deployment("web")),
    Case("webhook-denies-apply", config_map("conf"), 1, "ConfigMap/conf", ("guard.example.com", DENIAL),
         given=DENIER.configuration("configmaps"), needs=config_map("conf"), local=True),
    Case("webhook-denies-pods", deployment("web", 2), 3, WEB, ("guard.example.com", DENIAL),
         given=DENIER.configuration("pods"), needs=pod("one"), local=True),
    # It may come up: the apply goes on until the timeout.
    Case("webhook-unreachable", config_map("conf"), 3, "ConfigMap/conf", ("guard.example.com", "connection refused"),
         given=WEBHOOK, needs=config_map("conf")),
    Case("immutable-field", deployment("web").replace("app: web", "app: other"), 1, WEB,
         ("spec.selector", "immutable"), given=deployment("web")),
    Case("selector-without-labels", deployment("web").replace("labels: {app: web}", "labels: {app: other}"), 1, WEB,
         ("`selector` does not match template `labels`",)),
    Case("unknown-field", deployment("web", spec="  replicaz: 3\n"), 1, WEB, ("replicaz",)),
    Case("conflict", config_map("conf", a="ours"), 1, "ConfigMap/conf", (".data.a", "other"),
         before=("-n @NS@ create configmap conf --from-literal=a=theirs --field-manager=other",)),
    Case("forbidden", config_map("conf"), 4, "step", ("stranger", "cannot patch", "configmaps"), flags="--as stranger"),
    Case("namespace-terminating", config_map("conf"), 1, "ConfigMap/conf", ("being terminated",),
         given="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: keeper, namespace: @NS@, finalizers: [example.com/keep]}\n---\n",
         before=("delete namespace @NS@ --wait=false",),
         after=('-n @NS@ patch configmap keeper --type=merge -p \'{"metadata":{"finalizers":null}}\'',)),
    Case("kind-unknown", "apiVersion: no.such/v1\nkind: Thing\nmetadata: {name: x}\n", 2, "step", ("Thing", "no.such/v1")),
    Case("crd-names-taken", crd("Widget", "gadgets"), 1, "CustomResourceDefinition/gadgets.@NS@.example.com",
         ("Widget", "already in use"), given=crd("Widget", "widgets"),
         after=("delete crd gadgets.@NS@.example.com --wait=false",)),
    # Jobs.
    Case("job-backoff-limit", job("migrate", "exit", exit_code="3"), 1, "Job/migrate",
         ("exits with code 3", "backoffLimit 0"), flags="--wait-for-jobs"),
    Case("job-deadline", job("migrate", "run-forever", spec="  activeDeadlineSeconds: 2\n"), 1, "Job/migrate",
         ("activeDeadlineSeconds 2",), flags="--wait-for-jobs --timeout 20s"),
    Case("job-image", job("migrate", "bad-image"), 1, "Job/migrate", ("busybox:1", "cannot be pulled"),
         flags="--wait-for-jobs --grace 2s"),
    # Its events tell how it ended.
    Case("job-gone-before-its-end-was-seen", job("migrate", "exit", spec="  ttlSecondsAfterFinished: 0\n"), 1,
         "Job/migrate", ("backoff limit",), flags="--wait-for-jobs --poll-interval 6s --timeout 14s"),
    # Other kinds.
    Case("paused", deployment("web", spec="  paused: true\n"), 0, WEB, ("paused",)),
    Case("stateful-set-first-pod", workload("StatefulSet", "db", "never-ready", head="replicas: 3\nserviceName: db"), 3,
         "StatefulSet/db", ("1 of 3 Pods (db-0)", "Readiness probe failed")),
    Case("daemon-set-without-nodes", workload("DaemonSet", "agent", spec="nodeSelector: {disk: fast}"), 0,
         "DaemonSet/agent", ("no node",)),
    Case("no-address", BALANCER, 3, "Service/front", ("load balancer",)),
    Case("scaler-without-metrics", deployment("web") + HPA, 0, "HorizontalPodAutoscaler/web", ("metrics",),
         flags="--stabilization 17s --timeout 40s"),
    # How many Pods a Job should have is not known to it.
    Case("budget-of-a-job", job("long", "run-forever") + BUDGET, 3, "PodDisruptionBudget/web",
         ("does not implement the scale subresource",)),
]


def sentence_of(run, of):
    """What the row says, or the step."""
    if of == "step":
        return run.step()["reason"] or ""
    row = run.object(*of.split("/"))
    return " | note: ".join(text for text in (row["message"], row["note"]) if text)


def refused(p, manifests):
    try:
        kubectl("-n", p.ns, "apply", "--dry-run=server", "-f", "-", text=manifests)
    except Failed:
        return True
    return False


def prepare(case, p):
    if case.local and not CLUSTER:
        raise Skipped("the cluster cannot reach this machine")
    if case.given:
        kubectl("-n", p.ns, "apply", "--server-side", "--field-manager=ksettle", "-f", "-", text=case.given.replace("@NS@", p.ns))
    for line in case.before:
        kubectl(*shlex.split(line.replace("@NS@", p.ns)))
    if case.needs and not case.given and not refused(p, case.needs):
        raise Skipped("this cluster lets it pass")
    if case.needs and case.given:
        await_that("the cluster to refuse it", lambda: refused(p, case.needs))


def clean_up(case, p):
    for line in case.after:
        kubectl(*shlex.split(line.replace("@NS@", p.ns)), check=False)
    if case.given:
        kubectl("-n", p.ns, "delete", "--wait=false", "-f", "-", text=case.given.replace("@NS@", p.ns), check=False)


def test_of(case):
    def test(p):
        try:
            prepare(case, p)
            run = p.run("run", p.plan(case.manifests.replace("@NS@", p.ns)), *QUICK.split(), *case.flags.split())
        finally:
            clean_up(case, p)
        sentence = sentence_of(run, case.of.replace("@NS@", p.ns))
        print(f"# {case.name}: {sentence}\n", end="", flush=True)
        try:
            run.expect(case.code)
            for part in case.says:
                expect_in("the sentence", part, sentence)
        except Failed:
            if case.gap:
                raise Skipped(case.gap) from None
            raise
        if case.gap:
            raise Failed(f"it does say so: {case.gap} is no gap any more")

    test.__name__ = "test_" + case.name.replace("-", "_")
    return test


if __name__ == "__main__":
    sys.exit(main([test_of(case) for case in CASES]))
