// SPDX-License-Identifier: GPL-2.0
/*
 * What to do about a container's memory. Pure functions: no clock, no lock, no allocation, no
 * kernel call; they may be called in any context and are compiled and tested on the host, too
 * (selftests/host/policy_test.c).
 *
 * Both limits have hysteresis for their events: one a crossing, the next only after usage has
 * fallen below the limit by a sixteenth of it, and some time later. The action at the hard limit
 * has none: it is taken at every look that sees usage above it, until it has worked.
 */
#include "policy.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#define div_u64(dividend, divisor) ((dividend) / (divisor))
#define div64_u64(dividend, divisor) ((dividend) / (divisor))
#define div_s64(dividend, divisor) ((dividend) / (s64)(divisor))
#endif

/*
 * An event is armed again when usage is below its limit by 1/16: near enough to tell, too far to
 * flap.
 */
#define JF_REARM_SHIFT 4

/* The rate of growth is averaged over about this time, microseconds. */
#define JF_RATE_TAU_US 1000000

/* Looks that are nearer to each other than this say little of a rate, microseconds. */
#define JF_RATE_MIN_US 1000

/*
 * Slower growth than this (64 KiB a second) is taken for none: it is noise, and a forecast of
 * hours.
 */
#define JF_RATE_MIN 65536

/* What one look may add to the rate, bytes: keeps the arithmetic within 64 bits. */
#define JF_GROWTH_MAX ((s64)1 << 40)

/*
 * Who has been asked to end at the hard limit may use memory for that, but not without end: above
 * the limit by 1/8 of it there is no more grace.
 */
#define JF_GRACE_SHIFT 3

/* Who is killed gives its memory back within this time, microseconds, if anybody lets it. */
#define JF_VICTIM_PATIENCE_US 1000000

static bool above_grace(u64 usage, u64 limit)
{
	return usage > limit && usage - limit > limit >> JF_GRACE_SHIFT;
}

static bool below_rearm(u64 usage, u64 limit)
{
	return usage <= limit - (limit >> JF_REARM_SHIFT);
}

/*
 * Is an event that was given at @told_us armed again? A look may be told of what was before the
 * last one: a crossing that was noted in a page fault.
 */
static bool is_rearmed(const struct jf_policy_look *look, u64 limit, u64 told_us)
{
	return below_rearm(look->usage, limit) && look->now_us >= told_us + JF_REARM_US;
}

/* An exponential average: the longer ago the last look was, the more this one weighs. */
static void update_rate(const struct jf_policy_look *look, struct jf_policy_state *state)
{
	s64 growth, rate;
	u64 us;

	if (!state->last_us) {
		state->last_us = look->now_us;
		state->last_usage = look->usage;
		return;
	}
	if (look->now_us < state->last_us + JF_RATE_MIN_US)
		return;
	us = look->now_us - state->last_us;
	if (us > 60 * (u64)JF_RATE_TAU_US)
		us = 60 * (u64)JF_RATE_TAU_US;

	if (look->usage >= state->last_usage)
		growth = look->usage - state->last_usage < (u64)JF_GROWTH_MAX ?
			(s64)(look->usage - state->last_usage) :
			JF_GROWTH_MAX;
	else
		growth = state->last_usage - look->usage < (u64)JF_GROWTH_MAX ?
			-(s64)(state->last_usage - look->usage) :
			-JF_GROWTH_MAX;
	rate = div_s64(growth * 1000000, us);
	state->rate += (rate - state->rate) * (s64)div_u64(us * 1024, us + JF_RATE_TAU_US) / 1024;
	state->last_us = look->now_us;
	state->last_usage = look->usage;
}

static u32 decide_soft(const struct jf_policy_config *config, const struct jf_policy_look *look,
		       struct jf_policy_state *state)
{
	if (look->usage > config->soft_limit) {
		if (state->soft_over)
			return 0;
		state->soft_over = true;
		state->soft_us = look->now_us;
		return JF_DO_SOFT_EVENT;
	}
	if (is_rearmed(look, config->soft_limit, state->soft_us))
		state->soft_over = false;
	return 0;
}

/* A peak between two looks that passed a limit which neither look saw crossed. */
static u32 decide_spike(const struct jf_policy_config *config, const struct jf_policy_look *look,
			struct jf_policy_state *state)
{
	u32 decision = 0;

	if (look->high_water > state->told) {
		if (look->high_water > config->hard_limit && look->usage <= config->hard_limit &&
		    !state->hard_over)
			decision = JF_DO_SPIKE_HARD;
		else if (look->high_water > config->soft_limit &&
			 look->usage <= config->soft_limit && !state->soft_over)
			decision = JF_DO_SPIKE_SOFT;
		state->told = look->high_water;
	}
	if (look->usage > state->told)
		state->told = look->usage;
	return decision;
}

