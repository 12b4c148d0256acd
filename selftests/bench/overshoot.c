// SPDX-License-Identifier: GPL-2.0
/*
 * overshoot DIR OUT ROUNDS CONTESTANTS WORKLOADS - how far a hog gets past a hard limit of 64 MiB
 *
 * DIR is a directory on ramfs for the files that are mapped. OUT gets a line of TSV for each hog.
 * CONTESTANTS and WORKLOADS are lists with commas; `all` is all that work here.
 *
 * For each hog: it is started and sets itself up; the contestant takes it in; what the contestant
 * counts of it by now is read, and what is left below the limit is told to the hog. Then it goes.
 * It tells what it touches in a page that outlives it: the overshoot is what it has touched less
 * what fitted. The crossing is the touch that did not fit, the death is when it can be reaped.
 * A contestant that does not kill gets no mercy: the hog fills a given memory and is killed.
 *
 * This process has the highest real-time priority, so that it sees a death when it happens. It
 * sleeps while a hog runs.
 */
#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bench.h"

#define LIMIT (64 * MIB)
#define POLLER_MS "100"
/* what a hog fills above the limit if nobody stops it; less where it has both CPUs for itself */
#define BEYOND (384 * MIB)
#define BEYOND_FIFO (64 * MIB)
/* how long a hog that has filled all is left to the contestant */
#define MERCY_MS 1000
/* how long at all; the kernel complains of a CPU that is held for 20 s */
#define PATIENCE_MS 18000

#define CONFIGFS "/sys/kernel/config/jackfruit"
#define MODE "/sys/module/jackfruit/parameters/mode"
#define CGROUP "/sys/fs/cgroup"

#define MEASURER_PRIORITY 90
#define HOG_PRIORITY 51
#define SPINNER_PRIORITY 50

struct workload {
	const char *name;
	const char *kind; /* hog's */
	const char *threads;
	const char *file;
	bool fifo; /* a spinner of SCHED_FIFO on every CPU, and the hog just above them */
};

static const struct workload workloads[] = {
	{ "touch1", "touch", "1", NULL, false },
	{ "touch8", "touch", "8", NULL, false },
	{ "thp", "thp", "1", NULL, false },
	{ "populate", "populate", "1", NULL, false },
	{ "shm", "shm", "1", NULL, false },
	{ "file", "file", "1", "cold", false },
	{ "filewarm", "filewarm", "1", "warm", false },
	{ "fifo", "touch", "1", NULL, true },
};

struct contestant {
	const char *name;
	bool (*works)(void);
	void (*enter)(pid_t pid);
	uint64_t (*usage)(pid_t pid);
	void (*leave)(void);
};

struct outcome {
	bool killed; /* by the contestant */
	uint64_t death_ns; /* 0: not before the measurer helped */
	int64_t maxrss_over; /* bytes above the limit that the kernel has noted at most */
	uint64_t base; /* bytes that the contestant counted before the hog went */
};

static const char *dir;
static int cpus;
static pid_t helper; /* the poller */
static atomic_int *spinning;

static pid_t spawn(int priority, const char *path, char *const argv[])
{
	struct sched_param param = { .sched_priority = priority };
	pid_t pid = fork();

	if (pid < 0)
		bench_die("fork");
	if (pid)
		return pid;
	if (sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &param))
		bench_die("sched_setscheduler");
	execv(path, argv);
	bench_die("%s", path);
}

static const char *beside(const char *program)
{
	static char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		bench_die("/proc/self/exe");
	path[len] = '\0';
	strcpy(strrchr(path, '/') + 1, program);
	return path;
}

/* The contestants. */

static uint64_t resident(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	return bench_read(path, "Rss:") * KIB;
}

static void jackfruit_enter(pid_t pid)
{
	if (mkdir(CONFIGFS "/bench", 0755))
		bench_die("mkdir %s", CONFIGFS "/bench");
	bench_write(CONFIGFS "/bench/hard_limit", "%lu", LIMIT);
	bench_write(CONFIGFS "/bench/pids", "%d", pid);
}

