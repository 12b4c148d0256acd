# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# A log and its rotated parts as one: FILE.2, FILE.1, FILE. jflog may rename them
# all at any moment, the oldest first, so which one comes next is found by what
# is open, not by its name: fd 5 is the part that is read, fd 6 the one behind it.
#
# While fd 5 keeps its name, the part behind it has the next lower one that is
# there: it cannot move on before fd 5 has made room. So a name that was opened is
# the right one if fd 5's is the same before and after, and those between them,
# of which one is free for a moment in a rotation, were free before and after.

# parts_opened NAME: NAME is what fd 5 has open.
parts_opened() {
	# shellcheck disable=SC3013 # not POSIX, but dash and busybox have it
	[ "$1" -ef /proc/self/fd/5 ]
}

# parts_open NAME: as fd 6 (`exec` alone would be the end if it is not there).
parts_open() {
	{ command exec 6<"$1"; } 2>/dev/null
}

# parts_name FILE N: REPLY is the name of part N; 0 is FILE itself.
parts_name() {
	REPLY=$1
	[ "$2" -eq 0 ] || REPLY=$1.$2
}

# parts_oldest FILE: REPLY is the number of the first part. From one reading of the
# directory, in which no renaming is half done; jflog keeps 1000 at most.
parts_oldest() {
	REPLY=0
	for _part in "$1".[1-9]*; do
		_part=${_part#"$1".}
		case $_part in
		*[!0-9]* | ?????*) continue ;;
		esac
		[ "$_part" -le "$REPLY" ] || REPLY=$_part
	done
}

# parts_open_oldest FILE: as fd 6; 1 if there is none.
parts_open_oldest() {
	_looks=50
	while [ "$_looks" -gt 0 ]; do
		parts_oldest "$1"
		_oldest=$REPLY
		parts_name "$1" "$_oldest"
		if parts_open "$REPLY"; then
			# there is an older one if it was renamed before it could be opened
			parts_oldest "$1"
			[ "$REPLY" -ne "$_oldest" ] || return 0
			continue
		fi
		_looks=$((_looks - 1))
		nap
	done
	return 1
}

# parts_find FILE: REPLY is the number of the part that fd 5 is, empty if it is
# none. From below, as they move upwards: so it is not passed by.
parts_find() {
	REPLY=0
	! parts_opened "$1" || return 0
	parts_oldest "$1"
	_oldest=$REPLY
	REPLY=1
	while [ "$REPLY" -le "$_oldest" ]; do
		! parts_opened "$1.$REPLY" || return 0
		REPLY=$((REPLY + 1))
	done
	REPLY=
}

# parts_go_on: fd 5 becomes what fd 6 is. To what it was nothing has been written
# since that one was begun.
parts_go_on() {
	cat <&5
	exec 5<&6 6<&-
	_before=$((_before - 1))
}

# parts_astray FILE: fd 5 is no part any more; as parts_next.
parts_astray() {
	_now=$(readlink /proc/self/fd/5)
	case ${_now##*/} in
	*' (deleted)')
		# jf rm has been there, or there are no backups and no new one yet
		[ -e "$1" ] || [ -e "$1.1" ] || return 1
		# the last one has been deleted, and perhaps others behind it
		parts_open_oldest "$1" || return 1
		log "some of the log may have been rotated away before it could be read"
		;;
	"${1##*/}" | "${1##*/}".[1-9]*) return 0 ;; # it was renamed while we looked
	*)
		# somebody else has moved it away, and jflog begins a new one at SIGHUP
		parts_open "$1" && [ -s /proc/self/fd/6 ] || return 1
		# shellcheck disable=SC3013 # see above
		[ ! "$1.1" -nt /proc/self/fd/5 ] ||
			log "some of the log may have been rotated away before it could be read"
		;;
	esac
	parts_go_on
}

# parts_next FILE: fd 5 goes on to the next part, or may do so at the next look; 1
# if there is none.
parts_next() {
	parts_find "$1"
	_at=$REPLY
	case $_at in
	'')
		parts_astray "$1"
		return
		;;
	0) return 1 ;;
	esac
	_next=$_at
	while
		_next=$((_next - 1))
		parts_name "$1" "$_next"
		! parts_open "$REPLY"
	do
		[ "$_next" -eq 0 ] || continue
		# no new one yet; or it was renamed while we looked
		parts_opened "$1.1" && return 1
		return 0
	done
	_part=$((_next + 1))
	while [ "$_part" -lt "$_at" ]; do
		[ ! -e "$1.$_part" ] || return 0
		_part=$((_part + 1))
	done
	parts_opened "$1.$_at" || return 0
	# not begun yet: logrotate makes it before jflog is told
	[ "$_next" -gt 0 ] || [ -s /proc/self/fd/6 ] || return 1
	parts_go_on
}

# parts_mark: what there was has been read.
parts_mark() {
	[ -z "$_mark" ] || printf '%s\n' "$_mark"
	_mark=
}

# parts_read FILE MARK [CONDITION [ARG...]]: all parts, and what is appended to FILE,
# as long as CONDITION holds. MARK, if it is not empty, is a line between the two.
parts_read() {
	_file=$1
	_mark=$2
	shift 2
	parts_open_oldest "$_file" || return 1
	# so many are to be read until what is FILE now: a writer may be faster than we
	_before=$_oldest
	exec 5<&6 6<&-
	cat <&5
	while :; do
		_going=0
		still "$@" || _going=1
		drain
		while { [ $# -gt 0 ] || [ "$_before" -gt 0 ]; } && parts_next "$_file"; do
			drain
			[ "$_before" -gt 0 ] || parts_mark
		done
		parts_mark
		[ "$_going" -eq 0 ] || break
		nap
	done
	exec 5<&-
}
