// SPDX-License-Identifier: GPL-2.0
/* Values of options: the text, or a message that says what would be right. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "jfrun.h"
#include "policy.h"

/**
 * value_check_name() - a container's name, by the module's own rule
 * @name: from the command line
 */
void value_check_name(const char *name)
{
	if (jf_policy_name_ok(name))
		return;
	if (strlen(name) > 63)
		fail(EXIT_OWN, "name '%s': %zu characters: at most 63 are allowed", name,
		     strlen(name));
	fail(EXIT_OWN,
	     "name '%s': not a container name: letters, digits, '_', '.' and '-', beginning with a "
	     "letter or a digit",
	     name);
}

/**
 * value_check_size() - a limit, by the module's own rule
 * @option: its option
 * @text: its value
 */
void value_check_size(const char *option, const char *text)
{
	u64 bytes;

	/* a newline is for the module's files, not for here */
	if (strchr(text, '\n') || jf_policy_parse_size(text, &bytes))
		fail(EXIT_OWN, "--%s '%s': not a size: bytes, or with K, M or G, or max", option,
		     text);
}

/**
 * value_number() - a number in a range
 * @option: its option
 * @text: its value
 * @min: least
 * @max: greatest
 */
long value_number(const char *option, const char *text, long min, long max)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < min || number > max)
		fail(EXIT_OWN, "--%s '%s': not a number from %ld to %ld", option, text, min, max);
	return number;
}

/* A mount point is where the container sees it, and neither its root nor above. */
static char *target(const char *option, const char *text, const char *path)
{
	const char *part;

	if (path[0] != '/')
		fail(EXIT_OWN, "--%s '%s': '%s' is not an absolute path in the container", option,
		     text, path);
	for (part = path; part; part = strchr(part, '/')) {
		part += strspn(part, "/");
		if (part[0] == '.' && part[1] == '.' && (!part[2] || part[2] == '/'))
			fail(EXIT_OWN, "--%s '%s': '..' has no place in it", option, text);
	}
	if (path[strspn(path, "/")] == '\0')
		fail(EXIT_OWN, "--%s '%s': the root is ROOTFS: give a path below it", option, text);
	return format_text("%s", path);
}

/**
 * value_bind() - SRC:DST[:ro|:rw]
 * @text: value of --bind
 * @bind: filled in; the source absolute
 */
void value_bind(const char *text, struct bind *bind)
{
	cleanup_free char *copy = format_text("%s", text);
	char *path = strchr(copy, ':'), *flag;

	if (!path || path == copy)
		fail(EXIT_OWN, "--bind '%s': not SRC:DST or SRC:DST:ro", text);
	*path++ = '\0';
	flag = strchr(path, ':');
	if (flag) {
		*flag++ = '\0';
		if (strcmp(flag, "ro") && strcmp(flag, "rw"))
			fail(EXIT_OWN, "--bind '%s': '%s' is neither ro nor rw", text, flag);
		bind->read_only = !strcmp(flag, "ro");
	}
	bind->target = target("bind", text, path);
	bind->source = realpath(copy, NULL);
	if (!bind->source)
		fail(EXIT_OWN, "--bind '%s': '%s': %s", text, copy, strerror(errno));
}

/**
 * value_tmpfs() - DST
 * @text: value of --tmpfs
 * @bind: filled in
 */
void value_tmpfs(const char *text, struct bind *bind)
{
	bind->target = target("tmpfs", text, text);
}
