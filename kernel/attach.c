// SPDX-License-Identifier: GPL-2.0
/*
 * How a process and all its descendants become members while they run, fork, exec and exit.
 *
 * Passes over all processes find the children of members. As long as there may be any that have not
 * been found, an exit must not cut them off: the container is "seeking", and whoever descends from
 * one of its members hands over his children when he exits, before they become init's.
 *
 * Locking: jf_members_lock, inside task_lock() of the task that is linked, which keeps its mm in
 * place. The container's lock is held, so there is one attach at a time to a container.
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "jackfruit.h"
#include "member.h"

/* How many processes a pass looks at before it lets others run. */
#define JF_PASS_BATCH 256

/* So many passes in a row for children that were missed; others wait for the container's lock. */
#define JF_PASSES_MAX 8

/* How many containers are seeking. Written under jf_members_lock. */
static unsigned int jf_nr_seeking;

/*
 * Threads with children that came to their exit probes while somebody was seeking, but were
 * nobody's then. Under jf_members_lock, read without it to notice that there was one.
 */
static unsigned long jf_exits;

/* How often, and how far apart, it is waited for threads that are leaving their children, us. */
#define JF_LEAVING_TRIES 100
#define JF_LEAVING_US 100

/* Where PREEMPT_RT cannot wait for a task's lock, it is tried so often: it is held for moments. */
#define JF_TASK_TRIES 1000

/**
 * jf_member_set_seeking() - some members may have children who are none, or all have been found
 * @c: the container
 * @seeking: whether
 *
 * Context: jf_members_lock held.
 */
void jf_member_set_seeking(struct jf_container *c, bool seeking)
{
	lockdep_assert_held(&jf_members_lock);
	if (c->seeking == seeking)
		return;
	c->seeking = seeking;
	WRITE_ONCE(jf_nr_seeking, seeking ? jf_nr_seeking + 1 : jf_nr_seeking - 1);
}

/* What @t, a thread of @p, has before it is @m. Its task_lock() is held, and its mm is there. */
static void jf_member_measure(struct jf_member *m, struct task_struct *p, struct task_struct *t)
{
	struct task_struct *other;
	int users = 0;

	/* what it has used before is not the container's; it runs, so any value of these will do */
	m->base = (u64)data_race(max(get_mm_hiwater_rss(t->mm), t->signal->maxrss)) << PAGE_SHIFT;
	m->mm_base = m->base;
	/* for a moment that may be somebody who only reads its status */
	jf_for_each_thread(p, other)
		users += READ_ONCE(other->mm) == t->mm;
	m->outside = atomic_read(&t->mm->mm_users) > users;
}

/*
 * Is a thread of @p between its exit probe, where it may have handed over nobody, and the moment
 * when its children become those of another thread, or init's if all are exiting? Under RCU.
 */
static bool jf_task_is_leaving(struct task_struct *p)
{
	struct task_struct *t;

	jf_for_each_thread(p, t) {
		if (!READ_ONCE(t->mm) && !list_empty(&t->children))
			return true;
	}
	return false;
}

/*
 * Link a task that may be running; it may exec, exit or fork meanwhile. @strict: not while a thread
 * is leaving children, whom nobody would find if the others followed it: -EAGAIN.
 */
static int jf_member_insert(struct jf_container *c, struct task_struct *p, struct jf_member *m,
			    unsigned long batch, bool strict)
{
	unsigned long exits = READ_ONCE(jf_exits);
	struct task_struct *t;
	unsigned long flags;
	int ret = -ESRCH;

	/*
	 * a thread that is seen with its mm, or without children, comes to its exit probe after
	 * this: it sees that somebody is seeking, and either a member or that it counts as an exit.
	 * Pairs with jf_members_hand_over().
	 */
	smp_mb();
	rcu_read_lock();
	if (strict && jf_task_is_leaving(p)) {
		rcu_read_unlock();
		return -EAGAIN;
	}
	/* a group whose leader has exited lives on in its other threads, but if they follow him */
	jf_for_each_thread(p, t) {
		task_lock(t);
		if (t->mm && !(strict && READ_ONCE(t->flags) & PF_EXITING)) {
			jf_member_measure(m, p, t);
			raw_spin_lock_irqsave(&jf_members_lock, flags);
			ret = strict && exits != jf_exits ? -EAGAIN :
							    jf_member_link(c, t, m, batch);
			raw_spin_unlock_irqrestore(&jf_members_lock, flags);
			task_unlock(t);
			break;
		}
		task_unlock(t);
	}
	rcu_read_unlock();
	return ret;
}

