// SPDX-License-Identifier: GPL-2.0
/* The command line. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jflog.h"
#include "policy.h"

static const char usage[] =
	"usage: jflog --out FILE [OPTIONS] -- CMD [ARG...]\n"
	"\n"
	"Runs CMD and appends what it writes to stdout and stderr to FILE, in the CRI log format:\n"
	"  2026-01-31T12:00:00.123456789Z stdout F text\n"
	"F: the line ends there; P: it does not.\n"
	"\n"
	"  --tee             copy both streams to stdout and stderr, too\n"
	"  --max-size SIZE   rotate FILE before it is greater: bytes, or with K, M or G\n"
	"  --backups N       keep N rotated ones, FILE.1 the newest (default 1)\n"
	"  --buffer SIZE     hold as much when FILE is slow (default 1M); then CMD has to wait\n"
	"  --help, --version\n"
	"\n"
	"SIGHUP opens FILE again; other signals are passed on to CMD.\n"
	"\n"
	"exit status: CMD's, or 128+N if signal N ended it; 125 jflog failed; 126 CMD cannot be\n"
	"executed; 127 CMD was not found\n";

enum { OPT_OUT = 256, OPT_TEE, OPT_MAX_SIZE, OPT_BACKUPS, OPT_BUFFER, OPT_HELP, OPT_VERSION };

static const struct option long_options[] = {
	{ "out", required_argument, NULL, OPT_OUT },
	{ "tee", no_argument, NULL, OPT_TEE },
	{ "max-size", required_argument, NULL, OPT_MAX_SIZE },
	{ "backups", required_argument, NULL, OPT_BACKUPS },
	{ "buffer", required_argument, NULL, OPT_BUFFER },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static u64 size_value(const char *option, const char *text, u64 min, u64 max)
{
	u64 bytes;

	if (strchr(text, '\n') || jf_policy_parse_size(text, &bytes) || bytes < min || bytes > max)
		fail(EXIT_OWN,
		     "--%s '%s': not a size from %lluK to %lluM: bytes, or with K, M or G", option,
		     text, min >> 10, max >> 20);
	return bytes;
}

static int backups_value(const char *text)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < 0 || number > 1000)
		fail(EXIT_OWN, "--backups '%s': not a number from 0 to 1000", text);
	return number;
}

static void parse_option(struct options *options, int option)
{
	switch (option) {
	case OPT_OUT:
		options->out = optarg;
		break;
	case OPT_TEE:
		options->tee = true;
		break;
	case OPT_MAX_SIZE:
		options->max_size = size_value("max-size", optarg, 4 << 10, 1ULL << 40);
		break;
	case OPT_BACKUPS:
		options->backups = backups_value(optarg);
		break;
	case OPT_BUFFER:
		options->buffer = size_value("buffer", optarg, 64 << 10, 1 << 30);
		break;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	case OPT_VERSION:
		puts("jflog " JACKFRUIT_VERSION);
		exit(0);
	}
}

/**
 * options_parse() - read and check the command line
 * @options: filled in
 * @argc: main()'s
 * @argv: main()'s
 *
 * Does not return if it is wrong.
 */
void options_parse(struct options *options, int argc, char **argv)
{
	int option, before;

	*options = (struct options){ .buffer = 1 << 20, .backups = 1 };
	opterr = 0;
	for (;;) {
		before = optind;
		option = getopt_long(argc, argv, "+:", long_options, NULL);
		if (option < 0)
			break;
		if (option == ':')
			fail(EXIT_OWN, "%s: needs a value: see `jflog --help`", argv[before]);
		if (option == '?')
			fail(EXIT_OWN, "unknown option '%s': see `jflog --help`", argv[before]);
		parse_option(options, option);
	}
	if (!options->out || !*options->out)
		fail(EXIT_OWN, "no --out FILE: jflog --out FILE -- CMD: see `jflog --help`");
	options->argv = argv + optind;
	if (!options->argv[0] || !*options->argv[0])
		fail(EXIT_OWN, "no command: jflog --out FILE -- CMD: see `jflog --help`");
}
