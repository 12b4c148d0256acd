// SPDX-License-Identifier: GPL-2.0
/* Namespaces: making those of a new container, entering those of a running one. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jfrun.h"

/* The container to join: its first process, and that one's root. */
static int target = -1, target_root = -1;

static pid_t clone_process(unsigned long long namespaces, int *pidfd)
{
	struct clone_args args = {
		.flags = namespaces | CLONE_PIDFD,
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

/**
 * ns_clone() - fork() into new namespaces
 * @pidfd: where the child's descriptor goes
 *
 * Return: the child's PID; 0 in the child.
 */
pid_t ns_clone(int *pidfd)
{
	unsigned long long namespaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;
	pid_t pid = clone_process(namespaces | CLONE_NEWCGROUP, pidfd);

	/* a kernel without cgroups: jackfruit is for that, too */
	if (pid < 0 && errno == EINVAL)
		pid = clone_process(namespaces, pidfd);
	if (pid < 0 && errno == EINVAL)
		fail(EXIT_OWN,
		     "cannot make namespaces: this kernel lacks one of PID, mount, UTS and IPC "
		     "namespaces: see CONFIG_NAMESPACES");
	if (pid < 0)
		fail(EXIT_OWN, "cannot make namespaces: %s", strerror(errno));
	return pid;
}

/**
 * ns_join_prepare() - find the first process of a running container
 * @name: the container's
 *
 * It is held by a descriptor and looked at again, so that its number cannot have come to mean another
 * process.
 */
void ns_join_prepare(const char *name)
{
	pid_t pid = ctl_first(name);
	cleanup_free char *path = format_text("/proc/%d/root", pid);

	target = pidfd_open(pid, 0);
	target_root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target < 0 || target_root < 0 || ctl_first(name) != pid || !ctl_has_member(name, pid) ||
	    pidfd_send_signal(target, 0, NULL, 0) < 0)
		fail(EXIT_OWN,
		     "container '%s': its first process has ended: there is nothing to join", name);
}

/**
 * ns_join_fork() - fork() into the PID namespace of the container
 * @name: the container's
 * @pidfd: where the child's descriptor goes
 *
 * Return: the child's PID; 0 in the child.
 */
pid_t ns_join_fork(const char *name, int *pidfd)
{
	pid_t pid;

	if (setns(target, CLONE_NEWPID) < 0)
		fail(EXIT_OWN, "container '%s': cannot enter its PID namespace: %s", name,
		     strerror(errno));
	pid = clone_process(0, pidfd);
	/* what the kernel says when the namespace's PID 1 has gone */
	if (pid < 0 && errno == ENOMEM)
		fail(EXIT_OWN,
		     "container '%s': its first process has ended: there is nothing to join", name);
	if (pid < 0)
		fail(EXIT_OWN, "cannot fork: %s", strerror(errno));
	return pid;
}

/**
 * ns_join_enter() - in the child: the container's other namespaces, and its root
 *
 * The root may be another than that of the mount namespace, where the container was not made by
 * jfrun, or pivot_root could not be used.
 */
void ns_join_enter(void)
{
	static const int namespaces[] = {
		CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWNET, CLONE_NEWNS,
	};
	size_t i;

	/* EINVAL: a kernel that does not know this kind */
	for (i = 0; i < ARRAY_SIZE(namespaces); i++)
		if (setns(target, namespaces[i]) < 0 && errno != EINVAL)
			fail(EXIT_OWN, "cannot enter the container's namespaces: %s",
			     strerror(errno));
	if (fchdir(target_root) < 0 || chroot(".") < 0 || chdir("/") < 0)
		fail(EXIT_OWN, "cannot enter the container's root: %s", strerror(errno));
}
