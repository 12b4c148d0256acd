# SPDX-License-Identifier: GPL-2.0
# cost.gnuplot DIR RELEASE - cost.svg of DIR/cost-summary.tsv: two panels, more containers, more processes
load "scripts/bench.d/style.gnuplot"
dir = ARG1
file = dir . "/cost-summary.tsv"

# of contestant c the lines whose column `fixed` is `value`: the other column, and % of a core
lines(c, fixed, value, other) = sprintf("< awk -F '\\t' -v c=%s " . \
	"'FNR == 1 { for (i = 1; i <= NF; i++) n[$i] = i; next } $3 == c && $%d == %d { " . \
	"k = n[\"cpu_us_per_s\"]; printf \"%%s\\t%%s\\t%%s\\t%%s\\n\", $%d, $k / 1e4, $(k + 1) / 1e4, $(k + 2) / 1e4 }' " . \
	"'%s' | sort -n", c, fixed, value, other, file)
shown = ""
do for [c in "scan fault poller earlyoom earlyoom_idle"] { if (has(file, 3, c)) { shown = shown . c . " " } }

set output dir . "/cost.svg"
set terminal svg size 1000,420
set multiplot title "CPU time of watching, in percent of a core, Linux " . ARG2 noenhanced
set logscale xy
set yrange [0.0003:200]
set ytics ("0.001 %%" 0.001, "0.01 %%" 0.01, "0.1 %%" 0.1, "1 %%" 1, "10 %%" 10, "100 %%" 100)
set xrange [0.7:1500]
set xtics (1, 10, 100, 1000)
set xlabel "containers of 10 processes"
set tmargin at screen 0.88
set bmargin at screen 0.18
set lmargin at screen 0.08
set rmargin at screen 0.40
unset key
plot for [c in shown] lines(c, 2, 10, 1) using 1:2:3:4 with yerrorlines pt 7 ps 0.6 lw 1.5 \
	lc rgb colour(c) title title_of(c)
set xrange [7:8000]
set xtics (10, 100, 1000, 5000)
set xlabel "processes of one container"
set lmargin at screen 0.48
set rmargin at screen 0.80
set key at screen 0.82, 0.88 left top reverse Left samplen 1.5 spacing 1.3
plot for [c in shown] lines(c, 1, 1, 2) using 1:2:3:4 with yerrorlines pt 7 ps 0.6 lw 1.5 \
	lc rgb colour(c) title title_of(c)
unset multiplot
