# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the benchmarks' guest scripts share. Sourced by bash, in the VM, with the project as working directory.
set -euo pipefail
# In memory: the last one who closes a file of the machine that runs the VM waits for an answer, which
# takes a worker thread, and so could not die beside real-time processes on every CPU.
bin=/run/bench
cp -r build/bench/bin "$bin"
# shellcheck disable=SC2034 # for those who source this
configfs=/sys/kernel/config/jackfruit
# shellcheck disable=SC2034 # for those who source this
# where results go: shared with the machine that runs the VM
out=/run/share

# The console is a slow serial line: nothing but what is urgent, or the memory controller would be
# charged with the writing of its reports. What is in the kernel's log is shown at the end.
quiet()
{
	echo 1 > /proc/sys/kernel/printk
	trap 'dmesg | grep -E "BUG:|WARNING:|INFO: (task|rcu)|soft lockup" >&2 || true' EXIT
}
