// SPDX-License-Identifier: GPL-2.0
/*
 * How much memory members use, by the counters that /proc/PID/status shows as RssFile, RssAnon,
 * RssShmem and VmSwap.
 *
 * The sum over a container counts each address space once, however many members share it. It is an
 * upper bound: pages that two address spaces share after fork() count twice, and so do shared
 * libraries and shared memory.
 */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "jackfruit.h"

/* The counters of a metric, ended by -1. */
static const int jf_usage_counters[][5] = {
	[JF_METRIC_RSS] = { MM_FILEPAGES, MM_ANONPAGES, MM_SHMEMPAGES, -1 },
	[JF_METRIC_ANON] = { MM_ANONPAGES, MM_SHMEMPAGES, -1 },
	[JF_METRIC_RSS_SWAP] = { MM_FILEPAGES, MM_ANONPAGES, MM_SHMEMPAGES, MM_SWAPENTS, -1 },
};

/* Pages that the group's threads have faulted in and not yet told their address space of. */
static long jf_usage_cached(struct pid *pid, const int *counter)
{
	struct task_struct *leader, *t;
	long pages = 0;
	const int *i;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	if (leader) {
		for_each_thread(leader, t)
			for (i = counter; *i >= 0; i++)
				pages += jf_task_counter(t, *i);
	}
	rcu_read_unlock();
	return pages;
}

/**
 * jf_usage_member() - the memory of a member's address space, exactly
 * @ref: the member, as jf_members_walk() shows it
 * @metric: what counts
 *
 * Context: any but NMI.
 * Return: bytes.
 */
u64 jf_usage_member(const struct jf_member_ref *ref, enum jf_metric metric)
{
	const int *i;
	s64 pages = 0;

	for (i = jf_usage_counters[metric]; *i >= 0; i++)
		pages += jf_mm_counter(ref->mm, *i);
	if (JF_TASK_COUNTERS)
		pages += jf_usage_cached(ref->pid, jf_usage_counters[metric]);
	return pages > 0 ? (u64)pages << PAGE_SHIFT : 0;
}

/*
 * The highest usage that the kernel has noted of a member since it is one, bytes. An address space
 * that is being left is empty before its own mark is written; the group has got it by then
 * (do_exit(), exec_mmap()).
 */
static u64 jf_usage_high_water(const struct jf_member_ref *ref)
{
	u64 of_mm = (u64)READ_ONCE(ref->mm->hiwater_rss) << PAGE_SHIFT;
	u64 of_group = 0;
	struct task_struct *p;

	rcu_read_lock();
	p = pid_task(ref->pid, PIDTYPE_TGID);
	if (p)
		of_group = (u64)READ_ONCE(p->signal->maxrss) << PAGE_SHIFT;
	rcu_read_unlock();
	return max(of_mm > ref->mm_base ? of_mm : 0, of_group > ref->base ? of_group : 0);
}

struct jf_usage_sum {
	struct jf_usage *usage;
	enum jf_metric metric;
};

static void jf_usage_add(const struct jf_member_ref *ref, void *data)
{
	struct jf_usage_sum *sum = data;
	struct jf_usage *usage = sum->usage;
	u64 bytes, high_water;

	if (!ref->counted)
		return;
	bytes = jf_usage_member(ref, sum->metric);
	usage->bytes += bytes;
	if (sum->metric == JF_METRIC_RSS) {
		high_water = jf_usage_high_water(ref);
		usage->high_water = max(usage->high_water, high_water);
	}
	if (!usage->largest || bytes > usage->largest_bytes) {
		jf_usage_put(usage);
		usage->largest = get_pid(ref->pid);
		mmgrab(ref->mm);
		usage->largest_mm = ref->mm;
		usage->largest_bytes = bytes;
	}
}

/**
 * jf_usage_read() - what a container uses now, and who most of it
 * @c: the container
 * @usage: the result; for jf_usage_put()
 *
 * Context: may sleep; @c->lock held.
 */
void jf_usage_read(struct jf_container *c, struct jf_usage *usage)
{
	struct jf_usage_sum sum = { .usage = usage, .metric = c->metric };

	*usage = (struct jf_usage){};
	if (c->metric == JF_METRIC_RSS)
		usage->high_water = jf_members_seen(c).high_water;
	jf_members_walk(c, jf_usage_add, &sum);
}

/**
 * jf_usage_put() - drop the references that a jf_usage holds
 * @usage: from jf_usage_read()
 *
 * Context: may sleep.
 */
void jf_usage_put(struct jf_usage *usage)
{
	if (!usage->largest)
		return;
	put_pid(usage->largest);
	mmdrop(usage->largest_mm);
}
