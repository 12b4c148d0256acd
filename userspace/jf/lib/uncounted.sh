# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What no limit counts: huge pages, files in memory and shared memory that nobody has
# attached. A program finds it, as no shell can look at a member's files without the
# risk to wait for the member.

# uncounted_tool: REPLY is that program: beside jf if it is installed, else in PATH.
uncounted_tool() {
	REPLY=$JF_HOME/jf-uncounted
	[ -x "$REPLY" ] || REPLY=$(command -v jf-uncounted)
}

# uncounted: lines of container, kind (hugetlb, memfd, sysvshm or tmpfs) and bytes, with tabs
# between them. None if not run by root, who alone can see it all.
uncounted() {
	uncounted_tool || return
	JF_PROC=$JF_PROC "$REPLY" || log "jf-uncounted has failed: there may be more that no limit counts"
}
