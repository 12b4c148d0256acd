# SPDX-License-Identifier: GPL-2.0
# log.awk - the log benchmark's summary as a table: medians, and jflog's ratio to conmon's
BEGIN {
	FS = "\t"
	printf "%-12s %-8s %3s  %10s  %16s  %12s\n", "input", "", "n", "MiB/s", "MiB/s of a CPU", "memory, KiB"
}

FNR == 1 {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

{
	speed = $column["MiB/s"]
	cpu = $column["MiB/cpu_s"]
	memory = $column["VmHWM_KiB"]
	printf "%-12s %-8s %3d  %10.0f  %16.0f  %12.0f\n", $1, $2, $column["n"], speed, cpu, memory
	if ($1 in other) {
		split(other[$1], f, " ")
		if ($2 == "jflog")
			printf "%-12s %-8s %3s  %9.2fx  %15.2fx  %11.2fx\n", "", "", "", speed / f[1], cpu / f[2], memory / f[3]
		else
			printf "%-12s %-8s %3s  %9.2fx  %15.2fx  %11.2fx\n", "", "", "", f[1] / speed, f[2] / cpu, f[3] / memory
	}
	other[$1] = speed " " cpu " " memory
}
