# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf metrics: all numbers at this moment, for Prometheus.
#
# The kernel's files are read with the shell's own read, a program finds what
# they do not count, and one awk lays all out: the same few processes for one
# container and for hundreds.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/rows.sh"
# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/uncounted.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf metrics [--openmetrics] [-o FILE]

Prints what Prometheus is to know of the containers and of the module, in its
text format, as node_exporter's textfile collector reads it.

  -o, --output FILE   write FILE instead, which is replaced at once or not at all
  --openmetrics       in the OpenMetrics format, for others than that collector

Without the module there is one metric, jackfruit_module_loaded, which is 0.
What only root can see (debugfs) is left out if it cannot be read.
EOF
}

# metrics_container NAME: its values, a line each: container, key, value.
metrics_container() {
	for _attribute in state reason usage peak procs enforcing started; do
		status_get "$1" "$_attribute" && printf '%s\t%s\t%s\n' "$1" "$_attribute" "$REPLY"
	done
	for _attribute in soft_limit hard_limit metric hard_action; do
		control_get "$1" "$_attribute" && printf '%s\t%s\t%s\n' "$1" "$_attribute" "$REPLY"
	done
	[ -r "$JF_CLASS/$1/events" ] || return 0
	while read -r _key _value; do
		printf '%s\tevents:%s\t%s\n' "$1" "$_key" "$_value"
	done <"$JF_CLASS/$1/events"
}

# metrics_values: all that is laid out. What is of no container has an empty
# first field.
metrics_values() {
	printf '\tloaded\t1\n'
	for _name in "$JF_CLASS"/*/; do
		_name=${_name%/}
		_name=${_name##*/}
		# it may be removed at any moment
		[ "$_name" = '*' ] || metrics_container "$_name" 2>/dev/null
	done
	# in the same form
	uncounted 2>/dev/null
	if [ -r "$JF_DEBUGFS/stats" ]; then
		while read -r _key _value; do
			printf '\tstats:%s\t%s\n' "$_key" "$_value"
		done <"$JF_DEBUGFS/stats"
	fi
}

