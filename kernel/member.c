// SPDX-License-Identifier: GPL-2.0
/*
 * Who belongs to a container.
 *
 * A member is a thread group, known by its signal_struct, which it keeps through exec by any of its
 * threads. It becomes a member by being attached or by being forked by a member, and stops being
 * one when its last thread is gone; there is no other way out. The tracepoints tell in time: a fork
 * is reported before the child can run, an exec after the new address space is in place, an exit
 * after the address space is gone. An exec may take long to be reported: see jf_member_follow().
 *
 * Memory belongs to address spaces (mm_struct), and several members may share one (vfork,
 * CLONE_VM). Of the members of a container that share one, exactly one is "counted", and only that
 * one is in the table of address spaces: thousands may share one, which costs them next to nothing,
 * and is to cost others no more. Who has ended
 * or executes another program may leave memory that somebody holds: that is a member which is
 * "gone", in the list and in the table of address spaces only, until its counters are 0 or the run
 * is over.
 *
 * Locking: jf_members_lock protects all that is here: both hash tables, the lists, the counts, and
 * the members' fields. Lookups that only decide whether to take the lock go under RCU. Work on
 * members (reading counters, sending signals) is done outside the lock on referenced pids and
 * address spaces, a batch at a time: see jf_members_walk().
 *
 * Lifetime: m->signal is a key and never followed. It cannot be reused while it is in the table,
 * since the exit probe of the group's last thread, which still holds it, removes it. m->pid and
 * m->mm are referenced.
 */
#include <linux/hashtable.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "compat.h"
#include "jackfruit.h"
#include "member.h"
#include "trace.h"

DEFINE_RAW_SPINLOCK(jf_members_lock); /* protects what the head of this file says */
static DEFINE_HASHTABLE(jf_member_groups, JF_MEMBER_HASH_BITS);
DEFINE_HASHTABLE(jf_member_spaces, JF_MEMBER_HASH_BITS);
struct kmem_cache *jf_member_cache;
static u64 jf_forks_missed; /* for debugfs's stats */

/**
 * jf_member_find() - the member that a thread group is
 * @signal: the group's; a key only
 *
 * Context: under RCU or jf_members_lock.
 * Return: the member, or NULL.
 */
struct jf_member *jf_member_find(const struct signal_struct *signal)
{
	struct jf_member *m;

	hash_for_each_possible_rcu(jf_member_groups, m, by_signal, (unsigned long)signal,
				   lockdep_is_held(&jf_members_lock)) {
		if (READ_ONCE(m->signal) == signal)
			return m;
	}
	return NULL;
}

/**
 * jf_member_is() - is a thread group a member of any container?
 * @signal: the group's
 *
 * A quick no for the many processes that are none of ours; a yes has to be found again under the
 * lock.
 *
 * Context: any.
 */
bool jf_member_is(const struct signal_struct *signal)
{
	bool found;

	rcu_read_lock();
	found = jf_member_find(signal);
	rcu_read_unlock();
	return found;
}

/**
 * jf_member_counted() - the member of a container that counts for an address space
 * @c: the container
 * @mm: the address space; a key only
 *
 * Context: jf_members_lock held.
 * Return: the member, or NULL: none of them has this address space.
 */
struct jf_member *jf_member_counted(const struct jf_container *c, const struct mm_struct *mm)
{
	struct jf_member *m;

	lockdep_assert_held(&jf_members_lock);
	hash_for_each_possible(jf_member_spaces, m, by_mm, (unsigned long)mm) {
		if (m->mm == mm && m->c == c)
			return m;
	}
	return NULL;
}

/* Another member of the container that shares the address space, or NULL. */
static struct jf_member *jf_member_sharing(const struct jf_member *m)
{
	lockdep_assert_held(&jf_members_lock);
	return list_empty(&m->sharers) ? NULL :
					 list_first_entry(&m->sharers, struct jf_member, sharers);
}

/**
 * jf_member_account() - bring a member's share in its container's running total up to date
 * @m: the member
 * @pages: what its address space has now
 *
 * The share is taken back when the member is counted no longer; who saw the space before that and
 * comes here later finds no share to change. So the total is the sum of the shares at any time.
 *
 * Context: any; under RCU or jf_members_lock.
 * Return: the total, pages; LONG_MIN if @m does not count.
 */
