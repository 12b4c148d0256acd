#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The control plane's files: defaults, read-back, bad values, and the names of the directories.
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
nl="
"

# Each value reads back as WANT.
reads_back() { # FILE VALUE WANT
	is "$1: '$2' reads back as '$3'" "$(try_put a "$1" "$2") $(get a "$1")" "ok $3"
}

# Each value is EINVAL, and what was there before is still there.
refuses() { # FILE VALUE...
	file=$1
	shift
	before=$(get a "$file" 2>/dev/null)
	bad=$(try_put a "$file" "$@" | grep -vc '^EINVAL$')
	is "$file: $# bad values are refused as EINVAL" "$bad" 0
	is "$file: refused values have changed nothing" "$(get a "$file" 2>/dev/null)" "$before"
}

holds "a container can be made" make a
for default in soft_limit=max hard_limit=max metric=rss hard_action=kill kill_scope=container soft_signal=0 grace_ms=10000 forecast_ms=0 \
	nice=inherit pids=; do
	is "${default%%=*} is '${default#*=}' at first" "$(get a "${default%%=*}")" "${default#*=}"
done
for default in state=created reason=none exit_status= pid=0 usage=0 peak=0 procs=0 started=0 forecast=none last_kill= "enforcing=no: no members"; do
	is "status ${default%%=*} is '${default#*=}' at first" "$(status a "${default%%=*}")" "${default#*=}"
done
is "status events are all 0 at first" "$(status a events)" "soft 0
hard 0
kill 0"

for limit in soft_limit hard_limit; do
	reads_back $limit 0 0
	reads_back $limit 1 1
	reads_back $limit 4096 4096
	reads_back $limit 40M 41943040
	reads_back $limit 64m 67108864
	reads_back $limit 1K 1024
	reads_back $limit 2g 2147483648
	reads_back $limit 1T 1099511627776
	reads_back $limit 18446744073709551614 18446744073709551614
	reads_back $limit 17179869183G 18446744072635809792
	reads_back $limit max max
	put a $limit 12345
	refuses $limit -1 1x 1KB 1.5M 0x10 "$nl" " " " 1" "1 2" MAX unlimited 18446744073709551616 99999999999999999999 16777216T 64Mjunk \
		18014398509481984K "1${nl}2"
done
is "the soft limit may be above the hard limit" "$(try_put a hard_limit 1M; try_put a soft_limit 2M)" "ok
ok"

for metric in anon rss+swap rss; do
	reads_back metric $metric $metric
done
refuses metric "$nl" RSS pss swap "rss " "rss anon" rss+ 0
for action in term stop notify kill; do
	reads_back hard_action $action $action
done
refuses hard_action "$nl" KILL panic "kill " 9 none
for scope in process container; do
	reads_back kill_scope $scope $scope
done
refuses kill_scope "$nl" all thread "process " 1
for signal in 1 10 64 0; do
	reads_back soft_signal $signal $signal
done
refuses soft_signal "$nl" -1 65 USR1 10x 4294967296 "1 2"
for ms in 0 1 86400000 10000; do
	reads_back grace_ms $ms $ms
done
refuses grace_ms "$nl" -1 86400001 1s 1.5 4294967296 18446744073709551616
for ms in 1 86400000 0; do
	reads_back forecast_ms $ms $ms
done
refuses forecast_ms "$nl" -1 86400001 1s 1.5 4294967296 18446744073709551616
for nice in -20 19 0 inherit; do
	reads_back nice $nice $nice
done
put a nice 5
refuses nice "$nl" -21 20 low 1.5 99999999999 none
reads_back nice inherit inherit

refuses stop "$nl" 0 2 -1 yes "1 1" stop
refuses kill "$nl" 0 2 -1 yes "1 1" kill
is "stop without members is no error" "$(try_put a stop 1)" ok
is "kill without members is no error" "$(try_put a kill 1)" ok
is "stop and kill without members leave it as it was" "$(status a state) $(status a reason)" "created none"
refuses pids "$nl" -1 x 0x1 1.5 "1 2" 4294967296 99999999999999999999
is "a PID that does not exist is ESRCH" "$(try_put a pids 4194304)" ESRCH

# --- the module's parameters ---

parameter_refuses() { # NAME ERRNO VALUE...
	file=$parameters/$1
	title="$1: $(($# - 2)) bad values are $2"
	errno=$2
	shift 2
	before=$(cat "$file")
	is "$title" "$(try write "$file" "$@" | grep -vcx "$errno")" 0
	is "$title, and change nothing" "$(cat "$file")" "$before"
}

kept=$(cat $parameters/mode)
for mode in scan fault; do
	is "mode: $mode reads back" "$(try write $parameters/mode $mode) $(cat $parameters/mode)" "ok $mode"
	parameter_refuses mode EINVAL "$nl" x SCAN faults "fault " " scan" "scan fault" "scan${nl}x" 0 1 -1
done
mode "$kept"
for parameter in scan_min_us scan_max_us; do
	kept=$(cat $parameters/$parameter)
	for us in 100 60000000 12345; do
		is "$parameter: $us reads back" "$(try write $parameters/$parameter $us) $(cat $parameters/$parameter)" "ok $us"
	done
	parameter_refuses $parameter EINVAL "$nl" x -1 0 99 60000001 4294967295 1.5 1ms "1000 2000" "1000${nl}x" " 1000"
	parameter_refuses $parameter ERANGE 4294967296 18446744073709551616 99999999999999999999
	echo "$kept" >$parameters/$parameter
