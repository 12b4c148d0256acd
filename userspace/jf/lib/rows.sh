# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The containers as rows of raw values, for ps, top and their JSON. The shell
# only names the containers; one awk reads the kernel's files, as no shell reads
# more than a byte at a time: so hundreds are listed in a moment on a small board.
#
# Fields, with tabs between them: 1 name, 2 state, 3 pid, 4 procs, 5 usage,
# 6 peak, 7 soft, 8 hard, 9 started, 10 reason, 11 status, 12 enforcing,
# 13 command. Empty is not known.

# for whom: table, json or top: what one does not show is not read
JF_ROWS_FOR=table
# which ones: a pattern, and words that must be the same
JF_NAME_WANTED='*' JF_STATE_WANTED='' JF_REASON_WANTED=''

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

# For awk: JSON. A string is bytes, of which those that are no UTF-8 become the
# replacement character: so it is valid JSON whatever somebody calls a process.
# To be run with LC_ALL=C, or a byte may not be a character.
# shellcheck disable=SC2034 # for ps and inspect
JF_AWK_JSON='
function bytes(  i) {
	for (i = 1; i < 256; i++)
		byte[sprintf("%c", i)] = i
	byte[""] = 0
}
# the length of the character at i of s, 0 if it is none
function utf8(s, i,  b, n, k, low, high) {
	b = byte[substr(s, i, 1)]
	if (b < 194 || b > 244)
		return 0
	n = b < 224 ? 2 : b < 240 ? 3 : 4
	low = b == 224 ? 160 : b == 240 ? 144 : 128
	high = b == 237 ? 159 : b == 244 ? 143 : 191
	for (k = 1; k < n; k++) {
		b = byte[substr(s, i + k, 1)]
		if (b < low || b > high)
			return 0
		low = 128
		high = 191
	}
	return n
}
function string(s,  done, i, n, c) {
	if (s !~ /[^ !#-Z^-~]/ && s !~ /\[|\]/)
		return "\"" s "\""
	if (!("a" in byte))
		bytes()
	for (i = 1; i <= length(s); i += n) {
		n = 1
		c = substr(s, i, 1)
		if (c == "\"" || c == "\\") {
			c = "\\" c
		} else if (byte[c] < 32 || byte[c] == 127) {
			c = sprintf("\\u%04x", byte[c])
		} else if (byte[c] > 127) {
			n = utf8(s, i)
			c = n ? substr(s, i, n) : "\\ufffd"
			n = n ? n : 1
		}
		done = done c
	}
	return "\"" done "\""
}
function number(n) {
	return n ~ /^[0-9]+$/ ? n : "null"
}
function word(s) {
	return s == "" || s == "none" ? "null" : string(s)
}'

# row_state NAME: NAME and, if the kernel's word is not all, its state; nothing
# if there is no such container.
row_state() {
	REPLY=
	if ! [ -e "$JF_CLASS/$1/state" ] || [ -e "$JF_RUNDIR/$1/again" ]; then
		container_state "$1"
		[ -n "$REPLY" ] || return 0
	fi
	printf '%s\t%s\n' "$1" "$REPLY"
}

# rows [NAME...]: a row for each container, or for each NAME.
rows() {
	each_container row_state "$@" | LC_ALL=C awk -F '\t' -v class="$JF_CLASS/" \
		-v config="$JF_CONFIGFS/" -v record="$JF_RUNDIR/" -v proc="$JF_PROC/" \
		-v for_whom="$JF_ROWS_FOR" -v state_wanted="$JF_STATE_WANTED" -v reason_wanted="$JF_REASON_WANTED" '
	# the first line of a file, nothing if it is not there
	function get(path,  line) {
		if ((getline line <path) <= 0)
			line = ""
		close(path)
		return line
	}
	function command(name, pid,  text) {
		text = get(record name "/command")
		if (text == "" && pid > 0) {
			text = get(proc pid "/comm")
			gsub(/[\001-\037\177]/, "?", text)
			if (text != "")
				text = "[" text "]"
		}
		return text
	}
	{
		is = class $1 "/"
		asked = config $1 "/"
		state = $2 == "" ? get(is "state") : $2
		# who runs has no reason and no status yet
		ended = state != "running" && for_whom != "top"
		reason = ended ? get(is "reason") : ""
		# no state: gone while we looked
		if (state == "" || (state_wanted != "" && state != state_wanted) || \
		    (reason_wanted != "" && reason != reason_wanted))
			next
		row = get(is "procs") "\t" get(is "usage") "\t" get(is "peak") "\t" \
			get(asked "soft_limit") "\t" get(asked "hard_limit")
		if (for_whom == "top") {
			print $1 "\t" state "\t\t" row
			next
		}
		pid = get(is "pid") + 0
		print $1 "\t" state "\t" pid "\t" row "\t" get(is "started") "\t" \
			reason "\t" (ended ? get(is "exit_status") : "") "\t" \
			(for_whom == "json" ? get(is "enforcing") : "") "\t" command($1, pid)
	}'
}

# each_container CALL [NAME...]: CALL for each container, or for each NAME, whose
# name is wanted.
each_container() {
	_call=$1
	shift
	if [ $# -gt 0 ]; then
		for _name; do
			each_wanted "$_name"
		done
		return 0
	fi
	for _name in "$JF_CONFIGFS"/*/; do
		_name=${_name%/}
		_name=${_name##*/}
		[ "$_name" = '*' ] || each_wanted "$_name"
	done
	for _name in "$JF_RUNDIR"/*/; do
		_name=${_name%/}
		_name=${_name##*/}
		[ "$_name" = '*' ] || plane_has "$_name" || each_wanted "$_name"
	done
}

each_wanted() {
	# shellcheck disable=SC2254 # a pattern
	case $1 in
	$JF_NAME_WANTED) "$_call" "$1" ;;
	esac
}
