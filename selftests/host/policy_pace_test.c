// SPDX-License-Identifier: GPL-2.0
/* When the policy wants to look again, and what it says about the time to the hard limit. */
#include "policy.h"

#include "../kselftest_harness.h"
#include "lib_random.h"

#define K ((u64)1 << 10)
#define M ((u64)1 << 20)
#define G ((u64)1 << 30)
#define MAX JF_LIMIT_MAX

static const struct jf_policy_pace pace = { .min_us = 1000,
					    .max_us = 100000,
					    .fill_bytes_per_us = 1024 };

/* how far a container can be below its limit until it need not be looked at for all of max_us */
#define FAR ((u64)100000 * 1024)

static const struct {
	const char *title;
	u64 soft, hard, usage;
	bool soft_over;
	u64 us;
} looks[] = {
	{ "no limit, no look", MAX, MAX, M, false, JF_LOOK_NEVER },
	{ "no limit, no look, at any usage", MAX, MAX, MAX, true, JF_LOOK_NEVER },
	{ "far from the limit it is max_us", MAX, 4 * G, M, false, 100000 },
	{ "the last headroom that is far", MAX, FAR, 0, false, 100000 },
	{ "one byte a microsecond nearer", MAX, FAR - 1024, 0, false, 99999 },
	{ "headroom / fill", MAX, 64 * M, 64 * M - 5000 * K, false, 5000 },
	{ "never below min_us", MAX, 64 * M, 64 * M - 1, false, 1000 },
	{ "at the limit, min_us", MAX, 64 * M, 64 * M, false, 1000 },
	{ "the nearer limit counts: soft", 10 * M, 4 * G, 10 * M - 2000 * K, false, 2000 },
	{ "the nearer limit counts: hard", 4 * G, 10 * M, 10 * M - 2000 * K, false, 2000 },
	{ "a soft limit that was told of does not hurry", 10 * M, 4 * G, 10 * M - 100 * K, true,
	  100000 },
	{ "but for its event to be armed again", 10 * M, 4 * G, 10 * M - 2000 * K, true, JF_REARM_US },
	{ "above the soft limit only the hard one counts", 10 * M, 20 * M, 20 * M - 3000 * K, true,
	  3000 },
	{ "only a soft limit, above it: looked at to arm it again", 10 * M, MAX, 12 * M, true,
	  100000 },
	{ "above the hard limit and alive, nothing is left to be quick for", MAX, 10 * M, 12 * M,
	  false, 100000 },
	{ "the edge of 64 bits, full", MAX, MAX - 1, MAX - 1, false, 1000 },
	{ "the edge of 64 bits, empty", MAX, MAX - 1, 0, false, 100000 },
	{ "the edge of 64 bits, above", MAX, MAX - 1, MAX, false, 100000 },
	{ "a limit of 0", MAX, 0, 0, false, 1000 },
};

TEST(every_next_look_is_as_the_table_says)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(looks); i++) {
		struct jf_policy_config config = { .soft_limit = looks[i].soft,
						   .hard_limit = looks[i].hard };
		struct jf_policy_state state = { .soft_over = looks[i].soft_over,
						 .usage = looks[i].usage };

		EXPECT_EQ(looks[i].us, jf_policy_next_look(&config, &pace, looks[i].usage, &state))
		TH_LOG("%s", looks[i].title);
	}
}

TEST(who_is_ending_is_not_looked_at)
{
	struct jf_policy_config config = { .soft_limit = 1, .hard_limit = 2 };
	struct jf_policy_state state = { .ending = true };

	EXPECT_EQ(JF_LOOK_NEVER, jf_policy_next_look(&config, &pace, 0, &state));
	EXPECT_EQ(JF_LOOK_NEVER, jf_policy_next_look(&config, &pace, MAX, &state));
}

TEST(any_next_look_is_within_its_bounds_and_in_time)
{
	u64 seed = random_seed();
	unsigned int i;

	for (i = 0; i < 200000; i++) {
		struct jf_policy_config config = { .soft_limit = random_width(),
						   .hard_limit = random_width() };
		struct jf_policy_state state = { .soft_over = random_below(2) };
		struct jf_policy_pace any = { .min_us = 1 + random_below(1 << 20),
					      .fill_bytes_per_us = 1 + random_below(1 << 20) };
		u64 usage = random_width();
		u64 us;

		any.max_us = any.min_us + random_below(1 << 20);
		us = jf_policy_next_look(&config, &any, usage, &state);
		ASSERT_TRUE(us <= any.max_us && (us >= any.min_us || (state.soft_over && us == JF_REARM_US)))
		TH_LOG("JF_SEED=%llu", (unsigned long long)seed);
		/* it cannot have filled the headroom by then, but for the floor */
		if (us > any.min_us && usage <= config.hard_limit)
			ASSERT_LE(us * any.fill_bytes_per_us, config.hard_limit - usage)
		TH_LOG("JF_SEED=%llu", (unsigned long long)seed);
		if (us > any.min_us && usage <= config.hard_limit && !state.soft_over &&
		    config.soft_limit < config.hard_limit)
			ASSERT_LE(us * any.fill_bytes_per_us, config.soft_limit - usage)
		TH_LOG("JF_SEED=%llu", (unsigned long long)seed);
	}
}

TEST(more_headroom_never_means_an_earlier_look)
{
	u64 seed = random_seed();
	unsigned int i;

	for (i = 0; i < 200000; i++) {
		struct jf_policy_config config = { .soft_limit = MAX,
						   .hard_limit = random_width() };
		struct jf_policy_state state = {};
		u64 usage = config.hard_limit ? random_below(config.hard_limit) : 0;
		u64 less = usage ? random_below(usage) : 0;

		ASSERT_LE(jf_policy_next_look(&config, &pace, usage, &state),
			  jf_policy_next_look(&config, &pace, less, &state))
		TH_LOG("JF_SEED=%llu", (unsigned long long)seed);
	}
}

/* Looks at a steady growth, a tenth of a second apart; returns the decisions of them all. */
static u32 grow(const struct jf_policy_config *config, struct jf_policy_state *state, u64 from,
		s64 step, unsigned int count)
{
	struct jf_policy_look look = { .now_us = state->last_us ?: 1, .usage = from };
	u32 decisions = 0;

	while (count--) {
		look.now_us += 100000;
		look.usage += step;
		decisions |= jf_policy_decide(config, &look, state);
	}
	return decisions;
}

TEST(the_forecast_of_a_steady_growth_is_headroom_by_rate)
{
	struct jf_policy_config config = { .soft_limit = MAX, .hard_limit = 100 * M };
	struct jf_policy_state state = {};
	u64 ms;

	EXPECT_EQ(JF_FORECAST_NONE, jf_policy_forecast(&config, &state))
	TH_LOG("nothing was seen yet");
	grow(&config, &state, 0, M, 50);
	/* 50 MiB are left at 10 MiB a second: 5000 ms */
	ms = jf_policy_forecast(&config, &state);
	EXPECT_GE(ms, 4900);
	EXPECT_LE(ms, 5200);
	config.hard_limit = MAX;
	EXPECT_EQ(JF_FORECAST_NONE, jf_policy_forecast(&config, &state));
	config.hard_limit = 10 * M;
	EXPECT_EQ(0, jf_policy_forecast(&config, &state));
}

TEST(who_shrinks_or_stands_still_has_no_forecast)
{
	struct jf_policy_config config = { .soft_limit = MAX, .hard_limit = 100 * M };
	struct jf_policy_state state = {};

	grow(&config, &state, 50 * M, 0, 20);
	EXPECT_EQ(JF_FORECAST_NONE, jf_policy_forecast(&config, &state));
	grow(&config, &state, 50 * M, -(s64)M, 20);
	EXPECT_EQ(JF_FORECAST_NONE, jf_policy_forecast(&config, &state));
}

TEST(the_forecast_event_comes_once_until_it_is_twice_as_far)
{
	struct jf_policy_config config = { .soft_limit = MAX,
					   .hard_limit = 100 * M,
					   .forecast_ms = 2000 };
	struct jf_policy_state state = {};

	EXPECT_EQ(0, grow(&config, &state, 0, M, 70));
	EXPECT_EQ(JF_DO_FORECAST_EVENT, grow(&config, &state, 70 * M, M, 25));
	EXPECT_EQ(0, grow(&config, &state, 95 * M, 0, 1));
	EXPECT_EQ(0, grow(&config, &state, 95 * M, -(s64)M, 80));
	EXPECT_EQ(JF_DO_FORECAST_EVENT, grow(&config, &state, 15 * M, M, 83));
	config.forecast_ms = 0;
	EXPECT_EQ(0, grow(&config, &state, 98 * M, 100, 5));
}

TEST(no_jump_of_usage_or_clock_makes_nonsense_of_the_rate)
{
	u64 seed = random_seed();
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		struct jf_policy_config config = { .soft_limit = MAX,
						   .hard_limit = random_width(),
						   .forecast_ms = 1000,
						   .action = JF_ACTION_NOTIFY };
		struct jf_policy_state state = {};
		struct jf_policy_look look = {};
		unsigned int step;

		for (step = 0; step < 100; step++) {
			look.now_us += random_width() >> 1;
			look.usage = random_width();
			jf_policy_decide(&config, &look, &state);
			/* 1 TiB in a millisecond is the most that one look may tell */
			ASSERT_LE(state.rate, (s64)1000 << 40)
			TH_LOG("JF_SEED=%llu", (unsigned long long)seed);
			ASSERT_GE(state.rate, -((s64)1000 << 40))
			TH_LOG("JF_SEED=%llu", (unsigned long long)seed);
		}
	}
}

