# SPDX-License-Identifier: GPL-2.0
# tax.awk - the tax benchmark's summary as a table
#
# In percent: more than without the module, of a touch, and of a touch and the giving back of its page.
BEGIN {
	FS = "\t"
	printf "%-18s %8s %9s  %9s %12s\n", "instructions", "touch", "give back", "touch", "both"
}

FNR == 1 {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}

{
	touch = $column["touch"]
	both = touch + $column["give_back"]
	if ($1 == "none") {
		touch0 = touch
		both0 = both
	}
	printf "%-18s %8.1f %9.1f  %+8.2f%% %+11.2f%%\n", $1, touch, $column["give_back"],
		(touch / touch0 - 1) * 100, (both / both0 - 1) * 100
}
