"""Kept files as pages show them: a tile, how the original stands, the chain of custody."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.files import queries
from oneteam.files.acts import GIVERS, HANDLERS
from oneteam.files.forms import CompareForm, HandOverForm, PurposeForm
from oneteam.files.queries import State
from oneteam.journal.queries import timeline
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import shown_timeline
from oneteam.web.panels import Photo, Timeline
from oneteam.web.parts import Chip, Fact, Facts, Text
from oneteam.web.parts import State as ChipState
from oneteam.web.slots import Panel

_STATES: Mapping[State, tuple[Text, ChipState]] = {
    State.INTACT: (gettext_lazy("Unaltered"), "sealed"),
    State.ALTERED: (gettext_lazy("Altered or missing"), "danger"),
    State.ERASED: (gettext_lazy("Erased"), "draft"),
}


def file_chip(state: State) -> Chip:
    """Return how an original stands, as a chip."""
    word, look = _STATES[state]
    return Chip(word, look)


def photo_tile(blob: UUID, state: State, *, kind: Text, maker: Text = "", when: datetime | None = None) -> Photo:
    """Return a photo as a tile; it leads to the page of the file, with its chain of custody."""
    return Photo(
        url=reverse("file", args=[blob]), thumbnail=reverse("photo", args=[blob]), alt=kind, kind=kind, maker=maker,
        when=when, hash_state=file_chip(state),
    )  # fmt: skip


def custody(blob: UUID) -> Timeline:
    """Return a file's chain: who kept it, looked at the original, handed it over, compared it."""
    return shown_timeline(timeline(blob), told=["to"], title=_("Chain of custody"))


def custody_panel(request: PersonRequest, blob: UUID, *, bound: Mapping[str, forms.Form] | None = None) -> Panel:
    """Return the chain of custody with what the acting person may do with the original; forms come back as typed.

    The page that shows it is where the person comes back to.
    """
    role, back = request.acting.post.role, bound or {}
    erased = queries.states([blob])[blob] is State.ERASED
    context = {
        "blob": blob,
        "next": request.get_full_path() if request.method == "GET" else reverse("file", args=[blob]),
        "timeline": custody(blob),
        "key": str(uuid7()),
        "original": back.get("original") or PurposeForm(auto_id="id_original_%s") if role in HANDLERS else None,
        "hand_over": back.get("hand_over") or HandOverForm(auto_id="id_hand_over_%s") if role in GIVERS else None,
        "compare": back.get("compare") or CompareForm(auto_id="id_compare_%s") if role in HANDLERS else None,
    }
    if erased:
        context |= {"original": None, "hand_over": None}
    return Panel("files/custody_panel.html", context)


def told_by_the_file(blob: UUID) -> Facts | None:
    """Return what the file's EXIF told of time, place and device, or None; pages say that a device can be wrong."""
    told = queries.facts([blob])[blob]
    named = [
        (_("Taken, by the device's clock"), told.get("taken_at", "").replace("T", " ")),
        (_("Device"), told.get("device", "")),
        (_("Position (latitude, longitude)"), f"{told['lat']}, {told['lon']}" if "lat" in told else ""),
    ]
    facts = [Fact(label, value) for label, value in named if value]
    return Facts(facts) if facts else None
