// SPDX-License-Identifier: GPL-2.0
/*
 * Members for forks, where nothing may sleep.
 *
 * The probe of a fork runs with preemption off. Elsewhere an atomic allocation is all it takes; on
 * PREEMPT_RT the allocator's own locks sleep, so that members are made in advance there, by a work
 * that is queued when half of them have been taken. When there is none left, as when a page could
 * not be had elsewhere, the fork is missed, and the next pass of attach.c takes the child in.
 *
 * Locking: jf_members_lock protects the list and its length.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "jackfruit.h"
#include "member.h"

#ifdef CONFIG_PREEMPT_RT

/* a fork takes some 100 us at least: enough for the worker to wait for 10 ms on each of two CPUs */
#define JF_SPARES 256

static LIST_HEAD(jf_spares); /* by node */
static unsigned int jf_nr_spares;

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

static void jf_spare_refill(struct work_struct *work)
{
	struct jf_member *m;

	do {
		m = kmem_cache_alloc(jf_member_cache, GFP_KERNEL);
	} while (m && jf_spare_add(m));
}

static DECLARE_WORK(jf_spare_work, jf_spare_refill);

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
		queue_work(jf_wq, &jf_spare_work);
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
 * Context: may sleep; after jf_wq and jf_member_cache have been made.
 */
void jf_spare_init(void)
{
	jf_spare_refill(NULL);
}

/**
 * jf_spare_exit() - free them
 *
 * Context: may sleep; no probe runs any more.
 */
void jf_spare_exit(void)
{
	struct jf_member *m, *next;

	cancel_work_sync(&jf_spare_work);
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

void jf_spare_init(void)
{
}

void jf_spare_exit(void)
{
}

#endif
