// SPDX-License-Identifier: GPL-2.0
/*
 * Parent and child, from clone to exec: a pair of sockets that carry one message a packet.
 *
 * The parent's end stays open until the command runs and the child's is closed by exec, so that
 * whoever is left alone sees an end of file.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jfrun.h"

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static int ends[2] = { -1, -1 };
static int own = -1;

/**
 * sync_make() - before the clone
 */
void sync_make(void)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		fail(EXIT_OWN, "cannot make a pair of sockets: %s", strerror(errno));
}

/**
 * sync_be_parent() - after the clone, in the parent
 */
void sync_be_parent(void)
{
	own = ends[0];
	fd_close(&ends[1]);
}

/**
 * sync_fd() - to poll
 */
int sync_fd(void)
{
	return own;
}

/* With a descriptor, if @fd is one. Returns 0 or -1 and errno; one who has gone need not be told. */
static int send_message(const struct sync_message *message, size_t size, int fd)
{
	struct iovec data = { .iov_base = (void *)message, .iov_len = size };
	union control control = { 0 };
	struct msghdr header = { .msg_iov = &data, .msg_iovlen = 1 };
	ssize_t ret;

	if (fd >= 0) {
		header.msg_control = control.space;
		header.msg_controllen = sizeof(control.space);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	do {
		ret = sendmsg(own, &header, MSG_NOSIGNAL);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 && errno != EPIPE && errno != ECONNRESET ? -1 : 0;
}

/* In the child a failure is the parent's to tell. */
static void send_failure(int status, const char *text)
{
	struct sync_message message = { .type = SYNC_FAILED, .status = status };

	snprintf(message.message, sizeof(message.message), "%s", text);
	send_message(&message, sizeof(message), -1);
	_exit(status);
}

/**
 * sync_be_child() - after the clone, in the child
 */
void sync_be_child(void)
{
	own = ends[1];
	fd_close(&ends[0]);
	fail_hook = send_failure;
}

/**
 * sync_send() - a message without a text
 * @type: its type
 */
void sync_send(enum sync_type type)
{
	sync_send_fd(type, -1);
}

/**
 * sync_send_fd() - a message without a text, with a descriptor
 * @type: its type
 * @fd: the descriptor; -1: none
 */
void sync_send_fd(enum sync_type type, int fd)
{
	struct sync_message message = { .type = type, .fd = -1 };

	if (send_message(&message, offsetof(struct sync_message, message), fd) < 0)
		fail(EXIT_OWN, "parent and child cannot talk: %s", strerror(errno));
}

/**
 * sync_receive() - wait for a message
 * @message: where it goes
 *
 * Return: false at the end of file: there is nobody at the other end any more.
 */
bool sync_receive(struct sync_message *message)
{
	struct iovec data = { .iov_base = message, .iov_len = sizeof(*message) };
	union control control = { 0 };
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t size;

	do {
		size = recvmsg(own, &header, MSG_CMSG_CLOEXEC);
	} while (size < 0 && errno == EINTR);
	if (size <= 0)
		return false;
	message->fd = -1;
	if (header.msg_controllen >= CMSG_LEN(sizeof(int)) &&
	    control.header.cmsg_type == SCM_RIGHTS)
		memcpy(&message->fd, CMSG_DATA(&control.header), sizeof(int));
	message->message[MESSAGE_MAX - 1] = '\0';
	return true;
}

/**
 * sync_die_with_parent() - in the child: SIGKILL when jfrun dies
 *
 * To be called again when the user has been changed: that clears it. A parent that has died before
 * is seen by its closed end: files are closed before children are told.
 */
void sync_die_with_parent(void)
{
	struct pollfd parent = { .fd = own, .events = POLLRDHUP };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		fail(EXIT_OWN, "cannot tie the container to jfrun: %s", strerror(errno));
	if (poll(&parent, 1, 0) > 0 && parent.revents & (POLLHUP | POLLRDHUP))
		_exit(EXIT_OWN);
}

/**
 * sync_finish() - in the parent: the command runs
 */
void sync_finish(void)
{
	fd_close(&ends[0]);
	own = -1;
}
