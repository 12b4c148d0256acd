// SPDX-License-Identifier: GPL-2.0
/*
 * What is: /sys/class/jackfruit/NAME, a device of class jackfruit for each container, with
 * read-only files. It is also what uevents come from.
 *
 * Locking: a show takes the container's lock for a consistent answer. device_unregister() waits for
 * shows under way, so it is never called with that lock held, and a show always finds its
 * container.
 */
#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/pid.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "jackfruit.h"

static struct class *jf_class;

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	enum jf_state state;

	mutex_lock(&c->lock);
	state = c->run.state;
	mutex_unlock(&c->lock);
	return sysfs_emit(buf, "%s\n", jf_state_name(state));
}
static DEVICE_ATTR_RO(state);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	enum jf_reason reason;

	mutex_lock(&c->lock);
	reason = c->run.reason;
	mutex_unlock(&c->lock);
	return sysfs_emit(buf, "%s\n", jf_reason_name(reason));
}
static DEVICE_ATTR_RO(reason);

static ssize_t exit_status_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_seen seen = jf_members_seen(dev_get_drvdata(dev));

	if (!seen.first_gone)
		return sysfs_emit(buf, "\n");
	return sysfs_emit(buf, "%d\n", jf_exit_code(seen.first_status));
}
static DEVICE_ATTR_RO(exit_status);

static ssize_t pid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	pid_t nr;

	mutex_lock(&c->lock);
	nr = pid_vnr(c->run.first);
	mutex_unlock(&c->lock);
	return sysfs_emit(buf, "%d\n", nr);
}
static DEVICE_ATTR_RO(pid);

static ssize_t usage_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", jf_container_usage(dev_get_drvdata(dev)));
}
static DEVICE_ATTR_RO(usage);

static ssize_t usage_error_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", jf_container_usage_error(dev_get_drvdata(dev)));
}
static DEVICE_ATTR_RO(usage_error);

static ssize_t peak_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	u64 peak;

	mutex_lock(&c->lock);
	peak = jf_container_peak(c);
	mutex_unlock(&c->lock);
	return sysfs_emit(buf, "%llu\n", peak);
}
static DEVICE_ATTR_RO(peak);

static ssize_t procs_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", jf_members_count(dev_get_drvdata(dev)));
}
static DEVICE_ATTR_RO(procs);

static ssize_t enforcing_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	const char *answer;

	mutex_lock(&c->lock);
	answer = jf_container_enforcing(c);
	mutex_unlock(&c->lock);
	return sysfs_emit(buf, "%s\n", answer);
}
static DEVICE_ATTR_RO(enforcing);

static ssize_t events_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	u64 soft, hard, kill;

	mutex_lock(&c->lock);
	soft = c->nr_soft;
	hard = c->nr_hard;
	kill = c->nr_kill;
	mutex_unlock(&c->lock);
	return sysfs_emit(buf, "soft %llu\nhard %llu\nkill %llu\n", soft, hard, kill);
}
static DEVICE_ATTR_RO(events);

static ssize_t started_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	time64_t started;

	mutex_lock(&c->lock);
	started = c->run.started;
	mutex_unlock(&c->lock);
	return sysfs_emit(buf, "%lld\n", started);
}
static DEVICE_ATTR_RO(started);

static ssize_t forecast_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	u64 ms = JF_FORECAST_NONE;

	mutex_lock(&c->lock);
	if (jf_container_running(c))
		ms = jf_policy_forecast(&c->config, &c->run.policy);
	mutex_unlock(&c->lock);
	if (ms == JF_FORECAST_NONE)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%llu\n", ms);
}
static DEVICE_ATTR_RO(forecast);

