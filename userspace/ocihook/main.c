// SPDX-License-Identifier: GPL-2.0
/* The two ends of a container's life, as the runtime tells of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "ocihook.h"

const char *const tool_name = "jf-oci-hook";

static const char usage[] =
	"usage: jf-oci-hook < STATE\n"
	"\n"
	"An OCI hook (see jf-oci-hook(8)): with the state of a container on stdin, as runc, crun and\n"
	"podman give it. As a createRuntime hook it puts the container under jackfruit's limits, those of\n"
	"its annotations jackfruit.*, or of its linux.resources.memory; as a poststop hook it tells what\n"
	"ended it and removes it. A container that asks for neither is left alone.\n"
	"\n"
	"  --help, --version\n"
	"\n"
	"exit status: 0, or 1 if it failed, which ends the start of the container\n";

/* crun shows nothing of a hook's stderr */
static void failed(int status, const char *message)
{
	(void)status;
	syslog(LOG_ERR, "%s", message);
	plane_undo();
}

int main(int argc, char **argv)
{
	struct oci oci = { 0 };

	fd_standard_open();
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		puts("jf-oci-hook " JACKFRUIT_VERSION);
		return EXIT_SUCCESS;
	}
	/* whatever the runtime's is */
	umask(022);
	openlog(tool_name, 0, LOG_DAEMON);
	fail_hook = failed;
	if (argc > 1)
		fail(EXIT_HOOK, "'%s': takes no argument: the state on stdin says all", argv[1]);
	state_read(&oci);
	if (!oci.wanted)
		return EXIT_SUCCESS;
	if (oci.ended)
		plane_remove(&oci);
	else
		plane_make(&oci);
	return EXIT_SUCCESS;
}
