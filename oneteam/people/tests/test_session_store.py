"""Sessions while the database is away, and sessions that were ended meanwhile."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import RequestFactory

from conftest import City
from oneteam.people.session_store import SessionStore
from oneteam.web import views


def test_database_that_is_away_is_not_taken_for_a_session_that_ended(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object, **_named: object) -> None:
        raise OperationalError("terminating connection due to administrator command")

    store = SessionStore()
    store["post"] = "one"
    store.save()
    store["post"] = "two"
    with monkeypatch.context() as patch:
        patch.setattr(Session, "save", away)
        with pytest.raises(OperationalError):
            store.save()
    store.save()
    assert SessionStore(store.session_key)["post"] == "two"
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()


def test_session_that_ended_meanwhile_is_told_as_that() -> None:
    answer = views.bad_request(RequestFactory().post("/orders/"), SessionInterrupted("gone"))
    assert answer.status_code == 400
    assert "You were signed out meanwhile" in answer.content.decode()
