#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf on a fixture: JSON, filters, update, attach, exec, top, check.

load jf-fixture

setup() { fixture_setup; }
teardown() { fixture_teardown; }

need_jq() {
	command -v jq >/dev/null || skip "no jq"
}

@test "ps --json is valid, with bytes and nulls" {
	need_jq
	container a state=running pid=42 procs=2 usage=1000 peak=5000000000 started=17
	control a soft_limit=1024 hard_limit=max
	container b state=killed reason=hard_limit exit_status=137 'enforcing=no: because "of" \ this'
	jf ps --json >"$F/json"
	[ "$(jq length "$F/json")" -eq 2 ]
	[ "$(jq -c '.[0] | [.name, .pid, .peak, .soft_limit, .hard_limit, .reason, .exit_status]' "$F/json")" = \
		'["a",42,5000000000,1024,null,null,null]' ]
	[ "$(jq -r '.[1] | "\(.reason) \(.exit_status) \(.enforcing)"' "$F/json")" = \
		'hard_limit 137 no: because "of" \ this' ]
}

@test "ps --json of none is an empty array" {
	run -0 jf ps --json
	[ "$output" = '[]' ]
}

@test "ps --json and inspect --json carry any command" {
	need_jq
	local odd=$'tab\tnew\nline "q" \\ \e ä \x01'
	jf start a "$F/rootfs" -- true "$odd" ''
	jf wait a
	jf ps --json >"$F/json"
	jq -e '.[0].command | startswith("true ")' "$F/json"
	jf inspect --json a >"$F/json"
	[ "$(jq -r '.[0].argv[1]' "$F/json")" = "$odd" ]
	[ "$(jq -c '.[0].argv | length' "$F/json")" = 3 ]
	[ "$(jq -r '.[0].state' "$F/json")" = exited ]
}

@test "JSON is valid whatever is in a word: every byte, UTF-8 and what is none" {
	need_jq
	command -v perl >/dev/null || skip "no perl"
	# all bytes but NUL; then the edges of UTF-8, good and bad
	local all
	all=$(perl -e 'print map { chr } 1 .. 255')
	local good=$'\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbd'
	local bad=$'\xc1\xbf|\xe0\x9f\x80|\xed\xa0\x80|\xf0\x8f\x80\x80|\xf4\x90\x80\x80|\xf8|\xc3|\xe2\x82'
	mkdir "$F/root \"q\" \\ ä"$'\xff'
	jf start --env "E=$all" a "$F/root \"q\" \\ ä"$'\xff' -- true "$all" "$good" "$bad" '[x] \y'
	jf wait a
	jf inspect --json a >"$F/json"
	jf ps --json >"$F/ps.json"
	# strict: jq mends bytes that are no UTF-8 in silence
	perl -MEncode -e 'local $/; decode("UTF-8", <STDIN>, Encode::FB_CROAK)' <"$F/json"
	perl -MEncode -e 'local $/; decode("UTF-8", <STDIN>, Encode::FB_CROAK)' <"$F/ps.json"
	[ "$(jq -r '.[0].argv[1][0:127]' "$F/json")" = "$(perl -e 'print map { chr } 1 .. 127')" ]
	[ "$(jq -r '.[0].options[0]' "$F/json" | head -c 20)" = "$(head -c 20 <<<"--env=E=$all")" ]
	# a byte from 128 on alone is no character
	[ "$(jq '.[0].argv[1][127:] | explode | unique == [65533] and true' "$F/json")" = true ]
	[ "$(jq '.[0].argv[1] | length' "$F/json")" -eq 255 ]
	[ "$(jq -r '.[0].argv[2]' "$F/json")" = "$good" ]
	[ "$(jq -r '.[0].argv[3] | gsub("\ufffd"; "?")' "$F/json")" = '??|???|???|????|????|?|?|??' ]
	[ "$(jq -r '.[0].argv[4]' "$F/json")" = '[x] \y' ]
	[ "$(jq -r '.[0].rootfs | gsub("\ufffd"; "?")' "$F/json")" = "$F/root \"q\" \\ ä?" ]
	jq -e '.[0].command | startswith("true ")' "$F/ps.json"
}

