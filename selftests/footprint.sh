#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Memory that processes share is counted once where it decides over life and death.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin

undo() {
	drop a
	scan_as_ever
	mode fault
	rm -f /var/tmp/jackfruit-test.$$
	cleanup
}
trap undo EXIT

lives() { # TITLE MARK
	marked "$2" >/dev/null
	look
	is "$1" "$(status a state) $(count a hard)" "running 0"
}

look() {
	put a soft_signal 0
}

dies() { # TITLE
	wait_state a killed
	is "$1" "$(status a state) $(status a reason)" "killed hard_limit"
}

looks_at() { # SINCE
	[ "$(stat_of footprints)" -gt "$1" ]
}

for mode in fault scan; do
	mode $mode
	before=$(stat_of footprints)
	fresh hard_limit=100M
	act_in a anon:60M fork mark:"$work/m1" wait:"$work/go1" rewrite:20M mark:"$work/m2" wait:"$work/go2" rewrite pause
	lives "$mode: who forks shares his memory with the child" m1
	holds "$mode: usage is what there is" at_most "$(status a usage)" $((70 << 20))
	holds "$mode: and not less" at_least "$(status a usage)" $((60 << 20))
	holds "$mode: since it was counted page by page" looks_at "$before"
	: >"$work/go1"
	lives "$mode: a child that writes to a third of it has that much of its own" m2
	holds "$mode: usage says so" wait_for uses_at_least a 80
	holds "$mode: and not more" at_most "$(status a usage)" $((90 << 20))
	: >"$work/go2"
	dies "$mode: one that writes to all of it is killed"
	holds "$mode: at what was really there" at_least "$(event a usage hard)" $(((100 << 20) + 1))
	holds "$mode: and that is not the sum" at_most "$(event a usage hard)" $((122 << 20))

	fresh hard_limit=100M
	act_in a anon:70M system:20 mark:"$work/m1" pause
	lives "$mode: a large process runs small programs" m1

	fresh hard_limit=100M
	act_in a shmem:64M crowd:7 rewrite meet mark:"$work/m1" pause
	lives "$mode: eight processes share 64M" m1
	holds "$mode: usage is those 64M and little more" at_most "$(status a usage)" $((80 << 20))

	fresh hard_limit=100M metric=anon
	act_in a shmem:64M crowd:7 rewrite meet mark:"$work/m1" pause
	lives "$mode: and by metric anon" m1

	fresh hard_limit=40M metric=anon
	act_in a nothp crowd:3 anon:9M lazyfree rewrite meet mark:"$work/m1" wait:"$work/go1" anon:9M pause
	lives "$mode: four processes below the hard limit" m1
	: >"$work/go1"
	dies "$mode: what was given back by MADV_FREE and is used again counts"

	dd if=/dev/urandom of=/var/tmp/jackfruit-test.$$ bs=1M count=24 2>/dev/null
	fresh hard_limit=60M
	act_in a crowd:19 file:/var/tmp/jackfruit-test.$$ meet mark:"$work/m1" pause
	lives "$mode: twenty processes map a large file" m1
	holds "$mode: its pages count once" at_most "$(status a usage)" $((50 << 20))
	put a metric anon
	holds "$mode: and not at all by metric anon" at_most "$(status a usage)" $((40 << 20))

	fresh hard_limit=40M
	act_in a anon:20M fork anon:8M fork anon:30M mark:"$work/m1" pause
	dies "$mode: who shares and grows is killed all the same"
	holds "$mode: for what he has, not for the sum" at_most "$(event a usage hard)" $((60 << 20))

	fresh hard_limit=40M
	act_in a shmem:30M crowd:3 rewrite meet mark:"$work/m1" wait:"$work/go1" anon:8M pause
	lives "$mode: shared memory leaves a headroom" m1
	: >"$work/go1"
	dies "$mode: which four processes can fill together"
done

