#!/bin/sh
# down.sh DIR
# Stops what up.sh started for DIR, and nothing else. The logs stay.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
dir=$(CDPATH='' cd -- "${1:?usage: down.sh DIR}" && pwd)

# In the order that lets each say goodbye to the one that it talks to.
rc=0
for name in kwok kube-scheduler kube-controller-manager kube-apiserver etcd; do
	"$here/part.sh" "$dir" stop "$name" || rc=1
done
exit $rc
