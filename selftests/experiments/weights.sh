#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# weights.sh MILLISECONDS [NICE...] - two CPU-bound containers on one CPU: what each nice value gets beside nice 0
#
# TSV: autogroup, nice, and for the one at nice 0 (a) and the other one (b) CPU time, turns, work.
# shellcheck source=selftests/experiments/lib.sh
. "${0%/*}/lib.sh"
ms=$1
shift
[ $# -gt 0 ] || set -- {0..19}

# measure AUTOGROUP NICE
measure()
{
	local a b a0 b0

	put b nice "$2"
	# what was owed by the old weights is gone after a few turns
	sleep 0.5
	a0=$(count a) b0=$(count b)
	{ read -r a; read -r b; } < <("$bin/share" "$ms" "$(pid a)" "$(pid b)" | cut -f 2,4)
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$a" "$(($(count a) - a0))" "$b" "$(($(count b) - b0))"
}

# both AUTOGROUP NICE...: two containers that are started with autogroup so, as it does not count for who runs already
both()
{
	local nice

	autogroup "$([ "$1" = on ] && echo 1 || echo 0)"
	start a 0 cpu_hog /count
	start b 0 cpu_hog /count
	put a nice 0
	for nice in "${@:2}"; do
		measure "$1" "$nice"
	done
	stop a b
}

{
	printf 'autogroup\tnice\ta_ns\ta_turns\ta_work\tb_ns\tb_turns\tb_work\n'
	both off "$@"
	both on 15
} > /run/weights.tsv
cp /run/weights.tsv "$out/"
