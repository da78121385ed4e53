#!/usr/bin/env bash
# Holds a running server against its own OpenAPI document with requests made up from it by schemathesis: no answer may be
# a fault of the server, and every status, content type and shape must be one that the document names.
#
#   run.sh                    serves a sample organisation of its own, by the program in $INDULT
#   run.sh BASE_URL TOKEN     a server that is there; it writes what it makes up, so not one that somebody needs
#
# The number of examples for each operation is in $EXAMPLES (8 without it) and the seed in $SEED (1).
# Closes with a line such as `78 passed, 0 failed`.
#
# The Python packages are installed, pinned, into $INDULT_JUDGES_DIR/api (target/judges/api without it).
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${INDULT_JUDGES_DIR:-$here/../../target/judges}/api
work=$(mktemp -d) || exit 1
server=
finish() {
    [[ -n $server ]] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT

install_judge() {
    local stamp=$tools/installed
    cmp -s "$here/requirements.txt" "$stamp" && [[ -x $tools/bin/st ]] && return
    rm -rf "$tools" && mkdir -p "$(dirname "$tools")" && python3 -m venv "$tools" &&
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
            --requirement "$here/requirements.txt" && cp "$here/requirements.txt" "$stamp"
}

# An organisation with a product that is short, a request and a robot that may write.
serve_own() {
    local program=${INDULT:?the program to judge} data=$work/data
    "$program" init --data "$data" --organisation "Judged" --admin judge@judged.example >/dev/null &&
        printf 'product,publisher,metric,quantity,unit price,currency\nDrafter Pro,Northlight,device,1,345.00,EUR\n' \
            >"$work/rights.csv" &&
        printf 'device,product,publisher\npc-1,Drafter Pro,Northlight\npc-2,Drafter Pro,Northlight\npc-3,Unknown,\n' \
            >"$work/fleet.csv" &&
        "$program" import entitlements "$work/rights.csv" --data "$data" >/dev/null &&
        "$program" import inventory "$work/fleet.csv" --data "$data" >/dev/null &&
        "$program" product match "Drafter Pro" PRD-1 --data "$data" >/dev/null &&
        token=$("$program" token new judge --scope write --data "$data" --json |
            "$tools/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["secret"])') || return 1
    "$program" serve --data "$data" --listen 127.0.0.1:0 >"$work/served" 2>"$work/log" &
    server=$!
    for _ in $(seq 100); do
        base=$(grep -o 'http://[^ ]*' "$work/served" | head -1)
        [[ -n $base ]] && return 0
        sleep 0.1
    done
    cat "$work/log" >&2
    return 1
}

if ! install_judge; then
    echo "skipped: schemathesis could not be installed from PyPI"
    echo "0 passed, 0 failed"
    exit 0
fi
if (($# == 2)); then
    base=$1 token=$2
elif (($# == 0)); then
    serve_own || { echo "the server to judge did not start"; echo "0 passed, 1 failed"; exit 1; }
else
    echo "usage: $0 [BASE_URL TOKEN]" >&2
    exit 2
fi

# The backup is the whole folder, and the verification reads all of it: neither is asked for hundreds of times.
"$tools/bin/st" run "$base/v1/openapi.json" \
    --header "Authorization: Bearer $token" \
    --exclude-path /v1/backup --exclude-path /v1/verifications \
    --phases examples,fuzzing \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --max-examples "${EXAMPLES:-8}" --seed "${SEED:-1}" --workers 1 --request-timeout 30 \
    --report junit --report-junit-path "$work/report.xml" --no-color >"$work/said" 2>&1
status=$?
"$tools/bin/python" - "$work/report.xml" "$work/said" "$status" <<'PYTHON'
import sys, xml.etree.ElementTree as tree
report, said, status = sys.argv[1], sys.argv[2], int(sys.argv[3])
words = open(said, encoding="utf-8", errors="replace").read()
try:
    cases = list(tree.parse(report).getroot().iter("testcase"))
except (OSError, tree.ParseError):
    print(words)
    print("0 passed, 1 failed")
    sys.exit(1)
failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
if failed or status:
    print(words[-20000:])
print(f"{len(cases) - len(failed)} passed, {max(len(failed), 1 if status and not failed else 0)} failed")
sys.exit(1 if failed or status else 0)
PYTHON
