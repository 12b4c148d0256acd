// SPDX-License-Identifier: GPL-2.0
/* Saying what is wrong, and memory, without which nothing goes on. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common.h"

/* Told before the message is shown; it may undo, and it may end the process by itself. */
void (*fail_hook)(int status, const char *message);

/* One write, so that what others say at the same time does not mix with it. */
static void say(const char *message)
{
	char line[MESSAGE_MAX + 32];
	int size = snprintf(line, sizeof(line), "%s: %s\n", tool_name, message);

	fd_write_all(STDERR_FILENO, line, size);
}

/**
 * fail() - say what is wrong and what would be right, undo what was made, and exit
 * @status: the exit status
 * @format: as for printf(), without the tool's name and the newline
 */
void fail(int status, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (fail_hook)
		fail_hook(status, message);
	say(message);
	exit(status);
}

/**
 * warning() - say something that does not keep us from going on
 * @format: as for fail()
 */
void warning(const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	say(message);
}

/**
 * allocate() - zeroed memory, or the end
 * @size: bytes
 */
void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		fail(EXIT_OWN, "out of memory");
	return memory;
}

/**
 * format_text() - printf() into memory of its own
 * @format: as for printf()
 *
 * Return: what the caller frees.
 */
char *format_text(const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		fail(EXIT_OWN, "out of memory");
	return text;
}

/**
 * free_cleanup() - for cleanup_free
 * @pointer: address of the variable
 */
void free_cleanup(void *pointer)
{
	free(*(void **)pointer);
}