long jf_member_account(struct jf_member *m, long pages)
{
	long old = atomic_long_read(&m->seen);

	do {
		if (old == JF_SEEN_NONE)
			return LONG_MIN;
	} while (!atomic_long_try_cmpxchg(&m->seen, &old, pages));
	return atomic_long_add_return(pages - old, &m->c->fault.total);
}

static void jf_member_set_counted(struct jf_member *m, long pages)
{
	lockdep_assert_held(&jf_members_lock);
	m->counted = true;
	WRITE_ONCE(m->near, true);
	atomic_long_set(&m->seen, 0);
	jf_member_account(m, pages);
	WRITE_ONCE(m->c->nr_spaces, m->c->nr_spaces + 1);
}

static long jf_member_clear_counted(struct jf_member *m)
{
	long seen = atomic_long_xchg(&m->seen, JF_SEEN_NONE);

	lockdep_assert_held(&jf_members_lock);
	m->counted = false;
	m->walked_pages = 0;
	m->walked_faults = 0;
	m->free_by_ns = 0;
	atomic_long_sub(seen, &m->c->fault.total);
	WRITE_ONCE(m->c->nr_spaces, m->c->nr_spaces - 1);
	return seen;
}

/* Has anybody the address space of a member still? Not asked where he may be somebody outside. */
static bool jf_member_is_used(const struct jf_member *m)
{
	lockdep_assert_held(&jf_members_lock);
	return !m->outside &&
		(atomic_read(&m->mm->mm_users) || jf_usage_exact(m->mm, NULL, JF_METRIC_RSS));
}

/*
 * A member that has ended, or executes another program, leaves its memory to somebody who holds it:
 * by reading its /proc/PID/mem, say. It is counted until that is over, or members could keep any
 * amount from being counted by reading the memory of those who have ended. But not if somebody
 * outside may go on living in it. Where nobody holds it, it may still be on its way out: another
 * thread of the group was the last one to let it go.
 */
static bool jf_member_is_held(const struct jf_member *m)
{
	return m->counted && !jf_member_sharing(m) && jf_member_is_used(m);
}

static void jf_member_set_space(struct jf_member *m, struct mm_struct *mm)
{
	struct jf_member *counted = jf_member_counted(m->c, mm);

	lockdep_assert_held(&jf_members_lock);
	mmgrab(mm);
	m->mm = mm;
	INIT_LIST_HEAD(&m->sharers);
	if (counted) {
		list_add(&m->sharers, &counted->sharers);
	} else {
		jf_member_set_counted(m, 0);
		hash_add_rcu(jf_member_spaces, &m->by_mm, (unsigned long)mm);
	}
	if (!counted || JF_TASK_COUNTERS)
		jf_fault_join(m->c, jf_usage_error(m->pid, READ_ONCE(m->c->metric)), !counted);
}

/* The caller drops the reference that is returned, after the lock. */
static struct mm_struct *jf_member_clear_space(struct jf_member *m)
{
	struct jf_member *heir = jf_member_sharing(m);

	lockdep_assert_held(&jf_members_lock);
	list_del(&m->sharers);
	if (m->counted) {
		long seen = jf_member_clear_counted(m);

		if (heir) {
			jf_member_set_counted(heir, seen);
			hlist_replace_rcu(&m->by_mm, &heir->by_mm);
		} else {
			hash_del_rcu(&m->by_mm);
		}
	}
	return m->mm;
}

/**
 * jf_member_link() - make a task's thread group a member
 * @c: the container
 * @p: a task whose mm is known to stay: it has not run yet, or its task_lock() is held
 * @m: a new member; linked on success
 * @batch: the attach that brings it in
 *
 * Context: jf_members_lock held.
 * Return: 0; -ESRCH it has exited; -EEXIST it is a member of @c, -EBUSY of another container.
 */
