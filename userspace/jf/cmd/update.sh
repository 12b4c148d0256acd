# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf update: other limits for containers, while they run or not.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/settings.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf update [OPTION...] NAME...

Changes settings of containers, running or not; takes effect at once. If one
setting of a container is refused, none of them is changed.

EOF
	settings_help
}

cmd_main() {
	_names=
	while [ $# -gt 0 ]; do
		if [ "$1" = -- ]; then
			shift
			continue
		fi
		setting_word "$@"
		if [ "$JF_TOOK" -gt 0 ]; then
			shift "$JF_TOOK"
			continue
		fi
		check_name "$1"
		_names="$_names $1"
		shift
	done
	# Names hold no blanks: they can be split again.
	# shellcheck disable=SC2086
	set -- $_names
	need_names $#
	[ -n "$JF_SET" ] || usage_die "nothing to change: see \`jf help update\`"
	need_control
	for _name; do
		check_container "$_name"
		plane_has "$_name" || die "container '$_name': the kernel knows it no more: \`jf rm $_name\`"
		settings_check "$_name" || exit "$JF_FAIL"
	done
	_failed=0
	for _name; do
		if settings_write "$_name"; then
			printf '%s\n' "$_name"
		else
			_failed=1
		fi
	done
	[ "$_failed" -eq 0 ] || exit "$JF_FAIL"
}
