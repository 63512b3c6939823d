"""A city whose places had one outline without a date keeps them as boundaries."""

from datetime import date

from django.core.management import call_command
from django.db import connection, transaction

from conftest import City
from oneteam.journal.actors import operator
from oneteam.journal.acts import record
from oneteam.kernel.geometry import inside
from oneteam.places.models import Boundary, Edition, Place, Region
from oneteam.server.upgrade import SYSTEM_STREAM, guarded, unexplained, upgrade
from tests.world import AT

CLERK = operator("tester")
RING = [[120.4, 27.4], [120.7, 27.4], [120.7, 27.7], [120.4, 27.7], [120.4, 27.4]]


def test_outlines_of_an_older_city_become_boundaries_from_before_anything_was_recorded(city: City) -> None:
    city.act_as("owner")
    _make_older()
    assert upgrade(actor=CLERK, at=AT)[0] == "places.0002_boundaries"
    [boundary] = Boundary.objects.all()
    community = Place.objects.get(code="C12")
    assert (boundary.place_id, boundary.parent_id) == (community.id, community.parent_id)
    assert (boundary.valid_from, boundary.valid_to) == (date(2020, 1, 1), None)
    assert inside(boundary.outline, 120.5, 27.5)
    assert inside(Region.objects.get().outline, 120.5, 27.5)
    assert [table.name for table in guarded() if unexplained(table)] == []


def _make_older() -> None:
    """Take the room's tables back to their first shape, as the acts of an older program would have left them."""
    with transaction.atomic(), connection.cursor() as cursor:
        _act()
        Boundary.objects.all().delete()
        Edition.objects.all().delete()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("migrate", "places", "0001", verbosity=0, skip_checks=True)
        cursor.execute("UPDATE places_region SET outline = %s::jsonb", [str(RING)])
        cursor.execute("UPDATE places_place SET outline = %s::jsonb WHERE code = 'C12'", [str(RING)])
        for table, code in (("places_region", 40), ("places_place", 41)):
            cursor.execute("SELECT journal_renote(%s, %s::smallint, '{}'::text[])", [table, code])


def _act() -> None:
    payload: dict[str, list[str]] = {"migrations": [], "tables": []}
    record(kind="system.migrated", actor=CLERK, at=AT, stream=SYSTEM_STREAM, payload=payload)