int jf_member_link(struct jf_container *c, struct task_struct *p, struct jf_member *m,
		   unsigned long batch)
{
	struct jf_member *old;

	lockdep_assert_held(&jf_members_lock);
	/*
	 * A thread that still has its mm has not been through its exit probe, and neither has the
	 * last thread of the group: whoever is linked here is sure to be unlinked there.
	 */
	if (!p->mm || !atomic_read(&p->signal->live))
		return -ESRCH;
	old = jf_member_find(p->signal);
	if (old)
		return old->c == c ? -EEXIST : -EBUSY;

	m->signal = p->signal;
	m->pid = get_pid(task_tgid(p));
	m->c = c;
	m->walk = c->walk;
	m->batch = batch;
	atomic_long_set(&m->seen, JF_SEEN_NONE);
	jf_member_set_space(m, p->mm);
	hash_add_rcu(jf_member_groups, &m->by_signal, (unsigned long)m->signal);
	list_add_tail(&m->node, &c->members);
	WRITE_ONCE(c->nr_members, c->nr_members + 1);
	if (m->mm == c->watched) {
		c->joined = true;
		queue_work(jf_wq, &c->work);
	}
	trace_jf_join(c->name, pid_nr(m->pid));
	return 0;
}

static void jf_member_free_rcu(struct rcu_head *rcu)
{
	struct jf_member *m = container_of(rcu, struct jf_member, rcu);

	put_pid(m->pid);
	kmem_cache_free(jf_member_cache, m);
}

/* The thread group of a member is gone. */
static void jf_member_leave(struct jf_member *m)
{
	struct jf_container *c = m->c;

	lockdep_assert_held(&jf_members_lock);
	hash_del_rcu(&m->by_signal);
	WRITE_ONCE(c->nr_members, c->nr_members - 1);
	trace_jf_leave(c->name, pid_nr(m->pid));
}

static void jf_member_set_gone(struct jf_member *m)
{
	lockdep_assert_held(&jf_members_lock);
	m->gone = true;
	WRITE_ONCE(m->c->nr_gone, m->c->nr_gone + 1);
	/* nobody tells when it is let go */
	queue_work(jf_wq, &m->c->work);
}

/* @m goes on in another address space: @rest, a new member without a process, is what it leaves. */
static void jf_member_leave_space(struct jf_member *m, struct jf_member *rest)
{
	struct jf_container *c = m->c;

	lockdep_assert_held(&jf_members_lock);
	rest->c = c;
	rest->mm_base = m->mm_base;
	rest->walk = c->walk;
	rest->batch = m->batch;
	atomic_long_set(&rest->seen, JF_SEEN_NONE);
	jf_member_set_space(rest, m->mm);
	list_add_tail(&rest->node, &c->members);
	jf_member_set_gone(rest);
}

/**
 * jf_member_unlink() - a member is one no longer
 * @m: the member; freed after a grace period
 *
 * Context: jf_members_lock held.
 * Return: its address space, whose reference the caller drops after the lock.
 */
struct mm_struct *jf_member_unlink(struct jf_member *m)
{
	struct jf_container *c = m->c;
	struct mm_struct *mm;

	lockdep_assert_held(&jf_members_lock);
	mm = jf_member_clear_space(m);
	if (m->gone)
		WRITE_ONCE(c->nr_gone, c->nr_gone - 1);
	else
		jf_member_leave(m);
	list_del(&m->node);
	call_rcu(&m->rcu, jf_member_free_rcu);
	return mm;
}

/*
 * The running total is about to count what is shared by the fork twice. What it is before that is
 * no less than the footprint is now, unless the total counts too much already.
 */
static void jf_member_note_fork(struct jf_container *c)
{
	long total = atomic_long_read(&c->fault.total);

	lockdep_assert_held(&jf_members_lock);
	if (total > c->fault.trip)
		return;
	c->forked.pages = total;
	/* by looks alone it is what the last one saw */
	c->forked.ns = jf_fault_on() ? ktime_get_ns() : c->fault.begun_ns;
}

/**
 * jf_member_probe_fork() - sched_process_fork: a member's child is a member
 * @data: not used
 * @parent: who forks, the current task
 * @child: its child, visible and not yet running
 *
 * Context: task context, preemption off; must not sleep.
 */
