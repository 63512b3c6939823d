"""Writes to findings: recorded on the round, corrected, settled on the spot, passed on, taken over by an officer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.files.acts import keep_photo
from oneteam.files.photos import Photo
from oneteam.intake.acts import Established, next_number, open_incident, receive_report
from oneteam.intake.queries import report as report_row
from oneteam.intake.telling import Told
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, write
from oneteam.journal.once import Once
from oneteam.journal.queries import label_values
from oneteam.journal.subjects import new_subject, read_personal, standing
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.kernel.texts import TEXT_LIMIT, words
from oneteam.lawbook.queries import matter as matter_on
from oneteam.patrols.checks import SERVICE
from oneteam.patrols.models import Finding, FindingPhoto, Moment, Receiver
from oneteam.places.queries import in_region, place_of
from oneteam.procedures.engine import step_kind, take_step
from oneteam.procedures.queries import runs
from oneteam.procedures.taken import Taken

step_kind(
    name="finding.made",
    text=gettext_lazy("Found on patrol: %(matter)s"),
    fields={"number": int, "matter": str, "handling": str, "place": str, "point": str, "photos": int},
    personal=frozenset({"note", "address"}),
)
step_kind(
    name="finding.corrected",
    text=gettext_lazy("Corrected to %(matter)s"),
    fields={"matter": str, "handling": str, "place": str, "point": str, "changed": list},
)
step_kind(
    name="finding.settled",
    text=gettext_lazy("Settled on the spot"),
    fields={"photos": int},
    personal=frozenset({"note"}),
)
step_kind(
    name="finding.passed_on",
    text=gettext_lazy("Passed on to %(receiver)s as report %(number)s"),
    fields={"receiver": str, "report": str, "number": int},
    personal=frozenset({"note"}),
)
step_kind(
    name="finding.taken_over",
    text=gettext_lazy("Taken over by an officer"),
    fields={"report": str},
)
step_kind(
    name="finding.given_back", text=gettext_lazy("Given back to the desk"), personal=frozenset({"reason"})
)  # fmt: skip

CHANNEL, SOURCE = "grid_patrol", "patrol"
PHOTO_LIMIT = 6
ADDRESS_LIMIT = 200
RECEIVERS: Mapping[str, Any] = {
    Receiver.DESK: gettext_lazy("the duty desk"),
    Receiver.OFFICERS: gettext_lazy("the officers of the area"),
}
label_values("finding.passed_on", "receiver", RECEIVERS)


def photos_fault() -> str:
    """Return what to say of too many photos."""
    return _("A finding takes %(limit)d photos at most.") % {"limit": PHOTO_LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """What was seen and where: degrees in WGS 84; `place` a named place at the point, else what holds the point."""

    matter: str
    lon: Decimal
    lat: Decimal
    place: UUID | None = None
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A finding that stands in the journal; `known` when it was there before this call."""

    id: UUID
    number: int
    known: bool


@write
def make_finding(*, actor: Actor, at: datetime, finding: UUID, spotted: Spotted, photos: Sequence[Photo]) -> Made:
    """Record what was found on patrol. `finding` is the id that the phone made: sent twice it is one finding.

    Raises BadInputError without a photo, for too many, and for a point outside the region; MissingError for an unknown
    matter; KeyUsedError where the id came before with another content.
    """
    once = Once.of(
        str(finding), "finding.make", spotted.matter, str(spotted.lon), str(spotted.lat), spotted.place or "",
        spotted.address, spotted.note, [photo.sha256 for photo in photos],
    )  # fmt: skip
    before = earlier(actor=actor, once=once)
    if before is not None:
        return Made(finding, Finding.objects.values_list("number", flat=True).get(id=before.stream), known=True)
    if not photos:
        raise BadInputError(_("Take a photo of what was found."))
    if len(photos) > PHOTO_LIMIT:
        raise BadInputError(photos_fault())
    values, text = _values(spotted, at), new_subject()
    taken = take_step(
        step="finding.make", object_id=finding, actor=actor, at=at, once=once, place=_point(spotted),
        payload={"photos": len(photos), **_open(values)}, numbered=partial(next_number, "patrols_finding_number_seq"),
        personal={text: {"note": _told(spotted.note, TEXT_LIMIT), "address": _told(spotted.address, ADDRESS_LIMIT)}},
    )  # fmt: skip
    assert actor.person_id is not None, "the step is for persons"
    Finding.objects.create(
        id=finding, number=taken.number, found_by_id=actor.person_id, found_at=at, text_subject=text,
        made_act=taken.act.id, **values,
    )  # fmt: skip
    _keep(photos, Moment.BEFORE, finding, actor=actor, at=at)
    return Made(finding, taken.number, known=False)


