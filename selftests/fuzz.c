// SPDX-License-Identifier: GPL-2.0
/*
 * Random operations on containers and processes, compared with a model of what should be.
 *
 *	fuzz [--seed N] [--ops N] [--replay FILE]	one after the other, each checked
 *	     [--times yes]				and tell how long each kind of them takes
 *	fuzz --chaos N [--seed N]			N operations by four at once; checked is that all were done, and
 *							nothing is left
 *
 * An operation is three numbers; what it cannot do in the present state it leaves, so that any part of a list of
 * operations is one itself. A list that fails is made as short as it can be and printed; --replay does it again.
 */
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "lib_control.h"

#define CONTAINERS 4
#define PROCS 12
#define WORKERS 4

struct op {
	unsigned char what, a, b;
};

enum {
	OP_MKDIR,
	OP_RMDIR,
	OP_RENAME,
	OP_ATTACH,
	OP_SPAWN,
	OP_FORK,
	OP_EXEC,
	OP_THREAD,
	OP_THREAD_EXEC,
	OP_GROW,
	OP_EXIT,
	OP_SIGKILL,
	OP_KILL,
	OP_STOP,
	OP_LIMIT,
	OP_OVERFLOW,
	OP_SETTING,
	OP_GARBAGE,
	OP_MODE,
	OP_RMMOD,
	OP_ATTACH_EXIT,
	OP_FORK_KILL,
	OP_KILL_RMDIR,
	OP_CHECK,
	OPS,
};

/* How often each comes: there are to be members to do it with, and what takes long is rare. */
static const struct {
	const char *name;
	unsigned int weight;
} kinds[OPS] = {
	[OP_MKDIR] = { "mkdir", 4 },
	[OP_RMDIR] = { "rmdir", 2 },
	[OP_RENAME] = { "rename", 1 },
	[OP_ATTACH] = { "attach", 10 },
	[OP_SPAWN] = { "spawn", 5 },
	[OP_FORK] = { "fork", 6 },
	[OP_EXEC] = { "exec", 1 },
	[OP_THREAD] = { "thread", 3 },
	[OP_THREAD_EXEC] = { "threadexec", 1 },
	[OP_GROW] = { "grow", 4 },
	[OP_EXIT] = { "exit", 2 },
	[OP_SIGKILL] = { "sigkill", 2 },
	[OP_KILL] = { "kill", 1 },
	[OP_STOP] = { "stop", 1 },
	[OP_LIMIT] = { "limit", 8 },
	[OP_OVERFLOW] = { "overflow", 1 },
	[OP_SETTING] = { "setting", 8 },
	[OP_GARBAGE] = { "garbage", 8 },
	[OP_MODE] = { "mode", 1 },
	[OP_RMMOD] = { "rmmod", 1 },
	[OP_ATTACH_EXIT] = { "attachexit", 1 },
	[OP_FORK_KILL] = { "forkkill", 1 },
	[OP_KILL_RMDIR] = { "killrmdir", 1 },
	[OP_CHECK] = { "check", 3 },
};

/* --- random --- */

static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static struct op random_op(uint64_t *state)
{
	unsigned int what, sum = 0;
	uint64_t r = random_next(state);

	for (what = 0; what < OPS; what++)
		sum += kinds[what].weight;
	sum = (r >> 32) % sum;
	for (what = 0; sum >= kinds[what].weight; what++)
		sum -= kinds[what].weight;
	return (struct op){ .what = what, .a = r, .b = r >> 8 };
}

/* --- the control plane --- */

static const char *const names[CONTAINERS] = { "fuzz0", "fuzz1", "fuzz2", "fuzz3" };

static bool set_mode(const char *mode)
{
	return !write_file(PARAMETERS "/mode", mode);
}

/* --- processes that do as they are told: one a slot, by the slot's socket --- */

struct order {
	char what;
	int arg;
};

/* Both ends of a slot's socket, at numbers that an executed program knows. */
static int ours(int slot)
{
	return 100 + 2 * slot;
}

static int theirs(int slot)
{
	return 101 + 2 * slot;
}

