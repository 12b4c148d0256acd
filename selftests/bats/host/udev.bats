#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The handler of the udev rule, with an event in its environment.

bats_require_minimum_version 1.5.0

setup() {
	UDEV=$(readlink -f "$BATS_TEST_DIRNAME/../../../userspace/udev")
	export JF_LOGDIR=$BATS_TEST_TMPDIR/log
	export JACKFRUIT_SEQ=12 JACKFRUIT_EVENT=kill JACKFRUIT_CONTAINER=web JACKFRUIT_PID=42 \
		JACKFRUIT_COMM='a b' JACKFRUIT_USAGE=100 JACKFRUIT_LIMIT=90
}

@test "an event becomes a line, behind those that are there" {
	run -0 dash "$UDEV/jackfruit-event"
	[ -z "$output" ]
	JACKFRUIT_EVENT=soft run -0 busybox sh "$UDEV/jackfruit-event"
	mapfile -t lines <"$JF_LOGDIR/udev-events"
	[[ ${lines[0]} =~ ^20[0-9-]+T[0-9:]+Z\ seq=12\ container=web\ event=kill\ pid=42\ comm=a\ b\ usage=100\ limit=90$ ]]
	[[ ${lines[1]} == *" event=soft "* ]]
}

@test "an event with nothing in it does no harm" {
	unset "${!JACKFRUIT_@}"
	run -0 dash "$UDEV/jackfruit-event"
	[ "$(wc -l <"$JF_LOGDIR/udev-events")" -eq 1 ]
}

@test "the rule names the handler that is shipped" {
	grep -q 'RUN{program}+="jackfruit-event"' "$UDEV/90-jackfruit.rules"
	[ -x "$UDEV/jackfruit-event" ]
}
