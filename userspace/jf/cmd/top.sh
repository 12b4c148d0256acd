# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf top: how full the containers are, live.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/rows.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf top [-d SECONDS] [-n COUNT] [NAME...]

Shows usage against both limits, again and again until interrupted: the bar is
the way to the hard limit, `|` in it the soft limit, and FULL the part of the
hard limit that is used. Once, if not to a terminal.

  -d SECONDS      between two looks (default 1)
  -n COUNT        that many looks
EOF
}

# top_size: _columns and _lines of the terminal, which fd 3 is, too; 0 if there is none. Asked for at each
# look, as it may be made larger.
top_size() {
	_columns=0 _lines=0
	[ -t 1 ] || return 0
	_size=$(stty size <&3 2>/dev/null) || _size='24 80'
	_lines=${_size% *} _columns=${_size#* }
	# a serial line does not know
	[ "$_columns" -gt 0 ] || _lines=24 _columns=80
}

# top_frame COLUMNS LINES: rows to a frame. On a terminal each line clears what
# an earlier frame had behind it, so nothing flickers, and what is above its soft
# limit is yellow, red in the last sixteenth of the hard limit.
top_frame() {
	awk -F '\t' -v columns="$1" -v lines="$2" -v now="$(date +%T)" "$JF_AWK_HUMAN"'
	function is_size(s) {
		return s ~ /^[0-9]+$/ && s > 0
	}
	function bar(usage, soft, hard,  whole, at, i, s) {
		# without a hard limit the soft one is where the default has it
		whole = is_size(hard) ? hard + 0 : is_size(soft) ? soft * 1.6 : 0
		at = is_size(soft) && whole ? int(soft * width / whole) : 0
		for (i = 1; i <= width; i++)
			s = s (i == at ? "|" : whole && usage > 0 && usage * width >= whole * (i - 0.5) ? "#" : " ")
		return s
	}
	function put(line, colour) {
		if (!columns)
			print line
		else if (++shown < lines)
			printf "%s%s\033[0m\033[K\n", colour, substr(line, 1, columns)
	}
	{
		row[NR] = $0
		running += $2 == "running"
		total += $5
		if (length($1) > longest)
			longest = length($1)
		if (length($2) > state)
			state = length($2)
	}
	END {
		longest = longest < 4 ? 4 : longest > 24 ? 24 : longest
		state = state < 5 ? 5 : state
		width = columns ? columns - longest - state - 41 : 40
		width = width < 8 ? 8 : width > 60 ? 60 : width
		more = columns && NR + 2 >= lines ? NR + 3 - lines : 0
		if (columns)
			put(sprintf("jf top  %s  %d containers, %d running, %s", now, NR, running, human(total)), "\033[1m")
		layout = "%-" longest "." longest "s  %-" state "s %5s %5s %5s  [%-" width "s] %5s %5s %4s"
		put(sprintf(layout, "NAME", "STATE", "PROCS", "USAGE", "PEAK", "", "SOFT", "HARD", "FULL"), "\033[7m")
		for (i = 1; i <= NR; i++) {
			split(row[i], c, "\t")
			full = is_size(c[8]) ? int(c[5] * 100 / c[8]) "%" : "-"
			colour = is_size(c[8]) && c[5] > c[8] * 15 / 16 ? "\033[31m" : \
				is_size(c[7]) && c[5] > c[7] + 0 ? "\033[33m" : ""
			put(sprintf(layout, c[1], c[2], c[4], human(c[5]), human(c[6]), bar(c[5], c[7], c[8]), \
				human(c[7]), human(c[8]), full), colour)
		}
		if (more > 0)
			printf "... %d more\033[K", more
		if (columns)
			printf "\033[J"
	}'
}

cmd_main() {
	_delay=1
	_count=0
	[ -t 1 ] || _count=1
	while [ $# -gt 0 ]; do
		case $1 in
		-d | -n)
			need_value "$1" $#
			if ! is_number "$2" || [ "$2" -eq 0 ]; then
				usage_die "$1 '$2': not a number above 0"
			fi
			if [ "$1" = -d ]; then
				_delay=$2
			else
				_count=$2
			fi
			shift
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
	need_module
	for _asked; do
		check_container "$_asked"
	done
	# shellcheck disable=SC2034 # for lib/rows.sh
	JF_ROWS_FOR=top
	exec 3>&1
	[ ! -t 1 ] || printf '\033[2J'
	_shown=0
	while :; do
		top_size
		_frame=$(rows "$@" | top_frame "$_columns" "$_lines")
		[ "$_columns" -eq 0 ] || printf '\033[H'
		printf '%s' "$_frame"
		[ "$_columns" -gt 0 ] || echo
		_shown=$((_shown + 1))
		[ "$_count" -eq 0 ] || [ "$_shown" -lt "$_count" ] || break
		sleep "$_delay" 3>&-
	done
	[ "$_columns" -eq 0 ] || echo
}
