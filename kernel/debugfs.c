// SPDX-License-Identifier: GPL-2.0
/*
 * What has happened and how the module is doing:
 * /sys/kernel/debug/jackfruit/{events,members,stats}.
 *
 * events is a file that can be followed: a read gives one line, as /dev/kmsg does, oldest first,
 * ends at the newest, and goes on from there when there is more; poll() waits for that. Each open
 * file has its own position; writing N to it makes it go on with what came after event N. (Not by
 * seeking: head and tail would take event numbers for bytes.)
 *
 * Locking: reader->lock makes a read and the position one step for those who share an open file.
 */
#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "jackfruit.h"

/* the longest line: all numbers at their widest, name and comm at theirs */
#define JF_EVENT_LINE 512

/**
 * struct jf_event_reader - an open events file
 * @lock: protects the rest
 * @after: number of the event that @line holds, or of the last one that was read or written
 * @line: what is left to be read of one line
 * @start: where in @line
 * @end: where in @line it ends
 */
struct jf_event_reader {
	struct mutex lock; /* see above */
	u64 after;
	size_t start;
	size_t end;
	char line[JF_EVENT_LINE];
};

static struct dentry *jf_debugfs;

static size_t jf_event_format(char *line, size_t size, const struct jf_event *event)
{
	s64 us = ktime_to_us(event->time);
	u32 rest;
	u64 sec = div_u64_rem(us, USEC_PER_SEC, &rest);
	size_t len;

	len = scnprintf(line, size, "seq=%llu time=%llu.%06u container=%s event=%s", event->seq,
			sec, rest, event->container, jf_event_name(event->type));
	if (event->pid)
		len += scnprintf(line + len, size - len, " pid=%d", event->pid);
	if (event->comm[0])
		len += scnprintf(line + len, size - len, " comm=%s", event->comm);
	if (event->has_usage)
		len += scnprintf(line + len, size - len, " usage=%llu limit=%llu", event->usage,
				 event->limit);
	if (event->type == JF_EVENT_FORECAST)
		len += scnprintf(line + len, size - len, " forecast_ms=%llu", event->forecast_ms);
	if (event->sender_comm[0])
		len += scnprintf(line + len, size - len, " sender=%d sender_comm=%s", event->sender,
				 event->sender_comm);
	if (event->reason != JF_REASON_NONE)
		len += scnprintf(line + len, size - len, " reason=%s",
				 jf_reason_name(event->reason));
	if (event->status >= 0)
		len += scnprintf(line + len, size - len, " status=%d", event->status);
	len += scnprintf(line + len, size - len, "\n");
	return len;
}

/*
 * Get the next line; how many events were overwritten since the last one that this reader has seen
 * is one of its own.
 */
static bool jf_event_next_line(struct jf_event_reader *reader)
{
	struct jf_event event;

	if (reader->start < reader->end)
		return true;
	if (!jf_event_read(reader->after, &event))
		return false;
	reader->start = 0;
	if (event.seq > reader->after + 1) {
		reader->end = scnprintf(reader->line, sizeof(reader->line), "lost=%llu\n",
					event.seq - reader->after - 1);
		reader->after = event.seq - 1;
	} else {
		reader->end = jf_event_format(reader->line, sizeof(reader->line), &event);
		reader->after = event.seq;
	}
	return true;
}

static ssize_t jf_events_file_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct jf_event_reader *reader = file->private_data;
	ssize_t done = 0;

	mutex_lock(&reader->lock);
	if (jf_event_next_line(reader)) {
		done = min(size, reader->end - reader->start);
		if (copy_to_user(buf, reader->line + reader->start, done))
			done = -EFAULT;
		else
			reader->start += done;
	}
	mutex_unlock(&reader->lock);
	return done;
}

/* A number that is written is the event to go on after. */
static ssize_t jf_events_file_write(struct file *file, const char __user *buf, size_t size,
				    loff_t *pos)
{
	struct jf_event_reader *reader = file->private_data;
	char text[24]; /* the digits of a u64 and a newline */
	u64 after;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, size))
		return -EFAULT;
	text[size] = '\0';
	if (strlen(text) != size || kstrtou64(text, 10, &after) || after > jf_event_last())
		return -EINVAL;
	mutex_lock(&reader->lock);
	reader->after = after;
	reader->start = 0;
	reader->end = 0;
	mutex_unlock(&reader->lock);
	return size;
}

