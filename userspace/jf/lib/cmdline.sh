# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The command line of `jf start` and `jf run`: options before NAME or behind
# ROOTFS, the old spellings behind the command, and the limits they end in.

# Below 125 is the command's own status.
# shellcheck disable=SC2034 # for lib/msg.sh
JF_FAIL=125 JF_USAGE=125

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/settings.sh"

JF_SOFT=
JF_HARD=
JF_NICE=
JF_OPTIONS= # all options, to start it again from anywhere, quoted for eval
JF_RUNNER=  # those for jfrun, quoted too
JF_KEPT=    # and those that are for `jf exec`, too
JF_LOGGER=  # those for jflog
JF_RESTART=no
JF_AUTOREMOVE=
JF_SOFT_DEFAULT=40M
JF_HARD_DEFAULT=64M

launch_help_options() {
	cat <<'EOF'
  --soft SIZE     an event above this (default 40M); bytes, K, M, G or max
  --hard SIZE     killed above this (default 64M)
  --nice N        -20 (first) to 19 (last)
  --grace, --metric, --action, --scope, --soft-signal, --forecast
                  as for `jf update`
  --restart no | on-failure[:N] | always
                  run it again when it has ended by itself or by a limit: if it
                  failed, N times at most; or in any case. After 0.1 s, 0.2 s ...
                  a minute, until `jf stop`, `jf kill` or `jf rm`
  --log-max-size SIZE, --log-backups N
                  rotate the log before it is greater, keep N of those (1)

Passed on to jfrun, see jfrun(1):
  --ro  --overlay DIR|tmpfs  --bind SRC:DST[:ro]  --tmpfs DST  --workdir DIR
  --env NAME[=VALUE]  --user UID[:GID]  --ulimit TYPE=SOFT[:HARD]  --init  --net
  --uidmap C:H:SIZE  --gidmap C:H:SIZE  --cap-add CAP,...  --cap-drop CAP,...
  --seccomp off

The options may stand before NAME, or behind ROOTFS. The old spellings
--soft-mib N, --hard-mib N and --nice N are understood behind the command, too,
unless -- stands before the command. A command that is one word with spaces in
it is run by /bin/sh -c.
EOF
}

# launch_flag WORD: an option without a value; 1 if it is none.
launch_flag() {
	case $1 in
	--rm)
		[ "$JF_VERB" = run ] || return 1
		# shellcheck disable=SC2034 # for cmd/run.sh
		JF_AUTOREMOVE=yes
		;;
	-t | --tty)
		# in the background nobody sits at it
		[ "$JF_VERB" = run ] || return 1
		JF_RUNNER="$JF_RUNNER --tty"
		;;
	--ro | --net | --init)
		JF_RUNNER="$JF_RUNNER $1"
		JF_OPTIONS="$JF_OPTIONS $1"
		;;
	*) return 1 ;;
	esac
}

# launch_option WORD...: takes one option off the front. JF_TOOK is how many
# words it was: 0 if the first word is none.
launch_option() {
	JF_TOOK=1
	case $1 in
	--*=*)
		launch_set "${1%%=*}" "${1#*=}" || unknown_option "${1%%=*}"
		;;
	-?*)
		if launch_flag "$1"; then
			return 0
		fi
		JF_TOOK=2
		launch_takes "$1" || unknown_option "$1"
		need_value "$1" $#
		launch_set "$1" "$2"
		;;
	*) JF_TOOK=0 ;;
	esac
}

# launch_takes OPTION: it is one of ours, and wants a value.
launch_takes() {
	case $1 in
	--soft | --hard | --nice | --soft-mib | --hard-mib | --restart | --log-max-size | --log-backups) ;;
	--overlay | --bind | --tmpfs | --env | --user | --workdir | --cap-add | --cap-drop) ;;
	--seccomp | --uidmap | --gidmap | --ulimit) ;;
	*) setting_takes "$1" ;;
	esac
}

# launch_set OPTION VALUE: 1 if OPTION is none of ours.
launch_set() {
	quote_word "$1=$2"
	_option=$REPLY
	case $1 in
	--soft)
		check_size "$1" "$2"
		JF_SOFT=$2
		;;
	--hard)
		check_size "$1" "$2"
		JF_HARD=$2
		;;
	--soft-mib)
		check_mib "$1" "$2"
		JF_SOFT=$REPLY
		;;
	--hard-mib)
		check_mib "$1" "$2"
		JF_HARD=$REPLY
		;;
	--nice)
		check_nice "$2"
		JF_NICE=$2
		;;
	--restart)
		check_restart "$2"
		JF_RESTART=$2
		;;
	--log-max-size)
		check_size "$1" "$2"
		[ "$REPLY" = max ] || JF_LOGGER="$JF_LOGGER --max-size $2"
		;;
	--log-backups)
		is_number "$2" || usage_die "$1 '$2': not a number"
		JF_LOGGER="$JF_LOGGER --backups $2"
		;;
	--env | --user | --workdir)
		JF_RUNNER="$JF_RUNNER $_option"
		launch_exec "$1" "$2"
		_option=$REPLY
		;;
	--overlay | --bind | --tmpfs | --cap-add | --cap-drop | --seccomp | --uidmap | --gidmap | \
		--ulimit)
		JF_RUNNER="$JF_RUNNER $_option"
		launch_absolute "$1" "$2"
		_option=$REPLY
		;;
	*)
		launch_takes "$1" || return 1
		setting "$1" "$2"
		;;
	esac
	JF_OPTIONS="$JF_OPTIONS $_option"
}

