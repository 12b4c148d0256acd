#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Abrupt deaths, without the module: directories stand for it.

load ../deaths-lib

setup_file() {
	unshare -mpuif true 2>/dev/null || skip "this machine lets nobody make namespaces"
	roots
}

setup() {
	plane a
}

first() {
	cat "$JF_CONFIGFS/a/pids"
}

end() {
	kill -KILL "$(first)"
}

empty() {
	# shellcheck disable=SC2046 # no number, or one
	gone $(first)
}

forget() {
	: > "$JF_CONFIGFS/a/pids"
}

@test "killed at any moment: nothing is left over, nothing written is lost" {
	die 200 100
}
