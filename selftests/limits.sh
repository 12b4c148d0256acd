#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What happens at the limits: events, the kill, and whose memory counts.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
before_hard=$(stat_of kills_hard_limit)
before_killed=$(stat_of kills_killed)
before_stopped=$(stat_of kills_stopped)
make a b

# Nothing of a container is there any more: no process, no member.
is_over() { # NAME PID...
	name=$1
	shift
	is_empty "$name" || return
	for pid; do
		is_gone "$pid" || return
	done
}

is_crowd() { # NAME
	at_least "$(status "$1" procs)" 20
}

# Let the actor go on that waits for FILE.
go() { # FILE
	: >"$work/$1"
}

by_reason() {
	echo "$(stat_of kills_hard_limit) $(stat_of kills_killed) $(stat_of kills_stopped)"
}

has_killed() { # SINCE
	[ "$(count a kill)" -gt "$1" ]
}

# Once more: that it is killed it may have been before.
wait_kill() { # SINCE
	wait_for has_killed "$1"
	wait_state a killed
}

ends_by_limit() { # TITLE STEP...: who does this is killed by the hard limit of 16M
	title=$1
	shift
	kills=$(count a kill)
	put a hard_limit 16M
	act_in a "$@"
	wait_kill "$kills"
	is "$title" "$(status a state) $(status a reason)" "killed hard_limit"
	wait
}

lives_with() { # TITLE STEP...: and who does this is not
	title=$1
	shift
	rm -f "$work/m"
	put a hard_limit 16M
	act_in a "$@" mark:"$work/m" pause
	marked m >/dev/null
	is "$title" "$(status a state) $(count a hard)" "running $hard"
	put a kill 1
	wait_state a killed
}

# --- the soft limit ---

put a soft_limit 8M
act_in a anon:10M mark:"$work/m1" wait:"$work/g1" free anon:1M mark:"$work/m2" wait:"$work/g2" anon:10M mark:"$work/m3" pause
marked m1 >/dev/null
wait_for counted a soft 1
is "crossing the soft limit is one event" "$(history a) $(count a soft)" "create start soft 1"
pid=$(get a pids)
is "it tells who and how much" "$(event a pid soft) $(event a comm soft) $(event a limit soft)" "$pid actor 8388608"
holds "and a usage that is above the limit" at_least "$(event a usage soft)" 8388609
go g1
marked m2 >/dev/null
holds "who shrinks is seen to" wait_for uses_at_most a 8
go g2
marked m3 >/dev/null
wait_for counted a soft 2
is "after falling far below, the next crossing is an event again" "$(history a)" "create start soft soft"
is "nobody is killed at the soft limit" "$(status a state)" running
put a soft_limit max
put a kill 1
wait_state a killed

# --- the hard limit ---

hard=0
lives_with "who stays below the hard limit lives" anon:8M
ends_by_limit "who goes above it is killed" eat:64K
is "hard comes before kill, and kill before exit" "$(history a | sed 's/.*start //')" "hard kill exit"
is "the exit status tells of the signal" "$(status a exit_status)" 137
# two of the kills were ours
is "the events count it" "$(count a hard) $(count a kill)" "1 3"
is "and stats counts them by reason" "$(by_reason)" \
	"$((before_hard + 1)) $((before_killed + 2)) $before_stopped"
holds "usage at the hard event was above the limit" at_least "$(event a usage hard)" 16777217
holds "peak is the highest usage" at_least "$(status a peak)" "$(event a usage hard)"
is "nothing is used by an ended container" "$(status a usage) $(status a procs)" "0 0"
hard=$(count a hard)

ends_by_limit "the memory of a child counts" fork eat:64K
ends_by_limit "the memory of a grandchild counts" fork fork eat:64K
ends_by_limit "the memory of a daemon counts" orphan setsid orphan eat:64K
ends_by_limit "the memory of a process in a nested PID namespace counts" pidns fork eat:64K
ends_by_limit "the memory used by a thread counts" thread eat:64K
ends_by_limit "the memory of a process whose leader has exited counts" leaderexit eat:64K
ends_by_limit "many small ones count as one large one" children:8 anon:3M fork anon:3M fork anon:3M fork anon:3M fork anon:3M fork anon:3M pause
ends_by_limit "small parts of many that share an address space count" hoarders:120 pause
ends_by_limit "shared memory counts" shmem:20M pause
# on a ramfs: what a test can write to may all be a tmpfs, whose pages are shared memory
mkdir "$work/ramfs"
mount -t ramfs ramfs "$work/ramfs"
file=$work/ramfs/file
dd if=/dev/zero of="$file" bs=1M count=20 2>/dev/null
ends_by_limit "file pages count" file:"$file" pause
hard=$(count a hard)
put a metric anon
lives_with "file pages do not count with the metric anon" file:"$file"
ends_by_limit "shared memory counts with the metric anon" shmem:20M pause
put a metric rss
umount "$work/ramfs"
hard=$(count a hard)
lives_with "memory that is shared by processes without a copy counts once" anon:10M share
lives_with "the same for a vfork child" anon:10M vfork
lives_with "and for threads" anon:10M threads:8

