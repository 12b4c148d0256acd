// SPDX-License-Identifier: GPL-2.0
/*
 * The news: each event that concerns a running container goes out as a uevent (ACTION=change) of
 * its device, in the order of the history. Sending sleeps, so a work item does it, which reads the
 * history like any other reader. Not on jf_wq: sending allocates, and must not hold up a kill when
 * memory is short.
 *
 * Locking: none of its own; the variables belong to the work, which does not run twice at a time.
 *
 * Lifetime: jf_container_drop() flushes the work before the device goes, so a device that is found
 * here by name is the one that the event is about.
 */
#include <linux/device.h>
#include <linux/kobject.h>

#include "jackfruit.h"

static void jf_uevent_work_fn(struct work_struct *work);
static DECLARE_WORK(jf_uevent_work, jf_uevent_work_fn);
static u64 jf_uevent_sent;
static u64 jf_uevent_missed;
static struct kobj_uevent_env jf_uevent_env; /* 2 KiB: too much for the stack */

static int jf_uevent_fill(struct kobj_uevent_env *env, const struct jf_event *event)
{
	const char *reason = jf_reason_name(event->reason);
	int ret;

	ret = add_uevent_var(env, "JACKFRUIT_EVENT=%s", jf_event_name(event->type));
	ret = ret ?: add_uevent_var(env, "JACKFRUIT_SEQ=%llu", event->seq);
	if (event->pid)
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_PID=%d", event->pid);
	if (event->comm[0])
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_COMM=%s", event->comm);
	if (event->has_usage) {
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_USAGE=%llu", event->usage);
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_LIMIT=%llu", event->limit);
	}
	if (event->type == JF_EVENT_FORECAST)
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_FORECAST_MS=%llu", event->forecast_ms);
	if (event->sender_comm[0]) {
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_SENDER_PID=%d", event->sender);
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_SENDER_COMM=%s", event->sender_comm);
	}
	if (event->reason != JF_REASON_NONE)
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_REASON=%s", reason);
	if (event->status >= 0)
		ret = ret ?: add_uevent_var(env, "JACKFRUIT_STATUS=%d", event->status);
	return ret;
}

static void jf_uevent_send(const struct jf_event *event)
{
	struct kobj_uevent_env *env = &jf_uevent_env;
	struct device *dev;

	/* the device's own add and remove tell these */
	if (event->type == JF_EVENT_CREATE || event->type == JF_EVENT_REMOVE)
		return;
	dev = jf_sysfs_find(event->container);
	if (!dev)
		return;
	memset(env, 0, sizeof(*env));
	if (WARN_ON_ONCE(jf_uevent_fill(env, event)) ||
	    kobject_uevent_env(&dev->kobj, KOBJ_CHANGE, env->envp))
		WRITE_ONCE(jf_uevent_missed, jf_uevent_missed + 1);
	put_device(dev);
}

static void jf_uevent_work_fn(struct work_struct *work)
{
	u64 last = jf_event_last();
	struct jf_event event;

	/* no further: who waits for this work is not to wait for what happens meanwhile */
	while (jf_uevent_sent < last && jf_event_read(jf_uevent_sent, &event)) {
		WRITE_ONCE(jf_uevent_missed, jf_uevent_missed + event.seq - jf_uevent_sent - 1);
		jf_uevent_sent = event.seq;
		jf_uevent_send(&event);
	}
}

/**
 * jf_uevent_kick() - there is something to send
 *
 * Context: any.
 */
void jf_uevent_kick(void)
{
	queue_work(system_unbound_wq, &jf_uevent_work);
}

/**
 * jf_uevent_flush() - wait until all that has happened so far has been sent
 *
 * Context: may sleep.
 */
void jf_uevent_flush(void)
{
	jf_uevent_kick();
	flush_work(&jf_uevent_work);
}

/**
 * jf_uevent_lost() - how many events were overwritten before they could be sent, or for which there
 * was no memory
 */
u64 jf_uevent_lost(void)
{
	return READ_ONCE(jf_uevent_missed);
}

/**
 * jf_uevent_exit() - stop sending
 */
void jf_uevent_exit(void)
{
	cancel_work_sync(&jf_uevent_work);
}
