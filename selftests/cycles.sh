#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The module is loaded, used and unloaded again and again while the machine works: CYCLES times (15), and nothing grows.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
cycles=${CYCLES:-15}
# That many members has each life of the module, and two more. One object leaked for each is CYCLES * CROWD, of which
# growth() forgives what its cache has varied by, 5 * CROWD of these, and CYCLES / 2 and four slabs: at 15 cycles 900
# against 300 + 7 + 512, where a slab has 128.
crowd=60

undo() {
	: >"$work/rest"
	cleanup
	wait
	[ -d "$JF_CONFIGFS" ] || modprobe jackfruit
}
trap undo EXIT

# Processes that come, fork, use memory and go, until there is a file $work/rest.
load_host() {
	rm -f "$work/rest"
	while [ ! -e "$work/rest" ]; do
		actor fork anon:1M exec exit:0
	done &
}

unload_host() {
	: >"$work/rest"
	wait
}

# The objects of each cache, and how many a slab has; and what there is of pages, in kB.
sample() { # FILE
	echo 3 >/proc/sys/vm/drop_caches
	# else what a CPU keeps at hand counts as used
	for cache in /sys/kernel/slab/*/shrink; do
		[ ! -e "$cache" ] || echo 1 >"$cache"
	done
	awk 'NR > 2 { print $1, $2, $5 }' /proc/slabinfo >"$1"
	awk '/^(SUnreclaim|KernelStack|PageTables|Percpu):/ { print $1, $2, 128 }' /proc/meminfo >>"$1"
}

# What varies by itself: the highest of samples that are taken while the machine works, less the lowest.
spread() {
	awk '!($1 in low) || $2 < low[$1] { low[$1] = $2 } $2 > high[$1] { high[$1] = $2 }
		END { for (name in low) print name, high[name] - low[name] }' "$work"/before.* >"$work/spread"
}

# What has become more than ever before by more than it varied, by half an object a cycle (or a kB), and by four
# slabs (or half a MiB): all of a CPU's slab counts.
growth() {
	sample "$work/after"
	awk -v cycles="$cycles" '
		FILENAME ~ /spread$/ { spread[$1] = $2; next }
		FILENAME ~ /before/ { if ($2 > most[$1]) most[$1] = $2; next }
		$2 - most[$1] > spread[$1] + cycles / 2 + 4 * $3 { print $1, "had", most[$1] + 0, "and has", $2 }' \
		"$work/spread" "$work"/before.* "$work/after"
}

# What is freed after a grace period may take a moment.
is_steady() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		growth >"$work/growth"
		[ -s "$work/growth" ] || return 0
		sleep 0.5
	done
	return 1
}

no_member() {
	! pgrep -x member >/dev/null
}

# One life of the module; ended by hand and at the limit, in turn.
cycle() { # NUMBER
	modprobe jackfruit || return
	make a || return
	put a hard_limit 32M
	if [ $(($1 % 2)) = 0 ]; then
		act_in a name:member children:$crowd fork mark:"$work/m" pause
		wait_for test -s "$work/m" || return
		put a kill 1
	else
		act_in a name:member children:$crowd fork eat:64K
	fi
	wait_for is_state a killed || return
	rm -f "$work/m"
	drop a || return
	made=
	# else what dead processes still have counts as what varies
	wait_for no_member || return
	rmmod jackfruit
}

is_nothing() {
	! ls -d /sys/module/jackfruit /sys/class/jackfruit /sys/kernel/debug/jackfruit "$JF_CONFIGFS" /sys/kernel/slab/jf_* \
		>/dev/null 2>&1 && ! grep -q jf_ /proc/slabinfo
}

rmmod jackfruit
# no line in the log each time
echo 4 >/proc/sys/vm/drop_caches
# the first ones fill what the kernel keeps for later; then it is seen how much all of it varies
load_host
for i in 1 2 3 4; do
	cycle $i
done
for i in 1 2 3 4 5 6; do
	cycle $i
	sample "$work/before.$i"
done
spread
begun=$(date +%s)
done=0
for i in $(seq "$cycles"); do
	cycle "$i" || break
	done=$i
done
is "the module can be loaded and unloaded $cycles times while the machine works" "$done" "$cycles"
echo "# $((($(date +%s) - begun) * 1000 / cycles)) ms a cycle"
unload_host
holds "nothing is left of it" wait_for is_nothing
holds "and no memory" is_steady
sed 's/^/# /' "$work/growth"
awk 'FILENAME ~ /spread$/ { spread[$1] = $2; next }
	FILENAME ~ /before/ { if ($2 > most[$1]) most[$1] = $2; next }
	/^(SUnreclaim|Percpu|kmalloc-[0-9]*k?|vmap_area|kernfs_node_cache|dentry|task_struct|mm_struct|pid):? / {
		print "# " $1 " " most[$1] " at most before, " $2 " after, varied by " spread[$1] ", " $3 " a slab" }' \
	"$work/spread" "$work"/before.* "$work/after"
finish
