"""Two factors (SEC-01), idle sessions (SEC-02), unused accounts (SEC-03), administrators kept apart (SEC-04)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import ConflictError, MissingError, OneteamError
from oneteam.people import accounts, acts, idle
from oneteam.people.models import Account, Post, Role, Unit
from oneteam.people.queries import actor_under, posts_of
from tests.world import AT

pytestmark = pytest.mark.usefixtures("city")

CLERK = operator("clerk")
TODAY = legal_day(AT)
DAY = timedelta(days=1)
PASSWORD = "correct-horse-battery"
PASSWORD_ONLY, BOTH = frozenset({"password"}), frozenset({"password", "passkey"})


@pytest.fixture
def real_city(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the city be no demo."""
    monkeypatch.setattr(settings, "REGION_IS_DEMO", False)


def newcomer(role: str) -> Account:
    """Somebody with an account and a post of this role."""
    who = person()
    give(who, role)
    acts.make_account(actor=CLERK, at=AT, person=who, username=f"t.{who.hex[-8:]}", password=PASSWORD)
    return Account.objects.get(person=who)


def person() -> UUID:
    return acts.register_person(actor=CLERK, at=AT, name_zh="测试员", name_en="Tester")


def give(who: UUID, role: str, first: date = TODAY, last: date | None = None) -> UUID:
    return acts.give_post(
        actor=CLERK, at=AT, person=who, unit=Unit.objects.get(code="U01").id, role=role, title_zh="岗位",
        title_en="Post", valid_from=first, valid_to=last,
    )  # fmt: skip


