"""The way on the phone, the case, the list, the panels; refusals with their reasons; the same steps as JSON."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oneteam.cases import acts, listing
from oneteam.cases.models import Case
from oneteam.cases.tests.making import (
    FIRST,
    SECOND,
    WASTE,
    certify,
    decided,
    delivered,
    fine,
    fined,
    heard,
    id_number,
    known,
    officer,
    opened,
    ordered,
    person,
    rechecked,
    row,
)
from oneteam.documents.acts import reserve_numbers
from oneteam.intake.acts import Established, open_incident, reports_of
from oneteam.journal.models import Act
from oneteam.kernel.sheets import read_table
from oneteam.places.models import Place
from oneteam.procedures.queries import next_steps, runs
from tests.world import AT, HERE, actor, browser, post_of, receive

pytestmark = pytest.mark.usefixtures("city")
JSON = {"accept": "application/json"}


def page(address: str, client: Client, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return text(answer)


def text(answer: Any) -> str:
    """Return what a page says; articles are kept together by spaces that do not break."""
    return str(answer.content.decode()).replace("\xa0", " ")


def send(address: str, client: Client, status: int = 302, **values: Any) -> Any:
    answer = client.post(address, values)
    assert answer.status_code == status, re.sub(r"<[^>]+>", " ", answer.content.decode())[:3000]
    return answer


def incident() -> UUID:
    return open_incident(
        actor=actor("shen.yulan"), at=AT, report=receive().id,
        established=Established(
            matter="F01-001", field="F01", handling="enforcement", urgency="urgent",
            place=Place.objects.get(name_zh="锦塘路").id,
        ),
    )  # fmt: skip


def test_whole_way_on_the_phone_leads_from_one_thing_to_the_next() -> None:
    certify(FIRST, SECOND)
    client = browser(FIRST, "officer", language="en")
    assert "Second officer" in page("/cases/new/", client)
    answer = send("/cases/new/", client, second=str(person(SECOND)), remark="stall", incident=str(incident()))
    case = Case.objects.get()
    base = f"/cases/{case.id}/"

    def on(verb: str, leads_to: str, **values: Any) -> None:
        nonlocal answer
        assert answer.url == f"{base}{verb}/"
        shown = page(answer.url, client)
        assert shown.count("button-main") == 1
        answer = send(f"{base}{verb}/", client, **values)
        assert answer.url == (f"{base}{leads_to}/" if leads_to else base)

    on("show", "identify")
    on("identify", "note", kind="citizen", name="林垟喆", id_number=id_number())
    shown = page(f"{base}note/", client)
    assert 'value="F01-001" selected' in shown, "the matter of the incident"
    assert 'value="锦塘路"' in shown, "and its place"
    on("note", "order", matter="F01-001", found_at="2026-11-25T13:40", where="锦塘路88号门前", act="摆摊")
    on("order", "recheck", mode="at_once", demand="收摊", consequence="罚款")
    assert re.search(r'href="/documents/[0-9a-f-]{36}/"', page(f"{base}recheck/", client)), "what was just issued"
    on("recheck", "hear", correction="refused", note="拒不收摊")
    assert "50" in page(f"{base}hear/", client)
    on("hear", "decide", penalty="fine", amount="50", told="on", statement="无")
    shown = page(f"{base}decide/", client)
    assert "data:image/png" in shown, "how the decision will look"
    cash = {"payment": "cash", "cash_ground": "small", "receipt_number": "R1"}
    on("decide", "deliver", penalty="fine", amount="50", clear="on", **cash)
    on("deliver", "record", way="handed")
    on("record", "")
    assert runs([case.id])[case.id].state == "delivered"
    shown = page(base, client)
    for word in ("林*喆", "Warning", "¥50.00", "Cash on the spot", "拒不收摊", "Certificates shown"):
        assert (word in shown) is (word != "Warning"), word
    assert "林垟喆" not in shown
    assert "OT-23" in shown, "the cash is not at the bank"


def test_refused_amount_comes_back_with_check_article_and_what_was_typed() -> None:
    case = known()
    client = browser(FIRST, "officer", language="en")
    answer = client.post(
        f"/cases/{case}/hear/", {"penalty": "fine", "amount": "51", "told": "on", "statement": "生意不好"}
    )
    shown = text(answer)
    assert answer.status_code == 422
    assert "DEC-08" in shown
    assert "articles 5 and 30 to 32" in shown
    assert 'value="51"' in shown
    assert "生意不好" in shown
    assert row(case).told_at is None


def test_blocked_page_says_why_and_offers_no_button() -> None:
    case = known()
    client = browser(FIRST, "officer", language="en")
    shown = page(f"/cases/{case}/decide/", client)
    for check in ("ORD-01", "ORD-02", "SIM-06"):
        assert check in shown
    assert "button-main" not in shown
    page(f"/cases/{case}/deliver/", client)


def test_cash_without_receipt_is_refused_and_typed_again() -> None:
    case = known()
    ordered(case)
    rechecked(case)
    heard(case, fine(50))
    client = browser(FIRST, "officer", language="en")
    values = {"penalty": "fine", "amount": "50", "clear": "on", "payment": "cash", "cash_ground": "small"}
    shown = client.post(f"/cases/{case}/decide/", values)
    assert shown.status_code == 422
    assert b"PAY-03" in shown.content


def test_reserved_number_and_told_afterwards_are_offered_to_who_holds_one() -> None:
    case = known()
    heard(case, fine(50))
    client = browser(FIRST, "officer", language="en")
    [number] = reserve_numbers(actor=officer(), at=AT, series="on_the_spot", count=1, device="手机")
    values: dict[str, Any] = {"penalty": "fine", "amount": "50", "clear": "on", "payment": "bank", "happened": "on"}
    values["number"] = number
    send(f"/cases/{case}/decide/", client, **values)
    act = Act.objects.get(kind="case.decided")
    assert [one["check"] for one in act.payload["breaches"]] == ["ORD-01", "ORD-02"]
    assert "Breach of ORD-02" in page(f"/cases/{case}/", client)


def test_attendant_is_told_off_05_with_its_articles_and_how_to_change_the_post() -> None:
    certify(FIRST, SECOND)
    client = browser(FIRST, "grid_attendant", language="en")
    shown = page("/cases/new/", client, status=403)
    for word in ("OFF-05", "art. 30", "art. 17(3)", "Change to"):
        assert word in shown
    refused = client.post("/cases/new/", {"second": str(person(SECOND))})
    assert refused.status_code == 422
    assert b"OFF-05" in refused.content
    assert not Case.objects.exists()
    client.post("/posts/", {"post": str(post_of(FIRST, "officer").id)})
    send("/cases/new/", client, second=str(person(SECOND)))
    assert Case.objects.count() == 1


def test_attendant_takes_no_step_of_his_own_case_under_the_other_post() -> None:
    case = opened()
    client = browser(FIRST, "grid_attendant", language="en")
    answer = client.post(f"/cases/{case}/show/")
    assert answer.status_code == 422
    assert "OFF-05" in text(answer)
    assert "art. 30" in text(answer)
    assert row(case).shown_at is None


def test_other_officers_see_nothing_of_a_case() -> None:
    case = fined()
    other = browser("dai.haiping", language="en")
    page(f"/cases/{case}/", other, status=403)
    assert "Street stalls" not in page("/cases/", other)
    document = row(case).decision
    assert other.get(f"/documents/{document}/").status_code == 404
    assert "Street stalls" in page("/cases/", browser(SECOND, language="en"))
    assert browser(SECOND).get(f"/documents/{document}/").status_code == 200, "the second officer's as well"


def test_report_page_shows_the_cases_of_its_incident() -> None:
    about = incident()
    opened(incident=about)
    report = reports_of(about)[0]
    assert "On-the-spot case" in page(f"/reports/{report}/", browser("xie.lianfang", language="en"))


def test_list_costs_the_same_for_one_case_and_thirty() -> None:
    known(WASTE)
    client = browser(FIRST, "officer")
    counts = []
    client.get("/cases/")
    for more in (0, 29):
        for _n in range(more):
            acts.open_case(actor=officer(), at=AT, second=person(SECOND))
        with CaptureQueriesContext(connection) as queries:
            assert page("/cases/", client).count("cases-open-") >= 1 + more
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_is_next_in_a_case_asks_each_check_and_the_law_in_force_once() -> None:
    case = known()
    next_steps([case], officer(), AT)
    with CaptureQueriesContext(connection) as queries:
        assert len(next_steps([case], officer(), AT)[case]) > 5
    asked = [query["sql"] for query in queries]
    assert len(asked) <= 12, asked
    assert sum("people_certificate" in one for one in asked) == 1
    assert not any(one.startswith("SELECT (SELECT act FROM lawbook_edition") for one in asked)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_list_is_a_file_of_all_pages_without_names_of_citizens(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known(WASTE)
    acts.open_case(actor=officer(), at=AT, second=person(SECOND))
    monkeypatch.setattr(listing, "PAGE_SIZE", 1)
    client = browser("xie.lianfang", language="en")
    assert f"file={kind}" in page("/cases/", client)
    answer = client.get(f"/cases/?view=all&before=1&file={kind}")
    assert answer["Content-Disposition"] == f'attachment; filename="cases.{kind}"'
    rows = read_table(answer.content, name=f"cases.{kind}").rows
    assert [row.cells["Details"] for row in rows] == ["No. 2", "No. 1"]
    assert rows[1].cells["Party"] == "林*喆"
    assert rows[1].cells["Opened at"].startswith(f"{HERE:%Y-%m-%d}")
    assert f"{HERE:%H:%M}" in rows[1].cells["Opened at"], "in region time"


def ask(client: Client, address: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
    answer = client.post(address, json.dumps(body or {}), content_type="application/json", headers={**JSON, **headers})
    return answer.status_code, answer.json()


def test_steps_as_json_tell_what_is_next_or_every_check_that_failed() -> None:
    certify(FIRST, SECOND)
    client = browser(FIRST, "officer", language="en")
    status, told = ask(client, "/cases/new/", {"second": str(person(SECOND))}, idempotency_key="k1")
    assert (status, told["state"]) == (201, "open")
    case = told["id"]
    assert ask(client, "/cases/new/", {"second": str(person(SECOND))}, idempotency_key="k1")[1]["id"] == case
    status, told = ask(
        client, f"/cases/{case}/identify/", {"kind": "citizen", "name": "林垟喆", "id_number": id_number()}
    )
    assert status == 422
    assert [one["check"] for one in told["checks"]] == ["INV-01"]
    assert told["checks"][0]["article"] == "Penalty Law, article 55(1)"
    assert ask(client, f"/cases/{case}/show/")[0] == 200
    assert ask(client, f"/cases/{case}/identify/", {"kind": "citizen"})[1]["faults"] == {"name": "Enter the name."}
    assert ask(client, f"/cases/{case}/identify/", {"kind": ["citizen"]})[0] == 422
    steps = {one["step"]: one["state"] for one in client.get(f"/cases/{case}/", headers=JSON).json()["next"]}
    assert steps["identify"] == "lawful"
    assert steps["decide"] == "blocked"


def test_json_refuses_the_attendant_with_off_05_and_takes_the_officer() -> None:
    case = opened()
    client = browser(FIRST, "grid_attendant", language="en")
    for address in ("/cases/new/", f"/cases/{case}/show/", f"/cases/{case}/decide/"):
        status, told = ask(client, address, {"second": str(person(SECOND))})
        assert status == 422
        assert [one["check"] for one in told["checks"]] == ["OFF-05"]
        assert "art. 30" in told["checks"][0]["article"]
    assert row(case).shown_at is None
    client.post("/posts/", {"post": str(post_of(FIRST, "officer").id)})
    assert ask(client, f"/cases/{case}/show/")[0] == 200
    assert row(case).shown_at is not None


def test_cashier_and_leader_see_all_and_take_only_their_own_steps() -> None:
    case = fined()
    delivered(case)
    leader = browser("xie.lianfang", language="en")
    shown = page(f"/cases/{case}/", leader)
    assert "For: Cashier" in shown
    assert leader.post(f"/cases/{case}/record/").status_code == 403
    decided_before = row(case).decided_at
    with pytest.raises(Exception, match="OT-03"):
        decided(case, fine(50))
    assert row(case).decided_at == decided_before
