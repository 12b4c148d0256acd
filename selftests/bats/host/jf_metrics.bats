#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf metrics on a fixture; and that the alert rules and the dashboard ask for what it tells.

load jf-fixture

setup() {
	fixture_setup
	PROMETHEUS=${JF_SOURCE%/jf/jf}/prometheus
	PROMTOOL=${JF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jackfruit}/promtool
}
teardown() { fixture_teardown; }

need_promtool() {
	[ -x "$PROMTOOL" ] || skip "no $PROMTOOL: make setup"
}

# two containers and the module's own numbers
fleet() {
	container web state=running usage=1000 peak=5000000000 procs=2 started=1700000000
	control web soft_limit=max hard_limit=8192 metric=rss hard_action=kill
	printf 'soft 3\nhard 2\nkill 1\n' >"$JF_CLASS/web/events"
	container old.one state=killed reason=hard_limit 'enforcing=no: no members'
	control old.one soft_limit=1024 hard_limit=2048 metric=anon hard_action=term
	printf 'soft 0\nhard 0\nkill 0\n' >"$JF_CLASS/old.one/events"
	cat >"$JF_DEBUGFS/stats" <<-EOF
		containers 2
		members 2
		probes on
		looks 1234
		scan_us 1500000
		late_max_us 250
		timer on
		kills_stopped 0
		kills_killed 1
		kills_hard_limit 7
		overshoot_max 4096
		events 99
		uevents_lost 0
		something_new 5
	EOF
}

# has LINE...: each is in the output
has() {
	local line
	for line; do
		grep -qxF -- "$line" <<<"$output" || {
			echo "not there: $line"
			return 1
		}
	done
}

@test "what is known of containers" {
	fleet
	run -0 jf metrics
	has 'jackfruit_module_loaded 1' \
		'jackfruit_container_info{container="web",state="running",reason="none",metric="rss",hard_action="kill"} 1' \
		'jackfruit_container_info{container="old.one",state="killed",reason="hard_limit",metric="anon",hard_action="term"} 1' \
		'jackfruit_container_enforcing{container="web"} 1' \
		'jackfruit_container_enforcing{container="old.one"} 0' \
		'jackfruit_container_usage_bytes{container="web"} 1000' \
		'jackfruit_container_peak_bytes{container="web"} 5000000000' \
		'jackfruit_container_soft_limit_bytes{container="old.one"} 1024' \
		'jackfruit_container_hard_limit_bytes{container="web"} 8192' \
		'jackfruit_container_processes{container="web"} 2' \
		'jackfruit_container_start_time_seconds{container="web"} 1700000000' \
		'jackfruit_container_events_total{container="web",event="soft"} 3' \
		'jackfruit_container_events_total{container="web",event="hard"} 2' \
		'jackfruit_container_events_total{container="web",event="kill"} 1'
	# no limit is no number
	[[ $output != *'soft_limit_bytes{container="web"}'* ]]
}

@test "what is known of the module" {
	fleet
	run -0 jf metrics
	has 'jackfruit_containers 2' 'jackfruit_members 2' 'jackfruit_looks_total 1234' \
		'jackfruit_scan_seconds_total 1.500000' 'jackfruit_look_late_max_seconds 0.000250' \
		'jackfruit_kills_total{reason="hard_limit"} 7' 'jackfruit_kills_total{reason="killed"} 1' \
		'jackfruit_kills_total{reason="stopped"} 0' 'jackfruit_overshoot_max_bytes 4096' 'jackfruit_events_total 99' \
		'jackfruit_uevents_lost_total 0'
	[[ $output != *something_new* ]]
}

