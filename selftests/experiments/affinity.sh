#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# affinity.sh MILLISECONDS - CPU-bound containers on one CPU or on two, pinned there or not
#
# TSV: case, container, the CPUs it may use, CPU time and time waited in nanoseconds, turns, work.
# shellcheck source=selftests/experiments/lib.sh
. "${0%/*}/lib.sh"
ms=$1

# measure CASE CPUS...: a container for each
measure()
{
	local case=$1 allowed names=() pids=() before=() cpus name cpu wait turns i=0

	shift
	allowed=("$@")
	for cpus; do
		names+=("h${#names[@]}")
		start "${names[-1]}" "$cpus" cpu_hog /count
		pids+=("$(pid "${names[-1]}")")
	done
	# the balancer has had its time
	sleep 1
	for name in "${names[@]}"; do before+=("$(count "$name")"); done
	while read -r _ cpu wait turns; do
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$case" "${names[i]}" "${allowed[i]}" "$cpu" "$wait" \
			"$turns" "$(($(count "${names[i]}") - before[i]))"
		i=$((i + 1))
	done < <("$bin/share" "$ms" "${pids[@]}")
	stop "${names[@]}"
}

{
	printf 'case\tcontainer\tcpus\tcpu_ns\twait_ns\tturns\twork\n'
	measure alone 0
	measure one_cpu 0 0
	measure two_cpus 0 1
	measure free 0,1 0,1
	measure three_free 0,1 0,1 0,1
	measure three_pinned 0 0 1
} > /run/affinity.tsv
cp /run/affinity.tsv "$out/"