static void make_sockets(void)
{
	int pair[2];

	for (int i = 0; i < PROCS; i++) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) || dup2(pair[0], ours(i)) < 0 ||
		    dup2(pair[1], theirs(i)) < 0)
			die("sockets: %s", strerror(errno));
		close(pair[0]);
		close(pair[1]);
	}
}

static int sleeper(void *arg)
{
	while (!arg)
		pause();
	return 0;
}

static int new_thread(int (*fn)(void *))
{
	static char stacks[2][16384] __attribute__((aligned(16)));
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	/* one of each is enough, and libc need not know of it */
	return clone(fn, stacks[fn == sleeper] + sizeof(stacks[0]), flags, NULL);
}

static char exec_slot[16];

static int exec_in_thread(void *arg)
{
	(void)arg;
	execl("/proc/self/exe", "fuzz", "--obey", exec_slot, NULL);
	_exit(96);
}

static __attribute__((noreturn)) void obey(int slot)
{
	struct order order;
	bool threaded = false;
	char *memory;
	int answer;

	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		answer = 0;
		if (read(theirs(slot), &order, sizeof(order)) != sizeof(order))
			_exit(98);
		switch (order.what) {
		case 'f':
			answer = fork();
			if (!answer) {
				slot = order.arg;
				threaded = false;
				continue;
			}
			break;
		case 'F':
			while (order.arg--)
				if (!fork())
					sleeper(NULL);
			break;
		case 'e':
			snprintf(exec_slot, sizeof(exec_slot), "%d", slot);
			execl("/proc/self/exe", "fuzz", "--obey", exec_slot, NULL);
			answer = -errno;
			break;
		case 'E':
			snprintf(exec_slot, sizeof(exec_slot), "%d", slot);
			answer = new_thread(exec_in_thread);
			/* it uses our libc, which must not be disturbed */
			while (answer > 0)
				pause();
			break;
		case 't':
			answer = threaded ? 0 : new_thread(sleeper);
			threaded = true;
			break;
		case 'g':
			memory = mmap(NULL, order.arg, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			for (int i = 0; memory != MAP_FAILED && i < order.arg; i += 4096)
				memory[i] = 1;
			break;
		case 'x':
			_exit(order.arg);
		}
		if (write(theirs(slot), &answer, sizeof(answer)) != sizeof(answer))
			_exit(97);
	}
}

/* --- the model --- */

struct proc {
	pid_t pid; /* 0: the slot is free */
	int parent; /* slot, or -1: nobody that is alive */
	int c; /* container, or -1 */
	unsigned int born;
};

struct container {
	bool there;
	bool running;
	const char *state, *reason;
	int first; /* pid */
	unsigned long long hard, soft;
};

static struct proc procs[PROCS];
static struct container containers[CONTAINERS];
static unsigned int births;
static char why[512];

static bool wrong(const char *format, ...)
{
	va_list args;

	if (why[0])
		return false;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return false;
}

static int members(int c)
{
	int i, n = 0;

	for (i = 0; i < PROCS; i++)
		n += procs[i].pid && procs[i].c == c;
	return n;
}

static int free_slot(void)
{
	for (int i = 0; i < PROCS; i++)
		if (!procs[i].pid)
			return i;
	return -1;
}

static int alive_slot(int n)
{
	for (int i = 0; i < PROCS; i++)
		if (procs[(n + i) % PROCS].pid)
			return (n + i) % PROCS;
	return -1;
}

/* The answer, or -1: it died. */
static int tell(int slot, char what, int arg, bool *died)
{
	struct pollfd poller = { .fd = ours(slot), .events = POLLIN };
	struct order order = { what, arg };
	long end = now_ms() + WAIT_MS;
	int answer;

	*died = false;
	if (write(ours(slot), &order, sizeof(order)) != sizeof(order))
		die("write: %s", strerror(errno));
	for (;;) {
		if (recv(ours(slot), &answer, sizeof(answer), MSG_DONTWAIT) == sizeof(answer))
			return answer;
		if (kill(procs[slot].pid, 0) && errno == ESRCH) {
			*died = true;
			return -1;
		}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (now_ms() > end) {
			wrong("process %d does not answer to '%c'", procs[slot].pid, what);
			*died = true;
			return -1;
		}
		/* its end is not told here */
		poll(&poller, 1, 1);
	}
}

