#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jflog: what a command writes is in the log, all of it, whatever happens.
#
# shellcheck disable=SC2016 # what stands in single quotes is for the command's shell

load ../lib

setup() {
	tools
	D=$BATS_TEST_TMPDIR
	LOG=$D/log
}

teardown() {
	local job
	for job in $(jobs -p); do
		kill -KILL "$job" || true
	done
	umount "$D/small" 2>/dev/null || true
}

jflog() {
	"$JFLOG" "$@"
}

# fails STATUS TEXT COMMAND...: with this status, and TEXT all that is said, on stderr
fails() {
	local status=$1 text=$2
	shift 2
	run --separate-stderr "-$status" "$@"
	[ -z "$output" ]
	[ "$stderr" = "jflog: $text" ] || {
		printf 'said:     %s\nexpected: jflog: %s\n' "$stderr" "$text"
		return 1
	}
}

# records [FILE...]: the log without times
records() {
	sed -E 's/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z //' "${@:-$LOG}"
}

# bytes STREAM FILE...: what the command wrote, from its records
bytes() {
	local stream=$1
	shift
	perl -ne 's/^\S+ (\S+) ([FP]) //s or die "not a record: $_";
		chomp if $1 eq "'"$stream"'" && $2 eq "P"; print if $1 eq "'"$stream"'"' "$@"
}

# most KIB: what memory may be; under the sanitizers theirs counts, too
most() {
	if [[ $JFLOG == *sanitize* ]]; then
		echo 60000
	else
		echo "$1"
	fi
}

# ---- the command line ----------------------------------------------------------

