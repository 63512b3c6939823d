"""Where sessions are kept (SESSION_ENGINE): a database that is away is told from a session that ended."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError


class SessionStore(db.SessionStore):
    """Django's own, which takes every fault of the database for a session that was ended meanwhile.

    Whoever works on while the database is restarted would be told that the browser sent something unreadable.
    """

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 -- as Django calls it
        """Save the session. UpdateError where it was ended meanwhile, OperationalError where the database is away."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise
