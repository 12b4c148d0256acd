// SPDX-License-Identifier: GPL-2.0
/* Sizes and names as users write them. */
#include "policy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../kselftest_harness.h"
#include "lib_random.h"

#define UNTOUCHED 0x5ca1ab1e5ca1ab1eu

static const struct {
	const char *text;
	u64 bytes;
} good[] = {
	{ "0", 0 },
	{ "0\n", 0 },
	{ "1", 1 },
	{ "4096", 4096 },
	{ "00042", 42 },
	{ "0K", 0 },
	{ "1K", 1024 },
	{ "1k\n", 1024 },
	{ "40M", 41943040 },
	{ "64m", 67108864 },
	{ "2G\n", (u64)2 << 30 },
	{ "2g", (u64)2 << 30 },
	{ "3T", (u64)3 << 40 },
	{ "3t", (u64)3 << 40 },
	{ "max", JF_LIMIT_MAX },
	{ "max\n", JF_LIMIT_MAX },
	{ "18446744073709551614", JF_LIMIT_MAX - 1 },
	{ "18446744073709551615", JF_LIMIT_MAX },
	{ "18014398509481983K", ~(u64)0 << 10 },
	{ "17592186044415M", ~(u64)0 << 20 },
	{ "17179869183G", ~(u64)0 << 30 },
	{ "16777215T\n", ~(u64)0 << 40 },
	{ "000000000000000000000000000000000000000001", 1 },
};

/* clang-format off */
static const char *const bad[] = {
	"", "\n", " ", "K", "M\n", "-1", "-0", "+1", " 1", "1 ", "1\n\n", "1 M", "1.5M", "1,5",
	"0x40", "0b1", "1e6", "1KB", "1KiB", "1Ki", "1KK", "1MK", "1P", "1E", "1b", "1B",
	"64Mjunk", "64M junk", "1\nM", "1\n2", "MAX", "Max", "maxi", "ma", "max ", " max",
	"max\n\n", "max1", "unlimited", "infinity", "none", "18446744073709551616",
	"18446744073709551620", "28446744073709551615", "184467440737095516150",
	"99999999999999999999", "18014398509481984K", "17592186044416M", "17179869184G",
	"16777216T", "18446744073709551615K", "1\r", "1\r\n", "1\t", "\t1", "\v1", "1\0011",
	"\xd9\xa1", "1\xc2\xa0", "'1'", "\"1\"", "$((1))",
};
/* clang-format on */

TEST(every_good_size_is_read)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		u64 bytes = UNTOUCHED;

		EXPECT_EQ(0, jf_policy_parse_size(good[i].text, &bytes))
		TH_LOG("'%s'", good[i].text);
		EXPECT_EQ(good[i].bytes, bytes) TH_LOG("'%s'", good[i].text);
	}
}

TEST(every_bad_size_is_refused_and_nothing_is_written)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		u64 bytes = UNTOUCHED;

		EXPECT_EQ(-EINVAL, jf_policy_parse_size(bad[i], &bytes)) TH_LOG("'%s'", bad[i]);
		EXPECT_EQ(UNTOUCHED, bytes) TH_LOG("'%s'", bad[i]);
	}
}

TEST(what_is_printed_is_read_back)
{
	u64 seed = random_seed();
	unsigned int i;

	for (i = 0; i < 200000; i++) {
		u64 value = random_width(), bytes;
		char text[32];

		snprintf(text, sizeof(text), "%llu%s", value, random_below(2) ? "\n" : "");
		ASSERT_EQ(0, jf_policy_parse_size(text, &bytes))
		TH_LOG("%s JF_SEED=%llu", text, (unsigned long long)seed);
		ASSERT_EQ(value, bytes) TH_LOG("%s JF_SEED=%llu", text, (unsigned long long)seed);
	}
}

TEST(a_unit_multiplies_or_the_size_is_refused)
{
	static const char units[] = "KMGT";
	u64 seed = random_seed();
	unsigned int i;

	for (i = 0; i < 200000; i++) {
		unsigned int unit = random_below(4), shift = 10 * (unit + 1);
		u64 value = random_width(), bytes = UNTOUCHED;
		bool fits = value <= JF_LIMIT_MAX >> shift;
		char text[32];

		snprintf(text, sizeof(text), "%llu%c", value, units[unit]);
		ASSERT_EQ(fits ? 0 : -EINVAL, jf_policy_parse_size(text, &bytes))
		TH_LOG("%s JF_SEED=%llu", text, (unsigned long long)seed);
		ASSERT_EQ(fits ? value << shift : UNTOUCHED, bytes)
		TH_LOG("%s JF_SEED=%llu", text, (unsigned long long)seed);
	}
}