/* Who leaves his children only after long, as some file cannot be closed, is not waited for. */
static int jf_member_insert_wait(struct jf_container *c, struct task_struct *p, struct jf_member *m,
				 unsigned long batch)
{
	unsigned int tries = JF_LEAVING_TRIES;
	int ret;

	while ((ret = jf_member_insert(c, p, m, batch, tries)) == -EAGAIN) {
		usleep_range(JF_LEAVING_US, 2 * JF_LEAVING_US);
		tries--;
	}
	return ret;
}

/* The thread of nobody exits, who may be about to become a member. Has he become one meanwhile? */
static bool jf_member_note_exit(const struct signal_struct *signal)
{
	unsigned long flags;
	bool found;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	found = jf_member_find(signal);
	if (!found)
		WRITE_ONCE(jf_exits, jf_exits + 1);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return found;
}

/* Link a thread where @heir is a member, whose container is there as long as he is. */
static int jf_member_link_heir(const struct signal_struct *heir, struct task_struct *t,
			       struct jf_member *m)
{
	struct jf_member *mine;
	unsigned long flags;
	int ret = -ESRCH;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	mine = jf_member_find(heir);
	if (mine && mine->c->seeking)
		ret = jf_member_link(mine->c, t, m, mine->batch);
	if (!ret) {
		m->c->adopted = true;
		if (m->c->killing)
			queue_work(jf_wq, &m->c->work);
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return ret;
}

/*
 * As jf_member_insert(), where nothing may sleep, which task_lock() does on PREEMPT_RT: who holds
 * that lock may wait for this very CPU there. Under RCU.
 */
static int jf_member_insert_now(const struct signal_struct *heir, struct task_struct *p,
				struct jf_member *m)
{
	unsigned int tries = JF_TASK_TRIES;
	struct task_struct *t;
	int ret = -ESRCH;

	jf_for_each_thread(p, t) {
		if (!READ_ONCE(t->mm))
			continue;
		if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
			while (!spin_trylock(&t->alloc_lock)) {
				if (!tries--)
					return -EAGAIN;
				cpu_relax();
			}
		} else {
			task_lock(t);
		}
		if (t->mm) {
			jf_member_measure(m, p, t);
			ret = jf_member_link_heir(heir, t, m);
		}
		task_unlock(t);
		if (ret != -ESRCH)
			break;
	}
	return ret;
}

/* Is the container seeking in which the member @signal is? @lost: one could not be taken there. */
static bool jf_member_seeks(const struct signal_struct *signal, bool lost)
{
	struct jf_member *m;
	unsigned long flags;
	bool seeking;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(signal);
	seeking = m && m->c->seeking;
	if (seeking)
		m->c->lost |= lost;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return seeking;
}

/*
 * @p's parent exits: it becomes a member where @heir, a member from whom both descend, is one.
 * Under RCU.
 */
static void jf_member_adopt(struct task_struct *p, const struct signal_struct *heir)
{
	struct jf_member *m = jf_spare_take();
	int ret = m ? jf_member_insert_now(heir, p, m) : -ENOMEM;

	if (m && ret)
		jf_spare_give(m);
	if (ret == -ENOMEM || ret == -EAGAIN)
		jf_member_seeks(heir, true);
}

/*
 * Who @p descends from, where those who exit are passed over, except of the group @to: they have
 * perhaps been through their exit probes before anybody was seeking, and hand nobody over any more.
 * Under RCU.
 */
static struct task_struct *jf_task_parent(const struct task_struct *p,
					  const struct signal_struct *to)
{
	struct task_struct *parent = rcu_dereference(p->real_parent), *next;

	while (parent->signal != to && !atomic_read(&parent->signal->live) &&
	       !jf_member_is(parent->signal)) {
		next = rcu_dereference(parent->real_parent);
		if (next == parent)
			break;
		parent = next;
	}
	return parent;
}

