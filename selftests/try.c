// SPDX-License-Identifier: GPL-2.0
/*
 * try write FILE TEXT... | read FILE... | mkdir DIR... | rmdir DIR... | open FILE...
 *
 * Does one system call an argument and prints how it ended, a line each: "ok" or errno's name. A shell cannot tell EBUSY from
 * EINVAL.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = strlen(text);
	int ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, len) == len ? 0 : -1;
	close(fd);
	return ret;
}

static int read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[65536];
	int ret;

	if (fd < 0)
		return -1;
	ret = read(fd, buf, sizeof(buf)) < 0 ? -1 : 0;
	close(fd);
	return ret;
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -1 : close(fd);
}

static int make_dir(const char *path)
{
	return mkdir(path, 0755);
}

static int (*find_call(const char *name))(const char *)
{
	if (!strcmp(name, "read"))
		return read_file;
	if (!strcmp(name, "open"))
		return open_file;
	if (!strcmp(name, "mkdir"))
		return make_dir;
	return !strcmp(name, "rmdir") ? rmdir : NULL;
}

static void tell(int ret)
{
	puts(ret ? strerrorname_np(errno) : "ok");
}

int main(int argc, char **argv)
{
	int (*call)(const char *);
	int i;

	if (argc > 3 && !strcmp(argv[1], "write")) {
		for (i = 3; i < argc; i++)
			tell(write_file(argv[2], argv[i]));
		return 0;
	}
	call = argc > 2 ? find_call(argv[1]) : NULL;
	if (!call) {
		fprintf(stderr,
			"try: write FILE TEXT... | read|open FILE... | mkdir|rmdir DIR...\n");
		return 2;
	}
	for (i = 2; i < argc; i++)
		tell(call(argv[i]));
	return 0;
}
