// SPDX-License-Identifier: GPL-2.0
/*
 * What is mounted in the new root: /dev, /proc and /sys, without what OCI runtimes hide or protect,
 * and what --bind and --tmpfs ask for.
 *
 * All paths here are looked up in the new root: a link in an image leads nowhere else.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jfrun.h"

/* What tells of, or reaches, the host. The last two: the neighbours. */
static const char *const masked[] = {
	"/proc/acpi",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/sys/dev/block",
	"/sys/devices/virtual/powercap",
	"/sys/firmware",
	"/sys/fs/selinux",
	"/sys/class/jackfruit",
	"/sys/devices/virtual/jackfruit",
};

static const char *const read_only[] = {
	"/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

/* What is made in the container belongs to its root, whoever that is on the host. */
static void be_owner(bool start)
{
	if (userns_fd() < 0)
		return;
	setfsgid(start ? userns_gid(0) : 0);
	setfsuid(start ? userns_uid(0) : 0);
}

/**
 * mounts_point() - make what is to be mounted on, if it is not there
 * @path: in the new root
 * @type: S_IFDIR or S_IFREG
 */
void mounts_point(const char *path, mode_t type)
{
	struct stat st;
	int ret, error;

	be_owner(true);
	ret = type == S_IFDIR ? mkdir(path, 0755) : mknod(path, S_IFREG | 0644, 0);
	error = errno;
	be_owner(false);
	errno = error;
	if (ret == 0)
		return;
	if (errno == EROFS || errno == EACCES || errno == EPERM || errno == ENOENT)
		fail(EXIT_OWN,
		     "rootfs: has no %s, and it cannot be made there: %s: make it beforehand", path,
		     strerror(errno));
	if (errno != EEXIST || stat(path, &st) < 0)
		fail(EXIT_OWN, "rootfs: cannot make %s: %s", path, strerror(errno));
	if ((st.st_mode & S_IFMT) == S_IFDIR && type != S_IFDIR)
		fail(EXIT_OWN, "rootfs: %s is a directory, and a file is to be mounted there",
		     path);
	if ((st.st_mode & S_IFMT) != S_IFDIR && type == S_IFDIR)
		fail(EXIT_OWN, "rootfs: %s is there, but no directory", path);
}

/**
 * mounts_at() - mount a new file system
 * @type: its type
 * @path: where, made if need be
 * @flags: MS_*
 * @data: its options
 */
void mounts_at(const char *type, const char *path, unsigned long flags, const char *data)
{
	mounts_point(path, S_IFDIR);
	if (mount(type, path, type, flags, data) < 0)
		fail(EXIT_OWN, "cannot mount %s on %s: %s", type, path, strerror(errno));
}

/**
 * mounts_tmpfs() - mount a small file system in memory, of the container's root
 * @path: where, made if need be
 * @flags: MS_*
 * @settings: mode, size, nr_inodes
 *
 * What is written to it is nobody's resident memory, so it escapes the limits.
 */
void mounts_tmpfs(const char *path, unsigned long flags, const char *settings)
{
	cleanup_free char *data =
		format_text("uid=%u,gid=%u,%s", userns_uid(0), userns_gid(0), settings);

	mounts_at("tmpfs", path, flags, data);
}

/**
 * mounts_detached() - make a mount that is nowhere yet
 * @type: its type
 * @settings: its options: name, value, ..., NULL
 * @attr: MOUNT_ATTR_*
 *
 * Return: its descriptor.
 */
int mounts_detached(const char *type, const char *const *settings, unsigned int attr)
{
	cleanup_close int fs = fsopen(type, FSOPEN_CLOEXEC);
	int ret = fs, mount = -1;

	for (; ret >= 0 && *settings; settings += 2)
		ret = fsconfig(fs, FSCONFIG_SET_STRING, settings[0], settings[1], 0);
	if (ret >= 0)
		ret = fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (ret >= 0)
		mount = fsmount(fs, FSMOUNT_CLOEXEC, attr);
	if (mount < 0)
		fail(EXIT_OWN, "cannot mount %s: %s", type, strerror(errno));
	return mount;
}

/**
 * mounts_stack() - mount something over the working directory, and go there
 * @mount: the mount
 */
void mounts_stack(int mount)
{
	if (move_mount(mount, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(mount) < 0)
		fail(EXIT_OWN, "cannot mount the root: %s", strerror(errno));
}

/* One of the image's links must not say where the kernel's files are. */
static void mount_kernel(const char *type, const char *path, unsigned long flags)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		fail(EXIT_OWN, "rootfs: %s is a link: it must be a directory", path);
	mounts_at(type, path, MS_NOSUID | MS_NODEV | MS_NOEXEC | flags, NULL);
}

/*
 * Over a file /dev/null, over a directory an empty one, the same for all. What is not there needs no
 * mask.
 */
static void mask(const char *path)
{
	static const char *empty;
	struct stat st;
	int ret;

	if (stat(path, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode)) {
		ret = mount(empty ? empty : "tmpfs", path, "tmpfs",
			    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | (empty ? MS_BIND : 0),
			    "size=0k");
		empty = path;
	} else {
		ret = mount("/dev/null", path, NULL, MS_BIND, NULL);
	}
	if (ret < 0)
		fail(EXIT_OWN, "cannot hide %s: %s", path, strerror(errno));
}

static void protect(const char *path)
{
	if (mount(path, path, NULL, MS_BIND, NULL) < 0) {
		if (errno == ENOENT)
			return;
		fail(EXIT_OWN, "cannot make %s read-only: %s", path, strerror(errno));
	}
	if (mount(NULL, path, NULL,
		  MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		fail(EXIT_OWN, "cannot make %s read-only: %s", path, strerror(errno));
}

/**
 * mounts_prepare() - take hold of what --bind names, while the old root is there
 * @options: the command line
 */
void mounts_prepare(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->bind_count; i++) {
		struct bind *bind = &options->binds[i];
		struct mount_attr attr = {
			.attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID,
			.propagation = MS_PRIVATE,
		};

		if (!bind->source)
			continue;
		if (bind->read_only)
			attr.attr_set |= MOUNT_ATTR_RDONLY;
		bind->tree = open_tree(AT_FDCWD, bind->source,
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
		if (bind->tree < 0 ||
		    mount_setattr(bind->tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
				  sizeof(attr)) < 0)
			fail(EXIT_OWN, "cannot bind '%s': %s", bind->source, strerror(errno));
	}
}

/* All directories above @path. */
static void make_parents(const char *path)
{
	cleanup_free char *copy = format_text("%s", path);
	char *slash = copy;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mounts_point(copy, S_IFDIR);
		*slash = '/';
	}
}

static void make_bind(const struct bind *bind)
{
	struct stat st;

	make_parents(bind->target);
	if (!bind->source) {
		mounts_tmpfs(bind->target, MS_NOSUID | MS_NODEV,
			     "mode=1777,size=64m,nr_inodes=16k");
		return;
	}
	if (fstat(bind->tree, &st) < 0)
		fail(EXIT_OWN, "cannot bind '%s': %s", bind->source, strerror(errno));
	mounts_point(bind->target, S_ISDIR(st.st_mode) ? S_IFDIR : S_IFREG);
	if (move_mount(bind->tree, "", AT_FDCWD, bind->target,
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS) < 0)
		fail(EXIT_OWN, "cannot bind '%s' to %s: %s", bind->source, bind->target,
		     strerror(errno));
	close(bind->tree);
}

/**
 * mounts_make() - fill the new root
 * @options: the command line
 */
void mounts_make(const struct options *options)
{
	size_t i;

	dev_make();
	mount_kernel("proc", "/proc", 0);
	mount_kernel("sysfs", "/sys", MS_RDONLY);
	for (i = 0; i < ARRAY_SIZE(masked); i++)
		mask(masked[i]);
	for (i = 0; i < ARRAY_SIZE(read_only); i++)
		protect(read_only[i]);
	for (i = 0; i < options->bind_count; i++)
		make_bind(&options->binds[i]);
}
