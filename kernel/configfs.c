// SPDX-License-Identifier: GPL-2.0
/*
 * What is asked for: /sys/kernel/config/jackfruit/NAME. mkdir makes a container, rmdir ends its
 * record, one value a file. Only parsing and formatting are here: parse, call jf_container_*,
 * format.
 *
 * Locking: stores parse outside the container's lock; what they call takes it.
 */
#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/prio.h>
#include <linux/signal.h>
#include <linux/string.h>

#include "jackfruit.h"

/* A day: far more than anybody waits, and it fits every clock. */
#define JF_MS_MAX (24 * 3600 * MSEC_PER_SEC)

/*
 * A store: what is written is text, so a NUL byte is in no value; nobody would read what stands
 * behind it. configfs puts one behind the last byte.
 */
static ssize_t jf_store(struct config_item *item, int (*set)(struct jf_container *c, const char *),
			const char *page, size_t count)
{
	int ret = -EINVAL;

	if (strlen(page) == count)
		ret = set(to_jf_container(item), page);
	return ret ?: count;
}

/* The store of an attribute, by jf_NAME_set(), which returns 0 or a negative errno. */
#define JF_ATTR_STORE(_name)                                                                    \
	static ssize_t jf_container_##_name##_store(struct config_item *item, const char *page, \
						    size_t count)                               \
	{                                                                                       \
		return jf_store(item, jf_##_name##_set, page, count);                           \
	}

static ssize_t jf_limit_show(struct config_item *item, const u64 *limit, char *page)
{
	struct jf_container *c = to_jf_container(item);
	u64 bytes;

	mutex_lock(&c->lock);
	bytes = *limit;
	mutex_unlock(&c->lock);
	if (bytes == JF_LIMIT_MAX)
		return sprintf(page, "max\n");
	return sprintf(page, "%llu\n", bytes);
}

static int jf_limit_set(struct jf_container *c, u64 *limit, const char *text)
{
	struct jf_policy_config old;
	u64 bytes;
	int ret;

	ret = jf_policy_parse_size(text, &bytes);
	if (ret)
		return ret;
	mutex_lock(&c->lock);
	jf_act_settle(c);
	old = c->config;
	*limit = bytes;
	jf_policy_limits_changed(&old, &c->config, &c->run.policy);
	jf_act_look(c);
	mutex_unlock(&c->lock);
	return 0;
}

static ssize_t jf_container_soft_limit_show(struct config_item *item, char *page)
{
	return jf_limit_show(item, &to_jf_container(item)->config.soft_limit, page);
}

static int jf_soft_limit_set(struct jf_container *c, const char *text)
{
	return jf_limit_set(c, &c->config.soft_limit, text);
}
JF_ATTR_STORE(soft_limit)
CONFIGFS_ATTR(jf_container_, soft_limit);

static ssize_t jf_container_hard_limit_show(struct config_item *item, char *page)
{
	return jf_limit_show(item, &to_jf_container(item)->config.hard_limit, page);
}

static int jf_hard_limit_set(struct jf_container *c, const char *text)
{
	return jf_limit_set(c, &c->config.hard_limit, text);
}
JF_ATTR_STORE(hard_limit)
CONFIGFS_ATTR(jf_container_, hard_limit);

static ssize_t jf_container_metric_show(struct config_item *item, char *page)
{
	struct jf_container *c = to_jf_container(item);
	enum jf_metric metric;

	mutex_lock(&c->lock);
	metric = c->metric;
	mutex_unlock(&c->lock);
	return sprintf(page, "%s\n", jf_metric_name(metric));
}

static int jf_metric_set(struct jf_container *c, const char *text)
{
	int metric = jf_metric_parse(text);

	if (metric < 0)
		return metric;
	jf_container_set_metric(c, metric);
	return 0;
}
JF_ATTR_STORE(metric)
CONFIGFS_ATTR(jf_container_, metric);

static ssize_t jf_container_hard_action_show(struct config_item *item, char *page)
{
	struct jf_container *c = to_jf_container(item);
	enum jf_action action;

	mutex_lock(&c->lock);
	action = c->config.action;
	mutex_unlock(&c->lock);
	return sprintf(page, "%s\n", jf_action_name(action));
}

static int jf_hard_action_set(struct jf_container *c, const char *text)
{
	int action = jf_action_parse(text);

	if (action < 0)
		return action;
	mutex_lock(&c->lock);
	jf_act_settle(c);
	c->config.action = action;
	jf_act_look(c);
	mutex_unlock(&c->lock);
	return 0;
}
JF_ATTR_STORE(hard_action)
CONFIGFS_ATTR(jf_container_, hard_action);

static ssize_t jf_container_kill_scope_show(struct config_item *item, char *page)
{
	struct jf_container *c = to_jf_container(item);
	enum jf_scope scope;

	mutex_lock(&c->lock);
	scope = c->config.scope;
	mutex_unlock(&c->lock);
	return sprintf(page, "%s\n", jf_scope_name(scope));
}

static int jf_kill_scope_set(struct jf_container *c, const char *text)
{
	int scope = jf_scope_parse(text);

	if (scope < 0)
		return scope;
	mutex_lock(&c->lock);
	jf_act_settle(c);
	c->config.scope = scope;
	jf_act_look(c);
	mutex_unlock(&c->lock);
	return 0;
}
JF_ATTR_STORE(kill_scope)
CONFIGFS_ATTR(jf_container_, kill_scope);

/*
 * Plain numbers: one helper for all of them. The field is an unsigned int of the container, and
 * changing it needs no look but for the forecast, where one does no harm.
 */
static ssize_t jf_uint_show(struct config_item *item, const unsigned int *field, char *page)
{
	struct jf_container *c = to_jf_container(item);
	unsigned int value;

	mutex_lock(&c->lock);
	value = *field;
	mutex_unlock(&c->lock);
	return sprintf(page, "%u\n", value);
}

static int jf_uint_set(struct jf_container *c, unsigned int *field, unsigned int max,
		       const char *text)
{
	unsigned int value;

	if (kstrtouint(text, 10, &value) || value > max)
		return -EINVAL;
	mutex_lock(&c->lock);
	*field = value;
	jf_act_look(c);
	mutex_unlock(&c->lock);
	return 0;
}

static ssize_t jf_container_soft_signal_show(struct config_item *item, char *page)
{
	return jf_uint_show(item, &to_jf_container(item)->soft_signal, page);
}

static int jf_soft_signal_set(struct jf_container *c, const char *text)
{
	return jf_uint_set(c, &c->soft_signal, _NSIG, text);
}
JF_ATTR_STORE(soft_signal)
CONFIGFS_ATTR(jf_container_, soft_signal);

static ssize_t jf_container_grace_ms_show(struct config_item *item, char *page)
{
	return jf_uint_show(item, &to_jf_container(item)->grace_ms, page);
}

static int jf_grace_ms_set(struct jf_container *c, const char *text)
{
	return jf_uint_set(c, &c->grace_ms, JF_MS_MAX, text);
}
JF_ATTR_STORE(grace_ms)
CONFIGFS_ATTR(jf_container_, grace_ms);

static ssize_t jf_container_forecast_ms_show(struct config_item *item, char *page)
{
	return jf_uint_show(item, &to_jf_container(item)->config.forecast_ms, page);
}

static int jf_forecast_ms_set(struct jf_container *c, const char *text)
{
	return jf_uint_set(c, &c->config.forecast_ms, JF_MS_MAX, text);
}
JF_ATTR_STORE(forecast_ms)
CONFIGFS_ATTR(jf_container_, forecast_ms);

/* What configfs takes of a show(), whatever a page's size: SIMPLE_ATTR_SIZE of its file.c. */
#define JF_SHOW_MAX 4096

struct jf_pids_page {
	char *page;
	size_t len;
	bool full;
};

static void jf_pids_add(const struct jf_member_ref *ref, void *data)
{
	struct jf_pids_page *list = data;
	char line[16];
	int len = snprintf(line, sizeof(line), "%d\n", pid_vnr(ref->pid));

	if (ref->gone)
		return;
	if (list->len + len > JF_SHOW_MAX) {
		list->full = true;
		return;
	}
	memcpy(list->page + list->len, line, len);
	list->len += len;
}

/*
 * 4096 bytes are all that configfs can give. A list that does not fit is an error, not a part of a
 * list that looks like the whole; debugfs's members has it however long.
 */
static ssize_t jf_container_pids_show(struct config_item *item, char *page)
{
	struct jf_container *c = to_jf_container(item);
	struct jf_pids_page list = { .page = page };

	jf_container_lock_reader(c);
	jf_members_walk(c, jf_pids_add, &list);
	jf_container_unlock_reader(c);
	return list.full ? -EFBIG : list.len;
}

static int jf_pids_set(struct jf_container *c, const char *text)
{
	int nr;

	if (kstrtoint(text, 10, &nr) || nr < 0)
		return -EINVAL;
	return jf_container_attach(c, nr);
}
JF_ATTR_STORE(pids)
CONFIGFS_ATTR(jf_container_, pids);

static ssize_t jf_container_nice_show(struct config_item *item, char *page)
{
	struct jf_container *c = to_jf_container(item);
	int nice;

	mutex_lock(&c->lock);
	nice = c->nice;
	mutex_unlock(&c->lock);
	if (nice == JF_NICE_INHERIT)
		return sprintf(page, "inherit\n");
	return sprintf(page, "%d\n", nice);
}

static int jf_nice_set(struct jf_container *c, const char *text)
{
	int nice;

	if (sysfs_streq(text, "inherit"))
		nice = JF_NICE_INHERIT;
	else if (kstrtoint(text, 10, &nice) || nice < MIN_NICE || nice > MAX_NICE)
		return -EINVAL;
	jf_container_set_nice(c, nice);
	return 0;
}
JF_ATTR_STORE(nice)
CONFIGFS_ATTR(jf_container_, nice);

/* Without members there is nothing to end, and that is no error: they may have ended just now. */
static int jf_end_set(struct jf_container *c, void (*end)(struct jf_container *c), const char *text)
{
	if (!sysfs_streq(text, "1"))
		return -EINVAL;
	mutex_lock(&c->lock);
	if (jf_container_running(c) && jf_members_count(c))
		end(c);
	mutex_unlock(&c->lock);
	return 0;
}

static int jf_stop_set(struct jf_container *c, const char *text)
{
	return jf_end_set(c, jf_act_stop, text);
}
JF_ATTR_STORE(stop)
CONFIGFS_ATTR_WO(jf_container_, stop);

static int jf_kill_set(struct jf_container *c, const char *text)
{
	return jf_end_set(c, jf_act_kill, text);
}
JF_ATTR_STORE(kill)
CONFIGFS_ATTR_WO(jf_container_, kill);

static struct configfs_attribute *jf_container_attrs[] = {
	&jf_container_attr_soft_limit,
	&jf_container_attr_hard_limit,
	&jf_container_attr_pids,
	&jf_container_attr_metric,
	&jf_container_attr_hard_action,
	&jf_container_attr_kill_scope,
	&jf_container_attr_soft_signal,
	&jf_container_attr_grace_ms,
	&jf_container_attr_forecast_ms,
	&jf_container_attr_nice,
	&jf_container_attr_stop,
	&jf_container_attr_kill,
	NULL,
};

static void jf_container_release(struct config_item *item)
{
	jf_container_free(to_jf_container(item));
}

static struct configfs_item_operations jf_container_item_ops = {
	.release = jf_container_release,
};

static const struct config_item_type jf_container_type = {
	.ct_item_ops = &jf_container_item_ops,
	.ct_attrs = jf_container_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *jf_configfs_make_group(struct config_group *parent, const char *name)
{
	struct jf_container *c;

	if (!jf_policy_name_ok(name))
		return ERR_PTR(-EINVAL);
	c = jf_container_make(name, &jf_container_type);
	return IS_ERR(c) ? ERR_CAST(c) : &c->group;
}

static void jf_configfs_drop_item(struct config_group *parent, struct config_item *item)
{
	jf_container_drop(to_jf_container(item));
	config_item_put(item);
}

static struct configfs_group_operations jf_configfs_group_ops = {
	.make_group = jf_configfs_make_group,
	.drop_item = jf_configfs_drop_item,
};

static const struct config_item_type jf_configfs_type = {
	.ct_group_ops = &jf_configfs_group_ops,
	.ct_owner = THIS_MODULE,
};

struct configfs_subsystem jf_configfs = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "jackfruit",
			.ci_type = &jf_configfs_type,
		},
	},
};

/**
 * jf_configfs_init() - make the control plane visible: from here on there can be containers
 *
 * Return: 0 or a negative errno.
 */
int jf_configfs_init(void)
{
	config_group_init(&jf_configfs.su_group);
	mutex_init(&jf_configfs.su_mutex);
	return configfs_register_subsystem(&jf_configfs);
}

/**
 * jf_configfs_exit() - take it away; directories that exist keep the module from getting here
 */
void jf_configfs_exit(void)
{
	configfs_unregister_subsystem(&jf_configfs);
}
