"""Where the figures stand in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from oneteam.web.slots import NAVIGATION, NavigationEntry, register


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("figures", "chart", _("Figures"), order=60)]


register(NAVIGATION, _entries)
