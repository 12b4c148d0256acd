#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# memory.sh ROUNDS - a container that fills memory beyond its limit, alone and beside a CPU-bound one, at nice 0 and 19
#
# TSV: case, round, microseconds from its first instruction to its end, bytes above the limit, microseconds
# from the decision to the end.
# shellcheck source=selftests/experiments/lib.sh
. "${0%/*}/lib.sh"
rounds=$1

# of the newest event of this kind of the container
time_of()
{
	sed -nE "s/.* time=([0-9]+)\.([0-9]+) container=m event=$1 .*/\1\2/p" /sys/kernel/debug/jackfruit/events |
		tail -n 1
}

last_kill()
{
	sed -n "s/^$1 //p" "$class/m/last_kill"
}

# measure CASE NICE
measure()
{
	local round

	for round in $(seq "$rounds"); do
		mkdir -p "$roots/m"
		cp "$bin/memory_hog" "$roots/m/"
		taskset -c 0 jfrun --hard 64M --nice "$2" m "$roots/m" -- /memory_hog 512 || true
		printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$round" "$(($(time_of exit) - $(time_of start)))" \
			"$(last_kill overshoot)" "$(last_kill us)"
		stop m
	done
}

{
	printf 'case\tround\tlife_us\tovershoot\tdeath_us\n'
	measure alone 0
	start a 0 cpu_hog /count
	measure hog 0
	measure hog_nice19 19
	stop a
} > /run/memory.tsv
cp /run/memory.tsv "$out/"
