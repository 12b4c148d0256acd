// SPDX-License-Identifier: GPL-2.0
/*
 * What is done to a container: the look that asks the policy and carries out its decisions, and the
 * ways to end a run.
 *
 * Everything here happens under the container's lock, and an event is logged when its action is
 * decided, before the signals go out: so hard comes before kill, and kill before exit, which
 * jf_container_end() logs under the same lock.
 *
 * Killing all members: c->killing is set first, then every member gets SIGKILL. A child that is
 * forked in between is seen by the fork probe, which queues the work that kills again; see
 * jf_members_set_killing().
 *
 * Killing one member: the one with the largest share and all that share its address space. It is
 * remembered until no member has that address space any more: only then is its memory gone, and
 * only then may another one be chosen. Who joins that address space meanwhile, forked by one whom
 * the signal had not reached, is seen in the same way.
 *
 * Locking: c->lock is held throughout.
 */
#define pr_fmt(fmt) "jackfruit: " fmt

#include <linux/atomic.h>
#include <linux/pid.h>
#include <linux/printk.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

#include "compat.h"
#include "jackfruit.h"
#include "trace.h"

/* Since the module was loaded, for debugfs's stats. */
static atomic64_t jf_act_kills[JF_NR_REASONS];
static atomic64_t jf_act_overshoot_max;

static void jf_act_overshoot(u64 bytes)
{
	s64 most = atomic64_read(&jf_act_overshoot_max);

	while ((s64)bytes > most && !atomic64_try_cmpxchg(&jf_act_overshoot_max, &most, bytes))
		;
}

static struct jf_sender jf_act_process(struct pid *pid)
{
	struct jf_sender who = { .pid = pid_nr(pid) };
	struct task_struct *p;

	rcu_read_lock();
	p = pid_task(pid, PIDTYPE_TGID);
	if (p)
		strscpy(who.comm, p->comm, sizeof(who.comm));
	rcu_read_unlock();
	return who;
}

/* Who is writing to a control file. */
static struct jf_sender jf_act_writer(void)
{
	struct jf_sender who = { .pid = task_tgid_nr(current) };

	get_task_comm(who.comm, current);
	return who;
}

/*
 * How often to look at who is watched in its page faults, microseconds: for what these do not show.
 */
#define JF_WATCHED_US USEC_PER_SEC
#define JF_QUIET_MAX 3

/* After a look no crossing causes another one for that long at least, microseconds. */
#define JF_REST_US USEC_PER_MSEC

/*
 * When to look again for a child that there was no memory for, or whether memory that was held is
 * gone, microseconds.
 */
#define JF_MISSED_US (10 * USEC_PER_MSEC)

/* Who an event is about may be gone: then his name is the one that was noted. */
static void jf_act_name(struct jf_container *c, struct jf_event *event, struct pid *pid)
{
	struct jf_seen seen = jf_members_seen(c);

	if (event->comm[0])
		return;
	if (pid == c->run.first && seen.first_gone)
		jf_event_set_comm(event, seen.first_comm);
	else if (event->pid == c->run.kill.victim.pid)
		jf_event_set_comm(event, c->run.kill.victim.comm);
}

static void jf_act_tell_crossing(struct jf_container *c, enum jf_event_type type,
				 const struct jf_usage *usage, u64 bytes, u64 limit)
{
	struct jf_event event;

	jf_event_prepare(&event, c, type, usage->largest ?: c->run.first);
	if (usage->comm[0])
		jf_event_set_comm(&event, usage->comm);
	event.has_usage = true;
	event.usage = bytes;
	event.limit = limit;
	if (type == JF_EVENT_FORECAST)
		event.forecast_ms = jf_policy_forecast(&c->config, &c->run.policy);
	jf_event_log(&event);
	if (type == JF_EVENT_SOFT || type == JF_EVENT_HARD)
		pr_info_ratelimited("%s: usage %llu is above %s_limit %llu, most of it %s[%d]'s\n",
				    c->name, bytes, jf_event_name(type), limit, event.comm,
				    event.pid);
}

