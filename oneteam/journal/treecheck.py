"""Checking the Merkle tree: the leaves against every signed checkpoint, and both against the file outside."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from oneteam.journal.checking import Connection
from oneteam.journal.faults import Fault
from oneteam.journal.merkle import Edge, split
from oneteam.journal.notes import CheckpointText, VerificationKey, open_checkpoint
from oneteam.journal.outside import CheckpointFile
from oneteam.kernel.errors import BadInputError

_LEAVES = "SELECT idx, act_id, leaf FROM journal_leaf ORDER BY idx"
_POINTS = "SELECT size, root, note, edge FROM journal_checkpoint ORDER BY size"


@dataclass(slots=True)
class Outside:
    """What the checkpoint file says: its notes by size, and its leaves in order."""

    notes: dict[int, str] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_outside(path: Path, key: VerificationKey, *, before: int, sealed: int) -> Outside:
    """Read a checkpoint file and check it by itself: whole, signed, its roots over its leaves.

    The sealer goes on meanwhile. What stood in the first `before` bytes when the snapshot was taken must be in it; of
    what came behind only batches up to `sealed`, the snapshot's last checkpoint, are looked at.
    """
    found, edge = Outside(), Edge()
    for block in CheckpointFile(path).blocks():
        if block.at >= before and block.size > sealed:
            continue
        if block.size in found.notes and found.notes[block.size] == block.note:
            continue
        try:
            stated = open_checkpoint(block.note, key)
        except BadInputError as error:
            found.faults.append(Fault(code="signature", size=block.size, detail=str(error)))
            continue
        if block.start != edge.size:
            found.faults.append(Fault(code="file gap", size=block.size, detail=str(edge.size)))
            return found
        leaves = split(block.leaves)
        edge.append(leaves)
        if edge.root() != stated.root:
            found.faults.append(Fault(code="batch", places=(block.start, block.size - 1)))
            return found
        found.leaves.extend(leaves)
        found.notes[block.size] = block.note
    return found


@dataclass(frozen=True, slots=True)
class Point:
    """A stored checkpoint whose signature holds."""

    size: int
    stated: CheckpointText
    edge: bytes


class TreeCheck:
    """One run over all leaves. Faults name acts where they can, else the batch."""

    def __init__(self, connection: Connection, key: VerificationKey, outside: Outside | None) -> None:
        self._connection, self._key, self._outside = connection, key, outside
        self._edge = Edge()
        self._expected = 0
        self._pending: list[tuple[bytes, int]] = []
        self.root = b""

    def run(self) -> Iterator[Fault]:
        """Yield the faults."""
        if self._outside is not None:
            yield from self._outside.faults
        rows = self._connection.cursor(binary=True).execute(_POINTS).fetchall()
        points: list[Point] = []
        for size, root, note, edge in rows:
            try:
                stated = open_checkpoint(note, self._key)
            except BadInputError as error:
                yield Fault(code="signature", size=size, detail=str(error))
                continue
            for name, here, signed in (("size", size, stated.size), ("root", root, stated.root)):
                if here != signed:
                    yield Fault(code="checkpoint", size=size, detail=name)
            points.append(Point(size, stated, edge))
        yield from self._notes({row[0]: row[2] for row in rows})
        yield from self._leaves(points)

    def _notes(self, stored: dict[int, str]) -> Iterator[Fault]:
        """Compare the checkpoints of the database with those of the file."""
        if self._outside is None:
            return
        there = self._outside.notes
        for size in sorted(stored.keys() | there.keys()):
            if size not in stored:
                yield Fault(code="file more", size=size)
            elif size not in there:
                # The sealer writes the file just after the database: the newest may still be on its way.
                if size < max(stored) or size <= max(there, default=0):
                    yield Fault(code="file less", size=size)
            elif stored[size] != there[size]:
                yield Fault(code="file other", size=size)

    def _leaves(self, points: list[Point]) -> Iterator[Fault]:
        waiting = iter(points)
        point = next(waiting, None)
        start = 0
        with self._connection.cursor("leaves", binary=True) as cursor:
            cursor.itersize = 20_000
            for idx, act, leaf in cursor.execute(_LEAVES):
                while point is not None and idx >= point.size:
                    yield from self._reach(point, start)
                    start, point = point.size, next(waiting, None)
                if point is None:
                    yield Fault(code="uncovered", act=act)
                yield from self._take(idx, act, leaf)
        while point is not None:
            yield from self._reach(point, start)
            start, point = point.size, next(waiting, None)
        yield from self._lost(self._expected, len(self._outside.leaves) if self._outside else 0)
        self.root = points[-1].stated.root if points else b""

    def _take(self, idx: int, act: UUID, leaf: bytes) -> Iterator[Fault]:
        yield from self._lost(self._expected, idx)
        there = self._outside.leaves if self._outside else []
        if idx < len(there) and there[idx] != leaf:
            yield Fault(code="outside", act=act, detail=str(idx))
        self._edge.append([leaf])
        self._expected = idx + 1

    def _lost(self, start: int, end: int) -> Iterator[Fault]:
        """Name places where no leaf stands; go on with what the file has there."""
        there = self._outside.leaves if self._outside else []
        for idx in range(start, end):
            yield Fault(code="missing", places=(idx, idx), detail=str(idx))
            self._edge.append(there[idx : idx + 1])
        self._expected = max(self._expected, end)

    def _reach(self, point: Point, start: int) -> Iterator[Fault]:
        """Compare the tree with a checkpoint; after a fault go on from the signed tree, so that one fault stays one."""
        yield from self._lost(self._expected, point.size)
        signed: Edge | None
        try:
            signed = Edge.from_bytes(point.size, point.edge)
        except ValueError:
            signed = None
        if signed is None or signed.root() != point.stated.root:
            yield Fault(code="checkpoint", size=point.size, detail="edge")
            signed = None
        if self._edge.size != point.size or self._edge.root() != point.stated.root:
            yield Fault(code="batch", places=(start, point.size - 1))
            if signed is not None:
                self._edge = signed
