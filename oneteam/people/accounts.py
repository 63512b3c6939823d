"""Signing in, through allauth; and recording it."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from oneteam.kernel.clock import legal_day, now
from oneteam.people import acts
from oneteam.people.models import Account
from oneteam.people.queries import actor_under, posts_of


class Backend(AuthenticationBackend):  # type: ignore[misc] # allauth has no types
    """Passwords of active accounts."""


class Adapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Nobody registers by themselves: accounts are made by act. Speaks in our words, and only where there is need."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("User name or password is wrong."),
        "too_many_login_attempts": gettext_lazy("Too many failed attempts; wait a few minutes, then try again."),
    }

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing of signing in or out: the next page shows it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse self-registration."""
        return False


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: Account, **_kwargs: Any) -> None:
    moment = now()
    held = posts_of(user.person_id, legal_day(moment))
    if not held:
        return  # the middleware tells who holds no post today
    acts.sign_in(actor=actor_under(held[0]), at=moment)
    if len(held) == 1:
        acts.take_post(actor=actor_under(held[0]), at=moment)
        request.session["post"] = str(held[0].id)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: Account | None, **_kwargs: Any) -> None:
    moment = now()
    held = posts_of(user.person_id, legal_day(moment)) if user else []
    if held:
        acts.sign_out(actor=actor_under(held[0]), at=moment)


@receiver(user_login_failed)
def _failed(sender: Any, credentials: dict[str, Any], **_kwargs: Any) -> None:
    acts.sign_in_failed(at=now(), username=str(credentials.get("username", ""))[:60])
