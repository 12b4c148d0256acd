#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Each allocation of each operation fails in turn: an error and nothing changed, or it does not matter. Needs a kernel
# that can fail them: scripts/vm --kernel debug.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
knobs=/sys/kernel/debug
if [ ! -e /proc/self/fail-nth ] || [ ! -d $knobs/failslab ]; then
	skip_all "this kernel fails no allocation on demand: CONFIG_FAILSLAB"
fi
begin

set_knob() { # NAME VALUE
	for dir in $knobs/failslab $knobs/fail_page_alloc; do
		[ ! -e "$dir/$1" ] || echo "$2" >"$dir/$1"
	done
}

# Only what is called by code between two addresses; by whatever code.
only() { # START END
	set_knob require-start "$1"
	set_knob require-end "$2"
	set_knob stacktrace-depth 32
}

# Only what a function of the kernel asks for, whatever it calls for that.
only_in() { # FUNCTION
	# shellcheck disable=SC2046 # two numbers
	only $(awk -v name="$1" '$3 == name { print "0x" $1; found = 1; next } found { print "0x" $1; exit }' /proc/kallsyms)
}

all() {
	set_knob stacktrace-depth 0
	set_knob require-start 0
	set_knob require-end 0xffffffffffffffff
}

# Only what the module asks for.
only_ours() {
	# shellcheck disable=SC2046 # two numbers
	only $(awk '$4 == "[jackfruit]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort |
		sed -n '1s/^/0x/p; $s/^\(.*\)...$/0x\1fff/p')
}

memory() { # gone|back: for everybody who calls the module
	if [ "$1" = gone ]; then
		only_ours
		set_knob times -1
		set_knob probability 100
	else
		set_knob probability 0
		all
	fi
}

deaf=
undo() {
	memory back
	[ -z "$deaf" ] || kill -KILL "$deaf" 2>/dev/null
	umount -l "$work/deaf" 2>/dev/null
	mode fault 2>/dev/null
	cleanup
}
trap undo EXIT

set_knob verbose 0
set_knob ignore-gfp-wait N
set_knob min-order 0
memory back

others=
# each OPERATION [ARGUMENT...]; what a program that cannot be executed says of it is of no interest
each() {
	said=$(failslab "$@" 2>/dev/null)
	is "$1: any allocation${others:+ $others} may fail" "$?: $(echo "$said" | grep -v '^#')" "0: "
	echo "$said" | grep '^#' | tee -a "$work/said"
	drop slab
}

# How many of its allocations made an operation fail, the last time.
refusals() { # OPERATION
	sed -n "s/^# $1: [0-9]* allocations, \([0-9]*\) refusals.*/\1/p" "$work/said" | tail -n 1
}

module=$(modinfo -n jackfruit)
for operation in $(failslab operations) fork thread exec exit eat; do
	each "$operation" "$module"
	mode fault
done
# no pages, of which some are had once and not by the operation, so that N is another one's the next time
set_knob min-order 10
only_in tracepoint_probe_register
for operation in attach-first attach-first-reload; do
	each "$operation" "$module"
	holds "$operation: each of five probes may not be had" at_least "$(refusals $operation)" 5
done
all

mkdir "$work/deaf"
deaf "$work/deaf" >"$work/deaf.out" 2>&1 &
deaf=$!
if wait_for mountpoint -q "$work/deaf"; then
	only_ours
	each exec-held "$work/deaf/file"
	all
	kill -KILL "$deaf"
else
	fail "a file system in user space can be mounted" "$(cat "$work/deaf.out")"
fi
umount -l "$work/deaf"
deaf=
set_knob min-order 0

# --- while there is no memory for a while ---

enforces() { # ANSWER
	[ "$(status a enforcing)" = "$1" ]
}

# A member of a forks when there is no memory to follow it; so it is left.
fork_unfollowed() { # [STEP...]: before it is a member
	rm -f "$work"/m* "$work"/go*
	act "$@" attach:"$JF_CONFIGFS/a/pids" mark:"$work/m1" wait:"$work/go1" nest mark:"$work/m2" pause
	parent=$(marked m1)
	memory gone
	: >"$work/go1"
	child=$(marked m2)
}

make a
put a hard_limit 64M
missed=$(stat_of forks_missed)
fork_unfollowed
holds "a fork that cannot be followed is admitted" wait_for enforces "no: a fork was missed, trying again"
is "the child is no member yet" "$(status a procs) $(is_member a "$child" && echo listed)" "1 "
memory back
is "it was counted as missed" "$(stat_of forks_missed)" $((missed + 1))
holds "when there is memory it is one" wait_for is_member a "$child"
is "and the limit holds for it" "$(status a enforcing) $(status a procs)" "yes 2"
put a kill 1
wait_state a killed
holds "it is killed with the others" wait_for is_gone "$child"

put a hard_limit max
fork_unfollowed
memory back
holds "without a limit it is found, too" wait_for has_procs a 2
put a kill 1
wait_state a killed
holds "and killed" wait_for is_gone "$child"

fork_unfollowed
memory back
put a kill 1
wait_state a killed
holds "who cannot be followed while he is killed is killed" wait_for is_gone "$child"

# nobody forks or exits then: only another look finds the child
fork_unfollowed traced
tracer=$!
put a kill 1
holds "who is killed without memory can be held by its tracer" wait_for in_state t "$parent"
memory back
holds "its child is killed as soon as there is memory" wait_for in_state Z "$child"
is "and it is held still" "$(status a state) $(status a procs) $(get a pids)" "running 1 $parent"
kill -KILL "$tracer"
wait_state a killed

rm -f "$work"/m* "$work"/go*
lost=$(stat_of uevents_lost)
act_in a mark:"$work/m1" wait:"$work/go1" exit:3
marked m1 >/dev/null
memory gone
: >"$work/go1"
wait_state a exited
memory back
is "an exit is told without memory for the uevent" "$(event a reason exit) $(status a exit_status)" "exited 3"
holds "which is counted as lost" at_least "$(stat_of uevents_lost)" $((lost + 1))
drop a

# --- the module itself ---

rmmod jackfruit
each unload "$module"
# loading makes hundreds of allocations of the kernel's own before the module's first
only_in do_one_initcall
each load "$module"
# what is tried in another way then, as the ring of events is, must fail as often
others="and all that follow"
set_knob times -1
set_knob probability 100
each load "$module"
memory back
is "nothing is left of it" "$(ls -d /sys/module/jackfruit "$JF_CONFIGFS" "$JF_CLASS" "$JF_DEBUGFS" 2>/dev/null; grep jf_member /proc/slabinfo)" ""
holds "it can be loaded" modprobe jackfruit
finish
