"""The city's catalogue: founded from the law packs, imported all or nothing by one act, exported, asked by day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from oneteam.journal.actors import Actor, ActorKind, operator
from oneteam.journal.models import Act
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError, NotReadyError, TableError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook import catalogue_console as console
from oneteam.lawbook.acts import set_setting
from oneteam.lawbook.catalogue import catalogue, field_name, matter_name, matters
from oneteam.lawbook.catalogue_acts import import_catalogue, load_packs
from oneteam.lawbook.catalogue_table import cells_of
from oneteam.lawbook.checks import checks
from oneteam.lawbook.layers import pack_catalogue
from oneteam.lawbook.models import CatalogueRow
from oneteam.lawbook.penalties import FineRange
from oneteam.lawbook.queries import matter, on_the_spot_limit, setting, statute
from oneteam.lawbook.tests.test_catalogue_format import ROW, read, sheet

AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
DAY = date(2026, 11, 25)
KEEPER = operator("tester")


def take(*rows: dict[str, str], reason: str = "", dry_run: bool = False) -> tuple[int, int]:
    done = import_catalogue(
        actor=KEEPER, at=AT, lines=read(*rows), source="t.csv", reason=reason, dry_run=dry_run
    )  # fmt: skip
    return done.added, done.changed


def refused(*rows: dict[str, str], reason: str = "") -> list[str]:
    before = (Act.objects.count(), CatalogueRow.objects.count())
    with override("en"), pytest.raises(TableError) as error:
        take(*rows, reason=reason)
    assert (Act.objects.count(), CatalogueRow.objects.count()) == before
    return [str(fault) for fault in error.value.faults]


def test_founded_city_holds_every_row_of_its_packs(city: object) -> None:
    assert catalogue().ids.keys() == pack_catalogue(("cn", "cn-33", "demo")).keys()
    assert len(catalogue().transfers) == 1
    assert load_packs(actor=KEEPER, at=AT).act is None
    assert console.findings(on=DAY) == []
    assert {each.check for each in console.findings(on=date(2020, 1, 31))} >= {"CAT-05"}


def test_matter_is_asked_by_day(city: object) -> None:
    stall = matter("F01-001", DAY)
    assert stall.two_step
    assert stall.fine_range("citizen", DAY) == FineRange(Decimal(0), Decimal(50))
    assert stall.bases_on(DAY)[0].label.zh == "《浙江省城市市容和环境卫生管理条例》第十六条第三款"
    assert matter("F11-001", date(2026, 8, 15)).kinds(DAY) == {"fine", "suspend_business"}
    with override("en"), pytest.raises(MissingError, match="no matter F11-001 on 2026-08-14"):
        matter("F11-001", date(2026, 8, 14))
    assert statute("噪声污染防治法", date(2026, 8, 14)) is not None
    assert statute("噪声污染防治法", date(2026, 8, 15)) is None


def test_limit_on_the_spot_follows_the_setting_for_individual_businesses(city: object) -> None:
    assert on_the_spot_limit("citizen", DAY) == 200
    assert on_the_spot_limit("other_organisation", DAY) == 3000
    assert on_the_spot_limit("individual_business", DAY) == 200
    set_setting(
        actor=KEEPER, at=AT, name="individual_business.on_the_spot", value="organisation", mark="U", basis="decision"
    )
    assert on_the_spot_limit("individual_business", DAY) == 3000
    assert on_the_spot_limit("individual_business", date(2021, 7, 14)) == 1000
    with pytest.raises(BadInputError):
        set_setting(actor=KEEPER, at=AT, name="individual_business.on_the_spot", value="firm", mark="U", basis="b")
    assert setting("individual_business.fine_range") == "citizen"
    with pytest.raises(NotReadyError, match="1990-01-01"):
        on_the_spot_limit("citizen", date(1990, 1, 1))


def test_import_is_one_act_and_is_read_at_once(city: object) -> None:
    before = Act.objects.count()
    assert take({}, {"code": "F01-902", "name_en": "Another"}) == (2, 0)
    assert Act.objects.count() == before + 1
    payload = Act.objects.get(kind="catalogue.loaded", payload__source="t.csv").payload
    assert (payload["rows"], payload["added"], len(payload["digest"])) == (2, 2, 64)
    assert matters()["F01-902"].name.en == "Another"
    assert matter("F01-901", DAY).fine_range("legal_person", DAY) == FineRange(Decimal(50), Decimal(500))
    assert take({}) == (0, 0)
    assert take({"urgency": "urgent"}) == (0, 1)
    assert load_packs(actor=KEEPER, at=AT).act is None
    assert matters()["F01-901"].urgency == "urgent"


def test_dry_run_tells_and_writes_nothing(city: object) -> None:
    before = Act.objects.count()
    assert take({}, dry_run=True) == (1, 0)
    assert Act.objects.count() == before
    assert "F01-901" not in matters()


def test_import_is_all_or_nothing_and_names_check_and_cure(city: object) -> None:
    [fault] = refused({}, {"code": "F01-902", "basis": "城乡规划发@64"})
    assert fault.startswith("3:basis: CAT-01")
    [fault] = refused({"basis": "浙江省城乡规划条例@60", "penalties": "revoke_business_licence"})
    assert fault.startswith("2:penalties: CAT-02")
    assert "CAT-04" in refused({"penalties": "detention"})[0]


def test_import_that_contradicts_a_law_pack_names_both_lines(city: object) -> None:
    stall = cells_of(matter("F01-001", DAY))
    [fault] = refused({}, {**stall, "penalties": "fine any 0..51"})
    assert fault.startswith("3:penalties: fine any 0..51 lies outside the range (law/cn-33/catalogue.csv, line 2)")
    assert take({**stall, "penalties": "fine any 0..40"}) == (0, 1)
    assert catalogue().layers["F01-001", None] == "city"


def test_new_version_begins_where_the_old_one_ends(city: object) -> None:
    take({})
    [fault] = refused({"valid_from": "2027-01-01"})
    assert "put that version into the file, too" in fault
    ended = {"valid_to": "2026-12-31"}
    assert take(ended, {"valid_from": "2027-01-01", "penalties": "fine any 10..20"}) == (1, 1)
    assert matter("F01-901", date(2026, 12, 31)).fine_range("citizen", DAY) == FineRange(Decimal(50), Decimal(500))
    assert matter("F01-901", date(2027, 1, 1)).fine_range("citizen", DAY) == FineRange(Decimal(10), Decimal(20))


def test_only_the_law_books_keepers_load(city: object) -> None:
    dispatcher = Actor(kind=ActorKind.PERSON, id=str(uuid7()), role="dispatcher")
    with pytest.raises(NotAllowedError):
        import_catalogue(actor=dispatcher, at=AT, lines=read({}), source="t.csv")
    with pytest.raises(Exception, match="without an act"):
        CatalogueRow.objects.update(penalties="fine any 0..1")


@pytest.mark.parametrize("name", ["all.csv", "all.xlsx"])
def test_export_is_taken_back_unchanged(city: object, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    with override("en"):
        assert console.export_file(file) == f"707 matters written to {file}."
        told = list(console.import_file(file, user="t", at=AT))
    assert told == ["707 rows: 0 matters added, 0 changed, the others as they were."]


def test_commands_say_what_they_did(city: object, tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_bytes(sheet(ROW))
    with override("en"):
        assert "nothing was written" in list(console.import_file(file, user="t", at=AT, dry_run=True))[-1]
        assert list(console.import_file(file, user="t", at=AT)) == [
            "1 rows: 1 matters added, 0 changed, the others as they were."
        ]
        with pytest.raises(BadInputError, match="cannot be read"):
            list(console.import_file(tmp_path / "none.csv", user="t", at=AT))
        with pytest.raises(BadInputError, match=r"\.csv or \.xlsx"):
            console.export("all.txt")
        assert console.load(user="t", at=AT) == "The catalogue of 707 matters was already loaded."
        given = {"title": "t", "document": "1号", "approved": "2026-01-01", "first": "2026-02-01", "mark": "U"}
        assert console.transfer("own-2026", **given, last="", user="t", at=AT) == "own-2026 is registered."
        assert "already" in console.transfer("own-2026", **given, last="", user="t", at=AT)
        with pytest.raises(BadInputError):
            console.transfer("own-2026", **given, last="2026-01-31", user="t", at=AT)
    assert catalogue().transfers["own-2026"].span.since == date(2026, 2, 1)


def test_names_cost_no_query_once_the_catalogue_is_kept(city: object) -> None:
    catalogue()
    with CaptureQueriesContext(connection) as captured, override("en"):
        assert matter_name("F01-001") == "Street stalls on pavements and public ground"
        assert field_name("F01") == "city appearance"
        assert len(captured) == 0
        assert matter_name("F01-999") == "F01-999"
    assert len(captured) == 1


def test_validate_runs_over_the_shipped_packs() -> None:
    with override("en"):
        assert "CAT-01 to CAT-07 hold on 2026-11-25" in console.validate(on=DAY)
        with pytest.raises(NotReadyError, match="CAT-05"):
            console.validate(on=date(2020, 1, 31))


def test_list_of_checks_names_the_tests_of_each() -> None:
    tests = console.tests_by_check()
    assert any("test_catalogue_rules.py::test_cat_03_cap_of_a_local_rule" in name for name in tests["CAT-03"])
    assert len(console.checks_table()) == len(checks())
    assert all(tests.get(check) for check in checks() if check.startswith(("CAT-", "DEC-", "FIL-")))
