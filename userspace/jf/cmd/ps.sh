# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf ps: the containers, one a line.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/rows.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf ps [-q | --json] [--filter KEY=VALUE]... [--no-trunc] [NAME...]

Lists all containers, or those named: also ones that have ended and ones made
by hand with mkdir in configfs.

  -q, --quiet           names only
  --json                an array of objects; what is not known, or has no
                        limit, is null; sizes are bytes
  --filter KEY=VALUE    only those whose state, reason or name is VALUE
                        (name: a pattern, as in 'web*')
  --no-trunc            commands in full

STATE is created, running, exited, stopped or killed, as the kernel has it;
`starting` is a container whose command does not run yet, `restarting` one
between two runs (--restart), `lost` one that the kernel no longer knows (`jf rm`
clears it away).
EOF
}

# ps_filter KEY=VALUE
# shellcheck disable=SC2034 # for lib/rows.sh
ps_filter() {
	case $1 in
	state=*) JF_STATE_WANTED=${1#*=} ;;
	reason=*) JF_REASON_WANTED=${1#*=} ;;
	name=*) JF_NAME_WANTED=${1#*=} ;;
	*) usage_die "--filter '$1': not a filter: state=, reason= or name= and a value" ;;
	esac
}

# ps_names [NAME...]: names only; nothing is read if nothing is asked for.
ps_names() {
	if [ -n "$JF_STATE_WANTED$JF_REASON_WANTED" ]; then
		rows "$@" | cut -f 1
	else
		each_container echo "$@"
	fi
}

# Numbers to the right, words to the left; the command as it is.
ps_table() {
	awk -F '\t' -v most="$1" -v now="$(date +%s)" "$JF_AWK_HUMAN"'
	function row(line,  i) {
		rows++
		table[rows] = line
		split(line, cell, "\t")
		for (i = 1; i < 12; i++)
			if (length(cell[i]) > width[i])
				width[i] = length(cell[i])
	}
	function dash(s) {
		return s == "" || s == "none" ? "-" : s
	}
	BEGIN {
		row("NAME\tSTATE\tPID\tPROCS\tUSAGE\tPEAK\tSOFT\tHARD\tUP\tREASON\tSTATUS\tCOMMAND")
	}
	{
		command = dash($13)
		if (most > 0 && length(command) > most)
			command = substr(command, 1, most - 3) "..."
		row($1 "\t" $2 "\t" ($3 > 0 ? $3 : "-") "\t" dash($4) "\t" human($5) "\t" \
			human($6) "\t" human($7) "\t" human($8) "\t" \
			($2 == "running" && $9 > 0 ? since(now - $9) : "-") "\t" \
			dash($10) "\t" dash($11) "\t" command)
	}
	END {
		for (i = 1; i < 12; i++)
			format = format "%" (i < 3 || i == 10 ? "-" : "") width[i] "s  "
		for (r = 1; r <= rows; r++) {
			split(table[r], cell, "\t")
			printf format "%s\n", cell[1], cell[2], cell[3], cell[4], cell[5], cell[6], \
				cell[7], cell[8], cell[9], cell[10], cell[11], cell[12]
		}
	}'
}

ps_json() {
	LC_ALL=C awk -F '\t' "$JF_AWK_JSON"'
	{
		printf "%s{\"name\":%s,\"state\":%s,\"pid\":%s,\"procs\":%s,\"usage\":%s,\"peak\":%s", \
			(NR == 1 ? "[" : ",\n "), string($1), string($2), ($3 > 0 ? number($3) : "null"), \
			number($4), number($5), number($6)
		printf ",\"soft_limit\":%s,\"hard_limit\":%s,\"started\":%s,\"reason\":%s", \
			number($7), number($8), ($9 > 0 ? number($9) : "null"), word($10)
		printf ",\"exit_status\":%s,\"enforcing\":%s,\"command\":%s}", \
			number($11), word($12), word($13)
	}
	END {
		print (NR ? "]" : "[]")
	}'
}

cmd_main() {
	_form=table
	_most=48
	while [ $# -gt 0 ]; do
		case $1 in
		-q | --quiet) _form=names ;;
		--json) _form=json ;;
		--no-trunc) _most=0 ;;
		-a | --all) ;; # as docker has it: all is what we show anyway
		--filter)
			need_value "$1" $#
			ps_filter "$2"
			shift
			;;
		--filter=*) ps_filter "${1#*=}" ;;
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
	for _name; do
		check_container "$_name"
	done
	case $_form in
	names) ps_names "$@" ;;
	json)
		# shellcheck disable=SC2034 # for lib/rows.sh
		JF_ROWS_FOR=json
		rows "$@" | ps_json
		;;
	table) rows "$@" | ps_table "$_most" ;;
	esac
}
