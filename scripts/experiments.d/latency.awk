# SPDX-License-Identifier: GPL-2.0
# latency.awk - KERNEL/latency.tsv of each kernel: some percentiles, microseconds
BEGIN {
	title["alone"] = "alone"
	title["hog"] = "beside a cpu_hog"
	title["hog_first"] = "the same, itself at nice -10"
	title["hog_slice"] = "the same, asks for turns of 0.1 ms"
	title["hog_nice19"] = "beside a cpu_hog at nice 19"
	title["memory"] = "beside a memory_hog"
	title["hogs4"] = "beside four cpu_hogs"
}

{
	keep($1)
	late[kernels, $1, $2] = $3
}

END {
	heading("", sprintf("%-34s", "late, microseconds"), sprintf("%8s %8s %8s", "p50", "p99", "worst"))
	for (c = 1; c <= cases; c++) {
		printf "%-34s", order[c] in title ? title[order[c]] : order[c]
		for (k = 1; k <= kernels; k++)
			printf "  | %8.0f %8.0f %8.0f", late[k, order[c], 50], late[k, order[c], 99], late[k, order[c], 100]
		printf "\n"
	}
}
