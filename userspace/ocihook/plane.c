// SPDX-License-Identifier: GPL-2.0
/*
 * The module's files, and the record in jf's manner: a directory in /run/jackfruit, whose mkdir is
 * the claim on the name. Its only file is `oci`, the runtime's ID: by it the end of a container is
 * told from that of another one that had wanted the same name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "ocihook.h"

/* how long the dead may take to be gone, in steps of 10 ms */
#define BUSY_TRIES 500

static const char *name;
static char *directory, *record, *record_id;
static bool made_directory, made_record;

static void begin(const struct oci *oci)
{
	name = oci->name;
	directory = format_text("%s/%s", paths_configfs(), name);
	record = format_text("%s/%s", paths_rundir(), name);
	record_id = format_text("%s/oci", record);
}

/* Removes the directory: 0, or an errno. Who has just died may still count for a moment. */
static int remove_directory(void)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	int tries;

	for (tries = 0; rmdir(directory) < 0; tries++) {
		if (errno == ENOENT)
			return 0;
		if (errno != EBUSY || tries == BUSY_TRIES)
			return errno;
		nanosleep(&moment, NULL);
	}
	return 0;
}

static void remove_record(void)
{
	unlink(record_id);
	rmdir(record);
}

/**
 * plane_undo() - a start that fails leaves nothing
 */
void plane_undo(void)
{
	if (made_directory)
		remove_directory();
	if (made_record)
		remove_record();
}

static void check_module(void)
{
	cleanup_free char *missing = paths_missing();

	if (missing)
		fail(EXIT_HOOK, "%s: %s", name, missing);
}

static void taken(void)
{
	fail(EXIT_HOOK,
	     "%s: a container of that name is there already: `jf rm %s` if it has ended, or choose "
	     "another name with the annotation jackfruit.name",
	     name, name);
}

static void claim(const char *id)
{
	cleanup_close int fd = -1;

	if (mkdir(paths_rundir(), 0755) < 0 && errno != EEXIST)
		fail(EXIT_HOOK, "%s: %s", paths_rundir(), strerror(errno));
	made_record = mkdir(record, 0755) == 0;
	if (!made_record && errno == EEXIST)
		taken();
	if (!made_record)
		fail(EXIT_HOOK, "%s: %s", record, strerror(errno));
	fd = open(record_id, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || fd_write_all(fd, id, strlen(id)) < 0 || fd_write_all(fd, "\n", 1) < 0)
		fail(EXIT_HOOK, "%s: %s", record_id, strerror(errno));
	made_directory = mkdir(directory, 0755) == 0;
	if (!made_directory && errno == EEXIST)
		taken();
	if (!made_directory)
		fail(EXIT_HOOK, "%s: cannot make the container: %s", directory, strerror(errno));
}

/* Returns 0 or an errno. */
static int write_file(const char *file, const char *value)
{
	cleanup_free char *path = format_text("%s/%s", directory, file);

	return fd_write_value(AT_FDCWD, path, value);
}

static void apply(const struct setting *setting)
{
	int error = write_file(setting->file, setting->value);

	if (error == ENOENT)
		fail(EXIT_HOOK, "%s: this version of the module has no %s", name, setting->file);
	if (error)
		fail(EXIT_HOOK, "%s: jackfruit.%s '%s' (%s): %s: it takes %s", name, setting->file,
		     setting->value, setting->source, strerror(error), setting->hint);
}

static void attach(pid_t pid)
{
	char number[16];
	int error;

	snprintf(number, sizeof(number), "%d", pid);
	error = write_file("pids", number);
	if (error == EBUSY)
		fail(EXIT_HOOK,
		     "%s: process %d is a member of another container already: run the runtime outside "
		     "of any",
		     name, pid);
	if (error)
		fail(EXIT_HOOK, "%s: cannot attach process %d: %s", name, pid, strerror(error));
}

/**
 * plane_make() - the container under its limits, before its program runs
 * @oci: what the runtime says
 */
void plane_make(const struct oci *oci)
{
	const struct setting *setting;

	begin(oci);
	check_module();
	claim(oci->id);
	for (setting = settings; setting->file; setting++) {
		if (setting->value)
			apply(setting);
	}
	attach(oci->pid);
}

/* The value of KEY in one of the container's status files, or its first line without a key. */
static char *status_of(const char *file, const char *key)
{
	cleanup_free char *path = format_text("%s/%s/%s", paths_class(), name, file);
	size_t length = strlen(key);
	FILE *stream = fopen(path, "re");
	char line[128], *value = NULL;

	while (stream && !value && fgets(line, sizeof(line), stream)) {
		line[strcspn(line, "\n")] = '\0';
		if (!length)
			value = format_text("%s", line);
		else if (!strncmp(line, key, length) && line[length] == ' ')
			value = format_text("%s", line + length + 1);
	}
	if (stream)
		fclose(stream);
	return value ? value : format_text("%s", "");
}

/* What ended it, in words: from the module's record, never from an exit status. */
static char *epitaph(void)
{
	cleanup_free char *reason = status_of("reason", "");
	cleanup_free char *status = status_of("exit_status", "");
	cleanup_free char *limit = status_of("last_kill", "limit");
	cleanup_free char *usage = status_of("last_kill", "usage");
	cleanup_free char *victim = status_of("last_kill", "victim_comm");
	cleanup_free char *victim_pid = status_of("last_kill", "victim_pid");
	cleanup_free char *sender = status_of("last_kill", "sender_comm");
	cleanup_free char *sender_pid = status_of("last_kill", "sender_pid");

	if (!strcmp(reason, "hard_limit"))
		return format_text(
			"reason hard_limit, status %s: usage %s was above hard_limit %s, most of "
			"it %s[%s]'s",
			status, usage, limit, victim, victim_pid);
	if (*sender)
		return format_text("reason %s, status %s, by %s[%s]", reason, status, sender,
				   sender_pid);
	return format_text("reason %s, status %s", reason, status);
}

static bool is_ours(const char *id)
{
	cleanup_close int fd = open(record_id, O_RDONLY | O_CLOEXEC);
	cleanup_free char *line = allocate(strlen(id) + 2);
	ssize_t size = fd < 0 ? -1 : read(fd, line, strlen(id) + 1);

	return size == (ssize_t)strlen(id) + 1 && line[size - 1] == '\n' &&
		!strncmp(line, id, strlen(id));
}

/**
 * plane_remove() - tell what ended the container, and remove it
 * @oci: what the runtime says
 *
 * A container that was never made has nothing to remove.
 */
void plane_remove(const struct oci *oci)
{
	cleanup_free char *words = NULL;
	int error;

	begin(oci);
	if (!is_ours(oci->id))
		return;
	words = epitaph();
	error = remove_directory();
	if (error)
		fail(EXIT_HOOK, "%s: not removed, its limits still hold: %s%s", name,
		     strerror(error),
		     error == EBUSY ? ": it has members that outlived the runtime's container" :
				      "");
	remove_record();
	warning("%s: %s", name, words);
	syslog(LOG_INFO, "%s: %s", name, words);
}
