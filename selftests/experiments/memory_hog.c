// SPDX-License-Identifier: GPL-2.0
/*
 * memory_hog MIB - fill MIB MiB, page by page, give them back, and begin anew, for ever
 *
 * It wants the CPU all the time, as cpu_hog does, but spends it in the kernel: in page faults.
 */
#include <err.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096UL

int main(int argc, char **argv)
{
	size_t size, at;
	char *memory, *end;

	size = argc == 2 ? strtoul(argv[1], &end, 10) << 20 : 0;
	if (!size || *end)
		errx(2, "usage: memory_hog MIB");
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "mmap");
	madvise(memory, size, MADV_NOHUGEPAGE);
	for (;;) {
		for (at = 0; at < size; at += PAGE)
			memory[at] = 1;
		if (madvise(memory, size, MADV_DONTNEED))
			err(1, "madvise");
	}
}
