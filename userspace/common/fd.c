// SPDX-License-Identifier: GPL-2.0
/* File descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"

/**
 * fd_standard_open() - make sure that 0, 1 and 2 are open
 *
 * A file of ours must not become somebody's stderr.
 */
void fd_standard_open(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fail(EXIT_OWN, "cannot open /dev/null: %s", strerror(errno));
		if (fd <= STDERR_FILENO)
			fcntl(fd, F_SETFD, 0);
	} while (fd <= STDERR_FILENO);
	close(fd);
}

/**
 * fd_close() - close and forget
 * @fd: the descriptor; -1 afterwards, and nothing is done if it is so before
 */
void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int compare(const void *first, const void *second)
{
	return *(const int *)first - *(const int *)second;
}

/**
 * fd_close_others() - close all descriptors but these and those below the lowest of them
 * @keep: these; sorted afterwards
 * @count: how many, one at least
 *
 * Return: 0, or -1 and errno.
 */
int fd_close_others(int *keep, size_t count)
{
	unsigned int first, last;
	size_t i;

	qsort(keep, count, sizeof(*keep), compare);
	for (i = 0; i < count; i++) {
		first = keep[i] + 1;
		last = i + 1 < count ? (unsigned int)keep[i + 1] - 1 : ~0U;
		if (first <= last && close_range(first, last, 0) < 0)
			return -1;
	}
	return 0;
}

/**
 * close_cleanup() - for cleanup_close
 * @fd: address of the variable
 */
void close_cleanup(int *fd)
{
	fd_close(fd);
}

/**
 * fd_write_all() - write, however many writes it takes
 * @fd: where
 * @data: what
 * @size: its length
 *
 * Return: 0, or -1 and errno.
 */
int fd_write_all(int fd, const void *data, size_t size)
{
	const char *next = data;

	while (size > 0) {
		ssize_t done = write(fd, next, size);

		if (done < 0 && errno == EINTR)
			continue;
		/* somebody has set a terminal that is ours, too, to non-blocking */
		if (done < 0 && errno == EAGAIN) {
			struct pollfd ready = { .fd = fd, .events = POLLOUT };

			poll(&ready, 1, -1);
			continue;
		}
		if (done < 0)
			return -1;
		next += done;
		size -= done;
	}
	return 0;
}

/**
 * fd_write_value() - write a value and a newline to a file of the module's
 * @dir: descriptor of the file's directory, or AT_FDCWD
 * @file: its name
 * @value: what
 *
 * By one write(): the module takes each write for a whole value.
 *
 * Return: 0, or an errno.
 */
int fd_write_value(int dir, const char *file, const char *value)
{
	cleanup_free char *line = format_text("%s\n", value);
	cleanup_close int fd = openat(dir, file, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		return errno;
	return 0;
}
