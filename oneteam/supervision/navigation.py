"""Where the figures stand in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from oneteam.command.slots import DESK_STRIPS
from oneteam.web.parts import Link
from oneteam.web.slots import NAVIGATION, NavigationEntry, register


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("figures", "chart", _("Figures"), order=60)]


def _strips(request: HttpRequest) -> Iterable[Link]:
    return [Link(_("Three intervals"), reverse("figures-strip"))]


register(NAVIGATION, _entries)
register(DESK_STRIPS, _strips)
