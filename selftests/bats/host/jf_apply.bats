#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# jf apply and the systemd generator on a fixture: files NAME.conf.

load jf-fixture

setup() {
	fixture_setup
	export JF_CONFDIR=$F/etc
	mkdir "$JF_CONFDIR"
	container web
	control web soft_limit=max hard_limit=max metric=rss nice=inherit
}
teardown() { fixture_teardown; }

# conf NAME: from stdin
conf() {
	cat >"$JF_CONFDIR/$1.conf"
}

# The shell that runs jf runs the generator, too.
generator() {
	# shellcheck disable=SC2086 # `busybox sh` is two words
	PATH=$JF_PATH $JF_SHELL "${JF_SOURCE%/jf/jf}/systemd/jackfruit-generator" "$F/units"
}

@test "what a file says is set, in the kernel's words" {
	printf '%s\n' '# web' '' '; also a comment' 'soft_limit=8M' '  hard_limit =  16M  ' 'nice=-5' \
		'unit = httpd.service' | conf web
	printf 'metric=anon' >>"$JF_CONFDIR/web.conf"
	run -0 jf apply
	[ "$output" = web ]
	[ "$(cd "$JF_CONFIGFS/web" && cat soft_limit hard_limit nice metric | tr '\n' ' ')" = '8M 16M -5 anon ' ]
}

@test "no file, nothing to do; only what is named *.conf" {
	run -0 jf apply
	[ -z "$output" ]
	echo 'soft_limit=1M' >"$JF_CONFDIR/web.conf.bak"
	run -0 jf apply
	[ "$(<"$JF_CONFIGFS/web/soft_limit")" = max ]
	run -1 jf apply "$JF_CONFDIR/web.conf.bak"
	[[ $output == *"the file of a container is named NAME.conf" ]]
}

@test "a file that is wrong changes nothing, says where and why; the others are applied" {
	local line says
	container zeta
	control zeta soft_limit=max
	echo soft_limit=1M | conf zeta
	while read -r line says; do
		printf 'soft_limit=2M\n%s\n' "$line" | conf web
		run -1 jf apply
		[[ $output == *"$says"* ]]
		[ "$(<"$JF_CONFIGFS/web/soft_limit")" = max ]
		[ "$(<"$JF_CONFIGFS/zeta/soft_limit")" = 1M ]
	done <<-EOF
		hello web.conf:2: 'hello': not KEY=VALUE
		=5 web.conf:2: '': not a setting
		soft-limit=5 web.conf:2: 'soft-limit': not a setting
		../x=5 web.conf:2: '../x': not a setting
		kill=1 web.conf:2: 'kill': done to a container, not set
		pids=1 web.conf:2: 'pids': done to a container, not set
		hard_limit= web.conf:2: hard_limit: has no value
		soft_limit=3M web.conf:2: soft_limit: is set in a line above already
		unit= web.conf:2: unit '': not a unit's name: letters, digits and :-_.\\@, as in mariadb.service
		unit=typo web.conf:2: unit 'typo': not a service: its name ends with .service, as in mariadb.service
		colour=red web: cannot set colour to red: this version of the module has no colour
	EOF
	rm "$JF_CONFDIR/web.conf"
	echo soft_limit=1M | conf -web
	run -1 jf apply
	[[ $output == *"'-web': not a container name"* ]]
}

@test "a soft limit above the hard one is refused, with both values; what is there already counts" {
	printf 'soft_limit=32M\nhard_limit=16M\n' | conf web
	run -1 jf apply
	[ "$output" = "jf: web: the soft limit (33554432) would be above the hard limit (16777216): it would never be reached: change both" ]
	[ "$(<"$JF_CONFIGFS/web/soft_limit")" = max ]
	control web hard_limit=1M
	echo 'soft_limit=2M' | conf web
	run -1 jf apply
	[[ $output == *"the soft limit (2097152) would be above the hard limit (1048576)"* ]]
	[ "$(<"$JF_CONFIGFS/web/soft_limit")" = max ]
	# nothing is made for it
	printf 'soft_limit=32M\nhard_limit=16M\n' | conf new
	run -1 jf apply
	[ ! -e "$JF_CONFIGFS/new" ]
	# and a file's limits are its own only
	rm "$JF_CONFDIR/new.conf"
	printf 'soft_limit=32M\nhard_limit=64M\n' | conf web
	container zeta
	control zeta soft_limit=max hard_limit=16M metric=rss
	echo 'metric=anon' | conf zeta
	run -0 jf apply
	[ "$output" = $'web\nzeta' ]
}

