/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints of jackfruit itself, for perf, trace-cmd and bpftrace. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM jackfruit

#if !defined(JACKFRUIT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define JACKFRUIT_TRACE_H

#include <linux/tracepoint.h>

/* every line of debugfs's events; type is its name */
TRACE_EVENT(jf_event,

	TP_PROTO(u64 seq, const char *container, const char *type, pid_t pid, u64 usage,
		 u64 limit),

	TP_ARGS(seq, container, type, pid, usage, limit),

	TP_STRUCT__entry(
		__field(u64, seq)
		__field(u64, usage)
		__field(u64, limit)
		__field(pid_t, pid)
		__array(char, container, 64)
		__array(char, type, 12)
	),

	TP_fast_assign(
		__entry->seq = seq;
		__entry->usage = usage;
		__entry->limit = limit;
		__entry->pid = pid;
		strscpy(__entry->container, container, sizeof(__entry->container));
		strscpy(__entry->type, type, sizeof(__entry->type));
	),

	TP_printk("seq=%llu container=%s event=%s pid=%d usage=%llu limit=%llu", __entry->seq,
		  __entry->container, __entry->type, __entry->pid, __entry->usage, __entry->limit)
);

/* a look at a container's usage, how long it took, and when the next one will be, microseconds */
TRACE_EVENT(jf_look,

	TP_PROTO(const char *container, u64 usage, u64 took_us, u64 next_us),

	TP_ARGS(container, usage, took_us, next_us),

	TP_STRUCT__entry(
		__field(u64, usage)
		__field(u64, took_us)
		__field(u64, next_us)
		__array(char, container, 64)
	),

	TP_fast_assign(
		__entry->usage = usage;
		__entry->took_us = took_us;
		__entry->next_us = next_us;
		strscpy(__entry->container, container, sizeof(__entry->container));
	),

	TP_printk("container=%s usage=%llu took_us=%llu next_us=%lld", __entry->container,
		  __entry->usage, __entry->took_us, (s64)__entry->next_us)
);

DECLARE_EVENT_CLASS(jf_member,

	TP_PROTO(const char *container, pid_t pid),

	TP_ARGS(container, pid),

	TP_STRUCT__entry(
		__field(pid_t, pid)
		__array(char, container, 64)
	),

	TP_fast_assign(
		__entry->pid = pid;
		strscpy(__entry->container, container, sizeof(__entry->container));
	),

	TP_printk("container=%s pid=%d", __entry->container, __entry->pid)
);

/* a process has become a member */
DEFINE_EVENT(jf_member, jf_join,
	TP_PROTO(const char *container, pid_t pid),
	TP_ARGS(container, pid)
);

/* a member's last thread is gone */
DEFINE_EVENT(jf_member, jf_leave,
	TP_PROTO(const char *container, pid_t pid),
	TP_ARGS(container, pid)
);

#endif /* JACKFRUIT_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
