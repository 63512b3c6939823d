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
register(ActKind(name="client.revoked", text=gettext_lazy("Connected system revoked"), who=_WHO))


def token_digest(token: str) -> bytes:
    """Return what is stored of a token (256 random bits need no slow hash)."""
    return hashlib.sha256(token.encode()).digest()


@write
def register_client(*, actor: Actor, at: datetime, name: str) -> tuple[UUID, str]:
    """Register a connected system; returns its id and its token, which is shown this once only."""
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
def revoke_client(*, actor: Actor, at: datetime, name: str) -> None:
    """Revoke a connected system; its token is refused from the next request on."""
    client = Client.objects.filter(name=name, active=True).first()
    if client is None:
        raise MissingError(_("There is no active connected system of this name."))
    record(kind="client.revoked", actor=actor, at=at, stream=client.id)
    Client.objects.filter(id=client.id).update(active=False)
    ClientToken.objects.filter(client=client).delete()
