// SPDX-License-Identifier: GPL-2.0
/*
 * What a shell cannot do well: poll(), two readers at a time, a netlink listener beside debugfs,
 * files that are held open over rmdir, many writers of one attribute.
 */
#include <ctype.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "../kselftest_harness.h"
#include "lib_control.h"

#define NAME "events-test"
#define SECONDS 120 /* until a test that hangs is ended */
#define LINE 512
#define MANY 64

/* A process that becomes a member, uses memory and stays. */
static pid_t start_member(const char *comm, size_t size)
{
	pid_t pid = fork();
	size_t i;
	char *memory;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, comm);
	if (put(NAME, "pids", "0\n"))
		_exit(99);
	memory = mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		_exit(99);
	for (i = 0; i < size; i += 4096)
		((volatile char *)memory)[i] = 1;
	for (;;)
		pause();
}

/* --- events --- */

/* The next line, without its newline: a read gives one. False if there is none. */
static bool read_line(int fd, char *line)
{
	ssize_t len = read(fd, line, LINE - 1);

	line[len < 0 ? 0 : len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return len > 0;
}

static void wait_line(int fd, char *line)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	while (!read_line(fd, line))
		poll(&poller, 1, -1);
}

static void drain(int fd)
{
	char line[LINE];

	while (read_line(fd, line))
		;
}

/* The value of a key in a line, or empty. */
static const char *field(const char *line, const char *key)
{
	static char value[LINE];
	size_t len = strlen(key);
	const char *word;

	value[0] = '\0';
	for (word = line; word; word = strchr(word, ' ')) {
		word += *word == ' ';
		if (!strncmp(word, key, len) && word[len] == '=') {
			snprintf(value, sizeof(value), "%s", word + len + 1);
			value[strcspn(value, " ")] = '\0';
		}
	}
	return value;
}

static unsigned long long number(const char *line)
{
	return strtoull(field(line, "seq"), NULL, 10);
}

/* Is it an event of this type of our container? */
static bool is_event(const char *line, const char *type)
{
	return !strcmp(field(line, "container"), NAME) && !strcmp(field(line, "event"), type);
}

/* Its line stays in the buffer. */
static void wait_event(int fd, const char *type, char *line)
{
	do
		wait_line(fd, line);
	while (!is_event(line, type));
}

static short ready(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&poller, 1, 0) ? poller.revents & POLLIN : 0;
}

/* --- fixture: the module, its events, and no container --- */

FIXTURE(events)
{
	int fd;
	char line[LINE];
};

/* NULL, or why there can be no test */
static const char *prepare(void)
{
	if (geteuid())
		return "needs root";
	if (access(CONFIGFS, F_OK) && system("modprobe jackfruit"))
		return "no module jackfruit";
	if (access(CONFIGFS, F_OK))
		return "no " CONFIGFS;
	return access(DEBUGFS, F_OK) ? "no " DEBUGFS : NULL;
}

/* A member may become one as late as now; who comes later finds nothing to become one of. */
static void clean_up(void)
{
	do {
		put(NAME, "kill", "1\n");
		sched_yield();
	} while (drop(NAME) == EBUSY);
}

