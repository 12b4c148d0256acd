# SPDX-License-Identifier: GPL-2.0
# cost.awk - the cost benchmark's summary and the latencies as tables
#
# CPU time in percent of one core that executes an instruction a nanosecond; and how many times what
# the module needs earlyoom needs.
BEGIN {
	FS = "\t"
}

FNR == 1 {
	files++
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

{
	crowd = $1 "x" $2
}

files == 2 {
	latency[crowd, $3] = $4
	measured[$3] = 1
	next
}

{
	if (!(crowd in seen)) {
		seen[crowd] = ++crowds
		order[crowds] = crowd
	}
	if (!($3 in known)) {
		known[$3] = 1
		names[++contestants] = $3
	}
	cpu[crowd, $3] = $column["cpu_us_per_s"]
	looks[crowd, $3] = $column["looks_per_s"]
}

# The module may need so little that the clock does not see it.
function times(crowd, name)
{
	return cpu[crowd, name] > 0 ? sprintf("%.0f", cpu[crowd, "earlyoom"] / cpu[crowd, name]) : "-"
}

function ours(name)
{
	return name == "scan" || name == "fault"
}

function row(c, n)
{
	split(order[c], n, "x")
	return sprintf("%4d x %-6d", n[1], n[2])
}

END {
	printf "%-13s  %s\n%-13s", "containers x", "% of a core", "  processes"
	for (i = 1; i <= contestants; i++)
		printf " %13s", names[i]
	printf "\n"
	for (c = 1; c <= crowds; c++) {
		printf "%s", row(c)
		for (i = 1; i <= contestants; i++)
			printf " %13.4f", cpu[order[c], names[i]] / 1e4
		printf "\n"
	}
	printf "\n%-13s  %s\n%-13s", "", "looks a second, and how many times its cost earlyoom's is", ""
	for (i = 1; i <= contestants; i++)
		if (ours(names[i]))
			printf " %13s %9s", names[i], "earlyoom"
	printf "\n"
	for (c = 1; c <= crowds; c++) {
		printf "%s", row(c)
		for (i = 1; i <= contestants; i++)
			if (ours(names[i]))
				printf " %13.0f %8sx", looks[order[c], names[i]], times(order[c], names[i])
		printf "\n"
	}
	printf "\n%-13s  %s\n%-13s %13s", "", "longest since the module was loaded, us", "", "late look"
	if ("atomic_max_us" in measured)
		printf " %13s", "atomic"
	printf "\n"
	for (c = 1; c <= crowds; c++) {
		printf "%s %13s", row(c), latency[order[c], "late_max_us"]
		if ("atomic_max_us" in measured)
			printf " %13s", latency[order[c], "atomic_max_us"]
		printf "\n"
	}
}
