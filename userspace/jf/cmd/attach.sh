# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf attach: any running process, with all its descendants, under limits.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/settings.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf attach [OPTION...] NAME PID

Makes the process PID, all its descendants and whatever they fork later members
of the container NAME. If there is none of that name it is made, without limits
but for those given. For ever: a process cannot be taken out again.

EOF
	settings_help
	cat <<'EOF'

For example, a service under limits from outside:
  jf attach --soft 200M --hard 256M db "$(systemctl show -P MainPID mariadb)"
EOF
}

# attach_member PID: REPLY is the container it belongs to, if any.
attach_member() {
	for _name in "$JF_CONFIGFS"/*/; do
		_name=${_name%/}
		_name=${_name##*/}
		if member_is "$_name" "$1"; then
			REPLY=$_name
			return
		fi
	done
	REPLY=
}

# attach_refused NAME PID ANSWER: the kernel's answer in words.
attach_refused() {
	attach_member "$2"
	[ -z "$REPLY" ] || die "PID $2: is a member of '$REPLY' already, and cannot be of two"
	case $3 in
	*[Nn]'o such process'*) die "PID $2: no such process" ;;
	*'not permitted'*) die "PID $2: may not be attached: it is the host's init" ;;
	*[Ii]'nvalid'*) die "PID $2: is a kernel thread: only processes of user space have memory to limit" ;;
	*[Bb]'usy'*) die "PID $2: '$1' is being killed, or the process ends: try again" ;;
	esac
	die "PID $2: cannot be attached to '$1': $3"
}

cmd_main() {
	_to_name=
	_to_pid=
	while [ $# -gt 0 ]; do
		if [ "$1" = -- ]; then
			shift
			continue
		fi
		setting_word "$@"
		if [ "$JF_TOOK" -gt 0 ]; then
			shift "$JF_TOOK"
			continue
		fi
		if [ -z "$_to_name" ]; then
			check_name "$1"
			_to_name=$1
		elif [ -z "$_to_pid" ]; then
			is_number "$1" || usage_die "PID '$1': not a number"
			plain_number "$1"
			_to_pid=$REPLY
		else
			usage_die "'$1': one word too many: jf attach NAME PID"
		fi
		shift
	done
	[ -n "$_to_pid" ] || usage_die "jf attach NAME PID: see \`jf help attach\`"
	need_control
	[ -d "$JF_PROC/$_to_pid" ] || die "PID $_to_pid: no such process"
	settings_check "$_to_name" || exit "$JF_FAIL"
	_made=
	if ! plane_has "$_to_name"; then
		[ ! -d "$JF_RUNDIR/$_to_name" ] ||
			die "container '$_to_name': the kernel knows it no more: \`jf rm $_to_name\` first"
		control_make "$_to_name" || die "$_to_name: cannot make the container: $REPLY"
		_made=yes
	fi
	if ! settings_write "$_to_name"; then
		[ -z "$_made" ] || control_remove "$_to_name"
		exit "$JF_FAIL"
	fi
	if ! control_set "$_to_name" pids "$_to_pid"; then
		_why=$REPLY
		[ -z "$_made" ] || control_remove "$_to_name"
		attach_refused "$_to_name" "$_to_pid" "$_why"
	fi
	printf '%s\n' "$_to_name"
}
