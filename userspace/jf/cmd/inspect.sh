# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf inspect: all that is known about a container.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/rows.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf inspect [--json] NAME...

Prints all that is known about each container, a `key: value` a line: the
kernel's status, what was asked for, and what jf recorded.

  --json          an array of objects instead; argv holds the exact words
EOF
}

# field KEY KIND: REPLY as a field, if it is known. Kinds: text, number, words
# (a list of numbers), pairs (key value key value), list (JSON as it is).
field() {
	[ -z "$REPLY" ] || printf '%s\t%s\t%s\n' "$1" "$2" "$REPLY"
}

# pairs FILE: a flat-keyed file on one line.
pairs() {
	REPLY=
	[ -r "$1" ] || return 0
	while read -r _key _value; do
		REPLY=${REPLY:+$REPLY }"$_key $_value"
	done <"$1"
}

# word_list NAME FILE: its words as a JSON list. od, since no shell variable
# holds a NUL.
word_list() {
	REPLY=
	[ -r "$JF_RUNDIR/$1/$2" ] || return 0
	REPLY=$(od -An -v -tu1 "$JF_RUNDIR/$1/$2" | LC_ALL=C awk "$JF_AWK_JSON"'
	{
		for (i = 1; i <= NF; i++) {
			if ($i == 0) {
				list = list (list == "" ? "" : ",") string(text)
				text = ""
			} else {
				text = text sprintf("%c", $i + 0)
			}
		}
	}
	END { print "[" list "]" }')
}

inspect_fields() {
	printf 'name\ttext\t%s\n' "$1"
	container_state "$1"
	field state text
	for _attribute in reason enforcing; do
		status_get "$1" "$_attribute"
		field "$_attribute" text
	done
	for _attribute in exit_status pid procs usage peak started; do
		status_get "$1" "$_attribute"
		field "$_attribute" number
	done
	for _attribute in events last_kill; do
		pairs "$JF_CLASS/$1/$_attribute"
		field "$_attribute" pairs
	done
	for _attribute in soft_limit hard_limit soft_signal grace_ms forecast_ms nice; do
		control_get "$1" "$_attribute"
		field "$_attribute" number
	done
	for _attribute in metric hard_action kill_scope; do
		control_get "$1" "$_attribute"
		field "$_attribute" text
	done
	for _attribute in rootfs command restart; do
		record_get "$1" "$_attribute"
		field "$_attribute" text
	done
	for _attribute in restarts created logger; do
		record_get "$1" "$_attribute"
		field "$_attribute" number
	done
	log_path "$1"
	[ ! -e "$REPLY" ] || field log text
	REPLY=
	for _pid in $_members; do
		# 0 is one that cannot be seen from here
		[ "$_pid" = 0 ] || REPLY=${REPLY:+$REPLY }$_pid
	done
	field pids words
	if [ -n "$_json" ]; then
		for _attribute in options argv; do
			word_list "$1" "$_attribute"
			field "$_attribute" list
		done
	fi
}

inspect_text() {
	awk -F '\t' '{ printf "%-13s %s\n", $1 ":", $3 }'
}

inspect_json() {
	LC_ALL=C awk -F '\t' "$JF_AWK_JSON"'
	{
		value = word($3)
		if ($2 == "number")
			value = $3 ~ /^-?[0-9]+$/ ? $3 : "null"
		if ($2 == "list")
			value = $3
		if ($2 == "words") {
			gsub(/ /, ",", $3)
			value = "[" $3 "]"
		}
		if ($2 == "pairs") {
			count = split($3, part, " ")
			value = ""
			for (i = 1; i < count; i += 2) {
				item = part[i + 1]
				value = value (i > 1 ? "," : "") string(part[i]) ":" \
					(item ~ /^[0-9]+$/ ? item : string(item))
			}
			value = "{" value "}"
		}
		printf "%s%s:%s", (NR == 1 ? "{" : ",\n  "), string($1), value
	}
	END { printf "}" }'
}

cmd_main() {
	_json=
	while [ $# -gt 0 ]; do
		case $1 in
		--json) _json=yes ;;
		--)
			shift
			break
			;;
		-?*) unknown_option "$1" ;;
		*) break ;;
		esac
		shift
	done
	need_names $#
	need_module
	for _name; do
		check_container "$_name"
	done
	_between=
	_failed=0
	for _name; do
		# here, since what a pipeline's part finds out stays there
		if ! members_get "$_name"; then
			log "$_name: $REPLY"
			_failed=$JF_FAIL
			REPLY=
		fi
		_members=$REPLY
		if [ -n "$_json" ]; then
			printf '%s' "${_between:-[}"
			inspect_fields "$_name" | inspect_json
			_between=",
 "
		else
			[ -z "$_between" ] || echo
			inspect_fields "$_name" | inspect_text
			_between=yes
		fi
	done
	[ -z "$_json" ] || echo ']'
	[ "$_failed" -eq 0 ] || exit "$_failed"
}
