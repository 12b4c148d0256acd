# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf version

cmd_usage() {
	cat <<'EOF'
usage: jf version

Prints the versions of jf, of the tools it finds, and of the loaded module.
EOF
}

cmd_main() {
	[ $# -eq 0 ] || usage_die "'$1': version takes no argument"
	printf 'jf %s\n' "$JF_VERSION"
	for _tool in jfrun jflog; do
		if command -v "$_tool" >/dev/null 2>&1; then
			_text=$("$_tool" --version 2>/dev/null) || _text="$_tool (tells no version)"
		else
			_text="$_tool not found in PATH"
		fi
		printf '%s\n' "$_text"
	done
	if ! [ -d "$JF_CLASS" ]; then
		echo 'module jackfruit not loaded'
	elif [ -r "$JF_MODULE/version" ] && read -r _text <"$JF_MODULE/version"; then
		printf 'module jackfruit %s\n' "$_text"
	else
		echo 'module jackfruit loaded'
	fi
}
