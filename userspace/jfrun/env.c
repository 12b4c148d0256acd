// SPDX-License-Identifier: GPL-2.0
/* The environment: the caller's may hold what is none of the container's business. */
#include <stdlib.h>
#include <string.h>

#include "jfrun.h"

static char search_path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* One that is there already is replaced. */
static void set(char **env, char *entry)
{
	size_t size = strchr(entry, '=') - entry + 1;

	while (*env && strncmp(*env, entry, size))
		env++;
	*env = entry;
}

/**
 * env_make() - PATH, HOME, TERM, HOSTNAME and what --env adds
 * @options: the command line
 * @home: the user's
 *
 * Return: for execve().
 */
char **env_make(const struct options *options, const char *home)
{
	const char *term = getenv("TERM");
	char **given, **env;
	size_t count = 5;

	for (given = options->env; *given; given++)
		count++;
	env = allocate(count * sizeof(*env));
	set(env, search_path);
	set(env, format_text("HOME=%s", home));
	set(env, format_text("TERM=%s", term && *term ? term : "linux"));
	set(env, format_text("HOSTNAME=%s", options->name));
	for (given = options->env; *given; given++)
		set(env, *given);
	return env;
}
