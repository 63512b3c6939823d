"""One's own password: changed by who knows the one that holds, guessed by nobody, taken as it is typed."""

import pytest
from django.test import Client

from conftest import City
from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.people import acts
from oneteam.people.queries import person_of
from tests.world import AT

NAME, PASSWORD = "shen.yulan", "correct-horse-battery"


@pytest.fixture(autouse=True)
def known(city: City) -> None:
    """Give the dispatcher a password that the tests know."""
    acts.set_password(actor=operator("clerk"), at=AT, person=person_of(NAME), password=PASSWORD)


def opens(password: str) -> bool:
    """Tell whether somebody signs in with a password."""
    return Client().post("/accounts/login/", {"login": NAME, "password": password}).status_code == 302


def test_own_password_is_changed_by_who_knows_it_and_other_sessions_end() -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.cookies["django_language"] = "en"
        assert client.post("/accounts/login/", {"login": NAME, "password": PASSWORD}).status_code == 302

    def send(current: str, new: str, again: str = "") -> str:
        answer = here.post("/password/", {"current": current, "new": new, "again": again or new})
        assert answer.status_code in (302, 422)
        return answer.content.decode() if answer.status_code == 422 else "changed"

    fresh = "another-horse-battery"
    assert "The current password is wrong." in send("not-this-one-at-all", fresh)
    assert "is the current one" in send(PASSWORD, PASSWORD)
    assert "too short" in send(PASSWORD, "short")
    assert "The two new passwords differ." in send(PASSWORD, fresh, "another-horse-batter")
    assert elsewhere.get("/desk/").status_code == 200, "nothing was changed so far"
    assert send(PASSWORD, fresh) == "changed"
    assert here.get("/desk/").status_code == 200
    assert "/accounts/login/" in elsewhere.get("/desk/")["Location"]
    assert opens(fresh)
    assert not opens(PASSWORD)
    [act] = Act.objects.filter(kind="account.password_changed")
    assert (act.actor, act.stream) == (f"person:{person_of(NAME)}", person_of(NAME))
    assert fresh not in str(act.payload)


def test_sec_02_guessing_the_password_before_an_open_screen_locks_the_name() -> None:
    here = Client()
    here.cookies["django_language"] = "en"
    here.post("/accounts/login/", {"login": NAME, "password": PASSWORD})
    sent = {"new": "another-horse-battery", "again": "another-horse-battery"}
    for _time in range(5):
        assert "is wrong" in here.post("/password/", {"current": "a-guess-of-it", **sent}).content.decode()
    assert "Too many failed attempts" in here.post("/password/", {"current": PASSWORD, **sent}).content.decode()
    assert not Act.objects.filter(kind="account.password_changed").exists()
    assert Act.objects.filter(kind="session.locked", stream=person_of(NAME)).count() == 1


@pytest.mark.parametrize("fresh", [" a space before it", "a space after it "])
def test_own_password_is_taken_as_it_is_typed(fresh: str) -> None:
    here = Client()
    here.post("/accounts/login/", {"login": NAME, "password": PASSWORD})
    assert here.post("/password/", {"current": PASSWORD, "new": fresh, "again": fresh}).status_code == 302
    assert opens(fresh)
