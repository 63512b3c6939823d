"""The checkpoint file outside the database: what a stolen or restored database cannot take back.

One line of JSON a batch: `{"leaves": "<base64 of the batch's leaf hashes>", "note": "<signed checkpoint>"}`. A line
torn by a crash is left standing and repeated; readers skip what is no line of ours and see by the sizes that nothing
is missing.
"""

import base64
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from oneteam.journal.merkle import HASH_BYTES

_TAIL = 1 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """One batch: its place in the file, the number of leaves up to its end, its leaf hashes and its signed note.

    `at` is the byte at which its line begins.
    """

    line: int
    at: int
    size: int
    leaves: bytes
    note: str

    @property
    def start(self) -> int:
        """Return the index of the batch's first leaf."""
        return self.size - len(self.leaves) // HASH_BYTES


def _parse(line: int, at: int, raw: bytes) -> Block | None:
    try:
        found = json.loads(raw)
        leaves = base64.b64decode(found["leaves"], validate=True)
        size = int(found["note"].split("\n", 2)[1])
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    if len(leaves) % HASH_BYTES or not 0 < len(leaves) // HASH_BYTES <= size:
        return None
    return Block(line, at, size, leaves, found["note"])


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """The file of one city; only the sealer appends to it."""

    path: Path

    def blocks(self) -> Iterator[Block]:
        """Yield the batches in the order of the file; FileNotFoundError when there is no file."""
        with self.path.open("rb") as file:
            at = 0
            for number, raw in enumerate(file, 1):
                block = _parse(number, at, raw)
                at += len(raw)
                if block is not None:
                    yield block

    def last(self) -> Block | None:
        """Return the last whole batch, None in an empty or missing file. Reads the end of the file only."""
        try:
            with self.path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                length = _TAIL
                while True:
                    start = max(0, end - length)
                    file.seek(start)
                    lines = file.read(end - start).split(b"\n")
                    for raw in reversed(lines if start == 0 else lines[1:]):
                        block = _parse(0, 0, raw)
                        if block is not None:
                            return block
                    if start == 0:
                        return None
                    length *= 4
        except FileNotFoundError:
            return None

    def append(self, batches: Iterable[tuple[bytes, str]]) -> None:
        """Write batches (leaf hashes, signed note) behind the last one; they are on disk when this returns."""
        fresh = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "ab") as file:
            end = os.fstat(descriptor).st_size
            if end and os.pread(descriptor, 1, end - 1) != b"\n":
                file.write(b"\n")
            for leaves, note in batches:
                line = {"leaves": base64.b64encode(leaves).decode(), "note": note}
                file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(descriptor)
        if fresh:
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def set_aside(self, mark: str) -> Path:
        """Rename the file, so that a new one begins; returns where the old one lies now."""
        aside = self.path.with_name(f"{self.path.name}.{mark}")
        if aside.exists():
            raise FileExistsError(aside)
        self.path.rename(aside)
        return aside
