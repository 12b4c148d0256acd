/* SPDX-License-Identifier: GPL-2.0 */
/*
 * jackfruit's objects, its internal interface, and the authority on its locks.
 *
 * Layers: interface (configfs, sysfs, debugfs) -> engine (scan, act) -> objects (container, member)
 * -> leaves (event, uevent, usage, probe, name) -> pure (policy). A call goes along or down; a
 * lower layer tells a higher one by queueing work.
 *
 * Locks, outermost first:
 *
 * - configfs's su_mutex: held by configfs around make_group() and drop_item().
 * - jf_containers_lock (mutex): the list of all containers. Taken by container make and drop, and
 *   by debugfs readers.
 * - jf_container.readers (mutex): who reads what takes long stands in line here, so that one of
 *   them at most is in the way of those who want the next one.
 * - jf_container.lock (mutex): the configuration, the policy's state, the run record, and the walk
 *   position of the container's member list. Taken by whoever reads or changes those: the control
 *   plane, sysfs, the container's own work and the scan. Never held around device_unregister(),
 *   which waits for sysfs readers.
 * - jf_probe_lock (mutex, probe.c): how many users the tracepoint probes have, and if they are
 *   attached.
 * - task_lock() of a task that is being attached: keeps its mm in place.
 * - jf_members_lock (raw spinlock, interrupts off, member.c): the hash tables of members, every
 *   container's member list and the member counts. Taken in the fork, exec and exit probes, so it
 *   is raw (probes run with preemption off, on PREEMPT_RT, too) and never held for longer than a
 *   batch. Readers of the hash tables may use RCU instead.
 * - jf_scan_lock (raw spinlock, interrupts off, scan.c): the queue of looks.
 * - jf_events_lock (spinlock, event.c): the ring of events.
 *
 * Lifetimes: a container is a configfs item; the item's references keep it, its memory is freed
 * after a grace period. configfs refuses rmdir while the container has members, because the
 * container depends on itself as long (configfs_depend_item_unlocked()); so every member's
 * container pointer is good while the member is linked. A member is removed from its tables under
 * jf_members_lock and freed after a grace period.
 */
#ifndef JACKFRUIT_H
#define JACKFRUIT_H

#include <linux/atomic.h>
#include <linux/configfs.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/timerqueue.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "policy.h"

#define JF_NAME_MAX 63
#define JF_NICE_INHERIT 100

/* A threshold that no number of pages reaches; far from overflow. */
#define JF_PAGES_NEVER (LONG_MAX / 2)

struct device;
struct mm_struct;
struct pid;
struct seq_file;
struct task_struct;
struct tracepoint;

enum jf_state {
	JF_STATE_CREATED,
	JF_STATE_RUNNING,
	JF_STATE_EXITED,
	JF_STATE_STOPPED,
	JF_STATE_KILLED,
};

enum jf_reason {
	JF_REASON_NONE,
	JF_REASON_EXITED,
	JF_REASON_SIGNALED,
	JF_REASON_STOPPED,
	JF_REASON_KILLED,
	JF_REASON_HARD_LIMIT,
	JF_NR_REASONS,
};

/**
 * enum jf_metric - what counts as usage
 * @JF_METRIC_RSS: resident file, anonymous and shared memory pages
 * @JF_METRIC_ANON: without file pages, so that shared libraries do not count once a process
 * @JF_METRIC_RSS_SWAP: with what has been swapped out
 */
enum jf_metric {
	JF_METRIC_RSS,
	JF_METRIC_ANON,
	JF_METRIC_RSS_SWAP,
};

enum jf_event_type {
	JF_EVENT_CREATE,
	JF_EVENT_START,
	JF_EVENT_SOFT,
	JF_EVENT_SPIKE,
	JF_EVENT_FORECAST,
	JF_EVENT_HARD,
	JF_EVENT_KILL,
	JF_EVENT_STOP,
	JF_EVENT_EXIT,
	JF_EVENT_REMOVE,
};

/**
 * struct jf_sender - who has sent a signal, or written to a control file
 * @pid: in the initial PID namespace; 0: the kernel, or nobody
 * @comm: its name; "kernel" for the kernel, empty for nobody
 */
