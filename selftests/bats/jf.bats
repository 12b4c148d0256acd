#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf, jfrun, jflog and the module together: what a user sees.
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

# ---- start -------------------------------------------------------------------

@test "start returns when the command runs; ps and logs show it" {
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
}

@test "a container of a user's own: PID 1, host name, its root, no signal ignored, no file of the caller's" {
	run -0 jf run a "$R" -- sh -c 'echo $$ $(hostname); ls -d /bin /proc/1; grep SigIgn /proc/self/status; :' 9<"$R/bin/sh"
	echo "$output"
	[ "${lines[0]}" = '1 a' ]
	[ "${lines[1]}" = /bin ]
	[ "${lines[2]}" = /proc/1 ]
	[[ ${lines[3]} =~ ^SigIgn:.0+$ ]]
}

@test "SIGINT is not ignored in a container that was started in the background" {
	jf start a "$R" -- grep SigIgn /proc/self/status
	jf wait a
	run -0 jf logs a
	echo "$output"
	[[ $output =~ ^SigIgn:.0+$ ]]
}

@test "files that the caller has open are not passed on" {
	exec 8<"$R/bin/busybox"
	jf start a "$R" -- sh -c 'ls /proc/$$/fd; :'
	exec 8<&-
	jf wait a
	run -0 jf logs a
	echo "$output"
	[ "$output" = $'0\n1\n2' ]
}

@test "start outlives the terminal it was typed at" {
	jf_command
	env PATH="$JF_PATH" "$(command -v setsid)" -w sh -c '"$@"; kill -HUP 0' - "${JF_COMMAND[@]}" start a "$R" sleep 100 || true
	status_is a state running
	run -0 jf kill a
}

@test "a command that is not there: 127, and nothing is left" {
	run -127 jf start a "$R" /bin/nosuch
	[[ $output == "jf: "*"/bin/nosuch"* ]]
	[[ $output != *"jf: jfrun: "* ]]
	nothing_left a
	run -127 jf run a "$R" nosuch
	[[ $output == *nosuch* ]]
	nothing_left a
}

@test "a command that cannot be executed: 126, and nothing is left" {
	echo text >"$R/bin/text"
	run -126 jf start a "$R" /bin/text
	[[ $output == "jf: "*"/bin/text"* ]]
	nothing_left a
	run -126 jf run a "$R" /tmp
	nothing_left a
}

@test "a rootfs that is not there, or no directory" {
	run -125 jf start a "$R/nosuch" true
	[ "$output" = "jf: rootfs '$R/nosuch': no such directory" ]
	run -125 jf run a "$R/bin/sh" true
	[ "$output" = "jf: rootfs '$R/bin/sh': not a directory" ]
	nothing_left a
}

@test "a rootfs in use by a live container is refused, and is free when that has ended" {
	jf start a "$R" sleep 100
	run -125 jf start b "$R" true
	[[ $output == "jf: "*"$R"* ]]
	[[ $output == *"in use"* ]]
	nothing_left b
	status_is a state running
	jf kill a
	run -0 jf run b "$R" true
}

@test "bad names and sizes leave nothing" {
	local name
	for name in .a 'a b' a/b; do
		run -125 jf start "$name" "$R" true
		[[ $output == "jf: name '$name': not a container name: "* ]]
	done
	run -125 jf start --hard 12X a "$R" true
	[[ $output == "jf: --hard '12X': not a size: "* ]]
	[ -z "$(ls "$CONFIGFS")" ]
	[ -z "$(ls /run/jackfruit 2>/dev/null)" ]
}

