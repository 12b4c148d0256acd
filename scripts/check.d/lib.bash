# SPDX-License-Identifier: GPL-2.0
# What the runners of suites share. Sourced by bash, and by busybox's ash in the guest of scripts/check-arch.
# shellcheck shell=bash

# suite NAME COMMAND...: run a suite, which prints TAP, between two lines that judge.awk knows. Only
# if NAME matches $pattern; what does not match is not there at all. With LIST set, only its name.
pattern=${pattern:-}
suite()
{
	local name=$1 begin status=0

	shift
	begin=$(date +%s)
	[[ $name =~ $pattern ]] || return 0
	if [ -n "${LIST:-}" ]; then
		echo "$name"
		return
	fi
	echo "#suite $name"
	"$@" 2>&1 < /dev/null || status=$?
	echo
	echo "#end $status $(($(date +%s) - begin))"
}

# clean COMMAND...: run a suite's command in the guest, then see what it has left: no container, no module,
# no memory where kmemleak was asked for
kmemleak=/sys/kernel/debug/kmemleak
clean()
{
	local status=0 left

	"$@" || status=$?
	left=$(ls /sys/kernel/config/jackfruit 2>/dev/null)
	[ -z "$left" ] || { echo "left these containers: $left"; status=99; }
	# only what is 5 s old is suspected, and only the second time that nobody refers to it
	if grep -qw kmemleak=on /proc/cmdline; then
		echo scan > $kmemleak
		sleep 6
		# it may have given up, for want of memory of its own
		echo scan > $kmemleak || { echo "leaks cannot be looked for"; status=99; }
		left=$(cat $kmemleak)
		[ -z "$left" ] || { echo "leaked:"; echo "$left"; status=99; }
		echo clear > $kmemleak
	fi
	[ ! -d /sys/module/jackfruit ] || rmmod jackfruit || { echo "the module cannot be unloaded"; status=99; }
	return "$status"
}

# check TITLE COMMAND...: one test, for suites that are made of commands; see checks_done
checks=0
check()
{
	local title=$1 out

	shift
	checks=$((checks + 1))
	if out=$("$@" 2>&1); then
		echo "ok $checks - $title"
	else
		echo "not ok $checks - $title"
		printf '%s\n' "$out" | sed 's/^/# /'
	fi
}

checks_done()
{
	echo "1..$checks"
}
