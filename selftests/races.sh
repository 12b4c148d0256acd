#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What may be done at the same time is: many rounds of each race, RACE_ROUNDS (200). What is rare is found by
# RACE_ROUNDS=10000 selftests/races.sh, with a time limit to match.
# shellcheck disable=SC2317 # the trap calls undo
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin

rounds=${RACE_ROUNDS:-200}
pid_max=$(cat /proc/sys/kernel/pid_max)

undo() {
	echo "$pid_max" >/proc/sys/kernel/pid_max
	mode fault
	made="race race2"
	cleanup
}
trap undo EXIT

race() { # RACE ROUNDS TITLE
	begun=$(date +%s)
	# not by a pipe: whom it has lost would hold it
	races "$1" "$2" "$(modinfo -n jackfruit)" >"$work/said" 2>&1
	is "$3" "$?: $(cat "$work/said")" "0: "
	echo "# $1: $2 rounds, $(($(date +%s) - begun)) s"
	load
	drop race
	drop race2
}

race attach_chain "$rounds" "who is attached while it forks is followed to the last"
race attach_flight "$rounds" "who is attached while it flees is a member or is not found"
race attach_last "$rounds" "whose threads exit at once while he is attached has handed over the children of each"
race attach_exit "$rounds" "who exits while it is attached was a member or was not"
race attach_exec "$rounds" "who executes from a thread while it is attached is one member"
race attach_two "$rounds" "who is attached to two containers at once is in one of them"
race attach_end $((rounds * 2)) "who is attached as the last member ends begins a run of his own"
race rmdir_store $((rounds * 10)) "a container can be removed while others write to it"
race rmdir_attach "$rounds" "a container is attached to or removed, not both"
race rmdir_kill "$rounds" "a container that can be removed has nobody who is being killed"
race limits_faults $((rounds * 10)) "limits change under page faults"
race limits_cross "$rounds" "who dies of a limit that changes while it is crossed is told to"
race mode_faults $((rounds / 4)) "the mode changes under page faults"
race victim_shares $((rounds / 4)) "nobody who shares the victim's memory survives it, however new"
race readers $((rounds / 4)) "who writes does not wait for all who read"
race unload $((rounds * 5)) "the module is unloaded or it is not, whatever is done with it"
race two_last "$rounds" "of threads that are last together one is"
race orphan_kill "$rounds" "who becomes init's child while it is killed is dead"
# those that run keep theirs; of the 120 numbers from 300 on there is a new one for everybody, and soon used again
echo 420 >/proc/sys/kernel/pid_max
race pid_reuse $((rounds / 4)) "a stranger with a number that a member has had is a stranger"
is "no container is left" "$(ls "$JF_CONFIGFS")" ""
finish
