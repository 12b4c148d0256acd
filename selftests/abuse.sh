#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Members that do what they can against being counted, stopped and killed: bombs, who cannot run, who cannot die, and
# memory that is not in the resident size.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin

deaf=
instance=/sys/kernel/tracing/instances/jackfruit-test.$$
huge=$(cat /proc/sys/vm/nr_hugepages)

undo() {
	[ -z "$deaf" ] || kill -KILL "$deaf" 2>/dev/null
	umount -l "$work/deaf" 2>/dev/null
	[ ! -d "$instance" ] || rmdir "$instance"
	echo "$huge" >/proc/sys/vm/nr_hugepages
	cleanup
}
trap undo EXIT

# Nothing of the container is there any more.
is_over() { # PID...
	is_empty a || return
	for pid; do
		is_gone "$pid" || return
	done
}

killed_by() { # TITLE REASON PID...
	title=$1
	reason=$2
	shift 2
	wait_state a killed
	holds "$title: all are dead" wait_for is_over "$@"
	is "$title: as it was told" "$(status a state) $(status a reason)" "killed $reason"
}

jf_is() { # TITLE WANT COMMAND...
	title=$1
	want=$2
	shift 2
	if command -v jf >/dev/null; then
		is "$title" "$("$@")" "$want"
	else
		pass "$title # SKIP no jf here"
	fi
}

# What jf check says of memory that no limit of the container's counts.
check_says() { # TITLE WANT
	jf_is "$1" "$2" uncounted
}

uncounted() {
	timeout 60 jf check | sed -n 's/^warn  container a: its limits do not count up to \(.*\): leave room.*/\1/p'
}

# The members that jf inspect shows.
inspected() {
	jf inspect a | sed -n 's/^pids: *//p' | wc -w
}

is_mounted() { # DIR
	grep -q " $1 " /proc/self/mountinfo
}

has_at_least() { # PROCS
	at_least "$(status a procs)" "$1"
}

is_killing() {
	[ "$(count a kill)" = 1 ]
}

# --- bombs ---

fresh nice=19
act_in a bomb:60
holds "a fork bomb has gone off" wait_for has_at_least 30
for _ in 1 2 3 4 5; do
	said=$(sh -c 'echo yes')
done
is "a fork bomb: others still get to run" "$said" yes
put a kill 1
killed_by "a fork bomb" killed
holds "a fork bomb: nobody is left" wait_for nobody_acts

fresh hard_limit=32M
act_in a threadbomb
killed_by "a thread bomb" hard_limit $!

fresh hard_limit=max
act_in a vfork vfork vfork vfork vfork mark:"$work/m1" pause
marked m1 >/dev/null
members=$(get a pids)
is "a chain of vforks: all are members" "$(echo "$members" | wc -l)" 6
put a kill 1
# shellcheck disable=SC2086 # a list of numbers
killed_by "a chain of vforks" killed $members

fresh hard_limit=16M
act_in a vfork vfork vfork eat:64K
killed_by "a chain of vforks that grows" hard_limit

# --- who does not run ---

fresh hard_limit=max
act_in a children:3 anon:8M mark:"$work/m1" pause
marked m1 >/dev/null
members=$(get a pids)
# shellcheck disable=SC2086 # a list of numbers
kill -STOP $members
# shellcheck disable=SC2086 # a list of numbers
holds "members can be stopped" wait_for in_state T $members
put a hard_limit 4M
# shellcheck disable=SC2086 # a list of numbers
killed_by "stopped members above a limit" hard_limit $members

fresh grace_ms=100
act_in a children:3 mark:"$work/m1" pause
marked m1 >/dev/null
members=$(get a pids)
# shellcheck disable=SC2086 # a list of numbers
kill -STOP $members
put a stop 1
wait_state a stopped
# shellcheck disable=SC2086 # a list of numbers
holds "stopped members that are asked to end are dead after grace_ms" wait_for is_over $members

# --- who is traced ---

fresh hard_limit=max
act traced mark:"$work/m1" pause
tracer=$!
tracee=$(marked m1)
put a pids "$tracee"
put a kill 1
holds "who is held at its exit by a tracer outside has got the signal" wait_for in_state t "$tracee"
is "and is reported as it is" "$(status a state) $(status a procs) $(get a pids)" "running 1 $tracee"
is "it cannot be removed" "$(try rmdir "$JF_CONFIGFS/a")" EBUSY
kill -KILL "$tracer"
killed_by "who is held by a tracer that ends" killed "$tracee"

