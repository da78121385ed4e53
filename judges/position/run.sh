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
passed=0 failed=0

python=$(command -v python3) && "$python" -c 'import venv, ensurepip' 2>/dev/null || {
    echo "skipped: DuckDB needs Python 3 with venv"
    exit 0
}
# The stamp names what is installed, so that a change of the pins installs again.
if ! cmp -s "$here/requirements.txt" "$tools/installed" || [[ ! -x $tools/bin/python ]]; then
    rm -rf "$tools" && mkdir -p "$(dirname "$tools")" && "$python" -m venv "$tools" &&
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
            --requirement "$here/requirements.txt" && cp "$here/requirements.txt" "$tools/installed" || {
        echo "skipped: DuckDB could not be installed from PyPI"
        exit 0
    }
fi

# expect STATUS WHAT FOLDER: 0 everything is identical, 3 something differs.
expect() {
    local status=0
    "$tools/bin/python" "$here/duckdb_compare.py" "$3" || status=$?
    if [[ $status == "$1" ]]; then
        passed=$((passed + 1))
        echo "ok      $2"
    else
        failed=$((failed + 1))
        echo "FAILED  $2: exit $status instead of $1"
    fi
}

estate=$tools/estate
cargo run --quiet --release --manifest-path "$here/../../Cargo.toml" -p position --example estate_speed -- \
    "${1:-10000}" "${2:-100}" "${3:-2000}" "$estate" || exit 1
expect 0 "every number is DuckDB's" "$estate"

rm -rf "$estate-changed" && cp -r "$estate" "$estate-changed"
# The consumption of the first product with any: one more.
awk -F, -v OFS=, 'NR > 1 && !done && $4 > 0 { $4++; done = 1 } { print }' "$estate/results.csv" >"$estate-changed/results.csv"
expect 3 "a changed number is noticed" "$estate-changed"

echo "$passed passed, $failed failed"
((failed == 0))
