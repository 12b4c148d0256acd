// SPDX-License-Identifier: GPL-2.0
/*
 * mode=fault: a crossing is caught in the page fault itself, by the kernel's kmem:rss_stat
 * tracepoint, which fires when the memory of an address space has changed.
 *
 * Model: each container has a running total, the sum of what was last seen of each of its address
 * spaces (see jf_member_account()). The probe of the tracepoint brings the space that has changed
 * up to date, by a few loads; near a threshold by an exact count of that space. There are three
 * thresholds, set at every look:
 *
 * - trip: when the total is above it, the container wants a look: the soft or the hard limit, or
 *   what the footprint leaves. It says nothing yet, since the total counts shared pages several
 *   times and the other spaces may have changed: the look decides.
 * - low: when it is not above this any more, likewise: an event is to be armed again, or who was
 *   stopped may go on.
 * - sure: when one address space alone is above it, it is above the hard limit, however much is
 *   shared, and what is to be done is to kill. Its process, of several the one that faults, is
 *   killed at once; the look tells of it and kills the others.
 *
 * The probe runs with preemption off and, since 6.2, with the page table locked, so it only takes a
 * note; the signal is sent, and the work queued, by an irq_work, which interrupts the CPU as soon
 * as that is possible. It needs no CPU time of its own: a real-time task that keeps the work from
 * running does not keep its own kill from happening.
 *
 * Locking: jf_members_lock protects the note and the thresholds; the probe reads the latter without
 * it, and once more under it before it believes them. jf_probe_lock (probe.c) orders attaching.
 *
 * Lifetime: a probe finds a member under RCU, and its container through that; a container's memory
 * is freed a grace period after its last member. The note is only made while the member is linked,
 * and its process and address space are referenced.
 */
#include <linux/hashtable.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "compat.h"
#include "jackfruit.h"
#include "member.h"

static bool jf_fault_wanted = true;
static bool jf_fault_ready;

/* For debugfs's stats. */
static atomic64_t jf_fault_trips;
static atomic64_t jf_fault_kills;

/* bytes to pages, for thresholds: above so many pages is above so many bytes */
static long jf_fault_pages(u64 bytes)
{
	return min_t(u64, bytes >> PAGE_SHIFT, JF_PAGES_NEVER);
}

/* No look is far away any more: one is queued. */
static void jf_fault_ask(struct jf_fault *fault)
{
	lockdep_assert_held(&jf_members_lock);
	WRITE_ONCE(fault->watched, false);
	irq_work_queue(&fault->irq);
}

/**
 * jf_fault_begin() - a look begins: whoever joins from now on may not be in what it sees
 * @c: the container
 *
 * Context: any.
 */
void jf_fault_begin(struct jf_container *c)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->fault.joined = 0;
	c->fault.begun_ns = ktime_get_ns();
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/**
 * jf_fault_join() - the last look did not know of a space, or of a thread with counts of its own
 * @c: the container
 * @pages: what that may keep to itself without an event
 * @space: it is an address space
 *
 * What all of them keep to themselves may be above a threshold together, which no event tells of.
 * So the threshold is lowered by as much; if the total is above it then, a look has to see.
 *
 * Context: jf_members_lock held.
 */
void jf_fault_join(struct jf_container *c, long pages, bool space)
{
	struct jf_fault *fault = &c->fault;

	lockdep_assert_held(&jf_members_lock);
	if (space) {
		pages += fault->alone;
		fault->alone = 0;
	}
	fault->joined += pages;
	if (!fault->watched)
		return;
	WRITE_ONCE(fault->trip, fault->trip - pages);
	smp_mb(); /* as in jf_fault_arm() */
	WRITE_ONCE(fault->near, true);
	if (atomic_long_read(&fault->total) > fault->trip)
		jf_fault_ask(fault);
}

/**
 * jf_fault_arm() - set the thresholds
 * @c: the container
 * @plan: them
 *
 * Context: any.
 * Return: whether no look has to follow soon: that was asked for, and the total has not passed
 * @trip or @low already, in which case no fault may tell of it.
 */