fresh hard_limit=16M
act_in a traced eat:64K
killed_by "who is held by a tracer in the same container" hard_limit $!

# One member is held when it is killed, and keeps its memory: may the others have as much as they like?
fresh hard_limit=16M kill_scope=process
act_in a nest traced mark:"$work/m1" eat:64K
held=$(marked m1)
holds "kill_scope=process: a victim can be held by its tracer" wait_for in_state t "$held"
act_in a eat:64K
other=$!
holds "kill_scope=process: others above the limit are killed all the same" wait_for is_gone "$other"
put a kill 1
wait_state a killed
is "kill_scope=process: no member is left" "$(status a procs)" 0
holds "kill_scope=process: nor anybody else" wait_for nobody_acts

# --- a file system that does not answer ---

# Mount one that nobody has asked yet.
deafen() {
	umount -l "$work/deaf" 2>/dev/null
	deaf "$work/deaf" >"$work/deaf.out" 2>&1 &
	deaf=$!
	wait_for is_mounted "$work/deaf"
}

mkdir "$work/deaf"
modprobe -q fuse
if deafen; then
	fresh hard_limit=max
	act_in a anon:8M mark:"$work/m1" read:"$work/deaf/file"
	pid=$(marked m1)
	put a kill 1
	holds "who waits for a file system that does not answer cannot die" wait_for in_state D "$pid"
	is "it is reported as it is" "$(status a state) $(status a reason) $(status a procs) $(get a pids)" "running none 1 $pid"
	is "its memory is still counted" "$(at_least "$(status a usage)" $((8 << 20)) && echo yes)" yes
	is "what was asked for is in the record" "$(status a last_kill | sed -n 's/^cause //p')" killed
	is "it cannot be removed, and nobody comes in" "$(try rmdir "$JF_CONFIGFS/a") $(try_put a pids $$)" "EBUSY EBUSY"
	is "everything else works" "$(try_put a hard_limit 1M; try_put a kill 1; try_put a stop 1; try_put a metric anon)" \
		"ok
ok
ok
ok"
	make b
	put b hard_limit 16M
	act_in b eat:64K
	wait_state b killed
	is "and so does another container" "$(status b reason)" hard_limit
	drop b
	kill -KILL "$deaf"
	killed_by "when the file system is gone" killed "$pid"

	# without those who are held there is room for the third, with them there is not
	deafen
	fresh hard_limit=60M hard_action=notify
	act_in a crowd:1 anon:24M aio:"$work/deaf/file" meet mark:"$work/m1" exit:0
	marked m1 >/dev/null
	held=$(get a pids)
	# shellcheck disable=SC2086 # a list of numbers
	holds "who has asked it for something without waiting cannot end" wait_for in_state D $held
	is "nor can the other" "$(echo "$held" | wc -l)" 2
	act_in a anon:30M mark:"$work/m2" pause
	other=$(marked m2)
	holds "their memory counts when it is still there after a while" wait_for uses_at_least a 78
	put a hard_action kill
	holds "and leaves no room for others" wait_for is_gone "$other"
	kill -KILL "$deaf"
	# shellcheck disable=SC2086 # a list of numbers
	killed_by "when that file system is gone, too" hard_limit $held

	# files are closed when the memory is gone
	deafen
	fresh hard_limit=max
	act_in a anon:8M open:"$work/deaf/kept" mark:"$work/m1" pause
	pid=$(marked m1)
	put a kill 1
	wait_state a killed
	holds "who cannot close a file waits" wait_for in_state D "$pid"
	is "he has no memory any more, and is no member" \
		"$(grep -c '^Vm' "/proc/$pid/status") $(status a procs) $(try rmdir "$JF_CONFIGFS/a")" "0 0 ok"
	kill -KILL "$deaf"
	holds "and ends when that file system is gone" wait_for is_gone "$pid"

	# the arguments are there before the program is
	deafen
	fresh hard_limit=max
	act_in a program:"$work/deaf/program"
	pid=$!
	holds "who executes a program that cannot be read waits" wait_for grep -q read "$work/deaf.out"
	holds "what it has got for that counts" wait_for uses_at_least a 4
	is "and it is the same member" "$(status a procs) $(get a pids)" "1 $pid"
	put a hard_limit 32M
	act_in a crowd:9 program:"$work/deaf/program"
	holds "many such arguments are above the limit" wait_for is_killing
	kill -KILL "$deaf"
	killed_by "when nobody waits any more" hard_limit "$pid"
