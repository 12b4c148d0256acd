# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# jf on a fixture: directories stand for configfs, sysfs and debugfs, and
# scripts for jfrun and jflog. JF_SHELL chooses the shell that runs jf, `dash`
# (default) or `busybox sh`; under busybox PATH holds its applets, the two
# stubs and jf-uncounted, nothing else.

# shellcheck source=selftests/bats/lib.bash
. "$BATS_TEST_DIRNAME/../lib.bash"

JF_SHELL=${JF_SHELL:-dash}
JF_SOURCE=$(readlink -f "$BATS_TEST_DIRNAME/../../../userspace/jf/jf")

fixture_setup() {
	F=$BATS_TEST_TMPDIR
	export JF_CONFIGFS=$F/configfs JF_CLASS=$F/class JF_DEBUGFS=$F/debugfs
	export JF_RUNDIR=$F/run JF_LOGDIR=$F/log
	export STUB_ARGS=$F/jfrun.args
	mkdir -p "$JF_CONFIGFS" "$JF_CLASS" "$JF_DEBUGFS" "$F/bin" "$F/rootfs/bin"
	: >"$JF_DEBUGFS/events"
	stub_jfrun >"$F/bin/jfrun"
	stub_jflog >"$F/bin/jflog"
	chmod +x "$F/bin/jfrun" "$F/bin/jflog"
	ln -s "${JF_BIN:-${JF_SOURCE%/userspace/jf/jf}/build/bin}/jf-uncounted" "$F/bin"
	JF_PATH=$F/bin:$PATH
	if [[ $JF_SHELL == busybox* ]]; then
		mkdir "$F/applets"
		busybox --install -s "$F/applets"
		JF_PATH=$F/bin:$F/applets
	fi
}

