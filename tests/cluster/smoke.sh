#!/bin/sh
# smoke.sh
# Brings a test cluster up, sees that each behaviour in README.md comes about,
# and takes it down. Prints TAP.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
dir=$(mktemp -d)
trap '[ ! -d "$dir/run" ] || "$here/down.sh" "$dir"; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

"$here/up.sh" "$dir" >&2
export KUBECONFIG="$dir/kubeconfig"
# shellcheck source=/dev/null
. "$dir/env"
PATH=$KSETTLE_CLUSTER_BIN:$PATH

count=0
failed=0
report() { # report ok|not_ok WHAT
	count=$((count + 1))
	if [ "$1" = ok ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
	fi
}

# becomes WHAT WANTED COMMAND...: until COMMAND prints WANTED (a pattern of sh),
# for 30 seconds at most.
becomes() {
	what=$1
	wanted=$2
	shift 2
	end=$(($(date +%s) + 30))
	while :; do
		got=$("$@" 2>&1) || :
		# shellcheck disable=SC2254 # it is a pattern
		case $got in
		$wanted)
			report ok "$what"
			return
			;;
		esac
		if [ "$(date +%s)" -ge "$end" ]; then
			report not_ok "$what"
			printf '%s\n' "wanted: $wanted" "got:    $got" | sed 's/^/# /'
			return
		fi
		sleep 0.2
	done
}

# pod APP JSONPATH: of the (first) Pod of an app
pod() { kubectl get pods -l "app=$1" -o "jsonpath={range .items[0]}$2{end}"; }
ready() { pod "$1" '{.status.conditions[?(@.type=="Ready")].status}'; }
events() { kubectl get events -o "jsonpath={range .items[?(@.type==\"Warning\")]}{.involvedObject.name} {.reason}: {.message}{\"\\n\"}{end}" | grep "^$1-[a-z0-9]*-[a-z0-9]* " | sed 's/^[^ ]* //' | sort -u | paste -sd '|' -; }
job() { kubectl get job "$1" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}'; }

deployment() { # deployment NAME ANNOTATIONS [MORE-OF-THE-POD]
	cat <<-EOF
		---
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: $1}
		spec:
		  selector: {matchLabels: {app: $1}}
		  template:
		    metadata: {labels: {app: $1}, annotations: {$2}}
		    spec:
		      containers: [{name: main, image: "web:1.2"}, {name: side, image: "side:1"}]
		      ${3:-}
	EOF
}
jobs() { # jobs NAME ANNOTATIONS
	cat <<-EOF
		---
		apiVersion: batch/v1
		kind: Job
		metadata: {name: $1}
		spec:
		  backoffLimit: 0
		  template:
		    metadata: {labels: {app: $1}, annotations: {$2}}
		    spec: {restartPolicy: Never, containers: [{name: main, image: "job:1"}]}
	EOF
}
inits='initContainers: [{name: first, image: "first:1"}, {name: proxy, image: "proxy:1", restartPolicy: Always}]'
{
	deployment plain '' "$inits"
	for b in bad-image bad-image-name config-error crash crash-after-ready never-ready oom restart-once sandbox mount; do
		deployment $b "ksettle.test/behave: $b"
	done
	deployment init-fail 'ksettle.test/behave: init-fail' "$inits"
	deployment slow 'ksettle.test/behave: slow, ksettle.test/delay: 4s'
	deployment flap 'ksettle.test/behave: flap'
	deployment flap-forever 'ksettle.test/behave: flap, ksettle.test/flap: forever'
	deployment exit 'ksettle.test/behave: exit, ksettle.test/exit-code: "42", ksettle.test/container: side'
	deployment evict 'ksettle.test/behave: evict, ksettle.test/delay: 3s'
	deployment gates 'ksettle.test/gates: closed' 'readinessGates: [{conditionType: example.com/lb}]'
	deployment stopping 'ksettle.test/stop-delay: 3s'
	deployment huge '' 'nodeSelector: {no: such}'
	jobs complete ''
	jobs fail 'ksettle.test/behave: exit, ksettle.test/exit-code: "3"'
	jobs forever 'ksettle.test/behave: run-forever'
} >"$dir/all.yaml"
kubectl apply -f "$dir/all.yaml" >"$dir/apply.log" || { cat "$dir/apply.log" >&2; exit 1; }

main='{.status.containerStatuses[0]'
side='{.status.containerStatuses[1]'
back_off='Running CrashLoopBackOff'

becomes 'slow: not ready at first' False ready slow
becomes 'plain: ready' True ready plain
becomes 'plain: all containers have a status' 'main true side true first true proxy true ' \
	pod plain '{range .status.containerStatuses[*]}{.name} {.ready} {end}{range .status.initContainerStatuses[*]}{.name} {.ready} {end}'
becomes 'plain: the conditions of a kubelet' 'PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled' \
	pod plain '{.status.conditions[*].type}'
becomes 'plain: the Deployment is available' True \
	kubectl get deployment plain -o 'jsonpath={.status.conditions[?(@.type=="Available")].status}'
becomes 'bad-image: waits, and names the image' 'Pending ImagePullBackOff Back-off pulling image "web:1.2": ErrImagePull: *"docker.io/library/web:1.2"*: not found' \
	pod bad-image "{.status.phase} $main.state.waiting.reason} $main.state.waiting.message}"
becomes 'bad-image: events' 'Failed: Error: ErrImagePull|Failed: Error: ImagePullBackOff' events bad-image
becomes 'bad-image-name' 'Pending InvalidImageName' pod bad-image-name "{.status.phase} $main.state.waiting.reason}"
becomes 'config-error' 'Pending CreateContainerConfigError configmap "x" not found' \
	pod config-error "{.status.phase} $main.state.waiting.reason} $main.state.waiting.message}"
