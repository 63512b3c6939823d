"""Errors meant for people: the status of the answer and the title above their text."""

from django.utils.translation import gettext as _

from oneteam.kernel.errors import (
    BadInputError,
    ConflictError,
    MissingError,
    NotAllowedError,
    NotReadyError,
    OneteamError,
    TooOftenError,
)


def heading(error: OneteamError) -> tuple[int, str]:
    """Return the HTTP status that an error is answered with, and what stands above its text."""
    if isinstance(error, NotAllowedError):
        return 403, _("This post may not do that")
    if isinstance(error, MissingError):
        return 404, _("Not found")
    if isinstance(error, ConflictError):
        return 409, _("Somebody was faster")
    if isinstance(error, TooOftenError):
        return 429, _("Asked too often")
    if isinstance(error, NotReadyError):
        return 503, _("The system is not ready for this")
    return 400, _("This cannot be taken as it is") if isinstance(error, BadInputError) else _("This did not work")
