# SPDX-License-Identifier: GPL-2.0
# affinity.awk - KERNEL/affinity.tsv of each kernel: percent of a CPU for each container, and the work that was done
BEGIN {
	title["alone"] = "one container on CPU 0"
	title["one_cpu"] = "two, both on CPU 0"
	title["two_cpus"] = "two, on CPU 0 and on CPU 1"
	title["free"] = "two, on CPUs 0,1"
	title["three_free"] = "three, on CPUs 0,1"
	title["three_pinned"] = "three, on CPUs 0, 0 and 1"
}

{
	keep($1)
	at = kernels SUBSEP $1
	list[at] = list[at] sprintf("%5.0f", 100 * $4 / ($4 + $5))
	# a second: the windows are not all as long
	work[at] += $7 / ($4 + $5)
}

END {
	heading("", sprintf("%-28s", ""), sprintf("%-18s %9s", "% of a CPU, each", "all work"))
	for (c = 1; c <= cases; c++) {
		printf "%-28s", title[order[c]]
		for (k = 1; k <= kernels; k++)
			printf "  | %-18s %8.2fx", list[k, order[c]], work[k, order[c]] / work[k, "alone"]
		printf "\n"
	}
}
