// SPDX-License-Identifier: GPL-2.0
/*
 * memfds: files in memory, known by a mount of the kernel's that is in no mount table. That a link in
 * /proc/PID/fd says memfd is no proof: a file on a member's own FUSE may be named so, and would not answer.
 * So first the number of its mount must be that of a memfd of ours, which /proc tells by itself.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uncounted.h"

/* what they are named in /proc/PID/fd */
#define LINK "/memfd:"

/* of all memfds; -1: the kernel has none */
static int own_mount = -1;
static unsigned int major_of, minor_of;

/* The number of the mount that a file is on; -1: it is not open any more. */
static int mount_of(int dir, const char *fdinfo)
{
	cleanup_close int fd = openat(dir, fdinfo, O_RDONLY | O_CLOEXEC);
	char text[256];
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *line;
	int id;

	if (size < 0)
		return -1;
	text[size] = '\0';
	line = strstr(text, "mnt_id:");
	return line && sscanf(line, "mnt_id: %d", &id) == 1 ? id : -1;
}

/* What is known without asking a file system that is far away, or FUSE. */
static bool look(int dir, const char *name, int flags, struct statx *file)
{
	return statx(dir, name, flags | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		     STATX_INO | STATX_BLOCKS, file) == 0;
}

/**
 * memfd_prepare() - learn how memfds are known
 */
void memfd_prepare(void)
{
	cleanup_close int fd = memfd_create("jf-uncounted", MFD_CLOEXEC);
	cleanup_free char *fdinfo = format_text("/proc/self/fdinfo/%d", fd);
	struct statx file;

	if (fd < 0 || !look(fd, "", AT_EMPTY_PATH, &file))
		return;
	own_mount = mount_of(AT_FDCWD, fdinfo);
	major_of = file.stx_dev_major;
	minor_of = file.stx_dev_minor;
}

static void count(struct container *c, int task, int dir, const char *number)
{
	cleanup_free char *fdinfo = format_text("fdinfo/%s", number);
	struct statx file;

	/* another file may have come there meanwhile: then it is not counted */
	if (own_mount >= 0 && mount_of(task, fdinfo) == own_mount && look(dir, number, 0, &file) &&
	    file.stx_dev_major == major_of && file.stx_dev_minor == minor_of &&
	    set_add(&c->memfds, file.stx_ino))
		c->memfd += file.stx_blocks * 512;
}

/**
 * memfd_count() - those that a thread holds open
 * @c: its container
 * @task: descriptor of its directory in /proc/PID/task
 */
void memfd_count(struct container *c, int task)
{
	int fd = openat(task, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char link[sizeof(LINK)];
	struct dirent *entry;

	if (!dir) {
		fd_close(&fd);
		return;
	}
	while ((entry = readdir(dir)) && !too_late(c))
		if (readlinkat(fd, entry->d_name, link, sizeof(link)) == sizeof(link) &&
		    !strncmp(link, LINK, strlen(LINK)))
			count(c, task, fd, entry->d_name);
	closedir(dir);
}
