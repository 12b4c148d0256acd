# SPDX-License-Identifier: GPL-2.0
# summarize.awk - medians of raw TSV with a header
#
# -v keys=N         the first N columns make a group
# -v values="A B"   the columns that are summarized, by their names
#
# For each group, in order of appearance: the keys, how many lines, and for each value its median,
# minimum and maximum. A value of "-" is none, and comes after all others; a median that is none
# is "-".
BEGIN {
	FS = OFS = "\t"
	n = split(values, names, " ")
}

FNR == 1 {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	line = $1
	for (i = 2; i <= keys; i++)
		line = line OFS $i
	line = line OFS "n"
	for (v = 1; v <= n; v++) {
		if (!(names[v] in column)) {
			print "summarize.awk: no column " names[v] > "/dev/stderr"
			exit 1
		}
		line = line OFS names[v] OFS names[v] "_min" OFS names[v] "_max"
	}
	print line
	next
}

{
	group = $1
	for (i = 2; i <= keys; i++)
		group = group OFS $i
	if (!(group in count))
		order[++groups] = group
	at = ++count[group]
	for (v = 1; v <= n; v++) {
		x = $column[names[v]]
		# insertion sort
		for (i = at; i > 1 && above(data[group, v, i - 1], x); i--)
			data[group, v, i] = data[group, v, i - 1]
		data[group, v, i] = x
	}
}

function above(a, b)
{
	if (a == "-" || b == "-")
		return a == "-" && b != "-"
	return a + 0 > b + 0
}

function median(group, v, at)
{
	at = count[group]
	if (at % 2)
		return data[group, v, (at + 1) / 2]
	if (data[group, v, at / 2 + 1] == "-")
		return "-"
	return (data[group, v, at / 2] + data[group, v, at / 2 + 1]) / 2
}

END {
	for (g = 1; g <= groups; g++) {
		line = order[g] OFS count[order[g]]
		for (v = 1; v <= n; v++)
			line = line OFS median(order[g], v) OFS data[order[g], v, 1] OFS \
				data[order[g], v, count[order[g]]]
		print line
	}
}
