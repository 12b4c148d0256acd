// SPDX-License-Identifier: GPL-2.0
/*
 * cost CONTAINERS PROCESSES ROUNDS - what watching costs: CPU time a second, of each contestant
 *
 * Makes CONTAINERS containers of PROCESSES sleeping processes each, far from their hard limit, and
 * prints lines of TSV: containers, processes in each, contestant, round, microseconds of CPU a
 * second, looks a second (or -). The module's are what debugfs's stats say of its scans, others'
 * are the scheduler's account of their process.
 */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bench.h"

#define CONFIGFS "/sys/kernel/config/jackfruit"
#define STATS "/sys/kernel/debug/jackfruit/stats"
#define MODE "/sys/module/jackfruit/parameters/mode"
/* for each process; it uses some 100 KiB */
#define SHARE_OF_LIMIT (8 * MIB)

#define WINDOW_MS 1000
/* who looks at many processes takes a whole CPU, which an emulated machine is long in giving */
#define MANY 1000
#define BUSY_WINDOW_MS (containers * processes > MANY ? 250 : 500)
/* what starts or changes is given that long before it is measured */
#define SETTLE_MS 500

static int containers, processes, rounds;

static void sleep_ms(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static void crowd(void)
{
	char dir[PATH_MAX], path[PATH_MAX + 16];
	int c, i;

	for (c = 0; c < containers; c++) {
		snprintf(dir, sizeof(dir), "%s/c%d", CONFIGFS, c);
		if (mkdir(dir, 0755))
			bench_die("mkdir %s", dir);
		snprintf(path, sizeof(path), "%s/hard_limit", dir);
		bench_write(path, "%lu", SHARE_OF_LIMIT * processes);
		if (fork())
			continue;
		snprintf(path, sizeof(path), "%s/pids", dir);
		bench_write(path, "%d", getpid());
		for (i = 1; i < processes; i++)
			if (!fork())
				break;
		for (;;)
			pause();
	}
	for (i = 0; bench_read(STATS, "members ") < (uint64_t)containers * processes; i++) {
		errno = ETIMEDOUT;
		if (i == 3000)
			bench_die("not all members are there");
		sleep_ms(100);
	}
}

static void disperse(void)
{
	char path[PATH_MAX];
	int c, i;

	for (c = 0; c < containers; c++) {
		snprintf(path, sizeof(path), "%s/c%d/kill", CONFIGFS, c);
		bench_write(path, "1");
	}
	while (wait(NULL) > 0)
		;
	for (c = 0; c < containers; c++) {
		snprintf(path, sizeof(path), "%s/c%d", CONFIGFS, c);
		for (i = 0; rmdir(path); i++) {
			if (errno != EBUSY || i == 3000)
				bench_die("rmdir %s", path);
			sleep_ms(100);
		}
	}
}

static void line(const char *contestant, int round, double us_a_second, double looks_a_second)
{
	printf("%d\t%d\t%s\t%d\t%.1f\t", containers, processes, contestant, round, us_a_second);
	if (looks_a_second < 0)
		printf("-\n");
	else
		printf("%.1f\n", looks_a_second);
	fflush(stdout);
}

static void module(const char *mode)
{
	uint64_t begin, us, looks;
	double seconds;
	int round;

	if (access(MODE, F_OK) == 0)
		bench_write(MODE, "%s", mode);
	else if (strcmp(mode, "scan"))
		return;
	sleep_ms(SETTLE_MS);
	for (round = 1; round <= rounds; round++) {
		begin = bench_now();
		us = bench_read(STATS, "scan_us ");
		looks = bench_read(STATS, "looks ");
		sleep_ms(WINDOW_MS);
		us = bench_read(STATS, "scan_us ") - us;
		looks = bench_read(STATS, "looks ") - looks;
		seconds = (bench_now() - begin) / 1e9;
		line(mode, round, us / seconds, looks / seconds);
	}
}

static void program(const char *contestant, int window_ms, const char *path, char *const argv[])
{
	char account[64];
	uint64_t begin, ns;
	pid_t pid = fork();
	int round;

	if (pid < 0)
		bench_die("fork");
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execvp(path, argv);
		_exit(127);
	}
	snprintf(account, sizeof(account), "/proc/%d/schedstat", pid);
	sleep_ms(SETTLE_MS);
	for (round = 1; round <= rounds; round++) {
		begin = bench_now();
		ns = bench_read(account, "");
		sleep_ms(window_ms);
		ns = bench_read(account, "") - ns;
		line(contestant, round, ns / 1e3 / ((bench_now() - begin) / 1e9), -1);
	}
	kill(pid, SIGKILL);
	if (waitpid(pid, &round, 0) != pid || !WIFSIGNALED(round)) {
		errno = 0;
		bench_die("%s ended by itself", path);
	}
}

int main(int argc, char **argv)
{
	char *idle[] = { "earlyoom", "-r", "0", NULL };
	/* memory is always low, so it always looks for a victim; and kills none */
	char *busy[] = { "earlyoom", "-r", "0", "-m", "99", "--dryrun", NULL };
	char *poller[] = { "poller", "100", "18446744073709551615", NULL };
	char self[PATH_MAX];
	ssize_t len;

	if (argc != 4) {
		fprintf(stderr, "usage: cost CONTAINERS PROCESSES ROUNDS\n");
		return 2;
	}
	containers = atoi(argv[1]);
	processes = atoi(argv[2]);
	rounds = atoi(argv[3]);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		bench_die("/proc/self/exe");
	self[len] = '\0';
	strcpy(strrchr(self, '/') + 1, "poller");

	crowd();
	module("scan");
	module("fault");
	program("poller", BUSY_WINDOW_MS, self, poller);
	program("earlyoom_idle", 2 * WINDOW_MS, "earlyoom", idle);
	program("earlyoom", BUSY_WINDOW_MS, "earlyoom", busy);
	disperse();
	return 0;
}
