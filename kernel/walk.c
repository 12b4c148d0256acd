// SPDX-License-Identifier: GPL-2.0
/*
 * What is done to all members of a container: counting, signalling, renicing.
 *
 * Locking: jf_members_lock while members are taken from the list, a batch at a time; what is done
 * to them is done outside of it, on referenced pids and address spaces.
 */
#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "jackfruit.h"
#include "member.h"

/* How many members a walk takes out of the lock at a time. */
#define JF_WALK_BATCH 8

/* Take the next members that the walk has not shown, and reference what is theirs. */
static unsigned int jf_members_take(struct jf_container *c, struct jf_member_ref *refs)
{
	struct jf_member *m;
	unsigned long flags;
	unsigned int n = 0;
	u64 begin;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	begin = ktime_get_ns();
	while (n < JF_WALK_BATCH) {
		m = list_first_entry_or_null(&c->members, struct jf_member, node);
		if (!m || m->walk == c->walk)
			break;
		m->walk = c->walk;
		list_move_tail(&m->node, &c->members);
		mmgrab(m->mm);
		refs[n++] = (struct jf_member_ref){
			.signal = m->signal,
			.pid = get_pid(m->pid),
			.mm = m->mm,
			.batch = m->batch,
			.base = m->base,
			.mm_base = m->mm_base,
			.seen = atomic_long_read(&m->seen),
			.walked_pages = m->walked_pages,
			.walked_faults = m->walked_faults,
			.grown = atomic_long_read(&m->grown) - m->walked_grown,
			.counted = m->counted,
			.gone = m->gone,
			.free_by_ns = m->free_by_ns,
		};
	}
	jf_latency_note(begin);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return n;
}

/**
 * jf_members_walk() - show every member to a function
 * @c: the container
 * @fn: called for each; may sleep; what it is shown is referenced until it returns
 * @data: passed to @fn
 *
 * The list is rotated: a member goes to its end when it is shown, marked with the number of the
 * walk, and the walk is over when a marked one is at the front. So the lock can be let go at any
 * point, however long the list, and no cursor can be left behind. Members that appear during the
 * walk are marked from the start: a fork bomb cannot keep it going.
 *
 * Context: may sleep; @c->lock held, which makes it the only walk.
 */
void jf_members_walk(struct jf_container *c,
		     void (*fn)(const struct jf_member_ref *ref, void *data), void *data)
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
 * A process with a pending SIGKILL cannot fork any more. One that had not got it when it forked has
 * a child that the fork probe sees: while this is set the probe queues the container's work, which
 * kills again. So the killing ends, after as many passes as it takes for the signal to overtake the
 * forks.
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
 * jf_members_watch() - wait for the end of an address space, or no longer
 * @c: the container
 * @mm: the address space, which stays referenced meanwhile; NULL: no longer
 *
 * The container's work is queued at every exit, and when somebody joins the address space.
 *
 * Context: any.
 */
void jf_members_watch(struct jf_container *c, const struct mm_struct *mm)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->watched = mm;
	c->joined = false;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/**
 * jf_members_joined() - has somebody joined the address space that is watched?
 * @c: the container
 *
 * A walk need not have shown him. From now on it is asked anew.
 *
 * Context: any.
 */
bool jf_members_joined(struct jf_container *c)
{
	unsigned long flags;
	bool joined;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	joined = c->joined;
	c->joined = false;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return joined;
}

/**
 * jf_members_have_space() - does any member have this address space?
 * @c: the container
 * @mm: the address space, referenced
 * @gone: one that is gone and has left it, too
 *
 * Context: any.
 */
bool jf_members_have_space(struct jf_container *c, struct mm_struct *mm, bool gone)
{
	struct jf_member *m;
	unsigned long flags;
	bool found;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_counted(c, mm);
	/* who is gone was alone with it then */
	found = m && (gone || !m->gone || !list_empty(&m->sharers));
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return found;
}