@test "--help and --version answer on stdout" {
	run --separate-stderr -0 jflog --help
	[[ $output == 'usage: jflog --out FILE [OPTIONS] -- CMD [ARG...]'* ]]
	run -0 jflog --version
	[[ $output =~ ^'jflog '[0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "what is missing or wrong on the command line is said" {
	fails 125 'no --out FILE: jflog --out FILE -- CMD: see `jflog --help`' jflog
	fails 125 'no --out FILE: jflog --out FILE -- CMD: see `jflog --help`' jflog --out '' -- true
	fails 125 'no command: jflog --out FILE -- CMD: see `jflog --help`' jflog --out "$LOG" --
	fails 125 '--out: needs a value: see `jflog --help`' jflog --out
	fails 125 "unknown option '--teee': see \`jflog --help\`" jflog --teee
	fails 125 "--max-size '1X': not a size from 4K to 1048576M: bytes, or with K, M or G" \
		jflog --max-size 1X --out "$LOG" -- true
	fails 125 "--buffer '5': not a size from 64K to 1024M: bytes, or with K, M or G" \
		jflog --buffer 5 --out "$LOG" -- true
	fails 125 "--backups '-1': not a number from 0 to 1000" jflog --backups -1 --out "$LOG" -- true
	[ ! -e "$LOG" ]
}

@test "a log that cannot be opened: the command does not run" {
	fails 125 "--out '$D/no/log': its directory is not there: make it beforehand" \
		jflog --out "$D/no/log" -- touch "$D/ran"
	fails 125 "--out '$D': is a directory: give a file's name" jflog --out "$D" -- touch "$D/ran"
	[ ! -e "$D/ran" ]
}

@test "a command that cannot be executed: 126, 127, and no log is left" {
	run -127 jflog --out "$LOG" -- nosuch-command
	[[ $output == "jflog: cannot execute 'nosuch-command': not found in PATH ("* ]]
	fails 127 "cannot execute '/nosuch': no such file" jflog --out "$LOG" -- /nosuch
	fails 126 "cannot execute '/etc': it is a directory" jflog --out "$LOG" -- /etc
	[ ! -e "$LOG" ]
	echo kept > "$LOG"
	run -127 jflog --out "$LOG" -- /nosuch
	is "$LOG" kept
}

# ---- records -------------------------------------------------------------------

@test "each line is a record: time, stream, tag, text; the log is for root and its group" {
	run -0 jflog --out "$LOG" -- sh -c 'echo out; sleep 0.02; echo err >&2; sleep 0.02; echo; echo " a  b "'
	[ -z "$output" ]
	[ "$(records)" = $'stdout F out\nstderr F err\nstdout F \nstdout F  a  b ' ]
	[ "$(stat -c %a "$LOG")" = 640 ]
	local now first
	now=$(date -u +%s)
	first=$(date -u -d "$(cut -d ' ' -f 1 "$LOG" | head -n 1)" +%s)
	[ $((now - first)) -le 60 ]
	[ "$(cut -d ' ' -f 1 "$LOG")" = "$(cut -d ' ' -f 1 "$LOG" | sort)" ]
}

@test "a last line without newline is kept, marked as such, and the next run's begins anew" {
	jflog --out "$LOG" -- printf 'a\nb'
	[ "$(records)" = $'stdout F a\nstdout P b' ]
	[ "$(bytes stdout "$LOG")" = $'a\nb' ]
	jflog --out "$LOG" -- echo c
	[ "$(records)" = $'stdout F a\nstdout P b\nstdout F \nstdout F c' ]
	[ "$(bytes stdout "$LOG")" = $'a\nb\nc' ]
}

@test "a record that a crash has cut is ended by the next run" {
	printf '2026-01-31T12:00:00.000000000Z stdout F cu' > "$LOG"
	jflog --out "$LOG" -- echo c
	[ "$(records)" = $'stdout F cu\nstdout F c' ]
}

@test "a prompt without newline is in the log while the command waits" {
	mkfifo "$D/in"
	"$JFLOG" --out "$LOG" -- sh -c 'printf "name? "; read x; echo "hello $x"' < "$D/in" 3>&- &
	exec 8> "$D/in"
	wait_until holds "$LOG" 'name? '
	echo jack >&8
	exec 8>&-
	status_of $! 0
	[ "$(records)" = $'stdout P name? \nstdout F hello jack' ]
}

@test "long lines are parts of 16 KiB at most, and whole when put together" {
	local size
	for size in 16383 16384 16385 32768 1000000; do
		rm -f "$LOG"
		jflog --out "$LOG" -- sh -c "head -c $size /dev/zero | tr '\\0' x; echo; echo end"
		[ "$(awk '{ if (length($0) > longest) longest = length($0) } END { print longest }' "$LOG")" -le 16424 ]
		[ "$(bytes stdout "$LOG" | head -n 1 | wc -c)" -eq $((size + 1)) ]
		[ "$(records | tail -n 1)" = 'stdout F end' ]
	done
	# a newline right behind a full part ends that one
	rm "$LOG"
	jflog --out "$LOG" -- sh -c "head -c 16384 /dev/zero | tr '\\0' x; echo"
	[ "$(records | cut -c 1-8)" = 'stdout F' ]
}

@test "binary data comes through byte for byte" {
	head -c 3000000 /dev/urandom > "$D/data"
	jflog --out "$LOG" -- cat "$D/data"
	bytes stdout "$LOG" | cmp - "$D/data"
	rm "$LOG"
	jflog --out "$LOG" -- sh -c 'printf "\0\0\n\r\n\377\200 x\0"'
	[ "$(bytes stdout "$LOG" | od -An -tx1 | tr -d ' \n')" = 00000a0d0aff80207800 ]
}

@test "nothing is lost of much output on both streams at once" {
	jflog --out "$LOG" -- sh -c 'seq 300000 & seq 300000 >&2; wait'
	seq 300000 > "$D/expected"
	bytes stdout "$LOG" | cmp - "$D/expected"
	bytes stderr "$LOG" | cmp - "$D/expected"
}

@test "nothing is lost when the command dies abruptly" {
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		rm -f "$LOG"
		run -137 jflog --out "$LOG" -- sh -c 'seq 5000; kill -KILL $$'
		[ "$(tail -n 1 "$LOG" | cut -d ' ' -f 4)" = 5000 ]
		[ "$(wc -l < "$LOG")" -eq 5000 ]
	done
}

@test "lines stay in the order in which they came" {
	jflog --out "$LOG" -- sh -c 'i=0; while [ $i -lt 20 ]; do echo $i; sleep 0.01; echo $i >&2; sleep 0.01; i=$((i+1)); done'
	local expected='' i
	for ((i = 0; i < 20; i++)); do
		expected+="stdout F $i"$'\n'"stderr F $i"$'\n'
	done
	[ "$(records)"$'\n' = "$expected" ]
}

# ---- --tee, status, signals, descriptors ---------------------------------------

@test "--tee copies both streams as they are" {
	run --separate-stderr -0 jflog --out "$LOG" --tee -- sh -c 'printf "a\nb"; printf "c\nd" >&2'
	[ "$output" = $'a\nb' ]
	[ "$stderr" = $'c\nd' ]
	[ "$(wc -l < "$LOG")" -eq 4 ]
	head -c 1000000 /dev/urandom > "$D/data"
	jflog --out /dev/null --tee -- cat "$D/data" | cmp - "$D/data"
}

@test "--tee to somebody who has gone: said once, and the log goes on" {
	run -0 sh -c '{ "$1" --out "$2" --tee -- sh -c "seq 100000; exit 3"; echo "status $?" >&2; } | head -n 1' - "$JFLOG" "$LOG"
	[[ $output == *'jflog: cannot copy to stdout: Broken pipe: only the log goes on'* ]]
	[[ $output == *'status 3'* ]]
	[ "$(wc -l < "$LOG")" -eq 100000 ]
}

@test "the command's status is passed on" {
	run -0 jflog --out "$LOG" -- true
	run -1 jflog --out "$LOG" -- false
	run -77 jflog --out "$LOG" -- sh -c 'exit 77'
	run -139 jflog --out "$LOG" -- sh -c 'kill -SEGV $$'
}

@test "signals are passed on to the command" {
	local sig
	for sig in TERM INT QUIT USR1 USR2; do
		rm -f "$LOG"
		"$JFLOG" --out "$LOG" -- sh -c 'trap "echo got; exit 9" '$sig'; echo up; while :; do sleep 0.05; done' 3>&- &
		wait_until holds "$LOG" up
		kill -"$sig" $!
		status_of $! 9
		[ "$(records)" = $'stdout F up\nstdout F got' ]
	done
}

@test "SIGHUP opens the log again" {
	mkfifo "$D/in"
	"$JFLOG" --out "$LOG" -- sh -c 'echo one; read x; echo two' < "$D/in" 3>&- &
	exec 8> "$D/in"
	wait_until holds "$LOG" one
	mv "$LOG" "$D/old"
	kill -HUP $!
	wait_until test -e "$LOG"
	echo >&8
	exec 8>&-
	status_of $! 0
	[ "$(records "$D/old")" = 'stdout F one' ]
	[ "$(records)" = 'stdout F two' ]
}

@test "other descriptors are the command's, and not held by jflog" {
	mkfifo "$D/fifo"
	"$JFLOG" --out "$LOG" -- sh -c 'echo hello >&7; exec 7>&-; sleep 100' 7> "$D/fifo" 3>&- &
	run -0 timeout 10 cat "$D/fifo"
	[ "$output" = hello ]
	kill $!
	status_of $! 143
}

@test "stdin is the command's, and not held by jflog" {
	run -0 timeout 10 sh -c '(trap "" PIPE; while echo x; do :; done 2>/dev/null) |
		"$1" --out "$2" -- sh -c "exec 0<&-; sleep 0.3"' - "$JFLOG" "$LOG"
	run -0 jflog --out "$LOG" -- cat <<< 'from here'
	[ "$(records)" = 'stdout F from here' ]
}

@test "a daemon that holds the pipes does not keep jflog" {
	local begin=$SECONDS
	run -0 jflog --out "$LOG" -- sh -c 'sleep 100 & echo $! > "$1"; echo x' - "$D/pid"
	[ $((SECONDS - begin)) -lt 20 ]
	kill "$(cat "$D/pid")"
	[ "$(records)" = 'stdout F x' ]
}

@test "a daemon that writes for ever does not keep jflog, and what the command wrote is there" {
	local begin=$SECONDS
	run -0 jflog --out "$LOG" -- sh -c 'seq 3000; (trap "" HUP; while echo y; do sleep 0.01; done 2>/dev/null) & exit 0'
	[ $((SECONDS - begin)) -lt 20 ]
	bytes stdout "$LOG" | head -n 3000 | cmp - <(seq 3000)
}

@test "jflog killed: the command gets what a closed pipe gives" {
	"$JFLOG" --out "$LOG" -- sh -c 'echo $$ > '"$D"'/pid; exec yes' 3>&- &
	wait_until test -s "$LOG"
	kill -KILL $!
	wait_until gone "$(cat "$D/pid")"
}

# ---- a disk that is full, slow or gone -----------------------------------------

@test "rotation by size: nothing is lost, no record is cut, no file is greater" {
	jflog --out "$LOG" --max-size 64K --backups 100 -- seq 30000
	local files=() i
	for ((i = 99; i > 0; i--)); do
		[ ! -e "$LOG.$i" ] || files+=("$LOG.$i")
	done
	files+=("$LOG")
	[ "${#files[@]}" -gt 10 ]
	bytes stdout "${files[@]}" | cmp - <(seq 30000)
	for i in "${files[@]}"; do
		[ "$(stat -c %s "$i")" -le 65536 ]
	done
}

@test "rotation by size and by others at once, of binary data on both streams: nothing is lost" {
	head -c 20000000 /dev/urandom > "$D/data"
	split -n 20 "$D/data" "$D/part."
	"$JFLOG" --out "$LOG" --max-size 1M --backups 100 -- \
		sh -c 'for part in "$1"/part.*; do cat "$part" & cat "$part" >&2; wait; sleep 0.02; done' - "$D" 3>&- &
	wait_until test -s "$LOG"
	while kill -HUP $! 2> /dev/null; do
		sleep 0.01
	done
	status_of $! 0
	local files=() i
	for ((i = 99; i > 0; i--)); do
		[ ! -e "$LOG.$i" ] || files+=("$LOG.$i")
	done
	[ "${#files[@]}" -gt 30 ]
	bytes stdout "${files[@]}" "$LOG" | cmp - "$D/data"
	bytes stderr "${files[@]}" "$LOG" | cmp - "$D/data"
}

@test "rotation that does not work is told of, not for each record, and takes no backup away" {
	mkdir "$LOG.1"
	jflog --out "$LOG" --max-size 16K -- seq 5000 2> "$D/err"
	bytes stdout "$LOG" | cmp - <(seq 5000)
	grep -q "cannot rotate '$LOG' to '$LOG.1': Is a directory" "$D/err"
	[ "$(wc -l < "$D/err")" -lt 30 ]

	mkdir "$D/small"
	mount -t tmpfs -o size=1m,nr_inodes=5 full "$D/small" 2>/dev/null || skip "nothing can be mounted here"
	touch "$D/small"/{log,ballast,more}
	echo kept > "$D/small/log.1"
	jflog --out "$D/small/log" --max-size 16K --backups 3 -- seq 1000 2> "$D/err"
	grep -q "cannot open '$D/small/log' again: No space left on device" "$D/err"
	is "$D/small/log.2" kept
	bytes stdout "$D/small/log.1" | cmp - <(seq 1000)
}

@test "rotation keeps as many as it is told" {
	jflog --out "$LOG" --max-size 16K --backups 2 -- seq 10000
	[ "$(cd "$D" && echo log*)" = 'log log.1 log.2' ]
	[ "$(tail -n 1 "$LOG" | cut -d ' ' -f 4)" = 10000 ]
	rm "$LOG"*
	jflog --out "$LOG" --max-size 16K --backups 0 -- seq 10000
	[ "$(cd "$D" && echo log*)" = log ]
}

small_disk() {
	mkdir "$D/small"
	mount -t tmpfs -o size=64k small "$D/small" 2>/dev/null || skip "nothing can be mounted here"
	LOG=$D/small/log
}

@test "a full disk: it is said, the command ends, and whole records are there" {
	small_disk
	run --separate-stderr -5 jflog --out "$LOG" -- sh -c 'seq 100000; exit 5'
	[[ $stderr == *"jflog: cannot write to '$LOG': No space left on device"* ]]
	[[ $stderr == *"jflog: cannot write to '$LOG' for 5 s: dropping records until it can be written to"* ]]
	[[ $stderr =~ "jflog: the log '$LOG' lacks "[0-9]+" bytes: No space left on device" ]]
	[ "$(tail -c 1 "$LOG" | od -An -c | tr -d ' ')" = '\n' ]
	bytes stdout "$LOG" | cmp - <(seq "$(wc -l < "$LOG")")
	# every byte is accounted for
	[[ $stderr =~ lacks\ ([0-9]+)\ bytes ]]
	[ $((BASH_REMATCH[1] + $(stat -c %s "$LOG"))) -eq $((40 * 100000 + $(seq 100000 | wc -c))) ]
}

@test "a full disk that has room again in time: nothing is lost" {
	small_disk
	head -c 40000 /dev/zero > "$D/small/ballast"
	"$JFLOG" --out "$LOG" -- seq 700 2> "$D/err" 3>&- &
	wait_until holds "$D/err" 'No space left on device'
	rm "$D/small/ballast"
	status_of $! 0
	bytes stdout "$LOG" | cmp - <(seq 700)
	[[ $(tail -n 1 "$D/err") == "jflog: '$LOG' can be written to again: 0 bytes were lost" ]]
}

@test "a log that does not take anything slows the command, and memory is bounded" {
	mkfifo "$D/fifo"
	# a FIFO that is not read stands for a disk that is stuck
	exec 8<> "$D/fifo"
	"$JFLOG" --out "$D/fifo" --buffer 1M -- sh -c 'head -c 50000000 /dev/zero; echo > '"$D"'/done' 3>&- 8<&- &
	local log=$! size
	wait_until test -e "/proc/$log/stat"
	stuck() { [ "$(awk '/^State/ { print $2 }' "/proc/$log/status")" = S ] && grep -q pipe "/proc/$log/task"/*/wchan; }
	wait_until stuck
	[ ! -e "$D/done" ]
	size=$(awk '/^VmRSS/ { print $2 }' "/proc/$log/status")
	[ "$size" -lt "$(most 8192)" ]
	cat <&8 > /dev/null 3>&- &
	local reader=$!
	status_of "$log" 0
	[ -e "$D/done" ]
	kill "$reader"
}

# needed KIB COMMAND: what jflog has needed when it has kept COMMAND's output is below
needed() {
	mkfifo "$D/in"
	"$JFLOG" --out /dev/null -- sh -c "$2"'; echo > "$1"; read x' - "$D/done" < "$D/in" 3>&- &
	exec 8> "$D/in"
	wait_until test -e "$D/done"
	[ "$(awk '/^VmHWM/ { print $2 }' /proc/$!/status)" -lt "$(most "$1")" ]
	exec 8>&-
	status_of $! 1
}

@test "memory does not grow with the length of a line" {
	needed 4000 'head -c 300000000 /dev/zero'
}

@test "memory does not grow with the number of lines" {
	needed 4000 'yes | head -c 50000000'
}
