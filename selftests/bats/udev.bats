#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The udev rules and their handlers, under a real systemd-udevd. Containers are
# made by hand where jf has no part in it: what is tested is the way from the
# kernel to the handler.

load jf-lib

ETC=/etc/jackfruit
LOG=/var/log/jackfruit/udev-events

setup_file() {
	local source
	source=$(readlink -f "$BATS_TEST_DIRNAME/../../userspace/udev")
	mkdir -p /run/udev/rules.d
	sed "s|\"\(jackfruit-[a-z]*\)\"|\"$source/\1\"|" "$source/90-jackfruit.rules" \
		>/run/udev/rules.d/90-jackfruit.rules
	# one's own rule beside it, as the comment in the file shows it
	cat >/run/udev/rules.d/91-own.rules <<-EOF
		SUBSYSTEM=="jackfruit", ENV{JACKFRUIT_EVENT}=="kill", ENV{JACKFRUIT_CONTAINER}=="own", RUN+="/bin/touch $BATS_FILE_TMPDIR/own"
	EOF
	# the example with a unit, word for word from the comment
	sed -n 's/^#   \(SUBSYSTEM.*systemd.*\|SUBSYSTEM.*SYSTEMD_WANTS.*\)/\1/p' \
		"$source/90-jackfruit.rules" >/run/udev/rules.d/92-unit.rules
	# udev gives its programs no PATH: jf is where `make install` puts it
	ln -sf "$JF_SOURCE" "$(command -v jfrun)" "$(command -v jflog)" /usr/local/bin
	udevadm control --ping 2>/dev/null || /lib/systemd/systemd-udevd --daemon 3>&-
	udevadm control --reload
	modprobe jackfruit
}

teardown_file() {
	wait_until modprobe -r jackfruit
	udevadm control --exit
	rm -f /run/udev/rules.d/9[012]-*.rules /usr/local/bin/{jf,jfrun,jflog} "$LOG"
}

setup() {
	rm -f "$LOG"
	mkdir -p "$ETC"
}

