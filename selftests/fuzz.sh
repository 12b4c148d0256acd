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
is "four who do them at once do all of them and leave nothing" "$?: $said" "0: # seed $seed
# $ops operations"
said=$(prlimit --nofile=20 "$work/fuzz" --chaos 100 --seed 1)
is "where they cannot begin, that is told" "$?: $said" "1: # seed 1
sockets: Bad file descriptor
sockets: Bad file descriptor
sockets: Bad file descriptor
sockets: Bad file descriptor
# 0 operations
worker 0 of 4 has failed"

replay() { # LINE...: status and output of doing them
	printf '%s\n' "$@" >"$work/list"
	said=$("$work/fuzz" --replay "$work/list")
	echo "$?: $said"
}

is "a list is done again, but for its comments" "$(replay "# seed 3" "mkdir 0 0" "spawn 0 0" "# and then" "attach 0 0" "check 0 255")" \
	"0: # 4 operations"
is "what is no operation is told by its line" "$(for line in "mkdir 0" "mkdir 0 256" "mkdir 0 0 0" "mkdir -1 0" "mkdirs 0 0" "" "0 0 0"; do
	replay "# a comment" "mkdir 0 0" "$line"
done)" "$(for line in "mkdir 0" "mkdir 0 256" "mkdir 0 0 0" "mkdir -1 0" "mkdirs 0 0" "" "0 0 0"; do
	echo "1: $work/list:3: '$line' is no operation"
done)"
is "a list of nothing is refused" "$(replay "# seed 3" "# 20 operations")" "1: $work/list: no operation is in it"
# there is one already: that goes with the first run
make fuzz0
is "what fails once and not again is called that" "$(replay "mkdir 0 0")" "1: # operation 0: mkdir: mkdir: error 17 (File exists), not 0
# the shortest that was found, of 1 operations: failed once, and not when done again
mkdir 0 0"

# A fault on purpose: the mode cannot be changed.
faulty() { # OPTION...
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'mount --bind /dev/full "$0" && exec "$@"' "$parameters/mode" "$work/fuzz" "$@"
}
faulty --seed 1 --ops 1000 >"$work/list"
is "a fault is found, and the list that shows it is as short as can be" "$?: $(sed 's/[0-9]\+/N/g' "$work/list")" "1: # seed N
# operation N: mode: mode cannot be changed
# the shortest that was found, of N operations: mode cannot be changed
mode N N"
is "the list finds it again" "$(faulty --replay "$work/list" | head -n 1)" "# operation 0: mode: mode cannot be changed"
said=$("$work/fuzz" --replay "$work/list")
is "and nothing where there is no fault" "$?: $said" "0: # 1 operations"
is "no container is left" "$(ls "$JF_CONFIGFS")" ""
finish
