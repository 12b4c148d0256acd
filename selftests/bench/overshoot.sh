#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# overshoot.sh ROUNDS CONTESTANTS WORKLOADS - see overshoot.c
# shellcheck source=selftests/bench/lib.sh
. "${0%/*}/lib.sh"
quiet
modprobe jackfruit
# page cache that cannot be written back or dropped: on a disk the memory controller would take it
# away instead of killing
mkdir /run/ramfs
mount -t ramfs ramfs /run/ramfs
"$bin/overshoot" /run/ramfs /run/overshoot.tsv "$@"
cp /run/overshoot.tsv "$out/"
