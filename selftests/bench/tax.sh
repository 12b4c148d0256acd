#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tax.sh ROUNDS - what a page fault costs, in instructions; in a VM with --icount
# shellcheck source=selftests/bench/lib.sh
. "${0%/*}/lib.sh"
quiet
rounds=$1
mode=/sys/module/jackfruit/parameters/mode

# measure CASE [FILE]: once to warm up, then as often as asked for
measure()
{
	local i

	"$bin/tax" "$@" > /dev/null
	for ((i = 0; i < rounds; i++)); do
		"$bin/tax" "$@"
	done
}

# until COMMAND...: wait for it, not for ever
until_true()
{
	local i

	for ((i = 0; i < 1000; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	echo "tax.sh: not within 100 s: $*" >&2
	return 1
}

# in_mode MODE CASE...: a container with a sleeping member and a limit far away, and one for the measured
in_mode()
{
	[ ! -e "$mode" ] || echo "$1" > "$mode"
	mkdir "$configfs/other" "$configfs/measured"
	echo 1G > "$configfs/other/hard_limit"
	echo 1G > "$configfs/measured/hard_limit"
	sleep 10000 &
	echo $! > "$configfs/other/pids"
	measure "outside_$1"
	measure "member_$1" "$configfs/measured/pids"
	if [ "$1" = fault ]; then
		echo 4M > "$configfs/measured/hard_limit"
		measure "member_near_$1" "$configfs/measured/pids"
	fi
	echo 1 > "$configfs/other/kill"
	until_true rmdir "$configfs/other" "$configfs/measured" 2> /dev/null
}

probes_off()
{
	grep -q '^probes off' /sys/kernel/debug/jackfruit/stats
}

{
	printf 'case\ttouch\tgive_back\n'
	measure none
	modprobe jackfruit
	measure idle
	in_mode scan
	[ ! -e "$mode" ] || in_mode fault
	until_true probes_off
	measure idle_after
	rmmod jackfruit
	echo +memory > /sys/fs/cgroup/cgroup.subtree_control
	measure memcg_root
	mkdir /sys/fs/cgroup/measured
	echo 1G > /sys/fs/cgroup/measured/memory.max
	measure memcg /sys/fs/cgroup/measured/cgroup.procs
	rmdir /sys/fs/cgroup/measured
} > /run/tax.tsv
cp /run/tax.tsv "$out/"