# Page tables of who changes his mappings meanwhile, whom a walk lets do so after a while.
before=$(stat_of footprints)
fresh hard_limit=200M
act_in a shmem:120M crowd:1 rewrite meet remap mark:"$work/m1" pause
lives "who maps and unmaps all the time has his memory counted once" m1
is_right() {
	at_least "$1" $((120 << 20)) && at_most "$1" $((130 << 20)) && echo right
}
is "whenever it is looked at" "$(for _ in 1 2 3 4 5; do
	is_right "$(status a usage)"
	sleep 0.2
done | sort | uniq -c)" "      5 right"
holds "and page by page" looks_at "$before"

# Who crosses what a footprint has left just after it was read, while nobody looks by himself.
mode fault
scan_rarely
fresh hard_limit=100M
act_in a shmem:60M crowd:7 rewrite meet mark:"$work/m1" wait:"$work/go1" anon:40M pause
marked m1 >/dev/null
look
status a usage >/dev/null
: >"$work/go1"
dies "a crossing is judged by what is there now, not by what was read a moment ago"
scan_as_ever

# Page tables have levels, and those of each have an end.
fresh hard_limit=100M
act_in a far:60M fork mark:"$work/m1" wait:"$work/go1" rewrite pause
lives "memory behind two terabytes that nobody has touched is shared like any other" m1
holds "and it is found" at_least "$(status a usage)" $((60 << 20))
: >"$work/go1"
dies "and who makes it his own is killed"

# A walk must not take for ever where there is nothing.
case $(uname -m) in
*64)
	fresh hard_limit=100M
	act_in a anon:60M hollow:40000 fork mark:"$work/m1" pause
	dies "who has many page tables of nothing is judged by the sum" ;;
*)
	pass "who has many page tables of nothing is judged by the sum # SKIP 32 bit: nobody can have that many" ;;
esac

# A device's pages are not memory; copies of them are.
if actor romcopy:128K 2>/dev/null; then
	fresh hard_limit=30M
	act_in a crowd:1 romcopy:20M meet mark:"$work/m1" pause
	dies "private copies of a device's pages count"
else
	pass "private copies of a device's pages count # SKIP no device where a PC has its ROM"
fi

# Shared pages make room for huge ones: no more is mapped than before, by hardly a fault. PREEMPT_RT has none.
if [ -e /sys/kernel/mm/transparent_hugepage ]; then
	fresh hard_limit=100M
	act_in a shmem:64M crowd:5 rewrite meet mark:"$work/m1" wait:"$work/go1" renew pause
	marked m1 >/dev/null
	look
	: >"$work/go1"
	dies "who puts memory of his own in the place of shared pages is killed"
	# a kernel that is slowed down by checkers does not look that often
	[ "${JF_PATIENCE:-1}" -gt 1 ] || holds "before there is much of it" at_most "$(event a usage hard)" $((300 << 20))
else
	pass "who puts memory of his own in the place of shared pages is killed # SKIP no huge pages"
fi

# A walk lets go of a space that others wait to change, and goes on. What is moved to where it has been is counted,
# whatever else is seen twice.
fresh hard_limit=160M hard_action=notify
act_in a nothp dodge:"$work/m1"
marked m1 >/dev/null
before=$(stat_of footprints)
# nothing that was read while they were still at it
put a metric rss+swap
lowest=$(status a usage)
highest=$lowest
for metric in rss rss+swap rss rss+swap rss rss+swap rss rss+swap rss rss+swap rss rss+swap rss rss+swap rss; do
	# what was known by the old one is read anew
	put a metric "$metric"
	now=$(status a usage)
	[ "$now" -ge "$lowest" ] || lowest=$now
	[ "$now" -le "$highest" ] || highest=$now
done
holds "who moves his memory while it is read: it is read" at_least $(($(stat_of footprints) - before)) 16
holds "who moves his memory while it is read has not less of it" at_least "$lowest" $((120 << 20))
# the sum is 192M
holds "nor is it the sum" at_most "$highest" $((180 << 20))
drop a
finish