@test "a process that calls itself anything does not break ps" {
	need_jq
	local p=$F/proc/77
	mkdir -p "$p"
	printf 'a\tb"\\\033[31m\n' >"$p/comm"
	container a state=running pid=77
	export JF_PROC=$F/proc
	run -0 jf ps
	[[ ${lines[1]} == *'[a?b"\?[31m]' ]]
	[ "$(jf ps --json | jq -r '.[0].command')" = '[a?b"\?[31m]' ]
}

@test "inspect --json of two, with flat-keyed files as objects" {
	need_jq
	container a state=killed
	container b
	printf 'soft 1\nhard 2\nkill 3\n' >"$JF_CLASS/a/events"
	control a soft_limit=max hard_limit=1024 nice=-5 metric=rss
	printf '10\n11\n' >"$JF_CONFIGFS/a/pids"
	jf inspect --json a b >"$F/json"
	[ "$(jq -c '.[0] | [.events.hard, .pids, .nice, .metric, .soft_limit]' "$F/json")" = \
		'[2,[10,11],-5,"rss",null]' ]
	[ "$(jq -r '.[1].name' "$F/json")" = b ]
}

@test "ps --filter" {
	container web1 state=running
	container web2 state=exited reason=exited
	container db state=running
	run -0 jf ps -q --filter state=running
	[ "$output" = $'db\nweb1' ]
	run -0 jf ps -q --filter 'name=web*' --filter=state=running
	[ "$output" = web1 ]
	run -0 jf ps -q --filter reason=exited
	[ "$output" = web2 ]
	run -2 jf ps --filter colour=red
	[[ $output == "jf: --filter 'colour=red': not a filter"* ]]
}

@test "update writes what was asked, in the kernel's words" {
	container a
	control a soft_limit=1 hard_limit=2 nice=0 grace_ms=1 metric=rss hard_action=kill \
		kill_scope=container soft_signal=0 forecast_ms=0
	run -0 jf update a --nice inherit
	[ "$(<"$JF_CONFIGFS/a/nice")" = inherit ]
	run -0 jf update a --soft 8M --hard-mib 16 --nice -3 --grace 5 --metric anon \
		--action term --scope process --soft-signal SIGUSR1 --forecast 2500
	[ "$output" = a ]
	[ "$(cd "$JF_CONFIGFS/a" && cat soft_limit hard_limit nice grace_ms metric hard_action kill_scope soft_signal forecast_ms | tr '\n' ' ')" = \
		'8M 16M -3 5000 anon term process 10 2500 ' ]
}

@test "update refuses bad values, each by name, and changes nothing" {
	container a
	control a soft_limit=1000 hard_limit=2000 nice=0
	local words
	for words in '--soft 1X' '--hard 0' '--nice 99' '--metric vsz' '--action explode' \
		'--scope world' '--soft-signal NOSUCH' '--soft-signal 65' '--grace x' '--forecast -1' '--nosuch 1' '--soft'; do
		# shellcheck disable=SC2086 # words
		run -2 jf update a --nice 3 $words
		[[ $output == *"${words%% *}"* ]]
		[ "$(<"$JF_CONFIGFS/a/nice")" = 0 ]
	done
	run -2 jf update a
	[[ $output == "jf: nothing to change"* ]]
	run -1 jf update a --soft 3000
	[[ $output == "jf: a: the soft limit (3000) would be above the hard limit (2000)"* ]]
	run -1 jf update nosuch --soft 1M
	[[ $output == "jf: no container 'nosuch'"* ]]
}

