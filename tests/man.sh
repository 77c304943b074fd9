#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every flag of every command is in the manual page, and the page is well-formed.
srcdir=${srcdir:-.}
page=$srcdir/man/ksettle.1
n=0
failed=0

check() { # STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else failed=1; echo "not ok $n - $2"; fi
}

for flag in $(for c in run watch status show demo import init; do "$KSETTLE" $c --help; done | sed -n 's/^  .*--\([a-z-]*\).*/\1/p' | sort -u); do
	grep -q "Fl -$flag\>" "$page"
	check $? "--$flag"
done
if command -v mandoc >/dev/null 2>&1; then
	lint=$(mandoc -Tlint -W warning "$srcdir"/man/*.[15])
	[ -z "$lint" ]
	check $? "mandoc finds nothing"
	echo "$lint" | sed 's/^/# /'
else
	n=$((n + 1))
	echo "ok $n - mandoc finds nothing # SKIP no mandoc here"
fi
echo "1..$n"
exit $failed
