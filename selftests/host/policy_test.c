// SPDX-License-Identifier: GPL-2.0
/*
 * What the policy decides: the module's policy.c, compiled as it is, on the host.
 *
 * Three ways at it. Tables say what a user would expect, a line a situation. One exhaustive sweep puts every state, action,
 * scope and crossing to it and compares with rules that are stated here independently, one function a rule. Random walks
 * look for what neither thought of; their seed is printed when one fails, and JF_SEED=N runs it again.
 */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "../kselftest_harness.h"
#include "lib_random.h"

#define K ((u64)1 << 10)
#define M ((u64)1 << 20)
#define G ((u64)1 << 30)
#define MAX JF_LIMIT_MAX

#define DO_ANY_ACTION (JF_DO_KILL | JF_DO_KILL_VICTIM | JF_DO_TERM | JF_DO_TERM_VICTIM | JF_DO_STOP)

/* Only usage, no high-water mark, no victim; so long after the last look that an event may be armed again. */
static u32 look_at(const struct jf_policy_config *config, u64 usage, struct jf_policy_state *state)
{
	struct jf_policy_look look = { .now_us = state->last_us + JF_REARM_US, .usage = usage };

	return jf_policy_decide(config, &look, state);
}

/* One look after the other, and what each decides. */
struct story {
	const char *title;
	struct jf_policy_config config;
	struct {
		u64 usage;
		u32 decisions;
		bool victim_alive;
	} looks[10];
	unsigned int count;
};

#define LIMITS(soft, hard)                                 \
	{                                                  \
		.soft_limit = (soft), .hard_limit = (hard) \
	}
#define AT_HARD(what, whom)                                                                \
	{                                                                                  \
		.soft_limit = MAX, .hard_limit = 16 * M, .action = (what), .scope = (whom) \
	}