fixture_teardown() {
	# Whatever a failed test left running has its PID in a record.
	local pid
	for pid in "$F"/run/*/logger; do
		[[ ! -e $pid ]] || kill "$(cat "$pid")" 2>/dev/null || true
	done
	# of a test that has made it too small
	umount -l "$F/run" 2>/dev/null || true
}

jf() {
	# shellcheck disable=SC2086 # `busybox sh` is two words
	PATH=$JF_PATH $JF_SHELL "$JF_SOURCE" "$@"
}

# jf_exec ...: jf in place of this (sub)shell, so that $! is jf itself.
jf_exec() {
	exec 3>&-
	# shellcheck disable=SC2086 # `busybox sh` is two words
	PATH=$JF_PATH exec $JF_SHELL "$JF_SOURCE" "$@"
}

# container NAME [ATTRIBUTE=VALUE...]: as the kernel would show it.
container() {
	local name=$1 pair
	shift
	mkdir -p "$JF_CONFIGFS/$name" "$JF_CLASS/$name"
	for pair in state=created reason=none exit_status= pid=0 usage=0 peak=0 \
		procs=0 enforcing=yes started=0 "$@"; do
		echo "${pair#*=}" >"$JF_CLASS/$name/${pair%%=*}"
	done
}

# control NAME ATTRIBUTE=VALUE...: configfs files. A directory with files in it
# is not removed by rmdir here, as it would be in configfs.
control() {
	local name=$1 pair
	shift
	for pair; do
		echo "${pair#*=}" >"$JF_CONFIGFS/$name/${pair%%=*}"
	done
}

# kernel_obeys NAME ATTRIBUTE STATE: when 1 is written to ATTRIBUTE, the
# container ends in STATE. Runs until then, at most 10 s.
kernel_obeys() {
	local name=$1 attribute=$2 state=$3
	(
		for ((i = 0; i < 200; i++)); do
			if [[ $(cat "$JF_CONFIGFS/$name/$attribute") == 1 ]]; then
				cp -r "$JF_CONFIGFS/$name" "$F/obeyed"
				rm -f "$JF_CONFIGFS/$name"/*
				echo "$state" >"$JF_CLASS/$name/state"
				exit
			fi
			sleep 0.05
		done
	) 3>&- &
}

# Runs the command on the host, keeping the status files as the kernel would.
stub_jfrun() {
	cat <<'EOF'
#!/bin/sh
printf '%s\n' "$@" >"$STUB_ARGS"
echo "$*" >>"$STUB_ARGS.all"
ready= existing=
while :; do
	case $1 in
	--ready-fd) ready=yes; shift 2 ;;
	--existing) existing=yes; shift ;;
	--soft | --hard | --nice) shift 2 ;;
	--*) shift ;;
	*) break ;;
	esac
done
name=$1
shift 3
if [ -n "${STUB_ERROR-}" ]; then
	echo "jfrun: $STUB_ERROR" >&2
	[ -z "$ready" ] || echo "error: $STUB_ERROR" >&3
	exit "$STUB_STATUS"
fi
[ -z "${STUB_SILENT-}" ] || exit "$STUB_SILENT"
if [ -n "$existing" ] && ! [ -d "$JF_CONFIGFS/$name" ]; then
	echo "jfrun: container '$name': there is none" >&2
	exit 125
fi
mkdir -p "$JF_CONFIGFS/$name" "$JF_CLASS/$name"
# whole at any moment, as the kernel's are
put() { echo "$2" >"$JF_CLASS/$name/.$1" && mv "$JF_CLASS/$name/.$1" "$JF_CLASS/$name/$1"; }
put reason none
put exit_status ''
put procs 1
exec 8<&0
[ -z "$ready" ] || exec 9>&3
exec 3>&-
"$@" <&8 8<&- 9>&- &
pid=$!
[ -z "$ready" ] || exec 3>&9 9>&-
trap 'kill $pid' TERM
put pid $pid
put state running
if [ -n "$ready" ]; then
	trap '' PIPE
	if ! echo "ready $pid" >&3; then
		kill $pid
		rm -r "$JF_CLASS/$name" "$JF_CONFIGFS/$name"
		exit 125
	fi
	exec 3>&-
fi
wait $pid
status=$?
trap '' TERM
[ -z "${STUB_REASON-}" ] || reason=$STUB_REASON
put exit_status $status
put procs 0
put reason ${reason:-exited}
put state exited
exit $status
EOF
}

# Each stream's lines become CRI records, when the command has ended.
stub_jflog() {
	cat <<'EOF'
#!/bin/sh
[ "$1" = --out ] || exit 125
out=$2
shift 2
tee=
while :; do
	case $1 in
	--tee) tee=yes; shift ;;
	--max-size | --backups) echo "$1 $2" >>"$STUB_ARGS.jflog"; shift 2 ;;
	*) break ;;
	esac
done
[ "$1" = -- ] || exit 125
shift
if [ -n "${STUB_LOG_ERROR-}" ]; then
	echo "jflog: $STUB_LOG_ERROR" >&2
	exit 125
fi
dir=$(mktemp -d)
trap 'kill $pid' TERM
exec 7<&0
"$@" <&7 >"$dir/1" 2>"$dir/2" &
pid=$!
exec 3>&- 7<&-
while wait $pid; status=$?; [ $status -gt 128 ] && kill -0 $pid 2>/dev/null; do :; done
for n in 1 2; do
	[ -z "$tee" ] || cat "$dir/$n" >&$n
	stream=stdout
	[ $n = 1 ] || stream=stderr
	sed "s/^/2026-01-31T12:00:00.000000001Z $stream F /" "$dir/$n" >>"$out"
done
rm -r "$dir"
exit $status
EOF
}

# nothing_left NAME: no record, log or directory.
nothing_left() {
	[[ ! -e $JF_RUNDIR/$1 ]]
	[[ ! -e $JF_LOGDIR/$1.log ]]
	[[ ! -e $JF_CONFIGFS/$1 ]]
}
