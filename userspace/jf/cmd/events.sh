# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf events: what happened, from the kernel's ring of events.

cmd_usage() {
	cat <<'EOF'
usage: jf events [-f] [NAME...]

Prints the kernel's events, oldest first, of all containers or of those named:
one line each of key=value: create start soft hard kill stop exit remove.

  -f, --follow    go on as they happen (until interrupted)
EOF
}

# events_of NAME...: of these only. Each line goes out at once.
events_of() {
	# shellcheck disable=SC2086 # none or two words
	awk $JF_AWK_LINES -v names="$*" '
	BEGIN {
		count = split(names, list, " ")
		for (i = 1; i <= count; i++)
			wanted["container=" list[i]] = 1
	}
	{
		show = !count
		for (i = 1; i <= NF && !show; i++)
			show = ($i in wanted)
		if (show) {
			print
			fflush()
		}
	}'
}

cmd_main() {
	_follow=
	while [ $# -gt 0 ]; do
		case $1 in
		-f | --follow) _follow=yes ;;
		--)
			shift
			break
			;;
		-?*) unknown_option "$1" ;;
		*) break ;;
		esac
		shift
	done
	for _name; do
		# It may be removed by now: its events are still told.
		check_name "$_name"
	done
	need_debugfs
	JF_AWK_LINES=
	if [ -n "$_follow" ]; then
		line_awk
		JF_AWK_LINES=$REPLY
		follow "$JF_EVENTS" : | events_of "$@"
	else
		events_of "$@" <"$JF_EVENTS"
	fi
}