FIXTURE_SETUP(events)
{
	const char *why_not = prepare();

	if (why_not)
		SKIP(return, "%s", why_not);
	self->fd = open(DEBUGFS "/events", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	drain(self->fd);
}

/* In the parent: a test that has been ended by a failed assertion leaves nothing, either. */
FIXTURE_TEARDOWN_PARENT(events)
{
	clean_up();
}

/* --- poll --- */

struct sleeper {
	pthread_t thread;
	int fd;
	atomic_int tid;
	atomic_bool awake;
	int ret;
	short revents;
};

static void *sleep_in_poll(void *data)
{
	struct sleeper *sleeper = data;
	struct pollfd poller = { .fd = sleeper->fd, .events = POLLIN };

	sleeper->tid = syscall(SYS_gettid);
	sleeper->ret = poll(&poller, 1, -1);
	sleeper->revents = poller.revents;
	sleeper->awake = true;
	return NULL;
}

/* The kernel tells a system call's number only of who sleeps in it. */
static bool sleeps(struct sleeper *sleeper)
{
	char path[64], text[16] = "";
	int fd;

	if (!sleeper->tid)
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", sleeper->tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
#ifdef SYS_poll
	if (isdigit(text[0]) && atoi(text) == SYS_poll)
		return true;
#endif
	return isdigit(text[0]) && atoi(text) == SYS_ppoll;
}

static void put_to_sleep(struct sleeper *sleeper, int fd)
{
	*sleeper = (struct sleeper){ .fd = fd };
	pthread_create(&sleeper->thread, NULL, sleep_in_poll, sleeper);
	while (!sleeper->awake && !sleeps(sleeper))
		sched_yield();
}

TEST_F_TIMEOUT(events, poll_wakes_at_the_next_event_and_not_before, SECONDS)
{
	struct sleeper sleepers[2];
	int other, i;

	other = open(DEBUGFS "/events", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, other);
	drain(other);
	ASSERT_EQ(0, make(NAME));
	EXPECT_EQ(POLLIN, ready(self->fd));
	drain(self->fd);
	drain(other);
	EXPECT_EQ(0, ready(self->fd));

	put_to_sleep(&sleepers[0], self->fd);
	put_to_sleep(&sleepers[1], other);
	/* none of this is an event */
	EXPECT_EQ(0, put(NAME, "soft_limit", "1G\n"));
	EXPECT_EQ(EINVAL, put(NAME, "hard_limit", "x\n"));
	EXPECT_EQ(0, put(NAME, "kill", "1\n"));
	EXPECT_STREQ("0", status(NAME, "usage"));
	EXPECT_EQ(0, ready(self->fd));
	for (i = 0; i < 2; i++) {
		EXPECT_FALSE(atomic_load(&sleepers[i].awake));
		EXPECT_TRUE(sleeps(&sleepers[i]));
	}

	/* this is one, and wakes both */
	start_member("member", 0);
	for (i = 0; i < 2; i++) {
		pthread_join(sleepers[i].thread, NULL);
		EXPECT_EQ(1, sleepers[i].ret);
		EXPECT_EQ(POLLIN, sleepers[i].revents);
		ASSERT_TRUE(read_line(sleepers[i].fd, self->line));
		EXPECT_TRUE(is_event(self->line, "start")) TH_LOG("%s", self->line);
		EXPECT_EQ(0, ready(sleepers[i].fd));
	}
	close(other);
}

TEST_F_TIMEOUT(events, poll_is_ready_as_long_as_there_is_something_to_read, SECONDS)
{
	char start[32], c;

	ASSERT_EQ(0, make(NAME));
	EXPECT_EQ(POLLIN, ready(self->fd));
	EXPECT_EQ(POLLIN, ready(self->fd));
	/* the rest of a line is something */
	ASSERT_EQ(1, read(self->fd, &c, 1));
	EXPECT_EQ('s', c);
	EXPECT_EQ(POLLIN, ready(self->fd));
	ASSERT_TRUE(read_line(self->fd, self->line));
	EXPECT_EQ(0, strncmp(self->line, "eq=", 3)) TH_LOG("%s", self->line);
	EXPECT_EQ(0, ready(self->fd));
	/* so is what comes after N */
	snprintf(start, sizeof(start), "%llu\n", strtoull(self->line + 3, NULL, 10) - 1);
	ASSERT_EQ((ssize_t)strlen(start), write(self->fd, start, strlen(start)));
	EXPECT_EQ(POLLIN, ready(self->fd));
	ASSERT_TRUE(read_line(self->fd, self->line));
	EXPECT_TRUE(is_event(self->line, "create")) TH_LOG("%s", self->line);
	EXPECT_EQ(0, ready(self->fd));
}

/* --- readers --- */

TEST_F_TIMEOUT(events, two_readers_are_independent, SECONDS)
{
	char lines[MANY][LINE], start[32];
	int other, count, i;

	other = open(DEBUGFS "/events", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, other);
	drain(other);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, make(NAME));
		ASSERT_EQ(0, drop(NAME));
	}
	/* one reads half a line; the other one reads all */
	ASSERT_EQ(10, read(self->fd, self->line, 10));
	for (count = 0; count < MANY && read_line(other, lines[count]); count++)
		;
	ASSERT_EQ(8, count);
	EXPECT_EQ(0, memcmp(lines[0], self->line, 10));
	ASSERT_TRUE(read_line(self->fd, self->line));
	EXPECT_STREQ(lines[0] + 10, self->line);
	/* one goes back; the other one stays where it is */
	snprintf(start, sizeof(start), "%llu", number(lines[5]));
	ASSERT_EQ((ssize_t)strlen(start), write(other, start, strlen(start)));
	for (i = 1; i < count; i++) {
		ASSERT_TRUE(read_line(self->fd, self->line));
		EXPECT_STREQ(lines[i], self->line);
		EXPECT_EQ(number(lines[i - 1]) + 1, number(lines[i]));
	}
	EXPECT_FALSE(read_line(self->fd, self->line));
	for (i = 6; i < count; i++) {
		ASSERT_TRUE(read_line(other, self->line));
		EXPECT_STREQ(lines[i], self->line);
	}
	EXPECT_FALSE(read_line(other, self->line));
	close(other);
}

