# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf rm: the end of a container: its directory in configfs, its log, its
# record. The record goes last: it is the claim on the name.

cmd_usage() {
	cat <<'EOF'
usage: jf rm [-f] NAME...

Removes containers that have ended, with their logs, and frees their names.

  -f, --force     kill one that runs, or is starting
EOF
}

# rm_start NAME: the start comes to nothing, and whoever asked for it clears up; or
# it has come so far that there is something to kill.
rm_start() {
	_looks=100
	_told=
	while container_starts "$1" && [ "$_looks" -gt 0 ]; do
		# the number may be another's by now
		if [ -z "$_told" ] && logger_runs "$1"; then
			kill "$REPLY" 2>/dev/null
			_told=yes
		fi
		_looks=$((_looks - 1))
		nap
	done
}

rm_one() {
	if container_starts "$1"; then
		if [ -z "$_force" ]; then
			log "container '$1' is starting: wait until it runs, or \`jf rm -f $1\` to end that"
			return 1
		fi
		rm_start "$1"
	fi
	if container_up "$1"; then
		if [ -z "$_force" ]; then
			container_state "$1"
			log "container '$1' is $REPLY: \`jf stop $1\` first, or \`jf rm -f $1\` to kill it"
			return 1
		fi
		container_ask "$1" kill
		await_end "$1" 10 kill || {
			log "$1: members are still there after a kill: \`jf ps $1\`, \`dmesg\`"
			return 1
		}
	fi
	control_remove "$1" || {
		log "$1: cannot remove it: $REPLY: a process still belongs to it: \`jf ps $1\`"
		return 1
	}
	await_logger "$1" || log "$1: its jflog does not come to an end: is the disk stuck?"
	log_drop "$1"
	record_drop "$1"
	printf '%s\n' "$1"
}

cmd_main() {
	_force=
	while [ $# -gt 0 ]; do
		case $1 in
		-f | --force) _force=yes ;;
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
	for _name; do
		check_name "$_name"
		# A record without a module is left from before it was unloaded.
		[ -d "$JF_RUNDIR/$_name" ] || need_control
		check_container "$_name"
		! plane_has "$_name" || need_control
	done
	_failed=0
	for _name; do
		rm_one "$_name" || _failed=1
	done
	[ "$_failed" -eq 0 ] || exit "$JF_FAIL"
}