else
	fail "a file system in user space can be mounted" "$(cat "$work/deaf.out")"
fi
umount -l "$work/deaf" 2>/dev/null
deaf=

# Who looks for memory that no limit counts must not wait for such a file system: a file of it is named like a memfd,
# and it covers a tmpfs. Whether it was asked for anything it tells.
fresh hard_limit=max
mkdir "$work/visible" "$work/left"
# shellcheck disable=SC2016 # for the other shell
unshare --mount sh -c 'cd "$1" && mount -t tmpfs none visible && head -c 3145728 /dev/zero >visible/f &&
	mount -t tmpfs none deaf && head -c 5242880 /dev/zero >deaf/f || exit
	deaf deaf >deaf.out 2>&1 &
	echo $! >m1
	until grep -q " $1/deaf .* fuse " /proc/self/mountinfo; do sleep 0.1; done
	mount --bind deaf left && exec 5<left/memfd:file && umount -l left && echo 0 >"$2/pids" && echo $$ >m2 && exec sleep 1000' - "$work" "$JF_CONFIGFS/a" &
deaf=$(marked m1)
pid=$(marked m2)
is "the name of a memfd can be imitated" "$(readlink "/proc/$pid/fd/5")" /memfd:file
check_says "jf check does not wait for a file system that does not answer, and tells of the others" "3M in tmpfs"
is "it was asked for nothing" "$(cat "$work/deaf.out")" ""
stat -L "/proc/$pid/fd/5" >/dev/null 2>&1 &
holds "who asks waits" wait_for grep -q getattr "$work/deaf.out"
kill -KILL "$deaf"
wait $!
put a kill 1
wait_state a killed
deaf=

# --- namespaces ---

fresh hard_limit=max
unshare --user --map-root-user --pid --fork sh -c "echo in >'$work/m1'; exec sleep 1000" &
outer=$!
wait_for test -s "$work/m1"
put a pids "$outer"
holds "a member that has made a user and a PID namespace, and who is in it, are members" wait_for has_procs a 2
put a kill 1
killed_by "members in namespaces of their own" killed "$outer"

fresh hard_limit=32M
cat >"$work/inner" <<'END'
	[ "$1" = 0 ] || exec unshare --user --map-root-user --pid --fork sh "$0" $(($1 - 1)) "$2"
	echo "$(id -u) $$" >"$2"
	exec actor eat:64K
END
act_inner() {
	(put a pids 0 && exec sh "$work/inner" 3 "$work/m1") &
}
act_inner
killed_by "who grows three namespaces down" hard_limit $!
is "it was root there, and the first process" "$(cat "$work/m1")" "0 1"

# --- who crosses a limit back and forth ---

fresh metric=anon
now_ms() {
	awk '{ print int($1 * 1000) }' /proc/uptime
}
act_in a nothp mark:"$work/m1" wait:"$work/go1" flap:160K
marked m1 >/dev/null
put a soft_limit $(($(status a usage) + 80 * 1024))
begun=$(now_ms)
: >"$work/go1"
holds "who crosses a limit back and forth is told of" wait_for counted a soft 20
gone=
for _ in 1 2 3 4 5; do
	mkdir "$JF_CONFIGFS/b" && rmdir "$JF_CONFIGFS/b" && gone="$gone yes"
done
is "meanwhile others come and go" "$gone" " yes yes yes yes yes"
told=$(count a soft)
holds "no more often than each 10 ms" at_most "$told" $((($(now_ms) - begun) / 10 + 1))
echo "# $told events in $(($(now_ms) - begun)) ms"
put a kill 1
wait_state a killed

