"""The tree: every proof of every small tree holds, and no false one does."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneteam.journal.canonical import node
from oneteam.journal.merkle import EMPTY_ROOT, Edge, Tree, extends, includes, split

MOST = 40


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00%d" % at).digest() for at in range(count)]


def by_definition(part: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, word for word."""
    if len(part) <= 1:
        return part[0] if part else hashlib.sha256().digest()
    middle = 1
    while middle * 2 < len(part):
        middle *= 2
    return node(by_definition(part[:middle]), by_definition(part[middle:]))


@pytest.mark.parametrize("size", range(MOST))
def test_roots_of_edge_and_tree_equal_the_definition(size: int) -> None:
    edge = Edge()
    edge.append(leaves(size))
    assert edge.root() == Tree(leaves(size)).root() == by_definition(leaves(size))
    assert Edge.from_bytes(size, edge.to_bytes()).root() == edge.root()


def test_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert hashlib.sha256().digest() == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, MOST))
def test_inclusion_holds_for_every_leaf_and_for_no_other(size: int) -> None:
    tree = Tree(leaves(size))
    root, false = tree.root(), hashlib.sha256(b"false").digest()
    for index, leaf in enumerate(leaves(size)):
        path = tree.inclusion(index)
        assert includes(leaf=leaf, index=index, size=size, path=path, root=root)
        assert not includes(leaf=false, index=index, size=size, path=path, root=root)
        assert not includes(leaf=leaf, index=index, size=size, path=path, root=false)
        assert not includes(leaf=leaf, index=index, size=size, path=[*path, false], root=root)
        if path:
            assert not includes(leaf=leaf, index=index, size=size, path=path[:-1], root=root)
            assert not includes(leaf=leaf, index=index ^ 1, size=size, path=path, root=root)
    assert not includes(leaf=leaves(size)[-1], index=size, size=size, path=tree.inclusion(size - 1), root=root)
    with pytest.raises(IndexError):
        tree.inclusion(size)
    with pytest.raises(IndexError):
        tree.inclusion(-1)


@pytest.mark.parametrize("size", range(1, MOST))
def test_consistency_holds_between_every_two_sizes_and_for_no_other(size: int) -> None:
    tree = Tree(leaves(size))
    root, false = tree.root(), hashlib.sha256(b"false").digest()
    for earlier in range(1, size + 1):
        before = by_definition(leaves(earlier))
        proof = tree.consistency(earlier)
        assert extends(earlier=earlier, earlier_root=before, size=size, root=root, proof=proof)
        assert not extends(earlier=earlier, earlier_root=false, size=size, root=root, proof=proof)
        assert not extends(earlier=earlier, earlier_root=before, size=size, root=false, proof=proof)
        assert not extends(earlier=earlier, earlier_root=before, size=size, root=root, proof=[*proof, false])
        if proof:
            assert not extends(earlier=earlier, earlier_root=before, size=size, root=root, proof=proof[:-1])
    with pytest.raises(IndexError):
        tree.consistency(0)
    with pytest.raises(IndexError):
        tree.consistency(size + 1)
    assert not extends(earlier=size + 1, earlier_root=root, size=size, root=root, proof=[])


@given(st.lists(st.integers(0, 300), max_size=8))
def test_batches_of_any_size_give_the_same_tree(batches: list[int]) -> None:
    whole = leaves(sum(batches))
    edge, start = Edge(), 0
    for count in batches:
        edge = Edge.from_bytes(edge.size, edge.to_bytes())
        edge.append(whole[start : start + count])
        start += count
    assert (edge.size, edge.root()) == (len(whole), Tree(whole).root())


def test_an_edge_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="2 hashes"):
        Edge.from_bytes(3, bytes(32))
    with pytest.raises(ValueError, match="whole number"):
        split(bytes(33))
