#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The handlers of the udev rules, with an event in their environment.

load ../lib

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

@test "the rules name the handlers that are shipped, all of them" {
	local named
	named=$(sed -n 's/^[^#].*RUN{program}+="\(.*\)"$/\1/p' "$UDEV/90-jackfruit.rules" | sort)
	# and the one that they use
	[ "$(printf '%s\njackfruit-tell\n' "$named" | sort)" = "$(cd "$UDEV" && ls jackfruit-*)" ]
	for handler in "$UDEV"/jackfruit-*; do
		[ -x "$handler" ]
	done
}

@test "hook: a mail, in both shells; nothing at all without hooks" {
	export JF_HOOKDIR=$BATS_TEST_TMPDIR/hooks
	run -0 dash "$UDEV/jackfruit-hook"
	[ -z "$output" ]
	mkdir "$JF_HOOKDIR"
	printf '#!/bin/sh\nexec cat\n' >"$JF_HOOKDIR/cat"
	chmod +x "$JF_HOOKDIR/cat"
	for shell in dash 'busybox sh'; do
		# shellcheck disable=SC2086 # two words
		JACKFRUIT_REASON=hard_limit run -0 $shell "$UDEV/jackfruit-hook"
		[ "${lines[0]}" = 'Subject: jackfruit: web: kill (hard_limit)' ]
		[[ $output == *$'\nJACKFRUIT_COMM=a b\nJACKFRUIT_CONTAINER=web\n'* ]]
	done
}

@test "hook: time is up for one that hangs" {
	export JF_HOOKDIR=$BATS_TEST_TMPDIR/hooks JF_HOOK_SECONDS=0.2
	mkdir "$JF_HOOKDIR"
	printf '#!/bin/sh\nexec sleep 1000\n' >"$JF_HOOKDIR/hangs"
	chmod +x "$JF_HOOKDIR/hangs"
	run -0 dash "$UDEV/jackfruit-hook"
}

# raised SHELL SOFT HARD USAGE CEILING: $output is both limits after it.
raised() {
	plane web
	mkdir -p "$BATS_TEST_TMPDIR/raise"
	echo "$2" >"$JF_CONFIGFS/web/soft_limit"
	echo "$3" >"$JF_CONFIGFS/web/hard_limit"
	echo "$4" >"$JF_CLASS/web/usage"
	echo "$5" >"$BATS_TEST_TMPDIR/raise/web"
	# shellcheck disable=SC2086 # two words
	JF_RAISEDIR=$BATS_TEST_TMPDIR/raise run $1 "$UDEV/jackfruit-raise"
	output=$(cat "$JF_CONFIGFS/web"/{soft,hard}_limit | tr '\n' ' ')
}

@test "raise: by a quarter, again if need be, never above the ceiling" {
	for shell in dash 'busybox sh'; do
		raised "$shell" 800 2000 801 1M
		[ "$output" = '1000 2500 ' ]
		raised "$shell" 800 2000 1000 1M
		[ "$output" = '1250 3125 ' ]
		raised "$shell" 800 2000 801 2K
		[ "$output" = '848 2048 ' ]
		raised "$shell" 800 2000 801 1K
		[ "$output" = '800 2000 ' ]
		# so small that a quarter is nothing
		raised "$shell" 1 3 4 1K
		[ "$output" = '1 3 ' ]
	done
}

@test "raise: what it has done is told where the event was" {
	for shell in dash 'busybox sh'; do
		rm -rf "$JF_LOGDIR"
		raised "$shell" 800 2000 801 1M
		raised "$shell" 800 2000 801 x
		mapfile -t lines <"$JF_LOGDIR/udev-events"
		[[ ${lines[0]} =~ ^20[0-9-]+T[0-9:]+Z\ container=web\ raise=yes\ soft_limit=1000\ hard_limit=2500\ ceiling=1048576$ ]]
		[[ ${lines[1]} == *" container=web raise=failed: $BATS_TEST_TMPDIR/raise/web: 'x' is not a size, as in 512M" ]]
	done
}

@test "raise: no limit, or a ceiling that is none: nothing changes" {
	raised dash max 2000 801 1M
	[ "$output" = 'max 2000 ' ]
	raised dash 800 max 801 1M
	[ "$output" = '800 max ' ]
	for ceiling in '' max -1 1T 010 5MM; do
		raised dash 800 2000 801 "$ceiling"
		[ "$output" = '800 2000 ' ]
	done
	JACKFRUIT_CONTAINER=never run dash "$UDEV/jackfruit-raise"
	[ "$status" -ne 0 ]
}