void jf_member_probe_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	struct jf_member *mine, *m = NULL;
	bool thread = child->signal == parent->signal;
	int nice = JF_NICE_INHERIT;
	unsigned long flags;

	/*
	 * the child is in the list of processes before it is asked whose it is, also where fork()
	 * ends with no more than a release. Pairs with jf_members_pass().
	 */
	smp_mb();
	if (!jf_member_is(parent->signal))
		return;
	if (!thread)
		m = jf_spare_take();

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	mine = jf_member_find(parent->signal);
	if (mine) {
		struct jf_container *c = mine->c;

		nice = READ_ONCE(c->nice);
		if (!m && !thread) {
			c->missed = true;
			jf_member_set_seeking(c, true);
			WRITE_ONCE(jf_forks_missed, jf_forks_missed + 1);
		}
		if (!thread && child->mm != parent->mm)
			jf_member_note_fork(c);
		if (thread && JF_TASK_COUNTERS)
			jf_fault_join(c, jf_mm_counter_error(1, 1), false);
		/* who shares an address space shares its past: exec and exit take over its mark */
		if (m && child->mm == parent->mm) {
			m->base = mine->base;
			m->mm_base = mine->mm_base;
			m->outside = mine->outside;
		}
		if (m && !jf_member_link(c, child, m, mine->batch))
			m = NULL;
		/* the container stays as long as it has members: queueing under the lock is safe */
		if (c->missed || c->killing)
			queue_work(jf_wq, &c->work);
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	if (m)
		jf_spare_give(m);
	/* fork() has copied what its parent maps, before it was a member */
	if (!thread)
		jf_fault_joined(child->mm);
	/* it has its parent's, which may not have been changed yet by a jf_members_renice() */
	if (nice != JF_NICE_INHERIT && task_nice(child) != nice)
		set_user_nice(child, nice);
}

/**
 * jf_member_move() - a member goes on in another address space
 * @m: the member
 * @mm: the address space, which is known to stay
 * @rest: a new member, for what somebody holds of the old one; NULL when it has been used. If it
 *        was NULL, that counts no longer
 *
 * Context: jf_members_lock held.
 * Return: the old address space, whose reference the caller drops after the lock.
 */
struct mm_struct *jf_member_move(struct jf_member *m, struct mm_struct *mm, struct jf_member **rest)
{
	struct mm_struct *old;

	lockdep_assert_held(&jf_members_lock);
	if (*rest && jf_member_is_held(m)) {
		jf_member_leave_space(m, *rest);
		*rest = NULL;
	}
	old = jf_member_clear_space(m);
	jf_member_set_space(m, mm);
	m->mm_base = 0;
	m->outside = false;
	return old;
}

/**
 * jf_member_probe_exec() - sched_process_exec: a member has a new address space
 * @data: not used
 * @p: the task, current, with its new mm
 * @old_pid: not used
 * @bprm: not used
 *
 * Context: task context, preemption off; must not sleep.
 */
void jf_member_probe_exec(void *data, struct task_struct *p, pid_t old_pid,
			  struct linux_binprm *bprm)
{
	struct jf_member *m, *rest = NULL;
	struct mm_struct *old = NULL;
	unsigned long flags;
	bool used;

	if (!jf_member_is(p->signal))
		return;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(p->signal);
	/* who shares it now may be gone when the lock is taken again */
	used = m && m->mm != p->mm && jf_member_is_used(m);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	if (used)
		rest = jf_spare_take();
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(p->signal);
	if (m && m->mm != p->mm)
		old = jf_member_move(m, p->mm, &rest);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	if (rest)
		jf_spare_give(rest);
	if (old) {
		jf_mmdrop_atomic(old);
		jf_fault_joined(p->mm);
	}
}

/*
 * Is @p the last of its group to come to the exit probe? signal->live counts threads that have not
 * begun to exit; one that has begun and has not come here yet still has its mm, or is about to find
 * nothing left to do. Its exit code is set before its mm is gone.
 */
static bool jf_member_last_thread(struct task_struct *p)
{
	struct task_struct *t;
	bool last = true;
	u64 begin;

	if (atomic_read(&p->signal->live))
		return false;
	begin = ktime_get_ns();
	rcu_read_lock();
	jf_for_each_thread(p, t) {
		if (t != p && READ_ONCE(t->mm)) {
			last = false;
			break;
		}
	}
	rcu_read_unlock();
	jf_latency_note(begin);
	return last;
}

