// SPDX-License-Identifier: GPL-2.0
/*
 * deaf DIR - a file system in user space, mounted on DIR, with a file in it, which is also named like a memfd, a file
 * "kept", which cannot be closed, and a program, whose beginning can be read. What else is asked of it behind open() is
 * never answered, nor is how full the file system is: who has asked sleeps in state D even when he is killed, until
 * this program ends. Each such question is told. Who asks by asynchronous I/O goes on, and sleeps at his end; so does
 * who has "kept" open then.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILE_NODE 2
#define PROGRAM_NODE 3
#define KEPT_NODE 4
/* a multiple of any page size */
#define STEP 65536

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
	if (node == FILE_NODE || node == KEPT_NODE)
		return (struct fuse_attr){ .ino = node, .mode = S_IFREG | 0444, .nlink = 1, .size = 4096 };
	if (node == PROGRAM_NODE)
		return (struct fuse_attr){ .ino = node, .mode = S_IFREG | 0555, .nlink = 1, .size = 2 * STEP };
	return (struct fuse_attr){ .ino = node, .mode = S_IFDIR | 0755, .nlink = 2 };
}

/* A program for this machine, which cannot be loaded without a read of its second part. */
static void answer_program(int fd, const struct fuse_in_header *in)
{
	const struct fuse_read_in *read_in = (const struct fuse_read_in *)(in + 1);
	static struct {
		ElfW(Ehdr) head;
		ElfW(Phdr) parts[2];
		char rest[STEP - sizeof(ElfW(Ehdr)) - 2 * sizeof(ElfW(Phdr))];
	} image;
	int self;

	if (read_in->offset) {
		puts("read");
		return;
	}
	self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (self < 0 || read(self, &image.head, sizeof(image.head)) != sizeof(image.head))
		die("/proc/self/exe");
	close(self);
	image.head.e_type = ET_EXEC;
	image.head.e_entry = 4 * STEP;
	image.head.e_phoff = sizeof(image.head);
	image.head.e_phentsize = sizeof(image.parts[0]);
	image.head.e_phnum = 2;
	image.parts[0] = (ElfW(Phdr)){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 4 * STEP, .p_filesz = STEP, .p_memsz = STEP,
		.p_align = STEP,
	};
	/* the rest of its only page is to be zeroed */
	image.parts[1] = (ElfW(Phdr)){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = STEP, .p_vaddr = 8 * STEP, .p_filesz = 1,
		.p_memsz = 2 * STEP, .p_align = STEP,
	};
	answer(fd, in->unique, 0, &image, read_in->size < STEP ? read_in->size : STEP);
}

static void answer_lookup(int fd, const struct fuse_in_header *in)
{
	static const struct {
		const char *name;
		__u64 node;
	} files[] = { { "file", FILE_NODE }, { "memfd:file", FILE_NODE }, { "kept", KEPT_NODE }, { "program", PROGRAM_NODE } };
	const char *name = (const char *)(in + 1);
	struct fuse_entry_out entry = { .entry_valid = 3600 };
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(name, files[i].name))
			entry.nodeid = files[i].node;
	entry.attr = attr_of(entry.nodeid);
	/* of the others it cannot be asked again */
	entry.attr_valid = entry.nodeid == FILE_NODE ? 0 : 3600;
	answer(fd, in->unique, entry.nodeid ? 0 : ENOENT, &entry, entry.nodeid ? sizeof(entry) : 0);
}

static void serve(int fd, const struct fuse_in_header *in)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = 31, .max_readahead = 0, .max_write = 4096,
		.flags = FUSE_ASYNC_DIO,
	};
	struct fuse_attr_out attr = { .attr_valid = 3600, .attr = attr_of(in->nodeid) };
	/* else who opens it waits until nobody reads */
	struct fuse_open_out opened = { .open_flags = in->nodeid == PROGRAM_NODE ? FOPEN_KEEP_CACHE : 0 };

	switch (in->opcode) {
	case FUSE_INIT:
		answer(fd, in->unique, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		answer_lookup(fd, in);
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
		if (in->nodeid == PROGRAM_NODE)
			answer_program(fd, in);
		break;
	case FUSE_FLUSH:
		if (in->nodeid == KEPT_NODE)
			puts("flush");
		else
			answer(fd, in->unique, ENOSYS, NULL, 0);
		break;
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
