# SPDX-License-Identifier: GPL-2.0
# overshoot.awk - the overshoot benchmark's summary as a table
BEGIN {
	FS = "\t"
	printf "%-9s %-8s %2s  %-30s  %s\n", "workload", "", "n", "        KiB past the limit",
		"crossing to death, ms"
}

FNR == 1 {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

function value(name)
{
	return $column[name]
}

function kib(name)
{
	return sprintf("%d", value(name) / 1024)
}

function ms(name)
{
	return value(name) == "-" ? "never" : sprintf("%.1f", value(name) / 1000)
}

{
	printf "%-9s %-8s %2d  %2s%8s %-19s  %8s %s\n", $1 == last ? "" : $1, $2, value("n"),
		value("alive") + 0 ? ">=" : "", kib("overshoot_bytes"),
		"(" kib("overshoot_bytes_min") ".." kib("overshoot_bytes_max") ")", ms("death_us"),
		"(" ms("death_us_min") ".." ms("death_us_max") ")"
	last = $1
}
