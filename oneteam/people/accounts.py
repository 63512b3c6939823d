"""Signing in, through allauth; and recording it."""

import logging
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from oneteam.journal.actors import PUBLIC, Actor
from oneteam.kernel.clock import legal_day, now
from oneteam.kernel.errors import UnlawfulError
from oneteam.people import acts
from oneteam.people.idle import session_ended
from oneteam.people.lockout import forget_failures, locked_until
from oneteam.people.models import Account
from oneteam.people.passkeys import factors_of
from oneteam.people.queries import HeldPost, actor_under, actor_without_post, posts_of

log = logging.getLogger(__name__)


class Backend(AuthenticationBackend):  # type: ignore[misc] # allauth has no types
    """Passwords of active accounts. A disabled one is answered like a wrong password, which tells strangers nothing.

    An account unused for too long counts as disabled, until somebody enables it again (SEC-03).
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Account | None:
        """Return the account that these credentials open, or None."""
        found: Account | None = super().authenticate(request, **credentials)
        # allauth would go on with a disabled account whose password was right.
        self.unstash_authenticated_user()
        return None if found is not None and acts.is_unused(found, now()) else found


class Adapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Nobody registers by themselves: accounts are made by act. Speaks in our words, and only where there is need."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("User name or password is wrong, or the account is disabled."),
        "too_many_login_attempts": gettext_lazy("Too many failed attempts; wait a few minutes, then try again."),
    }

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing of signing in or out: the next page shows it."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a name that is locked (SEC-02), then an address that failed too often."""
        moment = now()
        until = locked_until(str(credentials.get("username", "")), moment)
        if until is not None and session_ended(PUBLIC, moment, locked=until - moment):
            minutes = math.ceil((until - moment).total_seconds() / 60)
            message = ngettext(
                "Too many failed attempts under this user name; wait %(minutes)d minute, then try again.",
                "Too many failed attempts under this user name; wait %(minutes)d minutes, then try again.",
                minutes,
            )
            raise ValidationError(message % {"minutes": minutes}, code="too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return whom failed attempts are counted for: the address that the outermost trusted proxy saw."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            # Nobody can sign in with an error page; all then share the proxy's own address until this is mended.
            log.error(  # noqa: TRY400 -- the text is for a person
                "ONETEAM_PROXIES=%d, but a request came through fewer (X-Forwarded-For: %s): set it to their number",
                settings.ALLAUTH_TRUSTED_PROXY_COUNT, request.headers.get("x-forwarded-for"),
            )  # fmt: skip
            return str(request.META["REMOTE_ADDR"])

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse self-registration."""
        return False


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: Account, **_kwargs: Any) -> None:
    moment = now()
    forget_failures(user.username)
    held = posts_of(user.person_id, legal_day(moment))
    acts.sign_in(actor=_signing(user, held), at=moment)
    request.session["seen"] = time.time()
    if len(held) == 1:
        # Refused where the post takes two factors: the page of posts says so, and leads to the passkeys.
        with suppress(UnlawfulError):
            acts.take_post(actor=actor_under(held[0]), at=moment, factors=factors_of(request, user))
            request.session["post"] = str(held[0].id)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: Account | None, **_kwargs: Any) -> None:
    if user is not None:
        moment = now()
        acts.sign_out(actor=_signing(user, posts_of(user.person_id, legal_day(moment))), at=moment)


def _signing(user: Account, held: Sequence[HeldPost]) -> Actor:
    """Return who signs in or out: under the first post, as none is chosen yet; without any where none is held today."""
    return actor_under(held[0]) if held else actor_without_post(user.person_id)


@receiver(user_login_failed)
def _failed(sender: Any, credentials: dict[str, Any], **_kwargs: Any) -> None:
    acts.sign_in_failed(at=now(), username=str(credentials.get("username", ""))[:60])
