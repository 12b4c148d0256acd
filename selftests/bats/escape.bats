#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Attempts to get out of a container, as root in it, that must fail; and the same in a plain chroot, where
# they work, or fail for another reason than that they are denied.
#
# shellcheck disable=SC2016 # what stands in single quotes is for another shell

load lib

setup_file() {
	modprobe jackfruit
	# as Debian's kernels have it
	echo 1 > /proc/sys/kernel/dmesg_restrict
	cd "$BATS_FILE_TMPDIR" || return
	make_rootfs root
	cp "${BATS_TEST_FILENAME%/*}/../../build/selftests/escape" root/bin/
	cp -a root owned
	chown -hR 100000:100000 owned
	touch /run/jf-escape
	tools
	sleep 1000 3>&- &
	echo $! > pid
	# at a terminal, with a descriptor open, as root may be
	at_terminal() { script -qec "exec 9< /; cd '$PWD'; $*" /dev/null < /dev/null; }
	at_terminal "'$JFRUN' a root escape $! > inside"
	at_terminal "'$JFRUN' --seccomp off a root escape $! > unfiltered"
	at_terminal "'$JFRUN' --seccomp off --cap-add all --uidmap 0:100000:65536 a owned escape $! > userns"
	at_terminal "unshare -mu sh -c '"'
		for dir in proc dev sys; do mount --rbind /$dir root/$dir; done
		mount --rbind root root && exec chroot root /bin/escape '"$!' > outside"
}

teardown_file() {
	kill "$(cat "$BATS_FILE_TMPDIR/pid")"
	rm -f /run/jf-escape
	rmdir /sys/kernel/config/jackfruit/a
	wait_until modprobe -r jackfruit
}

# attempt NAME INSIDE UNFILTERED USERNS OUTSIDE: how it ends, with | between what is as good: in a
# container; without the system call filter, that is, by its capabilities and namespaces alone; without
# the filter, with all capabilities, in a user namespace; and in a chroot (where the kernel makes no user
# namespaces)
attempt() {
	local where got name=$1
	got=$(sed -n "s/^$name //p" "$BATS_FILE_TMPDIR/outside")
	[ "$got" != ENOSYS ] || skip "this kernel is built without it"
	[[ "|$5|" == *"|$got|"* ]] || stock_kernel || skip "this kernel has not got it"
	for where in inside unfiltered userns outside; do
		shift
		got=$(sed -n "s/^$name //p" "$BATS_FILE_TMPDIR/$where")
		if [ -z "$got" ] || [[ "|$1|" != *"|$got|"* ]]; then
			echo "$name, $where: $got, not $1"
			return 1
		fi
	done
}

