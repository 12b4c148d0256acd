# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Waiting: always bounded by a number of looks, or by the end of a container.

# nap: a moment. Some sleeps know whole seconds only.
nap() {
	sleep 0.1 2>/dev/null || sleep 1
}

# supervisor_ends NAME SECONDS [stop|kill]: asked to end, it has not come to it yet.
supervisor_ends() {
	[ -n "${3-}" ] && [ -e "$JF_RUNDIR/$1/restart" ] && logger_runs "$1"
}

# await_end NAME SECONDS [stop|kill]: until no member is left, and nobody who
# would run it again; who was just about to is asked, too. Seconds are counted
# by the clock: on a slow board a look takes longer than the nap.
await_end() {
	_until=
	_looks=0
	while container_up "$1" || supervisor_ends "$@"; do
		: "${_until:=$(($(date +%s) + $2 + 1))}"
		if [ -n "${3-}" ] && [ -e "$JF_RUNDIR/$1/restart" ] && container_runs "$1"; then
			control_set "$1" "$3" 1 || :
		fi
		_looks=$((_looks + 1))
		if [ $((_looks % 5)) -eq 0 ] && [ "$(date +%s)" -gt "$_until" ]; then
			return 1
		fi
		nap
	done
	return 0
}

# await_logger NAME: until jflog has written the last byte; it may have some
# left when the container is gone already. 1 if it does not come to an end.
await_logger() {
	_looks=100
	while logger_runs "$1"; do
		_looks=$((_looks - 1))
		[ "$_looks" -gt 0 ] || return 1
		nap
	done
	return 0
}

# line_awk: REPLY is the option that makes awk read a pipe as lines come: mawk
# would wait for a full buffer.
line_awk() {
	REPLY=
	case $(awk -W version 2>&1 </dev/null) in
	mawk*) REPLY='-W interactive' ;;
	esac
}

# still CONDITION [ARG...]: go on following: jf itself ($$) is there, and CONDITION
# holds. They stand in a pipe, in a subshell that a signal to jf does not reach.
still() {
	[ $# -gt 0 ] && "$@" && kill -0 "$$" 2>/dev/null
}

# drain: what came to fd 5 since the last look. An idle look costs no process:
# cat runs only when there is something to copy.
drain() {
	if IFS= read -r _text <&5; then
		printf '%s\n' "$_text"
		cat <&5
	elif [ -n "$_text" ]; then
		# the writer is in the middle of a line
		printf '%s' "$_text"
	fi
}

# follow FILE CONDITION [ARG...]: what FILE holds and what is appended to it, as
# long as CONDITION holds.
follow() {
	exec 5<"$1" || return 1
	shift
	cat <&5
	while :; do
		_going=0
		still "$@" || _going=1
		# Look after asking, so that what came before the end is not lost.
		drain
		[ "$_going" -eq 0 ] || break
		nap
	done
	exec 5<&-
}