@test "promtool has nothing to say: of many containers, of none, without debugfs, without the module" {
	need_promtool
	fleet
	jf metrics | "$PROMTOOL" check metrics
	rm -r "$JF_DEBUGFS"
	jf metrics >"$F/text"
	"$PROMTOOL" check metrics <"$F/text"
	run ! grep -q looks_total "$F/text"
	rm -r "${JF_CLASS:?}"/*
	jf metrics | "$PROMTOOL" check metrics
	rmdir "$JF_CLASS"
	jf metrics >"$F/text"
	"$PROMTOOL" check metrics <"$F/text"
	[ "$(grep -v '^#' "$F/text")" = 'jackfruit_module_loaded 0' ]
}

# openmetrics: stdin is in that format, says a strict reader of it; its families and their types
openmetrics() {
	/usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
for family in parse(sys.stdin.read()):
    print(family.name, family.type, family.unit, len(family.samples))'
}

@test "--openmetrics: a parser of it takes all of it, and finds the same numbers" {
	/usr/bin/python3 -c 'import prometheus_client' || skip "no python3-prometheus-client: make setup"
	fleet
	jf metrics --openmetrics >"$F/text"
	run -0 openmetrics <"$F/text"
	has 'jackfruit_module_loaded gauge  1' 'jackfruit_container_usage_bytes gauge bytes 2' \
		'jackfruit_container_events counter  6' 'jackfruit_scan_seconds counter seconds 1'
	diff <(jf metrics | grep -v '^#') <(grep -v '^#' "$F/text")
	# in the other format it is refused
	run ! openmetrics < <(jf metrics)
	rm -r "$JF_DEBUGFS"
	jf metrics --openmetrics | openmetrics
	rm -r "${JF_CLASS:?}"
	run -0 openmetrics < <(jf metrics --openmetrics)
	[ "$output" = 'jackfruit_module_loaded gauge  1' ]
	jf metrics --openmetrics -o "$F/file"
	[ "$(tail -n 1 "$F/file")" = '# EOF' ]
}

@test "labels are quoted" {
	need_promtool
	container web 'state=a"b\c'
	run -0 jf metrics
	[[ $output == *'state="a\"b\\c"'* ]]
	"$PROMTOOL" check metrics <<<"$output"
}

@test "a container that goes away while it is read does no harm" {
	container web state=running
	rm "$JF_CLASS"/web/*
	run -0 jf metrics
	[[ $output == *jackfruit_module_loaded\ 1* ]]
	[[ $output != *'usage_bytes{'* ]]
}

@test "--output replaces a file at once, or not at all" {
	fleet
	echo old >"$F/jackfruit.prom"
	exec 5<"$F/jackfruit.prom"
	run -0 jf metrics --output "$F/jackfruit.prom"
	[ -z "$output" ]
	grep -q '^jackfruit_kills_total{reason="hard_limit"} 7$' "$F/jackfruit.prom"
	[ "$(cat <&5)" = old ]
	exec 5<&-
	[ "$(echo "$F"/*.prom*)" = "$F/jackfruit.prom" ]
	# node_exporter is not root
	umask 077
	run -0 jf metrics --output "$F/other.prom"
	[ "$(stat -c %a "$F/other.prom")" = 644 ]
	run -1 jf metrics -o "$F/nosuch/file"
	[[ $output == "jf: $F/nosuch/file: cannot write this file"* ]]
	mkdir "$F/collector"
	run -1 jf metrics -o "$F/collector"
	[[ $output == "jf: $F/collector: is a directory"* ]]
	[ -z "$(ls "$F/collector")" ]
	# as /dev/null and /dev/stdout are
	mkfifo "$F/fifo"
	ln -s "$F/other.prom" "$F/link"
	for file in fifo link; do
		run -1 jf metrics -o "$F/$file"
		[[ $output == "jf: $F/$file: is no plain file, and would be replaced by one"* ]]
	done
	[ -p "$F/fifo" ]
	[ -L "$F/link" ]
}

@test "what is wrong on the command line" {
	run -2 jf metrics web
	[[ $output == "jf: 'web': metrics takes no argument"* ]]
	run -2 jf metrics --nosuch
	run -2 jf metrics -o
	[[ $output == "jf: -o: needs a value"* ]]
	run -2 jf metrics --output=
	[ "$output" = "jf: --output: the name of the file is empty" ]
}

@test "the alert rules: valid, and each rings when it must and not before" {
	need_promtool
	"$PROMTOOL" check rules "$PROMETHEUS/alerts.yml"
	cp "$PROMETHEUS/alerts.yml" "$BATS_TEST_DIRNAME/alerts_test.yml" "$F"
	(cd "$F" && "$PROMTOOL" test rules alerts_test.yml)
	# no rule without a test
	[ "$(sed -n 's/.*- alert: *//p' "$F/alerts.yml" | sort)" = \
		"$(sed -n 's/.*- alertname: *//p' "$F/alerts_test.yml" | sort -u)" ]
}

@test "the rules and the dashboard ask for nothing that jf metrics does not tell" {
	local name
	fleet
	jf metrics >"$F/text"
	jq -e '.panels | length > 5' "$PROMETHEUS/dashboard.json"
	[ "$(jq '[.panels[].id] | length - (unique | length)' "$PROMETHEUS/dashboard.json")" = 0 ]
	for name in $({ jq -r '.. | .expr? // empty' "$PROMETHEUS/dashboard.json"
		grep expr: "$PROMETHEUS/alerts.yml"; } | grep -oE 'jackfruit_[a-z_]+' | sort -u); do
		grep -q "^# TYPE $name " "$F/text" || {
			echo "no metric $name"
			return 1
		}
	done
}