/* Orders that nobody has read, answers that nobody has awaited. */
static void drain(int slot)
{
	char junk[256];

	while (recv(ours(slot), junk, sizeof(junk), MSG_DONTWAIT) > 0)
		;
	while (recv(theirs(slot), junk, sizeof(junk), MSG_DONTWAIT) > 0)
		;
}

static bool await_gone(pid_t pid)
{
	long end = now_ms() + WAIT_MS;

	while (!kill(pid, 0)) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (now_ms() > end)
			return wrong("process %d does not end", pid);
		usleep(200);
	}
	return true;
}

static bool await(int c, const char *file, const char *want)
{
	return wait_for(is_status(names[c], file, want)) ||
	       wrong("fuzz%d: %s is '%s' and not '%s'", c, file, status(names[c], file), want);
}

/* One who lives, or is not buried yet, and is not in the model. Who has lost his parent is our child. */
static pid_t stranger(void)
{
	char list[8192], *next, *rest = list;

	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (read_file("/proc/thread-self/children", list, sizeof(list)))
		die("children: %s", strerror(errno));
	while ((next = strsep(&rest, " ")) && *next) {
		int i = 0;

		while (i < PROCS && procs[i].pid != atoi(next))
			i++;
		if (i == PROCS)
			return atoi(next);
	}
	return 0;
}

static bool no_strangers(void)
{
	pid_t pid;

	if (wait_for(!(pid = stranger())))
		return true;
	wrong("process %d has got away", pid);
	while ((pid = stranger()))
		kill(pid, SIGKILL);
	return false;
}

static void buried(int slot)
{
	for (int i = 0; i < PROCS; i++)
		if (procs[i].pid && procs[i].parent == slot)
			procs[i].parent = -1;
	procs[slot].pid = 0;
	drain(slot);
}

static bool ended(int c, const char *state, const char *reason)
{
	containers[c].running = false;
	containers[c].state = state;
	containers[c].reason = reason;
	return await(c, "procs", "0") && await(c, "state", state) && await(c, "reason", reason);
}

/* All of a container were killed by the module. */
static bool all_killed(int c, const char *state, const char *reason)
{
	for (int i = 0; i < PROCS; i++) {
		if (procs[i].pid && procs[i].c == c) {
			if (!await_gone(procs[i].pid))
				return false;
			buried(i);
		}
	}
	return ended(c, state, reason);
}

/* One is gone by itself or by us; the first one's way to end is the run's. */
static const char *first_reason[CONTAINERS];

static bool one_gone(int slot, const char *reason)
{
	int c = procs[slot].c;

	if (!await_gone(procs[slot].pid))
		return false;
	if (c >= 0 && procs[slot].pid == containers[c].first)
		first_reason[c] = reason;
	buried(slot);
	if (c < 0 || members(c))
		return true;
	return ended(c, "exited", first_reason[c]);
}

/* The descendants of members are members, unless they are another's. */
static void adopt(int c)
{
	bool again = true;

	while (again) {
		again = false;
		for (int i = 0; i < PROCS; i++) {
			struct proc *p = &procs[i];

			if (p->pid && p->c < 0 && p->parent >= 0 && procs[p->parent].c == c) {
				p->c = c;
				again = true;
			}
		}
	}
}

static bool expect(const char *what, int got, int want)
{
	return got == want ? true : wrong("%s: error %d (%s), not %d", what, got, strerror(got), want);
}

static void began(int c, pid_t first)
{
	containers[c].running = true;
	containers[c].state = "running";
	containers[c].reason = "none";
	containers[c].first = first;
	first_reason[c] = "exited";
}

