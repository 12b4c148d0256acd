# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Abrupt deaths: jfrun, jflog or the container is killed at a random moment, often before the command runs.
# Nothing may be left over, and nothing that has been written be lost.
#
# JF_ROUNDS is how many, JF_SEED makes one run like another, as far as the machine lets it. A suite says how
# to look at the container a:
#	first		prints its first process
#	end		kills it as its control plane does; fails if there is none
#	empty		has it no member?
#	forget		makes its name free, as who made it may
#
# shellcheck disable=SC2016 # what stands in single quotes is for the shell in the container

# shellcheck source=selftests/bats/lib.bash
. "${BASH_SOURCE[0]%/*}/lib.bash"

# Counts, and tells how far it has got only after it has written that. The kernel hides SIGPIPE from a PID 1:
# it ends by what write() says when jflog is gone.
COUNT='i=0; while :; do i=$((i + 1)); echo $i || exit; echo $i > /tmp/count; done'

# roots: before the first round
roots() {
	make_rootfs "$BATS_FILE_TMPDIR/root"
	cp -a "$BATS_FILE_TMPDIR/root" "$BATS_FILE_TMPDIR/owned"
	chown -hR 100000:100000 "$BATS_FILE_TMPDIR/owned"
}

# ours: our processes that are not the container's
ours() {
	grep -lsz "^JF_DEATH=$BATS_TEST_TMPDIR\$" /proc/[0-9]*/environ | cut -d / -f 3
}

nobody() {
	empty && [ -z "$(ours)" ]
}

# counted LOG: the numbers are all there, the last one perhaps in part
counted() {
	awk '$2 == "stdout" && $3 == "F" { n++; if ($4 != n) { print "line " NR ": " $0; bad = 1 } last = $4 }
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

# die ROUNDS DELAY: this often, in so many milliseconds at most, half of the times in a tenth of that
die() {
	local rounds=${JF_ROUNDS:-$1} most=$2 seed=${JF_SEED:-$RANDOM} i victim delay jflog log count last pid
	tools
	echo "# seed $seed, $rounds rounds" >&3
	RANDOM=$seed
	cat /proc/self/mounts > "$BATS_TEST_TMPDIR/mounts"
	for ((i = 0; i < rounds; i++)); do
		kind $((i % 5))
		victim=$((RANDOM % 4)) # jflog, jfrun, the first process, all of it
		delay=$((RANDOM % (RANDOM % 2 ? most : most / 10)))
		log=$BATS_TEST_TMPDIR/log.$i
		rm -f "$root/tmp/count"
		JF_DEATH=$BATS_TEST_TMPDIR "$JFLOG" --out "$log" -- "$JFRUN" "${options[@]}" \
			a "$root" sh -c "$COUNT" 2> "$log.err" 3>&- &
		jflog=$!
		sleep "$(printf 0.%03d $delay)"
		case $victim in
		1) pkill -KILL -P "$jflog" -x jfrun ;;
		2) kill -KILL "$(first)" ;;
		3) end ;;
		*) false ;;
		esac 2>/dev/null || {
			# also where there is no other one yet
			victim=0
			kill -KILL "$jflog"
		}
		wait "$jflog" || true
		wait_until nobody || {
			echo "round $i (seed $seed), victim $victim after $delay ms, ${options[*]}: left over:"
			for pid in $(ours) $(first); do
				ps -o pid,ppid,stat,args -p "$pid" || true
			done
			return 1
		}
		wait_until forget
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
}
