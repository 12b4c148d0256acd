# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf run: a container in the foreground.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/launch.sh"

cmd_usage() {
	cat <<'EOF'
usage: jf run [--rm] [-t] [OPTION...] NAME ROOTFS [--] CMD [ARG...]

Runs CMD in a container in the foreground and returns its status. What it says
is shown and kept: see `jf logs`. SIGINT and SIGTERM stop the container as
`jf stop` does. The name stays taken until `jf rm`.

  --rm            remove the container and its log when it has ended
  -t, --tty       a terminal of its own
EOF
	launch_help_options
	cat <<'EOF'

exit status: CMD's, or 128+N if signal N ended it; 125 jf or jfrun failed;
126 CMD cannot be executed; 127 CMD was not found
EOF
}

# The first signal asks it to end; whoever sends a second one is in a hurry.
run_signal() {
	if [ -z "$JF_SIGNALLED" ]; then
		JF_SIGNALLED='stop'
		log "stopping $JF_NAME (once more to kill it)"
	else
		JF_SIGNALLED='kill'
	fi
	container_ask "$JF_NAME" "$JF_SIGNALLED" || log "$JF_NAME: $JF_SIGNALLED: $REPLY"
}

launch_runs() {
	trap run_signal HUP INT TERM
	# to another session the terminal does not tell it
	trap 'kill -s WINCH "$JF_CHILD" 2>/dev/null' WINCH
}

cmd_main() {
	JF_SIGNALLED=
	launch "$@"
	# A signal that is handled ends wait early, with a status above 128 while
	# the child is still there.
	while :; do
		wait "$JF_CHILD"
		_status=$?
		[ "$_status" -gt 128 ] || break
		kill -0 "$JF_CHILD" 2>/dev/null || break
	done
	trap - HUP INT TERM WINCH
	if [ -n "$JF_AUTOREMOVE" ]; then
		await_end "$JF_NAME" 5
		launch_end
	fi
	return "$_status"
}

# --rm: a member that outlived the first process keeps the container.
launch_end() {
	control_remove "$JF_NAME" || {
		log "$JF_NAME: cannot be removed yet: $REPLY: \`jf rm -f $JF_NAME\`"
		return
	}
	log_drop "$JF_NAME"
	record_drop "$JF_NAME"
}
