// SPDX-License-Identifier: GPL-2.0
/*
 * races RACE ROUNDS [MODULE] - two or more do at the same time what each may do
 *
 * Who is first is left to chance, and to a delay that is another one in each round. After each round is checked
 * what a user sees: who is listed, who has died, what has been counted and told. Prints nothing if all was well.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "lib_control.h"

#define NAME "race"
#define OTHER "race2"

static long number; /* of the round */
static const char *module; /* its file */

/* What the processes of a round share. */
static struct {
	atomic_int alive;
	atomic_int go;
	atomic_int stop;
	atomic_int pid;
	atomic_int delay;
	atomic_int used[65536]; /* PID numbers, by those who have had them */
} *shared;

#define wrong(format, ...) die("round %ld: " format, number, ##__VA_ARGS__)

/* --- chance --- */

static uint64_t random_state = 1;

static unsigned int random_below(unsigned int n)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % n;
}

/* Somewhere between nothing and the time that a few system calls take. */
static void linger(unsigned int most)
{
	for (volatile unsigned int i = random_below(most + 1); i; i--)
		;
}

/* --- who takes part --- */

/* Its end is read when nobody has the other end any more: then all of a round's processes are dead. */
static int living[2];

static void open_living(void)
{
	if (pipe2(living, 0))
		die("pipe: %s", strerror(errno));
}

static void close_living(void)
{
	close(living[0]);
	living[0] = -1;
}

static bool all_dead(int ms)
{
	struct pollfd poller = { .fd = living[0] };

	if (living[1] >= 0)
		close(living[1]);
	living[1] = -1;
	return poll(&poller, 1, ms) == 1 && poller.revents & POLLHUP;
}

static __attribute__((noreturn)) void rest(void)
{
	for (;;)
		pause();
}

/* A child that does not outlive a test that fails. */
static pid_t forked(void)
{
	pid_t pid;

	/* of few numbers none may be free for a moment */
	wait_for((pid = fork()) >= 0 || errno != EAGAIN);
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		random_state += getpid();
	}
	return pid;
}

static void await_go(void)
{
	while (!shared->go)
		;
}

