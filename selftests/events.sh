#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What is told of what has happened: the events in debugfs, the tracepoints, the lines in dmesg.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
events=$JF_DEBUGFS/events
tracing=/sys/kernel/tracing
instance=$tracing/instances/jackfruit-test.$$
nl="
"
tab=$(printf '\t')

# The seq= of the lines on stdin, and the words of lines that have none.
numbers() {
	sed 's/^seq=\([0-9]*\) .*/\1/' | tr '\n' ' '
}

# How many lines on stdin have not the number that follows that of the line before.
gaps() {
	sed 's/^seq=\([0-9]*\) .*/\1/' | awk 'NR > 1 && $0 != last + 1 { n++ } { last = $0 } END { print n + 0 }'
}

# The keys of a container's last event of a type, in their order.
keys() { # NAME TYPE
	grep " container=$1 event=$2" "$events" | tail -n 1 | tr ' ' '\n' | sed 's/=.*//' | tr '\n' ' '
}

over() {
	[ "$(status a state)" != running ] && [ "$(status a state)" != created ]
}

# Let the reader that has the events open as 3 go on after event N.
after() { # N
	printf '%s\n' "$1" >&3
}

reload() { # [PARAMETER]
	rmmod jackfruit && modprobe jackfruit "$@"
}

# --- a life ---

start=$(date +%s)
holds "a container can be made" make a
act_in a anon:10M mark:"$work/m1" pause
pid=$!
marked m1 >/dev/null
put a soft_limit 8M
put a hard_limit 9M
wait_state a killed
is "the events of a life are in its order" "$(history a)" "create start soft hard kill exit"
is "a create event tells nothing but that" "$(keys a create)" "seq time container event "
is "a start event tells who" "$(keys a start)" "seq time container event pid comm "
for type in soft hard; do
	is "a $type event tells who and how much" "$(keys a $type)" "seq time container event pid comm usage limit "
done
is "a kill event tells who and why" "$(keys a kill)" "seq time container event pid comm reason "
is "an exit event tells who, why and the status" "$(keys a exit)" "seq time container event pid comm reason status "
is "all of them name the first process" "$(grep -cE " container=a event=[a-z]+ pid=$pid comm=actor( |\$)" "$events")" 5
is "the limits are those that were crossed" "$(event a limit soft) $(event a limit hard)" "8388608 9437184"
is "the reason is the limit" "$(event a reason kill) $(event a reason exit) $(event a status exit)" "hard_limit hard_limit 137"
put a hard_limit max
put a soft_limit max
act_in a mark:"$work/m2" pause
marked m2 >/dev/null
put a stop 1
wait_state a stopped
is "a stop is told before the end" "$(history a | sed 's/.*start //')" "stop exit"
is "it tells by whom" "$(keys a stop)$(event a sender stop) $(event a reason stop)" \
	"seq time container event pid comm sender sender_comm reason $$ stopped"
act_in a mark:"$work/m3" pause
marked m3 >/dev/null
put a kill 1
wait_state a killed
is "a kill that was asked for, too" "$(keys a kill)$(event a sender kill) $(event a reason kill)" \
	"seq time container event pid comm sender sender_comm reason $$ killed"
act_in a exit:3
wait_state a exited
is "an end by itself is an exit only" "$(history a | sed 's/.*start //') $(event a reason exit) $(event a status exit)" "exit exited 3"
holds "and it can be removed" wait_for remove a
is "its removal is the last of it" "$(grep -c " container=a event=" "$events") $(grep " container=a event=" "$events" |
	tail -n 1 | sed 's/.*event=\([a-z]*\).*/\1/')" "15 remove"
is "who cannot be made leaves no event" "$(try mkdir "$JF_CONFIGFS/_bad") $(grep -c "container=_bad " "$events")" "EINVAL 0"
end=$(date +%s)

# --- lines ---

is "every line is key=value, one space between" "$(grep -vcE \
	'^seq=[1-9][0-9]* time=[0-9]+\.[0-9]{6} container=[A-Za-z0-9._-]{1,63} event=[a-z]+( [a-z_]+=[^ =]+)*$' "$events")" 0
is "no key comes twice in a line" "$(awk '{ split("", seen); for (i = 1; i <= NF; i++) { sub(/=.*/, "", $i); n += seen[$i]++ > 0 } }
	END { print n + 0 }' "$events")" 0
is "the numbers have no gap" "$(gaps <"$events")" 0
is "the newest has the number that stats tells" "$(tail -n 1 "$events" | numbers)" "$(stat_of events) "
is "time is the time of day" "$(sed -n 's/.* time=\([0-9]*\)\..* container=a .*/\1/p' "$events" |
	awk -v start="$start" -v end="$end" '$0 < start || $0 > end { n++ } END { print NR, n + 0 }')" "15 0"
cat "$events" >"$work/copy"
is "a copy into a file is whole" "$(numbers <"$work/copy")" "$(numbers <"$events")"
is "so is one by lines of any size" "$(dd if="$events" bs=7 2>/dev/null | md5sum)" "$(md5sum <"$work/copy")"
is "head has the oldest" "$(head -n 1 "$events")" "$(sed 1q "$work/copy")"

