#!/bin/sh
# part.sh DIR start|stop|alive NAME
# Starts or stops one program of the cluster in DIR: etcd, kube-apiserver,
# kube-controller-manager, kube-scheduler or kwok. up.sh and down.sh use it; a
# test may too, to see what happens while, say, the API server is away.
set -eu

usage='usage: part.sh DIR start|stop|alive NAME'
dir=$(CDPATH='' cd -- "${1:?$usage}" && pwd)
verb=${2:?$usage}
name=${3:?$usage}
pidfile=$dir/run/$name.pid

# The command line of a process; nothing when it has ended. A small Debian has
# no ps, a Mac no /proc.
args() {
	if [ -d /proc/self ]; then
		# Empty for a zombie, but for a moment also while a program takes the
		# place of another: then look again.
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			[ -r "/proc/$1/cmdline" ] || return 0
			words=$(tr '\0' ' ' <"/proc/$1/cmdline")
			[ -z "$words" ] || break
			case $(sed 's/.*) //' "/proc/$1/stat") in Z*) return 0 ;; esac
			sleep 0.01
		done
		echo "$words "
	else
		ps -ww -o args= -p "$1"
	fi 2>/dev/null
}

# A pid is only ours while its command line still names our folder: a number
# may have been given to somebody else since. (Just forked, it is still this
# script: DIR start NAME.)
alive() {
	[ -s "$pidfile" ] && read -r pid <"$pidfile" &&
		case $(args "$pid") in *"$dir/"* | *" start $name "*) ;; *) false ;; esac
}

gone_within() { # gone_within SECONDS
	i=$(($1 * 20))
	while alive; do
		[ $((i -= 1)) -gt 0 ] || return 1
		sleep 0.05
	done
}

case $verb in
start)
	alive && exit 0
	# In a session of its own, so that Ctrl-C in a test does not reach it.
	if command -v setsid >/dev/null 2>&1; then s='setsid'; else s='nohup'; fi
	$s sh "$dir/run/$name" >>"$dir/$name.log" 2>&1 </dev/null &
	echo $! >"$pidfile"
	;;
stop)
	alive || exit 0
	kill "$pid" 2>/dev/null || :
	kill -CONT "$pid" 2>/dev/null || : # a test may have left it stopped
	if ! gone_within 10; then
		kill -9 "$pid" 2>/dev/null || :
		gone_within 5 || { echo "part.sh: $name ($pid) does not end" >&2; exit 1; }
	fi
	rm -f "$pidfile"
	;;
alive) alive ;;
*) echo "$usage" >&2; exit 2 ;;
esac