/* Begin the record of what ends the run, or of a victim. */
static void jf_act_record(struct jf_container *c, enum jf_reason cause,
			  const struct jf_usage *usage, const struct jf_sender *sender)
{
	c->run.kill = (struct jf_kill_record){
		.cause = cause,
		.limit = c->config.hard_limit,
		.usage = usage ? usage->bytes : 0,
		.victim = jf_act_process(usage ? usage->largest : c->run.first),
		.begin_ns = usage ? usage->ns : ktime_get_ns(),
	};
	if (usage && usage->comm[0])
		strscpy(c->run.kill.victim.comm, usage->comm, sizeof(c->run.kill.victim.comm));
	if (c->run.below_ns)
		c->run.kill.crossed_us =
			div_u64(c->run.kill.begin_ns - c->run.below_ns, NSEC_PER_USEC);
	if (sender)
		c->run.kill.sender = *sender;
}

/* Tell of a signal that is to end the run or a victim. Returns the event's number. */
static u64 jf_act_tell(struct jf_container *c, enum jf_event_type type, struct pid *pid,
		       enum jf_reason reason, const struct jf_sender *sender)
{
	struct jf_event event;

	jf_event_prepare(&event, c, type, pid);
	jf_act_name(c, &event, pid);
	event.reason = reason;
	if (sender)
		jf_event_set_sender(&event, sender);
	jf_event_log(&event);
	if (type == JF_EVENT_KILL) {
		c->nr_kill++;
		atomic64_inc(&jf_act_kills[reason]);
	}
	return event.seq;
}

/* The same of the run's end, whose record it is. */
static void jf_act_tell_end(struct jf_container *c, enum jf_event_type type)
{
	c->run.kill.seq =
		jf_act_tell(c, type, c->run.first, c->run.kill.cause, &c->run.kill.sender);
}

/* The same of a victim; while the container is being stopped or killed the record is of that. */
static void jf_act_tell_victim(struct jf_container *c, enum jf_event_type type)
{
	u64 seq = jf_act_tell(c, type, c->run.victim, JF_REASON_HARD_LIMIT, NULL);

	if (c->run.cause == JF_REASON_NONE)
		c->run.kill.seq = seq;
}

/* Kill those who are there, and come again if somebody may not have been found. */
static void jf_act_kill_again(struct jf_container *c)
{
	jf_members_signal(c, SIGKILL);
	jf_scan_at(c, jf_members_missed(c) ? JF_MISSED_US : JF_LOOK_NEVER);
}

/* Kill all members until none is left. */
static void jf_act_kill_all(struct jf_container *c)
{
	if (c->killing)
		return;
	jf_act_tell_end(c, JF_EVENT_KILL);
	jf_members_set_killing(c, true);
	/* before their parents are gone, by whom they are found */
	jf_members_find_missed(c);
	jf_act_kill_again(c);
}

static void jf_act_arm_grace(struct jf_container *c)
{
	mod_delayed_work(jf_wq, &c->grace_work, msecs_to_jiffies(c->grace_ms));
}

static void jf_act_forget_victim(struct jf_container *c)
{
	if (!c->run.victim)
		return;
	put_pid(c->run.victim);
	mmdrop(c->run.victim_mm);
	c->run.victim = NULL;
	c->run.victim_mm = NULL;
	jf_members_watch(c, NULL);
	/* its grace time is not that of the next one */
	if (c->run.cause == JF_REASON_NONE)
		cancel_delayed_work(&c->grace_work);
}

/* All that were to die are dead. */
static void jf_act_complete(struct jf_container *c)
{
	c->run.kill.us = div_u64(ktime_get_ns() - c->run.kill.begin_ns, NSEC_PER_USEC);
	c->run.kill.peak = jf_container_peak(c);
	c->run.kill.done = true;
	if (c->run.kill.cause == JF_REASON_HARD_LIMIT && c->run.kill.peak > c->run.kill.limit)
		jf_act_overshoot(c->run.kill.peak - c->run.kill.limit);
}

/*
 * Does the last victim still have its memory? If not, its record is complete. One that was only
 * asked to end may have executed another program instead, and lives on.
 */
static bool jf_act_victim_alive(struct jf_container *c)
{
	if (!c->run.victim)
		return false;
	if (jf_members_have_space(c, c->run.victim_mm, true))
		return true;
	if (!c->run.victim_killed && !jf_members_seen(c).first_gone)
		c->run.first_was_victim = false;
	/* unless the record is that of a later stop */
	if (c->run.cause == JF_REASON_NONE)
		jf_act_complete(c);
	jf_act_forget_victim(c);
	return false;
}

/* The first process may be one of those that share the victim's address space. */
static void jf_act_signal_victim(struct jf_container *c, int sig)
{
	if (sig == SIGKILL)
		c->run.victim_killed = true;
	if (jf_members_signal_space(c, c->run.victim_mm, sig, c->run.first))
		c->run.first_was_victim = true;
}

