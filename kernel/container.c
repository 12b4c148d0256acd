// SPDX-License-Identifier: GPL-2.0
/*
 * The container: its object, its life, and who is put into it.
 *
 * A run begins with the first process that is attached and ends when the last member is gone. In
 * between the module may have had a cause to end it: stop, kill, or the hard limit; a stronger
 * cause takes the place of an earlier one. A run that nothing of ours ended has ended by itself,
 * however its first process died.
 *
 *	created -attach-> running -last member gone-> exited | stopped | killed -attach-> ...
 *
 * What is seen in atomic context (a fork during the kill, the last exit) only queues the
 * container's work, which does what has to be done under the container's lock. Since everything
 * that is told happens under that lock, in the order in which it is decided, the hard event comes
 * before the kill event and that before the exit event.
 *
 * Locking: c->lock protects the configuration and the run record. jf_containers_lock protects the
 * list of containers.
 *
 * Lifetime: while a container has members it depends on itself in configfs's sense, and rmdir gets
 * EBUSY. The dependency is taken with the first member and given back by the work that ends the
 * run.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "jackfruit.h"

#define JF_GRACE_MS 10000

DEFINE_MUTEX(jf_containers_lock); /* protects jf_containers */
LIST_HEAD(jf_containers);

static u64 jf_container_tell(struct jf_container *c, enum jf_event_type type)
{
	struct jf_event event;

	jf_event_prepare(&event, c, type, c->run.first);
	jf_event_log(&event);
	return event.seq;
}

/**
 * jf_container_running() - has the run begun and not ended yet?
 * @c: the container
 *
 * Context: @c->lock held.
 */
bool jf_container_running(struct jf_container *c)
{
	lockdep_assert_held(&c->lock);
	return c->run.state == JF_STATE_RUNNING;
}

/**
 * jf_container_try_look() - look at a container's usage and act on it, unless it is busy
 * @c: the container; referenced
 *
 * A look that may have to read the footprint takes long. So may whoever holds the lock (an attach
 * on a machine with many processes), or he may not get to run (a reader of its status behind a
 * real-time hog): the others must not wait for that.
 *
 * Context: may sleep; tries c->lock.
 * Return: false if it is locked, or would take long.
 */
bool jf_container_try_look(struct jf_container *c)
{
	bool looked;

	if (!mutex_trylock(&c->lock))
		return false;
	looked = jf_act_try_look(c);
	mutex_unlock(&c->lock);
	return looked;
}

/**
 * jf_container_lock_reader() - lock a container to read what takes as long as it has members
 * @c: the container
 *
 * Context: may sleep; takes c->readers and c->lock.
 */
void jf_container_lock_reader(struct jf_container *c)
{
	mutex_lock(&c->readers);
	mutex_lock(&c->lock);
}

/**
 * jf_container_unlock_reader() - unlock it again
 * @c: the container
 */
void jf_container_unlock_reader(struct jf_container *c)
{
	mutex_unlock(&c->lock);
	mutex_unlock(&c->readers);
}

/**
 * jf_container_usage() - what a container uses now
 * @c: the container
 *
 * Context: may sleep; takes c->readers and c->lock.
 * Return: bytes.
 */
u64 jf_container_usage(struct jf_container *c)
{
	struct jf_usage usage;

	jf_container_lock_reader(c);
	jf_usage_judge(c, JF_FOR_READER, &usage);
	c->run.peak = max(c->run.peak, usage.bytes);
	jf_container_unlock_reader(c);
	jf_usage_put(&usage);
	return usage.bytes;
}

/**
 * jf_container_usage_error() - how far off the cheap read of a container's usage may be
 * @c: the container
 *
 * Context: may sleep; takes c->readers and c->lock.
 * Return: bytes, up or down.
 */
u64 jf_container_usage_error(struct jf_container *c)
{
	u64 error;

	jf_container_lock_reader(c);
	error = jf_usage_sum_error(c);
	jf_container_unlock_reader(c);
	return error;
}

