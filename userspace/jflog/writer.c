// SPDX-License-Identifier: GPL-2.0
/* The consumer: a thread that takes from the ring and writes to the log, and to the terminal. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jflog.h"

/* how long the end of a line is waited for before it is written as it is: a prompt, say */
#define PARTIAL_MS 100

/* To our own stdout or stderr, which may be a terminal that somebody has set to non-blocking. */
static bool copy(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno == EAGAIN) {
			struct pollfd ready = { .fd = fd, .events = POLLOUT };

			poll(&ready, 1, -1);
			continue;
		}
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			if (fd != STDERR_FILENO)
				warning("cannot copy to stdout: %s: only the log goes on",
					strerror(errno));
			return false;
		}
		data += done;
		size -= done;
	}
	return true;
}

/* Nothing has come for a moment. */
static void be_idle(struct writer *writer, struct cri *cri)
{
	struct timespec now;

	if (cri_holds(cri)) {
		clock_gettime(CLOCK_REALTIME, &now);
		cri_flush(cri, &now);
	}
	out_flush(writer->out);
}

static void *run(void *argument)
{
	struct writer *writer = argument;
	struct cri *cri = allocate(sizeof(*cri));
	bool tee[STREAMS] = { writer->tee, writer->tee };
	struct chunk *chunk;

	cri->record = out_record;
	cri->private = writer->out;
	cri_init(cri);
	cri_finish(cri, out_unfinished(writer->out), &writer->began);

	for (;;) {
		chunk = ring_next(writer->ring, 0);
		if (!chunk) {
			out_flush(writer->out);
			chunk = ring_next(writer->ring, cri_holds(cri) ? PARTIAL_MS : -1);
		}
		if (__atomic_exchange_n(&writer->reopen, false, __ATOMIC_ACQ_REL))
			out_reopen(writer->out);
		if (!chunk) {
			be_idle(writer, cri);
			if (ring_ended(writer->ring))
				break;
			continue;
		}
		if (tee[chunk->stream])
			tee[chunk->stream] =
				copy(chunk->stream == STREAM_STDOUT ? STDOUT_FILENO : STDERR_FILENO,
				     chunk->data, chunk->size);
		cri_feed(cri, chunk->stream, &chunk->time, chunk->data, chunk->size);
		ring_release(writer->ring);
	}
	free(cri);
	return NULL;
}

/**
 * writer_start() - start the thread
 * @writer: what it works on
 */
void writer_start(struct writer *writer)
{
	int error = pthread_create(&writer->thread, NULL, run, writer);

	if (error)
		fail(EXIT_OWN, "cannot make a thread: %s", strerror(error));
}

/**
 * writer_join() - wait until all that is in the ring has been written; the ring has ended
 * @writer: the same
 */
void writer_join(struct writer *writer)
{
	pthread_join(writer->thread, NULL);
}
