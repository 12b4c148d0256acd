#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What is done about memory, and to whom: every action and scope, the signals, the warnings, and the record of it.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin

swap=

undo() {
	cleanup
	scan_as_ever
	[ -z "$swap" ] || { swapoff "$swap" && losetup -d "$swap"; }
	rm -f /var/tmp/jackfruit-test.$$
}
trap undo EXIT

# --- short for what every test does ---

look() {
	put a soft_signal 0
}

# Let the actor go on that waits for FILE.
go() { # FILE
	: >"$work/$1"
}

outcome() {
	echo "$(status a state) $(status a reason) $(status a exit_status)"
}

told() { # the events of the run
	history a | sed 's/.*start *//'
}

victims() { # the PIDs of the kill events since the container was made
	sed -n "s/.* container=a event=\(create\|kill\) *\(pid=\)*\([0-9]*\).*/\1\3/p" "$JF_DEBUGFS/events" |
		awk '/^create/ { line = "" } /^kill/ { line = line (line ? " " : "") substr($0, 5) } END { print line }'
}

record() { # KEY
	sed -n "s/^$1 //p" "$JF_CLASS/a/last_kill"
}

record_keys() {
	cut -d ' ' -f 1 "$JF_CLASS/a/last_kill" | tr '\n' ' '
}

has_record() { # KEY
	[ -n "$(record "$1")" ]
}

# How background children ended, in $how: a subshell cannot wait for them.
ended() { # PID...
	how=
	for pid; do
		wait "$pid" 2>/dev/null
		how="$how${how:+ }$?"
	done
}

