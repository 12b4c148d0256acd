#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cost.sh ROUNDS CONTAINERSxPROCESSES... - see cost.c
# shellcheck source=selftests/bench/lib.sh
. "${0%/*}/lib.sh"
quiet
rounds=$1
shift

# The longest stretch with preemption or interrupts off that the module has had, and the latest look.
latency()
{
	sed -nE "s/^(atomic_max_us|late_max_us) (.*)/$1\t$2\t\1\t\2/p" /sys/kernel/debug/jackfruit/stats
}

printf 'containers\tprocesses\tcontestant\tround\tcpu_us_per_s\tlooks_per_s\n' > /run/cost.tsv
printf 'containers\tprocesses\tkey\tvalue\n' > /run/latency.tsv
for crowd; do
	echo "# $crowd"
	modprobe jackfruit
	"$bin/cost" "${crowd%x*}" "${crowd#*x}" "$rounds" >> /run/cost.tsv
	latency "${crowd%x*}" "${crowd#*x}" >> /run/latency.tsv
	rmmod jackfruit
done
cp /run/cost.tsv /run/latency.tsv "$out/"
