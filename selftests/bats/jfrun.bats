#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jfrun on the real module: limited from the first instruction on, and nothing left over.
#
# shellcheck disable=SC2016 # what stands in single quotes is for the shell in the container

load lib

CONFIGFS=/sys/kernel/config/jackfruit
CLASS=/sys/class/jackfruit

setup_file() {
	modprobe jackfruit
	make_rootfs "$BATS_FILE_TMPDIR/root"
	make_rootfs "$BATS_FILE_TMPDIR/root2"
}

teardown_file() {
	wait_until modprobe -r jackfruit
}

setup() {
	tools
	SELFTESTS=${BATS_TEST_FILENAME%/*}/../../build/selftests
	R=$BATS_FILE_TMPDIR/root
	R2=$BATS_FILE_TMPDIR/root2
	D=$BATS_TEST_TMPDIR
}

teardown() {
	local dir
	for dir in "$CONFIGFS"/*/; do
		[ -d "$dir" ] || continue
		echo 1 > "$dir/kill" || true
		wait_until rmdir "$dir"
	done 2>/dev/null
}

jfrun() {
	"$JFRUN" "$@"
}

# in_container NAME ROOTFS COMMAND...: in the background; $run is jfrun, $first the first process
in_container() {
	rm -f "$D/ready"
	"$JFRUN" --ready-fd 7 "$@" 7> "$D/ready" > "$D/out" 3>&- &
	run=$!
	wait_until test -s "$D/ready"
	read -r _ first < "$D/ready"
}

@test "the container is made, limited, run, and stays as the record" {
	run -3 jfrun --soft 8M --hard 16M a "$R" sh -c 'echo $$; exit 3'
	[ "$output" = 1 ]
	is "$CONFIGFS/a/soft_limit" 8388608
	is "$CONFIGFS/a/hard_limit" 16777216
	is "$CLASS/a/state" exited
	is "$CLASS/a/exit_status" 3
	is "$CLASS/a/procs" 0
	# and can be used again
	run -0 jfrun --hard max a "$R" true
	is "$CONFIGFS/a/hard_limit" max
	is "$CONFIGFS/a/soft_limit" 8388608
}

@test "what --ready-fd says is the first process, a member; jfrun is none" {
	in_container a "$R" sleep 100
	is "$CLASS/a/pid" "$first"
	is "$CONFIGFS/a/pids" "$first"
	is "$CLASS/a/state" running
	kill -KILL "$first"
	status_of "$run" 137
	is "$CLASS/a/reason" signaled
}

@test "no instruction of the command runs outside: 40 at once that eat at once are all caught" {
	local i pids=()
	for i in {1..40}; do
		"$JFRUN" --hard 8M --ro "c$i" "$R" tail /dev/zero 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		status_of "$i" 137
	done
	for i in {1..40}; do
		is "$CLASS/c$i/reason" hard_limit
	done
}

@test "a hard limit that jfrun itself does not fit in: it is said" {
	run -125 jfrun --hard 4K a "$R" true
	[[ $output == "jfrun: container 'a': was killed by "*"before the command ran"* ]]
	[ ! -e "$CONFIGFS/a" ]
}

@test "a start that fails leaves no directory; one that was there stays" {
	run -127 jfrun a "$R" nosuch
	[ ! -e "$CONFIGFS/a" ]
	run -125 jfrun a "$D/nosuch" true
	run -125 jfrun --workdir /nosuch a "$R" true
	[ ! -e "$CONFIGFS/a" ]
	mkdir "$CONFIGFS/a"
	run -127 jfrun a "$R" nosuch
	[ -d "$CONFIGFS/a" ]
	run -0 jfrun a "$R" true
}

@test "a name or a rootfs in use is refused, and what runs does not notice" {
	in_container a "$R" sleep 100
	run -125 jfrun a "$R2" true
	[ "$output" = "jfrun: container 'a': is running: stop it first, or take another name" ]
	run -125 jfrun b "$R" true
	[[ $output == "jfrun: rootfs '$R': is in use by a running container: "* ]]
	[ ! -e "$CONFIGFS/b" ]
	is "$CONFIGFS/a/pids" "$first"
	kill -KILL "$first"
	status_of "$run" 137
}

@test "of ten starts of one name at once one wins" {
	local i pids=() won=0
	for i in {1..10}; do
		"$JFRUN" --ro a "$R" sleep 100 2> "$D/err.$i" 3>&- &
		pids+=($!)
	done
	wait_until is "$CLASS/a/procs" 1
	for i in {1..10}; do
		lost() { [ -s "$D/err.$i" ] || is "$CLASS/a/procs" 1; }
		wait_until lost
	done
	echo 1 > "$CONFIGFS/a/kill"
	for i in "${pids[@]}"; do
		wait "$i" && continue
		[ $? -ne 137 ] || won=$((won + 1))
	done
	[ "$won" -eq 1 ]
	[ "$(cat "$D"/err.* | grep -cE "^jfrun: container 'a': is (running|just being started)")" -eq 9 ]
}

@test "attached elsewhere while it is being killed: nothing runs, and it is said" {
	in_container a "$R" sh -c 'trap "" TERM; echo up; while :; do sleep 0.1; done'
	wait_until holds "$D/out" up
	echo 5000 > "$CONFIGFS/a/grace_ms"
	run -0 jfrun --join a -- true
	echo 1 > "$CONFIGFS/a/kill"
	status_of "$run" 137
	run -125 jfrun --join a -- true
	[ "$output" = "jfrun: container 'a': is not running" ]
}

@test "--join: a member of the container, limited with it" {
	in_container --hard 32M a "$R" sleep 100
	"$JFRUN" --join a -- sleep 200 3>&- &
	local joined=$!
	wait_until is "$CLASS/a/procs" 2
	kill -TERM "$joined"
	status_of "$joined" 143
	wait_until is "$CLASS/a/procs" 1
	run -137 jfrun --join a -- tail /dev/zero
	status_of "$run" 137
	is "$CLASS/a/reason" hard_limit
	is "$CLASS/a/procs" 0
}

@test "nice is the module's: what is forked has it, too" {
	run -0 jfrun --nice 7 a "$R" sh -c '(cut -d " " -f 19 /proc/self/stat)'
	[ "$output" = 7 ]
	is "$CONFIGFS/a/nice" 7
}

@test "jfrun killed: the container is gone, and the rootfs is free" {
	in_container a "$R" sh -c 'sleep 200 & setsid sleep 200 & wait'
	wait_until is "$CLASS/a/procs" 3
	kill -KILL "$run"
	wait_until is "$CLASS/a/procs" 0
	is "$CLASS/a/state" exited
	run -0 jfrun a "$R" true
}

@test "jfrun killed, and the first process has changed its user: it lives on, limited and recorded" {
	ln -sf busybox "$R/bin/su"
	grep -q nobody "$R/etc/passwd" || echo 'nobody:x:65534:65534::/:/bin/sh' >> "$R/etc/passwd"
	in_container --hard 32M a "$R" su nobody -c 'echo up; exec tail -f /dev/null'
	wait_until holds "$D/out" up
	kill -KILL "$run"
	status_of "$run" 137
	is "$CLASS/a/state" running
	is "$CLASS/a/pid" "$first"
	run -137 jfrun --join a -- tail /dev/zero
	wait_until is "$CLASS/a/procs" 0
	is "$CLASS/a/reason" hard_limit
	is "$CLASS/a/exit_status" 137
}

@test "a first process that ignores SIGTERM: stop kills it after the grace" {
	local init
	for init in '' --init; do
		# shellcheck disable=SC2086 # an option, or none
		in_container $init a "$R" sh -c 'trap "" TERM; echo up; while :; do sleep 0.1; done'
		wait_until holds "$D/out" up
		echo 300 > "$CONFIGFS/a/grace_ms"
		echo 1 > "$CONFIGFS/a/stop"
		status_of "$run" 137
		is "$CLASS/a/state" stopped
		rmdir "$CONFIGFS/a"
	done
}

@test "jfrun killed at any moment leaves no process, no mount, and a name that can be used" {
	local i
	grep -c . /proc/mounts > "$D/before"
	for i in {1..30}; do
		"$JFRUN" a "$R" sleep 100 3>&- 2>/dev/null &
		sleep "$(printf 0.%03d $((RANDOM % 400)))"
		kill -KILL $!
		wait $! || true
		empty() { [ ! -d "$CLASS/a" ] || is "$CLASS/a/procs" 0; }
		wait_until empty
	done
	is "$D/before" "$(grep -c . /proc/mounts)"
	wait_until jfrun a "$R" true
}

@test "neighbours, the control plane and the host's file systems are not to be seen" {
	in_container --ro b "$R" sleep 100
	run -0 jfrun --ro a "$R" sh -c 'ls -A /sys/class/jackfruit /sys/kernel/config /sys/kernel/debug /sys/fs/cgroup 2>/dev/null; ps'
	[[ $output != *soft_limit* ]]
	[[ $output != *'sleep 100'* ]]
	kill -KILL "$first"
	status_of "$run" 137
}

@test "a PID namespace of the writer's own: the PID is translated" {
	run -0 unshare -pf --mount-proc "$JFRUN" a "$R" echo inside
	[ "$output" = inside ]
	is "$CLASS/a/state" exited
}

@test "from an initramfs: said aloud, and there is no way up" {
	local said="pivot_root does not work here (an initramfs?): using chroot, which is a weaker wall"
	cp "$SELFTESTS/escape" "$R/bin/"
	touch /run/jf-escape
	run --separate-stderr -0 "$SELFTESTS/initramfs" "$JFRUN" a "$R" sh -c \
		'escape 0 chroot proc_root proc_cwd; hostname; ls /'
	rm /run/jf-escape
	[[ $stderr == "jfrun: $said"* ]]
	[[ $output == $'proc_root ENOENT\nproc_cwd ENOENT\nchroot ENOENT\na\nbin\ndev\netc\n'* ]]
	[[ $output != *machine* ]]
	rm -f "$D/ready"
	"$SELFTESTS/initramfs" "$JFRUN" --ready-fd 7 a "$R" sleep 100 7> "$D/ready" 2>/dev/null 3>&- &
	run=$!
	wait_until test -s "$D/ready"
	run -0 jfrun --join a -- ls /
	[[ $output == $'bin\ndev\netc\n'* ]]
	echo 1 > "$CONFIGFS/a/kill"
	status_of "$run" 137
}

@test "limits of each process may be above the caller's, for any user" {
	local go='ulimit -n 50; exec "$@"' owned=$D/owned
	run -0 sh -c "$go" - "$JFRUN" --ulimit nofile=300 --ulimit nproc=unlimited a "$R" sh -c 'ulimit -n; grep processes /proc/self/limits'
	[[ $output == $'300\nMax processes '*unlimited*unlimited* ]]
	run -0 sh -c "$go" - "$JFRUN" --user 5 --ulimit nofile=300 a "$R" sh -c 'ulimit -n'
	[ "$output" = 300 ]
	cp -a "$R" "$owned"
	chown -hR 100000:100000 "$owned"
	run -0 sh -c "$go" - "$JFRUN" --uidmap 0:100000:65536 --ulimit nofile=300 a "$owned" sh -c 'ulimit -n'
	[ "$output" = 300 ]
}

@test "--uidmap, --net, --overlay, and --join to all of it" {
	local owned=$D/owned kind
	cp -a "$R" "$owned"
	chown -hR 100000:100000 "$owned"
	in_container --uidmap 0:100000:65536 --net --overlay tmpfs a "$owned" sh -c 'echo x > /etc/new; echo up; exec sleep 100'
	wait_until holds "$D/out" up
	[ ! -e "$owned/etc/new" ]
	is "$CLASS/a/pid" "$first"
	run -0 jfrun --join a -- sh -c 'cat /etc/new; ls /sys/class/net; tr -s " " < /proc/self/uid_map
		for n in /proc/self/ns/*; do readlink $n; done; mknod /tmp/d b 254 0 || echo denied'
	[[ $output == $'x\nlo\n 0 100000 65536\n'*denied ]]
	for kind in user net pid uts mnt ipc cgroup; do
		[[ $output == *"$(readlink "/proc/$first/ns/$kind")"* ]]
	done
	# limited as any member
	echo 16M > "$CONFIGFS/a/hard_limit"
	run -137 jfrun --join a -- tail /dev/zero
	status_of "$run" 137
	is "$CLASS/a/reason" hard_limit
}

@test "--uidmap: a rootfs on ext4 that is root's is mounted with the map" {
	modprobe loop
	modprobe ext4 || skip "this kernel is built without ext4"
	truncate -s 32M "$D/image"
	mkfs.ext4 -q "$D/image"
	mkdir "$D/mnt"
	mount -o loop "$D/image" "$D/mnt"
	cp -a "$R/." "$D/mnt"
	run -0 jfrun --uidmap 0:100000:65536 a "$D/mnt" sh -c 'stat -c %u:%g /bin/busybox; echo x > /tmp/x; cat /proc/self/uid_map'
	[ "$(tr -s ' ' <<< "$output")" = $'0:0\n 0 100000 65536' ]
	[ "$(stat -c %u:%g "$D/mnt/tmp/x")" = 0:0 ]
	umount "$D/mnt"
}

@test "module not loaded: what to do is said" {
	rmmod jackfruit
	run -125 jfrun a "$R" true
	modprobe jackfruit
	[ "$output" = 'jfrun: the kernel module jackfruit is not loaded: `modprobe jackfruit`' ]
}

@test "configfs not mounted: what to do is said" {
	umount /sys/kernel/config
	run -125 jfrun a "$R" true
	mount -t configfs none /sys/kernel/config
	[ "$output" = 'jfrun: configfs is not mounted (no /sys/kernel/config/jackfruit): `mount -t configfs none /sys/kernel/config`' ]
}
