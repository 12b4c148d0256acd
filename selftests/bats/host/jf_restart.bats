#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf start --restart on a fixture: when a container is run again, and when not.
#
# shellcheck disable=SC2016 # what stands in single quotes is for the container's shell

load jf-fixture

setup() { fixture_setup; }
teardown() { fixture_teardown; }

# runs N: jfrun was called as often
runs() {
	[ "$(wc -l <"$STUB_ARGS.all")" -eq "$1" ]
}

# ended NAME: nobody runs it again
ended() {
	gone "$(<"$JF_RUNDIR/$1/logger")"
}

sixth() {
	[ "$(wc -l <"$F/marks")" -eq 6 ]
} 2>/dev/null

restarting() {
	jf ps "$1" | grep -q "^$1  *restarting "
}

@test "--restart no, and none at all: one run" {
	jf start --restart no a "$F/rootfs" false
	wait_until ended a
	runs 1
	[ ! -e "$JF_RUNDIR/a/restart" ]
}

@test "on-failure:N: run again N times, then given up; one log for all; inspect tells" {
	jf start --restart on-failure:2 --soft 8M a "$F/rootfs" 'echo hello; exit 3'
	run -0 jf wait a
	[ "$output" = 3 ]
	wait_until ended a
	runs 3
	run -0 jf logs a
	[ "$output" = $'hello\nhello\nhello' ]
	run -0 jf inspect a
	[[ $output == *"restart:      on-failure:2"* ]]
	[[ $output == *"restarts:     2"* ]]
	# limits and the word to jf start are for the first run only
	[ "$(sed -n 1p "$STUB_ARGS.all")" = "--ready-fd 3 --soft 8M --hard 64M a $F/rootfs -- /bin/sh -c echo hello; exit 3" ]
	[ "$(sed -n 2p "$STUB_ARGS.all")" = "--existing a $F/rootfs -- /bin/sh -c echo hello; exit 3" ]
	[ "$(jf rm a)" = a ]
}

@test "on-failure: not after a success" {
	jf start --restart on-failure a "$F/rootfs" true
	wait_until ended a
	runs 1
	[ "$(jf inspect a | grep -c restarts)" -eq 0 ]
}

@test "on-failure: until it succeeds" {
	jf start --restart on-failure a "$F/rootfs" 'echo x >>'"$F/marks"'; [ "$(wc -l <'"$F/marks"')" -ge 3 ]'
	run -0 jf wait a
	[ "$output" = 0 ]
	wait_until ended a
	runs 3
}

@test "always: after a success too, and each stop, kill, rm -f is the end of it" {
	local verb
	for verb in stop kill 'rm -f'; do
		rm -f "$STUB_ARGS.all"
		rm -rf "$JF_CLASS/a"
		jf start --restart always a "$F/rootfs" true
		wait_until runs 3
		[[ $verb == rm* ]] || control a stop= kill=
		# in a rest between two runs, or in a run that ends at once
		# shellcheck disable=SC2086 # words
		run -0 jf $verb a
		[ "$output" = a ]
		local n
		n=$(wc -l <"$STUB_ARGS.all")
		if [[ $verb != rm* ]]; then
			ended a
			run -0 jf ps a
			[[ ${lines[1]} =~ ^a\ +exited\  ]]
			rm "$JF_CONFIGFS/a"/*
			jf rm a
		fi
		runs "$n"
		nothing_left a
	done
}

@test "a run that the kernel stopped or killed as asked is not followed by another" {
	local reason
	for reason in stopped killed; do
		rm -f "$STUB_ARGS.all"
		STUB_REASON=$reason jf start --restart always "$reason" "$F/rootfs" false
		wait_until ended "$reason"
		runs 1
	done
	STUB_REASON=hard_limit jf start --restart on-failure:1 a "$F/rootfs" false
	wait_until ended a
	runs 3
}

@test "between two runs it is restarting: taken, not to be removed, not to be entered" {
	jf start --restart always a "$F/rootfs" 'sleep 0.2; echo x >>'"$F/marks"'; exit 1'
	# the rest behind the sixth run is 3.2 s, long enough to look around
	wait_until sixth
	wait_until restarting a
	run -125 jf start a "$F/rootfs" true
	[[ $output == *"'a' is taken by a restarting container"* ]]
	run -1 jf rm a
	[[ $output == *"'a' is restarting: \`jf stop a\`"* ]]
	run -125 jf exec a true
	[[ $output == *"'a' is not running (restarting)"* ]]
	jf stop a
}

@test "whose directory is removed between two runs is not run again without limits, and is lost" {
	jf start --restart always a "$F/rootfs" 'sleep 0.2; echo x >>'"$F/marks"'; exit 1'
	wait_until sixth
	wait_until restarting a
	local n
	n=$(wc -l <"$F/marks")
	# as rmdir does it
	rm -r "$JF_CLASS/a" "$JF_CONFIGFS/a"
	wait_until ended a
	[ "$(wc -l <"$F/marks")" -eq "$n" ]
	[ ! -e "$JF_CONFIGFS/a" ]
	run -0 jf ps a
	[[ ${lines[1]} =~ ^a\ +lost\  ]]
	# and somebody may read why
	run jf logs a
	[[ $output == *"jfrun: container 'a': there is none"* ]]
	[ "$(jf rm a)" = a ]
	nothing_left a
}

@test "a first run that fails is told, and not run again" {
	export STUB_ERROR='cannot execute' STUB_STATUS=126
	run -126 jf start --restart always a "$F/rootfs" true
	[ "$output" = "jf: cannot execute" ]
	runs 1
	[ ! -e "$JF_RUNDIR/a" ]
}

@test "run --restart in the foreground returns the last run's status" {
	run -3 jf run --restart on-failure:1 a "$F/rootfs" 'echo hello; exit 3'
	[ "$output" = $'hello\nhello' ]
	runs 2
	run -125 jf run --rm --restart always b "$F/rootfs" true
	[[ $output == "jf: --rm and --restart: "* ]]
}

@test "a killed jflog is not followed by another run" {
	jf start --restart always a "$F/rootfs" 'sleep 30'
	kill -KILL "$(<"$JF_RUNDIR/a/logger")"
	kill "$(<"$JF_CLASS/a/pid")"
	wait_until holds "$JF_CLASS/a/state" exited
	runs 1
	run -0 jf ps a
	echo "$output"
	[[ ${lines[1]} =~ ^a\ +exited\  ]]
}

@test "a policy that is none is named" {
	local policy
	for policy in '' yes on-failure: on-failure:0 on-failure:x always:3; do
		run -125 jf start --restart "$policy" a "$F/rootfs" true
		[[ $output == "jf: --restart '$policy': not a policy: no, on-failure, on-failure:N "* ]]
	done
}
