#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The units under a real systemd: PID 1 of a PID namespace, with our units and the few that they need.

load lib

setup() {
	modprobe jackfruit
	B=$BATS_TEST_TMPDIR
	CLASS=/sys/class/jackfruit
	mkdir -p "$B"/{etc,conf,units,generators}
	make -s -C "$BATS_TEST_DIRNAME/../../userspace" install prefix="$B/usr" unitdir="$B/units" \
		generatordir="$B/generators" udevdir="$B/udev" hooksdir="$B/hooks" \
		modprobedir="$B/modprobe.d" modulesloaddir="$B/modules-load.d" tmpfilesdir="$B/tmpfiles.d"
	cp /lib/systemd/system/{sysinit,basic,shutdown,multi-user,timers}.target /lib/systemd/system/{-.slice,system.slice} \
		/lib/systemd/system/modprobe@.service "$B/units" 2> /dev/null || true
	# the rest of the system is none of this test's
	printf '[Unit]\nDefaultDependencies=no\n' | tee "$B"/units/{sysinit,basic}.target > /dev/null
}

teardown() {
	local name
	[ -z "${MANAGER-}" ] || kill -9 "$MANAGER"
	for name in /sys/kernel/config/jackfruit/*/; do
		[ -d "$name" ] || continue
		echo 1 > "$name/kill"
		wait_until rmdir "$name" 2> /dev/null
	done
	# the next test's counters begin at 0
	wait_until rmmod jackfruit 2> /dev/null
}

# boot UNIT: systemd, with what $B has in the places of its own; $MANAGER is its PID
boot() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare --fork --pid --mount --cgroup sh -c 'mount -t proc proc /proc && mount -t tmpfs tmpfs /run &&
		mkdir -p /etc/jackfruit /run/lock && mount --bind "$1/conf" /etc/jackfruit &&
		mount --bind "$1/units" /usr/lib/systemd/system && mount --bind "$1/etc" /etc/systemd/system &&
		mount --bind "$1/generators" /usr/lib/systemd/system-generators &&
		exec env -i PATH=/usr/sbin:/usr/bin container=jackfruit /lib/systemd/systemd --system \
			--unit="$2" --show-status=0 --log-target=console --log-level=info' - "$B" "$1" \
		> "$B/log" 2>&1 < /dev/null 3>&- &
	wait_until manager $!
}

manager() {
	MANAGER=$(pgrep -P "$1" -x systemd)
}

systemctl() {
	nsenter -t "$MANAGER" -m -p systemctl "$@" 3>&-
}

unit() {
	printf '%s\n' '[Service]' "${@:2}" > "$B/etc/$1.service"
}

@test "limits at boot; a service that a file names is a member, and is killed at its limit" {
	printf '%s\n' hard_limit=64M unit=hog.service > "$B/conf/hog.conf"
	echo soft_limit=8M > "$B/conf/other.conf"
	unit hog 'ExecStart=/usr/bin/tail /dev/zero'
	boot hog.service
	wait_until is "$CLASS/hog/reason" hard_limit || { cat "$B/log"; false; }
	is /sys/kernel/config/jackfruit/hog/hard_limit 67108864
	is /sys/kernel/config/jackfruit/other/soft_limit 8388608
	wait_until is_result hog signal
	# started again it is one again
	echo soft_limit=9M > "$B/conf/other.conf"
	unit hog 'ExecStart=/usr/bin/sleep 1000'
	systemctl daemon-reload
	systemctl reload jackfruit-limits
	is /sys/kernel/config/jackfruit/other/soft_limit 9437184
	systemctl start hog
	is "$CLASS/hog/state" running
	is "$CLASS/hog/procs" 1
	systemctl stop hog
	wait_until is "$CLASS/hog/reason" signaled
}

is_result() {
	[ "$(systemctl show -P Result "$1")" = "$2" ]
}

@test "a service whose file is wrong does not start: nothing runs without its limits" {
	printf '%s\n' hard_limit=64 colour=red unit=wrong.service > "$B/conf/wrong.conf"
	unit wrong 'ExecStart=/usr/bin/sleep 1000'
	echo hard_limit=64M > "$B/conf/right.conf"
	boot jackfruit-limits.service
	wait_until is /sys/kernel/config/jackfruit/right/hard_limit 67108864 || { cat "$B/log"; false; }
	run systemctl start wrong
	[ "$status" -ne 0 ]
	[ ! -e "$CLASS/wrong" ]
	printf '%s\n' hard_limit=64M unit=wrong.service > "$B/conf/wrong.conf"
	systemctl start wrong
	is "$CLASS/wrong/state" running
	is /sys/kernel/config/jackfruit/wrong/hard_limit 67108864
	systemctl stop wrong
}

@test "the drop-in of the guide; a service that cannot be attached does not start" {
	unit db 'ExecStart=/usr/bin/sleep 1000' "ExecStartPost=+$B/usr/bin/jf attach --soft 20M --hard 25M db \$MAINPID"
	boot db.service
	wait_until is "$CLASS/db/state" running || { cat "$B/log"; false; }
	is /sys/kernel/config/jackfruit/db/hard_limit 26214400
	unit bad 'ExecStart=/usr/bin/sleep 1000' "ExecStartPost=+$B/usr/bin/jf attach --hard 0 bad \$MAINPID"
	systemctl daemon-reload
	run systemctl start bad
	[ "$status" -ne 0 ]
	[ ! -e "$CLASS/bad" ]
	systemctl stop db
}

@test "the metrics come by the timer" {
	local file=/var/lib/prometheus/node-exporter/jackfruit.prom
	local promtool=${JF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jackfruit}/promtool
	mkdir -p "${file%/*}" /sys/kernel/config/jackfruit/web
	echo 8M > /sys/kernel/config/jackfruit/web/hard_limit
	sh -c 'echo 0 > /sys/kernel/config/jackfruit/web/pids; exec tail /dev/zero' || true
	wait_until is "$CLASS/web/state" killed
	ln -s "$B/units/jackfruit-metrics.timer" "$B/etc/"
	boot jackfruit-metrics.timer
	wait_until grep -q '^jackfruit_module_loaded 1' "$file" || { cat "$B/log"; false; }
	[ "$(stat -c %a "$file")" = 644 ]
	grep -x 'jackfruit_container_info{container="web",state="killed",reason="hard_limit",metric="rss",hard_action="kill"} 1' "$file"
	grep -x 'jackfruit_container_hard_limit_bytes{container="web"} 8388608' "$file"
	grep -x 'jackfruit_container_events_total{container="web",event="kill"} 1' "$file"
	grep -x 'jackfruit_kills_total{reason="hard_limit"} 1' "$file"
	[ ! -x "$promtool" ] || "$promtool" check metrics < "$file"
	rm "$file"
}
