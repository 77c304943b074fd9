# SPDX-License-Identifier: Apache-2.0
"""Plans that ksettle wrote itself, of a folder and of an Octopus process: they are run as they were written."""
import json
import os
import sys

from harness import Failed, expect, expect_in, kubectl, main
from objects import config_map, deployment, job, service
from test_helm import helm_of

PASSWORD = "nobody-sees-this-one"
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: cache\nversion: 1.0.0\n",
    "values.yaml": "level: none\n",
    "templates/it.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {level: "{{ .Values.level }}"}\n',
}
OVERLAY = {"kustomization.yaml": "resources: [it.yaml]\nnamePrefix: over-\n", "it.yaml": deployment("it", 1)}


def write(p, folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(p.path(path)), exist_ok=True)
        p.write(path, text)


def made(p, *args, code=0):
    """What a command that writes a plan says."""
    it = p.finish(p.start(*args))
    if it.code != code:
        raise Failed(f"{args}: exit code {it.code}\n{it.out}{it.err}")
    return it.out + it.err


def steps(run):
    return [(s["type"], s["verdict"]) for s in run.snapshot["steps"]]


# --- init ---

def test_init(p):
    """A chart, a kustomization, and manifests that need each other."""
    write(p, "charts/cache", CHART)
    write(p, "overlay", OVERLAY)
    write(p, "k8s", {"a web.yaml": deployment("web", 2) + service("web"), "${HOME}.yaml": config_map("settings"), "notes.yaml": "todo: []\n"})
    made(p, "init", "-o", "plan.yaml")
    env = {"KSETTLE_HELM": helm_of(3)}
    check = p.run("run", "--check", "-n", p.ns, "plan.yaml", env=env)
    check.expect(0)
    expect_in("nothing was changed", "nothing was changed", check.out)
    expect("nothing is there", kubectl("-n", p.ns, "get", "deployments", "-o", "name"), "")
    run = p.run("run", "-n", p.ns, "plan.yaml", "--stabilization", "2s", env=env)
    run.expect(0)
    expect("steps", steps(run), [("helm", "succeeded"), ("kustomize", "succeeded"), ("yaml", "succeeded")])
    expect("each is verified", [s["verify"]["mode"] for s in run.snapshot["steps"]], ["helm", "objects", "objects"])
    expect("Pods", len(run.kind("Pod", 2)), 2)


def test_init_foundations(p):
    """A namespace and what is in it, in files whose names say the other way round."""
    ns = f"{p.ns}-made"
    write(p, ".", {"a.yaml": config_map("settings").replace("{name: settings}", f"{{name: settings, namespace: {ns}}}"),
                   "z.yaml": f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {ns}}}\n"})
    made(p, "init", "-o", "plan.yaml")
    try:
        p.run("run", "plan.yaml").expect(0)
        expect("it is there", kubectl("-n", ns, "get", "configmap", "settings", "-o", "name"), "configmap/settings\n")
    finally:
        kubectl("delete", "namespace", ns, "--wait=false", check=False)


# --- import ---

def action(name, kind, check=True, step="", blocks="", **properties):
    """A step of a process; '.' is '__' in the names of its properties."""
    given = {**({"Kubernetes.ResourceStatusCheck": "True", "Kubernetes.DeploymentTimeout": "60"} if check else {}),
             "Kubernetes.ServerSideApply.Enabled": "True", **{k.replace("__", "."): v for k, v in properties.items()}}
    text = "".join(f"            Octopus.Action.{k} = {json.dumps(v)}\n" for k, v in given.items())
    return f"""step "{name}" {{
    name = "{name}"
{step}
    action {{
        action_type = "Octopus.{kind}"
        properties = {{
{text}        }}
{blocks}    }}
}}
"""


CONTAINERS = [{"Name": "web", "PackageId": "library/nginx", "FeedId": "docker-hub", "InitContainer": "False",
               "Ports": [{"key": "http", "value": "80", "option": "TCP"}], "EnvironmentVariables": [{"key": "LEVEL", "value": "#{Level}"}]}]
