"""Where reports stand in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from oneteam.web.slots import NAVIGATION, NavigationEntry, register

READERS = ("dispatcher", "brigade_leader", "head", "legal_reviewer", "stationed_lawyer", "auditor")
"""Who sees all reports. Attendants and officers see the orders sent to them."""


def reads_reports(request: HttpRequest) -> bool:
    """Tell whether the acting person's role sees all reports."""
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in READERS


def takes_reports(request: HttpRequest) -> bool:
    """Tell whether the acting person may take a report from a caller."""
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in ("dispatcher", "grid_attendant")


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [
        NavigationEntry("reports", "inbox", _("Reports"), order=10, visible=reads_reports),
        NavigationEntry("report-new", "phone", _("Call"), order=30, visible=takes_reports),
    ]


register(NAVIGATION, _entries)
