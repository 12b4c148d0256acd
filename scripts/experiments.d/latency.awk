# SPDX-License-Identifier: GPL-2.0
# latency.awk - KERNEL/latency.tsv of each kernel: some percentiles, microseconds
BEGIN {
	FS = "\t"
	title["alone"] = "alone"
	title["hog"] = "beside a cpu_hog"
	title["hog_first"] = "the same, itself at nice -10"
	title["hog_slice"] = "the same, asks for turns of 0.1 ms"
	title["hog_nice19"] = "beside a cpu_hog at nice 19"
	title["memory"] = "beside a memory_hog"
	title["hogs4"] = "beside four cpu_hogs"
}

FNR == 1 {
	n = split(FILENAME, part, "/")
	kernel[++kernels] = part[n - 1]
	next
}

{
	if (!($1 in seen)) {
		seen[$1] = 1
		order[++cases] = $1
	}
	late[kernels, $1, $2] = $3
}

END {
	printf "%-34s", ""
	for (k = 1; k <= kernels; k++)
		printf "  | %-26s", "Linux " kernel[k]
	printf "\n%-34s", "late, microseconds"
	for (k = 1; k <= kernels; k++)
		printf "  | %8s %8s %8s", "p50", "p99", "worst"
	printf "\n"
	for (c = 1; c <= cases; c++) {
		printf "%-34s", order[c] in title ? title[order[c]] : order[c]
		for (k = 1; k <= kernels; k++)
			printf "  | %8.0f %8.0f %8.0f", late[k, order[c], 50], late[k, order[c], 99], late[k, order[c], 100]
		printf "\n"
	}
}
