// SPDX-License-Identifier: GPL-2.0
/* Where the module's files are. The environment may move them, for tests. */
#include <stdlib.h>
#include <unistd.h>

#include "common.h"

static const char *root(const char *variable, const char *standard)
{
	const char *path = getenv(variable);

	return path && *path ? path : standard;
}

/**
 * paths_configfs() - the control plane
 */
const char *paths_configfs(void)
{
	return root("JF_CONFIGFS", "/sys/kernel/config/jackfruit");
}

/**
 * paths_class() - the status files
 */
const char *paths_class(void)
{
	return root("JF_CLASS", "/sys/class/jackfruit");
}

/**
 * paths_debugfs() - the history and the list of all members
 */
const char *paths_debugfs(void)
{
	return root("JF_DEBUGFS", "/sys/kernel/debug/jackfruit");
}

/**
 * paths_rundir() - jf's records
 */
const char *paths_rundir(void)
{
	return root("JF_RUNDIR", "/run/jackfruit");
}

/**
 * paths_missing() - why there is no control plane
 *
 * Return: what is wrong and what would be right, which the caller frees; NULL: nothing.
 */
char *paths_missing(void)
{
	if (access(paths_configfs(), F_OK) == 0)
		return NULL;
	if (access(paths_class(), F_OK) < 0)
		return format_text(
			"the kernel module jackfruit is not loaded: `modprobe jackfruit`");
	return format_text(
		"configfs is not mounted (no %s): `mount -t configfs none /sys/kernel/config`",
		paths_configfs());
}
