#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The examples of the documents that teach: see guide.sh.
exec "${0%/*}/guide.sh" "${0%/*}"/../Documentation/how-linux-*.md