static void jf_act_victim(struct jf_container *c, const struct jf_usage *usage, int sig)
{
	if (c->run.victim) {
		/* it was asked to end and grows on */
		if (c->run.victim_killed)
			return;
		jf_act_tell_victim(c, JF_EVENT_KILL);
		jf_act_signal_victim(c, sig);
		return;
	}
	/* somebody was caught since this look began: he is the victim, and the next look tells */
	if (!usage->caught) {
		jf_fault_disarm(c);
		if (jf_fault_caught(c))
			return;
	}
	/* it may have executed another program since it was looked at: the next look sees it */
	if (!usage->caught &&
	    (!usage->largest || !jf_members_have_space(c, usage->largest_mm, false)))
		return;
	if (c->run.cause == JF_REASON_NONE)
		jf_act_record(c, JF_REASON_HARD_LIMIT, usage, NULL);
	c->run.victim = get_pid(usage->largest);
	mmgrab(usage->largest_mm);
	c->run.victim_mm = usage->largest_mm;
	c->run.victim_killed = false;
	jf_members_watch(c, c->run.victim_mm);
	jf_act_tell_victim(c, sig == SIGKILL ? JF_EVENT_KILL : JF_EVENT_STOP);
	/* the grace time of a stop is for all */
	if (sig != SIGKILL && c->run.cause == JF_REASON_NONE)
		jf_act_arm_grace(c);
	jf_act_signal_victim(c, sig);
	if (usage->caught) {
		/* it may be gone, and no exit tells of it any more */
		if (usage->largest == c->run.first)
			c->run.first_was_victim = true;
		queue_work(jf_wq, &c->work);
	}
}

static void jf_act_hard(struct jf_container *c, u32 decisions, const struct jf_usage *usage)
{
	if (decisions & JF_DO_KILL) {
		if (c->run.cause != JF_REASON_HARD_LIMIT) {
			c->run.cause = JF_REASON_HARD_LIMIT;
			jf_act_record(c, JF_REASON_HARD_LIMIT, usage, NULL);
		}
		jf_act_kill_all(c);
	}
	/* who is being stopped has been asked to end already */
	if (decisions & JF_DO_TERM && c->run.cause == JF_REASON_NONE) {
		c->run.cause = JF_REASON_HARD_LIMIT;
		jf_act_record(c, JF_REASON_HARD_LIMIT, usage, NULL);
		jf_act_tell_end(c, JF_EVENT_STOP);
		jf_members_signal(c, SIGTERM);
		jf_act_arm_grace(c);
	}
	if (decisions & JF_DO_KILL_VICTIM)
		jf_act_victim(c, usage, SIGKILL);
	if (decisions & JF_DO_TERM_VICTIM)
		jf_act_victim(c, usage, SIGTERM);
	/* who has been asked to end can only do so when it runs */
	if (decisions & JF_DO_STOP && c->run.cause == JF_REASON_NONE)
		jf_members_signal(c, SIGSTOP);
	if (decisions & JF_DO_CONT)
		jf_members_signal(c, SIGCONT);
}

static void jf_act_soft(struct jf_container *c)
{
	if (c->soft_signal && !jf_members_seen(c).first_gone)
		kill_pid(c->run.first, c->soft_signal, 1);
}

static void jf_act_decisions(struct jf_container *c, u32 decisions, const struct jf_usage *usage)
{
	if (decisions & JF_DO_SPIKE_SOFT)
		jf_act_tell_crossing(c, JF_EVENT_SPIKE, usage, usage->high_water,
				     c->config.soft_limit);
	if (decisions & JF_DO_SPIKE_HARD)
		jf_act_tell_crossing(c, JF_EVENT_SPIKE, usage, usage->high_water,
				     c->config.hard_limit);
	if (decisions & JF_DO_SOFT_EVENT) {
		c->nr_soft++;
		jf_act_tell_crossing(c, JF_EVENT_SOFT, usage, usage->bytes, c->config.soft_limit);
		jf_act_soft(c);
	}
	if (decisions & JF_DO_FORECAST_EVENT)
		jf_act_tell_crossing(c, JF_EVENT_FORECAST, usage, usage->bytes,
				     c->config.hard_limit);
	if (decisions & JF_DO_HARD_EVENT) {
		c->nr_hard++;
		jf_act_tell_crossing(c, JF_EVENT_HARD, usage, usage->bytes, c->config.hard_limit);
	}
	jf_act_hard(c, decisions, usage);
}

