// SPDX-License-Identifier: GPL-2.0
/* Telling on --ready-fd what became of the start; undoing it if it failed. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "jfrun.h"

static int ready_fd = -1;

static void on_failure(int status, const char *message)
{
	(void)status;
	ctl_undo();
	if (ready_fd >= 0)
		dprintf(ready_fd, "error: %s\n", message);
	fd_close(&ready_fd);
}

/**
 * report_arm() - from now on a failure is reported and undone
 */
void report_arm(void)
{
	fail_hook = on_failure;
}

/**
 * report_to() - set the descriptor of --ready-fd
 * @fd: open, close-on-exec
 */
void report_to(int fd)
{
	ready_fd = fd;
}

/**
 * report_ready() - the command runs
 * @pid: it, in our PID namespace
 *
 * Return: whether that was heard; false if nobody can read it any more.
 */
bool report_ready(pid_t pid)
{
	bool heard = ready_fd < 0 || dprintf(ready_fd, "ready %d\n", pid) >= 0 || errno != EPIPE;

	fd_close(&ready_fd);
	return heard;
}