@test "update takes back what it wrote when a later setting is refused" {
	container a
	control a soft_limit=1000 hard_limit=2000
	mkdir "$JF_CONFIGFS/a/metric"
	run -1 jf update --soft 1500 --metric anon a
	[[ $output == "jf: a: cannot set metric to anon: Is a directory" ]]
	[ "$(<"$JF_CONFIGFS/a/soft_limit")" = 1000 ]
}

@test "attach: bad words, an unknown PID, a name that only has a record" {
	run -2 jf attach a
	run -2 jf attach a x
	[ "$output" = "jf: PID 'x': not a number" ]
	run -2 jf attach a 1 2
	run -1 jf attach a 999999999
	[ "$output" = "jf: PID 999999999: no such process" ]
	mkdir -p "$JF_RUNDIR/b"
	run -1 jf attach b $$
	[[ $output == *"the kernel knows it no more"* ]]
	[ ! -d "$JF_CONFIGFS/a" ]
}

@test "attach writes settings, then the PID" {
	container a
	control a soft_limit=max hard_limit=max pids=
	run -0 jf attach --soft 1M --hard 2M a $$
	[ "$(<"$JF_CONFIGFS/a/pids")" = $$ ]
	[ "$(<"$JF_CONFIGFS/a/hard_limit")" = 2M ]
}

@test "attach: a soft limit above the hard one: nothing is made" {
	run -1 jf attach --soft 2M --hard 1M new $$
	[[ $output == "jf: new: the soft limit (2097152) would be above the hard limit (1048576)"* ]]
	[ ! -e "$JF_CONFIGFS/new" ]
}

@test "attach of a member of another container names that container" {
	container a
	container b
	control a pids=$$
	mkdir "$JF_CONFIGFS/b/pids" # cannot be written
	run -1 jf attach b $$
	[ "$output" = "jf: PID $$: is a member of 'a' already, and cannot be of two" ]
}

@test "exec hands over to jfrun --join, for a running one only" {
	container a state=exited
	run -125 jf exec a true
	[[ $output == "jf: container 'a' is not running (exited)"* ]]
	run -125 jf exec
	run -125 jf exec a
	[[ $output == "jf: no command"* ]]
	container a state=running
	printf '#!/bin/sh\nprintf "%%s|" "$@"\nexit 7\n' >"$F/bin/jfrun"
	run -7 jf exec a -- echo 'a b' -n
	[ "$output" = '--join|a|--|echo|a b|-n|' ]
	run -7 jf exec -t --env "A=it's b" --workdir=/x --user 1:1 -- a echo -t
	[ "$output" = "--join|a|--tty|--env=A=it's b|--workdir=/x|--user=1:1|--|echo|-t|" ]
	run -125 jf exec --env
	[[ $output == "jf: --env: needs a value: "* ]]
	run -125 jf exec --ro a true
	[[ $output == "jf: unknown option '--ro': "* ]]
}

@test "exec: user, environment and directory are those that it was started with, and can be chosen" {
	export X="it's" Y=
	jf start --user 5:6 --env A='b c' --workdir /tmp --env X --env Y a "$F/rootfs" sleep 100 3>&-
	[ "$(stat -c %a "$JF_RUNDIR/a/exec")" = 600 ]
	jf start b "$F/rootfs" sleep 100 3>&-
	unset X Y
	printf '#!/bin/sh\nprintf "%%s|" "$@"\n' >"$F/bin/jfrun"
	run -0 jf exec a id
	[ "$output" = "--join|a|--user=0|--user=5:6|--env=A=b c|--workdir=/tmp|--env=X=it's|--env=Y=|--|id|" ]
	# behind those, so it counts
	run -0 jf exec --user 0 --env A=d a id
	[[ $output == *"|--env=Y=|--user=0|--env=A=d|--|id|" ]]
	run -0 jf exec b id
	[ "$output" = "--join|b|--user=0|--|id|" ]
}

