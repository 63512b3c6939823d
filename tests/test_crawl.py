"""Every role and the public ask for every address: each gets what it may see, and nobody reads what it may not.

What may be seen stands in tests/seen.py. Answers are looked through as well, whatever page they are: the words of an
object stand only before its readers, and no identity number or phone stands anywhere before a purpose was given.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from conftest import City
from oneteam.cases.tests.making import id_number
from oneteam.documents import checking
from oneteam.journal.models import Act
from oneteam.people import often
from tests.crawled import BORN, PHONE, SENT, World, addresses, of_objects, world
from tests.seen import PUBLIC, Address, Somebody
from tests.world import browser, follow

PLAIN = (PHONE, id_number(BORN), id_number(BORN, "345"))
"""Numbers of people that no page may show before somebody said what for."""
HEADERS = ("Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Request-Id")
INLINE = re.compile(
    r"<style|<script(?![^>]*\b(?:src=|type=\"(?:application/json|text/plain)\"))|<[a-z]+ [^<>]*\s(?:on[a-z]+|style)=|"
    r"javascript:"
)
"""What the content security policy would keep from working: scripts and styles that stand in the page itself."""
PAPERS = re.compile(r"^/(cases|documents)/")
"""The pages on which an officer of the case reads its documents, whose law wants the party's number in them."""


@dataclass(slots=True)
class Crawl:
    """One person's way through all addresses; `faults` tells what was answered otherwise than it should."""

    who: Somebody | None
    client: Client
    made: World
    faults: list[str]

    def go(self, asked: Iterable[Address]) -> None:
        """Open everything, and send forms to what is not for this person."""
        acts = Act.objects.count()
        for one in asked:
            if one.may(self.who) if self.who else one.name in PUBLIC:
                self._allowed(one)
            else:
                self._refused(one)
        self.faults += [f"{self._me} did {act.kind}" for act in Act.objects.order_by("recorded_at")[acts:]]

    def _allowed(self, one: Address) -> None:
        answer = self.client.get(one.path)
        self._expect(one, answer, (200, 204, 302) if one.get else (302, 405))
        self._read(one, answer)

    def _refused(self, one: Address) -> None:
        # A piece of a page is asked for, for which a refusal is one sentence: what stands around it need not be drawn.
        asks = [self.client.get] if one.get else []
        asks += [lambda path, **more: self.client.post(path, SENT, **more)] if one.post else []
        for ask in asks:
            answer = ask(one.path, headers={"HX-Request": "true"})
            if self.who is None:
                self._sent_to_sign_in(one, answer)
            else:
                # To auxiliaries the act itself says why it is not theirs (OFF-05).
                self._expect(one, answer, (403, 404, 422) if one.name.startswith("case_") else (403, 404, 405))
            self._read(one, answer)

    def _sent_to_sign_in(self, one: Address, answer: Any) -> None:
        signs_in = answer.status_code == 302 and "/accounts/login/" in answer.headers["Location"]
        if not signs_in and answer.status_code not in (403, 404, 405):
            self._tell(one, f"{answer.status_code} without signing in")

    def _expect(self, one: Address, answer: Any, expected: tuple[int, ...]) -> None:
        if answer.status_code not in expected or "/accounts/login/" in answer.headers.get("Location", ""):
            self._tell(one, f"{answer.status_code}, not {expected}")

    def _read(self, one: Address, answer: Any) -> None:
        text = text_of(answer)
        if missing := [name for name in HEADERS if name not in answer.headers]:
            self._tell(one, f"has no {missing}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            if inline := INLINE.search(text):
                self._tell(one, f"holds {inline[0]}, which no browser runs here")
            if "no-store" not in answer.headers.get("Cache-Control", ""):
                self._tell(one, "may be kept by a browser")
        for things in self.made.things.values():
            for thing in things:
                if (self.who is None or not thing.seen(self.who)) and any(word in text for word in thing.words):
                    self._tell(one, f"tells words of {thing.name}")
        if not (PAPERS.match(one.path) and self.who and self.who.role == "officer"):
            for number in PLAIN:
                if number in text and number not in one.path:  # whoever typed it sees what they typed
                    self._tell(one, f"shows {number}")

    def _tell(self, one: Address, what: str) -> None:
        self.faults.append(f"{self._me}: {one.name} {one.path}: {what}")

    @property
    def _me(self) -> str:
        return self.who.name if self.who else "public"


def text_of(answer: Any) -> str:
    """Return what an answer tells, of a spreadsheet the words of its cells."""
    if getattr(answer, "streaming", False):
        return ""
    content: bytes = answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return html.unescape(content.decode("utf-8", "replace"))


def all_names() -> set[str]:
    """Return the names of all addresses but those of the interface for systems."""

    def names(patterns: list[Any]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver) and not str(pattern.namespace or "").startswith("api"):
                yield from names(pattern.url_patterns)
            elif isinstance(pattern, URLPattern):
                yield str(pattern.name)

    return set(names(get_resolver("oneteam.urls").url_patterns))


def test_everybody_sees_what_they_may_and_nobody_more(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(often, "LIMITS", {})
    monkeypatch.setitem(checking.LIMITS, "check", "9000/m/ip")
    # Two queries less for each of thousands of answers.
    monkeypatch.setattr(settings, "SESSION_ENGINE", "django.contrib.sessions.backends.signed_cookies")
    made = world()
    asked, faults = list(addresses(made)), list[str]()
    assert {one.name for one in asked} == all_names() - {"style", "style_sample"}, "an address is in no table"
    follow(city.name)
    for who in (*made.people, None):
        client = browser(who.username, who.role) if who else Client()
        Crawl(who, client, made, faults).go(asked)
    own = list(of_objects(made))
    for who in made.others:
        Crawl(who, browser(who.username, who.role), made, faults).go(own)
    assert faults == []
