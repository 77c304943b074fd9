#!/bin/sh
# up.sh DIR
# Brings up a Kubernetes control plane on loopback, with kwok for the kubelets.
# Leaves in DIR: kubeconfig (an administrator's), env (variables for sh), the
# certificates, and a log of each program. down.sh DIR ends it.
# Any number of clusters may be up at the same time.
#   KSETTLE_APISERVER_FLAGS  further flags for kube-apiserver, between blanks
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ $# -eq 1 ] || { echo "usage: up.sh DIR" >&2; exit 2; }

bin=$("$here/build.sh")
mkdir -p "$1"
dir=$(CDPATH='' cd -- "$1" && pwd)
if [ -d "$dir/run" ]; then # an earlier one: its place is taken
	"$here/down.sh" "$dir"
	(cd "$dir" && rm -rf run etcd kwok env kubeconfig ./*.log ./*.crt ./*.key)
fi
mkdir -p "$dir/run" "$dir/kwok"
chmod 700 "$dir" # it holds the keys to a cluster, if only to a toy one
export KUBECONFIG="$dir/kubeconfig"

done=
trap '[ -n "$done" ] || "$here/down.sh" "$dir"' EXIT
trap 'exit 1' HUP INT TERM

fail() { # fail NAME WHY
	{
		echo "up.sh: $1: $2"
		if [ -s "$dir/$1.log" ]; then
			echo "The last lines of $dir/$1.log:"
			tail -n 15 "$dir/$1.log"
		fi
	} >&2
	exit 1
}

# ---- certificates ----

newkey() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

certificates() (
	set -e
	cd "$dir"
	newkey ca.key
	openssl req -x509 -new -key ca.key -subj /CN=ksettle-test-ca -days 3650 -out ca.crt \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
	# For the API server, and for kwok in the part of the kubelets.
	newkey server.key
	openssl req -new -key server.key -subj /CN=localhost -out server.csr
	echo subjectAltName=IP:127.0.0.1,DNS:localhost,IP:10.0.0.1 >server.ext
	openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -days 3650 \
		-set_serial "0x$(openssl rand -hex 8)" -extfile server.ext -out server.crt
	rm server.csr server.ext
	openssl genrsa -out sa.key 2048 # service account tokens are signed with RSA
)
certificates >"$dir/openssl.log" 2>&1 || fail openssl "cannot make the certificates"

# ---- how to start each program ----

quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

# run NAME COMMAND...: writes the command down, for part.sh to start (and to
# start again, should a test want that).
started=
run() {
	name=$1
	shift
	{
		printf exec
		for word in "$@"; do
			printf ' \\\n\t%s' "$(quoted "$word")"
		done
		echo
	} >"$dir/run/$name"
	case " $started " in *" $name "*) ;; *) started="$started $name" ;; esac
	"$here/part.sh" "$dir" start "$name"
}

start_etcd() { # start_etcd PORT
	run etcd "$bin/etcd" --data-dir="$dir/etcd" --unsafe-no-fsync \
		--listen-client-urls="http://127.0.0.1:$1" --advertise-client-urls="http://127.0.0.1:$1" \
		--listen-peer-urls=http://127.0.0.1:0 --initial-advertise-peer-urls=http://127.0.0.1:0 \
		--initial-cluster=default=http://127.0.0.1:0
	etcd=http://127.0.0.1:$1
}
# By its log: another cluster's etcd would answer at its own port just as well.
etcd_ready() { grep -q 'ready to serve client requests' "$dir/etcd.log"; }

start_apiserver() { # start_apiserver PORT
	cat >"$dir/env" <<-EOF
		KSETTLE_CLUSTER_SERVER=https://127.0.0.1:$1
		KSETTLE_CLUSTER_CA=$(quoted "$dir/ca.crt")
		KSETTLE_CLUSTER_BIN=$(quoted "$bin")
	EOF
	"$here/mkuser.sh" "$dir" admin system:masters >"$KUBECONFIG"
	# shellcheck disable=SC2086 # the further flags are words
	run kube-apiserver "$bin/kube-apiserver" --etcd-servers="$etcd" \
		--bind-address=127.0.0.1 --secure-port="$1" --advertise-address=127.0.0.1 \
		--external-hostname=localhost --endpoint-reconciler-type=none \
		--service-account-issuer=https://localhost --service-account-key-file="$dir/sa.key" \
		--service-account-signing-key-file="$dir/sa.key" --client-ca-file="$dir/ca.crt" \
		--tls-cert-file="$dir/server.crt" --tls-private-key-file="$dir/server.key" \
		--service-cluster-ip-range=10.0.0.0/24 --authorization-mode=RBAC,Node \
		--disable-admission-plugins=ServiceAccount \
		--kubelet-certificate-authority="$dir/ca.crt" --kubelet-preferred-address-types=InternalIP \
		${KSETTLE_APISERVER_FLAGS:-}
}
apiserver_ready() { "$bin/kubectl" get --raw /readyz --request-timeout=5s; }

# Leader election is for several of a kind. The node lifecycle controller stays
# on, because it takes the not-ready taint off new nodes; its grace is long, or a
# busy machine would see its Pods evicted.
start_managers() {
	run kube-controller-manager "$bin/kube-controller-manager" --kubeconfig="$KUBECONFIG" \
		--leader-elect=false --secure-port=0 --node-monitor-grace-period=6h \
		--kube-api-qps=500 --kube-api-burst=1000 \
		--service-account-private-key-file="$dir/sa.key" --root-ca-file="$dir/ca.crt"
	run kube-scheduler "$bin/kube-scheduler" --kubeconfig="$KUBECONFIG" \
		--leader-elect=false --secure-port=0 --kube-api-qps=500 --kube-api-burst=1000
}

start_kwok() { # start_kwok PORT
	run kwok "$bin/kwok" --kubeconfig="$KUBECONFIG" --config="$dir/kwok" --manage-all-nodes=true \
		--node-lease-duration-seconds=40 --node-ip=127.0.0.1 --node-port="$1" \
		--server-address="127.0.0.1:$1" \
		--tls-cert-file="$dir/server.crt" --tls-private-key-file="$dir/server.key"
}
# A healthy answer with our own certificate can only be our kwok's.
kwok_ready() {
	"$bin/kubectl" get --raw /healthz --request-timeout=5s --server="https://127.0.0.1:$port"
}

# ---- waiting ----

alive() { "$here/part.sh" "$dir" alive "$1"; }

# wait_for NAME SECONDS COMMAND...: until COMMAND says yes; 1 if NAME ends first.
wait_for() {
	part=$1
	end=$(($(date +%s) + $2))
	shift 2
	until alive "$part" && "$@" >/dev/null 2>"$dir/wait.log"; do
		alive "$part" || return 1
		for other in $started; do alive "$other" || fail "$other" "it has ended"; done
		[ "$(date +%s)" -lt "$end" ] || fail "$part" "not ready in time: $* $(cat "$dir/wait.log")"
		sleep 0.05
	done
}

# with_port NAME START READY: starts NAME on a port taken by chance, until that
# is one that nobody has. (Looking first would not do: another may come between.)
with_port() {
	tries=0
	while :; do
		# Below the ports that systems hand out by themselves.
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
		: >"$dir/$1.log"
		"$2" "$port"
		wait_for "$1" 60 "$3" && return
		grep -q 'address already in use' "$dir/$1.log" || fail "$1" "it has ended"
		[ $((tries += 1)) -lt 10 ] || fail "$1" "found no free port"
	done
}

# ---- nodes and what kwok is to do ----

nodes() {
	for n in 1 2 3 4 5; do
		cat <<-EOF
			---
			apiVersion: v1
			kind: Node
			metadata:
			  name: node-$n
			  annotations: {kwok.x-k8s.io/node: fake}
			  labels: {kubernetes.io/hostname: node-$n, kubernetes.io/os: linux, kubernetes.io/arch: amd64}
			spec: {podCIDR: 10.$n.0.0/16, podCIDRs: [10.$n.0.0/16]}
			status:
			  allocatable: &size {cpu: "64", memory: 256Gi, pods: "1000"}
			  capacity: *size
		EOF
	done
}
# Ready, and without the taint that keeps Pods off.
nodes_ready() {
	[ "$("$bin/kubectl" get nodes -o jsonpath='{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{.spec.taints}{" "}{end}')" = "True True True True True " ]
}

# What `kubectl logs` shows, the same for all; containers named quiet say nothing.
kwok_logs() {
	log() { printf '%s stdout F %s\n' "$(date -u +%Y-%m-%dT%H:%M:%S.000000000Z)" "$1"; }
	{
		log "starting"
		log "reading the configuration"
		log "error: cannot connect to db:5432: connection refused"
	} >"$dir/kwok/container.out"
	: >"$dir/kwok/quiet.out"
	cat <<-EOF
		apiVersion: kwok.x-k8s.io/v1alpha1
		kind: ClusterLogs
		metadata: {name: all}
		spec:
		  logs:
		  - logsFile: $dir/kwok/container.out
		    previousLogsFile: $dir/kwok/container.out
		  - containers: [quiet]
		    logsFile: $dir/kwok/quiet.out
		    previousLogsFile: $dir/kwok/quiet.out
	EOF
}

# ---- all of it ----

with_port etcd start_etcd etcd_ready
with_port kube-apiserver start_apiserver apiserver_ready
start_managers

cp "$here/stages.yaml" "$dir/kwok/stages.yaml"
kwok_logs >"$dir/kwok/logs.yaml"
echo 'resources: [stages.yaml, logs.yaml]' >"$dir/kwok/kustomization.yaml"
with_port kwok start_kwok kwok_ready
# After kwok, whose port stands in their status.
nodes | "$bin/kubectl" create -f - >"$dir/nodes.log" 2>&1 || fail nodes "cannot create them"
wait_for kwok 60 nodes_ready || fail kwok "it has ended"
for part in $started; do
	alive "$part" || fail "$part" "it has ended"
	read -r pid <"$dir/run/$part.pid"
	echo "KSETTLE_PID_$(echo "$part" | tr a-z- A-Z_)=$pid" >>"$dir/env"
done
rm -f "$dir/wait.log"
done=1
echo "KUBECONFIG=$KUBECONFIG"
