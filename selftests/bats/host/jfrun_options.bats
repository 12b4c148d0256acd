#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jfrun without the module: what is not in every container: layers, a network and users of its own, limits
# of each process.
#
# shellcheck disable=SC2016,SC2034 # what stands in single quotes is for the shell in the container; $options is for in_container

load jfrun-fixture

MAP=(--uidmap 0:100000:65536)

# ---- --overlay -------------------------------------------------------------------

@test "--overlay tmpfs: what is written is gone, and the rootfs as it was" {
	run -0 jfrun --overlay tmpfs a "$R" sh -c 'echo new > /etc/passwd; rm /bin/yes; mkdir /x; cat /etc/passwd; ls -d /x'
	[ "$output" = $'new\n/x' ]
	grep -q root "$R/etc/passwd"
	[ -e "$R/bin/yes" ]
	[ ! -e "$R/x" ]
	run -0 jfrun --overlay tmpfs a "$R" sh -c '[ -e /bin/yes ] && [ ! -e /x ]'
}

@test "--overlay tmpfs: there is an end to it" {
	run -1 jfrun --overlay tmpfs a "$R" dd if=/dev/zero of=/big bs=1M count=80
	[[ $output == *'No space left on device'* ]]
}

@test "--overlay DIR: what is written stays there, and is there at the next start" {
	local dir="$D/a dir, with:colon"
	mkdir "$dir"
	run -0 jfrun --overlay "$dir" a "$R" sh -c 'echo new > /etc/new; rm /bin/yes'
	is "$dir/upper/etc/new" new
	[ ! -e "$R/etc/new" ]
	[ "$(ls "$dir")" = $'upper\nwork' ]
	run -0 jfrun --overlay "$dir" a "$R" sh -c 'cat /etc/new; [ ! -e /bin/yes ] && echo removed'
	[ "$output" = $'new\nremoved' ]
	rm -r "$dir"
}

@test "--overlay: several containers may have one rootfs; but not one DIR, nor one that writes to it" {
	mkdir "$D/one" "$D/two"
	options=(--overlay "$D/one")
	in_container sleep 100
	run -0 jfrun --overlay "$D/two" b "$R" true
	run -0 jfrun --overlay tmpfs b "$R" true
	fails 125 "--overlay '$D/one': is in use by a running container: give another one" \
		jfrun --overlay "$D/one" b "$R" true
	run -125 jfrun b "$R" true
	[[ $output == "jfrun: rootfs '$R': is in use by a running container: "* ]]
	kill -KILL "$first"
	status_of "$run" 137
	run -0 jfrun b "$R" true
}

@test "--overlay: what is wrong with DIR is said" {
	fails 125 "--overlay '$D/nosuch': No such file or directory: give a directory, or tmpfs" \
		jfrun --overlay "$D/nosuch" a "$R" true
	fails 125 "--overlay '/etc/passwd': Not a directory: give a directory, or tmpfs" \
		jfrun --overlay /etc/passwd a "$R" true
	fails 125 "--overlay '$R/.': is ROOTFS itself, or ROOTFS is a layer in it: give another directory" \
		jfrun --overlay "$R/." a "$R" true
	mkdir -p "$D/layers/upper"
	fails 125 "--overlay '$D/layers': is ROOTFS itself, or ROOTFS is a layer in it: give another directory" \
		jfrun --overlay "$D/layers" a "$D/layers/upper" true
	[ ! -e "$R/upper" ]
	# an upper layer in the lower one
	mkdir "$R/tmp/dir"
	run -125 jfrun --overlay /proc/sys a "$R" true
	[[ $output == "jfrun: --overlay: cannot make the directory upper: "* ]]
}

@test "--overlay: no device file in it, no mount left on the host" {
	cat /proc/self/mountinfo > "$D/before"
	run -0 jfrun --overlay tmpfs a "$R" grep ' / / ' /proc/self/mountinfo
	[[ $output == *' rw,nosuid,nodev,'*' overlay '* ]]
	[ "$(wc -l <<< "$output")" -eq 1 ]
	cmp "$D/before" /proc/self/mountinfo
	run -1 jfrun --overlay tmpfs --ro a "$R" touch /x
	[[ $output == *'Read-only file system' ]]
}

# ---- --net --------------------------------------------------------------------------

