"""What was handled, for whoever verifies it: the words, the photos, when, by whom, and where the photos were taken."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.command import queries
from oneteam.command.models import Moment, Order, OrderPhoto
from oneteam.files.queries import facts as photo_facts
from oneteam.files.shown import photo_tile
from oneteam.journal.queries import Entry
from oneteam.journal.subjects import read_personal
from oneteam.kernel.geometry import metres
from oneteam.people.queries import actor_names
from oneteam.web.panels import Photos
from oneteam.web.parts import Chip, Fact, Facts

KILOMETRE = 1_000


def photos_of(order: UUID) -> Photos:
    """Return the photos of an order as tiles."""
    return Photos(
        [photo_tile(photo.blob_id, state, kind=_moment(photo)) for photo, state in queries.photos(order)],
        title=_("Photos"), empty=_("No photo was taken yet."),
    )  # fmt: skip


def _moment(photo: OrderPhoto) -> str:
    return _("Before") if photo.moment == Moment.BEFORE else _("After")


def handled_context(row: Order, entries: Sequence[Entry]) -> dict[str, Any] | None:
    """Return what was handled last, of an order's timeline (newest first); None where nothing was."""
    told = next((entry for entry in entries if entry.kind == "order.handled" and entry.stream == row.id), None)
    if told is None:
        return None
    arrived = next((entry for entry in entries if entry.kind == "order.arrived" and entry.stream == row.id), None)
    after = [photo.blob_id for photo, _state in queries.photos(row.id) if photo.moment == Moment.AFTER]
    who = actor_names({told.actor})
    return {
        "note": read_personal([told.act]).get(told.act, {}).get("note", ""),
        "facts": Facts(
            [
                Fact(_("Handled by"), who[told.actor]),
                Fact(_("Handled at"), told.occurred_at),
                *([Fact(_("Arrived at"), arrived.occurred_at)] if arrived else []),
                Fact(_("Photos from after"), _taken(row, photo_facts(after))),
            ]
        ),
    }


def _taken(row: Order, told: Mapping[UUID, Mapping[str, Any]]) -> object:
    """Say how far from the spot the photos from afterwards were taken, as far as they tell."""
    if not told:
        return Chip(_("None"), "warn")
    at = row.incident if row.incident.lon is not None else row.incident.place
    points = [(float(one["lon"]), float(one["lat"])) for one in told.values() if "lat" in one]
    if at is None or at.lon is None or at.lat is None or not points:
        return _("The photos tell no place")
    away = max(metres(lon, lat, float(at.lon), float(at.lat)) for lon, lat in points)
    if away < KILOMETRE:
        return _("%(metres)d m from the spot") % {"metres": away}
    return _("%(kilometres).1f km from the spot") % {"kilometres": away / KILOMETRE}
