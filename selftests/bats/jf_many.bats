#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Many containers, and many abrupt deaths, under the busybox shell. How many is in the
# environment: JF_MANY starts at once (200 is what is promised), JF_ROWS in a list (500), JF_ROUNDS
# deaths (200). The defaults are for an emulated machine.
#
# shellcheck disable=SC2016 # what stands in single quotes is for the shell in the container

# shellcheck disable=SC2034 # for jf-lib
JF_SHELL='busybox sh'
load jf-lib

MANY=${JF_MANY:-24}
ROWS=${JF_ROWS:-100}
ROUNDS=${JF_ROUNDS:-8}

setup_file() { jf_setup_file; }
setup() { jf_setup; }
teardown() { jf_teardown; }
teardown_file() { jf_teardown_file; }

# our_processes: how many there are of jfrun and jflog
our_processes() {
	cat /proc/[0-9]*/comm 2>/dev/null | grep -cxE 'jf(run|log)' || true
}

none_of_ours() {
	[ "$(our_processes)" -eq 0 ]
}

# since TIME: how many milliseconds
since() {
	echo $(((${EPOCHREALTIME/./} - ${1/./}) / 1000))
}

@test "$MANY containers started at once: all run, all are listed, all end, nothing is left" {
	local i names=() begin=$EPOCHREALTIME pids=()
	for ((i = 1; i <= MANY; i++)); do
		names+=("c$i")
		jf start --ro "c$i" "$R" -- sh -c 'hostname; exec sleep 1000' >/dev/null 2>>"$BATS_TEST_TMPDIR/err" 3>&- &
		pids+=($!)
	done
	local failed=0
	for i in "${pids[@]}"; do
		wait "$i" || failed=$((failed + 1))
	done
	cat "$BATS_TEST_TMPDIR/err"
	[ "$failed" -eq 0 ]
	echo "# $MANY starts at once: $(since "$begin") ms" >&3
	[ "$(jf ps -q --filter state=running | wc -l)" -eq "$MANY" ]
	[ "$(our_processes)" -eq $((MANY * 2)) ]
	run -0 jf kill "${names[@]}"
	[ "${#lines[@]}" -eq "$MANY" ]
	[ "$(jf ps -q --filter state=killed | wc -l)" -eq "$MANY" ]
	wait_until none_of_ours
	for i in "${names[@]}"; do
		[ "$(cut -d ' ' -f 4 "/var/log/jackfruit/$i.log")" = "$i" ]
	done
	run -0 jf rm "${names[@]}"
	[ "${#lines[@]}" -eq "$MANY" ]
	run -0 find "$CONFIGFS" /run/jackfruit /var/log/jackfruit -mindepth 1
	[ -z "$output" ]
	run ! grep "$BATS_RUN_TMPDIR" /proc/mounts
}

@test "ps of $ROWS containers" {
	local i begin took names=()
	for ((i = 1; i <= ROWS; i++)); do
		names+=("$CONFIGFS/c$i")
	done
	mkdir "${names[@]}"
	begin=$EPOCHREALTIME
	run -0 jf ps
	took=$(since "$begin")
	# what the kernel itself takes for that
	begin=$EPOCHREALTIME
	cat "$CLASS"/c*/{state,pid,procs,usage,peak,started,reason,exit_status} \
		"$CONFIGFS"/c*/{soft,hard}_limit >/dev/null
	echo "# $took ms; cat of the same files $(since "$begin") ms" >&3
	rmdir "${names[@]}"
	[ "${#lines[@]}" -eq $((ROWS + 1)) ]
}

# ended NAME: nobody is left, and the module knows it
ended() {
	status_is "$1" procs 0 && [[ $(cat "$CLASS/$1/state") != running ]]
}

# victim NAME WHO: its PID
victim() {
	local first
	first=$(cat "$CLASS/$1/pid")
	case $2 in
	container) echo "$first" ;;
	jfrun) awk '{ print $4 }' "/proc/$first/stat" ;;
	jflog) cat "/run/jackfruit/$1/logger" ;;
	esac
}

@test "$ROUNDS abrupt deaths at random moments: nothing is left over, no byte written before is lost" {
	local round who at last
	for ((round = 1; round <= ROUNDS; round++)); do
		case $((round % 4)) in
		0) who=container ;;
		1) who=jfrun ;;
		2) who=jflog ;;
		3) who=jf ;;
		esac
		rm -f "$R/tmp/at"
		# a number is in the pipe before it is in the file. Who is PID 1 has no SIGPIPE, but EPIPE
		jf start a "$R" 'i=0; while echo $((i += 1)); do echo $i >/tmp/at; done'
		wait_until test -s "$R/tmp/at"
		sleep "0.$(printf %03d $((RANDOM % 200)))"
		if [ "$who" = jf ]; then
			jf kill a
		else
			kill -KILL "$(victim a "$who")"
		fi
		wait_until ended a
		wait_until none_of_ours
		at=$(cat "$R/tmp/at")
		last=$(tail -n 1 /var/log/jackfruit/a.log | cut -d ' ' -f 4)
		echo "round $round: $who died: ${at:-nothing} was written, $last is the last in the log"
		# what jflog had in its buffer goes with it
		[ "$who" = jflog ] || [ "$last" -ge "${at:-0}" ]
		cut -d ' ' -f 4 /var/log/jackfruit/a.log | cmp - <(seq "$last")
		run -0 jf rm a
		nothing_left a
	done
}