static bool do_attach(int slot, int c)
{
	struct proc *p = &procs[slot];
	int err = put_number(names[c], "pids", p->pid);

	if (!containers[c].there)
		return expect("attach to none", err, ENOENT);
	if (p->c == c)
		return expect("attach a member", err, 0);
	if (p->c >= 0)
		return expect("attach another's member", err, EBUSY);
	if (!expect("attach", err, 0))
		return false;
	p->c = c;
	if (!containers[c].running)
		began(c, p->pid);
	adopt(c);
	return await(c, "state", "running");
}

/* Never -1: whoever kills that kills everybody. */
static pid_t must_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	return pid;
}

static pid_t spawn(int slot)
{
	pid_t pid = must_fork();

	if (!pid)
		obey(slot);
	return pid;
}

static bool do_spawn(void)
{
	int slot = free_slot();

	if (slot >= 0)
		procs[slot] = (struct proc){ .pid = spawn(slot), .parent = -1, .c = -1, .born = ++births };
	return true;
}

static bool do_fork(int slot)
{
	int child = free_slot(), pid;
	bool died;

	if (child < 0)
		return true;
	pid = tell(slot, 'f', child, &died);
	if (died || pid < 0)
		return wrong("fork: %d", pid);
	procs[child] = (struct proc){ .pid = pid, .parent = slot, .c = procs[slot].c, .born = ++births };
	return true;
}

static bool do_exec(int slot, char how)
{
	bool died;

	/* it answers when it is the new one */
	if (tell(slot, how, 0, &died) || died)
		return wrong("exec failed");
	return true;
}

static bool has_children(int slot)
{
	for (int i = 0; i < PROCS; i++)
		if (procs[i].pid && procs[i].parent == slot)
			return true;
	return false;
}

/* It exits while it is attached: it has become a member before, or it was not found. */
static bool do_attach_exit(int slot, int c)
{
	struct order order = { 'x', 5 };
	struct proc *p = &procs[slot];
	int err;

	/* its children might be another's before they are found */
	if (!containers[c].there || p->c >= 0 || has_children(slot))
		return true;
	if (write(ours(slot), &order, sizeof(order)) != sizeof(order))
		die("write: %s", strerror(errno));
	err = put_number(names[c], "pids", p->pid);
	if (err && err != ESRCH)
		return expect("attach who exits", err, 0);
	if (!err) {
		p->c = c;
		if (!containers[c].running)
			began(c, p->pid);
	}
	return one_gone(slot, "exited");
}

/* A member forks and forks while all are killed: so are the children, as many as there are. */
static bool do_fork_kill(int slot, int delay)
{
	struct order order = { 'F', 50 };
	int c = procs[slot].c;

	if (c < 0)
		return true;
	if (write(ours(slot), &order, sizeof(order)) != sizeof(order))
		die("write: %s", strerror(errno));
	usleep(delay * 20);
	return expect("kill", put(names[c], "kill", "1"), 0) && all_killed(c, "killed", "killed") && no_strangers();
}

/* Removed as soon as that is possible after a kill: then nobody is left. */
static bool do_kill_rmdir(int c)
{
	long end = now_ms() + WAIT_MS;
	int err;

	if (!containers[c].there || !members(c))
		return true;
	if (!expect("kill", put(names[c], "kill", "1"), 0))
		return false;
	while ((err = drop(names[c])) == EBUSY && now_ms() < end)
		usleep(100);
	if (!expect("rmdir after a kill", err, 0))
		return false;
	for (int i = 0; i < PROCS; i++) {
		if (procs[i].pid && procs[i].c == c) {
			if (!await_gone(procs[i].pid))
				return false;
			buried(i);
		}
	}
	containers[c].there = false;
	return true;
}

static bool do_overflow(int slot)
{
	int c = procs[slot].c;
	long limit;
	bool died;

	if (c < 0)
		return true;
	/* little more than they have, so that it does not take long */
	limit = strtol(status(names[c], "usage"), NULL, 10) + (1 << 20);
	if (!expect("hard_limit", put_number(names[c], "hard_limit", limit), 0))
		return false;
	/* in mode=scan it may have all of it, and say so, before it is looked at */
	tell(slot, 'g', limit + (4 << 20), &died);
	if (!all_killed(c, "killed", "hard_limit"))
		return false;
	containers[c].hard = 1024ull << 20;
	return expect("hard_limit", put(names[c], "hard_limit", "1G"), 0);
}

