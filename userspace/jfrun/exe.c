// SPDX-License-Identifier: GPL-2.0
/*
 * The program file of jfrun itself. Whoever has the container execute /proc/self/exe, by the first
 * line of a script say, runs this file with libraries of the image, has it open for reading, and could
 * open that for writing as soon as nobody executes it: the next jfrun would be his, on the host.
 *
 * So jfrun executes itself once more, from a mount that is nowhere and read-only for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "jfrun.h"

#define SELF "/proc/self/exe"

/**
 * exe_protect() - go on from where our program file cannot be written to
 * @argv: main()'s
 *
 * Without root's privileges there will be no container, and nothing to protect from.
 */
void exe_protect(char **argv)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	struct statvfs self;
	int tree;

	/* by a descriptor: its number would be our name */
	prctl(PR_SET_NAME, tool_name);
	if (geteuid() != 0 || (statvfs(SELF, &self) == 0 && self.f_flag & ST_RDONLY))
		return;
	tree = open_tree(AT_FDCWD, SELF, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0 && errno == EPERM)
		return;
	if (tree >= 0 && mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) == 0)
		execveat(tree, "", argv, environ, AT_EMPTY_PATH);
	fail(EXIT_OWN, "cannot keep the container from " SELF ": %s", strerror(errno));
}
