"""Failed sign-ins lock a name (SEC-02), whoever has it or nobody; a disabled account ends every session."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from oneteam.journal.actors import PUBLIC, operator
from oneteam.journal.models import Act
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people import accounts, acts, limits
from oneteam.people.lockout import count_failure, locked_until
from oneteam.people.models import Account, Attempts, Throttle
from oneteam.people.queries import on_duty, person_of
from tests.world import AT, actor, post_of

pytestmark = pytest.mark.usefixtures("city")

CLERK = operator("clerk")
PASSWORD = "correct-horse-battery"
MINUTE = timedelta(minutes=1)
TINY = timedelta(microseconds=1)
NAME = "shen.yulan"


class Clock:
    """The edge's clock, as the test sets it."""

    def __init__(self) -> None:
        self.moment = AT

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let sign-ins happen at `clock.moment`, from as many addresses as there are attempts."""
    clock = Clock()
    monkeypatch.setattr(accounts, "now", clock)
    monkeypatch.setattr(settings, "ACCOUNT_RATE_LIMITS", {"login": None, "login_failed": None})
    acts.set_password(actor=CLERK, at=AT, person=person_of(NAME), password=PASSWORD)
    return clock


def sign_in(name: str = NAME, password: str = PASSWORD, *, through: str = "") -> bool | str:
    """Try to sign in, maybe through proxies: True when it succeeded, else what the page says."""
    client = Client(headers={"accept-language": "en", **({"x-forwarded-for": through} if through else {})})
    client.cookies["django_language"] = "en"
    answer = client.post("/accounts/login/", {"login": name, "password": password})
    if answer.status_code == 302:
        return True
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "session" not in client.cookies or not client.session.get("_auth_user_id")
    for sign in ("is wrong", "under this user name", "Too many failed attempts"):
        if sign in page:
            return sign
    raise AssertionError(page)


def fail(clock: Clock, *minutes: float, name: str = NAME) -> list[bool | str]:
    """Fail to sign in at these minutes after the clock's beginning."""
    said = []
    for minute in minutes:
        clock.moment = AT + minute * MINUTE
        said.append(sign_in(name, "wrong"))
    return said


def session_acts(name: str = NAME) -> list[str]:
    """The session acts in somebody's file, oldest first."""
    found = Act.objects.filter(stream=person_of(name), kind__startswith="session.")
    return list(found.order_by("seq").values_list("kind", flat=True))


@pytest.mark.parametrize("name", [NAME, "nobody.here", "Shen.Yulan"])
def test_sec_02_fifth_failure_locks_the_name_and_the_page_says_the_same_for_a_name_nobody_has(
    clock: Clock, name: str
) -> None:
    assert fail(clock, 0, 1, 2, 3, 4, name=name) == ["is wrong"] * 5
    assert sign_in(name) == "under this user name", "the right password does not help either"
    assert fail(clock, 4.1, name=name) == ["under this user name"]
    assert sign_in("luo.chengye", "wrong") == "is wrong", "another name is not locked"
    known = name != "nobody.here"
    assert session_acts() == (["session.failed"] * 5 + ["session.locked"] if known else [])
    if known:
        locked = Act.objects.get(kind="session.locked")
        until = (AT + 19 * MINUTE).astimezone(SHANGHAI).isoformat(timespec="seconds")
        assert (locked.actor, locked.payload["until"]) == (PUBLIC.reference, until)


def test_sec_02_four_failures_lock_nothing_and_a_success_forgets_them(clock: Clock) -> None:
    fail(clock, 0, 1, 2, 3)
    assert sign_in() is True
    assert not Attempts.objects.exists()
    assert fail(clock, 4, 5, 6, 7) == ["is wrong"] * 4
    assert sign_in() is True


@pytest.mark.parametrize(("late", "locks"), [(timedelta(), True), (TINY, False)])
def test_sec_02_failures_count_for_fifteen_minutes(clock: Clock, late: timedelta, locks: bool) -> None:
    fail(clock, 0, 1, 2, 3)
    clock.moment = AT + 15 * MINUTE + late
    assert sign_in(NAME, "wrong") == "is wrong"
    assert (locked_until(NAME, clock.moment) is not None) is locks


@pytest.mark.parametrize(("late", "open_again"), [(-TINY, False), (timedelta(), True)])
def test_sec_02_lock_lasts_fifteen_minutes(clock: Clock, late: timedelta, open_again: bool) -> None:
    fail(clock, 0, 1, 2, 3, 4)
    clock.moment = AT + 19 * MINUTE + late
    assert sign_in() == (True if open_again else "under this user name")


def test_sec_02_numbers_are_the_citys(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"sign_in.failures": "2", "sign_in.window_minutes": "1", "sign_in.lock_minutes": "60"}
    monkeypatch.setattr(limits, "_sources", [numbers.__getitem__])
    assert fail(clock, 0, 1.5) == ["is wrong"] * 2
    assert locked_until(NAME, clock.moment) is None
    fail(clock, 2)
    assert locked_until(NAME, clock.moment) == AT + 62 * MINUTE


def test_lock_of_a_clock_that_was_put_back_holds_nobody(clock: Clock) -> None:
    fail(clock, 0, 1, 2, 3, 4)
    assert locked_until(NAME, AT - MINUTE) is None


def test_what_failed_long_ago_is_forgotten(clock: Clock) -> None:
    fail(clock, 0, name="typed.by.mistake")
    fail(clock, 15.1)
    assert Attempts.objects.count() == 1
    assert b"shen" not in bytes(Attempts.objects.get().name)


def test_failures_at_the_same_moment_are_all_counted() -> None:
    with transaction.atomic():
        assert [count_failure(NAME, AT) for _ in range(5)] == [None] * 4 + [AT + 15 * MINUTE]