static u32 decide_forecast(const struct jf_policy_config *config, const struct jf_policy_look *look,
			   struct jf_policy_state *state)
{
	u64 ms = jf_policy_forecast(config, state);

	/* the hard event says it */
	if (look->usage > config->hard_limit)
		return 0;
	if (ms < config->forecast_ms) {
		if (state->forecast_over)
			return 0;
		state->forecast_over = true;
		state->forecast_us = look->now_us;
		return JF_DO_FORECAST_EVENT;
	}
	if (ms / 2 >= config->forecast_ms && look->now_us >= state->forecast_us + JF_REARM_US)
		state->forecast_over = false;
	return 0;
}

/* All members: they have been asked to end already, or it is done now. */
static u32 decide_container(const struct jf_policy_config *config, u64 usage,
			    struct jf_policy_state *state)
{
	if (config->action == JF_ACTION_TERM) {
		if (!state->asked_all) {
			state->asked_all = true;
			return JF_DO_TERM;
		}
		if (!above_grace(usage, config->hard_limit))
			return 0;
	}
	state->ending = true;
	return JF_DO_KILL;
}

/**
 * jf_policy_victim_killed() - a victim that was asked to end is killed
 * @state: what is remembered of this run; updated
 * @now_us: now: it has its time to give its memory back from here on, not since it was asked
 * @usage: bytes in use
 */
void jf_policy_victim_killed(struct jf_policy_state *state, u64 now_us, u64 usage)
{
	state->asked_victim = false;
	state->victim_us = now_us;
	state->victim_usage = usage;
}

/*
 * Somebody holds the victim at its end (who traces it, or a file system that does not answer), and
 * the others grow meanwhile.
 */
static bool victim_is_held(const struct jf_policy_look *look, const struct jf_policy_state *state)
{
	return look->now_us > state->victim_us + JF_VICTIM_PATIENCE_US &&
		above_grace(look->usage, state->victim_usage);
}

/*
 * One member: the memory of the last victim must be gone before another one is chosen. If that
 * takes long and is used for growth, all members are killed: who holds it may be one of them.
 */
static u32 decide_process(const struct jf_policy_config *config, const struct jf_policy_look *look,
			  struct jf_policy_state *state)
{
	if (look->victim_alive) {
		if (!state->asked_victim) {
			state->ending = victim_is_held(look, state);
			return state->ending ? JF_DO_KILL : 0;
		}
		if (config->action == JF_ACTION_TERM &&
		    !above_grace(look->usage, config->hard_limit))
			return 0;
		jf_policy_victim_killed(state, look->now_us, look->usage);
		return JF_DO_KILL_VICTIM;
	}
	state->victim_us = look->now_us;
	state->victim_usage = look->usage;
	state->asked_victim = config->action == JF_ACTION_TERM;
	return state->asked_victim ? JF_DO_TERM_VICTIM : JF_DO_KILL_VICTIM;
}

static u32 decide_action(const struct jf_policy_config *config, const struct jf_policy_look *look,
			 struct jf_policy_state *state)
{
	switch (config->action) {
	case JF_ACTION_KILL:
	case JF_ACTION_TERM:
		if (config->scope == JF_SCOPE_PROCESS)
			return decide_process(config, look, state);
		return decide_container(config, look->usage, state);
	case JF_ACTION_STOP:
		/* at every look: who was continued, or forked, since the last one is stopped */
		state->stopped = true;
		return JF_DO_STOP;
	case JF_ACTION_NOTIFY:
		break;
	}
	return 0;
}

static u32 decide_hard(const struct jf_policy_config *config, const struct jf_policy_look *look,
		       struct jf_policy_state *state)
{
	u32 decisions = 0;

	if (look->usage > config->hard_limit) {
		if (!state->hard_over) {
			decisions |= JF_DO_HARD_EVENT;
			state->hard_us = look->now_us;
		}
		state->hard_over = true;
		decisions |= decide_action(config, look, state);
	} else if (is_rearmed(look, config->hard_limit, state->hard_us)) {
		state->hard_over = false;
	}
	if (state->stopped && !(decisions & JF_DO_STOP)) {
		/*
		 * a dying process needs no SIGCONT, and one that gets SIGTERM can only act on it
		 * when it runs
		 */
		state->stopped = false;
		if (!(decisions & JF_DO_KILL))
			decisions |= JF_DO_CONT;
	}
	return decisions;
}

/**
 * jf_policy_decide() - judge one observation
 * @config: the limits and what to do at them
 * @look: what was seen
 * @state: what is remembered of this run; updated
 *
 * A limit is crossed by usage above it, not by usage equal to it, as for memory.max.
 *
 * Return: JF_DO_* bits.
 */
