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
passed=0 failed=0

python=$(command -v python3) && "$python" -c 'import venv, ensurepip' 2>/dev/null || {
    echo "skipped: HiGHS needs Python 3 with venv"
    exit 0
}
# The stamp names what is installed, so that a change of the pins installs again.
if ! cmp -s "$here/requirements.txt" "$tools/installed" || [[ ! -x $tools/bin/python ]]; then
    rm -rf "$tools" && mkdir -p "$(dirname "$tools")" && "$python" -m venv "$tools" &&
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
            --requirement "$here/requirements.txt" && cp "$here/requirements.txt" "$tools/installed" || {
        echo "skipped: HiGHS could not be installed from PyPI"
        exit 0
    }
fi

# expect STATUS WHAT FOLDER: 0 the shortage costs the same, 3 it differs.
expect() {
    local status=0
    "$tools/bin/python" "$here/highs_compare.py" "$3" || status=$?
    if [[ $status == "$1" ]]; then
        passed=$((passed + 1))
        echo "ok      $2"
    else
        failed=$((failed + 1))
        echo "FAILED  $2: exit $status instead of $1"
    fi
}

estate=$tools/estate
for seed in $(seq 1 "${1:-5}"); do
    cargo run --quiet --release --manifest-path "$here/../../Cargo.toml" -p position --example rights_speed -- \
        "$seed" "${2:-200}" "${3:-500}" "${4:-600}" "$estate" || exit 1
    expect 0 "seed $seed: nothing cheaper exists" "$estate"
done

rm -rf "$estate-changed" && cp -r "$estate" "$estate-changed"
# The shortage of the first product with any: one more.
awk -F, -v OFS=, 'NR > 1 && !done && $5 > 0 { $5++; done = 1 } { print }' "$estate/products.csv" >"$estate-changed/products.csv"
expect 3 "a changed number is noticed" "$estate-changed"

echo "$passed passed, $failed failed"
((failed == 0))
