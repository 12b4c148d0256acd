/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmarks' programs share: time, files of one value, and the page by which a hog tells
 * the one who measures it how far it has got, and which outlives it.
 */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../lib_file.h"

#define KIB 1024UL
#define MIB (1024 * KIB)

/* The page of a hog, in a memfd. Flags are 0 until they are raised. */
struct bench_page {
	atomic_int ready; /* by the hog: all that it needs is set up and touched */
	atomic_int go; /* by the measurer */
	atomic_int done; /* by the hog: it has filled all that it was to fill, and lives */
	uint64_t room; /* by the measurer, before go: bytes that still fit below the limit */
	_Atomic uint64_t touched; /* bytes, since go */
	_Atomic uint64_t near_ns; /* when the last touch near or across the limit began */
	_Atomic uint64_t crossed_ns; /* when that one began that made touched exceed room */
	_Atomic uint64_t last_ns; /* when the last touch ended after that */
};

static inline uint64_t bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

__attribute__((format(printf, 1, 2), noreturn)) static inline void bench_die(const char *format,
									     ...)
{
	va_list args;
	int err = errno;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, args);
	fprintf(stderr, ": %s\n", strerror(err));
	va_end(args);
	exit(1);
}

static inline void bench_raise(atomic_int *flag)
{
	atomic_store(flag, 1);
	syscall(SYS_futex, flag, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static inline void bench_wait(atomic_int *flag)
{
	while (!atomic_load(flag))
		syscall(SYS_futex, flag, FUTEX_WAIT, 0, NULL, NULL, 0);
}

/* Write a file of one value. */
__attribute__((format(printf, 2, 3))) static inline void bench_write(const char *path,
								     const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	errno = write_file(path, text);
	if (errno)
		bench_die("cannot write '%s' to %s", text, path);
}

/* The number behind KEY at the start of a line of a file; an empty KEY takes the file's first. */
static inline uint64_t bench_read(const char *path, const char *key)
{
	FILE *file = fopen(path, "re");
	unsigned long long value;
	char line[256];

	if (!file)
		bench_die("cannot read %s", path);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)) == 0 &&
		    sscanf(line + strlen(key), "%llu", &value) == 1) {
			fclose(file);
			return value;
		}
	}
	errno = ENOENT;
	bench_die("no '%s' in %s", key, path);
}

#endif /* BENCH_H */