def test_new_password_and_enabling_lift_a_lock(clock: Clock) -> None:
    fail(clock, 0, 1, 2, 3, 4)
    acts.set_password(actor=CLERK, at=AT, person=person_of(NAME), password=PASSWORD)
    assert sign_in() is True


def test_addresses_are_counted_in_the_database_and_told_apart_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 1)
    for number in range(10):
        assert sign_in(f"name{number}", "wrong", through="203.0.113.8") == "is wrong"
    assert sign_in("name10", "wrong", through="203.0.113.8") == "Too many failed attempts"
    other = sign_in("name11", "wrong", through="203.0.113.8, 203.0.113.7")
    assert other == "is wrong", "another address goes on, whatever it claims to have come through"
    assert Throttle.objects.exists()
    cache.clear()
    assert not Throttle.objects.exists()


def test_proxies_that_are_not_there_are_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 2)
    assert sign_in("name", "wrong", through="203.0.113.8") == "is wrong"
    assert "ONETEAM_PROXIES=2" in caplog.text


def signed_in(name: str = NAME) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(Account.objects.get(username=name), backend="oneteam.people.accounts.Backend")
    assert client.get("/reports/").status_code == 200
    return client


def test_disabled_account_ends_every_session_for_good() -> None:
    first, second, other = signed_in(), signed_in(), signed_in("bao.zhengheng")
    person = person_of(NAME)
    acts.disable_account(actor=CLERK, at=AT, person=person)
    for client in (first, second):
        answer = client.get("/reports/")
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")
        said = client.post("/reports/new/", {"channel": "grid_patrol", "text": "巡查", "idempotency_key": "k"})
        assert said["Location"].startswith("/accounts/login/"), "nor can anything be done"
    assert other.get("/reports/").status_code == 200
    acts.enable_account(actor=CLERK, at=AT, person=person)
    assert first.get("/reports/").status_code == 302, "enabling does not bring a session back"
    assert signed_in()
    found = Act.objects.filter(stream=person, kind__startswith="account.").order_by("seq")
    assert [act.kind for act in found] == ["account.made", "account.disabled", "account.enabled"]


def test_disabled_account_is_answered_like_a_wrong_password(clock: Clock) -> None:
    acts.disable_account(actor=CLERK, at=AT, person=person_of(NAME))
    assert sign_in() == "is wrong"
    assert session_acts() == ["session.failed"]
    acts.enable_account(actor=CLERK, at=AT, person=person_of(NAME))
    assert sign_in() is True


def test_who_is_disabled_is_not_on_duty() -> None:
    post = post_of("fang.xiaohe", "grid_attendant").id
    assert post in {held.id for held in on_duty(AT, ["grid_attendant"])}
    acts.disable_account(actor=CLERK, at=AT, person=person_of("fang.xiaohe"))
    assert post not in {held.id for held in on_duty(AT, ["grid_attendant"])}


def test_new_password_ends_every_session() -> None:
    client = signed_in()
    acts.set_password(actor=CLERK, at=AT, person=person_of(NAME), password=PASSWORD)
    assert client.get("/reports/").status_code == 302
    assert PASSWORD not in str(list(Act.objects.filter(stream=person_of(NAME)).values_list("payload", "body")))


def test_account_is_disabled_and_enabled_once() -> None:
    person = person_of(NAME)
    with pytest.raises(ConflictError):
        acts.enable_account(actor=CLERK, at=AT, person=person)
    acts.disable_account(actor=CLERK, at=AT, person=person)
    with pytest.raises(ConflictError):
        acts.disable_account(actor=CLERK, at=AT, person=person)
    with pytest.raises(MissingError):
        acts.disable_account(actor=CLERK, at=AT, person=uuid7())
    with pytest.raises(MissingError, match="nobody"):
        person_of("nobody")


@pytest.mark.parametrize("username", ["", "Shen", "a b", "-x", "x" * 61, "沈", "a/b", NAME])
def test_user_name_of_another_form_or_taken_is_refused(username: str) -> None:
    who = new_person()
    before = Act.objects.count()
    with pytest.raises(BadInputError):
        acts.make_account(actor=CLERK, at=AT, person=who, username=username, password=PASSWORD)
    assert Act.objects.count() == before


def test_person_has_one_account_sec_03() -> None:
    with pytest.raises(BadInputError, match="already"):
        acts.make_account(actor=CLERK, at=AT, person=person_of(NAME), username="another", password=PASSWORD)


@pytest.mark.parametrize("password", ["short", "password123", "1234567890"])
def test_weak_password_is_refused(password: str) -> None:
    with pytest.raises(BadInputError):
        acts.set_password(actor=CLERK, at=AT, person=person_of(NAME), password=password)
    with pytest.raises(BadInputError):
        acts.make_account(actor=CLERK, at=AT, person=new_person(), username="new", password=password)


def test_only_who_keeps_the_accounts_changes_them() -> None:
    person = person_of("fang.xiaohe")
    for who in (actor(NAME), actor("he.jingyuan"), actor("gu.weichen"), actor("bao.zhengheng"), PUBLIC):
        for act in (acts.disable_account, acts.enable_account):
            with pytest.raises(NotAllowedError):
                act(actor=who, at=AT, person=person)
        with pytest.raises(NotAllowedError):
            acts.set_password(actor=who, at=AT, person=person, password=PASSWORD)
    assert Account.objects.get(person=person).is_active


def new_person() -> UUID:
    """Register somebody without an account."""
    return acts.register_person(actor=CLERK, at=AT, name_zh="新人", name_en="Newcomer")