static const struct {
	const char *title;
	u64 soft, hard, usage;
	struct jf_policy_state state;
	u64 above, below;
} thresholds[] = {
	{ "no limit", MAX, MAX, M, {}, MAX, MAX },
	{ "the hard limit", MAX, 64 * M, M, {}, 64 * M, MAX },
	{ "the soft limit is nearer", 32 * M, 64 * M, M, {}, 32 * M, MAX },
	{ "the hard limit is nearer", 96 * M, 64 * M, M, {}, 64 * M, MAX },
	{ "at the limit it is still to come", MAX, 64 * M, 64 * M, {}, 64 * M, MAX },
	{ "told of the soft limit: the hard one, and 15/16",
	  32 * M,
	  64 * M,
	  40 * M,
	  { .soft_over = true },
	  64 * M,
	  30 * M },
	{ "fallen below the soft limit and not yet armed again",
	  32 * M,
	  64 * M,
	  31 * M,
	  { .soft_over = true },
	  64 * M,
	  30 * M },
	{ "told of both: the nearer one is armed first",
	  32 * M,
	  64 * M,
	  70 * M,
	  { .soft_over = true, .hard_over = true },
	  MAX,
	  60 * M },
	{ "fallen below the hard one's",
	  32 * M,
	  64 * M,
	  50 * M,
	  { .soft_over = true, .hard_over = true },
	  64 * M,
	  30 * M },
	{ "asked to end: an eighth more",
	  MAX,
	  64 * M,
	  65 * M,
	  { .hard_over = true, .asked_all = true },
	  72 * M,
	  60 * M },
	{ "a victim asked to end: an eighth more",
	  MAX,
	  64 * M,
	  65 * M,
	  { .hard_over = true, .asked_victim = true },
	  72 * M,
	  60 * M },
	{ "stopped: may go on at the limit",
	  MAX,
	  64 * M,
	  65 * M,
	  { .hard_over = true, .stopped = true },
	  MAX,
	  64 * M },
	{ "being killed", 32 * M, 64 * M, M, { .ending = true }, MAX, MAX },
};

TEST(the_next_thresholds_are_as_the_table_says)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(thresholds); i++) {
		struct jf_policy_config config = { .soft_limit = thresholds[i].soft,
						   .hard_limit = thresholds[i].hard };

		EXPECT_EQ(thresholds[i].above,
			  jf_policy_threshold(&config, &thresholds[i].state, thresholds[i].usage))
		TH_LOG("%s", thresholds[i].title);
		EXPECT_EQ(thresholds[i].below,
			  jf_policy_threshold_below(&config, &thresholds[i].state,
						    thresholds[i].usage))
		TH_LOG("%s", thresholds[i].title);
	}
}

/* What is said to be the same for a range must be so for each of it: against the policy itself. */
TEST(a_range_without_a_threshold_has_one_decision)
{
	uint64_t seed = random_seed();
	u64 decided[2] = { 0, 0 };
	size_t i, same = 0;

	for (i = 0; i < 200000; i++) {
		struct jf_policy_config config = {
			.soft_limit = random_below(64),
			.hard_limit = random_below(64),
			.action = random_below(4),
			.scope = random_below(2),
		};
		struct jf_policy_state state = {}, after;
		u64 low = random_below(64), high = low + random_below(32);
		struct jf_policy_look look = { .now_us = 1000, .usage = random_below(64) };
		u64 usage;
		bool first;

		jf_policy_decide(&config, &look, &state);
		/* above the hard limit nobody asks */
		if (state.ending || high > config.hard_limit ||
		    !jf_policy_same(&config, &state, low, high))
			continue;
		same++;
		look.now_us += 500;
		for (usage = low; usage <= high; usage++) {
			u32 decision;

			after = state;
			look.usage = usage;
			decision = jf_policy_decide(&config, &look, &after);
			first = usage == low;
			if (first) {
				decided[0] = decision;
				decided[1] = after.soft_over * 2 + after.hard_over;
			}
			ASSERT_EQ(decided[0], decision)
			TH_LOG("seed %#llx, JF_SEED repeats it", (unsigned long long)seed);
			ASSERT_EQ(decided[1], (u64)after.soft_over * 2 + after.hard_over);
		}
	}
	/* not an empty promise */
	EXPECT_LT((size_t)10000, same);
}

TEST_HARNESS_MAIN
