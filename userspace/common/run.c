// SPDX-License-Identifier: GPL-2.0
/* Executing a command and telling how it ended. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

/**
 * run_status() - reap a child
 * @pidfd: the child; waits if it has not ended
 *
 * Return: its exit status, or 128 and the number of the signal that ended it.
 */
int run_status(int pidfd)
{
	siginfo_t info = { 0 };

	while (waitid(P_PIDFD, pidfd, &info, WEXITED) < 0)
		if (errno != EINTR)
			fail(EXIT_OWN, "cannot wait for the command: %s", strerror(errno));
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

static const char *value_of(char **env, const char *name)
{
	size_t size = strlen(name);

	for (; *env; env++)
		if (!strncmp(*env, name, size) && (*env)[size] == '=')
			return *env + size + 1;
	return NULL;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Why a file that was found cannot be executed; errno is execve()'s. */
static void __attribute__((noreturn)) cannot_execute(const char *command, const char *path)
{
	struct stat st;

	if (errno == ENOENT && lstat(path, &st) == 0)
		fail(EXIT_NOT_FOUND,
		     "cannot execute '%s': it is there, but not what runs it: the program in its first line, "
		     "or its dynamic loader",
		     command);
	if (errno == ENOENT || errno == ENOTDIR)
		fail(EXIT_NOT_FOUND, "cannot execute '%s': no such file", command);
	if (errno == ENOEXEC)
		fail(EXIT_CANNOT_EXECUTE,
		     "cannot execute '%s': neither a program of this machine nor a script that begins with #!",
		     command);
	if (errno == EACCES && is_directory(path))
		fail(EXIT_CANNOT_EXECUTE, "cannot execute '%s': it is a directory", command);
	if (errno == EACCES)
		fail(EXIT_CANNOT_EXECUTE, "cannot execute '%s': permission denied: try chmod +x",
		     command);
	fail(EXIT_CANNOT_EXECUTE, "cannot execute '%s': %s", command, strerror(errno));
}

/* The file that a word without a slash means: the first in @dirs that may be executed. */
static char *find_in(const char *dirs, const char *command)
{
	char *denied = NULL, *path;
	const char *dir, *end;

	for (dir = dirs;; dir = end + 1) {
		end = strchrnul(dir, ':');
		path = format_text("%.*s/%s", end > dir ? (int)(end - dir) : 1,
				   end > dir ? dir : ".", command);
		if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 && !is_directory(path))
			break;
		if (!denied && access(path, F_OK) == 0) {
			denied = path;
			path = NULL;
		}
		free(path);
		path = NULL;
		if (!*end)
			break;
	}
	if (!path)
		return denied;
	free(denied);
	return path;
}

/**
 * run_command() - execute a command; does not return
 * @argv: the command and its arguments
 * @env: its environment, whose PATH is searched if the command is a word without a slash
 *
 * As execvpe(), but a script without #! is not given to a shell, and what went wrong is told.
 */
void run_command(char **argv, char **env)
{
	const char *path = argv[0];

	if (!strchr(path, '/')) {
		const char *dirs = value_of(env, "PATH");

		path = *path ? find_in(dirs ? dirs : "/usr/bin:/bin", path) : NULL;
		if (!path)
			fail(EXIT_NOT_FOUND, "cannot execute '%s': not found in PATH (%s)", argv[0],
			     dirs ? dirs : "which is not set");
	}
	execve(path, argv, env);
	cannot_execute(argv[0], path);
}
