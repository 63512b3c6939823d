"""Directories of things and their imports: two names for one firm, missing codes, licences that overlap, by line."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from oneteam.directories import runner
from oneteam.journal.models import Act
from oneteam.people.models import Unit
from oneteam.things import component_acts
from oneteam.things.models import Component, Device, Licence, Party, Premises
from oneteam.things.tests.making import CLERK, citizen, component, credit, firm, resident, shop
from oneteam.things.tests.test_premises import licence
from tests.pages import costs, faults, open_all, page, take
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")

PREMISES = "credit_code,party,name,address,fields,lon,lat\n"
POINT = "120.522,27.531"
NUMBER = "99038301037000001"


def things(first: int, count: int) -> None:
    for number in range(first, first + count):
        place = shop(firm(number, name=f"试验商行{number}"), name=f"试验店{number}")
        licence(place, number=f"试验{number}")
        component(number, name="试验路灯")
        component_acts.register_device(
            actor=CLERK, at=AT, code=f"R-{number}", kind="recorder", name="试验记录仪", used_from=date(2026, 1, 1),
            unit=Unit.objects.get(code="U07").id,
        )  # fmt: skip


def test_lists_of_things_cost_the_same_for_one_and_thirty() -> None:
    client, names = browser("gu.weichen"), ["parties", "premises", "licences", "components", "devices"]
    things(1, 1)
    one = costs(client, names, "试验")
    things(2, 29)
    assert costs(client, names, "试验") == one
    assert all(page(client, f"/directory/{name}/?q=试验").count(f"{name}-open-") >= 30 for name in names)


def test_every_page_of_things_opens_in_both_languages() -> None:
    things(1, 1)
    unit = Unit.objects.get(code="U07")
    take("devices", f"code,kind,name,unit,used_from,plate\nV-1,vehicle,巡逻车,{unit.code},2026-01-01,浙C12345\n")
    open_all("gu.weichen", ["parties", "premises", "licences", "components", "devices"])


def test_citizen_is_shown_masked_and_corrected_without_showing_what_was_told() -> None:
    client = browser("gu.weichen", language="en")
    values = {"kind": "citizen", "name": "林春生", "phone": "13800138000", "idempotency_key": "k1"}
    made = client.post("/directory/parties/new/register/", values)
    assert made.status_code == 302
    detail = page(client, made["Location"])
    assert "林春生" not in detail
    assert "13800138000" not in detail
    form = page(client, f"{made['Location']}correct/")
    assert "林春生" not in form
    party = Party.objects.get()
    seen = form.split('name="seen" value="')[1][:36]
    assert client.post(f"{made['Location']}correct/", {"phone": "13900139000", "seen": seen}).status_code == 302
    assert Act.objects.get(kind="party.corrected", stream=party.id).payload == {"changed": ["phone"]}


def test_protected_values_are_shown_once_to_who_may_look_and_says_for_what() -> None:
    party = citizen(3)
    base = f"/directory/parties/{party}/"
    client = browser("luo.chengye", language="en")
    assert "Show protected values" in page(client, base)
    assert client.post(f"{base}look/", {"purpose": ""}).status_code == 422
    assert client.post(f"{base}look/", {"purpose": "curiosity"}).status_code == 422
    assert not Act.objects.filter(kind="party.looked_at").exists()
    shown = client.post(f"{base}look/", {"purpose": "identity"}).content.decode()
    for value in ("林小生", resident(3), "13800005602"):
        assert value in shown
    act = Act.objects.get(kind="party.looked_at", stream=party)
    assert (act.payload, act.actor) == ({"purpose": "identity"}, actor("luo.chengye").reference)
    after = page(client, base)
    assert "林小生" not in after
    assert "to make sure who it is" in after, "the look stands in the party's history"


def test_look_at_protected_values_is_refused_to_other_roles_and_where_nothing_is_protected() -> None:
    base = f"/directory/parties/{citizen(3)}/"
    for username in ("fang.xiaohe", "shen.yulan", "gu.weichen", "bao.zhengheng"):
        client = browser(username, language="en")
        assert "Show protected values" not in page(client, base)
        answer = client.post(f"{base}look/", {"purpose": "identity"})
        assert answer.status_code == 403
        assert "林小生" not in answer.content.decode()
    officer = browser("luo.chengye", language="en")
    plain = f"/directory/parties/{firm(1)}/"
    assert "Show protected values" not in page(officer, plain)
    assert officer.post(f"{plain}look/", {"purpose": "identity"}).status_code == 404
    assert officer.post(f"/directory/units/{citizen(4)}/look/", {"purpose": "identity"}).status_code == 404
    assert not Act.objects.filter(kind="party.looked_at").exists()


def test_premises_bring_their_firms_along_and_are_found_by_code() -> None:
    code = credit(1)
    rows = f"{code},海棠甲店,甲一店,海棠路 1 号,F03 F12,{POINT}\n{code},,甲二店,海棠路 3 号,,{POINT}\n"
    assert take("premises", PREMISES + rows) == 2
    firm_row = Party.objects.get(credit_code=code)
    assert (firm_row.name, firm_row.premises.count()) == ("海棠甲店", 2)
    assert Act.objects.filter(kind="premises.registered").count() == 2
    assert Act.objects.get(kind="import.done").payload["taken"] == 2
    assert "甲二店" in page(browser("shen.yulan"), f"/directory/premises/?q={code.lower()}")


def test_premises_are_refused_by_line_two_names_no_code_no_place() -> None:
    firm(1, name="旧名公司")
    one, two = credit(1), credit(2)
    rows = (
        f"{one},另名公司,店,海棠路 1 号,,{POINT}\n"  # another name than the registered one
        f"{two},乙公司,店,海棠路 1 号,,{POINT}\n{two},丙公司,店,海棠路 1 号,,{POINT}\n"  # two names in one file
        f"{credit(3)},,店,海棠路 1 号,,{POINT}\n"  # a firm nobody named
        f"{one},,店,无此路 1 号,,,\n{one},,店,海棠路,,27.5,20.5\n"
    )
    found = faults("premises", PREMISES + rows)
    assert [line.split(": ")[0] for line in found] == [
        "2:party", "4:credit_code", "5:party", "6:address", "7:lon",
    ]  # fmt: skip
    assert "two names for one firm; if the firm was renamed" in found[0]
    found = faults("premises", f"{PREMISES},甲,店,海棠路,F99,{POINT}\n{one[:-1]}0,甲,店,海棠路,,{POINT}\n")
    assert [line.split(": ")[0] for line in found] == ["2:credit_code", "2:fields", "3:credit_code"]
    assert not Premises.objects.exists()


def test_parties_and_licences_are_refused_by_line() -> None:
    head = "kind,name,credit_code,id_number\n"
    found = faults("parties", f"{head}legal_person,甲公司,,\ncitizen,乙,{credit(1)},\n个体,丙,,\n")
    assert [line.split(": ")[0] for line in found] == ["2:credit_code", "3:credit_code", "4:kind"], "in one round"
    assert take("parties", f"{head}legal_person,甲公司,{credit(1)},\n") == 1
    place = shop(Party.objects.get().id)
    rows = "credit_code,name,number,issuer,valid_from,valid_to\n"
    rows += f"{credit(1)},食品经营许可证,J1,局,2025年1月1日,2029年12月31日\n"
    assert take("licences", rows) == 1
    assert Licence.objects.get(premises=place).valid_to == date(2029, 12, 31)
    [fault] = faults("licences", rows)
    assert fault.startswith("2:valid_from: The span overlaps licence J1")


def test_components_and_devices_are_refused_by_line() -> None:
    head = "code,name,unit,department_code,lon,lat,accuracy,first_date\n"
    good = f"{NUMBER},井盖,U07,{credit(1)},120.522,27.531,B,2026-03-05\n"
    bad = good.replace("U07", "U0").replace(NUMBER, f"{NUMBER[:-1]}9") + good.replace(NUMBER, "1")
    found = faults("components", head + good + bad)
    assert [line.split(": ")[0] for line in found] == ["3:unit", "4:code"]
    assert "EVT-02" in found[1]
    assert take("components", head + good) == 1
    assert Component.objects.get().accuracy == "B"
    assert faults("devices", "code,kind,name,unit,used_from\nV-1,vehicle,车,U07,2026-01-01\n") == [
        "2:code: A vehicle has a plate, and no other device has one."
    ]
    assert not Device.objects.exists()


OLD = "code,name,unit,department_code,lon,lat,accuracy,first_date,reason\n"


def old(code: str, name: str, reason: str = "") -> str:
    return f"{code},{name},U07,{credit(1)},120.522,27.531,C,2019-03-01,{reason}\n"


def test_evt_09_is_said_of_each_old_row_before_anything_is_taken() -> None:
    mapped, unmapped = old("9903830101000007", "上水井盖"), old("9903830199000001", "某种井盖")
    [found] = faults("components", OLD + mapped + unmapped)
    assert found.startswith("3:code: EVT-09")
    assert "3: 0199 某种井盖" in found, "counted by the lines of the file"
    assert not Component.objects.exists()


def test_evt_09_rows_with_a_reason_are_named_in_the_dry_run_and_left_out() -> None:
    data = OLD + old("9903830101000007", "上水井盖") + old("9903830199000001", "某种井盖", "下次普查补录")
    client = browser("gu.weichen", language="en")
    sent = client.post(
        "/imports/components/", {"file": SimpleUploadedFile("c.csv", data.encode()), "system": "CGCS2000"}
    )
    assert sent.status_code == 302
    assert runner.work()
    shown = page(client, sent["Location"])
    assert "1 row can be imported" in shown
    for word in ("Rows that are left out", "EVT-09", "某种井盖", "下次普查补录"):
        assert word in shown
    assert not Component.objects.exists()
    client.post(f"{sent['Location']}confirm/")
    assert runner.work()
    made = Component.objects.get()
    assert (made.code, made.old_code) == ("99038301001000007", "9903830101000007")
    assert Act.objects.get(kind="import.done").payload["taken"] == 1
    assert "EVT-09" in page(client, sent["Location"]), "it still says what was left out"


def test_premises_are_handed_over_and_closed_by_their_pages() -> None:
    place, other = shop(firm(1)), firm(2, name="接手公司")
    client, address = browser("gu.weichen", language="en"), f"/directory/premises/{place}/"

    def send(act: str, **values: str) -> tuple[int, str]:
        seen = page(client, f"{address}{act}/").split('name="seen" value="')[1][:36]
        answer = client.post(f"{address}{act}/", {**values, "seen": seen})
        return answer.status_code, answer.content.decode()

    status, content = send("hand_over", party=credit(9), since="2026-12-01")
    assert (status, "No party has this code" in content) == (422, True)
    assert send("hand_over", party=credit(2), since="2026-12-01")[0] == 302
    assert send("close", closed_on="2027-01-01")[0] == 302
    row = Premises.objects.get(id=place)
    assert (row.party_id, row.closed_on) == (other, date(2027, 1, 1))
    assert f"{address}close/" not in page(client, address), "what is closed is not closed again"
