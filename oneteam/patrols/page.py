"""The pages of findings: what views show of the queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from oneteam.files.shown import photo_tile
from oneteam.intake.labels import HANDLINGS, word_for
from oneteam.journal.queries import timeline
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import MissingError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.catalogue import field_name, matter_name
from oneteam.lawbook.matters import Matter
from oneteam.lawbook.queries import matter, responsible
from oneteam.patrols import queries
from oneteam.patrols.acts import RECEIVERS
from oneteam.patrols.checks import SERVICE
from oneteam.patrols.forms import CorrectForm, FindingForm, PassOnForm, SettleForm, SpotForm
from oneteam.patrols.models import Finding, FindingPhoto, Moment, Receiver
from oneteam.patrols.places import Spot, names_at
from oneteam.patrols.proposing import proposed_matters, search_matters
from oneteam.patrols.slots import FINDING_SIDE
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import shown_timeline
from oneteam.places.queries import localised
from oneteam.procedures.forms import ReasonForm
from oneteam.procedures.queries import Next, NextState, next_steps, runs
from oneteam.procedures.shown import Returned, StepForm, offer, shown_steps
from oneteam.web.panels import Photos
from oneteam.web.parts import Banner, Chip, Fact, Facts, Link, PageHeader, State, Steps
from oneteam.web.slots import collect_bulk
from oneteam.web.typed import SentBack

READABLE = ("note", "reason")
UNSURE = 100  # metres from which a device's position is worth a second look


def handling_chip(handling: str) -> Chip:
    """Return the side of a matter as a chip: what is enforcement stands out, for it is passed on."""
    return Chip(HANDLINGS[handling], "plain" if handling == SERVICE else "info")


def state_chip(state: str, label: str) -> Chip:
    """Return the chip of a finding's state."""
    kinds: dict[str, State] = {"found": "warn", "settled": "ok", "taken_over": "info"}
    return Chip(label, kinds.get(state, "plain"))


def place_name(row: Finding) -> str:
    """Return what a finding lies at, in the reader's language."""
    return localised(row.place.name_zh, row.place.name_en) if row.place else ""


def new_context(
    request: PersonRequest, form: FindingForm, *, at: datetime, returned: Returned | None
) -> dict[str, Any]:
    """Return what the page of three taps shows."""
    spot: Spot | None = form.cleaned_data.get("spot") if form.is_bound else None
    return {
        "header": PageHeader(
            title=_("New finding"), crumbs=[Link(_("Findings"), reverse("findings"))],
        ),
        "form": form,
        "id": (returned and returned.key) or str(uuid7()),
        "sent_back": SentBack(returned.refusal, [form], None) if returned else None,
        **spot_context(spot or Spot(), accuracy=None),
        **matters_context(
            request, words=request.POST.get("q", ""), spot=spot, on=legal_day(at), chosen=form.data.get("matter", "")
        ),
    }  # fmt: skip


def spot_context(spot: Spot, *, accuracy: float | None) -> dict[str, Any]:
    """Return what the page says of a place: its names, what holds it, how sure the device is."""
    unsure = accuracy is not None and accuracy >= UNSURE
    told = Banner(
        _("The device knows its position only to %(metres)d m; search for the place where it is wrong.")
        % {"metres": accuracy or 0},
        "warn",
    )
    return {"spot": spot, "unsure": told if unsure and spot.point else None}


def matters_context(
    request: PersonRequest, *, words: str, spot: Spot | None, on: date, chosen: str = ""
) -> dict[str, Any]:
    """Return the matters to choose from: those searched for, else those proposed; one chosen before comes first."""
    person = request.acting.actor.person_id
    searched = words.strip()[:100]
    found = search_matters(searched, on) if searched else proposed_matters(person, spot.located if spot else None, on)
    if chosen:
        found = sorted(found, key=lambda one: one.code != chosen)
        if not any(one.code == chosen for one in found):
            found = [*_known(chosen, on), *found]
    return {
        "matters": [
            {"code": m.code, "name": str(m.name), "chip": handling_chip(str(m.kind)), "chosen": m.code == chosen}
            for m in found
        ],
        "searched": searched,
    }  # fmt: skip


def _known(code: str, on: date) -> list[Matter]:
    try:
        return [matter(code, on)]
    except MissingError:
        return []


def spot_asked(form: SpotForm) -> tuple[Spot, float | None]:
    """Return the place that a form asks about, and how sure the device is, in metres."""
    form.full_clean()
    taken = form.on_duty and form.cleaned_data.get("lon") is not None
    return form.spot(), form.cleaned_data.get("accuracy") if taken else None


