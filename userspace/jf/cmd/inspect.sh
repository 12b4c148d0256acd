# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf inspect: all that is known about a container, as `key: value`.

cmd_usage() {
	cat <<'EOF'
usage: jf inspect NAME...

Prints all that is known about each container, a `key: value` a line: the
kernel's status, what was asked for, and what jf recorded.
EOF
}

inspect_line() {
	[ -z "$REPLY" ] || printf '%-13s %s\n' "$1:" "$REPLY"
}

inspect_one() {
	printf '%-13s %s\n' name: "$1"
	container_state "$1"
	inspect_line state
	for _key in reason exit_status pid procs usage peak enforcing started; do
		status_get "$1" "$_key" && inspect_line "$_key"
	done
	if [ -r "$JF_CLASS/$1/events" ]; then
		while read -r _event _count; do
			REPLY=$_count
			inspect_line "events_$_event"
		done <"$JF_CLASS/$1/events"
	fi
	for _key in soft_limit hard_limit nice grace_ms; do
		control_get "$1" "$_key" && inspect_line "$_key"
	done
	for _key in rootfs command created logger; do
		record_get "$1" "$_key" && inspect_line "$_key"
	done
	log_path "$1"
	[ ! -e "$REPLY" ] || inspect_line log
	if [ -r "$JF_CONFIGFS/$1/pids" ]; then
		REPLY=
		while read -r _pid; do
			REPLY=${REPLY:+$REPLY }$_pid
		done <"$JF_CONFIGFS/$1/pids"
		inspect_line pids
	fi
	return 0
}

cmd_main() {
	case ${1-} in
	--) shift ;;
	-?*) unknown_option "$1" ;;
	esac
	need_names $#
	need_module
	for _name; do
		check_container "$_name"
	done
	_blank=
	for _name; do
		[ -z "$_blank" ] || echo
		_blank=yes
		inspect_one "$_name"
	done
}