static const struct story stories[] = {
	{ "nothing happens below the limits",
	  LIMITS(40 * M, 64 * M),
	  { { 0, 0 }, { 1, 0 }, { 39 * M, 0 } },
	  3 },
	{ "usage equal to the soft limit is not above it",
	  LIMITS(40 * M, 64 * M),
	  { { 40 * M - 1, 0 }, { 40 * M, 0 }, { 40 * M + 1, JF_DO_SOFT_EVENT } },
	  3 },
	{ "usage equal to the hard limit is not above it",
	  LIMITS(MAX, 64 * M),
	  { { 64 * M - 1, 0 }, { 64 * M, 0 }, { 64 * M + 1, JF_DO_HARD_EVENT | JF_DO_KILL } },
	  3 },
	{ "the soft event comes once a crossing",
	  LIMITS(40 * M, MAX),
	  { { 41 * M, JF_DO_SOFT_EVENT }, { 50 * M, 0 }, { 41 * M, 0 } },
	  3 },
	{ "falling below the soft limit by less than 1/16 does not arm it",
	  LIMITS(16 * M, MAX),
	  { { 17 * M, JF_DO_SOFT_EVENT }, { 15 * M + 1, 0 }, { 17 * M, 0 } },
	  3 },
	{ "falling below the soft limit by 1/16 arms it again",
	  LIMITS(16 * M, MAX),
	  { { 17 * M, JF_DO_SOFT_EVENT },
	    { 15 * M, 0 },
	    { 16 * M, 0 },
	    { 16 * M + 1, JF_DO_SOFT_EVENT } },
	  4 },
	{ "a jump over both limits tells both",
	  LIMITS(40 * M, 64 * M),
	  { { 100 * M, JF_DO_SOFT_EVENT | JF_DO_HARD_EVENT | JF_DO_KILL } },
	  1 },
	{ "the hard kill is final, whatever usage is seen later",
	  LIMITS(40 * M, 64 * M),
	  { { 65 * M, JF_DO_SOFT_EVENT | JF_DO_HARD_EVENT | JF_DO_KILL },
	    { 66 * M, 0 },
	    { 0, 0 },
	    { MAX, 0 } },
	  4 },
	{ "a soft limit above the hard limit still works",
	  LIMITS(64 * M, 40 * M),
	  { { 41 * M, JF_DO_HARD_EVENT | JF_DO_KILL } },
	  1 },
	{ "equal limits tell both at once",
	  LIMITS(40 * M, 40 * M),
	  { { 40 * M, 0 }, { 40 * M + 1, JF_DO_SOFT_EVENT | JF_DO_HARD_EVENT | JF_DO_KILL } },
	  2 },
	{ "a limit of 0 is crossed by the first byte",
	  LIMITS(MAX, 0),
	  { { 0, 0 }, { 1, JF_DO_HARD_EVENT | JF_DO_KILL } },
	  2 },
	{ "a soft limit of 0 is armed again at 0",
	  LIMITS(0, MAX),
	  { { 1, JF_DO_SOFT_EVENT }, { 2, 0 }, { 0, 0 }, { 1, JF_DO_SOFT_EVENT } },
	  4 },
	{ "a soft limit below 16 bytes is armed again at the limit itself",
	  LIMITS(15, MAX),
	  { { 16, JF_DO_SOFT_EVENT }, { 15, 0 }, { 16, JF_DO_SOFT_EVENT } },
	  3 },
	{ "without limits nothing is ever decided",
	  LIMITS(MAX, MAX),
	  { { 0, 0 }, { M, 0 }, { MAX - 1, 0 }, { MAX, 0 } },
	  4 },
	{ "the largest limit that is one",
	  LIMITS(MAX, MAX - 1),
	  { { MAX - 1, 0 }, { MAX, JF_DO_HARD_EVENT | JF_DO_KILL } },
	  2 },
	{ "term asks once and then leaves it to the grace time",
	  AT_HARD(JF_ACTION_TERM, JF_SCOPE_CONTAINER),
	  { { 17 * M, JF_DO_HARD_EVENT | JF_DO_TERM },
	    { 18 * M, 0 },
	    { 10 * M, 0 },
	    { 17 * M, JF_DO_HARD_EVENT } },
	  4 },
	{ "there is no grace above the limit by 1/8",
	  AT_HARD(JF_ACTION_TERM, JF_SCOPE_CONTAINER),
	  { { 17 * M, JF_DO_HARD_EVENT | JF_DO_TERM },
	    { 18 * M, 0 },
	    { 18 * M + 1, JF_DO_KILL },
	    { MAX, 0 } },
	  4 },
	{ "nor for one process",
	  AT_HARD(JF_ACTION_TERM, JF_SCOPE_PROCESS),
	  { { 17 * M, JF_DO_HARD_EVENT | JF_DO_TERM_VICTIM, false },
	    { 18 * M, 0, true },
	    { 18 * M + 1, JF_DO_KILL_VICTIM, true },
	    { 18 * M + 1, 0, true },
	    { 17 * M, JF_DO_TERM_VICTIM, false } },
	  5 },
	{ "notify tells once a crossing and does nothing",
	  AT_HARD(JF_ACTION_NOTIFY, JF_SCOPE_CONTAINER),
	  { { 17 * M, JF_DO_HARD_EVENT },
	    { 18 * M, 0 },
	    { 15 * M, 0 },
	    { 17 * M, JF_DO_HARD_EVENT } },
	  4 },
	{ "stop stops at every look, and continues as soon as usage is not above",
	  AT_HARD(JF_ACTION_STOP, JF_SCOPE_CONTAINER),
	  { { 17 * M, JF_DO_HARD_EVENT | JF_DO_STOP },
	    { 17 * M, JF_DO_STOP },
	    { 16 * M, JF_DO_CONT },
	    { 16 * M, 0 },
	    { 17 * M, JF_DO_STOP },
	    { 15 * M, JF_DO_CONT },
	    { 17 * M, JF_DO_HARD_EVENT | JF_DO_STOP } },
	  7 },
	{ "the next victim waits until the last one's memory is gone",
	  AT_HARD(JF_ACTION_KILL, JF_SCOPE_PROCESS),
	  { { 17 * M, JF_DO_HARD_EVENT | JF_DO_KILL_VICTIM, false },
	    { 17 * M, 0, true },
	    { 17 * M, 0, true },
	    { 17 * M, JF_DO_KILL_VICTIM, false },
	    { 4 * M, 0, true },
	    { 17 * M, JF_DO_HARD_EVENT, true },
	    { 17 * M, JF_DO_KILL_VICTIM, false } },
	  7 },
	{ "term of one process, one at a time",
	  AT_HARD(JF_ACTION_TERM, JF_SCOPE_PROCESS),
	  { { 17 * M, JF_DO_HARD_EVENT | JF_DO_TERM_VICTIM, false },
	    { 17 * M, 0, true },
	    { 17 * M, JF_DO_TERM_VICTIM, false } },
	  3 },
};

