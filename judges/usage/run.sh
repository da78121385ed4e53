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

# expect STATUS WHAT RESULTS: 0 everything is identical, 3 something differs.
expect() {
    local status=0
    "$tools/bin/python" "$here/duckdb_peaks.py" "$tools/sessions.parquet" "$3" || status=$?
    if [[ $status == "$1" ]]; then
        passed=$((passed + 1))
        echo "ok      $2"
    else
        failed=$((failed + 1))
        echo "FAILED  $2: exit $status instead of $1"
    fi
}

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/../../target/peaks}
cargo build --quiet --release --manifest-path "$here/Cargo.toml" || exit 1
peaks=$CARGO_TARGET_DIR/release/peaks
"$peaks" make "$tools/sessions.parquet" "${1:-1000000}" || exit 1
for _ in 1 2 3; do
    "$peaks" read "$tools/sessions.parquet" >"$tools/results.csv" || exit 1
done
expect 0 "every peak is DuckDB's" "$tools/results.csv"

awk -F, -v OFS=, 'NR == 1 { $2++ } { print }' "$tools/results.csv" >"$tools/changed.csv"
expect 3 "a changed peak is noticed" "$tools/changed.csv"

echo "$passed passed, $failed failed"
((failed == 0))
