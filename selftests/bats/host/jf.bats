#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf on a fixture: command lines, checks, records. No module, no root needed.

load jf-fixture

setup() { fixture_setup; }
teardown() { fixture_teardown; }

# ---- start ----------------------------------------------------------------

@test "start prints the name and leaves a running container" {
	run jf start web "$F/rootfs" -- sleep 30
	[ "$status" -eq 0 ]
	[ "$output" = web ]
	[ "$(<"$JF_CLASS/web/state")" = running ]
	run jf ps
	[[ ${lines[1]} =~ ^web\ +running\ +[0-9]+ ]]
	[[ ${lines[1]} == *"sleep 30" ]]
}

@test "whatever the caller's umask: anybody can list containers, what they wrote is root's" {
	rm -rf "$JF_RUNDIR" "$JF_LOGDIR"
	(umask 077; jf start web "$F/rootfs" -- sleep 30)
	[ "$(stat -c %a "$JF_RUNDIR" "$JF_RUNDIR/web" "$JF_RUNDIR/web/command" "$JF_LOGDIR")" = $'755\n755\n644\n755' ]
}

@test "start passes the defaults, 40M and 64M" {
	jf start web "$F/rootfs" true
	[ "$(tr '\n' ' ' <"$STUB_ARGS")" = "--ready-fd 3 --soft 40M --hard 64M web $F/rootfs -- true " ]
	[ -e "$JF_RUNDIR/web/options" ]
	[ ! -s "$JF_RUNDIR/web/options" ]
}

@test "start passes limits and nice, whichever side of NAME and ROOTFS they stand" {
	jf start --soft 8M --hard=16M --nice -5 a "$F/rootfs" true
	[ "$(tr '\n' ' ' <"$STUB_ARGS")" = "--ready-fd 3 --soft 8M --hard 16M --nice -5 a $F/rootfs -- true " ]
	jf start b "$F/rootfs" --soft-mib 8 --hard-mib 16 --nice -5 true
	[ "$(tr '\n' ' ' <"$STUB_ARGS")" = "--ready-fd 3 --soft 8M --hard 16M --nice -5 b $F/rootfs -- true " ]
}

@test "start and run pass jfrun's options on, quotes and all" {
	local odd=$'it\'s "a" $(b) `c`\nd'
	jf start --ro --bind /a:/b:ro --env "X=$odd" --env=Y --user 1:2 --init a "$F/rootfs" --workdir '/my dir' true
	[ "$(printf '%s\n' --ready-fd 3 --soft 40M --hard 64M --ro --bind=/a:/b:ro "--env=X=$odd" --env=Y --user=1:2 \
		--init '--workdir=/my dir' a "$F/rootfs" -- true)" = "$(<"$STUB_ARGS")" ]
	[ "$(stat -c %a "$JF_RUNDIR/a/options")" = 600 ]
	[ "$(tr '\0' '|' <"$JF_RUNDIR/a/options")" = "--ro|--bind=/a:/b:ro|--env=X=$odd|--env=Y=|--user=1:2|--init|--workdir=/my dir|" ]
	# who starts it again has another environment and another directory
	mkdir "$F/here"
	(cd "$F/here" && Y="it's" jf start --env Y --bind data:/d --overlay layers c "$F/rootfs" true)
	[ "$(tr '\0' '|' <"$JF_RUNDIR/c/options")" = "--env=Y=it's|--bind=$F/here/data:/d|--overlay=$F/here/layers|" ]
	local option
	for option in --net --init; do
		run -0 jf run --rm $option b "$F/rootfs" true
		grep -qx -- "$option" "$STUB_ARGS"
		rm -r "$JF_CLASS/b"
	done
	for option in --overlay --tmpfs --cap-add --cap-drop --seccomp --uidmap --gidmap --ulimit; do
		run -0 jf run --rm $option value b "$F/rootfs" true
		grep -qx -- "$option=value" "$STUB_ARGS"
		rm -r "$JF_CLASS/b"
		run -125 jf run $option
		[[ $output == "jf: $option: needs a value: "* ]]
	done
	run -125 jf start -t b "$F/rootfs" true
	[[ $output == "jf: unknown option '-t': "* ]]
	run -125 jf start --rm b "$F/rootfs" true
	[[ $output == "jf: unknown option '--rm': "* ]]
}

@test "start passes the log's limits to jflog, and refuses bad ones" {
	jf start --log-max-size 64K --log-backups 3 a "$F/rootfs" true
	[ "$(<"$STUB_ARGS.jflog")" = $'--max-size 64K\n--backups 3' ]
	run -125 jf start --log-max-size 1X b "$F/rootfs" true
	[[ $output == "jf: --log-max-size '1X': not a size: "* ]]
	run -125 jf start --log-backups x b "$F/rootfs" true
	[ "$output" = "jf: --log-backups 'x': not a number" ]
}

@test "start refuses bad settings, each by name, and a soft limit above the hard one" {
	local words
	for words in '--metric vsz' '--action explode' '--scope world' '--soft-signal NOSUCH' '--grace x' \
		'--forecast x' '--forecast 86400001' '--nosuch=1'; do
		# shellcheck disable=SC2086 # words
		run -125 jf start $words a "$F/rootfs" true
		[[ $output == "jf: "*"${words%%[ =]*}"* ]]
	done
	nothing_left a
}