TEST(every_story_goes_as_told)
{
	size_t i;
	unsigned int j;

	for (i = 0; i < ARRAY_SIZE(stories); i++) {
		const struct story *story = &stories[i];
		struct jf_policy_state state = {};

		for (j = 0; j < story->count; j++) {
			struct jf_policy_look look = {
				.now_us = (u64)j * JF_REARM_US,
				.usage = story->looks[j].usage,
				.victim_alive = story->looks[j].victim_alive,
			};

			EXPECT_EQ(story->looks[j].decisions,
				  jf_policy_decide(&story->config, &look, &state))
			TH_LOG("%s: look %u", story->title, j);
		}
	}
}

TEST(who_flaps_is_told_of_no_more_often_than_once_in_the_time_it_takes_to_arm)
{
	struct jf_policy_config config = { .soft_limit = 16 * M, .hard_limit = 32 * M,
					   .action = JF_ACTION_NOTIFY };
	struct jf_policy_look look = { .now_us = 5000000 };
	struct jf_policy_state state = {};
	unsigned int soft = 0, hard = 0, looks;
	u32 decisions;

	for (looks = 0; looks < 1000; looks++) {
		look.usage = looks % 2 ? 10 * M : 40 * M;
		decisions = jf_policy_decide(&config, &look, &state);
		soft += !!(decisions & JF_DO_SOFT_EVENT);
		hard += !!(decisions & JF_DO_HARD_EVENT);
		look.now_us += JF_REARM_US / 10;
	}
	/* a hundred times the time it takes to arm */
	EXPECT_LE(soft, 100U);
	EXPECT_LE(50U, soft);
	EXPECT_EQ(soft, hard);
}

TEST(a_look_that_tells_of_what_was_before_the_last_one_changes_no_clock)
{
	struct jf_policy_config config = AT_HARD(JF_ACTION_KILL, JF_SCOPE_PROCESS);
	struct jf_policy_look look = { .now_us = 5000000, .usage = 17 * M };
	struct jf_policy_state state = {};

	EXPECT_EQ(JF_DO_HARD_EVENT | JF_DO_KILL_VICTIM, jf_policy_decide(&config, &look, &state));
	look.now_us -= 1000;
	look.victim_alive = true;
	look.usage = 30 * M;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state)) TH_LOG("nobody is held yet");
	look.usage = 10 * M;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	EXPECT_EQ(true, state.hard_over);
	EXPECT_EQ(5000000, state.last_us);
}

TEST(a_limit_lowered_below_the_usage_acts_at_the_next_look)
{
	struct jf_policy_config config = LIMITS(MAX, MAX);
	struct jf_policy_state state = {};

	EXPECT_EQ(0, look_at(&config, 50 * M, &state));
	config.soft_limit = 40 * M;
	EXPECT_EQ(JF_DO_SOFT_EVENT, look_at(&config, 50 * M, &state));
	config.hard_limit = 45 * M;
	EXPECT_EQ(JF_DO_HARD_EVENT | JF_DO_KILL, look_at(&config, 50 * M, &state));
}

