# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf kill: SIGKILL to all members, by the kernel, until none is left.

cmd_usage() {
	cat <<'EOF'
usage: jf kill [-s SIGNAL] NAME...

Kills every process of each container, and returns when none is left.

  -s, --signal SIGNAL   send SIGNAL to the first process instead, and do not wait
EOF
}

# kill_signal NAME: the PID is compared with the members right before: the
# first process may have ended while others live on, and its PID be another's.
kill_signal() {
	status_get "$1" pid
	_first=$REPLY
	is_number "$_first" && [ "$_first" -gt 1 ] && member_is "$1" "$_first"
	case $? in
	0) ;;
	2) return 1 ;;
	*)
		log "$1: its first process has ended: \`jf ps $1\`"
		return 1
		;;
	esac
	kill -s "$_signal" "$_first" 2>/dev/null && return 0
	log "$1: cannot send '$_signal': is it a signal? (as in -s HUP)"
	return 1
}

kill_all() {
	if ! container_ask "$1" kill && container_runs "$1"; then
		log "$1: cannot be killed: $REPLY"
		return 1
	fi
	await_end "$1" 10 kill && return 0
	log "$1: members are still there: \`jf ps $1\`, \`dmesg\`"
	return 1
}

cmd_main() {
	_signal=
	while [ $# -gt 0 ]; do
		case $1 in
		-s | --signal)
			need_value "$1" $#
			_signal=${2#SIG}
			shift 2
			;;
		--signal=*)
			_signal=${1#*=}
			_signal=${_signal#SIG}
			shift
			;;
		--)
			shift
			break
			;;
		-?*) unknown_option "$1" ;;
		*) break ;;
		esac
	done
	need_names $#
	need_control
	for _name; do
		check_container "$_name"
		container_up "$_name" || die "container '$_name' does not run: there is nothing to kill"
	done
	_failed=0
	for _name; do
		if [ -n "$_signal" ]; then
			kill_signal "$_name"
		else
			kill_all "$_name"
		fi && printf '%s\n' "$_name" || _failed=1
	done
	[ "$_failed" -eq 0 ] || exit "$JF_FAIL"
}