static void fault_enter(pid_t pid)
{
	bench_write(MODE, "fault");
	jackfruit_enter(pid);
}

static void scan_enter(pid_t pid)
{
	if (access(MODE, F_OK) == 0)
		bench_write(MODE, "scan");
	jackfruit_enter(pid);
}

/* It is busy until the module has seen the last member's end. */
static void jackfruit_leave(void)
{
	int tries;

	for (tries = 0; rmdir(CONFIGFS "/bench"); tries++) {
		if (errno != EBUSY || tries == 1000)
			bench_die("rmdir %s", CONFIGFS "/bench");
		usleep(10000);
	}
}

static bool jackfruit_works(void)
{
	return access(CONFIGFS, F_OK) == 0;
}

static bool fault_works(void)
{
	return jackfruit_works() && access(MODE, F_OK) == 0;
}

static void memcg_enter(pid_t pid)
{
	if (mkdir(CGROUP "/bench", 0755))
		bench_die("mkdir %s", CGROUP "/bench");
	bench_write(CGROUP "/bench/memory.max", "%lu", LIMIT);
	if (access(CGROUP "/bench/memory.swap.max", F_OK) == 0)
		bench_write(CGROUP "/bench/memory.swap.max", "0");
	bench_write(CGROUP "/bench/memory.oom.group", "1");
	bench_write(CGROUP "/bench/cgroup.procs", "%d", pid);
}

static uint64_t memcg_usage(pid_t pid)
{
	(void)pid;
	return bench_read(CGROUP "/bench/memory.current", "");
}

static void memcg_leave(void)
{
	int tries;

	for (tries = 0; rmdir(CGROUP "/bench"); tries++) {
		if (errno != EBUSY || tries == 1000)
			bench_die("rmdir %s", CGROUP "/bench");
		usleep(10000);
	}
}

static bool memcg_works(void)
{
	return write_file(CGROUP "/cgroup.subtree_control", "+memory") == 0;
}

static void poller_enter(pid_t pid)
{
	char limit[24], victim[12];
	char *argv[] = { "poller", POLLER_MS, limit, victim, NULL };

	snprintf(limit, sizeof(limit), "%lu", LIMIT);
	snprintf(victim, sizeof(victim), "%d", pid);
	helper = spawn(0, beside("poller"), argv);
	/* it looks at a hog at any point of its interval */
	usleep(100000 + rand() % 100000);
}

static void poller_leave(void)
{
	kill(helper, SIGKILL);
	waitpid(helper, NULL, 0);
}

static bool poller_works(void)
{
	return true;
}

static const struct contestant contestants[] = {
	{ "fault", fault_works, fault_enter, resident, jackfruit_leave },
	{ "scan", jackfruit_works, scan_enter, resident, jackfruit_leave },
	{ "memcg", memcg_works, memcg_enter, memcg_usage, memcg_leave },
	{ "poller", poller_works, poller_enter, resident, poller_leave },
};

#define NR_WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))
#define NR_CONTESTANTS (sizeof(contestants) / sizeof(contestants[0]))

/* A spinner on each CPU, from when this returns. */
static void start_spinners(pid_t *pids)
{
	struct sched_param param = { .sched_priority = SPINNER_PRIORITY };
	cpu_set_t set;
	int cpu;

	atomic_store(spinning, 0);
	for (cpu = 0; cpu < cpus; cpu++) {
		pids[cpu] = fork();
		if (pids[cpu])
			continue;
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set) ||
		    sched_setscheduler(0, SCHED_FIFO, &param))
			bench_die("spinner");
		atomic_fetch_add(spinning, 1);
		for (;;)
			;
	}
	while (atomic_load(spinning) < cpus)
		usleep(1000);
}

static void stop_spinners(const pid_t *pids)
{
	int cpu;

	for (cpu = 0; cpu < cpus; cpu++) {
		kill(pids[cpu], SIGKILL);
		waitpid(pids[cpu], NULL, 0);
	}
}