TEST(who_was_stopped_is_continued_when_the_limit_or_the_action_changes)
{
	struct jf_policy_config config = AT_HARD(JF_ACTION_STOP, JF_SCOPE_CONTAINER);
	struct jf_policy_state state = {};

	EXPECT_EQ(JF_DO_HARD_EVENT | JF_DO_STOP, look_at(&config, 17 * M, &state));
	config.hard_limit = MAX;
	EXPECT_EQ(JF_DO_CONT, look_at(&config, 17 * M, &state));

	config.hard_limit = 16 * M;
	EXPECT_EQ(JF_DO_HARD_EVENT | JF_DO_STOP, look_at(&config, 17 * M, &state));
	config.action = JF_ACTION_NOTIFY;
	EXPECT_EQ(JF_DO_CONT, look_at(&config, 17 * M, &state));

	config.action = JF_ACTION_STOP;
	EXPECT_EQ(JF_DO_STOP, look_at(&config, 17 * M, &state));
	config.action = JF_ACTION_TERM;
	EXPECT_EQ(JF_DO_TERM | JF_DO_CONT, look_at(&config, 17 * M, &state))
	TH_LOG("a stopped process cannot act on SIGTERM");
}

/* The rules, each a function: does this decision keep it? */
struct verdict {
	const struct jf_policy_config *config;
	struct jf_policy_look look;
	struct jf_policy_state before;
	struct jf_policy_state after;
	u32 decisions;
};

static bool over_after(bool before, const struct verdict *v, u64 limit)
{
	if (v->look.usage > limit)
		return true;
	return v->look.usage > limit - limit / 16 || v->look.now_us < JF_REARM_US ? before : false;
}

static bool soft_is_told_at_its_crossing(const struct verdict *v)
{
	bool crossing = v->look.usage > v->config->soft_limit && !v->before.soft_over;

	return crossing == !!(v->decisions & JF_DO_SOFT_EVENT) &&
		v->after.soft_over ==
		over_after(v->before.soft_over, v, v->config->soft_limit);
}

static bool hard_is_told_at_its_crossing(const struct verdict *v)
{
	bool crossing = v->look.usage > v->config->hard_limit && !v->before.hard_over;

	return crossing == !!(v->decisions & JF_DO_HARD_EVENT) &&
		v->after.hard_over ==
		over_after(v->before.hard_over, v, v->config->hard_limit);
}

/* Who was asked to end gets no more grace above the limit by 1/8 of it, or if it is to be killed now. */
static bool beyond_grace(const struct verdict *v)
{
	if (v->config->action == JF_ACTION_KILL)
		return true;
	return v->look.usage > v->config->hard_limit &&
		v->look.usage - v->config->hard_limit > v->config->hard_limit / 8;
}

/* For usage above the hard limit. */
static u32 expected_for_all(const struct verdict *v)
{
	if (v->config->action == JF_ACTION_KILL)
		return JF_DO_KILL;
	if (!v->before.asked_all)
		return JF_DO_TERM;
	return beyond_grace(v) ? JF_DO_KILL : 0;
}

static u32 expected_for_one(const struct verdict *v)
{
	if (v->look.victim_alive)
		return v->before.asked_victim && beyond_grace(v) ? JF_DO_KILL_VICTIM : 0;
	return v->config->action == JF_ACTION_KILL ? JF_DO_KILL_VICTIM : JF_DO_TERM_VICTIM;
}