TEST_F_TIMEOUT(events, a_line_can_be_read_byte_by_byte, SECONDS)
{
	char bytes[LINE];
	size_t len = 0;
	int whole;

	whole = open(DEBUGFS "/events", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, whole);
	drain(whole);
	ASSERT_EQ(0, make(NAME));
	while (len < sizeof(bytes) - 1 && read(self->fd, bytes + len, 1) == 1)
		len++;
	bytes[len] = '\0';
	ASSERT_TRUE(read_line(whole, self->line));
	ASSERT_LT(0, len);
	EXPECT_EQ('\n', bytes[len - 1]);
	bytes[len - 1] = '\0';
	EXPECT_STREQ(self->line, bytes);
	close(whole);
}

/* --- uevents --- */

struct uevent {
	char text[4096];
	size_t len;
};

static int listen_to_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	int size = 4 << 20;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The next KEY=value of a uevent, after ACTION@DEVPATH; NULL at the end. */
static const char *next_var(const struct uevent *uevent, const char *var)
{
	const char *next = (var ? var : uevent->text) + strlen(var ? var : uevent->text) + 1;

	return next < uevent->text + uevent->len ? next : NULL;
}

static const char *uevent_var(const struct uevent *uevent, const char *key)
{
	size_t len = strlen(key);
	const char *var = NULL;

	while ((var = next_var(uevent, var)))
		if (!strncmp(var, key, len) && var[len] == '=')
			return var + len + 1;
	return "";
}

/* The next uevent of our container that has been sent already. */
static bool receive(int fd, struct uevent *uevent)
{
	ssize_t len;

	for (;;) {
		len = recv(fd, uevent->text, sizeof(uevent->text) - 1, MSG_DONTWAIT);
		if (len <= 0)
			return false;
		uevent->len = len;
		uevent->text[len] = '\0';
		if (!strcmp(uevent_var(uevent, "SUBSYSTEM"), "jackfruit") &&
		    !strcmp(uevent_var(uevent, "JACKFRUIT_CONTAINER"), NAME))
			return true;
	}
}

/* Of our container. */
static int read_lines(int fd, char lines[MANY][LINE])
{
	int count = 0;

	while (count < MANY && read_line(fd, lines[count]))
		count += !strcmp(field(lines[count], "container"), NAME);
	return count;
}

static int receive_all(int fd, struct uevent *uevents)
{
	int count = 0;

	while (count < MANY && receive(fd, &uevents[count]))
		count++;
	return count;
}

/* What a key of debugfs is called in a uevent. */
static void uevent_key(const char *key, char *to, size_t size)
{
	snprintf(to, size, "JACKFRUIT_%s", strcmp(key, "sender") ? key : "sender_pid");
	for (; *to; to++)
		*to = toupper(*to);
}

static int count_own_vars(const struct uevent *uevent)
{
	const char *var = NULL;
	int count = 0;

	while ((var = next_var(uevent, var)))
		count += !strncmp(var, "JACKFRUIT_", 10);
	return count;
}

/* The keys of which debugfs has the same; how many there are. */
static int check_vars(struct __test_metadata *_metadata, const char *line,
		      const struct uevent *uevent, bool all)
{
	char copy[LINE], key[64], *word, *save, *value;
	int count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		value = strchr(word, '=');
		if (!value)
			continue;
		*value++ = '\0';
		if (!strcmp(word, "time") ||
		    (!all && strcmp(word, "seq") && strcmp(word, "container")))
			continue;
		uevent_key(word, key, sizeof(key));
		EXPECT_STREQ(value, uevent_var(uevent, key)) TH_LOG("%s of: %s", key, line);
		count++;
	}
	return count;
}

