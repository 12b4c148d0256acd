# SPDX-License-Identifier: GPL-2.0
# memory.awk - KERNEL/memory.tsv of each kernel: medians of the rounds
BEGIN {
	title["alone"] = "alone, nice 0"
	title["hog"] = "beside a cpu_hog, nice 0"
	title["hog_nice19"] = "beside a cpu_hog, nice 19"
}

{
	keep($1)
	at = kernels SUBSEP $1
	rounds[at]++
	for (i = 3; i <= 5; i++)
		value[at, i, rounds[at]] = $i
}

function median(at, i, n, j, k, sorted, x)
{
	n = rounds[at]
	for (j = 1; j <= n; j++) {
		x = value[at, i, j]
		for (k = j; k > 1 && sorted[k - 1] > x; k--)
			sorted[k] = sorted[k - 1]
		sorted[k] = x
	}
	return sorted[int((n + 1) / 2)]
}

END {
	heading("", sprintf("%-26s", ""), sprintf("%9s %9s %9s", "life, ms", "over, KiB", "death, ms"))
	for (c = 1; c <= cases; c++) {
		printf "%-26s", title[order[c]]
		for (k = 1; k <= kernels; k++) {
			at = k SUBSEP order[c]
			printf "  | %9.0f %9.0f %9.1f", median(at, 3) / 1e3, median(at, 4) / 1024, median(at, 5) / 1e3
		}
		printf "\n"
	}
}