IMAGE = """        packages "web" {
            acquisition_location = "NotAcquired"
            feed = "docker-hub"
            package_id = "library/nginx"
        }
"""
RULES = [{"host": "shop.test", "http": {"paths": [{"key": "/", "value": "http", "option": "", "option2": "Prefix"}]}}]
PROCESS = (
    action("Manifests", "KubernetesDeployRawYaml", Script__ScriptSource="Inline", Kubernetes__WaitForJobs="True",
           KubernetesContainers__CustomResourceYaml=job("prepare"))
    + action("Chart", "HelmChartUpgrade", Script__ScriptSource="GitRepository", GitRepository__Source="Project", Helm__ChartDirectory="chart",
             Helm__ReleaseName="cache", Helm__TemplateValuesSources=json.dumps([{"Type": "KeyValues", "Value": {"level": "high"}}]))
    + action("Overlay", "Kubernetes.Kustomize", Script__ScriptSource="GitRepository", GitRepository__Source="Project",
             Kubernetes__Kustomize__OverlayPath="overlay")
    + action("Web", "KubernetesDeployContainers", blocks=IMAGE, KubernetesContainers__DeploymentName="web",
             EnabledFeatures="Octopus.Features.KubernetesService", KubernetesContainers__Replicas="#{Replicas}",
             KubernetesContainers__Containers=json.dumps(CONTAINERS), KubernetesContainers__DeploymentStyle="RollingUpdate",
             KubernetesContainers__ServiceName="web", KubernetesContainers__ServiceType="ClusterIP",
             KubernetesContainers__ServicePorts=json.dumps([{"name": "http", "port": "80", "targetPort": "http", "protocol": "TCP"}]))
    + action("Settings", "KubernetesDeployConfigMap", check=False, step='    start_trigger = "StartWithPrevious"',
             KubernetesContainers__ConfigMapName="settings", KubernetesContainers__ConfigMapValues=json.dumps({"level": "#{Level}"}))
    + action("Credentials", "KubernetesDeploySecret", KubernetesContainers__SecretName="db",
             KubernetesContainers__SecretValues=json.dumps({"password": "#{Db.Password}"}))
    + action("Route", "KubernetesDeployIngress", KubernetesContainers__IngressName="web", KubernetesContainers__IngressClassName="nginx",
             KubernetesContainers__IngressRules=json.dumps(RULES), KubernetesContainers__ServiceName="web")
    + action("Web service", "KubernetesDeployService", KubernetesContainers__ServiceName="web-inside", KubernetesContainers__ServiceType="ClusterIP",
             KubernetesContainers__ServicePorts=json.dumps([{"name": "http", "port": "80", "targetPort": "80", "protocol": "TCP"}]),
             KubernetesContainers__DeploymentLabels=json.dumps({"app": "web"}),
             KubernetesContainers__SelectorLabels=json.dumps({"app": "web"}))
    + action("Clean up", "KubernetesDeployConfigMap", step='    condition = "Failure"', KubernetesContainers__ConfigMapName="failed",
             KubernetesContainers__ConfigMapValues=json.dumps({"a": "b"}))
)


def test_import(p):
    """All eight types of actions; the one without a check is not verified."""
    write(p, "chart", CHART)
    write(p, "overlay", OVERLAY)
    p.write("process.ocl", PROCESS)
    made(p, "import", "process.ocl", "-o", "plan.yaml")
    run = p.run("run", "-n", p.ns, "plan.yaml", "--stabilization", "2s", "--set", "Replicas=2", "--set", "Level=7", "--set", "nginx.version=1.27",
                env={"KSETTLE_HELM": helm_of(3), "DB_PASSWORD": PASSWORD})
    run.expect(0)
    expect("steps", steps(run), [("yaml", "succeeded"), ("helm", "succeeded"), ("kustomize", "succeeded"), ("resources", "succeeded"),
                                 ("configMap", "notVerified"), ("secret", "succeeded"), ("ingress", "succeeded"), ("service", "succeeded"),
                                 ("configMap", "skipped")])
    expect("timeouts", [s["verify"]["timeoutSeconds"] for s in run.snapshot["steps"][:4]], [60] * 4)
    expect("Jobs are waited for", run.step(0)["verify"]["waitForJobs"], True)
    expect("Pods", len(run.kind("Pod", 3)), 2)
    web = json.loads(kubectl("-n", p.ns, "get", "deployment", "web", "-o", "json"))["spec"]["template"]["spec"]["containers"][0]
    expect("the image", web["image"], "library/nginx:1.27")
    expect("a value", web["env"], [{"name": "LEVEL", "value": "7"}])
    expect("of helm", kubectl("-n", p.ns, "get", "configmap", "cache", "-o", "jsonpath={.data.level}"), "high")
    expect("of Octopus' Secret", PASSWORD in run.out + run.err + json.dumps(run.snapshot), False)


if __name__ == "__main__":
    sys.exit(main([test_init, test_init_foundations, test_import], jobs=2))
