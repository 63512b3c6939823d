"""Where the figures stand in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from oneteam.command.rules import LEADERS
from oneteam.command.slots import DESK_STRIPS
from oneteam.supervision.declaration import indicators
from oneteam.web.parts import Link
from oneteam.web.slots import COMMANDS, NAVIGATION, Command, NavigationEntry, register


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [
        NavigationEntry("leader", "people", _("Today"), order=2, visible=_leads),
        NavigationEntry("figures", "chart", _("Figures"), order=60),
    ]


def _leads(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in LEADERS


def _strips(request: HttpRequest) -> Iterable[Link]:
    return [Link(_("Three intervals"), reverse("figures-strip"))]


def _commands(request: HttpRequest) -> Iterable[Command]:
    for each in indicators().values():
        yield Command(str(each.name), reverse("figure", args=[each.id]), "chart")


register(NAVIGATION, _entries)
register(COMMANDS, _commands)
register(DESK_STRIPS, _strips)
