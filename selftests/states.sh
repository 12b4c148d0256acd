#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# How a run ends, and what is told of it: what the module did or saw, not a guess from the exit status.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
make a b

outcome() { # NAME
	echo "$(status "$1" state) $(status "$1" reason) $(status "$1" exit_status)"
}

ends() { # TITLE WANT STEP...: what becomes of a container whose first process does this
	title=$1
	want=$2
	shift 2
	act_in a "$@"
	pid=$!
	wait "$pid" 2>/dev/null
	wait_for is_empty a
	wait_for over
	is "$title" "$(outcome a)" "$want"
	is "and the exit event says the same" "exited $(event a reason exit) $(event a status exit) $(event a pid exit)" "$want $pid"
}

over() {
	[ "$(status a state)" != running ] && [ "$(status a state)" != created ]
}

is "before anything has run there is no outcome" "$(outcome a)" "created none "
ends "exit 0" "exited exited 0" exit:0
ends "exit 7" "exited exited 7" exit:7
ends "exit 255" "exited exited 255" exit:255
ends "exit in a child is not the first process's" "exited exited 3" fork exit:3
ends "a signal of its own" "exited signaled 143" raise:15
ends "SIGKILL of its own is not a limit kill" "exited signaled 137" raise:9
ends "SIGSEGV" "exited signaled 139" raise:11
# whose thread's it is depends on the kernel and on who is last: the module says what the parent is told
act_in a leaderexit threadend:9
wait $!
parent=$?
wait_state a exited
is "a leader and a thread that end apart: what wait(2) says" "$(outcome a)" "exited exited $parent"
ends "exit after exec" "exited exited 5" exec exit:5
ends "exit from a thread" "exited exited 6" thread exit:6
ends "exit after exec by a thread" "exited exited 8" threadexec exit:8

running() { # STEP...: a member that stays
	rm -f "$work/m"
	act_in a "$@" mark:"$work/m" pause
	pid=$!
	marked m >/dev/null
}

running
is "while it runs it is running" "$(status a state) $(status a reason) $(status a exit_status) $(status a pid)" "running none  $pid"
holds "it tells since when" at_most "$(($(date +%s) - $(status a started)))" 60
kill -KILL "$pid"
wait_state a exited
is "SIGKILL from outside is signaled, not killed" "$(outcome a)" "exited signaled 137"
is "and it tells who did it" "$(event a sender exit) $(event a sender_comm exit)" "$$ $(cat /proc/$$/comm)"
is "no kill is counted for it" "$(count a kill) $(count a hard)" "0 0"

running
kill -TERM "$pid"
wait_state a exited
is "SIGTERM from outside" "$(outcome a)" "exited signaled 143"

# --- stop ---

running
put a stop 1
wait_state a stopped
is "stop sends SIGTERM" "$(outcome a)" "stopped stopped 143"
is "stop is told before the exit" "$(history a | sed 's/.*start //')" "stop exit"
running catch:15
put a stop 1
wait_state a stopped
is "who ends by itself when asked keeps its status" "$(outcome a)" "stopped stopped 15"
running ignore:15
put a grace_ms 100
put a stop 1
wait_state a stopped
is "who ignores SIGTERM is killed after grace_ms" "$(outcome a)" "stopped stopped 137"
is "and the kill is told" "$(history a | sed 's/.*start //')" "stop kill exit"
running nest
put a stop 1
wait_state a stopped
is "stop kills in the end what the first process leaves behind" "$(outcome a) $(status a procs)" "stopped stopped 143 0"
put a grace_ms 60000
running ignore:15
put a stop 1
is "while it is being stopped it is running" "$(status a state)" running
act pause
other=$!
is "and takes nobody in" "$(try_put a pids $other)" EBUSY
kill -KILL $other
put a stop 1
is "asking twice is asking once" "$(history a | sed 's/.*start //')" stop
put a kill 1
wait_state a killed
is "kill does not wait for the grace time" "$(outcome a)" "killed killed 137"
put a grace_ms 10000

# --- kill ---

running
put a kill 1
wait_state a killed
is "kill sends SIGKILL" "$(outcome a)" "killed killed 137"
is "kill is told before the exit, and by whom" "$(history a | sed 's/.*start //') $(event a sender kill)" "kill exit $$"
running ignore:15 fork ignore:15
put a kill 1
wait_state a killed
is "kill asks nobody" "$(outcome a)" "killed killed 137"

# --- the first process and the others ---

rm -f "$work/m"
act_in a orphan mark:"$work/m" pause
wait $!
marked m >/dev/null
is "it is running as long as any member lives" "$(status a state) $(status a procs)" "running 1"
is "and the first process's status is known" "$(status a exit_status)" 0
is "it cannot be removed" "$(try rmdir "$JF_CONFIGFS/a")" EBUSY
kill -KILL "$(cat "$work/m")"
wait_state a exited
is "its outcome is the first process's" "$(outcome a)" "exited exited 0"
rm -f "$work/m"
act_in a orphan mark:"$work/m" pause
wait $!
marked m >/dev/null
put a stop 1
wait_state a stopped
is "stop asks the others when the first process is gone" "$(outcome a)" "stopped stopped 0"

# --- once more ---

ends "a container that has ended can be used again" "exited exited 4" exit:4
is "events are counted since mkdir" "$(at_least "$(count a kill)" 3 && echo yes)" yes
put a soft_limit 30M
put a hard_limit 16M
act_in a eat:64K
wait_state a killed
is "a limit kill" "$(outcome a)" "killed hard_limit 137"
put a hard_limit 64M
ends "the next run begins afresh" "exited exited 0" exit:0
is "the limits are kept" "$(get a soft_limit) $(get a hard_limit)" "31457280 67108864"

# --- a number that is used again ---

# A process that is not a member, with the number that PID had.
impostor() { # PID
	rm -f "$work/i"
	act "numbered:$1" mark:"$work/i" pause
	[ "$(marked i)" = "$1" ]
}

rm -f "$work/m"
act_in a orphan mark:"$work/m" pause
old=$!
wait "$old"
marked m >/dev/null
holds "the number of a first process that is gone is used again" impostor "$old"
put a grace_ms 100
put a stop 1
wait_state a stopped
holds "stop does not touch who has it now" kill -0 "$old"
put a grace_ms 10000
kill -KILL "$old"

rm -f "$work/m"
# 17 is SIGCHLD: nobody has to wait for its child
act_in a ignore:17 nest mark:"$work/m" raise:9
old=$(marked m)
wait_for test ! -d "/proc/$old"
holds "the number of a member that is gone is used again" impostor "$old"
put a kill 1
wait_state a killed
holds "kill does not touch who has it now" kill -0 "$old"
kill -KILL "$old"

# an attached process that is no child of ours
act mark:"$work/o" pause
put b pids $!
kill -USR1 $!
wait_state b exited
is "a process that was attached later ends like any" "$(outcome b)" "exited signaled 138"
finish
