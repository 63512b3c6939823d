"""Idempotency: the same key with the same content is one act, with another content a conflict (DESIGN 7.9)."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.journal.canonical import canonical
from oneteam.journal.vault import vault
from oneteam.kernel.errors import BadInputError, ConflictError

KEY_LIMIT = 200  # characters


class KeyUsedError(ConflictError):
    """An idempotency key came again with another content than before."""


class BadKeyError(BadInputError):
    """An idempotency key is too long or cannot be stored."""


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key and the digest of what was sent under it; there is no way to have the one without the other.

    Raises BadKeyError for a key that is too long or cannot be stored.
    """

    key: str
    digest: bytes

    def __post_init__(self) -> None:
        check_key(self.key)

    @classmethod
    def of(cls, key: str | None, *content: object) -> "Once | None":
        """Return the key with the digest of a content; None without a key: then every sending counts anew."""
        parts = [str(part) if isinstance(part, UUID) else part for part in content]
        return cls(key, request_digest(*parts)) if key else None


def check_key(key: str) -> None:
    """Raise BadKeyError for a key that is too long or cannot be stored."""
    if not key or len(key) > KEY_LIMIT or "\x00" in key:
        raise BadKeyError(
            _("An idempotency key has 1 to %(limit)d characters and no null character.") % {"limit": KEY_LIMIT}
        )


def request_digest(*parts: object) -> bytes:
    """Return the digest of a request's content, keyed so that it tells nothing to who sees it."""
    return vault().blind("request", canonical(list(parts)))