u32 jf_policy_decide(const struct jf_policy_config *config, const struct jf_policy_look *look,
		     struct jf_policy_state *state)
{
	u32 decisions;

	if (state->ending)
		return 0;
	update_rate(look, state);
	state->usage = look->usage;
	decisions = decide_spike(config, look, state);
	decisions |= decide_soft(config, look, state);
	decisions |= decide_forecast(config, look, state);
	decisions |= decide_hard(config, look, state);
	return decisions;
}

/**
 * jf_policy_limits_changed() - a limit has been set: its next crossing is one of its own
 * @old: the limits as they were
 * @config: the limits as they are now
 * @state: what is remembered of this run; updated
 *
 * Who raises a limit at its event hears of the next: the event is armed again if the limit has
 * become higher and the last look's usage is not above it.
 */
void jf_policy_limits_changed(const struct jf_policy_config *old,
			      const struct jf_policy_config *config, struct jf_policy_state *state)
{
	if (config->soft_limit > old->soft_limit && state->usage <= config->soft_limit)
		state->soft_over = false;
	if (config->hard_limit > old->hard_limit && state->usage <= config->hard_limit) {
		state->hard_over = false;
		state->forecast_over = false;
	}
}

/**
 * jf_policy_forecast() - how far away the hard limit is at the present rate of growth
 * @config: the limits
 * @state: after jf_policy_decide()
 *
 * Headroom / rate, from the last look's usage and the average growth.
 *
 * Return: milliseconds, 0 if the limit has been reached, or JF_FORECAST_NONE.
 */
u64 jf_policy_forecast(const struct jf_policy_config *config, const struct jf_policy_state *state)
{
	u64 headroom;

	if (config->hard_limit == JF_LIMIT_MAX || !state->last_us)
		return JF_FORECAST_NONE;
	if (state->last_usage >= config->hard_limit)
		return 0;
	headroom = config->hard_limit - state->last_usage;
	if (state->rate < JF_RATE_MIN || headroom > (u64)JF_GROWTH_MAX)
		return JF_FORECAST_NONE;
	return div64_u64(headroom * 1000, (u64)state->rate);
}

/**
 * jf_policy_threshold() - the next threshold that a growing usage comes to
 * @config: the limits
 * @state: after jf_policy_decide()
 * @usage: where it grows from, bytes
 *
 * The soft limit unless its event has been given; the hard limit; above that, what is granted to
 * who has been asked to end.
 *
 * Return: bytes: a usage above it wants a decision; JF_LIMIT_MAX if there is none.
 */
u64 jf_policy_threshold(const struct jf_policy_config *config, const struct jf_policy_state *state,
			u64 usage)
{
	u64 limit = config->hard_limit;

	if (state->ending)
		return JF_LIMIT_MAX;
	if (usage > limit) {
		/* who has been asked to end has some headroom left, everybody else none */
		if (state->asked_all || state->asked_victim)
			limit += limit >> JF_GRACE_SHIFT;
		if (usage > limit || !(state->asked_all || state->asked_victim))
			limit = JF_LIMIT_MAX;
	}
	if (!state->soft_over && config->soft_limit >= usage && config->soft_limit < limit)
		limit = config->soft_limit;
	return limit;
}

/**
 * jf_policy_threshold_below() - the next threshold that a falling usage comes to
 * @config: the limits
 * @state: after jf_policy_decide()
 * @usage: where it falls from, bytes
 *
 * Where an event that has been given is armed again, and where who was stopped may go on.
 *
 * Return: bytes: a usage not above it wants a decision; JF_LIMIT_MAX if there is none.
 */
u64 jf_policy_threshold_below(const struct jf_policy_config *config,
			      const struct jf_policy_state *state, u64 usage)
{
	u64 soft = config->soft_limit - (config->soft_limit >> JF_REARM_SHIFT);
	u64 hard = config->hard_limit - (config->hard_limit >> JF_REARM_SHIFT);
	u64 below = JF_LIMIT_MAX;

	if (state->stopped && usage > config->hard_limit)
		return config->hard_limit;
	if (state->hard_over && usage > hard)
		below = hard;
	if (state->soft_over && usage > soft && (below == JF_LIMIT_MAX || soft > below))
		below = soft;
	return below;
}

/* A decision is another one on this side of @threshold than on that. */
static bool divides(u64 threshold, u64 low, u64 high)
{
	return low <= threshold && threshold < high;
}

/**
 * jf_policy_same() - is the decision the same for all usages of a range?
 * @config: the limits
 * @state: before jf_policy_decide()
 * @low: the lowest of the range, bytes
 * @high: the highest
 *
 * Return: whether no limit and no point at which an event is armed again lies within. A forecast
 * depends on every byte.
 */