def _values(spotted: Spotted, at: datetime) -> dict[str, Any]:
    """Return the columns of what was spotted; the matter and the ground are those of that day."""
    day = legal_day(at)
    found = matter_on(spotted.matter, day)
    if not in_region(spotted.lon, spotted.lat):
        raise BadInputError(_("This point lies outside the city; search for the place instead."))
    held = place_of(spotted.lon, spotted.lat, on=day)
    place = spotted.place or held.grid or held.community or held.area
    return {
        "matter": found.code, "handling": str(found.kind), "lon": spotted.lon, "lat": spotted.lat, "place_id": place,
    }  # fmt: skip


def _open(values: Mapping[str, Any]) -> dict[str, Any]:
    point = f"{values['lon']},{values['lat']}"
    return {
        "matter": values["matter"], "handling": values["handling"], "place": str(values["place_id"] or ""),
        "point": point,
    }  # fmt: skip


def _point(spotted: Spotted) -> str:
    return f"{spotted.lon:.6f},{spotted.lat:.6f}"


def _told(text: str, limit: int) -> str:
    """Return words that may be left out; BadInputError for what cannot be kept."""
    kept = text.strip()
    if len(kept) > limit or "\x00" in kept:
        raise BadInputError(_("Write at most %(limit)d characters.") % {"limit": limit})
    return kept


def _keep(photos: Sequence[Photo], moment: Moment, finding: UUID, *, actor: Actor, at: datetime) -> None:
    for photo in photos:
        blob = keep_photo(actor=actor, at=at, photo=photo, about=[finding])
        FindingPhoto.objects.create(finding_id=finding, blob_id=blob, moment=moment)


@write
def correct_finding(*, actor: Actor, at: datetime, finding: UUID, spotted: Spotted, key: str | None = None) -> None:
    """Correct what was found or where, while nothing has become of it. ConflictError where nothing would change."""
    row = locked_finding(finding)
    values = _values(spotted, at)
    changed = sorted(name for name in ("matter", "lon", "lat", "place_id") if getattr(row, name) != values[name])
    taken = take_step(
        step="finding.correct", object_id=finding, actor=actor, at=at,
        payload={**_open(values), "changed": [name.removesuffix("_id") for name in changed]},
        once=Once.of(key, "finding.correct", finding, spotted.matter, _point(spotted), str(spotted.place or "")),
    )  # fmt: skip
    if taken.replayed:
        return
    if not changed:
        raise ConflictError(_("Nothing was changed."))
    Finding.objects.filter(id=finding).update(**values)


@write
def settle_finding(
    *, actor: Actor, at: datetime, finding: UUID, after: Sequence[Photo], note: str = "", key: str | None = None
) -> None:
    """Settle a service matter on the spot, with a photo of how it looks afterwards.

    Raises RefusedError (OT-07) for what is enforcement or another agency's, BadInputError without a photo.
    """
    row = locked_finding(finding)
    if len(after) > PHOTO_LIMIT:
        raise BadInputError(photos_fault())
    taken = take_step(
        step="finding.settle", object_id=finding, actor=actor, at=at, payload={"photos": len(after)},
        personal={standing(row.text_subject): {"note": _told(note, TEXT_LIMIT)}},
        once=Once.of(key, "finding.settle", finding, note, [photo.sha256 for photo in after]),
    )  # fmt: skip
    if taken.replayed:
        return
    if not after:
        raise BadInputError(_("Take a photo of how it looks now."))
    _keep(after, Moment.AFTER, finding, actor=actor, at=at)


@write
def pass_on(
    *, actor: Actor, at: datetime, finding: UUID, receiver: str, note: str = "", key: str | None = None
) -> None:
    """Pass a finding on: it becomes a report of the patrol, for the desk or straight for the officers of the area.

    Raises BadInputError for service passed to officers, who are not there for it.
    """
    row = locked_finding(finding)
    once = Once.of(key, "finding.pass_on", finding, receiver, note)
    if earlier(actor=actor, once=once) is not None:
        return
    if receiver not in Receiver.values:
        raise BadInputError(_("Choose to whom it is passed on."))
    if receiver == Receiver.OFFICERS and row.handling == SERVICE:
        raise BadInputError(_("Officers do not take over service; pass it on to the desk, or settle it."))
    _pass(row, receiver, note, actor=actor, at=at, once=once)


