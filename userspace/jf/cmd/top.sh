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
the way to the hard limit, `|` in it the soft limit. Once, if not to a terminal.

  -d SECONDS      between two looks (default 1)
  -n COUNT        that many looks
EOF
}

top_bars() {
	awk -F '\t' -v width=40 "$JF_AWK_HUMAN"'
	BEGIN {
		printf "%-16s %-8s %5s %8s %8s  %-" (width + 2) "s %8s\n", \
			"NAME", "STATE", "PROCS", "USAGE", "PEAK", "SOFT |", "HARD"
	}
	{
		whole = $8 ~ /^[0-9]+$/ ? $8 : 0
		bar = ""
		for (i = 1; i <= width; i++) {
			mark = whole > 0 && $5 > 0 && $5 * width >= whole * (i - 0.5) ? "#" : " "
			if (whole > 0 && $7 ~ /^[0-9]+$/ && int($7 * width / whole) == i)
				mark = "|"
			bar = bar mark
		}
		printf "%-16s %-8s %5s %8s %8s  [%s] %8s\n", $1, $2, $4, human($5), human($6), \
			bar, human($8)
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
	_shown=0
	while :; do
		_frame=$(rows "$@" | top_bars)
		# Home, the frame, clear what is below: no flicker.
		if [ -t 1 ]; then
			printf '\033[H\033[2J%s\n' "$_frame"
		else
			printf '%s\n' "$_frame"
		fi
		_shown=$((_shown + 1))
		[ "$_count" -eq 0 ] || [ "$_shown" -lt "$_count" ] || break
		sleep "$_delay"
	done
}
