// SPDX-License-Identifier: GPL-2.0
/*
 * The system call filter. Capabilities are what keeps the container in; this keeps it away from parts
 * of the kernel that a container has no business with, and that have had holes: what makes new
 * privileges in a user namespace, keys, the likes of bpf and io_uring.
 *
 * It is a list of what is denied, with EPERM, where OCI's default profile is one of what is allowed:
 * a fraction of its size, and programs that use new system calls work. What is denied is much the
 * same. A capability that is given (--cap-add) brings back the calls that are of use with it only.
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "jfrun.h"

#define NO_CAP (-1)
#define CALL(name) SCMP_SYS(name)

static const struct {
	int cap;
	int call;
} denied[] = {
	/* mounts, namespaces, the host's settings */
	{ CAP_SYS_ADMIN, CALL(mount) },
	{ CAP_SYS_ADMIN, CALL(umount) },
	{ CAP_SYS_ADMIN, CALL(umount2) },
	{ CAP_SYS_ADMIN, CALL(mount_setattr) },
	{ CAP_SYS_ADMIN, CALL(move_mount) },
	{ CAP_SYS_ADMIN, CALL(open_tree) },
	{ CAP_SYS_ADMIN, CALL(fsopen) },
	{ CAP_SYS_ADMIN, CALL(fsconfig) },
	{ CAP_SYS_ADMIN, CALL(fsmount) },
	{ CAP_SYS_ADMIN, CALL(fspick) },
	{ CAP_SYS_ADMIN, CALL(pivot_root) },
	{ CAP_SYS_ADMIN, CALL(setns) },
	{ CAP_SYS_ADMIN, CALL(unshare) },
	{ CAP_SYS_ADMIN, CALL(sethostname) },
	{ CAP_SYS_ADMIN, CALL(setdomainname) },
	{ CAP_SYS_ADMIN, CALL(swapon) },
	{ CAP_SYS_ADMIN, CALL(swapoff) },
	{ CAP_SYS_ADMIN, CALL(quotactl) },
	{ CAP_SYS_ADMIN, CALL(quotactl_fd) },
	{ CAP_SYS_ADMIN, CALL(fanotify_init) },
	{ CAP_SYS_ADMIN, CALL(lookup_dcookie) },
	{ CAP_SYS_ADMIN, CALL(bpf) },
	{ CAP_SYS_ADMIN, CALL(perf_event_open) },
	{ CAP_SYSLOG, CALL(syslog) },
	{ CAP_SYS_CHROOT, CALL(chroot) },
	{ CAP_DAC_READ_SEARCH, CALL(open_by_handle_at) },
	{ CAP_SYS_MODULE, CALL(init_module) },
	{ CAP_SYS_MODULE, CALL(finit_module) },
	{ CAP_SYS_MODULE, CALL(delete_module) },
	{ CAP_SYS_BOOT, CALL(reboot) },
	{ CAP_SYS_BOOT, CALL(kexec_load) },
	{ CAP_SYS_BOOT, CALL(kexec_file_load) },
	{ CAP_SYS_PACCT, CALL(acct) },
	{ CAP_SYS_TTY_CONFIG, CALL(vhangup) },
	{ CAP_SYS_RAWIO, CALL(iopl) },
	{ CAP_SYS_RAWIO, CALL(ioperm) },
	{ CAP_SYS_TIME, CALL(settimeofday) },
	{ CAP_SYS_TIME, CALL(clock_settime) },
	{ CAP_SYS_TIME, CALL(clock_settime64) },
	{ CAP_SYS_TIME, CALL(stime) },
	{ CAP_SYS_NICE, CALL(move_pages) },
	{ CAP_SYS_NICE, CALL(migrate_pages) },
	/* other processes' memory and files */
	{ CAP_SYS_PTRACE, CALL(kcmp) },
	{ CAP_SYS_PTRACE, CALL(pidfd_getfd) },
	{ CAP_SYS_PTRACE, CALL(process_vm_readv) },
	{ CAP_SYS_PTRACE, CALL(process_vm_writev) },
	/* keys are not in any namespace */
	{ NO_CAP, CALL(add_key) },
	{ NO_CAP, CALL(request_key) },
	{ NO_CAP, CALL(keyctl) },
	/* a pipe keeps a huge page of which it was given a byte, and no limit counts it */
	{ NO_CAP, CALL(vmsplice) },
	/* without privileges, but with a record */
	{ NO_CAP, CALL(userfaultfd) },
	{ NO_CAP, CALL(io_uring_setup) },
	{ NO_CAP, CALL(io_uring_enter) },
	{ NO_CAP, CALL(io_uring_register) },
	{ NO_CAP, CALL(nfsservctl) },
	{ NO_CAP, CALL(sysfs) },
	{ NO_CAP, CALL(uselib) },
	{ NO_CAP, CALL(ustat) },
	{ NO_CAP, CALL(vm86) },
	{ NO_CAP, CALL(vm86old) },
	{ NO_CAP, CALL(modify_ldt) },
	{ NO_CAP, CALL(_sysctl) },
};

