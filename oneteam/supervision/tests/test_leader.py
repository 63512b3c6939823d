"""The leader's page: each sentence counts what its list holds, and names nobody to whom it is not for."""

import html
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oneteam.cases.tests.making import delivered, fined
from oneteam.command.rules import LEADERS
from oneteam.command.tests.test_orders import handled, sent
from oneteam.journal.actors import operator
from oneteam.kernel.clock import legal_day
from oneteam.people.middleware import Acting
from oneteam.people.models import Account
from oneteam.people.queries import posts_of
from oneteam.people.standing_acts import enter_absence
from oneteam.procedures.queries import nearest_due
from oneteam.supervision.leader_page import Part, leader_list, parts
from oneteam.supervision.leading import FINDINGS, Standing, standing_of
from tests.pages import page
from tests.world import AT, HERE, actor, browser

pytestmark = pytest.mark.usefixtures("city")
HEAD, LEADER = "he.jingyuan", "xie.lianfang"


def standing(username: str, at: datetime = AT) -> Standing:
    account = Account.objects.get(username=username)
    [held] = posts_of(account.person_id, legal_day(AT))
    return standing_of(Acting(post=held, posts=(held,), actor=actor(username)), at)


def words(found: Sequence[Part]) -> list[str]:
    return [sentence.text for part in found for sentence in part.sentences]


def away(username: str, ends: datetime) -> UUID:
    person = Account.objects.get(username=username).person_id
    return enter_absence(
        actor=operator("clerk"), at=AT, person=person, starts=AT - timedelta(hours=1), ends=ends, reason="leave"
    )  # fmt: skip


def test_a_calm_city_says_so_and_counts_nothing() -> None:
    here = standing(HEAD)
    assert [part.sentences for part in parts(here)[:2]] == [[], []]
    assert all(part.calm for part in parts(here)[:2])


def test_what_is_due_then_late_is_said_with_its_list() -> None:
    order = sent()
    due = nearest_due([order])[order]
    before, after = standing(HEAD, due - timedelta(minutes=20)), standing(HEAD, due + timedelta(minutes=90))
    assert any(text.startswith("1 order falls due in the next 4 hours") for text in words(parts(before)))
    assert any(text.startswith("1 order is overdue, by 1 h 30 min: ") for text in words(parts(after)))
    assert [row.id for row in leader_list(after, "overdue", "").rows] == [str(order)]
    assert leader_list(after, "due", "").rows == []


def test_who_is_away_with_work_in_hand_is_named_to_the_leader_it_concerns() -> None:
    order = sent()
    assert not any("is away" in text for text in words(parts(standing(HEAD))))
    away("fang.xiaohe", AT + timedelta(days=2))
    here = standing(HEAD)
    told = [
        one
        for part in parts(here)
        for one in part.sentences
        if f"is away until {HERE + timedelta(days=2):%m-%d %H:%M}" in one.text
    ]
    assert [(one.text.endswith("1 order in hand: nobody works on it."), one.state) for one in told] == [
        (True, "danger")
    ]
    post = told[0].url.partition("post=")[2]
    assert [row.id for row in leader_list(here, "away", post).rows] == [str(order)]
    assert leader_list(here, "away", "another").rows == []


def test_a_leader_answers_for_their_own_unit_and_a_head_for_the_city() -> None:
    foreign, mine, station = sent(username="zhu.guilin"), sent(username="luo.chengye"), sent()
    handled(station)
    assert {order.id for order in standing(HEAD).found("in_hand")} == {foreign, mine}
    assert [order.id for order in standing(HEAD).found("verify")] == [station]
    assert {order.id for order in standing(LEADER).orders} == {mine, station}  # a station below the brigade, too


def test_every_sentence_leads_to_a_page_and_the_page_costs_the_same_for_many() -> None:
    sent()
    client = browser(HEAD, language="en")
    content = page(client, "/leader/")
    for which in FINDINGS:
        assert client.get(f"/leader/{which}/").status_code == 200
    assert client.get("/leader/in_hand/?file=csv").content.count(b"\n") == 2
    assert client.get("/leader/nothing/").status_code == 404
    assert 'href="/figures/reports/?days=1"' in html.unescape(content)
    with CaptureQueriesContext(connection) as one:
        page(client, "/leader/")
    for _more in range(6):
        sent()
    with CaptureQueriesContext(connection) as many:
        page(client, "/leader/")
    assert len(many) == len(one)
    assert set(LEADERS) == {"brigade_leader", "head"}
    assert browser("shen.yulan").get("/leader/").status_code == 403


def test_cases_past_a_time_limit_are_told_to_leaders() -> None:
    delivered(fined())
    later = AT + timedelta(days=40)
    for at, told in ((AT, 0), (later, 1)):
        said = [text for text in words(parts(standing(HEAD, at))) if "1 case of the city is past a time limit" in text]
        assert len(said) == told
