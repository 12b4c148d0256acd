// SPDX-License-Identifier: GPL-2.0
/*
 * --init: a PID 1 for commands that are not made to be one. It passes on signals, which a PID 1
 * without a handler does not see, reaps what is left to it, and ends as the command does.
 *
 * It is this very program, which cannot be looked at from inside: it is not dumpable, so its files and
 * memory are closed to those who have not got CAP_SYS_PTRACE.
 */
#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jfrun.h"

/* The command's process group is the terminal's, if there is one. */
static void lead_group(void)
{
	signal(SIGTTOU, SIG_IGN);
	setpgid(0, 0);
	tcsetpgrp(STDIN_FILENO, getpid());
	signal(SIGTTOU, SIG_DFL);
}

/* Reap all that have ended. Returns whether the command has, and its status. */
static bool reap(pid_t command, int *status)
{
	bool ended = false;
	pid_t pid;
	int how;

	while ((pid = waitpid(-1, &how, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		*status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
		ended = true;
	}
	return ended;
}

static void __attribute__((noreturn)) be_init(pid_t command)
{
	int sig, status = EXIT_OWN;
	sigset_t all;

	prctl(PR_SET_NAME, "jfrun-init");
	/* so that nobody waits for their ends */
	close_range(STDIN_FILENO, ~0U, 0);
	sigfillset(&all);
	while (!reap(command, &status)) {
		if (sigwait(&all, &sig) == 0 && sig != SIGCHLD)
			kill(command, sig);
	}
	_exit(status);
}

/**
 * init_fork() - become PID 1, and go on in its child, which becomes the command
 */
void init_fork(void)
{
	sigset_t all, none;
	pid_t pid;

	/* none may be lost between the fork and the loop */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	pid = fork();
	if (pid < 0)
		fail(EXIT_OWN, "--init: cannot fork: %s", strerror(errno));
	if (pid > 0)
		be_init(pid);
	lead_group();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
