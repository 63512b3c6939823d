"""What tests do with the founded demo city: find its people, act as them, seal and follow."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from oneteam.intake import acts as intake
from oneteam.intake.telling import Told
from oneteam.journal.actors import Actor, ActorKind
from oneteam.journal.follow import settle
from oneteam.journal.kinds import ActKind, act_kinds
from oneteam.journal.notes import load_key
from oneteam.journal.seal import Sealer, dsn_of
from oneteam.kernel.clock import SHANGHAI, legal_day, parse_clock, real_now
from oneteam.people.models import Account, Post
from oneteam.people.queries import actor_under, posts_of
from oneteam.server import testing

AT = parse_clock(os.environ["ONETEAM_CLOCK"], real_now()).start.astimezone(UTC)
"""Region time of the tests (conftest.py: 14:00 on a Wednesday, unless the run is told otherwise)."""
HERE = AT.astimezone(SHANGHAI)
"""The same as the region's clocks and calendars show it."""


def product_acts() -> dict[str, ActKind]:
    """Return the kinds of act of the product, without those that tests declare for themselves (probe.…)."""
    return {name: kind for name, kind in act_kinds().items() if not name.startswith("probe.")}


def actor(username: str, role: str | None = None) -> Actor:
    """Return a person of the demo city, acting under the post of this role (the only one where none is named)."""
    account = Account.objects.get(username=username)
    held = [post for post in posts_of(account.person_id, legal_day(AT)) if role in (None, post.role)]
    assert len(held) == 1, f"{username} holds {[post.role for post in held]}"
    return actor_under(held[0])


def post_of(username: str, role: str) -> Post:
    """Return the post of this role that a person of the demo city holds."""
    return Post.objects.get(person__account__username=username, role=role)


def told(text: str = "锦塘路有人占道摆摊卖烧烤。", **more: Any) -> Told:
    """Return a telling by the hotline."""
    values: dict[str, Any] = {"channel": "hotline_12345", "text": text, "told_at": AT - timedelta(minutes=10), **more}
    return Told(**values)


def receive(text: str = "锦塘路有人占道摆摊卖烧烤。", *, at: datetime = AT, **more: Any) -> intake.Received:
    """Take in a report handed over by a connected system."""
    client = Actor(kind=ActorKind.CLIENT, id="0199aaaa-0000-7000-8000-000000000001", name="hotline")
    return intake.receive_report(actor=client, at=at, told=told(text, **more), source="api:test")


def follow(name: str) -> dict[str, int]:
    """Seal all acts of the database `name` and let the followers take them; returns acts handled."""
    database = {**testing.database(name, "sealer")}
    sealer = Sealer(dsn_of(database), load_key(Path(settings.SEALER_KEY)), Path(settings.CHECKPOINT_FILE))
    try:
        return settle(sealer, patience=120.0)  # another test's long transaction holds sealing back in the whole cluster
    finally:
        sealer.close()


def browser(username: str, role: str | None = None, language: str = "zh-hans") -> Client:
    """Return a signed-in test client under a post."""
    client = Client(headers={"accept-language": "en" if language == "en" else "zh-hans"})
    client.cookies["django_language"] = language
    account = Account.objects.get(username=username)
    client.force_login(account, backend="oneteam.people.accounts.Backend")
    if role is not None:
        client.post("/posts/", {"post": str(post_of(username, role).id)})
    return client
