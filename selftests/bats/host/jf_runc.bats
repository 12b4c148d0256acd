#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf-runc: what it makes of a bundle, and what it leaves alone. A stub stands for runc.

load ../lib

setup() {
	B=$BATS_TEST_TMPDIR
	mkdir -p "$B/a bundle" "$B/bin"
	sed 's|@jfdir@|/opt/jf|' "$BATS_TEST_DIRNAME/../../../userspace/ocihook/jf-runc.in" > "$B/jf-runc"
	printf '%s\n' '#!/bin/sh' "printf '%s|' \"\$@\" > '$B/args'; exit 7" > "$B/bin/runc"
	chmod +x "$B/jf-runc" "$B/bin/runc"
	PATH=$B/bin:$PATH
	CONFIG="$B/a bundle/config.json"
	echo '{ "process": { "env": ["PATH=/bin", "JACKFRUIT_HARD_LIMIT=64M", "JACKFRUIT_NAME=a=b c", "MY_JACKFRUIT_NICE=1"] },
		"hooks": { "prestart": [{ "path": "/docker" }], "poststop": [{ "path": "/other" }] } }' > "$CONFIG"
}

runtime() {
	# shellcheck disable=SC2086 # `busybox sh` is two words
	${JF_SHELL:-dash} "$B/jf-runc" "$@"
}

# as containerd's shim calls it for docker
create() {
	runtime --root /run/docker/runtime-runc/moby --log log.json --log-format json create --bundle "$B/a bundle" \
		--pid-file init.pid 0123456789ab "$@"
}

@test "create: the hook stands beside those that are there; variables are annotations; runc has all words and the status" {
	run -7 create
	[ "$(cat "$B/args")" = "--root|/run/docker/runtime-runc/moby|--log|log.json|--log-format|json|create|--bundle|$B/a bundle|--pid-file|init.pid|0123456789ab|" ]
	[ "$(jq -c .hooks "$CONFIG")" = '{"prestart":[{"path":"/docker"}],"poststop":[{"path":"/other"},{"path":"/opt/jf/jf-oci-hook"}],"createRuntime":[{"path":"/opt/jf/jf-oci-hook"}]}' ]
	[ "$(jq -c .annotations "$CONFIG")" = '{"jackfruit.hard_limit":"64M","jackfruit.name":"a=b c"}' ]
	[ "$(jq -c .process.env "$CONFIG")" = '["PATH=/bin","JACKFRUIT_HARD_LIMIT=64M","JACKFRUIT_NAME=a=b c","MY_JACKFRUIT_NICE=1"]' ]
}

@test "an annotation counts more than a variable; a bundle without any has the hook only" {
	jq '.annotations = { "jackfruit.hard_limit": "8M" }' "$CONFIG" > "$B/new"
	mv "$B/new" "$CONFIG"
	run -7 create
	[ "$(jq -r '.annotations["jackfruit.hard_limit"]' "$CONFIG")" = 8M ]
	echo '{}' > "$CONFIG"
	run -7 runtime run "--bundle=$B/a bundle" one
	[ "$(jq -c . "$CONFIG")" = '{"annotations":{},"hooks":{"createRuntime":[{"path":"/opt/jf/jf-oci-hook"}],"poststop":[{"path":"/opt/jf/jf-oci-hook"}]}}' ]
}

@test "a variable may be the image's: it has no say in what counts, and whether it is killed" {
	local file
	for file in hard_action metric kill_scope nice grace_ms nosuch; do
		jq -n --arg set "JACKFRUIT_${file^^}=1" '{ process: { env: ["JACKFRUIT_HARD_LIMIT=8M", $set] } }' > "$CONFIG"
		run -1 create
		[ "$output" = "jf-runc: jackfruit.$file in the environment: the image may have set it: give it as an annotation" ]
		[ ! -e "$B/args" ]
	done
	# but who runs it has
	echo '{ "annotations": { "jackfruit.nice": "5" }, "process": { "env": ["JACKFRUIT_NICE=-20", "JACKFRUIT_SOFT_LIMIT=4M"] } }' > "$CONFIG"
	run -7 create
	[ "$(jq -cS .annotations "$CONFIG")" = '{"jackfruit.nice":"5","jackfruit.soft_limit":"4M"}' ]
}

@test "a limit that docker was given counts more than a variable, which may be the image's" {
	jq '.linux.resources.memory = { "limit": 8388608, "reservation": 0 }
		| .process.env += ["JACKFRUIT_SOFT_LIMIT=4M"]' "$CONFIG" >"$B/new"
	mv "$B/new" "$CONFIG"
	run -7 create
	[ "$(jq -cS .annotations "$CONFIG")" = '{"jackfruit.name":"a=b c","jackfruit.soft_limit":"4M"}' ]
}

@test "other commands are runc's alone, also for a container of the name create" {
	local before
	before=$(< "$CONFIG")
	cd "$B/a bundle"
	run -7 runtime --root /r delete --force create
	run -7 runtime --root /r exec --process p.json create
	[ "$(< "$CONFIG")" = "$before" ]
}

@test "another runtime; a config.json that cannot be read starts nothing" {
	printf '%s\n' '#!/bin/sh' 'echo other' > "$B/bin/other"
	chmod +x "$B/bin/other"
	JF_RUNTIME=other run -0 create
	[ "$output" = other ]
	echo '{' > "$CONFIG"
	run -1 create
	[[ $output == *"jf-runc: $CONFIG: cannot add the hook"* ]]
	[ ! -e "$B/args" ]
	[ "$(< "$CONFIG")" = '{' ]
}
