#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Completion of jf for bash, and that it and the manual know every command.

load jf-fixture

setup() {
	fixture_setup
	COMPLETION=${JF_SOURCE%/jf/jf}/completion/jf.bash
	MAN=${JF_SOURCE%/jf/jf}/man/jf.1
	# shellcheck source=/dev/null # beside jf
	. "$COMPLETION"
}

# complete_line WORD...: what the last word may become.
complete_line() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_jf
	echo "${COMPREPLY[*]}"
}

@test "commands, options and values" {
	[ "$(complete_line jf sto)" = stop ]
	[ "$(complete_line jf ps --j)" = --json ]
	[ "$(complete_line jf update --metric a)" = anon ]
	[ "$(complete_line jf update --metric '')" = 'rss anon rss+swap' ]
	[ -z "$(complete_line jf stop -t '')" ]
	[ "$(complete_line jf start --restart on)" = on-failure ]
	[ "$(complete_line jf run --tt)" = --tty ]
	[ "$(complete_line jf logs --std)" = '--stdout --stderr' ]
	[ "$(complete_line jf ps --filter state=re)" = state=restarting ]
}

@test "every option of a command's help is completed" {
	local verb option offered
	for verb in "${JF_SOURCE%/*}"/cmd/*.sh; do
		verb=${verb##*/}
		verb=${verb%.sh}
		[ "$verb" != help ] || continue
		offered=$(complete_line jf "$verb" --)
		for option in $(jf help "$verb" | grep -oE '(^|[ ,|[])--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u); do
			case $option in
			--soft-mib | --hard-mib) continue ;; # old
			esac
			[[ " $offered " == *" $option "* ]] || {
				echo "jf $verb $option is not completed"
				return 1
			}
		done
	done
}

@test "names that fit the command" {
	container web state=running
	container old state=exited
	[ "$(complete_line jf stop '')" = web ]
	[ "$(complete_line jf rm '')" = 'old web' ]
}

@test "every command is known to the completion and to the manual" {
	local verb
	for verb in "${JF_SOURCE%/*}"/cmd/*.sh; do
		verb=${verb##*/}
		verb=${verb%.sh}
		[ "$(complete_line jf "$verb" | tr ' ' '\n' | grep -cx "$verb")" -eq 1 ]
		grep -q "jf $verb" "$MAN"
	done
}

@test "every option of the help is in the manual" {
	local verb option
	for verb in "${JF_SOURCE%/*}"/cmd/*.sh; do
		verb=${verb##*/}
		for option in $(jf help "${verb%.sh}" | grep -oE '(^|[ ,])--[a-z-]+' | grep -oE '[a-z][a-z-]+' | sort -u); do
			case $option in
			# the short form is shown there
			quiet | follow | tail | timestamps | time | signal | force) continue ;;
			esac
			grep -q -- "${option//-/.-}" "$MAN"
		done
	done
}