static bool the_action_is_the_one_asked_for(const struct verdict *v)
{
	u32 expected = 0;

	if (v->look.usage <= v->config->hard_limit || v->config->action == JF_ACTION_NOTIFY)
		expected = 0;
	else if (v->config->action == JF_ACTION_STOP)
		expected = JF_DO_STOP;
	else if (v->config->scope == JF_SCOPE_CONTAINER)
		expected = expected_for_all(v);
	else
		expected = expected_for_one(v);
	return (v->decisions & DO_ANY_ACTION) == expected;
}

static bool ending_is_set_by_what_ends(const struct verdict *v)
{
	return v->after.ending == !!(v->decisions & JF_DO_KILL);
}

static bool who_was_asked_is_remembered(const struct verdict *v)
{
	bool all = v->before.asked_all || v->decisions & JF_DO_TERM;
	bool victim = v->before.asked_victim;

	if (v->decisions & (JF_DO_TERM_VICTIM | JF_DO_KILL_VICTIM))
		victim = v->decisions & JF_DO_TERM_VICTIM;
	return v->after.asked_all == all && v->after.asked_victim == victim;
}

static bool who_is_stopped_is_continued_or_killed(const struct verdict *v)
{
	bool let_go = v->before.stopped && !(v->decisions & (JF_DO_STOP | JF_DO_KILL));

	return v->after.stopped == !!(v->decisions & JF_DO_STOP) &&
		let_go == !!(v->decisions & JF_DO_CONT);
}

static bool nothing_else_is_decided(const struct verdict *v)
{
	return !(v->decisions &
		 ~(JF_DO_SOFT_EVENT | JF_DO_HARD_EVENT | DO_ANY_ACTION | JF_DO_CONT));
}

static const struct {
	const char *name;
	bool (*holds)(const struct verdict *v);
} rules[] = {
	{ "soft is told at its crossing", soft_is_told_at_its_crossing },
	{ "hard is told at its crossing", hard_is_told_at_its_crossing },
	{ "the action is the one asked for", the_action_is_the_one_asked_for },
	{ "ending is set by what ends", ending_is_set_by_what_ends },
	{ "who was asked is remembered", who_was_asked_is_remembered },
	{ "who is stopped is continued or killed", who_is_stopped_is_continued_or_killed },
	{ "nothing else is decided", nothing_else_is_decided },
};

static const char *broken_rule(const struct verdict *v)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (!rules[i].holds(v))
			return rules[i].name;
	return NULL;
}

static const u64 limits[] = { 0,      1,      15,    16,	   17,	    4 * K,
			      40 * M, 64 * M, 4 * G, (u64)1 << 63, MAX - 1, MAX };

/* the edges of a limit and of its re-arming */
static u64 edge(u64 limit, unsigned int i)
{
	u64 rearm = limit - limit / 16;
	u64 grace = limit > MAX - limit / 8 ? MAX : limit + limit / 8;
	const u64 edges[] = {
		0,     rearm - !!rearm,	      rearm, rearm + (rearm < MAX), limit - !!limit,
		limit, limit + (limit < MAX), grace, grace + (grace < MAX), MAX
	};

	return edges[i];
}

#define EDGES 10

/* victim, five flags of the state, four actions, two scopes, whether an event can be armed yet */
#define CASES 1024

/* Every state, action, scope and victim at one usage. Returns how many broke a rule. */
static unsigned int sweep(struct __test_metadata *_metadata, struct jf_policy_config *config,
			  u64 usage)
{
	unsigned int i, broken = 0;
	const char *rule;

	for (i = 0; i < CASES; i++) {
		struct verdict v = { .config = config,
				     .look = { .usage = usage, .victim_alive = i & 1,
					       .now_us = i & 512 ? JF_REARM_US : JF_REARM_US - 1 } };

		v.before = (struct jf_policy_state){ .soft_over = i & 2,
						     .hard_over = i & 4,
						     .stopped = i & 8,
						     .asked_all = i & 16,
						     .asked_victim = i & 32 };
		config->action = i >> 6 & 3;
		config->scope = i >> 8 & 1;
		v.after = v.before;
		v.decisions = jf_policy_decide(config, &v.look, &v.after);
		rule = broken_rule(&v);
		if (rule && !broken++)
			TH_LOG("broken: %s (soft %llu hard %llu usage %llu case %u decisions %x)",
			       rule, (unsigned long long)config->soft_limit,
			       (unsigned long long)config->hard_limit, (unsigned long long)usage, i,
			       v.decisions);
	}
	return broken;
}

