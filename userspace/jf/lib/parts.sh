# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# A log and its rotated parts as one: FILE.2, FILE.1, FILE. jflog may rename them
# all while they are read, so which one comes next is found by what is open, not
# by its name.

# parts_opened FILE: FILE is what fd 5 has open.
parts_opened() {
	# shellcheck disable=SC3013 # not POSIX, but dash and busybox have it
	[ "$1" -ef /proc/self/fd/5 ]
}

# parts_oldest FILE: REPLY is the name of the first part.
parts_oldest() {
	REPLY=$1
	_part=1
	while [ -e "$1.$_part" ]; do
		REPLY=$1.$_part
		_part=$((_part + 1))
	done
}

# parts_find FILE: REPLY is the name that fd 5 has now, empty if it has none any
# more; _newer is that of the part behind it.
parts_find() {
	REPLY=
	_newer=$1
	_part=1
	while [ -e "$1.$_part" ]; do
		if parts_opened "$1.$_part"; then
			REPLY=$1.$_part
			return
		fi
		_newer=$1.$_part
		_part=$((_part + 1))
	done
}

# parts_next FILE: fd 5 goes on to the next part; 1 if there is none (yet).
parts_next() {
	! parts_opened "$1" || return 1
	parts_find "$1"
	_was=$REPLY
	[ -e "$_newer" ] || return 1 # it is being rotated just now
	exec 6<"$_newer" || return 1
	if [ -n "$_was" ]; then
		# renamed while we looked: once more
		parts_opened "$_was" || return 0
	elif [ -e "$1.1" ]; then
		log "some of the log has been rotated away before it could be read"
	fi
	# nothing was written to it after the next one was begun
	cat <&5
	exec 5<&6 6<&-
}

# parts_read FILE [CONDITION [ARG...]]: all parts, and what is appended to FILE,
# as long as CONDITION holds.
parts_read() {
	_file=$1
	shift
	parts_oldest "$_file"
	exec 5<"$REPLY" || return 1
	cat <&5
	while :; do
		_going=0
		still "$@" || _going=1
		drain
		while parts_next "$_file"; do
			drain
		done
		[ "$_going" -eq 0 ] || break
		nap
	done
	exec 5<&-
}
