// SPDX-License-Identifier: GPL-2.0
/*
 * How much memory members use, by the counters that /proc/PID/status shows as RssFile, RssAnon,
 * RssShmem and VmSwap.
 *
 * Three answers, each asked only where the one before cannot decide (jf_usage_judge()):
 *
 * - a cheap read of the counters and how far it may be off;
 * - the exact sum over a container's distinct address spaces, each counted once, however many
 *   members share it; an upper bound, since pages that two address spaces share after fork() count
 *   twice, and so do shared libraries and shared memory;
 * - the footprint, which counts each physical page once (footprint.c).
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "jackfruit.h"

/*
 * A footprint is read again after a hundred times the time that it took, at the latest, whatever
 * the faults and the counters say: one percent of a CPU for what neither of them shows.
 */
#define JF_KNOWN_FACTOR 100

/* For who reads the status file it is good for so many times the time that it took. */
#define JF_FRESH_FACTOR 10

/* The probe of page faults runs with preemption off: it asks no more threads than this. */
#define JF_CROWD 256

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
		jf_for_each_thread(leader, t)
			for (i = counter; *i >= 0; i++)
				pages += jf_task_counter(t, *i);
	}
	rcu_read_unlock();
	return pages;
}

/**
 * jf_usage_fast() - the memory of an address space, by a few loads
 * @mm: the address space
 * @metric: what counts
 *
 * Context: any.
 * Return: pages; jf_usage_error() says how far off.
 */
long jf_usage_fast(struct mm_struct *mm, enum jf_metric metric)
{
	const int *i;
	long pages = 0;

	for (i = jf_usage_counters[metric]; *i >= 0; i++)
		pages += jf_mm_counter_fast(mm, *i);
	return pages;
}

/* How many threads keep counts of their own; 1 where none does. */
static unsigned int jf_usage_threads(struct pid *pid)
{
	struct task_struct *leader;
	unsigned int threads = 1;

	if (JF_TASK_COUNTERS) {
		rcu_read_lock();
		leader = pid_task(pid, PIDTYPE_TGID);
		if (leader)
			threads = get_nr_threads(leader);
		rcu_read_unlock();
	}
	return threads;
}

/**
 * jf_usage_error() - how far jf_usage_fast() may be off
 * @pid: the group whose address space it is
 * @metric: what counts
 *
 * Context: any but NMI.
 * Return: pages, up or down.
 */
long jf_usage_error(struct pid *pid, enum jf_metric metric)
{
	int counters = 0;

	while (jf_usage_counters[metric][counters] >= 0)
		counters++;
	return jf_mm_counter_error(jf_usage_threads(pid), counters);
}

/**
 * jf_usage_is_crowded() - does jf_usage_exact() take too long for a page fault?
 * @pid: the group whose address space it is
 *
 * Context: any but NMI.
 */
bool jf_usage_is_crowded(struct pid *pid)
{
	return jf_usage_threads(pid) > JF_CROWD;
}

/**
 * jf_usage_exact() - the memory of an address space, exactly
 * @mm: the address space
 * @pid: the group whose it is
 * @metric: what counts
 *
 * But before 6.2 for what the threads of other groups that share it have faulted in last.
 *
 * Context: any but NMI.
 * Return: pages.
 */
long jf_usage_exact(struct mm_struct *mm, struct pid *pid, enum jf_metric metric)
{
	const int *i;
	s64 pages = 0;

	for (i = jf_usage_counters[metric]; *i >= 0; i++)
		pages += jf_mm_counter(mm, *i);
	if (JF_TASK_COUNTERS)
		pages += jf_usage_cached(pid, jf_usage_counters[metric]);
	return pages > 0 ? pages : 0;
}

/**
 * jf_usage_told() - what jf_usage_exact() counts twice in a probe of rss_stat
 * @mm: the address space that has changed
 * @pid: the group whose it is
 * @metric: what counts
 * @member: the counter that has changed; -1: none has
 *
 * Too much rather than too little: the next event has the rest, while too many pages would kill who
 * is below his limit.
 *
 * Context: any but NMI.
 * Return: pages.
 */
long jf_usage_told(struct mm_struct *mm, struct pid *pid, enum jf_metric metric, int member)
{
	const int *i;

	if (!JF_TASK_COUNTERS || current->mm != mm || task_tgid(current) != pid)
		return 0;
	for (i = jf_usage_counters[metric]; *i >= 0; i++) {
		if (*i == member)
			return max(jf_task_counter_told(member), 0L);
	}
	return 0;
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
	return (u64)jf_usage_exact(ref->mm, ref->pid, metric) << PAGE_SHIFT;
}

/**
 * jf_usage_faults() - how many page faults a process has had
 * @pid: its thread group
 *
 * Context: any but NMI.
 * Return: minor and major ones of all its threads, ended ones included.
 */