/* Has the process died within that time? */
static bool dies_within(int pidfd, int ms)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	return poll(&poll_fd, 1, ms) == 1;
}

/*
 * Wait for a hog's end. Returns false if the contestant lets it fill all that it wants, or if it is
 * not dead after a long time.
 */
static bool wait_for_death(int pidfd, struct bench_page *page, uint64_t *death_ns)
{
	uint64_t begin = bench_now();
	bool done = false;

	while (!done && bench_now() - begin < PATIENCE_MS * 1000000ULL) {
		done = atomic_load(&page->done);
		if (dies_within(pidfd, done ? MERCY_MS : 50)) {
			*death_ns = bench_now();
			return true;
		}
	}
	return false;
}

static void report(FILE *out, const struct workload *w, const struct contestant *c, int round,
		   const struct outcome *o, const struct bench_page *page)
{
	int64_t overshoot = page->touched - page->room;
	uint64_t crossed_ns = page->crossed_ns ?: page->near_ns;

	/* a huge page that came to be in the last touch, which never returned */
	if (strcmp(w->kind, "thp") == 0 && o->maxrss_over - overshoot > (int64_t)MIB)
		overshoot += 2 * MIB;
	fprintf(out, "%s\t%s\t%d\t%d\t%lld", w->name, c->name, round, !o->killed,
		(long long)overshoot);
	if (page->last_ns)
		fprintf(out, "\t%llu", (unsigned long long)(page->last_ns - crossed_ns) / 1000);
	else
		fprintf(out, "\t0");
	if (o->death_ns && crossed_ns)
		fprintf(out, "\t%llu", (unsigned long long)(o->death_ns - crossed_ns) / 1000);
	else
		fprintf(out, "\t-");
	fprintf(out, "\t%lld\t%llu\n", (long long)o->maxrss_over, (unsigned long long)o->base);
	fflush(out);
}

static const char *file_of(const struct workload *w, uint64_t bytes)
{
	static char path[PATH_MAX];
	int fd;

	if (!w->file)
		return NULL;
	snprintf(path, sizeof(path), "%s/%s", dir, w->file);
	if (strcmp(w->file, "cold") == 0)
		unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, bytes))
		bench_die("%s", path);
	if (strcmp(w->file, "warm") == 0) {
		/* all in the page cache, by this process, which no contestant looks at */
		char *p =
			mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);

		if (p == MAP_FAILED)
			bench_die("mmap of %s", path);
		munmap(p, bytes);
	}
	close(fd);
	return path;
}

static void measure(FILE *out, const struct workload *w, const struct contestant *c, int round)
{
	uint64_t bytes = LIMIT + (w->fifo ? BEYOND_FIFO : BEYOND);
	int memfd = memfd_create("bench", 0);
	char fd[12], size[24];
	char *argv[] = { "hog", fd, (char *)w->kind, (char *)w->threads, size, NULL, NULL };
	struct outcome o = {};
	struct bench_page *page;
	struct rusage usage;
	pid_t spinners[cpus];
	int pidfd, status;
	pid_t pid;

	if (memfd < 0 || ftruncate(memfd, 4 * KIB))
		bench_die("memfd");
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	if (page == MAP_FAILED)
		bench_die("mmap");
	snprintf(fd, sizeof(fd), "%d", memfd);
	snprintf(size, sizeof(size), "%llu", (unsigned long long)bytes);
	argv[5] = (char *)file_of(w, bytes);

	pid = spawn(w->fifo ? HOG_PRIORITY : 0, beside("hog"), argv);
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	bench_wait(&page->ready);
	c->enter(pid);
	if (w->fifo)
		start_spinners(spinners);
	o.base = c->usage(pid);
	page->room = LIMIT - o.base;
	bench_raise(&page->go);
	o.killed = wait_for_death(pidfd, page, &o.death_ns);
	if (w->fifo)
		stop_spinners(spinners);
	if (!o.killed)
		kill(pid, SIGKILL);
	wait4(pid, &status, 0, &usage);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		errno = 0;
		bench_die("%s: the hog ended with wait status %#x", w->name, status);
	}
	o.maxrss_over = (int64_t)(usage.ru_maxrss * KIB) - (int64_t)LIMIT;
	c->leave();
	report(out, w, c, round, &o, page);
	munmap(page, sizeof(*page));
	close(memfd);
	close(pidfd);
}

