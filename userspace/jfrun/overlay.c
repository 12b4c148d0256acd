// SPDX-License-Identifier: GPL-2.0
/*
 * --overlay: what the container writes goes into a layer above ROOTFS, which stays as it is: into
 * DIR/upper, or into a tmpfs that ends with the container. DIR/work is the kernel's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jfrun.h"

/* DIR without links, since the child looks it up again; NULL: a tmpfs. */
static char *dir;
/* What is written to. */
static int writable = -1;

/*
 * ROOTFS must not be DIR, which would be locked twice, so that each of the two seemed to be somebody
 * else's; nor what is made in it.
 */
static void refuse_rootfs(int fd, const char *given, const char *rootfs)
{
	static const char *const ours[] = { ".", "upper", "work" };
	struct stat its, roots;
	size_t i;

	if (stat(rootfs, &roots) < 0)
		return;
	for (i = 0; i < ARRAY_SIZE(ours); i++)
		if (fstatat(fd, ours[i], &its, 0) == 0 && its.st_dev == roots.st_dev &&
		    its.st_ino == roots.st_ino)
			fail(EXIT_OWN,
			     "--overlay '%s': is ROOTFS itself, or ROOTFS is a layer in it: give "
			     "another directory",
			     given);
}

/**
 * overlay_lock() - check DIR, and keep others from using it
 * @options: the command line
 *
 * As long as this process lives: see rootfs_lock().
 */
void overlay_lock(const struct options *options)
{
	const char *given = options->overlay;
	int fd;

	if (!given || !strcmp(given, "tmpfs"))
		return;
	fd = open(given, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		dir = realpath(given, NULL);
	if (!dir)
		fail(EXIT_OWN, "--overlay '%s': %s: give a directory, or tmpfs", given,
		     strerror(errno));
	refuse_rootfs(fd, given, options->rootfs);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		fail(EXIT_OWN, "--overlay '%s': %s", given,
		     errno == EWOULDBLOCK ? "is in use by a running container: give another one" :
					    strerror(errno));
}

/* Those who look at DIR see the container's root as its owner meant it. */
static void make_layers(int fd, int lower)
{
	struct stat st;

	if (fstat(lower, &st) < 0)
		fail(EXIT_OWN, "--overlay: %s", strerror(errno));
	if (mkdirat(fd, "upper", 0700) == 0) {
		if (fchownat(fd, "upper", st.st_uid, st.st_gid, 0) < 0 ||
		    fchmodat(fd, "upper", st.st_mode & 07777, 0) < 0)
			fail(EXIT_OWN, "--overlay: cannot make the directory upper: %s",
			     strerror(errno));
	} else if (errno != EEXIST) {
		fail(EXIT_OWN, "--overlay: cannot make the directory upper: %s", strerror(errno));
	}
	if (mkdirat(fd, "work", 0700) < 0 && errno != EEXIST)
		fail(EXIT_OWN, "--overlay: cannot make the directory work: %s", strerror(errno));
}

/**
 * overlay_prepare() - take hold of DIR, while the old root is there
 *
 * In the child's mount namespace: the kernel takes no directory of another one.
 */
void overlay_prepare(void)
{
	if (!dir)
		return;
	writable = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (writable < 0)
		fail(EXIT_OWN, "--overlay '%s': %s", dir, strerror(errno));
}

static void make_writable(void)
{
	static const char *const small[] = { "size", "64m", "nr_inodes", "16k", NULL };

	writable = mounts_detached("tmpfs", small, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID);
	mounts_stack(writable);
}

/**
 * overlay_make() - in the child: lay a writable layer over the root
 * @lower: descriptor of the root's mount, and the working directory
 * @attr: MOUNT_ATTR_* of the new mount
 *
 * Paths go through descriptors: a comma or a colon in one would be read as something else.
 *
 * Return: the new root's mount, not attached yet.
 */
int overlay_make(int lower, unsigned int attr)
{
	char down[48], up[48], work[48];
	/* what is in memory is known by this in the mount table: see tmpfs.c of jf-uncounted */
	const char *const layers[] = {
		"source", dir ? "overlay" : "tmpfs",
		"lowerdir", down, "upperdir", up, "workdir", work, NULL,
	};
	int mount;

	if (writable < 0)
		make_writable();
	make_layers(writable, lower);
	snprintf(down, sizeof(down), "/proc/self/fd/%d", lower);
	snprintf(up, sizeof(up), "/proc/self/fd/%d/upper", writable);
	snprintf(work, sizeof(work), "/proc/self/fd/%d/work", writable);
	mount = mounts_detached("overlay", layers, attr);
	fd_close(&writable);
	return mount;
}