bool jf_fault_arm(struct jf_container *c, const struct jf_fault_plan *plan)
{
	long sure = jf_fault_pages(plan->sure);
	unsigned long flags;
	bool watched;
	long total;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	/* who was caught meanwhile is to be told of before another one is */
	if (c->fault.crossing.pid && READ_ONCE(c->config.scope) == JF_SCOPE_PROCESS)
		sure = JF_PAGES_NEVER;
	WRITE_ONCE(c->fault.trip, jf_fault_pages(plan->trip) - c->fault.joined);
	WRITE_ONCE(c->fault.low,
		   plan->low == JF_LIMIT_MAX ? -JF_PAGES_NEVER : jf_fault_pages(plan->low));
	WRITE_ONCE(c->fault.sure, sure);
	c->fault.alone = jf_fault_pages(plan->alone);
	/*
	 * a probe that has read the old ones, and adds to the total or says that nothing is near
	 * after this, reads the new ones then. Pairs with jf_fault_see() and jf_fault_set_near().
	 */
	smp_mb();
	WRITE_ONCE(c->fault.near, true);
	total = atomic_long_read(&c->fault.total);
	watched = plan->watched && total <= c->fault.trip && total > c->fault.low;
	WRITE_ONCE(c->fault.watched, watched);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return watched;
}

/**
 * jf_fault_disarm() - nothing is wanted to be told of, and nobody is killed in a fault
 * @c: the container
 *
 * Context: any.
 */
void jf_fault_disarm(struct jf_container *c)
{
	static const struct jf_fault_plan nothing = {
		.trip = JF_LIMIT_MAX,
		.low = JF_LIMIT_MAX,
		.sure = JF_LIMIT_MAX,
	};

	jf_fault_arm(c, &nothing);
}

/**
 * jf_fault_take() - take the note of a crossing, if there is one
 * @c: the container
 * @crossing: the note; its process and address space are the caller's to put
 *
 * Context: any.
 * Return: whether there was one.
 */
bool jf_fault_take(struct jf_container *c, struct jf_crossing *crossing)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	*crossing = c->fault.crossing;
	c->fault.crossing = (struct jf_crossing){};
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return crossing->ns;
}

/**
 * jf_fault_forget() - there is nobody to tell of a crossing, if one has been noted
 * @c: the container
 *
 * Context: may sleep.
 */
void jf_fault_forget(struct jf_container *c)
{
	struct jf_crossing crossing;

	if (!jf_fault_take(c, &crossing) || !crossing.pid)
		return;
	put_pid(crossing.pid);
	mmdrop(crossing.mm);
}

static struct jf_crossing jf_fault_peek(struct jf_container *c)
{
	struct jf_crossing crossing;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	crossing = c->fault.crossing;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return crossing;
}

/**
 * jf_fault_noted() - has a crossing been noted that no look has taken yet?
 * @c: the container
 *
 * Context: any.
 */
bool jf_fault_noted(struct jf_container *c)
{
	return jf_fault_peek(c).ns;
}

/**
 * jf_fault_rest() - let no crossing cause a look for some time
 * @c: the container
 * @us: microseconds from now
 *
 * But for one whose process is killed at once. Who crosses a threshold back and forth would be
 * looked at all the time otherwise.
 *
 * Context: any.
 */
