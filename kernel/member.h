/* SPDX-License-Identifier: GPL-2.0 */
/* The probes that keep the members up to date; probe.c attaches them. */
#ifndef JACKFRUIT_MEMBER_H
#define JACKFRUIT_MEMBER_H

struct kernel_siginfo;
struct linux_binprm;
struct task_struct;

void jf_member_probe_fork(void *data, struct task_struct *parent, struct task_struct *child);
void jf_member_probe_exec(void *data, struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm);
void jf_member_probe_exit(void *data, struct task_struct *p);
void jf_member_probe_signal(void *data, int sig, struct kernel_siginfo *info, struct task_struct *p, int group,
			    int result);

#endif /* JACKFRUIT_MEMBER_H */
