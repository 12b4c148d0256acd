/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For the C programs beside it: the control plane in one verb a function, and bounded waiting. What a call
 * returns is 0 or an errno; what cannot be in any correct run ends the program.
 */
#ifndef LIB_CONTROL_H
#define LIB_CONTROL_H

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib_file.h"

#define CONFIGFS "/sys/kernel/config/jackfruit"
#define CLASS "/sys/class/jackfruit"
#define DEBUGFS "/sys/kernel/debug/jackfruit"
#define PARAMETERS "/sys/module/jackfruit/parameters"
#define WAIT_MS 30000

static inline __attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	exit(1);
}

static inline long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until CONDITION holds, half a minute at most; whether it does. */
#define wait_for(condition)                                    \
	({                                                     \
		long end_ = now_ms() + WAIT_MS;                \
		bool holds_;                                   \
		while (!(holds_ = (condition)) && now_ms() < end_) \
			usleep(200);                           \
		holds_;                                        \
	})

/* ROOT/NAME/FILE, or ROOT/NAME without a file. */
static inline const char *path_of(const char *root, const char *name, const char *file)
{
	static __thread char paths[4][512];
	static __thread int turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s%s%s", root, name, file ? "/" : "", file ?: "");
	return path;
}

static inline int make(const char *name)
{
	return mkdir(path_of(CONFIGFS, name, NULL), 0755) ? errno : 0;
}

static inline int drop(const char *name)
{
	return rmdir(path_of(CONFIGFS, name, NULL)) ? errno : 0;
}

static inline int put(const char *name, const char *file, const char *value)
{
	return write_file(path_of(CONFIGFS, name, file), value);
}

static inline int put_number(const char *name, const char *file, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld\n", value);
	return put(name, file, text);
}

/* What a file says, without the last newline; empty where there is none. Good until the fourth next call. */
static inline const char *text_of(const char *path)
{
	static __thread char texts[4][8192];
	static __thread int turn;
	char *text = texts[turn++ % 4];
	size_t len;

	read_file(path, text, sizeof(texts[0]));
	len = strlen(text);
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	return text;
}

static inline const char *get(const char *name, const char *file)
{
	return text_of(path_of(CONFIGFS, name, file));
}

static inline const char *status(const char *name, const char *file)
{
	return text_of(path_of(CLASS, name, file));
}

static inline bool is_status(const char *name, const char *file, const char *want)
{
	return !strcmp(status(name, file), want);
}

/* Is a process among the members that pids lists? */
static inline bool is_listed(const char *name, pid_t pid)
{
	const char *next;

	for (next = get(name, "pids"); next && *next; next = strchr(next, '\n')) {
		next += *next == '\n';
		if (atoi(next) == pid)
			return true;
	}
	return false;
}

/* A number with a key before it, as in stats, events and last_kill; -1 where there is none. */
static inline long long key_of(const char *text, const char *key)
{
	size_t len = strlen(key);
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && line[len] == ' ')
			return strtoll(line + len, NULL, 10);
	}
	return -1;
}

#endif /* LIB_CONTROL_H */
