# SPDX-License-Identifier: GPL-2.0
# common.awk - what the tables of the experiments share: read before each of the others, on KERNEL/EXPERIMENT.tsv
BEGIN {
	FS = "\t"
}

FNR == 1 {
	n = split(FILENAME, part, "/")
	kernel[++kernels] = part[n - 1]
	next
}

# keep(NAME): a case of the experiment; the table has them in the order in which they were measured
function keep(name)
{
	if (!(name in kept)) {
		kept[name] = 1
		order[++cases] = name
	}
}

# heading(ABOVE, FIRST, COLUMNS, WHAT): two lines; the first has ABOVE, and the kernels, with WHAT behind their names
function heading(above, first, columns, what, k)
{
	printf "%-" length(first) "s", above
	for (k = 1; k <= kernels; k++)
		printf "  | %-" length(columns) "s", "Linux " kernel[k] what
	printf "\n%s", first
	for (k = 1; k <= kernels; k++)
		printf "  | %s", columns
	printf "\n"
}