struct jf_sender {
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct jf_kill_record - what ended a container, or its last victim
 * @seq: number of the event that told of it; 0: there is no record
 * @cause: JF_REASON_HARD_LIMIT, _KILLED, _STOPPED or _SIGNALED
 * @sender: who asked for it
 * @limit: the hard limit then, bytes
 * @usage: seen by the look that decided, bytes
 * @victim: the process that was chosen, or the one with the largest share; the first process if
 *	there was no choice
 * @begin_ns: when it was decided, ktime_get_ns()
 * @crossed_us: the limit was crossed at most that long before it was decided, microseconds: the
 *	look before had seen usage not above it
 * @us: from the decision to the death of the last that was to die, microseconds
 * @peak: the highest usage of the run until then, bytes
 * @done: and both are known
 */
struct jf_kill_record {
	u64 seq;
	enum jf_reason cause;
	struct jf_sender sender;
	u64 limit;
	u64 usage;
	struct jf_sender victim;
	u64 begin_ns;
	u64 crossed_us;
	u64 us;
	u64 peak;
	bool done;
};

/**
 * struct jf_known - a footprint that has been read
 * @bytes: the result
 * @ns: when reading began, ktime_get_ns(); 0: none has been read
 * @took_ns: how long it took
 */
struct jf_known {
	u64 bytes;
	u64 ns;
	u64 took_ns;
};

/**
 * struct jf_forked - a bound of the footprint at the time of a fork
 * @pages: the container's running total just before it
 * @ns: when, ktime_get_ns(); 0: never
 */
struct jf_forked {
	long pages;
	u64 ns;
};

/**
 * struct jf_crossing - a note that a probe has taken of a threshold's crossing
 * @ns: when, ktime_get_ns(); 0: there is no note
 * @pid: the process that was killed for it, referenced; NULL: none, a look is to decide
 * @mm: its address space, referenced (mmgrab); NULL with @pid
 * @comm: its name; it may be gone when it is told of
 * @pages: what that had then
 */
struct jf_crossing {
	u64 ns;
	struct pid *pid;
	struct mm_struct *mm;
	char comm[TASK_COMM_LEN];
	long pages;
};

/**
 * struct jf_fault - what catches a crossing in the page fault; see fault.c
 * @total: running total of what was last seen of each address space, pages
 * @trip: a total above this wants a look, pages. Under jf_members_lock, read without it by the
 *	probe
 * @low: one not above this, too; -JF_PAGES_NEVER: never. As @trip
 * @sure: an address space above this is killed for it, pages. As @trip
 * @near: the total is near @trip or @low, or that is not known
 * @watched: the next look is far away, and relies on @trip. Under jf_members_lock, read without it
 *	by the probe
 * @joined: what address spaces, or threads with counts of their own, that have joined since the
 *	last look began may keep to themselves, pages. Under jf_members_lock
 * @begun_ns: when the last look began. As @joined
 * @alone: the same of the address space that was the only one at the last look, and now is not;
 *	0 if @joined or @trip has it. As @joined
 * @rest_ns: before this no crossing causes a look, ktime_get_ns(). Under jf_members_lock
 * @crossing: the note for the next look. Under jf_members_lock
 * @target: who is to be sent SIGKILL, referenced. Under jf_members_lock
 * @irq: sends it, and queues the look
 */
struct jf_fault {
	atomic_long_t total;
	long trip;
	long low;
	long sure;
	bool near;
	bool watched;
	long joined;
	long alone;
	u64 begun_ns;
	u64 rest_ns;
	struct jf_crossing crossing;
	struct pid *target;
	struct irq_work irq;
};

/**
 * struct jf_fault_plan - what a look wants to be told of, bytes
 * @trip: a total above this; JF_LIMIT_MAX: none
 * @low: one not above this; JF_LIMIT_MAX: none
 * @sure: an address space above this, which is killed at once; JF_LIMIT_MAX: none
 * @alone: what the only address space may keep to itself; 0 if there are more
 * @watched: no look follows soon
 */
struct jf_fault_plan {
	u64 trip;
	u64 low;
	u64 sure;
	u64 alone;
	bool watched;
};

/**
 * struct jf_run - the record of one run of a container, from its first process to its last
 * @state: where the run is
 * @reason: why it ended; JF_REASON_NONE before that
 * @cause: what the module has done to end it: JF_REASON_STOPPED, _KILLED, _HARD_LIMIT, or
 *	JF_REASON_NONE
 * @policy: what the policy remembers
 * @kill: the kill record
 * @first: the first process, referenced; NULL before the first run
 * @victim: the member that was killed for its share, referenced; NULL when its memory is gone
 * @victim_mm: its address space, referenced (mmgrab); NULL with @victim
 * @victim_killed: it was sent SIGKILL
 * @first_was_victim: the first process was killed for its share
 * @known: the last footprint
 * @sharing: the last look saw a sum above the hard limit, and only the footprint below it
 * @planned: the sum that the last plan of a look was made from, bytes
 * @quiet: how many plans it has not changed much since; at most JF_QUIET_MAX
 * @below_ns: when the last look saw usage not above the hard limit, ktime_get_ns(); 0: none did
 * @started: seconds since the Epoch, 0 before the first run
 * @peak: the highest usage seen by a look or a read, bytes
 */
struct jf_run {
	enum jf_state state;
	enum jf_reason reason;
	enum jf_reason cause;
	struct jf_policy_state policy;
	struct jf_kill_record kill;
	struct pid *first;
	struct pid *victim;
	struct mm_struct *victim_mm;
	bool victim_killed;
	bool first_was_victim;
	struct jf_known known;
	bool sharing;
	u64 planned;
	unsigned int quiet;
	u64 below_ns;
	time64_t started;
	u64 peak;
};

/**
 * struct jf_seen - what the probes have seen of a run
 * @first_gone: the first process has ended
 * @first_status: wait(2)'s status of it
 * @first_comm: its name at the end
 * @signal: the last signal that was sent to the first process; 0: none
 * @sender: by whom
 * @high_water: the highest usage of any member that has ended, bytes (signal->maxrss)
 */
struct jf_seen {
	bool first_gone;
	int first_status;
	char first_comm[TASK_COMM_LEN];
	int signal;
	struct jf_sender sender;
	u64 high_water;
};

/**
 * struct jf_container - a directory in configfs, and everything known about it
 * @group: the configfs item; its reference count is the container's
 * @name: as given to mkdir; configfs clears its own copy before release
 * @seq: number of the create event, then of the remove event, for the device's own uevents
 * @dev: the device of class jackfruit with the status files; lives from make_group() to drop_item()
 * @node: in jf_containers, under jf_containers_lock
 * @rcu: frees the container after a grace period
 * @lock: see above
 * @readers: see above
 * @config: the limits and what is done at them. Under @lock
 * @metric: what counts. Under @lock
 * @soft_signal: sent to the first process at a soft event; 0: none. Under @lock
 * @grace_ms: from stop's SIGTERM to its SIGKILL, milliseconds. Under @lock
 * @nice: for all members; JF_NICE_INHERIT: each keeps its own. Under @lock, read without it by the
 *	fork probe
 * @run: the present or last run. Under @lock
 * @nr_soft: soft events since mkdir. Under @lock
 * @nr_hard: hard events since mkdir. Under @lock
 * @nr_kill: times that the container was killed since mkdir. Under @lock
 * @members: list of struct jf_member, in the order of attaching, rotated by walks. Under
 *	jf_members_lock
 * @nr_members: its length. Under jf_members_lock, read without it for the status files
 * @nr_spaces: how many distinct address spaces they have. As @nr_members
 * @nr_gone: how many have ended and left memory that somebody holds. As @nr_members
 * @walk: number of the walk under way; see jf_members_walk(). Under jf_members_lock
 * @batch: number of the attach under way; see jf_members_attach(). Under jf_members_lock
 * @killing: members are to be killed as they appear. Under jf_members_lock
 * @missed: a fork found no memory for its child's member: a pass over all processes has to find it.
 *	Under jf_members_lock
 * @seeking: some members may have children who are none: who exits hands his own over. Under
 *	jf_members_lock
 * @adopted: that has happened since the last pass over all processes began. Under jf_members_lock
 * @lost: it could not be done once. Under jf_members_lock
 * @watched: the address space whose end is being waited for, a key only: the work is to be queued
 *	at every exit, and when somebody joins this space; NULL: none. Under jf_members_lock
 * @joined: somebody has, since jf_members_joined() was asked. Under jf_members_lock
 * @seen: what the probes have seen of the run. Under jf_members_lock
 * @forked: the last fork that left the footprint below the threshold. Under jf_members_lock
 * @fault: what catches a crossing in the page fault
 * @work: does what probes cannot: kills, ends the run
 * @grace_work: the SIGKILL after a SIGTERM
 * @look: place in the queue of looks, under jf_scan_lock
 * @look_due: its work is to look at it. Set under jf_scan_lock, cleared under @lock
 * @no_looks: it is being removed and gets no place any more. Under jf_scan_lock
 */
struct jf_container {
	struct config_group group;
	char name[JF_NAME_MAX + 1];
	u64 seq;
	struct device *dev;
	struct list_head node;
	struct rcu_head rcu;

