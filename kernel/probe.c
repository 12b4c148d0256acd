// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints, found by name and attached only while somebody is a member.
 *
 * Members are followed through sched_process_fork, _exec and _exit; signal_generate tells who has
 * killed one. A probe costs every process of the host a few instructions, so they are attached with
 * the first member and detached with the last.
 *
 * Locking: jf_probe_lock protects the user count; it is held around registering, which sleeps.
 */
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>
#include <trace/events/signal.h>

#include "jackfruit.h"
#include "member.h"

static DEFINE_MUTEX(jf_probe_lock); /* protects jf_probe_users */
static unsigned int jf_probe_users;

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} jf_probes[] = {
	{ "sched_process_fork", jf_member_probe_fork },
	{ "sched_process_exec", jf_member_probe_exec },
	{ "sched_process_exit", jf_member_probe_exit },
	{ "signal_generate", jf_member_probe_signal },
};

struct jf_probe_search {
	const char *name;
	struct tracepoint *found;
};

static void jf_probe_match(struct tracepoint *tp, void *data)
{
	struct jf_probe_search *search = data;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

/**
 * jf_probe_find() - a tracepoint of the kernel itself by its name
 * @name: without the system, "sched_process_fork"
 *
 * Context: may sleep.
 * Return: the tracepoint, which lives as long as the kernel, or NULL.
 */
struct tracepoint *jf_probe_find(const char *name)
{
	struct jf_probe_search search = { .name = name };

	for_each_kernel_tracepoint(jf_probe_match, &search);
	return search.found;
}

/**
 * jf_probe_init() - find what members are followed by
 *
 * Return: 0, or -EOPNOTSUPP on a kernel without these tracepoints.
 */
int jf_probe_init(void)
{
	size_t i;

	/* the table has lost the types: check them at compile time */
	check_trace_callback_type_sched_process_fork(jf_member_probe_fork);
	check_trace_callback_type_sched_process_exec(jf_member_probe_exec);
	check_trace_callback_type_sched_process_exit(jf_member_probe_exit);
	check_trace_callback_type_signal_generate(jf_member_probe_signal);

	for (i = 0; i < ARRAY_SIZE(jf_probes); i++) {
		jf_probes[i].tp = jf_probe_find(jf_probes[i].name);
		if (!jf_probes[i].tp) {
			pr_err("jackfruit: this kernel has no tracepoint %s: CONFIG_TRACEPOINTS is needed\n",
			       jf_probes[i].name);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

/*
 * Detach the first @count probes. They may still be running: jf_member_exit() waits for that before
 * it is unloaded.
 */
static void jf_probe_detach(size_t count)
{
	while (count--)
		tracepoint_probe_unregister(jf_probes[count].tp, jf_probes[count].probe, NULL);
}

/**
 * jf_probe_get() - attach the probes if they are not attached yet
 *
 * When this has returned, every later fork, exec and exit is seen.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int jf_probe_get(void)
{
	size_t i;
	int ret = 0;

	mutex_lock(&jf_probe_lock);
	for (i = 0; !jf_probe_users && i < ARRAY_SIZE(jf_probes); i++) {
		ret = tracepoint_probe_register(jf_probes[i].tp, jf_probes[i].probe, NULL);
		if (ret) {
			jf_probe_detach(i);
			break;
		}
	}
	if (!ret)
		jf_probe_users++;
	mutex_unlock(&jf_probe_lock);
	return ret;
}

/**
 * jf_probe_put() - detach the probes when nobody needs them any more
 *
 * Context: may sleep.
 */
void jf_probe_put(void)
{
	mutex_lock(&jf_probe_lock);
	if (!--jf_probe_users)
		jf_probe_detach(ARRAY_SIZE(jf_probes));
	mutex_unlock(&jf_probe_lock);
}

/**
 * jf_probe_attached() - are the probes attached?
 */
bool jf_probe_attached(void)
{
	bool attached;

	mutex_lock(&jf_probe_lock);
	attached = jf_probe_users;
	mutex_unlock(&jf_probe_lock);
	return attached;
}
