# SPDX-License-Identifier: GPL-2.0
# judge.awk - read suites (see lib.bash), show a line each and whatever failed, count
#
# -v where=...  shown before each suite
# -v totals=... file that gets "passed failed skipped"
# -v strict=1   a skipped test is a failure
#
# A suite fails as a whole (one more failure) if it ends without a plan, with another number of
# tests than planned, or with a status that its tests do not explain. The input ends with "#done":
# without it some suites never ran.

function report(text)
{
	printf "%s\n", text
	fflush()
}

function fail(text)
{
	failed++
	bad++
	report(where ": " name ": " text)
}

/^#suite / {
	name = substr($0, 8)
	plan = -1
	ok = bad = skip = showing = 0
	inside = 1
	whole = 0
	next
}

/^#end / {
	inside = 0
	if (plan < 0)
		fail("ended without a plan, status " $2)
	else if (plan != ok + bad + skip)
		fail("planned " plan " tests, ran " ok + bad + skip ", status " $2)
	else if ($2 != 0 && !bad && !(whole && $2 == 4))
		fail("ended with status " $2)
	report(sprintf("%-6s %-4s %-32s %4d ok%s%s  %d s", bad ? "FAILED" : "passed", where, name, ok,
		       bad ? sprintf(", %d not ok", bad) : "", skip ? sprintf(", %d skipped", skip) : "",
		       $3))
	next
}

/^#done$/ {
	done = 1
	next
}

!inside {
	if ($0 != "")
		report($0)
	next
}

/^1\.\.[0-9]+/ {
	plan = substr($1, 4) + 0
	if (plan == 0) {
		# 1..0 # SKIP why: the whole suite
		plan = whole = 1
		if (strict)
			fail("skipped: " $0)
		else
			skip++
		skipped += !strict
	}
	next
}

/^(ok|not ok) [0-9]/ {
	showing = 0
	if (toupper($0) ~ /# SKIP/) {
		if (strict) {
			fail($0)
		} else {
			skip++
			skipped++
		}
	} else if ($1 == "ok") {
		ok++
		passed++
	} else {
		fail($0)
		showing = 1
	}
	next
}

# what follows a failure tells more of it; what is no TAP at all may, too
showing || !/^(#|TAP version|$)/ {
	report("    " $0)
}

END {
	if (inside)
		fail("did not end")
	if (!done) {
		name = "run"
		fail("ended early: not all suites have run")
	}
	print passed + 0, failed + 0, skipped + 0 > totals
}
