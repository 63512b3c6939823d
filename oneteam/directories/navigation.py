"""Where directories stand in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oneteam.directories.access import role_of
from oneteam.directories.importing import importers
from oneteam.directories.pages import directories
from oneteam.web.slots import COMMANDS, NAVIGATION, Command, NavigationEntry, register


def _visible(request: HttpRequest) -> bool:
    role = role_of(request)
    return role is not None and bool(directories(role) or importers(role))


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("directories", "layers", _("Directories"), order=70, visible=_visible)]


def _commands(request: HttpRequest) -> Iterable[Command]:
    role = role_of(request) or ""
    for each in directories(role):
        yield Command(each.label, reverse("directory", args=[each.name]), each.icon)
    for one in importers(role):
        yield Command(gettext("Import: %(what)s") % {"what": one.label}, reverse("import", args=[one.name]), "upload")


register(NAVIGATION, _entries)
register(COMMANDS, _commands)
