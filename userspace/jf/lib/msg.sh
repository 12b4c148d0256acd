# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What jf says when something is wrong, and with which status it goes.
#
# 1 is a failure, 2 is a wrong command line. start, run and exec use 125 for
# both, as docker does: below that is the command's own status.

JF_FAIL=1
JF_USAGE=2

log() {
	printf 'jf: %s\n' "$*" >&2
}

die() {
	log "$@"
	exit "$JF_FAIL"
}

# A wrong command line: says what is wrong, then where to read more.
usage_die() {
	log "$@"
	exit "$JF_USAGE"
}

# need_value OPTION COUNT: COUNT words are left, OPTION and its value among them.
need_value() {
	[ "$2" -ge 2 ] || usage_die "$1: needs a value: see \`jf help $JF_VERB\`"
}

unknown_option() {
	usage_die "unknown option '$1': see \`jf help $JF_VERB\`"
}

# need_names COUNT: a verb that acts on containers wants at least one.
need_names() {
	[ "$1" -gt 0 ] || usage_die "no container named: see \`jf help $JF_VERB\`"
}