/**
 * jf_container_peak() - the highest usage of the run
 * @c: the container
 *
 * What looks and reads have seen, or the kernel's own high-water mark of one member that has ended,
 * if that is higher.
 *
 * Context: @c->lock held.
 * Return: bytes.
 */
u64 jf_container_peak(struct jf_container *c)
{
	lockdep_assert_held(&c->lock);
	return max3(c->run.peak, c->run.policy.told,
		    c->metric == JF_METRIC_RSS ? jf_members_seen(c).high_water : 0);
}

/**
 * jf_container_enforcing() - is the hard limit enforced, and if not, why
 * @c: the container
 *
 * Context: c->lock held.
 * Return: "yes", or "no: " and the reason.
 */
const char *jf_container_enforcing(struct jf_container *c)
{
	lockdep_assert_held(&c->lock);
	if (!jf_members_count(c))
		return "no: no members";
	if (c->config.hard_limit == JF_LIMIT_MAX)
		return "no: no hard limit";
	if (c->config.action == JF_ACTION_NOTIFY)
		return "no: hard_action is notify";
	if (jf_members_missed(c))
		return "no: a fork was missed, trying again";
	return "yes";
}

static void jf_container_set_outcome(struct jf_container *c, const struct jf_seen *seen)
{
	enum jf_reason cause = c->run.cause;

	if (cause == JF_REASON_NONE && c->run.first_was_victim)
		cause = JF_REASON_HARD_LIMIT;
	switch (cause) {
	case JF_REASON_NONE:
		c->run.state = JF_STATE_EXITED;
		c->run.reason = seen->first_gone && seen->first_status & 0x7f ? JF_REASON_SIGNALED :
										JF_REASON_EXITED;
		break;
	case JF_REASON_STOPPED:
		c->run.state = JF_STATE_STOPPED;
		c->run.reason = cause;
		break;
	default:
		c->run.state = JF_STATE_KILLED;
		c->run.reason = cause;
	}
}

/* The run is over: the last member is gone. */
static void jf_container_end(struct jf_container *c)
{
	struct jf_seen seen = jf_members_seen(c);
	struct jf_event event;

	lockdep_assert_held(&c->lock);
	jf_members_forget_gone(c);
	/* a peak that nobody has seen is told before the exit */
	jf_act_look(c);
	jf_scan_at(c, JF_LOOK_NEVER);
	c->run.peak = jf_container_peak(c);
	jf_container_set_outcome(c, &seen);
	jf_members_set_killing(c, false);
	cancel_delayed_work(&c->grace_work);

	jf_event_prepare(&event, c, JF_EVENT_EXIT, c->run.first);
	event.reason = c->run.reason;
	if (seen.first_gone) {
		event.status = jf_exit_code(seen.first_status);
		jf_event_set_comm(&event, seen.first_comm);
	}
	if (c->run.reason == JF_REASON_SIGNALED && seen.signal == (seen.first_status & 0x7f))
		jf_event_set_sender(&event, &seen.sender);
	jf_event_log(&event);
	jf_act_ended(c, &seen, event.seq);

	jf_probe_put();
	/* the last thing: now rmdir may go ahead; it waits for c->lock and for this work */
	configfs_undepend_item(&c->group.cg_item);
}

static void jf_container_work_fn(struct work_struct *work)
{
	struct jf_container *c = container_of(work, struct jf_container, work);

	mutex_lock(&c->lock);
	jf_members_find_missed(c);
	if (READ_ONCE(c->look_due)) {
		WRITE_ONCE(c->look_due, false);
		jf_act_look(c);
	}
	jf_act_again(c);
	if (jf_container_running(c) && !jf_members_count(c))
		jf_container_end(c);
	mutex_unlock(&c->lock);
}

static void jf_container_grace_fn(struct work_struct *work)
{
	struct jf_container *c =
		container_of(to_delayed_work(work), struct jf_container, grace_work);

	mutex_lock(&c->lock);
	jf_act_grace_over(c);
	mutex_unlock(&c->lock);
}

