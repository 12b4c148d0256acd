# SPDX-License-Identifier: GPL-2.0
# A table of what gcov's listings say, one for each source file; then the functions that never ran.

function percent(n, of)
{
	return of ? sprintf("%5.1f %%", 100 * n / of) : "-"
}

function row(name, f)
{
	printf "%-14s %5d %8s %9d %8s %10d %8s\n", name, lines[f], percent(ran[f], lines[f]),
		functions[f], percent(called[f], functions[f]), branches[f], percent(taken[f], branches[f])
}

/^function / {
	functions[FILENAME]++
	if ($4 > 0)
		called[FILENAME]++
	else
		never = never " " $2
	next
}

/^branch / {
	branches[FILENAME]++
	if ($4 != "executed" && $4 + 0 > 0)
		taken[FILENAME]++
	next
}

/^ *(#####|=====|%%%%%|\$\$\$\$\$):/ {
	if (!(FILENAME in lines))
		order[++files] = FILENAME
	lines[FILENAME]++
	next
}

/^ *[0-9]+\*?:/ {
	if (!(FILENAME in lines))
		order[++files] = FILENAME
	lines[FILENAME]++
	ran[FILENAME]++
}

END {
	printf "%-14s %5s %8s %9s %8s %10s %8s\n", "file", "lines", "ran", "functions", "ran", "branches", "taken"
	for (i = 1; i <= files; i++) {
		f = order[i]
		name = f
		sub(/.*\//, "", name)
		sub(/\.gcov$/, "", name)
		row(name, f)
		lines["all"] += lines[f]; ran["all"] += ran[f]
		functions["all"] += functions[f]; called["all"] += called[f]
		branches["all"] += branches[f]; taken["all"] += taken[f]
	}
	row("all", "all")
	if (never != "")
		print "never ran:" never
}
