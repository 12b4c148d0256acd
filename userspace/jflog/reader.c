// SPDX-License-Identifier: GPL-2.0
/*
 * The producer: reads the pipes as data comes, passes on signals, and knows when it is over.
 *
 * That is at the end of file of both pipes. But a daemon that the command has left behind may hold
 * them open for ever: once the command is dead, all that it has written is in the pipes; so what is
 * there at that moment is read in any case, and whatever else comes until it has been quiet for a
 * moment, or too long has passed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "jflog.h"

#define QUIET_MS 250
#define LONGEST_MS 2000

/**
 * struct reader - how far we are
 * @ring: where it goes
 * @command: whose output it is
 * @dead: the command has ended,
 * @status: so,
 * @deadline: and this is when to stop, in ms
 * @owed: bytes in each pipe that it has certainly written
 * @full: there is no room in the ring
 */
struct reader {
	struct ring *ring;
	struct command *command;
	bool dead;
	int status;
	int64_t deadline;
	int owed[STREAMS];
	bool full;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* One read: both streams take turns. */
static void take(struct reader *reader, int stream)
{
	int *fd = &reader->command->pipes[stream];
	struct timespec time;
	size_t space;
	ssize_t size;
	char *data = ring_reserve(reader->ring, &space);

	reader->full = !data;
	if (!data)
		return;
	size = read(*fd, data, space);
	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (size <= 0) {
		fd_close(fd);
		reader->owed[stream] = 0;
		return;
	}
	clock_gettime(CLOCK_REALTIME, &time);
	ring_commit(reader->ring, stream, &time, size);
	reader->owed[stream] -= size < reader->owed[stream] ? size : reader->owed[stream];
}

static void note_death(struct reader *reader)
{
	int stream;

	reader->status = run_status(reader->command->pidfd);
	fd_close(&reader->command->pidfd);
	reader->dead = true;
	reader->deadline = now_ms() + LONGEST_MS;
	for (stream = 0; stream < STREAMS; stream++)
		if (reader->command->pipes[stream] < 0 ||
		    ioctl(reader->command->pipes[stream], FIONREAD, &reader->owed[stream]) < 0)
			reader->owed[stream] = 0;
}

/*
 * SIGHUP is for us, as syslogd and others have it. What the terminal sends it sends to the command
 * too, which is in the same process group.
 */
static void pass_on(struct reader *reader, int signals, volatile bool *reopen)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		__atomic_store_n(reopen, true, __ATOMIC_RELEASE);
		ring_wake(reader->ring);
	} else if (info.ssi_code != SI_KERNEL && !reader->dead) {
		pidfd_send_signal(reader->command->pidfd, info.ssi_signo, NULL, 0);
	}
}

static bool is_over(const struct reader *reader, bool quiet)
{
	const int *pipes = reader->command->pipes;

	if (!reader->dead)
		return false;
	if (pipes[STREAM_STDOUT] < 0 && pipes[STREAM_STDERR] < 0)
		return true;
	if (reader->full || reader->owed[STREAM_STDOUT] || reader->owed[STREAM_STDERR])
		return false;
	return quiet || now_ms() > reader->deadline;
}

/**
 * reader_run() - read until it is over
 * @ring: where to
 * @command: what runs
 * @signals: from sig_prepare()
 * @reopen: set when the log is to be opened again
 *
 * Return: the command's exit status.
 */
int reader_run(struct ring *ring, struct command *command, int signals, volatile bool *reopen)
{
	struct reader reader = { .ring = ring, .command = command };
	bool quiet = false;

	while (!is_over(&reader, quiet)) {
		/* a negative descriptor is left out by poll() */
		struct pollfd fds[] = {
			{ .fd = reader.full ? -1 : command->pipes[STREAM_STDOUT],
			  .events = POLLIN },
			{ .fd = reader.full ? -1 : command->pipes[STREAM_STDERR],
			  .events = POLLIN },
			{ .fd = signals, .events = POLLIN },
			{ .fd = command->pidfd, .events = POLLIN },
			{ .fd = ring_space_fd(ring), .events = POLLIN },
		};
		eventfd_t count;
		int ready = poll(fds, ARRAY_SIZE(fds), reader.dead ? QUIET_MS : -1);

		quiet = ready == 0;
		if (ready <= 0)
			continue;
		if (fds[4].revents && eventfd_read(ring_space_fd(ring), &count) == 0)
			reader.full = false;
		if (fds[2].revents)
			pass_on(&reader, signals, reopen);
		if (fds[STREAM_STDOUT].revents)
			take(&reader, STREAM_STDOUT);
		if (fds[STREAM_STDERR].revents)
			take(&reader, STREAM_STDERR);
		if (fds[3].revents)
			note_death(&reader);
	}
	ring_end(ring);
	return reader.status;
}
