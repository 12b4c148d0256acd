# SPDX-License-Identifier: GPL-2.0
# What the developer's scripts share. Sourced by bash.
# shellcheck shell=bash

# shellcheck disable=SC2034 # for those who source this
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Kept outside the repository, so that every clone finds it.
cache=${JF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jackfruit}
# What scripts/setup has taken from Debian's linux-source package.
# shellcheck disable=SC2034 # for those who source this
linux_source=$cache/linux-source-6.12

die()
{
	echo "${0##*/}: $*" >&2
	exit 125
}

# kernel_release 6.1|6.12|6.12-rt|NAME|RELEASE: the release itself, that of the newest stock kernel of the
# series, with PREEMPT_RT if it ends with -rt, or that of our own kernel of that name, which is built if
# need be
kernel_release()
{
	local release flavour=cloud

	case $1 in
	[0-9]*.[0-9]*.[0-9]*)
		echo "$1"
		return ;;
	[a-z]*)
		"$top/scripts/kernel" "$1"
		return ;;
	*-rt)
		flavour=rt ;;
	esac
	release=$(find /boot -name "vmlinuz-${1%-rt}.*-$flavour-amd64" -printf '%f\n' | sed 's/^vmlinuz-//' |
		  sort -V | tail -n 1)
	[ -n "$release" ] ||
		die "no kernel '$1' here: give 6.1, 6.12 or 6.12-rt, which scripts/setup installs, debug, kcsan or" \
			"plain, or a release"
	echo "$release"
}

# kernel_root RELEASE: below which a kernel's boot/ and lib/modules/ are; nothing for the machine's own /
kernel_root()
{
	[ ! -d "$cache/kernels/$1" ] || echo "$cache/kernels/$1"
}

# copy_modules ROOT RELEASE DIR MODULE...: into DIR, unpacked, with those that they need; print the files'
# names in the order in which they need each other. What the kernel has built in is left out.
copy_modules()
{
	local root=$1 release=$2 dir=$3 module file name

	shift 3
	for module; do
		modprobe -d "${root:-/}" -S "$release" --show-depends "$module" || return
	done | awk '/^insmod/ && !seen[$2]++ { print $2 }' | while read -r file; do
		name=$(basename "$file")
		case $name in
		*.xz) name=${name%.xz}; xz -dc "$file" > "$dir/$name" ;;
		*) cp "$file" "$dir/" ;;
		esac
		echo "$name"
	done
}

# shellcheck disable=SC2034 # for those who source this
# The parameters of a guest's kernel. no_timer_check: on a busy machine the timer comes too late for it.
kernel_params="console=ttyS0,115200 quiet loglevel=5 panic=-1 oops=panic softlockup_panic=1"
kernel_params+=" hung_task_panic=1 mitigations=off nokaslr norandmaps random.trust_cpu=on tsc=reliable no_timer_check"
# A busy machine, which gives a guest no CPU for a while, is no stall; what really stalls does so for longer,
# and before the time of a suite (300 s) is up.
kernel_params+=" watchdog_thresh=50 rcupdate.rcu_cpu_stall_timeout=100"

# What a kernel writes when something is wrong with it.
kernel_panic='Kernel panic|Oops:|general protection fault'
kernel_splat='BUG:? |WARNING: |KASAN: |KCSAN: |UBSAN: |INFO: (task|rcu|possible|suspicious|trying|inconsistent)'
kernel_splat+='|suspicious RCU|possible (circular|recursive) locking|rcu: INFO|sleeping function called'
kernel_splat+='|scheduling while atomic|ODEBUG: |refcount_t: |kmemleak: [0-9]+ new|list_(add|del) corruption'
kernel_splat+='|soft lockup|blocked for more than'
kernel_complaint="$kernel_panic|$kernel_splat"

# kernel_complains LOG TAINT [LOCKS]: there was something wrong with it. LOCKS is debug_locks of
# /proc/lockdep_stats.
kernel_complains()
{
	local taint=$2

	# 4096 and 8192: a module from outside the tree, and not signed
	grep -qE "$kernel_complaint" "$1" || [ $((taint & ~12288)) -ne 0 ] || [ "${3:-1}" = 0 ]
}

# kernel_shows LOG WHY: how the log ends, and then, where those who see only the end of it all find it, the
# first complaints in it. What led to them may be far from the end.
kernel_shows()
{
	{
		echo "$2; the kernel's log ends with:"
		tail -n 40 "$1"
		if grep -qE "$kernel_complaint" "$1"; then
			echo "it complained first of:"
			grep -E -B 4 -A 24 -m 2 "$kernel_complaint" "$1"
		fi
	} >&2
}
