#!/usr/bin/env python3
"""Recomputes an exported ledger's whole tree with pymerkle and checks signatures with cryptography, both from PyPI.

    verify_with_pymerkle.py EXPORT [LOG_VKEY [WITNESS_VKEY]]

Reads the entries from the bundles, appends each to a tree of pymerkle's and compares the root with the checkpoint and
every tile with the tree. Without LOG_VKEY the key file in the export is used: that shows that the export is whole, not
that it comes from whom it says. Every witness in WITNESS_VKEY (one key a line) must have cosigned; of those in the
export's own witness.vkey each may, and a cosignature that is there must verify. Exit 0: everything verifies. 1:
something does not, and one sentence says what. 2: it could not be tried.
"""

import base64
import hashlib
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree

LOG_KEY, WITNESS_KEY = 0x01, 0x04
TILE_WIDTH, HASH_BYTES = 256, 32


class Refused(Exception):
    """Something does not verify."""


def require(condition: bool, sentence: str) -> None:
    if not condition:
        raise Refused(sentence)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None


def parse_key(text: str, kind: int) -> tuple[str, bytes, Ed25519PublicKey]:
    """NAME+ID+BASE64 of type byte and key; the id is a hash of the rest."""
    name, identifier, typed = text.split("+", 2)
    typed = base64.b64decode(typed, validate=True)
    require(len(typed) == 33 and typed[0] == kind, f"the key of {name} is not of type {kind}")
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    require(key_id.hex() == identifier, f"the key id of {name} does not belong to its key")
    return name, key_id, Ed25519PublicKey.from_public_bytes(typed[1:])


def signature_of(note: str, name: str, key_id: bytes) -> bytes | None:
    """The signature under this name and id; there is at most one."""
    found = []
    for line in note.split("\n\n", 1)[1].split("\n"):
        if line.startswith(f"\u2014 {name} "):
            decoded = base64.b64decode(line.rsplit(" ", 1)[1], validate=True)
            if decoded[:4] == key_id:
                found.append(decoded[4:])
    require(len(found) < 2, f"the checkpoint carries {len(found)} signatures of {name}")
    return found[0] if found else None


def verified_head(note: str, log_key: str, witness_keys: list[str], all_must_cosign: bool) -> tuple[int, bytes, int]:
    """Size, root and number of cosignatures of the checkpoint, after every signature has been checked."""
    cosigned = 0
    text = note.split("\n\n", 1)[0] + "\n"
    origin, size, root = text[:-1].split("\n")
    name, key_id, key = parse_key(log_key, LOG_KEY)
    require(name == origin, f"the checkpoint is of {origin}, the key of {name}")
    try:
        signature = signature_of(note, name, key_id)
        require(signature is not None, f"{name} has not signed the checkpoint")
        key.verify(signature, text.encode())
        for witness_key in witness_keys:
            name, key_id, key = parse_key(witness_key, WITNESS_KEY)
            signature = signature_of(note, name, key_id)
            require(signature is not None or not all_must_cosign, f"{name} has not cosigned the checkpoint")
            if signature is None:
                continue
            cosigned += 1
            seconds = int.from_bytes(signature[:8], "big")
            key.verify(signature[8:], f"cosignature/v1\ntime {seconds}\n{text}".encode())
    except InvalidSignature:
        raise Refused(f"the signature of {name} does not verify") from None
    require(size == str(int(size)), "the size is not a plain number")
    root = base64.b64decode(root, validate=True)
    require(len(root) == HASH_BYTES, "the root is not a SHA-256 hash")
    return int(size), root, cosigned


def numbered(index: int, width: int) -> str:
    """1234067 is x001/x234/067; a partial one has .p/WIDTH behind it."""
    digits = f"{index:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def numbered_all(count: int) -> list[tuple[int, str]]:
    """First position and path of each tile of a level with this many hashes."""
    starts = range(0, count, TILE_WIDTH)
    return [(first, numbered(first // TILE_WIDTH, min(TILE_WIDTH, count - first))) for first in starts]


def read_entries(export: Path, size: int) -> list[bytes]:
    entries = []
    for first, path in numbered_all(size):
        bundle = read(export / "tile" / "entries" / path)
        at = 0
        while at < len(bundle):
            length = int.from_bytes(bundle[at : at + 2], "big")
            require(at + 2 + length <= len(bundle), f"tile/entries/{path} ends inside an entry")
            entries.append(bundle[at + 2 : at + 2 + length])
            at += 2 + length
        require(len(entries) == min(first + TILE_WIDTH, size), f"tile/entries/{path} has another number of entries")
    return entries


def tree_of(entries: list[bytes]) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    return tree


def verify_tiles(export: Path, entries: list[bytes]) -> int:
    """Each hash of a tile of level l is the root over 256^l entries."""
    count, span, level, tiles = len(entries), 1, 0, 0
    while count:
        for first, path in numbered_all(count):
            last = min(first + TILE_WIDTH, count)
            expected = b"".join(
                tree_of(entries[at * span : (at + 1) * span]).get_root() for at in range(first, last)
            )
            require(
                read(export / "tile" / str(level) / path) == expected,
                f"tile/{level}/{path} does not belong to the entries",
            )
            tiles += 1
        count, span, level = count // TILE_WIDTH, span * TILE_WIDTH, level + 1
    return tiles


def verify(export: Path, log_file: Path, witness_file: Path | None, all_must_cosign: bool) -> str:
    try:
        (log_key,) = read(log_file).decode().split()
        witness_keys = read(witness_file).decode().split() if witness_file else []
        note = read(export / "checkpoint").decode()
        size, root, cosigned = verified_head(note, log_key, witness_keys, all_must_cosign)
    except (ValueError, IndexError) as error:
        raise Refused(f"a key or the checkpoint cannot be read: {error}") from None
    entries = read_entries(export, size)
    recomputed = tree_of(entries).get_root() if entries else hashlib.sha256().digest()
    require(recomputed == root, f"the {size} entries have the root {recomputed.hex()}, the checkpoint {root.hex()}")
    tiles = verify_tiles(export, entries)
    return (
        f"pymerkle: {size} entries have the checkpoint's root; {tiles} tiles and "
        f"{cosigned} of {len(witness_keys)} cosignatures verify"
    )


def main() -> int:
    arguments = [Path(argument) for argument in sys.argv[1:]]
    if not 1 <= len(arguments) <= 3:
        print(__doc__, file=sys.stderr)
        return 2
    export = arguments[0]
    log_file = arguments[1] if len(arguments) > 1 else export / "log.vkey"
    witness_file = arguments[2] if len(arguments) > 2 else export / "witness.vkey"
    if len(arguments) < 3 and not witness_file.exists():
        witness_file = None
    try:
        print(verify(export, log_file, witness_file, len(arguments) == 3))
        return 0
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    except Exception as error:  # A crash of the judge must not look like a verdict.
        print(f"could not be tried: {error!r}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