@test "a rootfs whose path holds control characters is refused" {
	mkdir "$F/a"$'\n'b
	run -125 jf start a "$F/a"$'\n'b true
	[ "$output" = "jf: rootfs '$F/a?b': control characters in its path" ]
	# not the neighbour without the newline
	mkdir "$F/a" "$F/a"$'\n'
	run -125 jf start a "$F/a"$'\n' true
	[ "$output" = "jf: rootfs '$F/a?': control characters in its path" ]
	nothing_left a
}

@test "a rootfs of the name - is that directory" {
	mkdir "$F/-"
	(cd "$F" && jf start a - true)
	[ "$(cat "$JF_RUNDIR/a/rootfs")" = "$F/-" ]
}

@test "start understands the old options behind the command" {
	jf start a "$F/rootfs" true x --soft-mib 8 --hard-mib 16 --nice 3
	[ "$(tr '\n' ' ' <"$STUB_ARGS")" = "--ready-fd 3 --soft 8M --hard 16M --nice 3 a $F/rootfs -- true x " ]
}

@test "what follows -- is the command's own" {
	jf start a "$F/rootfs" -- true --soft-mib 8 --nice 3
	[ "$(tr '\n' ' ' <"$STUB_ARGS")" = "--ready-fd 3 --soft 40M --hard 64M a $F/rootfs -- true --soft-mib 8 --nice 3 " ]
}

@test "options of the command that look like none of the old ones stay its own" {
	jf start a "$F/rootfs" true --soft 5 -n --nice
	[ "$(tail -n 5 "$STUB_ARGS" | tr '\n' ' ')" = "-- true --soft 5 -n --nice " ] ||
		[ "$(tail -n 6 "$STUB_ARGS" | tr '\n' ' ')" = "-- true --soft 5 -n --nice " ]
}

