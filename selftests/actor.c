// SPDX-License-Identifier: GPL-2.0
/*
 * A process that does what its arguments say, one after the other: what the tests put into containers.
 *
 *	actor anon:20M fork exec mark:/tmp/x pause
 *
 * uses 20 MiB, forks, its child executes itself anew, writes its PID to /tmp/x and sleeps; the parent waits for it. Where a
 * step makes a new process or thread, that one goes on with the steps, and the old one waits (unless it says otherwise).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/aio_abi.h>
#include <linux/sched.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib_file.h"

static const char *self;
static char **rest; /* the steps that are still to be done */
static void *memory;
static size_t memory_size;

static void run(void);

static void die(const char *what)
{
	fprintf(stderr, "actor: %s: %s\n", what, strerror(errno));
	exit(99);
}

static void sleep_ms(long ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

static size_t size_of(const char *text)
{
	char *unit;
	size_t size = strtoul(text, &unit, 10);

	switch (*unit) {
	case 'M':
		return size << 20;
	case 'K':
		return size << 10;
	case 'P':
		return size * sysconf(_SC_PAGESIZE);
	default:
		return size;
	}
}

static void touch(char *start, size_t size)
{
	size_t i;

	for (i = 0; i < size; i += 4096)
		((volatile char *)start)[i] = 1;
}

static void use_memory(size_t size, int flags, int fd)
{
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	memory_size = size;
	touch(memory, size);
}

static void do_anon(const char *arg)
{
	use_memory(size_of(arg), MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void do_shmem(const char *arg)
{
	use_memory(size_of(arg), MAP_SHARED | MAP_ANONYMOUS, -1);
}

/* The pages of a file that is on a disk: /dev/shm or a tmpfs would be shared memory. */
static void do_file(const char *arg)
{
	int fd = open(arg, O_RDONLY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	off_t i;

	if (size <= 0)
		die(arg);
	memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	memory_size = size;
	for (i = 0; i < size; i += 4096)
		(void)((volatile char *)memory)[i];
}

/* A file in memory that nobody has mapped. */
static void do_memfd(const char *arg)
{
	int fd = memfd_create("actor", MFD_CLOEXEC);
	size_t size = size_of(arg);
	char page[4096] = { 1 };

	for (; size; size -= sizeof(page))
		if (fd < 0 || write(fd, page, sizeof(page)) != sizeof(page))
			die("memfd");
}

/* A segment of System V shared memory that nobody has attached. */
static void do_sysv(const char *arg)
{
	size_t size = size_of(arg);
	int id = shmget(IPC_PRIVATE, size, 0600);
	char *all = shmat(id, NULL, 0);

	if (all == (char *)-1)
		die("shmat");
	/* never more of it at once than a limit allows */
	for (size_t i = 0; i < size; i += 1 << 20) {
		memset(all + i, 1, 1 << 20);
		if (madvise(all + i, 1 << 20, MADV_DONTNEED))
			die("madvise");
	}
	shmdt(all);
}

/*
 * Memory at the end of a mapping that is larger than what one entry of the highest page table maps. Where
 * that is not to be had, with addresses of 39 bits, half of all is.
 */
static void do_far(const char *arg)
{
	size_t span = (size_t)1 << (sizeof(size_t) == 8 ? 42 : 31);
	char *all;

	do {
		span /= 2;
		all = mmap(NULL, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	} while (all == MAP_FAILED && span > (size_t)1 << 30);
	if (all == MAP_FAILED)
		die("mmap");
	memory_size = size_of(arg);
	memory = all + span - memory_size;
	touch(memory, memory_size);
}

/* That many times 512 entries of page tables in which there is nothing but the zero page. */
static void do_hollow(const char *arg)
{
	size_t step = 512 * sysconf(_SC_PAGESIZE), size = atoi(arg) * step, i;
	char *all = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (all == MAP_FAILED)
		die("mmap");
	/* where there are huge pages at all */
	madvise(all, size, MADV_NOHUGEPAGE);
	for (i = 0; i < size; i += step)
		(void)((volatile char *)all)[i];
}

/* Private copies of what is no memory of the kernel's: its ROM, over and over again. */
static void do_romcopy(const char *arg)
{
	int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	size_t step = 128 << 10, size = size_of(arg), i;

	for (i = 0; i < size; i += step) {
		char *copy = mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0xe0000);

		if (copy == MAP_FAILED)
			die("/dev/mem");
		touch(copy, step);
	}
}

static void do_hugetlb(const char *arg)
{
	use_memory(size_of(arg), MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
}

/* What is mapped from now on comes at once, and stays. */
static void do_mlock(const char *arg)
{
	(void)arg;
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
}

/* One byte of a file. */
static void do_read(const char *arg)
{
	int fd = open(arg, O_RDONLY | O_CLOEXEC);
	char byte;

	if (fd < 0 || read(fd, &byte, 1) < 0)
		die(arg);
	close(fd);
}

/* A page of a file, which we do not wait for: whoever frees this address space does. */
static void do_aio(const char *arg)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iocb read = { .aio_lio_opcode = IOCB_CMD_PREAD, .aio_buf = (uintptr_t)page, .aio_nbytes = 4096 };
	struct iocb *reads[] = { &read };
	aio_context_t context = 0;

	read.aio_fildes = open(arg, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (page == MAP_FAILED || (int)read.aio_fildes < 0 || syscall(SYS_io_setup, 1, &context) ||
	    syscall(SYS_io_submit, context, 1, reads) != 1)
		die(arg);
}

static void do_free(const char *arg)
{
	(void)arg;
	munmap(memory, memory_size);
}

/* Write to what was used last once more, to all of it or to that much: after a fork to a copy. */
static void do_rewrite(const char *arg)
{
	touch(memory, *arg ? size_of(arg) : memory_size);
}

/* Look at what was used last once more. */
static void do_reread(const char *arg)
{
	size_t i;

	(void)arg;
	for (i = 0; i < memory_size; i += 4096)
		(void)((volatile char *)memory)[i];
}

/* Grow for ever. */
static void do_eat(const char *arg)
{
	size_t step = size_of(arg);

	for (;;)
		use_memory(step, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

/* The same, slowly: that much every hundredth of a second. */
static void do_crawl(const char *arg)
{
	size_t step = size_of(arg);

	for (;;) {
		use_memory(step, MAP_PRIVATE | MAP_ANONYMOUS, -1);
		sleep_ms(10);
	}
}

/* No huge pages for this process and its children, so that memory grows page by page. */
static void do_nothp(const char *arg)
{
	(void)arg;
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		die("prctl");
}

/* Use memory and give it back, for ever. */
static void do_flap(const char *arg)
{
	size_t size = size_of(arg);

	do_anon(arg);
	for (;;) {
		if (madvise(memory, size, MADV_DONTNEED))
			die("madvise");
		touch(memory, size);
	}
}

static size_t size_in(const char *path)
{
	char text[32];

	if (read_file(path, text, sizeof(text)))
		die(path);
	return size_of(text);
}

/* Fresh huge pages take the place of what was used last, one by one. */
static void do_renew(const char *arg)
{
	uintptr_t huge = size_in("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
	uintptr_t at = ((uintptr_t)memory + huge - 1) & -huge;

	(void)arg;
	for (; at + huge <= (uintptr_t)memory + memory_size; at += huge) {
		if (mmap((void *)at, huge, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
			die("mmap");
		madvise((void *)at, huge, MADV_HUGEPAGE);
		*(volatile char *)at = 1;
	}
}

/* What was used last may be taken when memory is short, until it is written to again. */
static void do_lazyfree(const char *arg)
{
	(void)arg;
	if (madvise(memory, memory_size, MADV_FREE))
		die("madvise");
}

/* What was used last goes to the swap. */
static void do_pageout(const char *arg)
{
	(void)arg;
	if (madvise(memory, memory_size, MADV_PAGEOUT))
		die("madvise");
}

static void rest_in_peace(void)
{
	for (;;)
		pause();
}

static void do_pause(const char *arg)
{
	(void)arg;
	rest_in_peace();
}

static void exit_as(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid");
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static pid_t forked(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	return pid;
}

/* A child goes on; its status becomes ours. */
static void do_fork(const char *arg)
{
	pid_t pid = forked();

	(void)arg;
	if (pid)
		exit_as(pid);
}

/* A child with this number, which nobody has, goes on; its status becomes ours. */
static void do_numbered(const char *arg)
{
	pid_t number = strtol(arg, NULL, 10);
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		die("clone3");
	if (pid)
		exit_as(pid);
}

/* A child goes on, its parent is gone. */
static void do_orphan(const char *arg)
{
	(void)arg;
	if (forked())
		_exit(0);
}

/* A child goes on, its parent sleeps whatever becomes of it. */
static void do_nest(const char *arg)
{
	(void)arg;
	if (forked())
		rest_in_peace();
}

/* N children that only sleep; we go on. */
static void do_children(const char *arg)
{
	int count = atoi(arg);

	while (count--)
		if (!forked())
			rest_in_peace();
}

static int *arrived; /* how many of the crowd have come to the meeting */
static int crowd = 1;

/* N children that do what we do from now on. */
static void do_crowd(const char *arg)
{
	int count = atoi(arg);

	arrived = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (arrived == MAP_FAILED)
		die("mmap");
	crowd = count + 1;
	while (count-- && forked())
		;
}

/* Waits until the whole crowd has come here. */
static void do_meet(const char *arg)
{
	(void)arg;
	__atomic_add_fetch(arrived, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(arrived, __ATOMIC_RELAXED) < crowd)
		sleep_ms(1);
}

static void do_setsid(const char *arg)
{
	(void)arg;
	setsid();
}

static void do_exec(const char *arg)
{
	char **argv = rest - 1;

	(void)arg;
	argv[0] = (char *)self;
	execv(self, argv);
	die("execv");
}

/* Another program, with five megabytes of arguments. */
static void do_program(const char *arg)
{
	static char text[128 << 10]; /* as long as one may be */
	struct rlimit stack = { RLIM_INFINITY, RLIM_INFINITY };
	char *argv[42];

	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 41; i++)
		argv[i] = text;
	argv[0] = (char *)arg;
	argv[41] = NULL;
	/* a quarter of that is the limit of all of them */
	if (setrlimit(RLIMIT_STACK, &stack))
		die("setrlimit");
	execv(arg, argv);
	die(arg);
}

static void *exec_in_thread(void *unused)
{
	(void)unused;
	do_exec(NULL);
	return NULL;
}

static void *run_in_thread(void *unused)
{
	(void)unused;
	run();
	return NULL;
}

static void *pause_in_thread(void *unused)
{
	(void)unused;
	rest_in_peace();
	return NULL;
}

static void *use_stack(void *unused)
{
	char stack[64 << 10];

	(void)unused;
	touch(stack, sizeof(stack));
	rest_in_peace();
	return NULL;
}

static pthread_t start_thread(void *(*fn)(void *), void *data)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, fn, data);
	if (errno)
		die("pthread_create");
	return thread;
}

/* Another thread than the leader executes. */
static void do_threadexec(const char *arg)
{
	(void)arg;
	pthread_join(start_thread(exec_in_thread, NULL), NULL);
}

/* Another thread goes on. */
static void do_thread(const char *arg)
{
	(void)arg;
	pthread_join(start_thread(run_in_thread, NULL), NULL);
}

static void do_open(const char *arg)
{
	if (open(arg, O_RDONLY) < 0)
		die("open");
}

/* From now on this thread opens files for itself. */
static void do_unshare(const char *arg)
{
	(void)arg;
	if (unshare(CLONE_FILES))
		die("unshare");
}

/* Another thread goes on, and the leader is a zombie. */
static void do_leaderexit(const char *arg)
{
	(void)arg;
	start_thread(run_in_thread, NULL);
	syscall(SYS_exit, 0);
}

static void do_threads(const char *arg)
{
	int count = atoi(arg);

	while (count--)
		start_thread(pause_in_thread, NULL);
}

static void *remap_in_thread(void *unused)
{
	void *map;

	while ((map = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED)
		munmap(map, 65536);
	return unused;
}

/* A thread changes the address space all the time; we go on. */
static void do_remap(const char *arg)
{
	(void)arg;
	start_thread(remap_in_thread, NULL);
}

static int run_in_clone(void *unused)
{
	(void)unused;
	run();
	return 0;
}

static void clone_with(int flags)
{
	size_t size = 256 << 10;
	char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	if (stack == MAP_FAILED)
		die("mmap");
	pid = clone(run_in_clone, stack + size, flags | SIGCHLD, NULL);
	if (pid < 0)
		die("clone");
	exit_as(pid);
}

/* Threads without end, each with a stack that it has used. */
static void do_threadbomb(const char *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)arg;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 << 10);
	for (;;)
		if (pthread_create(&thread, &attr, use_stack, NULL))
			sleep_ms(1);
}

/* A child goes on that we trace, and that stops when it is about to exit until we are gone. */
static void do_traced(const char *arg)
{
	pid_t pid = forked();
	int status;

	(void)arg;
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			die("ptrace");
		raise(SIGSTOP);
		return;
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT) || ptrace(PTRACE_CONT, pid, 0, 0))
		die("ptrace");
	rest_in_peace();
}

/* A child that shares our memory goes on; we cannot run until it executes or ends. */
static void do_vfork(const char *arg)
{
	(void)arg;
	clone_with(CLONE_VM | CLONE_VFORK);
}

/* A child that shares our memory goes on, and no thread of ours. */
static void do_share(const char *arg)
{
	(void)arg;
	clone_with(CLONE_VM);
}

static int sleep_on(void *unused)
{
	(void)unused;
	/* pause(), which arm64 does not have */
	for (;;)
		syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
	return 0;
}

/* N children that share our memory, and even a stack, which they do not touch; we go on. */
static void do_sharers(const char *arg)
{
	char *stack = malloc(64 << 10);
	int n = atoi(arg);

	if (!stack)
		die("malloc");
	while (n--) {
		if (clone(sleep_on, stack + (64 << 10), CLONE_VM | SIGCHLD, NULL) < 0)
			die("clone");
	}
}

/* Fewer than those after which a thread tells its address space of them, before Linux 6.2. */
#define HOARD (60 * 4096)

static int hoard(void *part)
{
	touch(part, HOARD);
	return sleep_on(NULL);
}

/* N children that share our memory, each with some of its own; we go on. */
static void do_hoarders(const char *arg)
{
	int n = atoi(arg);
	char *parts = mmap(NULL, (size_t)n * HOARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *stacks = malloc((size_t)n << 13);

	if (parts == MAP_FAILED || !stacks)
		die("hoarders");
	/* if this fails there are none */
	madvise(parts, (size_t)n * HOARD, MADV_NOHUGEPAGE);
	for (; n--; parts += HOARD) {
		stacks += 8 << 10;
		if (clone(hoard, stacks, CLONE_VM | SIGCHLD, parts) < 0)
			die("clone");
	}
}

/* The first process of a new PID namespace goes on. */
static void do_pidns(const char *arg)
{
	(void)arg;
	clone_with(CLONE_NEWPID);
}

static void do_ignore(const char *arg)
{
	signal(atoi(arg), SIG_IGN);
}

static void on_signal(int sig)
{
	_exit(sig);
}

/* Exits with the number of the signal. */
static void do_catch(const char *arg)
{
	signal(atoi(arg), on_signal);
}

static sigset_t set_of(const char *arg)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, atoi(arg));
	return set;
}

/* The signal does nothing until it is waited for. */
static void do_block(const char *arg)
{
	sigset_t set = set_of(arg);

	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Waits until a signal comes that is blocked. */
static void do_await(const char *arg)
{
	sigset_t set = set_of(arg);
	int sig;

	sigwait(&set, &sig);
}

/* The name may have escapes as in printf(1): \n, \xHH are made by the shell. */
static void do_name(const char *arg)
{
	prctl(PR_SET_NAME, arg);
}

static void write_text(const char *path, const char *text, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* Tells the test that we are here, and our PID. */
static void do_mark(const char *arg)
{
	char tmp[PATH_MAX], pid[16];

	snprintf(tmp, sizeof(tmp), "%s.%d", arg, getpid());
	snprintf(pid, sizeof(pid), "%d\n", getpid());
	write_text(tmp, pid, O_WRONLY | O_CREAT | O_TRUNC);
	if (rename(tmp, arg))
		die(arg);
}

/* Becomes a member: arg is a pids file. */
static void do_attach(const char *arg)
{
	write_text(arg, "0\n", O_WRONLY);
}

/* Waits until a file is there. */
static void do_wait(const char *arg)
{
	while (access(arg, F_OK))
		sleep_ms(5);
}

static void do_exit(const char *arg)
{
	_exit(atoi(arg));
}

static void do_raise(const char *arg)
{
	raise(atoi(arg));
}

/* The end of this thread only. */
static void do_threadend(const char *arg)
{
	syscall(SYS_exit, atoi(arg));
}

/* Forks without end, up to about N at a time; each child does the same. */
static void do_bomb(const char *arg)
{
	unsigned int *live =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int max = atoi(arg);
	pid_t pid;

	if (live == MAP_FAILED)
		die("mmap");
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		if (__atomic_add_fetch(live, 1, __ATOMIC_RELAXED) > max) {
			__atomic_sub_fetch(live, 1, __ATOMIC_RELAXED);
			sleep_ms(1);
			continue;
		}
		pid = fork();
		if (pid < 0)
			__atomic_sub_fetch(live, 1, __ATOMIC_RELAXED);
		/* the parent of every second one ends: orphans */
		if (pid > 0 && pid & 1) {
			__atomic_sub_fetch(live, 1, __ATOMIC_RELAXED);
			_exit(0);
		}
	}
}

/* Forks without end as long as there are not N; nobody ends, so that all descend from the first. */
static void do_grow(const char *arg)
{
	unsigned int *live =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int max = atoi(arg);

	if (live == MAP_FAILED)
		die("mmap");
	while (__atomic_add_fetch(live, 1, __ATOMIC_RELAXED) < max)
		forked();
	rest_in_peace();
}

/* That many times: a child whose child goes on to rest as an orphan. */
static void do_scatter(const char *arg)
{
	int n = atoi(arg);

	signal(SIGCHLD, SIG_IGN);
	while (n--) {
		if (forked())
			continue;
		if (!forked())
			rest_in_peace();
		_exit(0);
	}
}

/* Always one process, and always another one. */
static void do_flee(const char *arg)
{
	(void)arg;
	signal(SIGCHLD, SIG_IGN);
	for (;;)
		if (fork() > 0)
			_exit(0);
}

/* Runs another program, that many times, one after the other. */
static void do_system(const char *arg)
{
	int n = atoi(arg);

	while (n--) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			execl("/bin/true", "true", NULL);
			_exit(127);
		}
		waitpid(pid, NULL, 0);
	}
}

/* A real-time process from now on, this one or another, of that priority; with 0, one no longer. */
static void do_fifo(const char *arg)
{
	struct sched_param param = { .sched_priority = atoi(arg) };
	const char *pid = strchr(arg, ':');

	if (sched_setscheduler(pid ? atoi(pid + 1) : 0, param.sched_priority ? SCHED_FIFO : SCHED_OTHER, &param))
		die("sched_setscheduler");
}

/* A page that whoever writes to it waits for, for ever; and what tells that he has come. */
static char *endless_page(int *uffd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	size_t size = sysconf(_SC_PAGESIZE);
	char *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	range.range.start = (uintptr_t)page;
	range.range.len = size;
	if (page == MAP_FAILED || *uffd < 0 || ioctl(*uffd, UFFDIO_API, &api) ||
	    ioctl(*uffd, UFFDIO_REGISTER, &range))
		die("userfaultfd");
	return page;
}

struct hoard {
	int mem;
	char *page;
	off_t at;
};

static void *read_for_ever(void *data)
{
	struct hoard *hoard = data;

	if (pread(hoard->mem, hoard->page, 4096, hoard->at) != 4096)
		die("pread");
	return NULL;
}

/*
 * A child uses memory, which we go on reading when it is gone: it has been killed, or executes another program
 * (SIZE:exec).
 */
static void do_hoard(const char *arg)
{
	struct hoard *hoard = malloc(sizeof(*hoard));
	struct pollfd came = { .events = POLLIN };
	bool execs = strchr(arg, ':');
	int ready[2], go[2];
	char path[32], byte;
	pid_t pid;

	if (!hoard || pipe2(ready, O_CLOEXEC) || pipe2(go, O_CLOEXEC))
		die("hoard");
	use_memory(4096, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	hoard->at = (uintptr_t)memory;
	/* where there is none, nobody is to be left behind */
	hoard->page = endless_page(&came.fd);
	pid = forked();
	if (!pid) {
		do_anon(arg);
		if (write(ready[1], "x", 1) != 1 || read(go[0], &byte, 1) != 1)
			_exit(98);
		rest = (char *[]){ "actor", "pause", NULL } + 1;
		do_exec(NULL);
	}
	if (read(ready[0], &byte, 1) != 1)
		die("hoard");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	hoard->mem = open(path, O_RDONLY | O_CLOEXEC);
	if (hoard->mem < 0)
		die(path);
	pthread_detach(start_thread(read_for_ever, hoard));
	if (poll(&came, 1, 10000) != 1)
		die("nobody reads");
	if (execs) {
		if (write(go[1], "x", 1) != 1)
			die("hoard");
		/* its end of the other pipe is closed by that */
		close(ready[1]);
		if (read(ready[0], &byte, 1))
			die("hoard");
		return;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Not for ever: nobody might get to end it. Where all is slow, whoever is to do so takes longer. */
static void burn_cpu(int cpu)
{
	const char *patience = getenv("JF_PATIENCE");
	time_t end = time(NULL) + 60 * (patience ? atoi(patience) : 1);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	while (time(NULL) < end)
		;
	_exit(0);
}

/*
 * Keeps every CPU busy: children for all but the first, and once they have begun the file is
 * written and so do we. For 20 seconds at most: nothing of lower priority can end us.
 */
static void do_hog(const char *arg)
{
	int *begun = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int i;

	if (begun == MAP_FAILED)
		die("mmap");
	for (i = 1; i < cpus; i++) {
		if (!forked()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			__atomic_add_fetch(begun, 1, __ATOMIC_RELAXED);
			burn_cpu(i);
		}
	}
	while (__atomic_load_n(begun, __ATOMIC_RELAXED) < cpus - 1)
		sleep_ms(1);
	do_mark(arg);
	burn_cpu(0);
}

#define DODGE_SHARED (64 << 20)
#define DODGE_PIECE (2 << 20)
#define DODGE_PIECES 16
#define DODGE_OWN (DODGE_PIECE * DODGE_PIECES)

/*
 * Two processes that share 64M, with 32M of their own each: these they move in pieces from any place on
 * both sides of it to any other. The file is written when they have all of it.
 */
static void do_dodge(const char *arg)
{
	int prot = PROT_READ | PROT_WRITE, flags = MAP_ANONYMOUS | MAP_NORESERVE;
	char *all, *shared, *to, *taken[DODGE_PIECES], *vacant[DODGE_PIECES];
	int *ready, from, i;

	all = mmap(NULL, DODGE_OWN * 2 + DODGE_SHARED, PROT_NONE, MAP_PRIVATE | flags, -1, 0);
	ready = mmap(NULL, 4096, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED || ready == MAP_FAILED)
		die("mmap");
	shared = mmap(all + DODGE_OWN, DODGE_SHARED, prot, MAP_SHARED | MAP_FIXED | flags, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	if (!forked())
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	touch(shared, DODGE_SHARED);
	if (mmap(all, DODGE_OWN, prot, MAP_PRIVATE | MAP_FIXED | flags, -1, 0) != all)
		die("mmap");
	touch(all, DODGE_OWN);
	for (i = 0; i < DODGE_PIECES; i++) {
		taken[i] = all + i * DODGE_PIECE;
		vacant[i] = shared + DODGE_SHARED + i * DODGE_PIECE;
	}
	if (__atomic_add_fetch(ready, 1, __ATOMIC_RELAXED) == 2)
		do_mark(arg);
	for (;;) {
		from = rand() % DODGE_PIECES;
		i = rand() % DODGE_PIECES;
		to = vacant[i];
		if (mremap(taken[from], DODGE_PIECE, DODGE_PIECE, MREMAP_MAYMOVE | MREMAP_FIXED,
			   to) != to)
			die("mremap");
		vacant[i] = taken[from];
		taken[from] = to;
	}
}

static const struct {
	const char *name;
	void (*fn)(const char *arg);
} steps[] = {
	{ "anon", do_anon },
	{ "shmem", do_shmem },
	{ "file", do_file },
	{ "memfd", do_memfd },
	{ "sysv", do_sysv },
	{ "far", do_far },
	{ "hollow", do_hollow },
	{ "romcopy", do_romcopy },
	{ "hoard", do_hoard },
	{ "hugetlb", do_hugetlb },
	{ "mlock", do_mlock },
	{ "read", do_read },
	{ "aio", do_aio },
	{ "dodge", do_dodge },
	{ "free", do_free },
	{ "rewrite", do_rewrite },
	{ "reread", do_reread },
	{ "eat", do_eat },
	{ "crawl", do_crawl },
	{ "flap", do_flap },
	{ "renew", do_renew },
	{ "nothp", do_nothp },
	{ "lazyfree", do_lazyfree },
	{ "pageout", do_pageout },
	{ "pause", do_pause },
	{ "fork", do_fork },
	{ "numbered", do_numbered },
	{ "orphan", do_orphan },
	{ "children", do_children },
	{ "crowd", do_crowd },
	{ "meet", do_meet },
	{ "setsid", do_setsid },
	{ "exec", do_exec },
	{ "program", do_program },
	{ "open", do_open },
	{ "unshare", do_unshare },
	{ "threadexec", do_threadexec },
	{ "thread", do_thread },
	{ "leaderexit", do_leaderexit },
	{ "threads", do_threads },
	{ "threadbomb", do_threadbomb },
	{ "remap", do_remap },
	{ "traced", do_traced },
	{ "vfork", do_vfork },
	{ "share", do_share },
	{ "sharers", do_sharers },
	{ "hoarders", do_hoarders },
	{ "pidns", do_pidns },
	{ "ignore", do_ignore },
	{ "catch", do_catch },
	{ "block", do_block },
	{ "await", do_await },
	{ "name", do_name },
	{ "mark", do_mark },
	{ "attach", do_attach },
	{ "wait", do_wait },
	{ "exit", do_exit },
	{ "raise", do_raise },
	{ "threadend", do_threadend },
	{ "bomb", do_bomb },
	{ "scatter", do_scatter },
	{ "flee", do_flee },
	{ "grow", do_grow },
	{ "system", do_system },
	{ "fifo", do_fifo },
	{ "hog", do_hog },
	{ "nest", do_nest },
};

static void step(const char *text)
{
	size_t len = strcspn(text, ":");
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (strlen(steps[i].name) == len && !memcmp(steps[i].name, text, len)) {
			steps[i].fn(text[len] ? text + len + 1 : "");
			return;
		}
	}
	errno = EINVAL;
	die(text);
}

static void run(void)
{
	while (*rest)
		step(*rest++);
	exit(0);
}

int main(int argc, char **argv)
{
	(void)argc;
	/* argv[0] may be a name that was found in PATH */
	self = realpath("/proc/self/exe", NULL);
	if (!self)
		die("/proc/self/exe");
	rest = argv + 1;
	run();
}
