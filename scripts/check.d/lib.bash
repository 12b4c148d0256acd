# SPDX-License-Identifier: GPL-2.0
# What the runners of suites share. Sourced by bash.
# shellcheck shell=bash

# suite NAME COMMAND...: run a suite, which prints TAP, between two lines that judge.awk knows. Only
# if NAME matches $pattern; what does not match is not there at all. With LIST set, only its name.
pattern=${pattern:-}
suite()
{
	local name=$1 begin=$SECONDS status=0

	shift
	[[ $name =~ $pattern ]] || return 0
	if [ -n "${LIST:-}" ]; then
		echo "$name"
		return
	fi
	echo "#suite $name"
	"$@" 2>&1 < /dev/null || status=$?
	echo
	echo "#end $status $((SECONDS - begin))"
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
