// SPDX-License-Identifier: GPL-2.0
/*
 * What a member sees of tmpfs, and we do not, who are on the host. The way to a mount is the member's: there may be a
 * link or a FUSE on it, and another mount in its place, by the time we go. So
 *
 * 1. it is opened from what the kernel has in memory (RESOLVE_CACHED), never behind a link nor out of the
 *    member's root, and not to be used (O_PATH). That holds the mount, whose numbers stay its own then;
 * 2. the table is read again: what is held is a tmpfs if it says so now. Only then it is asked how full it is.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "uncounted.h"

/* of one member; more are not looked at */
#define HELD_MAX 500

/**
 * struct entry - a line of a mount table
 * @id: number of the mount
 * @dev: device of its file system
 * @point: where it is, seen from the member's root
 */
struct entry {
	unsigned int id;
	uint64_t dev;
	char *point;
};

/* the same of one that is held by a descriptor */
struct held {
	unsigned int id;
	uint64_t dev;
	int fd;
};

/* what we see: devices, and the mount namespace */
static void *own_devices;
static char own_ns[64];

static uint64_t device(unsigned int major, unsigned int minor)
{
	return (uint64_t)major << 32 | minor;
}

static FILE *table_open(int proc)
{
	int fd = openat(proc, "mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *table = fd < 0 ? NULL : fdopen(fd, "r");

	if (!table)
		fd_close(&fd);
	return table;
}

/* \040 and the like, in place */
static void unescape(char *text)
{
	unsigned int byte;
	char *to = text;

	for (; *text; to++)
		if (*text == '\\' && sscanf(text + 1, "%3o", &byte) == 1) {
			*to = byte;
			text += 4;
		} else {
			*to = *text++;
		}
	*to = '\0';
}

static bool starts(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/*
 * The next tmpfs of a mount table; false: there is none. An overlay whose source is so named is jfrun's, and
 * tells how full the tmpfs of its upper layer is. Another's could only make us wait if he may mount a FUSE
 * that asks him on behalf of root: so he is root, as we are. Spaces in names are escaped there, so the first
 * " - " is where the type stands.
 */
static bool table_next(FILE *table, char **line, size_t *size, struct entry *entry)
{
	unsigned int major, minor;
	int from, to;
	char *type;

	while (getline(line, size, table) > 0) {
		type = strstr(*line, " - ");
		if (!type || (!starts(type, " - tmpfs ") && !starts(type, " - overlay tmpfs ")))
			continue;
		to = 0;
		sscanf(*line, "%u %*u %u:%u %*s %n%*s%n", &entry->id, &major, &minor, &from, &to);
		if (!to)
			continue;
		(*line)[to] = '\0';
		entry->point = *line + from;
		unescape(entry->point);
		entry->dev = device(major, minor);
		return true;
	}
	return false;
}

static bool namespace_of(int proc, char *name, size_t size)
{
	ssize_t length = readlinkat(proc, "ns/mnt", name, size - 1);

	name[length < 0 ? 0 : length] = '\0';
	return length > 0;
}

/**
 * tmpfs_prepare() - learn what we see ourselves
 */
void tmpfs_prepare(void)
{
	cleanup_close int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *line = NULL;
	FILE *table = table_open(self);
	struct entry entry;
	size_t size = 0;

	namespace_of(self, own_ns, sizeof(own_ns));
	while (table && table_next(table, &line, &size, &entry))
		set_add(&own_devices, entry.dev);
	if (table)
		fclose(table);
}

/* A descriptor of the mount @entry; -1: something else is there, or it cannot be told without waiting. */
static int hold(int root, const struct entry *entry)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_CACHED | RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS,
	};
	struct statx file;
	int fd = -1, tries;

	/* EAGAIN: somebody has changed something at the same moment, or it is not in memory */
	for (tries = 0; fd < 0 && tries < 3; tries++)
		fd = syscall(SYS_openat2, root, entry->point, &how, sizeof(how));
	if (fd >= 0 &&
	    (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &file) < 0 ||
	     file.stx_mnt_id != entry->id ||
	     device(file.stx_dev_major, file.stx_dev_minor) != entry->dev))
		fd_close(&fd);
	return fd;
}

/* Is the same file system held by another of its mounts? */
static bool is_held(const struct held *held, size_t count, const struct entry *entry)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (held[i].dev == entry->dev)
			return true;
	return false;
}

/* @entry is a tmpfs: so is what is held, if it is the same one. */
static void count(struct container *c, const struct held *held, size_t count,
		  const struct entry *entry)
{
	struct statfs fs;
	size_t i;

	for (i = 0; i < count; i++)
		if (held[i].id == entry->id && held[i].dev == entry->dev &&
		    set_add(&c->mounts, entry->dev) && fstatfs(held[i].fd, &fs) == 0 &&
		    fs.f_blocks > fs.f_bfree)
			c->tmpfs += (uint64_t)(fs.f_blocks - fs.f_bfree) * fs.f_bsize;
}

/**
 * tmpfs_count() - those that a thread sees
 * @c: its container
 * @task: descriptor of its directory in /proc/PID/task
 */
void tmpfs_count(struct container *c, int task)
{
	static struct held held[HELD_MAX];
	cleanup_free char *line = NULL;
	cleanup_close int root = -1;
	struct entry entry;
	size_t size = 0, n = 0;
	char ns[64];
	FILE *table;

	if (!namespace_of(task, ns, sizeof(ns)) || !strcmp(ns, own_ns))
		return;
	table = table_open(task);
	root = openat(task, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (table && n < HELD_MAX && table_next(table, &line, &size, &entry) && !too_late(c)) {
		if (set_has(&own_devices, entry.dev) || set_has(&c->mounts, entry.dev) ||
		    is_held(held, n, &entry))
			continue;
		held[n].id = entry.id;
		held[n].dev = entry.dev;
		held[n].fd = hold(root, &entry);
		n += held[n].fd >= 0;
	}
	if (table && n > 0) {
		rewind(table);
		while (table_next(table, &line, &size, &entry))
			count(c, held, n, &entry);
	}
	if (table)
		fclose(table);
	while (n > 0)
		fd_close(&held[--n].fd);
}
