// SPDX-License-Identifier: GPL-2.0
/* The words that users read and write, and the values they stand for. */
#include <linux/string.h>

#include "jackfruit.h"

static const char *const jf_state_names[] = {
	[JF_STATE_CREATED] = "created", [JF_STATE_RUNNING] = "running",
	[JF_STATE_EXITED] = "exited",	[JF_STATE_STOPPED] = "stopped",
	[JF_STATE_KILLED] = "killed",
};

static const char *const jf_reason_names[] = {
	[JF_REASON_NONE] = "none",	   [JF_REASON_EXITED] = "exited",
	[JF_REASON_SIGNALED] = "signaled", [JF_REASON_STOPPED] = "stopped",
	[JF_REASON_KILLED] = "killed",	   [JF_REASON_HARD_LIMIT] = "hard_limit",
};

static const char *const jf_event_names[] = {
	[JF_EVENT_CREATE] = "create", [JF_EVENT_START] = "start",	[JF_EVENT_SOFT] = "soft",
	[JF_EVENT_SPIKE] = "spike",   [JF_EVENT_FORECAST] = "forecast", [JF_EVENT_HARD] = "hard",
	[JF_EVENT_KILL] = "kill",     [JF_EVENT_STOP] = "stop",		[JF_EVENT_EXIT] = "exit",
	[JF_EVENT_REMOVE] = "remove",
};

static const char *const jf_action_names[] = {
	[JF_ACTION_KILL] = "kill",
	[JF_ACTION_TERM] = "term",
	[JF_ACTION_STOP] = "stop",
	[JF_ACTION_NOTIFY] = "notify",
};

static const char *const jf_scope_names[] = {
	[JF_SCOPE_CONTAINER] = "container",
	[JF_SCOPE_PROCESS] = "process",
};

static const char *const jf_metric_names[] = {
	[JF_METRIC_RSS] = "rss",
	[JF_METRIC_ANON] = "anon",
	[JF_METRIC_RSS_SWAP] = "rss+swap",
};

/**
 * jf_state_name() - a container's state as users read it
 * @state: the state
 */
const char *jf_state_name(enum jf_state state)
{
	return jf_state_names[state];
}

/**
 * jf_reason_name() - why a run ended, as users read it
 * @reason: the reason
 */
const char *jf_reason_name(enum jf_reason reason)
{
	return jf_reason_names[reason];
}

/**
 * jf_event_name() - an event's type as users read it
 * @type: the type
 */
const char *jf_event_name(enum jf_event_type type)
{
	return jf_event_names[type];
}

/**
 * jf_action_name() - the value of hard_action as users read it
 * @action: the action
 */
const char *jf_action_name(enum jf_action action)
{
	return jf_action_names[action];
}

/**
 * jf_scope_name() - the value of kill_scope as users read it
 * @scope: the scope
 */
const char *jf_scope_name(enum jf_scope scope)
{
	return jf_scope_names[scope];
}

/**
 * jf_metric_name() - the value of metric as users read it
 * @metric: the metric
 */
const char *jf_metric_name(enum jf_metric metric)
{
	return jf_metric_names[metric];
}

/**
 * jf_action_parse() - the action that a user has written
 * @text: with or without a newline
 *
 * Return: an enum jf_action, or -EINVAL.
 */
int jf_action_parse(const char *text)
{
	return sysfs_match_string(jf_action_names, text);
}

/**
 * jf_scope_parse() - the scope that a user has written
 * @text: with or without a newline
 *
 * Return: an enum jf_scope, or -EINVAL.
 */
int jf_scope_parse(const char *text)
{
	return sysfs_match_string(jf_scope_names, text);
}

/**
 * jf_metric_parse() - the metric that a user has written
 * @text: with or without a newline
 *
 * Return: an enum jf_metric, or -EINVAL.
 */
int jf_metric_parse(const char *text)
{
	return sysfs_match_string(jf_metric_names, text);
}

/**
 * jf_exit_code() - wait(2)'s status as a shell tells it
 * @status: of a process
 *
 * Return: the exit status, or 128 and the signal's number.
 */
int jf_exit_code(int status)
{
	return status & 0x7f ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
}