/**
 * jf_member_probe_exit() - sched_process_exit: a member is gone with its last thread
 * @data: not used
 * @p: the exiting thread, current; its mm is gone already
 *
 * Its memory is gone, too, unless somebody holds that. Two last threads may both be the last: the
 * second one finds nothing to remove.
 *
 * Context: task context, preemption off; must not sleep.
 */
void jf_member_probe_exit(void *data, struct task_struct *p)
{
	struct mm_struct *mm = NULL;
	struct jf_member *m;
	unsigned long flags;
	u64 high_water;
	bool last = jf_member_is(p->signal) && jf_member_last_thread(p);

	jf_members_hand_over(p, last);
	if (!last)
		return;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(p->signal);
	if (m) {
		struct jf_container *c = m->c;

		if (m->first) {
			c->seen.first_gone = true;
			/* what wait(2) says: see wait_task_zombie() */
			c->seen.first_status = p->signal->flags & SIGNAL_GROUP_EXIT ?
				p->signal->group_exit_code :
				p->group_leader->exit_code;
			strscpy(c->seen.first_comm, p->group_leader->comm,
				sizeof(c->seen.first_comm));
		}
		high_water = (u64)p->signal->maxrss << PAGE_SHIFT;
		if (high_water > m->base)
			c->seen.high_water = max(c->seen.high_water, high_water);
		if (jf_member_is_held(m)) {
			jf_member_leave(m);
			jf_member_set_gone(m);
		} else {
			mm = jf_member_unlink(m);
		}
		/*
		 * the run ends in the work, and rmdir is refused until it has: the container is
		 * still there for it
		 */
		if (!c->nr_members || c->watched)
			queue_work(jf_wq, &c->work);
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	if (mm)
		jf_mmdrop_atomic(mm);
}

/**
 * jf_member_probe_signal() - signal_generate: somebody sends a signal to the first process
 * @data: not used
 * @sig: the signal
 * @info: who says to send it; may be one of the SEND_SIG_* constants
 * @p: a thread of the receiver
 * @group: not used
 * @result: TRACE_SIGNAL_*; 0 when it was delivered
 *
 * Context: the sender's, with the receiver's siglock held.
 */
void jf_member_probe_signal(void *data, int sig, struct kernel_siginfo *info, struct task_struct *p,
			    int group, int result)
{
	struct jf_member *m;
	unsigned long flags;
	bool first;

	if (result)
		return;
	/* not the lock for each signal among members: that is all CPUs' */
	rcu_read_lock();
	m = jf_member_find(p->signal);
	first = m && m->first;
	rcu_read_unlock();
	if (!first)
		return;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(p->signal);
	if (m && m->first) {
		struct jf_seen *seen = &m->c->seen;

		seen->signal = sig;
		/* a timer's signal is nobody's: current is whoever was interrupted */
		if (in_task() && info != SEND_SIG_PRIV &&
		    (info == SEND_SIG_NOINFO || SI_FROMUSER(info))) {
			seen->sender.pid = task_tgid_nr(current);
			/*
			 * not get_task_comm(): its lock is not for here, and current's name does
			 * not change
			 */
			strscpy(seen->sender.comm, current->comm, sizeof(seen->sender.comm));
		} else {
			seen->sender = (struct jf_sender){ .comm = "kernel" };
		}
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/**
 * jf_member_show_stats() - the members' line of debugfs's stats
 * @m: where it goes
 */
void jf_member_show_stats(struct seq_file *m)
{
	seq_printf(m, "forks_missed %llu\n", READ_ONCE(jf_forks_missed));
}

/**
 * jf_member_init() - make what members are made of
 *
 * Return: 0 or an error.
 */
int jf_member_init(void)
{
	int ret;

	jf_member_cache = KMEM_CACHE(jf_member, SLAB_HWCACHE_ALIGN);
	if (!jf_member_cache)
		return -ENOMEM;
	ret = jf_spare_init();
	if (ret)
		kmem_cache_destroy(jf_member_cache);
	return ret;
}

/**
 * jf_member_exit() - the end; no container is left, so there is no member and no probe attached
 *
 * A detached probe may still be running: wait for it, then for the members that it has freed.
 */
void jf_member_exit(void)
{
	tracepoint_synchronize_unregister();
	rcu_barrier();
	jf_spare_exit();
	kmem_cache_destroy(jf_member_cache);
}