static bool do_limit(int c, int value)
{
	char text[24];
	unsigned long long bytes = (512ull + value) << 20;

	if (!containers[c].there)
		return true;
	snprintf(text, sizeof(text), "%lluM\n", bytes >> 20);
	if (value & 1) {
		containers[c].soft = bytes;
		return expect("soft_limit", put(names[c], "soft_limit", text), 0);
	}
	containers[c].hard = bytes;
	return expect("hard_limit", put(names[c], "hard_limit", text), 0);
}

static bool do_setting(int c, int value)
{
	static const char *const settings[][2] = {
		{ "metric", "rss" }, { "metric", "anon" }, { "metric", "rss+swap" }, { "nice", "3" },
		{ "nice", "inherit" }, { "forecast_ms", "100" }, { "forecast_ms", "0" }, { "soft_signal", "0" },
	};
	const char *const *setting = settings[value % 8];

	if (!containers[c].there)
		return true;
	if (!expect(setting[0], put(names[c], setting[0], setting[1]), 0))
		return false;
	if (strcmp(get(names[c], setting[0]), setting[1]))
		return wrong("%s: '%s' is not what was written", setting[0], get(names[c], setting[0]));
	return true;
}

/*
 * No text with a tilde or a NUL in it is a value of anything. It depends on the operation's numbers alone, so that
 * it is the same in a shorter list and at a replay.
 */
static bool do_garbage(struct op op)
{
	static const char *const files[] = {
		"soft_limit", "hard_limit", "pids", "metric", "hard_action", "kill_scope",
		"soft_signal", "grace_ms", "forecast_ms", "nice", "stop", "kill",
	};
	int c = op.a % CONTAINERS, err;
	const char *file = files[op.b % 12];
	uint64_t state = op.a << 8 | op.b;
	char before[8192], junk[4000];
	bool readable = op.b % 12 < 10;
	size_t i, len;

	if (!containers[c].there)
		return true;
	len = random_next(&state) % 3 ? 20 : sizeof(junk);
	len = 1 + random_next(&state) % len;
	for (i = 0; i < len; i++)
		junk[i] = random_next(&state);
	junk[random_next(&state) % len] = '~';
	/* a value, and garbage behind a NUL */
	if (random_next(&state) % 5 == 0 && len > 1)
		memcpy(junk, "1", 2);
	snprintf(before, sizeof(before), "%s", readable ? get(names[c], file) : "");
	err = write_bytes(path_of(CONFIGFS, names[c], file), junk, len);
	if (!expect(file, err, EINVAL))
		return false;
	if (readable && strcmp(before, get(names[c], file)))
		return wrong("%s: changed by garbage", file);
	return true;
}

static bool check_members(int c)
{
	bool listed[PROCS] = {};
	char list[8192], *next, *rest = list;
	int i;

	snprintf(list, sizeof(list), "%s", get(names[c], "pids"));
	while ((next = strsep(&rest, "\n")) && *next) {
		for (i = 0; i < PROCS; i++)
			if (procs[i].pid == atoi(next))
				break;
		if (i == PROCS || procs[i].c != c)
			return wrong("fuzz%d: process %s is listed and should not be", c, next);
		listed[i] = true;
	}
	for (i = 0; i < PROCS; i++)
		if (procs[i].pid && procs[i].c == c && !listed[i])
			return wrong("fuzz%d: process %d is a member and not listed", c, procs[i].pid);
	return true;
}

static bool check_all(void)
{
	char want[24];

	for (int c = 0; c < CONTAINERS; c++) {
		struct container *k = &containers[c];

		if (!k->there)
			continue;
		snprintf(want, sizeof(want), "%d", members(c));
		if (!await(c, "procs", want) || !await(c, "state", k->state) || !await(c, "reason", k->reason) ||
		    !check_members(c))
			return false;
		if (k->hard && strtoull(get(names[c], "hard_limit"), NULL, 10) != k->hard)
			return wrong("fuzz%d: hard_limit is %s", c, get(names[c], "hard_limit"));
	}
	return true;
}

