// SPDX-License-Identifier: GPL-2.0
/*
 * failslab OPERATION [MODULE] - an operation while each of its allocations fails in turn
 * failslab exec-held FILE - an exec likewise, by a member whose memory is being read; nobody answers who reads FILE
 *
 * The kernel fails the Nth allocation that this thread makes (/proc/thread-self/fail-nth), for N from 1 until the
 * operation makes fewer. Each time it must have failed with ENOMEM and changed nothing, or succeeded wholly, since
 * what failed was tried again or in another way; and succeed when it is repeated. Prints nothing if all was well but,
 * as a comment, how many allocations there were.
 */
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "lib_control.h"

#define NAME "slab"
/* longer than what configfs has room for without an allocation */
#define LONG_NAME "slab-with-a-name-that-configfs-has-to-find-memory-for"
#define MOST 5000

static const char *self; /* not /proc/self/exe, which says ENOENT when there is no memory */
static unsigned int nth;
static const char *argument;

#define wrong(format, ...) die("allocation %u failed: " format, nth, ##__VA_ARGS__)

/* --- the injection --- */

static int fail_nth = -1;

static void arm(unsigned int n)
{
	char text[16];

	if (fail_nth < 0)
		fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	snprintf(text, sizeof(text), "%u", n);
	if (fail_nth < 0 || pwrite(fail_nth, text, strlen(text), 0) < 0)
		die("fail-nth: %s", strerror(errno));
}

/* To grow the stack takes memory: where there is none, the kernel sends SIGSEGV. */
static void grow_stack(void)
{
	volatile char room[256 << 10];
	size_t i;

	for (i = 0; i < sizeof(room); i += 4096)
		room[i] = 0;
}

/* Has an allocation failed since arm()? */
static bool disarm(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 0)
		die("fail-nth: %s", strerror(errno));
	arm(0);
	return !atoi(text);
}

/* In a process of its own: descriptor and thread are not the parent's. */
static void arm_child(unsigned int n)
{
	fail_nth = -1;
	arm(n);
}

/* --- what there is --- */

static char seen[2][65536];
static size_t seen_len;