@test "make a read-only mount writable" { attempt remount EPERM EPERM EPERM ok; }
@test "mount something" { attempt mount EPERM EPERM ok ok; }
@test "mount a proc without what is hidden" { attempt mount_proc EPERM EPERM EPERM ok; }
@test "mount cgroups, for release_agent or the limits" { attempt mount_cgroup EPERM EPERM 'ok|EBUSY' 'ok|EBUSY'; }
@test "mount configfs, for the limits" { attempt mount_configfs EPERM EPERM EPERM 'ok|EBUSY'; }
@test "mount by the new system calls" { attempt mount_api EPERM EPERM ok ok; }
@test "unmount what hides a file" { attempt unmask EPERM EPERM 'EINVAL|EPERM' EINVAL; }
@test "pivot_root" { attempt pivot_root EPERM EPERM ENOENT ENOENT; }
@test "the host's files through /proc/1/root" { attempt proc_root ENOENT ENOENT ENOENT ok; }
@test "the host's files through /proc/1/cwd" { attempt proc_cwd ENOENT ENOENT ENOENT ok; }
@test "up from a working directory above a chroot" { attempt chroot ENOENT ENOENT ENOENT ok; }
@test "make a disk's device file" { attempt mknod EPERM EPERM 'EPERM|EACCES' ok; }
@test "open the disk" { attempt disk ENOENT ENOENT ENOENT ok; }
@test "open the memory" { attempt memory ENOENT ENOENT ENOENT ok; }
@test "open a file by its handle" { attempt handle EPERM 'EPERM|EINVAL' 'EPERM|EINVAL' 'EINVAL|ESTALE'; }
@test "descriptors that were left open" { attempt descriptors EBADF EBADF EBADF ok; }
@test "signal a process of the host" { attempt kill ESRCH ESRCH ESRCH ok; }
@test "trace a process of the host" { attempt ptrace ESRCH ESRCH ESRCH ok; }
@test "read the memory of a process of the host" { attempt read_memory EPERM ESRCH ESRCH EFAULT; }
@test "a descriptor of a process of the host" { attempt pidfd ESRCH ESRCH ESRCH ok; }
@test "see a process of the host" { attempt proc_pid ENOENT ENOENT ENOENT ok; }
@test "enter another namespace" { attempt setns EPERM EPERM EPERM ok; }
@test "a mount namespace" { attempt unshare EPERM EPERM ok ok; }
@test "a user namespace, by unshare" { attempt unshare_user EPERM ok ok EPERM; }
@test "a user namespace, by clone" { attempt clone_user EPERM ok ok EPERM; }
@test "a user namespace, by clone3" { attempt clone3_user ENOSYS ok ok EPERM; }
@test "sysrq" { attempt sysrq EROFS EROFS 'EROFS|EACCES' ok; }
@test "sysctl" { attempt sysctl EROFS EROFS 'EROFS|EACCES' ok; }
@test "core_pattern" { attempt core_pattern EROFS EROFS 'EROFS|EACCES' ok; }
@test "write to /sys" { attempt sysfs EROFS EROFS 'EROFS|EACCES' ok; }
@test "read the kernel's memory" { attempt kcore ENODATA ENODATA ENODATA ok; }
@test "make a container in configfs" { attempt configfs ENOENT ENOENT ENOENT ok; }
@test "the host name" { attempt hostname EPERM EPERM ok ok; }
@test "the time" { attempt time EPERM EPERM EPERM ok; }
@test "adjust the time" { attempt adjtime EPERM EPERM EPERM ok; }
@test "load a module" { attempt module EPERM EPERM EPERM ENOEXEC; }
@test "load a module from a file" { attempt module_file EPERM EPERM EPERM EBADF; }
@test "unload a module" { attempt unload EPERM EPERM EPERM ENOENT; }
@test "kexec" { attempt kexec EPERM EPERM EPERM EINVAL; }
@test "reboot" { attempt reboot EPERM EPERM EPERM EINVAL; }
@test "swapon" { attempt swapon EPERM EPERM EPERM ENOENT; }
@test "swapoff" { attempt swapoff EPERM EPERM EPERM ENOENT; }
@test "process accounting" { attempt acct EPERM EPERM EPERM ENOENT; }
@test "the kernel's log" { attempt kernel_log EPERM EPERM EPERM ok; }
@test "ports of devices" { attempt ports EPERM EPERM EPERM ok; }
@test "bpf" { attempt bpf EPERM EPERM EPERM ok; }
@test "perf_event_open" { attempt perf EPERM 'EPERM|EACCES' 'EPERM|EACCES' ok; }
@test "add a key" { attempt keys EPERM ok ok ok; }
@test "find a keyring" { attempt keyring EPERM ok ok ok; }
@test "userfaultfd" { attempt userfaultfd EPERM EPERM EPERM ok; }
@test "io_uring" { attempt io_uring EPERM ok ok ok; }
@test "memory that a pipe keeps" { attempt vmsplice EPERM ok ok ok; }
@test "memory that a socket keeps" { attempt zerocopy EPERM ok ok ok; }
@test "a socket to the hypervisor" { attempt vsock EPERM ok ok ok; }
@test "no escape: a socket, as programs of i386 ask for one" { attempt socketcall ok ok ok ok; }
@test "fanotify" { attempt fanotify EPERM EPERM EPERM ok; }
@test "type at a terminal" { attempt tiocsti EPERM 'ok|EIO' 'ok|EIO' ok; }
@test "the terminal that jfrun was started at" { attempt terminal ENXIO ENXIO ENXIO ok; }
@test "raw sockets" { attempt raw_socket EPERM EPERM EPERM ok; }
@test "packet sockets" { attempt packet_socket EPERM EPERM EPERM ok; }
@test "the host's network interfaces" { attempt interface EPERM EPERM EPERM ok; }
@test "realtime priority" { attempt realtime EPERM EPERM EPERM ok; }
@test "more than its share of the processor" { attempt nice EACCES EACCES EACCES ok; }
@test "more than its limits" { attempt ulimit EPERM EPERM EPERM ok; }
