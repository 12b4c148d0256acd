// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes to records of the CRI log format, one a line:
 *
 *	2026-01-31T12:00:00.123456789Z stdout F text
 *
 * F ends a line of the stream, P does not: there a line goes on, or it was never ended. So putting
 * the texts together, with a newline behind each F, gives what the command wrote, byte for byte.
 *
 * The time is that at which the record's last byte came, so that it never goes back within a log.
 */
#include <stdio.h>
#include <string.h>

#include "jflog.h"

static const char names[STREAMS][7] = { "stdout", "stderr" };

/* The places in the prefix. */
#define AT_NANO 20
#define AT_STREAM 31
#define AT_TAG 38

/**
 * cri_init() - before anything is fed
 * @cri: zeroed, with @record set
 */
void cri_init(struct cri *cri)
{
	cri->second = -1;
}

/* Nanoseconds need no printf: there may be millions of records a second. */
static void set_time(struct cri *cri, const struct timespec *time)
{
	long nano = time->tv_nsec;
	int i;

	if (time->tv_sec != cri->second) {
		char text[64];
		struct tm tm;

		gmtime_r(&time->tv_sec, &tm);
		snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.000000000Z stdout F ",
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
			 tm.tm_sec);
		memcpy(cri->prefix, text, RECORD_PREFIX);
		cri->second = time->tv_sec;
	}
	for (i = 8; i >= 0; i--) {
		cri->prefix[AT_NANO + i] = '0' + nano % 10;
		nano /= 10;
	}
}

/* A record of what is held and of @data behind it. */
static void emit(struct cri *cri, int stream, char tag, const char *data, size_t size)
{
	memcpy(cri->prefix + AT_STREAM, names[stream], sizeof(names[stream]) - 1);
	cri->prefix[AT_TAG] = tag;
	cri->record(cri->private, cri->prefix, cri->line[stream], cri->held[stream], data, size);
	cri->held[stream] = 0;
}

/**
 * cri_feed() - make records of what has come
 * @cri: the state
 * @stream: where it comes from
 * @time: when it came
 * @data: the bytes
 * @size: how many
 */
void cri_feed(struct cri *cri, int stream, const struct timespec *time, const char *data,
	      size_t size)
{
	set_time(cri, time);
	while (size > 0) {
		size_t space = RECORD_TEXT - cri->held[stream];
		/* a newline right behind a full record ends that one */
		size_t look = size < space + 1 ? size : space + 1;
		const char *end = memchr(data, '\n', look);

		if (end) {
			size_t length = end - data;

			emit(cri, stream, 'F', data, length);
			data += length + 1;
			size -= length + 1;
		} else if (size > space) {
			emit(cri, stream, 'P', data, space);
			data += space;
			size -= space;
		} else {
			memcpy(cri->line[stream] + cri->held[stream], data, size);
			cri->held[stream] += size;
			size = 0;
		}
	}
}

/**
 * cri_holds() - is there a line of which we wait for the end?
 * @cri: the state
 */
bool cri_holds(const struct cri *cri)
{
	return cri->held[STREAM_STDOUT] || cri->held[STREAM_STDERR];
}

/**
 * cri_flush() - make records of lines that have not ended
 * @cri: the state
 * @time: now
 */
void cri_flush(struct cri *cri, const struct timespec *time)
{
	int stream;

	set_time(cri, time);
	for (stream = 0; stream < STREAMS; stream++)
		if (cri->held[stream])
			emit(cri, stream, 'P', NULL, 0);
}

/**
 * cri_unfinished() - the streams whose last line has no end
 * @log: the end of a log
 * @size: its size
 *
 * Return: a bit a stream.
 */
unsigned int cri_unfinished(const char *log, size_t size)
{
	unsigned int unfinished = 0;
	const char *next = log, *end;

	while ((end = memchr(next, '\n', log + size - next))) {
		int stream;

		/* the first one may be cut */
		for (stream = 0; stream < STREAMS && end - next >= RECORD_PREFIX; stream++) {
			if (memcmp(next + AT_STREAM, names[stream], 6) || next[AT_TAG + 1] != ' ')
				continue;
			if (next[AT_TAG] == 'P')
				unfinished |= 1U << stream;
			else
				unfinished &= ~(1U << stream);
		}
		next = end + 1;
	}
	return unfinished;
}

/**
 * cri_finish() - end lines that an earlier run has left without an end
 * @cri: the state
 * @streams: from cri_unfinished()
 * @time: now
 *
 * Otherwise the first line of this run would be read as their rest.
 */
void cri_finish(struct cri *cri, unsigned int streams, const struct timespec *time)
{
	int stream;

	set_time(cri, time);
	for (stream = 0; stream < STREAMS; stream++)
		if (streams & 1U << stream)
			emit(cri, stream, 'F', NULL, 0);
}
