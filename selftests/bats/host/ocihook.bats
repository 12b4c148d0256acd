#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf-oci-hook without the module and without a runtime: what it makes of the state that it is given.

load ../lib

setup() {
	tools
	HOOK=${JFRUN%/*}/jf-oci-hook
	B=$BATS_TEST_TMPDIR
	plane
	export JF_RUNDIR=$B/run
	echo '{}' > "$B/config.json"
}

# state STATUS [JQ-FILTER]: as a runtime would give it
state() {
	jq -n --arg bundle "$B" --arg status "$1" '{ ociVersion: "1.0.2", id: "web", pid: 1234567,
		bundle: $bundle, status: $status } | '"${2-.}"
}

annotated() {
	state created ".annotations = { \"jackfruit.hard_limit\": \"64M\" } | ${1-.}"
}

hook() {
	"$HOOK" < "$B/state"
}

nothing_made() {
	! ls "$JF_CONFIGFS"/* "$JF_RUNDIR"/* 2> /dev/null
}

# refuses TEXT: state is refused, with this in the message, and nothing is left
refuses() {
	run -1 hook
	[[ $output == "jf-oci-hook: "*"$1"* ]]
	nothing_made
}

@test "--help, --version, and no other word" {
	run -0 "$HOOK" --help
	[[ $output == "usage: jf-oci-hook"* ]]
	run -0 "$HOOK" --version
	[[ $output == "jf-oci-hook "[0-9]* ]]
	run -1 "$HOOK" createRuntime
	[[ $output == *"'createRuntime': takes no argument"* ]]
}

@test "what is no state of a container is refused" {
	local text
	for text in '' 'no JSON' '[1]' '"text"' 'null' '{"id":'; do
		printf '%s' "$text" > "$B/state"
		refuses 'stdin: not the state of a container'
	done
	local filter
	for filter in 'del(.id)' '.id = ""' 'del(.pid)' '.pid = 0' 'del(.status)' 'del(.bundle)'; do
		annotated "$filter" > "$B/state"
		refuses "state: has no '"
	done
	annotated '.id = 5' > "$B/state"
	refuses "state: 'id' is not of type string"
	annotated '.annotations = []' > "$B/state"
	refuses "state: 'annotations' is not of type object"
}

@test "a hook for another stage is refused" {
	annotated '.status = "running"' > "$B/state"
	refuses 'the container is running, which is too late for its limits'
}

@test "config.json must be there, and be JSON of the right types" {
	annotated > "$B/state"
	rm "$B/config.json"
	refuses "$B/config.json: No such file or directory"
	echo '{' > "$B/config.json"
	refuses "$B/config.json: not a JSON object"
	echo '{ "linux": { "resources": { "memory": { "limit": "64M" } } } }' > "$B/config.json"
	state created > "$B/state"
	refuses "linux.resources.memory: 'limit' is not of type int"
}

@test "annotations that are mistyped are refused by name" {
	local key
	for key in limit hard_limits pids stop kill ''; do
		annotated ".annotations[\"jackfruit.$key\"] = \"1\"" > "$B/state"
		refuses "annotation jackfruit.$key: there is no such setting"
	done
	annotated '.annotations["jackfruit.soft_limit"] = 5' > "$B/state"
	refuses 'annotation jackfruit.soft_limit: not a string'
	annotated '.annotations["jackfruit.name"] = "../x"' > "$B/state"
	refuses "annotation jackfruit.name '../x': not a container name"
}

@test "a start that fails leaves nothing" {
	# a directory that is no configfs has no files to write to
	annotated > "$B/state"
	refuses 'web: this version of the module has no hard_limit'
}

@test "who asks for nothing is left alone" {
	local filter
	rmdir "$JF_CONFIGFS" "$JF_CLASS"
	for filter in . '.annotations = {}' '.annotations = { "other.hard_limit": "x" }'; do
		state created "$filter" > "$B/state"
		run -0 hook
		[ -z "$output" ]
	done
	echo '{ "linux": { "resources": { "memory": { "limit": -1, "swap": 5 } } } }' > "$B/config.json"
	state created > "$B/state"
	run -0 hook
	[ -z "$output" ]
}

@test "without the module, and without configfs, it says so" {
	annotated > "$B/state"
	rmdir "$JF_CONFIGFS"
	run -1 hook
	[[ $output == *"web: configfs is not mounted"* ]]
	rmdir "$JF_CLASS"
	run -1 hook
	[[ $output == *"web: the kernel module jackfruit is not loaded"* ]]
}

@test "an ID becomes a name: 64 digits to the first 12, what is not allowed to '_', at most 63" {
	local id want
	while read -r id want; do
		annotated ".id = \"$id\"" > "$B/state"
		refuses "$want: this version"
	done <<- EOF
		web web
		a+b:c a_b_c
		_web xweb
		0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef 0123456789ab
		0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef 0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcde
	EOF
	annotated '.annotations["jackfruit.name"] = "db"' > "$B/state"
	refuses 'db: this version'
}

# made ID: as the hook has left it at the start
made() {
	mkdir -p "$JF_CONFIGFS/web" "$JF_CLASS/web" "$JF_RUNDIR/web"
	echo "$1" > "$JF_RUNDIR/web/oci"
}

ended() {
	annotated '.status = "stopped" | .pid = 0' > "$B/state"
}

@test "at the end it tells what the module says, and removes what it has made" {
	made web
	ended
	echo hard_limit > "$JF_CLASS/web/reason"
	echo 137 > "$JF_CLASS/web/exit_status"
	printf '%s\n' 'seq 5' 'limit 1000' 'usage 1500' 'victim_pid 7' 'victim_comm x\x20y' > "$JF_CLASS/web/last_kill"
	run -0 hook
	[ "$output" = "jf-oci-hook: web: reason hard_limit, status 137: usage 1500 was above hard_limit 1000, most of it x\\x20y[7]'s" ]
	nothing_made
	made web
	echo killed > "$JF_CLASS/web/reason"
	printf '%s\n' 'sender_pid 9' 'sender_comm sh' > "$JF_CLASS/web/last_kill"
	run -0 hook
	[ "$output" = 'jf-oci-hook: web: reason killed, status 137, by sh[9]' ]
	made web
	: > "$JF_CLASS/web/last_kill"
	echo exited > "$JF_CLASS/web/reason"
	echo 3 > "$JF_CLASS/web/exit_status"
	run -0 hook
	[ "$output" = 'jf-oci-hook: web: reason exited, status 3' ]
	nothing_made
	# a second time there is nothing to do
	run -0 hook
	[ -z "$output" ]
}

@test "at the end the bundle may be gone, or changed" {
	local filter
	for filter in '.bundle = "/nosuch"' 'del(.bundle)' 'del(.annotations)'; do
		made web
		ended
		jq "$filter" "$B/state" > "$B/changed"
		mv "$B/changed" "$B/state"
		run -0 hook
		nothing_made
	done
	made web
	ended
	rm "$B/config.json"
	run -0 hook
	nothing_made
}

@test "the end of a container whose name was another one's removes nothing" {
	local id
	for id in other we web2 ''; do
		made "$id"
		ended
		run -0 hook
		[ -z "$output" ]
		[ -d "$JF_CONFIGFS/web" ]
	done
	rm -r "$JF_RUNDIR/web"
	run -0 hook
	[ -d "$JF_CONFIGFS/web" ]
}