# --- going on after N ---

last=$(stat_of events)
exec 3<>"$events"
is "a new reader begins with the oldest" "$(cat <&3 | numbers)" "$(numbers <"$work/copy")"
is "at the newest there is an end" "$(cat <&3)" ""
make b
is "and it goes on there when there is more" "$(cat <&3 | sed 's/ time=[0-9.]*//')" "seq=$((last + 1)) container=b event=create"
holds "N can be written" after $((last - 2))
is "then it goes on after N" "$(cat <&3 | numbers)" "$((last - 1)) $last $((last + 1)) "
read -r line <"$events"
first=$(echo "$line" | numbers)
holds "0 can be written" after 0
is "then it goes on at the oldest" "$(head -n 1 <&3 | numbers)" "$first"
after $((last + 1))
is "after the newest there is nothing" "$(cat <&3)" ""
printf '%s' "$last" >&3
is "N needs no newline" "$(cat <&3 | numbers)" "$((last + 1)) "
after $((last - 1))
for bad in $((last + 2)) 18446744073709551615 -1 x "1 2" ""; do
	after "$bad" 2>/dev/null && fail "'$bad' is refused"
done
is "after a bad N a reader goes on where it was" "$(cat <&3 | numbers)" "$last $((last + 1)) "
after "$last"
read -r line <"$events"
is "where one reader is is nothing to another" "$(echo "$line" | numbers)$(cat <&3 | numbers)" "$first$((last + 1)) "
exec 3>&-
is "a bad N is EINVAL" "$(try write "$events" $((last + 2)) 18446744073709551615 -1 x 0x1 "1 2" 1.5 "1${nl}2" "$nl" " " |
	sort | uniq -c | sed 's/^ *//')" "10 EINVAL"
is "an N beyond 64 bits is EINVAL, too" "$(try write "$events" 18446744073709551616 99999999999999999999 | sort -u)" EINVAL
is "an N that is far too long is EINVAL, whatever it begins with" "$(try write "$events" "$(printf '%066d' 0)x")" EINVAL

# --- names ---

named() { # NAME WANT: what is told of a process that has this name
	actor name:"$1" attach:"$JF_CONFIGFS/a/pids" exit:0
	wait_for over
	is "the name '$(printf %s "$1" | tr -c '[:print:]' '?')' is told as '$2'" "$(event a comm start) $(event a comm exit)" "$2 $2"
}

make a
named plain-1.2:x/y,z plain-1.2:x/y,z
named "a b" 'a\x20b'
named "a${nl}b" 'a\x0ab'
named "a${tab}b" 'a\x09b'
named pid=1 'pid\x3d1'
named 'say"so"' 'say\x22so\x22'
named "it's" 'it\x27s'
named 'a\x20b' 'a\x5cx20b'
named "$(printf '\001\033[2J\177')" '\x01\x1b[2J\x7f'
named "$(printf '\303\251\377')" '\xc3\xa9\xff'
named "               " '\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20\x20'
named "x${nl}seq=9 event=" 'x\x0aseq\x3d9\x20event\x3d'
actor name: attach:"$JF_CONFIGFS/a/pids" exit:0
wait_for over
is "who has no name has no comm" "$(keys a start)" "seq time container event pid "
cp "$(command -v try)" "$work/a b=${nl}c"
act_in a name:"odd =" mark:"$work/m4" pause
marked m4 >/dev/null
is "members escapes, too" "$(sed -n 's/^a .* //p' "$JF_DEBUGFS/members")" 'odd\x20\x3d'
"$work/a b=${nl}c" write "$JF_CONFIGFS/a/kill" 1 >/dev/null
wait_state a killed
is "who asked for a kill is told in the same way" "$(event a comm kill) $(event a sender_comm kill)" 'odd\x20\x3d a\x20b\x3d\x0ac'
is "and in the kill record" "$(status a last_kill | sed -n 's/_comm / /p' | sort | tr '\n' ' ')" \
	'sender a\x20b\x3d\x0ac victim odd\x20\x3d '
is "no name has broken a line" "$(grep -vcE '^seq=[0-9]+ time=[0-9.]+ container=[ab] event=[a-z]+( [a-z_]+=[^ =]+)*$' "$events") $(gaps <"$events")" \
	"0 0"

# --- dmesg ---

log=log-$$
told() { # LIMIT BYTES
	dmesg | grep -cE "jackfruit: $log: usage [0-9]+ is above $1 $2, most of it odd\\\\x0aname\[$pid\]'s\$"
}

make $log
act_in $log name:"odd${nl}name" anon:10M mark:"$work/m5" pause
pid=$!
marked m5 >/dev/null
is "below the limits dmesg has nothing" "$(dmesg | grep -c "$log")" 0
put $log soft_limit 8M
is "a soft event is a line in dmesg" "$(told soft_limit 8388608) $(dmesg | grep -c "$log")" "1 1"
put $log hard_limit 9M
wait_state $log killed
is "a hard event is a line in dmesg" "$(told hard_limit 9437184) $(dmesg | grep -c "$log")" "1 2"
drop $log