static void check_uevent(struct __test_metadata *_metadata, const char *line,
			 const struct uevent *uevent)
{
	bool create = is_event(line, "create"), remove = is_event(line, "remove");
	const char *action = create ? "add" : remove ? "remove" : "change";
	int count;

	EXPECT_STREQ(action, uevent_var(uevent, "ACTION")) TH_LOG("%s", line);
	EXPECT_STREQ("/devices/virtual/jackfruit/" NAME, uevent_var(uevent, "DEVPATH"));
	count = check_vars(_metadata, line, uevent, !create && !remove);
	EXPECT_EQ(count, count_own_vars(uevent)) TH_LOG("%s", line);
}

static void check_uevents(struct __test_metadata *_metadata, int debugfs, int netlink, int least)
{
	static char lines[MANY][LINE];
	static struct uevent uevents[MANY];
	int i, count = read_lines(debugfs, lines);

	ASSERT_LE(least, count);
	ASSERT_EQ(count, receive_all(netlink, uevents));
	for (i = 0; i < count; i++)
		check_uevent(_metadata, lines[i], &uevents[i]);
}

/* rmdir waits until all has been sent, so nothing need be waited for after it. */
TEST_F_TIMEOUT(events, a_uevent_tells_what_debugfs_tells, SECONDS)
{
	int debugfs, netlink = listen_to_uevents();
	char last[LINE];

	ASSERT_LE(0, netlink);
	debugfs = open(DEBUGFS "/events", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, debugfs);
	drain(debugfs);

	ASSERT_EQ(0, make(NAME));
	/* over both limits */
	ASSERT_EQ(0, put(NAME, "soft_limit", "8M\n"));
	ASSERT_EQ(0, put(NAME, "hard_limit", "16M\n"));
	start_member("odd =\n\xff\\", 64 << 20);
	wait_event(self->fd, "exit", self->line);
	EXPECT_STREQ("odd\\x20\\x3d\\x0a\\xff\\x5c", field(self->line, "comm"));
	EXPECT_STREQ("hard_limit", field(self->line, "reason"));
	/* asked for, by us */
	ASSERT_EQ(0, put(NAME, "hard_limit", "max\n"));
	start_member("asked to end", 0);
	wait_event(self->fd, "start", self->line);
	ASSERT_EQ(0, put(NAME, "stop", "1\n"));
	wait_event(self->fd, "exit", self->line);
	start_member("killed", 0);
	wait_event(self->fd, "start", self->line);
	ASSERT_EQ(0, put(NAME, "kill", "1\n"));
	wait_event(self->fd, "exit", self->line);
	/* by a signal, of ours, too */
	start_member("signalled", 0);
	wait_event(self->fd, "start", self->line);
	ASSERT_EQ(0, kill(atoi(field(self->line, "pid")), SIGTERM));
	wait_event(self->fd, "exit", self->line);
	EXPECT_EQ(getpid(), atoi(field(self->line, "sender")));
	/* at the rate of a moment it would reach the limit within a day */
	ASSERT_EQ(0, put(NAME, "soft_limit", "max\n"));
	ASSERT_EQ(0, put(NAME, "hard_limit", "16G\n"));
	ASSERT_EQ(0, put(NAME, "forecast_ms", "86400000\n"));
	start_member("grows", 64 << 20);
	wait_event(self->fd, "forecast", self->line);
	EXPECT_LT(0, atoi(field(self->line, "forecast_ms")));
	EXPECT_STREQ("17179869184", field(self->line, "limit"));
	ASSERT_EQ(0, put(NAME, "kill", "1\n"));
	wait_event(self->fd, "exit", self->line);
	/* the run is over, but its work may not be */
	while (drop(NAME) == EBUSY)
		sched_yield();
	wait_event(self->fd, "remove", last);
	EXPECT_LT(number(self->line), number(last));
	check_uevents(_metadata, debugfs, netlink, 19);
	close(debugfs);
	close(netlink);
}

TEST_F_TIMEOUT(events, add_and_remove_come_with_their_numbers_each_time, SECONDS)
{
	int i, debugfs, netlink = listen_to_uevents();

	ASSERT_LE(0, netlink);
	debugfs = open(DEBUGFS "/events", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, debugfs);
	drain(debugfs);
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, make(NAME));
		ASSERT_EQ(0, drop(NAME));
		wait_event(self->fd, "remove", self->line);
	}
	check_uevents(_metadata, debugfs, netlink, 40);
	close(debugfs);
	close(netlink);
}

/* --- files that are held open --- */

static const char *const status_files[] = {
	"state", "reason",    "exit_status", "pid",	"usage",    "peak",
	"procs", "enforcing", "events",	     "started", "forecast", "last_kill",
};