/* A new run: the container must not go away, and its members must be seen. */
static int jf_container_begin_run(struct jf_container *c)
{
	int ret;

	ret = configfs_depend_item_unlocked(&jf_configfs, &c->group.cg_item);
	if (ret)
		return ret;
	ret = jf_probe_get();
	if (ret)
		configfs_undepend_item(&c->group.cg_item);
	return ret;
}

static void jf_container_abort_run(struct jf_container *c)
{
	/* whoever was killed in a page fault meanwhile is no victim of the next run */
	jf_fault_forget(c);
	jf_probe_put();
	configfs_undepend_item(&c->group.cg_item);
}

static int jf_container_attach_task(struct jf_container *c, struct task_struct *p)
{
	struct jf_seen before;
	struct pid *pid;
	bool first;
	int ret;

	/*
	 * the last member is gone and the work has not come to it yet: this is not the old run's
	 * process
	 */
	if (jf_container_running(c) && !jf_members_count(c))
		jf_container_end(c);
	first = !jf_container_running(c);
	before = jf_members_seen(c);

	if (!first && c->run.cause != JF_REASON_NONE)
		return -EBUSY; /* being stopped or killed */
	if (first) {
		ret = jf_container_begin_run(c);
		if (ret)
			return ret;
	}
	/* now, since a process that has been reaped has none */
	pid = get_task_pid(p, PIDTYPE_TGID);
	ret = jf_members_attach(c, p, first);
	if (ret) {
		put_pid(pid);
		if (first) {
			jf_container_abort_run(c);
			jf_members_set_seen(c, &before);
		}
		return ret == -EEXIST ? 0 : ret;
	}
	if (first) {
		put_pid(c->run.first);
		c->run = (struct jf_run){
			.state = JF_STATE_RUNNING,
			.first = pid,
			.started = ktime_get_real_seconds(),
		};
		jf_container_tell(c, JF_EVENT_START);
	} else {
		put_pid(pid);
	}
	if (c->nice != JF_NICE_INHERIT)
		jf_members_renice(c, c->nice);
	jf_act_look(c);
	/* the process may have died before the run was marked as running: let the work see that */
	if (!jf_members_count(c))
		queue_work(jf_wq, &c->work);
	return 0;
}

/**
 * jf_container_attach() - put a process and its descendants into a container
 * @c: the container
 * @nr: a process or thread id in the caller's PID namespace; 0: the caller itself, as in
 *	cgroup.procs
 *
 * Context: may sleep; takes c->lock.
 * Return: 0 (also if it is a member already); -ESRCH no such process, or it is exiting; -EINVAL a
 * kernel thread; -EPERM the host's init; -EBUSY a member of another container, or @c is being
 * stopped or killed; -ENOENT @c is being removed; -ENOMEM. On error nothing has changed.
 */
int jf_container_attach(struct jf_container *c, pid_t nr)
{
	struct task_struct *p;
	struct pid *pid;
	int ret;

	pid = nr ? find_get_pid(nr) : get_task_pid(current, PIDTYPE_TGID);
	p = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!p)
		return -ESRCH;
	if (READ_ONCE(p->flags) & PF_KTHREAD) {
		ret = -EINVAL;
	} else if (is_global_init(p)) {
		ret = -EPERM;
	} else {
		mutex_lock(&c->lock);
		ret = jf_container_attach_task(c, p);
		mutex_unlock(&c->lock);
	}
	put_task_struct(p);
	return ret;
}

/**
 * jf_container_set_nice() - change the nice value of all members, now and as they fork
 * @c: the container
 * @nice: MIN_NICE..MAX_NICE, or JF_NICE_INHERIT to leave it to them from now on
 *
 * Children inherit their parent's.
 *
 * Context: may sleep; takes c->lock.
 */
void jf_container_set_nice(struct jf_container *c, int nice)
{
	mutex_lock(&c->lock);
	WRITE_ONCE(c->nice, nice);
	if (nice != JF_NICE_INHERIT)
		jf_members_renice(c, nice);
	mutex_unlock(&c->lock);
}

/**
 * jf_containers_look() - look at every container
 *
 * Context: may sleep; takes jf_containers_lock.
 */
