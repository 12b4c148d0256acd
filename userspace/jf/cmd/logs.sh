# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf logs: what a container said. The log is in CRI format, a record a line:
#   2026-01-31T12:00:00.123456789Z stdout F text
# F ends a line, P is a part of one that goes on in the next record of that stream.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/parts.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf logs [-f] [-n N] [--since TIME] [--stdout | --stderr] [-t] NAME

Prints what the container NAME wrote: its stdout to stdout, its stderr to stderr;
rotated parts of its log, too.

  -f, --follow       go on as it writes, until it ends
  -n, --tail N       only the last N lines
  --since TIME       only from then on: 90s, 10m, 3h, 2d ago, or a time in UTC or
                     its beginning, as in 2026-01-31T12:00
  --stdout, --stderr only this stream
  -t, --timestamps   each line begins with the time it was written
EOF
}

# logs_time TIME: REPLY is as the log has it.
logs_time() {
	REPLY=${1%Z}
	case $REPLY in
	*[0-9][smhd])
		is_number "${1%?}" || return 1
		plain_number "${1%?}"
		case $1 in
		*m) REPLY=$((REPLY * 60)) ;;
		*h) REPLY=$((REPLY * 3600)) ;;
		*d) REPLY=$((REPLY * 86400)) ;;
		esac
		REPLY=$(date -u -d "@$(($(date +%s) - REPLY))" +%Y-%m-%dT%H:%M:%S)
		;;
	# as text, which is how they compare: no blank, no other zone than UTC
	*[!0-9T:.-]* | *T*-*) return 1 ;;
	[0-9][0-9][0-9][0-9]-[01][0-9]*) ;;
	*) return 1 ;;
	esac
}

# logs_text SINCE LAST MARK STAMPS ONLY: CRI records to text. The text begins behind
# the third blank, whatever it holds. Each stream knows for itself whether it is in
# the middle of a line. If LAST is not empty, only so many of the lines that end
# before MARK are shown: it is one reading, for parts may go between two.
logs_text() {
	# shellcheck disable=SC2086 # none or two words
	awk $JF_AWK_LINES -v since="$1" -v last="$2" -v mark="$3" -v stamps="$4" -v only="$5" '
	function show(stream, text) {
		if (stream == "stderr")
			printf "%s", text > "/dev/stderr"
		else
			printf "%s", text
		# both may go to one terminal: in the order of the log
		fflush()
	}
	# the last lines, and what has no end yet
	function show_held(  n) {
		for (n = ended > last ? ended - last + 1 : 1; n <= ended; n++)
			show(whose[n], line[n])
		show("stdout", begun["stdout"])
		show("stderr", begun["stderr"])
		split("", line)
		split("", begun)
		held = 0
	}
	function record(  time, stream, tag, text) {
		time = $1
		stream = $2
		tag = $3
		if (substr(time, 1, length(since)) < since || (only != "" && stream != only))
			return
		text = substr($0, length(time) + length(stream) + length(tag) + 4)
		if (stamps && !inside[stream])
			text = time " " text
		if (tag == "F")
			text = text "\n"
		inside[stream] = (tag == "P")
		if (!held) {
			show(stream, text)
			return
		}
		begun[stream] = begun[stream] text
		if (tag == "P")
			return
		ended++
		whose[ended] = stream
		line[ended] = begun[stream]
		begun[stream] = ""
		delete line[ended - last]
		delete whose[ended - last]
	}
	BEGIN { held = (last != "") }
	# what stands before the mark is a record that is being written just now
	held && mark != "" && substr($0, length($0) - length(mark) + 1) == mark {
		cut = substr($0, 1, length($0) - length(mark))
		show_held()
		next
	}
	cut != "" {
		$0 = cut $0
		cut = ""
	}
	{ record() }
	END {
		if (held)
			show_held()
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
	_asked=
	_only=
	while [ $# -gt 0 ]; do
		case $1 in
		-f | --follow) _follow=yes ;;
		-t | --timestamps) _stamps=1 ;;
		--stdout | --stderr)
			[ "${_only:-${1#--}}" = "${1#--}" ] ||
				usage_die "--stdout and --stderr: without them you have both"
			_only=${1#--}
			;;
		--since)
			need_value "$1" $#
			_asked=$2
			shift
			;;
		--since=*) _asked=${1#*=} ;;
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
	'' | all) _tail= ;;
	*) is_number "$_tail" || usage_die "--tail '$_tail': not a number of lines" ;;
	esac
	if [ -n "$_asked" ]; then
		logs_time "$_asked" ||
			usage_die "--since '$_asked': not a time: as in 10m, or 2026-01-31T12:00"
		_asked=$REPLY
	fi
	check_name "$1"
	# A container that has ended just now: its jflog may have a last byte to write.
	[ -n "$_follow" ] || container_runs "$1" || await_logger "$1" ||
		log "$1: its jflog still writes: is the disk stuck?"
	log_path "$1"
	_log=$REPLY
	# for a moment there is only the part that was the log
	if ! [ -e "$_log" ] && ! [ -e "$_log.1" ]; then
		check_container "$1"
		die "container '$1' has no log ($_log): it was not started by jf"
	fi
	[ -r "$_log" ] || [ -r "$_log.1" ] || die "no permission to read $_log: \`jf logs\` must be run by root"
	record_get "$1" log_since || :
	_since=$REPLY
	# the later one; times compare as text
	case $_asked in
	'') ;;
	*) _since=$(printf '%s\n' "$_since" "$_asked" | LC_ALL=C sort | tail -n 1) ;;
	esac
	JF_AWK_LINES=
	_mark=
	if [ -n "$_follow" ]; then
		line_awk
		JF_AWK_LINES=$REPLY
		# what nobody else writes
		[ -z "$_tail" ] || _mark="mark $$ $(date +%s%N)"
	fi
	# without anything to wait for it is read to its end
	parts_read "$_log" "$_mark" ${_follow:+logs_going "$1"} |
		logs_text "$_since" "$_tail" "$_mark" "$_stamps" "$_only"
	# what could not be kept; in the foreground it was seen
	if [ -s "$JF_RUNDIR/$1/jflog.err" ]; then
		log "$1: $(tail -n 1 "$JF_RUNDIR/$1/jflog.err")"
	fi
}
