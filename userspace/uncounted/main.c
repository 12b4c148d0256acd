// SPDX-License-Identifier: GPL-2.0
/* All containers, and all members of each. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "uncounted.h"

const char *const tool_name = "jf-uncounted";

static const char usage[] =
	"usage: jf-uncounted\n"
	"\n"
	"For `jf check` and `jf metrics`: prints what no limit counts, a line for each container and kind:\n"
	"its name, hugetlb, memfd, sysvshm or tmpfs, and bytes. Nothing if not run by root.\n";

/* A container with so many members, files and mounts that they take longer is told in part. */
#define LOOK_MS 2000
/* and if something is waited for against all expectation, this is the end, in seconds */
#define GIVE_UP 60

static uint64_t time_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/**
 * too_late() - it has been looked at for long enough
 * @c: the container
 */
bool too_late(const struct container *c)
{
	return time_ms() > c->until;
}

static int compare(const void *first, const void *second)
{
	uint64_t a = *(const uint64_t *)first, b = *(const uint64_t *)second;

	return a < b ? -1 : a > b;
}

/**
 * set_has() - is a number in a set?
 * @set: NULL if it is empty
 * @value: the number
 */
bool set_has(void **set, uint64_t value)
{
	return tfind(&value, set, compare);
}

/**
 * set_add() - put a number into a set
 * @set: NULL if it is empty
 * @value: the number
 *
 * Return: it has not been there before.
 */
bool set_add(void **set, uint64_t value)
{
	uint64_t *added;

	if (set_has(set, value))
		return false;
	added = allocate(sizeof(*added));
	*added = value;
	if (!tsearch(added, set, compare))
		fail(EXIT_FAILURE, "out of memory");
	return true;
}

/* By its own counter: one that another member shares counts for both. False: it has no memory. */
static bool hugetlb_count(struct container *c, int task)
{
	int fd = openat(task, "status", O_RDONLY | O_CLOEXEC);
	FILE *status = fd < 0 ? NULL : fdopen(fd, "r");
	unsigned long long kib;
	bool found = false;
	char line[256];

	if (!status) {
		fd_close(&fd);
		return false;
	}
	while (!found && fgets(line, sizeof(line), status))
		found = sscanf(line, "HugetlbPages: %llu kB", &kib) == 1;
	if (found)
		c->hugetlb += kib << 10;
	fclose(status);
	return found;
}

/* Have two threads the same @what? It may not be known: then not. */
static bool have_common(int what, pid_t a, pid_t b)
{
	return a && syscall(SYS_kcmp, a, b, what, 0, 0) == 0;
}

/*
 * A thread may have parted with the others' files, root or namespaces, or be what is left of a process
 * whose first one has ended. @last: the one before, 0: none.
 */
static void thread_count(struct container *c, int task, pid_t tid, pid_t last)
{
	if (!have_common(KCMP_FILES, last, tid))
		memfd_count(c, task);
	if (!have_common(KCMP_FS, last, tid))
		tmpfs_count(c, task);
	sysvshm_count(c, task);
}

/* Held by their directories, so that a number cannot come to mean another process. */
static bool member_count(const char *pid, void *data)
{
	struct container *c = data;
	cleanup_close int proc = openat(c->procs, pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(proc, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *threads = fd < 0 ? NULL : fdopendir(fd);
	bool found = hugetlb_count(c, proc);
	struct dirent *entry;
	pid_t tid, last = 0;

	while (threads && !too_late(c) && (entry = readdir(threads))) {
		cleanup_close int task =
			openat(fd, entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);

		tid = atoi(entry->d_name);
		if (!tid || task < 0)
			continue;
		if (!found)
			found = hugetlb_count(c, task);
		thread_count(c, task, tid, last);
		last = tid;
	}
	if (threads)
		closedir(threads);
	else
		fd_close(&fd);
	return !too_late(c);
}

static void container_tell(const char *name, int procs)
{
	struct container c = { .until = time_ms() + LOOK_MS, .procs = procs };
	cleanup_free char *problem = members_each(name, member_count, &c);

	/* rather nothing than a zero that may be wrong */
	if (problem) {
		warning("container %s: %s", name, problem);
		return;
	}
	if (too_late(&c))
		warning("container %s: too much to look through: there may be more than is told",
			name);
	printf("%s\thugetlb\t%llu\n", name, (unsigned long long)c.hugetlb);
	printf("%s\tmemfd\t%llu\n", name, (unsigned long long)c.memfd);
	printf("%s\tsysvshm\t%llu\n", name, (unsigned long long)c.sysvshm);
	printf("%s\ttmpfs\t%llu\n", name, (unsigned long long)c.tmpfs);
	/* it stays told if the next one is the end */
	fflush(stdout);
	tdestroy(c.memfds, free);
	tdestroy(c.namespaces, free);
	tdestroy(c.mounts, free);
}

int main(int argc, char **argv)
{
	const char *proc = getenv("JF_PROC");
	cleanup_close int procs = -1;
	struct dirent *entry;
	DIR *containers;

	fd_standard_open();
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (argc > 1)
		fail(EXIT_FAILURE, "'%s': takes no argument", argv[1]);
	if (!proc || !*proc)
		proc = "/proc";
	procs = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
	containers = opendir(paths_configfs());
	/* what others' files are is not for everybody: a part would be taken for all */
	if (geteuid() != 0 || procs < 0 || !containers)
		return EXIT_SUCCESS;
	alarm(GIVE_UP);
	memfd_prepare();
	sysvshm_prepare();
	tmpfs_prepare();
	while ((entry = readdir(containers)))
		if (entry->d_name[0] != '.')
			container_tell(entry->d_name, procs);
	closedir(containers);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
