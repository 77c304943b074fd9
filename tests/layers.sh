#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who may include whom (one rule a line), as TAP. Lists are of folders that a folder's files may include from.
srcdir=${srcdir:-.}
cd "$srcdir" || exit 99
n=0
failed=0

check() { # NAME OFFENDERS
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		failed=1
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

# The project's own includes of a folder, as FILE:LINE:#include "x/y.h", but those from the folders allowed.
strangers() { # FOLDER ALLOWED…
	folder=$1
	shift
	allowed=$(echo "$*" | tr ' ' '|')
	grep -nE '^#include "' "$folder"/*.[ch] /dev/null | grep -vE "#include \"($allowed)/"
}

check "base includes nothing of ours but itself" "$(strangers src/base base)"
for folder in kube manifest rules record; do
	check "$folder sees base" "$(strangers src/$folder base $folder)"
done
check "make sees base and manifest" "$(strangers src/make base manifest make)"
check "plan sees base, kube, make, manifest, rules, record" \
	"$(strangers src/plan base kube make manifest rules record plan)"
check "track sees base, kube, manifest, rules, record" \
	"$(strangers src/track base kube manifest rules record track)"
check "import sees base and manifest" "$(strangers src/import base manifest import)"
check "sim sees base and manifest" "$(strangers src/sim base manifest sim)"
check "tui sees base and record" "$(strangers tui base record tui)"
check "only tui/term.c sees curses" \
	"$(grep -nE '#include <(n?curses|ncursesw/|term\.h)' src/*/*.[ch] tui/*.[ch] | grep -v '^tui/term\.c:')"
check "only src/kube/http.c sees curl" \
	"$(grep -nE '#include <curl/' src/*/*.[ch] tui/*.[ch] | grep -v '^src/kube/http\.c:')"
check "only src/base/yaml.c sees libyaml" \
	"$(grep -nE '#include <yaml\.h>' src/*/*.[ch] tui/*.[ch] | grep -v '^src/base/yaml\.c:')"
check "only src/sim sees libmicrohttpd and GnuTLS" \
	"$(grep -nE '#include <(microhttpd|gnutls/)' src/*/*.[ch] tui/*.[ch] | grep -v '^src/sim/')"
check "headers share no variable that can change" \
	"$(grep -nE '^extern [^(]*;' src/*/*.h tui/*.h | grep -v const)"
check "no banned call" \
	"$(grep -nwE '(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|system|popen)\(' src/*/*.c tui/*.c)"
check "a .c file includes its own header first" "$(
	for c in src/*/*.c tui/*.c; do
		h=${c%.c}.h
		[ -f "$h" ] || continue
		first=$(grep -m1 '^#include' "$c")
		[ "$first" = "#include \"${h#src/}\"" ] || echo "$c: $first"
	done)"
echo "1..$n"
exit $failed
