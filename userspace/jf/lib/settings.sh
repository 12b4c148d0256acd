# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The settings of a container as options, for update and attach: read and
# checked first, then written all or none.

JF_SETTINGS='soft_limit hard_limit nice grace_ms metric hard_action kill_scope soft_signal
	forecast_ms'
JF_SET=
for _attribute in $JF_SETTINGS; do
	unset "set_$_attribute" # not from the environment
done

settings_help() {
	cat <<'EOF'
  --soft SIZE           an event above this; bytes, K, M, G or max
  --hard SIZE           --action above this
  --nice N              -20 (first) to 19 (last), for all members, or inherit
  --grace SECONDS       between SIGTERM and SIGKILL
  --metric METRIC       what counts: rss, anon or rss+swap
  --action ACTION       at the hard limit: kill, term, stop or notify
  --scope SCOPE         whom the kill takes: container or process
  --soft-signal SIGNAL  to the first process at the soft limit; 0: none
  --forecast MS         an event if the hard limit is nearer than this at the
                        present rate of growth; 0: none
EOF
}

# one_of OPTION VALUE WORD...
one_of() {
	_given=$1
	_value=$2
	shift 2
	for _word; do
		[ "$_word" != "$_value" ] || return 0
	done
	usage_die "$_given '$_value': not one of: $*"
}

# setting OPTION VALUE: remembered as set_ATTRIBUTE. 1 if OPTION is none of ours.
setting() {
	_to=$2
	case $1 in
	--soft | --hard)
		check_size "$1" "$2"
		_attribute=${1#--}_limit
		;;
	--soft-mib | --hard-mib)
		check_mib "$1" "$2"
		_to=$REPLY
		_attribute=${1#--}
		_attribute=${_attribute%-mib}_limit
		;;
	--nice)
		[ "$2" = inherit ] || check_nice "$2"
		_attribute='nice'
		;;
	--grace)
		check_seconds "$1" "$2"
		_to=$((REPLY * 1000))
		_attribute=grace_ms
		;;
	--metric)
		one_of "$1" "$2" rss anon rss+swap
		_attribute=metric
		;;
	--action)
		one_of "$1" "$2" kill term stop notify
		_attribute=hard_action
		;;
	--scope)
		one_of "$1" "$2" container process
		_attribute=kill_scope
		;;
	--soft-signal)
		signal_number "$1" "$2"
		_to=$REPLY
		_attribute=soft_signal
		;;
	--forecast)
		check_milliseconds "$1" "$2"
		_to=$REPLY
		_attribute=forecast_ms
		;;
	*) return 1 ;;
	esac
	eval "set_$_attribute=\$_to"
	# shellcheck disable=SC2034 # for the commands
	JF_SET=yes
}

# signal_number OPTION SIGNAL: REPLY is its number. dash's `kill -l` only knows
# the way from number to name.
signal_number() {
	if is_number "$2"; then
		plain_number "$2"
		[ "$REPLY" -gt 64 ] || return 0
	else
		REPLY=1
		while [ "$REPLY" -lt 32 ]; do
			[ "$(kill -l "$REPLY")" != "${2#SIG}" ] || return 0
			REPLY=$((REPLY + 1))
		done
	fi
	usage_die "$1 '$2': not a signal: a name as in $1 USR1, or 0 for none"
}

# setting_takes OPTION: it is a setting.
setting_takes() {
	case $1 in
	--soft | --hard | --soft-mib | --hard-mib | --nice | --grace | --metric | --action | \
		--scope | --soft-signal | --forecast) ;;
	*) return 1 ;;
	esac
}

# setting_word WORD...: takes a setting off the front. JF_TOOK is how many
# words it was: 0 if the first word is no option.
setting_word() {
	case $1 in
	--*=*)
		JF_TOOK=1
		setting "${1%%=*}" "${1#*=}" || unknown_option "${1%%=*}"
		;;
	-?*)
		JF_TOOK=2
		setting_takes "$1" || unknown_option "$1"
		need_value "$1" $#
		setting "$1" "$2"
		;;
	*)
		# shellcheck disable=SC2034 # for the commands
		JF_TOOK=0
		;;
	esac
}

# settings_check NAME: are the two limits in order, the new ones with those that
# stay? 1 and a message if not.
settings_check() {
	[ -n "${set_soft_limit-}${set_hard_limit-}" ] || return 0
	control_get "$1" soft_limit
	size_bytes "${set_soft_limit:-${REPLY:-max}}" || return 0
	_soft=$REPLY
	control_get "$1" hard_limit
	size_bytes "${set_hard_limit:-${REPLY:-max}}" || return 0
	if [ "$_soft" != max ] && size_above "$_soft" "$REPLY"; then
		log "$1: the soft limit ($_soft) would be above the hard limit ($REPLY):" \
			"it would never be reached: change both"
		return 1
	fi
}

# settings_write NAME: all or none: what was written is taken back.
settings_write() {
	_written=
	for _attribute in $JF_SETTINGS; do
		eval "_to=\${set_$_attribute-}"
		[ -n "$_to" ] || continue
		control_get "$1" "$_attribute"
		eval "was_$_attribute=\$REPLY"
		if control_set "$1" "$_attribute" "$_to"; then
			_written="$_attribute $_written"
			continue
		fi
		_why="$1: cannot set $_attribute to $_to: $REPLY"
		for _back in $_written; do
			eval "_to=\$was_$_back"
			control_set "$1" "$_back" "$_to" || log "$1: $_back stays changed: $REPLY"
		done
		log "$_why"
		return 1
	done
}
