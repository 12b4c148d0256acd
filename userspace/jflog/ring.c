// SPDX-License-Identifier: GPL-2.0
/*
 * A bounded buffer between one producer, which reads the pipes, and one consumer, which writes the
 * log. The producer reserves room, reads straight into it, and commits what came; so a byte is
 * copied once, and when there is no room the pipe is not read: it fills, and the command waits.
 *
 * Chunks lie one behind the other; one never wraps. What is too small at the end is skipped.
 *
 * Locking: @lock protects all offsets. The producer alone moves @head, the consumer alone @tail, so
 * what lies between reserve and commit, or between next and release, is touched without it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "jflog.h"

#define ALIGN 16
/* it is not worth while to read less */
#define LEAST (sizeof(struct chunk) + 4096)
/* more would only make the first bytes wait for the last */
#define MOST (256 << 10)

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	size_t size, head, tail, used;
	bool ended, starved, woken;
	int space_fd;
	char *data;
};

/**
 * ring_make() - an empty ring
 * @size: bytes
 */
struct ring *ring_make(size_t size)
{
	struct ring *ring = allocate(sizeof(*ring));
	pthread_condattr_t attr;

	ring->size = size / ALIGN * ALIGN;
	ring->data = allocate(ring->size);
	ring->space_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ring->space_fd < 0)
		fail(EXIT_OWN, "cannot make an eventfd: %s", strerror(errno));
	pthread_mutex_init(&ring->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&ring->filled, &attr);
	pthread_condattr_destroy(&attr);
	return ring;
}

/**
 * ring_free() - when both sides are through
 * @ring: the ring
 */
void ring_free(struct ring *ring)
{
	close(ring->space_fd);
	pthread_cond_destroy(&ring->filled);
	pthread_mutex_destroy(&ring->lock);
	free(ring->data);
	free(ring);
}

/* What can be written at @head in one piece, having gone to the beginning if that is better. */
static size_t room(struct ring *ring)
{
	size_t at_end;

	if (!ring->used)
		ring->head = ring->tail = 0;
	if (ring->head < ring->tail || ring->used == ring->size)
		return ring->tail - ring->head;
	at_end = ring->size - ring->head;
	if (at_end >= LEAST || ring->tail < LEAST)
		return at_end;
	/* size 0 says to the consumer: go on at the beginning */
	if (at_end >= sizeof(struct chunk))
		((struct chunk *)(ring->data + ring->head))->size = 0;
	ring->used += at_end;
	ring->head = 0;
	return ring->tail;
}

/**
 * ring_reserve() - room for the next chunk
 * @ring: the ring
 * @size: how much may be read
 *
 * Return: where to read to, or NULL: ring_space_fd() is readable when there is room again.
 */
char *ring_reserve(struct ring *ring, size_t *size)
{
	size_t space;

	pthread_mutex_lock(&ring->lock);
	space = room(ring);
	ring->starved = space < LEAST;
	pthread_mutex_unlock(&ring->lock);
	if (space < LEAST)
		return NULL;
	space -= sizeof(struct chunk);
	*size = space < MOST ? space : MOST;
	return ((struct chunk *)(ring->data + ring->head))->data;
}

/**
 * ring_commit() - what was reserved is filled
 * @ring: the ring
 * @stream: where it comes from
 * @time: when it came
 * @size: how much; not 0
 */
void ring_commit(struct ring *ring, int stream, const struct timespec *time, size_t size)
{
	struct chunk *chunk = (struct chunk *)(ring->data + ring->head);
	size_t whole = (sizeof(*chunk) + size + ALIGN - 1) / ALIGN * ALIGN;

	chunk->time = *time;
	chunk->size = size;
	chunk->stream = stream;
	pthread_mutex_lock(&ring->lock);
	ring->head += whole;
	ring->used += whole;
	if (ring->head == ring->size)
		ring->head = 0;
	pthread_cond_signal(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

/**
 * ring_space_fd() - readable when there is room again
 * @ring: the ring
 */
int ring_space_fd(struct ring *ring)
{
	return ring->space_fd;
}

/**
 * ring_end() - the producer has no more
 * @ring: the ring
 */
void ring_end(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->ended = true;
	pthread_cond_signal(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

static void wait_filled(struct ring *ring, int wait_ms)
{
	struct timespec until;

	if (wait_ms < 0) {
		pthread_cond_wait(&ring->filled, &ring->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += wait_ms % 1000 * 1000000L;
	until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&ring->filled, &ring->lock, &until);
}

/**
 * ring_wake() - let ring_next() return, if there is something or not
 * @ring: the ring
 */
void ring_wake(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->woken = true;
	pthread_cond_signal(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
}

/* The oldest chunk, having stepped over what was skipped at the end; under the lock. */
static struct chunk *oldest(struct ring *ring)
{
	size_t at_end = ring->size - ring->tail;
	struct chunk *chunk = (struct chunk *)(ring->data + ring->tail);

	if (ring->used && (at_end < sizeof(*chunk) || !chunk->size)) {
		ring->used -= at_end;
		ring->tail = 0;
		chunk = (struct chunk *)ring->data;
	}
	return ring->used ? chunk : NULL;
}

/**
 * ring_next() - the oldest chunk
 * @ring: the ring
 * @wait_ms: how long to wait for one: once, so it may be less; -1: until there is one, or no more
 *
 * Return: the chunk, until ring_release(); NULL: there is none (yet, unless ring_ended()).
 */
struct chunk *ring_next(struct ring *ring, int wait_ms)
{
	struct chunk *chunk;

	pthread_mutex_lock(&ring->lock);
	while (!(chunk = oldest(ring)) && !ring->ended && !ring->woken && wait_ms) {
		wait_filled(ring, wait_ms);
		if (wait_ms > 0)
			wait_ms = 0;
	}
	ring->woken = false;
	pthread_mutex_unlock(&ring->lock);
	return chunk;
}

/**
 * ring_ended() - there is nothing left, and nothing will come
 * @ring: the ring
 */
bool ring_ended(struct ring *ring)
{
	bool ended;

	pthread_mutex_lock(&ring->lock);
	ended = ring->ended && !ring->used;
	pthread_mutex_unlock(&ring->lock);
	return ended;
}

/**
 * ring_release() - the chunk that ring_next() gave is done with
 * @ring: the ring
 */
void ring_release(struct ring *ring)
{
	struct chunk *chunk = (struct chunk *)(ring->data + ring->tail);
	size_t whole = (sizeof(*chunk) + chunk->size + ALIGN - 1) / ALIGN * ALIGN;
	bool wake;

	pthread_mutex_lock(&ring->lock);
	ring->tail += whole;
	ring->used -= whole;
	if (ring->tail == ring->size)
		ring->tail = 0;
	wake = ring->starved;
	ring->starved = false;
	pthread_mutex_unlock(&ring->lock);
	if (wake)
		eventfd_write(ring->space_fd, 1);
}