static void note(char *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	seen_len += vsnprintf(text + seen_len, sizeof(seen[0]) - seen_len, format, args);
	va_end(args);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void note_pids(char *text, const char *name)
{
	int pids[256], n = 0, i;
	const char *next;

	for (next = get(name, "pids"); next && *next && n < 256; next = strchr(next, '\n')) {
		next += *next == '\n';
		pids[n++] = atoi(next);
	}
	qsort(pids, n, sizeof(pids[0]), by_number);
	for (i = 0; i < n; i++)
		note(text, " %d", pids[i]);
	note(text, "\n");
}

/* All that a user sees of the containers and does not change by itself. */
static void look(char *text)
{
	static const char *const config[] = { "soft_limit", "hard_limit", "metric", "hard_action",
					      "kill_scope", "soft_signal", "grace_ms", "forecast_ms", "nice" };
	static const char *const states[] = { "state", "reason", "exit_status", "pid",	   "procs",
					      "events",	"started", "last_kill", "enforcing" };
	struct dirent **names;
	int n, i;
	size_t j;

	seen_len = 0;
	n = scandir(CLASS, &names, NULL, by_name);
	for (i = 0; i < n; i++)
		note(text, "class %s\n", names[i]->d_name);
	n = scandir(CONFIGFS, &names, NULL, by_name);
	for (i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		note(text, "%s:", name);
		if (*name == '.')
			continue;
		note_pids(text, name);
		for (j = 0; j < sizeof(config) / sizeof(config[0]); j++)
			note(text, "%s=%s\n", config[j], get(name, config[j]));
		for (j = 0; j < sizeof(states) / sizeof(states[0]); j++)
			note(text, "%s=%s\n", states[j], status(name, states[j]));
	}
	note(text, "mode %s\n", text_of(PARAMETERS "/mode"));
	note(text, "%lld containers", key_of(text_of(DEBUGFS "/stats"), "containers"));
	note(text, "%lld members\n", key_of(text_of(DEBUGFS "/stats"), "members"));
}

static void same(void)
{
	size_t i;

	look(seen[1]);
	if (!strcmp(seen[0], seen[1]))
		return;
	for (i = 0; seen[0][i] == seen[1][i]; i++)
		;
	while (i && seen[0][i - 1] != '\n')
		i--;
	wrong("something has changed: '%.*s' is now '%.*s'", (int)strcspn(seen[0] + i, "\n"), seen[0] + i,
	      (int)strcspn(seen[1] + i, "\n"), seen[1] + i);
}

/* --- who is put into containers --- */

static pid_t subject;
static int living[2];

/* Nobody is left, and holds our output, when this program dies. */
static __attribute__((noreturn)) void rest(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static void *rest_in_thread(void *unused)
{
	(void)unused;
	rest();
}

/* A process with threads and descendants, when all of them are there. */
static pid_t start(int threads, int children)
{
	int ready[2], i;
	pthread_t thread;
	pid_t pid;
	char byte;

	if (pipe(ready) || pipe(living))
		die("pipe: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		for (i = 0; i < threads; i++)
			pthread_create(&thread, NULL, rest_in_thread, NULL);
		/* half of them nested */
		for (i = 0; i < children; i++) {
			if (!fork()) {
				if (i % 2)
					rest();
			} else if (!(i % 2)) {
				rest();
			}
		}
		if (write(ready[1], "x", 1) != 1)
			_exit(99);
		rest();
	}
	close(ready[1]);
	close(living[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("the processes have not come");
	close(ready[0]);
	return pid;
}

static bool all_dead(void)
{
	struct pollfd poller = { .fd = living[0] };
	bool dead = poll(&poller, 1, WAIT_MS) == 1 && poller.revents & POLLHUP;

	close(living[0]);
	return dead;
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void end_run(const char *name)
{
	if (put(name, "kill", "1") || !wait_for(!is_status(name, "state", "running")))
		wrong("%s cannot be killed", name);
	if (!all_dead())
		wrong("somebody has survived the kill");
	reap(subject);
}

/* --- the operations --- */

struct operation {
	const char *name;
	const char *a, *b;
	void (*before)(const struct operation *op);
	int (*call)(const struct operation *op); /* 0 or an errno */
	void (*after)(const struct operation *op); /* has it succeeded wholly? undo it */
};

static void without(const struct operation *op)
{
	if (!access(path_of(CONFIGFS, op->a, NULL), F_OK) && drop(op->a))
		wrong("rmdir %s", op->a);
}

static void with(const struct operation *op)
{
	if (access(path_of(CONFIGFS, op->a, NULL), F_OK) && make(op->a))
		wrong("mkdir %s", op->a);
}

static int call_mkdir(const struct operation *op)
{
	return make(op->a);
}

static void made(const struct operation *op)
{
	if (!is_status(op->a, "state", "created") || strcmp(get(op->a, "hard_limit"), "max"))
		wrong("it was made, and is %s", status(op->a, "state"));
	without(op);
}

static int call_rmdir(const struct operation *op)
{
	return drop(op->a);
}

static void removed(const struct operation *op)
{
	if (!access(path_of(CONFIGFS, op->a, NULL), F_OK) || !access(path_of(CLASS, op->a, NULL), F_OK))
		wrong("it was removed, and is there");
}

/* A running container above none of its limits by the footprint, and above one by the sum. */
static void sharing(const struct operation *op)
{
	const size_t size = 8 << 20;
	char *memory;

	(void)op;
	if (subject)
		return;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(memory, 1, size);
	subject = start(0, 3);
	munmap(memory, size);
	if (put(NAME, "hard_action", "notify") || put(NAME, "grace_ms", "50") ||
	    put_number(NAME, "pids", subject) || put(NAME, "hard_limit", "20M"))
		wrong("no container");
}

static int call_put(const struct operation *op)
{
	return put(NAME, op->a, op->b);
}

static char old_value[64];

static void remember(const struct operation *op)
{
	sharing(op);
	snprintf(old_value, sizeof(old_value), "%s", get(NAME, op->a));
}

static void written(const struct operation *op)
{
	if (strcmp(get(NAME, op->a), op->b))
		wrong("%s was written, and is '%s'", op->a, get(NAME, op->a));
	if (put(NAME, op->a, old_value))
		wrong("%s cannot be written back", op->a);
}

static void ended(const struct operation *op)
{
	(void)op;
	if (!wait_for(!is_status(NAME, "state", "running")))
		wrong("it does not end");
	if (!all_dead())
		wrong("somebody has survived");
	reap(subject);
	subject = 0;
}

static char content[2][65536];

static int call_read(const struct operation *op)
{
	return read_file(op->b ? path_of(op->b, NAME, op->a) : op->a, content[0], sizeof(content[0]));
}

static void was_read(const struct operation *op)
{
	if (read_file(op->b ? path_of(op->b, NAME, op->a) : op->a, content[1], sizeof(content[1])))
		wrong("it was read, and cannot be");
	/* what grows and shrinks by itself is not the same, but it is there */
	if (strlen(content[0]) < strlen(content[1]) / 2)
		wrong("it was read in part: '%s' is '%s'", content[1], content[0]);
}

static void read_before(const struct operation *op)
{
	/* not all files are about a container, and reading changes the peak only */
	sharing(op);
}

static int call_param(const struct operation *op)
{
	return write_file(op->a, op->b);
}

static void param_back(const struct operation *op)
{
	if (strcmp(text_of(op->a), op->b))
		wrong("%s was written, and is '%s'", op->a, text_of(op->a));
	/* the probe is detached by the one and attached by the other */
	if (write_file(op->a, strcmp(op->b, "scan") ? "scan" : "fault"))
		wrong("the mode cannot be changed back");
}

static void scan_before(const struct operation *op)
{
	sharing(op);
	if (write_file(op->a, "scan"))
		wrong("no mode scan");
}

static int call_poll(const struct operation *op)
{
	int fd = open(op->a, O_RDWR | O_CLOEXEC), err = 0;
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	if (fd < 0)
		return errno;
	if (poll(&poller, 1, 0) < 0 || write(fd, "0\n", 2) != 2)
		err = errno;
	close(fd);
	return err;
}

/* --- attaching --- */

static void start_one(const struct operation *op)
{
	int threads = 0, children = 0;

	sscanf(op->a, "%d %d", &threads, &children);
	subject = start(threads, children);
	if (put(NAME, "hard_limit", "1G"))
		wrong("hard_limit");
}

/* Into a container that has members. */
static pid_t others;

static void start_second(const struct operation *op)
{
	if (!others) {
		others = start(0, 0);
		close(living[0]);
		if (put_number(NAME, "pids", others))
			wrong("no container");
	}
	start_one(op);
}

static int call_attach(const struct operation *op)
{
	(void)op;
	return put_number(NAME, "pids", subject);
}

static void attached(const struct operation *op)
{
	char want[16];
	int threads, children = 0;

	sscanf(op->a, "%d %d", &threads, &children);
	snprintf(want, sizeof(want), "%d", 1 + children + (others ? 1 : 0));
	if (!is_status(NAME, "procs", want) || !is_listed(NAME, subject))
		wrong("it was attached, and %s of %s are members", status(NAME, "procs"), want);
	end_run(NAME);
	if (others)
		reap(others);
	others = 0;
	subject = 0;
}

/* --- attaching the first one of all, with whom the probes are attached --- */

static int load(unsigned int n);

static bool probes_are_off(void)
{
	return strstr(text_of(DEBUGFS "/stats"), "probes off");
}

/* A module that has just been loaded has no probes attached; others linger. */
static void reload(void)
{
	if (!access(CONFIGFS "/" NAME, F_OK) && !wait_for(!drop(NAME)))
		wrong("the container cannot be removed");
	if (syscall(SYS_delete_module, "jackfruit", O_NONBLOCK))
		wrong("it cannot be unloaded: %s", strerror(errno));
	if (load(0))
		wrong("it cannot be loaded");
	if (!probes_are_off())
		wrong("there are probes already");
	if (make(NAME))
		wrong("mkdir");
}

static void start_first(const struct operation *op)
{
	reload();
	start_one(op);
}

/* A probe that has stayed is called when the module is no more. */
static void reload_for_attach(void)
{
	pid_t pid;

	reload();
	pid = fork();
	if (!pid)
		_exit(0);
	reap(pid);
	if (put(NAME, "hard_limit", "1G"))
		wrong("hard_limit");
}

/* --- */

static const struct operation operations[] = {
	{ "mkdir", NAME, NULL, without, call_mkdir, made },
	{ "mkdir-long", LONG_NAME, NULL, without, call_mkdir, made },
	{ "rmdir", NAME, NULL, with, call_rmdir, removed },
	{ "rmdir-long", LONG_NAME, NULL, with, call_rmdir, removed },
	{ "soft_limit", "soft_limit", "18874368", remember, call_put, written },
	{ "hard_limit", "hard_limit", "19922944", remember, call_put, written },
	{ "metric", "metric", "anon", remember, call_put, written },
	{ "hard_action", "hard_action", "stop", remember, call_put, written },
	{ "kill_scope", "kill_scope", "process", remember, call_put, written },
	{ "soft_signal", "soft_signal", "17", remember, call_put, written },
	{ "grace_ms", "grace_ms", "100", remember, call_put, written },
	{ "forecast_ms", "forecast_ms", "100", remember, call_put, written },
	{ "nice", "nice", "5", remember, call_put, written },
	{ "stop", "stop", "1", sharing, call_put, ended },
	{ "kill", "kill", "1", sharing, call_put, ended },
	{ "read-pids", "pids", CONFIGFS, read_before, call_read, was_read },
	{ "read-hard_limit", "hard_limit", CONFIGFS, read_before, call_read, was_read },
	{ "read-metric", "metric", CONFIGFS, read_before, call_read, was_read },
	{ "read-usage", "usage", CLASS, read_before, call_read, was_read },
	{ "read-usage_error", "usage_error", CLASS, read_before, call_read, was_read },
	{ "read-peak", "peak", CLASS, read_before, call_read, was_read },
	{ "read-state", "state", CLASS, read_before, call_read, was_read },
	{ "read-enforcing", "enforcing", CLASS, read_before, call_read, was_read },
	{ "read-events", "events", CLASS, read_before, call_read, was_read },
	{ "read-last_kill", "last_kill", CLASS, read_before, call_read, was_read },
	{ "debugfs-events", DEBUGFS "/events", NULL, read_before, call_read, was_read },
	{ "debugfs-members", DEBUGFS "/members", NULL, read_before, call_read, was_read },
	{ "debugfs-stats", DEBUGFS "/stats", NULL, read_before, call_read, was_read },
	{ "debugfs-poll", DEBUGFS "/events", NULL, read_before, call_poll, NULL },
	{ "mode-scan", PARAMETERS "/mode", "scan", read_before, call_param, param_back },
	{ "mode-fault", PARAMETERS "/mode", "fault", scan_before, call_param, param_back },
	{ "attach", "0 0", NULL, start_one, call_attach, attached },
	{ "attach-threads", "3 0", NULL, start_one, call_attach, attached },
	{ "attach-tree", "1 8", NULL, start_one, call_attach, attached },
	{ "attach-second", "0 4", NULL, start_second, call_attach, attached },
	{ "attach-first", "0 0", NULL, start_first, call_attach, attached },
	{ "attach-first-reload", "0 0", "reload", start_first, call_attach, attached },
};

static void run(const struct operation *op)
{
	unsigned int refused = 0;
	bool failed;
	int err;

	for (nth = 1; nth < MOST; nth++) {
		op->before(op);
		look(seen[0]);
		arm(nth);
		err = op->call(op);
		failed = disarm();
		if (err && (!failed || err != ENOMEM))
			wrong("%s", strerror(err));
		if (err) {
			refused++;
			same();
			if (op->call == call_attach && op->b)
				reload_for_attach();
			err = op->call(op);
			if (err)
				wrong("and the second time: %s", strerror(err));
		} else if (op->call == call_read || op->call == call_poll) {
			same();
		}
		/* what it was to change has changed, and nothing is half done; a uevent may have been lost */
		if (op->after)
			op->after(op);
		if (!failed)
			break;
	}
	printf("# %s: %u allocations, %u refusals\n", op->name, nth - 1, refused);
	if (nth == MOST)
		wrong("there is no end");
}

/* --- what members do: in a process that is one, which tells its parent how it went --- */

struct report {
	int err;
	bool failed;
	pid_t child;
};

static int reports[2];

static void tell(int err, bool failed, pid_t child)
{
	struct report report = { err, failed, child };

	if (write(reports[1], &report, sizeof(report)) != sizeof(report))
		_exit(98);
}

static __attribute__((noreturn)) void member_fork(void)
{
	pid_t pid;
	int err;

	arm_child(nth);
	pid = fork();
	if (!pid)
		rest();
	err = errno;
	tell(pid < 0 ? err : 0, disarm(), pid < 0 ? 0 : pid);
	rest();
}

static __attribute__((noreturn)) void member_thread(void)
{
	pthread_t thread;
	int err;

	arm_child(nth);
	err = pthread_create(&thread, NULL, rest_in_thread, NULL);
	tell(err, disarm(), 0);
	rest();
}

static __attribute__((noreturn)) void member_exec(void)
{
	char fd[16];
	int err;

	snprintf(fd, sizeof(fd), "%d", reports[1]);
	arm_child(nth);
	execl(self, "failslab", "--executed", fd, NULL);
	err = errno;
	tell(err, disarm(), 0);
	rest();
}

/* The same by one whose memory is being read, so that it is counted when he has another. */
#define HELD (2 << 20)

static int go[2];

static __attribute__((noreturn)) void member_exec_held(void)
{
	char *memory = mmap(NULL, HELD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), byte;

	memset(memory, 1, HELD);
	tell(0, true, 0);
	if (read(go[0], &byte, 1) != 1)
		_exit(96);
	member_exec();
}

/* A page that whoever writes to it waits for, for ever: the file it would be copied from is not read. */
static char *endless_page(void)
{
	int fd = open(argument, O_RDONLY | O_CLOEXEC);
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	if (page == MAP_FAILED)
		die("%s: %s", argument, strerror(errno));
	return page;
}

/* Is it asleep in pread()? */
static bool is_reading(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	return atoi(text_of(path)) == SYS_pread64;
}

/* Somebody outside who reads of a process's memory and does not come to an end. */
static pid_t start_reader(pid_t whose, char *page)
{
	pid_t pid = fork();
	char path[32];
	int fd;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* he may not be able to die before the file system does */
		close(STDOUT_FILENO);
		close(living[0]);
		snprintf(path, sizeof(path), "/proc/%d/mem", whose);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		/* this is mapped at the same place there */
		_exit(pread(fd, page, 4096, (uintptr_t)seen) != 4096);
	}
	if (!wait_for(is_reading(pid)))
		wrong("nobody reads the member's memory");
	return pid;
}

static __attribute__((noreturn)) void member_exit(void)
{
	arm_child(nth);
	_exit(3);
}

/* Crosses its limit; its page faults may fail, and are done again. */
static __attribute__((noreturn)) void member_eat(void)
{
	char *memory = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	arm_child(nth * 37);
	for (int i = 0; i < 64 << 20; i += 4096)
		((volatile char *)memory)[i] = 1;
	tell(0, disarm(), 0);
	rest();
}

static pid_t start_member(void (*act)(void))
{
	pid_t pid;

	if (pipe(living) || pipe(reports))
		die("pipe: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (put(NAME, "pids", "0"))
			_exit(97);
		act();
	}
	close(living[1]);
	close(reports[1]);
	return pid;
}

/* What the member has told; false: it has died without a word. */
static bool hear(struct report *report)
{
	bool told = read(reports[0], report, sizeof(*report)) == sizeof(*report);

	close(reports[0]);
	return told;
}

/* The run of the member ends, however it does, and it has no members. */
static void await_end(void)
{
	if (!wait_for(!is_status(NAME, "state", "running") && is_status(NAME, "procs", "0")))
		wrong("it is %s, with %s members", status(NAME, "state"), status(NAME, "procs"));
}

static void run_member(const char *name, void (*act)(void), unsigned int most)
{
	unsigned int died = 0, refused = 0;
	struct report report;
	bool more = true;
	char want[8];
	pid_t pid;

	if (make(NAME))
		die("mkdir");
	if (act == member_eat && put(NAME, "hard_limit", "8M"))
		die("hard_limit");
	for (nth = 1; more && nth <= most; nth++) {
		report = (struct report){};
		pid = start_member(act);
		if (hear(&report)) {
			if (act == member_eat)
				wrong("it has 64M under a limit of 8M");
			more = report.failed;
			refused += !!report.err;
			/* what exec says depends on where it was: E2BIG, for one, of the arguments */
			if (report.err && report.err != ENOMEM && report.err != EAGAIN && act != member_exec)
				wrong("%s", strerror(report.err));
			snprintf(want, sizeof(want), "%d", report.child ? 2 : 1);
			/* the fork for which there was no memory is found by the pass that follows */
			if (!wait_for(is_status(NAME, "procs", want)))
				wrong("%s of %s are members", status(NAME, "procs"), want);
			if (!is_listed(NAME, pid) || (report.child && !is_listed(NAME, report.child)))
				wrong("a member is not listed");
			if (put(NAME, "kill", "1"))
				wrong("kill");
		} else {
			died++;
		}
		await_end();
		if (!all_dead())
			wrong("somebody has survived");
		if (act == member_eat && !is_status(NAME, "reason", "hard_limit"))
			wrong("reason is %s", status(NAME, "reason"));
		if (act == member_exit && !is_status(NAME, "exit_status", "3"))
			wrong("exit_status is %s", status(NAME, "exit_status"));
		reap(pid);
	}
	printf("# %s: %u allocations, %u refusals, %u deaths\n", name, nth - 1, refused, died);
	if (nth == MOST)
		wrong("there is no end");
}

/* Whoever is first to want the page does not even die; who waits behind him does. */
static void start_waiting(char *page)
{
	pid_t pid = fork();
	char path[32];

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(STDOUT_FILENO);
		*(volatile char *)page = 1;
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	/* asleep, and not in a system call */
	if (!wait_for(!strncmp(text_of(path), "-1 ", 3)))
		die("%s: somebody answers", argument);
}

/* What is left of the member that executes is not counted where there was no memory to remember it; that is all. */
static void run_exec_held(void)
{
	unsigned int died = 0, refused = 0, lost = 0;
	char *page = endless_page();
	struct report report;
	bool more = true;
	pid_t pid, reader;

	start_waiting(page);
	if (make(NAME) || put(NAME, "metric", "anon"))
		die("mkdir");
	for (nth = 1; more && nth < MOST; nth++) {
		if (pipe(go))
			die("pipe: %s", strerror(errno));
		pid = start_member(member_exec_held);
		if (read(reports[0], &report, sizeof(report)) != sizeof(report))
			wrong("the member has not come");
		reader = start_reader(pid, page);
		if (write(go[1], "x", 1) != 1)
			wrong("go");
		if (hear(&report)) {
			more = report.failed;
			refused += !!report.err;
			if (strtoull(status(NAME, "usage"), NULL, 10) < HELD) {
				if (!report.failed)
					wrong("none, and %s bytes are counted", status(NAME, "usage"));
				lost++;
			}
			if (!is_status(NAME, "procs", "1") || !is_listed(NAME, pid))
				wrong("%s are members", status(NAME, "procs"));
			if (put(NAME, "kill", "1"))
				wrong("kill");
		} else {
			died++;
		}
		await_end();
		kill(reader, SIGKILL);
		reap(reader);
		if (!all_dead())
			wrong("somebody has survived");
		reap(pid);
		close(go[0]);
		close(go[1]);
	}
	printf("# exec-held: %u allocations, %u refusals, %u deaths, %u times not counted\n", nth - 1, refused, died, lost);
	if (nth == MOST)
		wrong("there is no end");
	if (!lost)
		die("the memory that is held was always counted");
}

/* --- the module comes and goes --- */

static bool is_there(void)
{
	return !access("/sys/module/jackfruit", F_OK) || !access(CONFIGFS, F_OK) || !access(CLASS, F_OK) ||
	       !access(DEBUGFS, F_OK);
}

/* While allocation @n fails; 0: none. */
static int load(unsigned int n)
{
	int fd = open(argument, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		die("%s: %s", argument, strerror(errno));
	arm(n);
	err = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	return err;
}

static void run_load(void)
{
	unsigned int refused = 0;
	bool failed = true;
	int err;

	for (nth = 1; failed && nth < MOST; nth++) {
		err = load(nth);
		failed = disarm();
		if (err && err != ENOMEM)
			wrong("%s", strerror(err));
		if (err) {
			refused++;
			if (is_there())
				wrong("it was not loaded, and is there");
			continue;
		}
		if (access(CONFIGFS, F_OK) || access(CLASS, F_OK))
			wrong("it was loaded, and is not there");
		if (make(NAME) || drop(NAME))
			wrong("it was loaded, and no container can be made");
		if (syscall(SYS_delete_module, "jackfruit", O_NONBLOCK))
			wrong("it cannot be unloaded: %s", strerror(errno));
	}
	printf("# load: %u allocations, %u refusals\n", nth - 1, refused);
}

static void run_unload(void)
{
	bool failed = true;
	pid_t pid;

	for (nth = 1; failed && nth < MOST; nth++) {
		if (load(0))
			wrong("it cannot be loaded");
		/* with probes that are still attached */
		if (make(NAME))
			wrong("mkdir");
		pid = start_member(rest);
		close(reports[0]);
		if (!wait_for(is_status(NAME, "procs", "1")) || put(NAME, "kill", "1") || !all_dead() ||
		    !wait_for(!drop(NAME)))
			wrong("a container does not go");
		reap(pid);
		arm(nth);
		if (syscall(SYS_delete_module, "jackfruit", O_NONBLOCK))
			wrong("it cannot be unloaded: %s", strerror(errno));
		failed = disarm();
		if (is_there())
			wrong("it was unloaded, and is there");
	}
	printf("# unload: %u allocations\n", nth - 1);
}

static void on_alarm(int sig)
{
	(void)sig;
	wrong("it hangs");
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 3 && !strcmp(argv[1], "--executed")) {
		/* opening makes allocations, too: what is left to fail may fail here */
		reports[1] = atoi(argv[2]);
		fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		if (fail_nth < 0)
			fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		tell(0, disarm(), 0);
		rest();
	}
	if (argc < 2)
		die("failslab OPERATION [MODULE]");
	grow_stack();
	argument = argv[2];
	self = realpath("/proc/self/exe", NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, on_alarm);
	alarm(600);
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (strcmp(operations[i].name, argv[1]))
			continue;
		/* most operations are on a container that is there */
		if (operations[i].call != call_mkdir && operations[i].call != call_rmdir && make(NAME))
			die("mkdir");
		run(&operations[i]);
		if (subject && put(NAME, "kill", "1"))
			die("kill");
		if (!access(CONFIGFS "/" NAME, F_OK) && !wait_for(!drop(NAME)))
			die("the container cannot be removed");
		return 0;
	}
	if (!strcmp(argv[1], "fork"))
		run_member(argv[1], member_fork, MOST);
	else if (!strcmp(argv[1], "thread"))
		run_member(argv[1], member_thread, MOST);
	else if (!strcmp(argv[1], "exec"))
		run_member(argv[1], member_exec, MOST);
	else if (!strcmp(argv[1], "exec-held"))
		run_exec_held();
	else if (!strcmp(argv[1], "exit"))
		run_member(argv[1], member_exit, 20);
	else if (!strcmp(argv[1], "eat"))
		run_member(argv[1], member_eat, 40);
	else if (!strcmp(argv[1], "load"))
		run_load();
	else if (!strcmp(argv[1], "unload"))
		run_unload();
	else if (!strcmp(argv[1], "operations"))
		for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
			puts(operations[i].name);
	else
		die("there is no operation '%s'", argv[1]);
	if (!access(CONFIGFS "/" NAME, F_OK) && !wait_for(!drop(NAME)))
		die("the container cannot be removed");
	return 0;
}