@test "--net: a loopback that works, and nothing of the host's" {
	run -0 jfrun --net a "$R" sh -c 'readlink /proc/self/ns/net; ls /sys/class/net; ip -o addr
		nc -l -p 80 127.0.0.1 > /tmp/got & until echo hello | nc 127.0.0.1 80; do :; done 2>/dev/null; wait; cat /tmp/got'
	[ "${lines[0]}" != "$(readlink /proc/self/ns/net)" ]
	[ "${lines[1]}" = lo ]
	[[ $output == *'inet 127.0.0.1/8'* ]]
	[[ ${lines[-1]} == hello ]]
	run -0 jfrun a "$R" readlink /proc/self/ns/net
	[ "$output" = "$(readlink /proc/self/ns/net)" ]
}

@test "--net: the host's abstract sockets are not to be reached" {
	local name=jfrun-$$-$RANDOM
	run -0 jfrun --net a "$R" cat /proc/net/unix
	[[ $output != *@* ]] || {
		echo "$name: $output"
		return 1
	}
}

# ---- --uidmap --------------------------------------------------------------------------

@test "--uidmap: root is a user without privileges on the host, and owns what is its own" {
	options=("${MAP[@]}")
	in_container sh -c 'id -u; cat /proc/self/uid_map /proc/self/gid_map; hostname; echo x > /tmp/mapped; echo up; exec sleep 100'
	wait_until holds "$D/out" up
	[ "$(tr -s ' ' < "$D/out")" = $'0\n 0 100000 65536\n 0 100000 65536\na\nup' ]
	[ "$(stat -c %u:%g "/proc/$first")" = 100000:100000 ]
	local kind
	for kind in user pid uts mnt ipc cgroup; do
		[ "$(readlink "/proc/$first/ns/$kind")" != "$(readlink "/proc/self/ns/$kind")" ]
	done
	grep -q $'^CapEff:\t00000000800405fb' "/proc/$first/status"
	kill -KILL "$first"
	status_of "$run" 137
	# a rootfs of the host's root is mounted with the map, so this is as it was written
	[ "$(stat -c %u:%g "$R/tmp/mapped")" = 0:0 ]
}

@test "--uidmap: a rootfs that belongs to the host's users of the map is taken as it is" {
	cp -a "$R" "$D/owned"
	chown -hR 100000:100000 "$D/owned"
	run -0 jfrun "${MAP[@]}" a "$D/owned" sh -c 'stat -c %u:%g /bin/busybox; echo x > /tmp/new; stat -c %u:%g /tmp/new'
	[ "$output" = $'0:0\n0:0' ]
	[ "$(stat -c %u:%g "$D/owned/tmp/new")" = 100000:100000 ]
}

@test "--uidmap: mount points that a rootfs lacks are made, and belong to its root" {
	mkdir -p "$D/bare/bin"
	cp "$(command -v busybox)" "$D/bare/bin/"
	run -0 jfrun "${MAP[@]}" --tmpfs /a/b --bind /etc:/a/c a "$D/bare" busybox stat -c '%n %u:%g' /dev /a /a/b
	[ "$output" = $'/dev 0:0\n/a 0:0\n/a/b 0:0' ]
	[ "$(stat -c %u:%g "$D/bare/dev" "$D/bare/a")" = $'0:0\n0:0' ]
}

@test "--uidmap with --net: privileges for what is the container's own" {
	run -0 jfrun "${MAP[@]}" --net --cap-add net_admin a "$R" sh -c 'ip link set lo down && echo down; ls /sys/class/net
		ip link set lo up; nc -l -p 80 127.0.0.1 > /tmp/got & until echo hello | nc 127.0.0.1 80; do :; done 2>/dev/null; wait; cat /tmp/got'
	[ "$output" = $'down\nlo\nhello' ]
}

@test "--uidmap: not even CAP_SYS_ADMIN uncovers what is hidden, or makes writable what is not" {
	run -0 jfrun "${MAP[@]}" --cap-add all a "$R" sh -c 'mount -t tmpfs x /tmp && echo mounted
		umount /proc/keys && echo BAD; umount /proc/sys && echo BAD; umount -l /proc && echo BAD
		mount -o remount,rw,bind /proc/sys && echo BAD; mount -o remount,rw,bind /sys && echo BAD
		mount -o remount,rw /sys && echo BAD; mount -o remount,dev,bind / && echo BAD
		echo x > /proc/sysrq-trigger && echo BAD; mknod /tmp/d b 8 0 && echo BAD; true' 2>/dev/null
	[[ $output == mounted* ]]
	[[ $output != *BAD* ]]
}

