#!/usr/bin/env bash
# Holds every number of the position against the rows behind it, and the page, the API and the command line against each
# other, over the sample company that the program in $INDULT makes.
#
#   run.sh
#
# Needs Python 3 alone. Closes with a line such as `42 passed, 0 failed`.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${INDULT:?the program to judge}
command -v python3 >/dev/null || { echo "skipped: this judge needs Python 3"; echo "0 passed, 0 failed"; exit 0; }
work=$(mktemp -d) || exit 1
server=
finish() {
    [[ -n $server ]] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT

"$program" demo --data "$work/data" --listen 127.0.0.1:0 >"$work/said" 2>&1 &
server=$!
# A build without optimisation makes the sample company well within five minutes.
link=
for _ in $(seq 600); do
    link=$(grep -o 'http://[^ ]*' "$work/said" | head -1)
    [[ -n $link ]] && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.5
done
[[ -n $link ]] || { cat "$work/said"; echo "the program to judge did not start"; echo "0 passed, 1 failed"; exit 1; }
python3 "$here/compare.py" "$link" "$program"
