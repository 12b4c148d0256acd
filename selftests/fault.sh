#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# mode=fault: who crosses a limit is caught in the page fault, whoever else wants the CPU; mode=scan; and the change.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin

undo() {
	free_cpus
	scan_as_ever
	mode fault
	cleanup
}
trap undo EXIT

is_mode() {
	[ "$(stat_of mode)" = "$1" ]
}

record() { # KEY
	status a last_kill | sed -n "s/^$1 //p"
}

# --- the parameter ---

is "fault is the default" "$(cat $parameters/mode) $(stat_of mode)" "fault fault"
mode scan
is "it can be changed" "$(cat $parameters/mode) $(stat_of mode)" "scan scan"
is "another one is refused" "$(mode poll 2>/dev/null && echo taken; cat $parameters/mode)" scan
mode fault
is "and changed back" "$(stat_of mode)" fault

# --- nobody looks: only the fault can tell ---

scan_rarely
kills=$(stat_of fault_kills)
fresh hard_limit=16M
act_in a eat:64K
eater=$!
wait_state a killed
is "who crosses the hard limit is killed" "$(status a state) $(status a reason) $(history a)" \
	"killed hard_limit create start hard kill exit"
is "in the fault" "$(stat_of fault_kills)" $((kills + 1))
is "it is told of in the record" "$(record cause) $(record victim_pid) $(record victim_comm) $(record limit)" \
	"hard_limit $eater actor 16777216"
holds "the usage is above the limit" at_least "$(record usage)" 16777217
huge=$(cat /sys/kernel/mm/transparent_hugepage/hpage_pmd_size 2>/dev/null || echo 2097152)
holds "by a huge page at most" at_most "$(record usage)" $((16777216 + huge))
is "it was decided when the limit was crossed" "$(record crossed_us)" 0

# what grows by single pages to just below its limit
fresh metric=anon
act_in a nothp anon:8M mark:"$work/m1" pause
marked m1 >/dev/null
needs=$(status a usage)
for more in 16384 65536 131072; do
	fresh metric=anon hard_limit=$((needs + more))
	act_in a nothp anon:8M mark:"$work/m1" pause
	marked m1 >/dev/null
	is "who stays $more bytes below the hard limit lives" "$(status a state) $(count a hard)" "running 0"
done

fresh soft_limit=8M
act_in a anon:12M mark:"$work/m1" wait:"$work/go1" free anon:1M mark:"$work/m2" wait:"$work/go2" anon:12M mark:"$work/m3" pause
marked m1 >/dev/null
soft_once() { [ "$(count a soft)" = 1 ]; }
holds "who crosses the soft limit is told of" wait_for soft_once
: >"$work/go1"
marked m2 >/dev/null
: >"$work/go2"
marked m3 >/dev/null
soft_twice() { [ "$(count a soft)" = 2 ]; }
holds "and once more after falling far below it" wait_for soft_twice

fresh hard_limit=32M hard_action=stop
act_in a anon:40M mark:"$work/m1" pause
is_stopped() { grep -q 'State:.T' "/proc/$(status a pid)/status"; }
holds "who is to be stopped is stopped" wait_for is_stopped
put a hard_limit 64M
holds "and goes on when the limit is raised" wait_for test -s "$work/m1"

fresh hard_limit=32M hard_action=notify
act_in a anon:40M mark:"$work/m1" pause
marked m1 >/dev/null
hard_once() { [ "$(history a)" = "create start hard" ]; }
holds "notify tells" wait_for hard_once
is "and nobody is killed" "$(status a state)" running

fresh hard_limit=16M kill_scope=process
act_in a fork mark:"$work/m1" anon:8M wait:"$work/go1" eat:64K
first=$!
child=$(marked m1)
: >"$work/go1"
holds "kill_scope=process: who eats dies" wait_for is_gone "$child"
wait_state a exited
is "kill_scope=process: and is told of" "$(event a pid kill) $(record victim_pid)" "$child $child"
is "kill_scope=process: the first process ends by itself" "$(status a state) $(status a reason)" "exited exited"
is "kill_scope=process: it was not the first" "$(history a) $first" "create start hard kill exit $first"
is "kill_scope=process: the record is complete" "$(record us | grep -c .)" 1

