# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What `jf start` and `jf run` share: the checks before anything is made, the
# claim, and waiting for jfrun's word that the command really runs. What fails
# on the way leaves nothing behind.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/cmdline.sh"

JF_NO_RECORD="cannot write the container's record: is the file system full?"

# launch_rootfs: REPLY is ROOTFS made absolute.
launch_rootfs() {
	[ -e "$JF_ROOTFS" ] || die "rootfs '$JF_ROOTFS': no such directory"
	[ -d "$JF_ROOTFS" ] || die "rootfs '$JF_ROOTFS': not a directory"
	# `cd -` would be somewhere else, and $( ) drops newlines at the end
	case $JF_ROOTFS in
	/*) REPLY=$JF_ROOTFS ;;
	*) REPLY=./$JF_ROOTFS ;;
	esac
	REPLY=$(cd -- "$REPLY" 2>/dev/null && pwd -P && echo .) ||
		die "rootfs '$JF_ROOTFS': cannot enter this directory"
	REPLY=${REPLY%??}
	case $REPLY in
	*[[:cntrl:]]*)
		one_line "$JF_ROOTFS"
		die "rootfs '$REPLY': control characters in its path"
		;;
	esac
	[ "$REPLY" != / ] ||
		die "rootfs '$JF_ROOTFS': is the host's own root: give a directory that holds a root file system"
}

# launch_record WORD...: what is known before it runs: all of it, or there is no
# start. What is missing would be missed later, by `jf exec` or by another start.
launch_record() {
	log_path "$JF_NAME"
	JF_LOG=$REPLY
	JF_LOG_NEW=yes
	# Of a container of that name before the last boot: kept, but not ours.
	[ ! -e "$JF_LOG" ] || JF_LOG_NEW=
	launch_fields "$@" && return 0
	launch_undo
	die "$JF_RUNDIR/$JF_NAME: $JF_NO_RECORD"
}

launch_fields() {
	quote_words "$@"
	record_put "$JF_NAME" command "$REPLY" &&
		launch_words_put argv "$@" &&
		record_put "$JF_NAME" rootfs "$JF_ROOTFS" &&
		record_put "$JF_NAME" created "$(date +%s)" &&
		record_put "$JF_NAME" starter "$$" || return 1
	# --env may hold what is nobody's business
	(
		umask 077
		eval "launch_words_put options $JF_OPTIONS" &&
			record_put "$JF_NAME" exec "--user=0$JF_KEPT"
	) || return 1
	if [ "$JF_RESTART" != no ]; then
		record_put "$JF_NAME" restart "$JF_RESTART" && record_put "$JF_NAME" again yes || return 1
	fi
	[ -n "$JF_LOG_NEW" ] ||
		record_put "$JF_NAME" log_since "$(date -u +%Y-%m-%dT%H:%M:%S)" || return 1
	mkfifo "$JF_RUNDIR/$JF_NAME/ready" 2>/dev/null && launch_words_put jflog.err
}

# launch_words_put FIELD [WORD...]: each ended by a NUL.
launch_words_put() {
	_field=$JF_RUNDIR/$JF_NAME/$1
	shift
	{
		if [ $# -gt 0 ]; then
			printf '%s\0' "$@"
		fi >"$_field"
	} 2>/dev/null
}

# launch_settings: those that jfrun has no options for.
launch_settings() {
	[ -n "$JF_SET" ] || return 0
	if ! control_make "$JF_NAME"; then
		record_drop "$JF_NAME"
		die "$JF_NAME: cannot make the container: $REPLY"
	fi
	settings_write "$JF_NAME" && return 0
	launch_undo
	exit "$JF_FAIL"
}

# launch_undo: nothing half-made stays. jfrun removes the kernel's directory
# itself if it made it; what a jfrun that was killed could not is done here.
launch_undo() {
	# what runs there now, if anything, is not ours: ours has ended with jfrun
	! plane_has "$JF_NAME" || control_remove "$JF_NAME"
	[ -z "$JF_LOG_NEW" ] || log_drop "$JF_NAME"
	record_drop "$JF_NAME"
}

# A signal to jf while it waits for the start.
launch_abort() {
	trap '' HUP INT TERM
	if [ -n "${JF_CHILD-}" ]; then
		kill "$JF_CHILD" 2>/dev/null
		# the command may run already, and not care for SIGTERM
		! plane_has "$JF_NAME" || control_set "$JF_NAME" kill 1
		wait "$JF_CHILD"
	fi
	launch_undo
	exit "$1"
}

# launch_child WORD...: becomes jflog over jfrun, with the FIFO as fd 3. A
# session of its own: the caller's terminal can neither hang it up nor
# interrupt it. Nothing of the caller's open files is passed on.
launch_child() {
	if [ "$JF_VERB" = run ]; then
		set -- --tee -- "$@"
	else
		set -- -- "$@"
	fi
	# $$ is jf's; told by this one itself, for jf may be killed any moment
	read -r _own_pid _ </proc/self/stat
	record_put "$JF_NAME" logger "$_own_pid" || {
		log "$JF_RUNDIR/$JF_NAME: $JF_NO_RECORD"
		printf 'error: %s\n' "$JF_RUNDIR/$JF_NAME: $JF_NO_RECORD" >&3
		exit "$JF_FAIL"
	}
	# shellcheck disable=SC2086 # words without blanks
	exec setsid jflog --out "$JF_LOG" $JF_LOGGER "$@" \
		4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
}

# launch_begin WORD...: starts it and waits for jfrun's word. On return the
# command runs, as JF_CHILD's; otherwise this is the end. Both ends of the FIFO are
# open before the fork: neither side ever waits for the other to open it, and if
# this one is killed jfrun is told so, and calls the start off.
launch_begin() {
	eval "set -- $JF_RUNNER \"\$JF_NAME\" \"\$JF_ROOTFS\" -- \"\$@\""
	set -- jfrun --ready-fd 3 --soft "$JF_SOFT" --hard "$JF_HARD" \
		${JF_NICE:+--nice "$JF_NICE"} "$@"
	if [ "$JF_RESTART" != no ]; then
		_first=6
		[ -z "$JF_NICE" ] || _first=8
		set -- sh "$JF_HOME/supervise" "$JF_NAME" "$JF_RESTART" "$_first" "$@"
	fi
	_ready=$JF_RUNDIR/$JF_NAME/ready
	_own=$JF_RUNDIR/$JF_NAME/jflog.err
	exec 5<>"$_ready"
	exec 6<"$_ready"
	exec 7>"$_ready" 5<&-
	if [ "$JF_VERB" = run ]; then
		# A background job's stdin would be /dev/null.
		exec 4<&0
		launch_child "$@" <&4 3>&7 &
		JF_CHILD=$!
		exec 4<&-
	else
		launch_child "$@" </dev/null >/dev/null 2>"$_own" 3>&7 &
		JF_CHILD=$!
	fi
	exec 7>&-
	IFS= read -r _said <&6 || :
	exec 6<&-
	case $_said in
	'ready '*)
		# first, or who sees that it runs could send a signal that is still one to the start
		launch_runs
		rm -f -- "$_ready"
		return 0
		;;
	esac
	launch_failed "$_said"
}

# launch_failed ANSWER: says why and ends with jfrun's status.
launch_failed() {
	rm -f -- "$JF_RUNDIR/$JF_NAME/again" "$_ready"
	wait "$JF_CHILD"
	_status=$?
	case $_status in
	126 | 127) ;;
	*) _status=125 ;;
	esac
	# In the foreground jfrun's own message has been seen already.
	if [ "$JF_VERB" = start ]; then
		_text=${1#error: }
		_text=${_text#jfrun: }
		if [ -z "$_text" ] && [ -s "$_own" ]; then
			IFS= read -r _text <"$_own"
		fi
		log "${_text:-jfrun ended before the command ran, without a word (status $_status)}"
	fi
	trap '' HUP INT TERM
	launch_undo
	exit "$_status"
}

# launch WORD...: the command line of start and run, up to the running command. The verb
# has a launch_runs, which says what signals mean from then on.
launch() {
	launch_words "$@"
	shift "$JF_TOOK"
	[ -n "$JF_NAME" ] || usage_die "no NAME: jf $JF_VERB NAME ROOTFS CMD: see \`jf help $JF_VERB\`"
	[ -n "$JF_ROOTFS" ] || usage_die "no ROOTFS: jf $JF_VERB NAME ROOTFS CMD: see \`jf help $JF_VERB\`"
	if [ -z "$JF_EXACT" ]; then
		launch_trailing "$@"
		# Turn the words to keep to the back, then drop the front.
		_keep=$(($# - JF_TOOK))
		while [ "$_keep" -gt 0 ]; do
			set -- "$@" "$1"
			shift
			_keep=$((_keep - 1))
		done
		shift "$JF_TOOK"
	fi
	[ -n "${1-}" ] ||
		usage_die "no command: jf $JF_VERB NAME ROOTFS CMD: see \`jf help $JF_VERB\`"
	launch_limits
	[ -z "$JF_AUTOREMOVE" ] || [ "$JF_RESTART" = no ] ||
		usage_die "--rm and --restart: what is removed cannot be run again: give one of them"
	need_control
	need_tool jfrun
	need_tool jflog
	need_tool setsid
	launch_rootfs
	JF_ROOTFS=$REPLY
	if [ $# -eq 1 ]; then
		case $1 in
		*' '*) [ -f "$JF_ROOTFS/$1" ] || set -- /bin/sh -c "$1" ;;
		esac
	fi
	record_dirs
	record_claim "$JF_NAME"
	JF_CHILD=
	JF_LOG_NEW=
	trap 'launch_abort 129' HUP
	trap 'launch_abort 130' INT
	trap 'launch_abort 143' TERM
	launch_record "$@"
	launch_settings
	launch_begin "$@"
}
