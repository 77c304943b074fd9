#!/bin/sh
# mkuser.sh DIR NAME [GROUP...]
# Prints a kubeconfig for the cluster in DIR whose client certificate says
# NAME (CN) and GROUP (O). What the user may do is for RBAC objects to say.
set -eu

[ $# -ge 2 ] || { echo "usage: mkuser.sh DIR NAME [GROUP...]" >&2; exit 2; }
dir=$(CDPATH='' cd -- "$1" && pwd)
name=$2
shift 2
# shellcheck source=/dev/null
. "$dir/env"

subject=
for group in "$@"; do subject=$subject/O=$group; done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/key"
openssl req -new -key "$tmp/key" -subj "$subject/CN=$name" -out "$tmp/csr"
echo extendedKeyUsage=clientAuth >"$tmp/ext"
# A serial number by chance: two calls at once must not share a counter.
openssl x509 -req -in "$tmp/csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -days 3650 \
	-set_serial "0x$(openssl rand -hex 8)" -extfile "$tmp/ext" -out "$tmp/crt" 2>"$tmp/log" ||
	{ cat "$tmp/log" >&2; exit 1; }

b64() { openssl base64 -A -in "$1"; }
cat <<EOF
apiVersion: v1
kind: Config
clusters:
- name: test
  cluster:
    server: $KSETTLE_CLUSTER_SERVER
    certificate-authority-data: $(b64 "$dir/ca.crt")
users:
- name: $name
  user:
    client-certificate-data: $(b64 "$tmp/crt")
    client-key-data: $(b64 "$tmp/key")
contexts:
- name: test
  context:
    cluster: test
    user: $name
current-context: test
EOF
