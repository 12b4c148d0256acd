// SPDX-License-Identifier: GPL-2.0
/*
 * Members for forks, where nothing may sleep.
 *
 * The probe of a fork runs with preemption off. Elsewhere an atomic allocation is all it takes; on
 * PREEMPT_RT the allocator's own locks sleep, so that members are made in advance there, by a
 * thread that is woken when half of them have been taken. When there is none left, as when a page
 * could not be had elsewhere, the fork is missed, and the next pass of attach.c takes the child in.
 * But not if its parent has exited by then, and there was no member for it then either: so members
 * must not be able to keep the thread from a CPU while they fork.
 *
 * Locking: jf_members_lock protects the list and its length.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <uapi/linux/sched/types.h>

#include "compat.h"
#include "jackfruit.h"
#include "member.h"

#ifdef CONFIG_PREEMPT_RT

/* a fork takes some 100 us at least: half of them last for 6 ms on two CPUs, and 1 ms on twelve */
#define JF_SPARES 256

static LIST_HEAD(jf_spares); /* by node */
static unsigned int jf_nr_spares;
static struct kthread_worker *jf_spare_worker;

static bool jf_spare_add(struct jf_member *m)
{
	unsigned long flags;
	bool more;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	list_add(&m->node, &jf_spares);
	more = ++jf_nr_spares < JF_SPARES;
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	return more;
}

static void jf_spare_refill(struct kthread_work *work)
{
	struct jf_member *m;

	do {
		m = kmem_cache_alloc(jf_member_cache, GFP_KERNEL);
	} while (m && jf_spare_add(m));
}

static DEFINE_KTHREAD_WORK(jf_spare_work, jf_spare_refill);

/*
 * A member may have any priority of SCHED_FIFO, and keep a CPU from whoever has the same. Before
 * all of them comes SCHED_DEADLINE, and members of that class cannot keep from the thread what it
 * is promised here. It may use what the class leaves, too, or it would more often have to stop
 * while it holds a lock of the allocator. It is refused where others have been promised all that
 * there is.
 */
static void jf_spare_hurry(struct task_struct *p)
{
	static const struct sched_attr deadline = {
		.size = sizeof(deadline),
		.sched_policy = SCHED_DEADLINE,
		.sched_flags = SCHED_FLAG_RECLAIM,
		.sched_runtime = 100 * NSEC_PER_USEC,
		.sched_deadline = NSEC_PER_MSEC,
		.sched_period = NSEC_PER_MSEC,
	};
	static const struct sched_attr fifo = {
		.size = sizeof(fifo),
		.sched_policy = SCHED_FIFO,
		.sched_priority = MAX_RT_PRIO - 1,
	};

	if (sched_setattr_nocheck(p, &deadline))
		sched_setattr_nocheck(p, &fifo);
}

/**
 * jf_spare_take() - a new member, zeroed
 *
 * Context: any; takes jf_members_lock on PREEMPT_RT.
 * Return: the member, or NULL: there is none now.
 */
struct jf_member *jf_spare_take(void)
{
	struct jf_member *m;
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_members_lock, flags);
	m = list_first_entry_or_null(&jf_spares, struct jf_member, node);
	if (m) {
		list_del(&m->node);
		jf_nr_spares--;
	}
	if (jf_nr_spares < JF_SPARES / 2)
		kthread_queue_work(jf_spare_worker, &jf_spare_work);
	raw_spin_unlock_irqrestore(&jf_members_lock, flags);
	if (m)
		memset(m, 0, sizeof(*m));
	return m;
}

/**
 * jf_spare_give() - give back a member that has not been used
 * @m: the member
 *
 * Context: any; takes jf_members_lock on PREEMPT_RT.
 */
void jf_spare_give(struct jf_member *m)
{
	jf_spare_add(m);
}

/**
 * jf_spare_init() - make members in advance
 *
 * Context: may sleep; after jf_member_cache has been made.
 * Return: 0 or an error.
 */
int jf_spare_init(void)
{
	jf_spare_worker = kthread_create_worker(0, "jf_spare");
	if (IS_ERR(jf_spare_worker))
		return PTR_ERR(jf_spare_worker);
	jf_spare_hurry(jf_spare_worker->task);
	jf_spare_refill(NULL);
	return 0;
}

/**
 * jf_spare_exit() - free them
 *
 * Context: may sleep; no probe runs any more.
 */
void jf_spare_exit(void)
{
	struct jf_member *m, *next;

	kthread_destroy_worker(jf_spare_worker);
	list_for_each_entry_safe(m, next, &jf_spares, node)
		kmem_cache_free(jf_member_cache, m);
}

#else /* what is said of them above holds here, too */

struct jf_member *jf_spare_take(void)
{
	return kmem_cache_zalloc(jf_member_cache, GFP_ATOMIC | __GFP_NOWARN);
}

void jf_spare_give(struct jf_member *m)
{
	kmem_cache_free(jf_member_cache, m);
}

int jf_spare_init(void)
{
	return 0;
}

void jf_spare_exit(void)
{
}

#endif