static const char *const readable[] = {
	"soft_limit", "hard_limit",  "pids",	 "metric",	"hard_action",
	"kill_scope", "soft_signal", "grace_ms", "forecast_ms", "nice",
};

#define HELD (ARRAY_SIZE(status_files) + ARRAY_SIZE(readable))

static void hold_all(int *fds)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(status_files); i++)
		*fds++ = open(path_of(CLASS, NAME, status_files[i]), O_RDONLY | O_CLOEXEC);
	for (i = 0; i < ARRAY_SIZE(readable); i++)
		*fds++ = open(path_of(CONFIGFS, NAME, readable[i]), O_RDWR | O_CLOEXEC);
}

/* Each read is an error or the end, and nobody becomes a member of what is gone. */
static void check_dead(struct __test_metadata *_metadata, const int *fds)
{
	char buf[LINE];
	size_t i;

	for (i = 0; i < HELD; i++) {
		EXPECT_GE(0, read(fds[i], buf, sizeof(buf))) TH_LOG("file %zu", i);
		EXPECT_GT(0, write(fds[i], "0\n", 2)) TH_LOG("file %zu", i);
	}
}

TEST_F_TIMEOUT(events, files_held_open_over_rmdir_are_at_their_end, SECONDS)
{
	int untouched[HELD], begun[HELD];
	char buf[LINE];
	size_t i;

	ASSERT_EQ(0, make(NAME));
	hold_all(untouched);
	hold_all(begun);
	for (i = 0; i < HELD; i++) {
		ASSERT_LE(0, untouched[i]);
		ASSERT_LE(0, read(begun[i], buf, sizeof(buf)));
	}
	ASSERT_EQ(0, drop(NAME));
	check_dead(_metadata, untouched);
	check_dead(_metadata, begun);
	/* what has the same name now is another one */
	ASSERT_EQ(0, make(NAME));
	ASSERT_EQ(0, put(NAME, "soft_limit", "1G\n"));
	check_dead(_metadata, untouched);
	check_dead(_metadata, begun);
	EXPECT_STREQ("1073741824", get(NAME, "soft_limit"));
	EXPECT_STREQ("0", status(NAME, "procs"));
	/* who reads events goes on */
	wait_event(self->fd, "remove", self->line);
	wait_event(self->fd, "create", self->line);
	ASSERT_EQ(0, drop(NAME));
	wait_event(self->fd, "remove", self->line);
	EXPECT_FALSE(read_line(self->fd, self->line));
	/* an open file keeps the module */
	EXPECT_EQ(-1, syscall(SYS_delete_module, "jackfruit", O_NONBLOCK));
	for (i = 0; i < HELD; i++) {
		close(untouched[i]);
		close(begun[i]);
	}
	EXPECT_EQ(-1, syscall(SYS_delete_module, "jackfruit", O_NONBLOCK));
}

struct reader {
	pthread_t thread;
	const char *dir;
	const char *name;
	const char *file;
	const char *want; /* the first word of what is read */
	atomic_bool *over;
	atomic_int seen;
	atomic_int wrong;
};

/* Where there is nothing to be read the container is not there. */
static void *read_again_and_again(void *data)
{
	struct reader *reader = data;
	char value[LINE];

	while (!*reader->over) {
		read_file(path_of(reader->dir, reader->name, reader->file), value, sizeof(value));
		value[strcspn(value, " \n")] = '\0';
		if (!strcmp(value, reader->want))
			reader->seen++;
		else if (value[0])
			reader->wrong++;
	}
	return NULL;
}

TEST_F_TIMEOUT(events, what_is_read_while_it_comes_and_goes_is_true, SECONDS)
{
	atomic_bool over = false;
	struct reader readers[] = {
		{ .dir = CONFIGFS, .name = NAME, .file = "soft_limit", .want = "max" },
		{ .dir = CLASS, .name = NAME, .file = "state", .want = "created" },
		{ .dir = CLASS, .name = NAME, .file = "enforcing", .want = "no:" },
		{ .dir = DEBUGFS, .name = ".", .file = "stats", .want = "containers" },
		{ .dir = DEBUGFS, .name = ".", .file = "members", .want = "" },
	};
	bool seen = false;
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		readers[i].over = &over;
		pthread_create(&readers[i].thread, NULL, read_again_and_again, &readers[i]);
	}
	/* until each of them has seen it, and then some more */
	for (n = 0; n < 100 || !seen; n++) {
		ASSERT_EQ(0, make(NAME));
		sched_yield();
		ASSERT_EQ(0, drop(NAME));
		seen = true;
		for (i = 0; i < ARRAY_SIZE(readers); i++)
			seen = seen && readers[i].seen;
	}
	over = true;
	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		pthread_join(readers[i].thread, NULL);
		EXPECT_EQ(0, atomic_load(&readers[i].wrong)) TH_LOG("%s", readers[i].file);
	}
}

