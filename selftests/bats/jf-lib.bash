# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# jf on the real module: for jf*.bats, which run in the VM. JF_SHELL chooses the
# shell that runs jf, `dash` (default) or `busybox sh`; under busybox PATH holds
# its applets, jfrun, jflog and jf-uncounted, nothing else.

# shellcheck source=selftests/bats/lib.bash
. "$BATS_TEST_DIRNAME/lib.bash"

JF_SHELL=${JF_SHELL:-dash}
JF_SOURCE=$(readlink -f "$BATS_TEST_DIRNAME/../../userspace/jf/jf")
CONFIGFS=/sys/kernel/config/jackfruit
CLASS=/sys/class/jackfruit

# What all tests of a file share: the module, and the tools in a PATH of their own.
jf_setup_file() {
	modprobe jackfruit
	export JF_TOOLS=$BATS_FILE_TMPDIR/tools
	mkdir -p "$JF_TOOLS"
	ln -s "$(command -v jfrun)" "$(command -v jflog)" "$(command -v jf-uncounted)" "$JF_TOOLS"
	busybox --install -s "$JF_TOOLS"
}

# jf_setup: R is a rootfs with all applets, R2 one with few. All tests of a file share them: to
# make one takes eighty processes.
jf_setup() {
	R=$BATS_FILE_TMPDIR/root R2=$BATS_FILE_TMPDIR/root2
	[[ -d $R ]] || make_rootfs "$R"
	[[ -d $R2 ]] || make_rootfs "$R2" sh sleep true
}

# Whatever a test has left, also a failed one.
jf_teardown() {
	local path names=()
	[[ -z ${FOLLOWER-} ]] || kill "$FOLLOWER" 2>/dev/null || true
	for path in "$CONFIGFS"/*/ /run/jackfruit/*/; do
		path=${path%/}
		[[ ! -d $path ]] || [[ " ${names[*]-} " == *" ${path##*/} "* ]] || names+=("${path##*/}")
	done
	[[ ${#names[@]} -eq 0 ]] || jf rm -f "${names[@]}" >/dev/null 2>&1 || true
}

jf_teardown_file() {
	wait_until modprobe -r jackfruit
}

jf_command() {
	JF_COMMAND=("$JF_SHELL" "$JF_SOURCE")
	JF_PATH=$PATH
	if [[ $JF_SHELL == busybox* ]]; then
		JF_COMMAND=(busybox sh "$JF_SOURCE")
		JF_PATH=$JF_TOOLS
	fi
}

jf() {
	jf_command
	PATH=$JF_PATH "${JF_COMMAND[@]}" "$@"
}

# jf_exec ...: jf in place of this (sub)shell, so that $! is jf itself.
jf_exec() {
	exec 3>&-
	jf_command
	PATH=$JF_PATH exec "${JF_COMMAND[@]}" "$@"
}

# status_is NAME ATTRIBUTE VALUE
status_is() {
	[[ $(cat "$CLASS/$1/$2" 2>/dev/null) == "$3" ]]
}

# member NAME PID
member() {
	grep -qx "$2" "$CONFIGFS/$1/pids"
}

# nothing_left NAME: no directory, status, record or log.
nothing_left() {
	[[ ! -e $CONFIGFS/$1 ]]
	[[ ! -e $CLASS/$1 ]]
	[[ ! -e /run/jackfruit/$1 ]]
	[[ ! -e /var/log/jackfruit/$1.log ]]
}

# events_in_order NAME EVENT...: among the container's events, in this order.
events_in_order() {
	local name=$1 event rest
	shift
	# the name has been another test's before: this life only
	rest=$(jf events "$name")
	rest=" event=create ${rest##*event=create}"
	rest=${rest//$'\n'/ }
	for event; do
		[[ $rest == *" event=$event "* ]] || {
			printf 'no %s (in this order) in:\n%s\n' "$event" "$(jf events "$name")" >&2
			return 1
		}
		rest=${rest#*" event=$event "}
	done
}
