"""Posts, duty and signing in: what overlaps is refused, what ended is gone, every sign-in is an act."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.test import Client

from oneteam.journal.actors import PUBLIC, operator
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people import acts
from oneteam.people.models import Account, Duty, Post, Unit
from oneteam.people.queries import actor_names, on_duty, posts, posts_of
from tests.world import AT, HERE, actor, browser, post_of

pytestmark = pytest.mark.usefixtures("city")

CLERK = operator("clerk")
TODAY = legal_day(AT)
PASSWORD = "correct-horse-battery"


def person(role: str = "dispatcher", valid_from: date = TODAY, valid_to: date | None = None) -> tuple[Account, Post]:
    """Register somebody with a post and an account."""
    who = acts.register_person(actor=CLERK, at=AT, name_zh="测试员", name_en="Tester")
    post = give(who, role, valid_from, valid_to)
    acts.make_account(actor=CLERK, at=AT, person=who, username=f"t.{who.hex[-8:]}", password=PASSWORD)
    return Account.objects.get(person=who), Post.objects.get(id=post)


def give(who: UUID, role: str, valid_from: date, valid_to: date | None = None, unit: str = "U01") -> UUID:
    return acts.give_post(
        actor=CLERK, at=AT, person=who, unit=Unit.objects.get(code=unit).id, role=role, title_zh="岗位",
        title_en="Post", valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="oneteam.people.accounts.Backend")
    return client


def kinds(account: Account) -> list[str]:
    """Return what stands in a person's file, oldest first."""
    return list(Act.objects.filter(stream=account.person_id).order_by("seq").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [(0, None, True), (0, 0, True), (-9, 0, True), (1, None, False), (-9, -1, False), (-9, 9, True)],
)
def test_post_is_held_from_its_first_to_its_last_day(first: int, last: int | None, held: bool) -> None:
    day = timedelta(days=1)
    account, post = person(valid_from=TODAY + first * day, valid_to=None if last is None else TODAY + last * day)
    assert [one.id for one in posts_of(account.person_id, TODAY)] == ([post.id] if held else [])
    assert post.holds_on(TODAY) is held


def test_day_of_a_post_is_shanghais_not_greenwichs() -> None:
    """At 16:30 UTC it is already tomorrow for the law."""
    account, _post = person(valid_to=TODAY)
    late = AT.replace(hour=15, minute=59)
    assert posts_of(account.person_id, legal_day(late))
    assert not posts_of(account.person_id, legal_day(late + timedelta(minutes=1)))


