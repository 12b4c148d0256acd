# SPDX-License-Identifier: GPL-2.0
# weights.gnuplot DIR - weights.svg and turns.svg of DIR/KERNEL/weights.tsv
load "scripts/experiments.d/style.gnuplot"
dir = ARG1
data(k) = sprintf("< awk -F '\\t' '$1 == \"off\"' '%s/%s/weights.tsv'", dir, k)
kernels = shown(dir, "weights")

array weight[20] = [1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15]

set xrange [-0.5:19.5]
set xtics 0, 1
set xlabel "nice value of the other container"

set output dir . "/weights.svg"
set title "CPU time of a container at nice 0, as a multiple of that of another one, both on one CPU"
set logscale y
set yrange [0.8:100]
set ytics (1, 2, 5, 10, 20, 50, 100)
plot sample [i=1:20:1] "+" using (i - 1):(1024. / weight[int(i)]) with lines lw 2 lc rgb "#999999" \
	title "the kernel's table", \
	for [k in kernels] data(k) using ($2 + side(k)):($3 / $6) with points pt 7 ps 0.7 lc rgb colour(k) \
	title title_of(k)

set output dir . "/turns.svg"
set title "How long a turn lasts: a container at nice 0, and the other one"
set yrange [0.5:400]
set ytics (1, 2, 4, 10, 20, 50, 100, 200)
set ylabel "milliseconds"
plot sample [i=1:20:1] "+" using (i - 1):(4 * 1024. / weight[int(i)]) with lines lw 2 lc rgb "#999999" \
	title "predicted: nice 0", \
	for [k in kernels] data(k) using 2:($3 / $4 / 1e6) with linespoints pt 7 ps 0.6 lw 1.5 lc rgb colour(k) \
	title title_of(k) . ": nice 0", \
	for [k in kernels] data(k) using 2:($6 / $7 / 1e6) with linespoints pt 6 ps 0.6 lw 1.5 dt 2 lc rgb colour(k) \
	title title_of(k) . ": the other"
