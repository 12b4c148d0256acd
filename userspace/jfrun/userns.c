// SPDX-License-Identifier: GPL-2.0
/*
 * --uidmap, --gidmap: a user namespace. The container's root is a user without any privilege on the
 * host, and its capabilities count for what belongs to the container only.
 *
 * A process of its own makes it, beforehand, with those of the container's namespaces that are to belong
 * to it; it lives until the maps are written. The container's child enters these first, but the user
 * namespace last: what has to be mounted is mounted by the host's root. Then it copies its mount
 * namespace. In such a copy the kernel ties all mounts together and locks their flags, so that not even
 * CAP_SYS_ADMIN there unmounts what hides something, or makes writable what is read-only.
 *
 * The PID namespace belongs to the host's root: only fork() makes one.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jfrun.h"

/* In the order in which they are entered. */
static struct {
	const char *name;
	int flag;
	int fd;
} owned[] = {
	{ "net", CLONE_NEWNET, -1 },
	{ "ipc", CLONE_NEWIPC, -1 },
	{ "uts", CLONE_NEWUTS, -1 },
	{ "cgroup", CLONE_NEWCGROUP, -1 },
};

static int user_ns = -1;

/* As the kernel shows it. */
struct map {
	struct id_range *ranges;
	size_t count;
};

static struct map uids, gids;

/* One of the three numbers; returns what is behind it. */
static const char *number(const char *text, unsigned int *value)
{
	unsigned long found;
	char *end;

	errno = 0;
	found = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || errno || found > UINT_MAX)
		return NULL;
	*value = found;
	return end;
}

/**
 * userns_parse() - CONTAINER:HOST:SIZE
 * @option: its option
 * @text: its value
 * @range: filled in
 */
void userns_parse(const char *option, const char *text, struct id_range *range)
{
	const char *rest = number(text, &range->inside);

	if (rest && *rest == ':')
		rest = number(rest + 1, &range->outside);
	if (rest && *rest == ':')
		rest = number(rest + 1, &range->size);
	else
		rest = NULL;
	if (!rest || *rest)
		fail(EXIT_OWN, "--%s '%s': not CONTAINER:HOST:SIZE, three numbers", option, text);
	/* the greatest number means none */
	if (!range->size || range->size > UINT_MAX - range->inside ||
	    range->size > UINT_MAX - range->outside)
		fail(EXIT_OWN, "--%s '%s': SIZE is 1 at least, and no ID above 4294967294", option,
		     text);
}

static void write_map(pid_t pid, const char *option, const char *file,
		      const struct id_range *ranges, size_t count)
{
	cleanup_free char *path = format_text("/proc/%d/%s", pid, file);
	cleanup_free char *text = allocate(count * 40 + 1);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	char *end = text;
	size_t i;

	for (i = 0; i < count; i++)
		end += sprintf(end, "%u %u %u\n", ranges[i].inside, ranges[i].outside,
			       ranges[i].size);
	if (fd < 0 || write(fd, text, end - text) < 0)
		fail(EXIT_OWN, "--%s: the kernel refuses it: %s%s", option, strerror(errno),
		     errno == EINVAL ? ": ranges must not overlap" : "");
}