metrics_text() {
	LC_ALL=C awk -F '\t' -v openmetrics="$_openmetrics" "$JF_AWK_JSON"'
	function family(name, type, help) {
		# there a family of counters is named without what its samples end with
		if (openmetrics && type == "counter")
			sub(/_total$/, "", name)
		if (openmetrics && match(name, /_(bytes|seconds)$/))
			print "# UNIT jackfruit_" name " " substr(name, RSTART + 1)
		print "# HELP jackfruit_" name " " help
		print "# TYPE jackfruit_" name " " type
	}
	function sample(name, labels, amount) {
		print "jackfruit_" name (labels == "" ? "" : "{" labels "}") " " amount
	}
	# A label is quoted as a string of JSON is.
	function label(name, text) {
		return name "=" string(text)
	}
	# One sample for each container that has a number there.
	function each(key, name, help,  i) {
		family(name, "gauge", help)
		for (i = 1; i <= count; i++)
			if (value[i, key] ~ /^[0-9]+$/)
				sample(name, label("container", container[i]), value[i, key])
	}
	function stat(key, name, type, help, scale) {
		key = "stats:" key
		if (!(key in own))
			return
		family(name, type, help)
		sample(name, "", scale ? sprintf("%.6f", own[key] / scale) : own[key])
	}
	BEGIN {
		kinds = split("hugetlb memfd sysvshm tmpfs", kind, " ")
		for (j = 1; j <= kinds; j++)
			uncounted[kind[j]] = 1
	}
	$1 == "" {
		own[$2] = $3
		next
	}
	{
		# of a container that has been made since
		if ($2 in uncounted && !($1 in seen))
			next
		if (!($1 in seen)) {
			seen[$1] = ++count
			container[count] = $1
		}
		value[seen[$1], $2] = $3
	}
	END {
		family("module_loaded", "gauge", "Is the kernel module loaded, which keeps the limits?")
		sample("module_loaded", "", own["loaded"])
		if (!own["loaded"])
			exit

		family("container_info", "gauge", "What a container is; always 1.")
		for (i = 1; i <= count; i++)
			sample("container_info", label("container", container[i]) "," \
				label("state", value[i, "state"]) "," \
				label("reason", value[i, "reason"]) "," \
				label("metric", value[i, "metric"]) "," \
				label("hard_action", value[i, "hard_action"]), 1)
		family("container_enforcing", "gauge", \
			"Is the hard limit enforced? Also 0 while a container has no members.")
		for (i = 1; i <= count; i++)
			sample("container_enforcing", label("container", container[i]), \
				value[i, "enforcing"] == "yes" ? 1 : 0)
		each("usage", "container_usage_bytes", "What the members use, by the metric of the container.")
		each("peak", "container_peak_bytes", "Highest usage of the present or last run.")
		each("soft_limit", "container_soft_limit_bytes", "The soft limit; absent if there is none.")
		each("hard_limit", "container_hard_limit_bytes", "The hard limit; absent if there is none.")
		each("procs", "container_processes", "Members.")
		each("started", "container_start_time_seconds", \
			"When the present or last run began, since the Epoch; 0 is never.")
		family("container_events_total", "counter", \
			"Crossings of the limits, and kills by the module, since the container was made.")
		split("soft hard kill", event, " ")
		for (i = 1; i <= count; i++)
			for (j = 1; j <= 3; j++)
				if ((i, "events:" event[j]) in value)
					sample("container_events_total", label("container", container[i]) "," \
						label("event", event[j]), value[i, "events:" event[j]])
		family("container_uncounted_bytes", "gauge", \
			"Up to so much memory of the members is in no limit, by kind.")
		for (i = 1; i <= count; i++)
			for (j = 1; j <= kinds; j++)
				if ((i, kind[j]) in value)
					sample("container_uncounted_bytes", label("container", container[i]) "," \
						label("kind", kind[j]), value[i, kind[j]])

		stat("containers", "containers", "gauge", "Containers.")
		stat("members", "members", "gauge", "Members of all containers.")
		stat("looks", "looks_total", "counter", "Looks that the scan has made.")
		stat("scan_us", "scan_seconds_total", "counter", "Time in the work of the scan.", 1000000)
		stat("late_max_us", "look_late_max_seconds", "gauge", \
			"The most that a look has come too late.", 1000000)
		split("hard_limit killed stopped", reason, " ")
		if ("stats:kills_killed" in own)
			family("kills_total", "counter", "Kill events, by reason.")
		for (j = 1; j <= 3; j++)
			if (("stats:kills_" reason[j]) in own)
				sample("kills_total", label("reason", reason[j]), own["stats:kills_" reason[j]])
		stat("overshoot_max", "overshoot_max_bytes", "gauge", \
			"The most that a container which the hard limit has killed was above it.")
		stat("events", "events_total", "counter", "Events of all kinds.")
		stat("uevents_lost", "uevents_lost_total", "counter", \
			"Events that no uevent could be sent for.")
	}'
}

metrics_print() {
	if [ -d "$JF_CLASS" ]; then
		metrics_values | metrics_text
	else
		printf '\tloaded\t0\n' | metrics_text
	fi
	[ -z "$_openmetrics" ] || echo '# EOF'
}

# metrics_write FILE: through a file beside it, whose name the collector does not read.
# To be read by everybody, whatever the umask: node_exporter is not root.
metrics_write() {
	[ -n "$1" ] || usage_die "--output: the name of the file is empty"
	[ ! -d "$1" ] || die "$1: is a directory: name the file: $1/jackfruit.prom"
	# /dev/null, say
	if [ -L "$1" ] || { [ -e "$1" ] && ! [ -f "$1" ]; }; then
		die "$1: is no plain file, and would be replaced by one: without --output it goes to stdout"
	fi
	_new=$1.$$
	trap 'rm -f -- "$_new"' EXIT
	{ metrics_print >"$_new" && chmod 644 "$_new" && mv -f -- "$_new" "$1"; } 2>/dev/null ||
		die "$1: cannot write this file: is its directory there?"
}

cmd_main() {
	_output=-
	_openmetrics=
	while [ $# -gt 0 ]; do
		case $1 in
		-o | --output)
			need_value "$1" $#
			_output=$2
			shift
			;;
		--output=*) _output=${1#*=} ;;
		--openmetrics) _openmetrics=yes ;;
		-?*) unknown_option "$1" ;;
		*) usage_die "'$1': metrics takes no argument: it tells of all containers" ;;
		esac
		shift
	done
	if [ "$_output" = - ]; then
		metrics_print
	else
		metrics_write "$_output"
	fi
}
