# SPDX-License-Identifier: GPL-2.0
# tax.gnuplot DIR RELEASE - tax.svg of DIR/tax-summary.tsv
load "scripts/bench.d/style.gnuplot"
dir = ARG1
file = dir . "/tax-summary.tsv"

title_of(c) = c eq "idle" ? "module loaded, no container" : \
	c eq "outside_scan" ? "mode=scan, not a member" : c eq "member_scan" ? "mode=scan, a member" : \
	c eq "outside_fault" ? "mode=fault, not a member" : c eq "member_fault" ? "mode=fault, a member" : \
	c eq "member_near_fault" ? "mode=fault, a member near its limit" : \
	c eq "idle_after" ? "module loaded, containers are gone" : \
	c eq "memcg_root" ? "root of the memory controller" : \
	c eq "memcg" ? "in a cgroup with memory.max" : c
colour_of(c) = strstrt(c, "memcg") ? 0xd6604d : strstrt(c, "fault") ? 0x1b7837 : 0x2166ac

# what all but the first case adds to it, a touch and the giving back of the page
base = real(system("awk -F '\\t' 'NR == 2 { print $3 + $6 }' '" . file . "'"))
more = "< awk -F '\\t' 'NR == 2 { base = $3 + $6 } NR > 2 { more = $3 + $6 - base; " . \
	"printf \"%s\\t%.1f\\n\", $1, (more > 0.05 ? more : 0) }' '" . file . "'"
cases = int(system("awk 'END { print NR - 2 }' '" . file . "'"))
most = real(system("awk -F '\\t' 'NR == 2 { base = $3 + $6 } $3 + $6 - base > most { most = $3 + $6 - base } " . \
	"END { print (most > 1 ? most : 1) }' '" . file . "'"))
percent(x) = x == 0 ? "  0" : sprintf("  %.1f  (%.2f %%)", x, 100 * x / base)

set output dir . "/tax.svg"
set title sprintf("Instructions that are added to a page fault and the giving back of its page\n" . \
	"(%.0f without the module), Linux %s", base, ARG2) noenhanced
set terminal svg size 900,360
unset key
set style fill solid 0.85 noborder
set grid noytics xtics
set lmargin 36
set yrange [cases - 0.4:-0.6]
set xrange [0:most * 1.25]
set ytics scale 0
set xlabel "instructions"
plot more using (0):0:(0):2:($0 - 0.32):($0 + 0.32):(colour_of(strcol(1))):ytic(title_of(strcol(1))) \
	with boxxyerror lc rgb variable, \
	more using 2:0:(percent($2)) with labels left
