"""Who hears of what: exactly who may open the object; a session that ended hears nothing."""

import asyncio
import json
import time
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import City
from oneteam.command.rules import READERS as ORDER_READERS
from oneteam.intake.navigation import READERS
from oneteam.journal.queries import last_sealed
from oneteam.live import hub as hubs
from oneteam.live.feed import SENTENCES, Event, Heard, Seat, heard_after, may_hear, seat_of
from oneteam.live.hub import Hub, Stream
from oneteam.live.serving import Refused, head_of, last_heard, origin_of
from oneteam.people.sessions import holder_of
from oneteam.procedures.roles import ROLES
from tests.world import AT, HERE, actor, browser, follow, post_of, receive

NOW = time.time()


def seat(role: str, **more: Any) -> Seat:
    return Seat(**{"session": "s", "account": "1", "person": uuid4(), "post": uuid4(), "role": role, **more})


def event(topic: str = "report", **more: Any) -> Event:
    values = {"n": 1, "kind": f"{topic}.received", "topic": topic, "object": uuid4(), "area": None, "at": AT, **more}
    return Event(**values)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_hears_of_what_it_may_open_and_of_nothing_else(role: str) -> None:
    assert may_hear(seat(role), event("report")) == (role in READERS)
    assert may_hear(seat(role), event("incident")) == (role in READERS)
    mine = seat(role)
    assert may_hear(mine, event("order", post=mine.post)) == (role in ORDER_READERS)
    foreign = may_hear(mine, event("order", post=uuid4()))
    assert foreign == (role in ORDER_READERS and role not in ("officer", "grid_attendant"))
    assert may_hear(mine, event("order", post=uuid4(), handled=True)) == (role in ORDER_READERS)
    assert not may_hear(mine, event("case"))


def test_what_is_told_of_a_report_names_nobody_and_costs_the_same_for_many(city: City) -> None:
    follow(city.name)
    before = last_sealed()
    report = receive("锦塘路88号有人占道烧烤，电话13800008001", lon=None, lat=None)
    follow(city.name)
    heard_after(before)  # the ground is read once
    with CaptureQueriesContext(connection) as one:
        heard = heard_after(before)
    [told] = [each for each in heard.events if each.kind == "report.received"]
    assert (told.object, told.topic, told.at) == (report.id, "report", AT)
    assert "13800008001" not in hubs.told(told).decode()
    assert json.loads(hubs.told(told).decode().split("data: ")[1])["at"] == f"{HERE:%H:%M}"
    for number in range(10):
        receive(f"第{number}处烧烤摊占道")
    follow(city.name)
    with CaptureQueriesContext(connection) as many:
        assert len(heard_after(before).events) == 11
    assert len(many) == len(one)
    assert heard_after(last_sealed()) == Heard([], last_sealed(), frozenset())


def test_a_seat_is_the_sessions_post_and_ends_with_it(city: City) -> None:
    client = browser("shen.yulan")
    client.get("/desk/")  # the only post is taken by itself
    key = str(client.session.session_key)
    if "post" not in client.session:
        client.post("/posts/", {"post": str(post_of("shen.yulan", "dispatcher").id)})
        key = str(client.session.session_key)
    mine = seat_of(key, moment=NOW, at=AT)
    assert mine is not None
    assert (mine.role, mine.post) == ("dispatcher", post_of("shen.yulan", "dispatcher").id)
    assert seat_of("", moment=NOW, at=AT) is None
    assert seat_of("0" * 32, moment=NOW, at=AT) is None
    # Listening is no activity: a session left alone ends though its stream is open (SEC-02).
    assert holder_of(key, moment=NOW + 3 * 3600, at=AT) is None
    before = last_sealed()
    client.post("/accounts/logout/")
    assert seat_of(key, moment=NOW, at=AT) is None
    follow(city.name)
    assert actor("shen.yulan").person_id in heard_after(before).persons  # so the hub asks at once


