// SPDX-License-Identifier: GPL-2.0
/*
 * share MILLISECONDS PID... - what the scheduler gave to each process meanwhile
 *
 * A line of TSV for each: PID, nanoseconds on a CPU, nanoseconds it waited for one, how many turns
 * it had. They are the differences of /proc/PID/schedstat, of one thread. All are read in one go:
 * the program has a real-time priority, and nobody runs in between on its CPU.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST 16

struct account {
	unsigned long long cpu, wait, turns;
};

static void look(int pids, char **pid, struct account *account)
{
	char path[64];
	FILE *file;
	int i;

	for (i = 0; i < pids; i++) {
		snprintf(path, sizeof(path), "/proc/%s/schedstat", pid[i]);
		file = fopen(path, "re");
		if (!file || fscanf(file, "%llu %llu %llu", &account[i].cpu, &account[i].wait,
				    &account[i].turns) != 3)
			err(1, "%s", path);
		fclose(file);
	}
}

int main(int argc, char **argv)
{
	struct account before[MOST], after[MOST];
	struct sched_param first = { .sched_priority = 1 };
	struct timespec t;
	long ms;
	int i;

	if (argc < 3 || argc > 2 + MOST)
		errx(2, "usage: share MILLISECONDS PID...");
	ms = atol(argv[1]);
	t.tv_sec = ms / 1000;
	t.tv_nsec = ms % 1000 * 1000000;
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		err(1, "sched_setscheduler");
	look(argc - 2, argv + 2, before);
	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
	look(argc - 2, argv + 2, after);
	for (i = 0; i < argc - 2; i++)
		printf("%s\t%llu\t%llu\t%llu\n", argv[i + 2], after[i].cpu - before[i].cpu,
		       after[i].wait - before[i].wait, after[i].turns - before[i].turns);
	return 0;
}
