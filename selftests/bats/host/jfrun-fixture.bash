# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # run and first are for the suites; stderr is set by bats
#
# What the suites of jfrun without the module share: directories stand for the control plane.

load ../lib

setup_file() {
	unshare -mpuif true 2>/dev/null || skip "this machine lets nobody make namespaces"
	make_rootfs "$BATS_FILE_TMPDIR/root"
}

setup() {
	tools
	plane a b
	R=$BATS_FILE_TMPDIR/root
	D=$BATS_TEST_TMPDIR
	options=()
}

teardown() {
	local job
	# what a failed test has left; the container dies with it
	for job in $(jobs -p); do
		kill -KILL "$job" || true
	done
}

# not in the background: there its shell would be in between
jfrun() {
	"$JFRUN" "$@"
}

# in_container COMMAND...: in the background, with $options; $run is jfrun, $first the first process
in_container() {
	rm -f "$D/ready"
	"$JFRUN" --ready-fd 7 "${options[@]}" a "$R" "$@" 7> "$D/ready" > "$D/out" 3>&- &
	run=$!
	wait_until test -s "$D/ready"
	first=$(cat "$JF_CONFIGFS/a/pids")
}

# fails STATUS TEXT COMMAND...: with this status, and TEXT all that is said, on stderr
fails() {
	local status=$1 text=$2
	shift 2
	run --separate-stderr "-$status" "$@"
	[ -z "$output" ]
	[ "$stderr" = "jfrun: $text" ] || {
		printf 'said:     %s\nexpected: jfrun: %s\n' "$stderr" "$text"
		return 1
	}
}
