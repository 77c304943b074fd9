#!/bin/sh
# build.sh [core|helm]
# Builds the programs of the test cluster from Go modules into the cache and
# prints the folder they are in. What is built already is left alone.
#   core  etcd, kube-apiserver, kube-controller-manager, kube-scheduler,
#         kubectl, kwok (the default; about ten minutes on two cores, once)
#   helm  helm3, helm4
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
what=${1:-core}
cache=${KSETTLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ksettle}/cluster

case $what in
core) mods='control-plane kwok' ;;
helm) mods='helm3 helm4' ;;
*) echo "usage: build.sh [core|helm]" >&2; exit 2 ;;
esac

pinned() { # pinned MODULE FILE: the version that go.mod FILE requires
	awk -v m="$1" '$1 == "require" { $1 = ""; $0 = $0 }
		$1 == m && $2 ~ /^v/ { print $2; exit }' "$here/$2/go.mod"
}

# Clients refuse a server without a version, and the version is only known to
# those who build from a git tree: so it is passed in, taken from go.mod.
if [ "$what" = core ]; then
	version=$(pinned k8s.io/kubernetes control-plane)
	minor=${version#v1.}
	kube=
	for p in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
		kube="$kube -X $p.gitVersion=$version -X $p.gitMajor=1 -X $p.gitMinor=${minor%%.*}"
	done
else
	version=$(pinned helm.sh/helm/v4 helm4)
fi

# The key is made of all that decides what comes out (but not of the Go
# version: a newer Go is no reason to wait ten minutes). Raise `flags` when the
# way of building changes below.
flags=1
key=$what-$version-$flags-$(
	for m in $mods; do
		(cd "$here/$m" && find . -name '*.go' -o -name 'go.*' | LC_ALL=C sort | xargs cat)
	done | cksum | cut -d ' ' -f 1
)-$(uname -s)-$(uname -m)
final=$cache/$key

if [ -d "$final/bin" ]; then
	echo "$final/bin"
	exit 0
fi

go=$("$here/get-go.sh" --no-fetch) || exit 1

mkdir -p "$cache"
# Two builds of the same thing at once: the second waits and finds it done.
if command -v flock >/dev/null 2>&1; then
	exec 9>"$cache/$key.lock"
	flock 9
	if [ -d "$final/bin" ]; then
		echo "$final/bin"
		exit 0
	fi
fi

tmp=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$tmp/bin"

# go.mod decides, not the workspace that this repository may lie in.
export CGO_ENABLED=0 GOWORK=off

build() { # build MODULE-FOLDER LDFLAGS PACKAGE...
	dir=$1
	ld=$2
	shift 2
	echo "building $dir: $*" >&2
	(cd "$here/$dir" && "$go" build -buildvcs=false -trimpath -ldflags "-s -w $ld" -o "$tmp/bin/" "$@") >&2
}

if [ "$what" = core ]; then
	k=k8s.io/kubernetes/cmd
	build control-plane "$kube" ./etcd $k/kube-apiserver $k/kube-controller-manager $k/kube-scheduler $k/kubectl
	build kwok "" sigs.k8s.io/kwok/cmd/kwok
else
	for n in 3 4; do
		p=helm.sh/helm/v$n
		v=$(pinned $p helm$n)
		build helm$n "-X $p/internal/version.version=$v" $p/cmd/helm
		mv "$tmp/bin/helm" "$tmp/bin/helm$n"
	done
fi

chmod 755 "$tmp" # mktemp made it for us alone
[ -d "$final" ] || mv "$tmp" "$final"
echo "$final/bin"