def finding_context(request: PersonRequest, row: Finding, *, at: datetime, returned: Returned | None) -> dict[str, Any]:
    """Return what the page of one finding shows; `returned` holds a form that was not taken."""
    state = runs([row.id])[row.id]
    steps = next_steps([row.id], request.acting.actor, at).get(row.id, [])
    offers = _offers(request, row, returned, at=at)
    told, shown = queries.notes([row]).get(row.id, {}), queries.photos_of([row.id]).get(row.id, [])
    return {
        "header": PageHeader(
            title=" ".join(filter(None, (matter_name(row.matter), place_name(row)))),
            crumbs=[Link(_("Findings"), reverse("findings"))],
            chips=[state_chip(state.state, str(state.label)), handling_chip(row.handling)],
            facts=[_("No. %(number)d") % {"number": row.number}, row.found_at],
        ),
        "finding": row,
        "note": told.get("note", ""),
        "written": told.get("address", ""),
        "facts": _facts(request, row, state.state, at=at),
        "photos": Photos(
            [photo_tile(photo.blob_id, how, kind=moment_word(photo)) for photo, how in shown],
            title=_("Photos"),
        ),
        "sent_back": returned.above(steps, offers) if returned else None,
        "steps": Steps(shown_steps(_mine(row, steps), offers), title=_("Next steps")),
        "other_post": _officer_post(request, row, state.state),
        "side_panels": collect_bulk(FINDING_SIDE, request, [row]).get(row.id, []),
        "timeline": shown_timeline(timeline(row.id), told=READABLE, words=word_for),
    }  # fmt: skip


def _mine(row: Finding, steps: Sequence[Next]) -> list[Next]:
    """Return the steps of this page: not those that are merely somebody else's, and nobody takes over service."""
    nobodys = {"finding.take_over"} if row.handling == SERVICE else set()
    return [step for step in steps if step.state is not NextState.OTHER and step.step not in nobodys]


def moment_word(photo: FindingPhoto) -> str:
    """Return when a photo was taken."""
    return _("Before") if photo.moment == Moment.BEFORE else _("After")


def _facts(request: PersonRequest, row: Finding, state: str, *, at: datetime) -> Facts:
    names = names_at(row.lon, row.lat, row.place_id, on=legal_day(row.found_at))
    found = [
        Fact(_("Matter"), matter_name(row.matter), note=capfirst(field_name(_field(row)))),
        Fact(_("Found by"), localised(row.found_by.name_zh, row.found_by.name_en)),
        Fact(_("Place"), _(", ").join(names) or _("Unknown")),
        Fact(_("Point (WGS 84)"), f"{row.lon:.5f}, {row.lat:.5f}"),
    ]
    if row.taken_by is not None:
        found.append(Fact(_("Taken over by"), localised(row.taken_by.name_zh, row.taken_by.name_en)))
    elif row.receiver:
        found.append(Fact(_("Passed on to"), capfirst(str(RECEIVERS[Receiver(row.receiver)]))))
    if state in ("found", "passed_on") and row.handling != SERVICE:
        found.append(_responsible(row, at))
    if row.report is not None and request.acting.post.role not in ("grid_attendant", "officer"):
        number = _("No. %(number)d") % {"number": row.report.number}
        found.append(Fact(_("Report"), Link(number, reverse("report", args=[row.report.id]))))
    return Facts(found)


def _field(row: Finding) -> str:
    known = _known(row.matter, legal_day(row.found_at))
    return (known[0].field or "") if known else ""


def _responsible(row: Finding, at: datetime) -> Fact:
    """Return who is responsible for this, here, now, with the reason."""
    known = _known(row.matter, legal_day(at))
    if not known:
        return Fact(_("Responsible now"), "")
    found = responsible((row.lon, row.lat), at, known[0])
    return Fact(_("Responsible now"), f"{found.name} {found.unit}".strip(), note=found.reason)


def _officer_post(request: PersonRequest, row: Finding, state: str) -> dict[str, str] | None:
    """Return the officer's post that the acting person could change to in order to take the finding over."""
    acting = request.acting
    if acting.post.role == "officer" or state not in ("found", "passed_on") or row.handling == SERVICE:
        return None
    held = next((post for post in acting.posts if post.role == "officer"), None)
    return {"id": str(held.id), "label": held.label, "next": reverse("finding", args=[row.id])} if held else None


def _offers(request: PersonRequest, row: Finding, returned: Returned | None, *, at: datetime) -> dict[str, StepForm]:
    service, officer = row.handling == SERVICE, request.acting.post.role == "officer"
    passing = PassOnForm(
        auto_id="id_pass_on_%s",
        initial={"receiver": Receiver.OFFICERS if row.handling == "enforcement" else Receiver.DESK},
    )
    correct = CorrectForm(auto_id="id_correct_%s", initial={"matter": row.matter}, on=legal_day(at))
    settle, back = SettleForm(auto_id="id_settle_%s"), ReasonForm(auto_id="id_give_back_%s")
    return {
        "finding.settle": offer(
            "finding.settle", row.id, form=settle, returned=returned, main=service, icon="tick"
        ),
        "finding.pass_on": offer(
            "finding.pass_on", row.id, form=passing, returned=returned, main=not service and not officer, icon="send"
        ),
        "finding.take_over": offer("finding.take_over", row.id, returned=returned, main=officer, icon="case"),
        "finding.correct": offer("finding.correct", row.id, form=correct, returned=returned, icon="pencil"),
        "finding.give_back": offer("finding.give_back", row.id, form=back, returned=returned, icon="back"),
    }  # fmt: skip


def found_before(finding: UUID) -> Finding:
    """Return a finding; MissingError where there is none."""
    row = queries.finding(finding)
    if row is None:
        raise MissingError(_("There is no such finding."))
    return row
