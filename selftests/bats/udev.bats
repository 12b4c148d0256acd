#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The udev rule and its handler, under a real systemd-udevd. Containers are made
# by hand: what is tested is the way from the kernel to the handler.

load lib

CONFIGFS=/sys/kernel/config/jackfruit
LOG=/var/log/jackfruit/udev-events

setup_file() {
	local source
	source=$(readlink -f "$BATS_TEST_DIRNAME/../../userspace/udev")
	mkdir -p /run/udev/rules.d
	sed "s|\"jackfruit-event\"|\"$source/jackfruit-event\"|" "$source/90-jackfruit.rules" \
		>/run/udev/rules.d/90-jackfruit.rules
	# one's own rule beside it, as the comment in the file shows it
	cat >/run/udev/rules.d/91-own.rules <<-EOF
		SUBSYSTEM=="jackfruit", ENV{JACKFRUIT_EVENT}=="kill", ENV{JACKFRUIT_CONTAINER}=="own", RUN+="/bin/touch $BATS_FILE_TMPDIR/own"
	EOF
	udevadm control --ping 2>/dev/null || /lib/systemd/systemd-udevd --daemon 3>&-
	udevadm control --reload
	modprobe jackfruit
}

teardown_file() {
	modprobe -r jackfruit
	udevadm control --exit
	rm -f /run/udev/rules.d/9[01]-*.rules "$LOG"
}

setup() {
	rm -f "$LOG"
}

teardown() {
	local dir
	for dir in "$CONFIGFS"/*/; do
		[[ -d $dir ]] || continue
		echo 1 >"$dir/kill" || true
		wait_until rmdir "$dir" 2>/dev/null
	done
}

tells() {
	grep -qE -- "$1" "$LOG" 2>/dev/null
}

# eater NAME HARD: a container whose one process eats memory without end.
eater() {
	mkdir "$CONFIGFS/$1"
	echo "$2" >"$CONFIGFS/$1/hard_limit"
	echo 8M >"$CONFIGFS/$1/soft_limit"
	sh -c 'read -r go; exec tail /dev/zero' < <(
		until [[ -n $(cat "$CONFIGFS/$1/pids") ]]; do sleep 0.05; done
		echo go
	) 3>&- &
	echo $! >"$CONFIGFS/$1/pids"
}

@test "soft limit, hard limit and kill each leave a line, in their order" {
	eater fat 24M
	wait_until tells 'container=fat event=kill'
	udevadm settle
	local rest event
	rest=$(<"$LOG")
	for event in soft hard kill; do
		[[ $rest == *"container=fat event=$event pid="* ]]
		rest=${rest#*"event=$event"}
	done
	tells 'event=hard pid=[0-9]+ comm=tail usage=[0-9]+ limit=25165824'
	# the number is that of the same event in debugfs
	local seq
	seq=$(sed -n 's/.*seq=\([0-9]*\) container=fat event=kill.*/\1/p' "$LOG")
	grep -q "^seq=$seq .*container=fat event=kill" /sys/kernel/debug/jackfruit/events
}

@test "a kill that was asked for is told, a start or an exit is not" {
	mkdir "$CONFIGFS/asked"
	sleep 100 3>&- &
	echo $! >"$CONFIGFS/asked/pids"
	echo 1 >"$CONFIGFS/asked/kill"
	wait_until tells 'container=asked event=kill'
	udevadm settle
	run ! grep -E 'event=(create|start|stop|exit|remove)' "$LOG"
}

@test "a rule of one's own for one container, as the comment shows it" {
	eater other 24M
	wait_until tells 'container=other event=kill'
	udevadm settle
	[ ! -e "$BATS_FILE_TMPDIR/own" ]
	eater own 24M
	wait_until test -e "$BATS_FILE_TMPDIR/own"
}

@test "ten containers at once: no kill goes untold" {
	local i
	for i in {1..10}; do
		eater "c$i" 10M
	done
	for i in {1..10}; do
		wait_until tells "container=c$i event=kill"
	done
}
