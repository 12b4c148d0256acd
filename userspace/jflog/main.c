// SPDX-License-Identifier: GPL-2.0
/*
 * jflog - run a command and keep what it writes
 *
 *	command ==stdout, stderr==> reader --ring--> writer ==records==> log
 *
 * The reader takes what comes at once, the writer is a thread of its own: a disk that is slow does not
 * stall the command until the ring is full.
 */
#include <signal.h>

#include "jflog.h"

const char *const tool_name = "jflog";

int main(int argc, char **argv)
{
	struct options options;
	struct command command;
	struct writer writer = { 0 };
	int signals, status;

	fd_standard_open();
	command_note_inherited();
	options_parse(&options, argc, argv);
	signals = sig_prepare();
	/* a limit on file sizes is an error to be told, not our end */
	signal(SIGXFSZ, SIG_IGN);
	writer.out = out_open(&options);
	writer.ring = ring_make(options.buffer);
	writer.tee = options.tee;
	clock_gettime(CLOCK_REALTIME, &writer.began);
	if (!command_start(&command, options.argv, &status)) {
		out_discard(writer.out);
		ring_free(writer.ring);
		return status;
	}
	writer_start(&writer);
	status = reader_run(writer.ring, &command, signals, &writer.reopen);
	writer_join(&writer);
	out_close(writer.out);
	ring_free(writer.ring);
	return status;
}
