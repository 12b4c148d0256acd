// SPDX-License-Identifier: GPL-2.0
/*
 * cpu_hog FILE - count for ever
 *
 * It never sleeps and asks the kernel for nothing, so it always wants the CPU. How far it has got
 * is in the first 8 bytes of FILE: work that was done, beside the CPU time that was accounted.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	volatile uint64_t *count;
	int fd;

	if (argc != 2)
		errx(2, "usage: cpu_hog FILE");
	fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, sizeof(*count)))
		err(1, "%s", argv[1]);
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (count == MAP_FAILED)
		err(1, "mmap %s", argv[1]);
	for (;;)
		++*count;
}
