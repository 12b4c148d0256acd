#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What `make install` brings, where, and that `make uninstall` takes all of it away. Manuals and --help.

load ../lib

setup() {
	TOP=$(readlink -f "$BATS_TEST_DIRNAME/../../..")
	D=$BATS_TEST_TMPDIR/root
	tools
	jf=$TOP/userspace/jf/jf
}

userspace() {
	make -s -C "$TOP/userspace" DESTDIR="$D" "$@"
}

@test "install: each file in its place, with its mode; uninstall leaves none" {
	local path
	# whatever the umask is
	(umask 077; userspace install prefix=/usr)
	[ -z "$(find "$D/usr" ! -perm -444)" ]
	for path in bin/jf bin/jfrun bin/jflog libexec/jackfruit/{jf-oci-hook,jf-runc,jf-uncounted} lib/udev/jackfruit-event \
		lib/systemd/system-generators/jackfruit-generator; do
		[ -L "$D/usr/$path" ] || [ -x "$D/usr/$path" ]
	done
	for path in share/man/man{1/jf.1,1/jfrun.1,1/jflog.1,5/jackfruit.conf.5,7/jackfruit.7,8/jf-oci-hook.8} \
		share/bash-completion/completions/jf.bash lib/udev/rules.d/90-jackfruit.rules \
		share/containers/oci/hooks.d/jackfruit.json lib/modprobe.d/jackfruit.conf \
		lib/modules-load.d/jackfruit.conf lib/tmpfiles.d/jackfruit.conf lib/systemd/system/jackfruit-{limits.service,metrics.service,metrics.timer} \
		share/jackfruit/alerts.yml share/jackfruit/dashboard.json; do
		[ -f "$D/usr/$path" ]
		[ "$(stat -c %a "$D/usr/$path")" = 644 ]
	done
	[ "$(stat -c %a "$D/etc/logrotate.d/jackfruit")" = 644 ]
	[ ! -e "$D/usr/lib/udev/logrotate.conf" ]
	[ "$(readlink "$D/usr/bin/jf")" = /usr/libexec/jackfruit/jf ]
	# jf finds it beside itself
	[[ $(JF_CONFIGFS=$D PATH=/usr/bin:/bin dash "$D/usr/libexec/jackfruit/jf" check) != *"jf-uncounted is not there"* ]]
	# every name of a directory is filled in
	[ "$(jq -r .hook.path "$D/usr/share/containers/oci/hooks.d/jackfruit.json")" = /usr/libexec/jackfruit/jf-oci-hook ]
	grep -q 'ExecStart=/usr/bin/jf apply' "$D/usr/lib/systemd/system/jackfruit-limits.service"
	run ! grep -rIlE '@[a-z]+dir@' "$D"
	userspace uninstall prefix=/usr
	[ -z "$(find "$D" ! -type d)" ]
}

@test "install: below a prefix is what can be there" {
	userspace install prefix=/opt/jf
	[ -x "$D/opt/jf/bin/jfrun" ]
	grep -q 'ExecStart=/opt/jf/bin/jf metrics' "$D/usr/lib/systemd/system/jackfruit-metrics.service"
	[ "$(jq -r .hook.path "$D/usr/share/containers/oci/hooks.d/jackfruit.json")" = /opt/jf/libexec/jackfruit/jf-oci-hook ]
	userspace uninstall prefix=/opt/jf
	[ -z "$(find "$D" ! -type d)" ]
}

@test "a relative DESTDIR is the same place for the module and for the tools" {
	run -0 make -s -n -C "$TOP" uninstall RELEASE=none DESTDIR=out prefix=/usr
	[[ $output == *"rm -f out/lib/modules/none/updates/jackfruit.ko"* ]]
	[[ $output == *"rm -f $TOP/out/usr/bin/jfrun"* ]]
}

