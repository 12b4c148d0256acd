#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf, jfrun, jflog and the module together: what a user sees. What needs no module is tested on
# the host (host/jf*.bats): under emulation a test costs half a second before it does anything.
# So the tests here have few containers, and ask much of each.
#
# A shell that runs its last command in its own place passes its own dispositions and files
# on: hence the `:` at the end of some.
#
# shellcheck disable=SC2016 # what stands in single quotes is for the shell in the container

load jf-lib

setup_file() { jf_setup_file; }
setup() { jf_setup; }
teardown() { jf_teardown; }
teardown_file() { jf_teardown_file; }

# ---- a life ------------------------------------------------------------------

@test "start returns when the command runs; ps, logs and inspect show it" {
	run -0 jf start a "$R" -- sh -c 'echo out; echo err >&2; exec sleep 100'
	[ "$output" = a ]
	status_is a state running
	status_is a procs 1
	[ "$(cat "/proc/$(cat "$CLASS/a/pid")/comm")" = sleep ] ||
		[ "$(cat "/proc/$(cat "$CLASS/a/pid")/comm")" = sh ]
	run -0 jf ps
	[[ ${lines[1]} =~ ^a\ +running\ +[0-9]+\ +1\ .*\ 40M\ +64M\ +[0-9]+s\ +-\ +-\ +sh\ -c ]]
	wait_until holds /var/log/jackfruit/a.log err
	run --separate-stderr -0 jf logs a
	[ "$output" = out ]
	[ "$stderr" = err ]
	run -0 jf inspect a
	[[ $output == *"enforcing:    yes"* ]]
	[[ $output == *"hard_limit:   67108864"* ]]
	[[ $output == *"pids:         $(cat "$CLASS/a/pid")"* ]]
	[ "$(jf ps --json | jq -r '.[0].hard_limit')" = 67108864 ]
	[ "$(jf inspect --json a | jq -c '.[0].argv[0:2]')" = '["sh","-c"]' ]
}

@test "while it runs its name and its root are taken, and it is not removed; kill ends it; rm frees all" {
	jf start a "$R" 'sleep 100 & sleep 100 & sleep 100 & wait'
	run -125 jf start a "$R" true
	[[ $output == "jf: the name 'a' is taken by a running container: "* ]]
	run -125 jf start b "$R" true
	[[ $output == "jf: "*"$R"* ]]
	[[ $output == *"in use"* ]]
	nothing_left b
	run -1 jf rm a
	[[ $output == "jf: container 'a' is running: "*"rm -f a"* ]]
	status_is a state running

	wait_until status_is a procs 4
	run -0 jf kill a
	status_is a procs 0
	status_is a reason killed
	run -1 jf kill a
	[[ $output == "jf: container 'a' does not run: "* ]]
	run -125 jf exec a true
	[[ $output == "jf: container 'a' is not running (killed)"* ]]
	run -125 jf run a "$R" true
	[[ $output == "jf: the name 'a' is taken (killed): \`jf rm a\` first"* ]]

	# the root is free without it, the name is not
	run -0 jf run b "$R" true
	run -0 jf stop b
	status_is b state exited
	run -0 jf rm a b
	nothing_left a
	run -1 jf rm a
	[[ $output == "jf: no container 'a': "* ]]
	run -1 jf stop nosuch
	[[ $output == "jf: no container 'nosuch': "* ]]
	run -0 jf run a "$R" true
}

@test "a container of a user's own: PID 1, host name, its root, no signal ignored, no file of the caller's" {
	local see='echo $$ $(hostname); echo /bin /proc/1/comm; grep SigIgn /proc/self/status; ls /proc/$$/fd; :'
	run -0 jf run a "$R" -- sh -c "$see" 9<"$R/bin/sh"
	echo "$output"
	[ "${lines[0]}" = '1 a' ]
	[ "${lines[1]}" = '/bin /proc/1/comm' ]
	[[ ${lines[2]} =~ ^SigIgn:.0+$ ]]
	[ "${lines[*]:3}" = '0 1 2' ]
	# in the background a shell would have SIGINT ignored
	exec 8<"$R/bin/busybox"
	jf start b "$R" -- sh -c "$see"
	exec 8<&-
	jf wait b
	run -0 jf logs b
	echo "$output"
	[ "${lines[0]}" = '1 b' ]
	[[ ${lines[2]} =~ ^SigIgn:.0+$ ]]
	[ "${lines[*]:3}" = '0 1 2' ]
}

