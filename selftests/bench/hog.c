// SPDX-License-Identifier: GPL-2.0
/*
 * hog FD KIND THREADS BYTES [FILE] - fill memory at full speed, and tell how far it has got
 *
 * FD is a struct bench_page. The hog maps all BYTES, starts its threads, touches whatever it will
 * need later, raises `ready`, and waits for `go`. Then each thread fills its share. What it has
 * filled is counted after it is there; only a chunk of `populate` is counted before it, since the
 * hog may die within one: as if all of it had come to be. At the end it raises `done` and sleeps.
 *
 * KIND is one of
 *	touch		private anonymous pages of 4 KiB, written to one by one
 *	thp		the same with huge pages, 2 MiB at a touch
 *	populate	private anonymous memory by MAP_POPULATE, 64 KiB at a time
 *	shm		shared anonymous memory, 4 KiB at a touch
 *	file		FILE mapped shared, written to, 4 KiB at a touch
 *	filewarm	FILE mapped shared and read, 64 KiB (what one fault maps) at a touch
 */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "bench.h"

struct kind {
	const char *name;
	size_t step;
	int flags; /* of mmap() */
	int advice; /* of madvise(), 0: none */
	bool file;
	bool read_only;
};

static const struct kind kinds[] = {
	{ "touch", 4 * KIB, MAP_PRIVATE | MAP_ANONYMOUS, MADV_NOHUGEPAGE, false, false },
	{ "thp", 2 * MIB, MAP_PRIVATE | MAP_ANONYMOUS, MADV_HUGEPAGE, false, false },
	{ "populate", 64 * KIB, MAP_PRIVATE | MAP_ANONYMOUS, MADV_NOHUGEPAGE, false, false },
	{ "shm", 4 * KIB, MAP_SHARED | MAP_ANONYMOUS, 0, false, false },
	{ "file", 4 * KIB, MAP_SHARED, 0, true, false },
	{ "filewarm", 64 * KIB, MAP_SHARED, 0, true, true },
};

/* It may be killed before the limit, by one who counts more than what is touched. */
#define NEAR (4 * MIB)

static const struct kind *kind;
static struct bench_page *page;
static size_t share; /* bytes a thread fills */
static int threads;
static pthread_barrier_t started;
static atomic_int running;

/* Before and after a touch. The time is taken near the limit only. */
static void begin(size_t bytes)
{
	uint64_t none = 0, now, touched = atomic_load(&page->touched) + bytes;

	if (touched + NEAR <= page->room || atomic_load(&page->crossed_ns))
		return;
	now = bench_now();
	atomic_store(&page->near_ns, now);
	if (touched > page->room)
		atomic_compare_exchange_strong(&page->crossed_ns, &none, now);
}

static void end(size_t bytes)
{
	if (atomic_fetch_add(&page->touched, bytes) + bytes > page->room)
		atomic_store(&page->last_ns, bench_now());
}

static void populate(char *from)
{
	size_t done;

	for (done = 0; done < share; done += kind->step) {
		begin(kind->step);
		end(kind->step);
		if (mmap(from + done, kind->step, PROT_READ | PROT_WRITE,
			 kind->flags | MAP_FIXED | MAP_POPULATE, -1, 0) == MAP_FAILED)
			bench_die("mmap");
	}
}

/* A huge page where there is one; the memory controller may have had none to give. */
static void touch_huge(volatile char *from)
{
	size_t done, i;
	unsigned char there;

	for (done = 0; done < share; done += kind->step) {
		begin(kind->step);
		from[done] = 1;
		if (mincore((char *)from + done + kind->step - 4 * KIB, 4 * KIB, &there))
			bench_die("mincore");
		if (there & 1) {
			end(kind->step);
			continue;
		}
		end(4 * KIB);
		for (i = 4 * KIB; i < kind->step; i += 4 * KIB) {
			from[done + i] = 1;
			end(4 * KIB);
		}
	}
}

static void touch(volatile char *from)
{
	size_t done;

	for (done = 0; done < share; done += kind->step) {
		begin(kind->step);
		if (kind->read_only)
			(void)from[done];
		else
			from[done] = 1;
		end(kind->step);
	}
}

static void *fill(void *from)
{
	pthread_barrier_wait(&started);
	bench_wait(&page->go);
	if (strcmp(kind->name, "populate") == 0)
		populate(from);
	else if (strcmp(kind->name, "thp") == 0)
		touch_huge(from);
	else
		touch(from);
	if (atomic_fetch_sub(&running, 1) == 1)
		bench_raise(&page->done);
	for (;;)
		pause();
	return NULL;
}

static char *map(size_t bytes, const char *path)
{
	int prot = PROT_READ | (kind->read_only ? 0 : PROT_WRITE);
	int fd = -1;
	char *p;

	if (kind->file) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			bench_die("%s", path);
	}
	/* aligned to 2 MiB: in a place that is reserved for it */
	p = mmap(NULL, bytes + 2 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		bench_die("mmap");
	p = (char *)(((uintptr_t)p + 2 * MIB - 1) & -(2 * MIB));
	p = mmap(p, bytes, prot, kind->flags | MAP_FIXED, fd, 0);
	if (p == MAP_FAILED)
		bench_die("mmap");
	if (kind->advice && madvise(p, bytes, kind->advice))
		bench_die("madvise");
	if (fd >= 0)
		close(fd);
	return p;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	size_t i;
	char *p;

	if (argc < 5) {
		fprintf(stderr, "usage: hog FD KIND THREADS BYTES [FILE]\n");
		return 2;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, argv[2]) == 0)
			kind = &kinds[i];
	if (!kind) {
		fprintf(stderr, "hog: no kind '%s'\n", argv[2]);
		return 2;
	}
	/* nor may khugepaged make huge ones of the small ones */
	if (kind->advice != MADV_HUGEPAGE && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		bench_die("prctl");
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, atoi(argv[1]), 0);
	if (page == MAP_FAILED)
		bench_die("mmap of fd '%s'", argv[1]);
	threads = atoi(argv[3]);
	share = strtoul(argv[4], NULL, 10) / threads / kind->step * kind->step;
	p = map(share * threads, argv[5]);
	running = threads;
	pthread_barrier_init(&started, NULL, threads + 1);
	bench_now(); /* touches what it takes */
	for (i = 0; i < (size_t)threads; i++) {
		errno = pthread_create(&thread, NULL, fill, p + i * share);
		if (errno)
			bench_die("pthread_create");
	}
	pthread_barrier_wait(&started);
	bench_raise(&page->ready);
	for (;;)
		pause();
}
