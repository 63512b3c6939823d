"""The directory of places: areas, communities, grids, stations, and the gazetteer of roads, landmarks and shops."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import span, to_row
from oneteam.directories.pages import Directory, Edit, Filter, Shown, register_directory
from oneteam.journal.actors import Actor
from oneteam.kernel.clock import legal_day
from oneteam.places import acts
from oneteam.places.forms import CloseForm, NewPlaceForm, PlaceForm, RedrawForm, place_name, wide_choices
from oneteam.places.labels import PLACE_KINDS
from oneteam.places.models import BOUNDED, Boundary, Place, PlaceKind
from oneteam.places.registering import NewPlace
from oneteam.web.parts import Chip, Fact

READERS = frozenset({
    "dispatcher", "grid_attendant", "officer", "brigade_leader", "legal_reviewer", "stationed_lawyer", "head",
    "cashier", "guest", "liaison", "contractor_manager", "trainer", "auditor", "system_admin", "security_admin",
    "audit_admin",
})  # fmt: skip
EDITORS = frozenset({"system_admin"})


def _parent(place: Place) -> object:
    return to_row("places", place.parent.pk, place_name(place.parent)) if place.parent else ""


def _facts(place: Place, _at: datetime) -> Sequence[Fact]:
    whole = Place.objects.values("line", "doors").get(id=place.id)
    facts = [
        Fact(_("Code"), place.code),
        Fact(_("Kind"), PLACE_KINDS[place.kind]),
        Fact(_("Lies in"), _parent(place)),
        Fact(_("Other names"), _(", ").join(place.aliases)),
        Fact(_("Address"), place.address),
        Fact(_("Point"), f"{place.lon}, {place.lat}"),
    ]
    if place.kind == PlaceKind.ROAD:
        facts += [
            Fact(_("Course"), _("%(count)d points") % {"count": len(whole["line"] or ())}),
            Fact(_("House numbers"), len(whole["doors"] or ())),
        ]
    for boundary in Boundary.objects.filter(place=place.id).select_related("parent").order_by("-valid_from"):
        where = place_name(boundary.parent) if boundary.parent else ""
        corners = sum(len(ring) for ring in boundary.outline)
        told = _("%(count)d corners %(where)s") % {"count": corners, "where": where}
        facts.append(Fact(_("Boundary"), span(boundary.valid_from, boundary.valid_to), told))
    return facts


def _chips(place: Place, at: datetime) -> list[Chip]:
    return [] if place.stands_on(legal_day(at)) else [Chip(_("no more"), "warn")]


def _register(*, actor: Actor, at: datetime, geometry: Any, parent: UUID | None, **values: Any) -> UUID:
    """Register one place; a line is a road's, any other geometry an outline."""
    above = Place.objects.values_list("code", flat=True).get(id=parent) if parent else None
    aliases = tuple(values.pop("aliases"))
    road = values["kind"] == PlaceKind.ROAD
    new = NewPlace(
        **values, aliases=aliases, parent=above, outline=None if road else geometry, line=geometry if road else None
    )
    return acts.register_places(actor=actor, at=at, places=[new])[new.code.strip()]


register_directory(Directory(
    name="places", label=gettext_lazy("Places"), icon="pin", who=READERS, position=70,
    note=gettext_lazy("Areas, communities and grids have boundaries by date; roads, landmarks and shops are how "
                      "addresses are found."),
    rows=lambda: Place.objects.select_related("parent").defer("line", "doors", "parent__line", "parent__doors"),
    title=place_name, title_label=gettext_lazy("Place"), order=("code",), importer="places",
    columns=[
        Shown("code", gettext_lazy("Code"), lambda place: place.code, sort="code"),
        Shown("kind", gettext_lazy("Kind"), lambda place: PLACE_KINDS[place.kind], sort="kind",
              exported=lambda place: str(PLACE_KINDS[place.kind])),
        Shown("parent", gettext_lazy("Lies in"), _parent, sort="parent__code"),
        Shown("lon", gettext_lazy("Longitude"), lambda place: place.lon, only_exported=True),
        Shown("lat", gettext_lazy("Latitude"), lambda place: place.lat, only_exported=True),
        Shown("aliases", gettext_lazy("Other names"), lambda place: ";".join(place.aliases), only_exported=True),
        Shown("address", gettext_lazy("Address"), lambda place: place.address, only_exported=True),
    ],
    filters=[
        Filter("kind", gettext_lazy("Kind"), lambda: list(PLACE_KINDS.items()), lambda value: Q(kind=value)),
        Filter("within", gettext_lazy("Lies in"), lambda: [(str(key), name) for key, name in wide_choices()],
               lambda value: Q(parent=value) | Q(parent__parent=value)),
    ],
    search=lambda words: Q(name_zh__icontains=words) | Q(name_en__icontains=words) | Q(code__iexact=words)
    | Q(aliases__contains=[words]),
    search_label=gettext_lazy("Name or code"), facts=_facts, chips=_chips,
    edits=[
        Edit(name="register", button=gettext_lazy("Register place"), form=NewPlaceForm, act=_register, who=EDITORS,
             icon="plus", told=gettext_lazy("Place registered")),
        Edit(name="correct", button=gettext_lazy("Correct place"), form=PlaceForm, act=acts.correct_place,
             who=EDITORS, target="place", icon="pencil", told=gettext_lazy("Place corrected"),
             initial=lambda place, _at: {
                 "name_zh": place.name_zh, "name_en": place.name_en, "aliases": "\n".join(place.aliases),
                 "lon": place.lon, "lat": place.lat, "address": place.address,
             }),
        Edit(name="redraw", button=gettext_lazy("Redraw boundary"), form=RedrawForm, act=acts.redraw_boundary,
             who=EDITORS, target="place", icon="map", told=gettext_lazy("Boundary redrawn"),
             initial=lambda place, _at: {"parent": place.parent_id},
             offered=lambda place, _at: place.kind in BOUNDED and place.closed_on is None),
        Edit(name="close", button=gettext_lazy("Close place"), form=CloseForm, act=acts.close_place, who=EDITORS,
             target="place", icon="cross", told=gettext_lazy("Place closed"),
             offered=lambda place, _at: place.closed_on is None),
    ],
))  # fmt: skip