/* Has @p children, or, if it is the @last one, another thread of its group? Under RCU. */
static bool jf_task_has_children(struct task_struct *p, bool last)
{
	struct task_struct *t;

	/* nobody but @p and who is in it could make the list longer; nor others', if all exit */
	if (!list_empty(&p->children))
		return true;
	if (!last)
		return false;
	jf_for_each_thread(p, t) {
		if (!list_empty(&t->children))
			return true;
	}
	return false;
}

/**
 * jf_members_hand_over() - a thread exits, and perhaps some container is seeking its children
 * @p: the thread, in its exit probe: they are its children still
 * @last: its group is about to be a member no longer: the children of threads that have not come
 *        to their exit probes are handed over with its own
 *
 * That takes a look at all processes, and at all threads of those who are handed over. The lists of
 * children would be shorter, but tasklist_lock alone keeps them in place, which is not exported.
 *
 * Context: task context, preemption off; must not sleep.
 */
void jf_members_hand_over(struct task_struct *p, bool last)
{
	struct task_struct *child, *parent, *t = p;
	u64 begin;

	/* its mm is gone, which who is seeking looks at. Pairs with jf_member_insert() */
	smp_mb();
	if (!READ_ONCE(jf_nr_seeking))
		return;
	begin = ktime_get_ns();
	rcu_read_lock();
	if (!jf_task_has_children(p, last))
		goto out;
	while (!jf_member_is(t->signal)) {
		parent = rcu_dereference(t->real_parent);
		if (parent != t)
			t = parent;
		else if (jf_member_note_exit(p->signal))
			t = p;
		else
			goto out;
	}
	if (!jf_member_seeks(t->signal, false))
		goto out;
	for_each_process(child) {
		if (!jf_member_is(child->signal) &&
		    jf_task_parent(child, p->signal)->signal == p->signal)
			jf_member_adopt(child, t->signal);
	}
out:
	rcu_read_unlock();
	jf_latency_note(begin);
}

/*
 * Is @p a child of one of @c's members, and no member itself? Then tell its parent's batch. Under
 * RCU.
 */
static bool jf_member_child_of(struct jf_container *c, struct task_struct *p, unsigned long *batch)
{
	struct task_struct *parent = jf_task_parent(p, NULL);
	struct jf_member *m;
	unsigned long flags;
	bool found = false;

	/* others of its flags change */
	if (READ_ONCE(p->flags) & PF_KTHREAD || !jf_member_is(parent->signal))
		return false;
	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = jf_member_find(parent->signal);
	if (m && m->c == c && !jf_member_find(p->signal)) {
		*batch = m->batch;
		found = true;
	}
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return found;
}

/*
 * Let others run. Where the pass goes on is known as long as the process has not been released; if
 * it has, the pass begins anew. As in the kernel's hung_task.c.
 */
static bool jf_members_pass_rest(struct task_struct *p)
{
	bool still_there;

	get_task_struct(p);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	still_there = pid_alive(p);
	put_task_struct(p);
	return still_there;
}

/* Has anybody been handed over? From now on it is asked anew. */
static bool jf_members_adopted(struct jf_container *c)
{
	unsigned long flags;
	bool adopted;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	adopted = c->adopted;
	c->adopted = false;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return adopted;
}

/*
 * One pass over all processes: take in the children of members. @gfp: for the first one, which may
 * sleep. @strict: see jf_member_insert().
 *
 * Return: 0 if there were none, more than 0, or -ENOMEM.
 */
static int jf_members_pass(struct jf_container *c, gfp_t gfp, bool strict)
{
	struct jf_member *spare = NULL;
	struct task_struct *p;
	unsigned long batch;
	int added = 0, seen = 0, ret;

	spare = kmem_cache_zalloc(jf_member_cache, gfp);
	if (!spare)
		return -ENOMEM;
	rcu_read_lock();
	/*
	 * who is a member is one before the list is read: a fork that was not seen to be a
	 * member's has put its child there. Pairs with jf_member_probe_fork().
	 */
	smp_mb();
	for_each_process(p) {
		if (!(++seen % JF_PASS_BATCH) && !jf_members_pass_rest(p)) {
			/* another pass finds the rest */
			added++;
			break;
		}
		if (!jf_member_child_of(c, p, &batch))
			continue;
		if (!spare)
			spare = kmem_cache_zalloc(jf_member_cache, GFP_ATOMIC | __GFP_NOWARN);
		if (!spare)
			break; /* the next pass begins with one that may sleep */
		ret = jf_member_insert(c, p, spare, batch, strict);
		if (!ret)
			spare = NULL;
		/* the next pass takes who cannot be linked yet */
		added += !ret || ret == -EAGAIN;
	}
	rcu_read_unlock();
	if (spare)
		kmem_cache_free(jf_member_cache, spare);
	/* they may have children whom the pass had come by before */
	return jf_members_adopted(c) ? added + 1 : added;
}

