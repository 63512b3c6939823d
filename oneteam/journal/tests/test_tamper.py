"""Tampering by the owner of the tables, triggers off, hashes recomputed where that helps: each case is named.

The cases stand in tampering.sql; each runs in a city of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any
from uuid import UUID

import pytest

from oneteam.journal.acts import record, write
from oneteam.journal.canonical import leaf as leaf_of
from oneteam.journal.erase import Ground, erase_subject
from oneteam.journal.faults import Fault
from oneteam.journal.merkle import Edge
from oneteam.journal.models import Act, Leaf
from oneteam.journal.state import GuardedTable, guards, state
from oneteam.journal.subjects import find_subject, new_subject, subject_of
from oneteam.journal.tests.kit import (
    CHANGED,
    NOW,
    PROBE,
    PROBE_CODE,
    TESTER,
    Connection,
    World,
    one,
    put,
    rows,
    told,
)
from oneteam.journal.verify import verify
from oneteam.kernel.ids import uuid7

PROBE_TABLE = GuardedTable(PROBE, PROBE_CODE, ("cached",))
TABLES = ("act", "change", "leaf", "checkpoint", "subject", "secret", "blind", "probe")


@dataclass(frozen=True, slots=True)
class Scene:
    """A sealed history to tamper with, and the names that the cases use."""

    world: World
    names: dict[str, Any]

    def faults(self, *, outside: bool = True, tables: Sequence[GuardedTable] = (PROBE_TABLE,)) -> list[Fault]:
        """Return everything that verify and state name."""
        if not outside:
            self.world.file.rename(self.world.file.with_suffix(".away"))
        return [*verify(self.world.file if outside else None, processes=1).faults,
                *state(tables=tables).faults]  # fmt: skip


@write
def _two_rows(stream: UUID) -> UUID:
    act = record(kind=CHANGED.name, actor=TESTER, at=NOW, stream=stream)
    rows(f"INSERT INTO {PROBE} (id, name) VALUES (%s, 'p'), (%s, 'q')", [uuid7(), uuid7()])
    return act.id


@write
def _call(phone: str) -> UUID:
    text, who = new_subject(), subject_of("phone", phone)
    return told(personal={text: {"text": f"call of {phone}"}, who: {"phone": phone}}).id


@pytest.fixture
def scene(world: World) -> Scene:
    row, other = uuid7(), uuid7()
    act = put(row, "one").id
    told_act = one(word="plain").id
    put(other, "another")
    call, second_call = _call("13800000001"), _call("13800000002")
    world.seal()
    later = put(row, "two").id
    single = _two_rows(uuid7())
    gone = _call("13800000003")
    erased = find_subject("phone", "13800000003")
    assert erased is not None
    erase_subject(actor=TESTER, at=NOW, subject=erased, ground=Ground.UNLAWFUL)
    world.seal()
    one(word="last")
    world.seal()
    who, other_who = find_subject("phone", "13800000001"), find_subject("phone", "13800000002")
    size = Leaf.objects.get(act_id=later).idx
    names = {
        "act": act, "next": later, "told": told_act, "row": row, "other": other, "single": single, "call": call,
        "second": second_call, "who": who, "other_who": other_who, "gone": gone,
        "idx": Leaf.objects.get(act_id=act).idx, "told_idx": Leaf.objects.get(act_id=told_act).idx, "size": size,
    }  # fmt: skip
    made = Scene(world, names)
    assert made.faults() == []
    return made


def _off(owner: Connection) -> None:
    for table in TABLES:
        owner.execute(f"ALTER TABLE journal_{table} DISABLE TRIGGER USER".encode())


def _on(owner: Connection) -> None:
    for table in TABLES:
        owner.execute(f"ALTER TABLE journal_{table} ENABLE TRIGGER USER".encode())


REHASH = """
UPDATE journal_act SET hash = sha256('\\x02'::bytea || prev || int8send(seq) || sha256(convert_to(body, 'UTF8')))
WHERE id = %s
"""


def _cases() -> list[tuple[str, tuple[str, ...], str]]:
    text = Path(__file__).with_name("tampering.sql").read_text("utf-8")
    found = []
    for part in re.split(r"^-- (?=[^`\n]* -> )", text, flags=re.MULTILINE)[1:]:
        heading, _newline, body = part.partition("\n")
        case, _arrow, what = heading.partition(" -> ")
        found.append((case, tuple(filter(None, map(str.strip, body.split(";\n")))), what))
    return found


CASES = _cases()


def _named(faults: Sequence[Fault], what: str, names: dict[str, Any]) -> bool:
    if what == "checkpoint":
        return any(fault.size is not None for fault in faults)
    if what == "blind":
        return any(fault.table == "journal_blind" and fault.row for fault in faults)
    return any(str(names[what]) in str(fault) for fault in faults)


def _keep(owner: Connection) -> None:
    for table in TABLES:
        owner.execute(f"CREATE TABLE kept_{table} AS TABLE journal_{table}".encode())


def _put_back(owner: Connection) -> None:
    """Undo a case: every table as it was kept."""
    for table in TABLES:
        owner.execute(f"DELETE FROM journal_{table}".encode())
        owner.execute(f"INSERT INTO journal_{table} OVERRIDING SYSTEM VALUE TABLE kept_{table}".encode())


def test_each_tampering_is_named(scene: Scene) -> None:
    """One city for all cases, put back after each: a city for each would take minutes."""
    unnamed: dict[str, list[str]] = {}
    with scene.world.connect() as owner:
        _keep(owner)
        for case, statements, what in CASES:
            names = {**scene.names, "free": uuid7()}
            _off(owner)
            for statement in statements:
                owner.execute(Template(statement).substitute(names).encode())
            _on(owner)
            faults = scene.faults()
            if not _named(faults, what, names):
                unnamed[case] = [str(fault) for fault in faults]
            _off(owner)
            _put_back(owner)
            _on(owner)
    assert unnamed == {}
    assert scene.faults() == []
    assert len(CASES) > 70


def _rewrite(owner: Connection, scene: Scene) -> None:
    """Change an act and make all fit again: hashes, chain, leaves, roots, edges. Only the signature is lacking."""
    names = scene.names
    owner.execute("UPDATE journal_act SET body = replace(body, 'tester', 'forger'), actor = 'operator:forger'"
                  " WHERE id = %s", [names["act"]])  # fmt: skip
    owner.execute(REHASH, [names["act"]])
    owner.execute("UPDATE journal_act SET prev = (SELECT hash FROM journal_act WHERE id = %s) WHERE id = %s",
                  [names["act"], names["next"]])  # fmt: skip
    owner.execute(REHASH, [names["next"]])
    for act in (names["act"], names["next"]):
        owner.execute(
            "UPDATE journal_leaf SET leaf = sha256('\\x00'::bytea ||"
            " (SELECT hash FROM journal_act WHERE id = act_id) || (SELECT sha256('\\x03'::bytea ||"
            " string_agg(int2send(tbl) || uuid_send(row_id) || convert_to(op, 'UTF8') || int2send(form) || digest,"
            " ''::bytea ORDER BY n)) FROM journal_change c"
            " WHERE c.act_id = journal_leaf.act_id)) WHERE act_id = %s", [act]
        )  # fmt: skip
    leaves = [row[0] for row in owner.execute("SELECT leaf FROM journal_leaf ORDER BY idx")]
    for (size,) in owner.execute("SELECT size FROM journal_checkpoint").fetchall():
        edge = Edge()
        edge.append(leaves[:size])
        owner.execute("UPDATE journal_checkpoint SET root = %s, edge = %s WHERE size = %s",
                      [edge.root(), edge.to_bytes(), size])  # fmt: skip


def test_history_rewritten_with_all_hashes_is_named_by_act_from_the_file_outside(scene: Scene) -> None:
    with scene.world.connect() as owner:
        _off(owner)
        _rewrite(owner, scene)
        _on(owner)
    assert _named(scene.faults(), "act", scene.names)


def test_history_rewritten_with_all_hashes_is_named_by_batch_without_the_file(scene: Scene) -> None:
    with scene.world.connect() as owner:
        _off(owner)
        _rewrite(owner, scene)
        _on(owner)
    faults = scene.faults(outside=False)
    batches = [fault.places for fault in faults if fault.code == "batch" and fault.places]
    assert any(first <= scene.names["idx"] <= last for first, last in batches)


def test_a_whole_file_of_an_object_removed_everywhere_is_named_by_its_places(scene: Scene) -> None:
    ids = list(Act.objects.filter(stream=scene.names["row"]).values_list("id", flat=True))
    places = [scene.names["idx"], scene.names["size"]]
    with scene.world.connect() as owner:
        _off(owner)
        for table, column in (("act", "id"), ("leaf", "act_id"), ("change", "act_id")):
            owner.execute(f"DELETE FROM journal_{table} WHERE {column} = ANY(%s)".encode(), [ids])
        owner.execute("DELETE FROM journal_probe WHERE id = %s", [scene.names["row"]])
        _on(owner)
    missing = [fault.places[0] for fault in scene.faults() if fault.code == "missing" and fault.places]
    assert missing == places


def test_an_act_removed_and_the_sealed_order_closed_up_is_named(scene: Scene) -> None:
    """Everything after it moves up a place: the file outside shows the first act that does not stand where it stood."""
    told_idx = scene.names["told_idx"]
    following = Leaf.objects.get(idx=told_idx + 1).act_id
    with scene.world.connect() as owner:
        _off(owner)
        owner.execute("DELETE FROM journal_act WHERE id = %s", [scene.names["told"]])
        owner.execute("DELETE FROM journal_leaf WHERE idx = %s", [told_idx])
        owner.execute("UPDATE journal_leaf SET idx = -idx WHERE idx > %s", [told_idx])
        owner.execute("UPDATE journal_leaf SET idx = -idx - 1 WHERE idx < 0")
        _on(owner)
    faults = scene.faults()
    assert any(fault.code == "outside" and fault.act == following for fault in faults)
    assert any(fault.code == "missing" for fault in faults)


def _strip(owner: Connection, table: str) -> None:
    """Drop what would keep a forger from writing what he likes, and put the triggers off."""
    constraints = owner.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE (conrelid = %(table)s::regclass AND contype NOT IN ('p', 'n')) OR confrelid = %(table)s::regclass",
        {"table": table},
    ).fetchall()
    for source, constraint in constraints:
        owner.execute(f'ALTER TABLE {source} DROP CONSTRAINT IF EXISTS "{constraint}" CASCADE'.encode())
    indexes = owner.execute(
        "SELECT indexrelid::regclass::text FROM pg_index"
        " WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary",
        [table],
    ).fetchall()
    for (index,) in indexes:
        owner.execute(f"DROP INDEX {index}".encode())
    owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())


def _text_column(owner: Connection, table: GuardedTable) -> str | None:
    row = owner.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s"
        " AND data_type IN ('text', 'character varying') AND column_name <> ALL(%s) ORDER BY ordinal_position LIMIT 1",
        [table.table, list(table.left_out)],
    ).fetchone()
    return row[0] if row else None


def test_real_guarded_tables_name_every_row_that_was_changed_added_or_removed(scene: Scene) -> None:
    """In each guarded table of the city that has rows: one changed, one added, one removed."""
    expected: set[tuple[str, UUID]] = set()
    with scene.world.connect() as owner:
        for table in guards():
            name, column = table.table, _text_column(owner, table)
            ids = [row[0] for row in owner.execute(f"SELECT id FROM {name} ORDER BY id LIMIT 3".encode())]
            if len(ids) < 3 or column is None:
                continue
            _strip(owner, name)
            added = uuid7()
            owner.execute(f"UPDATE {name} SET {column} = {column} || 'x' WHERE id = %s".encode(), [ids[0]])
            owner.execute(
                f"INSERT INTO {name} SELECT (r).* FROM (SELECT jsonb_populate_record(t,"
                f" jsonb_build_object('id', %s::uuid)) r FROM {name} t WHERE id = %s) y".encode(),
                [added, ids[1]],
            )
            owner.execute(f"DELETE FROM {name} WHERE id = %s".encode(), [ids[2]])
            owner.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER".encode())
            expected |= {(name, ids[0]), (name, added), (name, ids[2])}
    assert len(expected) >= 9
    assert expected <= {(fault.table, fault.row) for fault in scene.faults(tables=guards())}


def test_the_leaf_formula_of_the_rewriter_is_the_real_one(scene: Scene) -> None:
    act = Act.objects.get(id=scene.names["told"])
    assert bytes(Leaf.objects.get(act_id=act.id).leaf) == leaf_of(bytes(act.hash), bytes(32))