void jf_fault_rest(struct jf_container *c, u64 us)
{
	u64 until = ktime_get_ns() + us * NSEC_PER_USEC;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->fault.rest_ns = until;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/**
 * jf_fault_caught() - has somebody been killed in a page fault whom no look has told of yet?
 * @c: the container
 *
 * Context: any.
 */
bool jf_fault_caught(struct jf_container *c)
{
	return jf_fault_peek(c).pid;
}

/**
 * jf_fault_comm() - the name of a process that may have been killed in a page fault
 * @c: the container
 * @pid: the process
 * @comm: set, if it is this one whom no look has told of yet; TASK_COMM_LEN
 *
 * Context: any.
 */
void jf_fault_comm(struct jf_container *c, const struct pid *pid, char *comm)
{
	struct jf_crossing crossing = jf_fault_peek(c);

	if (pid && crossing.pid == pid)
		strscpy(comm, crossing.comm, TASK_COMM_LEN);
}

/*
 * Who is killed for what @m counts for: who has touched it, if he is a member, too. He would go on
 * if another one with the same memory were killed, until a look comes by.
 */
static struct jf_member *jf_fault_victim(struct jf_member *m, const struct mm_struct *mm)
{
	struct jf_member *mine;

	lockdep_assert_held(&jf_members_lock);
	if (current->mm != mm)
		return m;
	mine = jf_member_find(current->signal);
	return mine && mine->c == m->c && mine->mm == mm ? mine : m;
}

/* Note a crossing, whose member may have gone and whose threshold may have changed meanwhile. */
static void jf_fault_cross(struct jf_member *m, struct mm_struct *mm, enum jf_metric metric,
			   long pages, long total)
{
	struct jf_container *c = m->c;
	struct jf_fault *fault = &c->fault;
	struct jf_member *victim;
	struct task_struct *p;
	unsigned long flags;
	bool sure;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	if (m->mm != mm || !m->counted)
		goto out;
	victim = jf_fault_victim(m, mm);
	if (victim->doomed)
		goto out;
	/* the thresholds are those of another measure: the look that has set them saw it anew */
	if (READ_ONCE(c->metric) != metric)
		goto out;
	sure = pages > fault->sure && !m->gone;
	if (!sure && total <= fault->trip && total > fault->low)
		goto out;
	/* one look is enough, and it sets the next thresholds */
	WRITE_ONCE(fault->trip, JF_PAGES_NEVER);
	WRITE_ONCE(fault->low, -JF_PAGES_NEVER);
	if (!fault->crossing.ns)
		fault->crossing.ns = ktime_get_ns();
	if (sure && !fault->target) {
		victim->doomed = true;
		fault->target = get_pid(victim->pid);
		if (!fault->crossing.pid) {
			fault->crossing.pid = get_pid(victim->pid);
			mmgrab(mm);
			fault->crossing.mm = mm;
			fault->crossing.pages = pages;
			rcu_read_lock();
			p = pid_task(victim->pid, PIDTYPE_TGID);
			if (p)
				strscpy(fault->crossing.comm, p->comm,
					sizeof(fault->crossing.comm));
			rcu_read_unlock();
		}
		/* one victim at a time: its memory must be gone before the next one is chosen */
		if (READ_ONCE(c->config.scope) == JF_SCOPE_PROCESS)
			WRITE_ONCE(fault->sure, JF_PAGES_NEVER);
	}
	irq_work_queue(&fault->irq);
out:
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

static void jf_fault_irq(struct irq_work *irq)
{
	struct jf_container *c = container_of(irq, struct jf_container, fault.irq);
	unsigned long flags;
	struct pid *target;
	s64 rest;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	target = c->fault.target;
	c->fault.target = NULL;
	rest = c->fault.rest_ns - ktime_get_ns();
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	atomic64_inc(&jf_fault_trips);
	if (target) {
		kill_pid(target, SIGKILL, 1);
		put_pid(target);
		atomic64_inc(&jf_fault_kills);
		jf_scan_now(c);
	} else if (rest > 0) {
		jf_scan_within(c, div_u64(rest, NSEC_PER_USEC) + 1);
	} else {
		jf_scan_now(c);
	}
}

/* Add up what the space has grown by: what it gives back of shared pages frees nothing. */
static void jf_fault_grow(struct jf_member *m, long pages)
{
	long old = atomic_long_xchg(&m->fast, pages);

	if (pages > old)
		atomic_long_add(pages - old, &m->grown);
}

/* A crowd has come near to a threshold, and would be watched for long: a look is to see to it. */
static void jf_fault_leave(struct jf_fault *fault)
{
	unsigned long flags;

	if (!READ_ONCE(fault->watched))
		return;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	if (fault->watched)
		jf_fault_ask(fault);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/* Is the total near to @trip or @low? Said by who has read these: they may have changed since. */
static void jf_fault_set_near(struct jf_fault *fault, bool near, long trip, long low)
{
	if (READ_ONCE(fault->near) == near)
		return;
	WRITE_ONCE(fault->near, near);
	smp_mb(); /* pairs with jf_fault_arm() */
	if (READ_ONCE(fault->trip) != trip || READ_ONCE(fault->low) != low)
		WRITE_ONCE(fault->near, true);
}

/*
 * The memory of @m's space has changed, by counter @member, or it is new if that is negative: bring
 * the total up to date. Far from every threshold that is a few loads, and it is not needed again
 * until a counter has another value. Under RCU.
 */
static noinline void jf_fault_see(struct jf_member *m, struct mm_struct *mm, int member)
{
	struct jf_container *c = m->c;
	enum jf_metric metric = READ_ONCE(c->metric);
	long seen = atomic_long_read(&m->seen);
	long sure = READ_ONCE(c->fault.sure);
	long trip = READ_ONCE(c->fault.trip);
	long low = READ_ONCE(c->fault.low);
	bool near_sure, near_total, near, crowded;
	long pages, total, error;
	int i;

	if (seen == JF_SEEN_NONE)
		return;
	for (i = 0; i < NR_MM_COUNTERS; i++)
		WRITE_ONCE(m->counters[i], jf_mm_counter_raw(mm, i));
	pages = jf_usage_fast(mm, metric);
	if (pages != atomic_long_read(&m->fast))
		jf_fault_grow(m, pages);
	error = jf_usage_error(m->pid, metric);
	total = atomic_long_read(&c->fault.total) - seen + pages;
	near_sure = sure - pages <= error;
	near_total = min(trip - total, total - low) <= error;
	WRITE_ONCE(m->near, near_sure);
	jf_fault_set_near(&c->fault, near_total, trip, low);
	near = near_sure || near_total;
	crowded = near && jf_usage_is_crowded(m->pid);
	if (crowded)
		jf_fault_leave(&c->fault);
	if (near && !crowded)
		pages = jf_usage_exact(mm, m->pid, metric) -
			jf_usage_told(mm, m->pid, metric, member);
	else if (pages == seen)
		return;
	total = jf_member_account(m, pages);
	if (total == LONG_MIN)
		return;
	/* anew: the total has got its new value before. Pairs with jf_fault_arm(). */
	if (pages > READ_ONCE(c->fault.sure) || total > READ_ONCE(c->fault.trip) ||
	    total <= READ_ONCE(c->fault.low))
		jf_fault_cross(m, mm, metric, pages, total);
}

static struct hlist_node *jf_fault_chain(struct mm_struct *mm)
{
	unsigned int bucket = hash_min((unsigned long)mm, JF_MEMBER_HASH_BITS);

	return rcu_dereference_sched(hlist_first_rcu(&jf_member_spaces[bucket]));
}

/*
 * Counter @counter of @mm has changed, or any if that is negative; @node is the first of the chain
 * that its members are in. One that executes another program moves from one chain to another: who
 * is passing it at that moment may miss the rest of the first one, once. Under RCU.
 */
static noinline void jf_fault_look(struct hlist_node *node, struct mm_struct *mm, int counter)
{
	struct jf_member *m;

	for (; node; node = rcu_dereference_sched(hlist_next_rcu(node))) {
		m = hlist_entry(node, struct jf_member, by_mm);
		if (READ_ONCE(m->mm) != mm)
			continue;
		if (counter < 0 || READ_ONCE(m->near) || READ_ONCE(m->c->fault.near) ||
		    READ_ONCE(m->counters[counter]) != jf_mm_counter_raw(mm, counter))
			jf_fault_see(m, mm, counter);
	}
}

/*
 * rss_stat: a counter of an address space, which need not be current's, has changed. Task context,
 * preemption off, perhaps with the page table locked; must not sleep. For most who are no members
 * the chain is empty.
 */
JF_RSS_STAT_PROBE(jf_fault_probe)
{
	struct hlist_node *first = jf_fault_chain(mm);

	if (first)
		jf_fault_look(first, mm, member);
}

/**
 * jf_fault_joined() - a member has got an address space, which may have memory already
 * @mm: the address space
 *
 * Context: any but NMI; takes jf_members_lock at a crossing.
 */
void jf_fault_joined(struct mm_struct *mm)
{
	if (!jf_fault_on())
		return;
	rcu_read_lock_sched();
	jf_fault_look(jf_fault_chain(mm), mm, -1);
	rcu_read_unlock_sched();
}

/**
 * jf_fault_on() - are crossings caught in the fault?
 *
 * Context: any.
 */
bool jf_fault_on(void)
{
	return READ_ONCE(jf_fault_wanted);
}

static int jf_fault_mode_set(const char *text, const struct kernel_param *kp)
{
	bool wanted;
	int ret;

	if (sysfs_streq(text, "fault"))
		wanted = true;
	else if (sysfs_streq(text, "scan"))
		wanted = false;
	else
		return -EINVAL;
	/* a parameter of modprobe is set before anything is */
	ret = jf_fault_ready ? jf_probe_set_fault(wanted) : 0;
	if (ret)
		return ret;
	WRITE_ONCE(jf_fault_wanted, wanted);
	/* each container's thresholds and the time of its next look are another mode's */
	jf_containers_look();
	return 0;
}

static int jf_fault_mode_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%s\n", jf_fault_on() ? "fault" : "scan");
}

static const struct kernel_param_ops jf_fault_mode_ops = {
	.set = jf_fault_mode_set,
	.get = jf_fault_mode_get,
};

module_param_cb(mode, &jf_fault_mode_ops, NULL, 0644);
MODULE_PARM_DESC(mode,
		 "how a crossing is caught: fault, in the page fault, or scan (default fault)");

/**
 * jf_fault_init() - get ready for the mode that was asked for, or for the one that is possible
 *
 * Context: may sleep; after jf_probe_init().
 */
void jf_fault_init(void)
{
	kernel_param_lock(THIS_MODULE);
	jf_fault_ready = true;
	if (jf_fault_wanted && jf_probe_set_fault(true)) {
		pr_notice("jackfruit: this kernel has no tracepoint rss_stat: mode=scan\n");
		jf_fault_wanted = false;
	}
	kernel_param_unlock(THIS_MODULE);
}

/**
 * jf_fault_init_container() - prepare a new container
 * @c: the container
 */
void jf_fault_init_container(struct jf_container *c)
{
	atomic_long_set(&c->fault.total, 0);
	c->fault.trip = JF_PAGES_NEVER;
	c->fault.low = -1;
	c->fault.near = true;
	c->fault.sure = JF_PAGES_NEVER;
	/* not a hard one: on PREEMPT_RT a signal cannot be sent with interrupts off */
	init_irq_work(&c->fault.irq, jf_fault_irq);
}

/**
 * jf_fault_drop() - a container that has no members any more is being removed
 * @c: the container
 *
 * The last member may have left a note, and the work that would take it is cancelled. Without a
 * member there is nobody to note any more.
 *
 * Context: may sleep.
 */
void jf_fault_drop(struct jf_container *c)
{
	irq_work_sync(&c->fault.irq);
	jf_fault_forget(c);
}

/**
 * jf_fault_show_stats() - its lines of debugfs's stats
 * @m: where they go
 */
void jf_fault_show_stats(struct seq_file *m)
{
	seq_printf(m, "mode %s\n", jf_fault_on() ? "fault" : "scan");
	seq_printf(m, "trips %lld\n", atomic64_read(&jf_fault_trips));
	seq_printf(m, "fault_kills %lld\n", atomic64_read(&jf_fault_kills));
}
