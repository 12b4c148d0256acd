# SPDX-License-Identifier: GPL-2.0
# weights.awk - KERNEL/weights.tsv of each kernel, beside what the kernel's table of weights says
BEGIN {
	# sched_prio_to_weight of kernel/sched/core.c, nice 0 to 19
	split("1024 820 655 526 423 335 272 215 172 137 110 87 70 56 45 36 29 23 18 15", weight, " ")
}

{
	at = kernels SUBSEP $1 SUBSEP $2
	ratio[at] = $3 / $6
	share[at] = 100 * $6 / ($3 + $6)
	turn_a[at] = $3 / $4 / 1e6
	turn_b[at] = $6 / $7 / 1e6
	work[at] = $5 / $8
}

function row(autogroup, nice, expect, k, at)
{
	printf "%4d  %6d %8.2f", nice, weight[nice + 1], expect
	for (k = 1; k <= kernels; k++) {
		at = k SUBSEP autogroup SUBSEP nice
		if (at in ratio)
			printf "  | %7.2f %+6.1f %% %8.2f  %6.1f %5.1f", ratio[at], 100 * (ratio[at] / expect - 1), \
				share[at], turn_a[at], turn_b[at]
		else
			printf "  | %7s %8s %8s  %6s %5s", "-", "-", "-", "-", "-"
	}
	printf "\n"
}

END {
	heading("     the table says", sprintf("%4s  %6s %8s", "nice", "weight", "ratio"),
		sprintf("%7s %8s %8s  %12s", "ratio", "off by", "share %", "turns, ms"), ": measured")
	for (nice = 0; nice < 20; nice++)
		row("off", nice, weight[1] / weight[nice + 1])
	printf "with autogroup, each container in a session of its own:\n"
	row("on", 15, 1)
}
