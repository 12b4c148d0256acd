#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jfrun without the module: its options, its errors, and what the command finds. Directories stand for
# the control plane.
#
# shellcheck disable=SC2016,SC2034 # what stands in single quotes is for the shell in the container; $options is for in_container

load jfrun-fixture

# ---- the command line ----------------------------------------------------------

@test "--help and --version answer on stdout" {
	run --separate-stderr -0 jfrun --help
	[[ $output == 'usage: jfrun [OPTIONS] NAME ROOTFS [--] CMD [ARG...]'* ]]
	[ -z "$stderr" ]
	run -0 jfrun --version
	[[ $output =~ ^'jfrun '[0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "what is missing on the command line is said" {
	fails 125 'no NAME: jfrun NAME ROOTFS CMD: see `jfrun --help`' jfrun
	fails 125 'no ROOTFS: jfrun NAME ROOTFS CMD: see `jfrun --help`' jfrun a
	fails 125 'no command: see `jfrun --help`' jfrun a "$R"
	fails 125 'no command: see `jfrun --help`' jfrun a "$R" --
	fails 125 'no command: see `jfrun --help`' jfrun a "$R" ''
	fails 125 'no command: see `jfrun --help`' jfrun --join a --
	fails 125 '--soft: needs a value: see `jfrun --help`' jfrun --soft
	fails 125 "unknown option '--sofd': see \`jfrun --help\`" jfrun --sofd 5M a "$R" true
	fails 125 "unknown option '-x': see \`jfrun --help\`" jfrun -x a "$R" true
}

@test "a bad name is refused, and what a good one is, is said" {
	local name good="letters, digits, '_', '.' and '-', beginning with a letter or a digit"
	for name in .a -- _a 'a b' a/b ../a $'a\n' ä ''; do
		[ "$name" != -- ] || continue
		fails 125 "name '$name': not a container name: $good" jfrun "$name" "$R" true
	done
	name=$(printf 'a%.0s' {1..64})
	fails 125 "name '$name': 64 characters: at most 63 are allowed" jfrun "$name" "$R" true
	[ "$(ls "$JF_CONFIGFS")" = $'a\nb' ]
}

@test "a bad size is refused" {
	local size
	for size in 12X '' -1 1.5M 0x10 64Mjunk 99999999999999999999 20000000000G MAX; do
		fails 125 "--soft '$size': not a size: bytes, or with K, M or G, or max" \
			jfrun --soft "$size" a "$R" true
		fails 125 "--hard '$size': not a size: bytes, or with K, M or G, or max" \
			jfrun --hard "$size" a "$R" true
	done
	[ ! -s "$JF_CONFIGFS/a/pids" ]
}

@test "a bad nice value or descriptor is refused" {
	local value
	for value in 20 -21 x '' 5x; do
		fails 125 "--nice '$value': not a number from -20 to 19" jfrun --nice "$value" a "$R" true
	done
	fails 125 "--ready-fd '7': not an open descriptor" jfrun --ready-fd 7 a "$R" true 7>&-
	fails 125 "--ready-fd 'x': not a number from 3 to 2147483647" jfrun --ready-fd x a "$R" true
}

@test "bad values of the other options are refused" {
	fails 125 "--bind 'x': not SRC:DST or SRC:DST:ro" jfrun --bind x a "$R" true
	fails 125 "--bind '/tmp:x': 'x' is not an absolute path in the container" \
		jfrun --bind /tmp:x a "$R" true
	fails 125 "--bind '/tmp:/x/../..': '..' has no place in it" jfrun --bind /tmp:/x/../.. a "$R" true
	fails 125 "--bind '/tmp:/x:rx': 'rx' is neither ro nor rw" jfrun --bind /tmp:/x:rx a "$R" true
	fails 125 "--bind '/tmp:/': the root is ROOTFS: give a path below it" \
		jfrun --bind /tmp:/ a "$R" true
	fails 125 "--bind '/nosuch:/x': '/nosuch': No such file or directory" \
		jfrun --bind /nosuch:/x a "$R" true
	fails 125 "--env '=x': not NAME=VALUE or NAME" jfrun --env =x a "$R" true
	fails 125 "--env 'NOSUCH': not set here: give NAME=VALUE" jfrun --env NOSUCH a "$R" true
	fails 125 "--workdir 'x': not an absolute path in the container" jfrun --workdir x a "$R" true
	fails 125 "--cap-add 'kil': 'kil' is not a capability: see capabilities(7), or all" \
		jfrun --cap-add kil a "$R" true
	fails 125 "--user 'nobody': no such user in the container's /etc/passwd: give a UID" \
		jfrun --user nobody a "$R" true
	fails 125 "--user '0:wheel': no such group in the container's /etc/group: give a GID" \
		jfrun --user 0:wheel a "$R" true
	fails 125 "--workdir '/nosuch': No such file or directory" jfrun --workdir /nosuch a "$R" true
}

# ---- the control plane ---------------------------------------------------------

@test "not root: it is said" {
	fails 125 "not root: namespaces and limits need root's privileges: try sudo" \
		setpriv --reuid 65534 --clear-groups "$JFRUN" a "$R" true
}

@test "module not loaded, and configfs not mounted: what to do is said" {
	local gone=$D/nosuch
	JF_CONFIGFS=$gone fails 125 \
		"configfs is not mounted (no $gone): \`mount -t configfs none /sys/kernel/config\`" \
		jfrun a "$R" true
	JF_CONFIGFS=$gone JF_CLASS=$gone fails 125 \
		'the kernel module jackfruit is not loaded: `modprobe jackfruit`' jfrun a "$R" true
}

@test "limits are written before the process is attached, and the PID is the child's" {
	local pid
	run -0 jfrun --soft 8M --hard max --nice 5 --ready-fd 7 a "$R" sh -c 'echo $$' 7> "$D/ready"
	[ "$output" = 1 ]
	is "$JF_CONFIGFS/a/soft_limit" 8M
	is "$JF_CONFIGFS/a/hard_limit" max
	is "$JF_CONFIGFS/a/nice" 5
	pid=$(cat "$JF_CONFIGFS/a/pids")
	is "$D/ready" "ready $pid"
}

@test "--ready-fd that nobody reads any more: the start is called off" {
	mkfifo "$D/fifo"
	exec 8<> "$D/fifo"
	exec 7> "$D/fifo" 8>&-
	fails 125 "container 'a': nobody reads --ready-fd any more: the start is called off" \
		jfrun --ready-fd 7 a "$R" sleep 100
	exec 7>&-
	gone "$(cat "$JF_CONFIGFS/a/pids")"
}

@test "--existing: a container that is not there is not made, so nothing runs without limits" {
	fails 125 "container 'c': there is none of that name (any more), and --existing makes none: it would be without its limits" \
		jfrun --existing c "$R" true
	[ ! -e "$JF_CONFIGFS/c" ]
	run -0 jfrun --existing a "$R" hostname
	[ "$output" = a ]
}

@test "if attaching fails nothing runs, and a directory that jfrun has made is gone" {
	# a directory made now has no files in it, since this is no configfs
	fails 125 "container 'new': was removed meanwhile: nothing has been run" \
		jfrun new "$R" touch /tmp/ran
	[ ! -e "$JF_CONFIGFS/new" ]
	[ ! -e "$R/tmp/ran" ]
	fails 125 "container 'new': has no soft_limit: it was removed meanwhile, or the module is of another version than jfrun" \
		jfrun --soft 8M new "$R" touch /tmp/ran
	[ ! -e "$JF_CONFIGFS/new" ]
	ln -sf /dev/full "$JF_CONFIGFS/a/pids"
	run -125 jfrun a "$R" touch /tmp/ran
	[[ $output == "jfrun: container 'a': cannot attach process "*": No space left on device: nothing has been run" ]]
	[ ! -e "$R/tmp/ran" ]
	[ -d "$JF_CONFIGFS/a" ]
}

@test "what --ready-fd says is what stderr says" {
	run --separate-stderr -127 jfrun --ready-fd 7 a "$R" nosuch 7> "$D/ready"
	[ "$(cat "$D/ready")" = "error: ${stderr#jfrun: }" ]
	run --separate-stderr -125 jfrun --ready-fd 7 a /nosuch true 7> "$D/ready"
	[ "$(cat "$D/ready")" = "error: rootfs '/nosuch': no such directory" ]
}

@test "--ready-fd is closed when the command runs, and is not the command's" {
	mkfifo "$D/fifo"
	"$JFRUN" --ready-fd 7 a "$R" sleep 100 7> "$D/fifo" 3>&- &
	local pid=$!
	run -0 timeout 20 cat "$D/fifo"
	[[ $output == 'ready '* ]]
	kill -KILL "$pid"
	wait_until gone "$(cat "$JF_CONFIGFS/a/pids")"
}

@test "a module without \`nice\`: jfrun sets it itself" {
	rm "$JF_CONFIGFS/a/nice"
	run -0 jfrun --nice 7 a "$R" cut -d ' ' -f 19 /proc/self/stat
	[ "$output" = 7 ]
}

@test "a container that runs is refused; so is one that another jfrun is just starting" {
	running a $$
	fails 125 "container 'a': is running: stop it first, or take another name" jfrun a "$R" true
	exec 8< "$JF_CONFIGFS/b"
	flock -x 8
	fails 125 "container 'b': is just being started by another jfrun" jfrun b "$R" true
	exec 8<&-
	run -0 jfrun b "$R" true
}

# ---- the root file system ------------------------------------------------------

@test "a rootfs that is not there, is no directory, or is the host's own root" {
	fails 125 "rootfs '$D/nosuch': no such directory" jfrun a "$D/nosuch" true
	fails 125 "rootfs '$R/bin/busybox': not a directory: unpack the image, and give that directory" \
		jfrun a "$R/bin/busybox" true
	fails 125 "rootfs '/': is the host's own root: give a directory that holds a root file system" \
		jfrun a / true
	fails 125 "rootfs '/tmp/..': is the host's own root: give a directory that holds a root file system" \
		jfrun a /tmp/.. true
}

@test "a rootfs in use is refused, and is free when its container has ended" {
	mkfifo "$D/go"
	"$JFRUN" --ready-fd 7 a "$R" sh -c 'read x' 7> "$D/ready" < "$D/go" 3>&- &
	local pid=$!
	exec 8> "$D/go"
	wait_until test -s "$D/ready"
	fails 125 "rootfs '$R': is in use by a running container: stop that one, or give another directory" \
		jfrun b "$R" true
	[ ! -s "$JF_CONFIGFS/b/pids" ]
	exec 8>&-
	status_of "$pid" 1
	run -0 jfrun b "$R" true
}

@test "a rootfs with bin only gets the mount points that it lacks" {
	mkdir -p "$D/bare/bin"
	cp "$(command -v busybox)" "$D/bare/bin/"
	run -0 jfrun a "$D/bare" busybox ls /
	[ "$output" = $'bin\ndev\nproc\nsys' ]
	run -0 jfrun --ro a "$D/bare" busybox true
}

@test "a read-only rootfs without mount points: which one is missing is said" {
	mkdir -p "$D/bare/bin"
	cp "$(command -v busybox)" "$D/bare/bin/"
	fails 125 "rootfs: has no /dev, and it cannot be made there: Read-only file system: make it beforehand" \
		jfrun --ro a "$D/bare" busybox true
	[ "$(ls "$D/bare")" = bin ]
}

@test "a link or a file where a mount point should be is refused" {
	mkdir -p "$D/odd/bin" "$D/odd/proc" "$D/odd/sys"
	cp "$(command -v busybox)" "$D/odd/bin/"
	ln -s bin "$D/odd/dev"
	fails 125 "rootfs: /dev is a link: it must be a directory" jfrun a "$D/odd" busybox true
	rm "$D/odd/dev"
	touch "$D/odd/dev"
	fails 125 "rootfs: /dev is there, but no directory" jfrun a "$D/odd" busybox true
	rm -r "$D/odd/dev" "$D/odd/proc"
	ln -s /etc "$D/odd/proc"
	fails 125 "rootfs: /proc is a link: it must be a directory" jfrun a "$D/odd" busybox true
}

@test "no mount is left behind on the host, and none of the host's is seen inside" {
	cat /proc/self/mountinfo > "$D/before"
	run -0 jfrun --tmpfs /mnt/x --bind /etc:/mnt/etc a "$R" cat /proc/self/mountinfo
	cmp "$D/before" /proc/self/mountinfo
	[ "$(wc -l <<< "$output")" -lt 40 ]
	[[ $output != *" /mnt/y "* ]]
	# one root mount only: the old one is unmounted
	[ "$(awk '$5 == "/"' <<< "$output" | wc -l)" -eq 1 ]
}

@test "--ro, --bind and --tmpfs" {
	mkdir -p "$D/share"
	echo shared > "$D/share/file"
	run -1 jfrun --bind "$D/share:/mnt/a" --bind "$D/share:/mnt/b:ro" --bind "$D/share/file:/mnt/f" \
		--tmpfs /mnt/t a "$R" sh -c 'cat /mnt/f; echo new > /mnt/a/new; cat /mnt/b/new;
			echo x > /mnt/t/x && echo written; echo x > /mnt/b/x'
	[[ $output == $'shared\nnew\nwritten\n'*'Read-only file system' ]]
	is "$D/share/new" new
	run -1 jfrun --ro a "$R" sh -c 'echo x > /tmp/x'
	[[ $output == *'Read-only file system' ]]
	# two that cannot write may share it
	"$JFRUN" --ro a "$R" sleep 100 3>&- &
	local pid=$!
	wait_until test -s "$JF_CONFIGFS/a/pids"
	run -0 jfrun --ro b "$R" true
	run -125 jfrun b "$R" true
	kill -KILL "$pid"
	wait_until gone "$(cat "$JF_CONFIGFS/a/pids")"
}

# ---- what the command finds ----------------------------------------------------

@test "namespaces of its own: PID 1, host name, mounts, and its children only" {
	run -0 jfrun a "$R" sh -c 'echo $$ $(hostname) $(ls -d /proc/[0-9]* | wc -l)'
	[[ $output =~ ^'1 a '[1-6]$ ]]
	local kind
	for kind in pid uts mnt ipc cgroup; do
		run -0 jfrun a "$R" readlink "/proc/self/ns/$kind"
		[ "$output" != "$(readlink "/proc/self/ns/$kind")" ]
	done
	local name
	name=$(printf 'x%.0s' {1..63})
	plane "$name"
	run -0 jfrun "$name" "$R" hostname
	[ "$output" = "$name" ]
}

@test "the environment is PATH, HOME, TERM, HOSTNAME and what --env adds" {
	run -0 env SECRET=1 SHELL=x TERM=vt100 "$JFRUN" --env A=1 --env HOME=/x --env SHELL a "$R" env
	[ "$(grep -v '^SHELL=' <<< "$output" | sort)" = "$(printf '%s\n' A=1 HOME=/x HOSTNAME=a \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=vt100)" ]
	[[ $output == *SHELL=* ]]
}

@test "--env: the value is not to be read in jfrun's command line, nor in that of its PID 1" {
	options=(--init --env "A=hunter2" --env=B=hunter2)
	in_container sh -c 'echo $A $B; sleep 100'
	wait_until test -s "$D/out"
	[ "$(cat "$D/out")" = 'hunter2 hunter2' ]
	run -0 cat "/proc/$run/cmdline" "/proc/$first/cmdline"
	[[ $output == *--env*A=*******--env=B=*******sleep* ]]
	[[ $output != *hunter2* ]]
}

@test "capabilities are podman's default set, and there are no new privileges" {
	run -0 jfrun a "$R" grep -E '^(Cap|NoNewPrivs)' /proc/self/status
	[ "${lines[0]}" = $'CapInh:\t0000000000000000' ]
	[ "${lines[1]}" = $'CapPrm:\t00000000800405fb' ]
	[ "${lines[2]}" = $'CapEff:\t00000000800405fb' ]
	[ "${lines[3]}" = $'CapBnd:\t00000000800405fb' ]
	[ "${lines[4]}" = $'CapAmb:\t0000000000000000' ]
	[ "${lines[5]}" = $'NoNewPrivs:\t1' ]
}

@test "--cap-add and --cap-drop, in any case, with and without cap_" {
	run -0 jfrun --cap-drop all --cap-add net_raw,CAP_CHOWN a "$R" grep ^CapBnd /proc/self/status
	[ "$output" = $'CapBnd:\t0000000000002001' ]
	run -0 jfrun --cap-drop KILL a "$R" grep ^CapEff /proc/self/status
	[ "$output" = $'CapEff:\t00000000800405db' ]
}

@test "--user: its IDs, no other groups, no capabilities, its HOME" {
	echo 'joe:x:7:8::/home/joe:/bin/sh' >> "$R/etc/passwd"
	echo 'staff:x:50:' > "$R/etc/group"
	run -0 jfrun --user 1000:1001 a "$R" sh -c 'id -u; id -g; id -G; echo $HOME; grep ^CapEff /proc/self/status'
	[ "$output" = $'1000\n1001\n1001\n/\nCapEff:\t0000000000000000' ]
	run -0 jfrun --user joe a "$R" sh -c 'id -u; id -g; echo $HOME'
	[ "$output" = $'7\n8\n/home/joe' ]
	run -0 jfrun --user joe:staff --workdir /tmp a "$R" sh -c 'id -g; pwd'
	[ "$output" = $'50\n/tmp' ]
	# it still dies with jfrun, though a change of user clears that
	options=(--user 1000)
	in_container sleep 100
	kill -KILL "$run"
	wait_until gone "$first"
}

@test "--user: an /etc/passwd that is no file is none, and nobody waits for it" {
	cp -r "$R" "$D/image"
	rm -f "$D"/image/etc/{passwd,group}
	mkfifo "$D/image/etc/passwd" "$D/image/etc/group"
	run -0 timeout -s KILL 20 "$JFRUN" --user 7 a "$D/image" grep Uid /proc/self/status
	[ "$output" = $'Uid:\t7\t7\t7\t7' ]
	fails 125 "--user 'root': no such user in the container's /etc/passwd: give a UID" \
		timeout -s KILL 20 "$JFRUN" --user root a "$D/image" id
	fails 125 "--user '0:root': no such group in the container's /etc/group: give a GID" \
		timeout -s KILL 20 "$JFRUN" --user 0:root a "$D/image" id
}

@test "no descriptor of the caller's, no ignored or blocked signal, umask 022, a session of its own" {
	local go='umask 077; trap "" INT TERM PIPE; exec "$@" 5< /etc/passwd 9< /'
	run -0 sh -c "$go" - "$JFRUN" a "$R" ls /proc/self/fd
	# the last one is that of ls for the directory
	[ "$output" = $'0\n1\n2\n3' ]
	run -0 sh -c "$go" - "$JFRUN" a "$R" grep -E '^Sig(Ign|Blk)' /proc/self/status
	[ "$output" = $'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000' ]
	run -0 sh -c "$go" - "$JFRUN" a "$R" sh -c 'umask; cut -d " " -f 6 /proc/$$/stat'
	[ "$output" = $'0022\n1' ]
}

@test "links of an image to jfrun's open directories lead nowhere" {
	local fd root=$D/linked
	make_rootfs "$root" sh ls true
	mkdir "$D/given"
	for fd in {3..20}; do
		ln -sfn "/proc/self/fd/$fd" "$root/way"
		run jfrun --workdir /way a "$root" ls -A 9< /
		[[ $status -eq 125 && $output == *"--workdir '/way'"* ]]
		ln -sfn "/proc/self/fd/$fd/.." "$root/way"
		run ! jfrun --bind "$D/given:/way/made$fd" a "$root" true 9< "$D"
		[[ -z $(find "$D" -name "made$fd" ! -path "$D/given/*") ]]
	done
}

@test "closed stdin, stdout and stderr do no harm" {
	run -0 sh -c '"$@" <&- >&- 2>&-' - "$JFRUN" a "$R" sh -c 'echo x; echo y >&2'
}

@test "/dev holds what programs need, and none of the host's disks" {
	run -0 jfrun a "$R" sh -c 'ls /dev; echo x > /dev/null; head -c 2 /dev/zero | wc -c; cat /dev/fd/0;
		ls /dev/pts; [ -c /dev/ptmx ] && echo ptmx; : > /dev/shm/x && echo shm' <<< input
	[ "$output" = "$(printf '%s\n' fd full mqueue null ptmx pts random shm stderr stdin stdout tty \
		urandom zero 2 input ptmx ptmx shm)" ]
}

@test "no device file can be made, nothing mounted, no kernel file written" {
	run -0 jfrun a "$R" sh -c 'mknod /tmp/d b 8 0 && echo BAD; mount -t tmpfs x /tmp && echo BAD
		mount -o remount,rw /sys && echo BAD; umount /proc/kcore && echo BAD
		echo x > /proc/sys/kernel/hostname && echo BAD; echo h > /proc/sysrq-trigger && echo BAD
		hostname x && echo BAD; echo 1 > /sys/kernel/mm/ksm/run && echo BAD
		cat /proc/kcore | head -c 1 | grep -q . && echo BAD; ls /sys/firmware | grep -q . && echo BAD; true'
	[[ $output != *BAD* ]]
}

@test "the system call filter: no namespaces, keys, mounts; --seccomp off; --cap-add brings back" {
	run -0 jfrun a "$R" sh -c 'grep ^Seccomp: /proc/self/status; (echo fork | cat)'
	[ "$output" = $'Seccomp:\t2\nfork' ]
	run -1 jfrun a "$R" unshare -U true
	[[ $output == *'Operation not permitted' ]]
	run -0 jfrun --seccomp off a "$R" grep ^Seccomp: /proc/self/status
	[ "$output" = $'Seccomp:\t0' ]
	run -0 jfrun --cap-add sys_admin a "$R" sh -c 'mount -t tmpfs x /tmp && unshare -m true'
	fails 125 "--seccomp 'on': neither off nor default" jfrun --seccomp on a "$R" true
}

# ---- the command's end ---------------------------------------------------------

@test "the command's status is passed on" {
	run -0 jfrun a "$R" true
	run -1 jfrun a "$R" false
	run -77 jfrun a "$R" sh -c 'exit 77'
	run -0 jfrun a "$R" -- sh -c 'echo "$@"' - --soft x --
	[ "$output" = '--soft x --' ]
}

@test "a command that is not there: 127" {
	fails 127 "cannot execute 'nosuch': not found in PATH (/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)" \
		jfrun a "$R" nosuch
	fails 127 "cannot execute '/bin/nosuch': no such file" jfrun a "$R" /bin/nosuch
	fails 127 "cannot execute '/bin/sh/x': no such file" jfrun a "$R" /bin/sh/x
	printf '#!/bin/nosuch\n' > "$R/bin/script"
	chmod +x "$R/bin/script"
	fails 127 "cannot execute 'script': it is there, but not what runs it: the program in its first line, or its dynamic loader" \
		jfrun a "$R" script
}

@test "a command that cannot be executed: 126" {
	echo text > "$R/bin/text"
	chmod -x "$R/bin/text"
	fails 126 "cannot execute 'text': permission denied: try chmod +x" jfrun a "$R" text
	fails 126 "cannot execute '/tmp': it is a directory" jfrun a "$R" /tmp
	chmod +x "$R/bin/text"
	fails 126 "cannot execute 'text': neither a program of this machine nor a script that begins with #!" \
		jfrun a "$R" text
}

@test "signals are passed on to the command" {
	local sig
	for sig in TERM INT HUP QUIT USR1 USR2 WINCH; do
		in_container sh -c 'trap "echo '$sig'; exit 9" '$sig'; echo up; while :; do sleep 0.05; done'
		wait_until holds "$D/out" up
		kill -"$sig" "$run"
		status_of "$run" 9
		is "$D/out" up$'\n'$sig
	done
}

@test "a command that dies of a signal: 128 and its number" {
	in_container sleep 100
	kill -KILL "$first"
	status_of "$run" 137
	in_container sleep 100
	running a "$first"
	"$JFRUN" --join a -- sleep 200 3>&- &
	local joined=$!
	wait_until pgrep -P "$joined" -x sleep
	kill -TERM "$joined"
	status_of "$joined" 143
	kill -KILL "$first"
	status_of "$run" 137
}

@test "PID 1 without a handler does not see SIGTERM" {
	in_container sleep 100
	kill -TERM "$run"
	kill -WINCH "$run"
	kill -0 "$first"
	kill -KILL "$first"
	status_of "$run" 137
}

@test "when jfrun is killed all of the container dies" {
	in_container sh -c 'sleep 200 & setsid sleep 200 & echo up; wait'
	wait_until holds "$D/out" up
	local all
	all=$(pgrep -P "$first")
	kill -KILL "$run"
	# shellcheck disable=SC2086
	wait_until gone "$first" $all
	run -0 jfrun a "$R" true
}

# ---- --init, -t -------------------------------------------------------------------

@test "--init: PID 1 is not the command, passes on signals, reaps, and ends as the command does" {
	run -4 jfrun --init a "$R" sh -c 'echo $$; cat /proc/1/comm; exit 4'
	[ "$output" = $'2\njfrun-init' ]
	options=(--init)
	in_container sleep 100
	kill -TERM "$run"
	status_of "$run" 143
	in_container sh -c '(sleep 0.1 &); echo up; exec sleep 100'
	wait_until holds "$D/out" up
	alone() { [ "$(pgrep -cP "$first")" -eq 1 ]; }
	wait_until alone
	kill -KILL "$first"
	status_of "$run" 137
	run -127 jfrun --init a "$R" nosuch
}

@test "--init: the program on the host cannot be reached through PID 1" {
	run ! jfrun --init a "$R" readlink /proc/1/exe
	run jfrun --init a "$R" ls /proc/1/fd/
	[ -z "$output" ] || [[ $output == *'Permission denied' ]]
	run ! jfrun --init a "$R" cp /proc/1/exe /tmp/stolen
}

# what a script that begins with #!/proc/self/exe gets hold of; that it is being executed is no wall: it ends
@test "the program on the host cannot be written to through /proc/self/exe" {
	in_container sleep 100
	run ! chmod --reference="$JFRUN" "/proc/$run/exe"
	[[ $output == *'Read-only file system' ]]
	is "/proc/$run/comm" jfrun
	kill -KILL "$run"
}

@test "-t: a terminal of the container's own, of the caller's size; the status comes through" {
	command -v script > /dev/null || skip "no script(1) here to make a terminal"
	run -0 script -qec "stty rows 33 cols 44; '$JFRUN' -t a '$R' sh -c 'tty; stty size; read x; echo got \$x; exit 6'; echo st=\$?" \
		/dev/null <<< hello
	[[ $output == *'/dev/pts/0'* ]]
	[[ $output == *'33 44'* ]]
	[[ $output == *'got hello'* ]]
	[[ $output == *st=6* ]]
	# without one at our end
	run -3 jfrun -t a "$R" sh -c 'tty; cat; exit 3' <<< typed
	[[ $output == */dev/pts/0*typed* ]]
}

# ---- join ----------------------------------------------------------------------

@test "-t: all of the output comes through where somebody has set our stdout to non-blocking" {
	perl -e 'use Fcntl; fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK); exec @ARGV' \
		"$JFRUN" -t a "$R" seq 40000 < /dev/null | { sleep 1; tr -d '\r'; } | cmp - <(seq 40000)
}

@test "--join enters all namespaces and the root, attached" {
	in_container sleep 100
	running a "$first"
	run -0 "$JFRUN" --join a -- sh -c 'hostname; for n in /proc/self/ns/*; do readlink $n; done; tr "\0" " " < /proc/1/cmdline; grep CapEff /proc/self/status'
	[ "${lines[0]}" = a ]
	local kind
	for kind in pid uts mnt ipc cgroup; do
		[[ $output == *"$(readlink "/proc/$first/ns/$kind")"* ]]
	done
	[[ $output == *'sleep 100'* ]]
	[[ $output == *00000000800405fb ]]
	running a "$first"
	run -5 "$JFRUN" --join a -- sh -c 'exit 5'
	[ "$(cat "$JF_CONFIGFS/a/pids")" != "$first" ]
	running a "$first"
	run -0 "$JFRUN" --join a --user 5 --env A=b --workdir /tmp sh -c 'id -u; echo $A; pwd'
	[ "$output" = $'5\nb\n/tmp' ]
	kill -KILL "$first"
	status_of "$run" 137
}

@test "--join: as the user and group that the container runs as, unless told otherwise" {
	options=(--user 7:8)
	in_container sleep 100
	running a "$first"
	run -0 "$JFRUN" --join a -- sh -c 'id -u; id -g; grep CapEff /proc/self/status'
	[ "${lines[0]}:${lines[1]}" = 7:8 ]
	[[ ${lines[2]} == *0000000000000000 ]]
	running a "$first"
	run -0 "$JFRUN" --join a --user 0 -- sh -c 'id -u; id -g; echo $HOME; grep CapEff /proc/self/status'
	[[ $output == $'0\n0\n/root\n'*00000000800405fb ]]
	kill -KILL "$first"
	status_of "$run" 137
	# who is who in a user namespace
	rm "$JF_CLASS/a/state"
	options=(--uidmap 0:100000:65536 --user 7:8)
	in_container sleep 100
	running a "$first"
	[ "$(stat -c %u:%g "/proc/$first")" = 100007:100008 ]
	run -0 "$JFRUN" --join a -- sh -c 'id -u; id -g'
	[ "$output" = $'7\n8' ]
	kill -KILL "$first"
	status_of "$run" 137
}

@test "--join of what does not run, is not there, or is another process by now" {
	fails 125 "container 'c': there is none of that name" jfrun --join c -- true
	fails 125 "container 'a': is not running" jfrun --join a -- true
	running a $$
	echo 1 > "$JF_CONFIGFS/a/pids"
	fails 125 "container 'a': its first process has ended: there is nothing to join" jfrun --join a -- true
	# more members than pids can list: opens, and cannot be read
	rm "$JF_CONFIGFS/a/pids"
	mkdir "$JF_CONFIGFS/a/pids"
	export JF_DEBUGFS=$D/debugfs
	run -125 jfrun --join a -- true
	[[ $output == "jfrun: container 'a': its members cannot be listed: "* ]]
	mkdir "$JF_DEBUGFS"
	printf '%s\n' "a 1 4096 init" "b $$ 4096 bash" > "$JF_DEBUGFS/members"
	fails 125 "container 'a': its first process has ended: there is nothing to join" jfrun --join a -- true
	echo "a $$ 4096 bash" >> "$JF_DEBUGFS/members"
	run -125 jfrun --join a -- true
	[[ $output == "jfrun: container 'a': cannot attach process "* ]]
	fails 125 "name 'a/b': not a container name: letters, digits, '_', '.' and '-', beginning with a letter or a digit" \
		jfrun --join a/b -- true
	run -125 jfrun --hard 5M --join a -- true
	[[ $output == 'jfrun: --join: takes no option that is for a new container: '* ]]
}
