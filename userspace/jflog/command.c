// SPDX-License-Identifier: GPL-2.0
/*
 * The command: its pipes, and the descriptors that it inherits.
 *
 * Whatever else was open when jflog was started is the command's and not ours: a FIFO that is passed
 * through must be seen to be closed when the command closes it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jflog.h"

static int *inherited;
static size_t inherited_count;

static void note(int fd)
{
	int *more = realloc(inherited, (inherited_count + 1) * sizeof(*inherited));

	if (!more)
		fail(EXIT_OWN, "out of memory");
	inherited = more;
	inherited[inherited_count++] = fd;
}

/**
 * command_note_inherited() - before anything is opened
 */
void command_note_inherited(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int fd;

	while (dir && (entry = readdir(dir))) {
		fd = atoi(entry->d_name);
		if (fd > STDERR_FILENO && fd != dirfd(dir))
			note(fd);
	}
	if (dir) {
		closedir(dir);
		return;
	}
	/* no /proc here */
	for (fd = STDERR_FILENO + 1; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			note(fd);
}

/* Four times the usual: the command and we need not take turns so often. */
#define PIPE_SIZE (256 << 10)

struct failure {
	int status;
	char message[MESSAGE_MAX];
};

static int failure_fd = -1;

static void send_failure(int status, const char *message)
{
	struct failure failure = { .status = status };

	snprintf(failure.message, sizeof(failure.message), "%s", message);
	fd_write_all(failure_fd, &failure, sizeof(failure));
	_exit(status);
}

static void __attribute__((noreturn)) be_command(const int *outputs, int failed, char **argv)
{
	failure_fd = failed;
	fail_hook = send_failure;
	if (dup2(outputs[STREAM_STDOUT], STDOUT_FILENO) < 0 ||
	    dup2(outputs[STREAM_STDERR], STDERR_FILENO) < 0)
		fail(EXIT_OWN, "cannot set the command's output: %s", strerror(errno));
	sig_reset();
	run_command(argv, environ);
}

/* What is the command's only; stdin too, whose writer has to see that nobody reads any more. */
static void let_go(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t i;

	for (i = 0; i < inherited_count; i++)
		close(inherited[i]);
	free(inherited);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	fd_close(&null);
}

static pid_t clone_process(int *pidfd)
{
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static void make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) < 0)
		fail(EXIT_OWN, "cannot make a pipe: %s", strerror(errno));
}

/**
 * command_start() - run the command with pipes as stdout and stderr
 * @command: filled in
 * @argv: the command and its arguments
 * @status: of our own, if it cannot be executed, which has been told then
 *
 * Return: whether it runs.
 */
bool command_start(struct command *command, char **argv, int *status)
{
	int pipes[STREAMS][2], failed[2], outputs[STREAMS], stream;
	struct failure failure;
	ssize_t size;
	pid_t pid;

	for (stream = 0; stream < STREAMS; stream++) {
		make_pipe(pipes[stream]);
		/* no matter if a user has no more of it */
		fcntl(pipes[stream][0], F_SETPIPE_SZ, PIPE_SIZE);
		command->pipes[stream] = pipes[stream][0];
		outputs[stream] = pipes[stream][1];
	}
	make_pipe(failed);
	pid = clone_process(&command->pidfd);
	if (pid < 0)
		fail(EXIT_OWN, "cannot fork: %s", strerror(errno));
	if (pid == 0)
		be_command(outputs, failed[1], argv);
	close(failed[1]);
	for (stream = 0; stream < STREAMS; stream++)
		close(outputs[stream]);
	let_go();
	do {
		size = read(failed[0], &failure, sizeof(failure));
	} while (size < 0 && errno == EINTR);
	close(failed[0]);
	if (size != sizeof(failure))
		return true;
	run_status(command->pidfd);
	warning("%s", failure.message);
	*status = failure.status;
	return false;
}