# launch_absolute OPTION VALUE: REPLY is the option for whoever starts it again from
# another directory.
launch_absolute() {
	case $1=$2 in
	--overlay=tmpfs | --overlay=/* | --bind=/*) quote_word "$1=$2" ;;
	--overlay=* | --bind=*) quote_word "$1=$PWD/$2" ;;
	*) quote_word "$1=$2" ;;
	esac
}

# launch_exec OPTION VALUE: kept for `jf exec`, and REPLY for whoever starts it again:
# both have another environment.
launch_exec() {
	case $1=$2 in
	--env=*=*) quote_word "$1=$2" ;;
	--env=[!A-Za-z_]* | --env=*[!A-Za-z0-9_]* | --env=) return 0 ;; # jfrun will refuse it
	--env=*)
		eval "_value=\${$2-}"
		quote_word "$1=$2=$_value"
		;;
	*) quote_word "$1=$2" ;;
	esac
	JF_KEPT="$JF_KEPT $REPLY"
}

# check_restart POLICY
check_restart() {
	case $1 in
	no | always | on-failure) return 0 ;;
	on-failure:*)
		if is_number "${1#*:}" && [ "${1#*:}" -gt 0 ]; then
			return 0
		fi
		;;
	esac
	usage_die "--restart '$1': not a policy: no, on-failure, on-failure:N (N times at most) or always"
}

# launch_words WORD...: reads NAME, ROOTFS and the options around them.
# JF_TOOK is how many words that were, JF_EXACT is set if `--` ended them.
launch_words() {
	JF_NAME=
	JF_ROOTFS=
	JF_EXACT=
	_all=$#
	while [ $# -gt 0 ]; do
		if [ "$1" = -- ]; then
			shift
			# `--` before NAME only ends the options.
			[ -z "$JF_ROOTFS" ] || JF_EXACT=yes
			[ -z "$JF_ROOTFS" ] || break
			continue
		fi
		launch_option "$@"
		if [ "$JF_TOOK" -gt 0 ]; then
			shift "$JF_TOOK"
		elif [ -z "$JF_NAME" ]; then
			check_name "$1"
			JF_NAME=$1
			shift
		elif [ -z "$JF_ROOTFS" ]; then
			[ -n "$1" ] || usage_die "ROOTFS is empty: see \`jf help $JF_VERB\`"
			JF_ROOTFS=$1
			shift
		else
			break
		fi
	done
	JF_TOOK=$((_all - $#))
}

# launch_trailing WORD...: old spellings behind the command. JF_TOOK is how
# many words at the end were options.
launch_trailing() {
	JF_TOOK=0
	while :; do
		_left=$(($# - JF_TOOK))
		[ "$_left" -gt 1 ] || return 0
		_option=
		_value=
		_n=0
		for _word; do
			_n=$((_n + 1))
			[ "$_n" -lt "$_left" ] || break
			_option=$_word
		done
		_value=$_word
		case $_value in
		--soft-mib | --hard-mib)
			usage_die "$_value: needs a value (put -- before the command if it is part of it)"
			;;
		--soft-mib=* | --hard-mib=*)
			launch_set "${_value%%=*}" "${_value#*=}"
			JF_TOOK=$((JF_TOOK + 1))
			continue
			;;
		esac
		case $_option in
		--soft-mib | --hard-mib | --nice) [ "$_left" -gt 2 ] || return 0 ;;
		*) return 0 ;;
		esac
		launch_set "$_option" "$_value"
		JF_TOOK=$((JF_TOOK + 2))
	done
}

# launch_limits: defaults, and the two in order.
launch_limits() {
	_said=
	if [ -z "$JF_HARD" ]; then
		JF_HARD=$JF_HARD_DEFAULT
		_said=' (the default)'
	fi
	size_bytes "$JF_HARD"
	_hard=$REPLY
	if [ -z "$JF_SOFT" ]; then
		# A small hard limit alone takes the soft limit down with it.
		JF_SOFT=$JF_SOFT_DEFAULT
		size_bytes "$JF_SOFT"
		if size_above "$REPLY" "$_hard"; then
			JF_SOFT=$(((_hard * 5 + 7) / 8))
		fi
	fi
	size_bytes "$JF_SOFT"
	# --soft max is none at all.
	if [ "$REPLY" != max ] && size_above "$REPLY" "$_hard"; then
		usage_die "--soft $JF_SOFT is above --hard $JF_HARD$_said:" \
			"it would never be reached: give a smaller --soft or a larger --hard"
	fi
}