def sign_in(account: Account, client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client(headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    return client, client.post("/accounts/login/", {"login": account.username, "password": PASSWORD})


@pytest.mark.usefixtures("real_city")
@pytest.mark.parametrize("role", ["officer", "brigade_leader", "head", "system_admin", "security_admin", "audit_admin"])
def test_sec_01_officers_and_administrators_take_a_passkey(role: str) -> None:
    account = newcomer(role)
    under = actor_under(posts_of(account.person_id, TODAY)[0])
    for factors in (frozenset[str](), PASSWORD_ONLY, frozenset({"passkey"})):
        with pytest.raises(OneteamError, match="SEC-01"):
            acts.take_post(actor=under, at=AT, factors=factors)
    acts.take_post(actor=under, at=AT, factors=BOTH)


@pytest.mark.usefixtures("real_city")
@pytest.mark.parametrize("role", sorted(set(Role.values) - {
    "officer", "brigade_leader", "head", "system_admin", "security_admin", "audit_admin",
}))  # fmt: skip
def test_sec_01_others_sign_in_with_the_password(role: str) -> None:
    account = newcomer(role)
    acts.take_post(actor=actor_under(posts_of(account.person_id, TODAY)[0]), at=AT, factors=PASSWORD_ONLY)


@pytest.mark.usefixtures("real_city")
def test_sec_01_officer_with_the_password_only_is_led_to_the_passkeys() -> None:
    account = newcomer("officer")
    client, answer = sign_in(account)
    assert answer.status_code == 302
    assert client.get("/orders/")["Location"].startswith("/posts/")
    assert "/passkeys/" in client.get("/posts/").content.decode()
    post = posts_of(account.person_id, TODAY)[0].id
    refused = client.post("/posts/", {"post": str(post)})
    assert refused.status_code == 422
    assert "SEC-01" in refused.content.decode()
    page = client.get("/passkeys/")
    assert page.status_code == 200
    assert "passkey-options" in page.content.decode()
    assert client.post("/passkeys/", {"credential": "{}", "name": "x"}).status_code == 422
    assert client.post("/passkeys/", {"credential": "[", "name": "x"}).status_code == 422
    assert not Authenticator.objects.exists()
    assert client.get("/orders/")["Location"].startswith("/posts/")


def test_sec_01_demo_city_lets_officers_in_with_the_password_and_says_so() -> None:
    account = newcomer("officer")
    client, _answer = sign_in(account)
    assert client.get("/orders/").status_code == 200


def passkey(account: Account) -> Authenticator:
    return Authenticator.objects.create(user=account, type="webauthn", data={"name": "phone", "credential": {}})


def test_passkeys_of_somebody_are_removed_by_act_and_sessions_end() -> None:
    account = newcomer("dispatcher")
    client, _answer = sign_in(account)
    passkey(account)
    assert acts.remove_passkeys(actor=CLERK, at=AT, person=account.person_id) == 1
    assert client.get("/reports/").status_code == 302
    assert Act.objects.filter(stream=account.person_id, kind="account.passkeys_removed").count() == 1
    with pytest.raises(MissingError):
        acts.remove_passkeys(actor=CLERK, at=AT, person=account.person_id)
    assert Act.objects.filter(stream=account.person_id, kind="account.passkeys_removed").count() == 1


@pytest.mark.parametrize(("minutes", "ended"), [(29.9, False), (30, False), (30.1, True), (600, True)])
def test_sec_02_session_left_alone_ends(monkeypatch: pytest.MonkeyPatch, minutes: float, ended: bool) -> None:
    account = newcomer("dispatcher")
    client, _answer = sign_in(account)
    assert client.get("/reports/").status_code == 200
    seen = client.session[idle.SEEN]
    monkeypatch.setattr("time.time", lambda: seen + minutes * 60)
    answer = client.get("/reports/")
    assert answer.status_code == (302 if ended else 200)
    if ended:
        assert answer["Location"] == "/accounts/login/?next=/reports/"
        assert "without activity" in client.get(answer["Location"]).content.decode()
    last = Act.objects.filter(stream=account.person_id).order_by("-seq")[0]
    assert (last.kind == "session.signed_out") is ended


def test_sec_02_what_the_page_asks_by_itself_is_no_activity(monkeypatch: pytest.MonkeyPatch) -> None:
    client, _answer = sign_in(newcomer("dispatcher"))
    client.get("/reports/")
    seen = client.session[idle.SEEN]
    monkeypatch.setattr("time.time", lambda: seen + 20 * 60)
    client.get("/live/")
    assert client.session[idle.SEEN] == seen
    client.get("/reports/")
    assert client.session[idle.SEEN] == seen + 20 * 60


@pytest.mark.parametrize(("days", "opens"), [(90, True), (91, False)])
def test_sec_03_account_unused_for_more_than_ninety_days_opens_no_more(
    monkeypatch: pytest.MonkeyPatch, days: int, opens: bool
) -> None:
    account = newcomer("dispatcher")
    monkeypatch.setattr(settings, "REGION_IS_DEMO", False)
    read = {"sign_in.unused_days": "90"}
    monkeypatch.setattr("oneteam.people.limits._sources", [lambda name: read.get(name, "5")])
    monkeypatch.setattr(accounts, "now", lambda: AT + days * DAY)
    assert (sign_in(account)[1].status_code == 302) is opens
    if opens:
        account.refresh_from_db()
        assert account.used_at == AT + days * DAY
        with pytest.raises(ConflictError):
            acts.enable_account(actor=CLERK, at=AT + days * DAY, person=account.person_id)
        return
    acts.enable_account(actor=CLERK, at=AT + days * DAY, person=account.person_id)
    assert sign_in(account)[1].status_code == 302, "a security administrator lets it in again"


def test_sec_03_no_account_is_there_by_default() -> None:
    assert not Account.objects.filter(username__in=["admin", "root", "system", "test"]).exists()
    assert {account.person_id for account in Account.objects.all()} <= set(
        Post.objects.values_list("person", flat=True)
    )


@pytest.mark.parametrize(
    ("first", "last", "refused"), [(-9, -1, False), (-9, 0, True), (10, None, True), (11, None, False)]
)
@pytest.mark.parametrize("pair", [
    ("system_admin", "security_admin"), ("security_admin", "audit_admin"), ("audit_admin", "system_admin"),
])  # fmt: skip
def test_sec_04_nobody_holds_two_administrators_roles_at_once(
    pair: tuple[str, str], first: int, last: int | None, refused: bool
) -> None:
    who = person()
    give(who, pair[0], TODAY, TODAY + 10 * DAY)
    span = (TODAY + first * DAY, None if last is None else TODAY + last * DAY)
    if not refused:
        assert give(who, pair[1], *span)
        return
    with pytest.raises(OneteamError, match="SEC-04"):
        give(who, pair[1], *span)
    assert Post.objects.filter(person=who).count() == 1


def test_sec_04_post_made_longer_into_another_ones_span_is_refused() -> None:
    who = person()
    post = give(who, "system_admin", TODAY, TODAY + 5 * DAY)
    give(who, "audit_admin", TODAY + 6 * DAY)
    acts.end_post(actor=CLERK, at=AT, post=post, valid_to=TODAY + 4 * DAY)
    acts.end_post(actor=CLERK, at=AT, post=post, valid_to=TODAY + 5 * DAY)
    with pytest.raises(OneteamError, match="SEC-04"):
        acts.end_post(actor=CLERK, at=AT, post=post, valid_to=TODAY + 6 * DAY)


def test_sec_04_other_posts_beside_an_administrators_are_no_matter() -> None:
    who = person()
    for role in ("system_admin", "dispatcher", "officer"):
        assert give(who, role)
