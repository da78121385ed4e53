#!/usr/bin/env bash
# Verifies an exported ledger, or the proof of one entry, with nothing but bash, openssl (3.0 or newer) and coreutils.
#
#   verify_with_openssl.sh EXPORT [LOG_VKEY [WITNESS_VKEY]]
#   verify_with_openssl.sh --proof PROOF ENTRY LOG_VKEY [WITNESS_VKEY]
#
# It is written to be read: an auditor can follow every step, or repeat it by hand.
#
# EXPORT is a folder with `checkpoint`, `tile/...`, `log.vkey` and, where the checkpoint is cosigned, `witness.vkey`.
#   1. The key: NAME+ID+BASE64. The first byte decoded is the type (1 a log, 4 a witness), the others are the Ed25519
#      key. ID is the start of SHA-256(NAME, newline, type, key).
#   2. The checkpoint: name of the log, number of entries, root hash; a blank line; signatures. A log signs the text;
#      a witness signs the text after two lines that say when it saw it.
#   3. The entries: tile/entries/... holds up to 256 of them, each after its length in two bytes.
#   4. The tree: an entry's hash is SHA-256(00, entry). Neighbours are hashed in pairs, SHA-256(01, left, right), a last
#      one without neighbour goes up as it is, until one hash is left: the root, to be that of the checkpoint. Every 8th
#      row is also stored under tile/..., 256 hashes to a file, and compared.
# PROOF is a tlog-proof file: the entry's position, the hashes of its neighbours on the way to the root, and the
# checkpoint. ENTRY holds exactly the entry's bytes.
#
# Without LOG_VKEY the key file in the export is used: that shows that the export is whole, not that it comes from whom
# it says. Take the key from somewhere else. Every witness in WITNESS_VKEY (one key a line) must have cosigned; of those
# in the export's own witness.vkey each may, and a cosignature that is there must verify. A thousand entries take a few
# seconds.
#
# Exit 0: everything verifies. 1: something does not, and one sentence says what. 2: it could not be tried.
set -uo pipefail
export LC_ALL=C

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

refuse() { echo "refused: $*" >&2; exit 1; }
fail() { echo "could not be tried: $*" >&2; exit 2; }

for tool in openssl sha256sum base64 od sed head tail xargs; do
    command -v "$tool" >/dev/null || fail "there is no $tool here"
done

# --- Bytes. Inside the script a byte is written \xHH, four characters, because a shell variable cannot hold byte 00.

bytes_of() { od -An -v -tx1 -- "$1" | sed 's/ /\\x/g' | tr -d '\n'; }
hex_of() { od -An -v -tx1 -- "$1" | tr -d ' \n'; }

# Hashes all files of a folder, in the order of their names, into the array `hashes`.
hash_files() {
    mapfile -t hashes < <(cd "$1" && printf '%s\0' * | xargs -0 sha256sum -- | sed -E 's/ .*//; s/../\\x&/g')
}

is_number() { [[ $1 =~ ^(0|[1-9][0-9]{0,17})$ ]]; }

# --- Keys and signatures.

