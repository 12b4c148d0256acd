# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf exec: one more command in a running container. jfrun does it.

# shellcheck disable=SC2034 # for lib/msg.sh: below 125 is the command's own status
JF_FAIL=125 JF_USAGE=125

cmd_usage() {
	cat <<'EOF'
usage: jf exec [OPTION...] NAME [--] CMD [ARG...]

Runs CMD in the running container NAME, a member of it like the others, and
returns its status. What NAME was started with (user, environment, working
directory, capabilities, limits) holds for CMD, too; one that jf has not started
is entered as the user of its first process.

  -t, --tty             a terminal of its own
  --env NAME[=VALUE]    add to the environment, or change it
  --user UID[:GID]      run CMD as this user; 0 is root
  --workdir DIR         run CMD there

exit status: CMD's, or 128+N if signal N ended it; 125 jf or jfrun failed;
126 CMD cannot be executed; 127 CMD was not found
EOF
}

cmd_main() {
	_runner=
	while [ $# -gt 0 ]; do
		case $1 in
		-t | --tty) _runner="$_runner --tty" ;;
		--env=* | --user=* | --workdir=*)
			quote_word "$1"
			_runner="$_runner $REPLY"
			;;
		--env | --user | --workdir)
			need_value "$1" $#
			quote_word "$1=$2"
			_runner="$_runner $REPLY"
			shift
			;;
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
	_name=$1
	shift
	[ "${1-}" != -- ] || shift
	[ $# -gt 0 ] || usage_die "no command: jf exec NAME CMD: see \`jf help exec\`"
	need_control
	need_tool jfrun
	check_container "$_name"
	[ "$REPLY" = running ] || die "container '$_name' is not running ($REPLY): \`jf ps $_name\`"
	_given=$(cat "$JF_RUNDIR/$_name/exec" 2>/dev/null) || :
	eval "exec jfrun --join \"\$_name\" $_given $_runner -- \"\$@\""
}
