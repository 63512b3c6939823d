"""The directory of matters in the browser's eyes: list, one matter by day, the file."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oneteam.journal.actors import operator
from oneteam.kernel.sheets import read_table
from oneteam.lawbook.catalogue_acts import import_catalogue
from oneteam.lawbook.catalogue_table import parse_catalogue
from oneteam.lawbook.tests.test_catalogue_format import read
from tests.world import AT, browser

pytestmark = pytest.mark.usefixtures("city")


def page(address: str, *, language: str = "en", username: str = "shen.yulan", status: int = 200) -> str:
    answer = browser(username, language=language).get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_list_by_field_kind_words_and_day() -> None:
    assert "662" in page("/matters/")
    found = page("/matters/?field=F29&kind=enforcement")
    assert "F29-001" in found
    assert "F01-001" not in found
    assert "F01-001" in page("/matters/?q=摆摊")
    assert "F01-001" in page("/matters/?q=stalls+f01")
    assert "F11-001" in page("/matters/?q=F11-001&on=2026-08-15")
    assert "No matter is like that." in page("/matters/?q=F11-001&on=2026-08-14")
    assert "没有这样的事项" in page("/matters/?q=zzz", language="zh-hans")


def test_list_is_paged_and_odd_addresses_are_read_as_nothing() -> None:
    assert "F01-001" in page("/matters/?page=0&on=yesterday&field=F99&sort=x&kind=%00")
    assert "F01-001" not in page("/matters/?page=2")
    assert "F29-" in page("/matters/?sort=-code&kind=enforcement")


def test_matter_shows_bases_ranges_by_party_and_history() -> None:
    shown = page("/matters/F01-001/")
    for words in (
        "Street stalls on pavements", "Order to correct first", "article 16(3)", "up to 50 yuan",
        "on the spot up to 50 yuan", "Local regulation", "The demo city&#x27;s catalogue", "Catalogue loaded from",
    ):  # fmt: skip
        assert words in shown
    chinese = page("/matters/F01-001/", language="zh-hans")
    for words in ("第十六条第三款", "50 元以下", "须先责令改正", "事项目录装入自"):
        assert words in chinese


def test_matter_is_shown_as_of_a_day() -> None:
    assert "no version of this matter is in force" in page("/matters/F11-001/?on=2026-08-14")
    before = page("/matters/F01-021/?on=2021-07-14")
    assert "as of 2021-07-14" in before
    assert "no matter F99-999" in page("/matters/F99-999/", status=404)


def test_new_version_stands_beside_the_old_one() -> None:
    rows = {"valid_to": "2026-12-31"}, {"valid_from": "2027-01-01", "penalties": "fine any 10..20000"}
    import_catalogue(actor=operator("tester"), at=AT, lines=read(*rows), source="t.csv")
    shown = page("/matters/F01-901/?on=2026-12-31")
    assert "until 2026-12-31" in shown
    assert "from 2027-01-01" in shown
    assert "50 to 500 yuan" in shown
    later = page("/matters/F01-901/?on=2027-01-01")
    assert "10 to 20,000 yuan" in later
    assert "on the spot up to 3,000 yuan" in later


def test_every_signed_in_post_reads_it_and_the_public_does_not() -> None:
    assert browser("shen.yulan").get("/matters/").status_code == 200
    assert Client().get("/matters/").status_code == 302


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_is_taken_back_by_the_import(kind: str) -> None:
    answer = browser("shen.yulan").get(f"/matters/catalogue.{kind}")
    assert len(parse_catalogue(read_table(answer.content, name=f"c.{kind}"))) == 707


def test_list_costs_the_same_for_one_row_and_for_fifty() -> None:
    client = browser("shen.yulan")
    counts = []
    for address in ("/matters/?q=F01-001", "/matters/", "/matters/?field=F01"):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    assert len(set(counts)) == 1
