"""A migration of a city with a journal runs under an act, and never over rows that no act explains."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from django.db import connection
from django.test import override_settings

from oneteam import places
from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.kernel.errors import NotReadyError
from oneteam.server import readiness
from oneteam.server.access import administrator
from oneteam.server.testing import data
from oneteam.server.upgrade import SYSTEM_STREAM, guarded, unexplained, upgrade

AT = datetime(2026, 11, 25, 2, tzinfo=UTC)
ACTOR = operator("tester")


class City(Protocol):
    """What the fixture `city` of the root conftest gives."""

    name: str

    def act_as(self, role: str) -> None: ...


KNOWN = sorted(path.stem for path in (Path(places.__file__).parent / "migrations").glob("0*.py"))
NEXT = f"{len(KNOWN) + 1:04}_note"
# The room's own migrations and one more, which changes the shape of rows that stand already.
MIGRATIONS = {
    "__init__.py": "",
    **{
        f"{name}.py": f"""
from importlib import import_module
Migration = import_module("oneteam.places.migrations.{name}").Migration
"""
        for name in KNOWN
    },
    f"{NEXT}.py": f"""
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("places", "{KNOWN[-1]}")]
    operations = [migrations.RunSQL("ALTER TABLE places_region ADD COLUMN note text NOT NULL DEFAULT ''")]
""",
}


@pytest.fixture
def grown(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """A founded city for which this program has one more migration."""
    city.act_as("owner")
    (tmp_path / "places_grown").mkdir()
    for name, text in MIGRATIONS.items():
        (tmp_path / "places_grown" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with override_settings(MIGRATION_MODULES={"places": "places_grown"}):
        yield city


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, "places_region")}


def test_upgrade_of_an_up_to_date_city_does_nothing(city: City) -> None:
    city.act_as("owner")
    before = Act.objects.count()
    assert readiness.pending_migrations() == []
    readiness.check_ready()
    assert upgrade(actor=ACTOR, at=AT) == []
    assert Act.objects.count() == before


def test_upgrade_notes_changed_rows_anew_under_one_act(grown: City) -> None:
    with pytest.raises(NotReadyError, match="migrate"):
        readiness.check_ready()
    assert upgrade(actor=ACTOR, at=AT) == [f"places.{NEXT}"]
    assert "note" in columns()
    [act] = Act.objects.filter(kind="system.migrated")
    assert (act.stream, act.actor) == (SYSTEM_STREAM, "operator:tester")
    [[table, rows, before, after]] = act.payload["tables"]
    assert (table, rows) == ("places_region", 1)
    assert before != after
    assert [table.name for table in guarded() if unexplained(table)] == []
    readiness.check_ready()


def test_upgrade_over_a_tampered_row_is_refused_whole(grown: City) -> None:
    with administrator(grown.name, data=data()) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE test.places_place SET name_en = 'Elsewhere' WHERE code = 'C07'")
    with pytest.raises(NotReadyError, match="places_place"):
        upgrade(actor=ACTOR, at=AT)
    assert "note" not in columns()
    assert not Act.objects.filter(kind="system.migrated").exists()


def test_city_migrated_by_a_newer_program_is_not_ready(grown: City) -> None:
    upgrade(actor=ACTOR, at=AT)
    with override_settings(MIGRATION_MODULES={}), pytest.raises(NotReadyError, match=NEXT):
        readiness.check_ready()