teardown() {
	local dir
	rm -rf "$ETC"
	[[ -z ${MONITOR-} ]] || kill "$MONITOR"
	# the opt-in is gone: nothing is started again behind our back
	jf_teardown
	wait_until no_restart_waits
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

# joins NAME COMMAND...: runs COMMAND as a member of this container.
joins() {
	local pids=$CONFIGFS/$1/pids
	shift
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'echo $$ >"$0" && exec "$@"' "$pids" "$@" >/dev/null 2>&1 3>&- &
}

# hook NAME: an executable in hooks.d, its text from stdin
hook() {
	mkdir -p "$ETC/hooks.d"
	cat >"$ETC/hooks.d/$1"
	chmod +x "$ETC/hooks.d/$1"
}

# opt_in KIND NAME VALUE
opt_in() {
	mkdir -p "$ETC/$1.d"
	echo "$3" >"$ETC/$1.d/$2"
}

# twice FILE TEXT: in two lines of it
twice() {
	[ "$(grep -cF -- "$2" "$1")" -eq 2 ]
}

no_restart_waits() {
	! pgrep -f udev/jackfruit-restart >/dev/null
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

@test "hook: each executable in hooks.d gets each event as a mail" {
	local box=$BATS_TEST_TMPDIR
	hook broken <<-'EOF'
		#!/bin/sh
		exit 1
	EOF
	hook mail <<-EOF
		#!/bin/sh
		cat >"$box/part" && mv "$box/part" "$box/\$JACKFRUIT_EVENT"
	EOF
	hook off </dev/null
	chmod -x "$ETC/hooks.d/off"
	eater fat 24M
	wait_until test -e "$box/exit"
	[ -e "$box/soft" ] && [ -e "$box/hard" ]
	mapfile -t lines <"$box/kill"
	[ "${lines[0]}" = 'Subject: jackfruit: fat: kill (hard_limit)' ]
	[ -z "${lines[1]}" ]
	grep -qx 'JACKFRUIT_CONTAINER=fat' "$box/kill"
	grep -qx 'JACKFRUIT_LIMIT=25165824' "$box/hard"
	grep -qx 'JACKFRUIT_COMM=tail' "$box/hard"
}

@test "hook: one that hangs is ended, and the next events come" {
	hook hangs <<-EOF
		#!/bin/sh
		echo "\$JACKFRUIT_EVENT" >>"$BATS_TEST_TMPDIR/seen"
		[ "\$JACKFRUIT_EVENT" != kill ] || exec sleep 1000
	EOF
	mkdir "$CONFIGFS/slow"
	joins slow sleep 100
	wait_until status_is slow state running
	echo 1 >"$CONFIGFS/slow/kill"
	wait_until holds "$BATS_TEST_TMPDIR/seen" exit
	run -0 cat "$BATS_TEST_TMPDIR/seen"
	[ "$output" = $'kill\nexit' ]
}

@test "raise: both limits by a quarter until the usage has room, up to the ceiling" {
	opt_in raise grows 64M
	mkdir "$CONFIGFS/grows" "$CONFIGFS/other"
	for name in grows other; do
		echo 24M >"$CONFIGFS/$name/hard_limit"
		echo 8M >"$CONFIGFS/$name/soft_limit"
		joins "$name" busybox dd if=/dev/zero of=/dev/null bs=12M
	done
	wait_until tells 'container=grows raise=yes soft_limit=16384000 hard_limit=49152000'
	is "$CONFIGFS/grows/soft_limit" 16384000
	is "$CONFIGFS/grows/hard_limit" 49152000
	# the next crossing is told, and answered, too
	joins grows busybox dd if=/dev/zero of=/dev/null bs=12M
	wait_until tells 'container=grows raise=yes .* hard_limit=67108864 ceiling=67108864'
	is "$CONFIGFS/grows/hard_limit" 67108864
	status_is grows state running
	# nobody asked for it
	wait_until tells 'container=other event=soft'
	udevadm settle
	is "$CONFIGFS/other/soft_limit" 8388608
	is "$CONFIGFS/other/hard_limit" 25165824
}

@test "raise: at the ceiling, or with a ceiling that is none, the limits stay" {
	opt_in raise full 24M
	opt_in raise typo 64X
	mkdir "$CONFIGFS/full" "$CONFIGFS/typo"
	for name in full typo; do
		echo 24M >"$CONFIGFS/$name/hard_limit"
		echo 8M >"$CONFIGFS/$name/soft_limit"
		joins "$name" busybox dd if=/dev/zero of=/dev/null bs=12M
	done
	wait_until tells 'container=full raise=no, at the ceiling hard_limit=25165824'
	wait_until tells "container=typo raise=failed.*'64X' is not a size"
	for name in full typo; do
		is "$CONFIGFS/$name/hard_limit" 25165824
		is "$CONFIGFS/$name/soft_limit" 8388608
	done
}

@test "restart: one that failed runs again, as it was, and its log goes on" {
	jf_setup
	opt_in restart once 3
	jf start --soft 10M --hard 20M --nice 5 once "$R" -- sh -c '
		printf "<%s>" "$@"; echo
		[ ! -e /etc/been ] || exec sleep 1000
		touch /etc/been; exit 3' sh 'a  b' '' "it's"
	wait_until tells 'container=once restart=1/3 in=1s'
	wait_until status_is once state running
	is "$CONFIGFS/once/soft_limit" 10485760
	is "$CONFIGFS/once/hard_limit" 20971520
	is "$CONFIGFS/once/nice" 5
	wait_until twice /var/log/jackfruit/once.log "<a  b><><it's>"
	run -0 jf logs once
	[ "$output" = "<a  b><><it's>" ]
	run ! tells 'restart=2'
}

@test "restart: after the hard limit, later each time, and no more than was asked for" {
	jf_setup
	opt_in restart hungry 2
	jf start --soft 8M --hard 24M hungry "$R" -- sh -c 'echo life; exec tail /dev/zero'
	wait_until tells 'container=hungry restart=given up after 2'
	[ "$(grep -c life /var/log/jackfruit/hungry.log)" -eq 3 ]
	run -0 sed -n 's/.*container=hungry restart=//p' "$LOG"
	[ "$output" = $'1/2 in=1s\n2/2 in=2s\ngiven up after 2' ]
	status_is hungry state killed
	status_is hungry reason hard_limit
}

@test "restart: udev is not kept waiting, and jf rm has the last word" {
	jf_setup
	opt_in restart gone 9
	jf start gone "$R" -- false
	wait_until tells 'container=gone restart=3/9 in=4s'
	udevadm settle --timeout=3
	run ! no_restart_waits
	jf rm gone
	wait_until no_restart_waits
	nothing_left gone
	[ ! -e /run/jackfruit-restart/gone ]
	run ! tells 'restart=(4|failed|given)'
}

@test "restart: not after jf stop, jf kill or status 0, and not unasked" {
	jf_setup
	local name
	for name in stopped killed fine unasked; do
		make_rootfs "$R-$name"
		[ "$name" = unasked ] || opt_in restart "$name" 5
	done
	jf start stopped "$R-stopped" -- sleep 1000
	jf start killed "$R-killed" -- sleep 1000
	jf start fine "$R-fine" -- true
	jf start unasked "$R-unasked" -- false
	jf stop -t 1 stopped
	jf kill killed
	wait_until status_is fine state exited
	wait_until status_is unasked state exited
	udevadm settle
	run ! tells 'restart='
	no_restart_waits
	for name in stopped killed fine unasked; do
		[ ! -e "/run/jackfruit-restart/$name" ]
	done
}

@test "a unit for long work, as the comment shows it: udev names it to systemd" {
	udevadm monitor --udev --property --subsystem-match=jackfruit \
		>"$BATS_TEST_TMPDIR/seen" 3>&- &
	MONITOR=$!
	wait_until holds "$BATS_TEST_TMPDIR/seen" 'UDEV - the event'
	mkdir "$CONFIGFS/web"
	joins web sleep 100
	wait_until status_is web state running
	echo 1 >"$CONFIGFS/web/kill"
	seq=$(sed -n 's/^seq //p' /sys/class/jackfruit/web/last_kill)
	wait_until holds "$BATS_TEST_TMPDIR/seen" "SYSTEMD_WANTS=page@web:$seq.service"
	holds "$BATS_TEST_TMPDIR/seen" 'TAGS=:systemd:'
}
