# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf stop: SIGTERM, some grace, SIGKILL. The kernel does it and keeps the
# grace; jf only waits for the end.

cmd_usage() {
	cat <<'EOF'
usage: jf stop [-t SECONDS] NAME...

Asks the first process of each container to end (SIGTERM) and kills what is
left after the grace (10 s, or as set). Returns when they have ended. A
container that does not run is left as it is.

  -t, --time SECONDS   the grace; stays set for the container
EOF
}

stop_ask() {
	if [ -n "$_seconds" ]; then
		control_set "$1" grace_ms "$((_seconds * 1000))" || {
			log "$1: cannot set the grace: $REPLY"
			return 1
		}
	fi
	container_ask "$1" stop && return 0
	_why=$REPLY
	container_up "$1" || return 0 # it ended meanwhile
	log "$1: cannot be stopped: $_why"
	return 1
}

# stop_await NAME: the kernel is given its grace and ten seconds more.
stop_await() {
	control_get "$1" grace_ms
	is_number "$REPLY" || REPLY=10000
	await_end "$1" $((REPLY / 1000 + 10)) stop && return 0
	log "$1: still runs after its grace: \`jf ps $1\`, \`dmesg\`"
	return 1
}

cmd_main() {
	_seconds=
	while [ $# -gt 0 ]; do
		case $1 in
		-t | --time)
			need_value "$1" $#
			check_seconds "$1" "$2"
			_seconds=$REPLY
			shift 2
			;;
		--time=*)
			check_seconds --time "${1#*=}"
			_seconds=$REPLY
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
	done
	_failed=0
	# All are asked before the first is waited for: the graces run together.
	for _name; do
		! container_up "$_name" || stop_ask "$_name" || _failed=1
	done
	for _name; do
		if stop_await "$_name"; then
			printf '%s\n' "$_name"
		else
			_failed=1
		fi
	done
	[ "$_failed" -eq 0 ] || exit "$JF_FAIL"
}
