// SPDX-License-Identifier: GPL-2.0
/*
 * poller INTERVAL_MS LIMIT [PID] - what a user-space limiter does, and no more
 *
 * Reads /proc/PID/statm, or that of every process without PID, each INTERVAL_MS milliseconds, and
 * sends SIGKILL to whoever's resident size is above LIMIT bytes. Ends when PID is gone.
 */
#include <ctype.h>
#include <dirent.h>
#include <signal.h>

#include "bench.h"

/* Returns 0, or -1 if there is no such process. */
static int look(int proc, const char *pid, unsigned long long limit)
{
	unsigned long long resident;
	char path[64], text[128];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/statm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return -1;
	text[len] = '\0';
	if (sscanf(text, "%*u %llu", &resident) == 1 && resident * 4 * KIB > limit)
		kill(atoi(pid), SIGKILL);
	return 0;
}

static void look_at_all(int proc, unsigned long long limit)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		bench_die("/proc");
	while ((entry = readdir(dir)))
		if (isdigit(entry->d_name[0]))
			look(proc, entry->d_name, limit);
	closedir(dir);
}

int main(int argc, char **argv)
{
	unsigned long long limit;
	struct timespec interval;
	int proc, ms;

	if (argc < 3) {
		fprintf(stderr, "usage: poller INTERVAL_MS LIMIT [PID]\n");
		return 2;
	}
	ms = atoi(argv[1]);
	interval = (struct timespec){ ms / 1000, ms % 1000 * 1000000L };
	limit = strtoull(argv[2], NULL, 10);
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		bench_die("/proc");
	for (;;) {
		if (argc == 3)
			look_at_all(proc, limit);
		else if (look(proc, argv[3], limit))
			return 0;
		nanosleep(&interval, NULL);
	}
}
