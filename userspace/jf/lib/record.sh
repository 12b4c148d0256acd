# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The record of a container: a directory in JF_RUNDIR, one value a file. The
# directory is the claim on the name: mkdir is atomic, so of two that want the
# same name one wins.
#
#   rootfs     where its root file system is
#   command    what runs in it, one line, to be read by people
#   argv       the same exactly: words, each ended by a NUL
#   options    the options that it was started with: words, each ended by a NUL
#   exec       those of them that `jf exec` takes, too, quoted for a shell
#   restart    when it is run again; only if it may be
#   restarts   how often it was
#   again      is there as long as it is to be run again
#   created    seconds since the Epoch
#   logger     PID of its jflog
#   log_since  only if the log was there before: where this container begins in it
#   jflog.err  what jflog itself had to say
#   starter    PID of the jf that started it
#   ready      FIFO, only while it starts
#   oci        only for a container of an OCI runtime: its ID; see jf-oci-hook(8)

# container_state NAME: REPLY is the kernel's word, or `restarting` between two
# runs, or `starting`/`lost` for a record the kernel knows nothing of (yet/any
# more), or empty: no such container.
container_state() {
	if status_get "$1" state && [ -n "$REPLY" ]; then
		_state=$REPLY
		if [ "$_state" != running ] && [ -e "$JF_RUNDIR/$1/again" ] && logger_runs "$1"; then
			_state=restarting
		fi
		REPLY=$_state
		return 0
	fi
	if container_starts "$1"; then
		REPLY=starting
	elif [ -d "$JF_RUNDIR/$1" ]; then
		REPLY=lost
	elif plane_has "$1"; then
		REPLY=created
	else
		REPLY=
	fi
}

container_runs() {
	status_get "$1" state && [ "$REPLY" = running ]
}

# container_up NAME: it runs, or who runs it again is still there.
container_up() {
	container_runs "$1" && return 0
	[ -e "$JF_RUNDIR/$1/again" ] && logger_runs "$1"
}

# container_starts NAME: its command does not run yet, and somebody is about to start
# it: jf, or the jflog of a jf that was killed.
container_starts() {
	[ -p "$JF_RUNDIR/$1/ready" ] && ! container_runs "$1" || return 1
	starter_runs "$1" || logger_runs "$1"
}

starter_runs() {
	record_get "$1" starter && [ -n "$REPLY" ] && [ -d "$JF_PROC/$REPLY" ]
}

# container_ask NAME stop|kill: it is to end, and not to be run again.
container_ask() {
	[ ! -e "$JF_RUNDIR/$1/again" ] || rm -f -- "$JF_RUNDIR/$1/again"
	control_set "$1" "$2" 1
}

# check_container NAME: dies unless there is one; REPLY is its state.
check_container() {
	check_name "$1"
	container_state "$1"
	[ -n "$REPLY" ] || die "no container '$1': \`jf ps\` lists them"
}

# record_get NAME FIELD
record_get() {
	REPLY=
	[ -r "$JF_RUNDIR/$1/$2" ] || return 1
	{ IFS= read -r REPLY <"$JF_RUNDIR/$1/$2"; } 2>/dev/null
	return 0
}

# record_put NAME FIELD VALUE: 1 if it cannot be kept.
record_put() {
	{ printf '%s\n' "$3" >"$JF_RUNDIR/$1/$2"; } 2>/dev/null
}

# record_dirs: the directories records and logs live in.
record_dirs() {
	for _dir in "$JF_RUNDIR" "$JF_LOGDIR"; do
		[ -d "$_dir" ] || mkdir -p "$_dir" 2>/dev/null ||
			die "$_dir: cannot make this directory: is the disk full or read-only?"
		[ -w "$_dir" ] || die "no permission to write $_dir: \`jf $JF_VERB\` must be run by root"
	done
}

# record_claim NAME: ours from here on, or die.
record_claim() {
	if mkdir "$JF_RUNDIR/$1" 2>/dev/null; then
		plane_has "$1" || return 0
		# made by hand, with mkdir
		rmdir "$JF_RUNDIR/$1"
	elif ! [ -d "$JF_RUNDIR/$1" ]; then
		die "$JF_RUNDIR/$1: cannot make this directory: is the disk full or read-only?"
	fi
	container_state "$1"
	case $REPLY in
	running | starting | restarting)
		die "the name '$1' is taken by a $REPLY container:" \
			"\`jf stop $1\` and \`jf rm $1\` first, or choose another name"
		;;
	esac
	die "the name '$1' is taken (${REPLY:-ended}): \`jf rm $1\` first, or choose another name"
}

record_drop() {
	rm -rf -- "${JF_RUNDIR:?}/${1:?}"
}

log_path() {
	REPLY=$JF_LOGDIR/$1.log
}

# log_drop NAME: the log and its rotated parts, also where one is missing between
# them. Numbers only: `web.log.1.log` is the log of another container.
log_drop() {
	rm -f -- "${JF_LOGDIR:?}/${1:?}.log"
	for _part in "$JF_LOGDIR/$1.log".[1-9]*; do
		case ${_part#"$JF_LOGDIR/$1.log."} in
		*[!0-9]*) ;;
		*) rm -f -- "$_part" ;;
		esac
	done
}

# logger_runs NAME: its jflog is still there, and no zombie. The name of the
# process is looked at too, for a PID is used again some day.
logger_runs() {
	record_get "$1" logger && [ -n "$REPLY" ] || return 1
	[ -r "$JF_PROC/$REPLY/stat" ] || return 1
	{ read -r _stat <"$JF_PROC/$REPLY/stat"; } 2>/dev/null || return 1
	case $_stat in
	*' (jflog) '[!ZX]*) ;;
	*) return 1 ;;
	esac
}
