// SPDX-License-Identifier: GPL-2.0
/*
 * deaf DIR - a file system in user space, mounted on DIR, with one file in it, which is also named like a memfd. What
 * is asked of it behind open() is never answered, nor is how full the file system is: who has asked sleeps in state D
 * even when he is killed, until this program ends. Each such question is told. Who asks by asynchronous I/O goes on,
 * and sleeps at his end.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILE_NODE 2

static void die(const char *what)
{
	fprintf(stderr, "deaf: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void answer(int fd, __u64 unique, int error, const void *body, size_t size)
{
	struct fuse_out_header head = { .len = sizeof(head) + size, .error = -error, .unique = unique };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)body, size } };

	/* who is gone needs no answer */
	if (writev(fd, parts, 2) < 0 && errno != ENOENT)
		die("answer");
}

static struct fuse_attr attr_of(__u64 node)
{
	if (node == FILE_NODE)
		return (struct fuse_attr){ .ino = node, .mode = S_IFREG | 0444, .nlink = 1, .size = 4096 };
	return (struct fuse_attr){ .ino = node, .mode = S_IFDIR | 0755, .nlink = 2 };
}

static void serve(int fd, const struct fuse_in_header *in)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_readahead = 0, .max_write = 4096,
		.flags = FUSE_ASYNC_DIO,
	};
	struct fuse_entry_out entry = { .nodeid = FILE_NODE, .attr = attr_of(FILE_NODE), .entry_valid = 3600 };
	struct fuse_attr_out attr = { .attr_valid = 3600, .attr = attr_of(in->nodeid) };
	struct fuse_open_out opened = {};

	switch (in->opcode) {
	case FUSE_INIT:
		answer(fd, in->unique, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		if (strcmp((const char *)(in + 1), "file") && strcmp((const char *)(in + 1), "memfd:file"))
			answer(fd, in->unique, ENOENT, NULL, 0);
		else
			answer(fd, in->unique, 0, &entry, sizeof(entry));
		break;
	case FUSE_GETATTR:
		if (in->nodeid == FILE_NODE)
			puts("getattr");
		else
			answer(fd, in->unique, 0, &attr, sizeof(attr));
		break;
	case FUSE_STATFS:
		puts("statfs");
		break;
	case FUSE_OPEN:
		answer(fd, in->unique, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
	case FUSE_INTERRUPT:
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
		break;
	default:
		answer(fd, in->unique, ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	static char request[65536] __attribute__((aligned(8)));
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[64];

	setlinebuf(stdout);
	if (argc != 2) {
		fprintf(stderr, "usage: deaf DIR\n");
		return 2;
	}
	if (fd < 0)
		die("/dev/fuse");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("deaf", argv[1], "fuse", MS_NOSUID | MS_NODEV, options))
		die(argv[1]);
	while (read(fd, request, sizeof(request)) > 0 || errno == EINTR || errno == ENOENT)
		serve(fd, (struct fuse_in_header *)request);
	return 0;
}
