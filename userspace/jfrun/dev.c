// SPDX-License-Identifier: GPL-2.0
/* /dev: a few devices without which programs do not work, and nothing of the host's. */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "jfrun.h"

#define TTY_GROUP 5

static const struct {
	const char *path;
	unsigned int major, minor;
} devices[] = {
	{ "/dev/null", 1, 3 }, { "/dev/zero", 1, 5 },	{ "/dev/full", 1, 7 },
	{ "/dev/tty", 5, 0 },  { "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 },
};

static const struct {
	const char *path, *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },	      { "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/ptmx", "pts/ptmx" },
};

/**
 * dev_make() - mount and fill /dev
 */
void dev_make(void)
{
	const unsigned long plain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	cleanup_free char *data = NULL;
	mode_t mask = umask(0);
	struct stat st;
	size_t i;

	if (lstat("/dev", &st) == 0 && S_ISLNK(st.st_mode))
		fail(EXIT_OWN, "rootfs: /dev is a link: it must be a directory");
	mounts_tmpfs("/dev", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k,nr_inodes=1k");
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (mknod(devices[i].path, S_IFCHR | 0666,
			  makedev(devices[i].major, devices[i].minor)) < 0)
			fail(EXIT_OWN, "cannot make %s: %s", devices[i].path, strerror(errno));
	for (i = 0; i < ARRAY_SIZE(links); i++)
		if (symlink(links[i].target, links[i].path) < 0)
			fail(EXIT_OWN, "cannot make %s: %s", links[i].path, strerror(errno));
	umask(022);
	data = format_text("newinstance,ptmxmode=0666,mode=0620,gid=%u", userns_gid(TTY_GROUP));
	mounts_at("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, data);
	mounts_tmpfs("/dev/shm", plain, "mode=1777,size=64m,nr_inodes=16k");
	mounts_point("/dev/mqueue", S_IFDIR);
	/* a kernel may have none */
	if (mount("mqueue", "/dev/mqueue", "mqueue", plain, NULL) < 0 && errno != ENODEV)
		fail(EXIT_OWN, "cannot mount mqueue on /dev/mqueue: %s", strerror(errno));
	umask(mask);
}
