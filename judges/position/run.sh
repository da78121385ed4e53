#!/usr/bin/env bash
# Has DuckDB calculate the position of a generated estate of one million installations, and of small random estates with
# measured metrics and suites, and compares every number of every line. Then numbers of a copy are changed, and that must
# be noticed.
#
#   run.sh [DEVICES [INSTALLATIONS-PER-DEVICE [PRODUCTS [SEEDS]]]]
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

estates=$tools/estates
cargo run --quiet --release --manifest-path "$here/../../Cargo.toml" -p position --example random_estates -- \
    "$estates" "${4:-20}" || exit 1
expect 0 "every number of random estates is DuckDB's" estates_compare.py "$estates"

rm -rf "$estates-changed" && cp -r "$estates" "$estates-changed"
# The first line counted by host, and the very last, which is of a suite: a 1 before what rights cover.
for line in "$(grep -nm 1 ',vmware_core,' "$estates/results.csv" | cut -d: -f1)" '$'; do
    sed -E "$line s/^(([^,]*,){6})([0-9]+)/\\11\\3/" "$estates/results.csv" >"$estates-changed/results.csv"
    expect 3 "a changed number is noticed in line $line" estates_compare.py "$estates-changed"
done

close