/* Is the name in the list, or the list `all`? */
static bool listed(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *p = list;

	if (strcmp(list, "all") == 0)
		return true;
	while ((p = strstr(p, name))) {
		if ((p == list || p[-1] == ',') && (p[len] == '\0' || p[len] == ','))
			return true;
		p += len;
	}
	return false;
}

static bool is_workload(const char *name)
{
	size_t i;

	for (i = 0; i < NR_WORKLOADS; i++)
		if (strcmp(workloads[i].name, name) == 0)
			return true;
	return false;
}

static bool is_contestant(const char *name)
{
	size_t i;

	for (i = 0; i < NR_CONTESTANTS; i++)
		if (strcmp(contestants[i].name, name) == 0)
			return true;
	return false;
}

/* Refuse a list with an unknown name. */
static void check_list(const char *list, const char *what, bool (*known)(const char *))
{
	char *copy = strdup(list), *name;

	for (name = strtok(copy, ","); name; name = strtok(NULL, ","))
		if (!known(name) && strcmp(list, "all")) {
			fprintf(stderr, "overshoot: '%s' is no %s: see scripts/bench --help\n",
				name, what);
			exit(2);
		}
	free(copy);
}

/*
 * No part of a second is kept for others than real-time processes: neither by throttling those, nor
 * (6.12) by the server that runs for the others.
 */
static void unthrottle(void)
{
	char path[64];
	int cpu;

	bench_write("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	for (cpu = 0; cpu < cpus; cpu++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/sched/fair_server/cpu%d/runtime",
			 cpu);
		if (access(path, F_OK) == 0)
			bench_write(path, "0");
	}
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = MEASURER_PRIORITY };
	bool enter[NR_CONTESTANTS];
	int round, rounds;
	size_t w, i, c;
	FILE *out;

	if (argc != 6) {
		fprintf(stderr, "usage: overshoot DIR OUT ROUNDS CONTESTANTS WORKLOADS\n");
		return 2;
	}
	check_list(argv[4], "contestant", is_contestant);
	check_list(argv[5], "workload", is_workload);
	dir = argv[1];
	rounds = atoi(argv[3]);
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	srand(1);
	out = fopen(argv[2], "we");
	if (!out)
		bench_die("%s", argv[2]);
	spinning = mmap(NULL, sizeof(*spinning), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (spinning == MAP_FAILED || sched_setscheduler(0, SCHED_FIFO, &param))
		bench_die("cannot begin");
	unthrottle();

	for (i = 0; i < NR_CONTESTANTS; i++) {
		enter[i] = listed(argv[4], contestants[i].name) && contestants[i].works();
		if (strcmp(argv[4], "all") && listed(argv[4], contestants[i].name) && !enter[i]) {
			fprintf(stderr,
				"overshoot: '%s' is not to be had in this kernel or module\n",
				contestants[i].name);
			return 1;
		}
	}
	fprintf(out,
		"workload\tcontestant\tround\talive\tovershoot_bytes\tlast_touch_us\tdeath_us\t"
		"maxrss_over_bytes\tbase_bytes\n");
	for (round = 1; round <= rounds; round++)
		for (w = 0; w < NR_WORKLOADS; w++)
			for (i = 0; listed(argv[5], workloads[w].name) && i < NR_CONTESTANTS; i++) {
				/* each is the first one in its turn */
				c = (i + round - 1) % NR_CONTESTANTS;
				if (enter[c])
					measure(out, &workloads[w], &contestants[c], round);
			}
	return 0;
}
