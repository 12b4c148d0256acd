/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of pseudo file systems, where a write is one call and a read may be several. What a call returns is 0 or
 * an errno.
 */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static inline int write_bytes(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;
	ssize_t n;

	if (fd < 0)
		return errno;
	n = write(fd, bytes, len);
	if (n != (ssize_t)len)
		err = n < 0 ? errno : EIO;
	close(fd);
	return err;
}

static inline int write_file(const char *path, const char *text)
{
	return write_bytes(path, text, strlen(text));
}

/* All of it; @text holds what was read before an error. */
static inline int read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	size_t len = 0;
	ssize_t n;

	text[0] = '\0';
	if (fd < 0)
		return errno;
	while ((n = read(fd, text + len, size - 1 - len)) > 0)
		len += n;
	if (n < 0)
		err = errno;
	close(fd);
	text[len] = '\0';
	return err;
}

#endif /* LIB_FILE_H */