TEST(every_action_scope_state_and_crossing_keeps_the_rules)
{
	struct jf_policy_config config = {};
	size_t soft, hard;
	unsigned int i;

	for (soft = 0; soft < ARRAY_SIZE(limits); soft++) {
		for (hard = 0; hard < ARRAY_SIZE(limits); hard++) {
			config.soft_limit = limits[soft];
			config.hard_limit = limits[hard];
			for (i = 0; i < EDGES; i++) {
				ASSERT_EQ(0, sweep(_metadata, &config, edge(limits[soft], i)));
				ASSERT_EQ(0, sweep(_metadata, &config, edge(limits[hard], i)));
			}
		}
	}
}

TEST(nothing_is_decided_or_changed_once_it_is_ending)
{
	unsigned int i;

	for (i = 0; i < 4096; i++) {
		struct jf_policy_config config = LIMITS(i & 1 ? 0 : 40 * M, i & 2 ? 0 : MAX);
		struct jf_policy_look look = { .usage = i & 4 ? MAX : 0,
					       .high_water = i & 8 ? MAX : 0,
					       .now_us = i,
					       .victim_alive = i & 16 };
		struct jf_policy_state before = { .ending = true,
						  .soft_over = i & 32,
						  .hard_over = i & 64,
						  .stopped = i & 128,
						  .forecast_over = i & 256,
						  .rate = 1000 };
		struct jf_policy_state after = before;

		config.action = i >> 9 & 3;
		config.scope = i >> 11 & 1;
		EXPECT_EQ(0, jf_policy_decide(&config, &look, &after));
		EXPECT_EQ(0, memcmp(&before, &after, sizeof(after)));
	}
}

TEST(a_peak_between_two_looks_is_told_once_and_only_if_no_look_saw_it)
{
	static const struct {
		u64 usage, high_water;
		u32 decisions;
	} looks[] = {
		{ 10 * M, 20 * M, 0 }, /* below both limits */
		{ 10 * M, 41 * M, JF_DO_SPIKE_SOFT },
		{ 10 * M, 41 * M, 0 }, /* the same mark again */
		{ 10 * M, 64 * M, JF_DO_SPIKE_SOFT }, /* equal to the hard limit is not above it */
		{ 10 * M, 65 * M, JF_DO_SPIKE_HARD },
		{ 41 * M, 65 * M, JF_DO_SOFT_EVENT },
		{ 39 * M, 66 * M, JF_DO_SPIKE_HARD },
		{ 39 * M, 66 * M, 0 },
		{ 30 * M, 0, 0 }, /* not known */
	};
	struct jf_policy_config config = LIMITS(40 * M, 64 * M);
	struct jf_policy_state state = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(looks); i++) {
		struct jf_policy_look look = { .usage = looks[i].usage,
					       .high_water = looks[i].high_water };

		EXPECT_EQ(looks[i].decisions, jf_policy_decide(&config, &look, &state))
		TH_LOG("look %zu", i);
	}
}

TEST(a_peak_that_a_look_saw_is_no_spike)
{
	struct jf_policy_config config = AT_HARD(JF_ACTION_NOTIFY, JF_SCOPE_CONTAINER);
	struct jf_policy_look look = { .usage = 20 * M, .high_water = 20 * M };
	struct jf_policy_state state = {};

	EXPECT_EQ(JF_DO_HARD_EVENT, jf_policy_decide(&config, &look, &state));
	look.usage = M;
	look.now_us += JF_REARM_US;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	look.high_water = 20 * M + 1;
	EXPECT_EQ(JF_DO_SPIKE_HARD, jf_policy_decide(&config, &look, &state));
}

