# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf apply: the containers that files describe; jackfruit-limits.service runs
# it at boot.

# shellcheck source=/dev/null # found at run time
. "$JF_HOME/lib/settings.sh"

: "${JF_CONFDIR:=/etc/jackfruit}"

cmd_usage() {
	cat <<'EOF'
usage: jf apply [FILE...]

Makes the container NAME for each file NAME.conf, or for those in /etc/jackfruit,
and sets what it says. One that is there already is only changed. Each file is
applied in full or not at all; one that is wrong does not keep the others from
being applied. See jackfruit.conf(5).
EOF
}

# conf_wrong WORD...: what is wrong with line _line of _file.
conf_wrong() {
	log "$_file:$_line: $*"
	_bad=yes
}

# conf_unit UNIT: for jackfruit-generator, whose rule this is. What that says at boot
# nobody reads.
conf_unit() {
	case $1 in
	'' | [.@]* | *[!A-Za-z0-9@:_.\\-]*)
		conf_wrong "unit '$1': not a unit's name: letters, digits and :-_.\\@, as in mariadb.service"
		;;
	*.service) ;;
	*) conf_wrong "unit '$1': not a service: its name ends with .service, as in mariadb.service" ;;
	esac
}

# conf_key KEY VALUE: remembered as set_KEY.
conf_key() {
	case $1 in
	'' | *[!a-z_]*) conf_wrong "'$1': not a setting: see jackfruit.conf(5)" ;;
	unit) conf_unit "$2" ;;
	pids | stop | kill) conf_wrong "'$1': done to a container, not set" ;;
	*)
		[ -n "$2" ] || conf_wrong "$1: has no value"
		case " $JF_SETTINGS " in
		*" $1 "*) conf_wrong "$1: is set in a line above already" ;;
		esac
		eval "set_$1=\$2"
		JF_SETTINGS="$JF_SETTINGS $1"
		;;
	esac
}

# conf_read: the lines KEY=VALUE of _file into JF_SETTINGS and set_KEY. 1 if one is wrong.
conf_read() {
	# of the file before, whose settings are not this one's
	for _key in $JF_SETTINGS; do
		unset "set_$_key"
	done
	JF_SETTINGS=
	_bad=
	_line=0
	# the last line may have no newline
	while read -r _text || [ -n "$_text" ]; do
		_line=$((_line + 1))
		case $_text in
		*"$_return")
			conf_wrong "ends with a carriage return, as on Windows: take them away:" \
				"sed -i 's/\\r\$//' $_file"
			break
			;;
		'' | '#'* | ';'*) continue ;;
		*=*) ;;
		*)
			conf_wrong "'$_text': not KEY=VALUE"
			continue
			;;
		esac
		_key=${_text%%=*}
		_value=${_text#*=}
		# spaces around the =
		_key=${_key%"${_key##*[! ]}"}
		_value=${_value#"${_value%%[! ]*}"}
		conf_key "$_key" "$_value"
	done <"$_file"
	[ -z "$_bad" ]
}

# conf_apply: _file.
conf_apply() {
	_conf=${_file##*/}
	case $_conf in
	*.conf) _conf=${_conf%.conf} ;;
	*)
		log "$_file: the file of a container is named NAME.conf"
		return 1
		;;
	esac
	valid_name "$_conf" || {
		log "$_file: '$_conf': not a container name"
		return 1
	}
	if ! [ -f "$_file" ] || ! [ -r "$_file" ]; then
		log "$_file: cannot be read: no such file, or not a file"
		return 1
	fi
	conf_read && settings_check "$_conf" || return 1
	_made=
	if ! plane_has "$_conf"; then
		control_make "$_conf" || {
			log "$_conf: cannot make the container: $REPLY"
			return 1
		}
		_made=yes
	fi
	if ! settings_write "$_conf"; then
		[ -z "$_made" ] || control_remove "$_conf"
		return 1
	fi
	printf '%s\n' "$_conf"
}

cmd_main() {
	case ${1-} in
	--) shift ;;
	-?*) unknown_option "$1" ;;
	esac
	if [ $# -eq 0 ]; then
		set -- "$JF_CONFDIR"/*.conf
		# a link that leads nowhere is a file that cannot be read
		[ -e "$1" ] || [ -L "$1" ] || return 0
	fi
	need_control
	_return=$(printf '\r')
	_failed=0
	for _file; do
		conf_apply || _failed=$JF_FAIL
	done
	[ "$_failed" -eq 0 ] || exit "$_failed"
}