becomes 'crash: back-off after an error' "$back_off Error 1" \
	pod crash "{.status.phase} $main.state.waiting.reason} $main.lastState.terminated.reason} $main.lastState.terminated.exitCode}"
becomes 'crash: restarts go up' '[3-9]' pod crash "$main.restartCount}"
becomes 'crash: the other container runs on' 'true 0' pod crash "$side.ready} $side.restartCount}"
becomes 'crash: event' '*BackOff: Back-off restarting failed container*' events crash
becomes 'crash: kubectl logs' '*cannot connect to db:5432*' kubectl logs deployment/crash -c main
becomes 'crash: kubectl logs --previous' '*cannot connect to db:5432*' kubectl logs --previous deployment/crash -c main
becomes 'crash-after-ready: was available, and fails' "$back_off [1-9]" \
	pod crash-after-ready "{.status.phase} $main.state.waiting.reason} $main.restartCount}"
becomes 'exit: the container named, with the code named' "$back_off Error 42 true" \
	pod exit "{.status.phase} $side.state.waiting.reason} $side.lastState.terminated.reason} $side.lastState.terminated.exitCode} $main.ready}"
becomes 'oom: out of memory, then back-off' "$back_off OOMKilled 137" \
	pod oom "{.status.phase} $main.state.waiting.reason} $main.lastState.terminated.reason} $main.lastState.terminated.exitCode}"
becomes 'init-fail' 'Pending CrashLoopBackOff PodInitializing False' \
	pod init-fail "{.status.phase} {.status.initContainerStatuses[0].state.waiting.reason} $main.state.waiting.reason} {.status.conditions[?(@.type==\"Initialized\")].status}"
becomes 'never-ready: runs, and is not ready' 'Running true false ContainersNotReady' \
	pod never-ready "{.status.phase} $main.started} $main.ready} {.status.conditions[?(@.type==\"Ready\")].reason}"
becomes 'never-ready: event' 'Unhealthy: Readiness probe failed: *' events never-ready
becomes 'sandbox' 'Pending ContainerCreating' pod sandbox "{.status.phase} $main.state.waiting.reason}"
becomes 'sandbox: event' 'FailedCreatePodSandBox: *' events sandbox
becomes 'mount' 'Pending ContainerCreating' pod mount "{.status.phase} $main.state.waiting.reason}"
becomes 'mount: event' 'FailedMount: *' events mount
becomes 'slow: ready in the end' True ready slow
becomes 'restart-once: ready again after a restart' 'true 1 1' \
	pod restart-once "$main.ready} $main.restartCount} $main.lastState.terminated.exitCode}"
becomes 'flap: was not ready' 'Unhealthy: *' events flap
becomes 'flap: ready again' True ready flap
becomes 'flap forever: not ready' False ready flap-forever
becomes 'flap forever: ready' True ready flap-forever
becomes 'flap forever: not ready again' False ready flap-forever
becomes 'flap once: still ready' True ready flap
becomes 'evict: failed, and a new Pod in its place' '*Failed Evicted*' \
	kubectl get pods -l app=evict -o 'jsonpath={range .items[*]}{.status.phase} {.status.reason}{"\n"}{end}'
kubectl delete deployment evict >/dev/null # or it would go on for ever
becomes 'gates: closed' 'ReadinessGatesNotReady true' \
	pod gates "{.status.conditions[?(@.type==\"Ready\")].reason} $main.ready}"
kubectl patch "$(kubectl get pods -l app=gates -o name)" --subresource=status --type=strategic \
	-p '{"status":{"conditions":[{"type":"example.com/lb","status":"True"}]}}' >/dev/null
becomes 'gates: open' True ready gates
becomes 'a Pod without a node is Unschedulable' Unschedulable \
	pod huge '{.status.conditions[?(@.type=="PodScheduled")].reason}'
becomes 'Job: complete' '*Complete*' job complete
becomes 'Job: its Pod has succeeded' 'Succeeded Completed 0 PodCompleted' \
	pod complete "{.status.phase} $main.state.terminated.reason} $main.state.terminated.exitCode} {.status.conditions[?(@.type==\"Ready\")].reason}"
becomes 'Job: failed' '*Failed*' job fail
becomes 'Job: the code of its Pod' 'Failed Error 3' pod fail "{.status.phase} $main.state.terminated.reason} $main.state.terminated.exitCode}"
becomes 'Job: runs on' 'Running' pod forever '{.status.phase}'
becomes 'stopping: up' True ready stopping
kubectl delete deployment stopping --wait=false >/dev/null
becomes 'stopping: takes its time' 'Running 2*' pod stopping '{.status.phase} {.metadata.deletionTimestamp}'
becomes 'stopping: gone' '' kubectl get pods -l app=stopping -o name
"$here/mkuser.sh" "$dir" someone some-group >"$dir/kubeconfig-someone"
becomes 'mkuser.sh: known, and without rights' '*"someone" cannot list*' kubectl --kubeconfig "$dir/kubeconfig-someone" get pods
becomes 'mkuser.sh: its group' '*some-group*' kubectl --kubeconfig "$dir/kubeconfig-someone" auth whoami -o 'jsonpath={.status.userInfo.groups}'
"$here/part.sh" "$dir" stop kube-apiserver
becomes 'part.sh: the API server is away' '*refused*' kubectl get --raw /readyz
"$here/part.sh" "$dir" start kube-apiserver
becomes 'part.sh: and back' ok kubectl get --raw /readyz
becomes 'nothing went wrong within kwok' 0 sh -c "grep ERROR '$dir/kwok.log' | grep -c 'patches\|template\|preprocess' || :"

echo "1..$count"
[ $failed -eq 0 ] || { echo "# $failed of $count failed"; exit 1; }
