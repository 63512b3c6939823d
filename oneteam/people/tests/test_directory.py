"""The directory of units: its pages, its acts and its import, as the pages of every directory work."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oneteam.directories import listing, runner
from oneteam.directories.importing import find_importer
from oneteam.directories.models import ImportRun
from oneteam.directories.taking import check_file, import_data
from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.kernel.errors import TableError
from oneteam.kernel.sheets import read_table
from oneteam.people import acts, units
from oneteam.people.models import Unit
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")

CLERK = operator("clerk")
HEAD = "code,kind,name_zh,name_en,parent,area\n"


def unit(code: str, name: str = "测试", parent: str | None = "U01") -> Unit:
    above = Unit.objects.get(code=parent).id if parent else None
    made = acts.register_unit(
        actor=CLERK, at=AT, code=code, kind="squad", name_zh=name, name_en=f"Test {code}", parent=above, area=None
    )
    return Unit.objects.get(id=made)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def codes(content: str) -> list[str]:
    """Return the codes of a list's rows in their order."""
    rows = re.findall(r'id="units-open-([0-9a-f-]{36})"', content)
    by_id = {str(row.id): row.code for row in Unit.objects.all()}
    return [by_id[row] for row in rows]


def test_list_is_filtered_searched_sorted_and_turned_over(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser("gu.weichen")
    assert codes(page(client, "/directory/units/")) == sorted(Unit.objects.values_list("code", flat=True))
    assert codes(page(client, "/directory/units/?kind=station")) == ["U07", "U08", "U09"]
    assert codes(page(client, "/directory/units/?kind=station&sort=-code")) == ["U09", "U08", "U07"]
    assert codes(page(client, "/directory/units/?q=haitang")) == ["U07"]
    assert codes(page(client, "/directory/units/?q=u07")) == ["U07"]
    assert "remove a filter" in page(browser("gu.weichen", language="en"), "/directory/units/?q=nothing&kind=station")
    assert codes(page(client, "/directory/units/?kind=%00&sort=password&page=x")) == codes(
        page(client, "/directory/units/")
    )
    monkeypatch.setattr(listing, "PAGE_SIZE", 4)
    first, second = page(client, "/directory/units/"), page(client, "/directory/units/?page=2")
    assert (codes(first), codes(second)) == (["U01", "U02", "U03", "U04"], ["U05", "U06", "U07", "U08"])
    assert 'href="?page=2"' in first
    assert 'href="?page=1"' in second


def test_list_of_thirty_rows_costs_what_one_row_costs() -> None:
    client = browser("gu.weichen")
    page(client, "/directory/units/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(codes(page(client, "/directory/units/?q=U07"))) == 1
    for number in range(30):
        unit(f"T{number:02}", "测试大队")
    with CaptureQueriesContext(connection) as thirty:
        assert len(re.findall("units-open-", page(client, "/directory/units/?q=测试大队"))) == 30
    # codes() itself asks once in the first case.
    assert len(thirty.captured_queries) == len(one.captured_queries) - 1


def test_files_hold_every_row_of_the_list_and_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser("gu.weichen", language="en")
    unit("T01", "=1+1")
    answer = client.get("/directory/units.csv?sort=-code")
    assert answer["Content-Disposition"] == 'attachment; filename="units.csv"'
    table = read_table(answer.content)
    assert [row.cells["Code"] for row in table.rows][:2] == ["U10", "U09"]
    assert {row.cells["Kind"] for row in table.rows} >= {"Bureau", "Brigade"}
    book = read_table(browser("gu.weichen").get("/directory/units.xlsx?q=T01").content)
    assert [row.cells["机构"] for row in book.rows] == ["=1+1"]
    monkeypatch.setattr(listing, "EXPORT_LIMIT", 3)
    assert client.get("/directory/units.csv").status_code == 400
    assert client.get("/directory/units.csv?kind=station").status_code == 200


def test_page_of_an_object_shows_facts_history_and_who_may_what_acts() -> None:
    row = Unit.objects.get(code="U07")
    content = page(browser("gu.weichen", language="en"), f"/directory/units/{row.id}/")
    assert "Haitang Joint Station" in content
    assert "Unit U07 registered" in content
    assert "Correct unit" in content
    assert "Correct unit" not in page(browser("shen.yulan", language="en"), f"/directory/units/{row.id}/")
    assert browser("gu.weichen").get("/directory/units/0199aaaa-0000-7000-8000-000000000001/").status_code == 404
    assert browser("gu.weichen").get("/directory/nothing/").status_code == 404


def test_act_by_its_form_changes_the_object_and_stands_in_its_history() -> None:
    row, client = Unit.objects.get(code="U07"), browser("gu.weichen", language="en")
    address = f"/directory/units/{row.id}/correct/"
    content = page(client, address)
    assert f'value="{row.name_zh}"' in content
    seen = re.search(r'name="seen" value="([0-9a-f-]{36})"', content)
    assert seen
    values = {"name_zh": "海棠站", "name_en": "Haitang", "parent": str(row.parent_id), "seen": seen[1]}
    answer = client.post(address, values)
    assert answer["Location"] == f"/directory/units/{row.id}/"
    row.refresh_from_db()
    assert (row.name_zh, row.name_en) == ("海棠站", "Haitang")
    act = Act.objects.get(kind="unit.corrected")
    assert (act.stream, act.payload["changed"]) == (row.id, ["name_en", "name_zh"])
    again = client.post(address, {**values, "name_zh": "海棠"})
    assert again.status_code == 422, "the form was filled from what is no longer so"
    assert "changed this meanwhile" in again.content.decode()
    assert 'value="海棠"' in again.content.decode(), "what was typed is kept"
    newer = re.search(r'name="seen" value="([0-9a-f-]{36})"', again.content.decode())
    assert newer
    assert client.post(address, {**values, "name_zh": "海棠", "seen": newer[1]}).status_code == 302


def test_faulty_form_and_refused_act_keep_what_was_typed() -> None:
    bureau, client = Unit.objects.get(code="U01"), browser("gu.weichen", language="en")
    station = Unit.objects.get(code="U07")
    address = f"/directory/units/{bureau.id}/correct/"
    seen = re.search(r'name="seen" value="([0-9a-f-]{36})"', page(client, address))
    assert seen
    values = {"name_zh": "局", "name_en": "", "parent": str(station.id), "seen": seen[1]}
    assert client.post(address, values).status_code == 422
    answer = client.post(address, {**values, "name_en": "Bureau"})
    assert answer.status_code == 422
    assert "cannot stand below itself: U01 → U07" in answer.content.decode()
    assert 'value="局"' in answer.content.decode()
    assert not Act.objects.filter(kind="unit.corrected").exists()


def test_new_object_is_registered_from_the_list() -> None:
    client = browser("gu.weichen", language="en")
    assert "Register unit" in page(client, "/directory/units/")
    values = {"code": "S01", "kind": "squad", "name_zh": "一中队", "name_en": "First squad", "parent": "", "area": ""}
    answer = client.post("/directory/units/new/register/", values)
    made = Unit.objects.get(code="S01")
    assert answer["Location"] == f"/directory/units/{made.id}/"
    assert "already" in client.post("/directory/units/new/register/", values).content.decode()


@pytest.mark.parametrize(
    "address", ["/directory/units/new/register/", "/imports/units/", "/imports/units/template.csv"]
)
def test_who_may_only_read_is_turned_away_from_acts_and_imports(address: str) -> None:
    assert browser("shen.yulan").get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_what_belongs_to_a_row_is_no_page_of_the_list() -> None:
    row = Unit.objects.get(code="U07")
    client = browser("gu.weichen")
    assert client.get("/directory/units/new/correct/").status_code == 404
    assert client.get(f"/directory/units/{row.id}/register/").status_code == 404
    assert client.get(f"/directory/units/{row.id}/nothing/").status_code == 404


def test_index_names_what_the_post_may_see() -> None:
    content = page(browser("gu.weichen", language="en"), "/directory/")
    assert "/directory/units/" in content
    assert "/imports/units/" in content
    other = page(browser("bao.zhengheng", language="en"), "/directory/")
    assert "/directory/units/" in other
    assert "/imports/" not in other


# The import ---------------------------------------------------------------------------------------------------------


def faults(rows: str) -> list[str]:
    with pytest.raises(TableError) as caught:
        check_file(find_importer("units"), actor=CLERK, at=AT, data=f"{HEAD}{rows}".encode())
    return [f"{fault.line}:{fault.column} {fault.problem}; {fault.suggestion}" for fault in caught.value.faults]


def test_units_are_taken_after_those_they_belong_to_whatever_their_order() -> None:
    rows = "T3,squad,丙,,T2,\nT2,squad,乙,,T1,A1\nT1,大队,甲,First,U01,\n"
    assert import_data(find_importer("units"), actor=CLERK, at=AT, data=f"{HEAD}{rows}".encode()).taken == 3
    third = Unit.objects.select_related("parent__parent__parent").get(code="T3")
    assert third.parent is not None
    assert third.parent.parent is not None
    assert third.parent.parent.parent is not None
    assert third.parent.parent.parent.code == "U01"
    assert (third.name_en, third.parent.parent.kind, third.parent.parent.name_en) == ("丙", "brigade", "First")


def test_circle_is_refused_wherever_it_closes() -> None:
    assert faults("T1,squad,甲,,T2,\nT2,squad,乙,,T1,\nT3,squad,丙,,T2,\n") == [
        "2:parent the unit would belong to itself; name another unit above it",
        "3:parent the unit would belong to itself; name another unit above it",
    ]
    assert faults("T1,squad,甲,,T1,\n") == ["2:parent the unit would belong to itself; name another unit above it"]


def test_unknown_parents_areas_and_kinds_name_the_nearest_known_one() -> None:
    assert faults("T1,squad,甲,,U011,\nT2,squad,乙,,,A\n") == [
        "2:parent there is no unit U011; did you mean U01?",
        "3:area there is no area A; did you mean A5?",
    ]
    assert faults("T1,squat,甲,,,\nU07,squad,乙,,,\n")[0].startswith(
        "2:kind “squat” is not known here; did you mean squad"
    )
    told = faults("T1,squat,甲,,U01,\nU07,squad,乙,,,\nT2,squad,丙,,T1,\n")
    assert [line.split(" ")[0] for line in told] == ["2:kind", "3:code"], "in one round, and T1 is no unknown unit"
    assert faults("U07,squad,乙,,,\n") == [
        "2:code unit U07 is registered already; leave the row out, or correct the unit on its page"
    ]


def test_upload_is_checked_shown_confirmed_and_taken() -> None:
    client = browser("gu.weichen", language="en")
    assert "Chinese name" in page(client, "/imports/units/")
    assert client.post("/imports/units/", {}).status_code == 422
    file = SimpleUploadedFile("units.csv", f"{HEAD}T1,squad,甲,,U01,\n".encode())
    address = client.post("/imports/units/", {"file": file})["Location"]
    assert "hx-trigger" in page(client, address)
    assert browser("shen.yulan").get(address).status_code == 404, "the upload of somebody else"
    runner.work()
    assert "1 row can be imported" in page(client, address)
    assert not Unit.objects.filter(code="T1").exists()
    assert client.post(f"{address}confirm/")["Location"] == address
    runner.work()
    content = page(client, address)
    assert "1 rows taken, 0 known before" in content
    assert 'href="/directory/units/"' in content
    assert Act.objects.get(kind="import.done").actor == actor("gu.weichen").reference
    assert "units.csv" in page(client, "/directory/")


def test_refused_upload_lists_line_column_problem_and_what_to_do() -> None:
    client = browser("gu.weichen", language="en")
    file = SimpleUploadedFile("units.csv", f"{HEAD}T1,squat,甲,,U01,\n".encode())
    address = client.post("/imports/units/", {"file": file})["Location"]
    runner.work()
    content = page(client, address)
    assert "“squat” is not known here" in content
    assert client.post(f"{address}confirm/").status_code == 409
    table = read_table(client.get(f"{address}faults.csv").content)
    assert [(row.cells["Line"], row.cells["Column"]) for row in table.rows] == [("2", "kind")]
    assert ImportRun.objects.get().content is None


def test_templates_are_for_the_reader() -> None:
    table = read_table(browser("gu.weichen").get("/imports/units/template.xlsx").content)
    assert table.columns == ("编码", "种类", "中文名称", "英文名称", "隶属", "片区")
    assert (
        read_table(browser("gu.weichen", language="en").get("/imports/units/template.csv").content).columns[0] == "Code"
    )


def test_correcting_a_unit_records_only_what_changes() -> None:
    row = Unit.objects.get(code="U07")
    units.correct_unit(
        actor=CLERK, at=AT, unit=row.id, name_zh=row.name_zh, name_en=row.name_en, parent=row.parent_id
    )  # fmt: skip
    assert not Act.objects.filter(kind="unit.corrected").exists()
