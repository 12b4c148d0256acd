# SPDX-License-Identifier: GPL-2.0
# style.gnuplot - what the plots share: size, colours, a contestant's name and place

set terminal svg size 900,420 font "sans-serif,13" background "white" enhanced
set encoding utf8
set border 3 lc rgb "#666666"
set tics nomirror out
set grid ytics lc rgb "#dddddd" lt 1
set key outside right top reverse Left samplen 1.5 spacing 1.3
set datafile separator "\t"

contestants = "fault scan memcg poller earlyoom earlyoom_idle"
colour(c) = c eq "fault" ? "#1b7837" : c eq "scan" ? "#2166ac" : c eq "memcg" ? "#d6604d" : \
	c eq "poller" ? "#8c6bb1" : c eq "earlyoom" ? "#8c510a" : "#c9a36a"
title_of(c) = c eq "fault" ? "jackfruit, mode=fault" : c eq "scan" ? "jackfruit, mode=scan" : \
	c eq "memcg" ? "memory.max" : c eq "poller" ? "/proc poller, 100 ms" : \
	c eq "earlyoom" ? "earlyoom, looking" : "earlyoom, at ease"
# is there a line of this contestant, whose name is in column n?
has(file, n, c) = int(system(sprintf("cut -f %d '%s' | grep -cx %s || true", n, file, c))) > 0
