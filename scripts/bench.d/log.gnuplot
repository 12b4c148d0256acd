# SPDX-License-Identifier: GPL-2.0
# log.gnuplot DIR RELEASE - log.svg of DIR/log-summary.tsv
load "scripts/bench.d/style.gnuplot"
file = ARG1 . "/log-summary.tsv"
set output ARG1 . "/log.svg"
set title "Output kept, MiB a second of CPU time (median)"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.85 noborder
set ylabel "MiB/s of a CPU"
set yrange [0:*]
rows(c) = sprintf("< awk -F '\\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $2 == \"%s\" " . \
	"{ print $1 \"\\t\" $at[\"MiB/cpu_s\"] }' '%s'", c, file)
plot rows("jflog") using 2:xtic(1) title "jflog" lc rgb "#1b7837", \
	rows("conmon") using 2 title "conmon" lc rgb "#8c6bb1"