/* The descriptor of a process's namespace. */
static int open_ns(pid_t pid, const char *name)
{
	cleanup_free char *path = format_text("/proc/%d/ns/%s", pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(EXIT_OWN, "cannot open the %s namespace: %s", name, strerror(errno));
	return fd;
}

/* A kernel without cgroups takes CLONE_NEWCGROUP, and makes none. */
static bool has_ns(const char *name)
{
	cleanup_free char *path = format_text("/proc/self/ns/%s", name);

	return access(path, F_OK) == 0;
}

static void load_map(pid_t pid, const char *file, struct map *map)
{
	cleanup_free char *path = format_text("/proc/%d/%s", pid, file);
	FILE *stream = fopen(path, "re");
	struct id_range range;

	while (stream &&
	       fscanf(stream, "%u %u %u", &range.inside, &range.outside, &range.size) == 3) {
		map->ranges = realloc(map->ranges, (map->count + 1) * sizeof(range));
		if (!map->ranges)
			fail(EXIT_OWN, "out of memory");
		map->ranges[map->count++] = range;
	}
	if (stream)
		fclose(stream);
}

/**
 * userns_load() - get to know a process's user namespace
 * @pid: the process
 */
void userns_load(pid_t pid)
{
	user_ns = open_ns(pid, "user");
	load_map(pid, "uid_map", &uids);
	load_map(pid, "gid_map", &gids);
}

/* Is there until its end of the pipe, and with it jfrun, is gone. */
static pid_t fork_holder(unsigned long long namespaces, const int *ends)
{
	pid_t pid = ns_fork(namespaces, NULL);
	char end;

	if (pid == 0) {
		close(ends[1]);
		while (read(ends[0], &end, 1) < 0 && errno == EINTR)
			;
		_exit(0);
	}
	return pid;
}

/**
 * userns_make() - make the user namespace that is asked for, and what belongs to it
 * @options: the command line
 */
void userns_make(const struct options *options)
{
	unsigned long long namespaces = CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWUTS;
	int ends[2];
	size_t i;
	pid_t pid;

	if (!options->uid_map_count)
		return;
	if (options->net)
		namespaces |= CLONE_NEWNET;
	if (pipe2(ends, O_CLOEXEC) < 0)
		fail(EXIT_OWN, "cannot make a pipe: %s", strerror(errno));
	namespaces |= CLONE_NEWCGROUP;
	pid = fork_holder(namespaces, ends);
	if (pid < 0 && errno == EINVAL) {
		namespaces &= ~CLONE_NEWCGROUP;
		pid = fork_holder(namespaces, ends);
	}
	if (pid < 0)
		fail(EXIT_OWN, "--uidmap: cannot make a user namespace: %s%s", strerror(errno),
		     errno == EINVAL ? ": this kernel has none (CONFIG_USER_NS)" :
		     errno == ENOSPC ? ": see /proc/sys/user/max_user_namespaces" :
				       "");
	write_map(pid, "uidmap", "uid_map", options->uid_map, options->uid_map_count);
	write_map(pid, "gidmap", "gid_map", options->gid_map, options->gid_map_count);
	userns_load(pid);
	for (i = 0; i < ARRAY_SIZE(owned); i++)
		if (namespaces & owned[i].flag && has_ns(owned[i].name))
			owned[i].fd = open_ns(pid, owned[i].name);
	close(ends[0]);
	close(ends[1]);
	waitpid(pid, NULL, 0);
}

/**
 * userns_enter_owned() - in the child: the namespaces that belong to the user namespace
 */
void userns_enter_owned(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(owned); i++)
		if (owned[i].fd >= 0 && setns(owned[i].fd, owned[i].flag) < 0)
			fail(EXIT_OWN, "cannot enter the %s namespace: %s", owned[i].name,
			     strerror(errno));
}

/**
 * userns_enter() - in the child: the user namespace, if there is one
 * @join: a running container's: its mount namespace is there
 */
void userns_enter(bool join)
{
	if (user_ns < 0)
		return;
	if (setns(user_ns, CLONE_NEWUSER) < 0)
		fail(EXIT_OWN, "cannot enter the user namespace: %s", strerror(errno));
	if (!join && unshare(CLONE_NEWNS) < 0)
		fail(EXIT_OWN, "cannot make a mount namespace of the container's user's: %s",
		     strerror(errno));
}

/**
 * userns_fd() - the user namespace's descriptor
 *
 * Return: -1 if there is none.
 */
int userns_fd(void)
{
	return user_ns;
}

/**
 * userns_fds() - descriptors that the child needs
 * @fds: where they go
 *
 * Return: how many.
 */
size_t userns_fds(int *fds)
{
	size_t i, count = 0;

	if (user_ns >= 0)
		fds[count++] = user_ns;
	for (i = 0; i < ARRAY_SIZE(owned); i++)
		if (owned[i].fd >= 0)
			fds[count++] = owned[i].fd;
	return count;
}

/* The range that has an ID of the host's, or NULL. */
static const struct id_range *range_of(const struct map *map, unsigned int id)
{
	const struct id_range *range = map->ranges, *end = range + map->count;

	for (; range < end; range++)
		if (id >= range->outside && id - range->outside < range->size)
			return range;
	return NULL;
}

static unsigned int inside(const struct map *map, unsigned int id)
{
	const struct id_range *range = range_of(map, id);

	if (user_ns < 0)
		return id;
	return range ? range->inside + (id - range->outside) : 0;
}

/**
 * userns_uid_inside() - what a user of the host's is in the container
 * @uid: on the host
 *
 * Return: the same without a user namespace; 0 for one whom no map names.
 */
uid_t userns_uid_inside(uid_t uid)
{
	return inside(&uids, uid);
}

/**
 * userns_gid_inside() - what a group of the host's is in the container
 * @gid: on the host
 *
 * Return: as userns_uid_inside().
 */
gid_t userns_gid_inside(gid_t gid)
{
	return inside(&gids, gid);
}

static unsigned int outside(const struct map *map, unsigned int id)
{
	const struct id_range *range = map->ranges, *end = range + map->count;

	if (user_ns < 0)
		return id;
	for (; range < end; range++)
		if (id >= range->inside && id - range->inside < range->size)
			return range->outside + (id - range->inside);
	return 0;
}

/**
 * userns_uid() - what a user of the container is on the host
 * @uid: in the container
 *
 * Return: the same without a user namespace; 0 for one whom no map names.
 */
uid_t userns_uid(uid_t uid)
{
	return outside(&uids, uid);
}

/**
 * userns_gid() - what a group of the container is on the host
 * @gid: in the container
 *
 * Return: as userns_uid().
 */
gid_t userns_gid(gid_t gid)
{
	return outside(&gids, gid);
}

/**
 * userns_has() - is a user of the host's somebody in the container?
 * @uid: on the host
 */
bool userns_has(uid_t uid)
{
	return range_of(&uids, uid);
}
