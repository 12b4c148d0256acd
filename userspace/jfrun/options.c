// SPDX-License-Identifier: GPL-2.0
/* The command line. Values are checked here, before anything is made. */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jfrun.h"

static const char usage[] =
	"usage: jfrun [OPTIONS] NAME ROOTFS [--] CMD [ARG...]\n"
	"       jfrun --join NAME [OPTIONS] -- CMD [ARG...]\n"
	"\n"
	"Runs CMD in a new container: in PID, mount, UTS, IPC and cgroup namespaces of its own, with\n"
	"ROOTFS as its root, and from its first instruction on a member of jackfruit's container\n"
	"NAME. With --join it runs in one that is running already, as that one's user.\n"
	"\n"
	"  --soft SIZE         soft limit: bytes, or with K, M or G, or max\n"
	"  --hard SIZE         hard limit\n"
	"  --nice N            nice value of all its processes, -20 to 19\n"
	"  --existing          NAME must be there already, with its limits: it is not made\n"
	"  --ro                the root is read-only\n"
	"  --overlay DIR|tmpfs what is written goes into DIR, or is gone at the end; ROOTFS stays as\n"
	"                      it is\n"
	"  --bind SRC:DST[:ro] the host's SRC is seen as DST\n"
	"  --tmpfs DST         an empty file system in memory at DST\n"
	"  --env NAME[=VALUE]  add to the environment, which is PATH, HOME, TERM and HOSTNAME;\n"
	"                      without a value: as it is here\n"
	"  --net               a network of its own, with a loopback interface only\n"
	"  --uidmap C:H:SIZE   a user namespace: the container's users from C on are the host's from H\n"
	"                      on, SIZE of them\n"
	"  --gidmap C:H:SIZE   the same for groups (default: as --uidmap)\n"
	"  --user UID[:GID]    run CMD as this user; names are the container's\n"
	"  --workdir DIR       run CMD there\n"
	"  --cap-add CAP,...   keep these capabilities, too (all: every one)\n"
	"  --cap-drop CAP,...  do not keep these (all: none)\n"
	"  --ulimit TYPE=SOFT[:HARD]\n"
	"                      limits of each process, as nofile or nproc\n"
	"  --init              a PID 1 that passes on signals to CMD, and reaps what is left to it\n"
	"  -t, --tty           a terminal of its own\n"
	"  --seccomp off       do not filter system calls\n"
	"  --ready-fd N        write `ready PID` to descriptor N when CMD runs, or `error: WHY`\n"
	"  --help, --version\n"
	"\n"
	"exit status: CMD's, or 128+N if signal N ended it; 125 jfrun failed; 126 CMD cannot be\n"
	"executed; 127 CMD was not found\n";

enum {
	OPT_SOFT = 256,
	OPT_HARD,
	OPT_NICE,
	OPT_EXISTING,
	OPT_RO,
	OPT_BIND,
	OPT_TMPFS,
	OPT_OVERLAY,
	OPT_NET,
	OPT_UIDMAP,
	OPT_GIDMAP,
	OPT_ULIMIT,
	OPT_ENV,
	OPT_USER,
	OPT_WORKDIR,
	OPT_CAP_ADD,
	OPT_CAP_DROP,
	OPT_SECCOMP,
	OPT_INIT,
	OPT_READY_FD,
	OPT_JOIN,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "soft", required_argument, NULL, OPT_SOFT },
	{ "hard", required_argument, NULL, OPT_HARD },
	{ "nice", required_argument, NULL, OPT_NICE },
	{ "existing", no_argument, NULL, OPT_EXISTING },
	{ "ro", no_argument, NULL, OPT_RO },
	{ "bind", required_argument, NULL, OPT_BIND },
	{ "tmpfs", required_argument, NULL, OPT_TMPFS },
	{ "overlay", required_argument, NULL, OPT_OVERLAY },
	{ "net", no_argument, NULL, OPT_NET },
	{ "uidmap", required_argument, NULL, OPT_UIDMAP },
	{ "gidmap", required_argument, NULL, OPT_GIDMAP },
	{ "ulimit", required_argument, NULL, OPT_ULIMIT },
	{ "env", required_argument, NULL, OPT_ENV },
	{ "user", required_argument, NULL, OPT_USER },
	{ "workdir", required_argument, NULL, OPT_WORKDIR },
	{ "cap-add", required_argument, NULL, OPT_CAP_ADD },
	{ "cap-drop", required_argument, NULL, OPT_CAP_DROP },
	{ "init", no_argument, NULL, OPT_INIT },
	{ "tty", no_argument, NULL, 't' },
	{ "seccomp", required_argument, NULL, OPT_SECCOMP },
	{ "ready-fd", required_argument, NULL, OPT_READY_FD },
	{ "join", required_argument, NULL, OPT_JOIN },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static void set_ready_fd(struct options *options, const char *text)
{
	options->ready_fd = value_number("ready-fd", text, 3, INT_MAX);
	/* not for the command */
	if (fcntl(options->ready_fd, F_SETFD, FD_CLOEXEC) < 0)
		fail(EXIT_OWN, "--ready-fd '%s': not an open descriptor", text);
	report_to(options->ready_fd);
}

