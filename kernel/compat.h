/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels that jackfruit builds on. The rest of the module is written
 * for the newest of them and never looks at LINUX_VERSION_CODE.
 */
#ifndef JACKFRUIT_COMPAT_H
#define JACKFRUIT_COMPAT_H

#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/highmem.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/percpu_counter.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "jackfruit needs Linux 6.1 or later"
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#error "since Linux 6.16 sched_process_exit comes too early: not supported yet"
#endif

/*
 * class_create() lost its module argument in 6.4 (1aaba11da9aa). Can go when 6.1 goes.
 */
static inline struct class *jf_class_create(const char *name)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	return class_create(THIS_MODULE, name);
#else
	return class_create(name);
#endif
}

/*
 * class->dev_uevent() takes a const device since 6.2 (23680f0b7d7f). Can go when 6.1 goes.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define jf_uevent_device struct device
#else
#define jf_uevent_device const struct device
#endif

/*
 * hrtimer_setup(), which takes the function, too, stands for hrtimer_init() since 6.13
 * (908a1d775422). Can go when 6.12 goes.
 */
static inline void jf_hrtimer_setup(struct hrtimer *timer,
				    enum hrtimer_restart (*fn)(struct hrtimer *),
				    clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
#else
	hrtimer_setup(timer, fn, clock, mode);
#endif
}

/**
 * jf_mm_counter() - the exact value of one counter of an address space
 * @mm: the address space; the caller holds a reference (mmgrab() is enough)
 * @member: MM_FILEPAGES, MM_ANONPAGES, MM_SHMEMPAGES or MM_SWAPENTS
 *
 * Since 6.2 (f1a7941243c1) the counters are per-CPU and the cheap read may be off by a batch a CPU:
 * the sum over all CPUs is taken here. Before 6.2 the counter is one atomic, and jf_task_counter()
 * has what threads still cache.
 *
 * Context: any; takes the counter's raw spinlock on 6.2 and later.
 * Return: pages (or swap entries), never negative.
 */
static inline u64 jf_mm_counter(struct mm_struct *mm, int member)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return get_mm_counter(mm, member);
#else
	return percpu_counter_sum_positive(&mm->rss_stat[member]);
#endif
}

/*
 * Before 6.2 a thread adds up to 64 page faults in its task_struct before it folds them into the
 * mm. Where threads keep no counts of their own JF_TASK_COUNTERS says that there is nothing to ask.
 */
#ifdef SPLIT_RSS_COUNTING
#define JF_TASK_COUNTERS true
#else
#define JF_TASK_COUNTERS false
#endif

/**
 * jf_task_counter() - what a thread has faulted in and not yet added to its mm's counter
 * @t: the thread
 * @member: as for jf_mm_counter()
 *
 * Context: any; the value belongs to another running task and may be torn from its neighbours,
 * which is an error of at most one fault.
 * Return: pages, possibly negative; always 0 since 6.2.
 */
static inline long jf_task_counter(struct task_struct *t, int member)
{
#ifdef SPLIT_RSS_COUNTING
	return READ_ONCE(t->rss_stat.count[member]);
#else
	return 0;
#endif
}

/**
 * jf_task_counter_told() - what current may have told its mm already, seen from a probe of rss_stat
 * @member: the counter that the probe is told of
 *
 * Before 6.2 sync_mm_rss() adds a thread's count to its mm's, which fires rss_stat, and clears it
 * afterwards: a probe sees it in both. Where another change fires, the thread has told nothing yet;
 * the two cannot be told apart.
 *
 * Return: pages, possibly negative; always 0 since 6.2.
 */
static inline long jf_task_counter_told(int member)
{
	return jf_task_counter(current, member);
}

/**
 * jf_mm_counter_fast() - one counter of an address space, by a single read
 * @mm: as for jf_mm_counter()
 * @member: as for jf_mm_counter()
 *
 * Context: any.
 * Return: pages, never negative; jf_mm_counter_error() says how far off.
 */
static inline long jf_mm_counter_fast(struct mm_struct *mm, int member)
{
	return get_mm_counter(mm, member);
}

