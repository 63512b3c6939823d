"""Founding a city: its keys, its law, and for the demo city its ground, people and one connected system."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from oneteam.journal.actors import Actor, os_operator
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import NotReadyError
from oneteam.server import config
from oneteam.server.text import gettext as _

DEMO_CLIENT = "demo-12345"


@dataclass(frozen=True, slots=True)
class Demo:
    """How one gets into the demo city: the password of every account and the token of the connected system.

    `people`: user names of those whom the sign-in page names.
    """

    password: str
    token: str
    people: tuple[str, ...] = ()


def demo_file(paths: config.CityPaths) -> Path:
    """The file (0600) that keeps the demo city's password and token."""
    return paths.root / "demo.json"


def read_demo(paths: config.CityPaths) -> Demo | None:
    """What the demo file holds; None in a city that is no demo."""
    found = config.read_json(demo_file(paths))
    if not {"password", "token"} <= found.keys():
        return None
    return Demo(str(found["password"]), str(found["token"]), tuple(found.get("people", ())))


def make_keys(paths: config.CityPaths) -> None:
    """Make the city's key files (0600) where they are missing.

    Raises NotReadyError where the database already needs a key that is gone: a new one would open nothing and sign
    nothing that was sealed before.
    """
    from oneteam.journal.models import Checkpoint, Subject  # noqa: PLC0415 -- needs Django
    from oneteam.journal.notes import create_key  # noqa: PLC0415 -- needs Django

    if not paths.master_key.exists():
        if Subject.objects.exists():
            raise NotReadyError(_missing_key(paths.master_key))
        _write_bytes(paths.master_key, secrets.token_bytes(32))
    if not paths.sealer_key.exists():
        if Checkpoint.objects.exists():
            raise NotReadyError(_missing_key(paths.sealer_key))
        create_key(paths.sealer_key, config.city())
    if not paths.web_key.exists():
        config.write_private(paths.web_key, secrets.token_urlsafe(50) + "\n")


def _missing_key(file: Path) -> str:
    return _("%(file)s is missing, but the city was founded with it: bring it back from a backup.") % {"file": file}


def _write_bytes(path: Path, content: bytes) -> None:
    """Write a key whole or not at all; never over another one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    finally:
        fresh.unlink()


def found(*, actor: Actor, at: datetime, demo: bool, whole: bool = False) -> Demo | None:
    """Load the law and the holiday table; make the demo city's settings, ground, people and client as well.

    `whole`: the whole demo city, with its firms and things; else the small one, of the tests. Idempotent and whole: one
    transaction, and what stands already is left as it is. Returns how one gets into a demo.
    """
    from oneteam.lawbook.acts import load_calendar, set_pack_values  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.calendar_seed import LIBRARY_SOURCE, seed_rows  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.catalogue_acts import load_packs  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.queries import calendar_rows  # noqa: PLC0415 -- needs Django
    from oneteam.procedures.acts import load_law  # noqa: PLC0415 -- needs Django

    paths = config.make_city_paths(config.city())
    make_keys(paths)
    with transaction.atomic(), connection.cursor() as cursor:
        # Plans are made once, while the tables are empty: reading them whole looks cheap then, and 30,000 acts follow.
        cursor.execute("SET LOCAL enable_seqscan = off")
        load_law(actor=actor, at=at)
        if not calendar_rows():
            load_calendar(actor=actor, at=at, rows=seed_rows(), source=LIBRARY_SOURCE)
        if demo:
            set_pack_values(actor=actor, at=at, pack="demo")
        load_packs(actor=actor, at=at)
        if not demo:
            return None
        return _found_demo(actor=actor, at=at, paths=paths, whole=whole)


def found_demo(*, actor: Actor, at: datetime, whole: bool) -> Demo | None:
    """Found the demo city as `found` does: one that is new, on the morning before its history begins."""
    from oneteam.demo.history import first_day  # noqa: PLC0415 -- needs Django
    from oneteam.places.models import Region  # noqa: PLC0415 -- needs Django

    if not Region.objects.exists():
        at = datetime.combine(first_day(whole=whole, until=at), time(), SHANGHAI) - timedelta(hours=16)
    return found(actor=actor, at=at, demo=True, whole=whole)


def _found_demo(*, actor: Actor, at: datetime, paths: config.CityPaths, whole: bool) -> Demo:
    from oneteam.demo.staff import shown  # noqa: PLC0415 -- needs Django
    from oneteam.people.acts import set_password  # noqa: PLC0415 -- needs Django
    from oneteam.people.models import Account  # noqa: PLC0415 -- needs Django
    from oneteam.people.registering import new_password  # noqa: PLC0415 -- needs Django
    from oneteam.server.demo import found_people, found_places, plan_ahead  # noqa: PLC0415 -- needs Django
    from oneteam.server.demo_things import found_things  # noqa: PLC0415 -- needs Django

    known: dict[str, Any] = config.read_json(demo_file(paths))
    password = str(known.get("password") or new_password())
    fresh = found_places(actor=actor, at=at, whole=whole)
    if Account.objects.exists() and "password" not in known:
        # The file was lost: nobody knows the old password any more, so the demo gets a new one.
        for account in Account.objects.all():
            set_password(actor=actor, at=at, person=account.person_id, password=password)
    found_people(actor=actor, at=at, password=password, whole=whole and fresh)
    if whole and fresh:
        found_things(actor=actor, at=at)
    plan_ahead(actor=actor, at=at)
    token = _client_token(actor=actor, at=at, known=str(known.get("token") or ""))
    there = set(Account.objects.values_list("username", flat=True))
    people = [name for name in shown() if name in there]
    demo = Demo(password, token, tuple(people))
    entrance = {"password": password, "token": token, "people": people}
    if entrance != known:
        config.write_private(demo_file(paths), config.dump(entrance))
    return demo


def _client_token(*, actor: Actor, at: datetime, known: str) -> str:
    """The token that opens the interface; a lost one is replaced by a new one of the same client."""
    from oneteam.exchange.acts import register_client, rotate_client, token_digest  # noqa: PLC0415 -- needs Django
    from oneteam.exchange.models import Client, ClientToken  # noqa: PLC0415 -- needs Django

    if known and ClientToken.objects.filter(digest=token_digest(known), client__active=True).exists():
        return known
    if Client.objects.filter(name=DEMO_CLIENT, active=True).exists():
        return rotate_client(actor=actor, at=at, name=DEMO_CLIENT)
    return register_client(actor=actor, at=at, name=DEMO_CLIENT)[1]


def main() -> None:
    """Found the demo city that the environment names; for the tests' template."""
    import django  # noqa: PLC0415 -- the environment is chosen before Django starts

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    django.setup()
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django

    found(actor=os_operator(), at=now(), demo=True)