static char *env_entry(const char *text)
{
	const char *value;

	if (!*text || *text == '=')
		fail(EXIT_OWN, "--env '%s': not NAME=VALUE or NAME", text);
	if (strchr(text, '='))
		return format_text("%s", text);
	value = getenv(text);
	if (!value)
		fail(EXIT_OWN, "--env '%s': not set here: give NAME=VALUE", text);
	return format_text("%s=%s", text, value);
}

/* Everybody may read a process's command line, as long as it lives. */
static void hide_value(char *text)
{
	char *value = strchr(text, '=');

	if (value)
		memset(value + 1, '*', strlen(value + 1));
}

static void parse_file_option(struct options *options, int option)
{
	struct bind *bind = &options->binds[options->bind_count];

	switch (option) {
	case OPT_RO:
		options->read_only = true;
		return;
	case OPT_OVERLAY:
		options->overlay = optarg;
		return;
	case OPT_BIND:
		value_bind(optarg, bind);
		break;
	case OPT_TMPFS:
		value_tmpfs(optarg, bind);
		break;
	}
	options->bind_count++;
}

static void parse_namespace_option(struct options *options, int option)
{
	switch (option) {
	case OPT_NET:
		options->net = true;
		break;
	case OPT_UIDMAP:
		userns_parse("uidmap", optarg, &options->uid_map[options->uid_map_count++]);
		break;
	case OPT_GIDMAP:
		userns_parse("gidmap", optarg, &options->gid_map[options->gid_map_count++]);
		break;
	}
}

static void add_caps(struct options *options, const char *list)
{
	uint64_t caps = caps_parse("cap-add", list);

	options->caps_added |= caps;
	options->caps_dropped &= ~caps;
}

static void drop_caps(struct options *options, const char *list)
{
	uint64_t caps = caps_parse("cap-drop", list);

	options->caps_dropped |= caps;
	options->caps_added &= ~caps;
}

static void parse_process_option(struct options *options, int option)
{
	char **env = options->env;

	switch (option) {
	case OPT_ENV:
		while (*env)
			env++;
		*env = env_entry(optarg);
		hide_value(optarg);
		break;
	case OPT_USER:
		options->user = optarg;
		break;
	case OPT_WORKDIR:
		if (optarg[0] != '/')
			fail(EXIT_OWN, "--workdir '%s': not an absolute path in the container",
			     optarg);
		options->workdir = optarg;
		break;
	case OPT_INIT:
		options->init = true;
		break;
	case 't':
		options->tty = true;
		break;
	case OPT_SECCOMP:
		if (strcmp(optarg, "off") && strcmp(optarg, "default"))
			fail(EXIT_OWN, "--seccomp '%s': neither off nor default", optarg);
		options->seccomp = optarg;
		break;
	case OPT_CAP_ADD:
		add_caps(options, optarg);
		break;
	case OPT_CAP_DROP:
		drop_caps(options, optarg);
		break;
	case OPT_ULIMIT:
		ulimit_parse(optarg, &options->ulimits[options->ulimit_count++]);
		break;
	}
}

