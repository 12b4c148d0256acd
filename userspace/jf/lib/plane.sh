# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The control plane: the only file that knows where the kernel's files, the
# records and the logs are. The roots can be moved by the environment, which
# is how the tests put fixtures in their place.

: "${JF_CONFIGFS:=/sys/kernel/config/jackfruit}"
: "${JF_CLASS:=/sys/class/jackfruit}"
: "${JF_DEBUGFS:=/sys/kernel/debug/jackfruit}"
: "${JF_RUNDIR:=/run/jackfruit}"
: "${JF_LOGDIR:=/var/log/jackfruit}"
: "${JF_PROC:=/proc}"
: "${JF_MODULE:=/sys/module/jackfruit}"
: "${JF_UDEV:=/run/udev/control}"
# jfrun and jflog have to see the same roots.
export JF_CONFIGFS JF_CLASS JF_DEBUGFS JF_RUNDIR JF_LOGDIR

JF_EVENTS=$JF_DEBUGFS/events

# need_module: the module is there and configfs shows it.
need_module() {
	[ -d "$JF_CONFIGFS" ] && return 0
	[ -d "$JF_CLASS" ] ||
		die "the kernel module jackfruit is not loaded: \`modprobe jackfruit\`"
	die "configfs is not mounted (no $JF_CONFIGFS):" \
		"\`mount -t configfs none /sys/kernel/config\`"
}

# need_control: as need_module, and we may write.
need_control() {
	need_module
	[ -w "$JF_CONFIGFS" ] ||
		die "no permission to write $JF_CONFIGFS: \`jf $JF_VERB\` must be run by root"
}

need_debugfs() {
	[ -r "$JF_EVENTS" ] && return 0
	need_module
	# /sys/kernel/debug is closed to users: then it cannot be told from absent.
	[ -w "$JF_CONFIGFS" ] ||
		die "no permission to read $JF_EVENTS: \`jf $JF_VERB\` must be run by root"
	die "debugfs is not mounted (no $JF_EVENTS): \`mount -t debugfs none /sys/kernel/debug\`"
}

need_tool() {
	command -v "$1" >/dev/null 2>&1 ||
		die "$1: not found in PATH: \`make install\` puts it beside jf"
}

# plane_has NAME: the kernel knows this container.
plane_has() {
	[ -d "$JF_CONFIGFS/$1" ]
}

# status_get NAME ATTRIBUTE: what is (sysfs). REPLY is empty if it is not there.
status_get() {
	REPLY=
	[ -r "$JF_CLASS/$1/$2" ] || return 1
	# The directory may go away between the test and the read.
	{ IFS= read -r REPLY <"$JF_CLASS/$1/$2"; } 2>/dev/null
	return 0
}

# control_get NAME ATTRIBUTE: what was asked for (configfs).
control_get() {
	REPLY=
	[ -r "$JF_CONFIGFS/$1/$2" ] || return 1
	{ IFS= read -r REPLY <"$JF_CONFIGFS/$1/$2"; } 2>/dev/null
	return 0
}

# control_set NAME ATTRIBUTE VALUE: on failure REPLY says why. The shell writes,
# since the kernel keeps who asked for a stop or a kill. But it does not tell
# with which error the kernel answered; dd does, and tries once more.
control_set() {
	REPLY=
	if ! [ -e "$JF_CONFIGFS/$1/$2" ]; then
		REPLY="this version of the module has no $2"
		plane_has "$1" || REPLY="no such container"
		return 1
	fi
	if { printf '%s\n' "$3" >"$JF_CONFIGFS/$1/$2"; } 2>/dev/null; then
		return 0
	fi
	if _answer=$(printf '%s\n' "$3" | LC_ALL=C dd of="$JF_CONFIGFS/$1/$2" 2>&1); then
		return 0
	fi
	_answer=${_answer%%
*}
	REPLY=${_answer##*: }
	return 1
}

# control_make NAME
control_make() {
	_answer=$(LC_ALL=C mkdir "$JF_CONFIGFS/$1" 2>&1) && return 0
	REPLY=${_answer##*: }
	return 1
}

# control_remove NAME: the kernel answers EBUSY while a member lives, and for
# a moment after the last one's death; that moment is waited for.
control_remove() {
	_tries=${JF_BUSY_TRIES:-50}
	while plane_has "$1"; do
		_answer=$(LC_ALL=C rmdir "$JF_CONFIGFS/$1" 2>&1) && return 0
		_tries=$((_tries - 1))
		if [ "$_tries" -le 0 ]; then
			REPLY=${_answer##*: }
			return 1
		fi
		nap
	done
	return 0
}

# members_get NAME: REPLY is the PIDs of its members, a line each. Where they are
# more than `pids` can list, debugfs has all of them. On failure REPLY says why.
members_get() {
	REPLY=
	[ -e "$JF_CONFIGFS/$1/pids" ] || return 0
	REPLY=$(LC_ALL=C cat "$JF_CONFIGFS/$1/pids" 2>&1) && return 0
	_answer=${REPLY##*: }
	# compared as text: 10 is not 1e1
	[ -r "$JF_DEBUGFS/members" ] &&
		REPLY=$(awk -v name="$1" '$1 "" == name { print $2 }' "$JF_DEBUGFS/members") && return 0
	REPLY="its members cannot be listed: $JF_CONFIGFS/$1/pids: $_answer, and only root can read \
$JF_DEBUGFS/members, where debugfs is mounted: \`mount -t debugfs none /sys/kernel/debug\`"
	return 1
}

# member_is NAME PID: PID is a member right now. Says so and fails with 2 if that
# cannot be known.
member_is() {
	if ! members_get "$1"; then
		log "$1: $REPLY"
		return 2
	fi
	for _member in $REPLY; do
		[ "$_member" != "$2" ] || return 0
	done
	return 1
}
