"""The guard: no row changes without an act of the same transaction, and every change is noted."""

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, models, transaction
from django.test.utils import isolate_apps

from oneteam.journal.acts import Recorded, WithoutTransactionError, record
from oneteam.journal.models import Act, Change
from oneteam.journal.state import GuardedTable, state
from oneteam.journal.statements import Part
from oneteam.journal.tests.kit import CHANGED, NOW, PROBE, PROBE_CODE, TESTER, World, one, put, rows, told
from oneteam.kernel.ids import uuid7

with isolate_apps("oneteam.journal"):

    class Probe(models.Model):
        """The probe table as Django sees it; unknown to the rest of the program."""

        id = models.UUIDField(primary_key=True, default=uuid7)
        name = models.TextField()
        number = models.IntegerField(null=True)
        cached = models.TextField(null=True)
        objects: ClassVar[models.Manager["Probe"]] = models.Manager()

        class Meta:
            managed = False
            app_label = "journal"
            db_table = PROBE


def _save() -> None:
    Probe(name="a").save()


def _bulk() -> None:
    Probe.objects.bulk_create([Probe(name="a"), Probe(name="b")])


def _upsert() -> None:
    Probe.objects.bulk_create(
        [Probe(name="a")], update_conflicts=True, unique_fields=["id"], update_fields=["name"]
    )  # fmt: skip


def _update() -> None:
    Probe.objects.update(name="b")


def _delete() -> None:
    Probe.objects.all().delete()


def _copy() -> None:
    from django.db import connection  # noqa: PLC0415 -- the cursor below it is psycopg's own

    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {PROBE} (id, name) FROM STDIN") as copy:
        copy.write_row((str(uuid7()), "copied"))


def _merge() -> None:
    rows(
        f"MERGE INTO {PROBE} p USING (VALUES ('{uuid7()}'::uuid, 'm')) v (id, name) ON p.id = v.id"
        " WHEN MATCHED THEN UPDATE SET name = v.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (v.id, v.name)"
    )


def _cte() -> None:
    rows(f"WITH x AS (INSERT INTO {PROBE} (id, name) VALUES ('{uuid7()}', 'c') RETURNING id) SELECT * FROM x")


WAYS = [_save, _bulk, _upsert, _update, _delete, _copy, _merge, _cte]


def noted() -> int:
    return Change.objects.filter(tbl=PROBE_CODE).count()


def probes() -> list[tuple[object, ...]]:
    return rows(f"SELECT id, name, number FROM {PROBE} ORDER BY id")


def unexplained() -> list[str]:
    return list(state(tables=[GuardedTable(PROBE, PROBE_CODE, ("cached",))]).lines())


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_way_of_writing_passes_without_an_act(world: World, way: Callable[[], None]) -> None:
    put(uuid7(), "there")
    before, count = probes(), noted()
    with pytest.raises((DatabaseError, psycopg.DatabaseError), match="without an act"), transaction.atomic():
        way()
    assert (probes(), noted()) == (before, count)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_of_writing_passes_under_an_act_and_is_noted(world: World, way: Callable[[], None]) -> None:
    put(uuid7(), "there")
    count = noted()
    with transaction.atomic():
        act = told()
        way()
    assert noted() > count
    assert set(Change.objects.filter(tbl=PROBE_CODE).order_by("-n").values_list("act_id", flat=True)[:1]) == {act.id}
    assert unexplained() == []


def test_the_act_of_an_earlier_transaction_does_not_serve(world: World) -> None:
    one()
    with pytest.raises(DatabaseError, match="without an act"):
        _save()


def test_an_act_whose_savepoint_was_rolled_back_does_not_serve(world: World) -> None:
    def rolled_back() -> None:
        with transaction.atomic():
            told()
            raise LookupError

    with transaction.atomic():
        with pytest.raises(LookupError):
            rolled_back()
        with pytest.raises(DatabaseError, match="without an act"), transaction.atomic():
            _save()


def test_act_and_rows_in_two_savepoints_belong_together(world: World) -> None:
    with transaction.atomic():
        with transaction.atomic():
            told()
        with transaction.atomic():
            _save()
    assert unexplained() == []


def test_rows_are_noted_under_the_last_act_before_them(world: World) -> None:
    with transaction.atomic():
        first = told()
        _save()
        second = told()
        _save()
    acts = Change.objects.filter(tbl=PROBE_CODE).order_by("n").values_list("act_id", flat=True)
    assert list(acts) == [first.id, second.id]


def along(row: UUID) -> Recorded:
    """Record an act with one row of the probe table in the same statement."""
    insert = f"INSERT INTO {PROBE} (id, name) VALUES (%s, (SELECT kind FROM act)) RETURNING name"
    return record(
        kind=CHANGED.name, actor=TESTER, at=NOW, stream=uuid7(), along=[Part("probe", insert, [row], "name")]
    )  # fmt: skip


def test_rows_that_go_along_with_an_act_are_noted_under_it_and_fall_with_it(world: World) -> None:
    row = uuid7()
    with transaction.atomic():
        first = along(row)
    assert first.along == {"probe": CHANGED.name}
    assert list(Change.objects.filter(tbl=PROBE_CODE).values_list("act_id", "row_id")) == [(first.id, row)]
    with pytest.raises(DatabaseError, match="duplicate key"), transaction.atomic():
        along(row)
    assert Act.objects.filter(kind=CHANGED.name).count() == 1
    assert unexplained() == []


def test_a_statement_that_touches_no_row_needs_no_act(world: World) -> None:
    Probe.objects.filter(name="nobody").update(name="x")
    Probe.objects.filter(name="nobody").delete()
    assert noted() == 0


