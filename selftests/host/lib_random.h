/* SPDX-License-Identifier: GPL-2.0 */
/* Seeded random numbers for property tests: JF_SEED=N in the environment repeats a run. */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static uint64_t random_state;

/* Begin; returns the seed, to be printed when the test fails. */
static inline uint64_t random_seed(void)
{
	const char *given = getenv("JF_SEED");

	random_state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 2654435761u;
	return random_state;
}

/* splitmix64 */
static inline uint64_t random_next(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint64_t random_below(uint64_t bound)
{
	return random_next() % bound;
}

/* All widths alike: half of them have few bits. */
static inline uint64_t random_width(void)
{
	return random_next() >> random_below(64);
}

#endif /* LIB_RANDOM_H */
