// SPDX-License-Identifier: GPL-2.0
/* Signals: those that the tool is sent are for its command. */
#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common.h"

/*
 * What is passed on. Not those of the terminal's job control: they stop the tool, as the shell that
 * it was started from expects.
 */
static const int forwarded[] = {
	SIGTERM,  SIGINT,  SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2,
	SIGWINCH, SIGALRM, SIGURG, SIGIO,   SIGPWR,
};

/**
 * sig_is_forwarded() - is this signal passed on to the command?
 * @sig: its number
 */
bool sig_is_forwarded(int sig)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forwarded); i++)
		if (forwarded[i] == sig)
			return true;
	return false;
}

/**
 * sig_prepare() - from now on signals are kept for a descriptor, so that none is lost
 *
 * Return: the signalfd.
 */
int sig_prepare(void)
{
	sigset_t set;
	size_t i;
	int fd;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(forwarded); i++)
		sigaddset(&set, forwarded[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* an ignored SIGCHLD would take the exit status away */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		fail(EXIT_OWN, "cannot watch signals: %s", strerror(errno));
	return fd;
}

/**
 * sig_reset() - before exec: no signal is ignored or blocked
 *
 * By the system call: the C library keeps signals 32 and 33 for itself and does not let signal() touch
 * them, but its own posix_spawn() leaves them ignored, in make's children for one.
 */
void sig_reset(void)
{
	/* the kernel's struct sigaction, whose layout differs between machines: all zero is SIG_DFL */
	static const char default_action[64];
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, default_action, NULL, (NSIG - 1) / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
