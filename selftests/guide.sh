#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guide.sh [DOCUMENT...] - the examples of README.md and of the admin guide, or of other documents, do what those say
#
# Every command is run, in the documents' order, one shell a document, and what it prints is compared with what is
# shown below it. With REGENERATE=DIR in the environment DIR gets each document with the outputs as they were this
# time, where any differs in more than may be: see scripts/regenerate-examples. REGENERATE_ALL=1: in any case.
#
# An example is an indented block with lines `# COMMAND`. Numbers and white space may differ, but for values that must
# be what is shown: see normal(). A command below which nothing is shown must succeed. A block that cannot be run has
# directly before it a line <!-- not run: REASON -->, and is in guide.not-run. An indented block is the one or the other.
# shellcheck disable=SC2317 # the trap calls a function by name
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin

# DOCUMENT DIR: DIR/001/title, and DIR/001/reason, or DIR/001/001.command and DIR/001/001.want, and so on
extract() {
	awk -v document="${1##*/}" -v dir="$2" '
		function say(file, text) {
			print text >(block "/" file)
			close(block "/" file)
		}

		function finish() {
			if (inside) {
				block = sprintf("%s/%03d", dir, ++blocks)
				system("mkdir -p " block)
				again = ++seen[heading]
				say("title", document ": " heading (again > 1 ? " (" again ")" : ""))
				if (marker)
					say("reason", marker)
				for (i = 1; i <= commands && !marker; i++) {
					say(sprintf("%03d.command", i), command[i])
					if (i in want)
						say(sprintf("%03d.want", i), want[i])
				}
			}
			if (inside)
				marker = ""
			inside = commands = 0
			split("", want)
		}

		/^    / {
			inside = 1
			line = substr($0, 5)
			if (line ~ /^# /)
				command[++commands] = substr(line, 3)
			else if (commands) {
				if (commands in want)
					want[commands] = want[commands] "\n" line
				else
					want[commands] = line
			}
			next
		}

		{ finish() }
		/^#+ / { heading = $0; sub(/^#+ /, "", heading) }
		/^<!-- not run: .* -->$/ { marker = $0; gsub(/^<!-- not run: | -->$/, "", marker); next }
		/./ { marker = "" }
		END { finish() }
	' "$1"
}

# What is left when numbers and columns are not looked at, but for those that must be what is shown: the value behind
# a word of `kept`, the only line of a file of that name which the command prints, and in what `jf ps` prints all but
# PID, usage and peak, and the time.
normal() { # FILE COMMAND-FILE
	awk '
		BEGIN {
			kept = "(limit|status|nice|procs|history|scan_m[a-z]+_us|soft|hard|kill|wchar|NoNewPrivs|Seccomp"
			kept = kept "|Cap[A-Z][a-z]+|Sig(Ign|Cgt)|HugePages_[A-Za-z]+|I am|PID)"
		}

		FILENAME != ARGV[2] {
			files = $1 == "cat" ? split($0, file, " ") : 0
			next
		}

		{ line[++lines] = $0 }

		function plain(text, done, before, number) {
			done = ""
			while (match(text, /[0-9]+(\.[0-9]+)?[BKMGTs]?/)) {
				before = done substr(text, 1, RSTART - 1)
				number = substr(text, RSTART, RLENGTH)
				done = before (before ~ kept "[ \t=:]+$" ? number : "N")
				text = substr(text, RSTART + RLENGTH)
			}
			return done text
		}

		END {
			for (i = 1; i <= lines; i++) {
				$0 = line[i]
				if (/^NAME +STATE +PID +PROCS +USAGE +PEAK/)
					table = 1
				else if (table && NF >= 12)
					$3 = $5 = $6 = $9 = "N"
				# cat A B: line 1 is of A
				else if (!(files == lines + 1 && file[i + 1] ~ "(^|[/_])" kept "$"))
					$0 = plain($0)
				$1 = $1
				print
			}
		}
	' "$2" "$1"
}

# The shell that a document is typed into: for each NNN.command its NNN.got and NNN.status.
cat >"$work/session" <<'END'
for guide_command in "$1"/*/*.command; do
	{ . "$guide_command"; } >"${guide_command%command}got" 2>&1 </dev/null
	echo $? >"${guide_command%command}status"
done
END

check_command() { # FILE without .command
	if [ ! -s "$1.status" ]; then
		printf '%s\n' "# $(cat "$1.command")" "was not run, or did not end"
	elif [ -e "$1.want" ]; then
		normal "$1.want" "$1.command" >"$work/want"
		normal "$1.got" "$1.command" >"$work/got"
		cmp -s "$work/want" "$work/got" && return
		printf '%s\n' "# $(cat "$1.command")" "got:" "$(cat "$1.got")" "want:" "$(cat "$1.want")"
	elif [ "$(cat "$1.status")" != 0 ]; then
		printf '%s\n' "# $(cat "$1.command")" "status $(cat "$1.status"):" "$(cat "$1.got")"
	fi
}

check_block() { # DIR
	title=$(cat "$1/title")
	[ -e "$1/001.command" ] || {
		fail "$title" "a block without a command, and without a marker that says why"
		return
	}
	for file in "$1"/*.command; do
		check_command "${file%.command}"
	done >"$work/faults"
	is "$title" "$(cat "$work/faults")" ""
}

# The document with what was printed in the place of what is shown.
regenerate() { # DOCUMENT DIR: to stdout
	awk -v dir="$2" '
		# the same counting as extract()
		function finish(i, line, file) {
			if (inside)
				blocks++
			for (i = 1; i <= lines; i++) {
				if (!at[i] || marker) {
					print text[i]
					continue
				}
				# the shown output of command at[i]: all of it at its first line
				if (at[i] == at[i - 1])
					continue
				file = sprintf("%s/%03d/%03d.got", dir, blocks, at[i])
				while ((getline line < file) > 0) {
					sub(/[ \t]+$/, "", line)
					print line == "" ? "" : "    " line
				}
				close(file)
			}
			if (inside)
				marker = ""
			inside = commands = lines = 0
			split("", at)
		}

		/^    / {
			inside = 1
			text[++lines] = $0
			if ($0 ~ /^    # /)
				commands++
			else
				at[lines] = commands
			next
		}

		{ finish() }
		/^<!-- not run: .* -->$/ { marker = $0 }
		/./ && !/^<!-- not run: .* -->$/ { marker = "" }
		{ print }
		END { finish() }
	' "$1"
}

check_document() { # FILE
	dir=$work/${1##*/}
	before=$failures
	mkdir "$dir"
	extract "$1" "$dir"
	home=$(mktemp -d "$work/home.XXXXXX")
	rootfs "$home/web"
	rootfs "$home/hog"
	HOME=$home timeout -k 5 130 sh "$work/session" "$dir"
	# by an example that has failed
	left=$(ls "$JF_CONFIGFS" 2>/dev/null)
	for block in "$dir"/*; do
		if [ -e "$block/reason" ]; then
			echo "$(cat "$block/title"): $(cat "$block/reason")"
		else
			check_block "$block" >&3
		fi
	done 3>&1 >"$work/not-run"
	is "${1##*/}: what is not run is what is known of" "$(cat "$work/not-run")" \
		"$(grep "^${1##*/}: " "$here/guide.not-run")"
	for name in $left; do
		drop "$name" || echo "# left behind: $name"
	done
	if [ -n "${REGENERATE:-}" ] && [ "$failures${REGENERATE_ALL:-}" != "$before" ]; then
		regenerate "$1" "$dir" >"$REGENERATE/${1##*/}"
	fi
}

# A root file system of busybox alone.
rootfs() { # DIR
	mkdir -p "$1/bin" "$1/proc" "$1/dev" "$1/sys" "$1/tmp" "$1/etc"
	cp "$(command -v busybox)" "$1/bin/"
	for applet in sh httpd tail sleep hostname cat echo ps; do
		ln -s busybox "$1/bin/$applet"
	done
}

top=$here/..
[ $# -gt 0 ] || set -- "$top/README.md" "$top/Documentation/admin-guide.md"
for document; do
	[ -r "$document" ] || skip_all "no $document: this test runs in the project's tree"
done
for tool in jf jfrun jflog busybox; do
	command -v "$tool" >/dev/null || skip_all "no $tool in PATH"
done
[ -z "$(ls "$JF_CONFIGFS")" ] || skip_all "there are containers already"
# the examples load it themselves
modprobe -r jackfruit || skip_all "the module cannot be unloaded"

for document; do
	check_document "$document"
	modprobe -r jackfruit
done
finish