@test "top shows a bar against both limits, once if not to a terminal" {
	container a state=running procs=1 usage=50 peak=60
	control a soft_limit=75 hard_limit=100
	container b state=running procs=1 usage=50 peak=60
	control b soft_limit=100 hard_limit=max
	container c state=exited
	run -0 jf top
	[ "${#lines[@]}" -eq 4 ]
	[[ ${lines[1]} == 'a     running     1   50B   60B  [####################         |          ]   75B  100B  50%' ]]
	[[ ${lines[2]} == 'b     running     1   50B   60B  [#############           |               ]  100B   max    -' ]]
	[[ ${lines[3]} == 'c     exited      0    0B    0B  ['*']     -     -    -' ]]
	run -2 jf top -n 0
	run -1 jf top nosuch
}

# in_terminal ROWS COLUMNS COMMAND...: with a terminal of that size as its output
in_terminal() {
	local size="rows $1 cols $2"
	shift 2
	script -qec "stty $size; $(printf '%q ' "$@")" /dev/null </dev/null
}

@test "top on a terminal: as wide and as long as it is, colours above the limits" {
	command -v script >/dev/null || skip "no script"
	local i
	container a state=running procs=1 usage=10 peak=60
	container b state=running procs=1 usage=80 peak=60
	container c state=running procs=1 usage=99 peak=99
	for i in a b c; do
		control "$i" soft_limit=75 hard_limit=100
	done
	# shellcheck disable=SC2086 # `busybox sh` is two words
	run -0 in_terminal 24 80 env PATH="$JF_PATH" $JF_SHELL "$JF_SOURCE" top -n 1
	[[ $output == *"3 containers, 3 running, 189B"* ]]
	[[ $output == *$'\e[33mb '* ]]
	[[ $output == *$'\e[31mc '* ]]
	# no line is longer than the terminal
	[ "$(echo "$output" | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | tr -d '\r' | awk 'length($0) > 80' | wc -l)" -eq 0 ]
	# five lines: two of heading, two containers, and how many more
	container d state=running
	# shellcheck disable=SC2086
	run -0 in_terminal 5 80 env PATH="$JF_PATH" $JF_SHELL "$JF_SOURCE" top -n 1
	[[ $output == *"... 2 more"* ]]
}

@test "check: all there, then each thing missing, with the fix" {
	[ "$(id -u)" -eq 0 ] || skip "says that root is missing"
	run -0 jf check
	[[ $output == *"ok    jfrun is $F/bin/jfrun"* ]]
	container a enforcing='no: no members'
	container b enforcing='no: no hard limit'
	run -0 jf check
	[[ $output == *"ok    container a: nothing runs in it"* ]]
	[[ $output == *"warn  container b: nothing is killed: no hard limit"* ]]
	container a enforcing='no: probe lost'
	mkdir -p "$JF_RUNDIR/gone"
	run -1 jf check
	[[ $output == *"FAIL  container a: limits are not enforced: no: probe lost"* ]]
	[[ $output == *"warn  container gone: "*"jf rm gone"* ]]
	# a log that nobody keeps, and one that is not complete
	container c state=running
	mkdir -p "$JF_RUNDIR/c"
	echo 999999999 >"$JF_RUNDIR/c/logger"
	echo 'jflog: the log lacks 7 bytes' >"$JF_RUNDIR/c/jflog.err"
	run -1 jf check
	[[ $output == *"warn  container c: its jflog has gone, "* ]]
	[[ $output == *"warn  container c: jflog: the log lacks 7 bytes: is there room in $JF_LOGDIR?"* ]]
	# another version, and kernels that are too old
	mkdir "$F/module"
	echo 0.0.9 >"$F/module/version"
	JF_MODULE=$F/module run -1 jf check
	[[ $output == *"warn  the module is 0.0.9, jf is "*"modprobe"* ]]
	# busybox prefers its own uname to one in PATH
	if [[ $JF_SHELL != busybox* ]]; then
		# shellcheck disable=SC2016
		printf '#!/bin/sh\necho 5.15.0-1\n' >"$F/bin/uname"
		chmod +x "$F/bin/uname"
		run -1 jf check
		[[ $output == *"FAIL  kernel 5.15.0-1: 6.1 or later is needed"* ]]
		rm "$F/bin/uname"
	fi
	rm -r "$JF_CONFIGFS"
	run -1 jf check
	[[ $output == *"FAIL  configfs is not mounted: "* ]]
	rm -r "$JF_CLASS"
	run -1 jf check
	[[ $output == *"FAIL  module jackfruit is not "* ]]
}

