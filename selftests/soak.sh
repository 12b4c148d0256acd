#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Many looks in little time: nothing gets lost or more by looking.
#
# SOAK_LOOKS is how many. A day has 864000 at the longest period, which an idle container is looked at with.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
looks=${SOAK_LOOKS:-20000}

# What the kernel has of memory that it cannot take back, KiB: a leak of 64 bytes a look would show.
unreclaimable() {
	sync
	sed -n 's/^SUnreclaim: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# Nobody need be quick; but a scan that stands still has ended.
look_on() { # N
	until=$(($(stat_of looks) + $1))
	while now=$(stat_of looks) && [ "$now" -lt "$until" ]; do
		wait_for looked_since "$now" || return
		sleep 0.5
	done
}

looked_since() { # N
	[ "$(stat_of looks)" -gt "$1" ]
}

mode scan
echo 1000 >"$parameters/scan_min_us"
echo 1000 >"$parameters/scan_max_us"
make a b
# one that is quiet; one whose sum is above its limit, so that page tables are read
put a hard_limit 64M
put b hard_limit 16M
act_in a anon:4M mark:"$work/quiet" pause
act_in b anon:10M fork mark:"$work/shared" pause
marked quiet >/dev/null
marked shared >/dev/null
footprints=$(stat_of footprints)
holds "the looks begin" look_on 1000
before=$(unreclaimable)
seen="$(status a usage) $(status b state)"
holds "$looks looks are made" look_on "$looks"
holds "and page tables were read" test "$(stat_of footprints)" -gt "$footprints"
after=$(unreclaimable)
title="the kernel's memory has not grown by more than 1 MiB"
if grep -q ' kasan_report$' /proc/kallsyms; then
	pass "$title # SKIP KASAN keeps what was freed"
else
	holds "$title" at_most "$after" $((before + 1024))
fi
is "what is seen is what was seen" "$(status a usage) $(status b state)" "$seen"
is "no event but the beginning was told" "$(history a), $(history b)" "create start, create start"
scan_as_ever
mode fault
finish
