# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf start: a container in the background.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/launch.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf start [OPTION...] NAME ROOTFS [--] CMD [ARG...]

Starts CMD in a container in the background and prints NAME when it really
runs. What it says is kept: see `jf logs`. The name stays taken until `jf rm`.

EOF
	launch_help_options
	cat <<'EOF'

exit status: 0 it runs; 125 jf or jfrun failed; 126 CMD cannot be executed;
127 CMD was not found
EOF
}

launch_runs() {
	trap - HUP INT TERM
}

cmd_main() {
	launch "$@"
	printf '%s\n' "$JF_NAME"
}
