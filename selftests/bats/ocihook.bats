#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf-oci-hook under real runtimes: crun, runc and podman.

load lib

setup() {
	modprobe jackfruit
	tools
	HOOK=${JFRUN%/*}/jf-oci-hook
	B=$BATS_TEST_TMPDIR
	JF=/sys/kernel/config/jackfruit
	CLASS=/sys/class/jackfruit
	make_rootfs "$B/rootfs"
	cd "$B" || return
	# crun shows nothing of what a hook writes to stderr: all of it is in syslog, too
	busybox syslogd -n -O "$B/messages" 3>&- &
	echo $! > "$B/syslogd"
	wait_until test -S /dev/log
}

teardown() {
	local name
	for name in one two; do
		crun delete -f "$name" 2> /dev/null || true
		runc delete -f "$name" 2> /dev/null || true
	done
	kill "$(< "$B/syslogd")"
	rm -f /dev/log
	for name in "$JF"/*/; do
		[ -d "$name" ] || continue
		echo 1 > "$name/kill"
		wait_until rmdir "$name" 2> /dev/null
	done
	rm -rf /run/jackfruit
}

# runc, which podman runs, too, wants to limit devices by BPF, whatever it is asked for; kernels of our own have not got that.
needs_device_cgroup() {
	stock_kernel || skip "this kernel has no cgroup for devices"
}

# bundle JQ-FILTER COMMAND [ARG...]: the bundle in the working directory; a filter of config.json adds
# what the test is about.
bundle() {
	local filter=$1
	shift
	rm -f config.json
	runc spec
	printf '%s\n' "$@" | jq -R . > args.json
	jq --arg hook "$HOOK" --slurpfile args args.json '.process.terminal = false |
		.process.args = $args | del(.linux.resources) |
		.hooks = { createRuntime: [{ path: $hook }], poststop: [{ path: $hook }] } |
		'"$filter" config.json > new.json
	mv new.json config.json
}

limits() {
	printf '.annotations = { "jackfruit.hard_limit": "%s", "jackfruit.soft_limit": "%s" }' "$1" "$2"
}

nothing_left() {
	! ls "$JF"/* "$CLASS"/* /run/jackfruit/* 2> /dev/null
}

# told TEXT: the hook said so to syslog.
told() {
	wait_until grep "jf-oci-hook: $1" "$B/messages" || { cat "$B/messages"; false; }
}

fills_memory() {
	bundle "$(limits 64M 48M)" tail /dev/zero
	run -137 "$1" run one
	wait_until grep -E 'jf-oci-hook: one: reason hard_limit, status 137: usage [0-9]+ was above hard_limit 67108864, most of it tail\[[0-9]+\]' "$B/messages"
	nothing_left
}

@test "the memory controller is off, as on the boards that this is for" {
	grep -E '^memory.*0$' /proc/cgroups
}

@test "crun: who fills memory is killed at the annotation's limit; the log says so; nothing is left" {
	fills_memory crun
}

@test "runc: who fills memory is killed at the annotation's limit; the log says so; nothing is left" {
	needs_device_cgroup
	fills_memory runc
}

is_member_before_its_program() {
	bundle '.annotations = { "jackfruit.hard_limit": "64M", "jackfruit.metric": "anon",
		"jackfruit.hard_action": "term", "jackfruit.kill_scope": "process",
		"jackfruit.soft_signal": "10", "jackfruit.grace_ms": "500",
		"jackfruit.forecast_ms": "2000", "jackfruit.nice": "5" }' \
		sh -c 'sleep 1000 & exec sleep 2000'
	"$1" create one < /dev/null > /dev/null 2>&1 3>&-
	run cat "$JF"/one/{hard_limit,soft_limit,metric,hard_action,kill_scope,soft_signal,grace_ms,forecast_ms,nice}
	[ "$output" = $'67108864\nmax\nanon\nterm\nprocess\n10\n500\n2000\n5' ]
	is "$CLASS/one/state" running
	is "$CLASS/one/pid" "$("$1" state one | jq .pid)"
	"$1" start one
	wait_until is "$CLASS/one/procs" 2
	# when it became a member it was still the runtime itself
	run -0 grep -o 'container=one event=start.*' /sys/kernel/debug/jackfruit/events
	[[ $output == *comm="$1"* ]]
	"$1" kill one KILL
	wait_until is "$CLASS/one/state" exited
	is "$CLASS/one/reason" signaled
	is "$CLASS/one/exit_status" 137
	wait_until stopped "$1"
	"$1" delete one
	nothing_left
}

stopped() {
	[ "$("$1" state one | jq -r .status)" = stopped ]
}

@test "crun: a member before its program runs, with all that can be asked for; delete removes it" {
	is_member_before_its_program crun
}

@test "runc: a member before its program runs, with all that can be asked for; delete removes it" {
	needs_device_cgroup
	is_member_before_its_program runc
}

refuses() {
	local runtime=$1 key value says
	while read -r key value says; do
		bundle ".annotations = { \"jackfruit.soft_limit\": \"1M\", \"$key\": \"$value\" }" echo it ran
		run "$runtime" run one
		[ "$status" -ne 0 ]
		[[ $output != *"it ran"* ]]
		[[ $runtime == crun || $output == *"jf-oci-hook: $says"* ]]
		told "$says"
		"$runtime" delete -f one 2> /dev/null || true
		nothing_left
	done <<- EOT
		jackfruit.hard_limit 64Q one: jackfruit.hard_limit '64Q' (annotation): Invalid argument: it takes bytes
		jackfruit.metric vsz one: jackfruit.metric 'vsz' (annotation): Invalid argument: it takes rss, anon or rss+swap
		jackfruit.hardlimit 64M annotation jackfruit.hardlimit: there is no such setting
		jackfruit.pids 1 annotation jackfruit.pids: there is no such setting
		jackfruit.name a/b annotation jackfruit.name 'a/b': not a container name
	EOT
}

@test "crun: an annotation that is wrong fails the start, names it, and leaves nothing" {
	refuses crun
}

@test "runc: an annotation that is wrong fails the start, names it, and leaves nothing" {
	needs_device_cgroup
	refuses runc
}

leaves_others_alone() {
	bundle "$(limits 64M max)" true
	mkdir "$JF/one"
	echo 12M > "$JF/one/hard_limit"
	run "$1" run one
	[ "$status" -ne 0 ]
	told "one: a container of that name is there already"
	is "$JF/one/hard_limit" 12582912
	[ ! -e /run/jackfruit/one ]
	"$1" delete -f one 2> /dev/null || true
	bundle "$(limits 64M max) | .annotations[\"jackfruit.name\"] = \"two\"" \
		sh -c 'exit 3'
	run -3 "$1" run one
	is "$JF/one/hard_limit" 12582912
	rmdir "$JF/one"
	nothing_left
}

@test "crun: a name that is taken fails the start and stays as it is; another name can be given" {
	leaves_others_alone crun
}

@test "runc: a name that is taken fails the start and stays as it is; another name can be given" {
	needs_device_cgroup
	leaves_others_alone runc
}

@test "jf-runc, called as for docker: a variable is the limit, the name is the ID that docker shows" {
	needs_device_cgroup
	local id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
	bundle 'del(.hooks) | .process.env += ["JACKFRUIT_HARD_LIMIT=64M"]' sleep 1000
	sed "s|@jfdir@|${HOOK%/*}|" "$BATS_TEST_DIRNAME/../../userspace/ocihook/jf-runc.in" > jf-runc
	chmod +x jf-runc
	docker_runs() {
		"$B/jf-runc" --root "$B/moby" --log "$B/log.json" --log-format json "$@"
	}
	docker_runs create --bundle "$B" --pid-file "$B/init.pid" $id < /dev/null > /dev/null 2>&1 3>&-
	is "$JF/0123456789ab/hard_limit" 67108864
	is "$CLASS/0123456789ab/pid" "$(< init.pid)"
	docker_runs start $id
	wait_until is "$CLASS/0123456789ab/procs" 1
	docker_runs kill $id 9
	wait_until is "$CLASS/0123456789ab/state" exited
	docker_runs delete --force $id
	nothing_left
}

@test "crun without cgroups: the limits of linux.resources.memory, where no annotation says otherwise" {
	bundle '.linux.resources.memory = { limit: 67108864, reservation: 33554432 }' sleep 1000
	crun --cgroup-manager=disabled run -d one < /dev/null > /dev/null 2>&1 3>&-
	is "$JF/one/hard_limit" 67108864
	is "$JF/one/soft_limit" 33554432
	crun delete -f one
	nothing_left
	bundle '.linux.resources.memory = { limit: -1, reservation: 33554432 } |
		.annotations = { "jackfruit.soft_limit": "8M" }' sleep 1000
	crun --cgroup-manager=disabled run -d one < /dev/null > /dev/null 2>&1 3>&-
	is "$JF/one/hard_limit" max
	is "$JF/one/soft_limit" 8388608
	crun delete -f one
	nothing_left
}

@test "a container that asks for nothing is left alone, also without the module" {
	needs_device_cgroup
	local runtime
	bundle . sh -c 'exit 4'
	rmmod jackfruit
	for runtime in crun runc; do
		run -4 "$runtime" run one
	done
	bundle "$(limits 64M 32M)" echo it ran
	for runtime in crun runc; do
		run "$runtime" run one
		[ "$status" -ne 0 ]
		[[ $output != *"it ran"* ]]
		told "one: the kernel module jackfruit is not loaded"
		"$runtime" delete -f one 2> /dev/null || true
	done
	[ ! -e /run/jackfruit/one ]
}

@test "members that outlive the runtime's container keep their limits, and are told of" {
	bundle "$(limits 64M 32M) | .linux.namespaces |= map(select(.type != \"pid\"))" \
		sh -c 'setsid sleep 1000 & exec sleep 2000'
	crun --cgroup-manager=disabled run -d one < /dev/null > /dev/null 2>&1 3>&-
	wait_until is "$CLASS/one/procs" 2
	crun --cgroup-manager=disabled kill one KILL
	wait_until is "$CLASS/one/procs" 1
	crun --cgroup-manager=disabled delete one
	told "one: not removed, its limits still hold: Device or resource busy: it has members that outlived"
	is "$CLASS/one/enforcing" yes
	echo 1 > "$JF/one/kill"
	wait_until is "$CLASS/one/state" killed
}

@test "jf lists, stops and removes a runtime's container like its own" {
	bundle "$(limits 64M 32M)" sleep 1000
	crun run -d one < /dev/null > /dev/null 2>&1 3>&-
	run -0 "$BATS_TEST_DIRNAME/../../userspace/jf/jf" ps
	[[ ${lines[1]} =~ ^one\ +running\ .*\ 32M\ +64M\ .*\[sleep\] ]]
	# PID 1 of a PID namespace does not hear SIGTERM
	"$BATS_TEST_DIRNAME/../../userspace/jf/jf" stop -t 0 one
	is "$CLASS/one/reason" stopped
	wait_until stopped crun
	"$BATS_TEST_DIRNAME/../../userspace/jf/jf" rm one
	nothing_left
	crun delete one
}

# podman as far as it goes in a guest: its storage in memory, a root file system without an image
in_podman() {
	mkdir -p hooks
	sed "s|@jfdir@|${HOOK%/*}|" "$BATS_TEST_DIRNAME/../../userspace/ocihook/jackfruit.json.in" > hooks/jackfruit.json
	podman --storage-driver=vfs --root "$B/storage" --runroot "$B/run" --tmpdir "$B/tmp" \
		--cgroup-manager=cgroupfs --events-backend=none --hooks-dir "$B/hooks" "$@" 3>&-
}

run_in_podman() {
	in_podman run --log-driver=none --network=host --rootfs "$@"
}

@test "podman: an annotation brings the hook; who fills memory is killed at its limit" {
	needs_device_cgroup
	run -137 run_in_podman --rm --annotation jackfruit.hard_limit=64M --annotation jackfruit.name=one \
		"$B/rootfs" tail /dev/zero
	wait_until grep -E 'jf-oci-hook: one: reason hard_limit, status 137: usage' "$B/messages"
	nothing_left
	# a container without an annotation is none of the hook's
	[ "$(run_in_podman --rm "$B/rootfs" echo fine)" = fine ]
	run run_in_podman --rm --annotation jackfruit.hard_limit=64Q "$B/rootfs" echo it ran
	[ "$status" -ne 0 ]
	[[ $output != *"it ran"* ]]
	told "[0-9a-f]*: jackfruit.hard_limit '64Q'"
	nothing_left
}

@test "podman without cgroups: -m is the hard limit; the name is the ID that podman shows" {
	needs_device_cgroup
	local id
	# crun cannot do it with cgroups, for lack of the controller
	run -127 run_in_podman --rm -m 64m "$B/rootfs" true
	id=$(run_in_podman -d --cgroups=disabled -m 64m --annotation jackfruit.metric=rss "$B/rootfs" sleep 1000)
	is "$JF/${id:0:12}/hard_limit" 67108864
	is "$CLASS/${id:0:12}/procs" 1
	in_podman rm -f -t 0 "$id"
	nothing_left
}
