/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy: (configuration, observation, state) -> (decisions, state). Plain C without kernel calls, so that the
 * very same file is compiled and tested on the host.
 */
#ifndef JACKFRUIT_POLICY_H
#define JACKFRUIT_POLICY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint64_t u64;
typedef uint32_t u32;
#endif

/* No limit: what "max" stands for. Usage cannot reach it. */
#define JF_LIMIT_MAX	(~(u64)0)
/* No look is needed until something changes. */
#define JF_LOOK_NEVER	(~(u64)0)

/**
 * struct jf_policy_config - what the user asked for
 * @soft_limit: bytes; above it a soft event, once a crossing. JF_LIMIT_MAX: none
 * @hard_limit: bytes; above it the container is killed. JF_LIMIT_MAX: none
 */
struct jf_policy_config {
	u64 soft_limit;
	u64 hard_limit;
};

/**
 * struct jf_policy_pace - how often to look
 * @min_us: the shortest time between two looks, microseconds, not 0
 * @max_us: the longest
 * @fill_bytes_per_us: the fastest a container can fill memory; it decides how far its headroom lasts; not 0
 */
struct jf_policy_pace {
	u32 min_us;
	u32 max_us;
	u32 fill_bytes_per_us;
};

/**
 * struct jf_policy_state - what the policy remembers of one run of a container; all zero at its start
 * @soft_over: the soft event of this crossing has been given; armed again below the limit by 1/16
 * @hard_over: the hard limit has been crossed and the container is being killed: no further decisions
 */
struct jf_policy_state {
	bool soft_over;
	bool hard_over;
};

/* Decisions, to be carried out in this order. */
#define JF_DO_SOFT_EVENT	(1u << 0)
#define JF_DO_HARD_EVENT	(1u << 1)
#define JF_DO_KILL		(1u << 2)

u32 jf_policy_decide(const struct jf_policy_config *config, u64 usage, struct jf_policy_state *state);
u64 jf_policy_next_look(const struct jf_policy_config *config, const struct jf_policy_pace *pace, u64 usage,
			const struct jf_policy_state *state);
int jf_policy_parse_size(const char *text, u64 *bytes);
bool jf_policy_name_ok(const char *name);

#endif /* JACKFRUIT_POLICY_H */
