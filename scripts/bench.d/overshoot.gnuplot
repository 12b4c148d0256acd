# SPDX-License-Identifier: GPL-2.0
# overshoot.gnuplot DIR RELEASE - overshoot.svg and death.svg of DIR/overshoot-summary.tsv
#
# For each workload a place on the x axis, for each contestant a point there: the median, with a bar
# from the minimum to the maximum; a triangle where somebody was not stopped at all.
load "scripts/bench.d/style.gnuplot"
dir = ARG1
file = dir . "/overshoot-summary.tsv"
workloads = system("awk -F '\\t' 'NR > 1 && !s[$1]++ { printf \"%s \", $1 }' '" . file . "'")

# of contestant c, the lines x, median, min, max of a value; those who were all stopped, or not
points(c, value, alive) = sprintf("< awk -F '\\t' -v c=%s -v alive=%d " . \
	"'FNR == 1 { for (i = 1; i <= NF; i++) n[$i] = i; next } " . \
	"!($1 in x) { x[$1] = ++places } " . \
	"$2 == c && ($n[\"alive_max\"] > 0) == alive { printf \"%%d\\t%%s\\t%%s\\t%%s\\n\", x[$1], " . \
	"$n[\"%s\"], $n[\"%s_min\"], $n[\"%s_max\"] }' '%s'", c, alive, value, value, value, file)
shown = ""
do for [c in "fault scan memcg poller"] { if (has(file, 2, c)) { shown = shown . c . " " } }

# who was not stopped somewhere
alive = system("awk -F '\\t' 'FNR == 1 { for (i = 1; i <= NF; i++) n[$i] = i; next } " . \
	"$n[\"alive_max\"] > 0 && !s[$2]++ { printf \"%s \", $2 }' '" . file . "'")
at(c) = c eq "fault" ? -0.24 : c eq "scan" ? -0.08 : c eq "memcg" ? 0.08 : 0.24

set xrange [0.5:words(workloads) + 0.5]
set xtics scale 0
do for [i = 1:words(workloads)] { set xtics add (word(workloads, i) i) }
do for [i = 1:words(workloads) - 1] { set arrow from first i + 0.5, graph 0 to first i + 0.5, graph 1 \
	nohead lc rgb "#eeeeee" back }

set output dir . "/overshoot.svg"
set title "Memory filled beyond a hard limit of 64 MiB, Linux " . ARG2 noenhanced
# linear near zero, logarithmic far from it
set nonlinear y via asinh(y / 64.) inverse 64. * sinh(y)
set yrange [-3000:800000]
set ytics ("-1 MiB" -1024, "-256 KiB" -256, "0" 0, "256 KiB" 256, "1 MiB" 1024, "4 MiB" 4096, "16 MiB" 16384, \
	"64 MiB" 65536, "384 MiB" 393216)
set xzeroaxis lt 1 lc rgb "#666666"
plot for [c in shown] points(c, "overshoot_bytes", 0) \
	using ($1 + at(c)):($2 / 1024):($3 / 1024):($4 / 1024) with yerrorbars pt 7 ps 0.7 lw 1.5 \
	lc rgb colour(c) title title_of(c), \
	for [c in alive] points(c, "overshoot_bytes", 1) \
	using ($1 + at(c)):($2 / 1024):($3 / 1024):($4 / 1024) with yerrorbars pt 9 ps 1.1 lw 1.5 \
	lc rgb colour(c) notitle, \
	NaN with points pt 9 ps 1.1 lc rgb "#666666" title "not stopped: a bound"

set output dir . "/death.svg"
set title "Time from the crossing of the limit to the end of the process, Linux " . ARG2 noenhanced
unset nonlinear y
set logscale y
set yrange [1:5000]
set ytics ("1 ms" 1, "10 ms" 10, "100 ms" 100, "1 s" 1000, "never" 4000)
never(s) = s eq "-" ? 4000 : real(s) / 1000
plot for [c in shown] points(c, "death_us", 0) \
	using ($1 + at(c)):($2 / 1000):($3 / 1000):($4 / 1000) with yerrorbars pt 7 ps 0.7 lw 1.5 \
	lc rgb colour(c) title title_of(c), \
	for [c in alive] points(c, "death_us", 1) \
	using ($1 + at(c)):(never(strcol(2))) with points pt 9 ps 1.1 lc rgb colour(c) notitle
