// SPDX-License-Identifier: GPL-2.0
/* Who is in a container. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common.h"

/* The PIDs in the lines of a file that begin with @prefix. Return: 0, or an errno. */
static int tell_each(const char *path, const char *prefix,
		     bool (*tell)(const char *pid, void *data), void *data)
{
	FILE *list = fopen(path, "re");
	size_t skip = strlen(prefix);
	bool more = true;
	char line[256];
	int error = 0;

	if (!list)
		return errno;
	while (more && fgets(line, sizeof(line), list)) {
		char *pid = line + skip;

		if (strncmp(line, prefix, skip) != 0)
			continue;
		pid[strspn(pid, "0123456789")] = '\0';
		if (*pid)
			more = tell(pid, data);
	}
	if (ferror(list))
		error = errno;
	fclose(list);
	return error;
}

/**
 * members_each() - tell of each member of a container
 * @name: the container's; one that has gone has none
 * @tell: called with each PID, 0 for one that cannot be seen from here, until it returns false
 * @data: passed to it
 *
 * Where they are more than `pids` can list, debugfs has all of them.
 *
 * Return: what is wrong and what would be right, which the caller frees; NULL: nothing.
 */
char *members_each(const char *name, bool (*tell)(const char *pid, void *data), void *data)
{
	cleanup_free char *pids = format_text("%s/%s/pids", paths_configfs(), name);
	cleanup_free char *all = format_text("%s/members", paths_debugfs());
	cleanup_free char *prefix = format_text("%s ", name);
	int error = tell_each(pids, "", tell, data), other;

	if (!error || error == ENOENT)
		return NULL;
	other = tell_each(all, prefix, tell, data);
	if (!other)
		return NULL;
	return format_text("its members cannot be listed: %s: %s, and %s: %s: "
			   "is debugfs mounted? `mount -t debugfs none /sys/kernel/debug`",
			   pids, strerror(error), all, strerror(other));
}
