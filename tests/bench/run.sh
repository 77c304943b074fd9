#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make bench: figures, on a real control plane brought up here, or on the cluster of KSETTLE_TEST_KUBECONFIG.
# Nothing passes or fails. Arguments choose parts: get, rollout, waiting, crowd, screen.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cluster=$here/../cluster
: "${KSETTLE:=$here/../../ksettle}" "${PYTHON:=python3}" "${CC:=cc}"

scratch=$(mktemp -d)
trap 'if [ -d "$scratch/cluster" ]; then "$cluster/down.sh" "$scratch/cluster" >&2; fi; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

if [ -z "${KSETTLE_TEST_KUBECONFIG:-}" ]; then
	"$cluster/up.sh" "$scratch/cluster" >&2
	KSETTLE_TEST_KUBECONFIG=$scratch/cluster/kubeconfig
	. "$scratch/cluster/env"
	PATH=$PATH:$KSETTLE_CLUSTER_BIN # for kubectl, should there be no other
fi
# shellcheck disable=SC2086 # flags are words
$CC -O2 -o "$scratch/get" "$here/get.c" ${CURL_CFLAGS:-} ${CURL_LIBS:--lcurl} ||
	echo "bench: no bare GET to compare with" >&2
export KSETTLE KSETTLE_TEST_KUBECONFIG PATH
PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$here/bench.py" "$scratch" "$@"
