# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Completion of jf for bash. What it offers: commands, their options, container
# names that fit the command, and directories where a rootfs is wanted.

_jf_names() {
	local arg=()
	[[ -z ${1-} ]] || arg=(--filter "state=$1")
	jf ps -q "${arg[@]}" 2>/dev/null
}

_jf() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]-} options='' words=''
	local verbs='start run exec attach ps top logs events inspect update apply wait stop kill rm metrics check version help'
	local settings='--soft --hard --nice --grace --metric --action --scope --soft-signal --forecast'
	# for jfrun
	local runner='--ro --overlay --bind --tmpfs --env --user --workdir --ulimit --cap-add --cap-drop
		--seccomp --net --uidmap --gidmap --init'
	local launch="$settings --restart --log-max-size --log-backups $runner"

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word")
		return
	fi

	case $previous in
	--metric) words='rss anon rss+swap' ;;
	--action) words='kill term stop notify' ;;
	--scope) words='container process' ;;
	--filter)
		words='state=created state=running state=restarting state=exited state=stopped state=killed'
		words+=' reason=exited reason=signaled reason=stopped reason=killed reason=hard_limit name='
		;;
	--restart) words='no on-failure always' ;;
	--seccomp) words='off default' ;;
	--since) words='10m 1h 1d' ;;
	--signal | -s | --soft-signal) words='HUP INT TERM USR1 USR2 KILL' ;;
	--soft | --hard | --log-max-size) words='16M 32M 64M 128M 256M 512M 1G max' ;;
	--overlay | --bind | --tmpfs | --workdir)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		compopt -o filenames 2>/dev/null
		return
		;;
	--output | -o)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null
		return
		;;
	--nice | --grace | --forecast | --log-backups | --env | --user | --ulimit | --cap-add | \
		--cap-drop | --uidmap | --gidmap | --tail | --time | -n | -d | -t)
		# -t of these takes no value
		[[ $verb == @(logs|run|exec) && $previous == -t ]] || return
		;;
	esac
	if [[ -n $words ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi

	case $verb in
	start) options=$launch ;;
	run) options="--rm --tty $launch" ;;
	exec) options='--tty --env --user --workdir' words=$(_jf_names running) ;;
	attach) options=$settings words=$(_jf_names) ;;
	ps) options='--quiet --json --filter --no-trunc' words=$(_jf_names) ;;
	top) options='-d -n' words=$(_jf_names) ;;
	logs) options='--follow --tail --since --stdout --stderr --timestamps' words=$(_jf_names) ;;
	events) options='--follow' words=$(_jf_names) ;;
	inspect) options='--json' words=$(_jf_names) ;;
	update) options=$settings words=$(_jf_names) ;;
	wait) words=$(_jf_names) ;;
	stop) options='--time' words=$(_jf_names running) ;;
	kill) options='--signal' words=$(_jf_names running) ;;
	rm) options='--force' words=$(_jf_names) ;;
	apply)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null
		return
		;;
	metrics) options='--output --openmetrics' ;;
	help) words=$verbs ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
	elif [[ $verb == start || $verb == run ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		compopt -o filenames 2>/dev/null
	else
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	fi
}

complete -F _jf jf
