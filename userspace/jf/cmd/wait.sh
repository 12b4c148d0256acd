# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf wait: until containers have ended.

cmd_usage() {
	cat <<'EOF'
usage: jf wait NAME...

Waits until each container has ended and prints its exit status, one a line:
128+N if signal N ended its first process.
EOF
}

cmd_main() {
	case ${1-} in
	--) shift ;;
	-?*) unknown_option "$1" ;;
	esac
	need_names $#
	need_module
	for _name; do
		check_container "$_name"
		[ "$REPLY" != lost ] || die "container '$_name': the kernel knows it no more: \`jf rm $_name\`"
	done
	for _name; do
		while :; do
			container_state "$_name"
			case $REPLY in
			running | starting | restarting) nap ;;
			*) break ;;
			esac
		done
		status_get "$_name" exit_status
		printf '%s\n' "${REPLY:--}"
	done
}