# A field of stat, see proc(5): each value once that a thread of the process has.
field() { # NUMBER PID
	sed 's/.*) //' "/proc/$2"/task/*/stat | cut -d ' ' -f $(($1 - 2)) | sort -u | tr '\n' ' '
}

is_stopped() { # PID...
	for pid; do
		[ "$(field 3 "$pid")" = "T " ] || return
	done
}

is_going() { # PID...
	for pid; do
		[ "$(field 3 "$pid")" != "T " ] || return
	done
}

is_forecast() { # none or a number
	case $(status a forecast) in
	none) [ "$1" = none ] ;;
	*) [ "$1" = number ] ;;
	esac
}

has_told() { # EVENT
	told | grep -qw "$1"
}

# --- hard_action kill ---

fresh hard_limit=16M
act_in a anon:20M pause
wait_state a killed
is "kill: hard, kill, exit" "$(outcome): $(told)" "killed hard_limit 137: hard kill exit"
is "kill: the kill event says why" "$(event a reason kill)" hard_limit

# --- hard_action term ---

fresh hard_limit=32M hard_action=term grace_ms=86400000
act_in a anon:33M pause
wait_state a killed
is "term: SIGTERM ends who does nothing about it" "$(outcome): $(told)" "killed hard_limit 143: hard stop exit"
is "term: the stop event says why" "$(event a reason stop) $(count a kill)" "hard_limit 0"

fresh hard_limit=32M hard_action=term grace_ms=86400000
act_in a catch:15 mark:"$work/m1" pause
first=$(marked m1)
act_in a catch:15 anon:32M pause
other=$!
wait_state a killed
ended "$first" $other
is "term: every member is asked, and who catches SIGTERM keeps its status" "$how: $(outcome)" "15 15: killed hard_limit 15"
is "term: nobody is killed who ends when asked" "$(told)" "hard stop exit"

fresh hard_limit=32M hard_action=term grace_ms=100
act_in a ignore:15 anon:33M pause
wait_state a killed
is "term: who ignores SIGTERM is killed after grace_ms" "$(outcome): $(told)" "killed hard_limit 137: hard stop kill exit"

fresh hard_limit=32M hard_action=term grace_ms=86400000
act_in a ignore:15 anon:33M mark:"$work/m1" wait:"$work/go1" anon:8M pause
marked m1 >/dev/null
wait_for has_told stop
look
is "term: as long as it does not grow it has its grace time" "$(status a state) $(told)" "running hard stop"
act pause
other=$!
is "term: who is being ended takes nobody in" "$(try_put a pids $other)" EBUSY
kill -KILL $other
go go1
wait_state a killed
is "term: who grows on by an eighth is killed before that" "$(outcome): $(told)" "killed hard_limit 137: hard stop kill exit"

# --- hard_action stop ---

fresh hard_limit=16M hard_action=stop
act_in a crawl:256K
first=$!
holds "stop: who grows above the limit is stopped" wait_for is_stopped $first
is "stop: it is running, and told, and nobody is killed" "$(status a state): $(told): $(count a kill)" "running: hard: 0"
is "stop: that is enforcing" "$(status a enforcing)" yes
kill -CONT $first
holds "stop: who is continued by somebody else is stopped again" wait_for is_stopped $first
act mark:"$work/m1" pause
other=$(marked m1)
put a pids "$other"
holds "stop: who is attached above the limit is stopped, too" wait_for is_stopped "$other"
put a hard_limit 64M
holds "stop: when the limit is raised they go on" wait_for is_going "$other"
wait_for is_stopped $first "$other"
is "stop: to the next crossing" "$(told)" "hard hard"
put a hard_action notify
holds "stop: when the action is another one they go on, too" is_going $first "$other"
put a kill 1
wait_state a killed

fresh hard_action=stop
act_in a anon:12M mark:"$work/m1" fork anon:1M mark:"$work/m2" pause
first=$(marked m1)
child=$(marked m2)
act_in a anon:12M mark:"$work/m3" pause
other=$(marked m3)
put a hard_limit 32M
look
is "stop: below the limit everybody goes on" "$(is_going "$first" "$child" "$other" && told)" ""
put a hard_limit 28M
put a hard_limit 20M
holds "stop: a limit that is lowered stops all" wait_for is_stopped "$first" "$child" "$other"
kill -KILL "$first" "$child"
holds "stop: when the usage falls they go on" wait_for is_going "$other"
is "stop: of one crossing one event" "$(status a state): $(told)" "running: hard"
put a hard_limit 8M
wait_for is_stopped "$other"
put a stop 1
wait_state a stopped
ended "$other"
is "stop: who is stopped at the limit can be asked to end" "$(outcome): $how" "stopped stopped 137: 143"

fresh hard_limit=16M hard_action=stop
act_in a anon:17M pause
wait_for is_stopped $!
put a hard_action term
wait_state a killed
is "stop: made term, they act on SIGTERM" "$(outcome): $(told)" "killed hard_limit 143: hard stop exit"

fresh hard_action=stop grace_ms=20000
act_in a block:15 anon:20M mark:"$work/m1" await:15 mark:"$work/m2" wait:"$work/go1" exit:7
marked m1 >/dev/null
put a hard_limit 16M
wait_for is_stopped $!
put a stop 1
marked m2 >/dev/null
look
go go1
wait_state a stopped
is "stop: who is asked to end has its grace time to run" "$(outcome)" "stopped stopped 7"

# --- hard_action notify ---

fresh hard_limit=16M hard_action=notify
act_in a anon:20M mark:"$work/m1" pause
marked m1 >/dev/null
wait_for has_told hard
look
is "notify: the event, once, and nothing else" "$(status a state) $(count a hard) $(count a kill): $(told)" "running 1 0: hard"
is "notify: enforcing says that it does not" "$(status a enforcing)" "no: hard_action is notify"
put a hard_action kill
is "a hard_action that is made kill above the limit kills at once" "$(count a kill)" 1
wait_state a killed
is "and the crossing is told once" "$(told)" "hard kill exit"

# --- kill_scope process ---

fresh kill_scope=process
act_in a name:first anon:2M mark:"$work/m1" wait:"$work/go1" exit:3
first=$(marked m1)
act_in a name:small anon:4M mark:"$work/m2" pause
small=$(marked m2)
act_in a name:big anon:40M mark:"$work/m3" pause
big=$(marked m3)
act_in a name:middle anon:8M mark:"$work/m4" pause
middle=$(marked m4)
put a hard_limit 32M
is "process: a limit that is lowered below the usage acts at once" "$(count a kill)" 1
holds "process: the largest member is killed" wait_for has_procs a 3
ended "$big"
is "process: by SIGKILL" "$how" 137
look
is "process: and nobody else" "$(victims): $(is_member a "$small" && is_member a "$middle" && is_member a "$first" && status a state)" "$big: running"
is "process: hard, kill" "$(told): $(event a reason kill)" "hard kill: hard_limit"
holds "process: the record is complete while the others run" wait_for has_record us
is "process: it names the victim" "$(record cause) $(record victim_pid) $(record victim_comm) $(record limit)" "hard_limit $big big 33554432"
put a hard_limit 6M
wait_for has_procs a 1
look
is "process: one after the other, the largest first" "$(victims)" "$big $middle $small"
is "process: the record is the last one's" "$(record victim_pid) $(record victim_comm)" "$small small"
go go1
wait_state a exited
is "process: the outcome is the first process's own" "$(outcome)" "exited exited 3"
is "process: and the record is kept" "$(record victim_pid)" "$small"

fresh kill_scope=process
for mark in m1 m2 m3; do
	act_in a anon:48M mark:"$work/$mark" pause
	marked $mark >/dev/null
done
put a hard_limit 112M
wait_for has_procs a 2
look
is "process: of equals it is one at a time" "$(count a kill) $(count a hard) $(status a procs)" "1 1 2"

fresh kill_scope=process hard_limit=16M
act_in a anon:2M mark:"$work/m1" pause
marked m1 >/dev/null
act_in a share anon:20M pause
wait $!
wait_for has_procs a 1
is "process: who shares the victim's memory dies with it" "$(status a state): $(told)" "running: hard kill"

fresh kill_scope=process hard_limit=16M
act_in a anon:20M pause
wait_state a killed
is "process: a first process that is the victim is killed by the limit" "$(outcome): $(told)" "killed hard_limit 137: hard kill exit"
holds "process: and its record is complete" has_record us

fresh kill_scope=process
act_in a anon:20M mark:"$work/m1" pause
first=$(marked m1)
act_in a anon:4M mark:"$work/m2" pause
other=$(marked m2)
put a hard_limit 16M
wait_for has_procs a 1
is "process: without its first process it is running" "$(outcome)" "running none 137"
kill -TERM "$other"
wait_state a killed
is "process: and in the end it was the limit" "$(outcome) $(record victim_pid)" "killed hard_limit 137 $first"

fresh kill_scope=process
act_in a mark:"$work/m1" wait:"$work/go1" anon:60M mark:"$work/m2" pause
marked m1 >/dev/null
act_in a anon:20M mark:"$work/m3" pause
marked m3 >/dev/null
put a hard_limit 16M
wait_for has_record us
before=$(status a last_kill)
put a hard_limit max
go go1
marked m2 >/dev/null
holds "process: the others may grow later" at_least "$(status a usage)" 60000000
is "process: but the record stays as it was" "$(status a last_kill)" "$before"

fresh kill_scope=process grace_ms=86400000
act_in a ignore:15 mark:"$work/m1" pause
first=$(marked m1)
act_in a anon:20M mark:"$work/m2" pause
victim=$(marked m2)
put a stop 1
put a hard_limit 16M
wait_for has_procs a 1
is "process: during a stop the largest is killed, too" "$(event a reason kill) $(event a pid kill)" "hard_limit $victim"
is "process: but the record is the stop's" "$(record cause) $(record sender_pid)" "stopped $$"
put a kill 1
wait_state a killed

# --- kill_scope process, hard_action term ---

fresh kill_scope=process hard_action=term hard_limit=32M grace_ms=86400000
act_in a catch:15 anon:1M mark:"$work/m1" pause
first=$(marked m1)
act_in a catch:15 anon:32M pause
ended $!
is "process, term: the largest is asked, and keeps its status" "$how" 15
wait_for has_procs a 1
is "process, term: hard, stop" "$(status a state): $(told) $(event a reason stop)" "running: hard stop hard_limit"
put a grace_ms 100
act_in a ignore:15 anon:32M pause
ended $!
is "process, term: who ignores it is killed after grace_ms" "$how" 137
wait_for has_procs a 1
is "process, term: and that is told" "$(status a state): $(told | sed 's/hard stop //')" "running: hard stop kill"
put a grace_ms 86400000
act_in a ignore:15 anon:32M mark:"$work/m2" wait:"$work/go2" anon:8M pause
victim=$!
marked m2 >/dev/null
wait_for has_told "stop kill hard stop"
look
is "process, term: who does not grow has its grace time" "$(is_member a $victim && count a kill)" 1
go go2
ended $victim
is "process, term: who grows on by an eighth has not" "$how $(count a kill)" "137 2"
wait_for has_procs a 1
act_in a ignore:15 anon:32M mark:"$work/m3" pause
marked m3 >/dev/null
wait_for has_told "kill hard stop$"
put a kill_scope container
ended "$first"
is "a kill_scope that is made container above the limit asks all at once" "$how" 15
is "but does not kill them" "$(status a state) $(count a kill)" "running 2"
put a hard_action kill
is "until hard_action is made kill" "$(count a kill)" 3
wait_state a killed
is "which ends the run" "$(outcome)" "killed hard_limit 15"

fresh kill_scope=process hard_action=term hard_limit=32M grace_ms=20000
act_in a anon:1M mark:"$work/m1" pause
marked m1 >/dev/null
act_in a ignore:15 anon:32M mark:"$work/m2" pause
marked m2 >/dev/null
wait_for has_told stop
put a hard_action kill
is "process: a hard_action that is made kill kills at once who was only asked" "$(count a kill)" 1

fresh kill_scope=process hard_action=term hard_limit=32M grace_ms=86400000
act_in a block:15 anon:33M await:15 exec mark:"$work/m1" wait:"$work/go1" exit:3
marked m1 >/dev/null
look
go go1
wait_for is_empty a
wait_for is_gone $!
is "process, term: who lives on after it was asked ends by itself" "$(outcome)" "exited exited 3"

# --- metric ---

# on a ramfs: the pages of a tmpfs are shared memory
mkdir "$work/ramfs"
mount -t ramfs ramfs "$work/ramfs"
dd if=/dev/zero of="$work/ramfs/file" bs=1M count=24 2>/dev/null
fresh metric=anon hard_limit=16M
act_in a file:"$work/ramfs/file" mark:"$work/m1" pause
marked m1 >/dev/null
look
is "metric: file pages are not anon" "$(status a state) $(at_most "$(status a usage)" 16777216 && count a hard)" "running 0"
put a metric rss
is "metric: made rss they count at once" "$(count a kill)" 1
wait_state a killed
fresh hard_action=stop
act_in a file:"$work/ramfs/file" mark:"$work/m1" pause
marked m1 >/dev/null
put a hard_limit 16M
holds "metric: with rss it is above the limit" wait_for is_stopped $!
put a metric anon
holds "metric: made anon it is below at once" is_going $!

get_swap() {
	[ "$(wc -l </proc/swaps)" -gt 1 ] && return
	swap=$(losetup -f 2>/dev/null) || return
	losetup "$swap" /var/tmp/jackfruit-test.$$ || { swap=; return 1; }
	mkswap "$swap" >/dev/null 2>&1 && swapon "$swap" 2>/dev/null
}

drop a
umount "$work/ramfs"
dd if=/dev/zero of=/var/tmp/jackfruit-test.$$ bs=1M count=64 2>/dev/null
modprobe loop 2>/dev/null
if get_swap; then
	fresh
	act_in a anon:24M pageout mark:"$work/m1" pause
	marked m1 >/dev/null
	put a hard_limit 16M
	look
	is "metric: what is in the swap is not rss" "$(status a state) $(at_most "$(status a usage)" 16777216 && count a hard)" "running 0"
	put a metric rss+swap
	is "metric: made rss+swap it counts at once" "$(count a kill)" 1
	wait_state a killed
	is "metric: and that is the reason" "$(outcome)" "killed hard_limit 137"
else
	pass "metric: rss+swap # SKIP no swap can be had"
fi

# --- soft_signal ---

fresh soft_limit=8M
act_in a catch:10 anon:10M mark:"$work/m1" pause
marked m1 >/dev/null
wait_for counted a soft 1
is "soft_signal: without it nobody gets one" "$(status a state): $(told)" "running: soft"
fresh soft_limit=8M soft_signal=10
act_in a catch:10 anon:10M pause
wait_state a exited
is "soft_signal: it is sent to the first process" "$(outcome): $(told)" "exited exited 10: soft exit"
# that the first process is gone makes less room than a sixteenth of this, which would arm the limit again
fresh soft_limit=32M soft_signal=10
act_in a catch:10 mark:"$work/m1" nest anon:40M mark:"$work/m2" pause
first=$(marked m1)
child=$(marked m2)
wait_for is_gone "$first"
is "soft_signal: whoever has crossed the limit, and to nobody else" "$(status a exit_status) $(get a pids) $(count a soft)" "10 $child 1"
fresh soft_limit=8M soft_signal=10
act_in a ignore:10 anon:10M mark:"$work/m1" wait:"$work/go1" catch:10 mark:"$work/m2" wait:"$work/go2" free anon:1M mark:"$work/m3" wait:"$work/go3" anon:10M pause
marked m1 >/dev/null
wait_for has_told soft
go go1
marked m2 >/dev/null
put a grace_ms 1
is "soft_signal: once a crossing" "$(status a state) $(count a soft)" "running 1"
go go2
marked m3 >/dev/null
put a grace_ms 2
go go3
wait_state a exited
is "soft_signal: and once at the next" "$(outcome): $(told)" "exited exited 10: soft soft exit"

# --- nice ---

fresh
act_in a threads:3 mark:"$work/m1" wait:"$work/go1" threads:2 nest threads:2 mark:"$work/m2" wait:"$work/go2" fork mark:"$work/m3" pause
first=$(marked m1)
own=$(field 19 "$first")
is "nice: at first everybody keeps its own" "$own" "$(field 19 $$)"
put a nice 7
is "nice: every thread of who is there gets it" "$(field 19 "$first")" "7 "
renice 2 -p "$first" >/dev/null
go go1
child=$(marked m2)
is "nice: who is forked gets it, whatever its parent's is now, and its threads" "$(field 19 "$child")" "7 "
renice 2 -p "$first" >/dev/null
is "nice: so do new threads of who is there" "$(field 19 "$first")" "2 7 "
put a nice -3
is "nice: all of them get the next, up or down" "$(field 19 "$first")$(field 19 "$child")" "-3 -3 "
put a nice inherit
is "nice: inherit leaves it to them" "$(field 19 "$first")$(field 19 "$child")" "-3 -3 "
renice 4 -p "$child" >/dev/null
go go2
is "nice: and to their children" "$(field 19 "$(marked m3)")" "4 "
put a nice 5
act threads:2 mark:"$work/m4" pause
other=$(marked m4)
put a pids "$other"
is "nice: who is attached gets it" "$(field 19 "$other")" "5 "

# --- forecast ---

fresh hard_limit=16M
is "forecast: none without a member" "$(status a forecast)" none
act_in a crawl:64K
holds "forecast: milliseconds for who grows" wait_for is_forecast number
wait_state a killed
is "forecast: without forecast_ms there is no event" "$(told)" "hard kill exit"
is "forecast: none after the end" "$(status a forecast)" none
fresh hard_limit=16M forecast_ms=86400000
act_in a crawl:64K
wait_state a killed
is "forecast: with it there is one, before the limit" "$(told)" "forecast hard kill exit"
is "forecast: it tells the limit" "$(event a limit forecast)" 16777216
holds "forecast: a usage below it" at_most "$(event a usage forecast)" 16777216
holds "forecast: and how long" at_least "$(event a forecast_ms forecast)" 1
fresh hard_limit=2G forecast_ms=1
act_in a crawl:64K
first=$!
wait_for is_forecast number
look
is "forecast: no event as long as it is far" "$(told)" ""
before=$(status a forecast)
put a forecast_ms 86400000
is "forecast: a longer forecast_ms is told at once" "$(told)" forecast
put a hard_limit 256M
holds "forecast: a nearer limit is nearer" at_most "$(status a forecast)" "$before"
kill -STOP $first
holds "forecast: none for who does not grow any more" wait_for is_forecast none
put a hard_limit max
kill -CONT $first
look
is "forecast: none without a hard limit" "$(status a forecast)" none
fresh hard_limit=16M hard_action=notify
act_in a anon:20M mark:"$work/m1" pause
marked m1 >/dev/null
wait_for has_told hard
is "forecast: 0 above the limit" "$(status a forecast)" 0

# --- spike ---

# A peak that nobody sees: in mode=fault there is none.
mode_before=$(cat $parameters/mode)
mode scan
scan_rarely
fresh hard_limit=16M
act_in a mark:"$work/m1" wait:"$work/go1" anon:20M free mark:"$work/m2" pause
first=$(marked m1)
go go1
marked m2 >/dev/null
is "spike: nobody has looked" "$(told)" ""
look
is "spike: a peak above the hard limit between two looks is told" "$(status a state): $(told)" "running: spike"
is "spike: it tells the limit and the process" "$(event a limit spike) $(event a pid spike)" "16777216 $first"
peak=$(event a usage spike)
holds "spike: and the peak" at_least "$peak" 20971520
holds "spike: peak says so, too" at_least "$(status a peak)" "$peak"
look
is "spike: once" "$(told) $(count a hard)" "spike 0"
fresh soft_limit=8M hard_limit=64M
act_in a mark:"$work/m1" wait:"$work/go1" anon:20M free mark:"$work/m2" pause
go go1
marked m2 >/dev/null
look
is "spike: a peak above the soft limit" "$(told) $(event a limit spike) $(count a soft)" "spike 8388608 0"
fresh hard_limit=32M soft_limit=64M
act_in a mark:"$work/m1" wait:"$work/go1" anon:20M free mark:"$work/m2" pause
go go1
marked m2 >/dev/null
look
is "spike: no peak above a limit is none" "$(told)" ""
fresh hard_limit=16M
act anon:20M free mark:"$work/m1" pause
other=$!
marked m1 >/dev/null
put a pids $other
look
is "spike: a peak of before it was a member is none" "$(told)" ""
fresh hard_limit=16M
act anon:20M free mark:"$work/m1" wait:"$work/go1" vfork exec mark:"$work/m2" pause
other=$!
marked m1 >/dev/null
put a pids $other
go go1
marked m2 >/dev/null
look
is "spike: nor one that a vfork child takes over from before" "$(told)" ""
holds "spike: and peak does not know of it" at_most "$(status a peak)" 16777216
fresh hard_limit=16M
# shellcheck disable=SC2016 # for the inner shell
sh -c 'echo 0 >"$1/pids" && actor anon:20M exit:0 && exec actor mark:"$2" pause' - "$JF_CONFIGFS/a" "$work/m1" &
marked m1 >/dev/null
look
is "spike: a peak of who has ended since" "$(status a state): $(told)" "running: spike"
fresh hard_limit=16M
act_in a anon:20M free exit:0
wait_state a exited
holds "spike: peak knows of one before the end of the run" at_least "$(status a peak)" 20971520
is "spike: and it is told" "$(told)" "spike exit"
scan_as_ever
mode "$mode_before"

# --- last_kill ---

fresh hard_limit=16M
is "last_kill: empty at first" "$(status a last_kill)" ""
act_in a anon:1M mark:"$work/m1" pause
marked m1 >/dev/null
is "last_kill: empty while it runs" "$(status a last_kill)" ""
act_in a name:fat anon:20M pause
fat=$!
wait_state a killed
is "last_kill: of the hard limit" "$(record_keys)" "seq cause victim_pid victim_comm limit usage overshoot crossed_us peak us "
is "last_kill: who, why and at what limit" "$(record cause) $(record victim_pid) $(record victim_comm) $(record limit)" "hard_limit $fat fat 16777216"
is "last_kill: its number is the kill event's" "$(record seq)" "$(event a seq kill)"
holds "last_kill: usage was above the limit" at_least "$(record usage)" 16777217
is "last_kill: usage is the hard event's" "$(record usage)" "$(event a usage hard)"
is "last_kill: peak is the status file's" "$(record peak)" "$(status a peak)"
holds "last_kill: peak is not below usage" at_least "$(record peak)" "$(record usage)"
is "last_kill: overshoot is how far the peak was above the limit" "$(record overshoot)" $(($(record peak) - 16777216))
holds "last_kill: us is a time" at_least "$(record us)" 1
before=$(status a last_kill)
put a hard_limit 8M
put a kill 1
is "last_kill: it is kept, whatever is changed" "$(status a last_kill)" "$before"

put a hard_limit max
act_in a mark:"$work/m2" pause
pid=$(marked m2)
is "last_kill: until the next run" "$(status a last_kill)" ""
put a kill 1
wait_state a killed
is "last_kill: of kill" "$(record_keys)" "seq cause sender_pid sender_comm victim_pid victim_comm peak us "
is "last_kill: who has written to kill" "$(record cause) $(record sender_pid) $(record sender_comm)" "killed $$ $(cat /proc/$$/comm)"
is "last_kill: the first process stands for all" "$(record victim_pid) $(record victim_comm)" "$pid actor"
is "last_kill: its number is the kill event's" "$(record seq)" "$(event a seq kill)"

act_in a mark:"$work/m3" pause
marked m3 >/dev/null
put a stop 1
wait_state a stopped
is "last_kill: of stop" "$(record_keys)" "seq cause sender_pid sender_comm victim_pid victim_comm peak us "
is "last_kill: who has written to stop" "$(record cause) $(record sender_pid) $(record sender_comm)" "stopped $$ $(cat /proc/$$/comm)"
is "last_kill: its number is the stop event's" "$(record seq)" "$(event a seq stop)"

act_in a mark:"$work/m4" pause
pid=$(marked m4)
# shellcheck disable=SC2016 # for the inner shell
sh -c 'printf hitman >/proc/$$/comm; echo $$ >"$2"; kill -TERM "$1"' - "$pid" "$work/m5"
wait_state a exited
is "last_kill: of a signal from outside" "$(record_keys)" "seq cause sender_pid sender_comm victim_pid victim_comm peak "
is "last_kill: who has sent it" "$(record cause) $(record sender_pid) $(record sender_comm)" "signaled $(marked m5) hitman"
is "last_kill: to whom" "$(record victim_pid) $(record victim_comm)" "$pid actor"
is "last_kill: its number is the exit event's" "$(record seq)" "$(event a seq exit)"
act_in a raise:9
pid=$!
wait_for is_gone $pid
wait_state a exited
is "last_kill: who has killed itself is its own sender" "$(record cause) $(record sender_pid) $(record sender_comm)" "signaled $pid actor"

act_in a exit:0
wait_for is_gone $!
wait_state a exited
is "last_kill: empty when nothing was killed" "$(outcome): $(status a last_kill)" "exited exited 0: "

fresh hard_limit=32M hard_action=term grace_ms=100
act_in a ignore:15 anon:33M pause
wait_state a killed
is "last_kill: killed after the grace time, the number is the kill event's" "$(record cause) $(record seq)" "hard_limit $(event a seq kill)"
remove a
make a
is "last_kill: gone with rmdir" "$(status a last_kill)" ""
finish
