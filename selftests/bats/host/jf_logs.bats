#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf logs: of one stream, since a time, over rotation; on a fixture.

load jf-fixture

ROTATED_AWAY='jf: some of the log may have been rotated away before it could be read'

setup() {
	fixture_setup
	mkdir -p "$JF_LOGDIR" "$JF_RUNDIR/a"
	LOG=$JF_LOGDIR/a.log
	container a state=running
}

teardown() { fixture_teardown; }

# record N [FILE [STREAM]]: a line that says N
record() {
	printf '2026-01-31T12:00:%02d.000000001Z %s F %s\n' "$(($1 % 60))" "${3:-stdout}" "$1" >>"${2:-$LOG}"
}

# logger: somebody who is called jflog, until killed
logger() {
	cp "$(command -v sleep)" "$F/jflog"
	"$F/jflog" 30 3>&- &
	LOGGER=$!
	# until then it is not called so
	wait_until is "/proc/$LOGGER/comm" jflog
	echo "$LOGGER" >"$JF_RUNDIR/a/logger"
}

# rotate N: as jflog does it, keeping N
rotate() {
	local i
	for ((i = $1; i > 1; i--)); do
		[[ ! -e $LOG.$((i - 1)) ]] || mv "$LOG.$((i - 1))" "$LOG.$i"
	done
	mv "$LOG" "$LOG.1"
	: >"$LOG"
}

@test "--stdout and --stderr: only this stream, also to count lines" {
	record 1
	record 2 "$LOG" stderr
	record 3
	record 4 "$LOG" stderr
	run -0 --separate-stderr jf logs --stderr a
	[ -z "$output" ]
	[ "$stderr" = $'2\n4' ]
	run -0 --separate-stderr jf logs --stdout --tail 1 a
	[ "$output" = 3 ]
	[ -z "$stderr" ]
	run -2 jf logs --stdout --stderr a
	[[ $output == "jf: --stdout and --stderr: "* ]]
}

@test "--since: a time, its beginning, or how long ago" {
	record 1
	record 20
	printf '%s.000000001Z stdout F now\n' "$(date -u +%Y-%m-%dT%H:%M:%S)" >>"$LOG"
	run -0 jf logs --since 2026-01-31T12:00:20 a
	[ "$output" = $'20\nnow' ]
	run -0 jf logs --since=2026-01-31T12:00:02Z a
	[ "$output" = $'20\nnow' ]
	run -0 jf logs --since 2026-01 a
	[ "${#lines[@]}" -eq 3 ]
	run -0 jf logs --since 2999-01 a
	[ -z "$output" ]
	local ago
	for ago in 100s 10m 08h 1d; do
		run -0 jf logs --since "$ago" a
		[ "$output" = now ]
	done
	# not before this container, though
	echo 2026-01-31T12:00:20 >"$JF_RUNDIR/a/log_since"
	run -0 jf logs --since 2026-01-31T12:00:00 a
	[ "$output" = $'20\nnow' ]
	local time
	for time in x 10 yesterday 1w 12:00 -5m '2026-01-31 12:00' 2026-01-31T12:00+02:00 \
		2026-01-31T12:00-02:00 2026-1-31 2026-01-31t12:00; do
		run -2 jf logs --since "$time" a
		[[ $output == "jf: --since '$time': not a time: "* ]]
	done
}

@test "rotated parts are read first, the oldest before; --tail counts through all" {
	record 1 "$LOG.2"
	record 2 "$LOG.1"
	record 3
	run -0 jf logs a
	[ "$output" = $'1\n2\n3' ]
	run -0 jf logs --tail 2 a
	[ "$output" = $'2\n3' ]
}

@test "a line that goes on in the next part is one" {
	printf '2026-01-31T12:00:01.000000001Z stdout P on\n' >"$LOG.1"
	printf '2026-01-31T12:00:02.000000001Z stdout F e\n' >"$LOG"
	run -0 jf logs a
	[ "$output" = one ]
}