@test "a command of one word with spaces is run by /bin/sh -c" {
	jf start a "$F/rootfs" 'true && true; exit 0'
	[ "$(tail -n 3 "$STUB_ARGS")" = "/bin/sh
-c
true && true; exit 0" ]
}

@test "one word with spaces that is a file in the rootfs is that program" {
	mkdir "$F/rootfs/my dir"
	: >"$F/rootfs/my dir/prog"
	run jf start a "$F/rootfs" '/my dir/prog'
	[ "$(tail -n 1 "$STUB_ARGS")" = '/my dir/prog' ]
	[ "$(tail -n 2 "$STUB_ARGS" | head -n 1)" = -- ]
}

@test "a small hard limit alone takes the default soft limit down" {
	jf start --hard 16M a "$F/rootfs" true
	[ "$(sed -n 4p "$STUB_ARGS")" = $((10 * 1024 * 1024)) ]
}

@test "a soft limit above the hard one is refused" {
	run -125 jf start --soft 80M --hard 64M a "$F/rootfs" true
	[[ $output == "jf: --soft 80M is above --hard 64M: "* ]]
	run -125 jf start --soft 80M a "$F/rootfs" true
	[[ $output == *"above --hard 64M (the default)"* ]]
	run -0 jf start --soft 80M --hard max a "$F/rootfs" true
}

@test "arguments arrive as they are, whatever is in them" {
	local odd=$'tab\there\nnew line \'quotes" $(no) `no` * \\ \e[31m'
	jf start a "$F/rootfs" -- printf '%s|' "$odd" '' end
	jf wait a
	run -0 jf logs a
	[ "$output" = "$(printf '%s|' "$odd" '' end)" ]
	# the record: exact in argv, one harmless line for people
	[ "$(tr '\0' '\1' <"$JF_RUNDIR/a/argv")" = "$(printf '%s\1' printf '%s|' "$odd" '' end)" ]
	[ "$(wc -l <"$JF_RUNDIR/a/command")" -eq 1 ]
	run jf ps --no-trunc
	[ "${#lines[@]}" -eq 2 ]
}

@test "start tells jfrun's error and status, and leaves nothing" {
	export STUB_ERROR='nosuch: not found in the rootfs' STUB_STATUS=127
	run -127 jf start a "$F/rootfs" nosuch
	[ "$output" = "jf: nosuch: not found in the rootfs" ]
	nothing_left a
	export STUB_ERROR='cannot attach: Device or resource busy' STUB_STATUS=125
	run -125 jf start a "$F/rootfs" true
	nothing_left a
}

@test "start tells jflog's own error, and leaves nothing" {
	export STUB_LOG_ERROR='/var/log: No space left on device'
	run -125 jf start a "$F/rootfs" true
	[[ $output == "jf: jflog: /var/log: No space left on device" ]]
	nothing_left a
}

@test "start does not wait for ever for a jfrun that dies without a word" {
	export STUB_SILENT=9
	run -125 jf start a "$F/rootfs" true
	[[ $output == "jf: jfrun ended before the command ran"* ]]
	nothing_left a
}

@test "a failed start keeps the log that was there before" {
	mkdir -p "$JF_LOGDIR"
	echo old >"$JF_LOGDIR/a.log"
	export STUB_ERROR=no STUB_STATUS=125
	run -125 jf start a "$F/rootfs" true
	[ "$(head -n 1 "$JF_LOGDIR/a.log")" = old ]
}

@test "a terminated start leaves nothing" {
	cat >"$F/bin/jfrun" <<-'EOF'
		#!/bin/sh
		exec sleep 30
	EOF
	jf_exec start a "$F/rootfs" true &
	local pid=$!
	wait_until test -s "$JF_RUNDIR/a/logger"
	kill -TERM "$pid"
	status_of "$pid" 143
	nothing_left a
}

@test "start does not keep the caller's pipe open" {
	# shellcheck disable=SC2086 # `busybox sh` is two words
	run timeout 5 env PATH="$JF_PATH" $JF_SHELL "$JF_SOURCE" start a "$F/rootfs" sleep 30
	[ "$status" -eq 0 ]
}

@test "the container's process is in a session of its own, with stdin at /dev/null" {
	jf start a "$F/rootfs" sleep 30
	local pid session mine
	pid=$(<"$JF_RUNDIR/a/logger")
	session=$(awk '{ print $6 }' "/proc/$pid/stat")
	mine=$(awk '{ print $6 }' "/proc/$$/stat")
	[ "$session" = "$pid" ]
	[ "$session" != "$mine" ]
	[ "$(readlink "/proc/$(<"$JF_CLASS/a/pid")/fd/0")" = /dev/null ]
}

# ---- names ----------------------------------------------------------------

@test "a bad name is named, with the rule" {
	local name
	for name in -a .a _a 'a b' a/b ../a 'a*' $'a\nb' ä ''; do
		run -125 jf start -- "$name" "$F/rootfs" true
		[[ $output == *"a letter or a digit"* || $output == *"unknown option"* || $output == *"no NAME"* ]]
		run -2 jf rm -- "$name"
		[[ $output == "jf: name '$name': not a container name: "* ]]
	done
	name=$(printf '%064d' 1)
	run -125 jf start "$name" "$F/rootfs" true
	[[ $output == *"64 characters: at most 63"* ]]
	[ ! -e "$JF_RUNDIR" ] || [ -z "$(ls -A "$JF_RUNDIR")" ]
}

@test "63 characters, dots and dashes are a good name" {
	run -0 jf start "$(printf '%063d' 1)" "$F/rootfs" true
	run -0 jf start 0.a-b_C "$F/rootfs" true
}

@test "a name is taken while it runs and after it ended, until rm" {
	jf start a "$F/rootfs" sleep 30
	run -125 jf start a "$F/rootfs" true
	[[ $output == *"'a' is taken by a running container"*"jf rm a"* ]]
	kill "$(<"$JF_CLASS/a/pid")"
	jf wait a
	run -125 jf run a "$F/rootfs" true
	[[ $output == *"'a' is taken (exited): \`jf rm a\`"* ]]
	[ "$(jf rm a)" = a ]
	nothing_left a
	rm -r "$JF_CLASS/a"
	run -0 jf start a "$F/rootfs" true
}

@test "a record that cannot be written in full: it is said, nothing runs, nothing is left" {
	local pages
	mkdir "$JF_RUNDIR"
	mount -t tmpfs -o size=40k,nr_inodes=100 small "$JF_RUNDIR" 2>/dev/null ||
		skip "nothing can be mounted here"
	for ((pages = 10; pages > 0; pages--)); do
		rm -f "$JF_RUNDIR/.ballast"
		head -c $((pages * 4096)) /dev/zero >"$JF_RUNDIR/.ballast"
		run -125 jf start --env A=1 --restart always a "$F/rootfs" sleep 30
		[ "$output" = "jf: $JF_RUNDIR/a: cannot write the container's record: is the file system full?" ]
		[ ! -e "$STUB_ARGS" ]
		nothing_left a
	done
	rm "$JF_RUNDIR/.ballast"
	run -0 jf start --env A=1 a "$F/rootfs" sleep 30
	[ "$(tr '\0' '|' <"$JF_RUNDIR/a/argv")" = 'sleep|30|' ]
}

@test "a name is taken by a directory made by hand" {
	container mine
	run -125 jf start mine "$F/rootfs" true
	[[ $output == *"'mine' is taken (created)"* ]]
	[ ! -e "$JF_RUNDIR/mine" ]
	[ -d "$JF_CONFIGFS/mine" ]
}

@test "of ten starts of one name at once, one wins" {
	local i
	for i in {1..10}; do
		jf start a "$F/rootfs" sleep 30 >"$F/out.$i" 2>"$F/err.$i" 3>&- &
	done
	wait
	[ "$(cat "$F"/out.* | grep -c '^a$')" -eq 1 ]
	[ "$(cat "$F"/err.* | grep -c 'is taken')" -eq 9 ]
	[ -e "$JF_RUNDIR/a/logger" ]
}

# ---- sizes and other values -----------------------------------------------

@test "a bad size is named, with what would be right" {
	local size
	for size in '' 0 -1 1.5M 12X M 64MB 0x10 999999999999999999999 ' 1' '1 M' 64m6; do
		run -125 jf start --hard "$size" a "$F/rootfs" true
		[[ $output == "jf: --hard '$size': not a size: "*"64M"* ]]
	done
	run -125 jf start --hard
	[[ $output == "jf: --hard: needs a value"* ]]
}

@test "sizes: bytes, k, M, G, max, leading zeros" {
	local size
	for size in 104857600 102400k 102400K 100M 100m 1G 1g max 0100M 08M; do
		run -0 jf run --rm --soft 4M --hard "$size" "a$size" "$F/rootfs" true
		rm -rf "$JF_CLASS/a$size"
	done
}

@test "a bad --soft-mib, --hard-mib or --nice is named, before and behind" {
	run -125 jf start a "$F/rootfs" true --hard-mib 6x
	[ "$output" = "jf: --hard-mib '6x': not a number of MiB: as in --hard-mib 64" ]
	run -125 jf start a "$F/rootfs" true --hard-mib
	[[ $output == "jf: --hard-mib: needs a value"* ]]
	run -125 jf start --soft-mib 0 a "$F/rootfs" true
	[[ $output == "jf: --soft-mib '0': "* ]]
	local nice
	for nice in 20 -21 x '' 5x --5; do
		run -125 jf start --nice "$nice" a "$F/rootfs" true
		[[ $output == "jf: --nice '$nice': not a nice value: -20 (first) to 19 (last)" ]]
	done
	[ ! -e "$JF_RUNDIR" ] || [ -z "$(ls -A "$JF_RUNDIR")" ]
}

@test "a missing word is told by its name" {
	run -125 jf start
	[[ $output == "jf: no NAME: "* ]]
	run -125 jf start a
	[[ $output == "jf: no ROOTFS: "* ]]
	run -125 jf start a "$F/rootfs"
	[[ $output == "jf: no command: "* ]]
	run -125 jf run --nosuch a "$F/rootfs" true
	[[ $output == "jf: unknown option '--nosuch': see \`jf help run\`" ]]
}

@test "a bad rootfs is named" {
	run -125 jf start a "$F/nosuch" true
	[ "$output" = "jf: rootfs '$F/nosuch': no such directory" ]
	: >"$F/file"
	run -125 jf start a "$F/file" true
	[ "$output" = "jf: rootfs '$F/file': not a directory" ]
	run -125 jf start a / true
	[[ $output == "jf: rootfs '/': is the host's own root"* ]]
	nothing_left a
}

@test "a relative rootfs is made absolute" {
	cd "$F"
	jf start a rootfs true
	[ "$(<"$JF_RUNDIR/a/rootfs")" = "$F/rootfs" ]
}

# ---- what is missing -------------------------------------------------------

@test "module not loaded: every verb that needs it says modprobe" {
	rmdir "$JF_CONFIGFS" "$JF_CLASS"
	rm -r "$JF_DEBUGFS"
	local verb
	for verb in 'start a r true' 'run a r true' ps 'stop a' 'kill a' 'rm a' 'wait a' 'inspect a' events; do
		# shellcheck disable=SC2086 # words
		run jf $verb
		[ "$status" -ne 0 ]
		[ "$output" = "jf: the kernel module jackfruit is not loaded: \`modprobe jackfruit\`" ]
	done
}

@test "configfs not mounted: the message has the mount" {
	rmdir "$JF_CONFIGFS"
	run -1 jf ps
	[[ $output == "jf: configfs is not mounted "*"\`mount -t configfs none /sys/kernel/config\`" ]]
}

@test "debugfs not mounted: the message has the mount" {
	rm -r "$JF_DEBUGFS"
	run -1 jf events
	[[ $output == "jf: debugfs is not mounted "*"\`mount -t debugfs none /sys/kernel/debug\`" ]]
}

@test "no root: told by the verbs that write" {
	[ "$(id -u)" -eq 0 ] || skip "cannot drop root without being root"
	command -v setpriv >/dev/null || skip "no setpriv"
	container a state=running
	chmod 755 "$F" "$JF_CONFIGFS"
	local parent=$F
	while [[ $parent != / ]]; do
		chmod o+rx "$parent" 2>/dev/null || true
		parent=${parent%/*}
		parent=${parent:-/}
	done
	local verb
	for verb in "start b $F/rootfs true" 'stop a' 'kill a' 'rm a'; do
		# shellcheck disable=SC2086 # words
		run env PATH="$JF_PATH" "$(command -v setpriv)" --reuid 65534 --regid 65534 --clear-groups \
			$JF_SHELL "$JF_SOURCE" $verb
		[ "$status" -ne 0 ]
		[[ $output == "jf: no permission to write $JF_CONFIGFS: \`jf ${verb%% *}\` must be run by root" ]]
	done
}

@test "jfrun or jflog missing from PATH is told" {
	rm "$F/bin/jflog"
	if [[ $JF_SHELL != busybox* ]]; then
		JF_PATH=$F/bin:/usr/bin:/bin
	fi
	run -125 jf start a "$F/rootfs" true
	[[ $output == "jf: jflog: not found in PATH: "* ]]
	nothing_left a
}

# ---- run -------------------------------------------------------------------

@test "run shows the output and returns the status" {
	run --separate-stderr -7 jf run a "$F/rootfs" -- sh -c 'echo out; echo err >&2; exit 7'
	[ "$output" = out ]
	[[ $stderr == err ]]
	run --separate-stderr -0 jf logs a
	[ "$output" = out ]
	[ "$stderr" = err ]
	run -0 jf wait a
	[ "$output" = 7 ]
}

@test "run passes stdin on" {
	run -0 jf run a "$F/rootfs" -- cat <<<'from the terminal'
	[ "$output" = 'from the terminal' ]
}

@test "run --rm leaves nothing" {
	run -3 jf run --rm a "$F/rootfs" -- sh -c 'exit 3'
	nothing_left a
}

@test "run that fails to start returns jfrun's status and leaves nothing" {
	export STUB_ERROR='cannot execute' STUB_STATUS=126
	run -126 jf run a "$F/rootfs" true
	[ "$output" = "jfrun: cannot execute" ]
	nothing_left a
}

@test "SIGTERM to run is a stop, and run returns the command's status" {
	jf_exec run a "$F/rootfs" -- sh -c 'trap "exit 5" USR1; while :; do sleep 0.1; done' 2>"$F/err" &
	local pid=$!
	wait_until holds "$JF_CLASS/a/state" running
	wait_until test ! -e "$JF_RUNDIR/a/ready"
	: >"$JF_CONFIGFS/a/stop"
	kill -TERM "$pid"
	wait_until holds "$JF_CONFIGFS/a/stop" 1
	kill -USR1 "$(<"$JF_CLASS/a/pid")"
	status_of "$pid" 5
	[[ $(<"$F/err") == *"stopping a"* ]]
}

@test "SIGINT to run is a stop, a second one a kill" {
	local env pid
	env=$(command -v env)
	# the moment after it can be seen to run is a long one
	printf '#!/bin/sh\n%s "$@"\ncase $* in */ready) sleep 1 ;; esac\n' "$(command -v rm)" >"$F/bin/rm"
	chmod +x "$F/bin/rm"
	# a job in the background ignores SIGINT, and a shell cannot trap what is ignored
	(
		exec 3>&-
		# shellcheck disable=SC2086 # two words
		PATH=$JF_PATH exec "$env" --default-signal=INT $JF_SHELL "$JF_SOURCE" run a "$F/rootfs" -- \
			sh -c 'trap "exit 6" USR1; while :; do sleep 0.1; done'
	) 2>"$F/err" &
	pid=$!
	wait_until holds "$JF_CLASS/a/state" running
	wait_until test ! -e "$JF_RUNDIR/a/ready"
	control a stop= kill=
	kill -INT "$pid"
	wait_until is "$JF_CONFIGFS/a/stop" 1
	is "$JF_CONFIGFS/a/kill" ''
	kill -INT "$pid"
	wait_until is "$JF_CONFIGFS/a/kill" 1
	kill -USR1 "$(<"$JF_CLASS/a/pid")"
	status_of "$pid" 6
	[[ $(<"$F/err") == *"stopping a (once more to kill it)"* ]]
}

# ---- ps --------------------------------------------------------------------

@test "ps shows sizes as people read them" {
	container big state=running pid=4194304 procs=3 usage=41943040 peak=1610612736 started="$(date +%s)"
	control big soft_limit=1000 hard_limit=max
	run -0 jf ps
	[[ ${lines[0]} =~ ^NAME\ +STATE\ +PID\ +PROCS\ +USAGE\ +PEAK\ +SOFT\ +HARD\ +UP\ +REASON\ +STATUS\ +COMMAND$ ]]
	[[ ${lines[1]} =~ ^big\ +running\ +4194304\ +3\ +40M\ +1\.5G\ +1000B\ +max\ +[0-9]+s\ +-\ +-\ +-$ ]]
}

@test "ps shows how a container ended" {
	container dead state=killed reason=hard_limit exit_status=137 pid=4194304 started=1
	run -0 jf ps dead
	[[ ${lines[1]} =~ ^dead\ +killed\ +4194304\ +0\ +0B\ +0B\ +-\ +-\ +-\ +hard_limit\ +137\ +-$ ]]
}

@test "ps of none is a heading" {
	run -0 jf ps
	[ "${#lines[@]}" -eq 1 ]
	run -0 jf ps -q
	[ -z "$output" ]
}

@test "ps -q prints names, ps NAME one of them, and an unknown one is an error" {
	container a
	container b
	run -0 jf ps -q
	[ "$output" = $'a\nb' ]
	run -0 jf ps b
	[ "${#lines[@]}" -eq 2 ]
	run -1 jf ps nosuch
	[ "$output" = "jf: no container 'nosuch': \`jf ps\` lists them" ]
}

@test "ps shows a record the kernel knows nothing of as lost, and rm clears it" {
	mkdir -p "$JF_RUNDIR/gone"
	echo 'sleep 1' >"$JF_RUNDIR/gone/command"
	run -0 jf ps
	[[ ${lines[1]} =~ ^gone\ +lost ]]
	run -0 jf rm gone
	nothing_left gone
}

@test "ps of 500 containers lists them all, by a few processes" {
	local i
	for i in {1..500}; do
		container "c$i" state=running pid=1 procs=1 usage=$((i * 100000)) started=1
		control "c$i" soft_limit=1 hard_limit=2
		mkdir -p "$JF_RUNDIR/c$i"
		echo "sleep $i" >"$JF_RUNDIR/c$i/command"
	done
	# how long that takes: scripts/bench ps
	run -0 jf ps
	[ "${#lines[@]}" -eq 501 ]
	[[ ${lines[500]} == *"sleep 99" ]]
	# a fork for each of them would be felt on a board
	local strace
	strace=$(command -v strace) || skip "no strace here to count processes"
	# shellcheck disable=SC2086 # two words
	PATH=$JF_PATH "$strace" -f -qq -e trace=process -e signal=none -o "$F/trace" \
		$JF_SHELL "$JF_SOURCE" ps >/dev/null
	[ "$(grep -cE '(clone|fork|clone3|vfork)\(' "$F/trace")" -lt 20 ]
}

# ---- logs ------------------------------------------------------------------

cri() {
	mkdir -p "$JF_LOGDIR"
	cat >>"$JF_LOGDIR/a.log"
}

@test "logs strips the prefix, joins parts, keeps the streams apart and in order" {
	# an empty line's record ends with a space, which the source cannot
	local sp=' '
	cri <<-EOF
		2026-01-31T12:00:00.000000001Z stdout F one
		2026-01-31T12:00:00.000000002Z stderr F  two  with   blanks
		2026-01-31T12:00:00.000000003Z stdout P thr
		2026-01-31T12:00:00.000000004Z stdout P e
		2026-01-31T12:00:00.000000005Z stdout F e
		2026-01-31T12:00:00.000000006Z stdout F$sp
		2026-01-31T12:00:00.000000007Z stdout F %s \n F P
		2026-01-31T12:00:00.000000008Z stdout P no newline
	EOF
	jf logs a >"$F/o" 2>"$F/e"
	printf 'one\nthree\n\n%%s \\n F P\nno newline' | cmp - "$F/o"
	printf ' two  with   blanks\n' | cmp - "$F/e"
	run -0 jf logs a
	[ "${lines[0]}" = one ]
	[ "${lines[1]}" = ' two  with   blanks' ]
}

@test "logs: two streams into one file come in the log's order" {
	cri <<-'EOF'
		2026-01-31T12:00:00.000000001Z stdout F 1
		2026-01-31T12:00:00.000000002Z stderr F 2
		2026-01-31T12:00:00.000000003Z stdout F 3
		2026-01-31T12:00:00.000000004Z stderr F 4
	EOF
	jf logs a >"$F/both" 2>&1
	[ "$(<"$F/both")" = $'1\n2\n3\n4' ]
}

@test "logs --tail counts lines, not records" {
	cri <<-'EOF'
		2026-01-31T12:00:00.000000001Z stdout F 1
		2026-01-31T12:00:00.000000002Z stdout F 2
		2026-01-31T12:00:00.000000003Z stdout P 3
		2026-01-31T12:00:00.000000004Z stdout F 3
		2026-01-31T12:00:00.000000005Z stdout F 4
	EOF
	run -0 jf logs --tail 2 a
	[ "$output" = $'33\n4' ]
	run -0 jf logs -n0 a
	[ -z "$output" ]
	run -0 jf logs --tail=99 a
	[ "${#lines[@]}" -eq 4 ]
	run -2 jf logs -n x a
	[[ $output == "jf: --tail 'x': not a number of lines" ]]
}

@test "logs -t puts the time before each line" {
	cri <<-'EOF'
		2026-01-31T12:00:00.000000001Z stdout P a
		2026-01-31T12:00:00.000000002Z stdout F b
	EOF
	run -0 jf logs -t a
	[ "$output" = '2026-01-31T12:00:00.000000001Z ab' ]
}

@test "logs of a name that was used before the last boot begin with this container" {
	cri <<<'2020-01-31T12:00:00.000000001Z stdout F old'
	jf start a "$F/rootfs" true
	jf wait a
	[ -s "$JF_RUNDIR/a/log_since" ]
	cri <<<'2999-01-31T12:00:00.000000001Z stdout F new'
	run -0 jf logs a
	[ "$output" = new ]
}

@test "logs -f follows until the container has ended, and loses nothing" {
	container a state=running
	mkdir -p "$JF_RUNDIR/a"
	cri <<<'2026-01-31T12:00:00.000000001Z stdout F 1'
	cp "$(command -v sleep)" "$F/jflog"
	"$F/jflog" 30 3>&- &
	local logger=$!
	echo "$logger" >"$JF_RUNDIR/a/logger"
	jf_exec logs -f a >"$F/o" &
	local pid=$!
	wait_until test -s "$F/o"
	[ "$(<"$F/o")" = 1 ]
	cri <<<'2026-01-31T12:00:00.000000002Z stdout F 2'
	printf '2026-01-31T12:00:00.000000003Z std' >>"$JF_LOGDIR/a.log"
	wait_until holds "$F/o" 2
	printf 'out F 3\n' >>"$JF_LOGDIR/a.log"
	cri <<<'2026-01-31T12:00:00.000000004Z stdout F 4'
	kill "$logger"
	wait "$pid"
	[ "$(<"$F/o")" = $'1\n2\n3\n4' ]
}

@test "logs of an unknown container, and of one without a log" {
	run -1 jf logs nosuch
	[[ $output == "jf: no container 'nosuch'"* ]]
	container a
	run -1 jf logs a
	[[ $output == "jf: container 'a' has no log "* ]]
	run -2 jf logs
	run -2 jf logs a b
}

# ---- stop, kill, rm, wait ----------------------------------------------------

@test "stop writes the grace and stop, and returns when it has ended" {
	container a state=running
	control a grace_ms=10000 stop= kill=
	kernel_obeys a stop stopped
	run -0 jf stop -t 3 a
	[ "$output" = a ]
	[ "$(<"$F/obeyed/grace_ms")" = 3000 ]
}

@test "stop of one that has ended is no error, of an unknown one it is" {
	container a state=exited
	run -0 jf stop a
	[ "$output" = a ]
	run -1 jf stop a nosuch
	[[ $output == "jf: no container 'nosuch'"* ]]
	run -2 jf stop
	[[ $output == "jf: no container named"* ]]
	run -2 jf stop -t x a
	[[ $output == "jf: -t 'x': not a number of seconds"* ]]
}

@test "kill writes kill and returns when none is left" {
	container a state=running
	control a kill=
	kernel_obeys a kill killed
	run -0 jf kill a
	[ "$output" = a ]
	run -1 jf kill a
	[[ $output == "jf: container 'a' does not run: "* ]]
}

@test "kill -s signals the first process, and only while it is a member" {
	sleep 30 3>&- &
	local pid=$!
	container a state=running pid="$pid"
	control a pids=$((pid + 1))
	run -1 jf kill -s TERM a
	[[ $output == "jf: a: its first process has ended"* ]]
	kill -0 "$pid"
	# more members than pids can list: opens, and cannot be read
	rm "$JF_CONFIGFS/a/pids"
	mkdir "$JF_CONFIGFS/a/pids"
	run -1 jf kill -s TERM a
	[[ $output == "jf: a: its members cannot be listed: "* ]]
	[[ $output != *$'\n'* ]]
	printf '%s\n' "b $pid 4096 sleep" "a $((pid + 1)) 4096 sleep" >"$JF_DEBUGFS/members"
	run -1 jf kill -s TERM a
	[[ $output == "jf: a: its first process has ended"* ]]
	kill -0 "$pid"
	echo "a $pid 4096 sleep" >>"$JF_DEBUGFS/members"
	run -0 jf kill -s URG a
	[ "$output" = a ]
	rmdir "$JF_CONFIGFS/a/pids"
	control a pids="$pid"
	run -0 jf kill -s SIGTERM a
	status_of "$pid" 143
}

@test "rm refuses a running one, and says how" {
	container a state=running
	run -1 jf rm a
	[[ $output == "jf: container 'a' is running: \`jf stop a\` first, or \`jf rm -f a\`"* ]]
	[ -d "$JF_CONFIGFS/a" ]
}

@test "rm -f kills, then removes" {
	container a state=running
	control a kill=
	kernel_obeys a kill killed
	run -0 jf rm -f a
	[ "$output" = a ]
	nothing_left a
}

@test "rm -f of one that is starting kills nobody who has its jflog's number by now" {
	local stranger starter
	sleep 100 3>&- &
	stranger=$!
	sleep 0.5 3>&- &
	starter=$!
	mkdir -p "$JF_RUNDIR/a"
	echo "$stranger" >"$JF_RUNDIR/a/logger"
	echo "$starter" >"$JF_RUNDIR/a/starter"
	mkfifo "$JF_RUNDIR/a/ready"
	run -0 jf rm -f a
	nothing_left a
	run -1 gone "$stranger"
	kill "$stranger"
}

@test "rm of one that is starting: refused, its record and log stay; with -f it comes to nothing" {
	mv "$F/bin/jfrun" "$F/bin/started"
	cat >"$F/bin/jfrun" <<-'EOF'
		#!/bin/sh
		until [ -e "$STUB_ARGS.go" ]; do sleep 0.1; done
		exec started "$@"
	EOF
	chmod +x "$F/bin/jfrun"
	jf_exec start a "$F/rootfs" sleep 30 &
	local pid=$!
	wait_until test -s "$JF_RUNDIR/a/logger"
	run -1 jf rm a
	[[ $output == "jf: container 'a' is starting: "*"\`jf rm -f a\`"* ]]
	touch "$STUB_ARGS.go"
	status_of "$pid" 0
	[ -d "$JF_RUNDIR/a" ]

	rm "$STUB_ARGS.go"
	jf_exec start b "$F/rootfs" sleep 30 &
	pid=$!
	wait_until test -s "$JF_RUNDIR/b/logger"
	run -0 jf rm -f b
	[ "$output" = b ]
	status_of "$pid" 125
	nothing_left b
}

# lost NAME
lost() {
	jf ps "$1" | grep -q "^$1  *lost "
}

@test "a jf that is killed while it starts a container: nobody hangs or runs, and rm clears away its record" {
	local when real pid options moments='jflog mkfifo'
	# before it has heard anything; before the FIFO is there. busybox takes its own mkfifo
	[[ $JF_SHELL == dash ]] || moments=jflog
	mkdir "$F/real"
	cp "$F/bin/jflog" "$F/real/jflog"
	for when in $moments; do
		for options in '' '--restart always'; do
			real=$F/real/jflog
			[ "$when" = jflog ] || real=$(command -v "$when")
			# shellcheck disable=SC2016 # the script's
			printf '#!/bin/sh\nkill -KILL $PPID\nexec %s "$@"\n' "$real" >"$F/bin/$when"
			chmod +x "$F/bin/$when"
			rm -f "$STUB_ARGS.all"
			# shellcheck disable=SC2086 # two words
			jf_exec start $options a "$F/rootfs" sleep 30 &
			pid=$!
			status_of "$pid" 137
			[ "$when" = mkfifo ] || wait_until test -s "$JF_RUNDIR/a/logger"
			[ ! -e "$JF_RUNDIR/a/logger" ] || wait_until gone "$(<"$JF_RUNDIR/a/logger")"
			lost a
			# it was begun once, or never
			[ "$when" = mkfifo ] || [ "$(wc -l <"$STUB_ARGS.all")" -eq 1 ]
			[ "$when" = jflog ] || [ ! -e "$STUB_ARGS.all" ]
			run -1 jf wait a
			[[ $output == "jf: container 'a': the kernel knows it no more"* ]]
			run -0 jf rm a
			nothing_left a
		done
	done
}

@test "rm gives up on a directory that stays busy, and keeps the record" {
	container a state=exited
	control a pids=
	mkdir -p "$JF_RUNDIR/a"
	JF_BUSY_TRIES=2 run -1 jf rm a
	[[ $output == "jf: a: cannot remove it: "* ]]
	[ -d "$JF_RUNDIR/a" ]
}

@test "rm of several does what it can" {
	container a state=exited
	container b state=running
	container c state=exited
	run -1 jf rm a b c
	[[ $output == *"'b' is running"* ]]
	[ ! -d "$JF_CONFIGFS/a" ]
	[ -d "$JF_CONFIGFS/b" ]
	[ ! -d "$JF_CONFIGFS/c" ]
}

@test "rm takes the rotated logs, not those of another container" {
	container a state=exited
	mkdir -p "$JF_LOGDIR"
	# one that somebody has taken away leaves a gap
	touch "$JF_LOGDIR"/{a.log,a.log.1,a.log.2,a.log.4,a.log.30,a.log.1.log,ab.log}
	run -0 jf rm a
	[ "$(cd "$JF_LOGDIR" && echo *)" = 'a.log.1.log ab.log' ]
}

@test "wait prints each exit status" {
	container a state=exited exit_status=3
	container b state=killed exit_status=137
	run -0 jf wait a b
	[ "$output" = $'3\n137' ]
}

# ---- events, inspect, help -----------------------------------------------------

@test "events of all, and of those named" {
	cat >"$JF_DEBUGFS/events" <<-'EOF'
		seq=1 time=1.0 container=a event=start pid=1 comm=x container=b
		seq=2 time=1.1 container=aa event=start pid=2 comm=y
		seq=3 time=1.2 container=b event=exit pid=3 comm=z
	EOF
	run -0 jf events
	[ "${#lines[@]}" -eq 3 ]
	run -0 jf events aa
	[[ $output == seq=2* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "events -f goes on" {
	echo 'seq=1 container=a event=start' >"$JF_DEBUGFS/events"
	jf_exec events -f a >"$F/o" &
	local pid=$!
	wait_until test -s "$F/o"
	echo 'seq=2 container=b event=exit' >>"$JF_DEBUGFS/events"
	echo 'seq=3 container=a event=exit' >>"$JF_DEBUGFS/events"
	wait_until holds "$F/o" seq=3
	kill "$pid"
	[ "$(<"$F/o")" = $'seq=1 container=a event=start\nseq=3 container=a event=exit' ]
}

@test "inspect tells what is known" {
	jf start --soft 8M a "$F/rootfs" -- true 'two words'
	jf wait a
	run -0 jf inspect a
	[[ $output == *"name:         a"* ]]
	[[ $output == *"state:        exited"* ]]
	[[ $output == *"exit_status:  0"* ]]
	[[ $output == *"rootfs:       $F/rootfs"* ]]
	[[ $output == *"command:      true 'two words'"* ]]
}

@test "help lists every command, and each has its own" {
	local verb
	run -0 jf help
	local all=$output
	for verb in "${JF_SOURCE%/*}"/cmd/*.sh; do
		verb=${verb##*/}
		verb=${verb%.sh}
		[[ $all == *"  $verb "* ]]
		run -0 jf help "$verb"
		[[ $output == "usage: jf "* ]]
		[ "$(jf "$verb" --help)" = "$output" ]
	done
	[ "$(jf)" = "$all" ]
	[ "$(jf --help)" = "$all" ]
}

@test "an unknown command is a usage error" {
	local verb
	for verb in nosuch ../cmd/ps ps.sh '' PS; do
		[ -n "$verb" ] || continue
		run -2 jf "$verb"
		[ "$output" = "jf: unknown command '$verb': \`jf help\` lists them" ]
	done
	run -2 jf help nosuch
}

@test "jf works through a link" {
	ln -s "$JF_SOURCE" "$F/bin/jf"
	# shellcheck disable=SC2086 # `busybox sh` is two words
	PATH=$JF_PATH run -0 $JF_SHELL "$F/bin/jf" version
	[[ $output == "jf "* ]]
}