static bool do_op(struct op op)
{
	int c = op.a % CONTAINERS, slot = alive_slot(op.b % PROCS), n;
	struct container *k = &containers[c];
	bool died;

	switch (op.what) {
	case OP_MKDIR:
		n = make(names[c]);
		if (!expect("mkdir", n, k->there ? EEXIST : 0))
			return false;
		if (!k->there)
			*k = (struct container){ .there = true, .state = "created", .reason = "none" };
		return n || expect("grace_ms", put(names[c], "grace_ms", "20"), 0);
	case OP_RMDIR:
		n = drop(names[c]);
		if (!expect("rmdir", n, !k->there ? ENOENT : members(c) ? EBUSY : 0))
			return false;
		k->there = k->there && n;
		return true;
	case OP_RENAME:
		n = rename(path_of(CONFIGFS, names[c], NULL), path_of(CONFIGFS, names[(c + 1) % CONTAINERS], NULL));
		return n ? true : wrong("rename was possible");
	case OP_ATTACH:
		return slot < 0 || do_attach(slot, c);
	case OP_SPAWN:
		return do_spawn();
	case OP_FORK:
		return slot < 0 || do_fork(slot);
	case OP_EXEC:
		return slot < 0 || do_exec(slot, 'e');
	case OP_THREAD_EXEC:
		return slot < 0 || do_exec(slot, 'E');
	case OP_THREAD:
		return slot < 0 || tell(slot, 't', 0, &died) >= 0 || wrong("no thread");
	case OP_GROW:
		return slot < 0 || !tell(slot, 'g', 1 << 18, &died) || wrong("killed while far below every limit");
	case OP_EXIT:
		if (slot < 0)
			return true;
		n = write(ours(slot), &(struct order){ 'x', op.a % 100 }, sizeof(struct order));
		return one_gone(slot, "exited");
	case OP_SIGKILL:
		if (slot < 0)
			return true;
		kill(procs[slot].pid, SIGKILL);
		return one_gone(slot, "signaled");
	case OP_KILL:
		if (!k->there)
			return true;
		if (!expect("kill", put(names[c], "kill", "1"), 0))
			return false;
		return !members(c) || all_killed(c, "killed", "killed");
	case OP_STOP:
		if (!k->there)
			return true;
		if (!expect("stop", put(names[c], "stop", "1"), 0))
			return false;
		return !members(c) || all_killed(c, "stopped", "stopped");
	case OP_LIMIT:
		return do_limit(c, op.b);
	case OP_OVERFLOW:
		return slot < 0 || do_overflow(slot);
	case OP_SETTING:
		return do_setting(c, op.b);
	case OP_GARBAGE:
		return do_garbage(op);
	case OP_MODE:
		return set_mode(op.b & 1 ? "scan" : "fault") || wrong("mode cannot be changed");
	case OP_RMMOD:
		for (n = 0; n < CONTAINERS && !containers[n].there; n++)
			;
		if (n == CONTAINERS)
			return true;
		return syscall(SYS_delete_module, "jackfruit", O_NONBLOCK) ? true : wrong("rmmod was possible");
	case OP_ATTACH_EXIT:
		return slot < 0 || do_attach_exit(slot, c);
	case OP_FORK_KILL:
		return slot < 0 || do_fork_kill(slot, op.a);
	case OP_KILL_RMDIR:
		return do_kill_rmdir(c);
	case OP_CHECK:
		return check_all();
	}
	return true;
}