@test "logs -f follows over rotation and loses nothing, then ends with the container" {
	logger
	record 0
	jf_exec logs -f a >"$F/o" 2>"$F/e" &
	local pid=$! i
	wait_until holds "$F/o" 0
	for ((i = 1; i <= 60; i++)); do
		[ $((i % 7)) -ne 0 ] || rotate 20
		record "$i"
		[ $((i % 10)) -ne 0 ] || sleep 0.15
	done
	# several rotations between two looks
	rotate 20
	record 61
	rotate 20
	rotate 20
	record 62
	kill "$LOGGER"
	wait "$pid"
	diff "$F/o" <(seq 0 62)
	[ ! -s "$F/e" ]
}

@test "logs -f of the real jflog that rotates all the time loses nothing" {
	local jflog=${JF_BIN:-${JF_SOURCE%/userspace/jf/jf}/build/bin}/jflog
	"$jflog" --out "$LOG" --max-size 4K --backups 300 -- \
		awk 'BEGIN { for (i = 1; i <= 20000; i++) { print i; if (i % 400 == 0) { fflush(); system("sleep 0.02") } } }' 3>&- &
	echo $! >"$JF_RUNDIR/a/logger"
	wait_until test -s "$LOG"
	run -0 jf logs -f a
	diff <(echo "$output") <(seq 20000)
	[ -e "$LOG.200" ]
}

# schedule EVERY RENAMES BACKUPS: see parts-schedule; $output is the log
schedule() {
	# shellcheck disable=SC2086 # `busybox sh` is two words
	run -0 --separate-stderr timeout 120 $JF_SHELL "$BATS_TEST_DIRNAME/parts-schedule" "$@"
	echo "$* : ${#lines[@]} lines, $stderr"
	# nothing twice, and in order
	[ "$output" = "$(sort -nu <<<"$output")" ]
}

@test "whenever a part is renamed while its reader looks for the next one, nothing is lost" {
	local when
	for when in "1 3" "2 2" "5 3" "5 7"; do
		# shellcheck disable=SC2086 # two words
		schedule $when 100
		[ "$output" = "$(seq 40)" ]
		[ -z "$stderr" ]
	done
}

@test "parts that are rotated away faster than they are read: never a line is lost without a word" {
	local when backups said=0
	for backups in 0 1 3; do
		for when in "1 1" "5 3" "40 1"; do
			# shellcheck disable=SC2086 # two words
			schedule $when "$backups"
			[[ -z $stderr || $(sort -u <<<"$stderr") == "$ROTATED_AWAY" ]]
			# it begins with what is there then
			[ -n "$stderr" ] || [ "$output" = "$(seq "${lines[0]}" 40)" ]
			[ -z "$stderr" ] || said=$((said + 1))
		done
	done
	[ "$said" -gt 4 ]
}

@test "logs -f of the real jflog with few backups, whose reader is stopped: told, and the rest is whole" {
	local jflog=${JF_BIN:-${JF_SOURCE%/userspace/jf/jf}/build/bin}/jflog pid
	mkfifo "$F/go"
	"$jflog" --out "$LOG" --max-size 4K --backups 2 -- \
		sh -c "echo 1; read -r _ <$F/go; seq 2 3000; read -r _ <$F/go; echo 3001" 3>&- &
	echo $! >"$JF_RUNDIR/a/logger"
	# until then it is not called jflog, and nobody would follow
	wait_until holds "$LOG" ' F 1'
	jf_exec logs -f a >"$F/o" 2>"$F/e" &
	pid=$!
	wait_until holds "$F/o" 1
	# its reader is a child
	kill -STOP "$pid" $(pgrep -P "$pid")
	echo >"$F/go"
	wait_until holds "$LOG" ' F 3000'
	kill -CONT "$pid" $(pgrep -P "$pid")
	wait_until holds "$F/o" 3000
	echo >"$F/go"
	wait "$pid"
	[ "$(<"$F/e")" = "$ROTATED_AWAY" ]
	[ "$(head -n 1 "$F/o")" = 1 ]
	# from where the kept parts begin
	diff <(tail -n +2 "$F/o" | tail -n 200) <(seq 2802 3001)
	[ "$(<"$F/o")" = "$(sort -nu "$F/o")" ]
}

