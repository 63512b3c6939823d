"""Firms of the directory, so that who is checked on the spot need not be typed: searched for, then chosen."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.people.middleware import PersonRequest
from oneteam.things.queries import firms_named, party
from oneteam.web.panels import Way, Ways

OFFERED = 6


@dataclass(frozen=True, slots=True)
class Known:
    """What was searched for, the firms found as ways that fill the form, and whether one was chosen."""

    words: str
    ways: Ways | None
    chosen: bool


def known_firms(request: PersonRequest) -> Known:
    """Return the firms that the address asks for (`q`): those whose name holds the words, or of that credit code."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = firms_named(words, most=OFFERED) if words else []
    ways = [Way(firm.name, f"?{urlencode({'party': firm.id})}", "plus", firm.credit_code) for firm in found]
    return Known(
        words,
        Ways(_("Firms found"), ways, _("No firm of this name is known; type who it is below.")) if words else None,
        bool(chosen(request)),
    )


def chosen(request: PersonRequest) -> dict[str, Any]:
    """Return what the form says of the firm that was chosen (`party`); nothing for none, or for a citizen."""
    try:
        firm = party(UUID(request.GET.get("party", "")))
    except ValueError:
        firm = None
    if firm is None or firm.is_citizen:
        return {}
    return {"kind": firm.kind, "name": firm.name, "credit_code": firm.credit_code, "address": firm.address}