static void clean(void)
{
	for (int i = 0; i < PROCS; i++) {
		if (procs[i].pid)
			kill(procs[i].pid, SIGKILL);
		procs[i].pid = 0;
		drain(i);
	}
	for (int c = 0; c < CONTAINERS; c++) {
		long end = now_ms() + WAIT_MS;

		put(names[c], "kill", "1");
		while (drop(names[c]) == EBUSY) {
			while (waitpid(-1, NULL, WNOHANG) > 0)
				;
			put(names[c], "kill", "1");
			if (now_ms() > end) {
				wrong("fuzz%d cannot be removed", c);
				break;
			}
			usleep(1000);
		}
		containers[c] = (struct container){};
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	set_mode("fault");
}

static struct {
	unsigned long count, us;
} times[OPS];

static bool timed_op(struct op op)
{
	struct timespec begin, end;
	bool ok;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	ok = do_op(op);
	clock_gettime(CLOCK_MONOTONIC, &end);
	times[op.what].count++;
	times[op.what].us += (end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000;
	return ok;
}

/* How many were done before one was wrong; all if none was. */
static size_t run(const struct op *ops, size_t n)
{
	size_t i;

	why[0] = '\0';
	for (i = 0; i < n && timed_op(ops[i]); i++)
		;
	if (i == n && !check_all())
		i = n - 1;
	clean();
	return why[0] && i == n ? n - 1 : i;
}

/* Leave out what is not needed for the failure: halves, quarters, and so on. */
static size_t shrink(struct op *ops, size_t n)
{
	struct op *less = malloc(n * sizeof(*ops));
	long end = now_ms() + 120000;
	size_t chunk, at;

	for (chunk = n / 2; chunk; chunk /= 2) {
		for (at = 0; at + chunk <= n && now_ms() < end;) {
			size_t m = n - chunk, done;

			memcpy(less, ops, at * sizeof(*ops));
			memcpy(less + at, ops + at + chunk, (m - at) * sizeof(*ops));
			done = m ? run(less, m) : 0;
			if (done < m) {
				n = done + 1;
				memcpy(ops, less, n * sizeof(*ops));
			} else {
				at += chunk;
			}
		}
	}
	free(less);
	return n;
}

static void chaos_op(struct op op)
{
	/* more exit than fork, for an exit may be of one who is replaced */
	struct order order = { "fetgExx"[op.a % 7], op.a % 7 == 0 ? op.b % PROCS : 1 << 20 };
	int c = op.a % CONTAINERS, slot = op.b % PROCS, answer;

	switch (op.what) {
	case OP_MKDIR: make(names[c]); break;
	case OP_RMDIR: drop(names[c]); break;
	case OP_SPAWN:
		if (!procs[slot].pid)
			procs[slot].pid = spawn(slot);
		break;
	case OP_ATTACH: put_number(names[c], "pids", procs[slot].pid ?: 0x7ffffff); break;
	case OP_KILL: put(names[c], "kill", "1"); break;
	case OP_STOP: put(names[c], "stop", "1"); break;
	case OP_LIMIT: put(names[c], "hard_limit", op.b % 3 ? "8M" : "max"); break;
	case OP_SETTING: put(names[c], "kill_scope", op.b % 2 ? "process" : "container"); break;
	case OP_MODE: set_mode(op.b & 1 ? "scan" : "fault"); break;
	case OP_SIGKILL:
		if (procs[slot].pid)
			kill(procs[slot].pid, SIGKILL);
		break;
	case OP_CHECK: status(names[c], op.b % 2 ? "usage" : "last_kill"); break;
	default:
		if (procs[slot].pid && send(ours(slot), &order, sizeof(order), MSG_DONTWAIT) > 0)
			while (recv(ours(slot), &answer, sizeof(answer), MSG_DONTWAIT) > 0)
				;
	}
}

/* They are killed by anybody, or told to exit; with a status is who could not go on. */
static void chaos_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (WIFEXITED(status) && WEXITSTATUS(status))
			die("process %d ended with status %d", pid, WEXITSTATUS(status));
		for (int i = 0; i < PROCS; i++)
			if (procs[i].pid == pid)
				procs[i].pid = 0;
	}
}