@test "start outlives the terminal it was typed at" {
	jf_command
	env PATH="$JF_PATH" "$(command -v setsid)" -w sh -c '"$@"; kill -HUP 0' - "${JF_COMMAND[@]}" start a "$R" sleep 100 || true
	status_is a state running
	run -0 jf rm -f a
	[ "$output" = a ]
	nothing_left a
}

@test "a command that is not there, 127, or cannot be executed, 126: nothing is left" {
	run -127 jf start a "$R" /bin/nosuch
	[[ $output == "jf: "*"/bin/nosuch"* ]]
	[[ $output != *"jf: jfrun: "* ]]
	nothing_left a
	run -127 jf run a "$R" nosuch
	[[ $output == *nosuch* ]]
	nothing_left a
	echo text >"$R/bin/text"
	# with settings that jf writes itself, and somebody who would run it again
	run -126 jf start --metric anon --restart always a "$R" /bin/text
	[[ $output == "jf: "*"/bin/text"* ]]
	nothing_left a
	run -126 jf run a "$R" /tmp
	nothing_left a
}

@test "of five starts of one name at once, one wins" {
	local i
	for i in 1 2 3 4 5; do
		jf start a "$R" sleep 100 >"$BATS_TEST_TMPDIR/out.$i" 2>"$BATS_TEST_TMPDIR/err.$i" 3>&- &
	done
	wait
	[ "$(cat "$BATS_TEST_TMPDIR"/out.* | grep -c '^a$')" -eq 1 ]
	[ "$(cat "$BATS_TEST_TMPDIR"/err.* | grep -c "^jf: the name 'a' is taken")" -eq 4 ]
	status_is a state running
}

@test "limits and settings arrive in the kernel as they were given, old spellings too" {
	jf start --soft 8M --hard max --nice 5 --metric anon --action term --scope process --grace 3 \
		--soft-signal USR1 --forecast 1500 --env 'A=b c' a "$R" 'echo "$A"; sleep 100; :'
	[ "$(cd "$CONFIGFS/a" && cat soft_limit hard_limit metric hard_action kill_scope grace_ms soft_signal forecast_ms | tr '\n' ' ')" = \
		'8388608 max anon term process 3000 10 1500 ' ]
	[ "$(awk '{ print $19 }' "/proc/$(cat "$CLASS/a/pid")/stat")" = 5 ]
	wait_until holds /var/log/jackfruit/a.log 'b c'
	run -0 jf logs a
	[ "$output" = 'b c' ]
	[ "$(jf inspect --json a | jq -c '.[0] | [.forecast_ms, .options[-1]]')" = '[1500,"--env=A=b c"]' ]
	jf rm -f a
	jf start a "$R" --soft-mib 8 sleep 100 --hard-mib 9
	[ "$(cat "$CONFIGFS/a/soft_limit" "$CONFIGFS/a/hard_limit")" = $'8388608\n9437184' ]
}

@test "wait returns at the end, with the status; logs -f ends when the container does" {
	jf start a "$R" 'for i in 1 2 3; do echo $i; sleep 0.3; done; exit 9'
	run -0 jf logs -f a
	[ "$output" = $'1\n2\n3' ]
	run -0 jf wait a
	[ "$output" = 9 ]
}

# ---- run, exec -----------------------------------------------------------------

@test "run: the command's status, also that of a signal; stdin, stdout and stderr are the caller's" {
	run --separate-stderr -7 jf run --rm a "$R" 'cat; echo err >&2; exit 7' <<<'from here'
	[ "$output" = 'from here' ]
	[ "$stderr" = err ]
	run -137 jf run --rm a "$R" 'sh -c "kill -9 \$\$"; exit $?'
	nothing_left a
}

