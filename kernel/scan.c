// SPDX-License-Identifier: GPL-2.0
/*
 * When to look. Each container that has a limit and a member has its next look in a queue ordered
 * by time, from its headroom (see jf_policy_next_look()); one hrtimer waits for the first of them,
 * and one work item looks at all that are due. With an empty queue no timer runs.
 *
 * Model: jf_scan_at() puts a container into the queue and sets the timer if it is the first. The
 * timer's handler only queues the work. The work takes one container after the other from the
 * front, the riskiest first, looks at it outside the lock, and the look puts it back; at last it
 * sets the timer for the one that is now first.
 *
 * Locking: jf_scan_lock protects the queue and the setting of the timer.
 *
 * Lifetime: a container in the queue is alive, since jf_container_drop() takes it out for good; the
 * work gets a reference of the item under the lock, before it lets go of it.
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/timerqueue.h>

#include "compat.h"
#include "jackfruit.h"

static unsigned int scan_min_us = 1000;
static unsigned int scan_max_us = 100000;

/* A shorter period than this would be a livelock on a small board. */
#define JF_SCAN_FLOOR_US 100

/*
 * The fastest one CPU can fill memory, bytes a microsecond (about MB/s): what one of a large
 * machine can zero and map, 2 GB/s. Times the number of CPUs it is what the headroom is divided by.
 */
#define JF_FILL_BYTES_PER_US 2048

/* protects jf_scan_queue and the setting of jf_scan_timer */
static DEFINE_RAW_SPINLOCK(jf_scan_lock);
static struct timerqueue_head jf_scan_queue;
static struct hrtimer jf_scan_timer;
static struct work_struct jf_scan_work;

/* Written by the scan work only, which does not run twice at a time; read at any time. */
static u64 jf_scan_looks;
static u64 jf_scan_ns;
static u64 jf_scan_late_max_ns;

static int jf_scan_param_set(const char *text, const struct kernel_param *kp)
{
	int ret = param_set_uint_minmax(text, kp, JF_SCAN_FLOOR_US, 60 * USEC_PER_SEC);

	/* the looks that are planned already are planned by the old one */
	if (!ret)
		jf_containers_look();
	return ret;
}

static const struct kernel_param_ops jf_scan_param_ops = {
	.set = jf_scan_param_set,
	.get = param_get_uint,
};

module_param_cb(scan_min_us, &jf_scan_param_ops, &scan_min_us, 0644);
MODULE_PARM_DESC(scan_min_us, "shortest time between two looks, microseconds (default 1000)");
module_param_cb(scan_max_us, &jf_scan_param_ops, &scan_max_us, 0644);
MODULE_PARM_DESC(scan_max_us, "longest time between two looks, microseconds (default 100000)");

/**
 * jf_scan_pace() - the pace that looks are to be planned with
 *
 * Return: the module's parameters as they are now; a maximum below the minimum is raised to it.
 */
struct jf_policy_pace jf_scan_pace(void)
{
	u32 min_us = READ_ONCE(scan_min_us);

	return (struct jf_policy_pace){
		.min_us = min_us,
		.max_us = max(READ_ONCE(scan_max_us), min_us),
		.fill_bytes_per_us = JF_FILL_BYTES_PER_US * num_online_cpus(),
	};
}

static void jf_scan_set_timer(void)
{
	struct timerqueue_node *first;

	lockdep_assert_held(&jf_scan_lock);
	first = timerqueue_getnext(&jf_scan_queue);
	if (first)
		hrtimer_start(&jf_scan_timer, first->expires, HRTIMER_MODE_ABS_HARD);
	else
		hrtimer_try_to_cancel(&jf_scan_timer);
}

static enum hrtimer_restart jf_scan_timer_fn(struct hrtimer *timer)
{
	queue_work(jf_wq, &jf_scan_work);
	return HRTIMER_NORESTART;
}

/* Take out the first container whose look is due, referenced; or set the timer and return NULL. */
static struct jf_container *jf_scan_take(void)
{
	struct jf_container *c = NULL;
	struct timerqueue_node *first;
	unsigned long flags;
	s64 late;

	raw_spin_lock_irqsave(&jf_scan_lock, flags);
	first = timerqueue_getnext(&jf_scan_queue);
	late = first ? ktime_to_ns(ktime_sub(ktime_get(), first->expires)) : -1;
	if (late >= 0) {
		timerqueue_del(&jf_scan_queue, first);
		c = container_of(first, struct jf_container, look);
		config_item_get(&c->group.cg_item);
		if (late > jf_scan_late_max_ns)
			WRITE_ONCE(jf_scan_late_max_ns, late);
	} else {
		jf_scan_set_timer();
	}
	raw_spin_unlock_irqrestore(&jf_scan_lock, flags);
	return c;
}

