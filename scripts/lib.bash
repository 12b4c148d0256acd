# SPDX-License-Identifier: GPL-2.0
# What the developer's scripts share. Sourced by bash.
# shellcheck shell=bash

# shellcheck disable=SC2034 # for those who source this
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Kept outside the repository, so that every clone finds it.
cache=${JF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jackfruit}
# What scripts/setup has taken from Debian's linux-source package.
# shellcheck disable=SC2034 # for those who source this
linux_source=$cache/linux-source-6.12

die()
{
	echo "${0##*/}: $*" >&2
	exit 125
}

# kernel_release 6.1|6.12|RELEASE: the release of the newest stock kernel of that series
kernel_release()
{
	local release

	if [ -e "/boot/vmlinuz-$1" ]; then
		echo "$1"
		return
	fi
	release=$(find /boot -name "vmlinuz-$1.*-cloud-amd64" -printf '%f\n' | sed 's/^vmlinuz-//' |
		  sort -V | tail -n 1)
	[ -n "$release" ] ||
		die "no kernel '$1' in /boot: give 6.1, 6.12 or a release; scripts/setup installs both"
	echo "$release"
}
