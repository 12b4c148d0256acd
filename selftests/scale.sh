#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Much of everything: 500 containers, more members than a file can list, the longest names.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
n=500

# All events of this test are to be kept. (The parameter cannot be changed while the module is loaded.)
rmmod jackfruit 2>/dev/null && modprobe jackfruit history=16384
have=$(stat_of containers)
[ "$have" = 0 ] || skip_all "other containers are there"

names() { # PREFIX COUNT
	seq "$2" | awk -v prefix="$1" '{ printf "%s%03d\n", prefix, $1 }'
}

all() { # FILE: the different values of it in all 500 status directories, each with how often
	cat "$JF_CLASS"/s[0-9]*/"$1" | sort | uniq -c | sed 's/^ *//' | tr '\n' ' '
}

members_are() { # COUNT
	[ "$(stat_of members)" = "$1" ]
}

all_are() { # FILE WANT
	[ "$(all "$1")" = "$2" ]
}

# The PIDs that members has of a container.
listed() { # NAME
	sed -n "s/^$1 \([0-9]*\) [0-9]* actor\$/\1/p" "$JF_DEBUGFS/members" | sort -n
}

# --- 500 containers ---

made=$(names s $n)
# shellcheck disable=SC2086 # names without spaces
is "$n containers can be made" "$(cd "$JF_CONFIGFS" && try mkdir $made | sort | uniq -c | sed 's/^ *//')" "$n ok"
is "stats counts them" "$(stat_of containers)" $n
is "each is created" "$(all state)" "$n created "
for name in $(names s $n); do
	put "$name" soft_limit 64M && put "$name" hard_limit 1G
done
is "each has its limits" "$(cat "$JF_CONFIGFS"/s*/soft_limit "$JF_CONFIGFS"/s*/hard_limit | sort | uniq -c | sed 's/^ *//' | tr '\n' ' ')" \
	"$n 1073741824 $n 67108864 "
for name in $(names s $n); do
	act_in "$name" pause
	echo "$name $!"
done >"$work/want"
holds "each has a member" wait_for members_are $n
holds "and only one" wait_for all_are procs "$n 1 "
is "each is running" "$(all state)" "$n running "
is "each limit is enforced" "$(all enforcing)" "$n yes "
is "all are listed in configfs and sysfs" "$(ls "$JF_CONFIGFS") $(ls "$JF_CLASS")" "$(names s $n) $(names s $n)"
for name in $(names s $n); do
	read -r pid <"$JF_CONFIGFS/$name/pids"
	echo "$name $pid"
done >"$work/pids"
is "pids of each has its own member" "$(md5sum <"$work/pids")" "$(md5sum <"$work/want")"
is "members has all of them" "$(cut -d ' ' -f 1,2 "$JF_DEBUGFS/members" | md5sum)" "$(md5sum <"$work/want")"
is "each of them uses memory" "$(awk '$3 >= 4096' "$JF_DEBUGFS/members" | wc -l)" $n
is "none can be removed now" "$(try rmdir "$JF_CONFIGFS"/s* | sort | uniq -c | sed 's/^ *//')" "$n EBUSY"

for name in $(names s $n | sed -n 'n;p'); do
	put "$name" kill 1
done
for name in $(names s $n | sed -n 'p;n'); do
	put "$name" hard_limit 4096
done
holds "all can be killed" wait_for all_are state "$n killed "
is "half of them as asked, half at the limit" "$(all reason)" "$((n / 2)) hard_limit $((n / 2)) killed "
is "each by SIGKILL" "$(all exit_status)" "$n 137 "
is "each kill is counted" "$(all events)" "$((n / 2)) hard 0 $((n / 2)) hard 1 $n kill 1 $n soft 0 "
is "no member is left" "$(stat_of members) $(cat "$JF_DEBUGFS/members")" "0 "
wait
is "and no process" "$(pgrep -c actor)" 0
is "when they are seen to be killed they can be removed" "$(try rmdir "$JF_CONFIGFS"/s* | sort | uniq -c | sed 's/^ *//')" "$n ok"
is "nothing is left" "$(stat_of containers) $(find "$JF_CONFIGFS" "$JF_CLASS" -name 's[0-9]*')" "0 "
is "every event of every container was told" "$(awk '
	{ sub(/.* container=/, ""); sub(/ pid=.*/, ""); sub(/ event=/, " "); told[$1] = told[$1] (told[$1] ? " " : "") $2 }
	END { for (name in told) print told[name] }' "$JF_DEBUGFS/events" | sort | uniq -c | sed 's/^ *//')" \
	"$((n / 2)) create start hard kill exit remove
$((n / 2)) create start kill exit remove"
is "and no uevent was lost" "$(stat_of uevents_lost)" 0

# --- more members than a file can list ---