done
is "a shortest time above the longest is taken, and both are kept" "$(try write $parameters/scan_max_us 100
	try write $parameters/scan_min_us 5000; cat $parameters/scan_max_us $parameters/scan_min_us)" "ok
ok
100
5000"
scan_as_ever
is "history cannot be changed" "$(try write $parameters/history 16)" EACCES

is "stop and kill cannot be read" "$(stat -c %a "$JF_CONFIGFS/a/stop" "$JF_CONFIGFS/a/kill" | tr '\n' ' ')" "200 200 "
for file in "$JF_CLASS"/a/*; do
	case ${file##*/} in
	subsystem | power | uevent) ;;
	*) [ "$(stat -c %a "$file")" = 444 ] || fail "${file##*/} is read-only" "$(stat -c %a "$file")" ;;
	esac
done

long=$(printf 'n%.0s' $(seq 63))
made="$made $long 0 A.b-c_D web-1.2 power uevent"
is "good names are taken" "$(cd "$JF_CONFIGFS" && try mkdir "$long" 0 A.b-c_D web-1.2 power uevent | sort -u)" ok
is "a name of 63 characters is shown whole" "$(status "$long" state)" created
is "names that are files elsewhere work, too" "$(status power state) $(status uevent state)" "created created"
is "bad names are EINVAL" "$(cd "$JF_CONFIGFS" && try mkdir "${long}x" .x -x _x "a b" "a${nl}b" a:b a=b a,b "a*" "$(printf '\303\251')" "$(printf 'a\t')" " a" "a " %s 'a\b' 'a!' "$long$long$long$long" | sort -u)" EINVAL
is "nothing is made for a bad name" "$(find "$JF_CONFIGFS" "$JF_CLASS" -name '*x' -o -name 'a?b')" ""
is "a name that is taken is EEXIST" "$(try mkdir "$JF_CONFIGFS/a")" EEXIST
is "a directory inside a container is refused" "$(try mkdir "$JF_CONFIGFS/a/b")" EPERM
is "a container cannot be renamed" "$(mv "$JF_CONFIGFS/a" "$JF_CONFIGFS/z" 2>/dev/null || echo no)" no

act_in a mark:"$work/m" pause
pid=$(marked m)

# A user who is root in a namespace of his own: the files' owner is nobody there.
ns_root() { # COMMAND...
	setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user --map-root-user "$@"
}

# What can be read of the control plane, and who lives.
plane() {
	(cd "$JF_CONFIGFS" && grep -r . . | sort)
	cat "$parameters/mode"
	kill -0 "$pid" && echo alive
}

title="the root of a user namespace"
if [ "$(ns_root id -u 2>/dev/null)" = 0 ]; then
	# where he may execute it
	chmod 755 "$work"
	cp "$bin/try" "$work"
	before=$(plane 2>/dev/null)
	is "$title cannot write to a file of the control plane" "$(for pair in hard_limit=1 soft_limit=1 metric=anon pids=0 stop=1 kill=1; do
		ns_root "$work/try" write "$JF_CONFIGFS/a/${pair%=*}" "${pair#*=}"
	done | uniq -c | xargs)" "6 EACCES"
	is "$title cannot make a container, nor remove one" \
		"$(ns_root "$work/try" mkdir "$JF_CONFIGFS/n"; ns_root "$work/try" rmdir "$JF_CONFIGFS/web-1.2")" "EACCES
EACCES"
	is "$title cannot change the mode" "$(ns_root "$work/try" write "$parameters/mode" scan)" EACCES
	is "$title cannot make the files his" "$(ns_root chown 0 "$JF_CONFIGFS/a/kill" 2>/dev/null || echo no)" no
	is "and nothing has changed" "$(plane 2>/dev/null)" "$before"
else
	pass "$title has no rights # SKIP no user namespaces"
fi
# What stands behind a NUL is not read, so that it must not pass for a value.
before=$(plane 2>/dev/null)
for pair in soft_limit=4096 hard_limit=1G metric=anon hard_action=notify kill_scope=process soft_signal=10 grace_ms=1 forecast_ms=1 nice=3 \
	stop=1 kill=1 pids=$$; do
	value=${pair#*=}
	is "${pair%%=*}: a NUL byte is refused as EINVAL" \
		"$(try write-nul "$JF_CONFIGFS/a/${pair%%=*}" "$value~" "$value~x" "$value$nl~" "$value~$nl" "~$value" "~" | uniq -c | xargs)" "6 EINVAL"
done
is "and has changed nothing" "$(plane 2>/dev/null)" "$before"
is "events: a NUL byte is refused as EINVAL" "$(try write-nul "$JF_DEBUGFS/events" "0~" "0~x" "~0" "~" | uniq -c | xargs)" "4 EINVAL"
is "a container with a member cannot be removed" "$(try rmdir "$JF_CONFIGFS/a")" EBUSY
holds "and the member lives" kill -0 "$pid"
put a kill 1
wait_state a killed
holds "when its last member is gone it can be removed" wait_for remove a
is "and its status directory is gone, too" "$(try open "$JF_CLASS/a/state")" ENOENT
holds "the name can be used again" make a
is "and nothing is left of the one before" "$(status a state) $(status a reason) $(get a soft_limit) $(count a kill)" \
	"created none max 0"
finish
