// SPDX-License-Identifier: GPL-2.0
/*
 * --join: one more process in a running container: in all namespaces of its first process, with no more
 * privileges than that one was given.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jfrun.h"

/* The container's first process, and its root. */
static int target = -1, target_root = -1;

static void __attribute__((noreturn)) has_ended(const char *name)
{
	fail(EXIT_OWN, "container '%s': its first process has ended: there is nothing to join",
	     name);
}

/*
 * Whom it runs as; and its capabilities: the bounding set, which stays when they are given up with a
 * change of user. That it has a filter for system calls means the default one: no other is made here.
 */
static void take_privileges(struct options *options, pid_t pid)
{
	cleanup_free char *path = format_text("/proc/%d/status", pid);
	FILE *stream = fopen(path, "re");
	unsigned int uid = 0, gid = 0;
	char line[256];
	int filter = 2;

	options->caps = 0;
	while (stream && fgets(line, sizeof(line), stream)) {
		sscanf(line, "Uid: %u", &uid);
		sscanf(line, "Gid: %u", &gid);
		sscanf(line, "CapBnd: %lx", &options->caps);
		sscanf(line, "Seccomp: %d", &filter);
	}
	if (stream)
		fclose(stream);
	if (!options->user)
		options->user =
			format_text("%u:%u", userns_uid_inside(uid), userns_gid_inside(gid));
	if (!options->seccomp)
		options->seccomp = filter ? "default" : "off";
}

/* Its limits, below those that are asked for. */
static void take_ulimits(struct options *options, pid_t pid)
{
	struct ulimit *ulimits =
		allocate((RLIM_NLIMITS + options->ulimit_count) * sizeof(*ulimits));
	size_t i, count = 0;

	for (i = 0; i < RLIM_NLIMITS; i++) {
		ulimits[count].resource = i;
		if (prlimit(pid, i, NULL, &ulimits[count].limit) == 0)
			count++;
	}
	for (i = 0; i < options->ulimit_count; i++)
		ulimits[count++] = options->ulimits[i];
	options->ulimits = ulimits;
	options->ulimit_count = count;
}

static bool has_own_userns(pid_t pid)
{
	cleanup_free char *path = format_text("/proc/%d/ns/user", pid);
	struct stat its, ours;

	return stat(path, &its) == 0 && stat("/proc/self/ns/user", &ours) == 0 &&
	       (its.st_ino != ours.st_ino || its.st_dev != ours.st_dev);
}

/**
 * join_prepare() - find the first process of a running container, and what it was given
 * @options: the command line; what it leaves open is filled in
 *
 * It is held by a descriptor and looked at again, so that its number cannot have come to mean another
 * process.
 */
void join_prepare(struct options *options)
{
	const char *name = options->name;
	pid_t pid = ctl_first(name);
	cleanup_free char *path = format_text("/proc/%d/root", pid);

	target = pidfd_open(pid, 0);
	target_root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target >= 0 && target_root >= 0) {
		if (has_own_userns(pid))
			userns_load(pid);
		take_privileges(options, pid);
		take_ulimits(options, pid);
	}
	if (target < 0 || target_root < 0 || ctl_first(name) != pid || !ctl_has_member(name, pid) ||
	    pidfd_send_signal(target, 0, NULL, 0) < 0)
		has_ended(name);
}

/**
 * join_fork() - fork() into the PID namespace of the container
 * @name: the container's
 * @pidfd: where the child's descriptor goes
 *
 * Return: the child's PID; 0 in the child.
 */
pid_t join_fork(const char *name, int *pidfd)
{
	pid_t pid;

	if (setns(target, CLONE_NEWPID) < 0)
		fail(EXIT_OWN, "container '%s': cannot enter its PID namespace: %s", name,
		     strerror(errno));
	pid = ns_fork(0, pidfd);
	/* what the kernel says when the namespace's PID 1 has gone */
	if (pid < 0 && errno == ENOMEM)
		has_ended(name);
	if (pid < 0)
		fail(EXIT_OWN, "cannot fork: %s", strerror(errno));
	return pid;
}

/**
 * join_enter() - in the child: the container's other namespaces, and its root
 *
 * But not its user namespace: see userns_enter(). The root may be another than that of the mount
 * namespace, where the container was not made by jfrun, or pivot_root could not be used.
 */
void join_enter(void)
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
	fd_close(&target);
	fd_close(&target_root);
}

/**
 * join_fds() - descriptors that the child needs
 * @fds: where they go
 *
 * Return: how many.
 */
size_t join_fds(int *fds)
{
	if (target < 0)
		return 0;
	fds[0] = target;
	fds[1] = target_root;
	return 2;
}
