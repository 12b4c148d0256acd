#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# latency.sh PULSES [CASE...] - how late one who sleeps much is woken up, beside those who always want the CPU
#
# All on one CPU. TSV: case, percentile, microseconds.
# shellcheck source=selftests/experiments/lib.sh
. "${0%/*}/lib.sh"
pulses=$1
shift
cases=" $* "
work_us=200

# measure CASE: with the pulse's nice value in $nice, the arguments beyond its work in $more
measure()
{
	[ "$cases" = "  " ] || [[ $cases = *" $1 "* ]] || return 0
	options=(--nice "$nice")
	start pulse 0 io_pulse /late "$pulses" "$work_us" "${more[@]}"
	options=()
	finished pulse
	sort -n "$roots/pulse/late" | awk -v case="$1" '
		{ late[NR] = $1 }
		END {
			for (p = 1; p <= 100; p++) {
				at = int((NR * p + 99) / 100)
				printf "%s\t%d\t%.1f\n", case, p, late[at] / 1000
			}
		}'
	stop pulse
}

nice=0 more=()
{
	printf 'case\tpercentile\tus\n'
	measure alone
	start a 0 cpu_hog /count
	measure hog
	nice=-10 measure hog_first
	more=(100)
	measure hog_slice
	more=()
	put a nice 19
	measure hog_nice19
	stop a
	start m 0 memory_hog 32
	measure memory
	stop m
	for hog in a b c d; do
		start "$hog" 0 cpu_hog /count
	done
	measure hogs4
	stop a b c d
} > /run/latency.tsv
cp /run/latency.tsv "$out/"
