#!/usr/bin/env python3
"""Finds the peak of every feature in a file of sessions with DuckDB, and compares with what `peaks read` printed.

    duckdb_peaks.py FILE RESULTS [RUNS]

The SQL is written from docs/USAGE.md and knows nothing of the engine: what is given back in a second can be taken in the
same, and what was given back within the second was taken all the same.
Exit code 0: every peak and instant is identical; 3: some differ, and the first are printed. The time is the median of
the runs (three), the file's pages being in memory.
"""

import statistics
import sys
import time

import duckdb

PEAKS = """
with spans as (
  select feature, epoch_ms(started) // 1000 as begun,
         greatest(epoch_ms(ended) // 1000, epoch_ms(started) // 1000 + 1) as given_back
  from read_parquet('{file}')
),
changes as (
  select feature, instant, sum(change) as change from (
    select feature, begun as instant, 1 as change from spans
    union all
    select feature, given_back as instant, -1 as change from spans
  ) group by feature, instant
),
levels as (
  select feature, instant, sum(change) over (partition by feature order by instant) as level from changes
)
select feature, max(level)::BIGINT as peak, arg_max(instant, (level, -instant)) as instant
from levels group by feature order by feature
"""


def main() -> int:
    file, results = sys.argv[1:3]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    database = duckdb.connect()
    took = []
    for _ in range(runs):
        begun = time.monotonic()
        rows = database.execute(PEAKS.format(file=file)).fetchall()
        took.append(time.monotonic() - begun)
    print(f"DuckDB {duckdb.__version__}: {statistics.median(took):.3f} s", file=sys.stderr)
    with open(results, encoding="utf-8") as lines:
        ours = [tuple(int(number) for number in line.split(",")) for line in lines]
    theirs = [(int(feature), int(peak), int(at)) for feature, peak, at in rows]
    differing = [pair for pair in zip(ours, theirs) if pair[0] != pair[1]]
    if len(ours) != len(theirs) or differing:
        print(f"{len(ours)} and {len(theirs)} features; differing: {differing[:5]}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
