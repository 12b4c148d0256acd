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
	while [ -e "$1.$_part" ] || [ -e "$1.$((_part + 1))" ]; do
		[ ! -e "$1.$_part" ] || REPLY=$1.$_part
		_part=$((_part + 1))
	done
}

# parts_find FILE: REPLY is the name that fd 5 has now, empty if it has none any
# more; _newer is that of the part behind it. The oldest are renamed first, so
# for a moment one name is free.
parts_find() {
	REPLY=
	_newer=$1
	_part=1
	while [ -e "$1.$_part" ] || [ -e "$1.$((_part + 1))" ]; do
		if parts_opened "$1.$_part"; then
			REPLY=$1.$_part
			return
		fi
		[ ! -e "$1.$_part" ] || _newer=$1.$_part
		_part=$((_part + 1))
	done
}

# parts_next FILE: fd 5 goes on to the next part; 1 if there is none (yet).
parts_next() {
	! parts_opened "$1" || return 1
	parts_find "$1"
	_was=$REPLY
	# if it is being rotated just now: next time (`exec` alone would be the end)
	{ command exec 6<"$_newer"; } 2>/dev/null || return 1
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
	_looks=50
	while
		parts_oldest "$_file"
		! { command exec 5<"$REPLY"; } 2>/dev/null
	do
		_looks=$((_looks - 1))
		[ "$_looks" -gt 0 ] || return 1
		nap
	done
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