# The same where a look takes long, as at many members: it may take no more than half of a CPU. So none begins before
# the last one has been over for as long as it took, less what lies between its end and its line in the trace.
[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing 2>/dev/null
trace_looks() {
	mkdir "$instance"
	echo mono >"$instance/trace_clock"
	echo 1 >"$instance/events/jackfruit/jf_look/enable"
}
# Of each look: when it began and when it ended, how long it took and how long the next one may wait; microseconds.
looks() { # a line ends with SECONDS: jf_look: container= usage= took_us= next_us=
	awk '/ jf_look: / {
			sub(/took_us=/, "", $(NF - 1))
			sub(/next_us=/, "", $NF)
			end = $(NF - 5) * 1000000
			printf "%.0f %.0f %.0f %.0f\n", end - $(NF - 1), end, $(NF - 1), $NF
		}' "$instance/trace"
}
looked() { # TIMES
	at_least "$(grep -c jf_look: "$instance/trace")" "$1"
}
looked_often() {
	for times in 50 100 150 200; do
		wait_for looked "$times" || return
	done
}
fresh metric=anon hard_action=notify
act_in a nothp children:500 mark:"$work/m1" wait:"$work/go1" crowd:3 flap:160K
marked m1 >/dev/null
put a hard_limit $(($(status a usage) + 4 * 80 * 1024))
trace_looks
: >"$work/go1"
holds "who does so beside many is looked at" looked_often
echo 0 >"$instance/events/jackfruit/jf_look/enable"
early=$(looks | awk 'end && $1 - end < took / 2 { early++ }
	{ end = $2; took = $3 }
	END { print early + 0 }')
echo "# $early of $(grep -c jf_look: "$instance/trace") looks early"
rmdir "$instance"
holds "and the looks leave half of a CPU to others" at_most "$early" 1
put a kill 1
wait_state a killed

# Who is quiet is looked at once a second, and then once in up to eight: the kernel tells of what he touches. But not
# of what each CPU, and before 6.2 each thread, keeps to itself of a counter. What many new ones may have so is not to
# be above a limit until the next look: that has to be earlier.
quiet() {
	grep -q 'jf_look: .*next_us=[1-9][0-9]\{6\}$' "$instance/trace"
}
looked_early() { # one look began before the last one wanted it to
	looks | awk 'planned >= 1000000 && $1 < end + planned { early = 1 }
		{ end = $2; planned = $4 }
		END { exit !early }'
}
hides() { # TITLE STEP...
	who=$1
	shift
	fresh hard_limit=32M
	act_in a nothp mark:"$work/m1" wait:"$work/go1" "$@" mark:"$work/m2" pause
	marked m1 >/dev/null
	trace_looks
	holds "$who: nothing happens, and the looks become rare" wait_for quiet
	times=$(grep -c jf_look: "$instance/trace")
	: >"$work/go1"
	marked m2 >/dev/null
	# one may have come just before they went
	wait_for looked $((times + 2))
	echo 0 >"$instance/events/jackfruit/jf_look/enable"
	holds "$who: a look comes before its time" looked_early
	rmdir "$instance"
	is "$who: they have touched little" "$(status a state) $(count a hard)" "running 0"
	put a kill 1
	wait_state a killed
}
fresh hard_limit=32M
act_in a mark:"$work/m1" pause
marked m1 >/dev/null
error=$(status a usage_error)
if [ "$error" -gt 0 ]; then
	hides "many new processes" children:$((33554432 / error + 1))
else
	pass "many new processes # SKIP on one CPU the counters keep nothing back"
fi
case $(uname -r) in
6.1.*) hides "many new threads" threads:$((33554432 / error + 1)) ;;
esac

# --- memory of who has gone ---

if actor hoard:4K 2>/dev/null; then
	fresh hard_limit=40M metric=anon
	act_in a hoard:24M mark:"$work/m1" wait:"$work/go1" hoard:24M pause
	pid=$(marked m1)
	holds "memory that a member goes on reading counts when its process is gone" uses_at_least a 24
	is "but not its process" "$(status a procs) $(get a pids)" "1 $pid"
	: >"$work/go1"
	killed_by "who hoards the memory of the dead" hard_limit "$pid"

	fresh hard_limit=40M metric=anon
	act_in a hoard:24M:exec mark:"$work/m1" wait:"$work/go1" hoard:24M:exec pause
	marked m1 >/dev/null
	holds "and when its process executes another program" uses_at_least a 24
	: >"$work/go1"
	killed_by "who hoards what others have left" hard_limit

	fresh hard_limit=40M metric=anon
	act_in a hoard:24M exec mark:"$work/m1" pause
	marked m1 >/dev/null
	holds "when the reader lets go it counts no more" wait_for uses_at_most a 12
	put a kill 1
	killed_by "who let go" killed
else
	pass "memory of who has gone # SKIP no userfaultfd"
fi

