// SPDX-License-Identifier: GPL-2.0
/*
 * try write FILE TEXT... | write-nul FILE TEXT... | read FILE... | mkdir DIR... | rmdir DIR... | open FILE...
 *
 * Does one system call an argument and prints how it ended, a line each: "ok" or errno's name. A shell cannot tell EBUSY from
 * EINVAL. To write-nul a tilde is a NUL byte, which no argument can hold.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "lib_file.h"

static int try_read(const char *path)
{
	char text[65536];

	return read_file(path, text, sizeof(text));
}

static int try_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 || close(fd) ? errno : 0;
}

static int try_mkdir(const char *path)
{
	return mkdir(path, 0755) ? errno : 0;
}

static int try_rmdir(const char *path)
{
	return rmdir(path) ? errno : 0;
}

static int (*find_call(const char *name))(const char *)
{
	if (!strcmp(name, "read"))
		return try_read;
	if (!strcmp(name, "open"))
		return try_open;
	if (!strcmp(name, "mkdir"))
		return try_mkdir;
	return !strcmp(name, "rmdir") ? try_rmdir : NULL;
}

static void tell(int err)
{
	puts(err ? strerrorname_np(err) : "ok");
}

static int write_nul(const char *path, char *text)
{
	size_t i, len = strlen(text);

	for (i = 0; i < len; i++)
		if (text[i] == '~')
			text[i] = '\0';
	return write_bytes(path, text, len);
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
	if (argc > 3 && !strcmp(argv[1], "write-nul")) {
		for (i = 3; i < argc; i++)
			tell(write_nul(argv[2], argv[i]));
		return 0;
	}
	call = argc > 2 ? find_call(argv[1]) : NULL;
	if (!call) {
		fprintf(stderr,
			"try: write|write-nul FILE TEXT... | read|open FILE... | mkdir|rmdir DIR...\n");
		return 2;
	}
	for (i = 2; i < argc; i++)
		tell(call(argv[i]));
	return 0;
}