# --- all of them, to the last ---

put a hard_limit max
act_in a children:20 nest anon:12M mark:"$work/m4" wait:"$work/g4" eat:64K
marked m4 >/dev/null
put a hard_limit 64M
members=$(get a pids)
go g4
wait_state a killed
# shellcheck disable=SC2086 # a list of numbers
holds "at the hard limit every member is killed" wait_for is_over a $members
is "all of them were there" "$(echo "$members" | wc -l)" 22

put a hard_limit max
act_in a bomb:80
wait_for is_crowd a
put a kill 1
holds "a fork bomb is killed to the last" wait_state a killed
act_in a flee
wait_for has_procs a 1
put a kill 1
holds "who flees by forking is killed" wait_state a killed
holds "nobody has got away" wait_for nobody_acts
kills=$(count a kill)
put a hard_limit 1M
act_in a bomb:80
wait_kill "$kills"
is "a fork bomb above its hard limit is killed" "$(status a reason) $(status a procs)" "hard_limit 0"

# --- whatever runs when the timer fires ---

# In a PID namespace of their own: who is looked up by number there is somebody else.
unshare --pid --fork sh -c 'while :; do :; done & while :; do :; done' 2>/dev/null &
hogs=$!
put a hard_limit max
act_in a children:3 anon:8M mark:"$work/h" pause
marked h >/dev/null
members=$(get a pids)
put a hard_limit 4M
wait_state a killed
# shellcheck disable=SC2086 # a list of numbers
holds "the members are killed whoever the timer interrupts" wait_for is_over a $members
hogs=$(pgrep -P "$hogs")
holds "and nobody else" kill -0 "$hogs"
kill -KILL "$hogs"

# --- a limit that changes ---

put a hard_limit max
act_in a anon:20M mark:"$work/m5" pause
marked m5 >/dev/null
put a hard_limit 16M
is "a hard limit that is lowered below the usage acts at once" "$(event a event kill)" kill
wait_state a killed
put a hard_limit 16M
act anon:20M mark:"$work/m6" pause
marked m6 >/dev/null
put a pids $!
wait_state a killed
is "who is attached above the limit is killed" "$(status a reason)" hard_limit
put a hard_limit max
put a soft_limit 30M
act_in a anon:20M mark:"$work/m7" pause
marked m7 >/dev/null
before=$(count a soft)
put a soft_limit 16M
is "a soft limit that is lowered below the usage is told at once" "$(($(count a soft) - before))" 1
put a soft_limit 17M
put a soft_limit 16M
is "but not once more for the same crossing" "$(($(count a soft) - before))" 1
is "enforcing says that there is no hard limit" "$(status a enforcing)" "no: no hard limit"
put a hard_limit 100M
is "enforcing says yes" "$(status a enforcing)" yes
put a kill 1
wait_state a killed

# --- two containers ---

put a hard_limit 16M
put b hard_limit 64M
act_in b anon:10M mark:"$work/m8" pause
marked m8 >/dev/null
kills=$(count a kill)
act_in a eat:64K
wait_kill "$kills"
is "the limit of one container is nothing to another" "$(status b state) $(status b reason)" "running none"

# --- memory of somebody outside ---

# its parent lives on in the memory that both have, and is no member
act anon:40M share mark:"$work/m9" wait:"$work/g9" exit:0
outside=$!
sharer=$(marked m9)
put b pids "$sharer"
holds "who shares the memory of somebody outside has it counted" at_least "$(status b usage)" $((50 << 20))
kill -STOP "$outside"
go g9
wait_for has_procs b 1
holds "but not when he has ended" at_most "$(status b usage)" $((20 << 20))
kill -KILL "$outside"
finish