@test "run -t: a terminal of its own, as large as the caller's" {
	jf_command
	printf '%s\n' 'stty rows 30 cols 90' "PATH=$JF_PATH" \
		"exec ${JF_COMMAND[*]} run --rm -t a $R 'tty; stty size; exit 5'" >"$BATS_TEST_TMPDIR/type"
	run -5 script -qec "sh $BATS_TEST_TMPDIR/type" /dev/null </dev/null
	echo "$output"
	[[ $output == */dev/*'30 90'* ]]
	nothing_left a
}

@test "SIGTERM to run is a stop" {
	jf_exec run a "$R" 'trap "exit 5" TERM; while :; do sleep 0.2; done' 2>"$BATS_TEST_TMPDIR/err" &
	local pid=$!
	wait_until status_is a state running
	wait_until test ! -e /run/jackfruit/a/ready
	kill -TERM "$pid"
	status_of "$pid" 5
	status_is a state stopped
	status_is a reason stopped
}

several() {
	[[ $(cat "$CLASS/$1/procs") -gt 1 ]]
}

@test "exec runs one more command in it, a member like the others" {
	jf start a "$R" sleep 100
	run -7 jf exec a -- sh -c 'hostname; exit 7'
	[ "$output" = a ]
	run -0 jf exec --env 'X=y z' --workdir /tmp a -- sh -c 'pwd; echo "$X"'
	[ "$output" = $'/tmp\ny z' ]
	jf exec a sleep 100 3>&- &
	wait_until several a
	jf kill a
	wait
}

@test "exec: as the user, with the environment and in the directory that it was started with" {
	jf start --user 5:6 --env X='y z' --workdir /tmp a "$R" sleep 100
	run -0 jf exec a -- sh -c 'id -u; id -g; pwd; echo "$X"'
	[ "$output" = $'5\n6\n/tmp\ny z' ]
	run -0 jf exec --user 0 --workdir / a -- sh -c 'id -u; pwd; echo "$X"'
	[ "$output" = $'0\n/\ny z' ]
	jf kill a
}

# ---- limits --------------------------------------------------------------------

@test "above the hard limit it is killed, the reason is the hard limit, and a neighbour goes on" {
	jf start b "$R2" sleep 100
	local pid
	pid=$(cat "$CLASS/b/pid")
	run -137 jf run --soft 8M --hard 16M a "$R" tail /dev/zero
	status_is a state killed
	status_is a reason hard_limit
	status_is a exit_status 137
	events_in_order a create start soft hard kill exit
	run -0 jf ps a
	[[ ${lines[1]} =~ ^a\ +killed\ .*\ hard_limit\ +137\ +tail\ /dev/zero$ ]]
	run -0 jf logs a
	status_is b state running
	kill -0 "$pid"
}

@test "above the soft limit there is an event, and it goes on; a limit below its usage kills it" {
	# dd holds what it cannot write; it fills that at once, on a slow machine too
	jf start --soft 8M --hard 64M a "$R" 'dd if=/dev/zero bs=20M count=1 2>/dev/null | sleep 100; :'
	wait_until holds "$CLASS/a/events" 'soft 1'
	status_is a state running
	[ "$(grep -c 'hard 0' "$CLASS/a/events")" -eq 1 ]
	run -0 jf update a --soft 1M --hard 2M
	wait_until status_is a state killed
	status_is a reason hard_limit
}

@test "check and metrics tell what no limit counts: what is in a tmpfs, the writable layer of --overlay tmpfs too" {
	jf start --tmpfs /mnt/t --overlay tmpfs a "$R" 'dd bs=5M count=1 if=/dev/zero of=/mnt/t/f; dd bs=3M count=1 if=/dev/zero of=/f
		dd bs=2M count=1 if=/dev/zero of=/dev/shm/f; echo all written; exec sleep 100'
	jf start b "$R2" sleep 100
	wait_until holds /var/log/jackfruit/a.log 'all written'
	status_is a state running
	run -0 jf check
	[[ $output == *$'\n''warn  container a: its limits do not count up to 10M in tmpfs: leave room for that beside them'* ]]
	[[ $output != *'container b: its limits'* ]]
	run -0 jf metrics
	grep -qE '^jackfruit_container_uncounted_bytes\{container="a",kind="tmpfs"\} 104[89][0-9]{4}$' <<<"$output"
	grep -qx 'jackfruit_container_uncounted_bytes{container="a",kind="memfd"} 0' <<<"$output"
	grep -qx 'jackfruit_container_uncounted_bytes{container="a",kind="sysvshm"} 0' <<<"$output"
}

@test "a grandchild that holds the memory is counted" {
	jf start --soft 8M --hard 16M a "$R" 'sh -c "sh -c \"tail /dev/zero; sleep 100\"; sleep 100"; sleep 100'
	wait_until status_is a state killed
	status_is a reason hard_limit
	wait_until status_is a procs 0
}

@test "a stray SIGKILL from outside is not called a limit kill; a killed jfrun takes its container along" {
	jf start a "$R" sleep 100
	kill -9 "$(cat "$CLASS/a/pid")"
	run -0 jf wait a
	[ "$output" = 137 ]
	status_is a reason signaled
	status_is a state exited
	[ "$(grep -c 'kill 0' "$CLASS/a/events")" -eq 1 ]

	jf start b "$R" sleep 100
	local runner
	runner=$(awk '{ print $4 }' "/proc/$(cat "$CLASS/b/pid")/stat")
	[ "$(cat "/proc/$runner/comm")" = jfrun ]
	kill -9 "$runner"
	wait_until status_is b procs 0
	run -0 jf rm b
	nothing_left b
}

@test "a jf start that is killed before it has heard: nothing runs, and rm clears its record away" {
	local dir=$BATS_TEST_TMPDIR/bin
	mkdir "$dir"
	printf '#!/bin/sh\nkill -KILL $PPID\nexec %s "$@"\n' "$(command -v jflog)" >"$dir/jflog"
	chmod +x "$dir/jflog"
	PATH=$dir:$PATH JF_TOOLS=$dir:$JF_TOOLS jf_exec start a "$R" sleep 100 &
	status_of $! 137
	wait_until gone "$(cat /run/jackfruit/a/logger)"
	[ ! -e "$CONFIGFS/a" ]
	run -0 jf ps a
	[[ ${lines[1]} =~ ^a\ +lost\  ]]
	run -0 jf rm a
	nothing_left a
}

# ---- restart -------------------------------------------------------------------

@test "--restart: after its hard limit it is run again, with limits as they are now; stop is the end" {
	jf start --restart always --soft 8M --hard 16M a "$R" 'echo up; sleep 0.3; tail /dev/zero'
	wait_until holds "$CLASS/a/events" 'kill 1'
	wait_until holds /run/jackfruit/a/restarts 1
	jf update a --soft 9M --hard 17M
	wait_until holds /run/jackfruit/a/restarts 2
	[ "$(cat "$CONFIGFS/a/hard_limit")" = 17825792 ]
	run -0 jf stop -t 1 a
	[ "$output" = a ]
	status_is a procs 0
	[ "$(jf inspect a | grep -cE '^restart: +always$')" -eq 1 ]
	[ "$(jf logs a | grep -c up)" -ge 3 ]
	run -0 jf rm a
	nothing_left a
}

@test "--restart: whose directory is removed between two runs is not run again without limits" {
	jf start --restart always a "$R" false
	# long enough a rest behind it
	wait_until holds /run/jackfruit/a/restarts 4
	wait_until rmdir "$CONFIGFS/a"
	wait_until gone "$(cat /run/jackfruit/a/logger)"
	[ ! -e "$CONFIGFS/a" ]
	run -0 jf ps a
	[[ ${lines[1]} =~ ^a\ +lost\  ]]
	run -0 jf rm a
	nothing_left a
}

@test "--restart on-failure:N gives up after N; not after a stop" {
	jf start --restart on-failure:2 a "$R" 'echo x; exit 3'
	run -0 jf wait a
	[ "$output" = 3 ]
	run -0 jf logs a
	[ "$output" = $'x\nx\nx' ]
	status_is a reason exited
	jf start --restart on-failure b "$R" 'trap "exit 4" TERM; echo up; while :; do sleep 0.1; done'
	wait_until holds /var/log/jackfruit/b.log up
	run -0 jf stop b
	status_is b state stopped
	status_is b exit_status 4
	[ ! -e /run/jackfruit/b/restarts ]
}

# ---- attach --------------------------------------------------------------------

@test "attach says what is wrong with a PID; what it takes and what that forks stays in" {
	run -1 jf attach a 4194304
	[ "$output" = "jf: PID 4194304: no such process" ]
	run -1 jf attach a 1
	[[ $output == "jf: PID 1: "*"init"* ]]
	run -1 jf attach a 2
	[[ $output == "jf: PID 2: "*"kernel thread"* ]]
	[ ! -e "$CONFIGFS/a" ]

	local note=$BATS_TEST_TMPDIR/note
	mkfifo "$BATS_TEST_TMPDIR/go"
	sh -c 'read -r x <"$1"; (setsid sh -c "echo \$\$ >$2; exec sleep 100" &) ; sleep 100' \
		- "$BATS_TEST_TMPDIR/go" "$note" 3>&- &
	local pid=$!
	run -0 jf attach --hard 64M a "$pid"
	[ "$output" = a ]
	member a "$pid"
	run -1 jf attach b "$pid"
	[ "$output" = "jf: PID $pid: is a member of 'a' already, and cannot be of two" ]
	[ ! -e "$CONFIGFS/b" ]
	# a double fork
	echo >"$BATS_TEST_TMPDIR/go"
	wait_until test -s "$note"
	wait_until member a "$(<"$note")"
	# its parent has gone: it belongs to init, and to a
	jf kill a
	wait_until gone "$(<"$note")"
	status_is a reason killed
}

@test "a container made by hand is listed, stopped and removed like any other" {
	mkdir "$CONFIGFS/hand"
	sleep 100 3>&- &
	echo $! >"$CONFIGFS/hand/pids"
	run -0 jf ps hand
	[[ ${lines[1]} =~ ^hand\ +running\ +$!\ +1\ .*\ \[sleep\]$ ]]
	run -125 jf start hand "$R" true
	[[ $output == *"'hand' is taken"* ]]
	run -1 jf logs hand
	[[ $output == *"has no log"* ]]
	run -0 jf stop hand
	status_is hand reason stopped
	run -0 jf rm hand
	nothing_left hand
}

# ---- stop, events --------------------------------------------------------------

@test "stop asks first: who minds SIGTERM ends by itself, who does not is killed after the grace" {
	jf start a "$R" 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.1; done'
	jf start b "$R2" 'trap "" TERM; echo up; while :; do sleep 0.2; done'
	wait_until holds /var/log/jackfruit/a.log up
	wait_until holds /var/log/jackfruit/b.log up
	run -0 jf stop -t 1 b
	status_is b state stopped
	status_is b reason stopped
	status_is b procs 0
	run -0 jf stop a
	[ "$output" = a ]
	status_is a state stopped
	status_is a reason stopped
	status_is a exit_status 3
	run -0 jf logs --tail 1 a
	[ "$output" = bye ]
}

@test "events tells a container's life, and follows" {
	jf_exec events -f a >"$BATS_TEST_TMPDIR/events" &
	FOLLOWER=$!
	jf run a "$R" true
	wait_until holds "$BATS_TEST_TMPDIR/events" event=exit
	kill "$FOLLOWER"
	[ "$(grep -vc 'container=a ' "$BATS_TEST_TMPDIR/events")" -eq 0 ]
	events_in_order a create start exit
	run -0 jf events nosuch
	[ -z "$output" ]
}

# ---- what is missing -------------------------------------------------------------

@test "who is not root may look, and is told when root is needed" {
	jf start a "$R" sleep 100
	jf_command
	local other=(env PATH="$JF_PATH" "$(command -v setpriv)" --reuid 65534 --regid 65534 --clear-groups
		"$(command -v "${JF_COMMAND[0]}")" "${JF_COMMAND[@]:1}")
	run -1 "${other[@]}" stop a
	[ "$output" = "jf: no permission to write $CONFIGFS: \`jf stop\` must be run by root" ]
	run -0 "${other[@]}" ps
	[[ $output == *"a "*running* ]]
}

@test "configfs not mounted, and the module not loaded, are told, with what to do; jf check says so, too" {
	umount /sys/kernel/config
	run jf ps
	mount -t configfs none /sys/kernel/config
	[ "$status" -eq 1 ]
	[[ $output == "jf: configfs is not mounted "*"\`mount -t configfs none /sys/kernel/config\`" ]]

	modprobe -r jackfruit
	run jf start a "$R" true
	local first=$output first_status=$status
	run jf check
	modprobe jackfruit
	[ "$first_status" -eq 125 ]
	[ "$first" = "jf: the kernel module jackfruit is not loaded: \`modprobe jackfruit\`" ]
	[ "$status" -eq 1 ]
	[[ $output == *"FAIL  module jackfruit is not loaded: \`modprobe jackfruit\`"* ]]
	run -0 jf check
}

@test "after all this no process and no mount is left" {
	[ "$(cat /proc/[0-9]*/comm 2>/dev/null | grep -cxE 'jf(run|log)')" -eq 0 ]
	run ! grep "$BATS_RUN_TMPDIR" /proc/mounts
	[ -z "$(ls "$CONFIGFS")" ]
	[ -z "$(ls /run/jackfruit)" ]
}
