"""Where the catalogue stands in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from oneteam.web.slots import NAVIGATION, NavigationEntry, register


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("matters", "list", _("Matters"), order=70)]


register(NAVIGATION, _entries)