/* Name the largest one now. A page fault may have killed him while this look judged. */
static void jf_act_name_largest(struct jf_container *c, struct jf_usage *usage)
{
	struct jf_sender who = jf_act_process(usage->largest);

	if (who.comm[0])
		strscpy(usage->comm, who.comm, sizeof(usage->comm));
	else
		jf_fault_comm(c, usage->largest, usage->comm);
}

/* Who was caught in a page fault; or else what can be seen. */
static bool jf_act_see(struct jf_container *c, bool scan, struct jf_usage *usage)
{
	struct jf_crossing crossing;
	bool crossed;
	u64 bytes;

	if (scan)
		return jf_usage_judge(c, JF_FOR_SCAN, usage);
	crossed = jf_fault_take(c, &crossing);
	if (!crossing.pid) {
		jf_usage_judge(c, crossed ? JF_FOR_CROSSING : JF_FOR_LOOK, usage);
		usage->crossed_ns = crossing.ns;
		return true;
	}
	bytes = (u64)crossing.pages << PAGE_SHIFT;
	*usage = (struct jf_usage){
		.bytes = bytes,
		.sum = bytes,
		.upper = bytes,
		.spaces = READ_ONCE(c->nr_spaces),
		.ns = crossing.ns,
		.crossed_ns = crossing.ns,
		.caught = true,
		.largest = crossing.pid,
		.largest_mm = crossing.mm,
		.largest_bytes = bytes,
	};
	strscpy(usage->comm, crossing.comm, sizeof(usage->comm));
	return true;
}

/* Who is watched and does not change is left alone for longer and longer, up to eight seconds. */
static u32 jf_act_watched_us(struct jf_container *c, const struct jf_usage *usage)
{
	u64 change = usage->sum > c->run.planned ? usage->sum - c->run.planned :
						   c->run.planned - usage->sum;

	if (change > usage->error)
		c->run.quiet = 0;
	else if (c->run.quiet < JF_QUIET_MAX)
		c->run.quiet++;
	c->run.planned = usage->sum;
	return JF_WATCHED_US << c->run.quiet;
}

/*
 * Another look has been asked for while this one was made: not before it has rested for @us, or one
 * would follow the other. But who was caught is told of at once.
 */
static void jf_act_rest(struct jf_container *c, u64 us)
{
	WRITE_ONCE(c->look_due, false);
	/* if he is caught after this, look_due is set after this */
	if (jf_fault_caught(c))
		jf_scan_now(c);
	else
		jf_scan_within(c, us);
}

/*
 * May the next look be far away, since the probe tells if there is anything to see? Near a
 * threshold the other spaces' errors count; what is above it is looked after. Before 6.2 the
 * threads of one space may have some pages each that no event has told of: what is near @trip is
 * watched as long as these are no more than a sixteenth of that, see jf_mm_counter_error().
 */
static bool jf_act_may_watch(struct jf_container *c, const struct jf_usage *usage, u64 trip)
{
	if (!jf_fault_on() || c->run.sharing || c->config.forecast_ms || usage->crowded)
		return false;
	if (usage->sum > c->config.hard_limit)
		return false;
	return !usage->exact || (usage->spaces <= 1 && (!JF_TASK_COUNTERS || usage->error <= trip));
}

/*
 * When to look again, and what the probe is to watch for until then. @gone: this look began with
 * memory that somebody held.
 */