/* A container as a random walk with jumps, and the events it should have had, counted from the outside. */
static bool walk(unsigned int steps)
{
	struct jf_policy_config config = LIMITS(random_below(64 * M), random_below(64 * M));
	unsigned int soft = 0, hard = 0, soft_told = 0, hard_told = 0, i;
	bool soft_armed = true, hard_armed = true;
	u64 soft_us = 0, hard_us = 0;
	struct jf_policy_look look = { .now_us = 1 };
	struct jf_policy_state state = {};

	config.action = JF_ACTION_NOTIFY;
	for (i = 0; i < steps; i++) {
		u32 decisions;
		u64 told = state.told;

		look.usage = random_below(4) ? look.usage / 2 + random_below(8 * M) :
					       random_below(128 * M);
		look.high_water = random_below(2) ? look.usage : 0;
		look.now_us += random_below(random_below(2) ? 2 * JF_REARM_US : 20 * JF_REARM_US);
		decisions = jf_policy_decide(&config, &look, &state);

		if (soft_armed && look.usage > config.soft_limit) {
			soft++;
			soft_us = look.now_us;
		}
		if (hard_armed && look.usage > config.hard_limit) {
			hard++;
			hard_us = look.now_us;
		}
		if (look.usage > config.soft_limit)
			soft_armed = false;
		else if (look.usage <= config.soft_limit - config.soft_limit / 16 &&
			 look.now_us - soft_us >= JF_REARM_US)
			soft_armed = true;
		if (look.usage > config.hard_limit)
			hard_armed = false;
		else if (look.usage <= config.hard_limit - config.hard_limit / 16 &&
			 look.now_us - hard_us >= JF_REARM_US)
			hard_armed = true;
		soft_told += !!(decisions & JF_DO_SOFT_EVENT);
		hard_told += !!(decisions & JF_DO_HARD_EVENT);
		if (soft != soft_told || hard != hard_told || state.told < told ||
		    decisions & (DO_ANY_ACTION | JF_DO_CONT))
			return false;
	}
	return true;
}

TEST(random_walks_have_one_event_for_each_crossing)
{
	u64 seed = random_seed();
	unsigned int i;

	for (i = 0; i < 2000; i++)
		ASSERT_TRUE(walk(200))
	TH_LOG("walk %u, JF_SEED=%llu runs it again", i, (unsigned long long)seed);
}

TEST(a_limit_that_was_raised_has_a_crossing_of_its_own)
{
	struct jf_policy_config old, config = { .soft_limit = 10 << 20, .hard_limit = 64 << 20 };
	struct jf_policy_look look = { .now_us = 1000000, .usage = 11 << 20 };
	struct jf_policy_state state = { 0 };

	EXPECT_EQ(JF_DO_SOFT_EVENT, jf_policy_decide(&config, &look, &state));
	old = config;
	config.soft_limit = look.usage;
	jf_policy_limits_changed(&old, &config, &state);
	look.now_us += 1000000;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	look.now_us += 1000000;
	look.usage += 4096;
	EXPECT_EQ(JF_DO_SOFT_EVENT, jf_policy_decide(&config, &look, &state));
	/* still above it: the same crossing */
	old = config;
	config.soft_limit -= 4096;
	jf_policy_limits_changed(&old, &config, &state);
	look.now_us += 1000000;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	/* the other limit's change, or the same value again, is none of this one's */
	look.usage = config.soft_limit - 4096;
	look.now_us += 1000000;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	old = config;
	config.hard_limit *= 2;
	jf_policy_limits_changed(&old, &config, &state);
	look.usage = config.soft_limit + 4096;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
}

