// SPDX-License-Identifier: GPL-2.0
/* --ulimit: the kernel's limits of each process (setrlimit(2)), in docker's words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jfrun.h"

static const struct {
	const char *name;
	int resource;
} types[] = {
	{ "as", RLIMIT_AS },
	{ "core", RLIMIT_CORE },
	{ "cpu", RLIMIT_CPU },
	{ "data", RLIMIT_DATA },
	{ "fsize", RLIMIT_FSIZE },
	{ "locks", RLIMIT_LOCKS },
	{ "memlock", RLIMIT_MEMLOCK },
	{ "msgqueue", RLIMIT_MSGQUEUE },
	{ "nice", RLIMIT_NICE },
	{ "nofile", RLIMIT_NOFILE },
	{ "nproc", RLIMIT_NPROC },
	{ "rss", RLIMIT_RSS },
	{ "rtprio", RLIMIT_RTPRIO },
	{ "rttime", RLIMIT_RTTIME },
	{ "sigpending", RLIMIT_SIGPENDING },
	{ "stack", RLIMIT_STACK },
};

static const char *name_of(int resource)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].resource == resource)
			return types[i].name;
	return "?";
}

static rlim_t value(const char *text, const char *word)
{
	unsigned long long number;
	char *end;

	if (!strcmp(word, "unlimited") || !strcmp(word, "-1"))
		return RLIM_INFINITY;
	errno = 0;
	number = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || errno)
		fail(EXIT_OWN, "--ulimit '%s': '%s' is neither a number nor unlimited", text, word);
	return number;
}

/**
 * ulimit_parse() - TYPE=SOFT[:HARD]
 * @text: value of --ulimit
 * @ulimit: filled in
 */
void ulimit_parse(const char *text, struct ulimit *ulimit)
{
	cleanup_free char *copy = format_text("%s", text);
	char *soft = strchr(copy, '='), *hard;
	size_t i;

	if (!soft)
		fail(EXIT_OWN, "--ulimit '%s': not TYPE=SOFT or TYPE=SOFT:HARD", text);
	*soft++ = '\0';
	for (i = 0; i < ARRAY_SIZE(types) && strcmp(copy, types[i].name); i++)
		;
	if (i == ARRAY_SIZE(types))
		fail(EXIT_OWN,
		     "--ulimit '%s': '%s' is none of as, core, cpu, data, fsize, locks, memlock, "
		     "msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack",
		     text, copy);
	hard = strchr(soft, ':');
	if (hard)
		*hard++ = '\0';
	ulimit->resource = types[i].resource;
	ulimit->limit.rlim_cur = value(text, soft);
	ulimit->limit.rlim_max = hard ? value(text, hard) : ulimit->limit.rlim_cur;
	if (ulimit->limit.rlim_cur > ulimit->limit.rlim_max)
		fail(EXIT_OWN, "--ulimit '%s': the soft limit is above the hard one", text);
}

/**
 * ulimit_apply() - have these limits
 * @options: the command line
 *
 * While we are the host's root: others cannot raise a hard limit.
 */
void ulimit_apply(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->ulimit_count; i++) {
		const struct ulimit *ulimit = &options->ulimits[i];

		if (setrlimit(ulimit->resource, &ulimit->limit) < 0)
			fail(EXIT_OWN, "cannot set the limit %s: %s", name_of(ulimit->resource),
			     strerror(errno));
	}
}
