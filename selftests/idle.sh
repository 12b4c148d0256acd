#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What it costs when there is nothing to watch: no timer, no probe; and how the module goes.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin

costs() { # TIMER PROBES
	[ "$(stat_of timer) $(stat_of probes)" = "$1 $2" ]
}

looks() {
	stat_of looks
}

has_looked() { # SINCE
	[ "$(looks)" -gt "$1" ]
}

holds "without a container no timer runs and no probe is attached" wait_for costs off off
make a b
put a soft_limit 8M
put a hard_limit 16M
holds "nor with a container and its limits" costs off off
act_in b mark:"$work/m1" pause
marked m1 >/dev/null
holds "a member without limits is followed, and not looked at" costs off on
before=$(looks)
put b hard_limit 100M
holds "with a limit it is" wait_for has_looked "$before"
holds "by a timer" wait_for costs on on
put b hard_limit max
holds "a limit that is taken away ends that" wait_for costs off on
put b hard_limit 100M
put b kill 1
wait_state b killed
holds "when the last member is gone no timer runs and no probe is attached" wait_for costs off off
before=$(looks)
put a hard_limit 17M
is "and nothing has been looked at" "$(looks)" "$before"

act_in b pause
is "the module cannot be unloaded while a container has a member" "$(rmmod jackfruit 2>/dev/null && echo unloaded)" ""
put b kill 1
wait_state b killed
is "nor while there is a container" "$(rmmod jackfruit 2>/dev/null && echo unloaded)" ""
drop a
drop b
holds "without one it can, at once" rmmod jackfruit
holds "and is gone" test ! -d "$JF_CONFIGFS" -a ! -d "$JF_CLASS" -a ! -d "$JF_DEBUGFS"
holds "it can be loaded again" modprobe jackfruit
finish
