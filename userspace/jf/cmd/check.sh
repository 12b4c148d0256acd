# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf check: the doctor. Each line is ok, or says what to do.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/rows.sh"
# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/uncounted.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf check

Looks at what jackfruit needs on this machine: kernel, module, mounts, tools, the
udev rule, whether every container's limits are enforced, and what they do not
count. Each line begins with ok, warn or FAIL; what is wrong comes with the fix.
Status 1 on a FAIL.
EOF
}

good() {
	printf 'ok    %s\n' "$*"
}

warn() {
	printf 'warn  %s\n' "$*"
}

bad() {
	printf 'FAIL  %s\n' "$*"
	_failed=1
}

check_kernel() {
	_release=$(uname -r)
	_major=${_release%%.*}
	_minor=${_release#*.}
	_minor=${_minor%%[!0-9]*}
	if is_number "$_major" && is_number "$_minor" && [ $((_major * 1000 + _minor)) -lt 6001 ]; then
		bad "kernel $_release: 6.1 or later is needed"
	else
		good "kernel $_release"
	fi
}

check_module() {
	if [ -d "$JF_CLASS" ]; then
		good "module jackfruit is loaded"
	elif modinfo jackfruit >/dev/null 2>&1; then
		bad "module jackfruit is not loaded: \`modprobe jackfruit\`"
	else
		bad "module jackfruit is not installed for this kernel: \`make && make install\`, then \`modprobe jackfruit\`"
	fi
	if [ -r "$JF_MODULE/version" ] && read -r _version <"$JF_MODULE/version" &&
		[ "$_version" != "$JF_VERSION" ]; then
		warn "the module is $_version, jf is $JF_VERSION:" \
			"\`make install\`, then \`modprobe -r jackfruit && modprobe jackfruit\`"
	fi
	if [ -d "$JF_CONFIGFS" ]; then
		good "configfs shows it ($JF_CONFIGFS)"
	elif [ -d "$JF_CLASS" ]; then
		bad "configfs is not mounted: \`mount -t configfs none /sys/kernel/config\`"
	fi
	if [ -r "$JF_EVENTS" ]; then
		good "debugfs shows its events ($JF_EVENTS)"
	elif [ -d "$JF_CLASS" ]; then
		warn "no events to be read (only root can; else \`mount -t debugfs none /sys/kernel/debug\`)"
	fi
}

check_tools() {
	if [ "$(id -u)" -eq 0 ]; then
		good "run by root"
	else
		warn "not run by root: start, run, stop, kill, rm need it"
	fi
	for _tool in jfrun jflog; do
		if command -v "$_tool" >/dev/null 2>&1; then
			good "$_tool is $(command -v "$_tool")"
		else
			bad "$_tool is not in PATH: \`make install\`"
		fi
	done
	for _tool in awk cat chmod cut date dd mkdir mkfifo mv od readlink rm rmdir setsid sleep sort stty tail tr; do
		command -v "$_tool" >/dev/null 2>&1 ||
			bad "$_tool is not in PATH: busybox has it, or the package coreutils or util-linux"
	done
}

check_udev() {
	for _dir in /etc /run /usr/local/lib /usr/lib /lib; do
		for _rules in "$_dir"/udev/rules.d/*jackfruit.rules; do
			if [ -e "$_rules" ]; then
				good "udev rule $_rules"
				[ -S "$JF_UDEV" ] ||
					warn "udevd does not run: limits hold, but nobody is told: start systemd-udevd"
				return
			fi
		done
	done
	warn "no udev rule for jackfruit: limits hold, but nobody is told: \`make install\`"
}

check_containers() {
	for _name in "$JF_CONFIGFS"/*/; do
		_name=${_name%/}
		_name=${_name##*/}
		[ "$_name" != '*' ] || continue
		status_get "$_name" enforcing
		case $REPLY in
		yes) good "container $_name: limits are enforced" ;;
		'') ;;
		'no: no members') good "container $_name: nothing runs in it" ;;
		'no: no hard limit' | 'no: hard_action is notify')
			# asked for, not a fault; but whoever asked may have forgotten
			warn "container $_name: nothing is killed: ${REPLY#no: }" ;;
		*) bad "container $_name: limits are not enforced: $REPLY" ;;
		esac
	done
	for _name in "$JF_RUNDIR"/*/; do
		_name=${_name%/}
		_name=${_name##*/}
		[ "$_name" != '*' ] || continue
		container_state "$_name"
		case $REPLY in
		lost) warn "container $_name: the kernel knows it no more: \`jf rm $_name\`" ;;
		running)
			logger_runs "$_name" ||
				warn "container $_name: its jflog has gone, what it writes is lost: stop it and start it again"
			;;
		esac
		if [ -s "$JF_RUNDIR/$_name/jflog.err" ]; then
			warn "container $_name: $(tail -n 1 "$JF_RUNDIR/$_name/jflog.err"): is there room in $JF_LOGDIR?"
		fi
	done
}

# Below a mebibyte it is not worth a line: each container of jfrun's has a /dev.
check_uncounted() {
	[ -d "$JF_CONFIGFS" ] || return 0
	uncounted_tool || {
		warn "jf-uncounted is not there, which finds what no limit counts: \`make install\`"
		return
	}
	uncounted | LC_ALL=C sort | LC_ALL=C awk -F '\t' "$JF_AWK_HUMAN"'
	function tell() {
		if (kinds)
			print "warn  container " name ": its limits do not count up to " kinds \
				": leave room for that beside them"
		kinds = ""
	}
	BEGIN {
		of["hugetlb"] = "of hugetlb pages"
		of["memfd"] = "in memfds"
		of["sysvshm"] = "in System V shared memory"
		of["tmpfs"] = "in tmpfs"
	}
	# as text: 10 is not 1e1
	$1 "" != name {
		tell()
		name = $1
	}
	$3 >= 1048576 {
		kinds = kinds (kinds ? ", " : "") human($3) " " of[$2]
	}
	END {
		tell()
	}'
}

cmd_main() {
	[ $# -eq 0 ] || usage_die "'$1': check takes no argument"
	_failed=0
	check_kernel
	check_module
	check_tools
	check_udev
	check_containers
	check_uncounted
	[ "$_failed" -eq 0 ] || exit "$JF_FAIL"
}
