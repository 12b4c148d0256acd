# SPDX-License-Identifier: GPL-2.0
# memory.gnuplot DIR - memory.svg of DIR/KERNEL/memory.tsv: each round's life and death
load "scripts/experiments.d/style.gnuplot"
dir = ARG1
kernels = shown(dir, "memory")
place(c) = c eq "alone" ? 0 : c eq "hog" ? 1 : 2
file(k) = sprintf("%s/%s/memory.tsv", dir, k)

set output dir . "/memory.svg"
set title "A container that fills memory: from its first instruction to its end, and the end alone"
set xrange [-0.5:2.5]
set xtics ("alone" 0, "beside a hog" 1, "beside a hog, itself at nice 19" 2)
set logscale y
set yrange [5:20000]
set ytics ("10 ms" 10, "100 ms" 100, "1 s" 1000, "10 s" 10000)
plot for [k in kernels] file(k) every ::1 using (place(stringcolumn(1)) + side(k)):($3 / 1e3) with points pt 7 ps 0.8 \
	lc rgb colour(k) title title_of(k) . ": life", \
	for [k in kernels] file(k) every ::1 using (place(stringcolumn(1)) + side(k)):($5 / 1e3) with points pt 6 ps 0.8 \
	lc rgb colour(k) title title_of(k) . ": death"