# 4096 bytes are all that configfs gives, whatever a page has. With a newline a PID of four digits takes five bytes; a few have three.
room=4096
crowd=$((room / 4))
make big
act_in big children:$crowd mark:"$work/m1" pause
first=$(marked m1)
holds "a crowd can be in a container" wait_for has_procs big $((crowd + 1))
is "a list that is longer is EFBIG" "$(try read "$JF_CONFIGFS/big/pids")" EFBIG
is "no part of it is given" "$(get big pids 2>/dev/null)" ""
is "members has all of it" "$(listed big)" "$( (echo "$first"; pgrep -P "$first") | sort -n)"
is "each of them once" "$(listed big | uniq | wc -l)" $((crowd + 1))
is "stats counts them" "$(stat_of members)" $((crowd + 1))

# Kill no more of them than it takes for the list to fit.
listed big >"$work/pids"
surplus=$(($(wc -c <"$work/pids") - room))
at_least $surplus 1 || fail "the list was longer"
grep -vx "$first" "$work/pids" | awk -v surplus="$surplus" 'sum < surplus { print; sum += length($0) + 1 }' >"$work/victims"
last=$(tail -n 1 "$work/victims")
# shellcheck disable=SC2046 # numbers
kill -KILL $(grep -vx "$last" "$work/victims")
holds "some can be killed" wait_for has_procs big $((crowd + 2 - $(wc -l <"$work/victims")))
is "one too many is still EFBIG" "$(try read "$JF_CONFIGFS/big/pids")" EFBIG
kill -KILL "$last"
holds "and one more" wait_for has_procs big $((crowd + 1 - $(wc -l <"$work/victims")))
is "the longest list that fits is whole" "$(get big pids | sort -n)" "$(grep -vxFf "$work/victims" "$work/pids")"
is "members has the same" "$(listed big)" "$(grep -vxFf "$work/victims" "$work/pids")"
put big kill 1
holds "all of the crowd can be killed" wait_state big killed
is "to the last" "$(status big procs) $(try read "$JF_CONFIGFS/big/pids") $(get big pids)" "0 ok "
wait
holds "the members' file is empty then" test -z "$(cat "$JF_DEBUGFS/members")"
is "a kill of many is one kill" "$(history big) $(count big kill)" "create start kill exit 1"
drop big

# --- one address space shared by thousands ---

# They cost their owner next to nothing. So they must not make that long which decides over a kill.
footprints_take() { # microseconds, of some
	took=$(stat_of footprint_us)
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		put shared metric rss+swap
		status shared usage >/dev/null
		put shared metric rss
		status shared usage >/dev/null
	done
	echo $(($(stat_of footprint_us) - took))
}
make shared
put shared hard_action notify
put shared hard_limit 60M
act_in shared nothp anon:48M children:2 mark:"$work/few" wait:"$work/more" sharers:6000 mark:"$work/many" pause
marked few >/dev/null
few=$(footprints_take)
: >"$work/more"
marked many >/dev/null
is "thousands may share one address space" "$(status shared procs)" 6003
many=$(footprints_take)
holds "the physical memory of few is read" at_least "$few" 1
holds "that of thousands who share it takes no ten times as long" at_most "$many" $((few * 10))
drop shared

# --- the longest names ---

# They differ in the last character only.
stem=$(printf 'Long-name.%.0s' 1 2 3 4 5 6)xx
longest="${stem}0 ${stem}1 ${stem}2 ${stem}3 ${stem}4 ${stem}5 ${stem}6 ${stem}7"
is "the names are as long as can be" "$(printf %s "${stem}0" | wc -c)" 63
# shellcheck disable=SC2086 # names without spaces
holds "containers with the longest names can be made" make $longest
for name in $longest; do
	act_in "$name" anon:2M mark:"$work/$name" pause
	marked "$name" >/dev/null
done
is "members has the whole names" "$(cut -d ' ' -f 1 "$JF_DEBUGFS/members" | tr '\n' ' ')" "$longest "
put "${stem}0" hard_limit 1M
put "${stem}7" kill 1
wait_state "${stem}0" killed
wait_state "${stem}7" killed
is "a kill ends the one that was meant" "$(for name in $longest; do status "$name" reason; done | tr '\n' ' ')" \
	"hard_limit none none none none none none killed "
is "events have the whole names" "$(history "${stem}0"), $(history "${stem}1"), $(history "${stem}7")" \
	"create start hard kill exit, create start, create start kill exit"
for name in $longest; do
	put "$name" kill 1
	wait_state "$name" killed
done
# shellcheck disable=SC2086 # names without spaces
is "and they can be removed" "$(cd "$JF_CONFIGFS" && try rmdir $longest | sort -u)" ok
is "each removal was told" "$(grep -c " container=${stem}[0-7] event=remove" "$JF_DEBUGFS/events")" 8
rmmod jackfruit && modprobe jackfruit
finish
