// SPDX-License-Identifier: GPL-2.0
/* --net: a network namespace of the container's own has a loopback interface, which is down at first. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "jfrun.h"

/**
 * net_up() - in the new network namespace: 127.0.0.1 can be used
 */
void net_up(void)
{
	/* any socket will do, and this kind is there without IPv4, too */
	cleanup_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo" };

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		fail(EXIT_OWN, "--net: cannot find the loopback interface: %s", strerror(errno));
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail(EXIT_OWN, "--net: cannot bring up the loopback interface: %s",
		     strerror(errno));
}
