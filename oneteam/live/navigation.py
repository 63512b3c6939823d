"""Where the live picture stands in the shell."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from oneteam.live.picture import PICTURED
from oneteam.web.slots import NAVIGATION, NavigationEntry, register


def _sees(request: HttpRequest) -> bool:
    acting = getattr(request, "acting", None)
    return acting is not None and acting.post.role in PICTURED


def _entries(request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("map", "map", _("Map"), order=15, visible=_sees)]


register(NAVIGATION, _entries)
