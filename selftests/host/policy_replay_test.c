// SPDX-License-Identifier: GPL-2.0
/*
 * Usage as it was seen in real runs (record-trace), replayed: the policy decides as it did then, and
 * whatever else it might have been told to do, it does nothing that the usage does not call for.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

#include "../kselftest_harness.h"

#define LOOKS_MAX 4096

struct look {
	u64 us;
	u64 usage;
	u32 events;
};

struct trace {
	char name[256];
	struct jf_policy_config config;
	struct look looks[LOOKS_MAX];
	size_t count;
};

static const struct {
	const char *name;
	u32 decision;
} words[] = {
	{ "soft", JF_DO_SOFT_EVENT },
	{ "hard", JF_DO_HARD_EVENT },
	{ "kill", JF_DO_KILL },
};

static const u32 told = JF_DO_SOFT_EVENT | JF_DO_HARD_EVENT | JF_DO_KILL;

static u32 events_of(char *line)
{
	u32 events = 0;
	char *word;
	size_t i;

	for (word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (!strcmp(word, words[i].name))
				events |= words[i].decision;
	return events;
}

static void read_trace(struct trace *trace, const char *file)
{
	char path[512], line[256], action[16];
	FILE *stream;

	*trace = (struct trace){ 0 };
	snprintf(trace->name, sizeof(trace->name), "%s", file);
	snprintf(path, sizeof(path), TRACES "/%s", file);
	stream = fopen(path, "r");
	if (!stream)
		return;
	while (fgets(line, sizeof(line), stream) && trace->count < LOOKS_MAX) {
		struct look *look = &trace->looks[trace->count];

		if (sscanf(line, "# soft %llu hard %llu action %15s", &trace->config.soft_limit,
			   &trace->config.hard_limit, action) == 3)
			trace->config.action = strcmp(action, "kill") ? JF_ACTION_NOTIFY :
									JF_ACTION_KILL;
		if (sscanf(line, "%llu %llu", &look->us, &look->usage) != 2)
			continue;
		look->events = events_of(line);
		trace->count++;
	}
	fclose(stream);
}

FIXTURE(replay)
{
	struct trace *traces;
	size_t count;
};

FIXTURE_SETUP(replay)
{
	struct dirent *entry;
	DIR *dir = opendir(TRACES);

	self->traces = calloc(16, sizeof(*self->traces));
	self->count = 0;
	ASSERT_NE(NULL, dir);
	ASSERT_NE(NULL, self->traces);
	while ((entry = readdir(dir)) && self->count < 16)
		if (strstr(entry->d_name, ".txt"))
			read_trace(&self->traces[self->count++], entry->d_name);
	closedir(dir);
	ASSERT_LE(4, self->count);
}

FIXTURE_TEARDOWN(replay)
{
	free(self->traces);
}

TEST_F(replay, each_look_decides_as_it_did_in_the_kernel)
{
	size_t i, j;

	for (i = 0; i < self->count; i++) {
		struct trace *trace = &self->traces[i];
		struct jf_policy_state state = { 0 };

		ASSERT_LT(20, trace->count);
		for (j = 0; j < trace->count; j++) {
			struct jf_policy_look look = { .now_us = trace->looks[j].us,
						       .usage = trace->looks[j].usage };
			u32 decisions = jf_policy_decide(&trace->config, &look, &state);

			EXPECT_EQ(trace->looks[j].events, decisions & told)
			TH_LOG("%s: look %zu, usage %llu", trace->name, j, look.usage);
		}
	}
}

/* What must hold of one look, whatever is configured. */
static const char *wrong(const struct jf_policy_config *config, u64 usage, u32 decisions)
{
	const u32 acts = JF_DO_KILL | JF_DO_KILL_VICTIM | JF_DO_TERM | JF_DO_TERM_VICTIM |
			 JF_DO_STOP;

	if (decisions & acts && usage <= config->hard_limit)
		return "acts below the hard limit";
	if (decisions & acts && config->action == JF_ACTION_NOTIFY)
		return "acts where it is to notify only";
	if (decisions & JF_DO_HARD_EVENT && usage <= config->hard_limit)
		return "tells of a hard limit that is not crossed";
	if (decisions & JF_DO_SOFT_EVENT && usage <= config->soft_limit)
		return "tells of a soft limit that is not crossed";
	if (decisions & JF_DO_CONT && decisions & JF_DO_STOP)
		return "stops and continues at once";
	return NULL;
}

TEST_F(replay, no_action_and_scope_does_what_the_usage_does_not_call_for)
{
	struct jf_policy_config config;
	size_t i, j, kind;

	for (i = 0; i < self->count; i++) {
		for (kind = 0; kind < 8; kind++) {
			struct jf_policy_state state = { 0 };

			config = self->traces[i].config;
			config.action = kind / 2;
			config.scope = kind % 2;
			for (j = 0; j < self->traces[i].count; j++) {
				struct look *seen = &self->traces[i].looks[j];
				struct jf_policy_look look = { .now_us = seen->us,
							       .usage = seen->usage,
							       .victim_alive = j % 3 };
				u32 decisions = jf_policy_decide(&config, &look, &state);
				const char *why = wrong(&config, seen->usage, decisions);

				EXPECT_EQ(NULL, why)
				TH_LOG("%s: look %zu: %s", self->traces[i].name, j, why);
			}
		}
	}
}

TEST_HARNESS_MAIN
