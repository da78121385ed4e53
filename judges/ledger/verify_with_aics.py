#!/usr/bin/env python3
"""Verifies an exported ledger with aics-tlog, a verifier of C2SP logs from PyPI.

    verify_with_aics.py EXPORT [LOG_VKEY [WITNESS_VKEY]]

Checks the checkpoint's signature and cosignatures, every tile and every entry against the checkpoint, and proofs of
some entries and of an older size. Without LOG_VKEY the key file in the export is used: that shows that the export is
whole, not that it comes from whom it says. Every witness in WITNESS_VKEY (one key a line) must have cosigned; of those
in the export's own witness.vkey each may, and a cosignature that is there must verify. Exit 0: everything verifies. 1:
something does not, and one sentence says what. 2: it could not be tried.
"""

import sys
from pathlib import Path

from aics_tlog import (
    FileSystemTileReader,
    VerifiedTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    leaf_hash,
    parse_note,
    parse_vkey,
    tree_root_from_tiles,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
)


class Refused(Exception):
    """Something does not verify."""


def keys(path: Path) -> list:
    """One key for each line of a file."""
    return [parse_vkey(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def verify(export: Path, log_file: Path, witness_file: Path | None, all_must_cosign: bool) -> str:
    try:
        (log_key,) = keys(log_file)
        witness_keys = keys(witness_file) if witness_file else []
        note = parse_note((export / "checkpoint").read_bytes())
    except (ValueError, OSError) as error:
        raise Refused(f"a key or the checkpoint cannot be read: {error}") from None
    quorum = len(witness_keys) if all_must_cosign else 0
    checkpoint = verify_checkpoint(note, log_key, witness_keys, quorum=quorum, expected_origin=log_key.name)
    if not checkpoint.ok:
        raise Refused(f"the checkpoint does not verify: {checkpoint.error}")

    size, root = checkpoint.size, checkpoint.root
    reader = FileSystemTileReader(export)
    try:
        audit = audit_tiles(reader, size, root)
        verify_some_proofs(VerifiedTileReader(reader, size, root), size, root)
    except (ValueError, LookupError, OSError, RuntimeError) as error:
        raise Refused(f"the tiles or entries do not belong to the checkpoint: {error}") from None
    return (
        f"aics-tlog: {size} entries, {audit.tiles} tiles, {audit.bundles} bundles and "
        f"{len(checkpoint.witnesses)} of {len(witness_keys)} cosignatures verify"
    )


def verify_some_proofs(reader: VerifiedTileReader, size: int, root: bytes) -> None:
    for index in sorted({0, size // 3, size // 2, size - 1}):
        if 0 <= index < size:
            proof = inclusion_proof_from_tiles(reader, index, size)
            if not verify_inclusion(leaf_hash(reader.entry(index)), index, size, proof, root):
                raise Refused(f"entry {index} is not proven to be in the ledger")
    for old_size in sorted({1, size // 3, size // 2, size - 1}):
        if 0 < old_size < size:
            old_root = tree_root_from_tiles(reader, old_size, size)
            proof = consistency_proof_from_tiles(reader, old_size, size)
            if not verify_consistency(old_size, size, old_root, root, proof):
                raise Refused(f"the ledger does not continue its first {old_size} entries")


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