bool jf_policy_same(const struct jf_policy_config *config, const struct jf_policy_state *state,
		    u64 low, u64 high)
{
	u64 soft = config->soft_limit, hard = config->hard_limit;

	if (config->forecast_ms)
		return low == high;
	if (state->soft_over)
		soft -= soft >> JF_REARM_SHIFT;
	if (divides(soft, low, high) || divides(hard, low, high))
		return false;
	return !state->hard_over || !divides(hard - (hard >> JF_REARM_SHIFT), low, high);
}

/*
 * An event is to be armed again as soon as that may be: until then no crossing of its limit is one
 * of the thresholds above.
 */
static bool waits_for_rearm(const struct jf_policy_config *config,
			    const struct jf_policy_state *state)
{
	return (state->soft_over && below_rearm(state->usage, config->soft_limit)) ||
		(state->hard_over && below_rearm(state->usage, config->hard_limit));
}

/**
 * jf_policy_next_look() - how long the container can be left alone
 * @config: the limits
 * @pace: bounds of the answer and the fastest possible fill
 * @usage: bytes in use at this look
 * @state: after jf_policy_decide() of this look
 *
 * The container cannot cross a limit before it has filled the headroom below it: the answer is
 * headroom / fill_bytes_per_us, not less than min_us and not more than max_us; but JF_REARM_US at
 * most while an event waits for that to be armed again. Once it is above the hard limit without
 * being killed there is nothing left to be quick for.
 *
 * Return: microseconds, or JF_LOOK_NEVER when no limit can be crossed.
 */
u64 jf_policy_next_look(const struct jf_policy_config *config, const struct jf_policy_pace *pace,
			u64 usage, const struct jf_policy_state *state)
{
	u64 threshold, us;

	if (state->ending)
		return JF_LOOK_NEVER;
	if (config->soft_limit == JF_LIMIT_MAX && config->hard_limit == JF_LIMIT_MAX)
		return JF_LOOK_NEVER;

	threshold = jf_policy_threshold(config, state, usage);
	us = pace->max_us;
	if (threshold != JF_LIMIT_MAX) {
		u64 lasts = div_u64(threshold - usage, pace->fill_bytes_per_us);

		us = lasts < us ? lasts : us;
	}
	if (us < pace->min_us)
		us = pace->min_us;
	return us > JF_REARM_US && waits_for_rearm(config, state) ? JF_REARM_US : us;
}

/* log2 of a unit, or -1 for a letter that is none */
static int unit_shift(char unit)
{
	switch (unit) {
	case 'K':
	case 'k':
		return 10;
	case 'M':
	case 'm':
		return 20;
	case 'G':
	case 'g':
		return 30;
	case 'T':
	case 't':
		return 40;
	default:
		return -1;
	}
}

/**
 * jf_policy_parse_size() - read a size as a user writes it
 * @text: decimal bytes with an optional K, M, G or T (powers of 1024), or "max"; one newline may
 *	follow
 * @bytes: where the result goes; untouched on error
 *
 * Stricter than memparse(), which takes "64Mjunk", "0x40" and numbers that overflow.
 *
 * Return: 0, or -EINVAL.
 */
int jf_policy_parse_size(const char *text, u64 *bytes)
{
	u64 value = 0;
	int shift;

	if (!strcmp(text, "max") || !strcmp(text, "max\n")) {
		*bytes = JF_LIMIT_MAX;
		return 0;
	}
	if (*text < '0' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		u64 digit = *text - '0';

		if (value > div_u64(JF_LIMIT_MAX - digit, 10))
			return -EINVAL;
		value = value * 10 + digit;
	}
	shift = unit_shift(*text);
	if (shift >= 0) {
		if (value > JF_LIMIT_MAX >> shift)
			return -EINVAL;
		value <<= shift;
		text++;
	}
	if (*text == '\n')
		text++;
	if (*text)
		return -EINVAL;
	*bytes = value;
	return 0;
}

static bool is_alnum(char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z');
}

/**
 * jf_policy_name_ok() - is this a container's name?
 * @name: NUL-terminated, of any length
 *
 * Return: true for [A-Za-z0-9][A-Za-z0-9_.-]* of at most 63 characters (a host name's length).
 */
bool jf_policy_name_ok(const char *name)
{
	size_t i;

	if (!is_alnum(name[0]))
		return false;
	for (i = 1; name[i]; i++) {
		if (i >= 63)
			return false;
		if (!is_alnum(name[i]) && name[i] != '_' && name[i] != '.' && name[i] != '-')
			return false;
	}
	return true;
}