/* --- many writers of one attribute --- */

#define WRITERS 4
#define WRITES 200

FIXTURE(writers)
{
	atomic_int running;
	atomic_int failures;
	atomic_bool go;
};

FIXTURE_VARIANT(writers)
{
	const char *file;
	const char *written[WRITERS];
	const char *read[WRITERS];
};

/* clang-format off */
#define WRITERS_OF(name, w0, w1, w2, w3, r0, r1, r2, r3) \
	FIXTURE_VARIANT_ADD(writers, name) \
	{ \
		.file = #name, .written = { w0, w1, w2, w3 }, .read = { r0, r1, r2, r3 }, \
	}
#define WRITERS_OF_SAME(name, w0, w1, w2, w3) WRITERS_OF(name, w0, w1, w2, w3, w0, w1, w2, w3)
/* clang-format on */

WRITERS_OF(soft_limit, "1T", "max", "18446744073709551614", "2G", "1099511627776", "max",
	   "18446744073709551614", "2147483648");
WRITERS_OF(hard_limit, "4G", "max", "18446744073709551614", "2T", "4294967296", "max",
	   "18446744073709551614", "2199023255552");
WRITERS_OF_SAME(metric, "rss", "anon", "rss+swap", "anon");
WRITERS_OF_SAME(hard_action, "kill", "term", "stop", "notify");
WRITERS_OF_SAME(kill_scope, "process", "container", "process", "container");
WRITERS_OF_SAME(soft_signal, "0", "1", "10", "64");
WRITERS_OF_SAME(grace_ms, "0", "1", "10000", "86400000");
WRITERS_OF_SAME(forecast_ms, "0", "1", "10000", "86400000");
WRITERS_OF_SAME(nice, "inherit", "-20", "0", "19");

struct writer {
	pthread_t thread;
	struct _test_data_writers *test;
	const char *file;
	const char *value;
};

static void *write_many(void *data)
{
	struct writer *writer = data;
	ssize_t len = strlen(writer->value);
	int i, fd = open(path_of(CONFIGFS, NAME, writer->file), O_WRONLY | O_CLOEXEC);

	while (!writer->test->go)
		sched_yield();
	for (i = 0; i < WRITES; i++)
		writer->test->failures += write(fd, writer->value, len) != len;
	close(fd);
	writer->test->running--;
	return NULL;
}

FIXTURE_SETUP(writers)
{
	const char *why_not = prepare();

	if (why_not)
		SKIP(return, "%s", why_not);
	ASSERT_EQ(0, make(NAME));
	ASSERT_EQ(0, put(NAME, variant->file, variant->written[0]));
	/* with a member each write has something to act on */
	start_member("member", 0);
	ASSERT_TRUE(wait_for(is_status(NAME, "procs", "1")));
}

FIXTURE_TEARDOWN_PARENT(writers)
{
	clean_up();
}

static bool is_one_of(const char *value, const char *const *values)
{
	int i;

	for (i = 0; i < WRITERS; i++)
		if (!strcmp(value, values[i]))
			return true;
	return false;
}

TEST_F_TIMEOUT(writers, what_is_read_is_what_one_of_them_wrote, SECONDS)
{
	struct writer writers[WRITERS];
	const char *value;
	int i;

	self->running = WRITERS;
	for (i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ .test = self,
					      .file = variant->file,
					      .value = variant->written[i] };
		pthread_create(&writers[i].thread, NULL, write_many, &writers[i]);
	}
	self->go = true;
	do {
		value = get(NAME, variant->file);
		EXPECT_TRUE(is_one_of(value, variant->read)) TH_LOG("'%s'", value);
	} while (self->running);
	for (i = 0; i < WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
	EXPECT_EQ(0, atomic_load(&self->failures));
	value = get(NAME, variant->file);
	EXPECT_TRUE(is_one_of(value, variant->read)) TH_LOG("'%s'", value);
	EXPECT_STREQ("running", status(NAME, "state"));
}

TEST_HARNESS_MAIN
