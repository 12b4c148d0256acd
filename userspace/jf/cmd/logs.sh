# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf logs: what a container said. The log is in CRI format, a record a line:
#   2026-01-31T12:00:00.123456789Z stdout F text
# F ends a line, P is a part of one that goes on in the next record of that stream.

cmd_usage() {
	cat <<'EOF'
usage: jf logs [-f] [-n N] [-t] NAME

Prints what the container NAME wrote: its stdout to stdout, its stderr to stderr.

  -f, --follow       go on as it writes, until it ends
  -n, --tail N       only the last N lines
  -t, --timestamps   each line begins with the time it was written
EOF
}

# logs_count: how many lines end in the log.
logs_count() {
	awk -v since="$1" 'substr($1, 1, length(since)) >= since && $3 == "F" { n++ } END { print n + 0 }' "$2"
}

# logs_text SINCE SKIP STAMPS: CRI records to text. The text begins behind the
# third blank, whatever it holds. Each stream knows for itself whether it is
# in the middle of a line, and whether that line is to be seen.
logs_text() {
	# shellcheck disable=SC2086 # none or two words
	awk $JF_AWK_LINES -v since="$1" -v skip="$2" -v stamps="$3" '
	{
		time = $1
		stream = $2
		tag = $3
		if (substr(time, 1, length(since)) < since)
			next
		if (!inside[stream])
			seen[stream] = (ended >= skip)
		if (tag == "F")
			ended++
		text = substr($0, length(time) + length(stream) + length(tag) + 4)
		if (seen[stream]) {
			if (stamps && !inside[stream])
				text = time " " text
			if (tag == "F")
				text = text "\n"
			if (stream == "stderr")
				printf "%s", text > "/dev/stderr"
			else
				printf "%s", text
			# both may go to one terminal: in the order of the log
			fflush()
		}
		inside[stream] = (tag == "P")
	}'
}

# logs_going NAME: there may be more to come.
logs_going() {
	logger_runs "$1" && return 0
	# A container made without jf run or start has no logger of ours.
	! record_get "$1" logger && container_runs "$1"
}

cmd_main() {
	_follow=
	_tail=
	_stamps=0
	while [ $# -gt 0 ]; do
		case $1 in
		-f | --follow) _follow=yes ;;
		-t | --timestamps) _stamps=1 ;;
		-n | --tail)
			need_value "$1" $#
			_tail=$2
			shift
			;;
		-n?* | --tail=*)
			_tail=${1#-n}
			_tail=${_tail#--tail=}
			;;
		--)
			shift
			break
			;;
		-?*) unknown_option "$1" ;;
		*) break ;;
		esac
		shift
	done
	need_names $#
	[ $# -eq 1 ] || usage_die "one container at a time: see \`jf help logs\`"
	case $_tail in
	'' | all) ;;
	*) is_number "$_tail" || usage_die "--tail '$_tail': not a number of lines" ;;
	esac
	check_name "$1"
	# A container that has ended just now: its jflog may have a last byte to write.
	[ -n "$_follow" ] || container_runs "$1" || await_logger "$1" ||
		log "$1: its jflog still writes: is the disk stuck?"
	log_path "$1"
	_log=$REPLY
	if ! [ -e "$_log" ]; then
		check_container "$1"
		die "container '$1' has no log ($_log): it was not started by jf"
	fi
	[ -r "$_log" ] || die "no permission to read $_log: \`jf logs\` must be run by root"
	record_get "$1" log_since || :
	_since=$REPLY
	_skip=0
	if [ -n "$_tail" ] && [ "$_tail" != all ]; then
		_skip=$(($(logs_count "$_since" "$_log") - _tail))
		[ "$_skip" -ge 0 ] || _skip=0
	fi
	JF_AWK_LINES=
	if [ -z "$_follow" ]; then
		logs_text "$_since" "$_skip" "$_stamps" <"$_log"
	else
		line_awk
		JF_AWK_LINES=$REPLY
		follow "$_log" logs_going "$1" | logs_text "$_since" "$_skip" "$_stamps"
	fi
}
