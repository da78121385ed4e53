#!/usr/bin/env bash
# Has HiGHS spend the rights of generated estates with editions, suites and regions, as an integer programme, and
# compares what is short. Then one number of a copy is changed, and that must be noticed.
#
#   run.sh [SEEDS [PRODUCTS ENTITLEMENTS DEVICES]]
#
# The package is installed, pinned, into $INDULT_JUDGES_DIR/rights (target/judges/rights without it).
# Closes with a line such as `6 passed, 0 failed`.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${INDULT_JUDGES_DIR:-$here/../../target/judges}/rights
. "$here/../python.sh"
install_judge HiGHS

estate=$tools/estate
for seed in $(seq 1 "${1:-5}"); do
    cargo run --quiet --release --manifest-path "$here/../../Cargo.toml" -p position --example rights_speed -- \
        "$seed" "${2:-200}" "${3:-500}" "${4:-600}" "$estate" || exit 1
    expect 0 "seed $seed: nothing cheaper exists" highs_compare.py "$estate"
done

rm -rf "$estate-changed" && cp -r "$estate" "$estate-changed"
# The shortage of the first product with any: one more.
awk -F, -v OFS=, 'NR > 1 && !done && $5 > 0 { $5++; done = 1 } { print }' "$estate/products.csv" >"$estate-changed/products.csv"
expect 3 "a changed number is noticed" highs_compare.py "$estate-changed"

close
