#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The examples of the documents that teach: see guide.sh. They are of a distribution's kernel, which has all of it.
modprobe -qn zram || {
	echo "TAP version 13"
	echo "1..0 # SKIP no zram in this kernel"
	exit 4
}
exec "${0%/*}/guide.sh" "${0%/*}"/../Documentation/how-linux-*.md
