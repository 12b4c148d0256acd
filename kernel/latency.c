// SPDX-License-Identifier: GPL-2.0
/*
 * How long the module keeps others from running: its longest stretch with preemption or interrupts
 * off. A walk over members and a reader of page tables work on a fixed number of things at a time,
 * however many there are. Not so what asks the threads of a process, of which there is no lock to
 * let go: an attach, and what counts for them before 6.2. Nor the probe of an exit: the last
 * threads of a group look at all of its threads, and while children of members are sought, who has
 * any looks at all processes.
 */
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>

#include "jackfruit.h"

static atomic64_t jf_latency_max_ns;

/**
 * jf_latency_note() - a stretch with preemption or interrupts off is over
 * @begin: ktime_get_ns() at its begin
 *
 * Context: any; before preemption or interrupts are allowed again.
 */
void jf_latency_note(u64 begin)
{
	s64 took = ktime_get_ns() - begin;
	s64 most = atomic64_read(&jf_latency_max_ns);

	while (took > most && !atomic64_try_cmpxchg(&jf_latency_max_ns, &most, took))
		;
}

/**
 * jf_latency_show_stats() - its line of debugfs's stats
 * @m: where it goes
 */
void jf_latency_show_stats(struct seq_file *m)
{
	seq_printf(m, "atomic_max_us %llu\n",
		   div_u64(atomic64_read(&jf_latency_max_ns), NSEC_PER_USEC));
}