class Socket:
    """What a stream writes to."""

    def __init__(self) -> None:
        self.text, self.unread, self.closed, self.transport = b"", 0, False, self

    def write(self, text: bytes) -> None:
        self.text += text

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return self.unread

    def close(self) -> None:
        self.closed = True

    abort = close


def stream(hub: Hub, whose: Seat, heard: int | None = None) -> Socket:
    socket = Socket()
    hub.open(Stream(whose, socket), heard)  # type: ignore[arg-type] # a socket as far as a stream needs one
    return socket


def told(socket: Socket) -> list[str]:
    return [line[7:] for line in socket.text.decode().splitlines() if line.startswith("event: ")]


def test_the_hub_tells_each_post_its_own_and_who_comes_back_what_was_missed() -> None:
    hub = Hub()
    hub.last = hub._since = 0
    desk, officer, guest = (stream(hub, seat(role)) for role in ("dispatcher", "officer", "cashier"))
    slow = stream(hub, seat("head"))
    slow.unread = hubs.UNSENT + 1
    hub.tell(Heard([event(n=3)], 5, frozenset()))
    assert [told(each) for each in (desk, officer, guest)] == [["beat", "act"], ["beat"], ["beat"]]
    assert slow.closed  # a browser that reads nothing is cut off instead of filling the memory
    assert told(stream(hub, seat("head"), 2)) == ["act", "beat"]
    assert told(stream(hub, seat("head"), 3)) == ["beat"]
    assert told(stream(hub, seat("officer"), 2)) == ["beat"]
    assert told(stream(hub, seat("head"), 9)) == ["fresh", "beat"]  # of another time: the page fetches all anew
    hub.tell(Heard([event(n=n) for n in range(10, 10 + hubs.FLOOD + 1)], 500, frozenset()))
    assert told(desk)[2:] == ["fresh"]
    assert told(officer) == ["beat"]


def test_the_hub_ends_the_streams_of_a_seat_that_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    here, gone = seat("dispatcher", session="here"), seat("head", session="gone")
    sockets = [stream(hub, here), stream(hub, gone)]
    monkeypatch.setattr(hubs, "seat_of", lambda session, **_at: here if session == "here" else None)
    asyncio.run(hub._ask_again({here, gone}))
    assert [socket.closed for socket in sockets] == [False, True]
    moved = replace(here, post=uuid4())  # another post was taken in the same session
    monkeypatch.setattr(hubs, "seat_of", lambda _session, **_at: moved)
    asyncio.run(hub._ask_again({here}))
    assert sockets[0].closed


def test_requests_that_are_none_of_ours_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["law.example"])
    assert head_of(b"GET /live/events/?heard=7 HTTP/1.1\r\nHost: law.example:8001\r\n\r\n") == (
        "/live/events/", "heard=7", {"host": "law.example:8001"},
    )  # fmt: skip
    for wrong in (b"POST / HTTP/1.1\r\n\r\n", b"GET /\r\n\r\n", b"\x16\x03\x01\r\n\r\n"):
        with pytest.raises(Refused):
            head_of(wrong)
    host = {"host": "law.example:8001"}
    assert origin_of({**host, "origin": "http://law.example:8000"}) == "http://law.example:8000"
    assert origin_of(host) == ""
    for headers in (
        {**host, "origin": "https://evil.example"},
        {"host": "evil.example"},
        {**host, "origin": "null"},
        {},
    ):
        with pytest.raises(Refused):
            origin_of(headers)
    assert last_heard("heard=7", {}) == 7
    assert last_heard("heard=7", {"last-event-id": "9"}) == 9
    assert [last_heard(query, {}) for query in ("", "heard=x", "heard=" + "9" * 30)] == [None, None, None]


def test_every_sentence_belongs_to_an_act_that_exists() -> None:
    from tests.world import product_acts  # noqa: PLC0415 -- all rooms' acts stand only after the setup

    assert SENTENCES.keys() <= product_acts().keys()