# --- tracepoints ---

tidy() {
	[ ! -d "$instance" ] || rmdir "$instance"
	cleanup
}
trap tidy EXIT

# What has been traced of one kind.
traced() { # TRACEPOINT
	sed -n "s/.*: $1: //p" "$instance/trace"
}

# The fields that a tracepoint has of a container's events, of the lines on stdin.
same_fields() { # NAME
	awk -v name="$1" '
		function value(key) { return key in v ? v[key] : 0 }
		{
			split("", v)
			for (i = 1; i <= NF; i++)
				v[substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
			if (v["container"] == name)
				print v["seq"], v["event"], value("pid"), value("usage"), value("limit")
		}' | sort -n
}

pids_of() { # TRACEPOINT NAME
	traced "$1" | sed -n "s/^container=$2 pid=//p" | sort -n | tr '\n' ' '
}

[ -d $tracing/events ] || mount -t tracefs none $tracing 2>/dev/null
is "there are tracepoints" "$(find $tracing/events/jackfruit -mindepth 1 -type d | sed 's,.*/,,' | sort | tr '\n' ' ')" \
	"jf_event jf_join jf_leave jf_look "
holds "they can be switched on" mkdir "$instance"
echo 1 >"$instance/events/jackfruit/enable"
is "and are" "$(cat "$instance"/events/jackfruit/jf_*/enable | tr '\n' ' ')" "1 1 1 1 "
make t
act_in t nest anon:10M mark:"$work/m6" pause
pid=$!
child=$(marked m6)
put t soft_limit 8M
put t hard_limit 9M
wait_state t killed
drop t
echo 0 >"$instance/events/jackfruit/enable"
make b2
is "jf_event has all of a container's events, as debugfs has them" "$(traced jf_event | same_fields t)" "$(same_fields t <"$events")"
is "and these are" "$(traced jf_event | same_fields t | cut -d ' ' -f 2 | tr '\n' ' ')" "create start soft hard kill exit remove "
is "jf_join has who became a member" "$(pids_of jf_join t)" "$(printf '%s\n' "$pid" "$child" | sort -n | tr '\n' ' ')"
is "jf_leave has the same at their ends" "$(pids_of jf_leave t)" "$(pids_of jf_join t)"
holds "jf_look has the looks" at_least "$(traced jf_look | grep -c '^container=t usage=')" 2
is "and each of them is whole" "$(traced jf_look | grep -vcE '^container=t usage=[0-9]+ took_us=[0-9]+ next_us=-?[0-9]+$')" 0
holds "one of them saw what the hard event tells" test -n "$(traced jf_look | grep "^container=t usage=$(event t usage hard) ")"
is "switched off they are silent" "$(traced jf_event | grep -c container=b2)" 0
holds "nothing is left of it" rmdir "$instance"

# --- the ring ---

burst() { # N: as many events
	for _ in $(seq $(($1 / 2))); do
		mkdir "$JF_CONFIGFS/burst" && rmdir "$JF_CONFIGFS/burst"
	done
}

drop a
drop b
drop b2
if reload history=16; then
	pass "the module can be loaded with a history of 16"
	is "the parameter tells so" "$(cat /sys/module/jackfruit/parameters/history)" 16
	is "at first there are no events" "$(cat "$events") $(stat_of events)" " 0"
	burst 16
	is "as many are kept" "$(numbers <"$events")" "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 "
	exec 3<>"$events" 4<>"$events"
	is "one reader has read them" "$(cat <&3 | numbers)" "$(numbers <"$events")"
	burst 2
	is "the oldest are overwritten, and how many is said" "$(numbers <"$events")" \
		"lost=2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
	is "who has read in time has lost nothing" "$(cat <&3 | numbers)" "17 18 "
	burst 20
	is "who has not is told what it has lost" "$(cat <&3 | numbers)" "lost=4 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 "
	is "once" "$(cat <&3)" ""
	is "each is told of its own" "$(cat <&4 | numbers)" "lost=22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 "
	after 21
	is "going on after an N that is lost says so" "$(cat <&3 | numbers)" "lost=1 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 "
	after 22
	is "after the last that is lost nothing is" "$(cat <&3 | numbers)" "23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 "
	after 37
	read -r line <&3
	is "one may stop and come back later" "$(echo "$line" | numbers)" "38 "
	burst 18
	is "and is told what was lost in between" "$(cat <&3 | head -n 2 | numbers)" "lost=2 41 "
	is "the numbers go on for ever" "$(stat_of events)" 56
	is "no uevent was lost on the way" "$(stat_of uevents_lost)" 0
	holds "while somebody reads the module stays" test "$(rmmod jackfruit 2>/dev/null || echo no)" = no
	exec 3>&- 4>&-
else
	fail "the module can be loaded with a history of 16"
fi
for history in 0=16 15=16 65537=65536 1024=1024; do
	reload history=${history%=*}
	is "a history of ${history%=*} is one of ${history#*=}" "$(cat /sys/module/jackfruit/parameters/history)" "${history#*=}"
done
reload
finish
