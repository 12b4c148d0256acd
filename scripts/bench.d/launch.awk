# SPDX-License-Identifier: GPL-2.0
# launch.awk - the launch benchmark's summary as a table; ratios are of medians
BEGIN {
	FS = "\t"
	printf "%-18s %4s  %22s  %10s\n", "launch to exit, ms", "n", "median (min..max)", "of bwrap's"
}

FNR > 1 {
	order[++n] = $1
	row[$1] = $0
	median[$1] = $3
}

END {
	for (i = 1; i <= n; i++) {
		split(row[order[i]], f, "\t")
		printf "%-18s %4d  %22s  %10s\n", f[1], f[2],
			sprintf("%.1f (%.1f..%.1f)", f[3] / 1000, f[4] / 1000, f[5] / 1000),
			"bwrap" in median ? sprintf("%.2f", f[3] / median["bwrap"]) : "-"
	}
}
