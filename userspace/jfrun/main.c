// SPDX-License-Identifier: GPL-2.0
/*
 * jfrun - run a command in a container whose memory jackfruit limits
 *
 *	parent					child
 *	make the directory, set the limits
 *	clone -------------------------------->	wait
 *	write its PID to `pids`
 *	SYNC_GO ------------------------------>	host name, root, mounts, capabilities
 *						<- SYNC_EXEC
 *	end of file: it runs			exec, which closes the connection
 *	`ready`
 *	forward signals, wait			the command
 *
 * So not one instruction of the command, and no memory of its own, is outside the container. What
 * can be wrong is looked at before the clone; what the child finds wrong it sends to the parent, which
 * tells it, undoes what was made and exits.
 */
#include <fcntl.h>
#include <sys/prctl.h>

#include "jfrun.h"

const char *const tool_name = "jfrun";

int main(int argc, char **argv)
{
	struct options options;
	int pidfd, signals;
	pid_t pid;

	fd_standard_open();
	exe_protect(argv);
	report_arm();
	options_parse(&options, argc, argv);
	ctl_check(&options);
	/* for the time in which the child is in the container, and still is jfrun: see SECURITY in jfrun(1) */
	prctl(PR_SET_DUMPABLE, 0);
	signals = sig_prepare();
	if (options.join) {
		join_prepare(&options);
	} else {
		overlay_lock(&options);
		rootfs_lock(&options);
		userns_make(&options);
		ctl_make(&options);
	}
	sync_make();
	pid = options.join ? join_fork(options.name, &pidfd) : ns_clone(&options, &pidfd);
	if (pid == 0)
		child_run(&options);
	sync_be_parent();
	parent_start(&options, pid, pidfd, signals);
	return parent_wait(pidfd, signals);
}
