#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Who belongs to a container: there is no way out, however a process forks, executes or exits.
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
make a b

# The process that has written MARK is a member, and there are N in all. Then all are killed.
stays_in() { # TITLE N STEP...
	title=$1
	procs=$2
	shift 2
	rm -f "$work/m"
	act_in a "$@" mark:"$work/m" pause
	pid=$(marked m)
	if is_member a "$pid" && wait_for has_procs a "$procs"; then
		pass "$title"
	else
		fail "$title" "pid $pid, members:" "$(get a pids)" "procs $(status a procs), not $procs"
	fi
	put a kill 1
	wait_state a killed
}

stays_in "who is attached is a member" 1
stays_in "a child is a member" 2 fork
stays_in "a grandchild is a member" 3 fork fork
stays_in "who double-forks stays in" 1 orphan orphan
stays_in "who double-forks and makes a session of its own stays in" 1 orphan setsid orphan
stays_in "who executes stays in" 1 exec
stays_in "who executes from a thread that is not the leader stays in" 1 threadexec
stays_in "a child that executes from a thread stays in" 2 fork threadexec exec
stays_in "a vfork child is a member" 2 vfork
stays_in "a vfork child that executes stays in" 2 vfork exec
stays_in "a child that shares the memory is a member" 2 share
stays_in "threads are not members of their own" 1 threads:5
stays_in "the child of a thread that is not the leader is a member" 2 thread fork
stays_in "the child of a process whose leader has exited is a member" 2 leaderexit fork
stays_in "a process whose leader has exited stays in" 1 leaderexit
stays_in "a crowd is counted to the last" 31 children:30
# more than are made in advance on PREEMPT_RT
stays_in "orphans that come one after the other are members, every one" 401 scatter:400
stays_in "also if their parent leaves nobody else the CPU" 401 fifo:10 scatter:400

# From before the first fork to after their parent's end: not even the kernel's workers have a CPU.
actor_in_memory
"$work/actor" fifo:20 "attach:$JF_CONFIGFS/a/pids" mark:"$work/m1" wait:"$work/go1" sharers:400 exit:0 >/dev/null &
parent=$!
marked m1 >/dev/null
take_cpus go1
wait "$parent"
free_cpus
wait_for has_procs a 400
is "and if real-time tasks leave nobody a CPU, until their parent has ended" "$(status a procs)" 400
put a kill 1
wait_state a killed
echo "# $(stat_of forks_missed) of them were found only later"

# --- attaching what runs already ---

attached() { # TITLE N STEP...: attach the process that acts; all that it has made come with it
	title=$1
	procs=$2
	shift 2
	rm -f "$work/m"
	act "$@"
	top=$!
	pid=$(marked m)
	put a pids "$top"
	if is_member a "$pid" && has_procs a "$procs"; then
		pass "$title"
	else
		fail "$title" "pid $pid, members:" "$(get a pids)" "procs $(status a procs), not $procs"
	fi
	put a kill 1
	wait_state a killed
}

attached "attaching takes children and grandchildren" 3 fork fork mark:"$work/m" pause
attached "attaching takes a tree of forty" 42 fork children:40 mark:"$work/m" pause
attached "attaching takes a child in another session" 2 fork setsid mark:"$work/m" pause
attached "attaching takes a vfork child" 2 vfork mark:"$work/m" pause
attached "attaching takes a process whose leader has exited" 1 leaderexit mark:"$work/m" pause
attached "attaching takes the children of such a one" 2 leaderexit fork mark:"$work/m" pause

wait_for nobody_acts
act grow:200
grower=$!
wait_for pgrep -P "$grower" >/dev/null
put a pids "$grower"
wait_for has_procs a 200
is "attaching while it forks takes all of them" "$(status a procs)" "$(pgrep -c actor)"
put a kill 1
wait_state a killed
holds "and nobody is left outside" wait_for nobody_acts

act threads:3 mark:"$work/t" pause
top=$!
marked t >/dev/null
thread=$(find "/proc/$top/task" -mindepth 1 -maxdepth 1 | sed 's,.*/,,' | grep -vx "$top" | head -n 1)
is "a process can be attached by the id of any thread" "$(try_put a pids "$thread") $(get a pids)" "ok $top"
is "attaching it once more is no error" "$(try_put a pids "$top" "$top" | sort -u) $(status a procs)" "ok 1"
is "a member of another container is EBUSY" "$(try_put b pids "$top")" EBUSY
is "and so is a thread of it" "$(try_put b pids "$thread")" EBUSY
is "the other container has not changed" "$(status b state) $(status b procs)" "created 0"
act pause
is "a second process can join" "$(try_put a pids $!) $(status a procs)" "ok 2"
put a kill 1
wait_state a killed

is "the host's init is EPERM" "$(try_put a pids 1)" EPERM
is "a kernel thread is EINVAL" "$(try_put a pids 2)" EINVAL
act exit:0
wait $!
is "a process that has ended is ESRCH" "$(try_put a pids $!)" ESRCH
# its parent does not wait for it; a shell would
sh -c 'actor wait:"$0/end" & echo $! >"$0/zombie"; exec actor mark:"$0/parent" pause' "$work" &
parent=$(marked parent)
: >"$work/end"
wait_for grep -q '^State:.Z' "/proc/$(cat "$work/zombie")/status"
is "a zombie is ESRCH" "$(try_put a pids "$(cat "$work/zombie")")" ESRCH
kill -KILL "$parent"

is "after all these refusals the container is as it was" "$(status a state) $(status a procs)" "killed 0"

(put b pids 0 && get b pids >"$work/own" && exec actor pause) &
own=$!
wait_for test -s "$work/own"
is "0 is the writer itself" "$(head -n 1 "$work/own")" "$own"
put b kill 1
wait_state b killed

# --- PID namespaces ---

act pidns mark:"$work/n" attach:"$JF_CONFIGFS/b/pids" mark:"$work/n2" pause
marked n2 >/dev/null
is "who attaches itself in a nested PID namespace is a member" "$(cat "$work/n") $(status b procs)" "1 1"
holds "and is told of by its number here" kill -0 "$(get b pids)"
put b kill 1
wait_state b killed

cat >"$work/inner" <<'END'
	actor pause &
	try write "$1/b/pids" "$!" >"$2/inner.out"
	cat "$1/b/pids" >>"$2/inner.out"
	echo "$!" >"$2/inner.pid"
	wait
END
unshare --pid --fork sh "$work/inner" "$JF_CONFIGFS" "$work" &
wait_for test -s "$work/inner.pid"
is "PIDs are read and written as the writer's namespace numbers them" "$(cat "$work/inner.out")" "ok
$(cat "$work/inner.pid")"
here_pid=$(get b pids)
is "elsewhere it has another number" "$([ "$here_pid" -gt "$(cat "$work/inner.pid")" ] && cat "/proc/$here_pid/comm")" actor
put b kill 1
wait_state b killed
wait
finish
