// SPDX-License-Identifier: GPL-2.0
/*
 * The log file: whole records are collected and written together; rotation; what happens when it
 * cannot be written to.
 *
 * A disk that is full may have room again soon, so writing is tried again for a while, in which the
 * ring fills and the command is slowed. After that records are dropped rather than the command
 * stopped for ever, and it is told how many bytes, now and at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jflog.h"

#define BUFFER_SIZE (256 * 1024)
/* how long a failing write is tried again before anything is dropped */
#define PATIENCE_S 5
#define RETRY_NS 50000000

struct out {
	int fd;
	const char *path;
	bool created;
	off_t size, max_size;
	/* when to rotate: later than at max_size if that has just failed */
	off_t limit;
	int backups;
	/* the last write has failed, and was told of; it was given up */
	bool failing, gave_up;
	int failure;
	uint64_t lost, lost_now;
	size_t used;
	char buffer[BUFFER_SIZE];
};

static int open_log(struct out *out)
{
	struct stat st;
	int fd = open(out->path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY,
		      0640);

	out->created = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(out->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -1;
	out->size = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
	out->limit = out->max_size;
	return fd;
}

/**
 * out_open() - open the log to append to it
 * @options: the command line
 */
struct out *out_open(const struct options *options)
{
	struct out *out = allocate(sizeof(*out));

	out->path = options->out;
	out->max_size = options->max_size;
	out->backups = options->backups;
	out->fd = open_log(out);
	if (out->fd < 0 && errno == ENOENT)
		fail(EXIT_OWN, "--out '%s': its directory is not there: make it beforehand",
		     out->path);
	if (out->fd < 0 && errno == EISDIR)
		fail(EXIT_OWN, "--out '%s': is a directory: give a file's name", out->path);
	if (out->fd < 0)
		fail(EXIT_OWN, "--out '%s': cannot open it: %s", out->path, strerror(errno));
	return out;
}

/**
 * out_unfinished() - the streams that an earlier run has left in the middle of a line
 * @out: the log
 *
 * A record that a crash has cut is ended.
 *
 * Return: as cri_unfinished().
 */
unsigned int out_unfinished(struct out *out)
{
	cleanup_close int fd = out->size ? open(out->path, O_RDONLY | O_CLOEXEC) : -1;
	off_t from = out->size > BUFFER_SIZE ? out->size - BUFFER_SIZE : 0;
	ssize_t size;

	if (fd < 0)
		return 0;
	/* the buffer is empty yet, and as good as any */
	size = pread(fd, out->buffer, BUFFER_SIZE, from);
	if (size <= 0)
		return 0;
	if (out->buffer[size - 1] != '\n') {
		if (fd_write_all(out->fd, "\n", 1) == 0)
			out->size++;
		if (size < BUFFER_SIZE)
			out->buffer[size++] = '\n';
	}
	return cri_unfinished(out->buffer, size);
}

/**
 * out_discard() - the command could not be started: leave nothing that was made for it
 * @out: the log
 */
void out_discard(struct out *out)
{
	if (out->created)
		unlink(out->path);
	close(out->fd);
	free(out);
}

static void shift_backups(const struct out *out)
{
	int i;

	/* the last time it could be moved, but no new one be made */
	if (access(out->path, F_OK) < 0 && errno == ENOENT)
		return;
	for (i = out->backups; i > 0; i--) {
		cleanup_free char *from = i > 1 ? format_text("%s.%d", out->path, i - 1) :
						  format_text("%s", out->path);
		cleanup_free char *to = format_text("%s.%d", out->path, i);

		if (rename(from, to) < 0 && errno != ENOENT)
			warning("cannot rotate '%s' to '%s': %s", from, to, strerror(errno));
	}
	if (!out->backups && unlink(out->path) < 0)
		warning("cannot rotate '%s': %s", out->path, strerror(errno));
}

/**
 * out_reopen() - open the file again: somebody has moved it away
 * @out: the log
 */
void out_reopen(struct out *out)
{
	bool created = out->created;
	int fd;

	out_flush(out);
	fd = open_log(out);
	out->created = created;
	if (fd < 0) {
		warning("cannot open '%s' again: %s: going on with the old one", out->path,
			strerror(errno));
		return;
	}
	close(out->fd);
	out->fd = fd;
}

static void rotate(struct out *out)
{
	out_flush(out);
	shift_backups(out);
	out_reopen(out);
	/* to try for each record would fill stderr, and shift away all that is kept */
	if (out->size)
		out->limit = out->size + out->max_size;
}

/* Take the part of a record that was written back, so that there are whole ones only. */
static void cut_torn(struct out *out, size_t done)
{
	size_t torn = 0;

	while (torn < done && out->buffer[done - torn - 1] != '\n')
		torn++;
	/* where that does not work, its line is ended by the next success */
	if (torn && ftruncate(out->fd, out->size - torn) == 0)
		out->size -= torn;
	else if (torn && fd_write_all(out->fd, "\n", 1) == 0)
		out->size++;
	memmove(out->buffer, out->buffer + done - torn, out->used - done + torn);
	out->used -= done - torn;
}

/* Try once; returns whether all is written. */
static bool try_write(struct out *out)
{
	size_t done = 0;

	while (done < out->used) {
		ssize_t size = write(out->fd, out->buffer + done, out->used - done);

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			break;
		done += size;
		out->size += size;
	}
	if (done == out->used) {
		out->used = 0;
		return true;
	}
	out->failure = errno;
	cut_torn(out, done);
	return false;
}

static void drop(struct out *out)
{
	if (!out->gave_up)
		warning("cannot write to '%s' for %d s: dropping records until it can be written to",
			out->path, PATIENCE_S);
	out->gave_up = true;
	out->lost += out->used;
	out->lost_now += out->used;
	out->used = 0;
}

/**
 * out_flush() - write what is collected
 * @out: the log
 *
 * Returns with nothing collected: it is written or, after a while, dropped.
 */
void out_flush(struct out *out)
{
	const struct timespec moment = { .tv_nsec = RETRY_NS };
	struct timespec now, end;

	if (!out->used)
		return;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PATIENCE_S;
	while (!try_write(out)) {
		if (!out->failing)
			warning("cannot write to '%s': %s", out->path, strerror(out->failure));
		out->failing = true;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (out->gave_up || now.tv_sec > end.tv_sec) {
			drop(out);
			return;
		}
		nanosleep(&moment, NULL);
	}
	if (out->failing)
		warning("'%s' can be written to again: %llu bytes were lost", out->path,
			(unsigned long long)out->lost_now);
	out->failing = false;
	out->gave_up = false;
	out->lost_now = 0;
}

static void append(struct out *out, const char *data, size_t size)
{
	if (size)
		memcpy(out->buffer + out->used, data, size);
	out->used += size;
}

/**
 * out_record() - take a record
 * @private: the log
 * @prefix: RECORD_PREFIX bytes
 * @first: text
 * @first_size: its size
 * @second: text behind it
 * @second_size: its size
 */
void out_record(void *private, const char *prefix, const char *first, size_t first_size,
		const char *second, size_t second_size)
{
	struct out *out = private;
	size_t size = RECORD_PREFIX + first_size + second_size + 1;
	off_t size_then = out->size + out->used + size;

	if (out->max_size && size_then > out->limit && size_then > (off_t)size)
		rotate(out);
	if (out->used + size > BUFFER_SIZE)
		out_flush(out);
	append(out, prefix, RECORD_PREFIX);
	append(out, first, first_size);
	append(out, second, second_size);
	append(out, "\n", 1);
}

/**
 * out_close() - write what is left, and tell what could not be written
 * @out: the log
 */
void out_close(struct out *out)
{
	out_flush(out);
	if (close(out->fd) < 0)
		warning("cannot write to '%s': %s", out->path, strerror(errno));
	if (out->lost)
		warning("the log '%s' lacks %llu bytes: %s", out->path,
			(unsigned long long)out->lost, strerror(out->failure));
	free(out);
}
