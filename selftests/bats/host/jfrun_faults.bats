#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jfrun without the module: each system call of a start fails, one after the other. Either it does without,
# or it says what is wrong; and nothing is left over.

load jfrun-fixture

# fault CALL...: fail the first of them, the second, and so on, until there is no further one
fault() {
	local call i status
	local said=$D/said trace=$D/trace
	for call; do
		for ((i = 1; i <= 40; i++)); do
			status=0
			: > "$JF_CONFIGFS/a/pids"
			timeout 20 strace -f -qq -o "$trace" -e "inject=$call:error=EIO:when=$i" \
				"$JFRUN" --uidmap 0:100000:65536 --net --overlay tmpfs --init -t --bind /etc:/mnt/e:ro \
				--tmpfs /mnt/t --ulimit nofile=100 a "$R" true < /dev/null > "$D/out" 2> "$said" || status=$?
			grep -q INJECTED "$trace" || break
			case $status in
			0) ;;
			125 | 126 | 127) grep -q ^jfrun: "$said" || fault_is "says nothing" ;;
			*) fault_is "status $status: $(cat "$said")" ;;
			esac
			cmp "$D/mounts" /proc/self/mounts || fault_is "leaves a mount"
			grep -lsz "^JF_CONFIGFS=$JF_CONFIGFS\$" /proc/[0-9]*/environ | sed 's/environ/comm/' |
				xargs cat 2>/dev/null > "$D/comm" || true
			! grep -q '^jfrun' "$D/comm" || fault_is "leaves a process"
		done
		[ "$i" -gt 1 ] || fault_is "was not called"
	done
	[ ! -s "$D/faults" ] || { cat "$D/faults"; return 1; }
}

fault_is() {
	echo "$call $i: $1" >> "$D/faults"
}

setup() {
	tools
	plane a
	R=$BATS_FILE_TMPDIR/root
	D=$BATS_TEST_TMPDIR
	cat /proc/self/mounts > "$D/mounts"
}

@test "what makes namespaces and the root fails" {
	fault clone3 setns unshare pivot_root umount2 mount move_mount open_tree mount_setattr fsopen fsmount \
		fchdir chdir
}

@test "what fills the root fails" {
	fault mkdir mkdirat mknodat symlink fchownat fchmodat setfsuid
}

@test "what parent and child say to each other fails" {
	fault socketpair sendmsg pipe2 signalfd4
}

@test "what takes privileges away fails" {
	fault setsid sethostname capset setgroups setresgid setresuid close_range
}
