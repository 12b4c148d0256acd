# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the shell tests beside it: TAP, the control plane in one verb a function, bounded waiting, cleaning up.
# A test begins with `. "${0%/*}/lib.sh"; begin` and ends with `finish`.

JF_CONFIGFS=${JF_CONFIGFS:-/sys/kernel/config/jackfruit}
JF_CLASS=${JF_CLASS:-/sys/class/jackfruit}
JF_DEBUGFS=${JF_DEBUGFS:-/sys/kernel/debug/jackfruit}

here=$(cd "${0%/*}" && pwd)
tests=0
failures=0
made=

# Where the compiled helpers are: beside the script (kselftest_install), or in the build directory of the project.
for dir in "$here" "$here/../build/selftests"; do
	[ -x "$dir/actor" ] && bin=$dir && break
done
PATH=${bin:-$here}:$PATH

# --- TAP ---

pass() { # TITLE
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

fail() { # TITLE [LINE...]
	tests=$((tests + 1))
	failures=$((failures + 1))
	echo "not ok $tests - $1"
	shift
	for line; do
		printf '%s\n' "$line" | sed 's/^/# /'
	done
}

is() { # TITLE GOT WANT
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "got:  $2" "want: $3"
	fi
}

holds() { # TITLE COMMAND...
	title=$1
	shift
	if "$@"; then
		pass "$title"
	else
		fail "$title" "failed: $*"
	fi
}

skip_all() { # REASON
	echo "1..0 # SKIP $1"
	exit 4
}

finish() {
	echo "1..$tests"
	[ "$failures" = 0 ]
	exit
}

# --- beginning and end ---

begin() {
	echo "TAP version 13"
	[ "$(id -u)" = 0 ] || skip_all "needs root"
	[ -n "$bin" ] || skip_all "actor and try are not built: make -C selftests"
	load
	work=$(mktemp -d "${TMPDIR:-/tmp}/jackfruit-test.XXXXXX") || exit 1
	trap cleanup EXIT
	trap 'exit 1' INT TERM HUP
}

load() {
	[ -d "$JF_CONFIGFS" ] || modprobe jackfruit 2>/dev/null || skip_all "no module jackfruit: modprobe jackfruit"
	[ -d "$JF_CONFIGFS" ] || mount -t configfs none /sys/kernel/config 2>/dev/null
	[ -d "$JF_CONFIGFS" ] || skip_all "no $JF_CONFIGFS: mount -t configfs none /sys/kernel/config"
	[ -d "$JF_DEBUGFS" ] || mount -t debugfs none /sys/kernel/debug 2>/dev/null
	[ -d "$JF_DEBUGFS" ] || skip_all "no $JF_DEBUGFS: mount -t debugfs none /sys/kernel/debug"
	[ -z "${JF_MODE:-}" ] || mode "$JF_MODE"
}

# --- the module's parameters ---

parameters=/sys/module/jackfruit/parameters

mode() { # fault|scan
	echo "$1" >$parameters/mode
}

# Nobody looks by himself any more; who writes to a control file looks.
scan_rarely() {
	echo 60000000 >$parameters/scan_max_us
	echo 60000000 >$parameters/scan_min_us
}

scan_as_ever() {
	echo 1000 >$parameters/scan_min_us
	echo 100000 >$parameters/scan_max_us
}

# --- real-time tasks that leave nobody else a CPU ---

hog=
rt_runtime=/proc/sys/kernel/sched_rt_runtime_us

# Nobody may need the root file system of a test VM from take_cpus to free_cpus, not even to close a file of it: on
# 6.1 that wants a kernel thread, which gets no CPU. So actors that act then are this one, and begin before.
actor_in_memory() {
	cp "$bin/actor" "$work/actor"
}

# Hogs of priority 10 on every CPU write MARK when they are there; this shell has 30.
take_cpus() { # MARK
	runtime=$(cat $rt_runtime)
	rm -f "$work/hog" "$work/go-hog"
	"$work/actor" fifo:10 mark:"$work/hog" wait:"$work/go-hog" hog:"$work/$1" >/dev/null &
	hog=$!
	marked hog >/dev/null
	actor fifo:30:$$
	echo -1 >$rt_runtime
	: >"$work/go-hog"
}

free_cpus() {
	[ -n "$hog" ] || return 0
	kill -KILL "$hog" 2>/dev/null
	wait "$hog" 2>/dev/null
	hog=
	echo "$runtime" >$rt_runtime
	actor fifo:0:$$
}

cleanup() {
	free_cpus
	for name in $made; do
		drop "$name" || echo "# left behind: $name"
	done
	rm -rf "$work"
}

# --- the control plane ---

make() { # NAME...
	for name; do
		mkdir "$JF_CONFIGFS/$name" || return
		made="$made $name"
	done
}

put() { # NAME FILE VALUE
	printf '%s\n' "$3" >"$JF_CONFIGFS/$1/$2"
}

get() { # NAME FILE
	cat "$JF_CONFIGFS/$1/$2"
}

try_put() { # NAME FILE VALUE...
	try_file=$JF_CONFIGFS/$1/$2
	shift 2
	try write "$try_file" "$@"
}

status() { # NAME FILE
	cat "$JF_CLASS/$1/$2"
}

count() { # NAME KEY
	sed -n "s/^$2 //p" "$JF_CLASS/$1/events"
}

stat_of() { # KEY
	sed -n "s/^$1 //p" "$JF_DEBUGFS/stats"
}

drop() { # NAME: kill what lives in it and remove it
	[ -d "$JF_CONFIGFS/$1" ] || return 0
	put "$1" kill 1 2>/dev/null
	wait_for is_empty "$1"
	wait_for remove "$1"
}

remove() { # NAME
	rmdir "$JF_CONFIGFS/$1" 2>/dev/null
}

# --- questions ---

is_empty() { # NAME
	[ "$(status "$1" procs)" = 0 ]
}

is_state() { # NAME STATE
	[ "$(status "$1" state)" = "$2" ]
}

has_procs() { # NAME N
	[ "$(status "$1" procs)" = "$2" ]
}

is_gone() { # PID
	! kill -0 "$1" 2>/dev/null
}

# A moment passes between a member's end and that of its process.
nobody_acts() {
	! pgrep actor >/dev/null
}

in_state() { # STATE PID...
	state=$1
	shift
	for pid; do
		grep -q "^State:.$state" "/proc/$pid/status" || return
	done
}

is_member() { # NAME PID
	get "$1" pids | grep -qx "$2"
}

at_least() { # NUMBER MINIMUM
	[ "$1" -ge "$2" ]
}

at_most() { # NUMBER MAXIMUM
	[ "$1" -le "$2" ]
}

# What may be waited for has to be asked anew each time: at_least "$(count a soft)" 1 would not be.
counted() { # NAME KEY MINIMUM
	at_least "$(count "$1" "$2")" "$3"
}

uses_at_least() { # NAME MIB
	at_least "$(status "$1" usage)" $(($2 << 20))
}

uses_at_most() { # NAME MIB
	at_most "$(status "$1" usage)" $(($2 << 20))
}

# the last event of a container, the field KEY of it; or of its last event of type TYPE
event() { # NAME KEY [TYPE]
	grep " container=$1 event=${3:-}" "$JF_DEBUGFS/events" | tail -n 1 | tr ' ' '\n' | sed -n "s/^$2=//p"
}

# the types of a container's events, in their order, since the last time that it was made
history() { # NAME
	sed -n "s/.* container=$1 event=\([a-z]*\).*/\1/p" "$JF_DEBUGFS/events" |
		awk '$0 == "create" { line = "" } { line = line (line ? " " : "") $0 } END { print line }'
}

# --- doing ---

wait_for() { # COMMAND...: until it succeeds, half a minute at most
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.05
	done
}

wait_state() { # NAME STATE
	wait_for is_state "$1" "$2" || echo "# $1 is not $2 but $(status "$1" state)"
}

fresh() { # [FILE=VALUE...]: container a anew, with these
	drop a
	rm -f "$work"/m* "$work"/go*
	make a
	for pair; do
		put a "${pair%%=*}" "${pair#*=}"
	done
}

# An actor in the background; $! is its PID.
act() { # STEP...
	actor "$@" >/dev/null &
}

# An actor that is a member from its first step on.
act_in() { # NAME STEP...
	act_name=$1
	shift
	actor "attach:$JF_CONFIGFS/$act_name/pids" "$@" >/dev/null &
}

# The PID that an actor has written by mark:$work/MARK.
marked() { # MARK
	wait_for test -s "$work/$1" || echo "# nobody has marked $1" >&2
	cat "$work/$1"
}