fresh hard_limit=16M kill_scope=process
act_in a eat:64K
wait_state a killed
is "kill_scope=process: a first process that is the victim ends the run" "$(status a state) $(status a reason) $(history a)" \
	"killed hard_limit create start hard kill exit"

fresh hard_limit=16M kill_scope=process
kills=$(stat_of fault_kills)
act_in a crowd:7 meet eat:64K
wait $!
wait_for is_empty a
is "kill_scope=process: of many at once each is told of" "$(history a | tr ' ' '\n' | grep -c kill)" 8
holds "kill_scope=process: who were caught in the fault among them" at_least 8 $(($(stat_of fault_kills) - kills))

fresh hard_limit=16M
act_in a threads:8 eat:64K
wait_state a killed
is "a process of many threads is caught" "$(status a state) $(status a reason)" "killed hard_limit"

# eight processes that have each their own: together they cross
fresh hard_limit=64M
act_in a crowd:7 anon:10M mark:"$work/m1" pause
wait_state a killed
is "processes that are only together above it are" "$(status a state) $(status a reason)" "killed hard_limit"

# what the counters of many spaces keep back could decide: somebody has to look before the total is there
scan_rarely
fresh metric=anon
act_in a nothp crowd:9 meet mark:"$work/m1" wait:"$work/go1" anon:100P mark:"$work/m2" pause
marked m1 >/dev/null
error=$(status a usage_error)
# before 6.2 each keeps up to 63 of the 100 pages that it is about to use for itself
put a hard_limit $(($(status a usage) + error + (1 << 20)))
trips=$(stat_of trips)
tripped() { [ "$(stat_of trips)" -gt "$trips" ]; }
if [ "$error" != 0 ]; then
	: >"$work/go1"
	holds "many processes near the limit are looked at" wait_for tripped
	is "and live below it" "$(status a state) $(count a hard)" "running 0"
else
	pass "many processes near the limit are looked at # SKIP on one CPU the counters keep nothing back"
fi
scan_as_ever

# --- under real-time hogs on every CPU ---

actor_in_memory

lives() { # PID: he is there, and no zombie; nothing is executed for that
	{ read -r _ _ state _ <"/proc/$1/stat"; } 2>/dev/null && [ "$state" != Z ]
}

eats_under_hogs() { # MARK STEP...: how the first one ends, and whether who has written MARK ends before the hogs
	mark=$1
	shift
	fresh hard_limit=16M
	rm -f "$work/go2"
	"$work/actor" fifo:20 "attach:$JF_CONFIGFS/a/pids" "$@" mark:"$work/$mark" wait:"$work/go2" eat:64K >/dev/null &
	first=$!
	eater=$(marked "$mark")
	take_cpus go2
	wait "$first" 2>/dev/null
	ended=$?
	while lives "$eater" && lives "$hog"; do :; done
	lives "$hog" && ended="$ended before them"
	kill -KILL "$eater" 2>/dev/null
	free_cpus
	wait_state a killed
}

eats_under_hogs m1
is "real-time hogs on every CPU: who crosses the limit dies" "$ended" "137 before them"
is "real-time hogs: and is told of" "$(history a) $(status a reason)" "create start hard kill exit hard_limit"
# of two processes that share an address space one counts for it, here the other one; a look would kill both
eats_under_hogs m2 share
is "real-time hogs: who crosses it in memory that another one has, too, dies" "$ended" "137 before them"
is "real-time hogs: and not the other one, to begin with" "$(record victim_pid)" "$eater"

# --- the change while it runs ---

fresh hard_limit=16M
act_in a anon:1M mark:"$work/m1" wait:"$work/go1" eat:64K
marked m1 >/dev/null
mode scan
scan_as_ever
kills=$(stat_of fault_kills)
: >"$work/go1"
wait_state a killed
is "changed to scan under a running one: it is killed by a look" "$(status a reason) $(stat_of fault_kills)" "hard_limit $kills"

fresh hard_limit=16M
act_in a anon:1M mark:"$work/m1" wait:"$work/go1" eat:64K
marked m1 >/dev/null
scan_rarely
mode fault
wait_for is_mode fault
: >"$work/go1"
wait_state a killed
is "changed to fault under a running one: it is killed in the fault" "$(status a reason) $(stat_of fault_kills)" "hard_limit $((kills + 1))"
drop a
finish
