"""Where directories stand in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from oneteam.directories.access import role_of
from oneteam.directories.importing import importers
from oneteam.directories.pages import directories
from oneteam.web.slots import NAVIGATION, NavigationEntry, register


def _visible(request: HttpRequest) -> bool:
    role = role_of(request)
    return role is not None and bool(directories(role) or importers(role))


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("directories", "layers", _("Directories"), order=70, visible=_visible)]


register(NAVIGATION, _entries)
