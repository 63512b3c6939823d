"""What is told to whom: the bell counts it, the page leads there, and nobody hears what is not theirs."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oneteam.command import acts, conduct
from oneteam.command.tests.test_orders import post, sent
from oneteam.journal.actors import machine
from oneteam.notices.models import Notice
from oneteam.procedures.acts import breach_overdue
from tests import world
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")


def follow() -> None:
    world.follow(str(connection.settings_dict["NAME"]))


def bell(client: Client) -> int:
    """Return what the bell in the bar counts."""
    found = re.search(r'class="bell-count">(\d+)', client.get("/posts/").content.decode())
    return int(found[1]) if found else 0


def page(client: Client) -> str:
    return html.unescape(client.get("/notices/").content.decode())


def test_order_is_told_to_whom_it_was_sent_until_it_was_opened() -> None:
    order = sent()
    follow()
    attendant, other = browser("fang.xiaohe", language="en"), browser("shen.yulan", language="en")
    assert (bell(attendant), bell(other)) == (1, 0)
    assert 'class="bell-count">1<' in attendant.get("/notices/bell/").content.decode()
    [address] = re.findall(r'href="(/notices/[0-9a-f-]{36}/)"', page(attendant))
    assert other.get(address).status_code == 404
    assert attendant.get(address).headers["Location"] == f"/orders/{order}/"
    assert bell(attendant) == 0
    assert "Order 1 sent" in page(attendant)


def test_return_is_told_to_who_sent_it_and_nobody_hears_of_an_own_act() -> None:
    order = sent()
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    acts.return_order(actor=actor("fang.xiaohe"), at=AT, order=order, reason="不在本网格")
    follow()
    told = set(Notice.objects.values_list("post", "kind"))
    assert told == {(post("fang.xiaohe"), "orders"), (post("shen.yulan"), "orders")}
    assert "Order returned" in page(browser("shen.yulan", language="en"))


def test_broken_promise_to_a_caller_is_told_to_dispatchers_on_duty() -> None:
    report = world.receive("占道经营").id
    breach_overdue(actor=machine("timer", "1"), at=AT + timedelta(minutes=59))
    follow()
    assert not Notice.objects.exists()
    breach_overdue(actor=machine("timer", "1"), at=AT + timedelta(minutes=61))
    follow()
    told = set(Notice.objects.values_list("post", "kind", "object"))
    assert told == {(post(username), "reports", report) for username in ("shen.yulan", "qiu.mingzhou")}
    assert "A time limit was exceeded" in page(browser("shen.yulan", language="en"))


def test_urging_is_told_again_and_all_are_marked_as_seen_at_once() -> None:
    order = sent()
    conduct.urge_order(actor=actor("shen.yulan"), at=AT + timedelta(minutes=1), order=order, reason="请尽快")
    follow()
    attendant = browser("fang.xiaohe", language="en")
    assert bell(attendant) == 2
    attendant.post("/notices/seen/")
    assert bell(attendant) == 0


def test_history_and_acts_followed_twice_are_told_to_nobody_anew() -> None:
    from oneteam.journal.queries import acts as journal_acts  # noqa: PLC0415 -- named like this module's acts
    from oneteam.notices.follower import FRESH, Notices  # noqa: PLC0415 -- models are there only after the setup

    sent()
    follow()
    batch = list(journal_acts(kinds=["order.sent"]))
    Notices().handle(batch)
    assert Notice.objects.count() == 1
    Notice.objects.all().delete()
    for act in batch:
        act.occurred_at -= FRESH + timedelta(seconds=1)
    Notices().handle(batch)
    assert Notice.objects.count() == 0


def test_notices_cost_the_same_for_one_and_for_ten() -> None:
    client = browser("fang.xiaohe")
    counted = []
    for number in (1, 9):
        for _each in range(number):
            sent()
        follow()
        page(client)
        with CaptureQueriesContext(connection) as seen:
            page(client)
        counted.append(len(seen.captured_queries))
    assert counted[0] == counted[1]
