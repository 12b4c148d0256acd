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
	local settings='--soft --hard --nice --grace --metric --action --scope --soft-signal'

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word")
		return
	fi

	case $previous in
	--metric) words='rss anon rss+swap' ;;
	--action) words='kill term stop notify' ;;
	--scope) words='container process' ;;
	--filter) words='state=created state=running state=exited state=stopped state=killed reason= name=' ;;
	--soft | --hard) words='16M 32M 64M 128M 256M 512M 1G max' ;;
	--output | -o)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null
		return
		;;
	--nice | --grace | --soft-signal | --tail | -n | -d | -t)
		# -t of logs takes no value
		[[ $verb == logs && $previous == -t ]] || return
		;;
	esac
	if [[ -n $words ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi

	case $verb in
	start) options='--soft --hard --nice' ;;
	run) options='--rm --soft --hard --nice' ;;
	exec) words=$(_jf_names running) ;;
	attach) options=$settings words=$(_jf_names) ;;
	ps) options='--quiet --json --filter --no-trunc' words=$(_jf_names) ;;
	top) options='-d -n' words=$(_jf_names) ;;
	logs) options='--follow --tail --timestamps' words=$(_jf_names) ;;
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
	metrics) options='--output' ;;
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