static void jf_act_plan(struct jf_container *c, const struct jf_usage *usage, bool gone)
{
	struct jf_policy_pace pace = jf_scan_pace();
	const struct jf_policy_state *state = &c->run.policy;
	struct jf_fault_plan plan = {
		.trip = jf_policy_threshold(&c->config, state, usage->upper),
		.low = jf_policy_threshold_below(&c->config, state, usage->bytes),
		.sure = JF_LIMIT_MAX,
		.alone = usage->spaces > 1 ? 0 : usage->error,
	};
	u64 next, took;

	/* what the footprint leaves is above the sum, which is what the probe knows */
	if (plan.trip != JF_LIMIT_MAX)
		plan.trip += usage->sum - usage->upper;
	/* what each of them still keeps to itself may be above it together */
	if (plan.trip != JF_LIMIT_MAX && !usage->exact && !usage->caught && usage->spaces > 1)
		plan.trip -= min(plan.trip, usage->error);
	if (c->config.action == JF_ACTION_KILL && !c->killing && !c->run.victim)
		plan.sure = c->config.hard_limit;
	plan.watched = jf_act_may_watch(c, usage, plan.trip);
	/* what has grown since this look saw it must not wait for the next fault */
	if (jf_fault_arm(c, &plan)) {
		pace.min_us = jf_act_watched_us(c, usage);
		pace.max_us = pace.min_us;
	}
	next = jf_policy_next_look(&c->config, &pace, usage->upper, state);
	/* a look at many members near a limit must not take more than half of a CPU */
	took = div_u64(ktime_get_ns() - usage->ns, NSEC_PER_USEC);
	if (!usage->caught) {
		next = max(next, took);
		jf_fault_rest(c, max_t(u64, JF_REST_US, took));
	}
	if (jf_members_missed(c))
		next = min_t(u64, next, JF_MISSED_US);
	/* nobody tells when it is let go; and a victim may have waited for that */
	if (gone)
		next = min(next, max_t(u64, took, JF_MISSED_US));
	trace_jf_look(c->name, usage->bytes, took, next);
	jf_scan_at(c, next);
	if (jf_fault_noted(c) || READ_ONCE(c->look_due))
		jf_act_rest(c, max_t(u64, took, JF_REST_US));
}

static bool jf_act_look_for(struct jf_container *c, bool scan)
{
	struct jf_policy_look look = {};
	struct jf_usage usage;
	u32 decisions;
	bool gone;

	lockdep_assert_held(&c->lock);
	/* that takes long, also in a kill; and a note of a fault is for the container's own work */
	if (scan && (jf_members_missed(c) || jf_fault_noted(c)))
		return false;
	if (!jf_container_running(c) || c->killing) {
		jf_fault_forget(c);
		return true;
	}
	jf_members_find_missed(c);
	gone = jf_members_gone(c);
	look.victim_alive = jf_act_victim_alive(c);
	jf_fault_begin(c);
	if (!jf_act_see(c, scan, &usage)) {
		jf_usage_put(&usage);
		return false;
	}
	c->run.sharing = usage.sum > c->config.hard_limit && usage.spaces > 1;
	c->run.peak = max(c->run.peak, usage.bytes);
	look.now_us = div_u64(usage.ns, NSEC_PER_USEC);
	look.usage = usage.bytes;
	look.high_water = usage.high_water;
	if (usage.bytes <= c->config.hard_limit)
		c->run.below_ns = usage.ns;
	else if (usage.crossed_ns)
		c->run.below_ns = usage.crossed_ns;
	decisions = jf_policy_decide(&c->config, &look, &c->run.policy);
	if (decisions && !usage.caught)
		jf_act_name_largest(c, &usage);
	jf_act_decisions(c, decisions, &usage);
	jf_act_plan(c, &usage, gone);
	jf_usage_put(&usage);
	return true;
}

/**
 * jf_act_look() - look at a container's usage, do what the policy says, plan the next look
 * @c: the container
 *
 * Context: may sleep; @c->lock held.
 */
void jf_act_look(struct jf_container *c)
{
	jf_act_look_for(c, false);
}

/**
 * jf_act_try_look() - the same, unless it would take long
 * @c: the container
 *
 * Context: may sleep; @c->lock held.
 * Return: whether it was looked at.
 */
bool jf_act_try_look(struct jf_container *c)
{
	return !c->run.sharing && jf_act_look_for(c, true);
}

/* Who was killed in a page fault was so before what comes now, and is told of first. */
static void jf_act_tell_caught(struct jf_container *c)
{
	if (jf_fault_caught(c))
		jf_act_look(c);
}

/**
 * jf_act_settle() - the configuration is about to be changed
 * @c: the container
 *
 * Who was caught by the old configuration is told of by that one, and nobody is caught until the
 * look that follows the change.
 *
 * Context: may sleep; @c->lock held.
 */
void jf_act_settle(struct jf_container *c)
{
	lockdep_assert_held(&c->lock);
	jf_fault_disarm(c);
	jf_act_tell_caught(c);
}

/**
 * jf_act_stop() - ask the first process to end; kill all that is left after grace_ms
 * @c: the container; it has members
 *
 * Does nothing if it is being stopped or killed already. When the first process is gone and others
 * are left, all of them are asked.
 *
 * Context: may sleep; @c->lock held; the current task is who asks.
 */
