// SPDX-License-Identifier: GPL-2.0
/*
 * tax LABEL [FILE] - what a page fault costs, in instructions
 *
 * Writes its PID into FILE (a container's pids, a cgroup's cgroup.procs) if there is one, then
 * touches pages of 4 KiB and gives them back, batch by batch, and prints LABEL and how much the
 * time-stamp counter has advanced a page: in touching it, and in giving it back. Both are medians
 * of all batches, so that a timer's interrupt does not count. In a VM with --icount the counter
 * counts instructions.
 */
#include <sys/mman.h>
#include <x86intrin.h>

#include "bench.h"

/* a batch is short beside the time between two ticks of 4 ms, so that few of them have one */
#define PAGES 256
#define BATCHES 96
/* the first ones bring page tables and the allocator's lists into a steady state */
#define WARM_UP 16

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double median_a_page(uint64_t *ticks)
{
	qsort(ticks, BATCHES, sizeof(*ticks), compare);
	return (double)ticks[BATCHES / 2] / PAGES;
}

int main(int argc, char **argv)
{
	static uint64_t touch[BATCHES], give_back[BATCHES];
	uint64_t begin, touched, end;
	volatile char *p;
	int batch, i;

	if (argc < 2) {
		fprintf(stderr, "usage: tax LABEL [FILE]\n");
		return 2;
	}
	if (argc > 2)
		bench_write(argv[2], "%d", getpid());
	p = mmap(NULL, PAGES * 4 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || madvise((void *)p, PAGES * 4 * KIB, MADV_NOHUGEPAGE))
		bench_die("mmap");
	for (batch = -WARM_UP; batch < BATCHES; batch++) {
		begin = __rdtsc();
		for (i = 0; i < PAGES; i++)
			p[i * 4 * KIB] = 1;
		touched = __rdtsc();
		if (madvise((void *)p, PAGES * 4 * KIB, MADV_DONTNEED))
			bench_die("madvise");
		end = __rdtsc();
		if (batch < 0)
			continue;
		touch[batch] = touched - begin;
		give_back[batch] = end - touched;
	}
	printf("%s\t%.1f\t%.1f\n", argv[1], median_a_page(touch), median_a_page(give_back));
	return 0;
}
