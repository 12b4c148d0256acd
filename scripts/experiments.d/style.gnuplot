# SPDX-License-Identifier: GPL-2.0
# style.gnuplot - what the plots share: size, and a kernel's colour and name

set terminal svg size 900,420 font "sans-serif,13" background "white" enhanced
set encoding utf8
set border 3 lc rgb "#666666"
set tics nomirror out
set grid ytics lc rgb "#dddddd" lt 1
set key outside right top reverse Left samplen 1.5 spacing 1.3
set datafile separator "\t"

# the kernels that have this file, the older one first
shown(dir, name) = system(sprintf("cd '%s' && ls */%s.tsv | cut -d / -f 1 | sort -V | tr '\\n' ' '", dir, name))
colour(k) = k eq "6.1" ? "#2166ac" : "#d6604d"
title_of(k) = "Linux " . k . (k eq "6.1" ? " (CFS)" : k eq "6.12" ? " (EEVDF)" : "")
# so that points of the same value do not hide each other
side(k) = k eq "6.1" ? -0.12 : 0.12
