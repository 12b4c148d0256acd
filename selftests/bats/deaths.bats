#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Abrupt deaths, on the real module. Its fellow in host/ has more rounds.

load deaths-lib

CONFIGFS=/sys/kernel/config/jackfruit
CLASS=/sys/class/jackfruit

setup_file() {
	modprobe jackfruit
	roots
}

teardown() {
	[ ! -d "$CONFIGFS/a" ] || {
		echo 1 > "$CONFIGFS/a/kill"
		wait_until rmdir "$CONFIGFS/a"
	} 2>/dev/null
}

teardown_file() {
	wait_until modprobe -r jackfruit
}

first() {
	cat "$CLASS/a/pid"
}

end() {
	echo 1 > "$CONFIGFS/a/kill"
}

empty() {
	[ -z "$(cat "$CONFIGFS/a/pids")" ]
} 2>/dev/null

# whoever was killed before the directory was there has not made it
forget() {
	[ ! -d "$CONFIGFS/a" ] || rmdir "$CONFIGFS/a"
}

@test "killed at any moment: nothing is left over, nothing written is lost" {
	find /tmp /run -maxdepth 1 | sort > "$BATS_TEST_TMPDIR/files"
	die 20 600
	find /tmp /run -maxdepth 1 | sort | cmp "$BATS_TEST_TMPDIR/files"
}