/* The member that a walk has shown, or NULL if it is none any more. Under jf_members_lock. */
static struct jf_member *jf_member_shown(struct jf_container *c, const struct jf_member_ref *ref)
{
	struct jf_member *m;

	lockdep_assert_held(&jf_members_lock);
	m = ref->gone ? jf_member_counted(c, ref->mm) : jf_member_find(ref->signal);
	return m && m->c == c && m->mm == ref->mm && m->pid == ref->pid && m->gone == ref->gone ?
		m :
		NULL;
}

/**
 * jf_member_set_seen() - the container's running total gets to know of an exact count
 * @c: the container
 * @mm: the address space, referenced
 * @pages: what it has
 *
 * Context: any.
 */
void jf_member_set_seen(struct jf_container *c, struct mm_struct *mm, long pages)
{
	struct jf_member *m;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_counted(c, mm);
	if (m)
		jf_member_account(m, pages);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/**
 * jf_member_set_walked() - the footprint of a member's address space is being read
 * @c: the container
 * @ref: the member, as jf_members_walk() shows it
 * @pages: what its address space has now; 0 if another member counts for that
 * @faults: how many page faults its group has had
 *
 * Context: any.
 */
void jf_member_set_walked(struct jf_container *c, const struct jf_member_ref *ref, long pages,
			  u64 faults)
{
	struct jf_member *m;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_shown(c, ref);
	if (m) {
		m->walked_pages = pages;
		m->walked_faults = faults;
		m->walked_grown = atomic_long_read(&m->grown);
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/* Whom a walk has shown is a member no longer. Returns false if that was so before. May sleep. */
static bool jf_member_drop(struct jf_container *c, const struct jf_member_ref *ref)
{
	struct mm_struct *mm = NULL;
	struct jf_member *m;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_shown(c, ref);
	if (m)
		mm = jf_member_unlink(m);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	if (mm)
		mmdrop(mm);
	return mm;
}

/**
 * jf_member_set_free_by() - nobody uses an address space any more
 * @c: the container
 * @mm: the address space, referenced
 * @ns: when it is to be free, ktime_get_ns()
 *
 * Context: any.
 */
void jf_member_set_free_by(struct jf_container *c, struct mm_struct *mm, u64 ns)
{
	struct jf_member *m;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_counted(c, mm);
	if (m)
		m->free_by_ns = ns;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}

/**
 * jf_member_forget() - nobody holds any more what a member that is gone has left
 * @c: the container
 * @ref: the member, as jf_members_walk() shows it; nothing happens if it is not gone
 *
 * Context: may sleep.
 */
void jf_member_forget(struct jf_container *c, const struct jf_member_ref *ref)
{
	if (ref->gone)
		jf_member_drop(c, ref);
}

/* Has a member another address space than it is known by? Only its task_lock() makes sure. */
static bool jf_member_has_moved(const struct jf_member_ref *ref)
{
	struct task_struct *p;
	struct mm_struct *mm = NULL;

	rcu_read_lock();
	p = pid_task(ref->pid, PIDTYPE_TGID);
	if (p)
		mm = READ_ONCE(p->mm);
	rcu_read_unlock();
	return mm && mm != ref->mm && !ref->gone;
}

/**
 * jf_member_follow() - a member may execute another program, which the exec probe does not know yet
 * @c: the container
 * @ref: the member, as jf_members_walk() shows it
 *
 * Its new address space is in place before the program is loaded, which a file system may keep from
 * ending, and has the arguments then. Who executes is, or has become, the leader of his group.
 *
 * Context: may sleep.
 * Return: whether it has been followed to another address space than @ref has.
 */
bool jf_member_follow(struct jf_container *c, const struct jf_member_ref *ref)
{
	struct mm_struct *old = NULL;
	struct jf_member *m, *rest;
	struct task_struct *p;
	unsigned long flags;

	if (!jf_member_has_moved(ref))
		return false;
	rest = kmem_cache_zalloc(jf_member_cache, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	rcu_read_lock();
	p = pid_task(ref->pid, PIDTYPE_TGID);
	if (p) {
		/* keeps its mm in place */
		task_lock(p);
		raw_spin_lock_irqsave(&jf_members_lock, flags);
		m = jf_member_shown(c, ref);
		if (m && p->mm && p->mm != m->mm)
			old = jf_member_move(m, p->mm, &rest);
		raw_spin_unlock_irqrestore(&jf_members_lock, flags);
		if (old)
			jf_fault_joined(p->mm);
		task_unlock(p);
	}
	rcu_read_unlock();
	if (rest)
		kmem_cache_free(jf_member_cache, rest);
	if (old)
		mmdrop(old);
	return old;
}

struct jf_release {
	struct jf_container *c;
	unsigned long batch;
	bool again;
};

static void jf_member_release(const struct jf_member_ref *ref, void *data)
{
	struct jf_release *release = data;

	if (ref->batch == release->batch && jf_member_drop(release->c, ref))
		release->again = true;
}

/**
 * jf_members_release() - all members that came in with one attach are none any more
 * @c: the container
 * @batch: the attach
 *
 * Context: may sleep; @c->lock held.
 */
void jf_members_release(struct jf_container *c, unsigned long batch)
{
	struct jf_release release = { .c = c, .batch = batch };

	do {
		/* a walk does not see those who are forked meanwhile */
		release.again = false;
		jf_members_walk(c, jf_member_release, &release);
	} while (release.again);
}

static void jf_member_forget_any(const struct jf_member_ref *ref, void *data)
{
	jf_member_forget(data, ref);
}

/**
 * jf_members_forget_gone() - the run is over: what those who are gone have left is nobody's
 * @c: the container
 *
 * Context: may sleep; @c->lock held.
 */
void jf_members_forget_gone(struct jf_container *c)
{
	jf_members_walk(c, jf_member_forget_any, c);
}

/**
 * jf_members_gone() - has somebody who is gone left memory that somebody holds?
 * @c: the container
 *
 * Context: any.
 */
bool jf_members_gone(struct jf_container *c)
{
	return READ_ONCE(c->nr_gone);
}

struct jf_signal_space {
	struct mm_struct *mm;
	int sig;
	struct pid *wanted;
	bool found;
};

static void jf_member_signal_space(const struct jf_member_ref *ref, void *data)
{
	struct jf_signal_space *to = data;

	if (ref->mm != to->mm)
		return;
	kill_pid(ref->pid, to->sig, 1);
	if (ref->pid == to->wanted)
		to->found = true;
}

/**
 * jf_members_signal_space() - send a signal to all members that share an address space
 * @c: the container
 * @mm: the address space, referenced
 * @sig: the signal
 * @wanted: a process that the caller wants to know about
 *
 * Context: may sleep; @c->lock held.
 * Return: whether @wanted was one of them.
 */
bool jf_members_signal_space(struct jf_container *c, struct mm_struct *mm, int sig,
			     struct pid *wanted)
{
	struct jf_signal_space to = { .mm = mm, .sig = sig, .wanted = wanted };

	jf_members_walk(c, jf_member_signal_space, &to);
	return to.found;
}

/**
 * jf_members_forked() - the last fork that left the footprint below its threshold
 * @c: the container
 *
 * Context: any.
 */
struct jf_forked jf_members_forked(struct jf_container *c)
{
	struct jf_forked forked;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	forked = c->forked;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return forked;
}

/**
 * jf_members_forget_forked() - what is known of the last fork holds no longer
 * @c: the container
 *
 * Context: any.
 */
void jf_members_forget_forked(struct jf_container *c)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->forked = (struct jf_forked){};
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
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
		jf_for_each_thread(leader, t)
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