u64 jf_usage_faults(struct pid *pid)
{
	struct task_struct *leader, *t;
	u64 faults = 0;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	if (leader) {
		faults = READ_ONCE(leader->signal->min_flt) + READ_ONCE(leader->signal->maj_flt);
		jf_for_each_thread(leader, t)
			faults += READ_ONCE(t->min_flt) + READ_ONCE(t->maj_flt);
	}
	rcu_read_unlock();
	return faults;
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

/*
 * How much a member's part of the footprint may have grown since that was last read, pages: what it
 * maps more than then, or has come to map since, whatever it has given back (which only the probe
 * of page faults sees); and one page for each fault, which may have been a write to a page that was
 * shared. One that was not there then has at most all that it maps.
 */
static u64 jf_usage_growth(const struct jf_member_ref *ref, long pages)
{
	u64 growth = max3(pages - ref->walked_pages, ref->counted ? ref->grown : 0L, 0L);
	u64 faults;

	if (ref->walked_pages || ref->walked_faults || !ref->counted) {
		faults = jf_usage_faults(ref->pid);
		growth += faults > ref->walked_faults ? faults - ref->walked_faults : 0;
	}
	return growth;
}

struct jf_usage_sum {
	struct jf_container *c;
	struct jf_usage *usage;
	bool exact;
	bool cached;
	bool moved;
};

/*
 * Another member counts for the address space. Before 6.2 what this one's threads keep to
 * themselves is in no counter of it, and no page fault tells.
 */
static void jf_usage_add_sharer(const struct jf_member_ref *ref, struct jf_usage_sum *sum)
{
	struct jf_usage *usage = sum->usage;

	/* it may write to copies of its own in the address space that it shares */
	if (sum->exact && sum->c->run.known.ns)
		usage->growth += jf_usage_growth(ref, 0) << PAGE_SHIFT;
	if (!JF_TASK_COUNTERS)
		return;
	usage->error += (u64)jf_usage_error(ref->pid, sum->c->metric) << PAGE_SHIFT;
	usage->crowded = true;
	sum->cached = true;
}

/* What jf_usage_add_sharer() could not add yet. */
static void jf_usage_add_cached(const struct jf_member_ref *ref, void *data)
{
	struct jf_usage_sum *sum = data;
	long pages;

	if (ref->counted)
		return;
	pages = jf_usage_cached(ref->pid, jf_usage_counters[sum->c->metric]);
	sum->usage->bytes += (u64)max(pages, 0L) << PAGE_SHIFT;
}

static void jf_usage_add(const struct jf_member_ref *ref, void *data)
{
	struct jf_usage_sum *sum = data;
	struct jf_usage *usage = sum->usage;
	enum jf_metric metric = sum->c->metric;
	u64 bytes, high_water;
	long pages;

	if (jf_member_follow(sum->c, ref)) {
		sum->moved = true;
		return;
	}
	if (!ref->counted) {
		jf_usage_add_sharer(ref, sum);
		return;
	}
	usage->error += (u64)jf_usage_error(ref->pid, metric) << PAGE_SHIFT;
	usage->crowded |= jf_usage_is_crowded(ref->pid);
	if (sum->exact || ref->gone) {
		pages = jf_usage_exact(ref->mm, ref->pid, metric);
		if (ref->gone && !pages && !atomic_read(&ref->mm->mm_users)) {
			jf_member_forget(sum->c, ref);
			return;
		}
		/* only of use where a footprint has been read */
		if (sum->c->run.known.ns)
			usage->growth += jf_usage_growth(ref, pages) << PAGE_SHIFT;
	} else {
		pages = jf_usage_fast(ref->mm, metric);
	}
	if (pages != ref->seen)
		jf_member_set_seen(sum->c, ref->mm, pages);
	bytes = (u64)pages << PAGE_SHIFT;
	usage->bytes += bytes;
	usage->spaces++;
	if (metric == JF_METRIC_RSS) {
		high_water = jf_usage_high_water(ref);
		usage->high_water = max(usage->high_water, high_water);
	}
	if (!ref->gone && (!usage->largest || bytes > usage->largest_bytes)) {
		jf_usage_put(usage);
		usage->largest = get_pid(ref->pid);
		mmgrab(ref->mm);
		usage->largest_mm = ref->mm;
		usage->largest_bytes = bytes;
	}
}

static void jf_usage_add_all(struct jf_usage_sum *sum)
{
	*sum->usage = (struct jf_usage){ .ns = ktime_get_ns(), .exact = sum->exact };
	if (sum->c->metric == JF_METRIC_RSS)
		sum->usage->high_water = jf_members_seen(sum->c).high_water;
	jf_members_walk(sum->c, jf_usage_add, sum);
}

static void jf_usage_read(struct jf_container *c, struct jf_usage *usage, bool exact)
{
	struct jf_usage_sum sum = { .c = c, .usage = usage, .exact = exact };

	jf_usage_add_all(&sum);
	/* once more, with who has been followed; somebody else who moves meanwhile is seen later */
	if (sum.moved) {
		jf_usage_put(usage);
		jf_usage_add_all(&sum);
	}
	/* after the counters of all spaces: what comes there in between must not count twice */
	if (exact && sum.cached)
		jf_members_walk(c, jf_usage_add_cached, &sum);
	usage->sum = usage->bytes;
	usage->upper = usage->bytes;
}

/**
 * jf_usage_sum_error() - how far the cheap read of a container may be off
 * @c: the container
 *
 * Context: may sleep; @c->lock held.
 * Return: bytes, up or down.
 */
u64 jf_usage_sum_error(struct jf_container *c)
{
	struct jf_usage usage;

	jf_usage_read(c, &usage, false);
	jf_usage_put(&usage);
	return usage.error;
}

/*
 * The footprint cannot have grown past @threshold since it was last known: from what was read then
 * and the faults since, or from the sum before a fork and the fastest possible fill.
 */
static bool jf_usage_known(struct jf_container *c, struct jf_usage *usage, u64 threshold)
{
	const struct jf_known *known = &c->run.known;
	struct jf_forked forked = jf_members_forked(c);
	u64 upper, us, fill, filled;

	if (known->ns && usage->ns - known->ns < known->took_ns * JF_KNOWN_FACTOR) {
		upper = known->bytes + usage->growth;
		if (upper <= threshold) {
			usage->bytes = known->bytes;
			usage->upper = upper;
			return true;
		}
	}
	/* who was forked meanwhile may be in the sum; after years no number says what was filled */
	us = div_u64(usage->ns - forked.ns, NSEC_PER_USEC);
	fill = jf_scan_pace().fill_bytes_per_us;
	if (forked.ns && forked.ns <= usage->ns && !check_mul_overflow(us, fill, &filled)) {
		upper = ((u64)forked.pages << PAGE_SHIFT) + usage->error + filled;
		if (upper <= threshold) {
			usage->bytes = (u64)forked.pages << PAGE_SHIFT;
			usage->upper = upper;
			return true;
		}
	}
	return false;
}

/* Anybody may read the status file, as often as he likes: that is not to cost more than a tenth. */
static bool jf_usage_is_fresh(struct jf_container *c, struct jf_usage *usage)
{
	const struct jf_known *known = &c->run.known;

	if (!known->ns || usage->ns - known->ns >= known->took_ns * JF_FRESH_FACTOR)
		return false;
	usage->bytes = known->bytes;
	return true;
}

static bool jf_usage_footprint(struct jf_container *c, enum jf_usage_for what,
			       struct jf_usage *usage)
{
	u64 begin, bytes;

	if (what == JF_FOR_READER) {
		if (jf_usage_is_fresh(c, usage))
			return true;
	} else if (jf_usage_known(c, usage, jf_policy_threshold(&c->config, &c->run.policy, 0))) {
		return true;
	}
	if (what == JF_FOR_SCAN)
		return false;
	begin = ktime_get_ns();
	/* without memory for it the sum has to do, which is never too low */
	if (jf_footprint_read(c, &bytes))
		return true;
	usage->bytes = min(bytes, usage->sum);
	usage->upper = usage->bytes;
	c->run.known = (struct jf_known){
		.bytes = usage->bytes,
		.ns = begin,
		.took_ns = ktime_get_ns() - begin,
	};
	return true;
}

/**
 * jf_usage_judge() - what a container is judged by, and who uses most of it
 * @c: the container
 * @what: what it is asked for
 * @usage: the result; for jf_usage_put()
 *
 * The cheap read where its error cannot change any decision; else the exact sum; and the footprint
 * where the sum is above the hard limit and address spaces may be sharing, unless one of them alone
 * is above it.
 *
 * Context: may sleep; @c->lock held.
 * Return: false if a footprint would have to be read and @what is JF_FOR_SCAN; @usage is to be put
 * all the same.
 */
bool jf_usage_judge(struct jf_container *c, enum jf_usage_for what, struct jf_usage *usage)
{
	u64 low, high;

	lockdep_assert_held(&c->lock);
	if (what <= JF_FOR_LOOK) {
		jf_usage_read(c, usage, false);
		low = usage->bytes > usage->error ? usage->bytes - usage->error : 0;
		high = usage->bytes + usage->error;
		if (high <= c->config.hard_limit &&
		    jf_policy_same(&c->config, &c->run.policy, low, high))
			return true;
		jf_usage_put(usage);
	}
	jf_usage_read(c, usage, true);
	if (usage->bytes <= c->config.hard_limit || usage->spaces <= 1)
		return true;
	if (usage->largest_bytes > c->config.hard_limit) {
		/* that much at least, and no time to lose */
		usage->bytes = usage->largest_bytes;
		usage->upper = usage->bytes;
		return true;
	}
	return jf_usage_footprint(c, what, usage);
}

/**
 * jf_usage_put() - drop the references that a jf_usage holds
 * @usage: from jf_usage_judge()
 *
 * Context: may sleep.
 */
void jf_usage_put(struct jf_usage *usage)
{
	if (!usage->largest)
		return;
	put_pid(usage->largest);
	mmdrop(usage->largest_mm);
	usage->largest = NULL;
}