static __poll_t jf_events_file_poll(struct file *file, poll_table *wait)
{
	struct jf_event_reader *reader = file->private_data;
	bool more;

	poll_wait(file, &jf_event_wait, wait);
	mutex_lock(&reader->lock);
	more = reader->start < reader->end || reader->after < jf_event_last();
	mutex_unlock(&reader->lock);
	return more ? EPOLLIN | EPOLLRDNORM : 0;
}

static int jf_events_file_open(struct inode *inode, struct file *file)
{
	struct jf_event_reader *reader;

	reader = kzalloc(sizeof(*reader), GFP_KERNEL);
	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	file->private_data = reader;
	return 0;
}

static int jf_events_file_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations jf_events_fops = {
	.owner = THIS_MODULE,
	.open = jf_events_file_open,
	.read = jf_events_file_read,
	.write = jf_events_file_write,
	.llseek = noop_llseek, /* head seeks by nothing after it, and complains if it must not */
	.poll = jf_events_file_poll,
	.release = jf_events_file_release,
};

struct jf_members_file {
	struct seq_file *m;
	struct jf_container *c;
};

static void jf_members_file_line(const struct jf_member_ref *ref, void *data)
{
	struct jf_members_file *file = data;
	char comm[JF_COMM_SIZE] = "";
	struct task_struct *p;

	if (ref->gone)
		return;
	rcu_read_lock();
	p = pid_task(ref->pid, PIDTYPE_TGID);
	if (p)
		jf_event_escape(comm, p->comm);
	rcu_read_unlock();
	seq_printf(file->m, "%s %d %llu %s\n", file->c->name, pid_vnr(ref->pid),
		   ref->counted ? jf_usage_member(ref, file->c->metric) : 0, comm);
}

static int jf_members_show(struct seq_file *m, void *unused)
{
	struct jf_members_file file = { .m = m };

	mutex_lock(&jf_containers_lock);
	list_for_each_entry(file.c, &jf_containers, node) {
		mutex_lock(&file.c->lock);
		jf_members_walk(file.c, jf_members_file_line, &file);
		mutex_unlock(&file.c->lock);
	}
	mutex_unlock(&jf_containers_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(jf_members);

static int jf_stats_show(struct seq_file *m, void *unused)
{
	unsigned int containers = 0, members = 0;
	struct jf_container *c;

	mutex_lock(&jf_containers_lock);
	list_for_each_entry(c, &jf_containers, node) {
		containers++;
		members += jf_members_count(c);
	}
	mutex_unlock(&jf_containers_lock);
	seq_printf(m, "containers %u\n", containers);
	seq_printf(m, "members %u\n", members);
	jf_member_show_stats(m);
	seq_printf(m, "probes %s\n", jf_probe_attached() ? "on" : "off");
	jf_scan_show_stats(m);
	jf_act_show_stats(m);
	jf_fault_show_stats(m);
	jf_footprint_show_stats(m);
	jf_latency_show_stats(m);
	seq_printf(m, "events %llu\n", jf_event_last());
	seq_printf(m, "uevents_lost %llu\n", jf_uevent_lost());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(jf_stats);

/**
 * jf_debugfs_init() - make the files; nothing depends on them, so a kernel without debugfs is no
 * error
 */
void jf_debugfs_init(void)
{
	jf_debugfs = debugfs_create_dir("jackfruit", NULL);
	debugfs_create_file("events", 0600, jf_debugfs, NULL, &jf_events_fops);
	debugfs_create_file("members", 0400, jf_debugfs, NULL, &jf_members_fops);
	debugfs_create_file("stats", 0400, jf_debugfs, NULL, &jf_stats_fops);
}

/**
 * jf_debugfs_exit() - remove the files; waits for reads under way
 */
void jf_debugfs_exit(void)
{
	debugfs_remove(jf_debugfs);
}
