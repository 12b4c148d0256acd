// SPDX-License-Identifier: GPL-2.0
/*
 * Who belongs to a container.
 *
 * A member is a thread group, known by its signal_struct, which it keeps through exec by any of its threads. It becomes
 * a member by being attached or by being forked by a member, and stops being one when its last thread is gone; there is
 * no other way out. The tracepoints tell in time: a fork is reported before the child can run, an exec after the new
 * address space is in place, an exit after the address space is gone.
 *
 * Memory belongs to address spaces (mm_struct), and several members may share one (vfork, CLONE_VM). Of the members of
 * a container that share one, exactly one is "counted".
 *
 * Locking: jf_members_lock protects all that is here: both hash tables, the lists, the counts, and the members' fields.
 * Lookups that only decide whether to take the lock go under RCU. Work on members (reading counters, sending signals)
 * is done outside the lock on referenced pids and address spaces, a batch at a time: see jf_members_walk().
 *
 * Lifetime: m->signal is a key and never followed. It cannot be reused while it is in the table, since the exit probe of
 * the group's last thread, which still holds it, removes it. m->pid and m->mm are referenced.
 */
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "compat.h"
#include "jackfruit.h"
#include "member.h"
#include "trace.h"

/**
 * struct jf_member - a thread group that belongs to a container
 * @by_signal: in jf_member_groups
 * @by_mm: in jf_member_spaces
 * @node: in the container's list
 * @rcu: frees it
 * @signal: the thread group; a key only
 * @mm: its address space, referenced (mmgrab)
 * @pid: its thread group's pid, referenced
 * @c: whose member it is
 * @walk: the last walk that has shown it
 * @batch: the attach that brought it or its ancestor in
 * @base: its highest usage before it became a member, bytes
 * @counted: of the members of @c with this @mm, this one counts
 * @first: it is the first process of the run
 */
struct jf_member {
	struct hlist_node by_signal;
	struct hlist_node by_mm;
	struct list_head node;
	struct rcu_head rcu;
	struct signal_struct *signal;
	struct mm_struct *mm;
	struct pid *pid;
	struct jf_container *c;
	unsigned long walk;
	unsigned long batch;
	u64 base;
	bool counted;
	bool first;
};

/* How many members a walk takes out of the lock at a time. */
#define JF_WALK_BATCH	16

/* 4096 buckets: a chain of two at 8000 members */
#define JF_MEMBER_HASH_BITS	12

static DEFINE_RAW_SPINLOCK(jf_members_lock); /* protects what the head of this file says */
static DEFINE_HASHTABLE(jf_member_groups, JF_MEMBER_HASH_BITS);
static DEFINE_HASHTABLE(jf_member_spaces, JF_MEMBER_HASH_BITS);
static struct kmem_cache *jf_member_cache;

/* Under RCU or jf_members_lock. */
static struct jf_member *jf_member_find(const struct signal_struct *signal)
{
	struct jf_member *m;

	hash_for_each_possible_rcu(jf_member_groups, m, by_signal, (unsigned long)signal,
				   lockdep_is_held(&jf_members_lock)) {
		if (READ_ONCE(m->signal) == signal)
			return m;
	}
	return NULL;
}

/* A quick no for the many processes that are none of ours; a yes has to be found again under the lock. */
static bool jf_member_is(const struct signal_struct *signal)
{
	bool found;

	rcu_read_lock();
	found = jf_member_find(signal);
	rcu_read_unlock();
	return found;
}

/* Another member of the container that shares the address space, or NULL. */
static struct jf_member *jf_member_sharing(const struct jf_member *m)
{
	struct jf_member *other;

	lockdep_assert_held(&jf_members_lock);
	hash_for_each_possible(jf_member_spaces, other, by_mm, (unsigned long)m->mm) {
		if (other != m && other->mm == m->mm && other->c == m->c)
			return other;
	}
	return NULL;
}

static void jf_member_set_space(struct jf_member *m, struct mm_struct *mm)
{
	lockdep_assert_held(&jf_members_lock);
	mmgrab(mm);
	m->mm = mm;
	/* whoever shares it with us is counted, or shares it with one who is */
	m->counted = !jf_member_sharing(m);
	hash_add_rcu(jf_member_spaces, &m->by_mm, (unsigned long)mm);
}