void jf_containers_look(void)
{
	struct jf_container *c;

	mutex_lock(&jf_containers_lock);
	list_for_each_entry(c, &jf_containers, node)
		jf_scan_now(c);
	mutex_unlock(&jf_containers_lock);
}

/**
 * jf_container_set_metric() - change what counts
 * @c: the container
 * @metric: what counts from now on
 *
 * What was seen by the old measure says nothing of growth or peaks by the new one.
 *
 * Context: may sleep; takes c->lock.
 */
void jf_container_set_metric(struct jf_container *c, enum jf_metric metric)
{
	struct jf_usage usage;

	mutex_lock(&c->lock);
	if (metric != c->metric) {
		jf_act_settle(c);
		WRITE_ONCE(c->metric, metric);
		jf_members_forget_forked(c);
		c->run.known = (struct jf_known){};
		jf_usage_judge(c, JF_FOR_READER, &usage);
		c->run.policy.last_us = 0;
		c->run.policy.rate = 0;
		c->run.policy.victim_usage = usage.bytes;
		c->run.policy.told = max(usage.bytes, usage.high_water);
		jf_usage_put(&usage);
	}
	jf_act_look(c);
	mutex_unlock(&c->lock);
}

/**
 * jf_container_make() - a new container without limits and members
 * @name: a valid name that is not taken
 * @type: of its configfs directory
 *
 * Context: may sleep; configfs's su_mutex held.
 * Return: the container, or an ERR_PTR: -ENOMEM, or what registering the device said.
 */
struct jf_container *jf_container_make(const char *name, const struct config_item_type *type)
{
	struct jf_container *c;
	int ret;

	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return ERR_PTR(-ENOMEM);
	strscpy(c->name, name, sizeof(c->name));
	mutex_init(&c->lock);
	mutex_init(&c->readers);
	c->config.soft_limit = JF_LIMIT_MAX;
	c->config.hard_limit = JF_LIMIT_MAX;
	c->grace_ms = JF_GRACE_MS;
	c->nice = JF_NICE_INHERIT;
	INIT_LIST_HEAD(&c->members);
	INIT_WORK(&c->work, jf_container_work_fn);
	INIT_DELAYED_WORK(&c->grace_work, jf_container_grace_fn);
	jf_scan_init_container(c);
	jf_fault_init_container(c);

	/* before the device, whose uevent tells the event's number */
	c->seq = jf_container_tell(c, JF_EVENT_CREATE);
	ret = jf_sysfs_add(c);
	if (ret) {
		jf_container_tell(c, JF_EVENT_REMOVE);
		jf_uevent_flush();
		kfree(c);
		return ERR_PTR(ret);
	}
	config_group_init_type_name(&c->group, name, type);
	mutex_lock(&jf_containers_lock);
	list_add_tail(&c->node, &jf_containers);
	mutex_unlock(&jf_containers_lock);
	return c;
}

/**
 * jf_container_drop() - rmdir: the container has no members and gets none any more
 * @c: the container
 *
 * configfs let rmdir through, so no run depends on the container, and it waits for stores under way
 * and lets no more begin: nothing attaches any more. What is left is to end its looks, and to wait
 * for the works that ended the last run.
 *
 * Context: may sleep; configfs's su_mutex held.
 */
void jf_container_drop(struct jf_container *c)
{
	mutex_lock(&c->lock);
	c->seq = jf_container_tell(c, JF_EVENT_REMOVE);
	mutex_unlock(&c->lock);

	mutex_lock(&jf_containers_lock);
	list_del(&c->node);
	mutex_unlock(&jf_containers_lock);

	jf_fault_drop(c);
	jf_scan_drop(c);
	cancel_work_sync(&c->work);
	jf_members_give_up(c);
	cancel_delayed_work_sync(&c->grace_work);
	jf_uevent_flush();
	jf_sysfs_remove(c);
}

/**
 * jf_container_free() - the last reference of the item is gone
 * @c: the container
 *
 * Context: any.
 */
void jf_container_free(struct jf_container *c)
{
	put_pid(c->run.first);
	kfree_rcu(c, rcu);
}