static const unsigned long namespaces[] = {
	CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
	CLONE_NEWUSER, CLONE_NEWPID,	CLONE_NEWNET,
};

static void check(int ret)
{
	if (ret < 0)
		fail(EXIT_OWN, "cannot make the seccomp filter: %s", strerror(-ret));
}

/*
 * An ABI that has socketcall(2), as i386's, has the arguments in memory, where no filter can look: what is
 * added exactly is refused then, and otherwise it would be no sockets at all that are denied.
 */
static void check_exact(int ret)
{
	if (ret != -EINVAL)
		check(ret);
}

static void add_sockets(scmp_filter_ctx filter)
{
	const uint32_t deny = SCMP_ACT_ERRNO(EPERM);

	/* to the hypervisor, past the network namespace */
	check_exact(seccomp_rule_add_exact(filter, deny, CALL(socket), 1,
					   SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffff, AF_VSOCK)));
	/* a socket keeps huge pages as a pipe does, until the other end has what it was sent */
	check_exact(seccomp_rule_add_exact(filter, deny, CALL(setsockopt), 2,
					   SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, SOL_SOCKET),
					   SCMP_A2(SCMP_CMP_MASKED_EQ, 0xffffffff, SO_ZEROCOPY)));
}

/* By their arguments. */
static void add_arguments(scmp_filter_ctx filter, uint64_t caps)
{
	const uint32_t deny = SCMP_ACT_ERRNO(EPERM);
#ifdef __s390__
	const unsigned int flags = 1;
#else
	const unsigned int flags = 0;
#endif
	size_t i;

	/* what is typed at a terminal must not come from inside */
	check(seccomp_rule_add(filter, deny, CALL(ioctl), 1,
			       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCSTI)));
	check(seccomp_rule_add(filter, deny, CALL(ioctl), 1,
			       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCLINUX)));
	add_sockets(filter);
	if (caps >> CAP_SYS_ADMIN & 1)
		return;
	for (i = 0; i < ARRAY_SIZE(namespaces); i++)
		check(seccomp_rule_add(
			filter, deny, CALL(clone), 1,
			SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i])));
	/* its flags are in memory, where no filter can look: the C library takes clone() then */
	check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0));
}

/* The filter for one ABI's programs; others find a kernel without system calls. */
static scmp_filter_ctx make_filter(uint32_t architecture, uint64_t caps)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	size_t i;

	if (!filter)
		fail(EXIT_OWN, "cannot make the seccomp filter: out of memory");
	if (architecture != seccomp_arch_native()) {
		check(seccomp_arch_add(filter, architecture));
		check(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE));
	}
	check(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)));
	/* a tree rather than a list to go through at each call */
	check(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2));
	for (i = 0; i < ARRAY_SIZE(denied); i++)
		if (denied[i].cap == NO_CAP || !(caps >> denied[i].cap & 1))
			check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), denied[i].call, 0));
	add_arguments(filter, caps);
	return filter;
}

/*
 * Programs of the machine's 32 bit ABI work, under the same filter but for check_exact(). For each ABI more the filter takes half
 * again as long to make, and x32 is used by nobody.
 */
static const uint32_t others[][2] = {
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86 },
	{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM },
};

/**
 * seccomp_apply() - filter the system calls from here on
 * @caps: capabilities that are kept, a bit each
 */
void seccomp_apply(uint64_t caps)
{
	uint32_t native = seccomp_arch_native();
	scmp_filter_ctx filter = make_filter(native, caps);
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i][0] == native)
			check(seccomp_merge(filter, make_filter(others[i][1], caps)));
	ret = seccomp_load(filter);
	seccomp_release(filter);
	if (ret == -EINVAL || ret == -ENOSYS)
		fail(EXIT_OWN,
		     "this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER): "
		     "--seccomp off does without");
	check(ret);
}
