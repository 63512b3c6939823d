"""Writes to the register of connected systems."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.exchange.models import Client, ClientToken
from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.kernel.ids import uuid7

_WHO = frozenset({"operator", "security_admin"})
register(ActKind(name="client.registered", text=gettext_lazy("Connected system registered"), who=_WHO))
register(ActKind(name="client.rotated", text=gettext_lazy("Connected system given a new token"), who=_WHO))
register(ActKind(name="client.revoked", text=gettext_lazy("Connected system revoked"), who=_WHO))


def token_digest(token: str) -> bytes:
    """Return what is stored of a token (256 random bits need no slow hash)."""
    return hashlib.sha256(token.encode()).digest()


@write
def register_client(*, actor: Actor, at: datetime, name: str) -> tuple[UUID, str]:
    """Register a connected system; returns its id and its token, which is shown this once only.

    Raises BadInputError where an active system has this name; a revoked one's name may be used again.
    """
    client, token = uuid7(), secrets.token_urlsafe(32)
    record(kind="client.registered", actor=actor, at=at, stream=client)
    try:
        with transaction.atomic():
            Client.objects.create(id=client, name=name)
    except IntegrityError as error:
        raise BadInputError(_("There is a connected system of this name already.")) from error
    ClientToken.objects.create(digest=token_digest(token), client_id=client)
    return client, token


@write
def rotate_client(*, actor: Actor, at: datetime, name: str) -> str:
    """Give a connected system a new token and return it, this once; the old one is refused from the next request on.

    The system stays the same: what it handed in before, it may still follow. MissingError for no active system.
    """
    client, token = _active(name), secrets.token_urlsafe(32)
    record(kind="client.rotated", actor=actor, at=at, stream=client.id)
    ClientToken.objects.filter(client=client).delete()
    ClientToken.objects.create(digest=token_digest(token), client=client)
    return token


@write
def revoke_client(*, actor: Actor, at: datetime, name: str) -> None:
    """Revoke a connected system; its token is refused from the next request on."""
    client = _active(name)
    record(kind="client.revoked", actor=actor, at=at, stream=client.id)
    Client.objects.filter(id=client.id).update(active=False)
    ClientToken.objects.filter(client=client).delete()


def _active(name: str) -> Client:
    """Return the active system of this name, locked until the transaction ends."""
    client = Client.objects.select_for_update().filter(name=name, active=True).first()
    if client is None:
        raise MissingError(_("There is no active connected system of this name."))
    return client
