// SPDX-License-Identifier: GPL-2.0
/*
 * What to do about a container's memory. Pure functions: no clock, no lock, no allocation, no kernel call; they may
 * be called in any context and are compiled and tested on the host, too (selftests/host/policy_test.c).
 *
 * The soft limit has hysteresis: one event a crossing, the next one only after usage has fallen below the limit by a
 * sixteenth of it. The hard limit is final: once crossed, nothing more is decided until the run ends.
 */
#include "policy.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#define div_u64(dividend, divisor)	((dividend) / (divisor))
#endif

/* The soft event is armed again when usage is below the limit by 1/16: near enough to tell, too far to flap. */
#define JF_REARM_SHIFT	4

/**
 * jf_policy_decide() - judge one observation
 * @config: the limits
 * @usage: bytes in use now
 * @state: what is remembered of this run; updated
 *
 * A limit is crossed by usage above it, not by usage equal to it, as for memory.max.
 *
 * Return: JF_DO_* bits.
 */
u32 jf_policy_decide(const struct jf_policy_config *config, u64 usage, struct jf_policy_state *state)
{
	u32 decisions = 0;

	if (state->hard_over)
		return 0;

	if (usage > config->soft_limit) {
		if (!state->soft_over)
			decisions |= JF_DO_SOFT_EVENT;
		state->soft_over = true;
	} else if (usage <= config->soft_limit - (config->soft_limit >> JF_REARM_SHIFT)) {
		state->soft_over = false;
	}

	if (usage > config->hard_limit) {
		state->hard_over = true;
		decisions |= JF_DO_HARD_EVENT | JF_DO_KILL;
	}
	return decisions;
}

/**
 * jf_policy_next_look() - how long the container can be left alone
 * @config: the limits
 * @pace: bounds of the answer and the fastest possible fill
 * @usage: bytes in use at this look
 * @state: after jf_policy_decide() of this look
 *
 * The container cannot cross a limit before it has filled the headroom below it: the answer is
 * headroom / fill_bytes_per_us, not less than min_us and not more than max_us.
 *
 * Return: microseconds, or JF_LOOK_NEVER when no limit can be crossed.
 */
u64 jf_policy_next_look(const struct jf_policy_config *config, const struct jf_policy_pace *pace, u64 usage,
			const struct jf_policy_state *state)
{
	u64 limit = config->hard_limit;
	u64 us;

	if (state->hard_over)
		return JF_LOOK_NEVER;
	if (config->soft_limit == JF_LIMIT_MAX && config->hard_limit == JF_LIMIT_MAX)
		return JF_LOOK_NEVER;

	if (!state->soft_over && config->soft_limit < limit)
		limit = config->soft_limit;
	us = limit > usage ? div_u64(limit - usage, pace->fill_bytes_per_us) : 0;
	if (us < pace->min_us)
		return pace->min_us;
	return us < pace->max_us ? us : pace->max_us;
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
 * @text: decimal bytes with an optional K, M, G or T (powers of 1024), or "max"; one newline may follow
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
