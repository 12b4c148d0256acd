# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf ps: the containers, one a line. The kernel's files are read with the
# shell's own read: no process is made a container, so that hundreds of them
# are listed in a moment on a small board. One awk lays out the table.

cmd_usage() {
	cat <<'EOF'
usage: jf ps [-q] [--no-trunc] [NAME...]

Lists all containers, or those named: also ones that have ended and ones made
by hand with mkdir in configfs.

  -q, --quiet     names only
  --no-trunc      commands in full

STATE is created, running, exited, stopped or killed as the kernel has it;
`starting` is a container whose command does not run yet, `lost` one that the
kernel no longer knows (`jf rm` clears it away).
EOF
}

# ps_command NAME PID: what runs in it: from the record, or the kernel's short name.
ps_command() {
	if record_get "$1" command; then
		return 0
	fi
	REPLY=-
	if [ "$2" -gt 0 ] && [ -r "$JF_PROC/$2/comm" ]; then
		{ IFS= read -r _comm <"$JF_PROC/$2/comm"; } 2>/dev/null && REPLY="[$_comm]"
	fi
	return 0
}

# ps_row NAME: one line of fields with tabs between them.
ps_row() {
	container_state "$1"
	_state=$REPLY
	[ -n "$_state" ] || return 0
	status_get "$1" pid
	_pid=${REPLY:-0}
	status_get "$1" procs
	_procs=${REPLY:-0}
	status_get "$1" usage
	size_human "$REPLY"
	_usage=$REPLY
	status_get "$1" peak
	size_human "$REPLY"
	_peak=$REPLY
	control_get "$1" soft_limit
	size_human "$REPLY"
	_soft=$REPLY
	control_get "$1" hard_limit
	size_human "$REPLY"
	_hard=$REPLY
	_up=-
	if [ "$_state" = running ] && status_get "$1" started && [ "${REPLY:-0}" -gt 0 ]; then
		_up=$((JF_NOW - REPLY))
		[ "$_up" -ge 0 ] || _up=0
		time_human "$_up"
		_up=$REPLY
	fi
	status_get "$1" reason
	_reason=${REPLY:-none}
	[ "$_reason" != none ] || _reason=-
	status_get "$1" exit_status
	_status=${REPLY:--}
	ps_command "$1" "$_pid"
	[ "$_pid" != 0 ] || _pid=-
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
		"$1" "$_state" "$_pid" "$_procs" "$_usage" "$_peak" "$_soft" "$_hard" \
		"$_up" "$_reason" "$_status" "$REPLY"
}

# ps_names CALL [NAME...]: CALL for each container, or for each NAME.
ps_names() {
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

ps_table() {
	printf 'NAME\tSTATE\tPID\tPROCS\tUSAGE\tPEAK\tSOFT\tHARD\tUP\tREASON\tSTATUS\tCOMMAND\n'
	ps_names ps_row "$@"
}

# Numbers to the right, words to the left; the command as it is.
ps_layout() {
	awk -F '\t' -v most="$1" '
	{
		for (i = 1; i <= 12; i++) {
			cell[NR, i] = $i
			if (length($i) > width[i])
				width[i] = length($i)
		}
	}
	END {
		for (r = 1; r <= NR; r++) {
			line = ""
			for (i = 1; i < 12; i++) {
				left = (i < 3 || i == 10) ? "-" : ""
				line = line sprintf("%" left width[i] "s  ", cell[r, i])
			}
			command = cell[r, 12]
			if (most > 0 && length(command) > most)
				command = substr(command, 1, most - 3) "..."
			print line command
		}
	}'
}

cmd_main() {
	_quiet=
	_most=48
	while [ $# -gt 0 ]; do
		case $1 in
		-q | --quiet) _quiet=yes ;;
		--no-trunc) _most=0 ;;
		-a | --all) ;; # as docker has it: all is what we show anyway
		--)
			shift
			break
			;;
		-?*) unknown_option "$1" ;;
		*) break ;;
		esac
		shift
	done
	need_module
	for _name; do
		check_container "$_name"
	done
	if [ -n "$_quiet" ]; then
		ps_names echo "$@"
		return 0
	fi
	JF_NOW=$(date +%s)
	ps_table "$@" | ps_layout "$_most"
}
