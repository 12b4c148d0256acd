# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Names, sizes and numbers: the same rules as the kernel's, but with a message
# that says what would be right.

# valid_name NAME
valid_name() {
	case $1 in
	'' | [!A-Za-z0-9]* | *[!A-Za-z0-9_.-]*) return 1 ;;
	esac
	[ "${#1}" -le 63 ]
}

# check_name NAME: dies with what is wrong.
check_name() {
	valid_name "$1" && return 0
	if [ "${#1}" -gt 63 ]; then
		usage_die "name '$1': ${#1} characters: at most 63 are allowed"
	fi
	usage_die "name '$1': not a container name: letters, digits, '_', '.' and '-'," \
		"beginning with a letter or a digit"
}

# is_number TEXT: only digits, and few enough for the shell's arithmetic.
is_number() {
	case $1 in
	'' | *[!0-9]*) return 1 ;;
	esac
	[ "${#1}" -le 15 ]
}

# plain_number DIGITS: without leading zeros, which $(( )) would take for octal.
plain_number() {
	REPLY=$1
	while :; do
		case $REPLY in
		0?*) REPLY=${REPLY#0} ;;
		*) return 0 ;;
		esac
	done
}

# size_bytes SIZE: `max` or bytes with K, M or G. REPLY is `max` or bytes.
size_bytes() {
	case $1 in
	max)
		REPLY=max
		return 0
		;;
	*[Kk]) _unit=1024 _digits=${1%?} _most=9 ;;
	*[Mm]) _unit=1048576 _digits=${1%?} _most=9 ;;
	*[Gg]) _unit=1073741824 _digits=${1%?} _most=9 ;;
	*) _unit=1 _digits=$1 _most=15 ;;
	esac
	is_number "$_digits" || return 1
	plain_number "$_digits"
	if [ "${#REPLY}" -gt "$_most" ] || [ "$REPLY" -eq 0 ]; then
		return 1
	fi
	REPLY=$((REPLY * _unit))
}

# check_size OPTION SIZE: dies unless SIZE is one; REPLY is `max` or bytes.
check_size() {
	size_bytes "$2" ||
		usage_die "$1 '$2': not a size: bytes, or a number with K, M or G (as in 64M), or max"
}

# check_mib OPTION NUMBER: REPLY is NUMBER with an M.
check_mib() {
	if is_number "$2"; then
		plain_number "$2"
		if [ "$REPLY" -gt 0 ] && [ "${#REPLY}" -le 9 ]; then
			REPLY=${REPLY}M
			return 0
		fi
	fi
	usage_die "$1 '$2': not a number of MiB: as in $1 64"
}

check_nice() {
	_digits=${1#-}
	case $_digits in
	[0-9] | 1[0-9] | 20) ;;
	*) usage_die "--nice '$1': not a nice value: -20 (first) to 19 (last)" ;;
	esac
	[ "$1" != 20 ] || usage_die "--nice '$1': not a nice value: -20 (first) to 19 (last)"
}

# check_seconds OPTION NUMBER
check_seconds() {
	if is_number "$2" && [ "${#2}" -le 6 ]; then
		plain_number "$2"
		return 0
	fi
	usage_die "$1 '$2': not a number of seconds: as in $1 10"
}

# check_milliseconds OPTION NUMBER
check_milliseconds() {
	if is_number "$2" && [ "${#2}" -le 9 ]; then
		plain_number "$2"
		[ "$REPLY" -gt 86400000 ] || return 0
	fi
	usage_die "$1 '$2': not a number of milliseconds up to 86400000 (a day): as in $1 5000"
}

# size_above A B: A and B as from size_bytes.
size_above() {
	[ "$2" != max ] || return 1
	[ "$1" != max ] || return 0
	[ "$1" -gt "$2" ]
}

# quote_word WORD: REPLY is what a shell reads as exactly this word.
quote_word() {
	REPLY=$1
	case $1 in
	'' | *[!A-Za-z0-9_./:=@%+,-]*) ;;
	*) return 0 ;;
	esac
	_quoted=
	while :; do
		case $REPLY in
		*\'*)
			_quoted="$_quoted${REPLY%%\'*}'\\''"
			REPLY=${REPLY#*\'}
			;;
		*) break ;;
		esac
	done
	REPLY="'$_quoted$REPLY'"
}

# one_line TEXT: REPLY is TEXT with '?' for each control character.
one_line() {
	REPLY=$1
	case $1 in
	*[[:cntrl:]]*) REPLY=$(printf '%s' "$1" | tr '[:cntrl:]' '?') ;;
	esac
}

# quote_words WORD...: REPLY is one line a shell would read as these words, if
# they hold no control characters.
quote_words() {
	_line=
	for _word; do
		quote_word "$_word"
		_line=${_line:+$_line }$REPLY
	done
	one_line "$_line"
}
