# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the experiments' guest scripts share. Sourced by bash, in the VM, with the project as working directory.
set -euo pipefail
# in memory: reading the machine that runs the VM takes none of the guest's time, or much, where that is counted
bin=/run/experiments-bin
mkdir -p "$bin"
cp build/experiments/bin/* "$bin/"
configfs=/sys/kernel/config/jackfruit
class=/sys/class/jackfruit
roots=/run/experiments
# shellcheck disable=SC2034 # for those who source this
# where results go: shared with the machine that runs the VM
out=/run/share

# Without this each session is a group of its own for the scheduler, and nice counts within one only.
autogroup()
{
	echo "$1" > /proc/sys/kernel/sched_autogroup_enabled
}

# start NAME CPUS PROGRAM [ARG...]: a container whose root holds nothing but the workloads, on these
# CPUs. Options for jfrun in $options. Returns when the program runs, or has run already.
options=()
start()
{
	local name=$1 cpus=$2 program=$3 ready=$roots/$1.ready said

	shift 3
	mkdir -p "$roots/$name"
	cp "$bin"/* "$roots/$name/"
	mkfifo "$ready"
	taskset -c "$cpus" jfrun --ready-fd 9 --hard 64M "${options[@]}" "$name" "$roots/$name" -- "/$program" "$@" \
		9> "$ready" &
	read -r said < "$ready" || true
	rm "$ready"
	[[ $said == "ready "* ]] || { echo "$name does not start: $said" >&2; exit 1; }
}

# pid NAME: of its first process
pid()
{
	cat "$class/$1/pid"
}

# put NAME FILE VALUE
put()
{
	echo "$3" > "$configfs/$1/$2"
}

# finished NAME: wait until it has ended, five minutes at most
finished()
{
	local tries=0

	while [ "$(cat "$class/$1/state")" = running ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 1500 ] || { echo "$1 does not end" >&2; exit 1; }
		sleep 0.2
	done
}

# stop NAME...: kill and remove them
stop()
{
	local name

	for name; do
		put "$name" kill 1
		finished "$name"
		until rmdir "$configfs/$name" 2>/dev/null; do sleep 0.05; done
		rm -rf "${roots:?}/$name"
	done
}

# the count of a cpu_hog
count()
{
	od -An -t u8 "$roots/$1/count" | tr -d ' '
}

modprobe jackfruit
autogroup 0