TEST(a_victim_that_was_asked_is_killed_when_the_action_becomes_kill)
{
	struct jf_policy_config config = { .soft_limit = JF_LIMIT_MAX,
					   .hard_limit = 16 << 20,
					   .action = JF_ACTION_TERM,
					   .scope = JF_SCOPE_PROCESS };
	struct jf_policy_look look = { .now_us = 1000000, .usage = 17 << 20 };
	struct jf_policy_state state = { 0 };

	EXPECT_EQ(JF_DO_HARD_EVENT | JF_DO_TERM_VICTIM, jf_policy_decide(&config, &look, &state));
	look.victim_alive = true;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	config.action = JF_ACTION_KILL;
	EXPECT_EQ(JF_DO_KILL_VICTIM, jf_policy_decide(&config, &look, &state));
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
}

TEST(a_victim_that_keeps_its_memory_takes_the_others_with_it_if_they_grow)
{
	struct jf_policy_config config = { .soft_limit = JF_LIMIT_MAX,
					   .hard_limit = 16 << 20,
					   .action = JF_ACTION_KILL,
					   .scope = JF_SCOPE_PROCESS };
	struct jf_policy_look look = { .now_us = 5000000, .usage = 24 << 20 };
	struct jf_policy_state state = { 0 };

	EXPECT_EQ(JF_DO_HARD_EVENT | JF_DO_KILL_VICTIM, jf_policy_decide(&config, &look, &state));
	look.victim_alive = true;
	/* it takes its time, and nobody makes use of that */
	look.now_us += 60000000;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	look.usage = 27 << 20;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	/* it is gone; the next one dies slowly while the others grow, and then too slowly */
	look.victim_alive = false;
	EXPECT_EQ(JF_DO_KILL_VICTIM, jf_policy_decide(&config, &look, &state));
	look.victim_alive = true;
	look.now_us += 1000000;
	look.usage = 64 << 20;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	look.now_us += 1;
	EXPECT_EQ(JF_DO_KILL, jf_policy_decide(&config, &look, &state));
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
}

TEST(a_victim_that_was_asked_has_its_time_from_the_kill_on)
{
	struct jf_policy_config config = { .soft_limit = JF_LIMIT_MAX,
					   .hard_limit = 16 << 20,
					   .action = JF_ACTION_TERM,
					   .scope = JF_SCOPE_PROCESS };
	struct jf_policy_look look = { .now_us = 5000000, .usage = 17 << 20 };
	struct jf_policy_state state = { 0 };

	EXPECT_EQ(JF_DO_HARD_EVENT | JF_DO_TERM_VICTIM, jf_policy_decide(&config, &look, &state));
	look.victim_alive = true;
	look.now_us += 5000000;
	look.usage = 24 << 20;
	EXPECT_EQ(JF_DO_KILL_VICTIM, jf_policy_decide(&config, &look, &state));
	look.now_us += 1000;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
	/* as one that was not asked */
	look.now_us += 1000000;
	look.usage = 28 << 20;
	EXPECT_EQ(JF_DO_KILL, jf_policy_decide(&config, &look, &state));
}

TEST(a_victim_whose_grace_is_over_has_its_time_from_then_on)
{
	struct jf_policy_config config = { .soft_limit = JF_LIMIT_MAX,
					   .hard_limit = 16 << 20,
					   .action = JF_ACTION_TERM,
					   .scope = JF_SCOPE_PROCESS };
	struct jf_policy_look look = { .now_us = 5000000, .usage = 17 << 20 };
	struct jf_policy_state state = { 0 };

	EXPECT_EQ(JF_DO_HARD_EVENT | JF_DO_TERM_VICTIM, jf_policy_decide(&config, &look, &state));
	look.victim_alive = true;
	look.now_us += 10000000;
	jf_policy_victim_killed(&state, look.now_us, look.usage);
	look.now_us += 1000;
	look.usage = 24 << 20;
	EXPECT_EQ(0, jf_policy_decide(&config, &look, &state));
}

TEST_HARNESS_MAIN
