"""Sealing: every committed act once, in an order that no late commit can upset, and on disk outside the database."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import psycopg
import pytest
from django.db import connection, transaction

from oneteam.journal.canonical import changes_hash, leaf
from oneteam.journal.merkle import Tree, split
from oneteam.journal.models import Act, Checkpoint, Leaf
from oneteam.journal.notes import open_checkpoint
from oneteam.journal.outside import CheckpointFile
from oneteam.journal.queries import seal_state
from oneteam.journal.tests.kit import World, one, put, rows, running, told, wait_until
from oneteam.kernel.errors import NotReadyError
from oneteam.kernel.ids import uuid7


def sealed_roots(world: World) -> list[int]:
    """Check every checkpoint against the leaves before it, in the database and in the file; return their sizes."""
    leaves = [bytes(found) for found in Leaf.objects.order_by("idx").values_list("leaf", flat=True)]
    assert list(Leaf.objects.order_by("idx").values_list("idx", flat=True)) == list(range(len(leaves)))
    for point in Checkpoint.objects.order_by("size"):
        stated = open_checkpoint(point.note, world.key.public)
        assert (stated.size, stated.root) == (point.size, Tree(leaves[: point.size]).root())
    blocks = list(CheckpointFile(world.file).blocks())
    assert [block.note for block in blocks] == list(Checkpoint.objects.order_by("size").values_list("note", flat=True))
    assert [one for block in blocks for one in split(block.leaves)] == leaves
    return [block.size for block in blocks]


def test_acts_are_sealed_in_stream_order_with_the_digests_of_their_rows(world: World) -> None:
    before = Act.objects.count()
    row = uuid7()
    put(row, "first")
    put(row, "second")
    one()
    assert world.seal() == before + 3
    assert world.seal() == 0
    assert sealed_roots(world)[-1] == before + 3
    plain = Act.objects.get(leaf__idx=before + 2)
    assert bytes(plain.leaf.leaf) == leaf(bytes(plain.hash), changes_hash([]))
    changed = Act.objects.get(leaf__idx=before)
    assert bytes(changed.leaf.leaf) != leaf(bytes(changed.hash), changes_hash([]))
    assert [act.seq for act in Act.objects.filter(stream=row).order_by("leaf__idx")] == [1, 2]


@pytest.mark.parametrize("batch", [1, 3, 4])
def test_a_transaction_larger_than_a_batch_is_sealed_in_several(world: World, batch: int) -> None:
    one()
    world.seal()
    before = sealed_roots(world)
    with transaction.atomic():
        for _ in range(7):
            told()
    assert world.seal(batch=batch) == 7
    sizes = sealed_roots(world)[len(before) - 1 :]
    assert sizes[-1] - sizes[0] == 7
    assert [later - earlier for earlier, later in pairwise(sizes)] == [batch] * (7 // batch) + [7 % batch] * (
        7 % batch > 0
    )


def test_an_open_write_holds_back_what_came_after_it(world: World) -> None:
    world.seal()
    stream = uuid7()
    one(stream)
    with world.connect("app") as slow:
        with slow.transaction():
            slow.execute("SELECT pg_current_xact_id()")
            late = one(stream)
            wait_until(lambda: world.seal(whole=False) == 1)  # the act before it alone
            assert world.seal(whole=False) == 0
        assert world.seal() == 1
    assert Act.objects.get(leaf__idx=Leaf.objects.count() - 1).id == late.id
    sealed_roots(world)


def test_what_the_file_lacks_after_a_crash_is_appended_at_the_next_start(world: World) -> None:
    for _ in range(3):
        one()
        world.seal()
    lines = world.file.read_bytes().splitlines(keepends=True)
    world.file.write_bytes(b"".join(lines[:-2]) + lines[-2][:40])  # two batches lost, one of them half written
    one()
    assert world.seal() == 1
    sealed_roots(world)
    world.file.unlink()
    assert world.seal() == 0
    sealed_roots(world)


def test_only_one_sealer_of_a_city_runs(world: World) -> None:
    first, second = world.sealer(), world.sealer()
    first.step()
    assert not second.start()
    with pytest.raises(NotReadyError, match="Another sealer"):
        second.step()
    first.close()
    wait_until(second.start)  # the server needs a moment to notice that the first has gone
    second.close()


def test_sealing_stops_when_the_tree_beside_the_checkpoint_was_changed(world: World) -> None:
    one()
    world.seal()
    with world.connect() as owner:
        owner.execute("ALTER TABLE journal_checkpoint DISABLE TRIGGER USER")
        owner.execute("UPDATE journal_checkpoint SET edge = sha256(edge) WHERE bit_count(int8send(size)) = 1")
        owner.execute("UPDATE journal_checkpoint SET edge = overlay(edge placing sha256(edge) from 1)")
    one()
    with pytest.raises(NotReadyError, match="another tree"):
        world.seal()


def test_sealing_stops_when_the_database_is_older_than_the_file(world: World) -> None:
    one()
    world.seal()
    one()
    world.seal()
    with world.connect() as owner:
        owner.execute("ALTER TABLE journal_checkpoint DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE journal_leaf DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE journal_act DISABLE TRIGGER USER")
        owner.execute("DELETE FROM journal_act WHERE n = (SELECT max(n) FROM journal_act)")
        owner.execute("DELETE FROM journal_leaf WHERE idx = (SELECT max(idx) FROM journal_leaf)")
        owner.execute("DELETE FROM journal_checkpoint WHERE size = (SELECT max(size) FROM journal_checkpoint)")
    with pytest.raises(NotReadyError, match="older"):
        world.seal()


def test_an_act_slipped_in_behind_the_last_checkpoint_stops_sealing(world: World) -> None:
    one()
    one()
    world.seal()
    with world.connect() as owner:
        owner.execute("ALTER TABLE journal_act DISABLE TRIGGER USER")
        owner.execute(
            "INSERT INTO journal_act SELECT (a).* FROM (SELECT jsonb_populate_record(x, jsonb_build_object("
            "'id', gen_random_uuid(), 'stream', gen_random_uuid(), 'n', x.n - 1)) AS a"
            " FROM journal_act x ORDER BY n DESC LIMIT 1) y"
        )
        owner.execute("ALTER TABLE journal_act ENABLE TRIGGER USER")
    with pytest.raises(NotReadyError, match="oneteam journal adopt"):
        world.seal()


def test_a_batch_is_announced_once_on_the_citys_own_channel(world: World) -> None:
    with world.connect("app") as listener:
        schema = rows("SELECT current_schema()")[0][0]
        listener.execute(f"LISTEN {schema}_sealed")
        with transaction.atomic():
            for _ in range(5):
                told()
        world.seal()
        heard = [notice.payload for notice in listener.notifies(timeout=0.5)]
    # A listener may also hear of an earlier batch: PostgreSQL skips old notices only up to a transaction still at work
    # anywhere in the cluster.
    assert heard[-1] == str(Leaf.objects.count())
    assert len(heard) == len(set(heard))


def test_no_role_but_the_sealer_writes_leaves_and_nobody_changes_them(world: World) -> None:
    one()
    world.seal()
    for role in ("app", "reader", "sealer"):
        with world.connect(role) as other:
            for statement in ("UPDATE journal_leaf SET leaf = leaf", "DELETE FROM journal_checkpoint",
                              "TRUNCATE journal_leaf"):  # fmt: skip
                with pytest.raises(psycopg.Error):
                    other.execute(statement)
            if role != "sealer":
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    other.execute("INSERT INTO journal_leaf (idx, act_id, leaf) VALUES (9, gen_random_uuid(), '')")


def test_slow_and_fast_writers_meet_a_running_sealer_and_nothing_is_lost(world: World) -> None:
    """Real transactions on shared and own streams, some held open, some rolled back, while the sealer runs."""
    world.seal()
    start = Leaf.objects.count()
    shared = [uuid7() for _ in range(3)]
    for stream in shared:
        one(stream)

    def writer(number: int) -> int:
        kept = 0
        try:
            for turn in range(25):
                try:
                    with transaction.atomic():
                        told(shared[(number + turn) % 3] if turn % 2 else None)
                        if number == 0:
                            time.sleep(0.02)
                        if turn % 10 == 9:
                            raise ValueError("rolled back")
                    kept += 1
                except ValueError:
                    pass
        finally:
            connection.close()
        return kept

    with running(world.sealer(batch=7).run):
        with ThreadPoolExecutor(4) as pool:
            kept = sum(pool.map(writer, range(4)))
        wait_until(lambda: not seal_state().unsealed)
    assert Leaf.objects.count() - start == kept + 3
    sealed_roots(world)
    for stream in shared:
        order = [act.seq for act in Act.objects.filter(stream=stream).order_by("leaf__idx")]
        assert order == list(range(1, len(order) + 1))
