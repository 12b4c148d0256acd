# SPDX-License-Identifier: GPL-2.0
# ps.gnuplot DIR RELEASE - ps.svg of DIR/ps-summary.tsv
load "scripts/bench.d/style.gnuplot"
file = ARG1 . "/ps-summary.tsv"
set output ARG1 . "/ps.svg"
set title "jf ps of 500 containers, and cat of the same files (median; lines: fastest and slowest)"
unset key
set style fill solid 0.85 noborder
set boxwidth 0.6
set ylabel "milliseconds"
set yrange [0:*]
set xrange [-0.6:*]
is_ours(c) = strstrt(c, "jf") ? 0x1b7837 : 0x8c6bb1
plot file every ::1 using 0:($3 / 1000):(is_ours(strcol(1))):xtic(1) with boxes lc rgb variable, \
	file every ::1 using 0:($3 / 1000):($4 / 1000):($5 / 1000) with yerrorbars lc rgb "#444444" pt 0