@test "a name is taken while it runs, and after it ended, until rm" {
	jf start a "$R" sleep 100
	run -125 jf start a "$R" true
	[[ $output == "jf: the name 'a' is taken by a running container: "* ]]
	jf kill a
	run -125 jf run a "$R" true
	[[ $output == "jf: the name 'a' is taken (killed): \`jf rm a\` first"* ]]
	run -0 jf rm a
	nothing_left a
	run -0 jf run a "$R" true
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

@test "limits arrive in the kernel as they were given, old spellings too" {
	jf start --soft 8M --hard max --nice 5 a "$R" sleep 100
	[ "$(cat "$CONFIGFS/a/soft_limit")" = 8388608 ]
	[ "$(cat "$CONFIGFS/a/hard_limit")" = max ]
	[ "$(awk '{ print $19 }' "/proc/$(cat "$CLASS/a/pid")/stat")" = 5 ]
	jf rm -f a
	jf start a "$R" --soft-mib 8 sleep 100 --hard-mib 9
	[ "$(cat "$CONFIGFS/a/soft_limit" "$CONFIGFS/a/hard_limit")" = $'8388608\n9437184' ]
}

# ---- run ---------------------------------------------------------------------

@test "run returns the command's status, also that of a signal" {
	run -7 jf run --rm a "$R" 'exit 7'
	run -0 jf run --rm a "$R" true
	run -137 jf run --rm a "$R" 'sh -c "kill -9 \$\$"; exit $?'
	nothing_left a
}

@test "run: stdin, stdout and stderr are the caller's" {
	run --separate-stderr -0 jf run a "$R" 'cat; echo err >&2' <<<'from here'
	[ "$output" = 'from here' ]
	[ "$stderr" = err ]
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

# ---- limits --------------------------------------------------------------------

@test "above the hard limit it is killed, and the reason is the hard limit" {
	run -137 jf run --soft 8M --hard 16M a "$R" tail /dev/zero
	status_is a state killed
	status_is a reason hard_limit
	status_is a exit_status 137
	events_in_order a create start soft hard kill exit
	run -0 jf ps a
	[[ ${lines[1]} =~ ^a\ +killed\ .*\ hard_limit\ +137\ +tail\ /dev/zero$ ]]
	run -0 jf logs a
}

@test "above the soft limit alone there is an event, and it goes on" {
	jf start --soft 8M --hard 64M a "$R" 'x=$(head -c 20000000 /dev/zero | tr "\\0" x); echo grown; exec sleep 100'
	wait_until holds "$CLASS/a/events" 'soft 1'
	status_is a state running
	[ "$(grep -c 'hard 0' "$CLASS/a/events")" -eq 1 ]
}

@test "a grandchild that holds the memory is counted" {
	jf start --soft 8M --hard 16M a "$R" 'sh -c "sh -c \"tail /dev/zero; sleep 100\"; sleep 100"; sleep 100'
	wait_until status_is a state killed
	status_is a reason hard_limit
	wait_until status_is a procs 0
}

@test "a neighbour goes on when one is killed" {
	make_rootfs "$BATS_TEST_TMPDIR/other"
	jf start b "$BATS_TEST_TMPDIR/other" sleep 100
	local pid
	pid=$(cat "$CLASS/b/pid")
	run -137 jf run --hard 16M a "$R" tail /dev/zero
	status_is b state running
	kill -0 "$pid"
}

@test "a stray SIGKILL from outside is not called a limit kill" {
	jf start a "$R" sleep 100
	kill -9 "$(cat "$CLASS/a/pid")"
	run -0 jf wait a
	[ "$output" = 137 ]
	status_is a reason signaled
	status_is a state exited
	[ "$(grep -c 'kill 0' "$CLASS/a/events")" -eq 1 ]
}

# ---- attach --------------------------------------------------------------------

@test "an attached process that double-forks stays in" {
	local note=$BATS_TEST_TMPDIR/note
	mkfifo "$BATS_TEST_TMPDIR/go"
	sh -c 'read -r x <"$1"; (setsid sh -c "echo \$\$ >$2; exec sleep 100" &) ; sleep 100' \
		- "$BATS_TEST_TMPDIR/go" "$note" 3>&- &
	local pid=$!
	run -0 jf attach --hard 64M a "$pid"
	[ "$output" = a ]
	member a "$pid"
	echo >"$BATS_TEST_TMPDIR/go"
	wait_until test -s "$note"
	wait_until member a "$(<"$note")"
	# its parent has gone: it belongs to init, and to a
	jf kill a
	run ! kill -0 "$(<"$note")"
	status_is a reason killed
}

@test "attach says what is wrong with a PID" {
	run -1 jf attach a 4194304
	[ "$output" = "jf: PID 4194304: no such process" ]
	run -1 jf attach a 1
	[[ $output == "jf: PID 1: "*"init"* ]]
	run -1 jf attach a 2
	[[ $output == "jf: PID 2: "*"kernel thread"* ]]
	[ ! -e "$CONFIGFS/a" ]
	sleep 100 3>&- &
	local pid=$!
	jf attach a "$pid"
	run -1 jf attach b "$pid"
	[ "$output" = "jf: PID $pid: is a member of 'a' already, and cannot be of two" ]
	[ ! -e "$CONFIGFS/b" ]
	jf kill a
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

# ---- stop, kill, rm, wait --------------------------------------------------------

@test "stop asks first: a command that minds SIGTERM ends by itself" {
	jf start a "$R" 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.2; done'
	wait_until holds /var/log/jackfruit/a.log up
	run -0 jf stop a
	[ "$output" = a ]
	status_is a state stopped
	status_is a reason stopped
	status_is a exit_status 3
	run -0 jf logs --tail 1 a
	[ "$output" = bye ]
}

@test "stop kills after the grace, and the reason is still stopped" {
	jf start a "$R" 'trap "" TERM; echo up; while :; do sleep 0.2; done'
	wait_until holds /var/log/jackfruit/a.log up
	run -0 jf stop -t 1 a
	status_is a state stopped
	status_is a reason stopped
	status_is a procs 0
}

@test "stop of one that has ended is no error; of an unknown one it is" {
	jf run a "$R" true
	run -0 jf stop a
	status_is a state exited
	run -1 jf stop nosuch
	[[ $output == "jf: no container 'nosuch': "* ]]
}

@test "kill takes all, at once" {
	jf start a "$R" 'sleep 100 & sleep 100 & sleep 100 & wait'
	wait_until status_is a procs 4
	run -0 jf kill a
	status_is a procs 0
	status_is a reason killed
	run -1 jf kill a
	[[ $output == "jf: container 'a' does not run: "* ]]
}

@test "rm refuses a running one; -f kills it first" {
	jf start a "$R" sleep 100
	run -1 jf rm a
	[[ $output == "jf: container 'a' is running: "*"rm -f a"* ]]
	status_is a state running
	run -0 jf rm -f a
	[ "$output" = a ]
	nothing_left a
	run -1 jf rm a
	[[ $output == "jf: no container 'a': "* ]]
}

@test "wait returns at the end, with the status" {
	jf start a "$R" 'sleep 1; exit 9'
	run -0 jf wait a
	[ "$output" = 9 ]
}

@test "logs -f ends when the container does" {
	jf start a "$R" 'for i in 1 2 3; do echo $i; sleep 0.5; done'
	run -0 jf logs -f a
	[ "$output" = $'1\n2\n3' ]
}

@test "a jfrun that is killed takes its container with it" {
	jf start a "$R" sleep 100
	local pid runner
	pid=$(cat "$CLASS/a/pid")
	runner=$(awk '{ print $4 }' "/proc/$pid/stat")
	[ "$(cat "/proc/$runner/comm")" = jfrun ]
	kill -9 "$runner"
	wait_until status_is a procs 0
	run -0 jf rm a
	nothing_left a
}

# ---- events, inspect, update, exec --------------------------------------------------

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

@test "inspect, and ps --json" {
	jf start a "$R" sleep 100
	run -0 jf inspect a
	[[ $output == *"enforcing:    yes"* ]]
	[[ $output == *"hard_limit:   67108864"* ]]
	[[ $output == *"pids:         $(cat "$CLASS/a/pid")"* ]]
	command -v jq >/dev/null || return 0
	[ "$(jf ps --json | jq -r '.[0].hard_limit')" = 67108864 ]
	[ "$(jf inspect --json a | jq -c '.[0].argv')" = '["sleep","100"]' ]
}

@test "update changes limits of a running container: below its usage it is killed" {
	jf start --soft 30M a "$R" 'x=$(head -c 20000000 /dev/zero | tr "\\0" x); echo grown; sleep 100; :'
	wait_until holds /var/log/jackfruit/a.log grown
	run -0 jf update a --soft 1M --hard 2M
	wait_until status_is a state killed
	status_is a reason hard_limit
}

several() {
	[[ $(cat "$CLASS/$1/procs") -gt 1 ]]
}

@test "exec runs one more command in it, a member like the others" {
	jf start a "$R" sleep 100
	run -7 jf exec a -- sh -c 'hostname; exit 7'
	[ "$output" = a ]
	jf exec a sleep 100 3>&- &
	wait_until several a
	jf kill a
	wait
	run -125 jf exec a true
	[[ $output == "jf: container 'a' is not running (killed)"* ]]
}

# ---- what is missing -------------------------------------------------------------

@test "no root is told" {
	jf start a "$R" sleep 100
	jf_command
	local verb
	for verb in "start b $R true" 'stop a' 'kill a' 'rm a'; do
		# shellcheck disable=SC2086 # words
		run env PATH="$JF_PATH" "$(command -v setpriv)" --reuid 65534 --regid 65534 --clear-groups \
			"$(command -v "${JF_COMMAND[0]}")" "${JF_COMMAND[@]:1}" $verb
		[ "$status" -ne 0 ]
		[[ $output == "jf: no permission to write $CONFIGFS: \`jf ${verb%% *}\` must be run by root" ]]
	done
	run -0 env PATH="$JF_PATH" "$(command -v setpriv)" --reuid 65534 --regid 65534 --clear-groups \
		"$(command -v "${JF_COMMAND[0]}")" "${JF_COMMAND[@]:1}" ps
	[[ $output == *"a "*running* ]]
}

@test "configfs not mounted is told, with the mount" {
	umount /sys/kernel/config
	run jf ps
	mount -t configfs none /sys/kernel/config
	[ "$status" -eq 1 ]
	[[ $output == "jf: configfs is not mounted "*"\`mount -t configfs none /sys/kernel/config\`" ]]
}

@test "module not loaded is told, with modprobe; jf check says so, too" {
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
	local comm
	for comm in /proc/[0-9]*/comm; do
		[[ $(cat "$comm" 2>/dev/null) != jf@(run|log) ]]
	done
	run ! grep "$BATS_RUN_TMPDIR" /proc/mounts
	[ -z "$(ls "$CONFIGFS")" ]
	[ -z "$(ls /run/jackfruit)" ]
}
