// SPDX-License-Identifier: GPL-2.0
/*
 * -t: a terminal of the container's own. The child makes it, in the container's devpts, so that its
 * name means something there, and hands the master to the parent, which copies between it and what
 * jfrun was started at. So no descriptor of the caller's terminal gets in.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "jfrun.h"

#define END_OF_FILE 4 /* as typed */

static int master = -1;
static bool is_raw, input_ended;
static struct termios before;
/* typed, and not taken yet */
static char typed[4096];
static size_t typed_size;

/* Some programs look for it. */
static void make_console(int fd)
{
	cleanup_free char *path = NULL;
	unsigned int number;

	if (ioctl(fd, TIOCGPTN, &number) < 0)
		return;
	path = format_text("/dev/pts/%u", number);
	mounts_point("/dev/console", S_IFREG);
	if (mount(path, "/dev/console", NULL, MS_BIND, NULL) < 0)
		fail(EXIT_OWN, "-t: cannot make /dev/console: %s", strerror(errno));
}

/**
 * tty_make() - in the child, leader of a session: make the terminal and be at it
 * @owner: whose it is, as the host knows him
 */
void tty_make(uid_t owner)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), unlock = 0, other;

	if (fd < 0 || ioctl(fd, TIOCSPTLCK, &unlock) < 0)
		fail(EXIT_OWN, "-t: cannot make a terminal: %s", strerror(errno));
	other = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (other < 0 || fchown(other, owner, -1) < 0 || ioctl(other, TIOCSCTTY, 0) < 0)
		fail(EXIT_OWN, "-t: cannot make a terminal: %s", strerror(errno));
	make_console(fd);
	sync_send_fd(SYNC_TTY, fd);
	close(fd);
	if (dup2(other, STDIN_FILENO) < 0 || dup2(other, STDOUT_FILENO) < 0 ||
	    dup2(other, STDERR_FILENO) < 0)
		fail(EXIT_OWN, "-t: cannot use the terminal: %s", strerror(errno));
	close(other);
}

static void restore(void)
{
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	is_raw = false;
}

/**
 * tty_resize() - the terminal is as large as ours
 */
void tty_resize(void)
{
	struct winsize size;

	if (master >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
}

/**
 * tty_take() - in the parent: the master has come
 * @fd: it
 */
void tty_take(int fd)
{
	struct termios settings;

	master = fd;
	fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
	tty_resize();
	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return;
	settings = before;
	cfmakeraw(&settings);
	atexit(restore);
	is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &settings) == 0;
}

/**
 * tty_poll() - what is to be waited for
 * @fds: two; -1 where there is nothing
 */
void tty_poll(struct pollfd *fds)
{
	fds[0].fd = master >= 0 && !input_ended && !typed_size ? STDIN_FILENO : -1;
	fds[0].events = POLLIN;
	fds[1].fd = master;
	fds[1].events = POLLIN | (typed_size ? POLLOUT : 0);
}

static void take_input(void)
{
	ssize_t size = read(STDIN_FILENO, typed, sizeof(typed));

	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	typed_size = size > 0 ? size : 1;
	if (size > 0)
		return;
	typed[0] = END_OF_FILE;
	input_ended = true;
}

static void give_input(void)
{
	ssize_t size = write(master, typed, typed_size);

	if (size <= 0)
		return;
	typed_size -= size;
	memmove(typed, typed + size, typed_size);
}

/* Returns whether there was something. */
static bool give_output(void)
{
	char data[4096];
	ssize_t size = read(master, data, sizeof(data));

	if (size > 0) {
		fd_write_all(STDOUT_FILENO, data, size);
		return true;
	}
	/* nobody is at it any more: it may be opened again, but not by a container that has ended */
	if (size == 0 || (errno != EAGAIN && errno != EINTR))
		fd_close(&master);
	return false;
}

/**
 * tty_copy() - copy what is ready
 * @fds: from poll()
 */
void tty_copy(const struct pollfd *fds)
{
	if (fds[0].fd >= 0 && fds[0].revents)
		take_input();
	if (fds[1].fd >= 0 && fds[1].revents & POLLOUT)
		give_input();
	if (fds[1].fd >= 0 && fds[1].revents & (POLLIN | POLLHUP | POLLERR))
		give_output();
}

/**
 * tty_drain() - the command has ended: what is left of its output
 */
void tty_drain(void)
{
	while (master >= 0 && give_output())
		;
	fd_close(&master);
	restore();
}
