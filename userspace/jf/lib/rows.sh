# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The containers as rows of raw values, for ps, top and their JSON. The kernel's
# files are read with the shell's own read: no process is made a container, so
# that hundreds are listed in a moment on a small board. One awk then lays
# them out.
#
# Fields, with tabs between them: 1 name, 2 state, 3 pid, 4 procs, 5 usage,
# 6 peak, 7 soft, 8 hard, 9 started, 10 reason, 11 status, 12 enforcing,
# 13 command. Empty is not known.

# For awk: sizes and times as people read them.
# shellcheck disable=SC2034 # for ps and top
JF_AWK_HUMAN='
function human(n,  i) {
	if (n !~ /^[0-9]+$/)
		return n == "" ? "-" : n
	if (n < 1024)
		return n "B"
	for (i = 1; n >= 1024 && i < 6; i++)
		n /= 1024
	n = int(n * 10) / 10
	return (n < 100 && n != int(n) ? sprintf("%.1f", n) : int(n)) substr("BKMGTP", i, 1)
}
function since(s) {
	if (s < 0)
		s = 0
	if (s < 120)
		return s "s"
	if (s < 7200)
		return int(s / 60) "m"
	if (s < 172800)
		return int(s / 3600) "h"
	return int(s / 86400) "d"
}'

# For awk: a JSON string. Control characters cannot be in what jf records on
# one line, other bytes go through as they are.
# shellcheck disable=SC2034 # for ps and inspect
JF_AWK_JSON='
function escape(s, c,  done, at) {
	# not gsub: awks differ in what a backslash is in its replacement
	while ((at = index(s, c)) > 0) {
		done = done substr(s, 1, at - 1) "\\" c
		s = substr(s, at + 1)
	}
	return done s
}
function string(s) {
	return "\"" escape(escape(s, "\\"), "\"") "\""
}
function number(n) {
	return n ~ /^[0-9]+$/ ? n : "null"
}
function word(s) {
	return s == "" || s == "none" ? "null" : string(s)
}'

# row_command NAME PID: what runs in it: from the record, or the kernel's short name.
row_command() {
	record_get "$1" command && return 0
	REPLY=
	if [ "$2" -gt 0 ] && [ -r "$JF_PROC/$2/comm" ]; then
		{ IFS= read -r _comm <"$JF_PROC/$2/comm"; } 2>/dev/null && REPLY="[$_comm]"
	fi
	return 0
}

# row NAME
row() {
	container_state "$1"
	_row="$1	$REPLY"
	[ -n "$REPLY" ] || return 0
	status_get "$1" pid
	_pid=${REPLY:-0}
	_row="$_row	$_pid"
	for _attribute in procs usage peak; do
		status_get "$1" "$_attribute"
		_row="$_row	$REPLY"
	done
	for _attribute in soft_limit hard_limit; do
		control_get "$1" "$_attribute"
		_row="$_row	$REPLY"
	done
	for _attribute in started reason exit_status enforcing; do
		status_get "$1" "$_attribute"
		_row="$_row	$REPLY"
	done
	row_command "$1" "$_pid"
	printf '%s\t%s\n' "$_row" "$REPLY"
}

# each_container CALL [NAME...]: CALL for each container, or for each NAME.
each_container() {
	_call=$1
	shift
	if [ $# -gt 0 ]; then
		for _name; do
			"$_call" "$_name"
		done
		return 0
	fi
	for _name in "$JF_CONFIGFS"/*/; do
		_name=${_name%/}
		_name=${_name##*/}
		[ "$_name" = '*' ] || "$_call" "$_name"
	done
	for _name in "$JF_RUNDIR"/*/; do
		_name=${_name%/}
		_name=${_name##*/}
		[ "$_name" = '*' ] || plane_has "$_name" || "$_call" "$_name"
	done
}
