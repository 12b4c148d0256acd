// SPDX-License-Identifier: GPL-2.0
/*
 * initramfs COMMAND [ARG...]
 *
 * Runs COMMAND as if nobody had left the initramfs: its root is the kernel's rootfs, which pivot_root()
 * refuses to move. What was the root is in /machine, and links lead there. In the test VM only, whose root
 * was moved over that rootfs, as switch_root does.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

static void link_all(void)
{
	DIR *dir = opendir("/machine");
	struct dirent *entry;
	char target[512], path[512];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(target, sizeof(target), "machine/%s", entry->d_name);
		snprintf(path, sizeof(path), "/%s", entry->d_name);
		/* an empty directory of the initramfs's own */
		rmdir(path);
		if (symlink(target, path) < 0 && errno != EEXIST)
			err(125, "%s", path);
	}
	closedir(dir);
}

int main(int argc, char **argv)
{
	char directory[4096];
	int tree, self;

	if (argc < 2)
		errx(2, "usage: initramfs COMMAND [ARG...]");
	if (!getcwd(directory, sizeof(directory)))
		err(125, "getcwd");
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(125, "a mount namespace");
	tree = open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (tree < 0 || umount2("/", MNT_DETACH) < 0)
		err(125, "the old root");
	/* to the root of our mount namespace, which was hidden below it */
	self = pidfd_open(getpid(), 0);
	if (self < 0 || setns(self, CLONE_NEWNS) < 0)
		err(125, "the rootfs");
	mkdir("/machine", 0755);
	if (move_mount(tree, "", AT_FDCWD, "/machine", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		err(125, "/machine");
	link_all();
	if (chdir(directory) < 0)
		err(125, "%s", directory);
	execvp(argv[1], argv + 1);
	err(127, "%s", argv[1]);
}
