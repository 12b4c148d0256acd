# SPDX-License-Identifier: GPL-2.0
# ps.awk - the ps benchmark's summary as a table
BEGIN {
	FS = "\t"
	printf "%-22s %4s  %22s\n", "500 containers, ms", "n", "median (min..max)"
}

FNR > 1 {
	printf "%-22s %4d  %22s\n", $1, $2, \
		sprintf("%.1f (%.1f..%.1f)", $3 / 1000, $4 / 1000, $5 / 1000)
}