/* The caller drops the reference that is returned, after the lock. */
static struct mm_struct *jf_member_clear_space(struct jf_member *m)
{
	struct jf_member *heir;

	lockdep_assert_held(&jf_members_lock);
	hash_del_rcu(&m->by_mm);
	heir = m->counted ? jf_member_sharing(m) : NULL;
	if (heir)
		heir->counted = true;
	m->counted = false;
	return m->mm;
}

/*
 * Make @p's thread group a member. @p's mm must be known to stay: @p has not run yet, or its task_lock() is held. On
 * success @m is linked.
 */
static int jf_member_link(struct jf_container *c, struct task_struct *p, struct jf_member *m, unsigned long batch)
{
	struct jf_member *old;

	lockdep_assert_held(&jf_members_lock);
	/*
	 * A thread that still has its mm has not been through its exit probe, and neither has the last thread of the
	 * group: whoever is linked here is sure to be unlinked there.
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
	jf_member_set_space(m, p->mm);
	hash_add_rcu(jf_member_groups, &m->by_signal, (unsigned long)m->signal);
	list_add_tail(&m->node, &c->members);
	WRITE_ONCE(c->nr_members, c->nr_members + 1);
	trace_jf_join(c->name, pid_nr(m->pid));
	return 0;
}

static void jf_member_free_rcu(struct rcu_head *rcu)
{
	struct jf_member *m = container_of(rcu, struct jf_member, rcu);

	put_pid(m->pid);
	kmem_cache_free(jf_member_cache, m);
}

/* The caller drops the address space that is returned, after the lock. */
static struct mm_struct *jf_member_unlink(struct jf_member *m)
{
	struct jf_container *c = m->c;
	struct mm_struct *mm;

	lockdep_assert_held(&jf_members_lock);
	mm = jf_member_clear_space(m);
	hash_del_rcu(&m->by_signal);
	list_del(&m->node);
	WRITE_ONCE(c->nr_members, c->nr_members - 1);
	trace_jf_leave(c->name, pid_nr(m->pid));
	call_rcu(&m->rcu, jf_member_free_rcu);
	return mm;
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
	struct jf_member *mine, *m;
	unsigned long flags;

	if (child->signal == parent->signal || !jf_member_is(parent->signal))
		return;
	m = kmem_cache_zalloc(jf_member_cache, GFP_ATOMIC | __GFP_NOWARN);

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	mine = jf_member_find(parent->signal);
	if (mine) {
		struct jf_container *c = mine->c;

		if (!m)
			c->missed = true;
		else if (!jf_member_link(c, child, m, mine->batch))
			m = NULL;
		/* the container stays as long as it has members: queueing under the lock is safe */
		if (c->missed || c->killing)
			queue_work(jf_wq, &c->work);
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	if (m)
		kmem_cache_free(jf_member_cache, m);
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
void jf_member_probe_exec(void *data, struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm)
{
	struct mm_struct *old = NULL;
	struct jf_member *m;
	unsigned long flags;

	if (!jf_member_is(p->signal))
		return;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(p->signal);
	if (m && m->mm != p->mm) {
		old = jf_member_clear_space(m);
		jf_member_set_space(m, p->mm);
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	if (old)
		jf_mmdrop_atomic(old);
}

/**
 * jf_member_probe_exit() - sched_process_exit: a member is gone with its last thread
 * @data: not used
 * @p: the exiting thread, current; its mm is gone already
 *
 * Two last threads may both see a group without live threads: the second one finds nothing to remove.
 *
 * Context: task context, preemption off; must not sleep.
 */
void jf_member_probe_exit(void *data, struct task_struct *p)
{
	struct mm_struct *mm = NULL;
	struct jf_member *m;
	unsigned long flags;
	u64 high_water;

	if (atomic_read(&p->signal->live) || !jf_member_is(p->signal))
		return;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(p->signal);
	if (m) {
		struct jf_container *c = m->c;

		if (m->first) {
			c->seen.first_gone = true;
			/* what wait(2) says: see wait_task_zombie() */
			c->seen.first_status = p->signal->flags & SIGNAL_GROUP_EXIT ?
				p->signal->group_exit_code : p->group_leader->exit_code;
			strscpy(c->seen.first_comm, p->group_leader->comm, sizeof(c->seen.first_comm));
		}
		high_water = (u64)p->signal->maxrss << PAGE_SHIFT;
		if (high_water > m->base)
			c->seen.high_water = max(c->seen.high_water, high_water);
		mm = jf_member_unlink(m);
		/* the run ends in the work, and rmdir is refused until it has: the container is still there for it */
		if (!c->nr_members || c->watching)
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
void jf_member_probe_signal(void *data, int sig, struct kernel_siginfo *info, struct task_struct *p, int group,
			    int result)
{
	struct jf_member *m;
	unsigned long flags;

	if (result || !jf_member_is(p->signal))
		return;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(p->signal);
	if (m && m->first) {
		struct jf_seen *seen = &m->c->seen;

		seen->signal = sig;
		if (info != SEND_SIG_PRIV && (info == SEND_SIG_NOINFO || SI_FROMUSER(info))) {
			seen->sender.pid = task_tgid_nr(current);
			/* not get_task_comm(): its lock is not for here, and current's name does not change */
			strscpy(seen->sender.comm, current->comm, sizeof(seen->sender.comm));
		} else {
			seen->sender = (struct jf_sender){ .comm = "kernel" };
		}
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/* Link a task that may be running; it may exec, exit or fork meanwhile. */
static int jf_member_insert(struct jf_container *c, struct task_struct *p, struct jf_member *m, unsigned long batch)
{
	struct task_struct *t;
	unsigned long flags;
	int ret = -ESRCH;

	rcu_read_lock();
	/* a group whose leader has exited lives on in its other threads */
	for_each_thread(p, t) {
		task_lock(t);
		if (t->mm) {
			/* what it has used before is not the container's */
			m->base = max((u64)get_mm_hiwater_rss(t->mm), (u64)t->signal->maxrss) << PAGE_SHIFT;
			raw_spin_lock_irqsave(&jf_members_lock, flags);
			ret = jf_member_link(c, t, m, batch);
			raw_spin_unlock_irqrestore(&jf_members_lock, flags);
			task_unlock(t);
			break;
		}
		task_unlock(t);
	}
	rcu_read_unlock();
	return ret;
}

/* Is @p a child of one of @c's members, and no member itself? Then tell its parent's batch. Under RCU. */
static bool jf_member_child_of(struct jf_container *c, struct task_struct *p, unsigned long *batch)
{
	struct jf_member *m;
	unsigned long flags;
	bool found = false;

	if (p->flags & PF_KTHREAD || !jf_member_is(rcu_dereference(p->real_parent)->signal))
		return false;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(rcu_dereference(p->real_parent)->signal);
	if (m && m->c == c && !jf_member_find(p->signal)) {
		*batch = m->batch;
		found = true;
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return found;
}

/*
 * One pass over all processes: take in the children of members. One RCU section, as for_each_process() wants it; it is
 * done at an attach only.
 *
 * Return: how many were taken in, or -ENOMEM.
 */
static int jf_members_pass(struct jf_container *c)
{
	struct jf_member *spare = NULL;
	struct task_struct *p;
	unsigned long batch;
	int added = 0;

	spare = kmem_cache_zalloc(jf_member_cache, GFP_KERNEL);
	if (!spare)
		return -ENOMEM;
	rcu_read_lock();
	for_each_process(p) {
		if (!jf_member_child_of(c, p, &batch))
			continue;
		if (!spare)
			spare = kmem_cache_zalloc(jf_member_cache, GFP_ATOMIC | __GFP_NOWARN);
		if (!spare)
			break; /* the next pass begins with one that may sleep */
		if (!jf_member_insert(c, p, spare, batch)) {
			spare = NULL;
			added++;
		}
	}
	rcu_read_unlock();
	if (spare)
		kmem_cache_free(jf_member_cache, spare);
	return added;
}

/* Release all members that came in with one attach. */
static void jf_members_release(struct jf_container *c, unsigned long batch)
{
	struct jf_member *m, *next;
	struct mm_struct *mm;
	unsigned long flags;

	do {
		mm = NULL;
		raw_spin_lock_irqsave(&jf_members_lock, flags);
		list_for_each_entry_safe(m, next, &c->members, node) {
			if (m->batch == batch) {
				mm = jf_member_unlink(m);
				break;
			}
		}
		raw_spin_unlock_irqrestore(&jf_members_lock, flags);
		if (mm)
			mmdrop(mm);
	} while (mm);
}

/**
 * jf_members_attach() - make a process and all its descendants members
 * @c: the container
 * @p: any thread of the process; referenced by the caller
 * @first: it is the first process of a new run, whose way to end is kept
 *
 * The process is linked first. Whatever it forks from then on is seen by the fork probe; whatever it had forked before
 * is found by passes over all processes, each finding at least the children of those that the last one found, until a
 * pass finds none.
 *
 * Context: may sleep; @c->lock held, probes attached.
 * Return: 0; -EEXIST it is a member of @c already; -EBUSY it is one of another container; -ESRCH it has exited;
 * -ENOMEM. On error nothing has changed.
 */
int jf_members_attach(struct jf_container *c, struct task_struct *p, bool first)
{
	struct jf_member *m;
	unsigned long batch, flags;
	int ret;

	lockdep_assert_held(&c->lock);
	m = kmem_cache_zalloc(jf_member_cache, GFP_KERNEL);
	if (!m)
		return -ENOMEM;
	m->first = first;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	batch = ++c->batch;
	if (first)
		c->seen = (struct jf_seen){ };
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);

	ret = jf_member_insert(c, p, m, batch);
	if (ret) {
		kmem_cache_free(jf_member_cache, m);
		return ret;
	}
	do {
		ret = jf_members_pass(c);
	} while (ret > 0);
	if (ret)
		jf_members_release(c, batch);
	return ret;
}

/**
 * jf_members_find_missed() - take in the children that a fork probe had no memory for
 * @c: the container
 *
 * A child whose parent has exited in the meantime cannot be found any more; it has run out of a limit only on a machine
 * that had no memory left for a hundred bytes.
 *
 * Context: may sleep; @c->lock held.
 */
void jf_members_find_missed(struct jf_container *c)
{
	unsigned long flags;
	bool missed;

	lockdep_assert_held(&c->lock);
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	missed = c->missed;
	c->missed = false;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	while (missed && jf_members_pass(c))
		cond_resched();
}

/* Take the next members that the walk has not shown, and reference what is theirs. */
static unsigned int jf_members_take(struct jf_container *c, struct jf_member_ref *refs)
{
	struct jf_member *m;
	unsigned long flags;
	unsigned int n = 0;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	while (n < JF_WALK_BATCH) {
		m = list_first_entry_or_null(&c->members, struct jf_member, node);
		if (!m || m->walk == c->walk)
			break;
		m->walk = c->walk;
		list_move_tail(&m->node, &c->members);
		mmgrab(m->mm);
		refs[n++] = (struct jf_member_ref){ .pid = get_pid(m->pid), .mm = m->mm, .base = m->base,
						.counted = m->counted };
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return n;
}

/**
 * jf_members_walk() - show every member to a function
 * @c: the container
 * @fn: called for each; may sleep; what it is shown is referenced until it returns
 * @data: passed to @fn
 *
 * The list is rotated: a member goes to its end when it is shown, marked with the number of the walk, and the walk is
 * over when a marked one is at the front. So the lock can be let go at any point, however long the list, and no cursor
 * can be left behind. Members that appear during the walk are marked from the start: a fork bomb cannot keep it going.
 *
 * Context: may sleep; @c->lock held, which makes it the only walk.
 */
void jf_members_walk(struct jf_container *c, void (*fn)(const struct jf_member_ref *ref, void *data), void *data)
{
	struct jf_member_ref refs[JF_WALK_BATCH];
	unsigned long flags;
	unsigned int i, n;

	lockdep_assert_held(&c->lock);
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->walk++;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);

	while ((n = jf_members_take(c, refs))) {
		for (i = 0; i < n; i++) {
			fn(&refs[i], data);
			put_pid(refs[i].pid);
			mmdrop(refs[i].mm);
		}
		cond_resched();
	}
}

static void jf_member_signal(const struct jf_member_ref *ref, void *data)
{
	int *sig = data;

	/* by struct pid, not by number: a number that is reused is another struct pid */
	kill_pid(ref->pid, *sig, 1);
}

/**
 * jf_members_signal() - send a signal to every member
 * @c: the container
 * @sig: the signal
 *
 * Context: may sleep; @c->lock held.
 */
void jf_members_signal(struct jf_container *c, int sig)
{
	jf_members_walk(c, jf_member_signal, &sig);
}

/**
 * jf_members_count() - how many members there are
 * @c: the container
 *
 * Context: any.
 */
unsigned int jf_members_count(struct jf_container *c)
{
	return READ_ONCE(c->nr_members);
}

/**
 * jf_members_set_killing() - from now on, members are killed as they appear, or no longer
 * @c: the container
 * @killing: whether
 *
 * A process with a pending SIGKILL cannot fork any more. One that had not got it when it forked has a child that the
 * fork probe sees: while this is set the probe queues the container's work, which kills again. So the killing ends, after
 * as many passes as it takes for the signal to overtake the forks.
 *
 * Context: any.
 */
void jf_members_set_killing(struct jf_container *c, bool killing)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->killing = killing;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/**
 * jf_members_watch() - queue the container's work at every exit, or no longer
 * @c: the container
 * @watching: whether
 *
 * Context: any.
 */
void jf_members_watch(struct jf_container *c, bool watching)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->watching = watching;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/**
 * jf_members_have_space() - does any member have this address space?
 * @c: the container
 * @mm: the address space, referenced
 *
 * Context: any.
 */
bool jf_members_have_space(struct jf_container *c, struct mm_struct *mm)
{
	struct jf_member *m;
	unsigned long flags;
	bool found = false;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	hash_for_each_possible(jf_member_spaces, m, by_mm, (unsigned long)mm) {
		if (m->mm == mm && m->c == c)
			found = true;
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return found;
}

struct jf_signal_space {
	struct mm_struct *mm;
	int sig;
};

static void jf_member_signal_space(const struct jf_member_ref *ref, void *data)
{
	struct jf_signal_space *to = data;

	if (ref->mm == to->mm)
		kill_pid(ref->pid, to->sig, 1);
}

/**
 * jf_members_signal_space() - send a signal to all members that share an address space
 * @c: the container
 * @mm: the address space, referenced
 * @sig: the signal
 *
 * Context: may sleep; @c->lock held.
 */
void jf_members_signal_space(struct jf_container *c, struct mm_struct *mm, int sig)
{
	struct jf_signal_space to = { .mm = mm, .sig = sig };

	jf_members_walk(c, jf_member_signal_space, &to);
}

/**
 * jf_members_seen() - what the probes have seen of the run
 * @c: the container
 *
 * Context: any.
 */
struct jf_seen jf_members_seen(struct jf_container *c)
{
	struct jf_seen seen;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	seen = c->seen;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return seen;
}

/**
 * jf_members_set_seen() - put back what an attach that failed has cleared
 * @c: the container
 * @seen: what jf_members_seen() said before
 *
 * Context: any.
 */
void jf_members_set_seen(struct jf_container *c, const struct jf_seen *seen)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->seen = *seen;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

static void jf_member_renice(const struct jf_member_ref *ref, void *data)
{
	struct task_struct *leader, *t;
	int *nice = data;

	rcu_read_lock();
	leader = pid_task(ref->pid, PIDTYPE_TGID);
	if (leader) {
		for_each_thread(leader, t)
			set_user_nice(t, *nice);
	}
	rcu_read_unlock();
}

/**
 * jf_members_renice() - set the nice value of every member's every thread
 * @c: the container
 * @nice: MIN_NICE..MAX_NICE
 *
 * Context: may sleep; @c->lock held.
 */
void jf_members_renice(struct jf_container *c, int nice)
{
	jf_members_walk(c, jf_member_renice, &nice);
}

/**
 * jf_member_init() - make what members are made of
 *
 * Return: 0 or -ENOMEM.
 */
int jf_member_init(void)
{
	jf_member_cache = KMEM_CACHE(jf_member, SLAB_HWCACHE_ALIGN);
	return jf_member_cache ? 0 : -ENOMEM;
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
	kmem_cache_destroy(jf_member_cache);
}