def test_post_that_ended_is_gone_at_the_next_request() -> None:
    account, post = person(valid_from=TODAY - timedelta(days=30))
    client = signed_in(account)
    assert client.get("/reports/").status_code == 200
    acts.end_post(actor=CLERK, at=AT, post=post.id, valid_to=TODAY)
    assert client.get("/reports/").status_code == 200, "the last day is held"
    acts.end_post(actor=CLERK, at=AT, post=post.id, valid_to=TODAY - timedelta(days=1))
    answer = client.post("/reports/new/", {"text": "占道"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/posts/")
    told = client.get("/posts/").content.decode()
    assert f"{TODAY - timedelta(days=1)}" in told, "until when it was held"
    assert "未被受理" in told, "that the form was not taken"
    assert client.post("/posts/", {"post": str(post.id)}).status_code == 200, "it cannot be taken again"
    assert client.get("/reports/").status_code == 302


def test_post_cannot_end_before_it_begins() -> None:
    _account, post = person()
    with pytest.raises(BadInputError, match="before it begins"):
        acts.end_post(actor=CLERK, at=AT, post=post.id, valid_to=TODAY - timedelta(days=1))
    acts.end_post(actor=CLERK, at=AT, post=post.id, valid_to=TODAY)
    assert Post.objects.get(id=post.id).valid_to == TODAY


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [(0, None, True), (-5, -1, False), (-5, 0, True), (10, 20, True), (11, None, False), (3, 4, True)],
)
def test_overlapping_post_is_refused_and_the_day_after_is_not(first: int, last: int | None, refused: bool) -> None:
    day = timedelta(days=1)
    account, _post = person(valid_from=TODAY, valid_to=TODAY + 10 * day)
    begin, end = TODAY + first * day, None if last is None else TODAY + last * day
    if not refused:
        assert give(account.person_id, "dispatcher", begin, end)
        return
    with pytest.raises(BadInputError, match="already holds"):
        give(account.person_id, "dispatcher", begin, end)
    assert Act.objects.filter(kind="post.given", about__contains=[account.person_id]).count() == 1


def test_another_role_or_unit_at_the_same_time_is_another_post() -> None:
    account, _post = person()
    give(account.person_id, "officer", TODAY)
    give(account.person_id, "dispatcher", TODAY, unit="U02")
    assert len(posts_of(account.person_id, TODAY)) == 3


def test_unknown_role_and_backward_span_are_refused() -> None:
    account, _post = person()
    with pytest.raises(BadInputError, match="no role mayor"):
        give(account.person_id, "mayor", TODAY)
    with pytest.raises(BadInputError):
        give(account.person_id, "officer", TODAY, TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("starts", "ends", "refused"),
    [(-60, 0, False), (-60, 1, True), (0, 60, True), (59, 90, True), (60, 90, False), (30, 30, True), (90, 80, True)],
)
def test_overlapping_duty_is_refused_and_the_next_minute_is_not(starts: int, ends: int, refused: bool) -> None:
    _account, post = person("officer")
    minute = timedelta(minutes=1)
    acts.plan_duty(actor=CLERK, at=AT, post=post.id, starts=AT, ends=AT + 60 * minute)
    before = Act.objects.filter(kind="duty.planned").count()
    if not refused:
        acts.plan_duty(actor=CLERK, at=AT, post=post.id, starts=AT + starts * minute, ends=AT + ends * minute)
        assert Duty.objects.filter(post=post).count() == 2
        return
    known = f"has duty from {HERE:%Y-%m-%d %H:%M} to {HERE + 60 * minute:%Y-%m-%d %H:%M}"
    said = "ends after it starts" if ends <= starts else known
    with pytest.raises(BadInputError, match=said):
        acts.plan_duty(actor=CLERK, at=AT, post=post.id, starts=AT + starts * minute, ends=AT + ends * minute)
    assert Act.objects.filter(kind="duty.planned").count() == before


def test_on_duty_from_the_first_minute_until_before_the_last() -> None:
    _account, post = person("officer")
    ends = AT + timedelta(hours=1)
    acts.plan_duty(actor=CLERK, at=AT, post=post.id, starts=AT, ends=ends)

    def there(moment: timedelta) -> bool:
        return post.id in {held.id for held in on_duty(AT + moment, ["officer"])}

    assert not there(timedelta(microseconds=-1))
    assert there(timedelta())
    assert there(timedelta(minutes=59, seconds=59))
    assert not there(timedelta(hours=1))
    assert post.id not in {held.id for held in on_duty(AT, ["dispatcher"])}


def test_two_posts_and_each_act_under_the_one_in_force() -> None:
    client = browser("weng.shanxing")
    assert client.get("/orders/")["Location"].startswith("/posts/"), "with two posts one has to choose"
    attendant, officer = post_of("weng.shanxing", "grid_attendant"), post_of("weng.shanxing", "officer")
    for post in (attendant, officer):
        assert client.post("/posts/", {"post": str(post.id)}).status_code == 302
        values = {"channel": "grid_patrol", "text": f"巡查 {post.role}", "idempotency_key": post.role}
        client.post("/reports/new/", values)
    taken = Act.objects.filter(kind="post.taken", actor=f"person:{attendant.person_id}").order_by("seq")
    assert [act.payload["role"] for act in taken] == ["grid_attendant", "officer"]
    received = Act.objects.filter(kind="report.received")
    assert [act.post for act in received] == [attendant.id], "an officer takes no calls, an attendant does"


def test_post_of_somebody_else_cannot_be_taken() -> None:
    client = browser("fang.xiaohe")
    assert client.post("/posts/", {"post": str(post_of("shen.yulan", "dispatcher").id)}).status_code == 200
    assert client.get("/reports/").status_code == 403
    forged = replace(actor("shen.yulan"), id=actor("fang.xiaohe").id)
    with pytest.raises(NotAllowedError):
        acts.take_post(actor=forged, at=AT, factors=frozenset())


def test_sign_in_and_out_by_the_page_are_acts_in_the_persons_file() -> None:
    account, post = person()
    client = Client()
    answer = client.post("/accounts/login/", {"login": account.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert client.get("/reports/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/reports/").status_code == 302
    assert kinds(account)[-3:] == ["session.signed_in", "post.taken", "session.signed_out"]
    assert Act.objects.get(kind="session.signed_in", stream=account.person_id).post == post.id


def test_wrong_password_is_an_act_by_nobody_and_signs_nobody_in() -> None:
    account, _post = person()
    client = Client()
    answer = client.post("/accounts/login/", {"login": account.username, "password": "wrong"})
    assert answer.status_code == 200
    assert client.get("/reports/").status_code == 302
    assert Act.objects.get(kind="session.failed", stream=account.person_id).actor == PUBLIC.reference


def test_name_that_nobody_has_leaves_no_act_and_the_same_page() -> None:
    account, _post = person()
    before = Act.objects.count()
    stranger = Client().post("/accounts/login/", {"login": "nobody.here", "password": "wrong"})
    assert Act.objects.count() == before
    known = Client().post("/accounts/login/", {"login": account.username, "password": "wrong"})
    assert stranger.status_code == known.status_code == 200


def test_person_without_a_post_today_signs_in_to_a_page_that_says_so() -> None:
    account, _post = person(valid_from=TODAY + timedelta(days=1))
    client = Client()
    assert client.post("/accounts/login/", {"login": account.username, "password": PASSWORD}).status_code == 302
    assert client.get("/reports/")["Location"].startswith("/posts/")
    assert client.post("/accounts/logout/").status_code == 302
    assert kinds(account)[-2:] == ["session.signed_in", "session.signed_out"]
    assert {act.post for act in Act.objects.filter(stream=account.person_id, kind__startswith="session.")} == {None}


def test_nobody_registers_or_resets_a_password_by_themselves() -> None:
    client = Client()
    for address in ("/accounts/signup/", "/accounts/password/reset/"):
        assert client.get(address).status_code == 404, address


def test_password_is_stored_only_as_its_hash() -> None:
    account, _post = person()
    assert PASSWORD not in account.password
    assert check_password(PASSWORD, account.password)


def test_who_may_not_keep_the_directory_changes_nothing() -> None:
    account, post = person()
    for who in (actor("shen.yulan"), actor("he.jingyuan"), actor("bao.zhengheng"), PUBLIC):
        with pytest.raises(NotAllowedError):
            acts.end_post(actor=who, at=AT, post=post.id, valid_to=TODAY)
        with pytest.raises(NotAllowedError):
            acts.make_account(actor=who, at=AT, person=account.person_id, username="x", password="y" * 12)
        with pytest.raises(NotAllowedError):
            acts.register_person(actor=who, at=AT, name_zh="x", name_en="x")
    assert Post.objects.get(id=post.id).valid_to is None


def test_only_persons_sign_in() -> None:
    with pytest.raises(NotAllowedError):
        acts.sign_in(actor=CLERK, at=AT)


def test_next_page_is_only_ever_one_of_ours() -> None:
    client = browser("weng.shanxing")
    post = str(post_of("weng.shanxing", "officer").id)
    assert client.post("/posts/", {"post": post, "next": "https://elsewhere.example/"})["Location"] == "/"
    assert client.post("/posts/", {"post": post, "next": "/orders/"})["Location"] == "/orders/"


def test_names_of_actors_are_read_by_their_references() -> None:
    shen = actor("shen.yulan")
    named = actor_names([shen.reference, "machine:triage@1", "operator:clerk", "client:1", "public", "odd:1"])
    assert named[shen.reference] == "Shen Yulan"
    assert "machine" in named["machine:triage@1"].lower()
    assert "clerk" in named["operator:clerk"]
    assert len(set(named.values())) == 6, "each is told apart"
    assert not any("%" in name or ":" in name for name in named.values())
    assert shen.post is not None
    assert posts([shen.post, uuid7()])[shen.post].label.startswith("Duty dispatcher")


def test_sign_in_page_names_the_demos_people_only_in_a_demo(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    file = tmp_path / "demo.json"
    file.write_text(json.dumps({"password": PASSWORD}), "utf-8")
    monkeypatch.setattr(settings, "DEMO_FILE", str(file))
    monkeypatch.setattr(settings, "REGION_IS_DEMO", True)
    content = Client().get("/accounts/login/").content.decode()
    assert PASSWORD in content
    assert "shen.yulan" in content
    assert "luo.chengye" in content, "all where the file names nobody"
    file.write_text(json.dumps({"password": PASSWORD, "people": ["shen.yulan", "nobody"]}), "utf-8")
    content = Client().get("/accounts/login/").content.decode()
    assert "shen.yulan" in content
    assert "luo.chengye" not in content, "of hundreds only those it names"
    file.write_text("broken", "utf-8")
    assert Client().get("/accounts/login/").status_code == 200
    monkeypatch.setattr(settings, "REGION_IS_DEMO", False)
    content = Client().get("/accounts/login/").content.decode()
    assert "shen.yulan" not in content