@test "systemd has nothing to say of the units" {
	command -v systemd-analyze > /dev/null || skip "no systemd-analyze"
	local dir=$BATS_TEST_TMPDIR/units
	userspace install prefix=/usr
	mkdir "$dir"
	cp "$D"/usr/lib/systemd/system/* "$dir"
	# the program is not installed here, nor are its manuals
	sed -i 's|^ExecStart=/usr/bin/jf |ExecStart=/bin/true |; s|^ExecReload=/usr/bin/jf |ExecReload=/bin/true |; /^Documentation/d' "$dir"/*
	run -0 systemd-analyze verify --recursive-errors=no "$dir"/*
	[ -z "$output" ]
}

@test "systemd-tmpfiles: records and logs have their directories, with their modes" {
	command -v systemd-tmpfiles > /dev/null || skip "no systemd-tmpfiles"
	userspace install prefix=/usr
	# as a start with a strict umask may have left it
	mkdir -p "$D/run"
	mkdir -m 700 "$D/run/jackfruit"
	systemd-tmpfiles --create --root="$D" jackfruit.conf
	[ "$(stat -c '%A %U' "$D/run/jackfruit" "$D/var/log/jackfruit")" = $'drwxr-xr-x root\ndrwxr-xr-x root' ]
}

@test "the template for modprobe names each parameter of the module, with its default, and no other" {
	local name value
	[ "$(sed -nE 's/^module_param(_cb)?\(([a-z_]+),.*/\2/p' "$TOP"/kernel/*.c | sort)" = \
		"$(sed -n 's/^#options jackfruit //p' "$TOP/userspace/modprobe/jackfruit.conf" |
			tr ' ' '\n' | sed 's/=.*//' | sort)" ]
	while IFS='=' read -r name value; do
		grep -A 1 "MODULE_PARM_DESC($name," "$TOP"/kernel/*.c | grep -q "default $value"
		grep -q "$name.* ($value" "$TOP/userspace/man/jackfruit.7"
	done < <(sed -n 's/^#options jackfruit //p' "$TOP/userspace/modprobe/jackfruit.conf" | tr ' ' '\n')
}

@test "every file of the module is in its manual" {
	local file
	while read -r file; do
		sed 's/\\-/-/g' "$TOP/userspace/man/jackfruit.7" | grep -qE "(^\.[A-Z]+|[ \"])[\" ]*$file([\", ]|$)" || {
			echo "jackfruit.7 does not have $file"
			return 1
		}
	done < <(sed -nE 's|^What:.*/([a-z_]+)$|\1|p' "$TOP"/Documentation/ABI/testing/* | grep -vx -e jackfruit -e uevent)
}

@test "every setting is in jackfruit.conf(5) and in jf-oci-hook(8)" {
	local name page
	while read -r name; do
		for page in jackfruit.conf.5 jf-oci-hook.8; do
			grep -qw "$name" "$TOP/userspace/man/$page" || {
				echo "$page does not have $name"
				return 1
			}
		done
	done < <(sed -nE 's|^What:.*/([a-z_]+)$|\1|p' "$TOP/Documentation/ABI/testing/configfs-jackfruit" |
		grep -vxE 'jackfruit|pids|stop|kill')
}

# options of a text on stdin, one a line: long ones, and short ones that stand where an option does
options() {
	sed 's/\\-/-/g; s/\\f[BRI]//g' | grep -oE '(^|[[:space:][("|])--?[a-zA-Z][a-z-]*' | grep -oE -- '--?[a-zA-Z][a-z-]*' | sort -u
}

@test "jfrun, jflog and jf-oci-hook: --help and the manual have the same options" {
	local tool page
	for tool in jfrun.1 jflog.1 jf-oci-hook.8; do
		page=$tool
		tool=${tool%.*}
		# what is said of other programs' options is theirs
		diff <("${JFRUN%/*}/$tool" --help | sed -n '/^usage/p; /^       /p; /^  -/p' | options) \
			<({ sed -n '/^\.SH SYN/,/^\.SH DES/p' "$TOP/userspace/man/$page"
				sed -n '/^\.SH "*OPTIONS/,/^\.SH/p' "$TOP/userspace/man/$page" | grep -A 1 '^\.TP'
			} | sed 's/^\.[A-Z]* *//; s/"//g' | options)
	done
}

@test "jf: each option of its manual is in a command's help, and the other way round" {
	local verb
	for verb in "${jf%/*}"/cmd/*.sh; do
		verb=${verb##*/}
		dash "$jf" help "${verb%.sh}"
	done | grep -E '^(usage| +-|--)' | options > "$BATS_TEST_TMPDIR/help"
	# what stands in examples is other programs', too
	sed '/^\.SH EXAMPLES/,/^\.SH SEE/d; /\/bin\/sh/d; s/^\.[A-Z]* *//; s/"//g' "$TOP/userspace/man/jf.1" |
		options > "$BATS_TEST_TMPDIR/man"
	diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/man"
}