static char *map(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void begin_round(void)
{
	shared->alive = 0;
	shared->go = 0;
	shared->stop = 0;
	shared->pid = 0;
	open_living();
}

static void must(int err, const char *what)
{
	if (err)
		wrong("%s: %s", what, strerror(err));
}

static void over(const char *state, const char *reason)
{
	if (!wait_for(is_status(NAME, "state", state)))
		wrong("state is %s, not %s", status(NAME, "state"), state);
	if (reason && !is_status(NAME, "reason", reason))
		wrong("reason is %s, not %s", status(NAME, "reason"), reason);
	if (!is_status(NAME, "procs", "0") || *get(NAME, "pids"))
		wrong("it has ended, and has %s members: %s", status(NAME, "procs"), get(NAME, "pids"));
}

/* By kill, whatever has happened before; and one kill is counted. */
static void killed_all(void)
{
	long long kills = key_of(status(NAME, "events"), "kill");

	must(put(NAME, "kill", "1"), "kill");
	over("killed", "killed");
	if (!all_dead(WAIT_MS))
		wrong("somebody has survived the kill");
	if (key_of(status(NAME, "events"), "kill") != kills + 1)
		wrong("%lld kills were counted", key_of(status(NAME, "events"), "kill") - kills);
	close_living();
}

/* The exit events of the container since the last call. */
static int exits(void)
{
	static int fd = -1;
	char line[512];
	int count = 0;
	ssize_t len;

	if (fd < 0)
		fd = open(DEBUGFS "/events", O_RDONLY | O_CLOEXEC);
	while ((len = read(fd, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		count += strstr(line, " container=" NAME " event=exit") != NULL;
	}
	return count;
}

/* --- attach --- */

#define CHAIN 8

/* Each forks the next one and stays. Who is attached in the midst of it is followed to the last. */
static void attach_chain(void)
{
	char want[8];
	pid_t first;
	int i;

	begin_round();
	first = forked();
	if (!first) {
		for (i = 1; i < CHAIN; i++) {
			atomic_fetch_add(&shared->alive, 1);
			linger(3000);
			if (fork())
				rest();
		}
		atomic_fetch_add(&shared->alive, 1);
		rest();
	}
	linger(CHAIN * 10000);
	must(put_number(NAME, "pids", first), "attach");
	if (!wait_for(shared->alive == CHAIN))
		wrong("only %d of the chain have come", shared->alive);
	snprintf(want, sizeof(want), "%d", CHAIN);
	if (!is_status(NAME, "procs", want))
		wrong("%s of %s are members", status(NAME, "procs"), want);
	killed_all();
	reap(first);
}

/* Always one, and always another one. Attaching it succeeds or finds nobody; none is kept that is not listed. */
static void attach_flight(void)
{
	pid_t first, parent;
	int err;

	begin_round();
	first = forked();
	if (!first) {
		signal(SIGCHLD, SIG_IGN);
		for (;;) {
			parent = getpid();
			shared->pid = parent;
			linger(2000);
			if (shared->stop)
				_exit(0);
			if (fork())
				_exit(0);
			/* whose parent lives has no child: as long as anybody lives, he has the other as his descendant */
			while (getppid() == parent)
				sched_yield();
		}
	}
	if (!wait_for(shared->pid))
		wrong("nobody has begun");
	linger(20000);
	err = put_number(NAME, "pids", shared->pid);
	if (err && err != ESRCH)
		wrong("attach: %s", strerror(err));
	must(put(NAME, "kill", "1"), "kill");
	if (!wait_for(!is_status(NAME, "state", "running")))
		wrong("it does not end");
	if (!is_status(NAME, "procs", "0"))
		wrong("it has ended, and has members");
	/* who was not found goes on */
	if (err)
		shared->stop = 1;
	if (!all_dead(WAIT_MS))
		wrong("somebody has survived");
	shared->stop = 1;
	close_living();
	reap(first);
}

/* Whoever reads the list of processes is busy with them before he comes to younger ones. */
#define BYSTANDERS 1000

static void have_bystanders(void)
{
	static int there;

	for (; there < BYSTANDERS; there++) {
		if (!forked())
			rest();
	}
}

/* @slowly: to close what watches files takes long, and comes after the memory is gone and before the children are. */
static void fork_and_exit(bool slowly)
{
	pid_t pid = fork();
	volatile int i;

	while (!pid && !shared->stop)
		usleep(2000);
	if (!pid)
		_exit(0);
	if (slowly) {
		unshare(CLONE_FILES);
		inotify_add_watch(inotify_init1(IN_CLOEXEC), "/", IN_CREATE);
	}
	atomic_fetch_add(&shared->alive, pid > 0);
	await_go();
	for (i = slowly ? 0 : shared->delay; i; i--)
		;
	syscall(SYS_exit, 0);
}

static void *fork_and_exit_thread(void *unused)
{
	fork_and_exit(number % 2);
	return unused;
}

/* Both threads have a child and exit, while they are attached: one is through while the other frees the memory. */
static void attach_last(void)
{
	const size_t size = (1 + random_below(8)) << 20;
	pthread_t thread;
	pid_t pid;
	int err;

	have_bystanders();
	begin_round();
	shared->delay = random_below(number % 2 ? 1000000 : 15000);
	pid = forked();
	if (!pid) {
		memset(map(size), 1, size);
		pthread_create(&thread, NULL, fork_and_exit_thread, NULL);
		fork_and_exit(false);
	}
	if (!wait_for(shared->alive == 2))
		wrong("they do not begin");
	shared->go = 1;
	err = put_number(NAME, "pids", pid);
	if (err && err != ESRCH)
		wrong("attach: %s", strerror(err));
	must(put(NAME, "kill", "1"), "kill");
	/* the children of who was not found go on */
	if (err)
		shared->stop = 1;
	if (!all_dead(WAIT_MS))
		wrong("a child has survived");
	if (!err)
		over("killed", "killed");
	shared->stop = 1;
	close_living();
	reap(pid);
}

static void *exit_with_thread(void *unused)
{
	(void)unused;
	linger(3000);
	syscall(SYS_exit, 0);
	return NULL;
}

/* Who exits while it is attached has been a member, whose end is told, or has been none. */
static void attach_exit(void)
{
	char want[8], before[64];
	pthread_t thread;
	pid_t pid;
	int err;

	begin_round();
	snprintf(before, sizeof(before), "%s %s", status(NAME, "state"), status(NAME, "exit_status"));
	pid = forked();
	if (!pid) {
		if (number % 2)
			pthread_create(&thread, NULL, exit_with_thread, NULL);
		await_go();
		linger(4000);
		if (number % 3)
			_exit(number % 100);
		/* the leader alone */
		syscall(SYS_exit, number % 100);
	}
	shared->go = 1;
	linger(8000);
	err = put_number(NAME, "pids", pid);
	if (err && err != ESRCH)
		wrong("attach: %s", strerror(err));
	if (!all_dead(WAIT_MS))
		wrong("it does not exit");
	close_living();
	snprintf(want, sizeof(want), "%ld", number % 100);
	if (!err) {
		over("exited", "exited");
		if (!(number % 2) && !is_status(NAME, "exit_status", want))
			wrong("exit_status is %s, not %s", status(NAME, "exit_status"), want);
	} else {
		snprintf(want, sizeof(want), "%s", "");
		if (strncmp(before, status(NAME, "state"), strlen(status(NAME, "state"))) ||
		    !is_status(NAME, "exit_status", strchr(before, ' ') + 1))
			wrong("it was not attached, and the container was %s and is %s %s", before,
			      status(NAME, "state"), status(NAME, "exit_status"));
	}
	reap(pid);
}

static void *exec_in_thread(void *unused)
{
	(void)unused;
	await_go();
	linger(4000);
	execl("/proc/self/exe", "races", "--rest", NULL);
	_exit(99);
}

/* Another thread than the leader executes while its process is attached: that is one member, by its number. */
static void attach_exec(void)
{
	pthread_t thread;
	int told[2];
	char byte;
	pid_t pid;

	begin_round();
	if (pipe(told))
		die("pipe: %s", strerror(errno));
	pid = forked();
	if (!pid) {
		dup2(told[1], 3);
		pthread_create(&thread, NULL, exec_in_thread, NULL);
		rest();
	}
	close(told[1]);
	shared->go = 1;
	linger(20000);
	must(put_number(NAME, "pids", pid), "attach");
	if (read(told[0], &byte, 1) != 1)
		wrong("it has not executed");
	close(told[0]);
	if (!is_status(NAME, "procs", "1") || !is_listed(NAME, pid))
		wrong("%d has executed, and the members are %s: %s", pid, status(NAME, "procs"),
		      get(NAME, "pids"));
	killed_all();
	reap(pid);
}

struct attempt {
	const char *name;
	pid_t pid;
	int err;
};

static void *attempt(void *data)
{
	struct attempt *a = data;

	await_go();
	linger(500);
	a->err = put_number(a->name, "pids", a->pid);
	return NULL;
}

/* Two want the same process: one gets it. */
static void attach_two(void)
{
	struct attempt one = { .name = NAME }, two = { .name = OTHER };
	pthread_t thread;

	begin_round();
	one.pid = forked();
	if (!one.pid)
		rest();
	two.pid = one.pid;
	pthread_create(&thread, NULL, attempt, &one);
	shared->go = 1;
	attempt(&two);
	pthread_join(thread, NULL);
	if (!((!one.err && two.err == EBUSY) || (!two.err && one.err == EBUSY)))
		wrong("one: %s, the other: %s", strerror(one.err), strerror(two.err));
	if (is_listed(NAME, one.pid) != !one.err || is_listed(OTHER, one.pid) != !two.err)
		wrong("it is listed in another one than it was attached to");
	must(put(one.err ? OTHER : NAME, "kill", "1"), "kill");
	if (!all_dead(WAIT_MS))
		wrong("it has survived the kill");
	close_living();
	reap(one.pid);
	if (!wait_for(!is_status(NAME, "state", "running") && !is_status(OTHER, "state", "running")))
		wrong("it does not end");
}

/* On one CPU, and before all that is not real-time: the run's end is left to a worker of the kernel's. */
static void run_first(int priority)
{
	struct sched_param param = { .sched_priority = priority };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || sched_setscheduler(0, SCHED_FIFO, &param))
		die("scheduling: %s", strerror(errno));
}

/* Who is attached at the moment when the last member has gone begins a run of his own. */
static void attach_end(void)
{
	pid_t last, next;
	int ends[2], told;
	char byte;

	begin_round();
	exits();
	if (pipe(ends))
		die("pipe: %s", strerror(errno));
	next = forked();
	if (!next) {
		close(ends[1]);
		if (number % 2)
			run_first(2);
		/* a process lets go of its files when it is a member no longer */
		if (read(ends[0], &byte, 1))
			wrong("the last member has not ended");
		if (number % 4 > 1)
			linger(2000);
		must(put(NAME, "pids", "0"), "attach");
		_exit(2);
	}
	last = forked();
	if (!last) {
		if (number % 2)
			run_first(1);
		must(put(NAME, "pids", "0"), "attach");
		_exit(1);
	}
	close(ends[0]);
	close(ends[1]);
	reap(last);
	reap(next);
	if (!all_dead(WAIT_MS))
		wrong("they do not end");
	close_living();
	over("exited", "exited");
	told = exits();
	if (told != 2 || !is_status(NAME, "exit_status", "2"))
		wrong("of two runs %d ends were told, the last with status %s", told, status(NAME, "exit_status"));
}

/* --- rmdir --- */

static void *write_always(void *data)
{
	static const char *const files[][2] = {
		{ "hard_limit", "64M" }, { "soft_limit", "max" }, { "nice", "1" }, { "kill", "1" },
		{ "grace_ms", "7" }, { "metric", "anon" }, { "soft_signal", "0" }, { "stop", "1" },
	};
	static const char *const shows[] = { "usage", "state", "last_kill", "events", "peak", "enforcing" };
	char text[512];
	unsigned int i;
	int err;

	(void)data;
	for (i = 0; !shared->stop; i++) {
		err = put(NAME, files[i % 8][0], files[i % 8][1]);
		if (err && err != ENOENT)
			die("a write to %s of what is made and removed: %s", files[i % 8][0], strerror(err));
		err = read_file(path_of(CLASS, NAME, shows[i % 6]), text, sizeof(text));
		if (err && err != ENOENT && err != ENODEV)
			die("a read of %s of what is made and removed: %s", shows[i % 6], strerror(err));
	}
	return NULL;
}

/* Made and removed while others write to it: neither can fail. */
static void rmdir_store(void)
{
	static pthread_t thread;

	if (!thread)
		pthread_create(&thread, NULL, write_always, NULL);
	must(drop(NAME), "rmdir");
	must(make(NAME), "mkdir");
	linger(3000);
}

/* It is attached to or removed. */
static void rmdir_attach(void)
{
	struct attempt one = { .name = NAME };
	pthread_t thread;
	int err;

	begin_round();
	one.pid = forked();
	if (!one.pid)
		rest();
	pthread_create(&thread, NULL, attempt, &one);
	shared->go = 1;
	linger(2000);
	err = drop(NAME);
	pthread_join(thread, NULL);
	if (!((!err && one.err == ENOENT) || (!one.err && err == EBUSY) || (!one.err && !err)))
		wrong("rmdir: %s, attach: %s", strerror(err), strerror(one.err));
	if (!err && !one.err)
		wrong("a container with a member was removed");
	if (!one.err) {
		killed_all();
	} else {
		kill(one.pid, SIGKILL);
		close_living();
		close(living[1]);
		must(make(NAME), "mkdir");
	}
	reap(one.pid);
}

/* Asked again and again while its members are being killed: when it is removed they are dead. */
static void rmdir_kill(void)
{
	long end = now_ms() + WAIT_MS;
	pid_t pid;
	int err;

	begin_round();
	pid = forked();
	if (!pid) {
		put(NAME, "pids", "0");
		shared->alive = 1;
		fork();
		fork();
		rest();
	}
	if (!wait_for(shared->alive))
		wrong("it does not begin");
	linger(20000);
	must(put(NAME, "kill", "1"), "kill");
	while ((err = drop(NAME)) == EBUSY && now_ms() < end)
		;
	must(err, "rmdir");
	if (!all_dead(WAIT_MS))
		wrong("it was removed, and somebody lives");
	close_living();
	reap(pid);
	must(make(NAME), "mkdir");
}

/* --- page faults --- */

static void use(size_t size)
{
	char *memory = map(size);

	for (size_t i = 0; memory != MAP_FAILED && i < size; i += 4096)
		((volatile char *)memory)[i] = 1;
	if (memory != MAP_FAILED)
		munmap(memory, size);
}

/* The limits change all the time under one who uses a tenth of them, at most: nothing happens to it. */
static void limits_faults(void)
{
	static const char *const hard[] = { "64M", "max", "100M", "48M" };
	static pid_t pid;

	if (!pid) {
		begin_round();
		pid = forked();
		if (!pid) {
			prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
			put(NAME, "pids", "0");
			shared->alive = 1;
			while (!shared->stop)
				use(2 << 20);
			for (;;)
				use(16 << 20);
		}
		if (!wait_for(shared->alive))
			wrong("it does not begin");
	}
	must(put(NAME, "hard_limit", hard[number % 4]), "hard_limit");
	must(put(NAME, "soft_limit", number % 3 ? "32M" : "max"), "soft_limit");
	if (!(number % 5))
		must(put(NAME, "metric", number % 2 ? "anon" : "rss"), "metric");
	if (!is_status(NAME, "procs", "1") || !is_status(NAME, "state", "running"))
		wrong("it is %s, with %s members", status(NAME, "state"), status(NAME, "procs"));
	if (key_of(status(NAME, "events"), "hard") || key_of(status(NAME, "events"), "soft"))
		wrong("a crossing was told that there was not: %s", status(NAME, "events"));
	if (!shared->stop && random_below(200))
		return;
	/* now and then it does what it must not */
	must(put(NAME, "soft_limit", "max"), "soft_limit");
	must(put(NAME, "hard_limit", "8M"), "hard_limit");
	shared->stop = 1;
	over("killed", "hard_limit");
	if (!all_dead(WAIT_MS))
		wrong("it was killed, and lives");
	close_living();
	reap(pid);
	pid = 0;
	must(drop(NAME), "rmdir");
	must(make(NAME), "mkdir");
}

/* A limit changes while it is crossed. Who dies of it is told to, and who does not lives. */
static void limits_cross(void)
{
	const size_t size = 5 << 20;
	pid_t pid;
	int i = 0;

	begin_round();
	must(put(NAME, "metric", "anon"), "metric");
	must(put(NAME, "hard_limit", "1G"), "hard_limit");
	pid = forked();
	if (!pid) {
		char *memory = map(size);

		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
		put(NAME, "pids", "0");
		memset(memory, 1, 3 << 20);
		shared->alive = 1;
		for (size_t at = 3 << 20; at < size; at += 4096) {
			memory[at] = 1;
			linger(200);
		}
		shared->alive = 2;
		await_go();
		shared->alive = 3;
		rest();
	}
	if (!wait_for(shared->alive))
		wrong("it does not begin");
	do {
		must(put(NAME, "hard_limit", i++ % 2 ? "1G" : "4M"), "hard_limit");
	} while (shared->alive == 1 && !all_dead(0));
	must(put(NAME, "hard_limit", "1G"), "hard_limit");
	/* whom the limit has killed runs no more */
	shared->go = 1;
	if (!wait_for(shared->alive == 3 || all_dead(0)))
		wrong("it neither lives nor dies");
	if (shared->alive == 3) {
		killed_all();
	} else {
		over("killed", "hard_limit");
		close_living();
	}
	reap(pid);
}

static void set_mode(const char *mode)
{
	must(write_file(PARAMETERS "/mode", mode), "mode");
}

/* The mode changes while somebody crosses his limit: by the one or the other he is killed. */
static void mode_faults(void)
{
	pid_t pid;

	begin_round();
	must(put(NAME, "hard_limit", "4M"), "hard_limit");
	pid = forked();
	if (!pid) {
		char *memory;
		int i;

		put(NAME, "pids", "0");
		shared->alive = 1;
		for (i = 0; i < 2048; i++) {
			memory = map(65536);
			for (int j = 0; j < 65536; j += 4096)
				((volatile char *)memory)[j] = 1;
		}
		_exit(99);
	}
	if (!wait_for(shared->alive))
		wrong("it does not begin");
	do {
		set_mode("scan");
		linger(2000);
		set_mode("fault");
		linger(2000);
	} while (!all_dead(0));
	over("killed", "hard_limit");
	close_living();
	reap(pid);
}

/* They stand before the victim in the list of members, and live. */
#define SMALL "30"

static void have_small(void)
{
	static pid_t pid;
	int i;

	if (pid)
		return;
	must(put(NAME, "kill_scope", "process"), "kill_scope");
	must(put(NAME, "metric", "anon"), "metric");
	must(put(NAME, "hard_limit", "16M"), "hard_limit");
	pid = forked();
	if (!pid) {
		put(NAME, "pids", "0");
		for (i = 1; i < atoi(SMALL) && fork(); i++)
			;
		rest();
	}
	if (!wait_for(is_status(NAME, "procs", SMALL)))
		wrong("%s of the small ones have come", status(NAME, "procs"));
}

#define SHARERS 2000
#define STACK_SIZE 8192

/* A child with the same address space, on the stack of this number. */
static void share_with(int (*fn)(void *stacks), char *stacks, int n)
{
	if (clone(fn, stacks + (n + 1) * STACK_SIZE, CLONE_VM | SIGCHLD, stacks) < 0)
		_exit(98);
}

static int rest_in_space(void *unused)
{
	(void)unused;
	rest();
}

static int share_always(void *stacks)
{
	int i;

	for (i = 1; i < SHARERS; i++) {
		share_with(rest_in_space, stacks, i);
		shared->alive = i;
	}
	rest();
}

/* The victim's address space has new processes all the time: none of them survives it, and all others do. */
static void victim_shares(void)
{
	long long kills;
	pid_t pid;

	have_small();
	kills = key_of(status(NAME, "events"), "kill");
	begin_round();
	pid = forked();
	if (!pid) {
		const size_t size = 32 << 20;
		char *memory = map(size);

		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
		put(NAME, "pids", "0");
		memset(memory, 1, 8 << 20);
		share_with(share_always, map(SHARERS * STACK_SIZE), 0);
		while (shared->alive < 4)
			;
		linger(20000);
		memset(memory, 1, size);
		_exit(99);
	}
	if (!all_dead(WAIT_MS))
		wrong("of %d who share the victim's memory somebody lives; %s members", shared->alive,
		      status(NAME, "procs"));
	close_living();
	reap(pid);
	if (!wait_for(is_status(NAME, "procs", SMALL)))
		wrong("%s members are left", status(NAME, "procs"));
	if (key_of(status(NAME, "events"), "kill") != kills + 1)
		wrong("%lld kills were told", key_of(status(NAME, "events"), "kill") - kills);
}

/* --- who reads --- */

#define READERS 40
#define CROWD 1000 /* members: so that a reading takes longer than to wake up who waits */

static long readings_before; /* those that writers have waited for */

static void *read_always(void *data)
{
	char text[64];

	(void)data;
	while (!shared->stop) {
		must(read_file(path_of(CLASS, NAME, "usage"), text, sizeof(text)), "usage");
		shared->used[0]++;
	}
	return NULL;
}

/* Anybody may read: who writes does not stand in line behind all of them, again and again. */
static void readers(void)
{
	static pthread_t threads[READERS];
	int i, before;

	if (!threads[0]) {
		if (!forked()) {
			put(NAME, "pids", "0");
			for (i = 1; i < CROWD && forked(); i++)
				;
			shared->alive++;
			rest();
		}
		if (!wait_for(shared->alive == CROWD))
			wrong("%d of %d are there", shared->alive, CROWD);
		for (i = 0; i < READERS; i++)
			pthread_create(&threads[i], NULL, read_always, NULL);
	}
	before = shared->used[0];
	if (!wait_for(shared->used[0] > before + READERS))
		wrong("nobody reads");
	before = shared->used[0];
	must(put(NAME, "grace_ms", "1000"), "grace_ms");
	readings_before += shared->used[0] - before;
}

static void end_readers(void)
{
	if (readings_before > number * READERS)
		die("%ld writers have waited for %ld readings of %d readers", number, readings_before, READERS);
}

/* --- unload --- */

static void tolerate(int err, const char *what)
{
	if (err && err != ENOENT && err != EBUSY && err != ENODEV && err != ENXIO && err != ESRCH && err != EEXIST)
		die("%s while the module comes and goes: %s", what, strerror(err));
}

/* Faults, forks and execs for ever. Whoever is left when it is killed ends by himself. */
static __attribute__((noreturn)) void live(void)
{
	const size_t size = 1 << 20;
	char *memory;
	pid_t pid;

	for (;;) {
		memory = map(size);
		if (memory != MAP_FAILED) {
			memset(memory, 1, size);
			munmap(memory, size);
		}
		pid = fork();
		if (!pid) {
			execl("/bin/true", "true", NULL);
			_exit(0);
		}
		if (pid > 0)
			reap(pid);
	}
}

static void *use_always(void *data)
{
	char text[4096];
	pid_t pid;
	int err;

	(void)data;
	while (!shared->stop) {
		err = make(OTHER);
		/* what configfs says while its module goes */
		if (err != EINVAL)
			tolerate(err, "mkdir");
		pid = forked();
		if (!pid)
			live();
		tolerate(put_number(OTHER, "pids", pid), "attach");
		tolerate(put(OTHER, "hard_limit", "64M"), "hard_limit");
		tolerate(read_file(path_of(CLASS, OTHER, "usage"), text, sizeof(text)), "usage");
		kill(pid, SIGKILL);
		tolerate(put(OTHER, "kill", "1"), "kill");
		reap(pid);
		if (!wait_for(drop(OTHER) != EBUSY))
			die("what has no member cannot be removed");
		usleep(random_below(3000));
	}
	return NULL;
}

static void *look_always(void *data)
{
	static const char *const files[] = { "events", "members", "stats" };
	char text[8192];
	unsigned int i;

	(void)data;
	for (i = 0; !shared->stop; i++) {
		tolerate(read_file(path_of(DEBUGFS, files[i % 3], NULL), text, sizeof(text)), files[i % 3]);
		tolerate(read_file(PARAMETERS "/mode", text, sizeof(text)), "mode");
		usleep(random_below(1000));
	}
	return NULL;
}

/* Write parameters, and wait for events. */
static void *turn_always(void *data)
{
	struct pollfd events = { .events = POLLIN };
	unsigned int i;

	(void)data;
	for (i = 0; !shared->stop; i++) {
		tolerate(write_file(PARAMETERS "/mode", i % 2 ? "fault" : "scan"), "mode");
		tolerate(write_file(PARAMETERS "/scan_max_us", i % 3 ? "100000" : "2000"), "scan_max_us");
		events.fd = open(path_of(DEBUGFS, "events", NULL), O_RDONLY | O_CLOEXEC);
		if (events.fd >= 0) {
			poll(&events, 1, random_below(5));
			close(events.fd);
		}
		usleep(random_below(1000));
	}
	return NULL;
}

static void load(void)
{
	int fd = open(module, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", module, strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0))
		wrong("it cannot be loaded: %s", strerror(errno));
	close(fd);
}

static pthread_t users[3];

/* Unloaded while others use it: it is refused, or it succeeds, and it can be loaded again. */
static void unload(void)
{
	if (!users[0]) {
		must(drop(NAME), "rmdir");
		must(drop(OTHER), "rmdir");
		/*
		 * One who is no member, in the way of probes that come and go. He is first: he would keep for ever what
		 * a thread has open while he is forked, and with it the module.
		 */
		if (!forked())
			live();
		pthread_create(&users[0], NULL, use_always, NULL);
		pthread_create(&users[1], NULL, look_always, NULL);
		pthread_create(&users[2], NULL, turn_always, NULL);
	}
	if (!syscall(SYS_delete_module, "jackfruit", O_NONBLOCK)) {
		shared->used[0]++;
		load();
	} else if (errno != EAGAIN && errno != EBUSY) {
		wrong("unload: %s", strerror(errno));
	}
	usleep(random_below(2000));
}

/* --- ends --- */

static void *end_thread(void *data)
{
	await_go();
	syscall(SYS_exit, (long)data);
	return NULL;
}

/* The last threads of a process end at once: it has ended once, and as its parent is told. */
static void two_last(void)
{
	pthread_t threads[3];
	char want[8];
	int status_, i;
	pid_t pid;

	begin_round();
	exits();
	pid = forked();
	if (!pid) {
		put(NAME, "pids", "0");
		for (i = 0; i < 1 + number % 3; i++)
			pthread_create(&threads[i], NULL, end_thread, (void *)(long)(i + 1));
		shared->alive = 1;
		end_thread((void *)7L);
	}
	if (!wait_for(shared->alive))
		wrong("it does not begin");
	shared->go = 1;
	if (waitpid(pid, &status_, 0) != pid)
		wrong("waitpid: %s", strerror(errno));
	all_dead(WAIT_MS);
	close_living();
	over("exited", "exited");
	snprintf(want, sizeof(want), "%d", WEXITSTATUS(status_));
	if (!is_status(NAME, "exit_status", want))
		wrong("exit_status is %s, and the parent was told %s", status(NAME, "exit_status"), want);
	i = exits();
	if (i != 1)
		wrong("%d exits were told", i);
}

/* Whose parent ends, and who is killed at that moment, is as dead as all. */
static void orphan_kill(void)
{
	pid_t pid;

	begin_round();
	pid = forked();
	if (!pid) {
		put(NAME, "pids", "0");
		shared->alive = 1;
		pid = fork();
		if (pid)
			_exit(0);
		prctl(PR_SET_PDEATHSIG, 0);
		shared->pid = getpid();
		rest();
	}
	if (!wait_for(shared->alive))
		wrong("it does not begin");
	if (number % 4) {
		linger(30000);
		must(put(NAME, "kill", "1"), "kill");
		reap(pid);
	} else {
		/* or it has become init's child, and is a member as before */
		reap(pid);
		if (!wait_for(shared->pid))
			wrong("there is no orphan");
		if (!is_status(NAME, "procs", "1") || !is_listed(NAME, shared->pid))
			wrong("orphan %d is no member: %s", shared->pid, get(NAME, "pids"));
		must(put(NAME, "kill", "1"), "kill");
	}
	if (!all_dead(WAIT_MS))
		wrong("somebody has survived the kill");
	close_living();
	if (!wait_for(!is_status(NAME, "state", "running") && is_status(NAME, "procs", "0")))
		wrong("it is %s with %s members", status(NAME, "state"), status(NAME, "procs"));
}

#define STRANGERS 4
/* that there are, see races.sh */
#define NUMBERS 120

/* Numbers that members have had go to strangers, who are never listed and never killed. */
static void pid_reuse(void)
{
	pid_t strangers[STRANGERS], pid;
	int i;

	begin_round();
	for (i = 1; i < (int)(sizeof(shared->used) / sizeof(shared->used[0])); i++)
		shared->used[i] = 0;
	pid = forked();
	if (!pid) {
		put(NAME, "pids", "0");
		signal(SIGCHLD, SIG_IGN);
		while (!shared->stop) {
			pid = fork();
			if (!pid) {
				shared->used[getpid()] = 1;
				_exit(0);
			}
			shared->alive++;
			linger(500);
		}
		rest();
	}
	/* until there is hardly a number that it has not used */
	if (!wait_for(shared->alive >= NUMBERS))
		wrong("it does not fork");
	for (i = 0; i < STRANGERS; i++) {
		strangers[i] = forked();
		if (!strangers[i]) {
			close(living[1]);
			rest();
		}
		atomic_fetch_add(&shared->used[0], shared->used[strangers[i]]);
	}
	for (i = 0; i < STRANGERS; i++) {
		if (is_listed(NAME, strangers[i]))
			wrong("%d is listed, and is a stranger", strangers[i]);
	}
	shared->stop = 1;
	if (number % 2)
		must(put(NAME, "kill", "1"), "kill");
	else
		must(put(NAME, "hard_limit", "4K"), "hard_limit");
	over("killed", number % 2 ? "killed" : "hard_limit");
	must(put(NAME, "hard_limit", "max"), "hard_limit");
	reap(pid);
	if (!all_dead(WAIT_MS))
		wrong("somebody has survived the kill");
	close_living();
	for (i = 0; i < STRANGERS; i++) {
		if (waitpid(strangers[i], NULL, WNOHANG))
			wrong("stranger %d was killed", strangers[i]);
		kill(strangers[i], SIGKILL);
		reap(strangers[i]);
	}
}

/* --- */

static void end_unload(void)
{
	size_t i;

	if (!shared->used[0])
		die("it was never unloaded");
	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		pthread_join(users[i], NULL);
	if (access(CONFIGFS, F_OK))
		load();
	must(write_file(PARAMETERS "/mode", "fault"), "mode");
	must(write_file(PARAMETERS "/scan_max_us", "100000"), "scan_max_us");
}

static void end_pid_reuse(void)
{
	if (!shared->used[0])
		die("no number was used again");
}

static const struct {
	const char *name;
	void (*round)(void);
	void (*end)(void);
} races[] = {
	{ "attach_chain", attach_chain, NULL },
	{ "attach_flight", attach_flight, NULL },
	{ "attach_last", attach_last, NULL },
	{ "attach_exit", attach_exit, NULL },
	{ "attach_exec", attach_exec, NULL },
	{ "attach_two", attach_two, NULL },
	{ "attach_end", attach_end, NULL },
	{ "rmdir_store", rmdir_store, NULL },
	{ "rmdir_attach", rmdir_attach, NULL },
	{ "rmdir_kill", rmdir_kill, NULL },
	{ "limits_faults", limits_faults, NULL },
	{ "limits_cross", limits_cross, NULL },
	{ "mode_faults", mode_faults, NULL },
	{ "victim_shares", victim_shares, NULL },
	{ "readers", readers, end_readers },
	{ "unload", unload, end_unload },
	{ "two_last", two_last, NULL },
	{ "orphan_kill", orphan_kill, NULL },
	{ "pid_reuse", pid_reuse, end_pid_reuse },
};

static void clean(void)
{
	static const char *const names[] = { NAME, OTHER };

	for (int i = 0; i < 2; i++) {
		if (access(path_of(CONFIGFS, names[i], NULL), F_OK))
			continue;
		put(names[i], "kill", "1");
		if (!wait_for(drop(names[i]) != EBUSY))
			die("%s cannot be removed", names[i]);
	}
}

/* Whoever waits is bounded; what is not is a system call that does not return. */
static void on_alarm(int sig)
{
	(void)sig;
	wrong("it hangs");
}

static void run(void (*round)(void), void (*end)(void), long rounds)
{
	signal(SIGALRM, on_alarm);
	must(make(NAME), "mkdir");
	must(make(OTHER), "mkdir");
	for (number = 1; number <= rounds; number++) {
		alarm(120);
		round();
	}
	/* the threads have a moment to see it */
	shared->stop = 1;
	usleep(100000);
	if (end)
		end();
	clean();
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "--rest")) {
		if (write(3, "x", 1) != 1)
			return 99;
		rest();
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (argc < 3 || shared == MAP_FAILED)
		die("races RACE ROUNDS [MODULE]");
	module = argv[3];
	for (i = 0; i < sizeof(races) / sizeof(races[0]); i++) {
		if (!strcmp(races[i].name, argv[1])) {
			run(races[i].round, races[i].end, atol(argv[2]));
			return 0;
		}
	}
	die("there is no race '%s'", argv[1]);
}
