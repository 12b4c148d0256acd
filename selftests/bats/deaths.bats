#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Abrupt deaths: jfrun, jflog or the container is killed at a random moment, often before the command runs.
# Nothing may be left over, and nothing that has been written be lost.
#
# JF_ROUNDS is how many (40; 200 take some minutes), JF_SEED makes one run like another, as far as the
# machine lets it.
#
# shellcheck disable=SC2016 # what stands in single quotes is for the shell in the container

load lib

CONFIGFS=/sys/kernel/config/jackfruit
CLASS=/sys/class/jackfruit

# Counts, and tells how far it has got only after it has written that.
COUNT='i=0; while :; do i=$((i + 1)); echo $i; echo $i > /tmp/count; done'

setup_file() {
	modprobe jackfruit
	make_rootfs "$BATS_FILE_TMPDIR/root"
	cp -a "$BATS_FILE_TMPDIR/root" "$BATS_FILE_TMPDIR/owned"
	chown -hR 100000:100000 "$BATS_FILE_TMPDIR/owned"
}

teardown_file() {
	wait_until modprobe -r jackfruit
}

# ours: our processes that are not the container's
ours() {
	grep -lsz "^JF_DEATH=$BATS_TEST_TMPDIR\$" /proc/[0-9]*/environ | cut -d / -f 3
}

nobody() {
	[ -z "$(ours)" ] && [ ! -s "$CONFIGFS/a/pids" ]
} 2>/dev/null

# counted LOG: the numbers are all there, the last one perhaps in part
counted() {
	awk '$3 == "F" { n++; if ($4 != n) { print "line " NR ": " $0; bad = 1 } last = $4 }
	     END { print last + 0 > "/dev/stderr"; exit bad }' "$1"
}

# kind N: options and the root that they go with
kind() {
	case $1 in
	0) set -- "$BATS_FILE_TMPDIR/root" ;;
	1) set -- --init "$BATS_FILE_TMPDIR/root" ;;
	2) set -- --net "$BATS_FILE_TMPDIR/root" ;;
	3) set -- --uidmap 0:100000:65536 --net "$BATS_FILE_TMPDIR/owned" ;;
	4) set -- --user 1000 "$BATS_FILE_TMPDIR/root" ;;
	esac
	root=${!#}
	options=("${@:1:$#-1}")
}

@test "killed at any moment: nothing is left over, nothing written is lost" {
	local rounds=${JF_ROUNDS:-40} seed=${JF_SEED:-$RANDOM} i victim delay jflog log count last
	tools
	echo "# seed $seed, $rounds rounds" >&3
	RANDOM=$seed
	export JF_DEATH=$BATS_TEST_TMPDIR
	cat /proc/self/mounts > "$BATS_TEST_TMPDIR/mounts"
	ls -A /tmp /run > "$BATS_TEST_TMPDIR/files"
	for ((i = 0; i < rounds; i++)); do
		kind $((i % 5))
		victim=$((RANDOM % 4)) delay=$((RANDOM % 300)) log=$BATS_TEST_TMPDIR/log.$i
		rm -f "$root/tmp/count"
		"$JFLOG" --out "$log" -- "$JFRUN" "${options[@]}" a "$root" sh -c "$COUNT" 2> "$log.err" 3>&- &
		jflog=$!
		sleep "$(printf 0.%03d $delay)"
		case $victim in
		0) kill -KILL "$jflog" ;;
		1) pkill -KILL -P "$jflog" -x jfrun || kill -KILL "$jflog" ;;
		2) kill -KILL "$(cat "$CLASS/a/pid")" || kill -KILL "$jflog" ;;
		3) echo 1 > "$CONFIGFS/a/kill" || kill -KILL "$jflog" ;;
		esac 2>/dev/null
		wait "$jflog" || true
		wait_until nobody || {
			echo "round $i (seed $seed), victim $victim after $delay ms, ${options[*]}: left over:"
			ours | xargs -rn 1 ps -o pid,ppid,stat,args -p
			cat "$CONFIGFS/a/pids"
			return 1
		}
		# whoever was killed before the directory was there has not made it
		[ ! -d "$CONFIGFS/a" ] || wait_until rmdir "$CONFIGFS/a"
		cmp "$BATS_TEST_TMPDIR/mounts" /proc/self/mounts
		[ -e "$log" ] || continue
		last=$(counted "$log" 2>&1) || {
			echo "round $i (seed $seed), victim $victim: a hole in the log: $last"
			return 1
		}
		count=$(cat "$root/tmp/count" 2>/dev/null) || continue
		# a jflog that is killed takes with it what it had not written yet
		[ "$victim" -eq 0 ] || [ "$last" -ge "${count:-0}" ] || {
			echo "round $i (seed $seed), victim $victim: logged $last, written $count"
			return 1
		}
		rm -f "$log"
	done
	ls -A /tmp /run | cmp "$BATS_TEST_TMPDIR/files"
}
