// SPDX-License-Identifier: GPL-2.0
/* Making the namespaces of a new container. */
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jfrun.h"

/**
 * ns_fork() - fork() into new namespaces
 * @namespaces: CLONE_NEW*
 * @pidfd: where the child's descriptor goes; NULL: nowhere
 *
 * Return: the child's PID; 0 in the child; -1 and errno.
 */
pid_t ns_fork(unsigned long long namespaces, int *pidfd)
{
	struct clone_args args = {
		.flags = namespaces | (pidfd ? CLONE_PIDFD : 0),
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

/**
 * ns_clone() - fork() into the container's namespaces
 * @options: the command line
 * @pidfd: where the child's descriptor goes
 *
 * Those that belong to a user namespace are there: see userns.c.
 *
 * Return: the child's PID; 0 in the child.
 */
pid_t ns_clone(const struct options *options, int *pidfd)
{
	unsigned long long namespaces = CLONE_NEWPID | CLONE_NEWNS;
	pid_t pid;

	if (userns_fd() < 0) {
		namespaces |= CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;
		if (options->net)
			namespaces |= CLONE_NEWNET;
	}
	pid = ns_fork(namespaces, pidfd);
	/* a kernel without cgroups: jackfruit is for that, too */
	if (pid < 0 && errno == EINVAL)
		pid = ns_fork(namespaces & ~CLONE_NEWCGROUP, pidfd);
	if (pid < 0 && errno == EINVAL)
		fail(EXIT_OWN,
		     "cannot make namespaces: this kernel lacks one of PID, mount, UTS and IPC%s "
		     "namespaces: see CONFIG_NAMESPACES",
		     options->net ? ", network" : "");
	if (pid < 0)
		fail(EXIT_OWN, "cannot make namespaces: %s", strerror(errno));
	return pid;
}