/**
 * jf_scan_now() - let a container's own work look at it
 * @c: the container
 *
 * Context: any; takes jf_scan_lock.
 */
void jf_scan_now(struct jf_container *c)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_scan_lock, flags);
	if (!c->no_looks) {
		WRITE_ONCE(c->look_due, true);
		queue_work(jf_wq, &c->work);
	}
	raw_spin_unlock_irqrestore(&jf_scan_lock, flags);
}

static void jf_scan_work_fn(struct work_struct *work)
{
	struct jf_container *c;
	u64 begin = ktime_get_ns();

	while ((c = jf_scan_take())) {
		/* whose lock is held, or who may take long, must not keep the others waiting */
		if (!jf_container_try_look(c))
			jf_scan_now(c);
		WRITE_ONCE(jf_scan_looks, jf_scan_looks + 1);
		config_item_put(&c->group.cg_item);
		cond_resched();
	}
	WRITE_ONCE(jf_scan_ns, jf_scan_ns + ktime_get_ns() - begin);
}

/**
 * jf_scan_init_container() - prepare a new container's place in the queue
 * @c: the container
 */
void jf_scan_init_container(struct jf_container *c)
{
	timerqueue_init(&c->look);
}

static void jf_scan_move(struct jf_container *c, u64 us)
{
	lockdep_assert_held(&jf_scan_lock);
	if (!RB_EMPTY_NODE(&c->look.node))
		timerqueue_del(&jf_scan_queue, &c->look);
	if (us != JF_LOOK_NEVER && !c->no_looks) {
		c->look.expires = ktime_add_us(ktime_get(), us);
		timerqueue_add(&jf_scan_queue, &c->look);
	}
	if (timerqueue_getnext(&jf_scan_queue) == &c->look || us == JF_LOOK_NEVER)
		jf_scan_set_timer();
}

/**
 * jf_scan_at() - plan a container's next look
 * @c: the container, referenced
 * @us: microseconds from now, or JF_LOOK_NEVER to plan none
 *
 * Context: any; takes jf_scan_lock.
 */
void jf_scan_at(struct jf_container *c, u64 us)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_scan_lock, flags);
	jf_scan_move(c, us);
	raw_spin_unlock_irqrestore(&jf_scan_lock, flags);
}

/**
 * jf_scan_within() - plan a container's next look, unless an earlier one is planned
 * @c: the container, alive
 * @us: microseconds from now
 *
 * Context: any; takes jf_scan_lock.
 */
void jf_scan_within(struct jf_container *c, u64 us)
{
	ktime_t then = ktime_add_us(ktime_get(), us);
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_scan_lock, flags);
	if (RB_EMPTY_NODE(&c->look.node) || ktime_after(c->look.expires, then))
		jf_scan_move(c, us);
	raw_spin_unlock_irqrestore(&jf_scan_lock, flags);
}

/**
 * jf_scan_drop() - no more looks at a container that is being removed
 * @c: the container
 *
 * A scan that has just taken it out may still want to put it back or to queue its work, and cannot:
 * what is queued by then, the caller cancels.
 *
 * Context: any; takes jf_scan_lock.
 */
void jf_scan_drop(struct jf_container *c)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&jf_scan_lock, flags);
	c->no_looks = true;
	raw_spin_unlock_irqrestore(&jf_scan_lock, flags);
	jf_scan_at(c, JF_LOOK_NEVER);
}

/**
 * jf_scan_show_stats() - the scan's lines of debugfs's stats
 * @m: where they go
 */
void jf_scan_show_stats(struct seq_file *m)
{
	seq_printf(m, "looks %llu\n", READ_ONCE(jf_scan_looks));
	seq_printf(m, "scan_us %llu\n", div_u64(READ_ONCE(jf_scan_ns), NSEC_PER_USEC));
	seq_printf(m, "late_max_us %llu\n", div_u64(READ_ONCE(jf_scan_late_max_ns), NSEC_PER_USEC));
	seq_printf(m, "timer %s\n", hrtimer_active(&jf_scan_timer) ? "on" : "off");
}

/**
 * jf_scan_init() - prepare the queue, the timer and the work
 */
void jf_scan_init(void)
{
	timerqueue_init_head(&jf_scan_queue);
	INIT_WORK(&jf_scan_work, jf_scan_work_fn);
	jf_hrtimer_setup(&jf_scan_timer, jf_scan_timer_fn, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
}

/**
 * jf_scan_exit() - stop the timer and the work
 *
 * No container is left, so nothing plans a look any more; but the timer queues the work and the
 * work sets the timer, so the timer is stopped on both sides of the work.
 */
void jf_scan_exit(void)
{
	hrtimer_cancel(&jf_scan_timer);
	cancel_work_sync(&jf_scan_work);
	hrtimer_cancel(&jf_scan_timer);
}