/* The grammar, said once more: digits, a unit or none, a newline or none; its value in 128 bits. */
static bool is_size(const char *text, u64 *bytes)
{
	static const char units[] = "KMGT";
	__extension__ unsigned __int128 value = 0;
	size_t digits = strspn(text, "0123456789"), i;
	const char *rest = text + digits;
	const char *unit = strchr(units, toupper(*rest));

	if (!strcmp(text, "max") || !strcmp(text, "max\n")) {
		*bytes = JF_LIMIT_MAX;
		return true;
	}
	for (i = 0; i < digits && value <= JF_LIMIT_MAX; i++)
		value = value * 10 + (text[i] - '0');
	if (*rest && unit) {
		value <<= 10 * (unit - units + 1);
		rest++;
	}
	*bytes = value;
	return digits && (!strcmp(rest, "") || !strcmp(rest, "\n")) && value <= JF_LIMIT_MAX;
}

TEST(any_text_is_read_as_the_grammar_says)
{
	static const char alphabet[] = "0123456789KMGTkmgtax\n -+.";
	u64 seed = random_seed();
	unsigned int i, j, accepted = 0;

	for (i = 0; i < 500000; i++) {
		u64 bytes = UNTOUCHED, expected;
		char text[28] = "";
		unsigned int len = random_below(sizeof(text) - 1),
			     letters = random_below(2) ? sizeof(alphabet) - 1 : 14;

		for (j = 0; j < len; j++)
			text[j] = alphabet[random_below(letters)];
		if (is_size(text, &expected)) {
			accepted++;
			ASSERT_EQ(0, jf_policy_parse_size(text, &bytes))
			TH_LOG("'%s' JF_SEED=%llu", text, (unsigned long long)seed);
			ASSERT_EQ(expected, bytes)
			TH_LOG("'%s' JF_SEED=%llu", text, (unsigned long long)seed);
		} else {
			ASSERT_EQ(-EINVAL, jf_policy_parse_size(text, &bytes))
			TH_LOG("'%s' JF_SEED=%llu", text, (unsigned long long)seed);
			ASSERT_EQ(UNTOUCHED, bytes)
			TH_LOG("'%s' JF_SEED=%llu", text, (unsigned long long)seed);
		}
	}
	EXPECT_GT(accepted, 1000);
}

TEST(names_follow_the_rule)
{
	static const char *const yes[] = { "a",	     "Z",	 "0",	  "alpha", "a.b",
					   "a..",    "a_b-c.D9", "web-1", "0x0",   "power",
					   "uevent", "con",	 "max" };
	static const char *const no[] = { "",	      ".",	   "..",  "-a",	 "_a",	".a",
					  "a b",      " a",	   "a ",  "a/b", "a\n", "\na",
					  "a\tb",     "a:b",	   "a=b", "a,b", "a+b", "a@b",
					  "a*",	      "a?",	   "$a",  "a\\", "a\"", "a'",
					  "\xc3\xa9", "a\xc3\xa9", "a!b", "%s",	 "a%n" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(yes); i++)
		EXPECT_TRUE(jf_policy_name_ok(yes[i])) TH_LOG("'%s'", yes[i]);
	for (i = 0; i < ARRAY_SIZE(no); i++)
		EXPECT_FALSE(jf_policy_name_ok(no[i])) TH_LOG("'%s'", no[i]);
}

TEST(every_single_character_is_judged)
{
	int ch;

	for (ch = 1; ch < 256; ch++) {
		bool alnum = (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
			(ch >= 'a' && ch <= 'z');
		char alone[] = { ch, 0 }, inside[] = { 'a', ch, 'b', 0 };

		EXPECT_EQ(alnum, jf_policy_name_ok(alone)) TH_LOG("%d", ch);
		EXPECT_EQ(alnum || ch == '_' || ch == '.' || ch == '-', jf_policy_name_ok(inside))
		TH_LOG("%d", ch);
	}
}

TEST(a_name_has_63_characters_at_most)
{
	char name[300];
	size_t len;

	for (len = 1; len < sizeof(name); len++) {
		memset(name, 'a', len);
		name[len] = '\0';
		EXPECT_EQ(len <= 63, jf_policy_name_ok(name)) TH_LOG("%zu", len);
	}
}

TEST_HARNESS_MAIN
