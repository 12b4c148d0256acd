# SPDX-License-Identifier: GPL-2.0
# latency.gnuplot DIR - latency.svg of DIR/KERNEL/latency.tsv: a panel for each kernel
load "scripts/experiments.d/style.gnuplot"
dir = ARG1
kernels = shown(dir, "latency")
data(k, c) = sprintf("< awk -F '\\t' '$1 == \"%s\"' '%s/%s/latency.tsv'", c, dir, k)
cases = "alone hog hog_first hog_slice hog_nice19 memory hogs4"
titles = "'alone' 'a hog' 'a hog, itself nice -10' 'a hog, turns of 0.1 ms' 'a hog at nice 19' 'a memory hog' 'four hogs'"
colours = "#999999 #2166ac #1b7837 #8c6bb1 #8c510a #d6604d #000000"

set output dir . "/latency.svg"
set terminal svg size 1000,420
set multiplot title "How late one who sleeps is running again: percent of wake-ups that are at most so late"
set logscale x
set xrange [3:50000]
set xtics ("10 us" 10, "100 us" 100, "1 ms" 1000, "10 ms" 10000)
set yrange [50:100]
set ytics 50, 10
set grid xtics
set tmargin at screen 0.84
set bmargin at screen 0.12
left = 0.05
do for [i = 1:words(kernels)] {
	k = word(kernels, i)
	set label 1 title_of(k) at graph 0.02, 1.05
	set lmargin at screen left
	set rmargin at screen left + 0.34
	left = left + 0.39
	if (i == words(kernels)) {
		set key at screen left, 0.84 left top reverse Left samplen 1.5 spacing 1.3
	} else {
		unset key
	}
	plot for [c = 1:words(cases)] data(k, word(cases, c)) using 3:2 with lines lw 2 \
		lc rgb word(colours, c) title word(titles, c)
}
unset multiplot