# uncounted NAME: what check says of its memory, without the words around it
uncounted() {
	jf check | sed -n "s/^warn  container $1: its limits do not count up to \(.*\): leave room for that beside them$/\1/p"
}

# huge PID KIB: a process that has mapped so many huge pages
huge() {
	mkdir -p "$F/proc/$1"
	printf 'Name:\tx\nHugetlbPages:\t%8d kB\n' "$2" >"$F/proc/$1/status"
}

@test "check: huge pages of all members, from a mebibyte on" {
	[ "$(id -u)" -eq 0 ] || skip "only root can see it"
	huge 77 20480
	huge 78 10240
	huge 79 1023
	container a
	control a pids=$'77\n78\n999'
	container b
	control b pids=79
	container c
	control c pids=
	# which are the same number
	container 10
	control 10 pids=78
	container 1e1
	control 1e1 pids=77
	JF_PROC=$F/proc run -0 jf check
	[[ $output == *$'\n'"warn  container a: its limits do not count up to 30M of hugetlb pages: leave room for that beside them"* ]]
	[[ $output == *"container 10: its limits do not count up to 10M of hugetlb pages: "* ]]
	[[ $output == *"container 1e1: its limits do not count up to 20M of hugetlb pages: "* ]]
	[[ $output != *"b: its limits"* ]]
	[[ $output != *"c: its limits"* ]]
	JF_PROC=$F/proc run -0 jf metrics
	grep -qx 'jackfruit_container_uncounted_bytes{container="a",kind="hugetlb"} 31457280' <<<"$output"
	grep -qx 'jackfruit_container_uncounted_bytes{container="b",kind="hugetlb"} 1047552' <<<"$output"
	grep -qx 'jackfruit_container_uncounted_bytes{container="c",kind="memfd"} 0' <<<"$output"
	# one that ends early, and one that was not installed
	rm "$F/bin/jf-uncounted"
	printf '#!/bin/sh\nprintf "a\\tmemfd\\t2097152\\n"; kill -ALRM $$\n' >"$F/bin/jf-uncounted"
	chmod +x "$F/bin/jf-uncounted"
	run -0 jf check
	[[ $output == *"jf: jf-uncounted has failed: there may be more that no limit counts"* ]]
	[[ $output == *"a: its limits do not count up to 2M in memfds: "* ]]
	rm "$F/bin/jf-uncounted"
	run -0 jf check
	[[ $output == *"warn  jf-uncounted is not there, which finds what no limit counts: "* ]]
	run -0 jf metrics
	[[ $output != *'uncounted_bytes{'* ]]
}

