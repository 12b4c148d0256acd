#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Random operations, compared with a model: FUZZ_OPS of them (30000), and as many by four at once.
# FUZZ_SEED=N begins with that seed; what has failed is repeated by `fuzz --replay FILE`.
# shellcheck source=selftests/lib.sh
. "${0%/*}/lib.sh"
begin

ops=${FUZZ_OPS:-30000}
seed=${FUZZ_SEED:-$(date +%s)}
# from a file system in memory: executing it is most of the time
cp "$bin/fuzz" "$work/fuzz"
for round in 1 2; do
	said=$("$work/fuzz" --seed "$seed" --ops $((ops / 2)))
	is "random operations do what the model says ($round)" "$?: $said" "0: # seed $seed
# $((ops / 2)) operations"
	seed=$((seed + 1))
done
said=$("$work/fuzz" --chaos "$ops" --seed "$seed")
is "four who do them at once leave nothing" "$?: $said" "0: # seed $seed"
is "no container is left" "$(ls "$JF_CONFIGFS")" ""
finish
