#!/usr/bin/env bash
# Finds the peaks of a generated file of sessions with the engine's sweep and with DuckDB, and compares every one. Then
# one peak of a copy is changed, and that must be noticed.
#
#   run.sh [SESSIONS]
#
# The package is installed, pinned, into $INDULT_JUDGES_DIR/usage (target/judges/usage without it).
# Closes with a line such as `2 passed, 0 failed`.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${INDULT_JUDGES_DIR:-$here/../../target/judges}/usage
. "$here/../python.sh"
install_judge DuckDB

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/../../target/peaks}
cargo build --quiet --release --manifest-path "$here/Cargo.toml" || exit 1
peaks=$CARGO_TARGET_DIR/release/peaks
"$peaks" make "$tools/sessions.parquet" "${1:-1000000}" || exit 1
for _ in 1 2 3; do
    "$peaks" read "$tools/sessions.parquet" >"$tools/results.csv" || exit 1
done
expect 0 "every peak is DuckDB's" duckdb_peaks.py "$tools/sessions.parquet" "$tools/results.csv"

awk -F, -v OFS=, 'NR == 1 { $2++ } { print }' "$tools/results.csv" >"$tools/changed.csv"
expect 3 "a changed peak is noticed" duckdb_peaks.py "$tools/sessions.parquet" "$tools/changed.csv"

close
