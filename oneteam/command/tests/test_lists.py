"""Lists of orders and candidates: the same cost whatever their length, and only what is one's own."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oneteam.command import queries
from oneteam.command.conduct import escalate_order
from oneteam.command.dispatch import Spot
from oneteam.command.tests.test_orders import handled, incident, post, sent
from oneteam.intake.acts import reports_of
from oneteam.journal.actors import machine
from oneteam.kernel.ids import uuid7
from oneteam.places.models import Place
from tests.world import AT, browser, receive

TIMER = machine("clock", "1")
NOWHERE = Spot(None, None, None, "")

pytestmark = pytest.mark.usefixtures("city")


def counted(client: Client, address: str) -> tuple[int, int]:
    """Return the queries and the rows of a list."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        content = client.get(address).content.decode()
    return len(captured), len(re.findall(r'id="orders-open-', content))


def test_my_orders_cost_the_same_for_one_and_for_thirty() -> None:
    attendant, of = browser("fang.xiaohe"), incident()
    sent(of)
    one, rows = counted(attendant, "/orders/")
    assert rows == 1
    for _number in range(29):
        sent(of)
    assert counted(attendant, "/orders/") == (one, 30)


def test_list_to_verify_costs_the_same_for_one_and_for_thirty() -> None:
    officer, of = browser("luo.chengye"), incident()
    handled(sent(of))
    one, rows = counted(officer, "/verify/")
    assert rows == 1
    for _number in range(29):
        handled(sent(of))
    assert counted(officer, "/verify/") == (one, 30)


def test_overdue_orders_and_the_hand_over_cost_the_same_for_one_and_for_thirty() -> None:
    leader, desk, of = browser("xie.lianfang"), browser("shen.yulan"), incident()

    def late() -> None:
        receive()
        escalate_order(actor=TIMER, at=AT, order=sent(of, username="luo.chengye"), clock="order.accept")

    def costs() -> tuple[tuple[int, int], int]:
        handed_over, _rows = counted(desk, "/desk/handover/")
        return counted(leader, "/orders/escalated/"), handed_over

    late()
    (overdue, rows), handed_over = costs()
    assert rows == 1
    for _number in range(29):
        late()
    assert costs() == ((overdue, 30), handed_over)
    assert desk.get("/desk/handover/").content.decode().count("open-items-open-") == 50, "a page of sixty"


def test_report_page_costs_the_same_with_one_order_and_with_five() -> None:
    desk, of = browser("shen.yulan"), incident()
    sent(of)
    address = f"/reports/{reports_of(of)[0]}/"
    one, _rows = counted(desk, address)
    for _number in range(4):
        sent(of)
    assert counted(desk, address)[0] == one


def test_who_covers_the_ground_comes_first_among_the_candidates() -> None:
    community = Place.objects.get(code="C09")
    found = queries.propose(Spot(community.id, None, None, "service"), AT)
    covering = [one.post.name for one in found if one.covers]
    assert covering == [one.post.name for one in found][: len(covering)]
    assert {"Zhu Guilin", "Jin Ruotong"} == set(covering)
    assert not any(one.covers for one in queries.propose(NOWHERE, AT))


def test_open_orders_count_against_a_candidate() -> None:
    of = incident()
    sent(of)
    sent(of)
    load = {one.post.id: one.open_orders for one in queries.propose(NOWHERE, AT)}
    assert load[post("fang.xiaohe")] == 2
    assert load[post("luo.chengye")] == 0


def test_order_page_belongs_to_who_works_on_it() -> None:
    order = sent()
    assert browser("fang.xiaohe").get(f"/orders/{order}/").status_code == 200
    assert browser("zhu.guilin").get(f"/orders/{order}/").status_code in (403, 404)
    assert browser("bao.zhengheng").get("/orders/").status_code == 403
    assert browser("fang.xiaohe").get(f"/orders/{uuid7()}/").status_code == 404
    handled(order)
    assert browser("zhu.guilin").get(f"/orders/{order}/").status_code == 200, (
        "it may be verified by anybody in the field"
    )


def test_open_orders_stand_apart_from_finished_ones_and_what_waits_for_verification_comes_up() -> None:
    of, officer = incident(), browser("luo.chengye", language="en")
    page = officer.get("/orders/").content.decode()
    assert "To verify:" not in page
    assert page.index('href="/findings/"') < page.index('href="/verify/"')
    done, running = handled(sent(of)), sent(of)
    page = officer.get("/orders/").content.decode()
    assert "To verify: 1" in page
    assert page.index('href="/verify/"') < page.index('href="/findings/"'), "a tab of the phone while something waits"
    officer.post(f"/orders/{done}/verify/")
    attendant = browser("fang.xiaohe", language="en")
    for address, wanted, other in (("/orders/", running, done), ("/orders/?view=finished", done, running)):
        listed = attendant.get(address).content.decode()
        assert f"orders-open-{wanted}" in listed
        assert f"orders-open-{other}" not in listed
        assert re.findall(r"(?:Open orders|Finished) <small>(\d+)", listed) == ["1", "1"]
