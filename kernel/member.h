/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a member is: for those who keep the members (member.c, attach.c, walk.c), and for probe.c,
 * which attaches the probes that keep them up to date. All others use what jackfruit.h offers.
 */
#ifndef JACKFRUIT_MEMBER_H
#define JACKFRUIT_MEMBER_H

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/limits.h>
#include <linux/mm_types_task.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "compat.h"

struct jf_container;
struct kernel_siginfo;
struct kmem_cache;
struct linux_binprm;
struct mm_struct;
struct pid;
struct signal_struct;
struct task_struct;

/* 4096 buckets: a chain of two at 8000 members */
#define JF_MEMBER_HASH_BITS 12

/* Nothing is seen of this member's address space: another one's counts. */
#define JF_SEEN_NONE LONG_MIN

/**
 * struct jf_member - a thread group that belongs to a container
 * @by_signal: in jf_member_groups
 * @by_mm: in jf_member_spaces, if it is counted
 * @sharers: a ring of those of @c that have the same @mm
 * @node: in the container's list
 * @rcu: frees it
 * @signal: the thread group; a key only
 * @mm: its address space, referenced (mmgrab)
 * @pid: its thread group's pid, referenced; NULL: that lives on, in another address space
 * @c: whose member it is
 * @walk: the last walk that has shown it
 * @batch: the attach that brought it or its ancestor in
 * @base: the highest usage of its group before it became a member, bytes
 * @mm_base: the same of @mm; 0 after an exec
 * @counted: of the members of @c with this @mm, this one counts
 * @seen: its share in the container's running total, pages; JF_SEEN_NONE: it is not counted
 * @counters: what jf_mm_counter_raw() said of @mm then
 * @near: @mm is near the threshold of what it may have alone, or that is not known
 * @walked_pages: what @mm had when the footprint was last read, pages; 0: it did not take part
 * @walked_faults: page faults of its group until then
 * @walked_grown: @grown then
 * @fast: what the probe of page faults has last read cheaply, pages
 * @grown: the sum of what it has seen @fast become more, pages
 * @doomed: it was killed in a page fault
 * @first: it is the first process of the run
 * @outside: somebody who is no member may have @mm, too
 * @gone: the group has ended; only @mm is left, held by somebody who reads it
 * @free_by_ns: when @mm, which nobody uses any more, is to be free, ktime_get_ns(); 0: no footprint
 *	has found that
 */
struct jf_member {
	struct hlist_node by_signal;
	struct hlist_node by_mm;
	struct list_head sharers;
	struct list_head node;
	struct rcu_head rcu;
	struct signal_struct *signal;
	struct mm_struct *mm;
	struct pid *pid;
	struct jf_container *c;
	unsigned long walk;
	unsigned long batch;
	u64 base;
	u64 mm_base;
	atomic_long_t seen;
	long counters[NR_MM_COUNTERS];
	bool near;
	long walked_pages;
	u64 walked_faults;
	long walked_grown;
	atomic_long_t fast;
	atomic_long_t grown;
	bool counted;
	bool outside;
	bool gone;
	u64 free_by_ns;
	bool doomed;
	bool first;
};

extern raw_spinlock_t jf_members_lock;
extern struct kmem_cache *jf_member_cache;
extern struct hlist_head jf_member_spaces[1 << JF_MEMBER_HASH_BITS];

struct jf_member *jf_member_find(const struct signal_struct *signal);
bool jf_member_is(const struct signal_struct *signal);
struct jf_member *jf_member_counted(const struct jf_container *c, const struct mm_struct *mm);
int jf_member_link(struct jf_container *c, struct task_struct *p, struct jf_member *m,
		   unsigned long batch);
struct mm_struct *jf_member_unlink(struct jf_member *m);
struct mm_struct *jf_member_move(struct jf_member *m, struct mm_struct *mm,
				 struct jf_member **rest);
long jf_member_account(struct jf_member *m, long pages);

void jf_member_set_seeking(struct jf_container *c, bool seeking);
void jf_members_hand_over(struct task_struct *p, bool last);

struct jf_member *jf_spare_take(void);
void jf_spare_give(struct jf_member *m);
int jf_spare_init(void);
void jf_spare_exit(void);

void jf_member_probe_fork(void *data, struct task_struct *parent, struct task_struct *child);
void jf_member_probe_exec(void *data, struct task_struct *p, pid_t old_pid,
			  struct linux_binprm *bprm);
void jf_member_probe_exit(void *data, struct task_struct *p);
JF_RSS_STAT_PROBE(jf_fault_probe);
void jf_member_probe_signal(void *data, int sig, struct kernel_siginfo *info, struct task_struct *p,
			    int group, int result);

#endif /* JACKFRUIT_MEMBER_H */
