"""Passkeys, the second factor (SEC-01), through allauth.mfa: registering one, and what a session was signed in with.

Whoever has a passkey signs in with it, whatever their post. Who has none may register the first one after signing in
with the password; a further one only in a session that was signed in with a passkey.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, NotAllowedError
from oneteam.people import acts
from oneteam.people.checks import TWO_FACTORS
from oneteam.people.limits import factors_needed
from oneteam.people.models import Account
from oneteam.people.queries import actor_under, actor_without_post, posts_of

NOT_TAKEN = gettext_lazy("The passkey was not accepted. Try again, and confirm on your device with PIN or finger.")
MOST_NAME = 40


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Speaks in our words; accounts have no mail address."""

    error_messages: ClassVar[dict[str, Any]] = {**DefaultMFAAdapter.error_messages, "incorrect_code": NOT_TAKEN}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name this server to the device: the host people type, without its port."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "oneteam"}


def factors_of(request: HttpRequest, account: Account) -> frozenset[str]:
    """Return what this session was signed in with: "password", "passkey"."""
    records = get_authentication_records(request, account)
    found = {"passkey" if record.get("type") == "webauthn" else record.get("method") for record in records}
    return frozenset(name for name in found if name in ("password", "passkey"))


def passkeys_of(account: Account) -> list[Authenticator]:
    """Return an account's passkeys, the oldest first."""
    return list(Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).order_by("id"))


def passkey_wanted(account: Account, request: HttpRequest, day: date) -> bool:
    """Tell whether posts of a legal day take a passkey and this session was signed in without one."""
    if "passkey" in factors_of(request, account) or factors_needed() < 2:
        return False
    return any(post.role in TWO_FACTORS for post in posts_of(account.person_id, day))


def may_add(account: Account, request: HttpRequest) -> bool:
    """Tell whether a passkey may be registered in this session: the first one, or after signing in with one."""
    return "passkey" in factors_of(request, account) or not passkeys_of(account)


def begin(account: Account) -> dict[str, Any]:
    """Return what the browser hands to the device to make a passkey; the challenge is kept in the session."""
    options: dict[str, Any] = auth.begin_registration(account, passwordless=False)
    return options


def add(account: Account, request: HttpRequest, *, at: datetime, name: str, credential: Any) -> None:
    """Register the passkey that the device made; from now on this session counts as signed in with it.

    Raises NotAllowedError where only a session with a passkey may, BadInputError for an answer that does not fit.
    """
    if not may_add(account, request):
        raise NotAllowedError(str(gettext_lazy("Sign in with a passkey to register another one.")))
    try:
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise BadInputError(str(NOT_TAKEN)) from error
    held = posts_of(account.person_id, legal_day(at))
    actor = actor_under(held[0]) if held else actor_without_post(account.person_id)
    acts.record_passkey(actor=actor, at=at)
    made = auth.WebAuthn.add(account, name.strip()[:MOST_NAME] or "–", credential).instance
    record_authentication(request, account, "mfa", id=made.pk, type=made.type)
