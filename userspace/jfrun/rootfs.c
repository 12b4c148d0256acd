// SPDX-License-Identifier: GPL-2.0
/*
 * The root file system: locked by the parent, made the root by the child.
 *
 * The parent goes to the directory that it has checked and locked, and from there on it is named by
 * "." only: whoever moves it or puts a link in its place meanwhile changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jfrun.h"

static void refuse_host_root(int fd, const char *path)
{
	struct stat given, host;

	if (fstat(fd, &given) == 0 && stat("/", &host) == 0 && given.st_dev == host.st_dev &&
	    given.st_ino == host.st_ino)
		fail(EXIT_OWN,
		     "rootfs '%s': is the host's own root: give a directory that holds a root "
		     "file system",
		     path);
}

/**
 * rootfs_lock() - check the root directory, keep others from using it, and go there
 * @options: the command line
 *
 * One live container a writable root directory: two would write to the same files. The lock is held
 * as long as the descriptor is open, that is, as long as this process lives, and the container dies
 * with it.
 */
void rootfs_lock(const struct options *options)
{
	const char *path = options->rootfs;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		fail(EXIT_OWN, "rootfs '%s': no such directory", path);
	if (fd < 0 && errno == ENOTDIR)
		fail(EXIT_OWN,
		     "rootfs '%s': not a directory: unpack the image, and give that directory",
		     path);
	if (fd < 0)
		fail(EXIT_OWN, "rootfs '%s': %s", path, strerror(errno));
	refuse_host_root(fd, path);
	if (flock(fd, (options->read_only || options->overlay ? LOCK_SH : LOCK_EX) | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			fail(EXIT_OWN,
			     "rootfs '%s': is in use by a running container: stop that one, or give "
			     "another directory",
			     path);
		fail(EXIT_OWN, "rootfs '%s': cannot lock it: %s", path, strerror(errno));
	}
	if (fchdir(fd) < 0)
		fail(EXIT_OWN, "rootfs '%s': %s", path, strerror(errno));
}

/*
 * jfrun may have been started in a chroot. From below such a root, which cannot be pivoted away from,
 * there are ways up. Joining one's own mount namespace leads to its real root.
 */
static void leave_chroot(void)
{
	cleanup_close int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int self = pidfd_open(getpid(), 0);

	if (here < 0 || self < 0 || setns(self, CLONE_NEWNS) < 0 || fchdir(here) < 0)
		fail(EXIT_OWN, "cannot find the host's root: %s", strerror(errno));
}

/* Make "." the root, and let go of the old one; see pivot_root(2) for the two dots. */
static void pivot(const char *path)
{
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		if (umount2(".", MNT_DETACH) < 0)
			fail(EXIT_OWN, "rootfs '%s': cannot unmount the old root: %s", path,
			     strerror(errno));
		return;
	}
	if (errno != EINVAL)
		fail(EXIT_OWN, "rootfs '%s': cannot make it the root: %s", path, strerror(errno));
	/* an initramfs cannot be pivoted away from, so it is mounted over, as switch_root does */
	warning("pivot_root does not work here (an initramfs?): using chroot, which is a weaker wall");
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
		fail(EXIT_OWN, "rootfs '%s': cannot make it the root: %s", path, strerror(errno));
}

/* The files belong to the container's users, by number, unless they belong to those of the host. */
static void map_owners(struct mount_attr *attr)
{
	struct stat st;

	if (userns_fd() < 0 || fstatat(AT_FDCWD, "", &st, AT_EMPTY_PATH) < 0 ||
	    userns_has(st.st_uid))
		return;
	attr->attr_set |= MOUNT_ATTR_IDMAP;
	attr->userns_fd = userns_fd();
}

/* The given directory as a mount of its own, as it will be seen. */
static int make_root(const struct options *options, struct mount_attr *attr)
{
	const char *path = options->rootfs;
	int tree = open_tree(AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (tree < 0)
		fail(EXIT_OWN, "rootfs '%s': cannot bind it: %s", path, strerror(errno));
	map_owners(attr);
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, attr, sizeof(*attr)) == 0)
		return tree;
	if (errno == EINVAL && attr->attr_set & MOUNT_ATTR_IDMAP)
		fail(EXIT_OWN,
		     "rootfs '%s': its file system has no idmapped mounts: give its files to the users "
		     "that --uidmap names (root is %u there)",
		     path, userns_uid(0));
	fail(EXIT_OWN, "rootfs '%s': cannot set the mount's flags: %s", path, strerror(errno));
}

/**
 * rootfs_enter() - make the directory the root, with all that a container expects below it
 * @options: the command line
 *
 * In the child, in a mount namespace of its own.
 */
void rootfs_enter(const struct options *options)
{
	/* device files and set-user-ID programs of an image are nobody's business */
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID,
		.propagation = MS_PRIVATE,
	};
	int root;

	if (options->read_only)
		attr.attr_set |= MOUNT_ATTR_RDONLY;
	/* while the host's paths are there */
	mounts_prepare(options);
	overlay_prepare();
	root = make_root(options, &attr);
	leave_chroot();
	/* nothing that is mounted from here on may be seen outside */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail(EXIT_OWN, "cannot make the mounts private: %s", strerror(errno));
	mounts_stack(root);
	if (options->overlay) {
		root = overlay_make(root, attr.attr_set & ~MOUNT_ATTR_IDMAP);
		mounts_stack(root);
	}
	pivot(options->rootfs);
	close(root);
	if (chdir("/") < 0)
		fail(EXIT_OWN, "rootfs '%s': cannot enter it: %s", options->rootfs,
		     strerror(errno));
	mounts_make(options);
}
