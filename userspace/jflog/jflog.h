/* SPDX-License-Identifier: GPL-2.0 */
/* jflog: run a command and keep what it writes, in the CRI log format. */
#ifndef JFLOG_H
#define JFLOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "common.h"

enum { STREAM_STDOUT, STREAM_STDERR, STREAMS };

/* most bytes of a line in one record, as kubelet reads it; the rest goes on in the next record */
#define RECORD_TEXT 16384
/* "2026-01-31T12:00:00.123456789Z stdout F " */
#define RECORD_PREFIX 40

/**
 * struct options - the command line
 * @out: the log
 * @tee: copy to our own stdout and stderr, too
 * @buffer: bytes between the command and the log
 * @max_size: rotate before the log is greater; 0: never
 * @backups: how many rotated logs are kept
 * @argv: the command and its arguments, ended by NULL
 */
struct options {
	const char *out;
	bool tee;
	size_t buffer;
	off_t max_size;
	int backups;
	char **argv;
};

void options_parse(struct options *options, int argc, char **argv);

/* ring.c: between the reader and the writer */

/**
 * struct chunk - what one read() has brought; the bytes are behind it
 * @time: when
 * @size: bytes
 * @stream: STREAM_*
 */
struct chunk {
	struct timespec time;
	uint32_t size;
	uint8_t stream;
	char data[];
};

struct ring;

struct ring *ring_make(size_t size);
char *ring_reserve(struct ring *ring, size_t *size);
void ring_commit(struct ring *ring, int stream, const struct timespec *time, size_t size);
int ring_space_fd(struct ring *ring);
void ring_end(struct ring *ring);
void ring_wake(struct ring *ring);
struct chunk *ring_next(struct ring *ring, int wait_ms);
bool ring_ended(struct ring *ring);
void ring_release(struct ring *ring);
void ring_free(struct ring *ring);

/* cri.c: bytes to records */

/**
 * struct cri - where each stream is
 * @record: takes a record: its prefix and the two pieces of its text
 * @private: its argument
 * @held: bytes of a line that has not ended
 * @line: the held bytes
 * @second: the one that is in @prefix
 * @prefix: time, stream and tag of the last record
 */
struct cri {
	void (*record)(void *private, const char *prefix, const char *first, size_t first_size,
		       const char *second, size_t second_size);
	void *private;
	size_t held[STREAMS];
	char line[STREAMS][RECORD_TEXT];
	time_t second;
	char prefix[RECORD_PREFIX];
};

void cri_init(struct cri *cri);
void cri_feed(struct cri *cri, int stream, const struct timespec *time, const char *data,
	      size_t size);
bool cri_holds(const struct cri *cri);
void cri_flush(struct cri *cri, const struct timespec *time);
unsigned int cri_unfinished(const char *log, size_t size);
void cri_finish(struct cri *cri, unsigned int streams, const struct timespec *time);

/* out.c: the log file */
struct out;

struct out *out_open(const struct options *options);
unsigned int out_unfinished(struct out *out);
void out_discard(struct out *out);
void out_record(void *private, const char *prefix, const char *first, size_t first_size,
		const char *second, size_t second_size);
void out_flush(struct out *out);
void out_reopen(struct out *out);
void out_close(struct out *out);

/* command.c: the command and its pipes */

/**
 * struct command - what runs
 * @pidfd: it
 * @pipes: the reading ends of its stdout and stderr
 */
struct command {
	int pidfd;
	int pipes[STREAMS];
};

void command_note_inherited(void);
bool command_start(struct command *command, char **argv, int *status);

/* reader.c, writer.c: the two sides */
int reader_run(struct ring *ring, struct command *command, int signals, volatile bool *reopen);

/**
 * struct writer - the consumer's thread
 * @ring: where it takes from
 * @out: where it writes to
 * @tee: to our own stdout and stderr, too
 * @reopen: somebody has asked for the file to be opened again
 * @began: before the command was started
 */
struct writer {
	struct ring *ring;
	struct out *out;
	bool tee;
	volatile bool reopen;
	struct timespec began;
	pthread_t thread;
};

void writer_start(struct writer *writer);
void writer_join(struct writer *writer);

#endif /* JFLOG_H */
