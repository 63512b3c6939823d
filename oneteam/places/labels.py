"""The words for kinds of places."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oneteam.places.models import PlaceKind

PLACE_KINDS: dict[str, Promise] = {
    PlaceKind.AREA: _("Area"),
    PlaceKind.COMMUNITY: _("Community"),
    PlaceKind.GRID: _("Unit grid"),
    PlaceKind.STATION: _("Joint service station"),
    PlaceKind.ROAD: _("Road"),
    PlaceKind.LANDMARK: _("Landmark"),
    PlaceKind.SHOP: _("Shop"),
}
