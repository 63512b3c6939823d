"""A connection is asked with a statement only where its socket has something to tell."""

import pytest
from django.db import connection

from oneteam.server import testing
from oneteam.server.access import administrator

pytestmark = pytest.mark.usefixtures("city")


def test_a_quiet_connection_is_usable_without_a_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "cursor", None)  # asking would fail
    assert connection.is_usable()


def test_a_connection_with_a_notice_waiting_is_asked() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN heard")
        with administrator(str(connection.settings_dict["NAME"]), data=testing.data()) as other:
            other.execute("NOTIFY heard")
    assert connection.is_usable()


def test_a_request_after_the_database_ended_the_connection_opens_a_new_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [first] = cursor.fetchone()
    with administrator(str(connection.settings_dict["NAME"]), data=testing.data()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert not connection.is_usable()
    connection.close_if_unusable_or_obsolete()  # as at the end of a request
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [second] = cursor.fetchone()
    assert second != first
