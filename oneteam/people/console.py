"""What the commands of this room do and say: text over acts and queries."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from oneteam.journal.actors import Actor
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.people import acts
from oneteam.people.queries import accounts as all_accounts
from oneteam.people.queries import held_posts, person_of
from oneteam.people.registering import renew_password, unit_of


def accounts(at: datetime) -> Iterator[str]:
    """Yield a line for each account: user name, person, whether it may sign in, and the posts of the day."""
    for account in all_accounts(legal_day(at)):
        posts = ", ".join(f"{post.role} {post.unit_code}" for post in account.posts) or _("no post today")
        state = "" if account.active else _(" (disabled)")
        yield f"{account.username}{state}: {account.name} – {posts}"


def disable(*, actor: Actor, at: datetime, username: str) -> str:
    """Disable an account and return what to tell."""
    acts.disable_account(actor=actor, at=at, person=person_of(username))
    return _("%(name)s is disabled; all sessions end at the next request.") % {"name": username}


def enable(*, actor: Actor, at: datetime, username: str) -> str:
    """Enable an account and return what to tell."""
    acts.enable_account(actor=actor, at=at, person=person_of(username))
    return _("%(name)s may sign in again, with the password it had.") % {"name": username}


def password(*, actor: Actor, at: datetime, username: str) -> str:
    """Set a new password and return it; it is shown this once."""
    return renew_password(actor=actor, at=at, person=person_of(username))["password"]


def forget_passkeys(*, actor: Actor, at: datetime, username: str) -> str:
    """Remove somebody's passkeys and return what to tell."""
    acts.remove_passkeys(actor=actor, at=at, person=person_of(username))
    return _("The passkeys of %(name)s are removed; the next sign-in registers a new one.") % {"name": username}


CHANGES: Mapping[str, Callable[..., str]] = {
    "disable": disable, "enable": enable, "password": password, "forget-passkeys": forget_passkeys,
}  # fmt: skip
"""What `oneteam account NAME` runs, by name."""


def give(
    *, actor: Actor, at: datetime, username: str, role: str, unit: str, titles: tuple[str, str],
    first: date | None, last: date | None,
) -> str:  # fmt: skip
    """Give a person a further post and return what to tell."""
    begin = first or legal_day(at)
    acts.give_post(
        actor=actor, at=at, person=person_of(username), unit=unit_of(unit), role=role, title_zh=titles[0],
        title_en=titles[1], valid_from=begin, valid_to=last,
    )  # fmt: skip
    return _("%(name)s holds the post %(role)s from %(day)s.") % {"name": username, "role": role, "day": begin}


def end(*, actor: Actor, at: datetime, username: str, role: str, unit: str, last: date | None) -> str:
    """End a post and return what to tell. The role must say which: BadInputError where several posts are meant."""
    day = last or legal_day(at)
    found = held_posts(person_of(username), legal_day(at), role=role, unit=unit)
    if not found:
        raise MissingError(_("%(name)s holds no post %(role)s that is still open.") % {"name": username, "role": role})
    if len(found) > 1:
        units = ", ".join(post.unit_code for post in found)
        message = _("%(name)s holds this role in several units (%(units)s): name one with --unit.")
        raise BadInputError(message % {"name": username, "units": units})
    acts.end_post(actor=actor, at=at, post=found[0].id, valid_to=day)
    return _("The post %(role)s of %(name)s ends with %(day)s.") % {"name": username, "role": role, "day": day}