@test "of more members than pids can list debugfs tells: inspect, check, metrics" {
	[ "$(id -u)" -eq 0 ] || skip "only root can see it"
	export JF_PROC=$F/proc
	huge 77 20480
	huge 78 10240
	# names that are the same number, and that begin alike
	container 10
	control 10 pids=78
	container 1e1
	mkdir "$JF_CONFIGFS/1e1/pids" # opens, and cannot be read: as a file of the module's that is too large
	printf '%s\n' '10 78 4096 sh' '1e1 77 4096 1e1\x2078' '1e1 0 4096 sh' '1e1.x 78 4096 sh' '1e1 999 0 ' >"$JF_DEBUGFS/members"
	run -0 --separate-stderr jf inspect 1e1
	grep -qx 'pids: *77 999' <<<"$output"
	[ -z "$stderr" ]
	run -0 uncounted 1e1
	[ "$output" = '20M of hugetlb pages' ]
	run -0 jf metrics
	grep -qx 'jackfruit_container_uncounted_bytes{container="1e1",kind="hugetlb"} 20971520' <<<"$output"
	# nothing is told where nothing is known
	rm "$JF_DEBUGFS/members"
	run -1 --separate-stderr jf inspect 1e1 10
	[[ $stderr == "jf: 1e1: its members cannot be listed: "*"mount -t debugfs none /sys/kernel/debug"* ]]
	[[ $output == 'name:         1e1'* ]]
	[ "$(grep '^pids:' <<<"$output" | tr -s ' ')" = 'pids: 78' ]
	run -0 --separate-stderr jf check
	[[ $stderr == "jf-uncounted: container 1e1: its members cannot be listed: "*"mount -t debugfs none /sys/kernel/debug"* ]]
	[[ $output == *"container 10: its limits do not count up to 10M of hugetlb pages: "* ]]
	run -0 jf metrics
	[[ $output == *'uncounted_bytes{container="10",kind="memfd"} 0'* ]]
	[[ $output != *'uncounted_bytes{container="1e1"'* ]]
}

@test "check: memfds that members hold open, each once" {
	[ "$(id -u)" -eq 0 ] || skip "only root can see it"
	local pid
	# two of 3 and 2 MiB, one of them held twice, and both by a child, too; and a file that only is named so
	mkfifo "$F/said"
	/usr/bin/python3 - "$F" <<-'EOF' 3>&- &
		import os, sys, time
		for size in 3, 2:
		    fd = os.memfd_create('x')
		    os.write(fd, b'x' * (size << 20))
		os.dup(fd)
		named = os.open(sys.argv[1] + '/memfd:x', os.O_RDWR | os.O_CREAT)
		os.write(named, b'x' * (4 << 20))
		child = os.fork()
		if child:
		    open(sys.argv[1] + '/said', 'w').write(f'{os.getpid()}\n{child}\n')
		time.sleep(100)
	EOF
	pid=$!
	container a
	cat "$F/said" >"$JF_CONFIGFS/a/pids"
	run -0 uncounted a
	# shellcheck disable=SC2046 # numbers
	kill $(<"$JF_CONFIGFS/a/pids")
	[ "$output" = '5M in memfds' ]
	wait "$pid" || true
}

@test "check: a tmpfs that members see and the host does not, each once, whatever is on the way to it" {
	[ "$(id -u)" -eq 0 ] || skip "only root can see it"
	unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
	local pid odd=$'o d\\\td\n\e'
	mkdir "$F/$odd" "$F/twice" "$F/hidden" "$F/below"
	mkfifo "$F/said"
	# one of an odd name, one of two mounts, and one that a mount over it hides, by a link and by a tmpfs
	# shellcheck disable=SC2016 # the other shell's
	unshare -m sh -c '
		cd "$1" &&
		mount -t tmpfs x "$2" && head -c 3M /dev/zero >"$2/f" &&
		mount -t tmpfs x twice && head -c 2M /dev/zero >twice/f && mount --bind twice below &&
		mkdir below/sub && mount -t tmpfs x below/sub && head -c 4M /dev/zero >below/sub/f &&
		mount -t tmpfs x hidden && mkdir hidden/sub && mount -t tmpfs x hidden/sub &&
		head -c 8M /dev/zero >hidden/sub/f && mount -t tmpfs x hidden && ln -s ../twice hidden/sub
		echo $? >said; exec sleep 100' - "$F" "$odd" 3>&- &
	pid=$!
	[ "$(<"$F/said")" -eq 0 ]
	container a
	control a pids="$pid"
	container b
	# whose namespace is ours
	control b pids=$$
	run -0 uncounted a
	[ "$output" = '9M in tmpfs' ]
	run -0 uncounted b
	[ -z "$output" ]
	kill "$pid"
	wait "$pid" || true
}