static void chaos(unsigned long count, uint64_t seed)
{
	/* how many each has done, to be known of one who dies too */
	unsigned long sum = 0, *done = mmap(NULL, WORKERS * sizeof(*done), PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t workers[WORKERS];
	int worker, status;

	if (done == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	for (worker = 0; worker < WORKERS; worker++) {
		workers[worker] = must_fork();
		if (workers[worker])
			continue;
		setpgid(0, 0);
		seed += worker * 1000003;
		make_sockets();
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		for (; done[worker] < (count + worker) / WORKERS; done[worker]++) {
			chaos_op(random_op(&seed));
			chaos_reap();
		}
		_exit(0);
	}
	for (worker = 0; worker < WORKERS; worker++) {
		if (waitpid(workers[worker], &status, 0) < 0 || status)
			wrong("worker %d of %d has failed", worker, WORKERS);
		/* its processes, and what they have forked */
		kill(-workers[worker], SIGKILL);
		sum += done[worker];
	}
	clean();
	no_strangers();
	printf("# %lu operations\n", sum);
}

/* A list as a run that failed prints it: an operation a line, and lines that say something begin with a #. */
static size_t read_ops(const char *file, struct op *ops, size_t max)
{
	FILE *in = fopen(file, "r");
	unsigned int at = 0;
	char line[256];
	size_t n = 0;

	if (!in)
		die("%s: %s", file, strerror(errno));
	while (fgets(line, sizeof(line), in)) {
		unsigned int a, b;
		int what = 0, end = -1;
		char name[16];

		at++;
		/* what is said may be long */
		while (!strchr(line, '\n') && *line == '#' && fgets(line + 1, sizeof(line) - 1, in))
			;
		if (*line == '#')
			continue;
		if (sscanf(line, "%15s %3u %3u %n", name, &a, &b, &end) == 3)
			while (what < OPS && strcmp(kinds[what].name, name))
				what++;
		if (end < 0 || line[end] || what == OPS || a > 255 || b > 255)
			die("%s:%u: '%.*s' is no operation", file, at, (int)strcspn(line, "\n"), line);
		if (n == max)
			die("%s:%u: more than %zu operations", file, at, max);
		ops[n++] = (struct op){ what, a, b };
	}
	fclose(in);
	if (!n)
		die("%s: no operation is in it", file);
	return n;
}

int main(int argc, char **argv)
{
	unsigned long count = 2000, chaotic = 0;
	const char *replay = NULL;
	bool tell_times = false;
	uint64_t seed = time(NULL);
	struct op *ops;
	size_t n, done;
	int i;

	if (argc == 3 && !strcmp(argv[1], "--obey")) {
		int answer = 0, slot = atoi(argv[2]);

		if (write(theirs(slot), &answer, sizeof(answer)) != sizeof(answer))
			_exit(97);
		obey(slot);
	}
	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seed"))
			seed = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--ops"))
			count = strtoul(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--chaos"))
			chaotic = strtoul(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--replay"))
			replay = argv[i + 1];
		else if (!strcmp(argv[i], "--times"))
			tell_times = !strcmp(argv[i + 1], "yes");
		else
			die("'%s' is no option: there are --seed, --ops, --chaos, --replay and --times", argv[i]);
	}
	if (i < argc)
		die("%s needs a value", argv[i]);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!replay)
		printf("# seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	if (chaotic) {
		chaos(chaotic, seed);
		if (why[0])
			die("%s", why);
		return 0;
	}
	make_sockets();
	ops = calloc(replay ? 1000000 : count, sizeof(*ops));
	if (!ops)
		die("no memory for %lu operations", count);
	n = replay ? read_ops(replay, ops, 1000000) : count;
	for (i = 0; !replay && i < (int)n; i++)
		ops[i] = random_op(&seed);
	done = run(ops, n);
	if (done == n) {
		printf("# %zu operations\n", n);
		for (i = 0; tell_times && i < OPS; i++)
			printf("# %s: %lu, %lu us each\n", kinds[i].name, times[i].count,
			       times[i].us / (times[i].count ?: 1));
		return 0;
	}
	printf("# operation %zu: %s: %s\n", done, kinds[ops[done].what].name, why);
	fflush(stdout);
	n = shrink(ops, done + 1);
	run(ops, n);
	printf("# the shortest that was found, of %zu operations: %s\n", n,
	       why[0] ? why : "failed once, and not when done again");
	for (i = 0; i < (int)n; i++)
		printf("%s %u %u\n", kinds[ops[i].what].name, ops[i].a, ops[i].b);
	return 1;
}
