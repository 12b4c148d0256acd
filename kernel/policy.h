/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy: (configuration, observation, state) -> (decisions, state). Plain C without kernel
 * calls, so that the very same file is compiled and tested on the host.
 */
#ifndef JACKFRUIT_POLICY_H
#define JACKFRUIT_POLICY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
typedef unsigned long long u64;
typedef long long s64;
typedef unsigned int u32;
#endif

/* No limit: what "max" stands for. Usage cannot reach it. */
#define JF_LIMIT_MAX (~(u64)0)
/* No look is needed until something changes. */
#define JF_LOOK_NEVER (~(u64)0)
/*
 * The shortest time between two events of a limit, microseconds: the kernel tells of a cgroup's
 * events that often, too (CGROUP_FILE_NOTIFY_MIN_INTV).
 */
#define JF_REARM_US 10000
/* At the present rate of growth no limit is in sight. */
#define JF_FORECAST_NONE (~(u64)0)

/**
 * enum jf_action - what is done at the hard limit
 * @JF_ACTION_KILL: SIGKILL
 * @JF_ACTION_TERM: SIGTERM, and SIGKILL after a grace time, or when usage grows on by 1/8 of the
 *	limit
 * @JF_ACTION_STOP: SIGSTOP to all for as long as the limit is exceeded
 * @JF_ACTION_NOTIFY: nothing but the event
 */
enum jf_action {
	JF_ACTION_KILL,
	JF_ACTION_TERM,
	JF_ACTION_STOP,
	JF_ACTION_NOTIFY,
};

/**
 * enum jf_scope - to whom kill and term are done
 * @JF_SCOPE_CONTAINER: to all members; it ends the run
 * @JF_SCOPE_PROCESS: to the member with the largest share, one at a time
 */
enum jf_scope {
	JF_SCOPE_CONTAINER,
	JF_SCOPE_PROCESS,
};

/**
 * struct jf_policy_config - what the user asked for
 * @soft_limit: bytes; above it a soft event, once a crossing. JF_LIMIT_MAX: none
 * @hard_limit: bytes; above it @action is taken. JF_LIMIT_MAX: none
 * @action: what is done at the hard limit
 * @scope: to whom
 * @forecast_ms: a forecast event when the hard limit is nearer than this at the present rate of
 *	growth; 0: none
 */
struct jf_policy_config {
	u64 soft_limit;
	u64 hard_limit;
	enum jf_action action;
	enum jf_scope scope;
	u32 forecast_ms;
};

/**
 * struct jf_policy_look - what was seen
 * @now_us: when, microseconds of a monotonic clock
 * @usage: bytes in use
 * @high_water: the highest usage of any one address space that the kernel has noted, bytes; it may
 *	be from between two looks. 0: not known
 * @victim_alive: a member that the last JF_DO_*_VICTIM chose still has its memory
 */
struct jf_policy_look {
	u64 now_us;
	u64 usage;
	u64 high_water;
	bool victim_alive;
};

/**
 * struct jf_policy_pace - how often to look
 * @min_us: the shortest time between two looks, microseconds, not 0
 * @max_us: the longest
 * @fill_bytes_per_us: the fastest a container can fill memory; it decides how far its headroom
 *	lasts; not 0
 */
struct jf_policy_pace {
	u32 min_us;
	u32 max_us;
	u32 fill_bytes_per_us;
};

/**
 * struct jf_policy_state - what the policy remembers of one run of a container; all zero at its
 * start
 * @soft_over: the soft event of this crossing has been given; armed again below the limit by 1/16,
 *	JF_REARM_US later at the earliest
 * @hard_over: the hard event of this crossing has been given; armed again in the same way
 * @soft_us: when the last soft event was given, microseconds
 * @hard_us: and the last hard one
 * @ending: all members are being killed: no further decisions
 * @asked_all: all members have been asked to end
 * @asked_victim: the victim has been asked to end
 * @victim_us: when the last victim was chosen, or killed after it had been asked, microseconds
 * @victim_usage: and at which usage, bytes
 * @stopped: members have been sent SIGSTOP
 * @forecast_over: the forecast event has been given; armed again when the forecast is twice as far,
 *	JF_REARM_US later at the earliest
 * @forecast_us: when the last one was given, microseconds
 * @usage: what the last look saw, bytes
 * @told: the highest usage that was looked at or told of, bytes: a spike is a high-water mark above
 *	it
 * @rate: growth, bytes a second, averaged over about a second
 * @last_us: when the last look was that the rate was reckoned from; 0: there was none
 * @last_usage: and what it saw, bytes
 */
struct jf_policy_state {
	bool soft_over;
	bool hard_over;
	u64 soft_us;
	u64 hard_us;
	bool ending;
	bool asked_all;
	bool asked_victim;
	u64 victim_us;
	u64 victim_usage;
	bool stopped;
	bool forecast_over;
	u64 forecast_us;
	u64 usage;
	u64 told;
	s64 rate;
	u64 last_us;
	u64 last_usage;
};

/* Decisions, to be carried out in this order. Events: */
#define JF_DO_SOFT_EVENT 0x001
#define JF_DO_SPIKE_SOFT 0x002
#define JF_DO_SPIKE_HARD 0x004
#define JF_DO_FORECAST_EVENT 0x008
#define JF_DO_HARD_EVENT 0x010
/* and actions, at most one of them, and JF_DO_CONT: */
#define JF_DO_KILL 0x020
#define JF_DO_KILL_VICTIM 0x040
#define JF_DO_TERM 0x080
#define JF_DO_TERM_VICTIM 0x100
#define JF_DO_STOP 0x200
#define JF_DO_CONT 0x400

u32 jf_policy_decide(const struct jf_policy_config *config, const struct jf_policy_look *look,
		     struct jf_policy_state *state);
void jf_policy_limits_changed(const struct jf_policy_config *old,
			      const struct jf_policy_config *config, struct jf_policy_state *state);
void jf_policy_victim_killed(struct jf_policy_state *state, u64 now_us, u64 usage);
u64 jf_policy_next_look(const struct jf_policy_config *config, const struct jf_policy_pace *pace,
			u64 usage, const struct jf_policy_state *state);
u64 jf_policy_threshold(const struct jf_policy_config *config, const struct jf_policy_state *state,
			u64 usage);
u64 jf_policy_threshold_below(const struct jf_policy_config *config,
			      const struct jf_policy_state *state, u64 usage);
bool jf_policy_same(const struct jf_policy_config *config, const struct jf_policy_state *state,
		    u64 low, u64 high);
u64 jf_policy_forecast(const struct jf_policy_config *config, const struct jf_policy_state *state);
int jf_policy_parse_size(const char *text, u64 *bytes);
bool jf_policy_name_ok(const char *name);

#endif /* JACKFRUIT_POLICY_H */
