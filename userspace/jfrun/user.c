// SPDX-License-Identifier: GPL-2.0
/* --user: whom the command runs as. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jfrun.h"

static bool number(const char *text, unsigned int *value)
{
	unsigned long found;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	found = strtoul(text, &end, 10);
	if (errno || *end || found >= 0xffffffffUL)
		return false;
	*value = found;
	return true;
}

/*
 * A file of the container's, which may have put there what it likes: a FIFO that nobody writes to, a
 * terminal, a device.
 */
static FILE *open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)))
		fd_close(&fd);
	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* The container's own file, without the host's NSS, which would look elsewhere. */
static void look_up_user(const char *text, bool is_number, struct user *user)
{
	FILE *stream = open_file("/etc/passwd");
	struct passwd *entry = NULL;

	while (stream && (entry = fgetpwent(stream)))
		if (is_number ? entry->pw_uid == user->uid : !strcmp(entry->pw_name, text))
			break;
	if (entry) {
		user->uid = entry->pw_uid;
		user->gid = entry->pw_gid;
		user->home = format_text("%s", entry->pw_dir);
	}
	if (stream)
		fclose(stream);
	if (!entry && !is_number)
		fail(EXIT_OWN,
		     "--user '%s': no such user in the container's /etc/passwd: give a UID", text);
}

static void look_up_group(const char *text, const char *group, struct user *user)
{
	FILE *stream = open_file("/etc/group");
	struct group *entry = NULL;

	while (stream && (entry = fgetgrent(stream)))
		if (!strcmp(entry->gr_name, group))
			break;
	if (entry)
		user->gid = entry->gr_gid;
	if (stream)
		fclose(stream);
	if (!entry)
		fail(EXIT_OWN,
		     "--user '%s': no such group in the container's /etc/group: give a GID", text);
}

/**
 * user_find() - read what --user says; in the container's root
 * @text: UID or name, and perhaps `:` and a GID or name; NULL: root
 * @user: filled in
 */
void user_find(const char *text, struct user *user)
{
	cleanup_free char *copy = format_text("%s", text ? text : "0");
	char *group = strchr(copy, ':');
	unsigned int value;

	*user = (struct user){ .home = "/" };
	if (group)
		*group++ = '\0';
	if (!text) {
		user->home = "/root";
		return;
	}
	if (number(copy, &value)) {
		user->uid = value;
		if (!value)
			user->home = "/root";
		look_up_user(copy, true, user);
	} else {
		look_up_user(copy, false, user);
	}
	if (group && number(group, &value))
		user->gid = value;
	else if (group)
		look_up_group(text, group, user);
}

/**
 * user_become() - take on the user's IDs, for ever
 * @user: from user_find()
 *
 * No supplementary group of the caller's stays.
 */
void user_become(const struct user *user)
{
	if (setgroups(0, NULL) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		fail(EXIT_OWN, "cannot become user %u, group %u: %s%s", user->uid, user->gid,
		     strerror(errno),
		     errno == EINVAL && userns_fd() >= 0 ? ": --uidmap or --gidmap has no such one" :
							   "");
}
