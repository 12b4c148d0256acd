// SPDX-License-Identifier: GPL-2.0
/* What the parent does once there is a child: attach it, let it go, pass on signals, wait. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "jfrun.h"

/* The next signal that somebody has sent us; 0: none. */
static int next_signal(int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return 0;
	return info.ssi_signo;
}

/* A child that does not become the command must not be left over. Returns how it ended. */
static int end_child(int pidfd)
{
	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	return run_status(pidfd);
}

/* It has died on the way, without a word. */
static void died(const struct options *options, int pidfd)
{
	int status = end_child(pidfd);

	/* the module tells the reason when it has seen the end */
	if (status == 128 + SIGKILL && ctl_reason_is(options->name, "hard_limit"))
		fail(EXIT_OWN,
		     "container '%s': was killed by its hard limit before the command ran: "
		     "that limit is too small",
		     options->name);
	if (status > 128)
		fail(EXIT_OWN, "container '%s': was killed by signal %d before the command ran",
		     options->name, status - 128);
	fail(EXIT_OWN, "container '%s': ended before the command ran", options->name);
}

/* Wait until it runs. What asks jfrun to end meanwhile means the start. */
static void wait_for_exec(const struct options *options, int pidfd, int signals)
{
	struct pollfd fds[] = {
		{ .fd = sync_fd(), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	struct sync_message message;
	bool near = false;
	int sig;

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			continue;
		if (fds[0].revents) {
			if (!sync_receive(&message)) {
				if (!near)
					died(options, pidfd);
				return;
			}
			if (message.type == SYNC_FAILED) {
				run_status(pidfd);
				fail(message.status, "%s", message.message);
			}
			if (message.type == SYNC_TTY)
				tty_take(message.fd);
			near = message.type == SYNC_EXEC;
		}
		sig = fds[1].revents ? next_signal(signals) : 0;
		if (sig == SIGTERM || sig == SIGINT || sig == SIGHUP || sig == SIGQUIT) {
			end_child(pidfd);
			fail(128 + sig, "container '%s': signal %d came before the command ran",
			     options->name, sig);
		}
	}
}

/* A failure while the child waits. */
static int waiting_child = -1;
static void (*next_hook)(int status, const char *message);

static void kill_child_first(int status, const char *message)
{
	end_child(waiting_child);
	next_hook(status, message);
}

/**
 * parent_start() - attach the child, let it go, and wait until the command runs
 * @options: the command line
 * @pid: the child
 * @pidfd: it, too
 * @signals: from sig_prepare()
 *
 * Does not return if it comes to nothing.
 */
void parent_start(const struct options *options, pid_t pid, int pidfd, int signals)
{
	waiting_child = pidfd;
	next_hook = fail_hook;
	fail_hook = kill_child_first;
	ctl_attach(options, pid);
	sync_send(SYNC_GO);
	fail_hook = next_hook;

	wait_for_exec(options, pidfd, signals);
	sync_finish();
	/* whoever starts it has been killed, and nobody would know of it */
	if (!report_ready(pid)) {
		end_child(pidfd);
		fail(EXIT_OWN,
		     "container '%s': nobody reads --ready-fd any more: the start is called off",
		     options->name);
	}
	ctl_started();
}

/**
 * parent_wait() - pass on signals until the command has ended
 * @pidfd: the child
 * @signals: from sig_prepare()
 *
 * PID 1 of a PID namespace does not see a signal for which it has no handler.
 *
 * Return: its exit status, or 128 and the number of the signal that ended it.
 */
int parent_wait(int pidfd, int signals)
{
	struct pollfd fds[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = -1 },
		{ .fd = -1 },
	};
	int sig;

	for (;;) {
		tty_poll(fds + 2);
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			continue;
		tty_copy(fds + 2);
		if (fds[0].revents) {
			tty_drain();
			return run_status(pidfd);
		}
		sig = next_signal(signals);
		if (sig == SIGWINCH)
			tty_resize();
		if (sig)
			pidfd_send_signal(pidfd, sig, NULL, 0);
	}
}
