#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make check-cluster: the tests against a real control plane, brought up here, or the cluster of KSETTLE_TEST_KUBECONFIG.
# TAP on standard output.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
: "${KSETTLE:=$here/../../ksettle}" "${PYTHON:=python3}"
export KSETTLE

if [ -z "${KSETTLE_TEST_KUBECONFIG:-}" ]; then
	dir=$(mktemp -d)
	trap '"$here/down.sh" "$dir" >&2; rm -rf "$dir"' EXIT
	trap 'exit 1' HUP INT TERM
	"$here/up.sh" "$dir" >&2
	# Its own kubectl and helms: there may be none on this machine.
	PATH=$PATH:$("$here/build.sh"):$("$here/build.sh" helm)
	export PATH
	KSETTLE_TEST_KUBECONFIG=$dir/kubeconfig
	KSETTLE_TEST_CLUSTER=$dir
	export KSETTLE_TEST_CLUSTER
fi
export KSETTLE_TEST_KUBECONFIG
failed=0
for test in "$here"/test_*.py; do
	"$PYTHON" "$test" || failed=1
done
exit $failed
