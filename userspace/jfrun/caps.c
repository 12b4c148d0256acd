// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities: what root can do in the container. The default is podman's set: without CAP_MKNOD,
 * since there is no device cgroup that would keep a device file from opening the host's disks, and
 * without CAP_NET_RAW.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "jfrun.h"

#define ALL_CAPS (~(uint64_t)0)

static const cap_value_t defaults[] = {
	CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_FOWNER,	    CAP_FSETID,	    CAP_KILL,	 CAP_SETGID,
	CAP_SETUID, CAP_SETPCAP,      CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT, CAP_SETFCAP,
};

/**
 * caps_default() - what is kept if nothing else is said
 *
 * Return: a bit a capability.
 */
uint64_t caps_default(void)
{
	uint64_t set = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		set |= 1ULL << defaults[i];
	return set;
}

/**
 * caps_parse() - read a list of capabilities
 * @option: whose value it is
 * @list: names with or without "cap_", in any case, with commas between; or "all"
 *
 * Return: a bit a capability.
 */
uint64_t caps_parse(const char *option, const char *list)
{
	cleanup_free char *copy = format_text("%s", list);
	char *rest = copy, *name;
	uint64_t set = 0;

	while ((name = strsep(&rest, ","))) {
		cleanup_free char *full =
			format_text("%s%s", strncasecmp(name, "cap_", 4) ? "cap_" : "", name);
		cap_value_t cap;

		if (!strcasecmp(name, "all"))
			set = ALL_CAPS;
		else if (cap_from_name(full, &cap) == 0 && cap < 64)
			set |= 1ULL << cap;
		else
			fail(EXIT_OWN,
			     "--%s '%s': '%s' is not a capability: see capabilities(7), or all",
			     option, list, name);
	}
	return set;
}

/**
 * caps_kept() - what the container is given, as --cap-add and --cap-drop change it
 * @options: the command line
 *
 * Return: a bit a capability.
 */
uint64_t caps_kept(const struct options *options)
{
	return (options->caps | options->caps_added) & ~options->caps_dropped;
}

/**
 * caps_bound() - no exec and no set-user-ID program brings back more than these
 * @kept: a bit a capability
 *
 * Before the user is changed, and before caps_keep(): both take away what it needs.
 */
void caps_bound(uint64_t kept)
{
	cap_value_t cap;

	for (cap = 0; cap < cap_max_bits(); cap++)
		if (!(kept >> cap & 1) && cap_drop_bound(cap) < 0)
			fail(EXIT_OWN, "cannot drop capability %d: %s", cap, strerror(errno));
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		fail(EXIT_OWN, "cannot clear the ambient capabilities: %s", strerror(errno));
}

/**
 * caps_keep() - have these, and no privileges that come by exec any more
 * @kept: a bit a capability
 * @is_root: another user has none
 */
void caps_keep(uint64_t kept, bool is_root)
{
	cap_t caps = cap_init();
	cap_value_t cap;

	if (!caps)
		fail(EXIT_OWN, "out of memory");
	for (cap = 0; is_root && cap < cap_max_bits(); cap++) {
		if (!(kept >> cap & 1) || cap_get_bound(cap) <= 0)
			continue;
		cap_set_flag(caps, CAP_PERMITTED, 1, &cap, CAP_SET);
		cap_set_flag(caps, CAP_EFFECTIVE, 1, &cap, CAP_SET);
	}
	if (cap_set_proc(caps) < 0)
		fail(EXIT_OWN, "cannot set the capabilities: %s", strerror(errno));
	cap_free(caps);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail(EXIT_OWN, "cannot set no_new_privs: %s", strerror(errno));
}
