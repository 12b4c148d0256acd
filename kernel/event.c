// SPDX-License-Identifier: GPL-2.0
/*
 * The history: a bounded ring of what has happened, each event with a number of its own. When the
 * ring is full the oldest event is overwritten; a reader sees from the numbers how many it has
 * missed.
 *
 * Locking: jf_events_lock protects the ring and the numbers. An event is written under the lock of
 * the container it is about, so a container's events stand in the order in which they were decided.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string_helpers.h>
#include <linux/wait.h>

#include "jackfruit.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static unsigned int history = 1024;
module_param(history, uint, 0444);
MODULE_PARM_DESC(history, "how many events are kept, 16 to 65536 (default 1024)");

static DEFINE_SPINLOCK(jf_events_lock); /* protects jf_events and jf_events_last */
static struct jf_event *jf_events;
static u64 jf_events_last; /* number of the newest event; 0: there is none yet */

/* Woken at every event. */
DECLARE_WAIT_QUEUE_HEAD(jf_event_wait);

/**
 * jf_event_escape() - write a task's name so that it cannot break a line or a field
 * @to: JF_COMM_SIZE bytes
 * @comm: the name, which may hold any bytes; all but plain characters become \xHH
 */
void jf_event_escape(char *to, const char *comm)
{
	int len = string_escape_mem(comm, strnlen(comm, TASK_COMM_LEN), to, JF_COMM_SIZE - 1,
				    ESCAPE_HEX | ESCAPE_NAP | ESCAPE_APPEND, " \"'\\=");

	to[min(len, JF_COMM_SIZE - 1)] = '\0';
}

/**
 * jf_event_set_comm() - name the process that an event is about
 * @event: the event
 * @comm: its name
 */
void jf_event_set_comm(struct jf_event *event, const char *comm)
{
	jf_event_escape(event->comm, comm);
}

/**
 * jf_event_set_sender() - name who asked for it
 * @event: the event
 * @sender: who; nobody if its comm is empty
 */
void jf_event_set_sender(struct jf_event *event, const struct jf_sender *sender)
{
	event->sender = sender->pid;
	jf_event_escape(event->sender_comm, sender->comm);
}

/**
 * jf_event_prepare() - begin an event
 * @event: filled in; the caller adds what else there is to tell
 * @c: the container it is about
 * @type: what has happened
 * @pid: the process it is about, or NULL
 *
 * Context: any but hard interrupts.
 */
void jf_event_prepare(struct jf_event *event, struct jf_container *c, enum jf_event_type type,
		      struct pid *pid)
{
	struct task_struct *p;

	*event = (struct jf_event){ .type = type, .status = -1, .pid = pid_nr(pid) };
	strscpy(event->container, c->name, sizeof(event->container));
	rcu_read_lock();
	p = pid_task(pid, PIDTYPE_TGID);
	if (p)
		jf_event_set_comm(event, p->comm);
	rcu_read_unlock();
}

/* Where an event is kept. Under jf_events_lock. */
static struct jf_event *jf_event_slot(u64 seq)
{
	u32 slot;

	div_u64_rem(seq, history, &slot);
	return &jf_events[slot];
}

/**
 * jf_event_log() - give an event its number and its time, and tell everybody
 * @event: from jf_event_prepare()
 *
 * Context: process context; the container's lock is held where its events have to keep their order.
 */
void jf_event_log(struct jf_event *event)
{
	spin_lock(&jf_events_lock);
	event->seq = ++jf_events_last;
	event->time = ktime_get_real();
	*jf_event_slot(event->seq) = *event;
	spin_unlock(&jf_events_lock);
	trace_jf_event(event->seq, event->container, jf_event_name(event->type), event->pid,
		       event->usage, event->limit);
	wake_up_interruptible(&jf_event_wait);
	jf_uevent_kick();
}

/**
 * jf_event_read() - the oldest event that is kept and newer than a number
 * @after: the number; 0: from the start
 * @event: a copy of the event; if its number is more than one above @after, those between have been
 *	overwritten
 *
 * Context: process context.
 * Return: false if there is none.
 */
bool jf_event_read(u64 after, struct jf_event *event)
{
	bool found;
	u64 seq;

	spin_lock(&jf_events_lock);
	seq = jf_events_last > history ? max(after, jf_events_last - history) + 1 : after + 1;
	found = after < jf_events_last;
	if (found)
		*event = *jf_event_slot(seq);
	spin_unlock(&jf_events_lock);
	return found;
}

/**
 * jf_event_last() - the number of the newest event, 0 if there was none
 */
u64 jf_event_last(void)
{
	u64 last;

	spin_lock(&jf_events_lock);
	last = jf_events_last;
	spin_unlock(&jf_events_lock);
	return last;
}

/**
 * jf_event_init() - make the ring
 *
 * Return: 0 or -ENOMEM.
 */
int jf_event_init(void)
{
	history = clamp(history, 16U, 65536U);
	jf_events = kvcalloc(history, sizeof(*jf_events), GFP_KERNEL);
	return jf_events ? 0 : -ENOMEM;
}

/**
 * jf_event_exit() - forget everything
 */
void jf_event_exit(void)
{
	kvfree(jf_events);
}
