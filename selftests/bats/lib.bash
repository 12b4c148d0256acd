# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the bats suites share: a root file system made on the spot, and waiting that is bounded.

bats_require_minimum_version 1.5.0

# make_rootfs DIR [APPLET...]: a root file system of busybox-static alone, with links for the named
# applets, or for all that tests like to use.
make_rootfs() {
	local dir=$1 applet
	shift
	[ $# -gt 0 ] || set -- sh ash awk cat chmod chroot cp cut date dd df echo env false find free \
		grep head hostname httpd id ip kill ln ls mkdir mkfifo mknod mount mv nc nohup ps \
		pwd readlink rm sed seq setsid sleep sort stat stty sync tail tee test top touch tr true \
		tty umount unshare uname usleep wc wget which xargs yes
	mkdir -p "$dir"/{bin,dev,etc,proc,root,sys,tmp}
	chmod 1777 "$dir/tmp"
	cp "$(command -v busybox)" "$dir/bin/busybox"
	for applet; do
		ln -sf busybox "$dir/bin/$applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' > "$dir/etc/passwd"
}

# stock_kernel: one of a distribution's. One of our own has no modules, and not all that a container can ask for.
stock_kernel() {
	[ -d "/lib/modules/$(uname -r)/kernel" ]
}

# wait_until COMMAND [ARG...]: run it until it succeeds, for 20 s at most.
wait_until() {
	local i
	for ((i = 0; i < 400; i++)); do
		! "$@" || return 0
		sleep 0.05
	done
	echo "never held: $*" >&2
	return 1
}

# gone PID...: none of these processes runs any more; who is to reap it may not have done so yet.
gone() {
	local pid stat
	for pid; do
		# not $(< FILE): where there is no such file, bash 5.2 with errexit ends, `||` or not
		stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
		[[ $stat == *') Z '* ]] || return 1
	done
}

# holds FILE TEXT
holds() {
	grep -qF -- "$2" "$1" 2>/dev/null
}

# is FILE VALUE: the file's only line.
is() {
	[[ $(cat "$1" 2>/dev/null) == "$2" ]]
}

# status_of PID STATUS: wait for a background job. `run wait` cannot: it is a subshell.
status_of() {
	local got=0
	wait "$1" || got=$?
	[ "$got" -eq "$2" ] || {
		echo "status $got, not $2" >&2
		return 1
	}
}

# tools: $JFRUN and $JFLOG are what is tested; JF_BIN chooses another build.
tools() {
	local bin=${JF_BIN:-$(readlink -f "${BASH_SOURCE[0]%/*}/../../build/bin")}
	JFRUN=$bin/jfrun
	JFLOG=$bin/jflog
	if ! [ -x "$JFRUN" ] || ! [ -x "$JFLOG" ]; then
		echo "no $JFRUN: build it: make userspace" >&2
		return 1
	fi
}

# plane NAME...: directories stand for the module's; these containers are there, with the files that
# configfs would make in them.
plane() {
	local name
	export JF_CONFIGFS=$BATS_TEST_TMPDIR/configfs JF_CLASS=$BATS_TEST_TMPDIR/class
	mkdir -p "$JF_CONFIGFS" "$JF_CLASS"
	for name; do
		mkdir -p "$JF_CONFIGFS/$name" "$JF_CLASS/$name"
		touch "$JF_CONFIGFS/$name"/{soft_limit,hard_limit,nice,pids}
	done
}

# running NAME PID: as the module would show it
running() {
	echo running > "$JF_CLASS/$1/state"
	echo "$2" > "$JF_CLASS/$1/pid"
	echo "$2" > "$JF_CONFIGFS/$1/pids"
}