# --- memory that is pinned, or not resident ---

fresh hard_limit=16M
act_in a mlock eat:64K
killed_by "who locks its memory" hard_limit $!
fresh hard_limit=16M
act_in a mlock anon:256M pause
killed_by "who locks much at once" hard_limit $!
# the fault that crosses sends the signal, and the kernel looks for one before the next page, which may be a huge one
if [ "$(cat $parameters/mode)" = fault ]; then
	thp=$(cat /sys/kernel/mm/transparent_hugepage/hpage_pmd_size 2>/dev/null || echo 2097152)
	holds "who locks much at once: is stopped at the page that is too much" at_most "$(status a peak)" $((thp + (18 << 20)))
fi

fresh hard_limit=32M metric=anon
act_in a memfd:64M mark:"$work/m1" pause
marked m1 >/dev/null
put a soft_signal 0
is "a file in memory that nobody has mapped is nobody's, as is documented" \
	"$(status a state) $(count a hard) $(at_most "$(status a usage)" $((32 << 20)) && echo less)" "running 0 less"
check_says "but jf check tells of it" "64M in memfds"
put a kill 1
wait_state a killed
for steps in "thread unshare" leaderexit; do
	fresh hard_limit=max
	# shellcheck disable=SC2086 # several
	act_in a $steps memfd:64M mark:"$work/m1" pause
	marked m1 >/dev/null
	check_says "$steps: and it tells of what a thread has alone" "64M in memfds"
	put a kill 1
	wait_state a killed
done
# PIDs of four digits and more
fresh hard_limit=max
act_in a memfd:64M children:1000 mark:"$work/m1" pause
marked m1 >/dev/null
is "a crowd is more than its file can list" "$(try read "$JF_CONFIGFS/a/pids")" EFBIG
check_says "jf check tells of its memory" "64M in memfds"
jf_is "jf inspect of all members" "$(status a procs)" inspected
jf_is "jf kill can signal the first" a jf kill -s URG a
jf_is "jf exec can enter it" in jf exec a echo in
put a kill 1
wait_state a killed
fresh hard_limit=32M metric=anon
act_in a shmem:64M pause
killed_by "when it is mapped it is theirs" hard_limit

# in a namespace of its own, with which it ends
fresh hard_limit=32M metric=anon
unshare -i actor "attach:$JF_CONFIGFS/a/pids" sysv:64M fork mark:"$work/m1" pause >/dev/null &
marked m1 >/dev/null
put a soft_signal 0
is "System V shared memory that nobody has attached is nobody's, as is documented" \
	"$(status a state) $(count a hard) $(at_most "$(status a usage)" $((32 << 20)) && echo less)" "running 0 less"
check_says "but jf check tells of it" "64M in System V shared memory"
put a kill 1
wait_state a killed

# 20M of them, or one where they are larger
size=$(sed -n 's/^Hugepagesize: *\([0-9]*\) kB/\1/p' /proc/meminfo)
pages=$((20480 / ${size:-20480}))
[ "$pages" -ge 1 ] || pages=1
echo $pages >/proc/sys/vm/nr_hugepages
if [ "$(cat /proc/sys/vm/nr_hugepages)" -ge $pages ]; then
	hugetlb=$((pages * size))
	fresh hard_limit=16M
	act_in a hugetlb:${hugetlb}K mark:"$work/m1" pause
	pid=$(marked m1)
	put a soft_signal 0
	is "pages of hugetlb are not resident memory, as is documented" \
		"$(status a state) $(count a hard) $(sed -n 's/^HugetlbPages:[[:space:]]*//p' "/proc/$pid/status")" "running 0 $hugetlb kB"
	check_says "but jf check tells of them" "$((hugetlb / 1024))M of hugetlb pages"
	put a kill 1
	wait_state a killed
else
	pass "no huge pages to be had # SKIP"
fi

# --- real-time members ---

if uname -v | grep -q PREEMPT_RT; then
	pass "real-time members on every CPU # SKIP nobody else gets to run there, and not RCU"
else
	fresh hard_limit=max
	act_in a fifo:50 mark:"$work/m1" hog:"$work/m2"
	marked m1 >/dev/null
	marked m2 >/dev/null
	members=$(get a pids)
	put a kill 1
	# shellcheck disable=SC2086 # a list of numbers
	killed_by "real-time members on every CPU" killed $members
fi
drop a
finish