# Reads a key of the wanted type: sets key_name and key_id, and writes the key in the form that openssl reads.
read_key() {
    local text=$1 type=$2 id rest
    [[ $text =~ ^([^+[:space:]]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$ ]] || refuse "the key $text is not NAME+ID+BASE64"
    key_name=${BASH_REMATCH[1]} key_id=${BASH_REMATCH[2]} rest=${BASH_REMATCH[3]}
    base64 -d <<<"$rest" >"$work/typed" 2>/dev/null || refuse "the key of $key_name is not base64"
    [[ $(hex_of "$work/typed") =~ ^$type[0-9a-f]{64}$ ]] || refuse "the key of $key_name is not of type $type"
    id=$({ printf '%s\n' "$key_name"; cat "$work/typed"; } | sha256sum)
    [[ ${id:0:8} == "$key_id" ]] || refuse "the key id of $key_name does not belong to its key"
    # The fixed start of an Ed25519 SubjectPublicKeyInfo, RFC 8410.
    { printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; tail -c 32 "$work/typed"; } >"$work/key.der"
}

# Finds the signature of the key read last and writes it, without the key id. Status 1 when there is none.
find_signature() {
    local line found=0
    while IFS= read -r line; do
        [[ $line == "— $key_name "* ]] || continue
        base64 -d <<<"${line##* }" >"$work/line" 2>/dev/null || refuse "a signature of $key_name is not base64"
        [[ $(hex_of "$work/line") == "$key_id"* ]] || continue
        tail -c +5 "$work/line" >"$work/signature"
        found=$((found + 1))
    done <"$work/lines"
    ((found < 2)) || refuse "the checkpoint carries $found signatures of $key_name"
    ((found == 1))
}

check_signature() {
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$1" -sigfile "$2" >/dev/null 2>&1 ||
        refuse "the signature of $key_name does not verify"
}

# Splits the note, checks all signatures, sets size and root. The last argument says whether all witnesses must have
# cosigned or each may have.
verify_checkpoint() {
    local note=$1 log_vkey=$2 witness_vkey=$3 cosigning=$4 key seconds cosigned=0 listed=0
    [[ -r $note && -r $log_vkey ]] || refuse "the checkpoint or the log's key cannot be read"
    sed '/^$/,$d' "$note" >"$work/text"
    sed '1,/^$/d' "$note" >"$work/lines"
    mapfile -t text <"$work/text"
    [[ ${#text[@]} == 3 ]] || refuse "the checkpoint has ${#text[@]} lines before the blank one, not three"
    read_key "$(<"$log_vkey")" 01
    [[ ${text[0]} == "$key_name" ]] || refuse "the checkpoint is of ${text[0]}, the key of $key_name"
    find_signature || refuse "$key_name has not signed the checkpoint"
    check_signature "$work/text" "$work/signature"
    if [[ -n $witness_vkey ]]; then
        while IFS= read -r key; do
            read_key "$key" 04
            listed=$((listed + 1))
            if ! find_signature; then
                [[ $cosigning == may ]] || refuse "$key_name has not cosigned the checkpoint"
                continue
            fi
            seconds=$((16#$(head -c 8 "$work/signature" | od -An -v -tx1 | tr -d ' \n')))
            { printf 'cosignature/v1\ntime %s\n' "$seconds"; cat "$work/text"; } >"$work/cosigned"
            tail -c +9 "$work/signature" >"$work/cosignature"
            check_signature "$work/cosigned" "$work/cosignature"
            cosigned=$((cosigned + 1))
        done <"$witness_vkey"
    fi
    witnessed="$cosigned of $listed cosignatures"
    is_number "${text[1]}" || refuse "the checkpoint's second line is not a number of entries"
    size=${text[1]}
    base64 -d <<<"${text[2]}" >"$work/root" 2>/dev/null || refuse "the checkpoint's third line is not base64"
    root=$(bytes_of "$work/root")
    [[ ${#root} == 128 ]] || refuse "the checkpoint's root is not a SHA-256 hash"
}

# --- The tree.

# Path of tile number $1 in a row of $2 hashes: 1234067 is x001/x234/067, a partial one has .p/WIDTH behind it.
numbered() {
    local index=$1 width=$(($2 - $1 * 256)) path rest
    printf -v path '%03d' $((index % 1000))
    rest=$((index / 1000))
    while ((rest > 0)); do
        printf -v path 'x%03d/%s' $((rest % 1000)) "$path"
        rest=$((rest / 1000))
    done
    ((width >= 256)) || path+=".p/$width"
    printf '%s' "$path"
}

# Writes entry i of bundle number $1 to $work/hash/i with a byte 00 before it, and hashes them.
hash_bundle() {
    local path=tile/entries/$(numbered "$1" "$size") bundle at=0 count=0 length
    [[ -r $export/$path ]] || refuse "$path is missing"
    bundle=$(bytes_of "$export/$path")
    rm -rf "$work/hash" && mkdir "$work/hash"
    while ((at < ${#bundle})); do
        length=${bundle:at:8}
        [[ ${#length} == 8 ]] || refuse "$path ends inside an entry"
        length=$((16#${length//\\x/} * 4))
        ((at + 8 + length <= ${#bundle})) || refuse "$path ends inside an entry"
        printf -v name '%08d' "$count"
        # shellcheck disable=SC2059 # the bytes are written by the format
        printf "\x00${bundle:at + 8:length}" >"$work/hash/$name"
        at=$((at + 8 + length)) count=$((count + 1))
    done
    ((count == (size - $1 * 256 < 256 ? size - $1 * 256 : 256))) || refuse "$path has another number of entries"
    hash_files "$work/hash"
}

# Compares the first $2 hashes of `row` with the tiles of level $1.
check_tiles() {
    local level=$1 count=$2 tile path expected stored
    for ((tile = 0; tile * 256 < count; tile++)); do
        path=tile/$level/$(numbered "$tile" "$count")
        [[ -r $export/$path ]] || refuse "$path is missing"
        printf -v expected '%s' "${row[@]:tile * 256:(count - tile * 256 < 256 ? count - tile * 256 : 256)}"
        stored=$(bytes_of "$export/$path")
        [[ $stored == "$expected" ]] || refuse "$path does not belong to the entries"
        tiles=$((tiles + 1))
    done
}

# Replaces `row` by the row above it.
next_row() {
    local at name last=()
    rm -rf "$work/hash" && mkdir "$work/hash"
    for ((at = 0; at + 1 < ${#row[@]}; at += 2)); do
        printf -v name '%08d' "$at"
        # shellcheck disable=SC2059 # the bytes are written by the format
        printf "\x01${row[at]}${row[at + 1]}" >"$work/hash/$name"
    done
    ((${#row[@]} % 2 == 0)) || last=("${row[-1]}")
    hash_files "$work/hash"
    row=("${hashes[@]}" "${last[@]}")
}

verify_export() {
    export=$1
    verify_checkpoint "$export/checkpoint" "$2" "$3" "$4"
    local bundle height=0
    row=() tiles=0
    for ((bundle = 0; bundle * 256 < size; bundle++)); do
        hash_bundle "$bundle"
        row+=("${hashes[@]}")
    done
    check_tiles 0 "$size"
    while ((${#row[@]} > 1)); do
        next_row
        height=$((height + 1))
        # Only hashes over 2^height entries are in tiles, not one that covers fewer.
        ((height % 8 != 0)) || check_tiles $((height / 8)) $((size >> height))
    done
    if ((size == 0)); then
        row=("$(sha256sum </dev/null | sed -E 's/ .*//; s/../\\x&/g')")
    fi
    [[ ${row[0]} == "$root" ]] || refuse "the $size entries do not have the checkpoint's root"
    echo "openssl: $size entries have the checkpoint's root; $tiles tiles and $witnessed verify"
}

# --- One entry (RFC 9162, section 2.1.3.2).

# SHA-256 of byte $1 and the bytes that follow it.
hash_bytes() {
    # shellcheck disable=SC2059 # the bytes are written by the format
    printf "$1$2" | sha256sum | sed -E 's/ .*//; s/../\\x&/g'
}

verify_proof() {
    local proof=$1 entry=$2 index node last hash line sibling
    [[ -r $proof && -r $entry ]] || refuse "the proof or the entry cannot be read"
    # The proof ends at the first blank line; the checkpoint follows.
    sed '/^$/,$d' "$proof" >"$work/path"
    sed '1,/^$/d' "$proof" >"$work/note"
    mapfile -t path <"$work/path"
    [[ ${path[0]-} == "c2sp.org/tlog-proof@v1" ]] || refuse "$proof is not a tlog-proof file"
    path=("${path[@]:1}")
    [[ ${path[0]-} != "extra "* ]] || path=("${path[@]:1}")
    [[ ${path[0]-} == "index "* ]] || refuse "the proof does not say which entry it is about"
    index=${path[0]#index }
    is_number "$index" || refuse "the proof's index is not a number"
    verify_checkpoint "$work/note" "$3" "$4" must
    ((index < size)) || refuse "the ledger of $size entries has no entry $index"
    hash=$({ printf '\x00'; cat "$entry"; } | sha256sum | sed -E 's/ .*//; s/../\\x&/g')
    node=$index last=$((size - 1))
    for line in "${path[@]:1}"; do
        base64 -d <<<"$line" >"$work/sibling" 2>/dev/null || refuse "a hash of the proof is not base64"
        sibling=$(bytes_of "$work/sibling")
        [[ ${#sibling} == 128 && $last != 0 ]] || refuse "the proof has a hash too many or of another length"
        if ((node % 2 == 1 || node == last)); then
            hash=$(hash_bytes '\x01' "$sibling$hash")
            while ((node % 2 == 0 && node != 0)); do
                node=$((node >> 1)) last=$((last >> 1))
            done
        else
            hash=$(hash_bytes '\x01' "$hash$sibling")
        fi
        node=$((node >> 1)) last=$((last >> 1))
    done
    [[ $last == 0 && $hash == "$root" ]] || refuse "the proof does not lead from this entry to the checkpoint's root"
    echo "openssl: entry $index is in the ledger of $size entries; $witnessed verify"
}

case ${1-} in
--proof)
    (($# == 4 || $# == 5)) || fail "usage: $0 --proof PROOF ENTRY LOG_VKEY [WITNESS_VKEY]"
    verify_proof "$2" "$3" "$4" "${5-}"
    ;;
'' | -*)
    fail "usage: $0 EXPORT [LOG_VKEY [WITNESS_VKEY]]"
    ;;
*)
    witness=$1/witness.vkey
    [[ -e $witness ]] || witness=
    if (($# > 2)); then
        verify_export "$1" "$2" "$3" must
    else
        verify_export "$1" "${2-$1/log.vkey}" "$witness" may
    fi
    ;;
esac
