// SPDX-License-Identifier: GPL-2.0
/*
 * planted - a module that commits one fault when it is loaded
 *
 *	insmod planted.ko fault=NAME
 *
 * Each fault is in a function of its own, planted_NAME, which whoever sees it has to name. Without
 * a name, or with "none", nothing is wrong. For scripts/check-planted, in a VM that ends with it.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *fault = "none";
module_param(fault, charp, 0);
MODULE_PARM_DESC(fault, "name of the fault to commit");

/* where results go, so that the compiler cannot do without what makes them */
static int planted_sink;

static noinline void planted_none(void)
{
}

/* --- memory --- */

static noinline void planted_leak(void)
{
	int i, *p;

	/* several: what a stack still holds of the last pointer may hide that one */
	for (i = 0; i < 10; i++) {
		p = kmalloc_array(16, sizeof(*p), GFP_KERNEL);
		if (p)
			WRITE_ONCE(p[0], i);
	}
}

static noinline void planted_use_after_free(void)
{
	int *p = kmalloc_array(16, sizeof(*p), GFP_KERNEL);

	kfree(p);
	if (p)
		WRITE_ONCE(planted_sink, READ_ONCE(p[0]));
}

static noinline void planted_out_of_bounds(void)
{
	int n = 16, *p = kmalloc_array(n, sizeof(*p), GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(n);
	if (p)
		WRITE_ONCE(planted_sink, READ_ONCE(p[n]));
	kfree(p);
}

static noinline void planted_list(void)
{
	struct list_head entry;
	LIST_HEAD(list);

	list_add(&entry, &list);
	list_del(&entry);
	list_del(&entry);
}

static noinline void planted_null(void)
{
	int *p = NULL;

	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(planted_sink, READ_ONCE(*p));
}

/* --- undefined behaviour --- */

static noinline void planted_shift(void)
{
	int n = 32;

	OPTIMIZER_HIDE_VAR(n);
	WRITE_ONCE(planted_sink, 1 << n);
}

static noinline void planted_index(void)
{
	static const int table[] = { 1, 2, 3, 4 };
	int n = ARRAY_SIZE(table);

	OPTIMIZER_HIDE_VAR(n);
	WRITE_ONCE(planted_sink, table[n]);
}

/* --- locks, contexts, RCU --- */

static noinline void planted_lock_inversion(void)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);

	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

/* one that sleeps with PREEMPT_RT inside of one that never does */
static noinline void planted_lock_nesting(void)
{
	static DEFINE_RAW_SPINLOCK(outer);
	static DEFINE_SPINLOCK(inner);

	raw_spin_lock(&outer);
	spin_lock(&inner);
	spin_unlock(&inner);
	raw_spin_unlock(&outer);
}

static noinline void planted_sleep_in_atomic(void)
{
	static DEFINE_SPINLOCK(lock);
	void *p;

	spin_lock(&lock);
	p = kmalloc(16, GFP_KERNEL);
	spin_unlock(&lock);
	kfree(p);
}

static noinline void planted_rcu(void)
{
	static int __rcu *pointer;

	WRITE_ONCE(planted_sink, !rcu_dereference(pointer));
}

/* --- lifetimes --- */

static void planted_tick(struct timer_list *timer)
{
}

static noinline void planted_active_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, planted_tick, 0);
	mod_timer(timer, jiffies + 3600 * HZ);
	kfree(timer);
}

/* --- what every kernel sees --- */

static noinline void planted_warn(void)
{
	WARN_ON(1);
}

static noinline void planted_hang(void)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
}

static noinline void planted_lockup(void)
{
	preempt_disable();
	for (;;)
		cpu_relax();
}

/* --- data races --- */

static int planted_raced;

static int planted_race_write(void *unused)
{
	while (!kthread_should_stop())
		planted_raced++;
	return 0;
}

static int planted_race_read(void *unused)
{
	int sum = 0;

	while (!kthread_should_stop())
		sum += planted_raced;
	return sum;
}

static noinline void planted_race(void)
{
	struct task_struct *writer = kthread_run(planted_race_write, NULL, "planted_write");
	struct task_struct *reader = kthread_run(planted_race_read, NULL, "planted_read");

	/* as long as it takes to be seen for certain */
	ssleep(5);
	if (!IS_ERR(writer))
		kthread_stop(writer);
	if (!IS_ERR(reader))
		kthread_stop(reader);
}

static const struct {
	const char *name;
	void (*commit)(void);
} planted_faults[] = {
	{ "none", planted_none },
	{ "leak", planted_leak },
	{ "use_after_free", planted_use_after_free },
	{ "out_of_bounds", planted_out_of_bounds },
	{ "list", planted_list },
	{ "null", planted_null },
	{ "shift", planted_shift },
	{ "index", planted_index },
	{ "lock_inversion", planted_lock_inversion },
	{ "lock_nesting", planted_lock_nesting },
	{ "sleep_in_atomic", planted_sleep_in_atomic },
	{ "rcu", planted_rcu },
	{ "active_timer", planted_active_timer },
	{ "warn", planted_warn },
	{ "hang", planted_hang },
	{ "lockup", planted_lockup },
	{ "race", planted_race },
};

static int __init planted_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(planted_faults); i++) {
		if (!strcmp(planted_faults[i].name, fault)) {
			planted_faults[i].commit();
			return 0;
		}
	}
	return -EINVAL;
}
module_init(planted_init);

static void __exit planted_exit(void)
{
}
module_exit(planted_exit);

MODULE_DESCRIPTION("Faults to be seen by the checkers of the test VM's kernels");
MODULE_LICENSE("GPL");