static void parse_option(struct options *options, int option)
{
	switch (option) {
	case OPT_SOFT:
		value_check_size("soft", optarg);
		options->soft = optarg;
		break;
	case OPT_HARD:
		value_check_size("hard", optarg);
		options->hard = optarg;
		break;
	case OPT_NICE:
		value_number("nice", optarg, -20, 19);
		options->nice = optarg;
		break;
	case OPT_EXISTING:
		options->existing = true;
		break;
	case OPT_READY_FD:
		set_ready_fd(options, optarg);
		break;
	case OPT_JOIN:
		options->join = true;
		options->name = optarg;
		break;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	case OPT_VERSION:
		puts("jfrun " JACKFRUIT_VERSION);
		exit(0);
	case OPT_RO:
	case OPT_BIND:
	case OPT_TMPFS:
	case OPT_OVERLAY:
		parse_file_option(options, option);
		break;
	case OPT_NET:
	case OPT_UIDMAP:
	case OPT_GIDMAP:
		parse_namespace_option(options, option);
		break;
	default:
		parse_process_option(options, option);
	}
}

/* What stands behind the options. */
static void parse_words(struct options *options, char **words)
{
	if (options->join) {
		if (options->soft || options->hard || options->nice || options->existing ||
		    options->read_only || options->init || options->bind_count ||
		    options->overlay || options->net || options->uid_map_count ||
		    options->gid_map_count)
			fail(EXIT_OWN,
			     "--join: takes no option that is for a new container: limits are "
			     "changed in its directory, or by `jf update`");
	} else {
		if (!*words)
			fail(EXIT_OWN, "no NAME: jfrun NAME ROOTFS CMD: see `jfrun --help`");
		options->name = *words++;
		if (!*words)
			fail(EXIT_OWN, "no ROOTFS: jfrun NAME ROOTFS CMD: see `jfrun --help`");
		options->rootfs = *words++;
	}
	value_check_name(options->name);
	if (*words && !strcmp(*words, "--"))
		words++;
	if (!*words || !**words)
		fail(EXIT_OWN, "no command: see `jfrun --help`");
	options->argv = words;
}

/* Either map alone is for both, as with podman. */
static void complete_maps(struct options *options)
{
	if (!options->uid_map_count) {
		options->uid_map = options->gid_map;
		options->uid_map_count = options->gid_map_count;
	}
	if (!options->gid_map_count) {
		options->gid_map = options->uid_map;
		options->gid_map_count = options->uid_map_count;
	}
}

/* getopt's own message, in our words. */
static void bad_option(int option, char **argv, int before)
{
	const char *word = argv[optind > before ? optind - 1 : before];

	if (option == ':')
		fail(EXIT_OWN, "%s: needs a value: see `jfrun --help`", word);
	fail(EXIT_OWN, "unknown option '%s': see `jfrun --help`", word);
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

	*options = (struct options){ .ready_fd = -1, .caps = caps_default() };
	options->env = allocate((argc + 1) * sizeof(*options->env));
	options->binds = allocate((argc + 1) * sizeof(*options->binds));
	options->uid_map = allocate((argc + 1) * sizeof(*options->uid_map));
	options->gid_map = allocate((argc + 1) * sizeof(*options->gid_map));
	options->ulimits = allocate((argc + 1) * sizeof(*options->ulimits));
	opterr = 0;
	/* '+': options end at NAME, the command's own are not ours; ':': tell a missing value */
	for (;;) {
		before = optind;
		option = getopt_long(argc, argv, "+:t", long_options, NULL);
		if (option < 0)
			break;
		if (option == '?' || option == ':')
			bad_option(option, argv, before);
		parse_option(options, option);
	}
	complete_maps(options);
	parse_words(options, argv + optind);
}
