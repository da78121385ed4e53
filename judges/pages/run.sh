#!/usr/bin/env bash
# Opens every kind of page of a running program in Chromium and holds it against axe-core and against what the design
# promises: light and dark, wide and narrow, keyboard, large text.
#
#   run.sh ADDRESS ONE-TIME-SIGN-IN-LINK
#   run.sh PAGE...                          files, folders of files, or addresses
#
# The packages are installed, pinned, into $INDULT_JUDGES_DIR/pages (target/judges/pages without it).
# Screenshots go to the folder $INDULT_SCREENSHOTS, where it is set. Closes with a line such as `42 passed, 0 failed`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${INDULT_JUDGES_DIR:-$here/../../target/judges}/pages
(($# > 0)) || { echo "usage: $0 ADDRESS LINK | PAGE..." >&2; exit 2; }

mkdir -p "$tools"
# The stamp names what is installed, so that a change of the pins installs again.
if ! cmp -s "$here/package-lock.json" "$tools/installed"; then
    cp "$here/package.json" "$here/package-lock.json" "$tools/"
    (cd "$tools" && npm ci --silent --no-audit --no-fund)
    cp "$here/package-lock.json" "$tools/installed"
fi
cp "$here/judge.js" "$tools/"

options=()
[[ -z ${INDULT_SCREENSHOTS:-} ]] || options+=(--screenshots "$INDULT_SCREENSHOTS")
if [[ $# == 2 && $1 == http* && $2 == http* ]]; then
    exec node "$tools/judge.js" "${options[@]}" --crawl "$1" --link "$2"
fi
exec node "$tools/judge.js" "${options[@]}" "$@"
