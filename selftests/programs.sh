#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Real programs that share memory: healthy ones are not killed for it, and who really uses it is.
# shellcheck disable=SC2317 # wait_for and holds call functions by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin
# Debian's redis-server is a link to this
server=$(command -v redis-check-rdb) || skip_all "needs redis: apt install redis-tools"
command -v clang >/dev/null || skip_all "needs clang"

cli() {
	redis-cli -s "$work/redis" "$@"
}

answers() {
	cli ping >/dev/null 2>&1
}

# No RDB file is being written any more.
has_saved() {
	cli info persistence | grep -q '^rdb_bgsave_in_progress:0'
}

is_saving() {
	cli info persistence | grep -q '^rdb_bgsave_in_progress:1'
}

# 60 MiB of data: 60000 keys of 1000 bytes.
redis() { # SAVE_DELAY_US
	make a
	put a hard_limit 100M
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'echo $$ >"$1/pids" && exec -a redis-server "$2" --port 0 --unixsocket "$3/redis" --save "" --dir "$3" \
		--daemonize no --rdb-key-save-delay "$4" --activedefrag no --maxmemory 0' \
		- "$JF_CONFIGFS/a" "$server" "$work" "$1" >"$work/redis.log" 2>&1 &
	wait_for answers
	cli eval 'for i = 0, 59999 do redis.call("set", "key:" .. i, string.rep("x", 1000)) end' 0 >/dev/null
	holds "redis: it has 60 MiB of data" at_least "$(status a usage)" $((60 << 20))
}

change_a_few_keys() {
	i=0
	while [ $i -lt 20 ]; do
		cli set "key:$i" changed >/dev/null
		i=$((i + 1))
	done
}

footprints_since() { # N
	at_least "$(stat_of footprints)" $(($1 + 1))
}

redis 0
cli bgsave >/dev/null
wait_for has_saved
change_a_few_keys
is "redis: a server that saves 60 MiB under a limit of 100 MiB survives" "$(status a state) $(count a hard)" "running 0"
is "redis: and has saved" "$(cli info persistence | grep -c '^rdb_last_bgsave_status:ok')" 1
drop a

# a millisecond a key: it saves for as long as the writes take
redis 1000
before=$(stat_of footprints)
cli bgsave >/dev/null
wait_for is_saving
change_a_few_keys
is "redis: writes to a few keys meanwhile do not change that" "$(status a state) $(count a hard)" "running 0"
holds "redis: it is judged by its footprint" footprints_since "$before"
holds "redis: usage is below the limit, not twice the data" at_most "$(status a usage)" $((100 << 20))
# each key anew, and so each page
cli eval 'for i = 0, 59999 do redis.call("setrange", "key:" .. i, 0, "x") end' 0 >/dev/null 2>&1
wait_state a killed
is "redis: writes to all of it meanwhile do" "$(status a state) $(status a reason)" "killed hard_limit"
holds "redis: at a true footprint above 100 MiB" at_least "$(event a usage hard)" $(((100 << 20) + 1))
holds "redis: and not at a sum" at_most "$(event a usage hard)" $((160 << 20))
drop a

# --- twenty of a program with large shared libraries ---

make a
put a hard_limit 600M
mkfifo "$work/source"
i=0
while [ $i -lt 20 ]; do
	sh -c 'echo 0 >"$1/pids" && exec clang -cc1 -fsyntax-only -x c - <"$2"' - "$JF_CONFIGFS/a" "$work/source" &
	i=$((i + 1))
done
exec 3>"$work/source"
file_pages() { # of the last one
	awk '/^RssFile/ { print $2 }' "/proc/$(get a pids | tail -n 1)/status"
}
all_loaded() {
	[ "$(status a procs)" = 20 ] || return
	for pid in $(get a pids); do
		grep -q pipe_read "/proc/$pid/wchan" || return
	done
}
wait_for all_loaded
sum=$(awk '{ sum += $3 } END { print sum }' "$JF_DEBUGFS/members")
is "twenty compilers that share their libraries live" "$(status a state) $(count a hard) $(status a procs)" "running 0 20"
echo "# sum $sum, usage $(status a usage), file pages of one: $(file_pages) kB"
holds "their sum is above the limit" at_least "$sum" $((600 << 20))
holds "their footprint is not" at_most "$(status a usage)" $((600 << 20))
exec 3>&-
drop a
finish
