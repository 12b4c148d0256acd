// SPDX-License-Identifier: GPL-2.0
/* The child: from the clone to the command. */
#include <errno.h>
#include <linux/close_range.h>
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

/* What is the caller's must not become the command's. */
static void leave_behind(void)
{
	/* root's keys; a kernel may have none */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0);
	umask(022);
	sig_reset();
	/* at exec: until then a failure has to be told */
	if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		fail(EXIT_OWN, "cannot close the inherited descriptors: %s", strerror(errno));
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
