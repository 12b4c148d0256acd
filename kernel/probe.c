// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints, found by name and attached only while somebody is a member.
 *
 * Members are followed through sched_process_fork, _exec and _exit; signal_generate tells who has
 * killed one; in mode=fault rss_stat tells of every change of an address space. A probe costs every
 * process of the host a few instructions, so they are attached with the first member and detached
 * soon after the last one is gone: not at once, since that patches the kernel's text and interrupts
 * every CPU, and the next container may be about to start.
 *
 * Locking: jf_probe_lock protects the user count and whether the probes are attached; it is held
 * around registering, which sleeps.
 */
#include <linux/mutex.h>
#include <linux/slab.h> /* trace/events/kmem.h of 6.1 wants struct kmem_cache */
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/kmem.h>
#include <trace/events/sched.h>
#include <trace/events/signal.h>

#include "jackfruit.h"
#include "member.h"

/* How long the probes stay attached when nobody needs them any more. */
#define JF_PROBE_LINGER (10 * HZ)

static DEFINE_MUTEX(jf_probe_lock); /* protects the three below and which probes are attached */
static unsigned int jf_probe_users;
static bool jf_probe_on;
static bool jf_probe_fault;

static void jf_probe_idle_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(jf_probe_idle, jf_probe_idle_fn);

/* The last one, which only mode=fault needs. */
#define JF_PROBE_FAULT 4

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
	bool on;
} jf_probes[] = {
	{ "sched_process_fork", jf_member_probe_fork },
	{ "sched_process_exec", jf_member_probe_exec },
	{ "sched_process_exit", jf_member_probe_exit },
	{ "signal_generate", jf_member_probe_signal },
	[JF_PROBE_FAULT] = { "rss_stat", jf_fault_probe },
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
	check_trace_callback_type_rss_stat(jf_fault_probe);

	for (i = 0; i < ARRAY_SIZE(jf_probes); i++) {
		jf_probes[i].tp = jf_probe_find(jf_probes[i].name);
		if (!jf_probes[i].tp && i != JF_PROBE_FAULT) {
			pr_err("jackfruit: this kernel has no tracepoint %s: CONFIG_TRACEPOINTS is needed\n",
			       jf_probes[i].name);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

/* Attach those that are wanted and are not yet. */
static int jf_probe_attach(void)
{
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(jf_probes); i++) {
		if (jf_probes[i].on || (i == JF_PROBE_FAULT && !jf_probe_fault))
			continue;
		ret = tracepoint_probe_register(jf_probes[i].tp, jf_probes[i].probe, NULL);
		if (ret)
			return ret;
		jf_probes[i].on = true;
	}
	return 0;
}

/*
 * Detach one. It may still be running: jf_member_exit() waits for that before the module is
 * unloaded.
 */
static void jf_probe_detach(size_t i)
{
	if (jf_probes[i].on)
		tracepoint_probe_unregister(jf_probes[i].tp, jf_probes[i].probe, NULL);
	jf_probes[i].on = false;
}

static void jf_probe_detach_all(void)
{
	size_t i = ARRAY_SIZE(jf_probes);

	while (i--)
		jf_probe_detach(i);
	jf_probe_on = false;
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
	int ret = 0;

	mutex_lock(&jf_probe_lock);
	if (!jf_probe_on)
		ret = jf_probe_attach();
	if (!ret) {
		jf_probe_on = true;
		jf_probe_users++;
	} else {
		jf_probe_detach_all();
	}
	mutex_unlock(&jf_probe_lock);
	return ret;
}

/**
 * jf_probe_set_fault() - attach the probe of page faults with the others, or leave it out
 * @wanted: whether
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP on a kernel without that tracepoint, or another negative errno. On error
 * nothing has changed.
 */
int jf_probe_set_fault(bool wanted)
{
	int ret = 0;

	if (wanted && !jf_probes[JF_PROBE_FAULT].tp)
		return -EOPNOTSUPP;
	mutex_lock(&jf_probe_lock);
	jf_probe_fault = wanted;
	if (!wanted)
		jf_probe_detach(JF_PROBE_FAULT);
	else if (jf_probe_on)
		ret = jf_probe_attach();
	if (ret)
		jf_probe_fault = false;
	mutex_unlock(&jf_probe_lock);
	return ret;
}

static void jf_probe_idle_fn(struct work_struct *work)
{
	mutex_lock(&jf_probe_lock);
	if (jf_probe_on && !jf_probe_users)
		jf_probe_detach_all();
	mutex_unlock(&jf_probe_lock);
}

/**
 * jf_probe_put() - the probes may be detached when nobody needs them any more
 *
 * Context: may sleep.
 */
void jf_probe_put(void)
{
	mutex_lock(&jf_probe_lock);
	if (!--jf_probe_users)
		mod_delayed_work(system_unbound_wq, &jf_probe_idle, JF_PROBE_LINGER);
	mutex_unlock(&jf_probe_lock);
}

/**
 * jf_probe_exit() - detach the probes; no container is left, so nobody needs them
 *
 * Context: may sleep.
 */
void jf_probe_exit(void)
{
	cancel_delayed_work_sync(&jf_probe_idle);
	jf_probe_idle_fn(NULL);
}

/**
 * jf_probe_attached() - are the probes attached?
 */
bool jf_probe_attached(void)
{
	bool attached;

	mutex_lock(&jf_probe_lock);
	attached = jf_probe_on;
	mutex_unlock(&jf_probe_lock);
	return attached;
}