@test "logs -f goes on with the new log when logrotate has moved the old one away" {
	logger
	record 0
	jf_exec logs -f a >"$F/o" 2>"$F/e" &
	local pid=$!
	wait_until holds "$F/o" 0
	# which makes the new one before it tells jflog, which writes to the old one until then
	mv "$LOG" "$LOG-20260131"
	: >"$LOG"
	record 1 "$LOG-20260131"
	wait_until holds "$F/o" 1
	record 2 "$LOG-20260131"
	record 3
	wait_until holds "$F/o" 3
	# and with its other way to name it
	mv "$LOG" "$LOG.1"
	: >"$LOG"
	record 4 "$LOG.1"
	wait_until holds "$F/o" 4
	record 5 "$LOG.1"
	record 6
	wait_until holds "$F/o" 6
	kill "$LOGGER"
	wait "$pid"
	diff "$F/o" <(seq 0 6)
	[ ! -s "$F/e" ]
}

@test "logs -f of a container that is removed ends, without a word of lost lines" {
	logger
	record 0
	jf_exec logs -f a >"$F/o" 2>"$F/e" &
	local pid=$!
	wait_until holds "$F/o" 0
	record 1
	kill "$LOGGER"
	rm -r "$LOG" "$JF_CLASS/a" "$JF_CONFIGFS/a"
	wait "$pid"
	[ ! -s "$F/e" ]
	# what was still open was read
	[ "$(<"$F/o")" = $'0\n1' ]
}

@test "logs -f --tail: the last lines so far, and then all" {
	logger
	record 1 "$LOG.1"
	record 2
	printf '2026-01-31T12:00:02.000000001Z stderr P un\n' >>"$LOG"
	# the writer is in the middle of a record
	printf '2026-01-31T12:00:03.000000001Z stdout F thr' >>"$LOG"
	jf_exec logs -f --tail 1 a >"$F/o" 2>&1 &
	local pid=$!
	wait_until holds "$F/o" 2
	wait_until holds "$F/o" un
	printf 'ee\n2026-01-31T12:00:04.000000001Z stderr F finished\n' >>"$LOG"
	record 5
	wait_until holds "$F/o" 5
	kill "$LOGGER"
	wait "$pid"
	[ "$(<"$F/o")" = $'2\nunthree\nfinished\n5' ]
}

@test "logs --tail of a log whose parts go meanwhile shows as many lines as are asked for" {
	local jflog=${JF_BIN:-${JF_SOURCE%/userspace/jf/jf}/build/bin}/jflog
	"$jflog" --out "$LOG" --max-size 4K --backups 2 -- yes 3>&- &
	echo $! >"$JF_RUNDIR/a/logger"
	wait_until test -e "$LOG.2"
	for _ in 1 2 3 4 5; do
		run -0 --separate-stderr jf logs --tail 50 a
		[ "${#lines[@]}" -eq 50 ]
	done
	kill "$(cat "$JF_RUNDIR/a/logger")"
	# it ends as yes does, and writes until then
	wait || true
}

@test "logs -f that comes too late for what was rotated away says so" {
	logger
	record 0
	jf_exec logs -f a >"$F/o" 2>"$F/e" &
	local pid=$!
	wait_until holds "$F/o" 0
	kill -STOP "$pid"
	pkill -STOP -P "$pid" || true
	record 1
	rotate 1
	record 2
	rotate 1
	record 3
	pkill -CONT -P "$pid" || true
	kill -CONT "$pid"
	wait_until holds "$F/o" 3
	kill "$LOGGER"
	wait "$pid"
	# what was still open was read
	[ "$(<"$F/o")" = $'0\n1\n2\n3' ] || [ "$(<"$F/o")" = $'0\n1\n3' ]
	[ "$(<"$F/e")" = "$ROTATED_AWAY" ]
}

@test "what jflog could not keep is told below the log" {
	record 1
	echo "jflog: the log '$LOG' lacks 77 bytes: No space left on device" >"$JF_RUNDIR/a/jflog.err"
	run -0 --separate-stderr jf logs a
	[ "$output" = 1 ]
	[ "$stderr" = "jf: a: jflog: the log '$LOG' lacks 77 bytes: No space left on device" ]
}

@test "words that are wrong are told" {
	run -2 jf logs --since
	[[ $output == "jf: --since: needs a value"* ]]
	run -2 jf logs --nosuch a
	[[ $output == "jf: unknown option '--nosuch'"* ]]
}