def _pass(row: Finding, receiver: str, note: str, *, actor: Actor, at: datetime, once: Once | None) -> UUID:
    """Make the report of a finding and record that it was passed on; inside the write that does so."""
    told = _telling(row, note)
    report = receive_report(actor=actor, at=at, told=told, source=SOURCE)
    take_step(
        step="finding.pass_on", object_id=row.id, actor=actor, at=at, about=[report.id], once=once,
        payload={"receiver": receiver, "report": str(report.id), "number": report.number},
        personal={standing(row.text_subject): {"note": _told(note, TEXT_LIMIT)}},
    )  # fmt: skip
    Finding.objects.filter(id=row.id).update(report=report.id, receiver=receiver)
    return report.id


def _telling(row: Finding, note: str) -> Told:
    """Return a finding as the report that it becomes: its matter, what was noted, and where."""
    told = read_personal([row.made_act]).get(row.made_act, {})
    name = matter_on(row.matter, legal_day(row.found_at)).name.zh
    lines = [line for line in (told.get("note", ""), note.strip()) if line]
    place = row.place.name_zh if row.place else ""  # as the machine reads it, whatever the finder's language
    return Told(
        channel=CHANNEL, told_at=row.found_at, title=name[:100], text="\n".join(lines) or name,
        address=told.get("address") or place, lon=row.lon, lat=row.lat,
    )  # fmt: skip


@write
def take_over(*, actor: Actor, at: datetime, finding: UUID, key: str | None = None) -> UUID:
    """Take a finding over as an officer; returns its incident, opened with it unless it stands already.

    One that was not passed on is by this. Raises RefusedError (OFF-05) for whoever may not enforce, (OT-08) where
    somebody was sent already, ConflictError where its report is answered or its incident resolved.
    """
    row = locked_finding(finding)
    once = Once.of(key, "finding.take_over", finding)
    if earlier(actor=actor, once=once) is not None:
        assert row.report_id is not None
        return _incident(row, row.report_id, actor=actor, at=at)
    report = row.report_id
    if report is None and actor.role == "officer":
        report = _pass(row, Receiver.OFFICERS, "", actor=actor, at=at, once=None)
    taken: Taken = take_step(
        step="finding.take_over", object_id=finding, actor=actor, at=at, once=once,
        about=[report] if report else [], payload={"report": str(report or "")},
    )  # fmt: skip
    assert report is not None, taken.step
    Finding.objects.filter(id=finding).update(taken_by=actor.person_id)
    return _incident(row, report, actor=actor, at=at)


def _incident(row: Finding, report: UUID, *, actor: Actor, at: datetime) -> UUID:
    """Return the incident of a finding's report; opened and established as it was found where there is none."""
    told = report_row(report)
    if told is not None and told.incident_id is not None:
        if runs([told.incident_id])[told.incident_id].state != "established":
            raise ConflictError(_("The incident of this finding is not open any more."))
        return told.incident_id
    found = matter_on(row.matter, legal_day(row.found_at))
    established = Established(
        matter=found.code, field=found.field or "", handling=row.handling, urgency=str(found.urgency),
        place=row.place_id, lon=row.lon, lat=row.lat,
    )  # fmt: skip
    return open_incident(actor=actor, at=at, report=report, established=established)


@write
def give_back(*, actor: Actor, at: datetime, finding: UUID, reason: str, key: str | None = None) -> None:
    """Give a finding that was taken over back to the desk, with the reason."""
    row = locked_finding(finding)
    taken = take_step(
        step="finding.give_back", object_id=finding, actor=actor, at=at, about=[row.report_id] if row.report_id else [],
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
        once=Once.of(key, "finding.give_back", finding, reason),
    )  # fmt: skip
    if not taken.replayed:
        Finding.objects.filter(id=finding).update(taken_by=None, receiver=Receiver.DESK)


def locked_finding(finding: UUID) -> Finding:
    """Return a finding's row, locked until the transaction ends; MissingError where there is none."""
    row = Finding.objects.select_for_update().filter(id=finding).first()
    if row is None:
        raise MissingError(_("There is no such finding."))
    return row
