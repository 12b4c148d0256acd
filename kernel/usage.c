// SPDX-License-Identifier: GPL-2.0
/*
 * How much memory members use: their resident file, anonymous and shared memory pages, as VmRSS in /proc/PID/status.
 *
 * The sum over a container counts each address space once, however many members share it. It is an upper bound: pages
 * that two address spaces share after fork() count twice, and so do shared libraries and shared memory.
 */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "jackfruit.h"

static const int jf_rss_counters[] = { MM_FILEPAGES, MM_ANONPAGES, MM_SHMEMPAGES };

/* Pages that the group's threads have faulted in and not yet told their address space of. */
static long jf_usage_cached(struct pid *pid)
{
	struct task_struct *leader, *t;
	long pages = 0;
	size_t i;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	if (leader) {
		for_each_thread(leader, t)
			for (i = 0; i < ARRAY_SIZE(jf_rss_counters); i++)
				pages += jf_task_counter(t, jf_rss_counters[i]);
	}
	rcu_read_unlock();
	return pages;
}

/**
 * jf_usage_member() - the resident memory of a member's address space, exactly
 * @ref: the member, as jf_members_walk() shows it
 *
 * Context: any but NMI.
 * Return: bytes.
 */
u64 jf_usage_member(const struct jf_member_ref *ref)
{
	s64 pages = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(jf_rss_counters); i++)
		pages += jf_mm_counter(ref->mm, jf_rss_counters[i]);
	if (JF_TASK_COUNTERS)
		pages += jf_usage_cached(ref->pid);
	return pages > 0 ? (u64)pages << PAGE_SHIFT : 0;
}

static void jf_usage_add(const struct jf_member_ref *ref, void *data)
{
	struct jf_usage *usage = data;
	u64 bytes;

	if (!ref->counted)
		return;
	bytes = jf_usage_member(ref);
	usage->bytes += bytes;
	if (!usage->largest || bytes > usage->largest_bytes) {
		put_pid(usage->largest);
		usage->largest = get_pid(ref->pid);
		usage->largest_bytes = bytes;
	}
}

/**
 * jf_usage_read() - what a container uses now, and who most of it
 * @c: the container
 * @usage: the result; the caller puts usage->largest
 *
 * Context: may sleep; @c->lock held.
 */
void jf_usage_read(struct jf_container *c, struct jf_usage *usage)
{
	*usage = (struct jf_usage){ };
	jf_members_walk(c, jf_usage_add, usage);
}
