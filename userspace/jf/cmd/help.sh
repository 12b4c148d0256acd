# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# jf help

cmd_usage() {
	cat <<'EOF'
usage: jf COMMAND [ARG...]

Containers under memory limits kept by the kernel module jackfruit.

  start     run a command in a container in the background
  run       the same in the foreground
  exec      one more command in a running container
  attach    a running process, whatever started it, under limits
  ps        list containers
  top       how full they are, live
  logs      what a container wrote
  events    what happened to containers: limits, kills, exits
  inspect   all about a container
  update    change limits and other settings
  apply     containers as /etc/jackfruit/*.conf has them
  wait      until a container has ended
  stop      end a container in good manners
  kill      end it at once
  rm        remove one that has ended, with its log
  metrics   all numbers, for Prometheus
  check     is all there that jackfruit needs? and what to do if not
  version   which jf, jfrun, jflog and module
  help      this, or `jf help COMMAND`

For example:
  jf start --soft 20M --hard 32M web /srv/rootfs -- httpd -f -p 8080
  jf ps
  jf stop web && jf rm web
EOF
}

cmd_main() {
	if [ $# -eq 0 ]; then
		cmd_usage
		return 0
	fi
	case $1 in
	*[!a-z]*) usage_die "unknown command '$1': \`jf help\` lists them" ;;
	esac
	[ -r "$JF_HOME/cmd/$1.sh" ] ||
		usage_die "unknown command '$1': \`jf help\` lists them"
	# shellcheck disable=SC2034 # for the usage of $1
	JF_VERB=$1
	# shellcheck source=/dev/null # one of cmd/*.sh
	. "$JF_HOME/cmd/$1.sh"
	cmd_usage
}
