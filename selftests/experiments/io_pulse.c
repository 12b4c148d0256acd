// SPDX-License-Identifier: GPL-2.0
/*
 * io_pulse FILE PULSES WORK_US [SLICE_US] - sleep as one who waits for a disk, work a little, again
 *
 * Each sleep is of 5 to 15 ms, at random, so that it keeps no step with the timer's tick. FILE gets
 * a line for each: how many nanoseconds after its time was up the program was running again. Then
 * it works for WORK_US microseconds. With SLICE_US it asks the scheduler for turns of that length,
 * which since Linux 6.12 is listened to (sched_setattr(2), sched_runtime).
 */
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* as the kernel has it: not in the C library's headers */
struct attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = { ns / 1000000000, ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void ask_for_slice(uint64_t us)
{
	struct attr attr = { .size = sizeof(attr) };

	if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0))
		err(1, "sched_getattr");
	attr.runtime = us * 1000;
	if (syscall(SYS_sched_setattr, 0, &attr, 0))
		err(1, "sched_setattr");
}

int main(int argc, char **argv)
{
	uint64_t due, work_ns;
	uint32_t random = 1;
	long i, pulses;
	FILE *file;

	if (argc != 4 && argc != 5)
		errx(2, "usage: io_pulse FILE PULSES WORK_US [SLICE_US]");
	file = fopen(argv[1], "we");
	if (!file)
		err(1, "%s", argv[1]);
	pulses = atol(argv[2]);
	work_ns = atol(argv[3]) * 1000;
	if (argc == 5)
		ask_for_slice(atol(argv[4]));
	/* the kernel may put off a timer by 50 us otherwise, to wake up once for several */
	prctl(PR_SET_TIMERSLACK, 1);
	for (i = 0; i < pulses; i++) {
		random = random * 1664525 + 1013904223;
		due = now() + 5000000 + random % 10000000;
		sleep_until(due);
		fprintf(file, "%llu\n", (unsigned long long)(now() - due));
		for (due = now() + work_ns; now() < due;)
			;
	}
	return fclose(file) ? 1 : 0;
}