/*
 * Passes until one finds nobody: there is seldom a second one that does, as parents stand before
 * their children. But who forks all the time on a busy machine could keep them going.
 *
 * Return: 0, -ENOMEM, or 1: there may be more.
 */
static int jf_members_passes(struct jf_container *c, gfp_t gfp)
{
	unsigned int passes = 0;
	int ret;

	do {
		/* who has not left his children by then keeps them for long */
		ret = jf_members_pass(c, gfp, passes < JF_PASSES_MAX - 1);
	} while (ret > 0 && ++passes < JF_PASSES_MAX);
	return min(ret, 1);
}

/*
 * The passes are over; if there may be @more, the looks go on with it.
 *
 * Return: whether somebody who was handed over could not be taken.
 */
static bool jf_members_sought(struct jf_container *c, bool more)
{
	unsigned long flags;
	bool lost;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	c->missed |= more;
	jf_member_set_seeking(c, c->missed);
	lost = c->lost;
	c->lost = false;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return lost;
}

/**
 * jf_members_attach() - make a process and all its descendants members
 * @c: the container
 * @p: any thread of the process; referenced by the caller
 * @first: it is the first process of a new run, whose way to end is kept
 *
 * The process is linked first. Whatever it forks from then on is seen by the fork probe; whatever
 * it had forked before is found by passes over all processes, each finding at least the children of
 * those that the last one found, until a pass finds none; or by looks that follow, if that takes
 * long. Who exits meanwhile hands over his children.
 *
 * Context: may sleep; @c->lock held, probes attached.
 * Return: 0; -EEXIST it is a member of @c already; -EBUSY it is one of another container; -ESRCH it
 * has exited; -ENOMEM. On error nothing has changed.
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
	jf_member_set_seeking(c, true);
	c->lost = false;
	/* who is attached brings memory with him, which no fill has to make */
	c->forked = (struct jf_forked){};
	if (first)
		c->seen = (struct jf_seen){};
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);

	ret = jf_member_insert_wait(c, p, m, batch);
	if (ret) {
		jf_members_sought(c, false);
		kmem_cache_free(jf_member_cache, m);
		return ret;
	}
	ret = jf_members_passes(c, GFP_KERNEL);
	if (!jf_members_sought(c, ret > 0) && ret >= 0)
		return 0;
	jf_members_release(c, batch);
	/* the others may have ended meanwhile, and were not the last ones then */
	queue_work(jf_wq, &c->work);
	return -ENOMEM;
}

/**
 * jf_members_missed() - are there children that a fork probe had no memory for?
 * @c: the container
 *
 * Context: any.
 */
bool jf_members_missed(struct jf_container *c)
{
	unsigned long flags;
	bool missed;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	missed = c->missed;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return missed;
}

/**
 * jf_members_find_missed() - take in the children that a fork probe had no memory for
 * @c: the container
 *
 * A child whose parent has exited in the meantime, when there was no memory either, or on
 * PREEMPT_RT no member made in advance (see spare.c) or somebody who kept the child's lock, cannot
 * be found any more: it has run out of the limit.
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
	/*
	 * a kill must not wait for the memory that it will free; where there is none, or no end,
	 * the next look or work tries again
	 */
	if (missed)
		jf_members_sought(c,
				  jf_members_passes(c, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN));
}

/**
 * jf_members_give_up() - a container that has no members any more is being removed
 * @c: the container
 *
 * Context: any.
 */
void jf_members_give_up(struct jf_container *c)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	jf_member_set_seeking(c, false);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
}