/**
 * jf_mm_counter_raw() - what jf_mm_counter_fast() is made of, by one load
 * @mm: as for jf_mm_counter()
 * @member: as for jf_mm_counter()
 *
 * Context: any.
 * Return: a number that stays the same as long as jf_mm_counter_fast() does.
 */
static inline long jf_mm_counter_raw(struct mm_struct *mm, int member)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return atomic_long_read(&mm->rss_stat.count[member]);
#else
	return READ_ONCE(mm->rss_stat[member].count);
#endif
}

/* Before 6.2: check_sync_rss_stat() folds a thread's counts at every 64th fault of its own, */
#define JF_TASK_RSS_EVENTS 64
/* and one fault maps up to 16 pages of a file around its address (fault_around_bytes). */
#define JF_FAULT_AROUND_PAGES 16

/**
 * jf_mm_counter_error() - how far jf_mm_counter_fast() may be off
 * @threads: how many threads use the address space
 * @counters: of how many counters the sum is meant
 *
 * Since 6.2 (f1a7941243c1) each CPU keeps up to percpu_counter_batch pages of each counter for
 * itself, if there are several. Before that each thread kept its last faults for itself, whichever
 * counters they were of.
 *
 * Context: any.
 * Return: pages, up or down.
 */
static inline long jf_mm_counter_error(unsigned int threads, unsigned int counters)
{
#ifdef SPLIT_RSS_COUNTING
	return (long)threads * JF_TASK_RSS_EVENTS * JF_FAULT_AROUND_PAGES;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0) || !defined(CONFIG_SMP)
	return 0;
#else
	return (long)READ_ONCE(percpu_counter_batch) * num_online_cpus() * counters;
#endif
}

/*
 * for_each_thread() under RCU. The kernel's own names tasklist_lock, too, where
 * CONFIG_PROVE_RCU_LIST is set, and that is not exported.
 */
#define jf_for_each_thread(p, t) \
	list_for_each_entry_rcu(t, &(p)->signal->thread_head, thread_node)

/*
 * pmd_read_atomic() has become pmdp_get_lockless() in 6.2 (dab6e717429e). Can go when 6.1 goes.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define pmdp_get_lockless(pmdp) pmd_read_atomic(pmdp)
#endif

/**
 * jf_pte_map() - the entry of an address in a page table of a process, as mm's own __pte_map() does
 * @pmd: the entry that the table hangs on, present and no leaf
 * @addr: the address
 *
 * Context: any; no sleep until jf_pte_unmap().
 */
static inline pte_t *jf_pte_map(pmd_t *pmd, unsigned long addr)
{
#ifdef CONFIG_HIGHPTE
	return (pte_t *)kmap_local_page(pmd_page(*pmd)) + pte_index(addr);
#else
	return pte_offset_kernel(pmd, addr);
#endif
}

/**
 * jf_pte_unmap() - it is not needed any more
 * @pte: what jf_pte_map() has returned
 */
static inline void jf_pte_unmap(pte_t *pte)
{
#ifdef CONFIG_HIGHPTE
	kunmap_local(pte);
#endif
}

/*
 * The rss_stat tracepoint lost its count argument in 6.2 (f1a7941243c1). Can go when 6.1 goes.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define JF_RSS_STAT_PROBE(fn) void fn(void *data, struct mm_struct *mm, int member, long count)
#else
#define JF_RSS_STAT_PROBE(fn) void fn(void *data, struct mm_struct *mm, int member)
#endif

#ifdef CONFIG_PREEMPT_RT
static inline void jf_mmdrop_rcu(struct rcu_head *rcu)
{
	__mmdrop(container_of(rcu, struct mm_struct, delayed_drop));
}

/**
 * jf_mmdrop_atomic() - mmdrop() for where sleeping is not allowed
 * @mm: the address space
 *
 * On PREEMPT_RT __mmdrop() takes sleeping locks, so the last reference is dropped after a grace
 * period, as the scheduler's own mmdrop_sched() does; its callback is not exported, hence ours.
 */
static inline void jf_mmdrop_atomic(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_count))
		call_rcu(&mm->delayed_drop, jf_mmdrop_rcu);
}
#else
static inline void jf_mmdrop_atomic(struct mm_struct *mm)
{
	mmdrop(mm);
}
#endif

#endif /* JACKFRUIT_COMPAT_H */