def test_a_left_out_column_changes_no_digest_and_still_needs_an_act(world: World) -> None:
    row = uuid7()
    put(row, "a")
    with pytest.raises(DatabaseError, match="without an act"):
        Probe.objects.filter(id=row).update(cached="x")
    with transaction.atomic():
        told()
        Probe.objects.filter(id=row).update(cached="x")
    digests = list(Change.objects.filter(row_id=row).values_list("digest", flat=True))
    assert len({bytes(digest or b"") for digest in digests}) == 1


_DIGEST = """
SELECT journal_row_digest(source, left_out) = sha256(convert_to((
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(source)
    WHERE value <> 'null' AND key <> ALL (left_out)
  )::text, 'UTF8'))
FROM (SELECT %s::jsonb AS source, %s::text[] AS left_out) AS given
"""


@pytest.mark.parametrize(
    "source",
    [
        "{}",
        '{"id": 1, "name": null}',
        '{"name": null, "cached": null}',
        '{"bb": 1, "a": "ä\\u0001", "ccc": 1.10, "cached": [1, 2]}',
        '{"list": [], "object": {}, "deep": {"a": {"b": [{"c": "null"}]}}}',
        '{"a": {"b": null}, "c": null}',
        '{"a": {"b": {"c": {"d": null}}}}',
        '{"a": [null]}',
        '{"a": [[{"b": [null, 1]}]], "c": null, "cached": {"x": null}}',
        '{"cached": {"x": null}}',
    ],
)
@pytest.mark.parametrize("left_out", [[], ["cached"], ["cached", "a", "none"]])
def test_a_digest_leaves_out_nulls_of_the_top_level_only(world: World, source: str, left_out: list[str]) -> None:
    assert rows(_DIGEST, [source, left_out]) == [(True,)]


def test_the_id_of_a_row_cannot_change_and_a_table_cannot_be_emptied_at_once(world: World) -> None:
    put(uuid7(), "a")
    for statement in (f"UPDATE {PROBE} SET id = gen_random_uuid()", f"TRUNCATE {PROBE}"):
        with pytest.raises(DatabaseError, match=r"cannot change|append-only"):
            _under_an_act(statement)


@transaction.atomic
def _under_an_act(statement: str) -> None:
    told()
    rows(statement)


@pytest.mark.parametrize(
    "settings",
    [
        "SET TimeZone = 'Asia/Shanghai'",
        "SET DateStyle = 'German, DMY'",
        "SET IntervalStyle = 'sql_standard'",
        "SET extra_float_digits = 0",
        "SET bytea_output = 'escape'",
    ],
)
def test_a_sessions_settings_change_no_digest(world: World, settings: str) -> None:
    row = uuid7()
    with world.connect("app") as other:
        other.execute(settings.encode())
        put(row, "a")
        with transaction.atomic():
            told()
            rows(f"UPDATE {PROBE} SET at = '2026-11-25 04:00:00.5+00', price = 1.10 WHERE id = %s", [row])
        found = other.execute("SELECT digest FROM journal_current(%s, '{cached}') WHERE row_id = %s", [PROBE, row])
        digest = found.fetchone()
    assert digest
    last = Change.objects.filter(row_id=row).order_by("-n")[0]
    assert bytes(last.digest or b"") == digest[0]


def test_a_nullable_column_added_later_changes_no_digest(world: World) -> None:
    put(uuid7(), "a")
    with world.connect() as owner:
        owner.execute(f"ALTER TABLE {PROBE} ADD COLUMN later text".encode())
    assert unexplained() == []


def test_no_role_writes_change_rows_or_calls_itself_an_act(world: World) -> None:
    act = one()
    for role in ("app", "reader", "sealer"):
        with world.connect(role) as other, pytest.raises(psycopg.Error):
            other.execute("INSERT INTO journal_change (act_id, tbl, row_id, op, form) VALUES (%s, 1, %s, 'I', 1)",
                          [act.id, uuid7()])  # fmt: skip
    with pytest.raises(WithoutTransactionError):
        told()


def forged(recorded: str) -> UUID:
    """Insert an act by SQL with another recording time, as an attacker with the app's rights would."""
    act = uuid7()
    rows(
        "INSERT INTO journal_act (id, stream, kind, actor, occurred_at, recorded_at, about, basis, version, body,"
        f" payload, salt) VALUES (%s, %s, 'x', 'y', now(), {recorded}, '{{}}', '{{}}', 1, '{{}}', '{{}}', '')",
        [act, act],
    )
    return act


@pytest.mark.parametrize(
    "recorded", ["now() - interval '1 us'", "now() - interval '1 day'", "clock_timestamp() + interval '301 s'"]
)
def test_an_act_cannot_be_dated_back_or_forward(world: World, recorded: str) -> None:
    with pytest.raises(DatabaseError, match="must be the database's time"):
        forged(recorded)


def test_what_the_trigger_sets_cannot_be_sent(world: World) -> None:
    act = forged("clock_timestamp()")
    rows("INSERT INTO journal_act (id, stream, kind, actor, occurred_at, recorded_at, about, basis, version, body,"
         " payload, salt, n, seq, own, xid, hash, prev) VALUES (%s, %s, 'x', 'y', now(), clock_timestamp(), '{}', '{}',"
         " 1, '{}', '{}', '', 1, 77, '9', '9', '', '')", [second := uuid7(), act])  # fmt: skip
    row = Act.objects.get(id=second)
    first = Act.objects.get(id=act)
    assert (row.seq, bytes(row.prev)) == (2, bytes(first.hash))
    assert row.n > first.n
    assert row.own != 9