@test "lines that end as on Windows are refused with what to do, once a file" {
	printf '# web\r\nsoft_limit=32M\r\nhard_limit=64M\r\n' | conf web
	run -1 jf apply
	[ "$output" = "jf: $JF_CONFDIR/web.conf:1: ends with a carriage return, as on Windows: take them away: sed -i 's/\\r\$//' $JF_CONFDIR/web.conf" ]
	[ "$(<"$JF_CONFIGFS/web/soft_limit")" = max ]
	# as it says
	eval "${output##*away: }"
	run -0 jf apply
	[ "$(<"$JF_CONFIGFS/web/soft_limit")" = 32M ]
}

@test "a container that cannot be set up is not left half-made" {
	# a fixture's new directory has no files
	echo soft_limit=1M | conf new
	run -1 jf apply
	[[ $output == *"new: cannot set soft_limit to 1M"* ]]
	[ ! -e "$JF_CONFIGFS/new" ]
}

@test "what is named so and is no file: it fails, and the others are applied" {
	ln -s nowhere "$JF_CONFDIR/aa.conf"
	echo soft_limit=1M | conf web
	run -1 jf apply
	[[ $output == *"aa.conf: cannot be read"* ]]
	[ "$(<"$JF_CONFIGFS/web/soft_limit")" = 1M ]
	rm "$JF_CONFDIR/aa.conf"
	mkdir "$JF_CONFDIR/dir.conf"
	run -1 jf apply
	[[ $output == *"dir.conf: cannot be read"* ]]
	[ ! -e "$JF_CONFIGFS/dir" ]
}

@test "what is wrong on the command line" {
	run -2 jf apply --nosuch
	run -1 jf apply "$F/nosuch.conf"
	[[ $output == *"nosuch.conf: cannot be read"* ]]
	rm -r "$JF_CONFIGFS"
	echo soft_limit=1M | conf web
	run -1 jf apply
	[[ $output == *"configfs is not mounted"* ]]
}

@test "the generator: a drop-in for each unit that a file names" {
	printf 'soft_limit=1M\nunit=httpd.service\n unit = other@1.service\n' | conf web
	echo hard_limit=1M | conf db
	run -0 generator
	[ -z "$output" ]
	[ "$(cd "$F/units" && echo *)" = 'httpd.service.d other@1.service.d' ]
	# shellcheck disable=SC2016 # systemd's
	grep -x 'ExecStartPost=+.*/jf attach web $MAINPID' "$F/units/httpd.service.d/50-jackfruit.conf"
	# no start without limits if the file is wrong
	grep -x "ExecStartPre=+.*/jf apply $JF_CONFDIR/web.conf" "$F/units/httpd.service.d/50-jackfruit.conf"
	[[ $(<"$F/units/httpd.service.d/50-jackfruit.conf") == *"After=jackfruit-limits.service"* ]]
}

@test "the generator: a last line without a newline counts" {
	printf 'hard_limit=64M\nunit=shop.service' >"$JF_CONFDIR/shop.conf"
	run -0 generator
	# shellcheck disable=SC2016 # systemd's
	grep -q 'jf attach shop \$MAINPID' "$F/units/shop.service.d/50-jackfruit.conf"
}

@test "the generator: a unit of two containers stays the first one's" {
	echo unit=httpd.service | conf db
	echo unit=httpd.service | conf web
	run -0 generator
	[[ $output == *"web.conf: unit 'httpd.service': another line has it already"* ]]
	# shellcheck disable=SC2016 # systemd's
	grep -x 'ExecStartPost=+.*/jf attach db $MAINPID' "$F/units/httpd.service.d/50-jackfruit.conf"
}

@test "the generator: no files, and names that are none" {
	run -0 generator
	[ ! -e "$F/units" ]
	printf 'unit=../../x.service\nunit=x.socket\nunit=\n' | conf web
	echo 'unit=a.service' | conf 'we b'
	run -0 generator
	[[ $output == *"unit '../../x.service': not a unit's name"* ]]
	[[ $output == *"unit 'x.socket': not a service"* ]]
	[ ! -e "$F/units" ]
}

@test "jf apply and the generator take the same for a unit, and refuse the same, in the same words" {
	local unit said refused=0
	while read -r unit; do
		printf 'unit=%s\n' "$unit" | conf web
		run jf apply
		# without the place before it, and what would be right behind it
		said=$(sed -n "s/.*\(unit '.*': not a [a-z' ]*\).*/\1/p" <<<"$output")
		if [ -n "$said" ]; then
			[ "$status" -eq 1 ]
			refused=$((refused + 1))
		else
			[ "$output" = web ]
		fi
		run -0 generator
		[ "$output" = "${said:+jackfruit-generator: web.conf: $said}" ]
		[ -n "$said" ] || [ -e "$F/units/$unit.d/50-jackfruit.conf" ]
		rm -rf "$F/units"
	done <<-'EOF'
		mariadb.service
		getty@.service
		postgresql@15-main.service
		dev-disk\x2d1:a_b.service
		typo
		x.socket
		.service
		@x.service
		../x.service
		a b.service
		a*.service

		ü.service
	EOF
	[ "$refused" -eq 9 ]
}
