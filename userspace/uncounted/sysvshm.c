// SPDX-License-Identifier: GPL-2.0
/*
 * System V shared memory: an IPC namespace's and no process's, and it stays when nobody has attached it.
 * That of our own namespace, which is the host's, is anybody's.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uncounted.h"

/* -1: it is not to be had */
static int own_namespace = -1;
static ino_t own_inode;

/**
 * sysvshm_prepare() - learn which namespace is ours
 */
void sysvshm_prepare(void)
{
	struct stat ours;

	own_namespace = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	if (own_namespace < 0)
		return;
	if (fstat(own_namespace, &ours))
		fd_close(&own_namespace);
	else
		own_inode = ours.st_ino;
}

/* What is resident of all segments of the namespace that we are in. */
static uint64_t resident(void)
{
	struct shm_info info;

	if (shmctl(0, SHM_INFO, (struct shmid_ds *)&info) < 0)
		return 0;
	return (uint64_t)info.shm_rss * sysconf(_SC_PAGESIZE);
}

/**
 * sysvshm_count() - that of a thread's namespace
 * @c: its container
 * @task: descriptor of its directory in /proc/PID/task
 */
void sysvshm_count(struct container *c, int task)
{
	cleanup_close int fd = openat(task, "ns/ipc", O_RDONLY | O_CLOEXEC);
	struct stat theirs;

	if (fd < 0 || own_namespace < 0 || fstat(fd, &theirs) || theirs.st_ino == own_inode ||
	    !set_add(&c->namespaces, theirs.st_ino) || setns(fd, CLONE_NEWIPC))
		return;
	c->sysvshm += resident();
	if (setns(own_namespace, CLONE_NEWIPC))
		fail(EXIT_FAILURE, "own IPC namespace: %m");
}
