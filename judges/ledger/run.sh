#!/usr/bin/env bash
# Holds an exported ledger against three verifiers that share no code with ours and none with each other.
#
#   run.sh EXPORT...
#
# Each must accept the export as it is, and refuse a copy in which one byte of an entry, of a tile, of the checkpoint or
# of a signature was changed, a file was cut short or is missing, or the key is another's. Proofs under EXPORT/proofs
# (N.tlog-proof beside N.entry) are checked too. Closes with a line such as `25 passed, 0 failed`.
#
# The Python packages are installed, pinned, into $INDULT_JUDGES_DIR/ledger (target/judges/ledger without it).
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${INDULT_JUDGES_DIR:-$here/../../target/judges}/ledger
passed=0 failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

(($# > 0)) || { echo "usage: $0 EXPORT..." >&2; exit 2; }

# aics-tlog asks for Python 3.12. Its code runs on 3.11 as well, which is what Debian 12 has, so where there is nothing
# newer it is installed without that question; the judge then shows by its own verdicts whether it works.
find_python() {
    local candidate
    for candidate in python3.14 python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

install_judges() {
    local python=$1
    # The stamp names what is installed, so that a change of the pins installs again.
    local stamp=$tools/installed
    cmp -s "$here/requirements.txt" "$stamp" && [[ -x $tools/bin/python ]] && return
    rm -rf "$tools" && mkdir -p "$(dirname "$tools")" && "$python" -m venv "$tools" &&
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --ignore-requires-python \
            --requirement "$here/requirements.txt" && cp "$here/requirements.txt" "$stamp"
}

judges=()
if python=$(find_python); then
    if install_judges "$python"; then
        judges+=(aics pymerkle)
    else
        echo "skipped: aics-tlog and pymerkle could not be installed from PyPI"
    fi
else
    echo "skipped: aics-tlog and pymerkle need Python 3.11 or newer with venv"
fi
if openssl pkeyutl -help 2>&1 | grep -q rawin; then
    judges+=(openssl)
else
    echo "skipped: the openssl judge needs openssl 3.0 or newer"
fi

judge() {
    local name=$1
    shift
    case $name in
    openssl) bash "$here/verify_with_openssl.sh" "$@" ;;
    *) "$tools/bin/python" "$here/verify_with_$name.py" "$@" ;;
    esac
}

# expect STATUS WHAT COMMAND...: 0 accepts, 1 refuses; anything else is a judge that broke.
expect() {
    local expected=$1 what=$2 status=0
    shift 2
    "$@" >"$work/said" 2>&1 || status=$?
    if [[ $status == "$expected" ]]; then
        passed=$((passed + 1))
        echo "ok      $what: $(tail -n 1 "$work/said")"
    else
        failed=$((failed + 1))
        echo "FAILED  $what: exit $status instead of $expected"
        sed 's/^/        /' "$work/said"
    fi
}

# Changes the byte at an offset of a file to another.
flip() {
    local file=$1 offset=$2 byte
    byte=$(od -An -v -tu1 -j "$offset" -N 1 "$file" | tr -d ' ')
    [[ -n $byte ]] || { echo "$file has no byte $offset" >&2; return 1; }
    # shellcheck disable=SC2059 # the byte is written by the format
    printf "\\x$(printf '%02x' $((byte ^ 1)))" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

size_of() { sed -n 2p "$1/checkpoint"; }
# The byte offset at which a line of a file starts.
line_start() { head -n $(($2 - 1)) "$1" | wc -c; }
first_file() { find "$1" -type f 2>/dev/null | sort | head -n 1; }
last_file() { find "$1" -type f 2>/dev/null | sort | tail -n 1; }

# Each tampering changes the export in the folder $1; a status other than 0 says that there is nothing to change.
entry_changed() {
    local bundle
    bundle=$(last_file "$1/tile/entries")
    [[ -n $bundle ]] && flip "$bundle" $(($(wc -c <"$bundle") - 1))
}
first_bundle_changed() { (($(size_of "$1") > 0)) && flip "$1/$(cd "$1" && first_file tile/entries)" 2; }
bundle_cut_short() {
    local bundle
    bundle=$(last_file "$1/tile/entries")
    [[ -n $bundle ]] && truncate -s $(($(wc -c <"$bundle") - 1)) "$bundle"
}
leaf_tile_changed() { [[ -d $1/tile/0 ]] && flip "$(first_file "$1/tile/0")" 9; }
upper_tile_changed() { [[ -d $1/tile/1 ]] && flip "$(first_file "$1/tile/1")" 9; }
tile_missing() { [[ -d $1/tile/0 ]] && rm "$(last_file "$1/tile/0")"; }
size_changed() { flip "$1/checkpoint" "$(line_start "$1/checkpoint" 2)"; }
root_changed() { flip "$1/checkpoint" $(($(line_start "$1/checkpoint" 3) + 4)); }
# 60 bytes from the end of the line are in the middle of the 64 signature bytes.
log_signature_changed() { flip "$1/checkpoint" $(($(line_start "$1/checkpoint" 6) - 60)); }
cosignature_changed() { is_cosigned "$1" && flip "$1/checkpoint" $(($(wc -c <"$1/checkpoint") - 60)); }
is_cosigned() { [[ -e $1/witness.vkey ]] && (($(wc -l <"$1/checkpoint") > 5)); }
unsigned() { sed -i '5,$d' "$1/checkpoint"; }
another_key() {
    # A well-formed key under the same name: that of RFC 8032, section 7.1, test 1.
    local name key=d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a id
    name=$(cut -d+ -f1 "$1/log.vkey")
    # shellcheck disable=SC2059 # the bytes are written by the format
    printf "$(sed 's/../\\x&/g' <<<"01$key")" >"$work/typed"
    id=$({ printf '%s\n' "$name"; cat "$work/typed"; } | sha256sum | cut -c1-8)
    printf '%s+%s+%s\n' "$name" "$id" "$(base64 -w0 "$work/typed")" >"$1/log.vkey"
}
tamperings=(entry_changed first_bundle_changed bundle_cut_short leaf_tile_changed upper_tile_changed tile_missing
    size_changed root_changed log_signature_changed cosignature_changed unsigned another_key)

judge_export() {
    local export=$1 name tampering proof
    for name in "${judges[@]}"; do
        expect 0 "$name accepts the export" judge "$name" "$export"
    done
    for tampering in "${tamperings[@]}"; do
        rm -rf "$work/copy" && cp -r "$export" "$work/copy" && chmod -R u+w "$work/copy"
        "$tampering" "$work/copy" || continue
        for name in "${judges[@]}"; do
            expect 1 "$name, ${tampering//_/ }" judge "$name" "$work/copy"
        done
    done
    if is_cosigned "$export"; then
        judge_cosigning "$export"
    fi
    [[ " ${judges[*]} " == *" openssl "* ]] || return 0
    for proof in "$export"/proofs/*.tlog-proof; do
        [[ -e $proof ]] || continue
        judge_proof "$export" "$proof"
    done
}

# With the witnesses' keys from elsewhere, all of them must have cosigned.
judge_cosigning() {
    local export=$1 name keys=("$1/log.vkey" "$work/witness.vkey")
    rm -rf "$work/copy" && cp -r "$export" "$work/copy" && chmod -R u+w "$work/copy"
    sed -i '6,$d' "$work/copy/checkpoint"
    cp "$export/witness.vkey" "$work/witness.vkey"
    for name in "${judges[@]}"; do
        expect 1 "$name, cosignatures left out" judge "$name" "$work/copy" "${keys[@]}"
    done
    # Only those who cosigned, so that an export whose checkpoint not every witness has seen is judged as well.
    while IFS= read -r key; do
        grep -q "^— ${key%%+*} " "$export/checkpoint" && printf '%s\n' "$key"
    done <"$export/witness.vkey" >"$work/witness.vkey"
    for name in "${judges[@]}"; do
        expect 0 "$name accepts the cosigned export" judge "$name" "$export" "${keys[@]}"
    done
}

judge_proof() {
    local export=$1 proof=$2 entry=${2%.tlog-proof}.entry
    expect 0 "openssl accepts the proof" judge openssl --proof "$proof" "$entry" "$export/log.vkey"
    { cat "$entry"; printf '!'; } >"$work/other.entry"
    expect 1 "openssl, another entry" judge openssl --proof "$proof" "$work/other.entry" "$export/log.vkey"
    sed 's/^index [0-9]*$/index 999999999/' "$proof" >"$work/other.tlog-proof"
    expect 1 "openssl, another index" judge openssl --proof "$work/other.tlog-proof" "$entry" "$export/log.vkey"
}

for export in "$@"; do
    [[ -r $export/checkpoint ]] || { echo "$export is not an exported ledger: it has no checkpoint" >&2; exit 2; }
    echo "== $export: $(size_of "$export") entries"
    judge_export "$export"
done
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
