"""The Merkle tree over sealed acts (RFC 9162, section 2.1): appending, roots, proofs and their checking.

A tree is given either as its edge (the roots of its full subtrees, enough to append and to sign) or as its levels (all
its nodes, needed for proofs). A node without a sibling is carried up unchanged, which gives the tree of the RFC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from oneteam.journal.canonical import node

HASH_BYTES = 32
EMPTY_ROOT = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


@dataclass(slots=True)
class Edge:
    """A tree of `size` leaves that can grow: one root per bit of the size, the largest subtree first."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def append(self, leaves: Iterable[bytes]) -> None:
        """Put leaves behind the last one."""
        roots = self.roots
        for leaf in leaves:
            roots.append(leaf)
            full = self.size
            while full & 1:
                right = roots.pop()
                roots[-1] = node(roots[-1], right)
                full >>= 1
            self.size += 1

    def root(self) -> bytes:
        """Return the tree's root; of the empty tree the hash of nothing."""
        if not self.roots:
            return EMPTY_ROOT
        found = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            found = node(left, found)
        return found

    def to_bytes(self) -> bytes:
        """Return the roots one behind the other, as a checkpoint keeps them."""
        return b"".join(self.roots)

    @classmethod
    def from_bytes(cls, size: int, stored: bytes) -> "Edge":
        """Read what `to_bytes` wrote; ValueError when it cannot belong to a tree of this size."""
        if len(stored) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"the edge of {size} leaves has {size.bit_count()} hashes, not {len(stored)} bytes")
        return cls(size, split(stored))


def split(stored: bytes) -> list[bytes]:
    """Cut a string of hashes into single ones; ValueError when it does not come out even."""
    if len(stored) % HASH_BYTES:
        raise ValueError(f"{len(stored)} bytes are no whole number of hashes")
    return [stored[start : start + HASH_BYTES] for start in range(0, len(stored), HASH_BYTES)]


class Tree:
    """A whole tree in memory (about 130 bytes a leaf), for proofs."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = list(leaves)
        self.size = len(level)
        self._levels = [level]
        while len(level) > 1:
            above = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            if len(level) & 1:
                above.append(level[-1])
            self._levels.append(above)
            level = above

    def root(self) -> bytes:
        """Return the root over all leaves."""
        return self._levels[-1][0] if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """Return the path that proves leaf `index` (from 0); IndexError when there is no such leaf."""
        if not 0 <= index < self.size:
            raise IndexError(f"no leaf {index} in a tree of {self.size}")
        path = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                path.append(level[sibling])
            index >>= 1
        return path

    def consistency(self, earlier: int) -> list[bytes]:
        """Return the proof that the tree of the first `earlier` leaves is a beginning of this one.

        IndexError unless 0 < earlier <= size; between equal trees the proof is empty.
        """
        if not 0 < earlier <= self.size:
            raise IndexError(f"no earlier tree of {earlier} leaves in one of {self.size}")
        return self._subproof(earlier, 0, self.size, known=True)

    def _subproof(self, earlier: int, start: int, end: int, *, known: bool) -> list[bytes]:
        if earlier == end - start:
            return [] if known else [self._over(start, end)]
        middle = 1 << (end - start - 1).bit_length() - 1
        if earlier <= middle:
            return [*self._subproof(earlier, start, start + middle, known=known), self._over(start + middle, end)]
        rest = self._subproof(earlier - middle, start + middle, end, known=False)
        return [*rest, self._over(start, start + middle)]

    def _over(self, start: int, end: int) -> bytes:
        """Return the root of leaves start..end, a range that the recursion of the RFC met: a node of some level."""
        height = (end - start - 1).bit_length()
        return self._levels[height][start >> height]


def includes(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether the path proves that `leaf` is number `index` (from 0) of the `size` leaves under `root`."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def extends(*, earlier: int, earlier_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows the tree of `earlier` leaves to be a beginning of the one of `size` leaves."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and earlier_root == root
    hashes = list(proof)
    if earlier & (earlier - 1) == 0:
        hashes.insert(0, earlier_root)
    if not hashes:
        return False
    place, last = earlier - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node(sibling, old), node(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == earlier_root and new == root