void jf_act_stop(struct jf_container *c)
{
	struct jf_sender writer = jf_act_writer();

	lockdep_assert_held(&c->lock);
	jf_act_tell_caught(c);
	if (c->run.cause != JF_REASON_NONE)
		return;
	c->run.cause = JF_REASON_STOPPED;
	jf_act_record(c, JF_REASON_STOPPED, NULL, &writer);
	jf_act_tell_end(c, JF_EVENT_STOP);
	if (jf_members_seen(c).first_gone)
		jf_members_signal(c, SIGTERM);
	else
		kill_pid(c->run.first, SIGTERM, 1);
	/* who has been stopped at the limit cannot act on SIGTERM */
	if (c->run.policy.stopped)
		jf_members_signal(c, SIGCONT);
	jf_act_arm_grace(c);
}

/**
 * jf_act_kill() - kill all members until none is left
 * @c: the container; it has members
 *
 * Does nothing if it is being killed already.
 *
 * Context: may sleep; @c->lock held; the current task is who asks.
 */
void jf_act_kill(struct jf_container *c)
{
	struct jf_sender writer = jf_act_writer();

	lockdep_assert_held(&c->lock);
	jf_act_tell_caught(c);
	if (c->killing)
		return;
	c->run.cause = JF_REASON_KILLED;
	jf_act_record(c, JF_REASON_KILLED, NULL, &writer);
	jf_act_kill_all(c);
}

/**
 * jf_act_grace_over() - who was asked to end has had its time
 * @c: the container
 *
 * Context: may sleep; @c->lock held.
 */
void jf_act_grace_over(struct jf_container *c)
{
	lockdep_assert_held(&c->lock);
	/* a grace time of an earlier run that was armed again while it waited for the lock */
	if (delayed_work_pending(&c->grace_work))
		return;
	jf_act_tell_caught(c);
	if (!jf_container_running(c) || c->killing)
		return;
	if (c->run.cause != JF_REASON_NONE) {
		jf_act_kill_all(c);
	} else if (jf_act_victim_alive(c)) {
		jf_act_tell_victim(c, JF_EVENT_KILL);
		jf_act_signal_victim(c, SIGKILL);
		jf_policy_victim_killed(&c->run.policy, div_u64(ktime_get_ns(), NSEC_PER_USEC),
					c->run.policy.usage);
	}
}

/**
 * jf_act_again() - a member was forked or has ended: it may be what was waited for, or not be found
 * @c: the container
 *
 * Context: may sleep; @c->lock held.
 */
void jf_act_again(struct jf_container *c)
{
	lockdep_assert_held(&c->lock);
	/* who was only asked to end may have a use for a child */
	if (jf_members_joined(c) && c->run.victim_killed)
		jf_act_signal_victim(c, SIGKILL);
	if (c->killing)
		jf_act_kill_again(c);
	else if (jf_members_missed(c) || (c->run.victim && !jf_act_victim_alive(c)))
		jf_act_look(c);
	else if (jf_members_gone(c))
		jf_scan_within(c, JF_MISSED_US);
}

/**
 * jf_act_show_stats() - the kills' lines of debugfs's stats
 * @m: where they go
 *
 * Context: may sleep.
 */
void jf_act_show_stats(struct seq_file *m)
{
	static const enum jf_reason reasons[] = {
		JF_REASON_STOPPED,
		JF_REASON_KILLED,
		JF_REASON_HARD_LIMIT,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		seq_printf(m, "kills_%s %lld\n", jf_reason_name(reasons[i]),
			   atomic64_read(&jf_act_kills[reasons[i]]));
	seq_printf(m, "overshoot_max %lld\n", atomic64_read(&jf_act_overshoot_max));
}

/**
 * jf_act_ended() - the last member is gone: complete the kill record
 * @c: the container, its state and reason set
 * @seen: what the probes have seen of the run
 * @seq: number of the exit event
 *
 * Context: may sleep; @c->lock held.
 */
void jf_act_ended(struct jf_container *c, const struct jf_seen *seen, u64 seq)
{
	lockdep_assert_held(&c->lock);
	jf_act_forget_victim(c);
	if (c->run.reason == JF_REASON_SIGNALED) {
		jf_act_record(c, JF_REASON_SIGNALED, NULL,
			      seen->signal == (seen->first_status & 0x7f) ? &seen->sender : NULL);
		strscpy(c->run.kill.victim.comm, seen->first_comm, sizeof(c->run.kill.victim.comm));
		c->run.kill.seq = seq;
		c->run.kill.peak = jf_container_peak(c);
		c->run.kill.done = true;
	} else if (c->run.kill.cause != JF_REASON_NONE && !c->run.kill.done) {
		jf_act_complete(c);
	}
}
