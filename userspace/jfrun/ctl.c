// SPDX-License-Identifier: GPL-2.0
/*
 * The control plane: the only place of jfrun that knows the module's files, and what their errors
 * mean.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "jfrun.h"

/* The container's directory in configfs, open and locked from here until the command runs. */
static int dir = -1;
/* Its path, if it was us who made it and nothing runs in it yet. */
static char *made;
/* The module knows no `nice`: it is for us to set. */
static bool nice_is_ours;

/* The first line of a status file; empty if there is none. */
static void read_status(const char *name, const char *file, char *line, int size)
{
	cleanup_free char *path = format_text("%s/%s/%s", paths_class(), name, file);
	FILE *stream = fopen(path, "re");

	if (!stream || !fgets(line, size, stream))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (stream)
		fclose(stream);
}

static bool is_running(const char *name)
{
	char state[32];

	read_status(name, "state", state, sizeof(state));
	return !strcmp(state, "running");
}

static void refuse_running(const char *name)
{
	if (is_running(name))
		fail(EXIT_OWN, "container '%s': is running: stop it first, or take another name",
		     name);
}

/**
 * ctl_check() - is the control plane there, may we use it, and is the name free?
 * @options: the command line
 *
 * Before anything is made; ctl_make() looks again.
 */
void ctl_check(const struct options *options)
{
	cleanup_free char *missing = NULL;

	if (geteuid() != 0)
		fail(EXIT_OWN, "not root: namespaces and limits need root's privileges: try sudo");
	missing = paths_missing();
	if (missing)
		fail(EXIT_OWN, "%s", missing);
	if (!options->join)
		refuse_running(options->name);
}

/* Open the directory, making it if need be, so that no other jfrun starts something in it. */
static void take(const char *name, bool existing)
{
	cleanup_free char *path = format_text("%s/%s", paths_configfs(), name);

	if (!existing && mkdir(path, 0755) == 0)
		made = format_text("%s", path);
	else if (!existing && errno != EEXIST)
		fail(EXIT_OWN, "cannot make the container '%s': %s", path, strerror(errno));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 && errno == ENOENT && existing)
		fail(EXIT_OWN,
		     "container '%s': there is none of that name (any more), and --existing makes "
		     "none: it would be without its limits",
		     name);
	if (dir < 0)
		fail(EXIT_OWN, "container '%s': %s", path, strerror(errno));
	if (flock(dir, LOCK_EX | LOCK_NB) < 0) {
		/* it was made by us, but the other one was faster: it is that one's */
		if (made)
			free(made);
		made = NULL;
		fail(EXIT_OWN, "container '%s': is just being started by another jfrun", name);
	}
	refuse_running(name);
}

static void set(const char *name, const char *file, const char *value)
{
	int error = value ? fd_write_value(dir, file, value) : 0;

	if (error == ENOENT && !strcmp(file, "nice"))
		nice_is_ours = true;
	else if (error == ENOENT)
		fail(EXIT_OWN,
		     "container '%s': has no %s: it was removed meanwhile, or the module is "
		     "of another version than jfrun",
		     name, file);
	else if (error)
		fail(EXIT_OWN, "container '%s': %s '%s': %s", name, file, value, strerror(error));
}

/**
 * ctl_make() - make the container's directory, if it is not there, and set its limits
 * @options: the command line
 *
 * A directory in which nothing lives is used again.
 */
void ctl_make(const struct options *options)
{
	take(options->name, options->existing);
	set(options->name, "soft_limit", options->soft);
	set(options->name, "hard_limit", options->hard);
	set(options->name, "nice", options->nice);
}

static void open_existing(const char *name)
{
	cleanup_free char *path = format_text("%s/%s", paths_configfs(), name);

	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 && errno == ENOENT)
		fail(EXIT_OWN, "container '%s': there is none of that name", name);
	if (dir < 0)
		fail(EXIT_OWN, "container '%s': %s", path, strerror(errno));
}

/**
 * ctl_attach() - make a process a member of the container
 * @options: the command line
 * @pid: the process, which waits to be let go
 */
void ctl_attach(const struct options *options, pid_t pid)
{
	char number[16];
	int error;

	snprintf(number, sizeof(number), "%d", pid);
	error = fd_write_value(dir, "pids", number);
	if (error == EBUSY)
		fail(EXIT_OWN,
		     "container '%s': is being stopped or killed: wait until it has ended",
		     options->name);
	if (error == ENOENT)
		fail(EXIT_OWN, "container '%s': was removed meanwhile: nothing has been run",
		     options->name);
	if (error)
		fail(EXIT_OWN, "container '%s': cannot attach process %d: %s: nothing has been run",
		     options->name, pid, strerror(error));
	if (nice_is_ours && setpriority(PRIO_PROCESS, pid, atoi(options->nice)) < 0)
		fail(EXIT_OWN, "container '%s': nice '%s': %s", options->name, options->nice,
		     strerror(errno));
}

/**
 * ctl_started() - the command runs: the directory is its record from now on
 *
 * It is not kept open: that would keep the module from being unloaded when it is removed.
 */
void ctl_started(void)
{
	free(made);
	made = NULL;
	fd_close(&dir);
}

/**
 * ctl_undo() - remove the directory again if it was us who made it
 *
 * If there was a member, it is dead. The module may need a moment to know.
 */
void ctl_undo(void)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	int tries;

	if (!made)
		return;
	for (tries = 0; tries < 1000 && rmdir(made) < 0 && errno == EBUSY; tries++)
		nanosleep(&moment, NULL);
	ctl_started();
}

/**
 * ctl_first() - the first process of a running container
 * @name: its name
 *
 * Opens the container for ctl_attach().
 */
pid_t ctl_first(const char *name)
{
	char line[32];
	pid_t pid;

	if (dir < 0)
		open_existing(name);
	read_status(name, "pid", line, sizeof(line));
	pid = atoi(line);
	if (!is_running(name) || pid <= 0)
		fail(EXIT_OWN, "container '%s': is not running", name);
	return pid;
}

struct wanted {
	pid_t pid;
	bool found;
};

static bool look_for(const char *pid, void *data)
{
	struct wanted *wanted = data;

	wanted->found = atoi(pid) == wanted->pid;
	return !wanted->found;
}

/**
 * ctl_has_member() - is this process in the container, now?
 * @name: its name
 * @pid: the process
 */
bool ctl_has_member(const char *name, pid_t pid)
{
	struct wanted wanted = { .pid = pid };
	cleanup_free char *problem = members_each(name, look_for, &wanted);

	if (problem)
		fail(EXIT_OWN, "container '%s': %s", name, problem);
	return wanted.found;
}

/**
 * ctl_reason_is() - did the container's run end for this reason?
 * @name: its name
 * @reason: as in the status file
 */
bool ctl_reason_is(const char *name, const char *reason)
{
	char line[32];

	read_status(name, "reason", line, sizeof(line));
	return !strcmp(line, reason);
}