	struct mutex lock; /* see the struct's comment */
	struct mutex readers;
	struct jf_policy_config config;
	enum jf_metric metric;
	unsigned int soft_signal;
	unsigned int grace_ms;
	int nice;
	struct jf_run run;
	u64 nr_soft;
	u64 nr_hard;
	u64 nr_kill;

	struct list_head members;
	unsigned int nr_members;
	unsigned int nr_spaces;
	unsigned int nr_gone;
	unsigned long walk;
	unsigned long batch;
	bool killing;
	bool missed;
	bool seeking;
	bool adopted;
	bool lost;
	const struct mm_struct *watched;
	bool joined;
	struct jf_seen seen;
	struct jf_forked forked;
	struct jf_fault fault;

	struct work_struct work;
	struct delayed_work grace_work;
	struct timerqueue_node look;
	bool look_due;
	bool no_looks;
};

extern struct workqueue_struct *jf_wq;

/* container.c */
extern struct mutex jf_containers_lock;
extern struct list_head jf_containers;
struct jf_container *jf_container_make(const char *name, const struct config_item_type *type);
void jf_container_drop(struct jf_container *c);
void jf_container_free(struct jf_container *c);
bool jf_container_running(struct jf_container *c);
int jf_container_attach(struct jf_container *c, pid_t nr);
void jf_container_set_nice(struct jf_container *c, int nice);
void jf_containers_look(void);
void jf_container_set_metric(struct jf_container *c, enum jf_metric metric);
bool jf_container_try_look(struct jf_container *c);
void jf_container_lock_reader(struct jf_container *c);
void jf_container_unlock_reader(struct jf_container *c);
u64 jf_container_usage(struct jf_container *c);
u64 jf_container_usage_error(struct jf_container *c);
u64 jf_container_peak(struct jf_container *c);
const char *jf_container_enforcing(struct jf_container *c);

/* act.c */
void jf_act_look(struct jf_container *c);
bool jf_act_try_look(struct jf_container *c);
void jf_act_settle(struct jf_container *c);
void jf_act_stop(struct jf_container *c);
void jf_act_kill(struct jf_container *c);
void jf_act_grace_over(struct jf_container *c);
void jf_act_again(struct jf_container *c);
void jf_act_show_stats(struct seq_file *m);
void jf_act_ended(struct jf_container *c, const struct jf_seen *seen, u64 seq);

/* name.c */
const char *jf_state_name(enum jf_state state);
const char *jf_reason_name(enum jf_reason reason);
const char *jf_event_name(enum jf_event_type type);
const char *jf_action_name(enum jf_action action);
const char *jf_scope_name(enum jf_scope scope);
const char *jf_metric_name(enum jf_metric metric);
int jf_action_parse(const char *text);
int jf_scope_parse(const char *text);
int jf_metric_parse(const char *text);
int jf_exit_code(int status);

/* member.c */
/**
 * struct jf_member_ref - one member, as a walk shows it
 * @signal: the thread group; a key only
 * @pid: the thread group's pid; NULL: it lives on, in another address space
 * @mm: its address space
 * @batch: the attach that brought it or its ancestor in
 * @base: the highest usage of its group before it became a member, bytes
 * @mm_base: the same of @mm; 0 after an exec
 * @seen: its share in the container's running total, pages
 * @walked_pages: what @mm had when the footprint was last read, pages; 0: it did not take part
 * @walked_faults: page faults of its group until then
 * @grown: by how many pages the probe has seen @mm grow since, not less what was given back
 * @counted: it is the one of those sharing @mm whose memory counts
 * @gone: it has ended, or executes another program: only @mm is left, held by somebody who reads it
 * @free_by_ns: when @mm, which nobody uses any more, is to be free, ktime_get_ns(); 0: no footprint
 *	has found that
 */
struct jf_member_ref {
	const struct signal_struct *signal;
	struct pid *pid;
	struct mm_struct *mm;
	unsigned long batch;
	u64 base;
	u64 mm_base;
	long seen;
	long walked_pages;
	u64 walked_faults;
	long grown;
	bool counted;
	bool gone;
	u64 free_by_ns;
};

int jf_member_init(void);
void jf_member_show_stats(struct seq_file *m);
void jf_member_exit(void);
int jf_members_attach(struct jf_container *c, struct task_struct *p, bool first);
bool jf_members_missed(struct jf_container *c);
void jf_members_find_missed(struct jf_container *c);
void jf_members_give_up(struct jf_container *c);
void jf_members_walk(struct jf_container *c,
		     void (*fn)(const struct jf_member_ref *ref, void *data), void *data);
void jf_members_signal(struct jf_container *c, int sig);
unsigned int jf_members_count(struct jf_container *c);
void jf_members_set_killing(struct jf_container *c, bool killing);
void jf_members_watch(struct jf_container *c, const struct mm_struct *mm);
bool jf_members_joined(struct jf_container *c);
bool jf_members_have_space(struct jf_container *c, struct mm_struct *mm, bool gone);
bool jf_members_signal_space(struct jf_container *c, struct mm_struct *mm, int sig,
			     struct pid *wanted);
void jf_member_set_seen(struct jf_container *c, struct mm_struct *mm, long pages);
void jf_member_set_walked(struct jf_container *c, const struct jf_member_ref *ref, long pages,
			  u64 faults);
void jf_member_set_free_by(struct jf_container *c, struct mm_struct *mm, u64 ns);
struct jf_forked jf_members_forked(struct jf_container *c);
void jf_member_forget(struct jf_container *c, const struct jf_member_ref *ref);
bool jf_member_follow(struct jf_container *c, const struct jf_member_ref *ref);
void jf_members_release(struct jf_container *c, unsigned long batch);
void jf_members_forget_gone(struct jf_container *c);
bool jf_members_gone(struct jf_container *c);
void jf_members_forget_forked(struct jf_container *c);
struct jf_seen jf_members_seen(struct jf_container *c);
void jf_members_set_seen(struct jf_container *c, const struct jf_seen *seen);
void jf_members_renice(struct jf_container *c, int nice);

/* probe.c */
struct tracepoint *jf_probe_find(const char *name);
int jf_probe_init(void);
void jf_probe_exit(void);
int jf_probe_get(void);
void jf_probe_put(void);
bool jf_probe_attached(void);
int jf_probe_set_fault(bool wanted);

/* fault.c */
bool jf_fault_on(void);
void jf_fault_joined(struct mm_struct *mm);
void jf_fault_begin(struct jf_container *c);
void jf_fault_join(struct jf_container *c, long pages, bool space);
bool jf_fault_arm(struct jf_container *c, const struct jf_fault_plan *plan);
void jf_fault_disarm(struct jf_container *c);
bool jf_fault_noted(struct jf_container *c);
bool jf_fault_caught(struct jf_container *c);
void jf_fault_comm(struct jf_container *c, const struct pid *pid, char *comm);
void jf_fault_rest(struct jf_container *c, u64 us);
bool jf_fault_take(struct jf_container *c, struct jf_crossing *crossing);
void jf_fault_forget(struct jf_container *c);
void jf_fault_init(void);
void jf_fault_init_container(struct jf_container *c);
void jf_fault_drop(struct jf_container *c);
void jf_fault_show_stats(struct seq_file *m);

/* usage.c */
/**
 * struct jf_usage - what a look at a container's memory found
 * @bytes: what it is judged by: the sum, or the footprint
 * @sum: over its distinct address spaces
 * @error: how far the cheap read of @sum may be off, up or down
 * @exact: it was not the cheap read
 * @crowded: a page fault cannot tell exactly what one of them has
 * @upper: the most that it can be if @bytes was not read just now; else the same
 * @growth: what the footprint may have grown by since it was last read, bytes
 * @spaces: how many address spaces there are
 * @ns: when, ktime_get_ns()
 * @crossed_ns: when a probe saw the limit crossed; 0: none did
 * @caught: @largest has been killed for it already
 * @comm: its name, as far as it is known
 * @largest: the member with the largest share, referenced; NULL when there is none
 * @largest_mm: its address space, referenced (mmgrab); NULL with @largest
 * @largest_bytes: its share
 * @high_water: the highest usage of any one of them that the kernel has noted since it is a member,
 *	bytes; 0 for a metric that the kernel keeps no such note of
 */
struct jf_usage {
	u64 bytes;
	u64 sum;
	u64 error;
	bool exact;
	bool crowded;
	u64 upper;
	u64 growth;
	unsigned int spaces;
	u64 ns;
	u64 crossed_ns;
	bool caught;
	char comm[TASK_COMM_LEN];
	struct pid *largest;
	struct mm_struct *largest_mm;
	u64 largest_bytes;
	u64 high_water;
};

/**
 * enum jf_usage_for - what a container's usage is asked for
 * @JF_FOR_SCAN: a decision, unless that takes long: others are waiting
 * @JF_FOR_LOOK: a decision: cheaply where that cannot change it
 * @JF_FOR_CROSSING: a decision after a crossing: not by the cheap read
 * @JF_FOR_READER: a status file: exactly, but it may be a moment old
 */
enum jf_usage_for {
	JF_FOR_SCAN,
	JF_FOR_LOOK,
	JF_FOR_CROSSING,
	JF_FOR_READER,
};

long jf_usage_fast(struct mm_struct *mm, enum jf_metric metric);
long jf_usage_exact(struct mm_struct *mm, struct pid *pid, enum jf_metric metric);
long jf_usage_told(struct mm_struct *mm, struct pid *pid, enum jf_metric metric, int member);
long jf_usage_error(struct pid *pid, enum jf_metric metric);
bool jf_usage_is_crowded(struct pid *pid);
u64 jf_usage_faults(struct pid *pid);
u64 jf_usage_member(const struct jf_member_ref *ref, enum jf_metric metric);
void jf_usage_put(struct jf_usage *usage);
u64 jf_usage_sum_error(struct jf_container *c);
bool jf_usage_judge(struct jf_container *c, enum jf_usage_for what, struct jf_usage *usage);

/* footprint.c */
int jf_footprint_read(struct jf_container *c, u64 *bytes);
void jf_footprint_show_stats(struct seq_file *m);

/* latency.c */
void jf_latency_note(u64 begin);
void jf_latency_show_stats(struct seq_file *m);

/* scan.c */
struct jf_policy_pace jf_scan_pace(void);
void jf_scan_init_container(struct jf_container *c);
void jf_scan_at(struct jf_container *c, u64 us);
void jf_scan_within(struct jf_container *c, u64 us);
void jf_scan_now(struct jf_container *c);
void jf_scan_drop(struct jf_container *c);
void jf_scan_show_stats(struct seq_file *m);
void jf_scan_init(void);
void jf_scan_exit(void);

/* event.c */
/* every character may become \xHH */
#define JF_COMM_SIZE (TASK_COMM_LEN * 4)

/**
 * struct jf_event - one line of the history
 * @seq: its number; the first is 1
 * @time: CLOCK_REALTIME
 * @type: what happened
 * @container: to whom
 * @pid: the process it is about, in the initial PID namespace; 0: none
 * @comm: its name, with everything but plain characters as \xHH
 * @has_usage: @usage and @limit are given
 * @usage: bytes
 * @limit: bytes; the one that was crossed, or will be
 * @forecast_ms: until then; 0: not given
 * @sender: who asked for it; 0: the kernel, or not given
 * @sender_comm: its name, as @comm; empty: not given
 * @reason: why the run ended; JF_REASON_NONE: not given
 * @status: the first process's, 128+signal style; -1: not given
 */
struct jf_event {
	u64 seq;
	ktime_t time;
	enum jf_event_type type;
	char container[JF_NAME_MAX + 1];
	pid_t pid;
	char comm[JF_COMM_SIZE];
	bool has_usage;
	u64 usage;
	u64 limit;
	u64 forecast_ms;
	pid_t sender;
	char sender_comm[JF_COMM_SIZE];
	enum jf_reason reason;
	int status;
};

int jf_event_init(void);
void jf_event_exit(void);
void jf_event_prepare(struct jf_event *event, struct jf_container *c, enum jf_event_type type,
		      struct pid *pid);
void jf_event_escape(char *to, const char *comm);
void jf_event_set_comm(struct jf_event *event, const char *comm);
void jf_event_set_sender(struct jf_event *event, const struct jf_sender *sender);
void jf_event_log(struct jf_event *event);
bool jf_event_read(u64 after, struct jf_event *event);
u64 jf_event_last(void);
extern struct wait_queue_head jf_event_wait;

/* uevent.c */
void jf_uevent_kick(void);
void jf_uevent_flush(void);
void jf_uevent_exit(void);
u64 jf_uevent_lost(void);

/* sysfs.c */
int jf_sysfs_init(void);
void jf_sysfs_exit(void);
int jf_sysfs_add(struct jf_container *c);
void jf_sysfs_remove(struct jf_container *c);
struct device *jf_sysfs_find(const char *name);

/* configfs.c, debugfs.c */
extern struct configfs_subsystem jf_configfs;
int jf_configfs_init(void);
void jf_configfs_exit(void);
void jf_debugfs_init(void);
void jf_debugfs_exit(void);

static inline struct jf_container *to_jf_container(struct config_item *item)
{
	return container_of(to_config_group(item), struct jf_container, group);
}

#endif /* JACKFRUIT_H */
