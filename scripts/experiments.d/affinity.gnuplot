# SPDX-License-Identifier: GPL-2.0
# affinity.gnuplot DIR - affinity.svg of DIR/KERNEL/affinity.tsv: what each container got of a CPU
load "scripts/experiments.d/style.gnuplot"
dir = ARG1
kernels = shown(dir, "affinity")
cases = "alone one_cpu two_cpus free three_free three_pinned"
# h0, h1 and h2 beside each other
place(c, h) = (sum [i = 1:words(cases)] (word(cases, i) eq c ? i : 0)) + (int(h[2:2]) - 1) * 0.06
file(k) = sprintf("%s/%s/affinity.tsv", dir, k)

set output dir . "/affinity.svg"
set title "CPU time of each container, percent of one CPU"
set xrange [0.5:6.5]
set xtics ("one\non CPU 0" 1, "two\non CPU 0" 2, "two\non 0 and 1" 3, "two\non 0,1" 4, "three\non 0,1" 5, "three\non 0, 0 and 1" 6)
set yrange [0:110]
set ytics 0, 25, 100
set bmargin 4
plot for [k in kernels] file(k) every ::1 using (place(stringcolumn(1), stringcolumn(2)) + side(k)):(100 * $4 / ($4 + $5)) \
	with points pt 7 ps 0.8 lc rgb colour(k) title title_of(k)
