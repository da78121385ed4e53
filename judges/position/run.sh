#!/usr/bin/env bash
# Has DuckDB calculate the position of a generated estate of one million installations, and compares every number of
# every line. Then one number of a copy is changed, and that must be noticed.
#
#   run.sh [DEVICES [INSTALLATIONS-PER-DEVICE [PRODUCTS]]]
#
# The package is installed, pinned, into $INDULT_JUDGES_DIR/position (target/judges/position without it).
# Closes with a line such as `2 passed, 0 failed`.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${INDULT_JUDGES_DIR:-$here/../../target/judges}/position
. "$here/../python.sh"
install_judge DuckDB

estate=$tools/estate
cargo run --quiet --release --manifest-path "$here/../../Cargo.toml" -p position --example estate_speed -- \
    "${1:-10000}" "${2:-100}" "${3:-2000}" "$estate" || exit 1
expect 0 "every number is DuckDB's" duckdb_compare.py "$estate"

rm -rf "$estate-changed" && cp -r "$estate" "$estate-changed"
# The consumption of the first product with any: one more.
awk -F, -v OFS=, 'NR > 1 && !done && $4 > 0 { $4++; done = 1 } { print }' "$estate/results.csv" >"$estate-changed/results.csv"
expect 3 "a changed number is noticed" duckdb_compare.py "$estate-changed"

close