@test "--uidmap with --overlay" {
	run -0 jfrun "${MAP[@]}" --overlay tmpfs a "$R" sh -c 'echo x > /etc/passwd; stat -c %u:%g / /etc/passwd /bin/sh'
	[ "$output" = $'0:0\n0:0\n0:0' ]
	grep -q root "$R/etc/passwd"
	mkdir "$D/dir"
	run -0 jfrun "${MAP[@]}" --overlay "$D/dir" a "$R" sh -c 'echo x > /etc/new'
	[ "$(stat -c %u:%g "$D/dir/upper/etc/new")" = 100000:100000 ]
}

@test "--uidmap and --user, a terminal" {
	run -0 jfrun "${MAP[@]}" --user 5:6 a "$R" sh -c 'id -u; id -g; grep ^CapEff /proc/self/status'
	[ "$output" = $'5\n6\nCapEff:\t0000000000000000' ]
	run -0 jfrun "${MAP[@]}" --user 5 -t a "$R" sh -c 'stat -c %u:%g /dev/pts/0; echo x > /dev/stdout' < /dev/null
	[ "$output" = $'5:5\r\nx\r' ]
	fails 125 "cannot become user 5, group 0: Invalid argument: --uidmap or --gidmap has no such one" \
		jfrun --uidmap 0:100000:1 --user 5 a "$R" true
}

@test "--uidmap, --gidmap: several ranges, each for both, bad ones" {
	run -0 jfrun --uidmap 0:100000:10 --uidmap 10:200000:5 --gidmap 0:300000:3 a "$R" \
		sh -c 'cat /proc/self/uid_map /proc/self/gid_map | tr -s " "'
	[ "$output" = $' 0 100000 10\n 10 200000 5\n 0 300000 3' ]
	run -0 jfrun --gidmap 0:300000:3 a "$R" sh -c 'tr -s " " < /proc/self/uid_map'
	[ "$output" = ' 0 300000 3' ]
	local value
	for value in '' 0 0:1 0:1:x 0:1:2:3 -1:0:1 0:1:5000000000 ' 0:1:2'; do
		fails 125 "--uidmap '$value': not CONTAINER:HOST:SIZE, three numbers" \
			jfrun --uidmap "$value" a "$R" true
	done
	for value in 0:1:0 0:4294967295:1 4294967290:0:6; do
		fails 125 "--gidmap '$value': SIZE is 1 at least, and no ID above 4294967294" \
			jfrun --gidmap "$value" a "$R" true
	done
	fails 125 "--uidmap: the kernel refuses it: Invalid argument: ranges must not overlap" \
		jfrun --uidmap 0:100000:10 --uidmap 5:200000:10 a "$R" true
	fails 125 "--gidmap: the kernel refuses it: Invalid argument: ranges must not overlap" \
		jfrun --uidmap 0:100000:10 --gidmap 0:1:1 --gidmap 0:2:1 new "$R" true
	[ ! -e "$JF_CONFIGFS/new" ]
}

@test "--uidmap: nothing of the making is left over" {
	local holders
	run -0 jfrun "${MAP[@]}" a "$R" true
	run -127 jfrun "${MAP[@]}" a "$R" nosuch
	# of this test only: others may run
	holders=$(grep -lsz "^JF_CONFIGFS=$JF_CONFIGFS\$" /proc/[0-9]*/environ | sed 's/environ/comm/' |
		xargs cat 2>/dev/null | grep -c jfrun || true)
	[ "$holders" -eq 0 ]
	# when jfrun is killed the container still dies, though a change of users clears that tie
	options=("${MAP[@]}" --user 7)
	in_container sleep 100
	kill -KILL "$run"
	wait_until gone "$first"
}

# ---- --join ------------------------------------------------------------------------------