/* Flat keys; empty while there is no record. */
static ssize_t last_kill_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jf_container *c = dev_get_drvdata(dev);
	char victim[JF_COMM_SIZE], sender[JF_COMM_SIZE];
	struct jf_kill_record kill;
	int len = 0;
	u64 peak;

	mutex_lock(&c->lock);
	kill = c->run.kill;
	peak = kill.done ? kill.peak : jf_container_peak(c);
	mutex_unlock(&c->lock);
	if (!kill.seq)
		return 0;
	jf_event_escape(victim, kill.victim.comm);
	jf_event_escape(sender, kill.sender.comm);
	len += sysfs_emit_at(buf, len, "seq %llu\n", kill.seq);
	len += sysfs_emit_at(buf, len, "cause %s\n", jf_reason_name(kill.cause));
	if (sender[0])
		len += sysfs_emit_at(buf, len, "sender_pid %d\nsender_comm %s\n", kill.sender.pid,
				     sender);
	len += sysfs_emit_at(buf, len, "victim_pid %d\nvictim_comm %s\n", kill.victim.pid, victim);
	if (kill.cause == JF_REASON_HARD_LIMIT) {
		len += sysfs_emit_at(buf, len, "limit %llu\nusage %llu\n", kill.limit, kill.usage);
		len += sysfs_emit_at(buf, len, "overshoot %llu\n",
				     peak > kill.limit ? peak - kill.limit : 0);
		len += sysfs_emit_at(buf, len, "crossed_us %llu\n", kill.crossed_us);
	}
	len += sysfs_emit_at(buf, len, "peak %llu\n", peak);
	if (kill.done && kill.begin_ns && kill.cause != JF_REASON_SIGNALED)
		len += sysfs_emit_at(buf, len, "us %llu\n", kill.us);
	return len;
}
static DEVICE_ATTR_RO(last_kill);

static struct attribute *jf_device_attrs[] = {
	&dev_attr_state.attr,	    &dev_attr_reason.attr,
	&dev_attr_exit_status.attr, &dev_attr_pid.attr,
	&dev_attr_usage.attr,	    &dev_attr_usage_error.attr,
	&dev_attr_peak.attr,	    &dev_attr_procs.attr,
	&dev_attr_enforcing.attr,   &dev_attr_events.attr,
	&dev_attr_started.attr,	    &dev_attr_forecast.attr,
	&dev_attr_last_kill.attr,   NULL,
};
ATTRIBUTE_GROUPS(jf_device);

/*
 * In every uevent of the device. What uevent.c sends has an event and its number already; the
 * device's own add and remove get theirs here, so that a listener sees every number.
 */
static int jf_device_uevent(jf_uevent_device *dev, struct kobj_uevent_env *env)
{
	const struct jf_container *c = dev_get_drvdata(dev);
	int i, ret;

	ret = add_uevent_var(env, "JACKFRUIT_CONTAINER=%s", dev_name(dev));
	for (i = 0; i < env->envp_idx; i++) {
		if (str_has_prefix(env->envp[i], "JACKFRUIT_SEQ="))
			return ret;
	}
	return ret ?: add_uevent_var(env, "JACKFRUIT_SEQ=%llu", READ_ONCE(c->seq));
}

/**
 * jf_sysfs_add() - register a container's device
 * @c: the container; sets c->dev
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int jf_sysfs_add(struct jf_container *c)
{
	struct device *dev;

	dev = device_create_with_groups(jf_class, NULL, MKDEV(0, 0), c, jf_device_groups, "%s",
					c->name);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	c->dev = dev;
	return 0;
}

/**
 * jf_sysfs_remove() - unregister it, and wait for the shows under way
 * @c: the container; its lock is not held
 *
 * Context: may sleep.
 */
void jf_sysfs_remove(struct jf_container *c)
{
	device_unregister(c->dev);
}

/**
 * jf_sysfs_find() - a container's device by name
 * @name: the container's
 *
 * Context: may sleep.
 * Return: the device, referenced, or NULL.
 */
struct device *jf_sysfs_find(const char *name)
{
	return class_find_device_by_name(jf_class, name);
}

/**
 * jf_sysfs_init() - register the class
 *
 * Return: 0 or a negative errno.
 */
int jf_sysfs_init(void)
{
	jf_class = jf_class_create("jackfruit");
	if (IS_ERR(jf_class))
		return PTR_ERR(jf_class);
	jf_class->dev_uevent = jf_device_uevent;
	return 0;
}

/**
 * jf_sysfs_exit() - unregister the class; no device is left
 */
void jf_sysfs_exit(void)
{
	class_destroy(jf_class);
}
