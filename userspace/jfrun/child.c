// SPDX-License-Identifier: GPL-2.0
/* The child: from the clone to the command. */
#include <errno.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jfrun.h"

static void host_name(const char *name)
{
	if (sethostname(name, strlen(name)) < 0)
		fail(EXIT_OWN, "cannot set the host name to '%s': %s", name, strerror(errno));
	/* a new host has no domain of the old one's */
	if (setdomainname("", 0) < 0)
		fail(EXIT_OWN, "cannot clear the domain name: %s", strerror(errno));
}

/*
 * Links of an image are followed here as well, by a process that may do anything: /proc/self/fd must
 * not lead them out, by a directory of the host's that is still open. What is opened from here on is
 * closed by exec.
 */
static void close_inherited(void)
{
	int keep[CHILD_FDS] = { STDERR_FILENO, sync_fd() };
	size_t count = 2;

	count += userns_fds(keep + count);
	count += join_fds(keep + count);
	if (fd_close_others(keep, count) < 0)
		fail(EXIT_OWN, "cannot close the inherited descriptors: %s", strerror(errno));
}

/* What is the caller's must not become the command's. */
static void leave_behind(void)
{
	/* root's keys; a kernel may have none */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);
	umask(022);
	sig_reset();
}

static void go_to(const char *workdir)
{
	if (workdir && chdir(workdir) < 0)
		fail(EXIT_OWN, "--workdir '%s': %s", workdir, strerror(errno));
}

/**
 * child_run() - wait to be attached, become what the container is to be, execute the command
 * @options: the command line
 */
void child_run(const struct options *options)
{
	uint64_t caps = caps_kept(options);
	struct sync_message message;
	struct user user;

	sync_be_child();
	sync_die_with_parent();
	if (!sync_receive(&message))
		_exit(EXIT_OWN);
	close_inherited();

	/* nothing of the caller's terminal can be typed at, or hung up, by what runs in it */
	if (setsid() < 0)
		fail(EXIT_OWN, "cannot make a session: %s", strerror(errno));
	if (options->join) {
		join_enter();
	} else {
		userns_enter_owned();
		if (options->net)
			net_up();
		host_name(options->name);
		rootfs_enter(options);
	}
	user_find(options->user, &user);
	if (options->tty)
		tty_make(userns_uid(user.uid));
	leave_behind();
	ulimit_apply(options);
	userns_enter(options->join);
	caps_bound(caps);
	user_become(&user);
	caps_keep(caps, user.uid == 0);
	go_to(options->workdir);
	if (!options->seccomp || strcmp(options->seccomp, "off"))
		seccomp_apply(caps);
	/* a change of user has cleared it */
	sync_die_with_parent();
	if (options->init)
		init_fork();
	sync_send(SYNC_EXEC);
	run_command(options->argv, env_make(options, user.home));
}