@test "--join: all namespaces, also those of --net and --uidmap; and what the container was given" {
	local kind
	options=("${MAP[@]}" --net --cap-drop kill --seccomp off --ulimit nofile=90:100)
	in_container sleep 100
	running a "$first"
	run -0 jfrun --join a -- sh -c 'for n in /proc/self/ns/*; do readlink $n; done; id -u; tr -s " " < /proc/self/uid_map
		grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; ulimit -n; ulimit -Hn; ls /sys/class/net; hostname'
	for kind in user net pid uts mnt ipc cgroup; do
		[[ $output == *"$(readlink "/proc/$first/ns/$kind")"* ]]
	done
	[[ $output == *$'\n0\n 0 100000 65536\nCapEff:\t00000000800405db\nCapBnd:\t00000000800405db\nNoNewPrivs:\t1\nSeccomp:\t0\n90\n100\nlo\na' ]]
	running a "$first"
	run -0 jfrun --seccomp default --cap-add kill --ulimit nofile=50 --join a -- sh -c \
		'grep -E "^(CapEff|Seccomp):" /proc/self/status; ulimit -n'
	[ "$output" = $'CapEff:\t00000000800405fb\nSeccomp:\t2\n50' ]
	running a "$first"
	run -0 jfrun --join a --user 5 -t -- sh -c 'stat -c %u:%g /dev/pts/0' < /dev/null
	[ "$output" = $'5:5\r' ]
	kill -KILL "$first"
	status_of "$run" 137
}

@test "--join: a container without capabilities gives none" {
	options=(--cap-drop all --user 8)
	in_container sleep 100
	running a "$first"
	run -0 jfrun --join a -- grep -E '^(CapPrm|CapEff|CapBnd|Seccomp):' /proc/self/status
	[ "$output" = $'CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nSeccomp:\t2' ]
	kill -KILL "$first"
	status_of "$run" 137
}

@test "--join: options for a new container are refused" {
	local option
	for option in --net --ro --init '--overlay tmpfs' '--uidmap 0:1:1' '--gidmap 0:1:1' '--tmpfs /x' '--soft 5M' '--nice 3'; do
		# shellcheck disable=SC2086
		run -125 jfrun $option --join a -- true
		[[ $output == 'jfrun: --join: takes no option that is for a new container: '* ]]
	done
}

# ---- --ulimit -------------------------------------------------------------------------------

@test "--ulimit: soft and hard, docker's words" {
	run -0 jfrun --ulimit nofile=100:200 --ulimit core=0 --ulimit stack=-1 a "$R" \
		sh -c 'ulimit -n; ulimit -Hn; ulimit -c; ulimit -s'
	[ "$output" = $'100\n200\n0\nunlimited' ]
	run -1 jfrun --ulimit fsize=1000 a "$R" dd if=/dev/zero of=/tmp/x bs=1001 count=1
	run -0 sh -c 'ulimit -n 50; exec "$@"' - "$JFRUN" a "$R" sh -c 'ulimit -n'
	[ "$output" = 50 ]
}

@test "--ulimit: bad ones" {
	local types="as, core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack"
	fails 125 "--ulimit 'nofile': not TYPE=SOFT or TYPE=SOFT:HARD" jfrun --ulimit nofile a "$R" true
	fails 125 "--ulimit 'x=1': 'x' is none of $types" jfrun --ulimit x=1 a "$R" true
	fails 125 "--ulimit 'nofile=x': 'x' is neither a number nor unlimited" jfrun --ulimit nofile=x a "$R" true
	fails 125 "--ulimit 'nofile=': '' is neither a number nor unlimited" jfrun --ulimit nofile= a "$R" true
	fails 125 "--ulimit 'nofile=2:': '' is neither a number nor unlimited" jfrun --ulimit nofile=2: a "$R" true
	fails 125 "--ulimit 'nofile=2:1': the soft limit is above the hard one" \
		jfrun --ulimit nofile=2:1 a "$R" true
	fails 125 "cannot set the limit nofile: Operation not permitted" \
		jfrun --ulimit nofile=99999999999 a "$R" true
}

# ---- odd places ------------------------------------------------------------------------------

@test "started in a chroot: the root is still pivoted to, and there is no way up" {
	mkdir -p "$D/host"/{rootfs,proc,dev,plane,class}
	cp -a "$R/." "$D/host/rootfs"
	# shellcheck disable=SC2046 # names without spaces
	cp --parents -L "$JFRUN" $(ldd "$JFRUN" | grep -o '/[^ ]*') "$D/host"
	mkdir "$D/host/plane/a"
	touch "$D/host/plane/a/pids"
	up() {
		unshare -m sh -c 'mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; shift; exec "$@"' - \
			"$D/host" env JF_CONFIGFS=/plane JF_CLASS=/class chroot "$D/host" "$JFRUN" "$@"
	}
	run -0 --separate-stderr up a /rootfs sh -c 'awk "\$5 == \"/\"" /proc/self/mountinfo | wc -l; hostname; ls /'
	[ -z "$stderr" ]
	[ "${lines[0]}" = 1 ]
	[ "${lines[1]}" = a ]
	[[ $output != *plane* ]]
}
